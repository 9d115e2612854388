//! Quantities: ages a few years off, sums of the same size, coordinates some kilometres away.

use super::list::{in_case_of, unaccented};
use super::stream::Stream;

/// Numbers in words, by language; an age or an amount becomes a neighbour.
const NUMBERS: &[&str] = &[
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "twenty thirty forty fifty sixty seventy eighty ninety",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "dois três quatro cinco seis sete oito nove dez onze doze",
];

/// How many years an age is off at most.
const YEARS: usize = 3;

/// How far a place is moved along each of its coordinates, in thousandths of a degree: two to eight kilometres.
const THOUSANDTHS: (usize, usize) = (20, 70);

/// An age up to three years off.
pub(super) fn age(original: &str, stream: &mut Stream) -> Option<String> {
    let digits = original.find(|c: char| c.is_ascii_digit());
    let Some(start) = digits else { return in_words(original, stream) };
    let length = original[start..].bytes().take_while(u8::is_ascii_digit).count();
    let old: usize = original[start..start + length].parse().ok()?;
    let off = stream.between(1, YEARS);
    // A child stays one, and nobody gets less than a year.
    let grown = |years: usize| years >= 18;
    let may_fall = old > off && grown(old - off) == grown(old);
    let may_rise = grown(old + off) == grown(old);
    let falls = may_fall && (!may_rise || stream.below(2) == 0);
    let new = if falls { old - off } else { old + off };
    Some(format!("{}{new}{}", &original[..start], &original[start + length..]))
}

/// A sum of the same size and format: as many digits, zeros where there are some.
pub(super) fn amount(original: &str, stream: &mut Stream) -> Option<String> {
    if !original.contains(|c: char| c.is_ascii_digit()) {
        return in_words(original, stream);
    }
    let digit = |c: char| match c {
        '1'..='9' => char::from(*stream.pick(b"123456789")),
        _ => c,
    };
    Some(original.chars().map(digit).collect())
}

/// The same with each number that is a word moved by one or two in its row.
fn in_words(original: &str, stream: &mut Stream) -> Option<String> {
    let mut found = false;
    let mut other = |word: &str| {
        let plain = unaccented(word);
        let row = NUMBERS.iter().map(|row| row.split(' ').collect::<Vec<_>>());
        let place = row.into_iter().find_map(|row| {
            let at = row.iter().position(|name| unaccented(name) == plain)?;
            Some((row, at))
        });
        let Some((row, at)) = place else { return word.to_owned() };
        found = true;
        let off = stream.between(1, 2);
        let next = if at >= off && stream.below(2) == 0 || at + off >= row.len() {
            at.saturating_sub(off)
        } else {
            at + off
        };
        in_case_of(word, row[next])
    };
    let text: String = super::name::words(original).map(&mut other).collect();
    found.then_some(text)
}

/// A place some kilometres away, in the same format.
pub(super) fn coordinates(original: &str, stream: &mut Stream) -> Option<String> {
    let mut out = String::new();
    let mut rest = original;
    let mut moved = 0;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let number = number[..end].trim_end_matches('.');
        out.push_str(before);
        let limit = if moved == 0 { 90 } else { 180 };
        match number.split_once('.') {
            Some((whole, decimals)) if moved < 2 => {
                out.push_str(&degrees(whole, decimals, limit, stream)?);
                moved += 1;
            }
            _ => out.push_str(number),
        }
        rest = &rest[start + number.len()..];
    }
    (moved == 2).then(|| out + rest)
}

fn degrees(whole: &str, decimals: &str, limit: i64, stream: &mut Stream) -> Option<String> {
    let width = decimals.len();
    let scale = 10i64.checked_pow(width as u32).filter(|_| (3..=15).contains(&width))?;
    let old = whole.parse::<i64>().ok()? * scale + decimals.parse::<i64>().ok()?;
    let (least, most) = THOUSANDTHS;
    let off = stream.between(least, most) as i64 * (scale / 1000);
    // What the decimals beyond say is somebody's door.
    let off = off + stream.below((scale / 1000).clamp(1, 1 << 30) as usize) as i64;
    let up = old + off < limit * scale && (old < off || stream.below(2) == 0);
    let new = if up { old + off } else { (old - off).abs() };
    Some(format!("{}.{:0width$}", new / scale, new % scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surrogate::Seed;

    fn stream(number: u8) -> Stream {
        Stream::new(&Seed { session: [number; 32], attempt: 0 }, &[])
    }

    #[test]
    fn an_age_is_a_few_years_off() {
        for number in 0..50 {
            let other = age("aged 47 years", &mut stream(number)).unwrap();
            let years: i64 = other.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
            assert!((44..=50).contains(&years) && years != 47, "{other}");
            assert_ne!(age("1", &mut stream(number)).unwrap(), "0");
            let years =
                |text: &str| age(text, &mut stream(number)).unwrap().parse::<u32>().unwrap();
            assert!(years("17") < 18 && years("18") >= 18 && years("19") >= 18);
            assert_ne!(age("thirty", &mut stream(number)).unwrap(), "thirty");
        }
        assert_eq!(age("old", &mut stream(0)), None);
    }

    #[test]
    fn an_amount_keeps_its_size_and_format() {
        for number in 0..50 {
            let other = amount("1,250.00 €", &mut stream(number)).unwrap();
            assert!(other.ends_with("0.00 €") && other.len() == "1,250.00 €".len(), "{other}");
            assert!(!other.starts_with('0'));
        }
    }

    #[test]
    fn a_place_is_moved_by_some_kilometres() {
        for number in 0..50 {
            let other = coordinates("40.41678, -3.70379", &mut stream(number)).unwrap();
            let (latitude, longitude) = other.split_once(", ").unwrap();
            let off = (latitude.parse::<f64>().unwrap() - 40.41678).abs();
            assert!((0.02..0.072).contains(&off), "{other}");
            let off = (longitude.parse::<f64>().unwrap() + 3.70379).abs();
            assert!((0.02..0.072).contains(&off), "{other}");
        }
    }
}
