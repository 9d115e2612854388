//! One pass over the bytes: stop at the few that can begin or betray something, and verify there by hand.
//!
//! A verifier looks at a bounded stretch of text around its stop, and words are measured once, so the whole is linear
//! in the length of the text. Overlaps are settled later, by `merge`.

mod address;
mod bank;
mod date;
mod key;
mod number;
mod own;
mod secret;
mod table;
mod wallet;
mod web;
mod word;

pub(crate) use bank::announcements;
pub(crate) use table::Table;
pub(crate) use wallet::{
    BASE58_ALPHABET, BECH32_ALPHABET, BECH32_SUMS, base58_sum, bech32_sum, in_its_case,
};
pub(crate) use word::Word;

use crate::cue::{self, Seen};
use crate::masks::{BLOCK, Class, Masks, lowest};
use crate::phone::Region;
use crate::rule::RuleId;
use crate::{Engine, Language, Span, phone};
use std::borrow::Cow;

macro_rules! scanners {
    ($( $variant:ident $name:literal )*) => {
        /// A verifier written by hand, for what is more than words of a form.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Scanner { $( $variant, )* }

        impl Scanner {
            /// How many there are.
            pub(crate) const COUNT: usize = [$( Self::$variant, )*].len();

            /// Finds it by the name that a rule calls it by.
            pub(crate) fn parse(name: &str) -> Option<Self> {
                match name {
                    $( $name => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

scanners! {
    LookAlike "look-alike"
    Email "email"
    Url "url"
    Login "login"
    Ip4 "ip4"
    Ip6 "ip6"
    Phone "phone"
    Card "card"
    Iban "iban"
    Bic "bic"
    Date "date"
    Coordinates "coordinates"
    Base58 "base58"
    Bech32 "bech32"
    Ethereum "ethereum"
    Telegram "telegram"
    Password "password"
    Token "token"
    Denied "denied"
    Tagger "tagger"
}

/// What to do at a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    None,
    Digit,
    At,
    Colon,
    Equals,
    Plus,
    Bracket,
    Dash,
}

static STOPS: [Stop; 256] = stops();

const fn stops() -> [Stop; 256] {
    let mut stops = [Stop::None; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        stops[digit as usize] = Stop::Digit;
        digit += 1;
    }
    stops[b'@' as usize] = Stop::At;
    stops[b':' as usize] = Stop::Colon;
    stops[b'=' as usize] = Stop::Equals;
    stops[b'+' as usize] = Stop::Plus;
    stops[b'(' as usize] = Stop::Bracket;
    stops[b'-' as usize] = Stop::Dash;
    stops
}

/// How much room for spans is made ready: most texts have fewer, and a long one may have none.
const BYTES_PER_SPAN: usize = 64;
const SPANS_READY: usize = 64;

/// Spans that are looked through for the item before another: what all rules found in one place, and a little more.
const ITEM_SPANS_MAX: usize = 16;

/// A text on its way through an engine.
pub(crate) struct Scan<'e, 't> {
    engine: &'e Engine,
    text: &'t str,
    bytes: &'t [u8],
    masks: Masks<'t>,
    spans: Vec<Span>,
    /// The cues around the place that was asked for last.
    window: (usize, Seen),
    /// The word whose cues may be asked for: those after it stand after its own groups, whoever asks first.
    asked: (usize, usize),
    table: Table,
    /// Where telephone numbers are found as people there write them.
    regions: Cow<'e, [Region]>,
    /// What is not sure enough, where somebody asks for that.
    weak: Option<Vec<Span>>,
    /// Whether a long run without a space goes on at the end of the stretch.
    in_run: bool,
}

impl<'e, 't> Scan<'e, 't> {
    pub(crate) fn new(engine: &'e Engine, text: &'t str) -> Self {
        Self {
            regions: Cow::Borrowed(&engine.regions),
            weak: None,
            engine,
            text,
            bytes: text.as_bytes(),
            masks: Masks::new(text.as_bytes()),
            spans: Vec::with_capacity((text.len() / BYTES_PER_SPAN).min(SPANS_READY)),
            window: (usize::MAX, Seen::NONE),
            asked: (usize::MAX, 0),
            table: Table::default(),
            in_run: false,
        }
    }

    /// Looks for telephone numbers where a language is spoken, too.
    pub(crate) fn speak(&mut self, language: Language) {
        for region in language.regions() {
            if !self.regions.iter().any(|known| known.is(&region)) {
                self.regions.to_mut().push(region);
            }
        }
    }

    /// Takes the text for more rows of a table.
    pub(crate) fn go_on_with(&mut self, table: &Table) {
        self.table = table.clone();
    }

    /// Collects everything that any rule finds, and what is not sure enough to count by itself.
    pub(crate) fn run_with_weak(mut self, weak: &mut Vec<Span>) -> Vec<Span> {
        self.weak = Some(Vec::new());
        self.pass();
        self.without_cues();
        weak.extend(self.weak.into_iter().flatten());
        self.spans
    }

    /// Collects everything that any rule finds.
    pub(crate) fn run(mut self) -> Vec<Span> {
        self.pass();
        self.spans
    }

    /// Goes through the text once. What a user asks for comes after what is built in, which wins of equals.
    fn pass(&mut self) {
        let (mut start, mut at) = (0, 0);
        let (mut secrets, mut banks) = (Vec::new(), Vec::new());
        while start < self.bytes.len() {
            let end = self.masks.stretch(start);
            std::mem::swap(&mut self.spans, &mut secrets);
            self.secrets(start, end);
            std::mem::swap(&mut self.spans, &mut secrets);
            std::mem::swap(&mut self.spans, &mut banks);
            self.bank_codes(start, end);
            std::mem::swap(&mut self.spans, &mut banks);
            at = self.stops(at.max(start), end);
            start = end;
        }
        // Of equals the first wins.
        secrets.append(&mut banks);
        let stops = std::mem::replace(&mut self.spans, secrets);
        self.searched();
        self.listed();
        if self.spans.is_empty() {
            self.spans = stops;
        } else {
            self.spans.extend(stops);
        }
    }

    /// Goes from stop to stop between `at` and `end`, and gives where to go on.
    fn stops(&mut self, mut at: usize, end: usize) -> usize {
        while at < end {
            let block = at;
            let mut stops = self.masks.from(Class::Stop, block) & lowest(end - block);
            at = end.min(block + BLOCK);
            while stops != 0 {
                let next = self.stop(block + stops.trailing_zeros() as usize);
                at = at.max(next);
                // What was looked at together with this stop has none of its own.
                stops &= !lowest(next - block);
            }
        }
        at
    }

    /// Looks at what is around a byte that means something, and gives where to go on.
    fn stop(&mut self, at: usize) -> usize {
        match STOPS[usize::from(self.bytes[at])] {
            Stop::Digit => self.word(at),
            Stop::At => self.email(at),
            Stop::Colon => self.colon(at),
            Stop::Equals => {
                self.secrets_around(at);
                self.value(at)
            }
            Stop::Dash => self.dashes(at),
            Stop::Plus => self.phone_abroad(at),
            Stop::Bracket => self.phone_in_brackets(at),
            Stop::None => unreachable!("the masks have a bit for stops alone"),
        }
    }

    /// Dashes begin an option of a command, and a line of them the head of a key in armour.
    fn dashes(&mut self, at: usize) -> usize {
        let count = self.bytes[at..].iter().take_while(|byte| **byte == b'-').count();
        if count <= 5 {
            self.secrets_at(at);
            self.secrets_around(at);
        }
        at + count
    }

    fn phone_abroad(&mut self, at: usize) -> usize {
        let Some(rule) = self.scanner(Scanner::Phone) else { return at + 1 };
        match phone::international(self.bytes, at) {
            Some(number) => {
                self.add(rule, number.start, number.end, number.score);
                number.end
            }
            None => at + 1,
        }
    }

    fn phone_in_brackets(&mut self, at: usize) -> usize {
        let number_follows = matches!(self.bytes.get(at + 1), Some(b'0'..=b'9' | b'+'));
        if number_follows {
            self.phone_at_home(at);
        }
        self.secrets_around(at);
        at + 1
    }

    /// Looks for a number as people of our regions write it.
    fn phone_at_home(&mut self, at: usize) {
        let Some(rule) = self.scanner(Scanner::Phone) else { return };
        let digits = self.masks.from(Class::Digit, at) & lowest(phone::REACH);
        let one_piece = digits & lowest(phone::DIGITS_MIN) == lowest(phone::DIGITS_MIN);
        if !one_piece
            && ((digits.count_ones() as usize) < phone::DIGITS_MIN
                || !phone::has_digits(self.bytes, at))
        {
            return;
        }
        let home = phone::Home::read(self.bytes, at);
        let abroad = match self.bytes[at..] {
            [b'0', b'0', ..] | [b'0', b'1', b'1', ..] => phone::international(self.bytes, at),
            _ => None,
        };
        let found = abroad.or_else(|| home.number(&self.regions, false));
        if let Some(number) =
            found.filter(|number| number.score >= self.engine.ready(rule).threshold)
        {
            self.add(rule, number.start, number.end, number.score);
            return;
        }
        // A cue makes a number of digits that are no usual group, too.
        if home.may_be()
            && self.is_cued(rule, at, at)
            && let Some(number) = home.number(&self.regions, true)
        {
            self.add(rule, number.start, number.end, number.score);
        }
    }

    /// How sure the number at `at` is by itself, with no word nearby.
    pub(crate) fn phone_alone(&self, at: usize) -> Option<f32> {
        let abroad = phone::international(self.bytes, at);
        let home = || phone::Home::read(self.bytes, at).number(&self.regions, false);
        let found = abroad.or_else(home);
        found.map(|number| number.score)
    }

    /// The rule that a scanner finds things for, if the engine has one.
    fn scanner(&self, scanner: Scanner) -> Option<RuleId> {
        self.engine.scanners[scanner as usize]
    }

    /// Adds what is sure enough to count.
    fn add(&mut self, rule: RuleId, start: usize, end: usize, score: f32) {
        let kind = self.engine.rule(rule).kind;
        let span = Span { start, end, kind, rule, score };
        if score >= self.engine.ready(rule).threshold {
            self.spans.push(span);
        } else if let Some(weak) = &mut self.weak {
            weak.push(span);
        }
    }

    /// Adds what a rule is as sure of as its table says, with its cues or without.
    fn add_by_cue(&mut self, id: RuleId, bare: bool, start: usize, end: usize) {
        let rule = self.engine.rule(id);
        let alone = rule.sureness(bare, false).unwrap_or_default();
        let score = match rule.cued {
            Some(cued) if cued > alone && self.is_cued(id, start, end) => cued,
            _ => alone,
        };
        self.add(id, start, end, score);
    }

    /// Whether a cue of the rule stands near what lies between `start` and `end`.
    fn is_cued(&mut self, rule: RuleId, start: usize, end: usize) -> bool {
        let Some(cue) = self.engine.ready(rule).cue else { return false };
        self.cues(start, end).has(cue)
    }

    /// The cues near what lies between `start` and `end`, and the groups that follow it: before it, in the heading of
    /// its column, else after it; and where none stands before it, those of the item before it in a list.
    fn cues(&mut self, start: usize, end: usize) -> &Seen {
        if self.window.0 != start {
            self.window.0 = start;
            let end = if self.asked.0 == start { self.asked.1 } else { end };
            self.asked.0 = usize::MAX;
            let seen = &mut self.window.1;
            seen.clear();
            let cues = &self.engine.cues;
            cues.gather_between(&self.masks, cue::before(&self.masks, start), seen);
            let bare = seen.is_empty();
            if seen.is_empty() {
                self.table.gather(&self.masks, start, cues, seen);
            }
            if seen.is_empty() {
                let end = cue::end_of_groups(&self.masks, end);
                cues.gather_between(&self.masks, cue::after(&self.masks, end), seen);
            }
            if bare && let Some(end) = cue::item_before(self.bytes, start) {
                // The one before was found a moment ago.
                let before = self.spans.iter().rev().take(ITEM_SPANS_MAX);
                let rules = before.filter(|span| span.end == end).map(|span| span.rule);
                rules
                    .filter_map(|rule| self.engine.ready(rule).cue)
                    .for_each(|cue| seen.insert(cue));
            }
        }
        &self.window.1
    }

    /// Whether no letter, digit or underscore stands before `at`.
    fn starts_word(&self, at: usize) -> bool {
        match at.checked_sub(1).map(|before| self.bytes[before]) {
            None => true,
            Some(byte) if byte.is_ascii() => !is_word(byte),
            Some(_) => {
                let before = self.text.get(..at).and_then(|before| before.chars().next_back());
                before.is_some_and(|c| !c.is_alphanumeric())
            }
        }
    }

    /// Whether no letter, digit or underscore stands at `at`.
    fn ends_word(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None => true,
            Some(byte) if byte.is_ascii() => !is_word(*byte),
            Some(_) => {
                let after = self.text.get(at..).and_then(|after| after.chars().next());
                after.is_some_and(|c| !c.is_alphanumeric())
            }
        }
    }

    /// Whether what begins at `start` goes on from something before it: `1-612...`, `v/2.5`, `$12`, `+3`.
    fn joined_before(&self, start: usize) -> bool {
        match self.bytes[..start] {
            [.., b'+' | b'$' | b'\\'] => true,
            [.., before, b'-' | b'/'] => before.is_ascii_alphanumeric(),
            [.., before, b'.'] => before.is_ascii_digit(),
            [.., before, b','] => before.is_ascii_digit() && is_thousands(&self.bytes[start..]),
            // The euro and the pound.
            [.., 0xE2, 0x82, 0xAC] | [.., 0xC2, 0xA3] => true,
            _ => false,
        }
    }

    /// Whether one to three digits stand before `end`, as before a comma in `1,234`.
    fn ends_in_thousands(&self, end: usize) -> bool {
        let before = self.bytes[..end].iter().rev();
        (1..=3).contains(&before.take(4).take_while(|byte| byte.is_ascii_digit()).count())
    }

    /// Whether what ends before `end` goes on after it.
    fn joined_after(&self, end: usize) -> bool {
        match self.bytes[end..] {
            [b'-' | b'.' | b'/', digit, ..] => digit.is_ascii_digit(),
            [b',', ..] => is_thousands(&self.bytes[end + 1..]) && self.ends_in_thousands(end),
            [b'%', ..] => true,
            _ => false,
        }
    }
}

/// Whether exactly three digits begin there, as after a comma in `1,234`; what else follows a comma is the next value.
fn is_thousands(text: &[u8]) -> bool {
    text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count() == 3
        && !text.get(3).is_some_and(|byte| is_word(*byte))
}

/// Letters, digits and the underscore.
static WORD: [bool; 256] = word_bytes();

const fn word_bytes() -> [bool; 256] {
    let mut bytes = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = (at as u8).is_ascii_alphanumeric() || at as u8 == b'_';
        at += 1;
    }
    bytes
}

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Options};

    #[test]
    fn what_hangs_together_is_one_number() {
        let engine = Engine::builtin(&Options::default());
        for text in
            ["1-612 345 678", "612 345 678/9", "A-612 345 678", "x_612 345 678", "é612 345 678"]
        {
            assert_eq!(engine.find(text), [], "{text}");
        }
        for text in
            ["-612 345 678", "(612 345 678)", "612 345 678.", "¿612 345 678?", "— 612 345 678 —"]
        {
            assert_eq!(engine.find(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn the_scanner_stops_where_a_byte_means_something() {
        for byte in 0..=u8::MAX {
            let masks = Masks::new(std::slice::from_ref(&byte));
            let stops = masks.from(Class::Stop, 0) == 1;
            assert_eq!(stops, STOPS[usize::from(byte)] != Stop::None, "{byte}");
        }
    }

    #[test]
    fn one_place_has_one_winner() {
        let text = "IBAN ES9121000418450200051332, card 4111 1111 1111 1111, +34 612 345 678";
        let found = Engine::builtin(&Options::default()).find(text);
        let kinds: Vec<_> = found.iter().map(|span| span.kind).collect();
        assert_eq!(kinds, [Kind::Iban, Kind::Card, Kind::Phone]);
    }
}
