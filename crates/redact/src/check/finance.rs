//! Securities, legal entities and banks.

use super::sums::{luhn_sum, mod_97, value, varied, weighted};

/// The countries of ISO 3166, and XK for Kosovo.
const COUNTRIES: &[u8] = b"\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS XK YE YT ZA ZM ZW";

/// Tells whether two letters are a country's code.
fn is_country(code: &[u8]) -> bool {
    COUNTRIES.split(|byte| *byte == b' ').any(|country| country == code)
}

/// Tells whether a bank's code (BIC) has a country and a place that exist.
pub(crate) fn bic(chars: &[u8]) -> bool {
    let [institution @ .., place, other] = chars.get(..8).unwrap_or_default() else { return false };
    let form = matches!(chars.len(), 8 | 11)
        && chars.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    form && is_country(&institution[4..]) && !matches!(place, b'0' | b'1') && *other != b'O'
}

/// Tells whether the number of a security (ISIN) has a country and Luhn's sum over its letters' numbers.
pub(crate) fn isin(chars: &[u8]) -> bool {
    let Some(code) = chars.get(..2).filter(|_| chars.len() == 12) else { return false };
    let mut all = [0; 24];
    let mut count = 0;
    for byte in chars {
        if value(*byte) > 9 {
            all[count] = value(*byte) / 10;
            count += 1;
        }
        all[count] = value(*byte) % 10;
        count += 1;
    }
    let issued = is_country(code)
        || matches!(code, b"XS" | b"EU" | b"XA" | b"XB" | b"XC" | b"XD" | b"XF" | b"QS" | b"QT");
    issued && varied(&chars[2..]) && luhn_sum(all[..count].iter().copied()).is_multiple_of(10)
}

/// Tells whether a legal entity's identifier (LEI) leaves 1 by 97.
pub(crate) fn lei(chars: &[u8]) -> bool {
    let form =
        chars.len() == 20 && chars[18..].iter().all(u8::is_ascii_digit) && varied(&chars[..18]);
    form && mod_97(chars.iter().copied()) == 1
}

/// Tells whether the number of a North American security (CUSIP) has its check digit.
pub(crate) fn cusip(chars: &[u8]) -> bool {
    let Some((last, body)) = chars.split_last() else { return false };
    let places = body.iter().enumerate();
    let sum: u32 = places
        .map(|(at, byte)| value(*byte) * (1 + at as u32 % 2))
        .map(|product| product / 10 + product % 10)
        .sum();
    body.len() == 8
        && varied(body)
        && super::sums::up_to_ten(sum) == u32::from(last.wrapping_sub(b'0'))
}

/// Tells whether the number of a British security (SEDOL) has its check digit.
pub(crate) fn sedol(chars: &[u8]) -> bool {
    let Ok(all) = <&[u8; 7]>::try_from(chars) else { return false };
    let vowel = all.iter().any(|byte| b"AEIOU".contains(byte));
    !vowel
        && varied(&all[..6])
        && weighted(&all.map(value), &[1, 3, 1, 7, 3, 9, 1]).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn securities() {
        notices_one_wrong_digit(isin, "US0378331005");
        rejects(isin, &["ZZ0378331005", "US037833100"]);
        accepts(isin, &["XS2021212332", "ES0113900J37"]);
        accepts(cusip, &["037833100", "DUS0421C5"]);
        rejects(cusip, &["037833101"]);
        accepts(sedol, &["B15KXQ8", "0263494"]);
        rejects(sedol, &["B15KXQ7", "B15KAQ8"]);
    }

    #[test]
    fn entities_and_banks() {
        notices_one_wrong_digit(lei, "213800KUD8LAJWSQ9D15");
        accepts(bic, &["DEUTDEFF", "AGRIFRPP882", "BBVAESMMXXX"]);
        rejects(bic, &["DEUTZZFF", "DEUTDE1F", "DEUTDEFO", "DEUTDEFFX"]);
    }
}
