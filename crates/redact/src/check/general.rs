//! Checks of things that no country owns: dates, hardware addresses, UUIDs.

/// Two digits as a number.
fn pair(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
}

/// Whether there is such a day; years of two digits count as leap years when they may be one.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A whole date: year first, or the year last with day and month in either order. Single digits stand for themselves.
pub(crate) fn date(characters: &[u8]) -> bool {
    if !characters.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let century = |year: u32| (1850..=2100).contains(&year);
    let either =
        |year: u32, one: u32, other: u32| is_day(year, one, other) || is_day(year, other, one);
    // What stands before the year: one or two digits each.
    let split = |head: &[u8], year: u32| match *head {
        [_, _] => either(year, pair(&head[..1]), pair(&head[1..])),
        [_, _, _] => {
            either(year, pair(&head[..1]), pair(&head[1..]))
                || either(year, pair(&head[..2]), pair(&head[2..]))
        }
        [_, _, _, _] => either(year, pair(&head[..2]), pair(&head[2..])),
        _ => false,
    };
    let (head, tail) = characters.split_at(characters.len().saturating_sub(4));
    let year = pair(tail);
    if century(year) && tail.len() == 4 && split(head, year) {
        return true;
    }
    if let [y1, y2, y3, y4, m1, m2, d1, d2] = *characters {
        let year = pair(&[y1, y2, y3, y4]);
        return century(year) && is_day(year, pair(&[m1, m2]), pair(&[d1, d2]));
    }
    let (head, tail) = characters.split_at(characters.len().saturating_sub(2));
    (4..=6).contains(&characters.len()) && split(head, 2000 + pair(tail))
}

/// A hardware address that some interface has: not the one for everybody, and not digits alone.
pub(crate) fn mac(characters: &[u8]) -> bool {
    let all = |wanted: &[u8]| characters.iter().all(|byte| wanted.contains(byte));
    let has = |wanted: fn(&u8) -> bool| characters.iter().any(wanted);
    // Six pairs of digits alone are a time or a version as often as an address.
    characters.len() == 12 && !all(b"fF") && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// A UUID that is not the empty one.
pub(crate) fn uuid(characters: &[u8]) -> bool {
    characters.len() == 32 && characters.iter().any(|byte| *byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_that_there_was() {
        for good in [
            "19820210", "10021982", "12261948", "26121948", "29022024", "311299", "111980",
            "1121980",
        ] {
            assert!(date(good.as_bytes()), "{good}");
        }
        for wrong in
            ["19821310", "13131948", "20240230", "00001980", "", "1", "99999999", "31041980"]
        {
            assert!(!date(wrong.as_bytes()), "{wrong}");
        }
    }
}
