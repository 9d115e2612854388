//! Wallets of cryptocurrencies, by their checksums.

use super::{Scan, Scanner};
use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// The lengths of addresses in base 58 and in the bech32 forms.
const BASE58: std::ops::RangeInclusive<usize> = 25..=35;
const BECH32: std::ops::RangeInclusive<usize> = 14..=90;

/// Networks that write addresses as bech32.
const NETWORKS: &[&[u8]] = &[b"bc", b"tb", b"ltc", b"tltc"];

impl Scan<'_, '_> {
    /// Looks at a long word with letters and digits.
    pub(super) fn wallet(&mut self, start: usize, end: usize) {
        let word = &self.bytes[start..end];
        let scanner = match word {
            [b'0', b'x', rest @ ..] if rest.len() == 40 && is_ethereum(rest) => Scanner::Ethereum,
            [b'1' | b'3' | b'm' | b'n' | b'2' | b'L' | b'M' | b'D' | b'X', ..]
                if BASE58.contains(&word.len()) && is_base58(word) =>
            {
                Scanner::Base58
            }
            _ if BECH32.contains(&word.len()) && is_bech32(word) => Scanner::Bech32,
            _ => return,
        };
        if let Some(rule) = self.scanner(scanner) {
            self.add_by_cue(rule, false, start, end);
        }
    }
}

/// Base 58 with a checksum of four bytes (Bitcoin, Litecoin, Dogecoin, Dash).
fn is_base58(word: &[u8]) -> bool {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for letter in word {
        let Some(value) = ALPHABET.iter().position(|known| known == letter) else { return false };
        let mut carry = value as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let sum = Sha256::digest(Sha256::digest(&bytes[..21]));
    // Versions of addresses to keys and to scripts, in the main and the test networks.
    matches!(bytes[0], 0x00 | 0x05 | 0x6F | 0xC4 | 0x30 | 0x32 | 0x1E | 0x16 | 0x4C | 0x10)
        && sum[..4] == bytes[21..]
}

/// Bech32 and bech32m (BIP 173, BIP 350).
fn is_bech32(word: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let mixed = word.iter().any(u8::is_ascii_lowercase) && word.iter().any(u8::is_ascii_uppercase);
    let Some(split) = word.iter().rposition(|byte| *byte == b'1') else { return false };
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    let known = NETWORKS.iter().any(|network| word[..split].eq_ignore_ascii_case(network));
    if mixed || !known || word.len() - split < 8 {
        return false;
    }
    let mut sum = 1u32;
    let mut step = |value: u32| {
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ value;
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    };
    word[..split].iter().for_each(|byte| step(u32::from(lower(byte) >> 5)));
    step(0);
    word[..split].iter().for_each(|byte| step(u32::from(lower(byte) & 31)));
    for byte in &word[split + 1..] {
        match ALPHABET.iter().position(|letter| *letter == lower(byte)) {
            Some(value) => step(value as u32),
            None => return false,
        }
    }
    sum == 1 || sum == 0x2bc8_30a3
}

/// Forty hexadecimal digits; in mixed case the case is a checksum (EIP-55).
fn is_ethereum(digits: &[u8]) -> bool {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let upper = digits.iter().any(u8::is_ascii_uppercase);
    let lower = digits.iter().any(u8::is_ascii_lowercase);
    if !(upper && lower) {
        return true;
    }
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    digits.iter().enumerate().all(|(at, digit)| {
        let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 15;
        !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == (nibble >= 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58_has_its_checksum() {
        assert!(is_base58(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"));
        assert!(is_base58(b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"));
        assert!(!is_base58(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"));
    }

    #[test]
    fn bech32_has_its_checksum() {
        assert!(is_bech32(b"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"));
        assert!(is_bech32(b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(!is_bech32(b"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"));
    }

    #[test]
    fn the_case_of_an_ethereum_address_is_its_checksum() {
        assert!(is_ethereum(b"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
        assert!(!is_ethereum(b"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"));
        assert!(is_ethereum(b"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    }
}
