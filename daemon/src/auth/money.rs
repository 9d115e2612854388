//! Amounts of money as people write them, `12.50`, and as they are counted: whole millionths, so that no sum is ever off
//! by a rounding.

/// Digits behind the point that count.
const DECIMALS: usize = 6;

/// Millionths in one.
const MICROS: u64 = 1_000_000;

/// The largest amount: beyond it a figure is a typing error.
const AMOUNT_MAX: u64 = 1_000_000_000;

/// Says what an amount must be.
pub(crate) fn expects() -> String {
    format!("an amount from 0 to {AMOUNT_MAX} such as 12.50, with up to {DECIMALS} decimals")
}

/// Reads an amount as millionths.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let plain =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) || part.len() > DECIMALS {
        return None;
    }
    let micros = format!("{part:0<DECIMALS$}").parse::<u64>().ok()?;
    let micros = whole.parse::<u64>().ok()?.checked_mul(MICROS)?.checked_add(micros)?;
    (micros <= AMOUNT_MAX * MICROS).then_some(micros)
}

/// Writes millionths as an amount with two decimals at least.
pub(crate) fn show(micros: u64) -> String {
    let part = format!("{:06}", micros % MICROS);
    let part = part.trim_end_matches('0');
    format!("{}.{part:0<2}", micros / MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_last_millionth_and_written_back() {
        for (text, micros, shown) in [
            ("12.50", 12_500_000, "12.50"),
            ("0", 0, "0.00"),
            ("7", 7_000_000, "7.00"),
            ("0.000001", 1, "0.000001"),
            ("0.1", 100_000, "0.10"),
            ("1000000000", 1_000_000_000_000_000, "1000000000.00"),
        ] {
            assert_eq!(parse(text), Some(micros), "{text}");
            assert_eq!(show(micros), shown);
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1,50",
            "1e3",
            "0.0000001",
            "1000000000.000001",
            "99999999999999999999",
            " 1",
            "٣",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
