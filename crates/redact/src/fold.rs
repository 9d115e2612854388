//! Text as a reader sees it: full-width digits, invisible characters, look-alike letters and odd spaces are folded to
//! plain ones, so that nothing hides behind them. Places in the folded text lead back to the original exactly.

/// Bytes that are looked at together.
const CHUNK: usize = size_of::<u64>();

/// A folded text, and the way back.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) text: String,
    edges: Vec<Edge>,
}

/// From here on, places in both texts go on in step, until the next edge.
#[derive(Debug, Clone, Copy)]
struct Edge {
    folded: usize,
    original: usize,
    /// Whether nothing is left of what stood before it.
    removed: bool,
}

/// What a character becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    /// Itself.
    Keep,
    /// Nothing.
    Remove,
    /// Another, wherever it stands.
    Plain(char),
    /// Another, beside a letter or digit of ASCII: elsewhere it is a letter of its own language.
    Beside(char),
    /// Nothing after a digit: a mark drawn over it.
    Mark,
    /// A dash between two digits.
    Dash,
}

/// Cyrillic and Greek letters that look like Latin ones, and those.
const ALIKE: &[(&str, &str)] = &[
    ("АВЕКМНОРСТХУІЈЅ", "ABEKMHOPCTXYIJS"),
    ("аеорсхуіјѕԁ", "aeopcxyijsd"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("ορνυ", "opvu"),
];

fn fold(c: char) -> Fold {
    let digit =
        |zero: u32| char::from_digit(u32::from(c) - zero, 10).map_or(Fold::Keep, Fold::Plain);
    match c {
        '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => Fold::Remove,
        '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => Fold::Remove,
        '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            Fold::Plain(' ')
        }
        '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{FE63}' => Fold::Plain('-'),
        '\u{2013}' => Fold::Dash,
        '\u{0300}'..='\u{036F}' | '\u{20D0}'..='\u{20F0}' => Fold::Mark,
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFF01 + 0x21).map_or(Fold::Keep, Fold::Plain)
        }
        '\u{0660}'..='\u{0669}' => digit(0x660),
        '\u{06F0}'..='\u{06F9}' => digit(0x6F0),
        '\u{0966}'..='\u{096F}' => digit(0x966),
        '\u{1D7CE}'..='\u{1D7FF}' => {
            let value = (u32::from(c) - 0x1D7CE) % 10;
            char::from_digit(value, 10).map_or(Fold::Keep, Fold::Plain)
        }
        '\u{0370}'..='\u{052F}' => ALIKE
            .iter()
            .flat_map(|(theirs, ours)| theirs.chars().zip(ours.chars()))
            .find(|(theirs, _)| *theirs == c)
            .map_or(Fold::Keep, |(_, ours)| Fold::Beside(ours)),
        _ => Fold::Keep,
    }
}

/// What a character is to a reader, wherever it stands.
pub(crate) fn plain(c: char) -> char {
    match fold(c) {
        Fold::Plain(plain) | Fold::Beside(plain) => plain,
        Fold::Dash => '-',
        Fold::Keep | Fold::Remove | Fold::Mark => c,
    }
}

/// Whether a byte begins characters of which some are folded; most texts have none of these.
fn is_suspect(byte: u8) -> bool {
    matches!(byte, 0xC2 | 0xCC..=0xD4 | 0xD9 | 0xDB | 0xE0..=0xE3 | 0xEF | 0xF0)
}

/// The folded text; none when it is the text itself.
pub(crate) fn folded(text: &str) -> Option<Folded> {
    let mut folded = Folded { text: String::new(), edges: Vec::new() };
    let mut written = 0;
    for (at, c) in suspects(text) {
        let becomes = match fold(c) {
            Fold::Keep => continue,
            fold => becomes(fold, text, at, at + c.len_utf8()),
        };
        let Some(becomes) = becomes else { continue };
        folded.text.push_str(&text[written..at]);
        folded.text.extend(becomes);
        written = at + c.len_utf8();
        let edge =
            Edge { folded: folded.text.len(), original: written, removed: becomes.is_none() };
        folded.edges.push(edge);
    }
    if folded.edges.is_empty() {
        return None;
    }
    folded.text.push_str(&text[written..]);
    Some(folded)
}

