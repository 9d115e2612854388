//! A long text, worked in windows: what is kept in memory does not grow with it. A window ends where nothing is found,
//! far enough from the end of what is there that what follows could change nothing, and the next one sees a little of
//! what stood before it, for the words nearby.

use crate::find::Around;
use crate::scan::Table;
use crate::{Engine, Language, Span};

/// Bytes that are looked at together; beyond, memory grows and nothing else.
const WINDOW: usize = 1 << 20;

/// Bytes at the end that wait for what follows: longer than the longest secret.
const MARGIN: usize = 32 * 1024;

/// Bytes before a window that it sees again: further back no cue stands, and no row of a table begins.
const CONTEXT: usize = 4096;

/// Takes a text in pieces, and gives it back in others, each with what was found in it.
pub struct Windows<'e> {
    engine: &'e Engine,
    /// What was settled and is still seen, and then what waits.
    text: String,
    settled: usize,
    language: Option<Language>,
    /// The columns, when the text is a table: its headings stand in the first window alone.
    table: Option<Table>,
}

impl<'e> Windows<'e> {
    /// Begins a text.
    pub fn new(engine: &'e Engine) -> Self {
        Self::in_language(engine, None)
    }

    /// Begins a text whose language the caller may know.
    pub fn in_language(engine: &'e Engine, language: Option<Language>) -> Self {
        Self { engine, text: String::new(), settled: 0, language, table: None }
    }

    /// Takes a piece; `each` gets what is settled by it.
    pub fn push(&mut self, piece: &str, mut each: impl FnMut(&str, &[Span])) {
        let mut rest = piece;
        while !rest.is_empty() {
            let room = (self.settled + WINDOW).saturating_sub(self.text.len()).max(4);
            let taken = (0..=room.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
            let (taken, left) = rest.split_at(taken.unwrap_or(rest.len()));
            self.text.push_str(taken);
            rest = left;
            if self.text.len() >= self.settled + WINDOW - 4 {
                self.settle(false, &mut each);
            }
        }
    }

    /// Ends the text; `each` gets what was left.
    pub fn finish(mut self, mut each: impl FnMut(&str, &[Span])) {
        self.settle(true, &mut each);
    }

    fn settle(&mut self, last: bool, each: &mut impl FnMut(&str, &[Span])) {
        let around =
            Around { language: self.language, table: self.table.as_ref(), rules_alone: false };
        let mut spans = self.engine.find_around(&self.text, around);
        if !last && self.table.is_none() {
            self.table = Some(self.engine.table(&self.text));
        }
        let cut = if last { self.text.len() } else { self.cut(&spans) };
        // What was found in what is settled already was told before.
        spans.retain(|span| span.start >= self.settled && span.end <= cut);
        for span in &mut spans {
            (span.start, span.end) = (span.start - self.settled, span.end - self.settled);
        }
        if cut > self.settled {
            each(&self.text[self.settled..cut], &spans);
        }
        let mut seen = cut.saturating_sub(CONTEXT);
        while !self.text.is_char_boundary(seen) {
            seen += 1;
        }
        self.text.drain(..seen);
        self.settled = cut - seen;
    }

    /// Where the window ends: after a space outside all that was found, or at least outside.
    fn cut(&self, spans: &[Span]) -> usize {
        let most = self.text.len() - MARGIN;
        let outside = |at: usize| {
            let next = spans.partition_point(|span| span.end <= at);
            spans.get(next).is_none_or(|span| span.start >= at)
        };
        let bytes = self.text.as_bytes();
        let after_space = |at: &usize| bytes[at - 1].is_ascii_whitespace() && outside(*at);
        let least = (most - MARGIN).max(self.settled + 1);
        let good = (least..=most).rev().find(after_space);
        let free = || {
            // A token has no spaces, and half of one would not be known for what it is.
            let tokens: Vec<_> = crate::tokens(&self.text).collect();
            let whole = |at: usize| tokens.iter().all(|one| at <= one.start || one.end <= at);
            let is_free = |at: &usize| self.text.is_char_boundary(*at) && outside(*at);
            (least..=most).rev().find(|at| is_free(at) && whole(*at))
        };
        // Something that is longer than the margin is not cut: then the window grows until it ends.
        good.or_else(free).unwrap_or(self.settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    /// The pieces of a text, joined, and its spans as places in the whole.
    fn windowed(engine: &Engine, text: &str, piece: usize) -> (String, Vec<(usize, usize)>) {
        let (mut joined, mut found) = (String::new(), Vec::new());
        let mut each = |part: &str, spans: &[Span]| {
            found.extend(
                spans.iter().map(|span| (joined.len() + span.start, joined.len() + span.end)),
            );
            joined.push_str(part);
        };
        let mut windows = Windows::new(engine);
        let mut rest = text;
        while !rest.is_empty() {
            let end =
                (0..=piece.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at)).unwrap();
            windows.push(&rest[..end], &mut each);
            rest = &rest[end..];
        }
        windows.finish(&mut each);
        (joined, found)
    }

    #[test]
    fn windows_find_what_the_whole_holds() {
        let engine = Engine::builtin(&Options::default());
        let line = "Señora, her SSN is 219-09-9998 and ana@example.org; tel. 612 345 678, so ４１１１ 1111 1111 1111.";
        for separator in ["\n", " "] {
            let text = [line, separator].concat().repeat(40_000);
            let whole: Vec<_> =
                engine.find(&text).iter().map(|span| (span.start, span.end)).collect();
            for piece in [100_003, 3_000_000] {
                let (joined, found) = windowed(&engine, &text, piece);
                assert!(
                    joined == text && found == whole,
                    "{piece}: {} of {}",
                    found.len(),
                    whole.len()
                );
            }
        }
    }

    #[test]
    fn a_text_without_a_space_comes_through() {
        let engine = Engine::builtin(&Options::default());
        let text = "ñ7".repeat(1_500_000);
        assert!(windowed(&engine, &text, 65_537).0 == text);
        assert_eq!(windowed(&engine, "", 1), (String::new(), Vec::new()));
    }
}
