//! Denmark, Norway, Sweden, Finland, Iceland and the Baltic states.

use super::sums::{
    digits, is_day, is_day_month_year, is_year_month_day, joined, luhn_number, luhn_sum, number,
    up_to_eleven, varied, weighted,
};

/// Tells whether the number of a Danish business (CVR) has the sum of eleven.
pub(crate) fn dk_cvr(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"DK").unwrap_or(chars);
    let Some(all) = digits::<8>(body) else { return false };
    all[0] > 0 && varied(body) && weighted(&all, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Tells whether a Norwegian birth number has a day of birth and both its check digits.
pub(crate) fn no_birth_number(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    // A D number adds 40 to the day, a temporary one 40 to the month.
    let plain = [all[0] % 4, all[1], all[2] % 4, all[3], all[4], all[5]];
    let first = up_to_eleven(weighted(&all[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]));
    let second = up_to_eleven(weighted(&all[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    let marked = all[0] < 8 && all[2] < 8;
    marked && is_day_month_year(&plain) && first == all[9] && second == all[10]
}

/// Tells whether the number of a Norwegian organisation has its check digit.
pub(crate) fn no_organisation(chars: &[u8]) -> bool {
    let Some(all) = chars.get(..9).and_then(digits::<9>) else { return false };
    let tail = matches!(&chars[9..], b"" | b"MVA");
    tail && matches!(all[0], 8 | 9)
        && varied(&chars[..9])
        && up_to_eleven(weighted(&all[..8], &[3, 2, 7, 6, 5, 4, 3, 2])) == all[8]
}

/// Tells whether a Swedish personal number has a day of birth and Luhn's sum.
pub(crate) fn se_personal_number(chars: &[u8]) -> bool {
    let short = match chars.len() {
        10 => chars,
        12 if matches!(&chars[..2], b"18" | b"19" | b"20") => &chars[2..],
        _ => return false,
    };
    let Some(all) = digits::<10>(short) else { return false };
    // A coordination number adds 60 to the day.
    let day = joined(&all[4..6]);
    let day = if day > 60 { day - 60 } else { day };
    is_year_month_day(&[all[0], all[1], all[2], all[3], day / 10, day % 10])
        && luhn_sum(all.into_iter()).is_multiple_of(10)
}

/// Tells whether the number of a Swedish organisation has a month that is none and Luhn's sum.
pub(crate) fn se_organisation(chars: &[u8]) -> bool {
    let body = match chars.strip_prefix(b"SE") {
        Some(body) if body.ends_with(b"01") => body.get(..body.len() - 2).unwrap_or_default(),
        Some(_) => return false,
        None => chars,
    };
    let Some(all) = digits::<10>(body) else { return false };
    matches!(all[0], 1..=3 | 5..=9) && all[2] >= 2 && luhn_number(body)
}

/// Tells whether a Swedish VAT number, which may be a person's, has Luhn's sum.
pub(crate) fn se_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"SE").filter(|body| body.len() == 12 && body.ends_with(b"01"));
    body.is_some_and(|body| luhn_number(&body[..10]))
}

/// Tells whether a Finnish identity code has a day of birth and its control character.
pub(crate) fn fi_identity_code(chars: &[u8]) -> bool {
    let (Some(date), Some(control)) = (chars.get(..6).and_then(digits::<6>), chars.last()) else {
        return false;
    };
    let century = chars.len() == 10 || chars.len() == 11 && b"ABCDEFYXWVU".contains(&chars[6]);
    let Some(serial) = chars.get(chars.len() - 4..chars.len() - 1).and_then(digits::<3>) else {
        return false;
    };
    let right = (joined(&date) * 1000 + joined(&serial)) as usize % 31;
    century
        && is_day_month_year(&date)
        && joined(&serial) > 1
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[right] == *control
}

/// Tells whether the number of a Finnish business has its check digit.
pub(crate) fn fi_business(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"FI").unwrap_or(chars);
    let Some(all) = digits::<8>(body) else { return false };
    varied(body) && up_to_eleven(weighted(&all[..7], &[7, 9, 10, 5, 8, 4, 2])) == all[7]
}

/// Tells whether an Estonian or Lithuanian personal code has a day of birth and its check digit.
pub(crate) fn baltic_personal_code(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let century = 1800 + all[0].saturating_sub(1) / 2 * 100;
    let born = is_day(century + joined(&all[1..3]), joined(&all[3..5]), joined(&all[5..7]));
    let first = weighted(&all[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&all[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
    matches!(all[0], 1..=6) && born && (if first == 10 { second } else { first }) == all[10]
}

/// Tells whether a Latvian personal code is of the new kind, or has a day of birth and its check digit.
pub(crate) fn lv_personal_code(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let sum = 1 + weighted(&all[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
    let new = all[0] == 3 && matches!(all[1], 2..=9) && varied(&chars[2..]);
    new || is_day_month_year(&all) && all[6] < 3 && sum % 11 % 10 == all[10]
}

/// Tells whether an Icelandic number (kennitala) has a day, a century and its check digit.
pub(crate) fn is_kennitala(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let check = up_to_eleven(weighted(&all[..8], &[3, 2, 7, 6, 5, 4, 3, 2]));
    // A company adds 40 to the day.
    let born = is_day_month_year(&[all[0] % 4, all[1], all[2], all[3], all[4], all[5]]);
    all[0] < 8 && born && matches!(all[9], 0 | 8 | 9) && check == all[8]
}

/// Tells whether an Estonian VAT number has its check digit.
pub(crate) fn ee_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"EE").and_then(digits::<9>) else { return false };
    weighted(&all, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Tells whether a Lithuanian VAT number has its check digit.
pub(crate) fn lt_vat(chars: &[u8]) -> bool {
    let Some(body) = chars.strip_prefix(b"LT").filter(|body| number(body).is_some()) else {
        return false;
    };
    let sum = |from: u32| -> u32 {
        let products = body.iter().rev().skip(1).rev().zip(0..);
        products.map(|(byte, at)| u32::from(byte - b'0') * (1 + (at + from) % 9)).sum()
    };
    let check = if sum(0) % 11 == 10 { sum(2) % 11 % 10 } else { sum(0) % 11 };
    let mark = if body.len() == 9 { body.get(7) } else { body.get(10) };
    matches!(body.len(), 9 | 12)
        && mark == Some(&b'1')
        && body.last().map(|byte| u32::from(byte - b'0')) == Some(check)
}

/// Tells whether the VAT number of a Latvian business has its check digit.
pub(crate) fn lv_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"LV").and_then(digits::<11>) else { return false };
    let legal = all[0] > 3 && weighted(&all, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    legal || all[0] <= 3 && lv_personal_code(&chars[2..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn scandinavian_numbers() {
        notices_one_wrong_digit(dk_cvr, "DK13585628");
        notices_one_wrong_digit(no_birth_number, "15108695088");
        rejects(no_birth_number, &["15138695088"]);
        accepts(no_organisation, &["988077917", "988077917MVA"]);
        rejects(no_organisation, &["988077918", "988077917XXX"]);
        accepts(se_personal_number, &["8803200016", "198803200016"]);
        rejects(se_personal_number, &["8803200018", "8813200016", "178803200016"]);
        accepts(se_organisation, &["5560125790"]);
        rejects(se_organisation, &["5560125791", "5510125790"]);
        accepts(is_kennitala, &["1201743399", "4504013150"]);
        rejects(is_kennitala, &["1201743389", "1213743399"]);
    }

    #[test]
    fn finnish_numbers() {
        accepts(fi_identity_code, &["131052308T", "131052A308T"]);
        rejects(fi_identity_code, &["131052308U", "310252308Y", "131052G308T"]);
        notices_one_wrong_digit(fi_business, "FI20774740");
    }

    #[test]
    fn baltic_numbers() {
        accepts(baltic_personal_code, &["36805280109", "33309240064"]);
        rejects(baltic_personal_code, &["36805280108", "36813280109", "96805280109"]);
        accepts(lv_personal_code, &["16117519997", "32579461005"]);
        rejects(lv_personal_code, &["16117519998"]);
        notices_one_wrong_digit(ee_vat, "EE100594102");
        accepts(lt_vat, &["LT119511515", "LT100001919017"]);
        rejects(lt_vat, &["LT100001919018", "LT119511525"]);
        accepts(lv_vat, &["LV40003521600", "LV16117519997"]);
        rejects(lv_vat, &["LV40003521601"]);
    }
}
