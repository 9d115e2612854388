//! Keys from secrets, and sealing with them. Every derived key has a label of its own, with a version, so that no two
//! uses share one and a use can change later.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hkdf, hmac};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// What a derived key is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label(&'static str);

pub(crate) const DATABASE: Label = Label("tacit/database/v1");
pub(crate) const WRAP: Label = Label("tacit/vault/wrap/v1");
pub(crate) const WRAP_ID: Label = Label("tacit/vault/wrap-id/v1");
pub(crate) const SEAL: Label = Label("tacit/vault/seal/v1");
pub(crate) const LOOKUP: Label = Label("tacit/vault/lookup/v1");

pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// A key that is wiped when it is dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// Derives a key by HKDF-SHA256.
pub(crate) fn derive(secret: &[u8], label: Label) -> Key {
    let mut key = Key::default();
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"tacit")
        .extract(secret)
        .expand(&[label.0.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut_slice()))
        .expect("the length is that of the digest");
    key
}

/// Derives a key from a secret of the settings.
pub(crate) fn derive_from(secret: &SecretString, label: Label) -> Key {
    derive(secret.expose_secret().as_bytes(), label)
}

/// Fills an array with random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the system has random bytes");
    bytes
}

/// Seals and opens with one key (ChaCha20-Poly1305, a random nonce in front).
pub(crate) struct Sealer(LessSafeKey);

impl Sealer {
    /// Takes a key.
    pub(crate) fn new(key: &Key) -> Self {
        let key =
            UnboundKey::new(&CHACHA20_POLY1305, key.as_slice()).expect("the key has 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals `plain`; `about` must be the same when it is opened.
    pub(crate) fn seal(&self, plain: &[u8], about: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random();
        let mut sealed =
            Vec::with_capacity(NONCE_BYTES + plain.len() + CHACHA20_POLY1305.tag_len());
        sealed.extend(nonce);
        sealed.extend(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let (_, body) = sealed.split_at_mut(NONCE_BYTES);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(about), body);
        sealed.extend(tag.expect("shorter than the cipher's limit").as_ref());
        sealed
    }

    /// Opens what was sealed about the same; `None` if it was not, or not by this key.
    pub(crate) fn open(&self, sealed: &[u8], about: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut body = Zeroizing::new(body.to_vec());
        let length = self.0.open_in_place(nonce, Aad::from(about), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

/// Names a text without saying it: equal texts have equal names, and only under the same key.
pub(crate) struct Namer(hmac::Key);

impl Namer {
    /// Takes a key.
    pub(crate) fn new(key: &Key) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()))
    }

    /// Names `text` among those of `family`.
    pub(crate) fn name(&self, family: &str, text: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(family.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        context.sign().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_secrets_give_different_keys() {
        let one = derive(b"secret", DATABASE);
        assert_eq!(one, derive(b"secret", DATABASE));
        assert_ne!(one, derive(b"secret", WRAP));
        assert_ne!(one, derive(b"secret2", DATABASE));
    }

    /// RFC 5869's way, worked out once with another implementation: a change here would lock every store.
    #[test]
    fn derivation_never_changes() {
        let hex = data_encoding::HEXLOWER.encode(derive(b"secret", DATABASE).as_slice());
        assert_eq!(hex, "120900e6e8c0792d24de17bd9acb43911b82908ff0d7322d60b1179a13232435");
    }

    #[test]
    fn only_the_same_key_and_purpose_open() {
        let sealer = Sealer::new(&derive(b"a", SEAL));
        let sealed = sealer.seal(b"original", b"EMAIL_1");
        assert_eq!(sealer.open(&sealed, b"EMAIL_1").unwrap().as_slice(), b"original");
        assert_ne!(sealed, sealer.seal(b"original", b"EMAIL_1"), "a fresh nonce each time");
        assert!(sealer.open(&sealed, b"EMAIL_2").is_none());
        assert!(Sealer::new(&derive(b"b", SEAL)).open(&sealed, b"EMAIL_1").is_none());
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert!(sealer.open(&wrong, b"EMAIL_1").is_none(), "byte {at}");
        }
        assert!(sealer.open(b"short", b"").is_none());
    }

    #[test]
    fn a_name_depends_on_family_and_key() {
        let namer = Namer::new(&derive(b"a", LOOKUP));
        assert_eq!(namer.name("EMAIL", "x"), namer.name("EMAIL", "x"));
        assert_ne!(namer.name("EMAIL", "x"), namer.name("PHONE", "x"));
        assert_ne!(namer.name("A", "Bx"), namer.name("AB", "x"));
        assert_ne!(namer.name("EMAIL", "x"), Namer::new(&derive(b"b", LOOKUP)).name("EMAIL", "x"));
    }
}
