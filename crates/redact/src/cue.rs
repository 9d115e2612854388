//! Words nearby: what makes a bare number somebody's. A cue is a whole word or a short phrase, whatever its case and
//! accents, in `snake_case` and `camelCase` too; JSON keys and column headers are cues like any others.

/// Rules that may have cues in one engine.
pub(crate) const RULES_MAX: usize = 768;

/// How far a cue may stand before and after, in bytes.
const BEFORE: usize = 64;
const AFTER: usize = 40;

/// Letters and signs that lead a number and are a part of it: `GR-`, `NO `.
const LEAD_MAX: usize = 6;

/// Words in a phrase.
const PHRASE_MAX: usize = 4;

/// Words of a name that are remembered while it is read.
const NAME_WORDS: usize = 8;

/// Bits of a dictionary's filter, a power of two.
const FILTER: usize = 1 << 16;

fn filter_place(hash: u64) -> usize {
    (hash >> 48) as usize & (FILTER - 1)
}

/// The rules whose cues were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    bits: [u64; RULES_MAX / 64],
    /// A bit for each of these that is not zero.
    blocks: u16,
}

impl Seen {
    pub(crate) const NONE: Self = Self { bits: [0; RULES_MAX / 64], blocks: 0 };

    fn insert(&mut self, rule: u16) {
        self.bits[usize::from(rule) / 64] |= 1 << (rule % 64);
        self.blocks |= 1 << (rule / 64);
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        if !self.is_empty() {
            *self = Self::NONE;
        }
    }

    pub(crate) fn has(&self, rule: u16) -> bool {
        self.bits[usize::from(rule) / 64] >> (rule % 64) & 1 == 1
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(mine, theirs)| *mine |= theirs);
        self.blocks |= other.blocks;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks == 0
    }

    /// The rules, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> {
        bits(u64::from(self.blocks)).flat_map(|block| {
            bits(self.bits[usize::from(block)]).map(move |lowest| block * 64 + lowest)
        })
    }
}

/// The places of the bits that are set.
fn bits(mut left: u64) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let lowest = (left != 0).then(|| left.trailing_zeros() as u16)?;
        left &= left - 1;
        Some(lowest)
    })
}

/// The words before one.
#[derive(Default)]
struct Before {
    ring: [u64; NAME_WORDS],
    count: usize,
}

impl Before {
    fn push(&mut self, hash: u64) {
        self.ring[self.count % NAME_WORDS] = hash;
        self.count += 1;
    }

    /// The nearest first.
    fn nearest(&self) -> impl Iterator<Item = u64> {
        let known = self.count.min(NAME_WORDS);
        (1..=known).map(|back| self.ring[(self.count - back) % NAME_WORDS])
    }
}

/// A phrase that ends on a word: the words before that one, the nearest first, and whose cue it is.
#[derive(Debug, Clone)]
struct Phrase {
    before: [u64; PHRASE_MAX - 1],
    rule: u16,
}

impl Phrase {
    /// Whether its words but the last are among those before, the nearest first.
    fn follows(&self, before: &Before, gaps: bool) -> bool {
        let mut before = before.nearest();
        let mut wanted = self.before.iter().take_while(|hash| **hash != 0);
        match gaps {
            true => wanted.all(|hash| before.any(|found| found == *hash)),
            false => wanted.all(|hash| before.next() == Some(*hash)),
        }
    }
}

/// The phrases by the hash of their last word.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// A bit for each hash: most words end here, without a look at the slots.
    filter: Vec<u64>,
    /// Hash, and the range among the phrases; a hash of 0 is an empty place.
    slots: Vec<(u64, u32, u32)>,
    phrases: Vec<Phrase>,
    /// Whether other words may stand between those of a phrase, as in names of variables.
    gaps: bool,
}

