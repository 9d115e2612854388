//! Why a find was made and why what else stood there was not.

use super::nearby::{self, Cues};
use super::{Explained, Form, Loser, Reason, Why};
use crate::engine::Engine;
use crate::find::{Around, Record, seen_by_rules};
use crate::fold::{self, Folded};
use crate::language::Language;
use crate::rule::RuleId;
use crate::scan::{Scan, Scanner};
use crate::{Span, merge, shape};
use std::collections::{BTreeMap, HashSet};

/// Losers that are told at a place, the strongest first.
const LOSERS_MAX: usize = 16;

impl Engine {
    /// Finds what [`Self::find_in`] finds, and says why. It looks again at each place, so it takes its time.
    pub fn explain(&self, text: &str, language: Option<Language>) -> Vec<Explained> {
        let folded = fold::folded(text);
        let seen = seen_by_rules(text, &folded);
        let mut record = Record::default();
        let winners =
            self.settled(seen, Around { language, ..Around::default() }, Some(&mut record));
        let mut inquiry = Inquiry::new(self, seen, language, record);
        let mut whys: Vec<Why> = winners.iter().map(|span| inquiry.why(span)).collect();
        if let Some(folded) = &folded {
            whys.iter_mut().for_each(|why| lead_back(why, folded));
        }
        let mut whys = whys.into_iter();
        let look_alike = self.scanners[Scanner::LookAlike as usize];
        let spans = self.on_the_original(text, folded.as_ref(), winners).into_iter();
        let explained = |span: Span| {
            let why = match look_alike == Some(span.rule) {
                true => Some(Why::of(Form::LookAlike)),
                false => whys.next(),
            };
            why.map(|why| Explained { span, why })
        };
        spans.filter_map(explained).collect()
    }
}

impl Why {
    /// For what is certain.
    fn of(form: Form) -> Self {
        let (check, cue, losers) = (None, None, Vec::new());
        Self { form, check, cue, base: Some(1.0), threshold: 0.0, losers }
    }
}

/// Leads places in the folded text back to the original.
fn lead_back(why: &mut Why, folded: &Folded) {
    let lead = |start: &mut usize, end: &mut usize| {
        (*start, *end) = (folded.start(*start), folded.end(*end));
    };
    why.cue.iter_mut().for_each(|cue| lead(&mut cue.start, &mut cue.end));
    why.losers.iter_mut().for_each(|loser| lead(&mut loser.start, &mut loser.end));
}

/// A text about whose finds somebody asks.
struct Inquiry<'e, 't> {
    engine: &'e Engine,
    text: &'t str,
    language: Option<Language>,
    record: Record,
    /// All that was seen, by where it begins, with why it could not win if that is known, and how far any reaches that
    /// begins no later.
    others: Vec<(Span, Option<Reason>)>,
    reaches: Vec<usize>,
    cues: BTreeMap<RuleId, Cues<'e>>,
}

impl<'e, 't> Inquiry<'e, 't> {
    fn new(engine: &'e Engine, text: &'t str, language: Option<Language>, record: Record) -> Self {
        let place = |span: &Span| (span.start, span.end, span.rule, span.kind);
        let mut known = HashSet::new();
        let allowed = record.allowed.iter().map(|span| (*span, Some(Reason::Allowed)));
        let seen = record.seen.iter().map(|span| (*span, None));
        let weak = record.weak.iter().map(|span| (*span, Some(Reason::BelowThreshold)));
        let mut others: Vec<_> =
            allowed.chain(seen).chain(weak).filter(|(span, _)| known.insert(place(span))).collect();
        others.sort_by_key(|(span, _)| (span.start, span.end));
        let mut reach = 0;
        let reaches = others.iter().map(|(span, _)| {
            reach = reach.max(span.end);
            reach
        });
        let reaches = reaches.collect();
        Self { engine, text, language, record, others, reaches, cues: BTreeMap::new() }
    }

    fn why(&mut self, span: &Span) -> Why {
        let engine = self.engine;
        let rule = engine.rule(span.rule);
        let whole = self.whole(span);
        let losers = self.losers(span, &whole);
        if engine.is_denied(span.rule) {
            return Why { losers, ..Why::of(Form::Denied) };
        }
        let threshold = engine.ready(span.rule).threshold;
        if engine.is_tagged(span.rule) {
            let form = self.told(&whole);
            return Why { form, check: None, cue: None, base: Some(span.score), threshold, losers };
        }
        let (form, bare) = self.form(&whole);
        let base = match &form {
            Form::Scanner(name) if Scanner::parse(name) == Some(Scanner::Phone) => {
                self.phone(&whole)
            }
            Form::Literal(_) => Some(rule.secret_score()),
            Form::Key(_) if rule.form.is_none() => Some(rule.secret_score()),
            _ => rule.sureness(bare, false),
        };
        let raised = base.is_none_or(|base| base < span.score) && !rule.cues.is_empty();
        let is_announced = engine.scanners[Scanner::Bic as usize] == Some(span.rule);
        let cue = if raised {
            let cues = self.cues.entry(span.rule).or_insert_with(|| Cues::new(rule));
            let near = cues.near(engine, self.text, whole.start, whole.end);
            near.or_else(|| is_announced.then(|| cues.announcing(self.text, whole.start)).flatten())
        } else {
            None
        };
        Why { form, check: rule.check.clone(), cue, base, threshold, losers }
    }

