//! Spain and Portugal.

use super::dni_letter;
use super::sums::{
    crossed, digits, joined, mod_97, number, up_to_eleven, up_to_ten, value, varied, weighted,
};

/// Tells whether eight digits end on the letter of a Spanish DNI.
pub(crate) fn es_dni(chars: &[u8]) -> bool {
    let Some((letter, body)) = chars.split_last() else { return false };
    let number = number(body).and_then(|number| u32::try_from(number).ok());
    body.len() == 8 && number.is_some_and(|number| number > 0 && *letter == dni_letter(number))
}

/// Tells whether X, Y or Z and seven digits end on the letter of a Spanish NIE.
pub(crate) fn es_nie(chars: &[u8]) -> bool {
    let [lead, rest @ .., letter] = chars else { return false };
    let (Some(lead), Some(body)) = (b"XYZ".iter().position(|c| c == lead), digits::<7>(rest))
    else {
        return false;
    };
    let number = body.iter().fold(lead as u32, |sum, digit| sum * 10 + digit);
    *letter == dni_letter(number)
}

/// Tells whether K, L or M and seven digits end on the letter of a Spanish NIF without a DNI.
pub(crate) fn es_nif_other(chars: &[u8]) -> bool {
    let [b'K' | b'L' | b'M', rest @ .., letter] = chars else { return false };
    digits::<7>(rest).is_some_and(|body| *letter == dni_letter(joined(&body)))
}

/// Tells whether a Spanish company's NIF ends on the digit or the letter that its first letter wants.
pub(crate) fn es_cif(chars: &[u8]) -> bool {
    let [lead, rest @ .., control] = chars else { return false };
    let Some(body) = digits::<7>(rest) else { return false };
    let check = up_to_ten(crossed(&body, &[2, 1, 2, 1, 2, 1, 2]));
    let is_digit = u32::from(control.wrapping_sub(b'0')) == check;
    let is_letter = *control == b"JABCDEFGHI"[check as usize];
    match lead {
        b'A' | b'B' | b'E' | b'H' => is_digit,
        b'N' | b'P' | b'Q' | b'R' | b'S' | b'W' => is_letter,
        b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V' => is_digit || is_letter,
        _ => false,
    }
}

/// Tells whether a Spanish social security number has a province and ends on its remainder by 97.
pub(crate) fn es_nuss(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let [province, serial, check] = [&all[..2], &all[2..10], &all[10..]].map(joined);
    let shift = if serial < 10_000_000 { 10_000_000 } else { 100_000_000 };
    let whole = u64::from(province) * shift + u64::from(serial);
    matches!(province, 1..=53 | 66) && serial > 0 && whole % 97 == u64::from(check)
}

/// Tells whether a Spanish account number (CCC) has both its check digits.
pub(crate) fn es_ccc(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let Some(all) = digits::<20>(chars) else { return false };
    let control = |sum: u32| match 11 - sum % 11 {
        10 => 1,
        11 => 0,
        other => other,
    };
    let bank = control(weighted(&all[..8], &WEIGHTS[2..]));
    let account = control(weighted(&all[10..], &WEIGHTS));
    varied(&chars[10..]) && all[8] == bank && all[9] == account
}

/// Tells whether five digits are in one of Spain's 52 provinces.
pub(crate) fn es_postcode(chars: &[u8]) -> bool {
    chars.len() == 5 && number(chars).is_some_and(|code| (1000..53_000).contains(&code))
}

/// Tells whether an old Spanish registration plate begins with a province.
pub(crate) fn es_plate_province(chars: &[u8]) -> bool {
    const PROVINCES: &[u8] = b"\
        A AB AL AV B BA BI BU C CA CC CE CO CR CS CU GC GE GI GR GU H HU J L LE LO LU M MA ML \
        MU NA O OR OU P PM IB PO S SA SE SG SO SS T TE TF TO V VA VI Z ZA";
    let letters = chars.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    PROVINCES.split(|byte| *byte == b' ').any(|code| *code == chars[..letters])
}

