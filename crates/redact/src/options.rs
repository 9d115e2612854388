//! What an engine is asked to look for, how sure it must be, and what a user says is somebody's or nobody's.

use crate::phone::Region;
use crate::scan::Scanner;
use crate::{Kind, Rule, RuleError, Tagger, list};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much is hidden when a rule is not sure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Aggressiveness {
    /// Only what is all but certain.
    Relaxed,
    /// What is more likely than not.
    #[default]
    Balanced,
    /// Also what may well be something else.
    Strict,
}

impl Aggressiveness {
    /// The least score that counts.
    pub fn threshold(self) -> f32 {
        match self {
            Self::Relaxed => 0.8,
            Self::Balanced => 0.5,
            Self::Strict => 0.3,
        }
    }
}

/// What an engine looks for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How much is hidden when a rule is not sure.
    pub aggressiveness: Aggressiveness,
    /// Where telephone numbers are found as people there write them; none: the usual regions.
    pub phone_regions: Vec<Region>,
    /// The least score for a kind, instead of the one that `aggressiveness` gives.
    pub thresholds: BTreeMap<Kind, f32>,
    /// Kinds that are not looked for. What looks like one of our placeholders is hidden all the same.
    pub without: BTreeSet<Kind>,
    /// Kinds that are found only when they are asked for: those of rules with `asked = true`.
    pub asked: BTreeSet<Kind>,
    /// Texts that are nobody's: a find that is exactly one of them, whatever its case, is dropped.
    pub allow: Vec<String>,
    /// The same as expressions; each must match the whole find.
    pub allow_patterns: Vec<String>,
    /// Words that are always found.
    pub deny: Vec<Deny>,
    /// A language model for names; with none, rules work alone.
    pub tagger: Option<Arc<dyn Tagger>>,
}

impl Options {
    /// The least score that counts for a rule; infinite where it is not looked for.
    pub(crate) fn threshold_of(&self, rule: &Rule, scanner: Option<Scanner>) -> f32 {
        match scanner {
            Some(Scanner::Denied) if self.deny.is_empty() => return f32::INFINITY,
            // The way back is exact because of the one, and what is denied is found in spite of all.
            Some(Scanner::LookAlike | Scanner::Denied) => return 0.0,
            Some(Scanner::Tagger) if self.tagger.is_none() => return f32::INFINITY,
            _ => {}
        }
        let left_out = self.without.contains(&rule.kind);
        if left_out || rule.asked && !self.asked.contains(&rule.kind) {
            return f32::INFINITY;
        }
        let own = self.thresholds.get(&rule.kind).copied();
        own.unwrap_or_else(|| self.aggressiveness.threshold())
    }

    /// Looks whether thresholds make sense, and denied words are words.
    ///
    /// # Errors
    /// When one does not; the error names its kind and its place, never the word.
    pub(crate) fn sound(&self) -> Result<(), RuleError> {
        let wrong = self.thresholds.iter().find(|(_, least)| !(**least > 0.0 && **least <= 1.0));
        if let Some((kind, _)) = wrong {
            let what = format!("that of {} is not above 0 and at most 1", kind.name());
            return Err(RuleError::of("the thresholds", what));
        }
        for deny in &self.deny {
            for (at, word) in deny.words.iter().enumerate() {
                if let Some(what) = list::objection(word) {
                    let about = format!("the denied words of {}", deny.kind.name());
                    return Err(RuleError::of(&about, format!("entry {} {what}", at + 1)));
                }
            }
        }
        Ok(())
    }
}

/// Words that are always found, as whole words whatever their case, with score 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    /// What they are found as.
    pub kind: Kind,
    /// The words, or phrases.
    pub words: Vec<String>,
}
