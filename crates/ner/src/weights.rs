//! The form of a weights file, and how one is read without trusting it.
//!
//! `tacit-ner`, a zero byte, version u16, tags u16, the name (length u8, UTF-8), scale f32, calibration (two f32 a
//! label), transitions i16 a pair, the lexicon's table, the features' table, and a checksum of all before it as u64.
//! Numbers are little-endian. A feature's entry is pairs of a tag and a signed weight.

use crate::chain::{Points, Transitions};
use crate::hash::join;
use crate::label::{Label, TAGS};
use crate::lexicon::Lexicon;
use crate::table::{Table, front};
use std::borrow::Cow;
use std::fmt;

const MAGIC: &[u8] = b"tacit-ner\0";
const VERSION: u16 = 1;
const CHECKSUM: usize = 8;

/// Why bytes are no weights of a tagger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// They do not begin as such a file does.
    Magic,
    /// They were written in a form that this build does not know.
    Version {
        /// The form's number.
        found: u16,
    },
    /// They are not what was written: cut off, or changed.
    Damaged,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => out.write_str("not a weights file of the tagger"),
            Self::Version { found } => {
                write!(out, "weights of version {found}, and this build reads version {VERSION}")
            }
            Self::Damaged => {
                out.write_str("weights file is damaged: its checksum or sizes do not hold")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Turns what the chain believes into how often it is right: `1 / (1 + exp(-(slope * logit + offset)))`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Factor of the logit.
    pub slope: f32,
    /// Added to it.
    pub offset: f32,
}

impl Calibration {
    /// Changes nothing.
    pub const NONE: Self = Self { slope: 1.0, offset: 0.0 };

    /// Gives how often a span believed this much is right.
    #[must_use]
    pub fn score(self, believed: f32) -> f32 {
        let believed = believed.clamp(1e-4, 1.0 - 1e-4);
        let logit = (believed / (1.0 - believed)).ln();
        1.0 / (1.0 + (-(self.slope * logit + self.offset)).exp())
    }
}

/// Everything that training gives.
#[derive(Debug, Clone)]
pub struct Weights {
    /// What the weights are called.
    pub name: String,
    /// How many points make one unit of the natural logarithm.
    pub scale: f32,
    /// One for each label.
    pub calibration: Vec<Calibration>,
    /// Points of each pair of tags, by the tag before.
    pub transitions: Vec<i16>,
    /// The lists.
    pub lexicon: Lexicon,
    /// The points that features give to tags.
    pub features: Table,
}

impl Weights {
    /// Adds the points of some features.
    pub fn add(&self, features: &[u64], points: &mut Points) {
        self.features.find_each(features, |pairs| {
            for pair in pairs.chunks_exact(2) {
                if let Some(points) = points.get_mut(usize::from(pair[0])) {
                    *points += i32::from(pair[1] as i8);
                }
            }
        });
    }

    /// Makes the transitions ready.
    #[must_use]
    pub fn chain(&self) -> Transitions {
        Transitions::of(&self.transitions, self.scale)
    }

    /// Writes the file.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((TAGS as u16).to_le_bytes());
        out.push(self.name.len().min(255) as u8);
        out.extend(self.name.bytes().take(255));
        out.extend(self.scale.to_le_bytes());
        for calibration in &self.calibration {
            out.extend(calibration.slope.to_le_bytes());
            out.extend(calibration.offset.to_le_bytes());
        }
        for points in &self.transitions {
            out.extend(points.to_le_bytes());
        }
        self.lexicon.table().write(&mut out);
        self.features.write(&mut out);
        let sum = checksum(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] where the bytes are not such a file whole.
    pub fn read(mut input: Cow<'static, [u8]>) -> Result<Self, ReadError> {
        if !input.starts_with(MAGIC) {
            return Err(ReadError::Magic);
        }
        let version = input.get(MAGIC.len()..MAGIC.len() + 2).ok_or(ReadError::Damaged)?;
        let version = u16::from_le_bytes([version[0], version[1]]);
        if version != VERSION {
            return Err(ReadError::Version { found: version });
        }
        let body = input.len().checked_sub(CHECKSUM).ok_or(ReadError::Damaged)?;
        if checksum(&input[..body]).to_le_bytes() != input[body..] {
            return Err(ReadError::Damaged);
        }
        Self::parts(&mut input).ok_or(ReadError::Damaged)
    }

    fn parts(input: &mut Cow<'static, [u8]>) -> Option<Self> {
        front(input, MAGIC.len() + 2, 0)?;
        let head = front(input, 0, 3)?;
        if usize::from(u16::from_le_bytes([head[0], head[1]])) != TAGS {
            return None;
        }
        let name = front(input, 0, usize::from(head[2]))?;
        let name = std::str::from_utf8(&name).ok()?.to_owned();
        let real = |bytes: &[u8]| {
            let value = f32::from_le_bytes(bytes.try_into().ok()?);
            value.is_finite().then_some(value)
        };
        let scale = real(&front(input, 0, 4)?)?;
        if scale <= 0.0 {
            return None;
        }
        let calibration = front(input, 0, 8 * Label::ALL.len())?
            .chunks_exact(8)
            .map(|pair| Some(Calibration { slope: real(&pair[..4])?, offset: real(&pair[4..])? }))
            .collect::<Option<Vec<_>>>()?;
        let transitions = front(input, 0, 2 * TAGS * TAGS)?
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let lexicon = Lexicon::from_table(Table::read(input)?);
        let features = Table::read(input)?;
        (input.len() == CHECKSUM).then_some(Self {
            name,
            scale,
            calibration,
            transitions,
            lexicon,
            features,
        })
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = join(sum, u64::from_le_bytes(word));
    }
    sum
}
