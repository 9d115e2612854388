//! What stands in a repository in clear: its marker, the records of epochs and of snapshots, and the signature below
//! each record. Bytes to structs and back; pure.
//!
//! A record is two lines: the record itself, and who signed the bytes of that line, its end included. What a later
//! version wrote is refused by its number before anything else of it is read.

use crate::error::Error;
use crate::hash::Hash;
use data_encoding::BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of the format that is written, and the only one so far.
pub const FORMAT: u64 = 1;

/// The object that says that this is a repository.
pub(crate) const MARKER: &str = "tacit-repository.json";

/// The object that says how to do without us.
pub(crate) const README: &str = "README-RESTORE.txt";

/// Bytes of a name of a snapshot.
pub(crate) const NAME_BYTES_MAX: usize = 64;

/// The first object of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// `tacit-repository`.
    pub r#type: String,
    /// [`FORMAT`].
    pub format: u64,
    /// Drawn by lot: records of one repository mean nothing in another.
    pub repository: String,
    /// When it was made.
    pub time: jiff::Timestamp,
}

/// An object by its hash, with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The SHA-256 of its bytes as they lie in the store.
    pub sha256: Hash,
    /// How many they are.
    pub size: u64,
}

impl Part {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { sha256: Hash::of(bytes), size: bytes.len() as u64 }
    }
}

/// Who can read what is written from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// `tacit-epoch`.
    pub r#type: String,
    /// [`FORMAT`].
    pub format: u64,
    /// The repository.
    pub repository: String,
    /// Which one it is, from 1.
    pub epoch: u32,
    /// When it began.
    pub time: jiff::Timestamp,
    /// The public key that everything of the epoch is encrypted to.
    pub recipient: String,
    /// Those who can open the private key.
    pub recipients: Vec<String>,
    /// The object that holds the private key.
    pub key: Part,
    /// The hash of the marker, which bears no signature itself.
    pub marker: Hash,
}

impl Epoch {
    /// The name of the object with the private key.
    pub fn key_name(&self) -> String {
        format!("epoch/{:04}-{}.key.age", self.epoch, self.key.sha256)
    }

    /// The name of this record.
    pub fn name(epoch: u32) -> String {
        format!("epoch/{epoch:04}.json")
    }
}

/// A snapshot, as far as everybody may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// `tacit-snapshot`.
    pub r#type: String,
    /// [`FORMAT`].
    pub format: u64,
    /// The repository.
    pub repository: String,
    /// Under which epoch it was written.
    pub epoch: u32,
    /// How many the signer had written before, and this one.
    pub sequence: u64,
    /// The hash of the record that the signer wrote before.
    pub previous: Option<Hash>,
    /// When it began.
    pub time: jiff::Timestamp,
    /// What it is called.
    pub name: String,
    /// The machine it was taken on.
    pub host: String,
    /// How what was read was kept from changing.
    pub quiesce: String,
    /// Files, folders and everything else in it.
    pub entries: u64,
    /// Files that changed while they were read.
    pub unstable: u64,
    /// Bytes of its tar stream.
    pub bytes: u64,
    /// Chunks of its tar stream.
    pub chunks: u64,
    /// The object with the names of the chunks.
    pub list: Part,
    /// The objects that say in which pack the chunks are that came with it.
    pub indexes: Vec<Part>,
    /// Every pack that it needs.
    pub packs: Vec<Part>,
}

impl Snapshot {
    /// What its objects are called, without the ending.
    pub fn base(&self) -> String {
        let time = self.time.strftime("%Y%m%dT%H%M%SZ");
        format!("snaps/{time}-{}-{}", self.name, self.list.sha256)
    }

    /// The name of its list.
    pub fn list_name(&self) -> String {
        format!("{}.gz.age", self.base())
    }

    /// What people call it.
    pub fn id(&self) -> String {
        self.list.sha256.hex()[..12].to_owned()
    }
}

/// The name of a pack.
pub(crate) fn pack_name(pack: &Hash) -> String {
    format!("packs/{pack}.tar.gz.age")
}