/// The characters that may be folded, and where they stand. Plain ASCII, which most texts are, is passed over many bytes
/// at a time.
fn suspects(text: &str) -> impl Iterator<Item = (usize, char)> {
    const HIGH: u64 = u64::from_ne_bytes([0x80; CHUNK]);
    let (chunks, rest) = text.as_bytes().as_chunks::<CHUNK>();
    let tail = chunks.len() * CHUNK;
    let high = |chunk: &[u8; CHUNK]| u64::from_le_bytes(*chunk) & HIGH;
    let high = chunks.iter().enumerate().map(move |(at, chunk)| (at * CHUNK, high(chunk)));
    let places = high.filter(|(_, high)| *high != 0).flat_map(|(at, mut left)| {
        std::iter::from_fn(move || {
            let lowest = (left != 0).then(|| left.trailing_zeros() as usize / 8)?;
            left &= left - 1;
            Some(at + lowest)
        })
    });
    let suspect = |at: &usize| is_suspect(text.as_bytes()[*at]);
    let places = places.chain(tail..tail + rest.len()).filter(suspect);
    places.filter_map(|at| text[at..].chars().next().map(|c| (at, c)))
}

/// What stands there afterwards, if the character does not stay: perhaps nothing.
fn becomes(fold: Fold, text: &str, at: usize, end: usize) -> Option<Option<char>> {
    let before = text[..at].chars().next_back();
    let after = text[end..].chars().next();
    let is = |c: Option<char>, wanted: fn(&char) -> bool| c.as_ref().is_some_and(wanted);
    match fold {
        Fold::Keep => None,
        Fold::Remove => Some(None),
        Fold::Plain(plain) => Some(Some(plain)),
        Fold::Beside(plain) => {
            let beside =
                is(before, char::is_ascii_alphanumeric) || is(after, char::is_ascii_alphanumeric);
            beside.then_some(Some(plain))
        }
        Fold::Mark => is(before, char::is_ascii_digit).then_some(None),
        Fold::Dash => {
            let between = is(before, char::is_ascii_digit) && is(after, char::is_ascii_digit);
            between.then_some(Some('-'))
        }
    }
}

impl Folded {
    /// Where a place of the folded text lies in the original, when something begins there.
    pub(crate) fn start(&self, at: usize) -> usize {
        self.place(at, self.edges.partition_point(|edge| edge.folded <= at))
    }

    /// The same when something ends there: before what was removed.
    pub(crate) fn end(&self, at: usize) -> usize {
        let mut count = self.edges.partition_point(|edge| edge.folded <= at);
        while count > 0 && self.edges[count - 1].removed && self.edges[count - 1].folded == at {
            count -= 1;
        }
        self.place(at, count)
    }

    /// By the last of the first `count` edges.
    fn place(&self, at: usize, count: usize) -> usize {
        match count.checked_sub(1).map(|last| self.edges[last]) {
            Some(edge) => edge.original + (at - edge.folded),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Options};

    #[test]
    fn what_a_reader_takes_for_plain_is_plain() {
        let plain = |text: &str| folded(text).map_or_else(|| text.to_owned(), |folded| folded.text);
        assert_eq!(plain("１２３-45"), "123-45");
        assert_eq!(plain("4111\u{200b}1111"), "41111111");
        assert_eq!(plain("+34\u{a0}612\u{2011}345"), "+34 612-345");
        assert_eq!(plain("٠١٢ ۹ 𝟕"), "012 9 7");
        assert_eq!(plain("АKIA АНТОН"), "AKIA АНТОН", "letters of their own language stay");
        assert_eq!(plain("1\u{336}2\u{336} e\u{301}"), "12 e\u{301}");
        assert_eq!(plain("612–345 – so"), "612-345 – so");
        assert!(folded("ñandú — «ya»").is_none());
    }

    #[test]
    fn what_hides_behind_odd_characters_is_found_where_it_stands() {
        let engine = Engine::builtin(&Options::default());
        for (text, expected) in [
            ("card ４１１１ １１１１ １１１１ １１１１.", "４１１１ １１１１ １１１１ １１１１"),
            ("DNI 1234\u{200b}5678\u{2060}Z ok", "1234\u{200b}5678\u{2060}Z"),
            ("write to an\u{ad}a@example\u{200b}.org\u{200b} now", "an\u{ad}a@example\u{200b}.org"),
            ("tel. +34\u{a0}612\u{a0}345\u{a0}678", "+34\u{a0}612\u{a0}345\u{a0}678"),
            ("\u{202e}ES91 2100 0418 4502 0005 1332\u{202c}", "ES91 2100 0418 4502 0005 1332"),
            ("mail а\u{43d}a@example.org", "a@example.org"),
        ] {
            let found: Vec<_> =
                engine.find(text).iter().map(|span| span.of(text).to_owned()).collect();
            assert!(found.iter().any(|found| found.ends_with(expected)), "{text}: {found:?}");
        }
    }
}
