//! What is known of each token of a passage before anything is decided: its word in several spellings, its shape, the
//! lists that hold it, and where it stands in its sentence and line.

use crate::hash::{Word, feature, fold, lower};
use crate::lexicon::{Lexicon, PHRASE_WORDS_MAX, list, longer, phrase};
use crate::token::{Class, Gap, Token};

/// Shapes of words, as [`Fact::shape`] holds them; marks are `MARKS` and their character.
pub mod shape {
    /// `word`
    pub const LOWER: u32 = 1;
    /// `W`
    pub const LETTER: u32 = 2;
    /// `Word`
    pub const CAPITAL: u32 = 3;
    /// `WO`, `WOR`
    pub const SHORT_UPPER: u32 = 4;
    /// `WORD`
    pub const UPPER: u32 = 5;
    /// `WorD`
    pub const MIXED: u32 = 6;
    /// `wOrd`
    pub const CAMEL: u32 = 7;
    /// Letters without case.
    pub const CASELESS: u32 = 8;
    /// Digits: this and their number, up to nine.
    pub const DIGITS: u32 = 16;
    /// Marks: this and their character.
    pub const MARKS: u32 = 256;
}

/// What is known of one token.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// The word as it stands.
    pub exact: u64,
    /// The word in lower case; longer numbers by their length alone.
    pub lower: u64,
    /// The beginnings of one to four characters, in lower case.
    pub heads: [u64; 4],
    /// The endings of one to four characters, in lower case.
    pub tails: [u64; 4],
    /// Its shape.
    pub shape: u32,
    /// What lies before it.
    pub gap: Gap,
    /// The lists that hold the word.
    pub lists: u16,
    /// The lists that hold the longest phrase around it.
    pub phrase: u16,
    /// Whether that phrase began before this token.
    pub within: bool,
    /// Whether a sentence begins here.
    pub sentence: bool,
    /// How the line is written: 0 as prose, 1 without capitals, 2 in titles, 3 in capitals.
    pub line: u8,
    /// The word before the last colon on the line, or 0.
    pub key: u64,
    /// Tokens since that colon, up to 15.
    pub since: u8,
    /// The run of capitalised words around it, as first and last token; itself where there is none.
    pub run: (u16, u16),
    /// The folded word.
    folded: Word,
}

impl Fact {
    /// Whether the word begins with a capital.
    #[must_use]
    pub const fn capital(&self) -> bool {
        matches!(self.shape, shape::LETTER..=shape::MIXED)
    }

    /// Whether it is one letter.
    #[must_use]
    pub const fn single(&self) -> bool {
        self.shape == shape::LETTER
    }

    /// Whether it is made of letters.
    #[must_use]
    pub const fn letters(&self) -> bool {
        matches!(self.shape, shape::LOWER..=shape::CASELESS)
    }
}

fn spelled(text: &str, token: &Token) -> Fact {
    let word = &text[token.start..token.end];
    let (mut exact, mut low, mut folded) = (Word::EMPTY, Word::EMPTY, Word::EMPTY);
    let mut heads = [0; 4];
    let mut last = ['\0'; 4];
    let (mut length, mut uppers, mut lowers, mut first_upper) = (0usize, 0usize, 0usize, false);
    for character in word.chars() {
        let small = lower(character);
        if character.is_ascii_uppercase() || small != character {
            uppers += 1;
            first_upper |= length == 0;
        } else if character.is_ascii_lowercase() || character.is_lowercase() {
            lowers += 1;
        }
        exact = exact.then(character);
        low = low.then(small);
        folded = folded.then(fold(small));
        if let Some(head) = heads.get_mut(length) {
            *head = low.0;
        }
        last = [small, last[0], last[1], last[2]];
        length += 1;
    }
    let mut tail = Word::EMPTY;
    let tails = last.map(|character| {
        tail = tail.then(character);
        tail.0
    });
    let shape = match token.class {
        Class::Letters => match (length, uppers, lowers) {
            (_, 0, 0) => shape::CASELESS,
            (_, 0, _) => shape::LOWER,
            (1, _, _) => shape::LETTER,
            (2..=3, _, 0) => shape::SHORT_UPPER,
            (_, _, 0) => shape::UPPER,
            (_, 1, _) if first_upper => shape::CAPITAL,
            _ if first_upper => shape::MIXED,
            _ => shape::CAMEL,
        },
        Class::Digits => shape::DIGITS + length.min(9) as u32,
        Class::Mark => shape::MARKS + word.chars().next().map_or(0, u32::from),
    };
    if token.class == Class::Digits && length > 2 {
        // A year is worth knowing by its century; of other numbers only the length is.
        let century = if length == 4 { heads[1] } else { 0 };
        low = Word(feature(0, century ^ length as u64));
        exact = low;
    }
    Fact {
        exact: exact.0,
        lower: low.0,
        heads,
        tails,
        shape,
        gap: token.gap,
        lists: 0,
        phrase: 0,
        within: false,
        sentence: false,
        line: 0,
        key: 0,
        since: 0,
        run: (0, 0),
        folded,
    }
}

