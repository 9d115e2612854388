//! France, Italy, the Netherlands, Belgium and Luxembourg.

use super::sums::{
    digits, is_day, is_year_month_day, joined, luhn_number, luhn_sum, mod_97, number, up_to_eleven,
    value, varied, verhoeff, weighted,
};

/// Tells whether a French social security number (NIR) has a sex, a month and its key.
pub(crate) fn fr_nir(chars: &[u8]) -> bool {
    let Some(key) = chars.get(13..).and_then(digits::<2>) else { return false };
    let corsica = match chars[6] {
        b'A' => 1_000_000,
        b'B' => 2_000_000,
        _ => 0,
    };
    let mut plain = [0; 13];
    plain.copy_from_slice(&chars[..13]);
    if corsica > 0 {
        plain[6] = b'0';
    }
    let Some(all) = digits::<13>(&plain) else { return false };
    let month = matches!(joined(&all[3..5]), 1..=12 | 20..=42 | 50..=99);
    let island = corsica == 0 || all[5] == 2;
    let body = number(&plain).unwrap_or_default().saturating_sub(corsica);
    let right = 97 - body % 97 == u64::from(joined(&key));
    matches!(all[0], 1..=4 | 7 | 8) && month && island && right
}

/// Tells whether a French company's number (SIREN) has Luhn's sum.
pub(crate) fn fr_siren(chars: &[u8]) -> bool {
    chars.len() == 9 && luhn_number(chars)
}

/// Tells whether the number of a French establishment (SIRET) has Luhn's sum, or that of the post's own.
pub(crate) fn fr_siret(chars: &[u8]) -> bool {
    let Some(all) = digits::<14>(chars) else { return false };
    let post = chars.starts_with(b"356000000") && all.iter().sum::<u32>().is_multiple_of(5);
    luhn_number(chars) && luhn_number(&chars[..9]) || post
}

/// Tells whether a French tax number (SPI) ends on its remainder by 511.
pub(crate) fn fr_spi(chars: &[u8]) -> bool {
    let (Some(body), Some(key)) =
        (chars.get(..10).and_then(number), chars.get(10..).and_then(number))
    else {
        return false;
    };
    chars.len() == 13 && matches!(chars[0], b'0'..=b'3') && body > 0 && body % 511 == key
}

/// Tells whether a French VAT number has the key of its SIREN.
pub(crate) fn fr_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"FR").unwrap_or(chars);
    let (Some(key), Some(siren)) = (body.get(..2), body.get(2..).filter(|siren| fr_siren(siren)))
    else {
        return false;
    };
    let Some(key) = number(key) else { return key.iter().all(u8::is_ascii_alphanumeric) };
    number(siren).is_some_and(|siren| (12 + 3 * (siren % 97)) % 97 == key)
}

/// Tells whether a French account number (RIB) leaves nothing by 97.
pub(crate) fn fr_rib(chars: &[u8]) -> bool {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte,
        b'A'..=b'R' => b'1' + (byte - b'A') % 9,
        _ => b'2' + byte.wrapping_sub(b'S') % 8,
    };
    let numeric = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let form = chars.len() == 23 && numeric(&chars[..10]) && numeric(&chars[21..]);
    form && varied(chars) && mod_97(chars.iter().map(|byte| digit(*byte))) == 0
}

/// Tells whether the number of a French health professional (RPPS) has Luhn's sum.
pub(crate) fn fr_rpps(chars: &[u8]) -> bool {
    chars.len() == 11 && luhn_number(chars)
}

/// Gives the digit that a letter stands for where two Italian codes would be the same.
fn homocode(byte: u8) -> Option<u32> {
    let letter = b"LMNPQRSTUV".iter().position(|letter| *letter == byte);
    if byte.is_ascii_digit() { Some(value(byte)) } else { letter.map(|at| at as u32) }
}

/// Tells whether an Italian fiscal code has a month, a day and its control letter.
pub(crate) fn it_fiscal_code(chars: &[u8]) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
        6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    if chars.len() != 16 {
        return false;
    }
    let month = b"ABCDEHLMPRST".iter().position(|letter| *letter == chars[8]);
    let day = [9, 10].map(|at| homocode(chars[at]));
    let ([Some(tens), Some(ones)], Some(month)) = (day, month) else { return false };
    let odd = |byte: u8| ODD[value(byte) as usize];
    let even = |byte: u8| if byte.is_ascii_digit() { value(byte) } else { value(byte) - 10 };
    let places = chars[..15].iter().enumerate();
    let sum: u32 =
        places.map(|(at, &byte)| if at % 2 == 0 { odd(byte) } else { even(byte.max(b'0')) }).sum();
    let born = is_day(2000, month as u32 + 1, (tens * 10 + ones) % 40);
    born && u32::from(chars[15].wrapping_sub(b'A')) == sum % 26
}

