//! What check digits are made of: digits, weighted sums, the sums of ISO 7064, Luhn and Verhoeff, days of the calendar.

/// Reads `N` digits and nothing else.
pub(super) fn digits<const N: usize>(chars: &[u8]) -> Option<[u32; N]> {
    let chars: &[u8; N] = chars.try_into().ok()?;
    chars.iter().all(u8::is_ascii_digit).then(|| chars.map(|byte| u32::from(byte - b'0')))
}

/// Reads a number of at most eighteen digits and nothing else.
pub(super) fn number(chars: &[u8]) -> Option<u64> {
    let fits = !chars.is_empty() && chars.len() <= 18 && chars.iter().all(u8::is_ascii_digit);
    fits.then(|| chars.iter().fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0')))
}

/// Gives the value of a digit, or of a letter counted on from 10; anything else counts as nothing.
pub(super) fn value(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or(0)
}

/// Puts digits together to a number.
pub(super) fn joined(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + digit)
}

/// Sums the products of values and weights.
pub(super) fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Sums the cross sums of the products of values and weights.
pub(super) fn crossed(values: &[u32], weights: &[u32]) -> u32 {
    let products = values.iter().zip(weights).map(|(value, weight)| value * weight);
    products.map(|product| product / 10 + product % 10).sum()
}

/// Tells whether not all characters are the same.
pub(super) fn varied(chars: &[u8]) -> bool {
    chars.windows(2).any(|pair| pair[0] != pair[1])
}

/// Sums digits as Luhn does, every second one from the end doubled.
pub(super) fn luhn_sum(digits: impl DoubleEndedIterator<Item = u32>) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let places = digits.rev().enumerate();
    places.map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit }).sum()
}

/// Tells whether these are digits, not all the same, that end on Luhn's sum.
pub(crate) fn luhn_number(chars: &[u8]) -> bool {
    let sum = luhn_sum(chars.iter().map(|byte| value(*byte)));
    chars.iter().all(u8::is_ascii_digit) && varied(chars) && sum.is_multiple_of(10)
}

/// Tells whether digits end on the hybrid sum of ISO 7064 for digits (mod 11, 10).
pub(super) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + last) % 10 == 1
}

/// Gives the remainder by 97 of a number in which letters count from 10.
pub(super) fn mod_97(chars: impl Iterator<Item = u8>) -> u32 {
    chars.fold(0, |remainder, byte| match value(byte) {
        digit @ 0..=9 => (remainder * 10 + digit) % 97,
        letter => (remainder * 100 + letter) % 97,
    })
}

/// Tells whether digits end on Verhoeff's check digit.
pub(super) fn verhoeff(digits: impl DoubleEndedIterator<Item = u32>) -> bool {
    const TURN: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let sum = digits.rev().enumerate().fold(0, |sum, (at, digit)| {
        let turned = (0..at % 8).fold(digit, |digit, _| TURN[digit as usize % 10]);
        multiply(sum, turned)
    });
    sum == 0
}

/// Tells whether the calendar has that day.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// Tells whether six digits are a year of either century, a month and a day.
pub(super) fn is_year_month_day(digits: &[u32]) -> bool {
    let [y, z, m, n, d, e, ..] = *digits else { return false };
    let (year, month, day) = (y * 10 + z, m * 10 + n, d * 10 + e);
    is_day(1900 + year, month, day) || is_day(2000 + year, month, day)
}

/// Tells whether six digits are a day, a month and a year of either century.
pub(super) fn is_day_month_year(digits: &[u32]) -> bool {
    let [d, e, m, n, y, z, ..] = *digits else { return false };
    is_year_month_day(&[y, z, m, n, d, e])
}

/// Gives the check digit that makes up a sum to a multiple of ten.
pub(super) fn up_to_ten(sum: u32) -> u32 {
    (10 - sum % 10) % 10
}

/// Gives what makes up a sum to a multiple of eleven, 0 to 10.
pub(super) fn up_to_eleven(sum: u32) -> u32 {
    (11 - sum % 11) % 11
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verhoeff_notices_every_single_wrong_digit() {
        let sound = [2, 3, 6, 3];
        assert!(verhoeff(sound.into_iter()));
        for at in 0..sound.len() {
            for other in (0..10).filter(|&other| other != sound[at]) {
                let mut wrong = sound;
                wrong[at] = other;
                assert!(!verhoeff(wrong.into_iter()), "{wrong:?}");
            }
        }
    }

    #[test]
    fn the_calendar_has_leap_years() {
        assert!(is_day(2024, 2, 29) && is_day(2000, 2, 29));
        assert!(!is_day(2023, 2, 29) && !is_day(1900, 2, 29) && !is_day(2024, 13, 1));
        assert!(is_year_month_day(&[0, 0, 0, 2, 2, 9]) && !is_year_month_day(&[0, 1, 0, 2, 2, 9]));
    }

    #[test]
    fn sums_take_any_length() {
        for length in 0..40 {
            let chars = vec![b'7'; length];
            assert!(!luhn_number(&chars), "one digit repeated is no number");
            let _ = (number(&chars), digits::<9>(&chars), mod_97(chars.iter().copied()));
        }
        assert!(luhn_number(b"4111111111111111") && !luhn_number(b"4111111111111112"));
    }
}
