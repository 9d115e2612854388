//! What becomes of a piece of a text: the operators that Presidio has, with its parameters and its results.

use super::super::answer::Refusal;
use super::fields::Fields;
use crate::secret;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
};
use data_encoding::{BASE64URL, HEXLOWER};
use ring::digest;
use zeroize::Zeroizing;

/// What there is, in Presidio's names. Its `custom` runs the caller's code, which no service does.
pub(super) const ANONYMIZERS: [&str; 6] = ["encrypt", "hash", "keep", "mask", "redact", "replace"];
pub(super) const DEANONYMIZERS: [&str; 2] = ["deanonymize_keep", "decrypt"];

/// The shortest salt that Presidio takes.
const SALT_MIN: usize = 16;

/// The block of AES, and so the length of what a ciphertext begins with.
const BLOCK: usize = 16;

/// What is done to a piece of text.
#[derive(Debug)]
pub(super) enum Operator {
    /// Another text takes its place, or the entity's type in angle brackets.
    Replace(Option<String>),
    /// Nothing takes its place.
    Redact,
    /// A sign takes the place of so many characters.
    Mask { sign: char, count: usize, from_end: bool },
    /// A digest of it and the salt takes its place.
    Hash { algorithm: &'static digest::Algorithm, salt: Vec<u8> },
    /// Its ciphertext takes its place.
    Encrypt(Key),
    /// It stays.
    Keep,
}

impl Operator {
    /// Reads how something is to be hidden. Digests without a salt of the caller's get one that is random, and the same
    /// for all of a request.
    pub(super) fn anonymizer(fields: &mut Fields, random_salt: &[u8]) -> Result<Self, Refusal> {
        match fields.text("type")?.as_deref() {
            Some("replace") => {
                let value = fields.text("new_value")?;
                Ok(Self::Replace(value.filter(|value| !value.is_empty())))
            }
            Some("redact") => Ok(Self::Redact),
            Some("mask") => mask(fields),
            Some("hash") => hash(fields, random_salt),
            Some("encrypt") => Key::read(fields).map(Self::Encrypt),
            Some("keep") => Ok(Self::Keep),
            _ => Err(fields.wrong("type", &format!("must be one of {}", ANONYMIZERS.join(", ")))),
        }
    }

    /// Its name in answers.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Replace(_) => "replace",
            Self::Redact => "redact",
            Self::Mask { .. } => "mask",
            Self::Hash { .. } => "hash",
            Self::Encrypt(_) => "encrypt",
            Self::Keep => "keep",
        }
    }

    /// What takes the place of `text`.
    pub(super) fn hide(&self, entity: &str, text: &str) -> String {
        match self {
            Self::Replace(Some(value)) => value.clone(),
            Self::Replace(None) => format!("<{entity}>"),
            Self::Redact => String::new(),
            Self::Mask { sign, count, from_end } => masked(text, *sign, *count, *from_end),
            Self::Hash { algorithm, salt } => {
                let mut context = digest::Context::new(algorithm);
                context.update(text.as_bytes());
                context.update(salt);
                HEXLOWER.encode(context.finish().as_ref())
            }
            Self::Encrypt(key) => key.encrypt(text, &secret::random()),
            Self::Keep => text.to_owned(),
        }
    }
}