impl Dictionary {
    /// Makes one of names, whose words need not follow each other directly.
    pub(crate) fn of_names<'p>(names: impl Iterator<Item = (&'p str, u16)>) -> Self {
        Self { gaps: true, ..Self::new(names) }
    }

    /// Makes one of phrases and the numbers of their rules.
    pub(crate) fn new<'p>(cues: impl Iterator<Item = (&'p str, u16)>) -> Self {
        let mut listed: Vec<(u64, Phrase)> = cues
            .filter_map(|(text, rule)| {
                let mut hashes = Vec::new();
                words(text.as_bytes(), |word| hashes.push(word.hash));
                let last = hashes.pop()?;
                let mut before = [0; PHRASE_MAX - 1];
                before.iter_mut().zip(hashes.iter().rev()).for_each(|(slot, hash)| *slot = *hash);
                Some((last, Phrase { before, rule }))
            })
            .collect();
        listed.sort_by_key(|(hash, _)| *hash);
        let size = (listed.len() * 2).next_power_of_two().max(2);
        let mut dictionary =
            Self { filter: vec![0; FILTER / 64], slots: vec![(0, 0, 0); size], ..Self::default() };
        for group in listed.chunk_by(|one, other| one.0 == other.0) {
            let from = dictionary.phrases.len() as u32;
            dictionary.phrases.extend(group.iter().map(|(_, phrase)| phrase.clone()));
            let slot = (group[0].0, from, dictionary.phrases.len() as u32);
            let bit = filter_place(slot.0);
            dictionary.filter[bit / 64] |= 1 << (bit % 64);
            let mut at = slot.0 as usize & (size - 1);
            while dictionary.slots[at].0 != 0 {
                at = (at + 1) & (size - 1);
            }
            dictionary.slots[at] = slot;
        }
        dictionary
    }

    fn phrases(&self, hash: u64) -> &[Phrase] {
        let bit = filter_place(hash);
        if self.filter.get(bit / 64).is_none_or(|bits| bits >> (bit % 64) & 1 == 0) {
            return &[];
        }
        let last = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & last;
        while let Some((found, from, to)) = self.slots.get(at) {
            match *found {
                0 => break,
                found if found == hash => return &self.phrases[*from as usize..*to as usize],
                _ => at = (at + 1) & last,
            }
        }
        &[]
    }

    /// Adds the rules whose cues stand in `text`.
    pub(crate) fn gather(&self, text: &[u8], seen: &mut Seen) {
        let mut before = Before::default();
        words(text, |word| {
            for hash in [word.hash, word.singular] {
                for phrase in self.phrases(hash) {
                    if phrase.follows(&before, self.gaps) {
                        seen.insert(phrase.rule);
                    }
                }
                if word.hash == word.singular {
                    break;
                }
            }
            before.push(word.hash);
        });
    }
}

/// Why a phrase can be no cue and no key, if it cannot.
pub(crate) fn objection(phrase: &str) -> Option<String> {
    let mut count = 0;
    words(phrase.as_bytes(), |_| count += 1);
    match count {
        0 => Some("has no letter and no digit".to_owned()),
        1..=PHRASE_MAX => None,
        count => Some(format!("has {count} words, more than {PHRASE_MAX}")),
    }
}

/// A word's hash, and that of the word without a final `s`.
struct Hashed {
    hash: u64,
    singular: u64,
}

/// The letter or digit that a byte folds to; 0 where it ends a word, 1 where more bytes say.
static FOLDED: [u8; 256] = folded();

const fn folded() -> [u8; 256] {
    let mut folded = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        folded[at] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => byte,
            b'A'..=b'Z' => byte | 0x20,
            0xC3..=0xC5 => 1,
            0x80.. => byte,
            _ => 0,
        };
        at += 1;
    }
    folded
}

