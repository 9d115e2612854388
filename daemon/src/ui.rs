//! The only file that prints. What a command is asked for goes to standard output; what is said about it to standard
//! error. A reader that goes away early is no fault of ours.

use crate::failure::Failure;
use std::io::{self, Write};

/// Prints a line that was asked for.
pub(crate) fn line(text: &str) {
    raw(&format!("{text}\n"));
}

/// Prints text that was asked for, as it is.
pub(crate) fn raw(text: &str) {
    let mut out = io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Says something about what is done.
pub(crate) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "tacitd: {text}"));
}

/// Says why a command ends.
pub(crate) fn failure(failure: &Failure) {
    let mut err = io::stderr().lock();
    drop(writeln!(err, "tacitd: failed to {}", failure.message));
    if let Some(hint) = &failure.hint {
        drop(writeln!(err, "hint: {hint}"));
    }
}

/// Says what is wrong with the command line, or shows the help to somebody who asked for it.
pub(crate) fn usage(error: &clap::Error) {
    let text = error.render().to_string();
    match text.strip_prefix("error: ") {
        Some(why) => drop(io::stderr().lock().write_all(in_our_voice(why).as_bytes())),
        None => raw(&text),
    }
}

/// Says a mistake that clap found as we say everything else: one sentence, and a hint.
fn in_our_voice(why: &str) -> String {
    let mut lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut text =
        format!("tacitd: failed to read the command line: {}", lines.next().unwrap_or_default());
    let mut hints = String::new();
    for line in
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
    {
        match line.strip_prefix("tip: ") {
            Some(tip) => hints.push_str(&format!("hint: {tip}\n")),
            None => text.push_str(&format!(" {line}")),
        }
    }
    if hints.is_empty() {
        hints.push_str("hint: `tacitd --help` lists what there is\n");
    }
    format!("{text}\n{hints}")
}