fn mask(fields: &mut Fields) -> Result<Operator, Refusal> {
    let wanted = fields.text("masking_char")?.unwrap_or_default();
    let mut signs = wanted.chars();
    let (Some(sign), None) = (signs.next(), signs.next()) else {
        return Err(fields.wrong("masking_char", "must be a character"));
    };
    let Some(count) = fields.integer("chars_to_mask")? else {
        return Err(fields.wrong("chars_to_mask", "must be an integer"));
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    Ok(Operator::Mask { sign, count, from_end: fields.flag("from_end")? })
}

fn masked(text: &str, sign: char, count: usize, from_end: bool) -> String {
    let length = text.chars().count();
    let count = count.min(length);
    let hidden = if from_end { length - count..length } else { 0..count };
    let one = |(at, plain): (usize, char)| if hidden.contains(&at) { sign } else { plain };
    text.chars().enumerate().map(one).collect()
}

fn hash(fields: &mut Fields, random_salt: &[u8]) -> Result<Operator, Refusal> {
    let algorithm = match fields.text("hash_type")?.as_deref() {
        None | Some("sha256") => &digest::SHA256,
        Some("sha512") => &digest::SHA512,
        Some(_) => return Err(fields.wrong("hash_type", "must be sha256 or sha512")),
    };
    let salt = match fields.text("salt")? {
        None => random_salt.to_vec(),
        Some(salt) if salt.len() >= SALT_MIN => salt.into_bytes(),
        Some(_) => {
            return Err(fields.wrong("salt", &format!("must be at least {SALT_MIN} bytes")));
        }
    };
    Ok(Operator::Hash { algorithm, salt })
}

/// How something is shown again.
#[derive(Debug)]
pub(super) enum Deanonymizer {
    /// What its ciphertext says takes its place.
    Decrypt(Key),
    /// It stays.
    Keep,
}

impl Deanonymizer {
    /// Reads how something is to be shown.
    pub(super) fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        match fields.text("type")?.as_deref() {
            Some("decrypt") => Key::read(fields).map(Self::Decrypt),
            Some("deanonymize_keep" | "keep") => Ok(Self::Keep),
            _ => Err(fields.wrong("type", &format!("must be one of {}", DEANONYMIZERS.join(", ")))),
        }
    }

    /// Its name in answers.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Decrypt(_) => "decrypt",
            Self::Keep => "deanonymize_keep",
        }
    }

    /// What takes the place of `text`; nothing when that is no ciphertext under the key.
    pub(super) fn show(&self, text: &str) -> Option<String> {
        match self {
            Self::Decrypt(key) => key.decrypt(text),
            Self::Keep => Some(text.to_owned()),
        }
    }
}

/// A key for AES in CBC mode with PKCS#7 padding, as Presidio uses it, so that each opens what the other made. It says
/// nothing of who made a ciphertext: what is to be trusted is hidden by `/v1/redact`.
pub(super) struct Key(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let key = Zeroizing::new(fields.text("key")?.unwrap_or_default().into_bytes());
        if matches!(key.len(), 16 | 24 | 32) {
            return Ok(Self(key));
        }
        Err(fields.wrong("key", "must be of length 128, 192 or 256 bits"))
    }

    fn encrypt(&self, text: &str, vector: &[u8; BLOCK]) -> String {
        let sealed = match self.0.len() {
            16 => seal::<aes::Aes128>(&self.0, vector, text),
            24 => seal::<aes::Aes192>(&self.0, vector, text),
            _ => seal::<aes::Aes256>(&self.0, vector, text),
        };
        BASE64URL.encode(&[vector.as_slice(), &sealed].concat())
    }

    fn decrypt(&self, text: &str) -> Option<String> {
        let bytes = BASE64URL.decode(text.as_bytes()).ok()?;
        let (vector, sealed) = bytes.split_at_checked(BLOCK)?;
        let plain = match self.0.len() {
            16 => open::<aes::Aes128>(&self.0, vector, sealed),
            24 => open::<aes::Aes192>(&self.0, vector, sealed),
            _ => open::<aes::Aes256>(&self.0, vector, sealed),
        };
        String::from_utf8(plain?).ok()
    }
}

fn seal<C: BlockCipherEncrypt + KeyInit>(key: &[u8], vector: &[u8], text: &str) -> Vec<u8> {
    let cipher = cbc::Encryptor::<C>::new_from_slices(key, vector);
    cipher.expect("the lengths are the cipher's").encrypt_padded_vec::<Pkcs7>(text.as_bytes())
}

