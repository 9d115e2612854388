//! A rule: one concrete form of a kind, as the files under `rules/` hold it, with texts it must hit and near misses it
//! must not. The tests of this crate run both.

use crate::{Kind, RuleError};
use serde::Deserialize;
use std::sync::Arc;

/// Which rule of an engine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u16);

/// A concrete form of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name in answers: `es-dni`.
    pub name: String,
    /// The kind it finds.
    #[serde(deserialize_with = "kind")]
    pub kind: Kind,
    /// Presidio's name for exactly this, or nothing.
    #[serde(default)]
    pub presidio: String,
    /// What it finds and how it checks that.
    #[serde(default)]
    pub doc: String,
    /// Whether its kind is found only when it is asked for.
    #[serde(default)]
    pub asked: bool,
    /// Which rule wins where two find something in the same place: the higher.
    #[serde(default = "secret_specificity")]
    pub specificity: u8,
    /// How it looks, in the grammar of shapes.
    #[serde(default)]
    pub shapes: Vec<String>,
    /// Shapes that are found with a cue, or with `bare_score`.
    #[serde(default)]
    pub bare: Vec<String>,
    /// How sure it is without a cue; with none, it needs one.
    pub score: Option<f32>,
    /// The same for the bare shapes.
    pub bare_score: Option<f32>,
    /// How sure it is with a cue.
    pub cued: Option<f32>,
    /// The check that what was found must pass.
    pub check: Option<String>,
    /// Words that may stand nearby.
    #[serde(default)]
    pub cues: Vec<String>,
    /// Literals of which one begins it.
    #[serde(default)]
    pub prefix: Vec<String>,
    /// Words in the name before `=` or `:` whose value it is.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Words or phrases that are what it finds, as whole words whatever their case.
    #[serde(default)]
    pub words: Vec<String>,
    /// The expression that a prefix or a value must follow; alone, it is searched everywhere.
    pub pattern: Option<String>,
    /// The least entropy, in bits for each character.
    pub entropy: Option<f32>,
    /// The scanner that finds it, where the form is more than a pattern.
    pub form: Option<String>,
    /// Texts in which it must find what stands between the brackets ⟦ and ⟧.
    #[serde(default)]
    pub hits: Vec<String>,
    /// Texts in which it must find nothing.
    #[serde(default)]
    pub misses: Vec<String>,
    /// The file that it was read from, and the line there, counted from one.
    #[serde(skip)]
    pub place: Option<(Arc<str>, usize)>,
}

/// A secret is worth more than whatever its letters look like.
fn secret_specificity() -> u8 {
    95
}

fn kind<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    let name = String::deserialize(from)?;
    let unknown = || serde::de::Error::custom(format!("`{name}` is no kind of docs/kinds.md"));
    Kind::parse(&name).ok_or_else(unknown)
}

impl Rule {
    /// Whether it finds nothing without a cue, or without a name before the value.
    pub fn needs_cue(&self) -> bool {
        let formed = !self.shapes.is_empty() || !self.bare.is_empty();
        let alone = self.score.is_some() || self.bare_score.is_some();
        let listed = self.is_searched() || !self.words.is_empty();
        formed && !alone || listed && !alone && !self.cues.is_empty() || !self.keys.is_empty()
    }

    /// Whether its expression is searched everywhere.
    pub(crate) fn is_searched(&self) -> bool {
        self.pattern.is_some() && self.prefix.is_empty() && self.keys.is_empty()
    }

    /// Whether its expression or its words are found without a cue.
    fn stands_alone(&self) -> bool {
        self.cues.is_empty() && (self.is_searched() || !self.words.is_empty())
    }

    /// Says what is wrong with it, and where it stands.
    pub(crate) fn wrong(&self, what: &str) -> RuleError {
        let (file, line) = match &self.place {
            Some((file, line)) => (file.to_string(), Some(*line)),
            None => ("the rules".to_owned(), None),
        };
        RuleError { file, line, what: format!("rule `{}`: {what}", self.name) }
    }

    /// How sure it is of a secret that it has read whole.
    pub(crate) fn secret_score(&self) -> f32 {
        self.score.unwrap_or(0.95)
    }

    /// How sure it is of a form, with or without a cue; nothing when that is not enough.
    pub(crate) fn sureness(&self, bare: bool, cued: bool) -> Option<f32> {
        let alone = if bare { self.bare_score } else { self.score };
        let alone = alone.or_else(|| self.stands_alone().then(|| self.secret_score()));
        match (cued, self.cued) {
            (true, Some(cued)) => Some(alone.map_or(cued, |alone| alone.max(cued))),
            _ => alone,
        }
    }
}
