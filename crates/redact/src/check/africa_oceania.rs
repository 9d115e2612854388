//! South Africa, Nigeria, Australia and New Zealand.

use super::sums::{
    digits, is_year_month_day, joined, luhn_number, number, up_to_eleven, up_to_ten, value, varied,
    verhoeff, weighted,
};

/// Tells whether a South African identity number has a day of birth, a citizenship and Luhn's sum.
pub(crate) fn za_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    is_year_month_day(&all) && all[10] < 3 && luhn_number(chars)
}

/// Tells whether a South African tax or VAT number has Luhn's sum.
pub(crate) fn za_tax(chars: &[u8]) -> bool {
    chars.len() == 10 && matches!(chars[0], b'0'..=b'4' | b'9') && luhn_number(chars)
}

/// Tells whether a South African company's registration has a year.
pub(crate) fn za_company(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    (1900..2100).contains(&joined(&all[..4])) && joined(&all[4..10]) > 0
}

/// Tells whether a Nigerian identity number has Verhoeff's check digit.
pub(crate) fn ng_nin(chars: &[u8]) -> bool {
    digits::<11>(chars).is_some_and(|all| verhoeff(all.into_iter())) && varied(chars)
}

/// Tells whether an Australian tax file number has the sum of eleven.
pub(crate) fn au_tfn(chars: &[u8]) -> bool {
    let nine = digits::<9>(chars)
        .is_some_and(|all| weighted(&all, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11));
    let eight = digits::<8>(chars)
        .is_some_and(|all| weighted(&all, &[10, 7, 8, 4, 6, 3, 5, 1]).is_multiple_of(11));
    varied(chars) && (nine || eight)
}

/// Tells whether an Australian business number leaves nothing by 89.
pub(crate) fn au_abn(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let sum = weighted(&all, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    all[0] > 0 && varied(chars) && (sum - 10).is_multiple_of(89)
}

/// Tells whether an Australian company number has its check digit.
pub(crate) fn au_acn(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    varied(chars) && up_to_ten(weighted(&all[..8], &[8, 7, 6, 5, 4, 3, 2, 1])) == all[8]
}

/// Tells whether an Australian Medicare card has its check digit.
pub(crate) fn au_medicare(chars: &[u8]) -> bool {
    let Some(all) = chars.get(..10).and_then(digits::<10>) else { return false };
    let check = weighted(&all[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    chars.len() < 12 && matches!(all[0], 2..=6) && all[9] > 0 && check == all[8]
}

/// Tells whether an Australian health identifier has its prefix and Luhn's sum.
pub(crate) fn au_health_identifier(chars: &[u8]) -> bool {
    chars.len() == 16 && chars.starts_with(b"80036") && luhn_number(chars)
}

/// Tells whether a tax number of New Zealand is in its range and has its check digit.
pub(crate) fn nz_ird(chars: &[u8]) -> bool {
    let Some(whole) = number(chars).filter(|whole| (10_000_000..150_000_000).contains(whole))
    else {
        return false;
    };
    let mut all = [0; 9];
    let mut rest = u32::try_from(whole).unwrap_or_default();
    for digit in all.iter_mut().rev() {
        *digit = rest % 10;
        rest /= 10;
    }
    let first = up_to_eleven(weighted(&all[..8], &[3, 2, 7, 6, 5, 4, 3, 2]));
    let second = up_to_eleven(weighted(&all[..8], &[7, 4, 3, 2, 5, 2, 7, 6]));
    varied(chars) && (if first == 10 { second } else { first }) == all[8]
}

/// Tells whether a patient's number of New Zealand (NHI), old or new, has its check character.
pub(crate) fn nz_nhi(chars: &[u8]) -> bool {
    const ALPHABET: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let Ok(chars) = <&[u8; 7]>::try_from(chars) else { return false };
    let place = |byte: u8| match byte {
        b'0'..=b'9' => value(byte),
        letter => ALPHABET.iter().position(|one| *one == letter).map_or(0, |at| at as u32 + 1),
    };
    let sum = weighted(&chars.map(place)[..6], &[7, 6, 5, 4, 3, 2]);
    let known = !chars[..3].iter().any(|byte| place(*byte) == 0);
    let right = match chars[6] {
        digit @ b'0'..=b'9' => !sum.is_multiple_of(11) && (11 - sum % 11) % 10 == value(digit),
        letter => ALPHABET[(22 - sum % 23) as usize % 24] == letter,
    };
    known && right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn african_numbers() {
        notices_one_wrong_digit(za_id, "7503305044089");
        rejects(za_id, &["7513305044089", "8503305044089"]);
        notices_one_wrong_digit(za_tax, "0001339050");
        accepts(za_company, &["201012345607"]);
        rejects(za_company, &["181012345607", "201000000007"]);
        rejects(ng_nin, &["11111111111"]);
        notices_one_wrong_digit(ng_nin, "12345678902");
    }

    #[test]
    fn australian_numbers() {
        notices_one_wrong_digit(au_tfn, "123456782");
        notices_one_wrong_digit(au_abn, "83914571673");
        accepts(au_acn, &["004085616", "010499966"]);
        rejects(au_acn, &["004085617", "999999999"]);
        accepts(au_medicare, &["2123456701", "21234567011"]);
        rejects(au_medicare, &["2123456711", "7123456701", "2123456700"]);
        accepts(au_health_identifier, &["8003608166690503"]);
        rejects(au_health_identifier, &["8003608166690504", "8013608166690503"]);
    }

    #[test]
    fn numbers_of_new_zealand() {
        accepts(nz_ird, &["49091850", "049098576"]);
        rejects(nz_ird, &["49091851", "136410133", "9125568"]);
        accepts(nz_nhi, &["ZAC5361", "ZBN77VL"]);
        rejects(nz_nhi, &["ZAC5362", "ZBN77VM"]);
    }
}
