//! What can be typed about snapshots.

use super::Output;
use clap::Subcommand;
use std::path::PathBuf;

/// A repository, and what this machine remembers of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Repo {
    /// The folder that is the repository
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    /// The folder with what this machine remembers of repositories; else `snapshots` in that of `keys.dir`
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Believe what is signed so (ed25519:...), or by `any`; this machine's own key is believed, and who was named before
    #[arg(long = "signer", value_name = "KEY")]
    pub(crate) signers: Vec<String>,
}

/// A snapshot that is to be opened.
#[derive(Debug, clap::Args)]
pub(crate) struct Opened {
    /// The beginning of its id, `latest`, or `latest:NAME`
    pub(crate) id: String,
    /// The file with the age identity of a recipient
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) identity: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) repo: Repo,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Snapshot {
    /// Make or show keys
    #[command(subcommand)]
    Key(SnapshotKey),
    /// Take a snapshot; the repository is made when the folder is empty
    Create {
        /// Files and folders
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        repo: Repo,
        /// Who can read it (age1...), when the repository is made; repeat it for several
        #[arg(long = "recipient", value_name = "KEY")]
        recipients: Vec<String>,
        /// What to call it; else as the first path is called
        #[arg(long)]
        name: Option<String>,
        /// Read every file, also those that look unchanged
        #[arg(long)]
        read_all: bool,
        /// Show no progress
        #[arg(short, long)]
        quiet: bool,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// List the snapshots of a repository
    List {
        #[command(flatten)]
        repo: Repo,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Show what everybody can know of a snapshot
    Show {
        /// The beginning of its id, `latest`, or `latest:NAME`
        id: String,
        #[command(flatten)]
        repo: Repo,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Look whether all is there and unchanged; it takes no key
    Verify {
        #[command(flatten)]
        repo: Repo,
        /// Open everything too, and look at every chunk
        #[arg(long, requires = "identity")]
        deep: bool,
        /// The file with the age identity of a recipient
        #[arg(long, value_name = "FILE", requires = "deep")]
        identity: Vec<PathBuf>,
        /// Show no progress
        #[arg(short, long)]
        quiet: bool,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Bring a snapshot back, into a folder that is empty or not there
    Restore {
        #[command(flatten)]
        opened: Opened,
        /// The folder
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Only what this means, such as *.db or srv/data; repeat it for several
        #[arg(long, value_name = "GLOB")]
        only: Vec<String>,
        /// Make symbolic links that lead out of the folder too
        #[arg(long)]
        outside_links: bool,
        /// Show no progress
        #[arg(short, long)]
        quiet: bool,
    },
    /// Write one file of a snapshot to standard output
    Cat {
        #[command(flatten)]
        opened: Opened,
        /// Its whole path
        path: String,
    },
    /// Write a snapshot as one .tar.gz.age to standard output or a file
    Export {
        #[command(flatten)]
        opened: Opened,
        /// Who can read the file (age1...); repeat it for several
        #[arg(long = "recipient", value_name = "KEY", required = true)]
        recipients: Vec<String>,
        /// The file, which must not be there
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotKey {
    /// Make an age identity: the file goes to a safe place, the recipient that is printed to the machines
    New {
        /// The file, which must not be there
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Print by which key this machine's snapshots are signed; the first time it is made
    Signer,
}
