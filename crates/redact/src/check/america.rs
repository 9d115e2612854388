//! The United States, Canada and Mexico.

use super::sums::{
    digits, is_year_month_day, joined, luhn_number, luhn_sum, up_to_eleven, up_to_ten, value,
    varied, weighted,
};

/// Tells whether the United States give out a social security number like this.
pub(crate) fn us_ssn(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    varied(chars) && super::ssn(&all.map(|digit| digit as u8))
}

/// Tells whether a number that begins with 9 has a group of those for taxpayers (ITIN).
pub(crate) fn us_itin(chars: &[u8]) -> bool {
    let group = |all: [u32; 9]| joined(&all[3..5]);
    let Some(all) = digits::<9>(chars) else { return false };
    all[0] == 9 && matches!(group(all), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// Tells whether an employer's number (EIN) begins with a prefix that is given out.
pub(crate) fn us_ein(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    let prefix = matches!(joined(&all[..2]),
        1..=6 | 10..=16 | 20..=27 | 30..=48 | 50..=68 | 71..=77 | 80..=88 | 90..=95 | 98 | 99);
    prefix && varied(chars)
}

/// Tells whether a provider's number (NPI) has Luhn's sum behind the prefix 80840.
pub(crate) fn us_npi(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    matches!(all[0], 1 | 2) && (luhn_sum(all.into_iter()) + 24).is_multiple_of(10)
}

/// Tells whether a prescriber's number (DEA) has a kind that exists and its check digit.
pub(crate) fn us_dea(chars: &[u8]) -> bool {
    let [kind, initial, rest @ ..] = chars else { return false };
    let Some(all) = digits::<7>(rest) else { return false };
    let letters =
        b"ABCDEFGHJKLMPRSTUX".contains(kind) && (initial.is_ascii_uppercase() || *initial == b'9');
    letters && varied(rest) && weighted(&all[..6], &[1, 2, 1, 2, 1, 2]) % 10 == all[6]
}

/// Tells whether a routing number has a bank's district and its check digit.
pub(crate) fn us_aba(chars: &[u8]) -> bool {
    let Some(all) = digits::<9>(chars) else { return false };
    let district = matches!(joined(&all[..2]), 0..=12 | 21..=32 | 61..=72 | 80);
    district && varied(chars) && weighted(&all, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Tells whether a postal code is one of those the United States give out.
pub(crate) fn us_zip(chars: &[u8]) -> bool {
    let all = digits::<5>(chars)
        .or_else(|| digits::<9>(chars).and_then(|all| all.first_chunk().copied()));
    all.is_some_and(|all| joined(&all) >= 501)
}

/// Tells whether a Canadian social insurance number has a region and Luhn's sum.
pub(crate) fn ca_sin(chars: &[u8]) -> bool {
    chars.len() == 9 && !matches!(chars[0], b'0' | b'8') && luhn_number(chars)
}

/// Tells whether a Canadian business number has Luhn's sum; the program and account behind it have none.
pub(crate) fn ca_bn(chars: &[u8]) -> bool {
    chars.get(..9).is_some_and(luhn_number)
}

/// Tells whether a health number of Ontario has Luhn's sum; the version letters behind it have none.
pub(crate) fn ca_ohip(chars: &[u8]) -> bool {
    chars.get(..10).is_some_and(luhn_number) && chars.first() != Some(&b'0')
}

/// Tells whether a health number of British Columbia has its check digit.
pub(crate) fn ca_phn(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let check = up_to_eleven(weighted(&all[1..9], &[2, 4, 8, 5, 10, 9, 7, 3]));
    all[0] == 9 && check == all[9]
}

/// Tells whether a Canadian postal code has letters that the post uses.
pub(crate) fn ca_postal_code(chars: &[u8]) -> bool {
    let [first, _, third, _, fifth, _] = *chars else { return false };
    let used = |letter: &u8| b"ABCEGHJKLMNPRSTVWXYZ".contains(letter);
    used(&first) && !matches!(first, b'W' | b'Z') && used(&third) && used(&fifth)
}

/// Tells whether a CURP has a day, a state and its check digit.
pub(crate) fn mx_curp(chars: &[u8]) -> bool {
    const STATES: &[u8] = b"\
        AS BC BS CC CL CM CS CH DF CX DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC \
        TL TS VZ YN ZS NE";
    let Some(body) = chars.get(..17).filter(|_| chars.len() == 18) else { return false };
    let Some(date) = digits::<6>(&body[4..10]) else { return false };
    let state = STATES.split(|byte| *byte == b' ').any(|state| *state == body[11..13]);
    // The Spanish alphabet has one more letter after N, which stands for 24.
    let spanish = |byte: u8| if byte > b'N' { value(byte) + 1 } else { value(byte) };
    let sum: u32 =
        body.iter().zip((2..=18).rev()).map(|(byte, weight)| spanish(*byte) * weight).sum();
    let check = u32::from(chars[17].wrapping_sub(b'0')) == up_to_ten(sum);
    is_year_month_day(&date) && matches!(body[10], b'H' | b'M' | b'X') && state && check
}

/// Tells whether an RFC has a day that exists; many do not keep its check digit.
pub(crate) fn mx_rfc(chars: &[u8]) -> bool {
    let letters = chars.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let date = chars.get(letters..letters + 6).and_then(digits::<6>);
    matches!(letters, 3 | 4)
        && chars.len() == letters + 9
        && date.is_some_and(|date| is_year_month_day(&date))
}

/// Tells whether a Mexican account number (CLABE) has its check digit.
pub(crate) fn mx_clabe(chars: &[u8]) -> bool {
    let Some(all) = digits::<18>(chars) else { return false };
    let products = all[..17].iter().zip([3, 7, 1].into_iter().cycle());
    let sum: u32 = products.map(|(digit, weight)| digit * weight % 10).sum();
    varied(chars) && all[17] == up_to_ten(sum)
}

/// Tells whether a Mexican social security number has Luhn's sum.
pub(crate) fn mx_nss(chars: &[u8]) -> bool {
    chars.len() == 11 && luhn_number(chars)
}

/// Tells whether a Mexican voter's key has a day and a state.
pub(crate) fn mx_voter(chars: &[u8]) -> bool {
    let Some(all) = chars.get(6..14).and_then(digits::<8>) else { return false };
    chars.len() == 18 && is_year_month_day(&all) && matches!(joined(&all[6..]), 1..=33 | 87 | 88)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn numbers_of_the_united_states() {
        accepts(us_ssn, &["123456789", "536904399"]);
        rejects(
            us_ssn,
            &["000121234", "666121234", "900121234", "123001234", "123450000", "111111111"],
        );
        accepts(us_itin, &["912901457", "900700000", "999880000"]);
        rejects(us_itin, &["912661457", "912891457", "912931457", "812701457"]);
        accepts(us_ein, &["911144442", "010000001"]);
        rejects(us_ein, &["070000001", "890000001", "960000001"]);
        notices_one_wrong_digit(us_npi, "1234567893");
        rejects(us_npi, &["3234567893"]);
        accepts(us_dea, &["AB1234563", "F91234563"]);
        rejects(us_dea, &["AB1234564", "OB1234563", "AB0000000"]);
        accepts(us_aba, &["021000021", "111000025"]);
        notices_one_wrong_digit(us_aba, "121000358");
        accepts(us_zip, &["00501", "99950", "941031234"]);
        rejects(us_zip, &["00500", "9410"]);
    }

    #[test]
    fn numbers_of_canada() {
        notices_one_wrong_digit(ca_sin, "130692544");
        rejects(ca_sin, &["046454286", "830692547"]);
        accepts(ca_bn, &["123026635", "123026635RC0001"]);
        accepts(ca_ohip, &["9876543217", "9876543217AB"]);
        rejects(ca_ohip, &["9876543218"]);
        notices_one_wrong_digit(ca_phn, "9698658215");
        accepts(ca_postal_code, &["K1A0B1", "M5V3L9"]);
        rejects(ca_postal_code, &["Z1A0B1", "K1O0B1", "K1A0D"]);
    }

    #[test]
    fn numbers_of_mexico() {
        accepts(mx_curp, &["BOXW310820HNERXN09"]);
        rejects(
            mx_curp,
            &[
                "BOXW310820HNERXN08",
                "BOXW310820HXXRXN09",
                "BOXW310832HNERXN09",
                "BOXW310820ZNERXN09",
            ],
        );
        accepts(mx_rfc, &["GODE561231GR8", "MAB930714D80"]);
        rejects(mx_rfc, &["GODE561331GR8", "GO561231GR8"]);
        notices_one_wrong_digit(mx_clabe, "032180000118359719");
        accepts(mx_nss, &["12345678903"]);
        rejects(mx_nss, &["12345678904"]);
        accepts(mx_voter, &["GMVLMR80070501M100"]);
        rejects(mx_voter, &["GMVLMR80130501M100", "GMVLMR80070599M100"]);
    }
}
