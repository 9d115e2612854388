//! Identifiers: letters and digits of the same sort in the same places, within the rule's shape, that pass its check.
//!
//! One rule for all checks: the original passes, so a short walk leads from it to something else that does. Each step
//! changes a few places and mends what the check wants mended, wherever its check digits stand; steps that cannot be
//! mended are not taken. So a day of birth stays a day that there was, and whatever the check knows stays true.

use super::Original;
use super::stream::Stream;
use crate::check::Check;
use crate::fold::plain;
use crate::shape::{self, Set, class};
use std::ops::Range;

/// Walks that are tried until one leads far enough from the original.
const WALKS: usize = 4;

/// Pairs that are tried in one place: those of two digits, as nobody checks by two letters.
const PAIR_MAX: usize = 100;

/// Of so many steps that want mending, one looks everywhere although it is known where it went before.
const SEARCHES: usize = 4;

/// Digits that say more than a number, by check: where they stand before the end, and how many values mean the same. The
/// first digit of a day or a month tells who has a provisional number, or the century.
const MEANINGS: &[(&str, usize, u8)] = &[
    ("se-personal-number", 6, 4),
    ("no-birth-number", 11, 4),
    ("pl-pesel", 9, 2),
    ("bg-egn", 8, 2),
    ("fr-nir", 12, 2),
];

/// Letters and digits as they are written: which characters they are, and what stands between them.
pub(super) struct Written {
    chars: Vec<char>,
    places: Vec<usize>,
    /// The letters and digits, in ASCII.
    pub(super) letters: Vec<u8>,
}

impl Written {
    pub(super) fn read(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let known = |(at, c): (usize, &char)| {
            let plain = plain(*c);
            plain.is_ascii_alphanumeric().then_some((at, plain as u8))
        };
        let (places, letters) = chars.iter().enumerate().filter_map(known).unzip();
        Self { chars, places, letters }
    }

    /// The same with other letters and digits, in the script they were in.
    pub(super) fn with(&self, letters: &[u8]) -> String {
        let mut chars = self.chars.clone();
        for (place, letter) in self.places.iter().zip(letters) {
            chars[*place] = alike(chars[*place], char::from(*letter));
        }
        chars.into_iter().collect()
    }

    /// What stands there, as rules see it.
    fn seen(&self) -> impl Iterator<Item = u8> {
        let ascii = |c: &char| Some(plain(*c)).filter(char::is_ascii).map(|c| c as u8);
        self.chars.iter().filter_map(ascii)
    }
}

/// `letter` in the script of `old`, where that has its letters in the same order.
fn alike(old: char, letter: char) -> char {
    if plain(old) == letter {
        return old;
    }
    let moved = u32::from(old) + u32::from(letter);
    let moved = moved.checked_sub(u32::from(plain(old))).and_then(char::from_u32);
    moved.filter(|c| plain(*c) == letter).unwrap_or(letter)
}

/// Something else of the rule's shape that passes its check.
pub(super) fn identifier(original: &Original<'_>, stream: &mut Stream) -> String {
    let written = Written::read(original.text);
    let choices = choices(original, &written);
    let check = original.rule_id.and_then(|id| original.engine.ready(id).check);
    written.with(&varied(&written.letters, &choices, check, stream))
}

/// What each letter or digit may become: of its own sort, and what the shape of the rule has there.
pub(super) fn choices(original: &Original<'_>, written: &Written) -> Vec<Vec<u8>> {
    let shapes = original.rule.map(|rule| rule.shapes.iter().chain(&rule.bare));
    let forms = shapes.into_iter().flatten().filter_map(|shape| shape::forms(shape).ok()).flatten();
    let seen: Vec<u8> = written.seen().collect();
    let sets = forms.into_iter().find_map(|form| sets_of(&form, &seen));
    let any = || vec![Set::MAX; written.letters.len()];
    let sets = sets.filter(|sets| sets.len() == written.letters.len()).unwrap_or_else(any);
    let mut choices: Vec<Vec<u8>> =
        written.letters.iter().zip(sets).map(|(letter, set)| of_sort(*letter, set)).collect();
    let check = original.rule.and_then(|rule| rule.check.as_deref());
    if let Some((_, place, count)) = MEANINGS.iter().find(|(name, ..)| Some(*name) == check)
        && let Some(at) = written.letters.len().checked_sub(*place)
    {
        let meaning = |letter: u8| letter.wrapping_sub(b'0') / count;
        choices[at].retain(|letter| meaning(*letter) == meaning(written.letters[at]));
    }
    // A number does not begin to begin with a zero.
    if let (Some(first), Some(choices)) = (written.letters.first(), choices.first_mut())
        && *first != b'0'
        && choices.len() > 2
    {
        choices.retain(|letter| *letter != b'0');
    }
    choices
}

/// The sets of a form, if these bytes are of it.
fn sets_of(form: &shape::Form, bytes: &[u8]) -> Option<Vec<Set>> {
    let (mut sets, mut at) = (Vec::new(), 0);
    for (number, word) in form.words.iter().enumerate() {
        if number > 0 {
            if bytes.get(at) != Some(&form.separators[number - 1]) {
                return None;
            }
            at += 1;
        }
        let part = bytes.get(at..at + word.len()).filter(|part| word.holds(part))?;
        at += part.len();
        sets.extend_from_slice(&word.sets);
    }
    (at == bytes.len()).then_some(sets)
}

