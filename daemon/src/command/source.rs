//! Files and standard input, read piece by piece: as text, or as lines of JSON. What is there is given out at once, so
//! that a pipe that is slow is worked on as it fills.

use crate::args::Input;
use crate::failure::{Failure, exit};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// The longest line of JSON, in bytes: it is held in memory some four times while it is worked on.
const LINE_MAX: usize = 16 << 20;

/// The ends of the names of files that hold a JSON value in every line.
const LINES_ENDINGS: [&str; 2] = ["ndjson", "jsonl"];

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As text of any sort.
    Text,
    /// As a JSON value a line.
    Lines,
}

/// Where text comes from.
pub(super) struct Source {
    name: String,
    /// How it is read.
    pub(super) form: Form,
    /// How many bytes it has, where that is known.
    pub(super) size: Option<u64>,
    reader: Box<dyn Read>,
    bytes: Vec<u8>,
    /// The end of what was given out last; what follows is the beginning of a character or a line.
    given: usize,
    /// How many bytes were given out before.
    before: usize,
}

/// Opens the files, or standard input. All of them are opened before anything is written.
///
/// # Errors
/// When one cannot be opened, or fields are named of what is no JSON.
pub(super) fn sources(input: &Input) -> Result<Vec<Source>, Failure> {
    let stdin = [PathBuf::from("-")];
    let files = if input.files.is_empty() { &stdin[..] } else { &input.files };
    let ends_so = |path: &Path| {
        path.extension().is_some_and(|end| LINES_ENDINGS.iter().any(|ending| end == *ending))
    };
    let open = |path: &PathBuf| {
        let form = if input.ndjson || ends_so(path) { Form::Lines } else { Form::Text };
        if form == Form::Text && !input.fields.is_empty() {
            let what = format!("look for fields in {}: it is read as text", called(path));
            let mut failure = Failure::new(what).hint("`--ndjson` reads a JSON value a line");
            failure.code = exit::USAGE;
            return Err(failure);
        }
        Source::open(path, form)
    };
    files.iter().map(open).collect()
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn called(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

impl Source {
    /// Opens it; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path, form: Form) -> Result<Self, Failure> {
        let name = called(path);
        let failed = |error| Failure::because(format!("read {name}"), &error);
        let (reader, size): (Box<dyn Read>, _) = if is_stdin(path) {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(failed)?;
            let known = file.metadata().ok().filter(std::fs::Metadata::is_file);
            (Box::new(file), known.map(|known| known.len()))
        };
        Ok(Self { name, form, size, reader, bytes: Vec::new(), given: 0, before: 0 })
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The next piece of text; none at the end.
    ///
    /// # Errors
    /// When it cannot be read, or is not UTF-8.
    pub(super) fn next(&mut self) -> Result<Option<&str>, Failure> {
        self.drop_given();
        let whole = loop {
            let read = self.read()?;
            if self.bytes.is_empty() {
                return Ok(None);
            }
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => break text.len(),
                // A character that goes on in the next piece.
                Err(error) if error.error_len().is_none() && read > 0 => {
                    match error.valid_up_to() {
                        0 => {}
                        whole => break whole,
                    }
                }
                Err(error) => {
                    let at = self.before + error.valid_up_to();
                    let what = format!("read {}: it is not UTF-8 (byte {at})", self.name);
                    let hint = "`iconv -f ISO-8859-1 -t UTF-8` converts most others";
                    return Err(Failure::new(what).hint(hint));
                }
            }
        };
        self.given = whole;
        Ok(Some(std::str::from_utf8(&self.bytes[..whole]).expect("looked at above")))
    }

    /// The next whole lines, as many as are there; none at the end. The last may lack its end.
    ///
    /// # Errors
    /// When it cannot be read, or a line is too long; `lines_before` is how many were given out.
    pub(super) fn next_lines(&mut self, lines_before: usize) -> Result<Option<&[u8]>, Failure> {
        self.drop_given();
        let mut looked = 0;
        self.given = loop {
            if self.bytes.len() > LINE_MAX {
                let what = format!("read line {} of {}", lines_before + 1, self.name);
                let what = format!("{what}: it is longer than {} MiB", LINE_MAX >> 20);
                let hint = "what came before it is written; as text, on standard input, a line may \
                            have any length";
                return Err(Failure::new(what).hint(hint));
            }
            let read = self.read()?;
            if let Some(last) = memchr::memrchr(b'\n', &self.bytes[looked..]) {
                break looked + last + 1;
            }
            if read == 0 {
                break self.bytes.len();
            }
            looked = self.bytes.len();
        };
        Ok(Some(&self.bytes[..self.given]).filter(|lines| !lines.is_empty()))
    }

    fn drop_given(&mut self) {
        self.bytes.drain(..self.given);
        self.before += self.given;
        self.given = 0;
    }

    /// Reads what is there, up to a piece; nothing at the end.
    fn read(&mut self) -> Result<usize, Failure> {
        let had = self.bytes.len();
        self.bytes.resize(had + PIECE, 0);
        let read = loop {
            match self.reader.read(&mut self.bytes[had..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let failed = |error| Failure::because(format!("read {}", self.name), &error);
        let read = read.map_err(failed)?;
        self.bytes.truncate(had + read);
        Ok(read)
    }
}
