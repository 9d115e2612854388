//! A set of public keys (RFC 7517) as identity providers publish it. What is not for checking signatures by an algorithm
//! that we know is passed over: sets hold keys for other purposes too. A shared secret in a set is passed over likewise;
//! a secret comes from the settings alone.

use super::token::{Algorithm, Key};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

/// The largest set: a handful of keys with their certificates has some ten KiB.
pub(super) const SET_BYTES_MAX: usize = 256 * 1024;

/// Keys of one set that are looked at.
const KEYS_MAX: usize = 100;

/// Bytes of a coordinate on P-256.
const P256_BYTES: usize = 32;

#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Why a set cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SetError {
    #[error("it is no set of keys in JSON")]
    Form,
    #[error("it holds no public key for RS256 or ES256")]
    Empty,
}

/// Keys by their names.
#[derive(Debug, Default)]
pub(super) struct Set {
    keys: Vec<(Option<String>, Key)>,
}

impl Set {
    /// Reads a set.
    ///
    /// # Errors
    /// When it is none, or holds nothing of use.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SetError> {
        let published: Published = serde_json::from_slice(bytes).map_err(|_| SetError::Form)?;
        let entries = published.keys.into_iter().take(KEYS_MAX);
        let entries = entries.filter_map(|entry| serde_json::from_value::<Entry>(entry).ok());
        let keys: Vec<_> =
            entries.filter_map(|entry| Some((entry.kid.clone(), entry.key()?))).collect();
        if keys.is_empty() { Err(SetError::Empty) } else { Ok(Self { keys }) }
    }

    /// The key of that name for that algorithm. Without a name, the only one for it.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.keys.iter().filter(|(name, key)| {
            key.algorithm() == algorithm && (kid.is_none() || name.as_deref() == kid)
        });
        match (fitting.next(), fitting.next()) {
            (Some((_, key)), None) => Some(key),
            _ => None,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl Entry {
    fn key(self) -> Option<Key> {
        let decode = |text: Option<String>| BASE64URL_NOPAD.decode(text?.as_bytes()).ok();
        let is_for = |name: &str| self.alg.as_deref().is_none_or(|alg| alg == name);
        if self.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        match self.kty.as_str() {
            "RSA" if is_for("RS256") => {
                let (n, e) = (decode(self.n)?, decode(self.e)?);
                (!n.is_empty() && !e.is_empty()).then(|| Key::rsa(n, e))
            }
            "EC" if is_for("ES256") && self.crv.as_deref() == Some("P-256") => {
                let (x, y) = (decode(self.x)?, decode(self.y)?);
                (x.len() == P256_BYTES && y.len() == P256_BYTES).then(|| Key::p256(&x, &y))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::{EC_X, EC_Y, RSA_N};
    use super::*;
    use serde_json::json;

    fn rsa(kid: &str) -> serde_json::Value {
        json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": RSA_N, "e": "AQAB"})
    }

    fn set(keys: serde_json::Value) -> Result<Set, SetError> {
        Set::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn a_key_is_found_by_its_name_and_algorithm() {
        let ec = json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": EC_X, "y": EC_Y});
        let set = set(json!([rsa("one"), rsa("two"), ec])).unwrap();
        assert_eq!(set.len(), 3);
        assert!(set.find(Some("one"), Algorithm::Rs256).is_some());
        assert!(set.find(Some("one"), Algorithm::Es256).is_none());
        assert!(set.find(Some("one"), Algorithm::Hs256).is_none());
        assert!(set.find(Some("three"), Algorithm::Rs256).is_none());
        assert!(set.find(None, Algorithm::Es256).is_some(), "there is only one");
        assert!(set.find(None, Algorithm::Rs256).is_none(), "there are two");
    }

    #[test]
    fn what_is_not_for_signatures_is_passed_over() {
        let with = |name: &str, value: serde_json::Value| {
            let mut key = rsa("odd");
            key[name] = value;
            key
        };
        let odd = [
            with("use", json!("enc")),
            with("alg", json!("RSA-OAEP")),
            with("alg", json!("RS512")),
            with("alg", json!("HS256")),
            with("n", json!("!")),
            with("n", json!("")),
            with("kty", json!(7)),
            json!({"kty": "oct", "kid": "odd", "k": "c2VjcmV0"}),
            json!({"kty": "EC", "kid": "odd", "crv": "P-384", "x": EC_X, "y": EC_Y}),
            json!({"kty": "EC", "kid": "odd", "crv": "P-256", "x": "AAAA", "y": EC_Y}),
            json!({"kty": "OKP", "kid": "odd", "crv": "Ed25519", "x": EC_X}),
            json!("odd"),
        ];
        for key in &odd {
            assert_eq!(set(json!([key])).map(|_| ()), Err(SetError::Empty), "{key}");
        }
        let mut keys = odd.to_vec();
        keys.push(rsa("good"));
        assert_eq!(set(json!(keys)).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["", "<html>", "[]", "{}", "{\"keys\":{}}", "null"] {
            assert_eq!(Set::parse(text.as_bytes()).map(|_| ()), Err(SetError::Form), "{text}");
        }
        assert_eq!(set(json!([])).map(|_| ()), Err(SetError::Empty));
    }
}
