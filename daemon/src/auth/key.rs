//! An API key: `tacit_ID_SECRET`, so that it can be found in the store by its id, recognised by scanners by its
//! beginning, and selected by a double click.

use super::{Scope, Scopes};
use crate::secret;
use secrecy::{ExposeSecret, SecretString};

const PREFIX: &str = "tacit";
const ID_CHARS: usize = 8;
const SECRET_CHARS: usize = 32;

/// A key in clear, on its way in or out.
pub(crate) struct ApiKey {
    text: SecretString,
    id: String,
}

impl ApiKey {
    /// Makes a new one, its secret of 160 random bits.
    pub(crate) fn generate() -> Self {
        let word = |bytes: &[u8]| data_encoding::BASE32_NOPAD.encode(bytes).to_lowercase();
        let id = word(&secret::random::<5>());
        let text = format!("{PREFIX}_{id}_{}", word(&secret::random::<20>()));
        Self { text: text.into(), id }
    }

    /// Reads one; `None` where it has not the form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let (prefix, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let regular = |part: &str, chars| {
            part.len() == chars
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
        };
        let whole = prefix == PREFIX && regular(id, ID_CHARS) && regular(secret, SECRET_CHARS);
        (whole && parts.next().is_none()).then(|| Self { text: text.into(), id: id.to_owned() })
    }

    /// The part that names it.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What the store keeps of it. The secret is random, so a plain digest is enough.
    pub(crate) fn hash(&self) -> Vec<u8> {
        let text = self.text.expose_secret().as_bytes();
        ring::digest::digest(&ring::digest::SHA256, text).as_ref().to_vec()
    }

    /// The whole key, to be shown once.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

/// Whether a key may stand in a path, where logs of others may keep it: it must not be able to show or change anything.
pub(crate) fn may_stand_in_path(scopes: Scopes) -> bool {
    let weak = [Scope::Analyze, Scope::Redact];
    Scope::ALL.iter().all(|scope| weak.contains(scope) || !scopes.has(*scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_itself() {
        let key = ApiKey::generate();
        let read = ApiKey::parse(key.expose()).unwrap();
        assert_eq!((read.id(), read.hash()), (key.id(), key.hash()));
        assert_ne!(ApiKey::generate().hash(), key.hash());
        let text = key.expose();
        for wrong in [
            "",
            "tacit_a_b",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}_x"),
            &text.to_uppercase(),
        ] {
            assert!(ApiKey::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_narrow_keys_stand_in_a_path() {
        assert!(may_stand_in_path(Scopes::parse("analyze,redact").unwrap()));
        assert!(!may_stand_in_path(Scopes::parse("analyze,restore").unwrap()));
        assert!(!may_stand_in_path(Scopes::all()));
    }
}
