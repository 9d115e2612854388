//! Secrets: other letters and digits of the same sorts in the same places, as far as the rule lets them be others; and,
//! where there is room, a word that tells everybody that it is no real one.

use super::Original;
use super::probe::Probes;
use super::stream::Stream;

/// How long a run of letters and digits must be to tell its alphabet, and to hold the word.
const ALPHABET_MIN: usize = 8;
const ROOM_MIN: usize = 20;

/// What a single place is tried with before it is left as it is.
const TRIES: usize = 3;

/// Another secret of the same form.
pub(super) fn secret(original: &Original<'_>, probes: &Probes<'_>, stream: &mut Stream) -> String {
    let chars: Vec<char> = original.text.chars().collect();
    let mut draft = Draft { alphabets: alphabets(&chars), chars, probes };
    let literals = original.rule.map(|rule| rule.prefix.iter()).into_iter().flatten();
    let head = literals.filter(|literal| original.text.starts_with(literal.as_str()));
    let head = head.map(|literal| literal.chars().count()).max().unwrap_or_default();
    if probes.is_empty() {
        draft.fill(head, draft.chars.len(), stream);
    } else {
        draft.refill(head, draft.chars.len(), stream);
    }
    let other: String = draft.chars.iter().collect();
    match marked(&draft.chars) {
        Some(marked) if probes.hold_by_rule(&marked) => marked,
        _ => other,
    }
}

/// A secret on its way.
struct Draft<'d, 'e> {
    chars: Vec<char>,
    alphabets: Vec<&'static [u8]>,
    probes: &'d Probes<'e>,
}

impl Draft<'_, '_> {
    fn fill(&mut self, from: usize, to: usize, stream: &mut Stream) {
        for at in from..to {
            if !self.alphabets[at].is_empty() {
                self.chars[at] = char::from(*stream.pick(self.alphabets[at]));
            }
        }
    }

    /// Fills a stretch anew. If the rule does not find the whole then, something in it must stay: each half is tried by
    /// itself, down to the places that are literals of the rule.
    fn refill(&mut self, from: usize, to: usize, stream: &mut Stream) {
        if self.alphabets[from..to].iter().all(|alphabet| alphabet.is_empty()) {
            return;
        }
        let kept = self.chars[from..to].to_vec();
        let tries = if to - from == 1 { TRIES } else { 1 };
        for _ in 0..tries {
            self.fill(from, to, stream);
            if self.probes.hold_by_rule(&self.chars.iter().collect::<String>()) {
                return;
            }
            self.chars[from..to].copy_from_slice(&kept);
        }
        if to - from > 1 {
            let middle = from + (to - from) / 2;
            self.refill(from, middle, stream);
            self.refill(middle, to, stream);
        }
    }
}

/// What may stand in each place: a digit for a digit and a letter of the same case for a letter, and no letters that
/// hexadecimal or base 32 do not have where the whole run may be that.
fn alphabets(chars: &[char]) -> Vec<&'static [u8]> {
    let mut alphabets: Vec<&'static [u8]> = Vec::with_capacity(chars.len());
    for run in
        chars.chunk_by(|one, next| one.is_ascii_alphanumeric() && next.is_ascii_alphanumeric())
    {
        let long = run.len() >= ALPHABET_MIN;
        let hexadecimal = long && run.iter().all(char::is_ascii_hexdigit);
        let base32 = long && run.iter().all(|c| matches!(c, 'A'..='Z' | 'a'..='z' | '2'..='7'));
        let one = |c: &char| -> &'static [u8] {
            match c {
                '0'..='9' if base32 => b"234567",
                '0'..='9' => b"0123456789",
                'a'..='z' if hexadecimal => b"abcdef",
                'A'..='Z' if hexadecimal => b"ABCDEF",
                'a'..='z' => b"abcdefghijklmnopqrstuvwxyz",
                'A'..='Z' => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                c if c.is_lowercase() => b"abcdefghijklmnopqrstuvwxyz",
                c if c.is_uppercase() => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                _ => b"",
            }
        };
        alphabets.extend(run.iter().map(one));
    }
    alphabets
}

/// The same with a word in its longest run that says what it is, in letters that the run has.
fn marked(chars: &[char]) -> Option<String> {
    let mut runs =
        chars.chunk_by(|one, next| one.is_ascii_alphanumeric() && next.is_ascii_alphanumeric());
    let mut from = 0;
    let mut longest: (usize, &[char]) = (0, &[]);
    for run in &mut runs {
        if run.len() > longest.1.len() {
            longest = (from, run);
        }
        from += run.len();
    }
    let (from, run) = longest;
    let lower = run.iter().any(char::is_ascii_lowercase);
    let upper = run.iter().any(char::is_ascii_uppercase);
    let hexadecimal = run.iter().all(char::is_ascii_hexdigit);
    let word = match (hexadecimal, lower, upper) {
        (true, true, false) => "fa15e",
        (true, false, true) => "FA15E",
        (false, true, true) => "Fake",
        (false, true, false) => "fake",
        (false, false, true) => "FAKE",
        _ => return None,
    };
    let at = from + run.len().checked_sub(ROOM_MIN)? / 2 + ROOM_MIN / 2;
    let mut chars = chars.to_vec();
    chars.splice(at..at + word.len(), word.chars());
    Some(chars.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_says_that_it_is_no_real_one() {
        let chars: Vec<char> = "ghp_x7Kq2Rm9Tv4Zb8Wn3Lc6Hd1Yf5Gs0Pjx7Kq2".chars().collect();
        let other = marked(&chars).unwrap();
        assert!(other.contains("Fake") && other.len() == chars.len(), "{other}");
        assert_eq!(marked(&"short1".chars().collect::<Vec<_>>()), None);
        let hexadecimal: Vec<char> = "3f9a1c7e0b8d25643f9a1c7e0b8d2564".chars().collect();
        assert!(marked(&hexadecimal).unwrap().contains("fa15e"));
    }
}
