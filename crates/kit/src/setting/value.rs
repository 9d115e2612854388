//! The types a setting can have: how each is read, and what to say when it cannot be.

use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;

/// A type that a setting can hold.
pub trait Value: Sized {
    /// What of a value may be printed; `None` for a secret.
    fn shown(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// The rest of a sentence that starts with the value: "is not a whole number ...". It never repeats the value.
    fn parse(text: &str) -> Result<Self, String>;

    /// Names what is expected: "a whole number from 0 to 65535".
    fn expects() -> String;
}

impl Value for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }
    fn expects() -> String {
        "`true` or `false`".to_owned()
    }
}

/// A whole number between two bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: u64, const MAX: u64>(pub u64);

impl<const MIN: u64, const MAX: u64> Value for Whole<MIN, MAX> {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().replace('_', "").parse() {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }
    fn expects() -> String {
        if MAX == u64::MAX {
            format!("a whole number from {MIN} up")
        } else {
            format!("a whole number from {MIN} to {MAX}")
        }
    }
}

/// A number that is not below zero: a share, a temperature, a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fraction(pub f64);

impl Value for Fraction {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(Self(number)),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }
    fn expects() -> String {
        "a number that is not negative".to_owned()
    }
}

/// A span of time: `30`, `30s`, `500ms`, `5m`, `2h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(pub Duration);

/// No wait of ours is longer: a larger figure is a typing error, and would overflow a deadline.
const SECONDS_MAX: u64 = 10 * 365 * 24 * 3600;

impl Value for Seconds {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("is not {}", Self::expects());
        let text = text.trim();
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(unit_at);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let milliseconds = match unit.trim() {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        match number.checked_mul(milliseconds) {
            Some(total) if total <= SECONDS_MAX * 1_000 => Ok(Self(Duration::from_millis(total))),
            _ => Err(wrong()),
        }
    }
    fn expects() -> String {
        "a span of time such as `30s`, `500ms`, `5m`, `2h`, `7d`".to_owned()
    }
}

/// Any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

impl Value for Text {
    fn parse(text: &str) -> Result<Self, String> {
        if text.contains('\0') {
            return Err("holds a NUL character".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
    fn expects() -> String {
        "a text".to_owned()
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Text::parse(text).map(|text| text.0.into())
    }
    fn expects() -> String {
        "a path".to_owned()
    }
}

impl Value for SecretString {
    fn shown(_: &str) -> Option<String> {
        None
    }
    fn parse(text: &str) -> Result<Self, String> {
        Text::parse(text).map(|text| text.0.into())
    }
    fn expects() -> String {
        "a secret, best given by its `_FILE` spelling".to_owned()
    }
}

/// Values separated by commas, or written as a list in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T: Value> Value for List<T> {
    fn shown(text: &str) -> Option<String> {
        T::shown(text)
    }
    fn parse(text: &str) -> Result<Self, String> {
        // Some guides write `["a", "b"]`: brackets and quotes are no part of any value that we take.
        let text = text.trim();
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let words = inner.split(',').map(|word| word.trim().trim_matches(['"', '\'']));
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let parse = |(at, word): (usize, &&str)| {
            T::parse(word).map_err(|why| match words.len() {
                1 => why,
                _ => format!("has an entry (number {}) that {why}", at + 1),
            })
        };
        words.iter().enumerate().map(parse).collect::<Result<_, _>>().map(Self)
    }
    fn expects() -> String {
        format!("a list, separated by commas, of: {}", T::expects())
    }
}

/// Not set when the text is empty.
impl<T: Value> Value for Option<T> {
    fn shown(text: &str) -> Option<String> {
        T::shown(text)
    }
    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
    fn expects() -> String {
        format!("{}, or nothing", T::expects())
    }
}

impl Value for ipnet::IpNet {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let address = text.parse::<std::net::IpAddr>().map(Self::from);
        address.or_else(|_| text.parse()).map_err(|_| format!("is not {}", Self::expects()))
    }
    fn expects() -> String {
        "an IP address or a network such as `10.0.0.0/8`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_has_units_and_a_bound() {
        let read = |text| Seconds::parse(text).map(|seconds| seconds.0.as_millis());
        assert_eq!(read("30"), Ok(30_000));
        assert_eq!(read(" 5 m"), Ok(300_000));
        assert_eq!(read("250ms"), Ok(250));
        assert_eq!(read("7d"), Ok(604_800_000));
        for wrong in ["", "s", "-1", "1w", "1.5s", "99999999999999999999", "4000000000000d"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_whole_number_keeps_its_bounds() {
        assert_eq!(Whole::<1, 9>::parse("9"), Ok(Whole(9)));
        assert_eq!(Whole::<1, 9>::parse("10"), Err("is not a whole number from 1 to 9".to_owned()));
        assert!(Whole::<0, 9>::parse("-1").is_err());
        assert_eq!(Whole::<0, { u64::MAX }>::parse("1_000"), Ok(Whole(1000)));
    }

    #[test]
    fn a_list_reads_commas_and_brackets() {
        let read = |text: &str| List::<Text>::parse(text).map(|list| list.0.len());
        assert_eq!(read("a, b ,c"), Ok(3));
        assert_eq!(read(r#"["a", "b"]"#), Ok(2));
        assert_eq!(read(""), Ok(0));
        let wrong = List::<bool>::parse("true,maybe");
        assert_eq!(wrong, Err("has an entry (number 2) that is not `true` or `false`".to_owned()));
    }

    #[test]
    fn a_network_may_be_one_address() {
        assert_eq!(
            ipnet::IpNet::parse("10.1.2.3").map(|net| net.to_string()),
            Ok("10.1.2.3/32".into())
        );
        assert!(ipnet::IpNet::parse("fd00::/8").is_ok());
        assert!(ipnet::IpNet::parse("10.0.0.0/33").is_err());
    }
}
