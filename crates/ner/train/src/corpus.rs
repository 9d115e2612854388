//! Reads annotated sets and knows what each of them annotates.

use ner::Label;
use serde::Deserialize;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Why a set could not be read.
#[derive(Debug)]
pub(crate) enum Error {
    /// A file could not be read.
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no weights file.
    Weights {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ner::ReadError,
    },
    /// No set has this name.
    Set {
        /// The name.
        name: String,
    },
    /// A line is no record.
    Record {
        /// In which file.
        path: PathBuf,
        /// On which line.
        line: usize,
        /// Why, without the text.
        reason: &'static str,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read { path, .. } => write!(out, "read {}", path.display()),
            Self::Write { path, .. } => write!(out, "write {}", path.display()),
            Self::Weights { path, .. } => write!(out, "use the weights in {}", path.display()),
            Self::Set { name } => write!(out, "find a set called {name}"),
            Self::Record { path, line, reason } => {
                write!(out, "read line {line} of {}: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Weights { source, .. } => Some(source),
            Self::Set { .. } | Self::Record { .. } => None,
        }
    }
}

/// A set of annotated texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    /// The name of its files.
    pub(crate) name: &'static str,
    /// What it annotates; a token outside its spans may be in a span of any other label.
    pub(crate) labels: &'static [Label],
    /// How much its texts count in training; 0 where weights that are given away may not be trained on it, or where
    /// training on it does harm.
    pub(crate) weight: f32,
}

use Label::{
    Address, Age, Date, Email, Identifier, Law, Location, Nationality, Organisation, Other, Person,
    Phone, Profession, Relation, Sex, Url,
};

const THREE: &[Label] = &[Person, Location, Organisation];
const FOUR: &[Label] = &[Person, Location, Organisation, Other];
const CLINICAL: &[Label] = &[
    Person,
    Location,
    Organisation,
    Date,
    Address,
    Age,
    Sex,
    Relation,
    Profession,
    Identifier,
    Phone,
    Email,
    Url,
];

const fn set(name: &'static str, labels: &'static [Label], weight: f32) -> Set {
    Set { name, labels, weight }
}

/// Every set that training or measuring knows.
pub(crate) const SETS: &[Set] = &[
    set("meddocan", CLINICAL, 1.0),
    set("wnut17", FOUR, 1.0),
    set("btc", THREE, 1.0),
    set("wikigold", FOUR, 1.0),
    set("sec", FOUR, 1.0),
    set("crossner-politics", FOUR, 1.0),
    set("crossner-science", FOUR, 1.0),
    set("crossner-music", FOUR, 1.0),
    set("crossner-literature", FOUR, 1.0),
    set("crossner-ai", FOUR, 1.0),
    set("lener-br", &[Person, Location, Organisation, Date, Law], 0.4),
    set("europeana-fr", THREE, 0.4),
    // Much in it is read wrongly or not annotated; training on it costs other languages recall.
    set("europeana-nl", THREE, 0.0),
    set("europeana-de", THREE, 0.4),
    set("ancora-cess", &[Person, Location, Organisation, Date, Other], 0.0),
    set("gum-ne", &[Person, Location, Organisation, Date], 0.0),
    set("uner-ewt", THREE, 0.0),
    set("uner-pud-en", THREE, 0.0),
    set("uner-pud-pt", THREE, 0.0),
    set("uner-pud-de", THREE, 0.0),
    set("uner-bosque", THREE, 0.0),
    set("uner-ddt", THREE, 0.0),
    set("uner-talbanken", THREE, 0.0),
    set("uner-set", THREE, 0.0),
    set("uner-snk", THREE, 0.0),
    set("turku", &[Person, Location, Organisation, Date, Other], 0.0),
    set("germeval14", FOUR, 0.0),
    set("europarl-en", FOUR, 0.0),
    set("europarl-es", FOUR, 0.0),
    set("europarl-de", FOUR, 0.0),
    set("europarl-it", FOUR, 0.0),
    set("ler", &[Person, Location, Organisation, Address, Law, Other], 0.4),
    set("profner", &[Profession], 0.0),
    set("tab", &[Person, Location, Organisation, Date, Identifier, Nationality, Other], 0.0),
];

/// One annotated text.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The document it is part of.
    pub(crate) document: String,
    /// The text.
    pub(crate) text: String,
    /// Its spans in bytes, sorted; without a label where it is none of ours.
    pub(crate) spans: Vec<(Range<usize>, Option<Label>)>,
    /// DIRECT or QUASI, a span, where the set says so.
    pub(crate) identifies: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    doc: String,
    text: String,
    spans: Vec<(usize, usize, String)>,
    #[serde(default)]
    ident: Vec<String>,
}

fn label(name: &str) -> Option<Label> {
    Some(match name {
        "PER" => Person,
        "LOC" => Location,
        "ORG" => Organisation,
        "DATE" => Date,
        "ADDR" => Address,
        "AGE" => Age,
        "SEX" => Sex,
        "REL" => Relation,
        "PROF" => Profession,
        "DEM" => Nationality,
        "ID" | "IP" | "OTHER" => Identifier,
        "PHONE" => Phone,
        "EMAIL" => Email,
        "URL" => Url,
        "MISC" => Other,
        "LAW" | "CASE" => Law,
        _ => return None,
    })
}

/// Reads one part (`train`, `dev`, `test-a`) of a set; a part that is not there is empty.
///
/// # Errors
///
/// Returns an [`Error`] where the file is there and cannot be read, or a line is no record.
pub(crate) fn read(folder: &Path, part: &str, set: &str) -> Result<Vec<Record>, Error> {
    let path = folder.join(part).join(format!("{set}.jsonl"));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|source| Error::Read { path: path.clone(), source })?;
    let lines = text.lines().enumerate();
    lines
        .map(|(at, line)| {
            record(line).map_err(|reason| Error::Record {
                path: path.clone(),
                line: at + 1,
                reason,
            })
        })
        .collect()
}

/// Reads one line of a set.
///
/// # Errors
///
/// Returns what is wrong with it.
pub(crate) fn record(line: &str) -> Result<Record, &'static str> {
    let line: Line = serde_json::from_str(line).map_err(|_| "not a record of a set")?;
    let mut places: Vec<usize> = line.text.char_indices().map(|(at, _)| at).collect();
    places.push(line.text.len());
    let mut spans = Vec::new();
    for (start, end, name) in &line.spans {
        match (places.get(*start), places.get(*end)) {
            (Some(start), Some(end)) if start < end => spans.push((*start..*end, label(name))),
            _ => return Err("a span does not lie in the text"),
        }
    }
    spans.sort_by_key(|(range, _)| (range.start, range.end));
    Ok(Record { document: line.doc, text: line.text, spans, identifies: line.ident })
}