/// The digits, capitals or small letters of a set, as the letter is one.
fn of_sort(letter: u8, set: Set) -> Vec<u8> {
    let all = match letter {
        b'0'..=b'9' => b'0'..=b'9',
        b'A'..=b'Z' => b'A'..=b'Z',
        _ => b'a'..=b'z',
    };
    all.filter(|byte| set >> class(*byte) & 1 == 1).collect()
}

/// Other letters of these choices that pass the check, if the ones given do.
pub(super) fn varied(
    letters: &[u8],
    choices: &[Vec<u8>],
    check: Option<Check>,
    stream: &mut Stream,
) -> Vec<u8> {
    let free: Vec<usize> = (0..letters.len()).filter(|at| choices[*at].len() > 1).collect();
    let Some(check) = check.filter(|check| check(letters)) else {
        let mut other = letters.to_vec();
        free.iter().for_each(|at| other[*at] = *stream.pick(&choices[*at]));
        return other;
    };
    let mut best = letters.to_vec();
    let mut most = 0;
    for _ in 0..WALKS {
        let mut walk =
            Walk { letters: letters.to_vec(), choices, free: &free, check, mends: Vec::new() };
        walk.go(stream);
        let changed = free.iter().filter(|at| walk.letters[**at] != letters[**at]).count();
        if changed > most || most == 0 {
            (best, most) = (walk.letters, changed);
        }
        if most * 2 > free.len() {
            break;
        }
    }
    best
}

/// A way through what passes a check.
struct Walk<'w> {
    letters: Vec<u8>,
    choices: &'w [Vec<u8>],
    free: &'w [usize],
    check: Check,
    /// Places at which something could be mended, the last ones first: nearly always the check digits.
    mends: Vec<Range<usize>>,
}

impl Walk<'_> {
    /// Changes every place that can be changed, a few at a time and in any order.
    fn go(&mut self, stream: &mut Stream) {
        let mut order: Vec<usize> = (0..self.free.len()).collect();
        stream.shuffle(&mut order);
        for from in order {
            let length = [1, 1, 1, 2, 2, 3][stream.below(6)];
            let block = from..(from + length).min(self.free.len());
            let kept = self.letters.clone();
            for at in &self.free[block.clone()] {
                self.letters[*at] = *stream.pick(&self.choices[*at]);
            }
            if !(self.check)(&self.letters) && !self.mend(&block, stream) {
                self.letters = kept;
            }
        }
    }

    /// Makes the check pass by one other place, or two side by side: where that went before, and now and then anywhere.
    fn mend(&mut self, block: &Range<usize>, stream: &mut Stream) -> bool {
        let turn = stream.below(64);
        let count = self.free.len();
        let mut places = self.mends.clone();
        if places.is_empty() || stream.below(SEARCHES) == 0 {
            let pairs = [
                (count.wrapping_sub(2), count.wrapping_sub(1)),
                (0, 1),
                (count / 2, count / 2 + 1),
            ];
            let pairs =
                pairs.into_iter().filter(|(first, second)| first < second && *second < count);
            places.extend((0..count).rev().map(|at| at..at + 1));
            places.extend(pairs.map(|(first, _)| first..first + 2));
        }
        let choices = |at: usize| self.choices[self.free[at]].len();
        places.retain(|places| {
            let apart = places.end <= block.start || block.end <= places.start;
            apart
                && (places.len() == 1 || places.clone().map(choices).product::<usize>() <= PAIR_MAX)
        });
        let Some(mended) = places.into_iter().find(|places| self.mend_at(places.clone(), turn))
        else {
            return false;
        };
        self.mends.retain(|known| *known != mended);
        self.mends.insert(0, mended);
        true
    }

    fn mend_at(&mut self, mut places: Range<usize>, turn: usize) -> bool {
        let Some(place) = places.next() else { return (self.check)(&self.letters) };
        let at = self.free[place];
        let kept = self.letters[at];
        let choices = self.choices;
        for number in 0..choices[at].len() {
            self.letters[at] = choices[at][(number + turn) % choices[at].len()];
            if self.mend_at(places.clone(), turn) {
                return true;
            }
        }
        self.letters[at] = kept;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surrogate::Seed;

    #[test]
    fn digits_stay_in_their_script() {
        let written = Written::read("٤٥-１２A");
        assert_eq!(written.letters, b"4512A");
        assert_eq!(written.with(b"0990Z"), "٠٩-９０Z");
    }

    #[test]
    fn a_walk_goes_from_one_sound_number_to_another() {
        let check = crate::check::by_name("es-dni").unwrap();
        let choices: Vec<Vec<u8>> =
            b"12345678Z".iter().map(|byte| of_sort(*byte, Set::MAX)).collect();
        for session in 0..50 {
            let mut stream = Stream::new(&Seed { session: [session; 32], attempt: 0 }, &[]);
            let other = varied(b"12345678Z", &choices, Some(check), &mut stream);
            assert!(check(&other) && other != b"12345678Z", "{other:?}");
        }
    }
}
