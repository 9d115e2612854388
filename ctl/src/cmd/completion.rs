//! `tacitctl completion`.

use crate::args::Args;
use crate::exit::Failure;
use crate::ui;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints the script that completes our command line in that shell.
///
/// # Errors
/// When the script is not text, which would be a fault of ours.
pub(crate) fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "tacitctl", &mut script);
    let script = String::from_utf8(script);
    ui::raw(&script.map_err(|error| Failure::because("print the completion script", &error))?);
    Ok(())
}
