//! What was typed. Settings (`--section.key value`) are taken out first, because their names come from the table; the
//! rest is clap's. Unknown flags are gathered, so that they are told together with every other fault.

mod snapshot;

pub(crate) use snapshot::{Opened, Repo, Snapshot, SnapshotKey};

use crate::strict::Purpose;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand, ValueEnum};
use kit::setting::Fault;
use std::ffi::OsString;
use std::path::PathBuf;

/// Takes personal data out of text, and puts it back.
///
/// Without a command it serves HTTP. Any setting of docs/configuration.md can be given as `--section.key value`.
#[derive(Debug, Parser)]
#[command(name = "tacitd", version, max_term_width = 100)]
#[command(
    after_help = "Settings: --section.key value, for example --api.port 9000; `tacitd config` lists them all."
)]
pub(crate) struct Args {
    /// The settings file; else $TACIT_CONFIG, ./tacit.toml or /etc/tacit/tacit.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hide personal data in files or standard input
    Redact {
        /// Keep the originals in the store, under this session (`new` makes one and says its name)
        #[arg(long, value_name = "NAME")]
        session: Option<String>,
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        input: Input,
    },
    /// Show again what a session hid
    Restore {
        /// The session that `redact --session` or the API gave
        #[arg(long, value_name = "NAME")]
        session: String,
        #[command(flatten)]
        input: Input,
    },
    /// List personal data in files or standard input, a JSON object a line
    Analyze {
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        input: Input,
    },
    /// List what can be found, or explain a rule or the rules of a kind
    #[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
    Rules {
        /// The name of a rule or a kind
        name: Option<String>,
        #[command(flatten)]
        by: By,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
        #[command(subcommand)]
        command: Option<Rules>,
    },
    /// Measure what is found against texts that somebody annotated
    Eval(Eval),
    /// Make, list, change and revoke API keys
    #[command(subcommand)]
    Keys(Keys),
    /// Report what keys used, by day and model
    Usage {
        /// The first day, such as 2026-11-01; else the first of this month (UTC)
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day; else today
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        /// Of this key alone, by its id
        #[arg(long, value_name = "ID")]
        key: Option<String>,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Verify and export the record of every request
    #[command(subcommand)]
    Audit(Audit),
    /// Show the effective settings and where each came from
    Config {
        /// Only check them: exit code 0 when they can be used, 2 when not
        #[arg(long)]
        check: bool,
        /// Take the environment from this file (in the grammar of Docker Compose) instead of from the process
        #[arg(long, value_name = "FILE")]
        env_file: Option<PathBuf>,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Ask a running tacitd whether it is ready: exit code 0 or 1, for containers without curl
    Healthcheck {
        /// Ask whether it is alive instead
        #[arg(long)]
        live: bool,
        /// How many seconds to wait for the answer
        #[arg(long, value_name = "SECONDS", default_value_t = 3)]
        timeout: u64,
    },
    /// Back up folders, encrypted, and bring them back
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// Print whose work is inside, and under which licences
    Licenses,
}

impl Command {
    /// What it wants the settings for.
    pub(crate) fn purpose(&self) -> Purpose {
        match self {
            Self::Redact { session: Some(_), .. }
            | Self::Restore { .. }
            | Self::Keys(_)
            | Self::Usage { .. }
            | Self::Audit(_) => Purpose::Store,
            Self::Redact { .. }
            | Self::Analyze { .. }
            | Self::Eval(_)
            | Self::Rules { .. }
            | Self::Healthcheck { .. }
            | Self::Snapshot(_)
            | Self::Licenses => Purpose::Text,
            Self::Config { .. } => Purpose::Serve,
        }
    }
}

/// By which policy.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct By {
    /// The policy; else the one that `privacy.policy` names
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Option<String>,
}

/// What can be done with rules besides listing them.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Run the examples of your own rules: exit code 0 when all is well with them, 1 when not
    Test {
        /// Files of rules, or policies
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
}

/// What the filters read, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Input {
    /// Read a JSON value a line and work on its strings; so are files read whose names end in .ndjson or .jsonl
    #[arg(long)]
    pub(crate) ndjson: bool,
    /// Work only on this field of each line, such as user.email; repeat it for several
    #[arg(long = "field", value_name = "NAME")]
    pub(crate) fields: Vec<String>,
    /// Show no progress, which long inputs have on a terminal
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Files; `-` or none for standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Eval {
    /// A JSON object a line: `text`, and `spans` of [start, end, TYPE], counted in code points
    #[arg(value_name = "GOLD")]
    pub(crate) gold: PathBuf,
    /// What a type of the file means: one of our kinds, such as AWS_ACCESS_KEY=SECRET; repeat it or use commas
    #[arg(long, value_name = "TYPE=KIND", value_delimiter = ',')]
    pub(crate) map: Vec<String>,
    /// Types that are not counted: neither as found nor as missed
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) without: Vec<String>,
    /// Count nothing else of what is found: for texts in which only some kinds are annotated
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kinds: Vec<String>,
    /// List what was missed and what was found wrongly, by line and offsets
    #[arg(long)]
    pub(crate) list: bool,
    /// With the texts themselves: for annotated texts that are nobody's secret
    #[arg(long, requires = "list")]
    pub(crate) show: bool,
    #[command(flatten)]
    pub(crate) by: By,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key and print it: the only time it is shown
    Create {
        /// What to call it in lists
        #[arg(long)]
        name: Option<String>,
        /// Who it belongs to; sessions of one tenant cannot be seen by another
        #[arg(long, default_value = crate::store::DEFAULT_TENANT)]
        tenant: String,
        /// What it may: analyze, redact, restore, forget, infer, debug, admin; repeat it or use commas
        #[arg(long = "scope", value_name = "SCOPE", default_values = ["analyze", "redact", "restore"], value_delimiter = ',')]
        scopes: Vec<String>,
        /// When it ends, such as 30d or 12h; never when not given
        #[arg(long, value_name = "SPAN")]
        expires: Option<String>,
        #[command(flatten)]
        terms: KeyTerms,
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Change what a key may and on what terms; the key itself stays as it is
    Change {
        /// Its id, the middle part of the key
        id: String,
        /// What to call it in lists
        #[arg(long)]
        name: Option<String>,
        /// What it may from now on, instead of what it might; repeat it or use commas
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
        scopes: Vec<String>,
        /// When it ends, such as 30d or 12h from now
        #[arg(long, value_name = "SPAN")]
        expires: Option<String>,
        #[command(flatten)]
        terms: KeyTerms,
        /// What it is to have no more of; repeat it or use commas
        #[arg(long, value_name = "TERM", value_enum, value_delimiter = ',')]
        without: Vec<Term>,
    },
    /// List keys, without the keys themselves
    List {
        /// The form of the answer
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// End a key now
    Revoke {
        /// Its id, the middle part of the key
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Look whether every record is as it was written: exit code 0 when they are, 1 when not
    Verify {
        /// A head that `audit head` printed once and that was kept elsewhere: the chain must lead through it
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// Print the number and the hash of the last record, to be kept elsewhere
    Head,
    /// Print records, a JSON object a line
    Export {
        /// From this day or moment on, such as 2026-11-20 or 2026-11-20T12:00:00Z
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Up to this moment, or to the end of this day
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
    },
}

/// On what terms a key may.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct KeyTerms {
    /// The policy that its texts are hidden by; it can use no other
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Option<String>,
    /// A model that it may ask; `NAME*` means all that begin so; repeat it or use commas; any when not given
    #[arg(long = "model", value_name = "NAME", value_delimiter = ',')]
    pub(crate) models: Vec<String>,
    /// Requests that it may send in a minute
    #[arg(long, value_name = "COUNT")]
    pub(crate) requests_per_minute: Option<u64>,
    /// Tokens that it may use in a minute, asked and answered together
    #[arg(long, value_name = "COUNT")]
    pub(crate) tokens_per_minute: Option<u64>,
    /// What it may spend in a calendar month, such as 12.50, in the currency of the prices
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) budget: Option<String>,
}

/// What a key can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Term {
    /// Its end: it never ends
    Expires,
    /// Its policy: it may use any
    Policy,
    /// Its models: it may ask any
    Models,
    /// Its limit of requests
    RequestsPerMinute,
    /// Its limit of tokens
    TokensPerMinute,
    /// Its budget
    Budget,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

/// The command line, taken apart.
#[derive(Debug)]
pub(crate) struct Typed {
    /// What clap knows.
    pub(crate) args: Args,
    /// `--section.key value`, in order.
    pub(crate) settings: Vec<(String, Option<String>)>,
    /// Flags that nobody knows.
    pub(crate) faults: Vec<Fault>,
}

/// Takes a command line apart.
///
/// # Errors
/// What clap wants to print: help, the version, or a mistake that leaves nothing to go on with.
pub(crate) fn parse(line: impl Iterator<Item = OsString>) -> Result<Typed, clap::Error> {
    let (mut rest, settings) = split(line);
    let mut faults = Vec::new();
    loop {
        let error = match Args::try_parse_from(&rest) {
            Ok(args) => return Ok(Typed { args, settings, faults }),
            Err(error) => error,
        };
        match unknown_flag(&error, &rest) {
            Some((at, fault)) => {
                rest.remove(at);
                faults.push(fault);
            }
            // The value of a flag that nobody knows stands where a verb or a file would. The rest of the line makes
            // no sense, but the settings on it and elsewhere may have faults that belong in the same message.
            None if error.use_stderr() && !faults.is_empty() => {
                let (by, input) = (By::default(), Input::default());
                let command = Some(Command::Analyze { by, input });
                let args = Args { config: None, command };
                return Ok(Typed { args, settings, faults });
            }
            None => return Err(error),
        }
    }
}

/// Where the flag stands that nobody knows, if that is what is wrong, and what there is to say about it. A word that is
/// no flag was meant for something else; only clap can say for what.
fn unknown_flag(error: &clap::Error, line: &[OsString]) -> Option<(usize, Fault)> {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown,
        _ => return None,
    };
    let with_value = format!("{unknown}=");
    let is_it = |word: &str| word == unknown || word.starts_with(&with_value);
    let at = line.iter().position(|word| word.to_str().is_some_and(is_it))?;
    let fault = Fault::new(unknown, "unknown flag");
    let fault = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(near)) => {
            fault.hint(format!("the nearest known name is `{near}`"))
        }
        _ => fault.hint("`tacitd --help` lists flags, `tacitd config` lists settings"),
    };
    unknown.starts_with("--").then_some((at, fault))
}

