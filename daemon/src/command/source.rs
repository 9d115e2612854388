//! A file or standard input, read piece by piece as text.

use crate::failure::Failure;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// Where text comes from.
pub(super) struct Source {
    name: String,
    reader: Box<dyn Read>,
    bytes: Vec<u8>,
    /// The end of what was given out last; what follows is the beginning of a character.
    given: usize,
    /// How many bytes were given out before.
    before: usize,
}

impl Source {
    /// Opens it; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
        let failed = |error| Failure::because(format!("read {name}"), &error);
        let reader: Box<dyn Read> = if is_stdin {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(failed)?)
        };
        Ok(Self { name, reader, bytes: Vec::with_capacity(PIECE + 4), given: 0, before: 0 })
    }

    /// What it is called.
    pub(super) fn into_name(self) -> String {
        self.name
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// When it cannot be read, or is not UTF-8.
    pub(super) fn next(&mut self) -> Result<Option<&str>, Failure> {
        self.bytes.drain(..self.given);
        self.before += self.given;
        self.given = 0;
        let had = self.bytes.len();
        let read = self.reader.by_ref().take(PIECE as u64).read_to_end(&mut self.bytes);
        let read = read.map_err(|error| Failure::because(format!("read {}", self.name), &error))?;
        if read == 0 && had == 0 {
            return Ok(None);
        }
        let whole = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.len(),
            // A character that goes on in the next piece.
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(error) => {
                let at = self.before + error.valid_up_to();
                let what = format!("read {}: it is not UTF-8 (byte {at})", self.name);
                let hint = "`iconv -f ISO-8859-1 -t UTF-8` converts most others";
                return Err(Failure::new(what).hint(hint));
            }
        };
        self.given = whole;
        Ok(Some(std::str::from_utf8(&self.bytes[..whole]).expect("looked at above")))
    }
}
