//! Places where a rule finds things: what takes the place of an original must be found there as the original is.

use super::Original;
use crate::example::marked;
use crate::rule::RuleId;
use crate::{Engine, Kind};

/// Places that are kept: each costs a look at a short text for everything that is tried.
const PLACES_MAX: usize = 3;

/// Where the original is found, by which rule.
struct Place {
    before: String,
    after: String,
    rule: RuleId,
}

/// Places where the engine finds the original as the kind it is.
pub(super) struct Probes<'e> {
    engine: &'e Engine,
    kind: Kind,
    places: Vec<Place>,
}

impl<'e> Probes<'e> {
    /// Looks for the original by itself, in the examples of its rule, after a cue and after a key.
    pub(super) fn of(original: &Original<'e>) -> Self {
        let mut probes = Self { engine: original.engine, kind: original.kind, places: Vec::new() };
        // A name is what its list says, whoever finds it: another try would be another person than the rest of the text.
        if comes_from_lists(original.kind) {
            return probes;
        }
        probes.add(original.text, String::new(), String::new());
        let Some(rule) = original.rule else { return probes };
        for example in &rule.hits {
            for (before, _, after) in marked(example) {
                probes.add(original.text, before, after);
            }
        }
        let cue = rule.cues.first().map(|cue| (format!("{cue} "), String::new()));
        let key = rule
            .keys
            .first()
            .map(|key| (format!("{} = \"", key.replace(' ', "_")), "\"".to_owned()));
        for (before, after) in cue.into_iter().chain(key) {
            probes.add(original.text, before, after);
        }
        probes
    }

    fn add(&mut self, original: &str, before: String, after: String) {
        if self.places.len() < PLACES_MAX
            && let Some(rule) = self.found(original, &before, &after)
        {
            self.places.push(Place { before, after, rule });
        }
    }

    /// The rule that finds exactly this there, as the kind in question.
    fn found(&self, text: &str, before: &str, after: &str) -> Option<RuleId> {
        let (start, end) = (before.len(), before.len() + text.len());
        let spans = self.engine.find_by_rules(&[before, text, after].concat());
        let same =
            spans.iter().find(|span| (span.start, span.end, span.kind) == (start, end, self.kind));
        same.map(|span| span.rule)
    }

    /// Whether there is no place where the original is found: then nothing can be told.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether the engine finds exactly this, as the same kind, wherever it finds the original.
    pub(super) fn hold(&self, text: &str) -> bool {
        self.places.iter().all(|place| self.found(text, &place.before, &place.after).is_some())
    }

    /// Whether the same rules find it, too.
    pub(super) fn hold_by_rule(&self, text: &str) -> bool {
        let same =
            |place: &Place| self.found(text, &place.before, &place.after) == Some(place.rule);
        self.places.iter().all(same)
    }
}

/// Whether replacements of a kind come from our lists, word by word.
fn comes_from_lists(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Person
            | Kind::Organization
            | Kind::Location
            | Kind::Address
            | Kind::Nationality
            | Kind::Profession
            | Kind::Relation
            | Kind::Gender
            | Kind::Health
    )
}
