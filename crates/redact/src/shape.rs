//! The grammar of identifiers: `999~99~9999`, `[XYZ]9{7}-?A`. A shape stands for a handful of forms, and each form for
//! words with single separators between them. docs/rules.md tells the grammar to people who write rules.

use std::fmt;

/// The longest word that a form may have; masks of positions are one machine word.
pub(crate) const WORD_MAX: usize = 64;

/// Forms that one shape may stand for.
const FORMS_MAX: usize = 4096;

/// Classes of bytes: every letter and digit is one by itself, and all else the last, which no set holds.
pub(crate) const CLASSES: usize = 63;

/// Letters and digits, a bit for the class of each.
pub(crate) type Set = u64;

const DIGITS: Set = range(b'0', b'9');
const UPPER: Set = range(b'A', b'Z');
const LOWER: Set = range(b'a', b'z');

/// What `~` stands for.
const UNIFORM: [u8; 3] = [b' ', b'-', b'.'];

/// What may stand between the words of a form.
pub(crate) const SEPARATORS: &[u8; 5] = b" -./:";

const fn range(from: u8, to: u8) -> Set {
    let mut set = 0;
    let mut byte = from;
    while byte <= to {
        if byte.is_ascii_alphanumeric() {
            set |= 1 << class(byte);
        }
        byte += 1;
    }
    set
}

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [CLASSES as u8 - 1; 256];
    let mut at = 0;
    while at < classes.len() {
        let byte = at as u8;
        match byte {
            b'0'..=b'9' => classes[at] = byte - b'0',
            b'A'..=b'Z' => classes[at] = byte - b'A' + 10,
            b'a'..=b'z' => classes[at] = byte - b'a' + 36,
            _ => {}
        }
        at += 1;
    }
    classes
}

/// The class of a byte.
pub(crate) const fn class(byte: u8) -> usize {
    CLASS[byte as usize] as usize
}

/// A word of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// What each position may hold.
    pub(crate) sets: Vec<Set>,
    /// Positions that hold a digit, and those that may.
    pub(crate) digits: Mask,
    /// The same for upper-case letters.
    pub(crate) upper: Mask,
}

/// Positions that must hold something, and positions that may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mask {
    must: u64,
    may: u64,
}

impl Mask {
    fn push(&mut self, at: usize, set: Set, what: Set) {
        // A word that is too long is refused once it is whole.
        let at = at % WORD_MAX;
        self.must |= u64::from(set & !what == 0) << at;
        self.may |= u64::from(set & what != 0) << at;
    }

    /// Whether all of these positions must hold something.
    pub(crate) fn must_all(self, positions: u64) -> bool {
        self.must & positions == positions
    }

    /// Whether a word with something at these positions agrees.
    pub(crate) fn agrees(self, found: u64) -> bool {
        found & !self.may == 0 && self.must & !found == 0
    }
}

impl Word {
    fn push(&mut self, set: Set) {
        let at = self.sets.len();
        self.digits.push(at, set, DIGITS);
        self.upper.push(at, set, UPPER);
        self.sets.push(set);
    }

    pub(crate) fn len(&self) -> usize {
        self.sets.len()
    }

    /// Whether `bytes`, of the same length, are such a word.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        bytes.iter().zip(&self.sets).all(|(byte, set)| set >> class(*byte) & 1 == 1)
    }

    /// Whether the masks say all there is to say about it.
    pub(crate) fn is_exact(&self) -> bool {
        self.sets.iter().all(|set| *set == DIGITS || *set == UPPER)
    }

    fn may_hold_a_digit(&self) -> bool {
        self.digits.may != 0
    }

    fn holds_a_digit(&self) -> bool {
        self.digits.must != 0
    }
}

/// One way to write an identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// The words, and what stands between each and the next.
    pub(crate) words: Vec<Word>,
    pub(crate) separators: Vec<u8>,
}

impl Form {
    /// Which of its words can be the first in a text to hold a digit: where the scanner stops.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = usize> {
        let last = self.words.iter().position(Word::holds_a_digit).unwrap_or(self.words.len() - 1);
        (0..=last).filter(|at| self.words[*at].may_hold_a_digit())
    }
}

