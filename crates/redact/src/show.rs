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
    restore::all(text, options, original, others)
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
