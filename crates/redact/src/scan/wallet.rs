//! Wallets of cryptocurrencies, by their checksums.

use super::{Scan, Scanner};
use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// The lengths of addresses in base 58 and in the bech32 forms.
const BASE58: std::ops::RangeInclusive<usize> = 25..=35;
const BECH32: std::ops::RangeInclusive<usize> = 14..=90;

/// What the digits of each are.
pub(crate) const BASE58_ALPHABET: &[u8; 58] =
    b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
pub(crate) const BECH32_ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// What the sum of an address leaves: in bech32, and in bech32m.
pub(crate) const BECH32_SUMS: [u32; 2] = [1, 0x2bc8_30a3];

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
    let mut bytes = [0u8; 25];
    for letter in word {
        let Some(value) = BASE58_ALPHABET.iter().position(|known| known == letter) else {
            return false;
        };
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
    let sum = base58_sum(&bytes[..21]);
    // Versions of addresses to keys and to scripts, in the main and the test networks.
    matches!(bytes[0], 0x00 | 0x05 | 0x6F | 0xC4 | 0x30 | 0x32 | 0x1E | 0x16 | 0x4C | 0x10)
        && sum == bytes[21..]
}

/// The first four bytes of what SHA-256 makes of the bytes, twice.
pub(crate) fn base58_sum(bytes: &[u8]) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::digest(Sha256::digest(bytes)).into();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Bech32 and bech32m (BIP 173, BIP 350).
fn is_bech32(word: &[u8]) -> bool {
    let mixed = word.iter().any(u8::is_ascii_lowercase) && word.iter().any(u8::is_ascii_uppercase);
    let Some(split) = word.iter().rposition(|byte| *byte == b'1') else { return false };
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    let known = NETWORKS.iter().any(|network| word[..split].eq_ignore_ascii_case(network));
    if mixed || !known || word.len() - split < 8 {
        return false;
    }
    let values = word[split + 1..].iter().map(|byte| {
        BECH32_ALPHABET.iter().position(|letter| *letter == lower(byte)).map(|value| value as u8)
    });
    let Some(values) = values.collect::<Option<Vec<u8>>>() else { return false };
    BECH32_SUMS.contains(&bech32_sum(&word[..split].to_ascii_lowercase(), &values))
}

/// The sum over the network's name and the values of the letters after it.
pub(crate) fn bech32_sum(network: &[u8], values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = network.iter().map(|byte| byte >> 5);
    let low = network.iter().map(|byte| byte & 31);
    high.chain([0]).chain(low).chain(values.iter().copied()).fold(1, |sum: u32, value| {
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let bits = GENERATOR.iter().enumerate().filter(|(bit, _)| sum >> 25 >> bit & 1 == 1);
        bits.fold(next, |next, (_, generator)| next ^ generator)
    })
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
    in_its_case(digits) == digits
}

/// The digits in the case that is their checksum (EIP-55).
pub(crate) fn in_its_case(digits: &[u8]) -> Vec<u8> {
    let lower = digits.to_ascii_lowercase();
    let hash = Keccak256::digest(&lower);
    let cased = |(at, digit): (usize, &u8)| match hash[at / 2] >> (4 * (1 - at % 2)) & 15 {
        8.. => digit.to_ascii_uppercase(),
        _ => *digit,
    };
    lower.iter().enumerate().map(cased).collect()
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
