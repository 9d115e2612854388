//! Cuts a text into tokens: runs of letters, runs of digits, and every other visible character by itself.
//!
//! A span can begin or end wherever letters, digits and punctuation meet; whoever cuts coarser cannot give the spans
//! that forms have, such as the `5` in `C/Mayor,5-2ºB`. Tokens never overlap and lie on character boundaries.

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Letters and the marks upon them.
    Letters,
    /// Digits.
    Digits,
    /// One character of any other kind.
    Mark,
}

/// What lies between a token and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// Nothing.
    None,
    /// White space within the line.
    Space,
    /// The end of a line.
    Line,
    /// At least one empty line, or the beginning of the text.
    Blank,
}

/// One token: where it lies, in bytes, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is made of.
    pub class: Class,
    /// What lies before it.
    pub gap: Gap,
}

fn class(character: char) -> Option<Class> {
    match character {
        'a'..='z' | 'A'..='Z' => Some(Class::Letters),
        '0'..='9' => Some(Class::Digits),
        ' ' | '\t' | '\r' | '\n' => None,
        '!'..='~' => Some(Class::Mark),
        _ if character.is_alphabetic() || ('\u{300}'..'\u{370}').contains(&character) => {
            Some(Class::Letters)
        }
        // Digits proper of other scripts; fractions and superscripts stand alone.
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{966}'..='\u{96f}' | '０'..='９' => {
            Some(Class::Digits)
        }
        _ if character.is_whitespace() || character.is_control() => None,
        // What joins or turns other characters and is not seen itself.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        _ => Some(Class::Mark),
    }
}

/// A line of at least so many bytes may have been broken to fit a width.
const WRAPPED_BYTES_MIN: usize = 50;

/// Cuts a text into tokens.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4 + 1);
    let mut lines = 2;
    let mut apart = true;
    let mut line = 0;
    for (at, character) in text.char_indices() {
        let Some(class) = class(character) else {
            if character == '\n' {
                // A long line that no mark ends was broken to fit a width, and its sentence goes on.
                let wrapped = lines == 0
                    && tokens.last().is_some_and(|last| {
                        last.end - line >= WRAPPED_BYTES_MIN && last.class != Class::Mark
                    });
                lines += usize::from(!wrapped);
                line = at + 1;
            }
            apart = true;
            continue;
        };
        let end = at + character.len_utf8();
        match tokens.last_mut() {
            Some(last) if !apart && class != Class::Mark && last.class == class => last.end = end,
            _ => {
                let gap = match (lines, apart) {
                    (2.., _) => Gap::Blank,
                    (1, _) => Gap::Line,
                    (_, true) => Gap::Space,
                    (_, false) => Gap::None,
                };
                tokens.push(Token { start: at, end, class, gap });
            }
        }
        lines = 0;
        apart = false;
    }
    tokens
}

/// Tokens after which a passage ends wherever it stands, so that work stays linear and memory bounded.
pub const PASSAGE_TOKENS_MAX: usize = 400;
const PASSAGE_TOKENS_LONG: usize = 250;

/// Cuts tokens into passages, each read as one chain: a line, or past a length a part of one that ends with
/// a sentence.
#[must_use]
pub fn passages(text: &str, tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let mut passages = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let long = at - start >= PASSAGE_TOKENS_LONG;
        let sentence = || {
            let before = tokens[at - 1];
            token.gap >= Gap::Space
                && matches!(&text[before.start..before.end], "." | "!" | "?" | ";")
        };
        let ends = at > start
            && (token.gap >= Gap::Line || at - start >= PASSAGE_TOKENS_MAX || long && sentence());
        if ends {
            passages.push(start..at);
            start = at;
        }
    }
    if start < tokens.len() {
        passages.push(start..tokens.len());
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::{Gap, PASSAGE_TOKENS_MAX, passages, tokens};

    fn words(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| &text[token.start..token.end]).collect()
    }

    #[test]
    fn letters_digits_and_marks_are_cut_apart() {
        assert_eq!(words("C/Mayor,5-2ºB"), ["C", "/", "Mayor", ",", "5", "-", "2", "ºB"]);
        assert_eq!(words("l'État 2024!"), ["l", "'", "État", "2024", "!"]);
        assert_eq!(words("a\u{200b}b 👍🏽"), ["a", "b", "👍", "🏽"]);
    }

    #[test]
    fn a_line_broken_to_a_width_goes_on() {
        let text =
            "This line is long enough to have been broken before the name of John\nSmith, and";
        let broken =
            tokens(text).into_iter().find(|token| text[token.start..].starts_with("Smith"));
        assert_eq!(broken.map(|token| token.gap), Some(Gap::Space));
        let short = tokens("John\nSmith");
        assert_eq!(short[1].gap, Gap::Line);
        assert_eq!(tokens("John\n\nSmith")[1].gap, Gap::Blank);
    }

    #[test]
    fn passages_are_lines_and_never_long() {
        let lines = "one two\nthree\n\nfour";
        assert_eq!(passages(lines, &tokens(lines)), [0..2, 2..3, 3..4]);
        let long = "word ".repeat(5000);
        let passages = passages(&long, &tokens(&long));
        assert!(passages.iter().all(|range| range.len() <= PASSAGE_TOKENS_MAX));
        assert_eq!(passages.last().map(|range| range.end), Some(5000));
    }
}
