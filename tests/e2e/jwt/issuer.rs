//! An identity provider: it signs what a test says, and publishes its keys as a set, in a file or over HTTP.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use ring::{hmac, signature};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The time, as tokens have it.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Claims of a good token, with others beside them or in their place.
pub(super) fn claims(more: Value) -> Value {
    let mut claims = json!({
        "iss": "https://id.example", "sub": "ana@example.org", "tenant": "default", "iat": now(),
        "exp": now() + 300, "scope": "analyze redact"
    });
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

/// What signs.
pub(super) enum Signer {
    Secret(String),
    Rsa(String, RsaKeyPair),
    P256(String, EcdsaKeyPair),
}

impl Signer {
    pub(super) fn secret(secret: &str) -> Self {
        Self::Secret(secret.to_owned())
    }

    /// The key that lies beside this file, under that name.
    pub(super) fn rsa(kid: &str) -> Self {
        let pem = include_str!("rsa-key-for-tests-only.pem");
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = BASE64.decode(body.as_bytes()).unwrap();
        Self::Rsa(kid.to_owned(), RsaKeyPair::from_pkcs8(&der).unwrap())
    }

    /// A new key.
    pub(super) fn p256(kid: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let der = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref(), &random).unwrap();
        Self::P256(kid.to_owned(), pair)
    }

    /// Its public part, as a set publishes it.
    pub(super) fn public(&self) -> Value {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Secret(_) => panic!("a secret is not published"),
            Self::Rsa(kid, pair) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let (n, e) = (encode(&parts.n), encode(&parts.e));
                json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": n, "e": e})
            }
            Self::P256(kid, pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                json!({"kty": "EC", "kid": kid, "crv": "P-256", "x": x, "y": y})
            }
        }
    }

    /// Signs claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = match self {
            Self::Secret(_) => json!({"alg": "HS256", "typ": "JWT"}),
            Self::Rsa(kid, _) => json!({"alg": "RS256", "typ": "JWT", "kid": kid}),
            Self::P256(kid, _) => json!({"alg": "ES256", "typ": "JWT", "kid": kid}),
        };
        self.sign_as(&header, claims)
    }

    /// Signs under any header.
    pub(super) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let text = format!("{}.{}", encode(header), encode(claims));
        let random = SystemRandom::new();
        let signed = match self {
            Self::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            Self::Rsa(_, pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                let padding: &'static dyn signature::RsaEncoding = &RSA_PKCS1_SHA256;
                pair.sign(padding, &random, text.as_bytes(), &mut signed).unwrap();
                signed
            }
            Self::P256(_, pair) => pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
        };
        format!("{text}.{}", BASE64URL_NOPAD.encode(&signed))
    }
}

/// A set of public keys.
pub(super) fn set(signers: &[&Signer]) -> String {
    let keys: Vec<_> = signers.iter().map(|signer| signer.public()).collect();
    json!({ "keys": keys }).to_string()
}

/// Publishes a text over HTTP for as long as the test runs.
pub(super) struct Publisher {
    port: u16,
    body: Arc<Mutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    pub(super) fn start(body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let body = Arc::new(Mutex::new((200, body)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (text, count) = (Arc::clone(&body), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::SeqCst);
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let (status, body) = text.lock().unwrap().clone();
                let answer = format!(
                    "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\n\
                     location: http://127.0.0.1:1/\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                drop(reader.get_mut().write_all(answer.as_bytes()));
            }
        });
        Self { port, body, asked }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/realms/x/certs?all=1", self.port)
    }

    /// Publishes something else from now on.
    pub(super) fn publish(&self, status: u16, body: impl Into<String>) {
        *self.body.lock().unwrap() = (status, body.into());
    }

    /// How often somebody asked.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