/// Cuts text into words, folding case and accents.
fn words(text: &[u8], mut each: impl FnMut(Hashed)) {
    let (mut hash, mut shorter, mut last) = (0u64, 0u64, 0u8);
    let mut bytes = text.iter().copied();
    let mut was_lower = false;
    loop {
        let next = bytes.next();
        let byte = next.unwrap_or_default();
        let letter = match FOLDED[usize::from(byte)] {
            1 => unaccented(byte, bytes.next().unwrap_or_default()),
            letter => letter,
        };
        let upper = letter != byte && byte < 0x80;
        if (letter == 0 || upper && was_lower) && hash != 0 {
            let singular = if last == b's' && shorter != 0 { shorter } else { hash };
            each(Hashed { hash, singular });
            hash = 0;
        }
        if letter == 0 {
            if next.is_none() {
                return;
            }
            was_lower = false;
            continue;
        }
        was_lower = !upper && byte.is_ascii_lowercase();
        shorter = hash;
        // A sum with powers: one multiplication a letter is all that each waits for.
        hash = hash.wrapping_mul(0x517c_c1b7_2722_0a95).wrapping_add(u64::from(letter));
        last = letter;
    }
}

/// The letters below the accents of U+0100 to U+017F.
const EXTENDED: &[u8; 128] = b"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll\
lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// The letter below an accent, by the two bytes of its UTF-8 form.
fn unaccented(first: u8, second: u8) -> u8 {
    if first > 0xC3 {
        let at = usize::from(first - 0xC4) * 64 + usize::from(second & 0x3F);
        return EXTENDED[at];
    }
    match second | 0x20 {
        0xA0..=0xA5 => b'a',
        0xA7 => b'c',
        0xA8..=0xAB => b'e',
        0xAC..=0xAF => b'i',
        0xB1 => b'n',
        0xB2..=0xB6 | 0xB8 => b'o',
        0xB9..=0xBC => b'u',
        0xBD | 0xBF => b'y',
        other => other,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Bytes at which the way back from a number may end.
static TELLS: [bool; 256] = tells();

const fn tells() -> [bool; 256] {
    let mut tells = [false; 256];
    let mut at = 0;
    while at < tells.len() {
        tells[at] = matches!(at as u8, b'0'..=b'9' | b'\n' | b' ');
        at += 1;
    }
    tells
}

/// What stands before `start` and may hold a cue: in the same line and sentence, and after the last number, since a cue
/// that another number stands behind belongs to that number.
pub(crate) fn before(text: &[u8], start: usize) -> &[u8] {
    let least = start.saturating_sub(BEFORE);
    let mut from = start;
    while from > least {
        let byte = text[from - 1];
        if !TELLS[usize::from(byte)] {
            from -= 1;
            continue;
        }
        if byte.is_ascii_digit() && ends_number(text, &mut from) {
            return &text[from..start];
        }
        if byte == b'\n' {
            return line_above(text, least, from, start);
        }
        // `Tel. 612` goes on, `... on file. The 612 boxes` does not.
        let sentence = byte == b' ' && from > 1 && matches!(text[from - 2], b'.' | b'!' | b'?');
        if sentence && start - from > LEAD_MAX && text[from].is_ascii_uppercase() {
            return &text[from..start];
        }
        from -= usize::from(from > least);
    }
    if from > 0 && is_word(text[from - 1]) {
        // No word is read in part.
        from += text[from..start].iter().take_while(|byte| is_word(**byte)).count();
    }
    &text[from..start]
}

/// Whether the digit before `from` ends a number: digits that begin a word, not those in `V5C` and `I-20`, which are
/// passed over.
fn ends_number(text: &[u8], from: &mut usize) -> bool {
    let digits = text[..*from].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let first = *from - digits;
    let name = match text[..first] {
        [.., letter, b'-'] => letter.is_ascii_alphabetic(),
        [.., before] => is_word(before),
        [] => false,
    };
    if name {
        *from = first + 1;
    }
    !name
}

/// A value alone on its line belongs to the line above when that ends as a title does.
fn line_above(text: &[u8], least: usize, line: usize, start: usize) -> &[u8] {
    let alone = text[line..start].iter().all(|byte| b" \t-*>\"'".contains(byte));
    let above = &text[least..line - 1];
    if alone && above.trim_ascii_end().ends_with(b":") {
        let from = above.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        return &text[least + from..start];
    }
    &text[line..start]
}

/// Where the groups end that go on from `end` with single separators: `123-45-6789`.
pub(crate) fn end_of_groups(text: &[u8], mut end: usize) -> usize {
    const GROUPS_MAX: usize = 8;
    for _ in 0..GROUPS_MAX {
        end += text[end..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        match text[end..] {
            [b' ' | b'-' | b'.' | b'/', digit, ..] if digit.is_ascii_digit() => end += 1,
            _ => break,
        }
    }
    end
}

static STOPS_AFTER: [bool; 256] = stops_after();

const fn stops_after() -> [bool; 256] {
    let mut stops = [false; 256];
    let mut at = 0;
    while at < 256 {
        stops[at] = matches!(
            at as u8,
            b'0'..=b'9'
                | b'\n'
                | b'.'
                | b','
                | b';'
                | b':'
                | b'|'
                | b'{'
                | b'}'
                | b'['
                | b']'
                | b'<'
                | b'>'
                | b'='
        );
        at += 1;
    }
    stops
}

/// What stands after `end` and may hold a cue: up to the next number, line or part of the sentence.
pub(crate) fn after(text: &[u8], end: usize) -> &[u8] {
    let window = &text[end..text.len().min(end + AFTER)];
    let length =
        window.iter().position(|byte| STOPS_AFTER[usize::from(*byte)]).unwrap_or(window.len());
    let cut = end + length < text.len() && is_word(text[end + length]);
    let window = &window[..length];
    match window.iter().rposition(|byte| !is_word(*byte)) {
        Some(last) if cut => &window[..last],
        None if cut => &[],
        _ => window,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<u16> {
        let cues = [("tel", 1), ("driver license", 2), ("numero de telefono", 3), ("ssn", 4)];
        let dictionary = Dictionary::new(cues.into_iter());
        let mut seen = Seen::NONE;
        dictionary.gather(text.as_bytes(), &mut seen);
        seen.iter().collect()
    }

    #[test]
    fn a_cue_is_a_whole_word_or_phrase_in_any_case() {
        assert_eq!(seen("Tel.: "), [1]);
        assert_eq!(seen("hotel, telex, stel"), []);
        assert_eq!(seen("his driverLicense and DRIVER_LICENSE"), [2]);
        assert_eq!(seen("license of a driver"), []);
        assert_eq!(seen("número de teléfono"), [3]);
        assert_eq!(seen("\"ssn\": SSNs"), [4]);
        assert_eq!(seen("customer_ssn"), [4]);
        assert_eq!(seen("Číslo Šsn, TĚL"), [1, 4]);
    }

    #[test]
    fn a_window_holds_what_belongs_to_the_number() {
        let before = |text: &str| String::from_utf8(before(text.as_bytes(), text.len()).to_vec());
        assert_eq!(before("tel 5, order ").unwrap(), ", order ");
        assert_eq!(before("ssn\norder ").unwrap(), "order ");
        assert_eq!(before("I-20 of V5C ").unwrap(), "I-20 of V5C ");
        assert_eq!(before("062-000 account ").unwrap(), " account ");
        assert_eq!(before("Name\nSSN:\n  ").unwrap(), "SSN:\n  ");
        let long = format!("a hotel{}", " of".repeat(21));
        assert!(!before(&long).unwrap().starts_with("tel"), "no word is read in part");
        let after = |text: &str| String::from_utf8(after(text.as_bytes(), 0).to_vec()).unwrap();
        assert_eq!(after(" (SSN) and more. Tel"), " (SSN) and more");
        assert_eq!(after(", tel"), "");
    }
}
