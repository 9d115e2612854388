//! Puts originals back in the place of placeholders, in one text at once. What is put back is never looked at again.

use crate::{Forgive, Kind, Placeholder, RestoreOptions, Restorer, restore};

/// What models do to placeholders is forgiven: everything that looks like one was hidden before they saw it.
const USUAL: RestoreOptions = RestoreOptions { forgive: Forgive::Slips, json: false };

/// Finds the placeholders in `text` that [`show`] would put originals for, each with its first byte and its length.
pub fn placeholders(text: &str) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    placeholders_with(USUAL, text)
}

/// As [`placeholders`], for [`show_with`] or a [`Restorer`] with these options.
pub fn placeholders_with(
    options: RestoreOptions,
    text: &str,
) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    restore::placeholders(text, options)
}

/// A part of a text that gives way to an original and is no placeholder: a token, a surrogate.
#[derive(Debug, Clone, Copy)]
pub struct Other<'o> {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it stands for.
    pub original: &'o str,
}

/// A part of a text, and what is written in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The original, escaped where that is called for.
    pub text: String,
}

/// How far a text that comes in pieces was read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reached {
    /// The first byte that was not.
    pub at: usize,
    /// What a reader of placeholders takes for the character before.
    pub before: Option<char>,
}

/// Writes `text` with the originals that `original` knows; a placeholder that it does not know stays as it is.
pub fn show<'o>(text: &str, original: impl Fn(Kind, u32) -> Option<&'o str>) -> String {
    show_with(USUAL, text, original)
}

/// As [`show`], with these options.
pub fn show_with<'o>(
    options: RestoreOptions,
    text: &str,
    original: impl Fn(Kind, u32) -> Option<&'o str>,
) -> String {
    let mut shown = Vec::with_capacity(text.len());
    let mut restorer = Restorer::new(options);
    restorer.push(text.as_bytes(), &original, &mut shown);
    restorer.finish(&original, &mut shown);
    String::from_utf8(shown).expect("whole characters give way to whole texts")
}

/// As [`show_with`], and puts the originals of `others`, sorted and never overlapping, in their places too; where one
/// overlaps a placeholder that `original` knows, the placeholder wins. Returns how many were put back besides.
pub fn show_with_others<'o>(
    options: RestoreOptions,
    text: &str,
    original: impl Fn(Kind, u32) -> Option<&'o str>,
    others: &[Other<'_>],
) -> (String, u64) {
    let reached = Reached::default();
    let splices = splices(options, text, (reached, text.len()), original, others);
    let mut shown = String::with_capacity(text.len());
    let mut written = 0;
    for splice in &splices {
        shown.push_str(&text[written..splice.start]);
        shown.push_str(&splice.text);
        written = splice.end;
    }
    shown.push_str(&text[written..]);
    (shown, splices.len() as u64)
}

/// What [`show_with_others`] exchanges, of what begins before `until` and was not reached.
pub fn splices<'o>(
    options: RestoreOptions,
    text: &str,
    (reached, until): (Reached, usize),
    original: impl Fn(Kind, u32) -> Option<&'o str>,
    others: &[Other<'_>],
) -> Vec<Splice> {
    restore::splices(options, text, (reached, until), original, others)
}

/// The placeholders that were not reached, each with its first byte and its length; and where that begins of which only
/// what follows can tell. Where this is the `last` of the text, nothing follows.
pub fn placeholders_so_far(
    options: RestoreOptions,
    text: &str,
    (reached, last): (Reached, bool),
) -> (Vec<(Placeholder, usize, usize)>, usize) {
    restore::placeholders_so_far(options, text, (reached, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_give_way_where_no_placeholder_is_known() {
        let known = |kind, number| (kind == Kind::Email && number == 1).then_some("ana@x.org");
        let text = "Bea wrote to <EMAIL_1>, not to <EMAIL_2> or Bea";
        let other = |start, end| Other { start, end, original: "Eva" };
        let others = [other(0, 3), other(15, 20), other(32, 37), other(44, 47)];
        let (shown, count) = show_with_others(USUAL, text, known, &others);
        assert_eq!(shown, "Eva wrote to ana@x.org, not to <Eva_2> or Eva");
        assert_eq!(count, 4);
        assert_eq!(show_with_others(USUAL, text, known, &[]).0, show_with(USUAL, text, known));
        let json = RestoreOptions { json: true, ..USUAL };
        let quote = [Other { start: 0, end: 1, original: "\"" }];
        assert_eq!(show_with_others(json, "x", known, &quote).0, "\\\"");
    }
}
