//! What an engine is made of: two policies that say the same share one, and a reload makes only what changed.

use crate::gateway::Rules;
use crate::settings::Settings;
use redact::{Aggressiveness, Deny, Engine, Kind, Options, Region, Rule, RuleError, Tagger};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that a policy says to its engine.
#[derive(Debug, Clone, Default)]
pub(super) struct Recipe {
    pub(super) aggressiveness: Aggressiveness,
    pub(super) phone_regions: Vec<Region>,
    pub(super) thresholds: BTreeMap<Kind, f32>,
    pub(super) without: BTreeSet<Kind>,
    pub(super) asked: BTreeSet<Kind>,
    pub(super) allow: Vec<String>,
    pub(super) allow_patterns: Vec<String>,
    pub(super) deny: Vec<Deny>,
    pub(super) rules: Vec<Rule>,
    /// What reads names: the same for all policies.
    pub(super) names: Option<Arc<dyn Tagger>>,
    pub(super) names_threshold: Option<f32>,
    /// What the gateway does; no engine is made of it.
    pub(super) gateway: Rules,
}

impl Recipe {
    /// What the settings say for themselves, and where a policy says nothing else.
    pub(super) fn of_settings(settings: &Settings, names: Option<Arc<dyn Tagger>>) -> Self {
        let privacy = &settings.privacy;
        Self {
            aggressiveness: privacy.redact_aggressiveness.into(),
            phone_regions: privacy.phone_regions.0.iter().map(|region| region.0).collect(),
            names,
            names_threshold: settings.ner.confidence_threshold.map(|least| least.0),
            gateway: Rules::of_settings(settings),
            ..Self::default()
        }
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// When a rule or a list cannot be used.
    pub(super) fn engine(&self) -> Result<Engine, RuleError> {
        Engine::with(self.rules.clone(), &self.options())
    }

    /// What it says to its engine besides rules.
    pub(super) fn options(&self) -> Options {
        Options {
            aggressiveness: self.aggressiveness,
            phone_regions: self.phone_regions.clone(),
            thresholds: self.thresholds.clone(),
            without: self.without.clone(),
            asked: self.asked.clone(),
            allow: self.allow.clone(),
            allow_patterns: self.allow_patterns.clone(),
            deny: self.deny.clone(),
            tagger: self.names.clone(),
            tagger_threshold: self.names_threshold,
        }
    }

    /// Whether both make the same engine.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.aggressiveness == other.aggressiveness
            && self.phone_regions == other.phone_regions
            && self.thresholds == other.thresholds
            && self.without == other.without
            && self.asked == other.asked
            && self.allow == other.allow
            && self.allow_patterns == other.allow_patterns
            && self.deny == other.deny
            && self.rules.len() == other.rules.len()
            && self.rules.iter().zip(&other.rules).all(|(one, another)| is_same(one, another))
    }
}

/// Whether two rules say the same, wherever they stand.
fn is_same(one: &Rule, another: &Rule) -> bool {
    let words = |rule: &Rule| format!("{:?}", Rule { place: None, ..rule.clone() });
    words(one) == words(another)
}
