//! Keys from secrets, and sealing with them. Every derived key has a label of its own, with a version, so that no two
//! uses share one and a use can change later.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
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
pub(crate) const TOKEN: Label = Label("tacit/vault/token/v1");
pub(crate) const TOKEN_NONCE: Label = Label("tacit/vault/token-nonce/v1");
pub(crate) const SURROGATE: Label = Label("tacit/vault/surrogate/v1");
pub(crate) const HASH: Label = Label("tacit/hash/v1");

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
        self.seal_with(random(), plain, about)
    }

    /// Seals with a nonce that the caller answers for: never the same one for two different `plain`.
    fn seal_with(&self, nonce: [u8; NONCE_BYTES], plain: &[u8], about: &[u8]) -> Vec<u8> {
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

/// Seals texts into tokens, the same text always into the same token: the nonce is a keyed hash of what is sealed, so
/// that equal nonces mean equal texts.
pub(crate) struct Minter {
    sealer: Sealer,
    nonces: Namer,
}

impl Minter {
    /// Takes the key that everything is derived from.
    pub(crate) fn new(key: &Key) -> Self {
        let sealer = Sealer::new(&derive(key.as_slice(), TOKEN));
        Self { sealer, nonces: Namer::new(&derive(key.as_slice(), TOKEN_NONCE)) }
    }

    /// Seals `text` of that family, in the letters of base32.
    pub(crate) fn mint(&self, family: &str, text: &str) -> String {
        let name = self.nonces.name(family, text);
        let nonce = *name.first_chunk().expect("a name is longer than a nonce");
        let sealed = self.sealer.seal_with(nonce, text.as_bytes(), family.as_bytes());
        BASE32_NOPAD.encode(&sealed)
    }

    /// Opens what this minter sealed for that family.
    pub(crate) fn open(&self, family: &str, body: &str) -> Option<Zeroizing<String>> {
        let sealed = BASE32_NOPAD.decode(body.as_bytes()).ok()?;
        let plain = self.sealer.open(&sealed, family.as_bytes())?;
        std::str::from_utf8(&plain).ok().map(|text| Zeroizing::new(text.to_owned()))
    }
}

/// Stands for texts by keyed hashes: the same for a tenant whenever and wherever the key is the same.
pub(crate) struct Hasher(Namer);

impl Hasher {
    /// Letters of a hash: enough that two of a million texts share one once in forty million times.
    const LETTERS: usize = 16;

    /// Takes the secret of the settings that hashes are keyed by.
    pub(crate) fn new(secret: &SecretString) -> Self {
        Self(Namer::new(&derive_from(secret, HASH)))
    }

    /// The hash of a tenant's text of that family.
    pub(crate) fn hash(&self, tenant: i64, family: &str, text: &str) -> String {
        let name = self.0.name(&format!("{tenant}/{family}"), text);
        HEXLOWER.encode(&name[..Self::LETTERS / 2])
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
        let hex = HEXLOWER.encode(derive(b"secret", DATABASE).as_slice());
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

    #[test]
    fn a_token_is_the_same_for_the_same_text_and_opens_under_its_key_alone() {
        let minter = Minter::new(&derive(b"a", SEAL));
        let body = minter.mint("EMAIL", "ana@example.org");
        assert_eq!(body, minter.mint("EMAIL", "ana@example.org"));
        assert_ne!(body, minter.mint("EMAIL", "bea@example.org"));
        assert_eq!(minter.open("EMAIL", &body).unwrap().as_str(), "ana@example.org");
        assert!(minter.open("PHONE", &body).is_none());
        assert!(Minter::new(&derive(b"b", SEAL)).open("EMAIL", &body).is_none());
        let token = redact::token(redact::Kind::Email, &minter.mint("EMAIL", ""));
        assert_eq!(redact::tokens(&token).count(), 1, "the shortest is read too: {token}");
        for at in 0..body.len() {
            let mut wrong = body.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(minter.open("EMAIL", &wrong).is_none(), "letter {at}");
        }
    }

    #[test]
    fn a_hash_depends_on_secret_tenant_and_kind() {
        let hasher = Hasher::new(&"secret".into());
        let hash = hasher.hash(1, "EMAIL", "ana@example.org");
        assert_eq!(hash, Hasher::new(&"secret".into()).hash(1, "EMAIL", "ana@example.org"));
        assert_eq!((hash.len(), hash.bytes().all(|byte| byte.is_ascii_hexdigit())), (16, true));
        for other in [
            hasher.hash(2, "EMAIL", "ana@example.org"),
            hasher.hash(1, "PHONE", "ana@example.org"),
            Hasher::new(&"another".into()).hash(1, "EMAIL", "ana@example.org"),
        ] {
            assert_ne!(hash, other);
        }
    }
}
