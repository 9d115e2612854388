//! Asia from Israel and the Emirates over India and China to Japan and Indonesia.

use super::sums::{
    digits, is_day, is_day_month_year, is_year_month_day, joined, luhn_number, up_to_ten, value,
    varied, verhoeff, weighted,
};

/// Tells whether an Aadhaar number begins with 2 to 9 and has Verhoeff's check digit.
pub(crate) fn in_aadhaar(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let palindrome = chars.iter().eq(chars.iter().rev());
    all[0] > 1 && !palindrome && verhoeff(all.into_iter())
}

/// Tells whether an Indian taxpayer's number (PAN) has a kind of holder that exists and a serial number.
pub(crate) fn in_pan(chars: &[u8]) -> bool {
    let Some(all) = chars.get(5..9).and_then(digits::<4>) else { return false };
    chars.len() == 10 && b"ABCFGHJLPTK".contains(&chars[3]) && joined(&all) > 0
}

/// Tells whether an Indian business's tax number (GSTIN) has a state, a PAN and its check character.
pub(crate) fn in_gstin(chars: &[u8]) -> bool {
    let (Some(state), Some(pan)) = (chars.get(..2).and_then(digits::<2>), chars.get(2..12)) else {
        return false;
    };
    let products = chars[..14.min(chars.len())].iter().zip([1, 2].into_iter().cycle());
    let sum: u32 =
        products.map(|(byte, weight)| value(*byte) * weight).map(|one| one / 36 + one % 36).sum();
    let known = matches!(joined(&state), 1..=38 | 97 | 99);
    chars.len() == 15 && known && in_pan(pan) && (36 - sum % 36) % 36 == value(chars[14])
}

/// Tells whether an Indian plate begins with a state.
pub(crate) fn in_plate(chars: &[u8]) -> bool {
    const STATES: &[u8] = b"\
        AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR \
        PB PY RJ SK TN TR TS TG UA UK UP WB";
    chars.len() > 6 && STATES.split(|byte| *byte == b' ').any(|state| *state == chars[..2])
}