fn open<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    vector: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, vector).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(sealed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long the key was, and what presidio-anonymizer 2.2.366 made under it, with sixteen times 0x41 in front.
    const THEIRS: &[(usize, &str)] = &[
        (16, "QUFBQUFBQUFBQUFBQUFBQQGXyI7xU72lvCvWJkSSmA5OYCC6KysNK6WGDG2feCD5"),
        (24, "QUFBQUFBQUFBQUFBQUFBQZwMPsOC9We3A7RYofOKuDMdSrTLCVbKTRqpUHjmi65x"),
        (32, "QUFBQUFBQUFBQUFBQUFBQROxUl7fCZW2jtqBNs69LLMy_yxEi6DgjjlJqqjxgU5T"),
    ];

    fn read(json: &str) -> Result<Operator, Refusal> {
        Operator::anonymizer(&mut Fields::read(json.as_bytes()).unwrap(), &[7; 32])
    }

    fn hide(json: &str, text: &str) -> String {
        read(json).unwrap().hide("PHONE_NUMBER", text)
    }

    #[test]
    fn each_operator_does_what_presidios_does() {
        assert_eq!(hide(r#"{"type":"replace"}"#, "123"), "<PHONE_NUMBER>");
        assert_eq!(hide(r#"{"type":"replace","new_value":""}"#, "123"), "<PHONE_NUMBER>");
        assert_eq!(hide(r#"{"type":"replace","new_value":"ñ"}"#, "123"), "ñ");
        assert_eq!(hide(r#"{"type":"redact"}"#, "123"), "");
        assert_eq!(hide(r#"{"type":"keep"}"#, "123"), "123");
        let mask = |count: i64, from_end: bool, text: &str| {
            hide(
                &format!(
                    r#"{{"type":"mask","masking_char":"*","chars_to_mask":{count},"from_end":{from_end}}}"#
                ),
                text,
            )
        };
        assert_eq!(mask(2, false, "ñandú"), "**ndú");
        assert_eq!(mask(2, true, "ñandú"), "ñan**");
        assert_eq!(mask(99, true, "ñandú"), "*****");
        assert_eq!(mask(-1, false, "ñandú"), "ñandú");
    }

    #[test]
    fn a_digest_is_of_text_and_salt() {
        // printf 'text0123456789abcdef' | sha256sum
        let salted = r#"{"type":"hash","salt":"0123456789abcdef"}"#;
        let digest = digest::digest(&digest::SHA256, b"text0123456789abcdef");
        assert_eq!(hide(salted, "text"), HEXLOWER.encode(digest.as_ref()));
        let long = hide(r#"{"type":"hash","hash_type":"sha512"}"#, "text");
        assert_eq!(long.len(), 128);
        assert_ne!(hide(r#"{"type":"hash"}"#, "text"), hide(salted, "text"));
    }

    #[test]
    fn a_ciphertext_of_presidio_is_opened_and_the_same_is_made() {
        for (bytes, ciphertext) in THEIRS {
            let key = &"0123456789abcdef".repeat(2)[..*bytes];
            let key = Key(Zeroizing::new(key.as_bytes().to_vec()));
            assert_eq!(key.decrypt(ciphertext).as_deref(), Some("Ana, ñandú \u{1f600}"));
            assert_eq!(key.encrypt("Ana, ñandú \u{1f600}", &[0x41; BLOCK]), *ciphertext);
        }
        let key = Key(Zeroizing::new(vec![b'k'; 16]));
        for nonsense in ["", "QUFB", "!", THEIRS[0].1, &"A".repeat(64)] {
            assert_eq!(key.decrypt(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn what_an_operator_does_not_take_is_refused() {
        for (json, why) in [
            ("{}", "type must be one of"),
            (r#"{"type":"custom"}"#, "type must be one of"),
            (r#"{"type":"replace","new_value":1}"#, "new_value must be a string"),
            (r#"{"type":"mask","masking_char":"**"}"#, "masking_char must be a character"),
            (r#"{"type":"mask","masking_char":"*"}"#, "chars_to_mask must be an integer"),
            (r#"{"type":"hash","hash_type":"md5"}"#, "hash_type must be sha256 or sha512"),
            (r#"{"type":"hash","salt":"short"}"#, "salt must be at least 16 bytes"),
            (r#"{"type":"encrypt","key":"short"}"#, "key must be of length 128, 192 or 256 bits"),
        ] {
            let message = read(json).expect_err(json).message;
            assert!(message.contains(why), "{json}: {message}");
        }
    }
}
