//! Germany, Austria, Switzerland, Poland, Czechia, Slovakia and Hungary.

use super::sums::{
    crossed, digits, is_day, is_day_month_year, is_year_month_day, joined, luhn_number, mod_11_10,
    up_to_eleven, up_to_ten, value, varied, weighted,
};

/// Tells whether a German tax identifier repeats one digit as it must and has its check digit.
pub(crate) fn de_tax_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let mut seen = [0; 10];
    all[..10].iter().for_each(|digit| seen[*digit as usize % 10] += 1);
    let repeated = seen.iter().filter(|count| **count > 1).count() == 1;
    all[0] > 0 && repeated && seen.iter().all(|count| *count < 4) && mod_11_10(&all)
}

/// Tells whether a German tax number is as long as that of a state, or a unified one with its zero.
pub(crate) fn de_tax_number(chars: &[u8]) -> bool {
    let digits_only = chars.iter().all(u8::is_ascii_digit) && varied(chars);
    match chars.len() {
        10 | 11 => digits_only,
        13 => digits_only && chars[4] == b'0',
        _ => false,
    }
}

/// Tells whether a German social security number has a day of birth and its check digit.
pub(crate) fn de_social_security(chars: &[u8]) -> bool {
    let (Some(head), Some(tail), Some(letter)) =
        (chars.get(..8).and_then(digits::<8>), chars.get(9..).and_then(digits::<3>), chars.get(8))
    else {
        return false;
    };
    let initial = match letter {
        b'A'..=b'Z' => u32::from(letter - b'A') + 1,
        _ => return false,
    };
    let sum = crossed(&head, &[2, 1, 2, 5, 7, 1, 2, 1])
        + crossed(&[initial / 10, initial % 10, tail[0], tail[1]], &[2, 1, 2, 1]);
    let (day, month) = (joined(&head[2..4]) % 50, joined(&head[4..6]));
    // An unknown day or month is written as zero.
    let born = is_day(2000, month.max(1), day.max(1));
    let area =
        matches!(joined(&head[..2]), 2..=29 | 38..=40 | 42..=44 | 48..=68 | 77..=79 | 80..=82 | 89);
    area && born && joined(&head[2..4]) < 82 && sum % 10 == tail[2]
}

/// Tells whether the number of a German health insurance card has its check digit.
pub(crate) fn de_health_insurance(chars: &[u8]) -> bool {
    let [letter @ b'A'..=b'Z', rest @ ..] = chars else { return false };
    let Some(all) = digits::<9>(rest) else { return false };
    let initial = u32::from(letter - b'A') + 1;
    let sum = crossed(&[initial / 10, initial % 10], &[1, 2])
        + crossed(&all[..8], &[1, 2, 1, 2, 1, 2, 1, 2]);
    varied(rest) && sum % 10 == all[8]
}

/// Tells whether a travel document's number ends on the check digit of the machine-readable zone.
pub(crate) fn icao_document(chars: &[u8]) -> bool {
    let Some((last, body)) = chars.split_last() else { return false };
    let products = body.iter().zip([7, 3, 1].into_iter().cycle());
    let sum: u32 = products.map(|(byte, weight)| value(*byte) * weight).sum();
    matches!(body.len(), 8 | 9) && varied(body) && u32::from(last.wrapping_sub(b'0')) == sum % 10
}

/// Tells whether a German doctor's number (LANR) has its check digit.
pub(crate) fn de_lanr(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    varied(chars) && up_to_ten(weighted(&all[..6], &[4, 9, 4, 9, 4, 9])) == all[6]
}

/// Tells whether a German VAT number has the check digit of ISO 7064.
pub(crate) fn de_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"DE").unwrap_or(chars);
    digits::<9>(body).is_some_and(|all| all[0] > 0 && mod_11_10(&all))
}

/// Tells whether a German postal code is one of those given out.
pub(crate) fn de_postcode(chars: &[u8]) -> bool {
    digits::<5>(chars).is_some_and(|all| (1067..=99_998).contains(&joined(&all)))
}

/// Tells whether an Austrian social security number has a day of birth and its check digit.
pub(crate) fn at_svnr(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let sum = weighted(&all, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    // Months 13 to 15 stand where a day has too many births.
    let month = if joined(&all[6..8]) > 12 { 12 } else { joined(&all[6..8]) };
    let born = is_day(2000, month, joined(&all[4..6]));
    all[0] > 0 && joined(&all[6..8]) < 16 && born && sum % 11 == all[3]
}

/// Tells whether an Austrian VAT number has its check digit.
pub(crate) fn at_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"ATU").and_then(digits::<8>) else { return false };
    up_to_ten(crossed(&all[..7], &[1, 2, 1, 2, 1, 2, 1]) + 4) == all[7]
}

