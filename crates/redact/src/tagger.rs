//! A language model that tells names in running text: what no form and no check can. The engine does not know which
//! model it is; what it tells is weighed against what rules find.

use crate::{Kind, Language};
use std::fmt::Debug;

/// Something that reads a text and tells where names stand.
pub trait Tagger: Debug + Send + Sync {
    /// Its own name, for answers that say what found something.
    fn name(&self) -> &str;

    /// Reads a text, folded as rules see it; `language` is that of the text where the caller knows it. What is less sure
    /// than `least` is not looked at.
    fn tag(&self, text: &str, language: Option<Language>, least: f32) -> Vec<Tagged>;

    /// Whether even a short text takes it so long that others should not have to wait.
    fn is_slow(&self) -> bool {
        false
    }
}

/// A name that a tagger sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tagged {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// How sure the tagger is, from 0 to 1.
    pub score: f32,
}