/// Tells whether an Italian VAT number has an office and Luhn's sum.
pub(crate) fn it_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"IT").unwrap_or(chars);
    let office = body.get(7..10).and_then(number);
    let known = office.is_some_and(|office| matches!(office, 1..=100 | 120 | 121 | 888 | 999));
    body.len() == 11 && known && luhn_number(body)
}

/// Tells whether a Dutch citizen's number (BSN) has the sum of eleven.
pub(crate) fn nl_bsn(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    varied(chars) && weighted(&all[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == all[8]
}

/// Tells whether a Dutch VAT number has the sum of eleven or, since 2020, leaves 1 by 97.
pub(crate) fn nl_vat(chars: &[u8]) -> bool {
    let Some(body) = chars.strip_prefix(b"NL").filter(|body| body.len() == 12) else {
        return false;
    };
    let form =
        number(&body[..9]).is_some() && body[9] == b'B' && digits::<2>(&body[10..]).is_some();
    form && (nl_bsn(&body[..9]) || mod_97(chars.iter().copied()) == 1)
}

/// Tells whether a Belgian register number has a day of birth and its remainder by 97, of either century.
pub(crate) fn be_nrn(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let body = u64::from(joined(&all[..9]));
    let key = u64::from(joined(&all[9..]));
    let month = joined(&all[2..4]) % 20;
    let unknown = month == 0 || joined(&all[4..6]) == 0;
    let born = is_year_month_day(&[all[0], all[1], month / 10, month % 10, all[4], all[5]]);
    let right = [body, 2_000_000_000 + body].into_iter().any(|body| 97 - body % 97 == key);
    joined(&all[2..4]) < 53 && (born || unknown) && varied(chars) && right
}

/// Tells whether a Belgian company's number ends on its remainder by 97.
pub(crate) fn be_company(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"BE").unwrap_or(chars);
    let Some(all) = digits::<10>(body) else { return false };
    all[0] < 2 && varied(body) && 97 - joined(&all[..8]) % 97 == joined(&all[8..])
}

/// Tells whether a number of Luxembourg has a day of birth and both its check digits.
pub(crate) fn lu_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    let born = is_day(joined(&all[..4]), joined(&all[4..6]), joined(&all[6..8]));
    let second = all[..11].iter().chain(&all[12..]).copied();
    let century = matches!(joined(&all[..4]), 1850..=2099);
    born && century && luhn_sum(all[..12].iter().copied()).is_multiple_of(10) && verhoeff(second)
}

/// Tells whether a VAT number of Luxembourg ends on its remainder by 89.
pub(crate) fn lu_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"LU").and_then(digits::<8>) else { return false };
    joined(&all[..6]) > 0 && joined(&all[..6]) % 89 == joined(&all[6..])
}

/// Tells whether a number from Cyprus has a kind that exists and its control letter.
pub(crate) fn cy_vat(chars: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let body = chars.strip_prefix(b"CY").unwrap_or(chars);
    let (Some(all), Some(letter)) = (body.get(..8).and_then(digits::<8>), body.get(8)) else {
        return false;
    };
    let places = all.iter().enumerate();
    let sum: u32 =
        places.map(|(at, &digit)| if at % 2 == 0 { ODD[digit as usize % 10] } else { digit }).sum();
    body.len() == 9 && joined(&all[..2]) != 12 && u32::from(letter.wrapping_sub(b'A')) == sum % 26
}

/// Tells whether a Maltese VAT number has its check digits.
pub(crate) fn mt_vat(chars: &[u8]) -> bool {
    let Some(all) = chars.strip_prefix(b"MT").and_then(digits::<8>) else { return false };
    let sum = weighted(&all[..6], &[3, 4, 6, 7, 8, 9]);
    all[0] > 0 && 37 - sum % 37 == joined(&all[6..])
}

/// Tells whether a Greek tax number (AFM) has its check digit.
pub(crate) fn gr_afm(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    let sum = weighted(&all[..8], &[256, 128, 64, 32, 16, 8, 4, 2]);
    varied(chars) && sum % 11 % 10 == all[8]
}

