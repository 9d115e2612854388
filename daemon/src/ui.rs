//! The only file that prints. What a command is asked for goes to standard output; what is said about it to standard
//! error. A reader that goes away early is no fault of ours.

use crate::failure::Failure;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Instant;

/// Bytes of input after which progress is shown: less is done within a moment.
const PROGRESS_AFTER: u64 = 8 << 20;

/// Bytes of input from one look of the progress to the next.
const PROGRESS_STEP: u64 = 1 << 20;

/// Prints a line that was asked for.
pub(crate) fn line(text: &str) {
    raw(&format!("{text}\n"));
}

/// Prints text that was asked for, as it is.
pub(crate) fn raw(text: &str) {
    let mut out = io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Standard output for much of it: a disk that is full is told, and a reader that goes away ends the work.
#[derive(Debug, Default)]
pub(crate) struct Output {
    gone: bool,
}

impl Output {
    /// Writes it at once, unless nobody reads any more.
    ///
    /// # Errors
    /// When it cannot be written for another reason.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.gone || bytes.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            done => done.map_err(|error| Failure::because("write to standard output", &error)),
        }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }
}

/// How far a long input is worked through, on one line of a terminal. It is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    began: Instant,
    total: Option<u64>,
    done: u64,
    /// What was done when it was last shown; none where it never is.
    shown: Option<u64>,
}

impl Progress {
    /// Begins. `total` is how many bytes there are, if that is known. It is shown to people alone: on a terminal that the
    /// answer does not go to, unless they want quiet.
    pub(crate) fn new(total: Option<u64>, quiet: bool) -> Self {
        let shown = !quiet && io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { began: Instant::now(), total, done: 0, shown: shown.then_some(0) }
    }

    /// Notes that so many bytes more are done.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        let Some(shown) = &mut self.shown else { return };
        if self.done >= PROGRESS_AFTER && self.done - *shown >= PROGRESS_STEP {
            *shown = self.done;
            let text = progress(self.done, self.total, self.began.elapsed().as_secs_f64());
            drop(write!(io::stderr().lock(), "\r{text}\x1b[K"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some_and(|shown| shown > 0) {
            drop(write!(io::stderr().lock(), "\r\x1b[K"));
        }
    }
}

fn progress(done: u64, total: Option<u64>, seconds: f64) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let rate = megabytes(done) / seconds.max(1e-3);
    match total.filter(|total| *total >= done) {
        Some(total) => {
            let percent = done * 100 / total.max(1);
            format!("tacitd: {percent} % of {:.0} MB, {rate:.0} MB/s", megabytes(total))
        }
        None => format!("tacitd: {:.0} MB, {rate:.0} MB/s", megabytes(done)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_percent_where_the_end_is_known() {
        assert_eq!(progress(16_000_000, Some(64_000_000), 0.5), "tacitd: 25 % of 64 MB, 32 MB/s");
        assert_eq!(progress(16_000_000, None, 0.5), "tacitd: 16 MB, 32 MB/s");
        assert_eq!(progress(16_000_000, Some(1), 0.5), "tacitd: 16 MB, 32 MB/s", "it grew");
    }
}