impl Form {
    /// Whether a whole text is written so.
    pub(crate) fn is(&self, mut text: &[u8]) -> bool {
        for (at, word) in self.words.iter().enumerate() {
            if at > 0 {
                match text.split_first() {
                    Some((separator, rest)) if *separator == self.separators[at - 1] => text = rest,
                    _ => return false,
                }
            }
            let Some((head, rest)) = text.split_at_checked(word.len()) else { return false };
            if !word.holds(head) {
                return false;
            }
            text = rest;
        }
        text.is_empty()
    }
}

/// Why a shape cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeError {
    at: usize,
    what: &'static str,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {}: {}", self.at + 1, self.what)
    }
}

impl std::error::Error for ShapeError {}

/// A part of a shape before it is written out.
#[derive(Debug, Clone)]
enum Part {
    Class { set: Set, least: usize, most: usize },
    Separator { byte: u8, optional: bool },
    Uniform { optional: bool },
}

/// Reads a shape and writes out its forms.
///
/// # Errors
/// When it does not follow the grammar, or stands for more forms than anybody means.
pub(crate) fn forms(shape: &str) -> Result<Vec<Form>, ShapeError> {
    let parts = Parser { bytes: shape.as_bytes(), at: 0 }.parts()?;
    let uniform = parts.iter().any(|part| matches!(part, Part::Uniform { .. }));
    let optional = !parts.iter().any(|part| matches!(part, Part::Uniform { optional: false }));
    let mut choices: Vec<Option<u8>> = Vec::new();
    if uniform {
        choices.extend(UNIFORM.map(Some));
    }
    if optional {
        choices.push(None);
    }
    let wrong = |what| ShapeError { at: 0, what };
    let mut forms = Vec::new();
    for choice in choices {
        let mut written = vec![Form { words: vec![Word::default()], separators: Vec::new() }];
        for part in &parts {
            written = written.iter().flat_map(|form| extended(form, part, choice)).collect();
            if written.len() > FORMS_MAX {
                return Err(wrong("it stands for too many forms"));
            }
        }
        forms.extend(written);
    }
    for form in &forms {
        if form.words.iter().any(|word| word.len() == 0) {
            return Err(wrong("a separator stands at an end or beside another"));
        }
        if form.words.iter().any(|word| word.len() > WORD_MAX) {
            return Err(wrong("a word is longer than 64 characters"));
        }
        if !form.words.iter().any(Word::may_hold_a_digit) {
            return Err(wrong("no word of it can hold a digit"));
        }
    }
    forms.dedup();
    Ok(forms)
}

/// Gives every way in which `form` goes on with `part`.
fn extended(form: &Form, part: &Part, uniform: Option<u8>) -> Vec<Form> {
    let separated = |byte: u8| {
        let mut form = form.clone();
        form.separators.push(byte);
        form.words.push(Word::default());
        form
    };
    match *part {
        Part::Class { set, least, most } => {
            let repeated = |count: usize| {
                let mut form = form.clone();
                let word = form.words.last_mut().expect("a form has a word");
                (0..count).for_each(|_| word.push(set));
                form
            };
            (least..=most).map(repeated).collect()
        }
        Part::Separator { byte, optional: true } => vec![form.clone(), separated(byte)],
        Part::Separator { byte, optional: false } => vec![separated(byte)],
        Part::Uniform { .. } => vec![uniform.map_or_else(|| form.clone(), separated)],
    }
}

struct Parser<'s> {
    bytes: &'s [u8],
    at: usize,
}

