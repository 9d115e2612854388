//! Log lines on standard error: plain for people, JSON for machines. No user text ever reaches one, panics included.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

crate::choice! {
    /// How much is logged.
    pub enum Level {
        /// Everything, each connection included.
        Trace = "trace",
        /// For finding a fault.
        Debug = "debug",
        /// Each request, start and stop.
        Info = "info",
        /// What may need a hand.
        Warning = "warning" | "warn",
        /// What failed.
        Error = "error" | "critical" | "fatal",
        /// Nothing.
        Off = "off" | "none",
    }
}

crate::choice! {
    /// What a log line looks like.
    pub enum Format {
        /// Plain on a terminal, JSON elsewhere.
        Auto = "auto",
        /// For people.
        Plain = "plain" | "text" | "console",
        /// One JSON object a line.
        Json = "json",
    }
}

impl Format {
    /// Decides `Auto` by where the log goes.
    pub fn is_json(self) -> bool {
        match self {
            Self::Auto => !std::io::stderr().is_terminal(),
            Self::Plain => false,
            Self::Json => true,
        }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Trace => Self::TRACE,
            Level::Debug => Self::DEBUG,
            Level::Info => Self::INFO,
            Level::Warning => Self::WARN,
            Level::Error => Self::ERROR,
            Level::Off => Self::OFF,
        }
    }
}

/// Starts the log. `ours` are the crates whose lines follow `level`; what others have to say is only let through from
/// a warning up, because we cannot answer for what it holds.
pub fn start(level: Level, format: Format, ours: &[&str]) {
    let level = LevelFilter::from(level);
    let filter = Targets::new().with_default(level.min(LevelFilter::WARN));
    let filter = ours.iter().fold(filter, |filter, name| filter.with_target(*name, level));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    if format.is_json() {
        registry
            .with(lines.json().flatten_event(true).with_current_span(false).with_span_list(false))
            .init();
    } else {
        // Colours are not compiled in; to ask for them is a fault that is told on every terminal.
        registry.with(lines.with_ansi(false)).init();
    }
    std::panic::set_hook(Box::new(log_panic));
}

/// Logs where a panic happened, and never its message: that of a slice out of bounds quotes the text.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    tracing::error!(place, "a fault in the program: please report this line");
}