/// Tells whether the number of a Chinese resident has a day of birth and its check character.
pub(crate) fn cn_resident(chars: &[u8]) -> bool {
    let Some(all) = chars.get(..17).and_then(digits::<17>) else { return false };
    let year = joined(&all[6..10]);
    let born =
        is_day(year, joined(&all[10..12]), joined(&all[12..14])) && (1880..2100).contains(&year);
    let sum = weighted(&all, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let province = matches!(joined(&all[..2]),
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    chars.len() == 18
        && province
        && born
        && chars[17].to_ascii_uppercase() == b"10X98765432"[sum as usize % 11]
}

/// Tells whether the credit code of a Chinese organisation has its check character.
pub(crate) fn cn_credit_code(chars: &[u8]) -> bool {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let place = |byte: &u8| ALPHABET.iter().position(|one| one == byte);
    let mut weight = 1;
    let mut sum = 0;
    for byte in chars.iter().take(17) {
        let Some(at) = place(byte) else { return false };
        sum += at * weight;
        weight = weight * 3 % 31;
    }
    chars.len() == 18 && varied(chars) && ALPHABET[(31 - sum % 31) % 31] == chars[17]
}

/// Tells whether a Japanese individual's number has its check digit.
pub(crate) fn jp_my_number(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let rest = weighted(&all[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    varied(chars) && all[11] == if rest < 2 { 0 } else { 11 - rest }
}

/// Tells whether a Japanese corporation's number has its check digit, the first.
pub(crate) fn jp_corporate(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars.strip_prefix(b"T").unwrap_or(chars)) else { return false };
    let sum = weighted(&all[1..], &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
    sum > 0 && 9 - sum % 9 == all[0]
}

/// Tells whether the number of a Korean resident has a day of birth and a century; since 2020 the rest is random.
pub(crate) fn kr_resident(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    matches!(all[6], 0..=4 | 9) && is_year_month_day(&all)
}

/// Tells whether the number of a foreigner in Korea has a day of birth and a century.
pub(crate) fn kr_foreigner(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    matches!(all[6], 5..=8) && is_year_month_day(&all)
}

/// Tells whether the number of a Korean business has its check digit.
pub(crate) fn kr_business(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let sum = weighted(&all[..9], &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + all[8] * 5 / 10;
    varied(chars) && up_to_ten(sum) == all[9]
}

/// Tells whether a Korean driving licence begins with a region.
pub(crate) fn kr_driving_license(chars: &[u8]) -> bool {
    digits::<12>(chars).is_some_and(|all| matches!(joined(&all[..2]), 11..=26 | 28))
        && varied(chars)
}

/// Gives the number that a letter stands for in identity numbers of Taiwan.
fn taiwan_letter(letter: u8) -> Option<u32> {
    let place = b"ABCDEFGHJKLMNPQRSTUVXYWZIO".iter().position(|one| *one == letter);
    place.map(|at| at as u32 + 10)
}

/// Tells whether an identity number of Taiwan has its check digit.
pub(crate) fn tw_id(chars: &[u8]) -> bool {
    let [letter, rest @ ..] = chars else { return false };
    let (Some(all), Some(area)) = (digits::<9>(rest), taiwan_letter(*letter)) else { return false };
    let sum = area / 10 + area % 10 * 9 + weighted(&all, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(all[0], 1 | 2 | 8 | 9) && sum.is_multiple_of(10)
}

/// Tells whether an identity card of Hong Kong has its check character.
pub(crate) fn hk_id(chars: &[u8]) -> bool {
    let letters = chars.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let Some(all) = chars.get(letters..letters + 6).and_then(digits::<6>) else { return false };
    let prefix = match *chars {
        [first, ..] if letters == 1 => 36 * 9 + value(first) * 8,
        [first, second, ..] if letters == 2 => value(first) * 9 + value(second) * 8,
        _ => return false,
    };
    let sum = prefix + weighted(&all, &[7, 6, 5, 4, 3, 2]);
    let check = b"0A987654321"[sum as usize % 11];
    chars.len() == letters + 7 && chars.last() == Some(&check)
}

/// Tells whether an identity number of Singapore has its check letter.
pub(crate) fn sg_nric(chars: &[u8]) -> bool {
    let [kind, rest @ .., check] = chars else { return false };
    let Some(all) = digits::<7>(rest) else { return false };
    let sum = weighted(&all, &[2, 7, 6, 5, 4, 3, 2]) as usize;
    let expected = match kind {
        b'S' => b"JZIHGFEDCBA"[sum % 11],
        b'T' => b"JZIHGFEDCBA"[(sum + 4) % 11],
        b'F' => b"XWUTRQPNMLK"[sum % 11],
        b'G' => b"XWUTRQPNMLK"[(sum + 4) % 11],
        b'M' => b"KLJNPQRTUWX"[10 - (sum + 3) % 11],
        _ => return false,
    };
    *check == expected
}

/// Tells whether the number of an organisation in Singapore has its check letter.
pub(crate) fn sg_uen(chars: &[u8]) -> bool {
    let Some((check, body)) = chars.split_last() else { return false };
    match chars.len() {
        9 => digits::<8>(body).is_some_and(|all| {
            b"XMKECAWLJDB"[weighted(&all, &[10, 4, 9, 3, 8, 2, 7, 1]) as usize % 11] == *check
        }),
        10 if body[0].is_ascii_digit() => digits::<9>(body).is_some_and(|all| {
            let year = (1800..2100).contains(&joined(&all[..4]));
            let sum = weighted(&all, &[10, 8, 6, 4, 9, 7, 5, 3, 1]) as usize;
            year && b"ZKCMDNERGWH"[sum % 11] == *check
        }),
        10 => sg_other(body, *check),
        _ => false,
    }
}

/// Tells whether a number like `T01FC6132D` has its check letter.
fn sg_other(body: &[u8], check: u8) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
    const WEIGHTS: [usize; 9] = [4, 3, 5, 3, 10, 2, 2, 5, 7];
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        let Some(at) = ALPHABET.iter().position(|one| one == byte) else { return false };
        sum += at * weight;
    }
    let form = matches!(body[0], b'R' | b'S' | b'T') && digits::<2>(&body[1..3]).is_some();
    let serial = digits::<4>(&body[5..]).is_some();
    form && serial && ALPHABET.get((sum + 6) % 11) == Some(&check)
}

/// Tells whether an identity number of Thailand has its check digit.
pub(crate) fn th_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    let sum = weighted(&all[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    all[0] < 9 && varied(chars) && (11 - sum % 11) % 10 == all[12]
}

/// Tells whether an identity number of Malaysia has a day of birth and a place.
pub(crate) fn my_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    is_year_month_day(&all)
        && matches!(joined(&all[6..8]), 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99)
}

/// Tells whether an identity number of Indonesia has a province and a day of birth.
pub(crate) fn id_nik(chars: &[u8]) -> bool {
    let Some(all) = digits::<16>(chars) else { return false };
    // A woman's day of birth has 40 added.
    let born = is_day_month_year(&[all[6] % 4, all[7], all[8], all[9], all[10], all[11]]);
    let province = matches!(joined(&all[..2]),
        11..=21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97);
    all[6] < 8 && province && born && joined(&all[12..]) > 0
}

/// Tells whether an identity number of Pakistan begins with a province.
pub(crate) fn pk_cnic(chars: &[u8]) -> bool {
    digits::<13>(chars).is_some_and(|all| matches!(all[0], 1..=7)) && varied(chars)
}

/// Tells whether an identity number of Israel has Luhn's sum.
pub(crate) fn il_id(chars: &[u8]) -> bool {
    chars.len() == 9 && luhn_number(chars)
}

/// Tells whether an identity number of the Emirates has the country, a year and Luhn's sum.
pub(crate) fn ae_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<15>(chars) else { return false };
    chars.starts_with(b"784") && (1900..2100).contains(&joined(&all[3..7])) && luhn_number(chars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn indian_numbers() {
        notices_one_wrong_digit(in_aadhaar, "234123412346");
        rejects(in_aadhaar, &["123412341234", "222222222222"]);
        accepts(in_pan, &["ACUPA7085R"]);
        rejects(in_pan, &["ACUZA7085R", "ACUPA0000R"]);
        accepts(in_gstin, &["27AAPFU0939F1ZV"]);
        rejects(in_gstin, &["27AAPFU0939F1ZW", "39AAPFU0939F1ZV"]);
        accepts(in_plate, &["KA01AB1234", "DL3CAB1234"]);
        rejects(in_plate, &["XX01AB1234"]);
    }

    #[test]
    fn chinese_japanese_and_korean_numbers() {
        notices_one_wrong_digit(cn_resident, "360426199101010071");
        accepts(cn_credit_code, &["91110000600037341L"]);
        rejects(cn_credit_code, &["A1110000600037341L"]);
        accepts(jp_my_number, &["123456789018"]);
        notices_one_wrong_digit(jp_corporate, "5835678256246");
        accepts(kr_resident, &["9710139019902"]);
        rejects(kr_resident, &["9713139019902", "9710135019902"]);
        accepts(kr_foreigner, &["9710135019902"]);
        rejects(kr_foreigner, &["9710139019902"]);
        notices_one_wrong_digit(kr_business, "1168200276");
        accepts(kr_driving_license, &["110612345678"]);
        rejects(kr_driving_license, &["990612345678"]);
        accepts(tw_id, &["A123456789"]);
        rejects(tw_id, &["A123456788", "A323456789"]);
        accepts(hk_id, &["A1234563", "AB9876543"]);
        rejects(hk_id, &["A1234564", "ABC876543"]);
    }

    #[test]
    fn numbers_of_south_east_asia() {
        accepts(sg_nric, &["S1234567D", "F1234567N", "T0123456G", "M1234567K"]);
        rejects(sg_nric, &["S1234567E", "A1234567D"]);
        accepts(sg_uen, &["00192200M", "197401143C", "S16FC0121D", "T01FC6132D"]);
        rejects(sg_uen, &["00192200A", "197401143D", "T01FC6132E"]);
        accepts(th_id, &["1234545678781"]);
        rejects(th_id, &["1234545678782", "9234545678781"]);
        accepts(my_id, &["770305021234"]);
        rejects(my_id, &["771305021234", "770305171234"]);
        accepts(id_nik, &["3171011708450001"]);
        rejects(id_nik, &["9971011708450001"]);
        accepts(pk_cnic, &["3420108912318"]);
        rejects(pk_cnic, &["9420108912318"]);
    }

    #[test]
    fn numbers_of_the_near_east() {
        notices_one_wrong_digit(il_id, "039337423");
        accepts(ae_id, &["784198012345678"]);
        rejects(ae_id, &["783198012345678"]);
    }
}