/// Tells whether an Austrian tax number has Luhn's sum.
pub(crate) fn at_tax(chars: &[u8]) -> bool {
    chars.len() == 9 && luhn_number(chars)
}

/// Tells whether a Swiss social security number (AHV) has the country and the check digit of its bar code.
pub(crate) fn ch_ahv(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    chars.starts_with(b"756")
        && weighted(&all, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// Tells whether a Swiss company's number (UID) has its check digit.
pub(crate) fn ch_uid(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"CHE").and_then(|body| body.get(..9)).and_then(digits::<9>)
    else {
        return false;
    };
    up_to_eleven(weighted(&all[..8], &[5, 4, 3, 2, 7, 6, 5, 4])) == all[8]
}

/// Tells whether a Polish number (PESEL) has a day of birth in its century and its check digit.
pub(crate) fn pl_pesel(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let century = [1900, 2000, 2100, 2200, 1800][all[2] as usize / 2 % 5];
    let born = is_day(century + joined(&all[..2]), joined(&all[2..4]) % 20, joined(&all[4..6]));
    born && weighted(&all, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Tells whether a Polish tax number (NIP) has its check digit.
pub(crate) fn pl_nip(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"PL").unwrap_or(chars);
    let Some(all) = digits::<10>(body) else { return false };
    all[0] > 0 && varied(body) && weighted(&all[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == all[9]
}

/// Tells whether the number of a Polish business (REGON) has its check digits.
pub(crate) fn pl_regon(chars: &[u8]) -> bool {
    let short = |all: &[u32]| weighted(&all[..8], &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == all[8];
    let long = |all: &[u32]| {
        weighted(&all[..13], &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11 % 10 == all[13]
    };
    let nine = digits::<9>(chars).is_some_and(|all| short(&all));
    varied(chars) && (nine || digits::<14>(chars).is_some_and(|all| short(&all) && long(&all)))
}

/// Tells whether a Polish identity card has its check digit, the first.
pub(crate) fn pl_id_card(chars: &[u8]) -> bool {
    let Some(all) = chars.get(3..).and_then(digits::<6>) else { return false };
    let letters: u32 =
        chars.iter().zip([7, 3, 1]).map(|(byte, weight)| value(*byte) * weight).sum();
    varied(&chars[3..]) && (letters + weighted(&all[1..], &[7, 3, 1, 7, 3])) % 10 == all[0]
}

/// Tells whether a Polish passport has its check digit, the first.
pub(crate) fn pl_passport(chars: &[u8]) -> bool {
    let Some(all) = chars.get(2..).and_then(digits::<7>) else { return false };
    let letters: u32 = chars.iter().zip([7, 3]).map(|(byte, weight)| value(*byte) * weight).sum();
    varied(&chars[2..]) && (letters + weighted(&all[1..], &[1, 7, 3, 1, 7, 3])) % 10 == all[0]
}

/// Tells whether a Czech or Slovak birth number has a day of birth and its remainder by 11.
pub(crate) fn cz_birth_number(chars: &[u8]) -> bool {
    let Some(all) = chars.get(..9).and_then(digits::<9>) else { return false };
    let month = match joined(&all[2..4]) {
        month @ 51..=62 => month - 50,
        month @ 71..=82 => month - 70,
        month @ 21..=32 => month - 20,
        month => month,
    };
    let born = is_year_month_day(&[all[0], all[1], month / 10, month % 10, all[4], all[5]]);
    let last = chars.get(9).map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let right = match last {
        None => joined(&all[..2]) < 54 && joined(&all[6..]) > 0,
        Some(last) => joined(&all) % 11 % 10 == last,
    };
    chars.len() <= 10 && born && right
}

/// Tells whether the number of a Czech or Slovak business has its check digit.
pub(crate) fn cz_ico(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"CZ").unwrap_or(chars);
    let Some(all) = digits::<8>(body) else { return false };
    let sum = weighted(&all[..7], &[8, 7, 6, 5, 4, 3, 2]);
    varied(body) && (11 - sum % 11) % 10 == all[7]
}

/// Tells whether a Czech VAT number is a business's or a person's number.
pub(crate) fn cz_vat(chars: &[u8]) -> bool {
    cz_ico(chars) || chars.strip_prefix(b"CZ").is_some_and(cz_birth_number)
}

/// Tells whether a Slovak VAT number leaves nothing by 11.
pub(crate) fn sk_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"SK").and_then(digits::<10>) else { return false };
    let number = all.iter().fold(0, |sum, digit| sum * 10 + u64::from(*digit));
    all[0] > 0 && matches!(all[2], 2..=4 | 7..=9) && number.is_multiple_of(11)
}

/// Tells whether a Hungarian social security number (TAJ) has its check digit.
pub(crate) fn hu_taj(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    varied(chars) && weighted(&all[..8], &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == all[8]
}

/// Tells whether a Hungarian person's tax number has its check digit.
pub(crate) fn hu_tax_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    all[0] == 8 && weighted(&all[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == all[9]
}

/// Tells whether the tax number of a Hungarian business has its check digit.
pub(crate) fn hu_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"HU").unwrap_or(chars);
    let Some(all) = body.get(..8).and_then(digits::<8>) else { return false };
    matches!(body.len(), 8 | 11)
        && varied(body)
        && up_to_ten(weighted(&all[..7], &[9, 7, 3, 1, 9, 7, 3])) == all[7]
}

/// Tells whether a Hungarian person's number has a day of birth and its check digit.
pub(crate) fn hu_person(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let old = weighted(&all[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11;
    let new = weighted(&all[..10], &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    matches!(all[0], 1..=8) && is_year_month_day(&all[1..7]) && (old == all[10] || new == all[10])
}

/// Tells whether ten digits begin with a day, a month and a year.
pub(crate) fn dk_cpr(chars: &[u8]) -> bool {
    digits::<10>(chars).is_some_and(|all| is_day_month_year(&all) && joined(&all[6..]) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn german_numbers() {
        notices_one_wrong_digit(de_tax_id, "36574261809");
        rejects(de_tax_id, &["36554266806", "12345678901"]);
        accepts(de_tax_number, &["4151081508156", "18181508155"]);
        rejects(de_tax_number, &["4151181508156", "1111111111"]);
        accepts(de_social_security, &["15070649C103", "65180539W001"]);
        rejects(de_social_security, &["15070649C104", "15071349C103", "00070649C103"]);
        notices_one_wrong_digit(de_health_insurance, "A123456780");
        accepts(icao_document, &["L01X00T471", "C01X00T478"]);
        rejects(icao_document, &["L01X00T472"]);
        rejects(de_lanr, &["123456701"]);
        accepts(de_lanr, &["123456601"]);
        notices_one_wrong_digit(de_vat, "DE136695976");
        accepts(de_postcode, &["10115", "01067"]);
        rejects(de_postcode, &["00999", "99999"]);
    }

    #[test]
    fn austrian_and_swiss_numbers() {
        accepts(at_svnr, &["1237010180"]);
        rejects(at_svnr, &["2237010180", "1237320180"]);
        notices_one_wrong_digit(at_vat, "ATU13585627");
        notices_one_wrong_digit(at_tax, "591199013");
        notices_one_wrong_digit(ch_ahv, "7569217076985");
        notices_one_wrong_digit(ch_uid, "CHE100155212");
    }

    #[test]
    fn polish_numbers() {
        notices_one_wrong_digit(pl_pesel, "44051401359");
        rejects(pl_pesel, &["02381307589"]);
        notices_one_wrong_digit(pl_nip, "8567346215");
        accepts(pl_nip, &["PL8567346215"]);
        accepts(pl_regon, &["192598184", "12345678512347"]);
        rejects(pl_regon, &["192598183", "12345678512348"]);
        accepts(pl_id_card, &["ABA300000"]);
        rejects(pl_id_card, &["ABA400000", "ABA30000"]);
        accepts(pl_passport, &["ZS0000177"]);
        rejects(pl_passport, &["ZS0000178"]);
    }

    #[test]
    fn czech_slovak_hungarian_and_danish_numbers() {
        accepts(cz_birth_number, &["7103192745", "530101123"]);
        rejects(cz_birth_number, &["7103192746", "7113192745"]);
        accepts(cz_ico, &["25123891", "CZ25123891"]);
        rejects(cz_ico, &["25123890"]);
        accepts(cz_vat, &["CZ7103192745", "CZ25123891"]);
        notices_one_wrong_digit(sk_vat, "SK2022749619");
        notices_one_wrong_digit(hu_vat, "HU12892312");
        accepts(hu_taj, &["111111110"]);
        rejects(hu_taj, &["111111111"]);
        accepts(hu_tax_id, &["8071592153"]);
        rejects(hu_tax_id, &["8071592154"]);
        accepts(dk_cpr, &["2110625629"]);
        rejects(dk_cpr, &["5110625629", "2110620000"]);
        rejects(hu_person, &["18009011238"]);
    }
}
