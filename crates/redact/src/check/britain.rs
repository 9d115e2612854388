//! The United Kingdom and Ireland.

use super::sums::{
    digits, is_day, is_day_month_year, joined, number, up_to_eleven, value, varied, weighted,
};

/// Tells whether a patient's number of the NHS has its check digit.
pub(crate) fn uk_nhs(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    varied(chars) && up_to_eleven(weighted(&all[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2])) == all[9]
}

/// Tells whether a Scottish patient's number (CHI) has a day of birth and its check digit.
pub(crate) fn uk_chi(chars: &[u8]) -> bool {
    uk_nhs(chars) && digits::<10>(chars).is_some_and(|all| is_day_month_year(&all))
}

/// Tells whether a national insurance number has a prefix that is given out.
pub(crate) fn uk_nino(chars: &[u8]) -> bool {
    let [first, second, digits @ .., suffix] = chars else { return false };
    let given = !b"DFIQUV".contains(first) && !b"DFIOQUV".contains(second);
    let kept = matches!(
        [*first, *second],
        [b'B', b'G']
            | [b'G', b'B']
            | [b'N', b'K' | b'T']
            | [b'K', b'N']
            | [b'T', b'N']
            | [b'Z', b'Z']
    );
    digits.len() == 6
        && number(digits).is_some()
        && given
        && !kept
        && (b'A'..=b'D').contains(suffix)
}

/// Tells whether a taxpayer's reference (UTR) has its check digit, the first.
pub(crate) fn uk_utr(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let sum = weighted(&all[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    varied(chars) && all[0] == [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1][sum as usize % 11]
}

/// Tells whether a British driving licence has a month, a day and letters where they belong.
pub(crate) fn uk_driving_licence(chars: &[u8]) -> bool {
    let (Some(name), Some(date), Some([initial, second, mark, ..])) =
        (chars.get(..5), chars.get(5..11).and_then(digits::<6>), chars.get(11..16))
    else {
        return false;
    };
    let letters = name.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let padded = letters > 0 && name[letters..].iter().all(|byte| *byte == b'9');
    let initials = initial.is_ascii_uppercase() || (*initial == b'9' && *second == b'9');
    let month = joined(&date[1..3]) % 50;
    let named = joined(&date[1..3]) < 63 && is_day(2000, month, joined(&date[3..5]));
    chars.len() == 16 && padded && initials && named && mark.is_ascii_alphanumeric()
}

/// Tells whether a current British plate has an age and letters that are used.
pub(crate) fn uk_plate(chars: &[u8]) -> bool {
    let [region, office, age @ .., last, middle, end] = chars else { return false };
    let unused = |letter: &u8| b"IQ".contains(letter);
    let age = number(age).filter(|_| age.len() == 2).unwrap_or_default();
    let place = !b"IJQTUXZ".contains(region) && !unused(office) && *office != b'Z';
    place && matches!(age, 2..=29 | 51..=79) && ![last, middle, end].into_iter().any(unused)
}

/// Tells whether a postcode begins with an area and ends on letters that the post uses.
pub(crate) fn uk_postcode(chars: &[u8]) -> bool {
    const AREAS: &[u8] = b"\
        AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH \
        DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA \
        KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO \
        PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W \
        WA WC WD WF WN WR WS WV YO ZE";
    let [outward @ .., digit, first, second] = chars else { return false };
    let letters = outward.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let area = AREAS.split(|byte| *byte == b' ').any(|area| *area == outward[..letters]);
    let unused = |letter: &u8| b"CIKMOV".contains(letter);
    // What a size in gigabytes looks like: "M2 8GB".
    let size = *second == b'B' && matches!(first, b'G' | b'T');
    area && digit.is_ascii_digit() && !unused(first) && !unused(second) && !size
}

/// Tells whether a British VAT number has one of its remainders by 97.
pub(crate) fn uk_vat(chars: &[u8]) -> bool {
    let body = chars.strip_prefix(b"GB").or(chars.strip_prefix(b"XI")).unwrap_or(chars);
    let Some(all) = body.get(..9).and_then(digits::<9>) else { return false };
    let sum = weighted(&all, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    matches!(body.len(), 9 | 12) && varied(body) && matches!(sum, 0 | 42 | 55)
}

/// Tells whether an Irish PPS number has the letter of its remainder by 23.
pub(crate) fn ie_pps(chars: &[u8]) -> bool {
    let Some(all) = chars.get(..7).and_then(digits::<7>) else { return false };
    let extra = match chars.get(8) {
        None | Some(b'W') => 0,
        Some(letter @ b'A'..=b'I') => value(*letter) - 9,
        Some(_) => return false,
    };
    let sum = weighted(&all, &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra;
    chars.len() <= 9 && chars.get(7) == b"WABCDEFGHIJKLMNOPQRSTUV".get(sum as usize % 23)
}

/// Tells whether an Irish VAT number, new or old, has the letter of its remainder by 23.
pub(crate) fn ie_vat(chars: &[u8]) -> bool {
    let Some(body) = chars.strip_prefix(b"IE") else { return false };
    let [first, mark, middle @ .., last] = body else { return false };
    if body.len() != 8 || mark.is_ascii_digit() {
        return ie_pps(body);
    }
    // The old form moves its first digit to the end and puts nothing in its place.
    let Some(middle) = digits::<5>(middle) else { return false };
    let sum = weighted(&middle, &[7, 6, 5, 4, 3]) + 2 * value(*first);
    first.is_ascii_digit() && b"WABCDEFGHIJKLMNOPQRSTUV"[sum as usize % 23] == *last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn british_numbers() {
        notices_one_wrong_digit(uk_nhs, "9434765870");
        rejects(uk_nhs, &["0000000000", "987654321"]);
        accepts(uk_chi, &["0101909128"]);
        rejects(uk_chi, &["9434765870"]);
        accepts(uk_nino, &["AB123456C", "PL986352B"]);
        rejects(uk_nino, &["QQ123456C", "BG123456A", "AO123456A", "AB123456E", "AB12345C"]);
        accepts(uk_utr, &["1955839661"]);
        rejects(uk_utr, &["2955839661", "1955839671"]);
        accepts(uk_driving_licence, &["MORGA657054SM9IJ", "FO999512018AB9CD"]);
        rejects(uk_driving_licence, &["MORGA667054SM9IJ", "MORGA653994SM9IJ", "MOR9A657054SM9IJ"]);
        accepts(uk_plate, &["BD51SMR", "LK19ABC"]);
        rejects(uk_plate, &["BD50SMR", "QD51SMR", "BD51SIR", "BD511SMR"]);
        accepts(uk_postcode, &["SW1A1AA", "M11AE", "KY0W6PU", "CR26XH"]);
        rejects(uk_postcode, &["ZZ11AA", "M28GB", "M11AC", "1AA"]);
        accepts(uk_vat, &["980780684", "GB980780684", "980780684001"]);
        rejects(uk_vat, &["980780685", "GB98078068"]);
    }

    #[test]
    fn irish_numbers() {
        accepts(ie_pps, &["6433435F", "6433435FW", "6433435OA"]);
        notices_one_wrong_digit(ie_pps, "6433435F");
        accepts(ie_vat, &["IE6433435F", "IE6433435OA", "IE8D79739I"]);
        rejects(ie_vat, &["IE6433435G", "IE8D79738J"]);
        rejects(ie_pps, &["6433435E", "6433435VHX", "6433435VZ"]);
    }
}
