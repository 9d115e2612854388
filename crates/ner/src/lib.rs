//! Finds the names of people, places and organisations in a text, and what stands beside them in forms and letters:
//! dates, addresses, ages, relations, occupations, numbers.
//!
//! A linear chain over hashed features, trained beforehand (`train`, a package of its own) and compiled in. It is pure:
//! no I/O, no clock, no threads, no randomness; the same text gives the same tags. Time grows with the length of the
//! text and no faster.
//!
//! ```
//! let model = ner::Model::builtin();
//! let text = "Yours sincerely,\nMargaret Hollis";
//! let tags = model.tag(text, Some("en"));
//! assert_eq!(&text[tags[0].start..tags[0].end], "Margaret Hollis");
//! ```

pub mod chain;
mod document;
pub mod fact;
pub mod feature;
pub mod hash;
mod label;
pub mod language;
pub mod lexicon;
mod model;
pub mod table;
pub mod token;
mod weights;

pub use label::{Label, OUTSIDE, PARTS, TAGS, begin, continues, inside, label_of, may_follow};
pub use model::{Model, Tag};
pub use weights::{Calibration, ReadError, Weights};

/// Whose texts and annotations the weights compiled in were trained on, and under which licences.
pub const ATTRIBUTION: &str = include_str!("../ATTRIBUTION.md");
