//! What was typed. A verb stands here once it is built.

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// The operator's hand of tacit.
///
/// Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 done with problems, 4 refused for safety, 5 something to
/// do or found.
#[derive(Debug, Parser)]
#[command(name = "tacitctl", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the version
    Version {
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Print a completion script for a shell
    ///
    /// For bash: tacitctl completion bash > /etc/bash_completion.d/tacitctl
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all verbs to a folder
    Man {
        /// Write tacitctl.1 and a page for each verb here
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
    /// For both
    Yaml,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