    /// What was seen of which the winner may be a part.
    fn whole(&self, span: &Span) -> Span {
        let of_it = |other: &&Span| {
            (other.rule, other.kind) == (span.rule, span.kind)
                && other.score == span.score
                && other.start <= span.start
                && span.end <= other.end
        };
        let near = self.near(span).map(|(other, _)| other);
        near.filter(of_it).min_by_key(|other| other.end - other.start).copied().unwrap_or(*span)
    }

    /// What was seen where `span` stands.
    fn near(&self, span: &Span) -> impl Iterator<Item = &(Span, Option<Reason>)> {
        let from = self.reaches.partition_point(|reach| *reach <= span.start);
        let end = span.end;
        self.others[from..]
            .iter()
            .take_while(move |(other, _)| other.start < end)
            .filter(|(other, _)| other.end > span.start)
    }

    fn losers(&self, winner: &Span, whole: &Span) -> Vec<Loser> {
        let engine = self.engine;
        let is_other = |one: &&(Span, Option<Reason>)| one.0 != *winner && one.0 != *whole;
        let mut losers: Vec<_> = self.near(winner).filter(is_other).copied().collect();
        let order = |one: &(Span, Option<Reason>)| merge::strength(engine, &one.0);
        losers.sort_by(|a, b| {
            let settled =
                (a.1 == Some(Reason::BelowThreshold)).cmp(&(b.1 == Some(Reason::BelowThreshold)));
            settled.then(order(b).partial_cmp(&order(a)).unwrap_or(std::cmp::Ordering::Equal))
        });
        losers.truncate(LOSERS_MAX);
        let told = |(span, reason): (Span, Option<Reason>)| {
            let Span { start, end, kind, rule, score } = span;
            let reason = reason.unwrap_or_else(|| self.weaker(&span, winner));
            Loser { kind, rule, start, end, score, reason }
        };
        losers.into_iter().map(told).collect()
    }

    /// Why `span` gave way to the winner.
    fn weaker(&self, span: &Span, winner: &Span) -> Reason {
        let (ours, theirs) =
            (merge::strength(self.engine, span), merge::strength(self.engine, winner));
        if ours.0 < theirs.0 {
            Reason::LessSpecific
        } else if ours.0 == theirs.0 && ours.1 < theirs.1 {
            Reason::LessSure
        } else if ours.0 == theirs.0 && ours.1 == theirs.1 && ours.2 < theirs.2 {
            Reason::Shorter
        } else if ours == theirs {
            Reason::Later
        } else {
            Reason::LostElsewhere
        }
    }

    /// What a tagger told, there or elsewhere.
    fn told(&self, whole: &Span) -> Form {
        let tagger = self.engine.tagger.as_ref();
        match self.record.repeated.contains(whole) {
            true => Form::Repeated,
            false => {
                Form::Tagger(tagger.map(|tagger| tagger.name().to_owned()).unwrap_or_default())
            }
        }
    }

    /// How sure the engine is of a telephone number without a word nearby.
    fn phone(&self, span: &Span) -> Option<f32> {
        let mut scan = Scan::new(self.engine, self.text);
        self.language.into_iter().for_each(|language| scan.speak(language));
        scan.phone_alone(span.start)
    }

    /// The form that was found, and whether it is a bare one.
    fn form(&self, span: &Span) -> (Form, bool) {
        let rule = self.engine.rule(span.rule);
        let found = span.of(self.text);
        let shapes = rule.shapes.iter().map(|shape| (shape, false));
        let mut shapes = shapes.chain(rule.bare.iter().map(|shape| (shape, true)));
        let fits = |shape: &str| {
            let forms = shape::forms(shape).unwrap_or_default();
            forms.iter().any(|form| form.is(found.as_bytes()))
        };
        if let Some((shape, bare)) = shapes.find(|(shape, _)| fits(shape)) {
            return (Form::Shape(shape.clone()), bare);
        }
        let literal = nearby::literal(self.engine, span.rule, self.text, span.start);
        if let Some(literal) = literal {
            return (Form::Literal(literal), false);
        }
        if let Some(key) = nearby::key(rule, self.text, span.start) {
            return (Form::Key(key.to_owned()), false);
        }
        let form = match &rule.form {
            Some(name) => Form::Scanner(name.clone()),
            None if rule.is_searched() && !self.is_word(span) => Form::Pattern,
            None => Form::Words,
        };
        (form, false)
    }

    /// Whether it is a word of its rule's list.
    fn is_word(&self, span: &Span) -> bool {
        let Some(words) = &self.engine.words else { return false };
        let mut whole = false;
        words.find(span.of(self.text), |word, start, end| {
            let of_rule = self.engine.owners[word].0 == span.rule;
            whole |= of_rule && (start, end) == (0, span.end - span.start);
        });
        whole
    }
}