/// Tells whether a Greek VAT number, which is the tax number behind EL, has its check digit.
pub(crate) fn gr_vat(chars: &[u8]) -> bool {
    chars.strip_prefix(b"EL").is_some_and(gr_afm)
}

/// Tells whether a Greek social security number (AMKA) has a day of birth and Luhn's sum.
pub(crate) fn gr_amka(chars: &[u8]) -> bool {
    let born = digits::<11>(chars).is_some_and(|all| super::sums::is_day_month_year(&all));
    born && luhn_number(chars)
}

/// Tells whether a Croatian number (OIB), or another of its kind, has the check digit of ISO 7064.
pub(crate) fn hr_oib(chars: &[u8]) -> bool {
    digits::<11>(chars).is_some_and(|all| super::sums::mod_11_10(&all)) && varied(chars)
}

/// Tells whether a Croatian VAT number, which is the number behind HR, has the check digit of ISO 7064.
pub(crate) fn hr_vat(chars: &[u8]) -> bool {
    chars.strip_prefix(b"HR").is_some_and(hr_oib)
}

/// Tells whether a Slovenian tax number has its check digit.
pub(crate) fn si_tax(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"SI").unwrap_or(chars);
    let Some(all) = digits::<8>(body) else { return false };
    let rest = up_to_eleven(weighted(&all[..7], &[8, 7, 6, 5, 4, 3, 2]));
    all[0] > 0 && varied(body) && rest > 0 && rest % 10 == all[7]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn french_numbers() {
        notices_one_wrong_digit(fr_nir, "295109912611193");
        accepts(fr_nir, &["253072B07300470"]);
        rejects(fr_nir, &["253072C07300470", "253073B07300470"]);
        notices_one_wrong_digit(fr_siren, "404833048");
        notices_one_wrong_digit(fr_siret, "73282932000074");
        accepts(fr_siret, &["35600000049837"]);
        notices_one_wrong_digit(fr_spi, "3023217600053");
        notices_one_wrong_digit(fr_vat, "FR40303265045");
        accepts(fr_vat, &["23334175221", "FRK7399859412"]);
        accepts(fr_rib, &["20041010050500013M02606", "30004008070001234567865"]);
        rejects(fr_rib, &["20041010050500013M02607"]);
        rejects(fr_rpps, &["10001234567"]);
    }

    #[test]
    fn italian_numbers() {
        accepts(it_fiscal_code, &["RCCMNL83S18D969H", "RSSMRA85T10A562S", "RSSMRA85T10A56NH"]);
        rejects(it_fiscal_code, &["RCCMNL83S18D969A", "RCCMNL83X18D969H", "RCCMNL83S98D969H"]);
        notices_one_wrong_digit(it_vat, "00743110157");
    }

    #[test]
    fn numbers_of_the_low_countries() {
        notices_one_wrong_digit(nl_bsn, "111222333");
        accepts(nl_vat, &["NL004495445B01", "NL002455799B11"]);
        rejects(nl_vat, &["NL004495446B01"]);
        accepts(be_nrn, &["85073003328", "17073003384"]);
        rejects(be_nrn, &["85073003329", "85133003328"]);
        accepts(be_company, &["0428759497", "BE0428759497"]);
        rejects(be_company, &["0428759498", "2428759497"]);
        notices_one_wrong_digit(lu_vat, "LU15027442");
        accepts(lu_id, &["1893120105732"]);
        rejects(lu_id, &["1893120105733", "1893130105732"]);
    }

    #[test]
    fn numbers_of_the_mediterranean() {
        accepts(cy_vat, &["CY10259033P"]);
        rejects(cy_vat, &["CY10259033Z", "CY12259033P"]);
        notices_one_wrong_digit(mt_vat, "MT11679112");
        accepts(gr_afm, &["094259216"]);
        accepts(gr_vat, &["EL094259216"]);
        rejects(gr_afm, &["094259217", "000000000"]);
        notices_one_wrong_digit(gr_amka, "01013099997");
        notices_one_wrong_digit(hr_oib, "33392005961");
        notices_one_wrong_digit(hr_vat, "HR33392005961");
        accepts(si_tax, &["50223054", "SI50223054"]);
        rejects(si_tax, &["50223055", "05022305"]);
    }
}
