//! Telephones, cards in them, and vehicles.

use super::sums::{digits, joined, luhn_number, value, varied};

/// Tells whether a telephone's number (IMEI) begins with a body that gives them out and has Luhn's sum.
pub(crate) fn imei(chars: &[u8]) -> bool {
    let Some(all) = digits::<15>(chars) else { return false };
    let body =
        matches!(joined(&all[..2]), 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99);
    body && luhn_number(chars)
}

/// Tells whether a telephone's number with the version of its software begins with a body that gives them out.
pub(crate) fn imei_version(chars: &[u8]) -> bool {
    let Some(all) = digits::<16>(chars) else { return false };
    matches!(joined(&all[..2]), 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99)
        && varied(chars)
}

/// Tells whether the number of a telephone's card (ICCID) begins with 89 and has Luhn's sum.
pub(crate) fn iccid(chars: &[u8]) -> bool {
    matches!(chars.len(), 19 | 20) && chars.starts_with(b"89") && luhn_number(chars)
}

/// Tells whether a subscriber's number (IMSI) begins with a country's code.
pub(crate) fn imsi(chars: &[u8]) -> bool {
    digits::<15>(chars).is_some_and(|all| matches!(joined(&all[..3]), 202..=750 | 901))
        && varied(chars)
}

/// Tells whether a vehicle's number may be one: neither I, O nor Q, both letters and digits.
pub(crate) fn vin_form(chars: &[u8]) -> bool {
    let allowed =
        |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() && !b"IOQ".contains(byte);
    let digits = chars.iter().filter(|byte| byte.is_ascii_digit()).count();
    chars.len() == 17 && chars.iter().all(allowed) && (3..17).contains(&digits)
}

/// Tells whether a vehicle's number (VIN) has its check character and ends on a serial number.
pub(crate) fn vin(chars: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let number = |byte: u8| match byte {
        b'0'..=b'9' => value(byte),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'R' => u32::from(byte - b'J') + 1,
        _ => u32::from(byte.saturating_sub(b'S')) + 2,
    };
    let sum: u32 = chars.iter().zip(WEIGHTS).map(|(byte, weight)| number(*byte) * weight).sum();
    let serial = chars.get(13..).is_some_and(|serial| serial.iter().all(u8::is_ascii_digit));
    vin_form(chars) && serial && chars[8] == b"0123456789X"[sum as usize % 11]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::{accepts, notices_one_wrong_digit, rejects};

    #[test]
    fn telephones() {
        notices_one_wrong_digit(imei, "490154203237518");
        rejects(imei, &["270154203237512"]);
        accepts(imei_version, &["4901542032375181"]);
        rejects(imei_version, &["2901542032375181"]);
        accepts(iccid, &["8991101200003204514"]);
        rejects(iccid, &["8991101200003204515", "8891101200003204514"]);
        accepts(imsi, &["310150123456789"]);
        rejects(imsi, &["110150123456789"]);
    }

    #[test]
    fn vehicles() {
        accepts(vin, &["1M8GDM9AXKP042788", "1HGCM82633A004352"]);
        rejects(vin, &["1M8GDM9A1KP042788", "1M8GDM9AXKP04278I", "11111111111111111"]);
        accepts(vin_form, &["WVWZZZ1KZAW000001"]);
        rejects(vin_form, &["WVWZZZ1KZAW00000O", "12345678901234567"]);
    }
}
