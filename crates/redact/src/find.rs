//! How a text goes through an engine: folded, passed over by rules, read by the tagger, and settled so that one find
//! stands at each place.

use crate::engine::Engine;
use crate::fold::{self, Folded};
use crate::language::Language;
use crate::restore::{may_have_look_alikes, with_look_alikes};
use crate::rule::RuleId;
use crate::scan::{Scan, Scanner, Table};
use crate::span::Places;
use crate::{Span, merge, names};

/// What is known of a text besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    pub(crate) language: Option<Language>,
    /// The columns of the table that it goes on with.
    pub(crate) table: Option<&'a Table>,
    /// Whether the tagger is left out.
    pub(crate) rules_alone: bool,
}

/// What was seen on the way, for those who ask why.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Everything that was sure enough.
    pub(crate) seen: Vec<Span>,
    /// What was not.
    pub(crate) weak: Vec<Span>,
    /// What a user says is nobody's.
    pub(crate) allowed: Vec<Span>,
    /// Names that were told elsewhere in the text.
    pub(crate) repeated: Vec<Span>,
}

impl Engine {
    /// Finds every piece of personal data in `text`: sorted, never overlapping, on character boundaries.
    pub fn find(&self, text: &str) -> Vec<Span> {
        self.find_around(text, Around::default())
    }

    /// Does what [`Self::find`] does, for a text whose language the caller may know: telephone numbers are found as
    /// people write them where it is spoken, too, and the tagger is told.
    pub fn find_in(&self, text: &str, language: Option<Language>) -> Vec<Span> {
        self.find_around(text, Around { language, ..Around::default() })
    }

    /// What rules find, for questions about them that are asked many times.
    pub(crate) fn find_by_rules(&self, text: &str) -> Vec<Span> {
        self.find_around(text, Around { rules_alone: true, ..Around::default() })
    }

    pub(crate) fn find_around(&self, text: &str, around: Around<'_>) -> Vec<Span> {
        let folded = fold::folded(text);
        let winners = self.settled(seen_by_rules(text, &folded), around, None);
        self.on_the_original(text, folded.as_ref(), winners)
    }

    /// The columns of a text that is a table, for the rest of its rows.
    pub(crate) fn table(&self, text: &str) -> Table {
        let folded = fold::folded(text);
        Table::of(seen_by_rules(text, &folded).as_bytes(), &self.cues)
    }

    /// The winners in a folded text; what was seen besides them goes into the record.
    pub(crate) fn settled(
        &self,
        text: &str,
        around: Around<'_>,
        mut record: Option<&mut Record>,
    ) -> Vec<Span> {
        let mut scan = Scan::new(self, text);
        around.language.into_iter().for_each(|language| scan.speak(language));
        around.table.into_iter().for_each(|table| scan.go_on_with(table));
        let mut candidates = match &mut record {
            None => scan.run(),
            Some(record) => scan.run_with_weak(&mut record.weak),
        };
        if let Some(tagger) = self.tagger.as_ref().filter(|_| !around.rules_alone) {
            let tagged =
                names::told(self, text, tagger.tag(text, around.language, self.least_tagged()));
            let repeated = names::repeated(self, text, &tagged);
            if let Some(record) = &mut record {
                record.repeated.extend(&repeated);
            }
            candidates.extend(tagged);
            candidates.extend(repeated);
        }
        if let Some(record) = &mut record {
            record.seen.extend(&candidates);
        }
        if !self.allowed.is_empty() {
            let allowed = self.drop_allowed(text, &mut candidates);
            if let Some(record) = &mut record {
                record.allowed = allowed;
            }
        }
        merge::winners(self, text, candidates)
    }

    /// Leads the winners back to the original, and adds what looks like our own placeholders.
    pub(crate) fn on_the_original(
        &self,
        text: &str,
        folded: Option<&Folded>,
        mut winners: Vec<Span>,
    ) -> Vec<Span> {
        if let Some(folded) = folded {
            for span in &mut winners {
                (span.start, span.end) = (folded.start(span.start), folded.end(span.end));
            }
        }
        match self.scanners[Scanner::LookAlike as usize] {
            Some(rule) if may_have_look_alikes(text) => with_look_alikes(text, rule, winners),
            _ => winners,
        }
    }

    /// Drops what a user says is nobody's, and all that lies within it: what is somebody's address to one rule is a name
    /// to another. Denied words stay.
    fn drop_allowed(&self, text: &str, candidates: &mut Vec<Span>) -> Vec<Span> {
        let is_allowed =
            |span: &&Span| !self.is_denied(span.rule) && self.allowed.has(span.of(text));
        let places: Vec<_> =
            candidates.iter().filter(is_allowed).map(|span| (span.start, span.end)).collect();
        if places.is_empty() {
            return Vec::new();
        }
        let places = Places::new(places);
        let (allowed, kept) = candidates
            .drain(..)
            .partition(|span| !self.is_denied(span.rule) && places.hold(span.start, span.end));
        *candidates = kept;
        allowed
    }

    /// Whether it is the rule of denied words.
    pub(crate) fn is_denied(&self, id: RuleId) -> bool {
        self.scanners[Scanner::Denied as usize] == Some(id)
    }

    /// Whether it is a rule for what a tagger tells.
    pub(crate) fn is_tagged(&self, id: RuleId) -> bool {
        self.tagger.is_some() && self.tagged.get(&self.rule(id).kind) == Some(&id)
    }
}

/// What rules look at: the text, or what it folds to.
pub(crate) fn seen_by_rules<'t>(text: &'t str, folded: &'t Option<Folded>) -> &'t str {
    folded.as_ref().map_or(text, |folded| &folded.text)
}
