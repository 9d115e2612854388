//! Wallets of cryptocurrencies: the same network, form and length, other bytes, and the checksum that belongs to them.

use super::stream::Stream;
use crate::scan::{
    BASE58_ALPHABET, BECH32_ALPHABET, BECH32_SUMS, base58_sum, bech32_sum, in_its_case,
};

/// Addresses that are tried until one is as long as the original.
const TRIES: usize = 64;

/// Letters of a checksum in bech32.
const SUM: usize = 6;

/// Another wallet; nothing where this one is of no form that is known here.
pub(super) fn wallet(original: &str, stream: &mut Stream) -> Option<String> {
    if let Some(digits) = original.strip_prefix("0x") {
        return Some(format!("0x{}", ethereum(digits, stream)));
    }
    bech32(original, stream).or_else(|| base58(original, stream))
}

fn ethereum(digits: &str, stream: &mut Stream) -> String {
    let any = |c: char| {
        let digit = char::from(*stream.pick(b"0123456789abcdef"));
        if c.is_ascii_uppercase() { digit.to_ascii_uppercase() } else { digit }
    };
    let upper = digits.contains(|c: char| c.is_ascii_uppercase());
    let lower = digits.contains(|c: char| c.is_ascii_lowercase());
    let other: String = digits.chars().map(any).collect();
    match (upper, lower) {
        (true, true) => in_its_case(other.as_bytes()).into_iter().map(char::from).collect(),
        (true, false) => other.to_ascii_uppercase(),
        _ => other,
    }
}

fn bech32(original: &str, stream: &mut Stream) -> Option<String> {
    let lower = original.to_ascii_lowercase();
    let (network, letters) = lower.rsplit_once('1')?;
    let value = |letter: u8| BECH32_ALPHABET.iter().position(|known| *known == letter);
    let values = letters.bytes().map(|letter| value(letter).map(|value| value as u8));
    let mut values = values.collect::<Option<Vec<u8>>>().filter(|values| values.len() > SUM + 2)?;
    let sum = bech32_sum(network.as_bytes(), &values);
    if !BECH32_SUMS.contains(&sum) {
        return None;
    }
    let end = values.len() - SUM;
    // The first letter is the version. The bits that fill up the last one stay, as they must be zero.
    let others = values.get_mut(1..end - 1)?;
    others.iter_mut().for_each(|value| *value = stream.below(32) as u8);
    values[end..].fill(0);
    let left = bech32_sum(network.as_bytes(), &values) ^ sum;
    for (at, value) in values[end..].iter_mut().enumerate() {
        *value = (left >> (5 * (SUM - 1 - at)) & 31) as u8;
    }
    let letters: String =
        values.iter().map(|value| char::from(BECH32_ALPHABET[usize::from(*value)])).collect();
    let other = format!("{network}1{letters}");
    Some(if original == lower { other } else { other.to_ascii_uppercase() })
}

fn base58(original: &str, stream: &mut Stream) -> Option<String> {
    let mut bytes = [0u8; 25];
    for letter in original.bytes() {
        let mut carry = BASE58_ALPHABET.iter().position(|known| *known == letter)?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    let mut tried = || {
        bytes[1..21].iter_mut().for_each(|byte| *byte = stream.below(256) as u8);
        let sum = base58_sum(&bytes[..21]);
        bytes[21..].copy_from_slice(&sum);
        written(&bytes)
    };
    let first = original.chars().next();
    (0..TRIES)
        .map(|_| tried())
        .find(|other| other.len() == original.len() && other.chars().next() == first)
}

/// Bytes in base 58, a `1` for each zero that they begin with.
fn written(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += usize::from(*digit) * 256;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let digits = digits.iter().rev().map(|digit| char::from(BASE58_ALPHABET[usize::from(*digit)]));
    "1".repeat(zeros).chars().chain(digits).collect()
}