impl Parser<'_> {
    fn wrong<T>(&self, what: &'static str) -> Result<T, ShapeError> {
        Err(ShapeError { at: self.at.saturating_sub(1), what })
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn take(&mut self, wanted: u8) -> bool {
        let is = self.bytes.get(self.at) == Some(&wanted);
        self.at += usize::from(is);
        is
    }

    fn parts(mut self) -> Result<Vec<Part>, ShapeError> {
        let mut parts = Vec::new();
        while let Some(byte) = self.next() {
            match byte {
                b'~' => parts.push(Part::Uniform { optional: self.take(b'?') }),
                b'\'' => self.literal(&mut parts)?,
                byte if SEPARATORS.contains(&byte) => {
                    parts.push(Part::Separator { byte, optional: self.take(b'?') });
                }
                byte => {
                    let set = self.class(byte)?;
                    let (least, most) = self.repeats()?;
                    parts.push(Part::Class { set, least, most });
                }
            }
        }
        if parts.is_empty() { self.wrong("it is empty") } else { Ok(parts) }
    }

    fn literal(&mut self, parts: &mut Vec<Part>) -> Result<(), ShapeError> {
        loop {
            match self.next() {
                Some(b'\'') => return Ok(()),
                Some(byte) if byte.is_ascii_alphanumeric() => {
                    parts.push(Part::Class { set: range(byte, byte), least: 1, most: 1 });
                }
                _ => return self.wrong("a literal holds letters and digits and ends on '"),
            }
        }
    }

    fn class(&mut self, byte: u8) -> Result<Set, ShapeError> {
        Ok(match byte {
            b'9' => DIGITS,
            b'A' => UPPER,
            b'a' => LOWER,
            b'X' => UPPER | DIGITS,
            b'L' => UPPER | LOWER,
            b'x' => UPPER | LOWER | DIGITS,
            b'[' => return self.set(),
            _ => {
                return self
                    .wrong("this means nothing; letters of their own stand between ' and '");
            }
        })
    }

    fn set(&mut self) -> Result<Set, ShapeError> {
        let mut set = 0;
        loop {
            match self.next() {
                Some(b']') if set != 0 => return Ok(set),
                Some(from) if from.is_ascii_alphanumeric() => {
                    let to = if self.take(b'-') { self.next() } else { Some(from) };
                    match to.filter(|to| to.is_ascii_alphanumeric() && *to >= from) {
                        Some(to) => set |= range(from, to),
                        None => return self.wrong("a range ends on a later letter or digit"),
                    }
                }
                _ => return self.wrong("a set holds letters, digits and ranges, and ends on ]"),
            }
        }
    }

    fn repeats(&mut self) -> Result<(usize, usize), ShapeError> {
        if self.take(b'?') {
            return Ok((0, 1));
        }
        if !self.take(b'{') {
            return Ok((1, 1));
        }
        let least = self.number()?;
        let most = if self.take(b',') { self.number()? } else { least };
        if !self.take(b'}') || most < least || most > WORD_MAX {
            return self.wrong("a repeat is {n} or {m,n}, up to 64");
        }
        Ok((least, most))
    }

    fn number(&mut self) -> Result<usize, ShapeError> {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.bytes[from..self.at]).unwrap_or_default();
        text.parse().or_else(|_| self.wrong("a repeat is {n} or {m,n}, up to 64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shape: &str) -> Vec<(Vec<usize>, String)> {
        let lengths = |form: &Form| form.words.iter().map(Word::len).collect();
        let separators = |form: &Form| String::from_utf8(form.separators.clone()).unwrap();
        forms(shape).unwrap().iter().map(|form| (lengths(form), separators(form))).collect()
    }

    #[test]
    fn a_shape_stands_for_its_forms() {
        assert_eq!(written("9{8}-?A"), [(vec![9], String::new()), (vec![8, 1], "-".into())]);
        assert_eq!(written("999~99").len(), 3);
        assert_eq!(written("999~?99").len(), 4);
        assert_eq!(written("9{2,4}").len(), 3);
        assert_eq!(written("'GB'99"), [(vec![4], String::new())]);
    }

    #[test]
    fn a_word_knows_what_it_holds() {
        let form = &forms("[XYZ]9{2}A").unwrap()[0];
        let word = &form.words[0];
        assert!(word.holds(b"X12L") && !word.holds(b"A12L") && !word.holds(b"X1AL"));
        assert!(word.digits.agrees(0b0110) && !word.digits.agrees(0b0100));
        assert!(word.upper.agrees(0b1001) && !word.upper.agrees(0b0001));
    }

    #[test]
    fn the_scanner_may_stop_at_every_word_that_can_be_the_first_with_a_digit() {
        let anchors = |shape: &str| forms(shape).unwrap()[0].anchors().collect::<Vec<_>>();
        assert_eq!(anchors("99-99"), [0]);
        assert_eq!(anchors("AA 99 99"), [1]);
        assert_eq!(anchors("XX-XX-99"), [0, 1, 2]);
    }

    #[test]
    fn what_does_not_follow_the_grammar_is_told() {
        for wrong in [
            "",
            "-9",
            "9--9",
            "9-",
            "[",
            "[]9",
            "[Z-A]9",
            "9{",
            "9{2",
            "9{3,2}",
            "9{65}",
            "b9",
            "'G",
            "AA",
            "x{1,64}9{1,64}",
        ] {
            assert!(forms(wrong).is_err(), "{wrong}");
        }
    }
}