/// The name of an index object.
pub(crate) fn index_name(index: &Hash) -> String {
    format!("index/{index}.gz.age")
}

/// Whether a snapshot may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= NAME_BYTES_MAX
        && bytes.iter().all(|byte| plain(*byte))
        && ends(bytes.first())
        && ends(bytes.last())
}

/// Makes a name for a snapshot of what people call it: what cannot be in one becomes a dash.
pub fn named(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let text: String = text
        .chars()
        .map(|c| if plain(c) { c.to_ascii_lowercase() } else { '-' })
        .take(NAME_BYTES_MAX)
        .collect();
    let text = text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if text.is_empty() { "snapshot".to_owned() } else { text.to_owned() }
}

/// The public half of a host's signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer(pub(crate) [u8; 32]);

impl Signer {
    const PREFIX: &str = "ed25519:";

    /// Reads `ed25519:` and the key in base 64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text.trim().strip_prefix(Self::PREFIX)?.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", Self::PREFIX, BASE64.encode(&self.0))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    signer: String,
    signature: String,
}

/// A record that was signed, and by whom. That the signature is right says nothing about who the signer is.
#[derive(Debug, Clone)]
pub struct Signed<T> {
    /// What it says.
    pub record: T,
    /// Whose signature it bears.
    pub signer: Signer,
    /// The hash of the whole object.
    pub hash: Hash,
}

#[derive(Deserialize)]
struct Version {
    r#type: String,
    format: u64,
}

/// Reads a plain object of a type.
///
/// # Errors
/// When it is of another type or a later format, or is not what it must be.
pub(crate) fn plain<T: DeserializeOwned>(
    name: &str,
    bytes: &[u8],
    wanted: &str,
) -> Result<T, Error> {
    let version: Version =
        serde_json::from_slice(bytes).map_err(|_| Error::damaged(name, "it is not a record"))?;
    if version.r#type != wanted {
        return Err(Error::damaged(name, "it is a record of another type"));
    }
    if version.format != FORMAT {
        return Err(Error::Newer { name: name.to_owned(), format: version.format });
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Error::damaged(name, "its fields are not those of a record"))
}

/// Reads a signed record, and looks at the signature.
///
/// # Errors
/// As [`plain`], and when the signature is not that of the signer it names.
pub(crate) fn signed<T: DeserializeOwned>(
    name: &str,
    bytes: &[u8],
    wanted: &str,
) -> Result<Signed<T>, Error> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (body, seal) =
        bytes.split_at(end.ok_or_else(|| Error::damaged(name, "it has no signature"))? + 1);
    let record = plain(name, body, wanted)?;
    let seal =
        seal.strip_suffix(b"\n").ok_or_else(|| Error::damaged(name, "its signature is cut"))?;
    let seal: Seal = serde_json::from_slice(seal)
        .map_err(|_| Error::damaged(name, "its signature cannot be read"))?;
    let signer = Signer::parse(&seal.signer)
        .ok_or_else(|| Error::damaged(name, "its signer cannot be read"))?;
    let signature = BASE64.decode(seal.signature.as_bytes()).unwrap_or_default();
    UnparsedPublicKey::new(&ED25519, signer.0)
        .verify(body, &signature)
        .map_err(|_| Error::damaged(name, "its signature is wrong: it was changed, or forged"))?;
    Ok(Signed { record, signer, hash: Hash::of(bytes) })
}

/// Writes a plain object.
pub(crate) fn write_plain<T: Serialize>(record: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(record).expect("a record has no maps with odd keys");
    bytes.push(b'\n');
    bytes
}

/// Writes a record, signed.
pub(crate) fn write_signed<T: Serialize>(record: &T, key: &crate::key::HostKey) -> Vec<u8> {
    let mut bytes = write_plain(record);
    let signature = BASE64.encode(&key.sign(&bytes));
    bytes.extend(write_plain(&Seal { signer: key.signer().to_string(), signature }));
    bytes
}