/// Takes the settings out: words such as `--api.port`, with the word after them where they have no `=`.
fn split(line: impl Iterator<Item = OsString>) -> (Vec<OsString>, Vec<(String, Option<String>)>) {
    let mut rest = Vec::new();
    let mut settings = Vec::new();
    let mut line = line.peekable();
    let mut literal = false;
    while let Some(word) = line.next() {
        let setting = word.to_str().filter(|_| !literal).and_then(|word| word.strip_prefix("--"));
        let setting =
            setting.filter(|name| name.split('=').next().is_some_and(|name| name.contains('.')));
        match setting.map(|setting| setting.split_once('=').ok_or(setting)) {
            Some(Ok((name, value))) => settings.push((name.to_owned(), Some(value.to_owned()))),
            Some(Err(name)) => {
                let value =
                    line.next_if(|word| !word.to_str().is_some_and(|word| word.starts_with("--")));
                settings.push((name.to_owned(), value.and_then(|value| value.into_string().ok())));
            }
            None => {
                literal |= word == "--";
                rest.push(word);
            }
        }
    }
    (rest, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        parse(std::iter::once("tacitd").chain(line.split_whitespace()).map(OsString::from)).unwrap()
    }

    #[test]
    fn settings_are_taken_out_wherever_they_stand() {
        let typed = typed("--api.port 9000 redact --log.level=debug --session s file --api.host");
        assert_eq!(
            typed.settings,
            [
                ("api.port".into(), Some("9000".into())),
                ("log.level".into(), Some("debug".into())),
                ("api.host".into(), None),
            ]
        );
        let Some(Command::Redact { session, input, .. }) = typed.args.command else {
            panic!("redact")
        };
        assert_eq!((session.as_deref(), input.files), (Some("s"), vec![PathBuf::from("file")]));
    }

    #[test]
    fn after_two_dashes_everything_is_a_file() {
        let typed = typed("analyze -- --api.port x");
        assert!(typed.settings.is_empty());
        let Some(Command::Analyze { input, .. }) = typed.args.command else { panic!("analyze") };
        assert_eq!(input.files, [PathBuf::from("--api.port"), PathBuf::from("x")]);
    }

    #[test]
    fn every_unknown_flag_is_gathered() {
        let typed = typed("--confg=x --prot config --chek");
        let faults: Vec<_> = typed.faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("--confg") && faults[0].contains("`--config`"), "{faults:?}");
        assert!(faults[2].contains("`--check`"), "{faults:?}");
    }

    #[test]
    fn the_value_of_an_unknown_flag_does_not_hide_it() {
        let typed = typed("keys create --scopes redact,restore");
        let faults: Vec<_> = typed.faults.iter().map(ToString::to_string).collect();
        assert!(faults.len() == 1 && faults[0].contains("`--scope`"), "{faults:?}");
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
