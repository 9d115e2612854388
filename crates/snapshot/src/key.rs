//! Keys: those who can read (age), and the machine that writes (Ed25519). The two have nothing to do with each other.

use crate::error::Error;
use crate::record::Signer;
use age::secrecy::ExposeSecret;
use age::x25519;
use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::SecretString;
use std::fmt;
use std::io::{Read, Write};
use zeroize::Zeroizing;

/// The key with which a machine signs what it writes.
pub struct HostKey {
    pair: Ed25519KeyPair,
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostKey").finish_non_exhaustive()
    }
}

impl HostKey {
    /// Makes one, as the text that [`Self::parse`] reads.
    ///
    /// # Panics
    /// When the system has no randomness.
    pub fn generate() -> SecretString {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .expect("the system has randomness");
        BASE64.encode(document.as_ref()).into()
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &SecretString) -> Result<Self, Error> {
        let bytes = Zeroizing::new(
            BASE64.decode(text.expose_secret().trim().as_bytes()).unwrap_or_default(),
        );
        let pair = Ed25519KeyPair::from_pkcs8(&bytes);
        let pair = pair.map_err(|_| Error::Key { what: "it is no signing key of ours".into() })?;
        Ok(Self { pair })
    }

    /// Its public half.
    pub fn signer(&self) -> Signer {
        Signer(self.pair.public_key().as_ref().try_into().expect("a key of Ed25519 has 32 bytes"))
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

/// Somebody who may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient(pub(crate) String);

impl Recipient {
    /// Reads `age1...`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parsed: x25519::Recipient = text.trim().parse().map_err(|_| Error::Key {
            what: "it is no recipient of age, which begins with age1".into(),
        })?;
        Ok(Self(parsed.to_string()))
    }

    fn key(&self) -> x25519::Recipient {
        self.0.parse().expect("it was parsed before")
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Those with which something can be read.
#[derive(Clone, Default)]
pub struct Identities {
    keys: Vec<x25519::Identity>,
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identities").field("keys", &self.keys.len()).finish()
    }
}

impl Identities {
    /// Makes one, and gives its text and who it is.
    pub fn generate() -> (SecretString, Recipient) {
        let key = x25519::Identity::generate();
        (
            SecretString::from(key.to_string().expose_secret().to_owned()),
            Recipient(key.to_public().to_string()),
        )
    }

    /// Reads a file as `age-keygen` writes it: a key a line, comments after `#`.
    ///
    /// # Errors
    /// When a line is neither, or there is no key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let key = |line: &str| {
            line.parse().map_err(|_| Error::Key {
                what: "a line of the identity file is no key of age, which begins with AGE-SECRET-KEY-1".into(),
            })
        };
        let keys = lines.map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::Key { what: "the identity file has no key".into() });
        }
        Ok(Self { keys })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether it is the one key of that recipient.
    pub(crate) fn are(&self, recipient: &str) -> bool {
        matches!(&self.keys[..], [key] if key.to_public().to_string() == recipient)
    }

    pub(crate) fn add(&mut self, others: Self) {
        self.keys.extend(others.keys);
    }

    /// Decrypts an object.
    pub(crate) fn open<'a>(
        &self,
        name: &str,
        bytes: &'a [u8],
    ) -> Result<impl Read + use<'a>, Error> {
        let damaged = |_| Error::damaged(name, "it is not encrypted with age");
        let decryptor = age::Decryptor::new(bytes).map_err(damaged)?;
        let keys = self.keys.iter().map(|key| key as &dyn age::Identity);
        decryptor.decrypt(keys).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => Error::WrongIdentity,
            _ => Error::damaged(name, "its header was changed"),
        })
    }
}

/// Encrypts to these.
pub(crate) fn encryptor(recipients: &[Recipient]) -> Result<age::Encryptor, Error> {
    let keys: Vec<_> = recipients.iter().map(Recipient::key).collect();
    let keys = keys.iter().map(|key| key as &dyn age::Recipient);
    age::Encryptor::with_recipients(keys)
        .map_err(|_| Error::Key { what: "there is no recipient".into() })
}

/// Encrypts bytes to these.
pub(crate) fn encrypt(recipients: &[Recipient], bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 1024 + 1024);
    let writer = encryptor(recipients)?.wrap_output(&mut out);
    let written = writer.and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish()
    });
    written
        .map_err(|_| Error::Key { what: "nothing can be encrypted to these recipients".into() })?;
    Ok(out)
}

/// What is written is encrypted to some, and goes on to a writer: for one file that everybody's age opens.
pub struct Sealing<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> fmt::Debug for Sealing<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealing").finish_non_exhaustive()
    }
}

impl<W: Write> Sealing<W> {
    /// Begins.
    ///
    /// # Errors
    /// When there is no recipient, or the writer fails.
    pub fn new(recipients: &[Recipient], out: W) -> Result<Self, Error> {
        let writer = encryptor(recipients)?.wrap_output(out);
        writer.map(Self).map_err(Error::store("write", "the encrypted file"))
    }

    /// Ends it; without this it is cut, and no age takes it.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn finish(self) -> Result<W, Error> {
        self.0.finish().map_err(Error::store("write", "the encrypted file"))
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
