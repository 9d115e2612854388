//! A pack: chunks as members of a tar stream, in gzip members of about 1 MiB, encrypted, under the hash of what comes
//! out. Each step is a pure function of bytes; `pipe` has them run beside each other.

use crate::error::Error;
use crate::hash::Hash;
use crate::key::{Identities, Recipient, encryptor};
use crate::record::{Part, pack_name};
use crate::tar::{self, END, Entry, Kind, Time, fill};
use age::stream::StreamWriter;
use flate2::bufread::MultiGzDecoder;
use libdeflater::{CompressionLvl, Compressor};
use std::io::{BufReader, Read, Write};

/// Bytes of members that are compressed together: enough for one to find what another has, few enough for all cores.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;

/// Bytes of a pack from which it is finished: an object large enough for any store, small enough for the memory.
const PACK_BYTES: usize = 16 << 20;

/// Bytes that a chunk may have: a piece, or a header with its attributes.
pub(crate) const CHUNK_BYTES_MAX: usize = 4 << 20;

/// Bytes that a pack may have when it is unpacked: ours are finished by then, and one of a stranger must not fill the
/// disk.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;

/// Chunks with which a pack is finished, however small they came out.
const PACK_CHUNKS_MAX: usize = 32 << 10;

/// A chunk's name and its length.
pub(crate) type Named = (Hash, u32);

/// Members that are compressed together.
#[derive(Default)]
pub(crate) struct Block {
    /// The bytes of the tar stream.
    pub(crate) bytes: Vec<u8>,
    /// The chunks in it.
    pub(crate) chunks: Vec<Named>,
}

impl Block {
    /// Adds a chunk.
    pub(crate) fn add(&mut self, hash: Hash, chunk: &[u8]) {
        self.bytes.extend(member(&hash, chunk.len() as u64));
        self.bytes.extend_from_slice(chunk);
        self.bytes.resize(self.bytes.len() + fill(chunk.len() as u64), 0);
        self.chunks.push((hash, chunk.len() as u32));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK_BYTES
    }
}

fn member(hash: &Hash, size: u64) -> Vec<u8> {
    let entry = Entry {
        path: hash.hex().into_bytes(),
        kind: Kind::File { size },
        mode: 0o600,
        owner: (0, 0),
        time: Time::default(),
        attributes: Vec::new(),
        sparse: false,
        unstable: false,
    };
    entry.header()
}

/// Makes a gzip member; of bytes that do not become fewer, one that holds them as they are.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let level = if is_dense(bytes) { CompressionLvl::new(0) } else { Ok(fast()) };
    let level = level.expect("libdeflate has a level that stores");
    let mut compressor = Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length =
        compressor.gzip_compress(bytes, &mut out).expect("there is room for what the bound says");
    out.truncate(length);
    out
}

fn fast() -> CompressionLvl {
    CompressionLvl::new(1).expect("libdeflate has this level")
}

/// Whether some samples, at places that no period hits each time, say that there is nothing to gain.
fn is_dense(bytes: &[u8]) -> bool {
    const SAMPLE: usize = 4 << 10;
    const PLACES: [usize; 6] = [7, 211, 397, 543, 709, 881];
    if bytes.len() < 16 * SAMPLE {
        return false;
    }
    let mut sample = Vec::with_capacity(PLACES.len() * SAMPLE);
    for place in PLACES {
        let at = (bytes.len() - SAMPLE) / 1000 * place;
        sample.extend_from_slice(&bytes[at..at + SAMPLE]);
    }
    let mut compressor = Compressor::new(fast());
    let mut out = vec![0; compressor.gzip_compress_bound(sample.len())];
    let length = compressor.gzip_compress(&sample, &mut out).unwrap_or(0);
    length > sample.len() / 100 * 97
}

/// A pack that is being written.
pub(crate) struct Open {
    writer: StreamWriter<Vec<u8>>,
    length: usize,
    unpacked: u64,
    chunks: Vec<Named>,
}

