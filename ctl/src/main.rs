//! tacitctl: the operator's hand.
//!
//! This file reads aloud: take the command line apart, run the verb, say how it went.

mod args;
mod cmd;
mod exit;
mod ui;

use args::{Args, Command};
use clap::Parser;
use exit::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.use_stderr() => {
            ui::usage(&error);
            return Exit::Usage.into();
        }
        Err(help) => {
            ui::raw(&help.render().to_string());
            return Exit::Done.into();
        }
    };
    match run(args.command) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            ui::failure(&failure);
            failure.exit.into()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Version { output } => cmd::version::run(output),
        Command::Completion { shell } => cmd::completion::run(shell),
        Command::Man { dir } => cmd::man::run(dir.as_deref()),
    }
}
