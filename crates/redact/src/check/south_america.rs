//! Brazil, Argentina, Chile, Colombia, Peru, Uruguay, Ecuador and Venezuela.

use super::sums::{
    digits, joined, luhn_number, luhn_sum, up_to_eleven, up_to_ten, value, varied, weighted,
};

/// Gives the second of two check digits that Brazil counts: what makes up to eleven, ten being nothing.
fn brazil(values: &[u32], weights: &[u32]) -> u32 {
    up_to_eleven(weighted(values, weights)) % 10
}

/// Tells whether a Brazilian person's number (CPF) has both its check digits.
pub(crate) fn br_cpf(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let first = brazil(&all[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = brazil(&all[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    varied(chars) && first == all[9] && second == all[10]
}

/// Tells whether a Brazilian company's number (CNPJ), letters included, has both its check digits.
pub(crate) fn br_cnpj(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let Ok(plain) = <&[u8; 14]>::try_from(chars) else { return false };
    let form = chars.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let all = plain.map(|byte| u32::from(byte.saturating_sub(b'0')));
    let first = brazil(&all[..12], &WEIGHTS[1..]);
    form && varied(chars) && first == all[12] && brazil(&all[..13], &WEIGHTS) == all[13]
}

/// Tells whether a Brazilian worker's number (PIS, NIT) has its check digit.
pub(crate) fn br_pis(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    varied(chars) && brazil(&all[..10], &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == all[10]
}

/// Tells whether a Brazilian driving licence (CNH) has both its check digits.
pub(crate) fn br_cnh(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let first = weighted(&all[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let second = weighted(&all[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    let (first, second) = match (first, second) {
        (10, second) => (0, (second + 9) % 11),
        pair => pair,
    };
    varied(chars) && first == all[9] && second % 10 == all[10]
}

/// Tells whether a Brazilian voter's number has a state and both its check digits.
pub(crate) fn br_voter(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let state = joined(&all[8..10]);
    // São Paulo and Minas Gerais write one where the remainder is nothing.
    let digit = |sum: u32| match sum % 11 {
        0 if state < 3 => 1,
        rest => rest % 10,
    };
    let first = digit(weighted(&all[..8], &[2, 3, 4, 5, 6, 7, 8, 9]));
    let second = digit(weighted(&[all[8], all[9], first], &[7, 8, 9]));
    matches!(state, 1..=28) && varied(&chars[..8]) && first == all[10] && second == all[11]
}

/// Tells whether a Brazilian vehicle's number (RENAVAM) has its check digit.
pub(crate) fn br_renavam(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let check = brazil(&all[..10], &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    varied(chars) && check == all[10]
}

/// Tells whether a Brazilian health card (CNS) has a kind that exists and the sum of eleven.
pub(crate) fn br_health_card(chars: &[u8]) -> bool {
    let Some(all) = digits::<15>(chars) else { return false };
    let sum = weighted(&all, &[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    matches!(all[0], 1 | 2 | 7..=9) && varied(chars) && sum.is_multiple_of(11)
}

/// Tells whether an Argentine tax number (CUIT, CUIL) has a kind that exists and its check digit.
pub(crate) fn ar_cuit(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let kind =
        matches!(joined(&all[..2]), 20 | 23 | 24 | 25 | 26 | 27 | 30 | 33 | 34 | 50 | 51 | 55);
    let check = up_to_eleven(weighted(&all[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    kind && varied(&chars[2..]) && check.min(9) == all[10]
}

/// Tells whether an Argentine account number (CBU) has both its check digits.
pub(crate) fn ar_cbu(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3];
    let Some(all) = digits::<22>(chars) else { return false };
    let bank = up_to_ten(weighted(&all[..7], &[7, 1, 3, 9, 7, 1, 3]));
    varied(&chars[8..]) && bank == all[7] && up_to_ten(weighted(&all[8..21], &WEIGHTS)) == all[21]
}

/// Tells whether a Chilean number (RUT) has its check character.
pub(crate) fn cl_rut(chars: &[u8]) -> bool {
    let Some((check, body)) = chars.split_last() else { return false };
    let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
    let sum: u32 = body.iter().rev().zip(weights).map(|(byte, weight)| value(*byte) * weight).sum();
    let expected = b"0123456789K"[up_to_eleven(sum) as usize % 11];
    let form =
        matches!(body.len(), 7 | 8) && body.iter().all(u8::is_ascii_digit) && body[0] != b'0';
    form && varied(body) && check.to_ascii_uppercase() == expected
}

/// Tells whether a Colombian tax number (NIT) has its check digit.
pub(crate) fn co_nit(chars: &[u8]) -> bool {
    let Some((check, body)) = chars.split_last() else { return false };
    let weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
    let sum: u32 = body.iter().rev().zip(weights).map(|(byte, weight)| value(*byte) * weight).sum();
    let rest = sum % 11;
    let expected = if rest < 2 { rest } else { 11 - rest };
    let form = (8..=10).contains(&body.len()) && chars.iter().all(u8::is_ascii_digit);
    form && varied(body) && u32::from(check - b'0') == expected
}

/// Tells whether a Peruvian tax number (RUC) has a kind that exists and its check digit.
pub(crate) fn pe_ruc(chars: &[u8]) -> bool {
    let Some(all) = digits::<11>(chars) else { return false };
    let check = (11 - weighted(&all[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    matches!(joined(&all[..2]), 10 | 15 | 16 | 17 | 20) && check == all[10]
}

/// Tells whether a Uruguayan identity card has its check digit.
pub(crate) fn uy_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<8>(chars) else { return false };
    varied(chars) && up_to_ten(weighted(&all[..7], &[2, 9, 8, 7, 6, 3, 4])) == all[7]
}

/// Tells whether a Uruguayan tax number (RUT) has an office and its check digit.
pub(crate) fn uy_rut(chars: &[u8]) -> bool {
    let Some(all) = digits::<12>(chars) else { return false };
    let check = up_to_eleven(weighted(&all[..11], &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    matches!(joined(&all[..2]), 1..=22)
        && joined(&all[2..8]) > 0
        && all[8..11] == [0, 0, 1]
        && check == all[11]
}

/// Tells whether an Ecuadorian identity card has a province and Luhn's sum.
pub(crate) fn ec_id(chars: &[u8]) -> bool {
    let Some(all) = digits::<10>(chars) else { return false };
    let province = matches!(joined(&all[..2]), 1..=24 | 30 | 50);
    province && all[2] < 7 && varied(chars) && luhn_sum(all.into_iter()).is_multiple_of(10)
}

/// Tells whether an Ecuadorian tax number (RUC) is a person's, a company's or an authority's and has its check digit.
pub(crate) fn ec_ruc(chars: &[u8]) -> bool {
    let Some(all) = digits::<13>(chars) else { return false };
    let province = matches!(joined(&all[..2]), 1..=24 | 30 | 50);
    let right = match all[2] {
        6 => {
            let public = up_to_eleven(weighted(&all[..8], &[3, 2, 7, 6, 5, 4, 3, 2])) == all[8];
            public || luhn_number(&chars[..10])
        }
        9 => up_to_eleven(weighted(&all[..9], &[4, 3, 2, 7, 6, 5, 4, 3, 2])) == all[9],
        0..=5 => luhn_number(&chars[..10]),
        _ => false,
    };
    province && right && joined(&all[10..]) > 0
}

/// Tells whether a Venezuelan tax number (RIF) has its check digit.
pub(crate) fn ve_rif(chars: &[u8]) -> bool {
    let [kind, rest @ ..] = chars else { return false };
    let Some(all) = digits::<9>(rest) else { return false };
    let kind = match kind {
        b'V' => 4,
        b'E' => 8,
        b'J' | b'C' => 12,
        b'P' => 16,
        b'G' => 20,
        _ => return false,
    };
    let rest = (kind + weighted(&all[..8], &[3, 2, 7, 6, 5, 4, 3, 2])) % 11;
    all[8] == if rest < 2 { 0 } else { 11 - rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn brazilian_numbers() {
        accepts(br_cpf, &["39053344705"]);
        rejects(br_cpf, &["11111111111", "23100299900", "39053344706", "39053344715"]);
        notices_one_wrong_digit(br_cnpj, "16727230000197");
        accepts(br_cnpj, &["12ABC34501DE35"]);
        accepts(br_pis, &["12056412545"]);
        rejects(br_pis, &["12056412546"]);
        accepts(br_cnh, &["97625655678"]);
        rejects(br_cnh, &["97625655679"]);
        accepts(br_voter, &["106644440302"]);
        rejects(br_voter, &["106644440303"]);
        accepts(br_renavam, &["00639884962"]);
        rejects(br_renavam, &["00639884963"]);
        accepts(br_health_card, &["700501734589051"]);
        rejects(br_health_card, &["700501734589052", "400501734589051"]);
    }

    #[test]
    fn argentine_and_chilean_numbers() {
        notices_one_wrong_digit(ar_cuit, "20055361682");
        notices_one_wrong_digit(ar_cbu, "2850590940090418135201");
        notices_one_wrong_digit(cl_rut, "760864285");
        rejects(cl_rut, &["125319093"]);
    }

    #[test]
    fn andean_numbers() {
        accepts(co_nit, &["2131234321"]);
        rejects(co_nit, &["2131234325"]);
        accepts(pe_ruc, &["20512333797"]);
        rejects(pe_ruc, &["20512333798", "30512333797"]);
        accepts(uy_rut, &["211003420017", "211406340011"]);
        rejects(uy_rut, &["211003420018", "231003420017"]);
        accepts(uy_id, &["12345672"]);
        rejects(uy_id, &["12345673"]);
        notices_one_wrong_digit(ec_id, "1714307103");
        accepts(ec_ruc, &["1792060346001", "1714307103001"]);
        rejects(ec_ruc, &["1763154690001", "1792060346000"]);
        notices_one_wrong_digit(ve_rif, "V114702834");
    }
}