impl Open {
    /// Begins one.
    pub(crate) fn new(recipient: &Recipient) -> Result<Self, Error> {
        let out = Vec::with_capacity(PACK_BYTES + 2 * BLOCK_BYTES);
        let writer =
            encryptor(std::slice::from_ref(recipient))?.wrap_output(out).map_err(in_memory)?;
        Ok(Self { writer, length: 0, unpacked: 0, chunks: Vec::new() })
    }

    /// Adds a block, of which `zipped` was made.
    pub(crate) fn add(
        &mut self,
        zipped: &[u8],
        unpacked: usize,
        chunks: Vec<Named>,
    ) -> Result<(), Error> {
        self.writer.write_all(zipped).map_err(in_memory)?;
        self.length += zipped.len();
        self.unpacked += unpacked as u64;
        self.chunks.extend(chunks);
        Ok(())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.length >= PACK_BYTES
            || self.unpacked >= UNPACKED_BYTES_MAX / 4
            || self.chunks.len() >= PACK_CHUNKS_MAX
    }

    /// Ends it, and gives its bytes and what is in it.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, Vec<Named>), Error> {
        self.writer.write_all(&gzip(&END)).map_err(in_memory)?;
        let bytes = self.writer.finish().map_err(in_memory)?;
        Ok((bytes, self.chunks))
    }
}

fn in_memory(source: std::io::Error) -> Error {
    Error::Store { action: "encrypt", name: "a pack".into(), source }
}

/// Looks whether an object is the one that is wanted.
pub(crate) fn is_part(name: &str, bytes: &[u8], part: &Part) -> Result<(), Error> {
    if bytes.len() as u64 != part.size {
        return Err(Error::damaged(
            name,
            format!("it has {} bytes and must have {}", bytes.len(), part.size),
        ));
    }
    if Hash::of(bytes) != part.sha256 {
        return Err(Error::damaged(name, "its bytes were changed"));
    }
    Ok(())
}

/// What becomes of a chunk.
type Take<'t> = dyn FnMut(Hash, &[u8]) -> Result<(), Error> + 't;

/// Unpacks, and gives each chunk, whose bytes were compared with its name.
///
/// # Errors
/// When it is not what we write, or `take` fails.
pub(crate) fn unpack(
    pack: &Hash,
    bytes: &[u8],
    identities: &Identities,
    take: &mut Take<'_>,
) -> Result<(), Error> {
    let name = pack_name(pack);
    let damaged = |error: std::io::Error| Error::damaged(&name, error.to_string());
    let open = identities.open(&name, bytes)?;
    let unzipped = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, open));
    let mut reader = BufReader::with_capacity(64 << 10, unzipped.take(UNPACKED_BYTES_MAX));
    let mut chunk = Vec::new();
    while let Some(entry) = tar::next(&mut reader).map_err(damaged)? {
        let hash = std::str::from_utf8(&entry.path).ok().and_then(Hash::parse);
        let hash =
            hash.ok_or_else(|| Error::damaged(&name, "a member has a name that is no hash"))?;
        let size = entry.size() as usize;
        if size == 0 || size > CHUNK_BYTES_MAX {
            return Err(Error::damaged(&name, "a chunk has an impossible size"));
        }
        chunk.resize(size + fill(entry.size()), 0);
        reader.read_exact(&mut chunk).map_err(damaged)?;
        if Hash::of(&chunk[..size]) != hash {
            return Err(Error::damaged(&name, "the bytes of a chunk are not those of its name"));
        }
        take(hash, &chunk[..size])?;
    }
    // Up to the last byte, so that what the stream authenticates was seen whole.
    let rest = std::io::copy(&mut reader, &mut std::io::sink()).map_err(damaged)?;
    if rest > 0 {
        return Err(Error::damaged(&name, "something follows its end"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_fewer_is_compressed_and_what_does_not_is_stored() {
        let text = b"all work and no play makes a dull boy\n".repeat(20_000);
        assert!(gzip(&text).len() < text.len() / 20);
        let noise: Vec<u8> = (0..20_000_u32).flat_map(|at| Hash::of(&at.to_be_bytes()).0).collect();
        let stored = gzip(&noise);
        assert!(stored.len() < noise.len() + noise.len() / 1000 + 64);
        assert!(stored.windows(64).any(|part| part == &noise[..64]), "as it is");
    }
}
