//! Romania, Bulgaria, the successors of Yugoslavia, Turkey, Russia, Ukraine and Kazakhstan.

use super::sums::{digits, is_day, is_day_month_year, joined, up_to_eleven, varied, weighted};

/// Tells whether a Romanian person's number (CNP) has a day of birth, a county and its check digit.
pub(crate) fn ro_cnp(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    let century =
        [1900, 1900, 1900, 1800, 1800, 2000, 2000, 2000, 2000, 1900][all[0] as usize % 10];
    let born = is_day(century + joined(&all[1..3]), joined(&all[3..5]), joined(&all[5..7]));
    let county = matches!(joined(&all[7..9]), 1..=48 | 51 | 52 | 70 | 80..=83);
    let check = match weighted(&all[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        check => check,
    };
    all[0] > 0 && born && county && check == all[12]
}

/// Tells whether the number of a Romanian business (CUI) has its check digit.
pub(crate) fn ro_cui(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"RO").unwrap_or(chars);
    let Some((last, rest)) = body.split_last() else { return false };
    let weights = [2, 3, 5, 7, 1, 2, 3, 5, 7];
    let products = rest.iter().rev().zip(weights);
    let sum: u32 = products.map(|(byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight).sum();
    let form =
        (1..=9).contains(&rest.len()) && body.iter().all(u8::is_ascii_digit) && rest[0] != b'0';
    form && varied(body) && sum * 10 % 11 % 10 == u32::from(last - b'0')
}

/// Tells whether a Bulgarian person's number (EGN) has a day of birth in its century and its check digit.
pub(crate) fn bg_egn(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let (century, month) = match joined(&all[2..4]) {
        month @ 41.. => (2000, month - 40),
        month @ 21.. => (1800, month - 20),
        month => (1900, month),
    };
    let born = is_day(century + joined(&all[..2]), month, joined(&all[4..6]));
    born && weighted(&all[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == all[9]
}

/// Tells whether a Bulgarian VAT number is a business's or a person's number.
pub(crate) fn bg_vat(chars: &[u8]) -> bool {
    let Some(body) = chars.strip_prefix(b"BG") else { return false };
    let Some(all) = digits::<9>(body) else { return bg_egn(body) || bg_foreigner(body) };
    let first = weighted(&all[..8], &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let second = weighted(&all[..8], &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10;
    varied(body) && (if first == 10 { second } else { first }) == all[8]
}

/// Tells whether the number of a foreigner in Bulgaria (LNCh) has its check digit.
pub(crate) fn bg_foreigner(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    varied(chars) && weighted(&all[..9], &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == all[9]
}

/// Tells whether a number that all successors of Yugoslavia have (JMBG, EMŠO) has a day of birth and its check digit.
pub(crate) fn jmbg(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    let year = joined(&all[4..7]);
    let year = if year < 800 { 2000 + year } else { 1000 + year };
    let born = is_day(year, joined(&all[2..4]), joined(&all[..2])) && year < 2100;
    born && up_to_eleven(weighted(&all[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 10
        == all[12]
}

/// Tells whether a Serbian tax number (PIB) has the check digit of ISO 7064.
pub(crate) fn rs_pib(chars: &[u8]) -> bool {
    digits::<9>(chars).is_some_and(|all| all[0] > 0 && super::sums::mod_11_10(&all))
}

/// Tells whether a Turkish identity number has both its check digits.
pub(crate) fn tr_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let odd = all[0] + all[2] + all[4] + all[6] + all[8];
    let even = all[1] + all[3] + all[5] + all[7];
    let tenth = (odd * 7 + 90 - even) % 10;
    all[0] > 0 && tenth == all[9] && (odd + even + all[9]) % 10 == all[10]
}

/// Tells whether a Turkish tax number has its check digit.
pub(crate) fn tr_tax(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let term = |(at, digit): (usize, &u32)| {
        let shifted = (digit + 9 - at as u32) % 10;
        let power = (0..9 - at).fold(1, |power, _| power * 2);
        match shifted * power % 9 {
            0 if shifted > 0 => 9,
            rest => rest,
        }
    };
    let sum: u32 = all[..9].iter().enumerate().map(term).sum();
    varied(chars) && super::sums::up_to_ten(sum) == all[9]
}

/// Tells whether a Turkish plate begins with a province and has as many digits as its letters leave.
pub(crate) fn tr_plate(chars: &[u8]) -> bool {
    let Some(province) = chars.get(..2).and_then(digits::<2>) else { return false };
    let letters = chars[2..].iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let numbers = chars.len() - 2 - letters;
    let unused = chars[2..2 + letters].iter().any(|byte| b"QWX".contains(byte));
    let form = matches!((letters, numbers), (1, 4) | (2, 3 | 4) | (3, 2 | 3));
    matches!(joined(&province), 1..=81) && form && !unused
}

/// Tells whether a Russian tax number (INN) has its check digits.
pub(crate) fn ru_inn(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let company = digits::<10>(chars)
        .is_some_and(|all| weighted(&all[..9], &WEIGHTS[2..]) % 11 % 10 == all[9]);
    let person = digits::<12>(chars).is_some_and(|all| {
        let tenth = weighted(&all[..10], &WEIGHTS[1..]) % 11 % 10;
        tenth == all[10] && weighted(&all[..11], &WEIGHTS) % 11 % 10 == all[11]
    });
    varied(chars) && (company || person)
}

/// Tells whether a Russian insurance number (SNILS) has its check digits.
pub(crate) fn ru_snils(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let sum = weighted(&all[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    varied(chars) && sum % 101 % 100 == joined(&all[9..])
}

/// Tells whether a Ukrainian tax number has its check digit.
pub(crate) fn ua_tax(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    // Ten stands for minus one, which is the same by 11.
    varied(chars) && weighted(&all[..9], &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == all[9]
}

/// Tells whether a number of Kazakhstan (IIN) has a day of birth, a century and its check digit.
pub(crate) fn kz_iin(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let first = weighted(&all[..11], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let second = weighted(&all[..11], &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    let born = is_day_month_year(&[all[4], all[5], all[2], all[3], all[0], all[1]]);
    born && matches!(all[6], 0..=6) && (if first == 10 { second } else { first }) == all[11]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn balkan_numbers() {
        accepts(ro_cnp, &["1630615123457"]);
        rejects(ro_cnp, &["1630615123458", "0800101221142", "1632215123457"]);
        accepts(ro_cui, &["18547290", "RO18547290"]);
        rejects(ro_cui, &["18547291", "08547290", "RO"]);
        accepts(bg_egn, &["8032056031"]);
        rejects(bg_egn, &["8032056032", "8019010008"]);
        accepts(bg_vat, &["BG175074752", "BG8032056031"]);
        rejects(bg_vat, &["BG175074751"]);
        accepts(bg_foreigner, &["7111042925"]);
        rejects(bg_foreigner, &["7111042922"]);
        notices_one_wrong_digit(jmbg, "0101006500006");
        notices_one_wrong_digit(rs_pib, "101134702");
    }

    #[test]
    fn turkish_numbers() {
        notices_one_wrong_digit(tr_id, "17291716060");
        notices_one_wrong_digit(tr_tax, "4540536920");
        accepts(tr_plate, &["34ABC123", "06A1234", "35AB123"]);
        rejects(tr_plate, &["82ABC123", "34ABC1234", "34AQ123", "3"]);
    }

    #[test]
    fn numbers_of_russia_and_its_neighbours() {
        accepts(ru_inn, &["7707083893", "123456789047", "500100732259"]);
        rejects(ru_inn, &["7707083894", "123456789037"]);
        accepts(ru_snils, &["11223344595"]);
        rejects(ru_snils, &["11223344596"]);
        accepts(ua_tax, &["1759013776"]);
        rejects(ua_tax, &["1759013770"]);
        accepts(kz_iin, &["830919350015"]);
        rejects(kz_iin, &["831319350015"]);
    }
}
