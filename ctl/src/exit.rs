//! The exit codes, and why a verb ends without having done its work.

use std::error::Error;
use std::process::ExitCode;

/// How it went. Scripts depend on these numbers; the manual lists all six, and each stands here once a verb uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What is printed as `tacitctl: failed to ...`.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The text that completes "failed to".
    pub(crate) message: String,
    /// The next command to try.
    pub(crate) hint: Option<String>,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl Failure {
    /// Something did not work because of `source`, whose own sources are told too.
    pub(crate) fn because(message: impl Into<String>, source: &dyn Error) -> Self {
        let mut message = message.into();
        let mut cause = Some(source);
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self { message, hint: None, exit: Exit::Failed }
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
