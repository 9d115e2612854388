//! The hashes that name words and features. Weights files hold what they give, so they can never change.

const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

/// A word's hash, fed character by character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(pub u64);

impl Word {
    /// The hash of no characters.
    pub const EMPTY: Self = Self(0x243f_6a88_85a3_08d3);

    /// Adds a character.
    #[must_use]
    pub const fn then(self, character: char) -> Self {
        Self((self.0 ^ character as u64).wrapping_mul(0x0100_0000_01b3).rotate_left(23))
    }

    /// Hashes a whole string.
    #[must_use]
    pub fn of(text: &str) -> Self {
        text.chars().fold(Self::EMPTY, Self::then)
    }
}

/// Joins two numbers into one that says little about either.
#[must_use]
pub const fn join(left: u64, right: u64) -> u64 {
    let mixed = (left ^ right.rotate_left(29)).wrapping_mul(MULTIPLIER);
    mixed ^ (mixed >> 32)
}

/// Names a feature: which template, and what stands in it.
#[must_use]
pub const fn feature(template: u8, value: u64) -> u64 {
    let mixed = (value ^ (template as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_mul(MULTIPLIER);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(MULTIPLIER);
    mixed ^ (mixed >> 29)
}

/// Gives the character in lower case, if that is one character.
#[must_use]
pub fn lower(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// Takes the accent off a letter in lower case.
#[must_use]
pub const fn fold(character: char) -> char {
    match character {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => character,
    }
}
