//! Why a command ends without having done its work: what failed, and what to do next.

use kit::setting::Fault;
use std::error::Error;
use std::fmt::Display;

/// The exit codes, the same for tacitd and tacitctl.
pub(crate) mod exit {
    /// It failed.
    pub(crate) const FAILED: u8 = 1;
    /// The command line or the configuration is wrong.
    pub(crate) const USAGE: u8 = 2;
    /// It is done, and something needs a look.
    pub(crate) const PROBLEMS: u8 = 3;
}

/// What is printed as `tacitd: failed to ...`, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The lines, the first completing "failed to".
    pub(crate) message: String,
    /// The next command to try.
    pub(crate) hint: Option<String>,
    /// The exit code.
    pub(crate) code: u8,
}

impl Failure {
    /// Something did not work.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: exit::FAILED }
    }

    /// Something did not work because of `source`, whose own sources are told too.
    pub(crate) fn because(message: impl Display, source: &dyn Error) -> Self {
        let mut text = message.to_string();
        let mut cause = Some(source);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::new(text)
    }

    /// The settings cannot be used; all that is wrong with them.
    pub(crate) fn settings(faults: &[Fault]) -> Self {
        let count = match faults.len() {
            1 => "1 fault".to_owned(),
            count => format!("{count} faults"),
        };
        let mut message = format!("use these settings ({count}):");
        for fault in faults {
            message.push_str(&format!("\n  {}: {}", fault.place, fault.what));
            message.extend(fault.hint.iter().map(|hint| format!("\n    hint: {hint}")));
        }
        Self { message, hint: None, code: exit::USAGE }
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what to do next, if anybody knows.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}