/// Gathers what is known of the tokens of one passage.
#[must_use]
pub fn facts(text: &str, tokens: &[Token], lexicon: &Lexicon) -> Vec<Fact> {
    let mut facts: Vec<Fact> = tokens.iter().map(|token| spelled(text, token)).collect();
    look_up(&mut facts, lexicon);
    mark_lines(&mut facts);
    mark_sentences(&mut facts);
    mark_runs(&mut facts);
    facts
}

fn look_up(facts: &mut [Fact], lexicon: &Lexicon) {
    for fact in facts.iter_mut() {
        if fact.letters() {
            fact.lists = lexicon.lists(phrase(fact.folded));
        }
    }
    let mut at = 0;
    while at < facts.len() {
        let mut ends = at + 1;
        if facts[at].lists & list::PREFIX != 0 {
            let mut name = phrase(facts[at].folded);
            let mut next = at + 1;
            while next < facts.len() && next - at < PHRASE_WORDS_MAX && facts[next].gap <= Gap::Line
            {
                name = longer(name, facts[next].folded.0);
                let lists = lexicon.lists(name);
                next += 1;
                if lists & !list::PREFIX != 0 {
                    ends = next;
                    for (place, fact) in facts[at..next].iter_mut().enumerate() {
                        fact.phrase = lists & !list::PREFIX;
                        fact.within = place > 0;
                    }
                }
                if lists & list::PREFIX == 0 {
                    break;
                }
            }
        }
        at = ends;
    }
    for fact in facts {
        fact.lists &= !list::PREFIX;
    }
}

const COLON: u32 = shape::MARKS + ':' as u32;

fn mark_lines(facts: &mut [Fact]) {
    let mut start = 0;
    while start < facts.len() {
        let more = facts[start + 1..].iter().take_while(|fact| fact.gap < Gap::Line).count();
        let line = &mut facts[start..=start + more];
        let letters = line.iter().filter(|fact| fact.letters()).count();
        let capitals = line.iter().filter(|fact| fact.capital()).count();
        let uppers = line
            .iter()
            .filter(|fact| matches!(fact.shape, shape::SHORT_UPPER | shape::UPPER))
            .count();
        let written = if letters >= 3 && uppers * 4 >= letters * 3 {
            3
        } else if letters >= 4 && capitals * 5 >= letters * 3 {
            2
        } else {
            u8::from(capitals == 0)
        };
        let (mut key, mut since) = (0, 0u8);
        for at in 0..line.len() {
            line[at].line = written;
            line[at].key = key;
            line[at].since = since;
            since = (since + 1).min(15);
            if since == 15 {
                key = 0;
            }
            if line[at].shape == COLON && at > 0 {
                (key, since) = (line[at - 1].lower, 0);
            }
        }
        start += more + 1;
    }
}

fn mark_sentences(facts: &mut [Fact]) {
    let mut begins = true;
    for fact in facts.iter_mut() {
        if fact.gap >= Gap::Line {
            begins = true;
        }
        fact.sentence = begins;
        let mark = fact.shape.checked_sub(shape::MARKS).and_then(char::from_u32);
        begins = match mark {
            Some('.' | '!' | '?' | ':' | '…') => true,
            // Marks that open a sentence, or close one that has ended, keep what was so.
            Some(
                '"' | '\'' | '“' | '”' | '«' | '»' | '¿' | '¡' | '(' | '[' | '-' | '—' | '*' | '•',
            ) => begins,
            _ => false,
        };
    }
}

fn mark_runs(facts: &mut [Fact]) {
    let mut at = 0;
    while at < facts.len() {
        let mut last = at;
        if facts[at].capital() {
            let mut next = at + 1;
            while next < facts.len() && facts[next].gap < Gap::Line && next - last <= 3 {
                let fact = &facts[next];
                if fact.capital() {
                    last = next;
                } else if !joins(fact, &facts[next - 1]) {
                    break;
                }
                next += 1;
            }
        }
        for fact in &mut facts[at..=last] {
            fact.run = (at as u16, last as u16);
        }
        at = last + 1;
    }
}

/// Whether a token may stand within a run of capitalised words.
fn joins(fact: &Fact, before: &Fact) -> bool {
    match fact.shape.checked_sub(shape::MARKS).and_then(char::from_u32) {
        Some('-' | '&' | '\'' | '’' | '/') => true,
        // After an initial.
        Some('.') => before.shape == shape::LETTER,
        Some(_) => false,
        None => fact.lists & list::JOINT != 0,
    }
}
