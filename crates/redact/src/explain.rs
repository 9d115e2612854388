//! Why something was found: which form, which check, which word nearby, and what else could have stood there. Nothing
//! here holds text of a user: forms, cues and literals are those of the rule.

mod nearby;
mod reason;

use crate::{Kind, RuleId, Span};

/// A find and why it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// What [`Engine::find_in`](crate::Engine::find_in) gives too.
    pub span: Span,
    /// Why.
    pub why: Why,
}

/// Why something was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// What it looked like.
    pub form: Form,
    /// The name of the check that it passed, if its rule has one.
    pub check: Option<String>,
    /// The word nearby that counted, if one did.
    pub cue: Option<Cue>,
    /// How sure its rule is without a cue; nothing when it needs one. The span has the score that counts.
    pub base: Option<f32>,
    /// The least score that counts for its rule.
    pub threshold: f32,
    /// What else was seen at the place, and why that is not what was found.
    pub losers: Vec<Loser>,
}

/// What a find looked like to its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A shape of the rule.
    Shape(String),
    /// It begins with this literal of the rule, or follows it.
    Literal(String),
    /// It is the value of a name in which these words of the rule stand.
    Key(String),
    /// The rule's expression, which is searched everywhere.
    Pattern,
    /// A word of the rule's list.
    Words,
    /// What this verifier, written by hand, looks for.
    Scanner(String),
    /// A denied word.
    Denied,
    /// What a tagger of this name told.
    Tagger(String),
    /// A name that the tagger told elsewhere in the text, or a part of one.
    Repeated,
    /// Text that looks like one of our placeholders.
    LookAlike,
}

impl Form {
    /// Its name in answers.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Shape(_) => "shape",
            Self::Literal(_) => "literal",
            Self::Key(_) => "key",
            Self::Pattern => "pattern",
            Self::Words => "words",
            Self::Scanner(_) => "scanner",
            Self::Denied => "denied",
            Self::Tagger(_) => "tagger",
            Self::Repeated => "repeated",
            Self::LookAlike => "look-alike",
        }
    }

    /// The shape, literal, key or name, where it is one of those.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Shape(text)
            | Self::Literal(text)
            | Self::Key(text)
            | Self::Scanner(text)
            | Self::Tagger(text) => Some(text),
            Self::Pattern | Self::Words | Self::Denied | Self::Repeated | Self::LookAlike => None,
        }
    }
}

/// A word nearby that counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// The rule's own words, not those of the text.
    pub text: String,
    /// Where it stood.
    pub side: Side,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before the find.
    Before,
    /// After it.
    After,
    /// In the heading of its column.
    Heading,
}

impl Side {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Heading => "heading",
        }
    }
}

/// Something else that was seen where a find was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loser {
    /// What it would have been.
    pub kind: Kind,
    /// The rule that saw it.
    pub rule: RuleId,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// How sure its rule was.
    pub score: f32,
    /// Why it is not what was found.
    pub reason: Reason,
}

/// Why something is not what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its rule is less specific.
    LessSpecific,
    /// As specific, but less sure.
    LessSure,
    /// As specific and as sure, but shorter.
    Shorter,
    /// Its equal, but later.
    Later,
    /// The user says that it is nobody's.
    Allowed,
    /// It is not sure enough to count; a score of 0 says that it needs a word nearby.
    BelowThreshold,
    /// It is stronger than what was found here, but lost to something else that it overlaps.
    LostElsewhere,
}

impl Reason {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::LessSpecific => "less_specific",
            Self::LessSure => "less_sure",
            Self::Shorter => "shorter",
            Self::Later => "later",
            Self::Allowed => "allowed",
            Self::BelowThreshold => "below_threshold",
            Self::LostElsewhere => "lost_elsewhere",
        }
    }
}