/// Tells whether a Spanish cadastral reference has both its control letters.
pub(crate) fn es_cadastral(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [13, 15, 12, 5, 4, 17, 9, 21, 3, 7, 1];
    if chars.len() != 20 {
        return false;
    }
    // The Spanish alphabet has one more letter after N.
    let spanish = |byte: u8| match value(byte) {
        digit @ 0..=9 => digit,
        letter @ 10..=23 => letter - 9,
        letter => letter - 8,
    };
    let control = |from: usize| {
        let part = chars[from..from + 7].iter().chain(&chars[14..18]);
        let sum: u32 = part.zip(WEIGHTS).map(|(byte, weight)| spanish(*byte) * weight).sum();
        b"MQWERTYUIOPASDFGHJKLBZX"[sum as usize % 23]
    };
    chars[18..] == [control(0), control(7)]
}

/// Tells whether a Portuguese tax number has a kind that exists and its check digit.
pub(crate) fn pt_nif(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"PT").unwrap_or(chars);
    let Some(all) = digits::<9>(body) else { return false };
    let check = up_to_eleven(weighted(&all[..8], &[9, 8, 7, 6, 5, 4, 3, 2])) % 10;
    let kind = matches!(
        (all[0], all[1]),
        (1 | 2 | 3 | 5 | 6 | 8, _) | (4, 5) | (7, _) | (9, 0 | 1 | 8 | 9)
    );
    kind && varied(body) && all[8] == check
}

/// Tells whether the number of a Portuguese citizen card ends on its check digit.
pub(crate) fn pt_cc(chars: &[u8]) -> bool {
    let sum: u32 = chars
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &byte)| {
            let doubled = value(byte) * 2;
            match at % 2 {
                0 => value(byte),
                _ if doubled > 9 => doubled - 9,
                _ => doubled,
            }
        })
        .sum();
    chars.len() == 12 && chars[..9].iter().all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}

/// Tells whether a Portuguese social security number has its check digit.
pub(crate) fn pt_niss(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let sum = weighted(&all[..10], &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]);
    matches!(all[0], 1 | 2) && all[10] == 9 - sum % 10
}

/// Tells whether a Portuguese account number (NIB) leaves 1 by 97.
pub(crate) fn pt_nib(chars: &[u8]) -> bool {
    digits::<21>(chars).is_some() && mod_97(chars.iter().copied()) == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn spanish_numbers() {
        accepts(es_dni, &["12345678Z", "00000001R"]);
        rejects(es_dni, &["12345678A", "12345678z", "00000000T", "1234567Z"]);
        accepts(es_nie, &["X1234567L", "Z2345678M"]);
        rejects(es_nie, &["X1234567A", "W1234567L", "X123456L"]);
        accepts(es_cif, &["A58818501", "P0800000B", "J99216582", "B58378431"]);
        rejects(es_cif, &["A58818502", "P08000002", "I58818501"]);
        accepts(es_ccc, &["21000418450200051332", "20770024003102575766"]);
        notices_one_wrong_digit(es_ccc, "21000418450200051332");
        accepts(es_nuss, &["281234567840"]);
        notices_one_wrong_digit(es_nuss, "281234567840");
        accepts(es_cadastral, &["9872023VH5797S0001WX", "7837301VG8173B0001TT"]);
        rejects(es_cadastral, &["9872023VH5797S0001WA"]);
        accepts(es_plate_province, &["M1234AB", "GC0001BX"]);
        rejects(es_plate_province, &["X1234AB", "MX1234AB", "1234AB"]);
        accepts(es_postcode, &["01000", "28013", "52999"]);
        rejects(es_postcode, &["00999", "53000", "2801"]);
        accepts(es_nif_other, &["M1234567L"]);
        rejects(es_nif_other, &["M1234567A", "N1234567L"]);
    }

    #[test]
    fn portuguese_numbers() {
        accepts(pt_nif, &["501964843", "123456789"]);
        notices_one_wrong_digit(pt_nif, "501964843");
        accepts(pt_cc, &["000000000ZZ4"]);
        rejects(pt_cc, &["000000000ZZ5"]);
        accepts(pt_niss, &["12345678902"]);
        rejects(pt_niss, &["12345678903", "32345678902"]);
        accepts(pt_nib, &["000201231234567890154"]);
        notices_one_wrong_digit(pt_nib, "000201231234567890154");
    }
}
