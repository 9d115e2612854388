//! `POST /analyze`: what our rules and the request's own recognizers find, as Presidio would tell it.

use super::super::answer::{Answer, Refusal, json};
use super::super::route::Shared;
use super::context::{Context, cues_among, words_before};
use super::fields::Fields;
use super::recognizer::{self, Allowed, CONTEXT_MAX, Finds, Pattern, Recognizer, USUAL_FLAGS};
use super::{LOOK_ALIKE, beside, entity, is_heavy, is_language, not_a_language};
use http::StatusCode;
use redact::{Engine, Kind, Rule, Tagger};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

/// Texts in one request, and types to look for; more go in another.
const TEXTS_MAX: usize = 1_000;
const ENTITIES_MAX: usize = 1_000;

/// How much surer a word nearby makes, and how sure at least: Presidio's numbers.
const CONTEXT_RAISE: f32 = 0.35;
const CONTEXT_LEAST: f32 = 0.4;

/// What a request says.
struct Wanted {
    texts: Vec<String>,
    batch: bool,
    entities: Option<HashSet<String>>,
    threshold: f32,
    explain: bool,
    recognizers: Vec<(Recognizer, Context)>,
    context: Context,
    allowed: Allowed,
}

/// Who found something.
#[derive(Clone, Copy)]
enum Source<'w> {
    Rule(&'w Rule, Kind),
    Pattern(&'w Recognizer, &'w Context, &'w Pattern),
}

/// Something found, with its place in bytes.
struct Found<'w> {
    start: usize,
    end: usize,
    original_score: f32,
    score: f32,
    supported_by: String,
    source: Source<'w>,
}

#[derive(Serialize)]
struct Item<'w> {
    analysis_explanation: Option<Explanation<'w>>,
    end: usize,
    entity_type: &'w str,
    score: f32,
    start: usize,
}

#[derive(Serialize)]
struct Explanation<'w> {
    recognizer: &'w str,
    pattern_name: &'w str,
    pattern: Option<&'w str>,
    original_score: f32,
    score: f32,
    textual_explanation: String,
    score_context_improvement: f32,
    supportive_context_word: String,
    validation_result: Option<bool>,
    regex_flags: Option<i64>,
}

impl Wanted {
    fn read(mut fields: Fields) -> Result<Self, Refusal> {
        let (texts, batch) = texts(&mut fields)?;
        let language = fields.text("language")?.filter(|code| !code.is_empty());
        let language = language.ok_or_else(|| Refusal::unprocessable("No language provided"))?;
        if !is_language(&language) {
            return Err(not_a_language());
        }
        // Presidio writes it to its log. It may hold anything, so that it is looked at by nobody here.
        fields.text("correlation_id")?;
        let threshold = fields.share("score_threshold")?.unwrap_or_default();
        let explain = fields.flag("return_decision_process")?;
        let recognizers = recognizer::read(&mut fields, &language)?;
        let entities = entities(&mut fields, &recognizers)?;
        let recognizers = recognizers.into_iter().map(|recognizer| {
            let context = Context::new(&recognizer.context);
            (recognizer, context)
        });
        let recognizers = recognizers.collect();
        let context = Context::new(&fields.words("context", CONTEXT_MAX)?);
        let allowed = Allowed::read(&mut fields)?;
        Ok(Self { texts, batch, entities, threshold, explain, recognizers, context, allowed })
    }

    /// Whether it takes longer than the thread that serves its connection has.
    fn is_heavy(&self, engine: &Engine) -> bool {
        engine.tagger().is_some_and(Tagger::is_slow)
            || !self.recognizers.is_empty()
            || !self.allowed.is_simple()
            || is_heavy(self.texts.iter().map(String::len).sum())
    }

    fn wants(&self, source: Source<'_>) -> bool {
        let Some(entities) = &self.entities else { return true };
        match source {
            Source::Rule(rule, kind) => {
                entities.contains(entity(rule, kind)) || entities.contains(kind.name())
            }
            Source::Pattern(recognizer, ..) => entities.contains(&recognizer.entity),
        }
    }

    /// What the request's own recognizers find in each of the texts.
    fn find(&self, deadline: Instant) -> Result<Vec<Vec<Found<'_>>>, Refusal> {
        let mut found: Vec<Vec<Found<'_>>> = self.texts.iter().map(|_| Vec::new()).collect();
        let mut finds = Finds::default();
        for (recognizer, context) in &self.recognizers {
            for pattern in &recognizer.patterns {
                let source = Source::Pattern(recognizer, context, pattern);
                if !self.wants(source) {
                    continue;
                }
                pattern.find(&self.texts, deadline, |at, start, end| {
                    found[at].push(Found::new(start, end, pattern.score, source));
                    finds.count()
                })?;
            }
        }
        Ok(found)
    }
}

impl<'w> Found<'w> {
    fn new(start: usize, end: usize, score: f32, source: Source<'w>) -> Self {
        Self { start, end, original_score: score, score, supported_by: String::new(), source }
    }
}

fn texts(fields: &mut Fields) -> Result<(Vec<String>, bool), Refusal> {
    match fields.take("text") {
        None => Err(Refusal::unprocessable("No text provided")),
        Some(Value::String(text)) => Ok((vec![text], false)),
        Some(Value::Array(entries)) if entries.len() > TEXTS_MAX => {
            Err(fields.wrong("text", &format!("has more than {TEXTS_MAX} entries")))
        }
        Some(Value::Array(entries)) => {
            let texts = entries.into_iter().map(|entry| match entry {
                Value::String(text) => Some(text),
                _ => None,
            });
            let texts: Option<Vec<_>> = texts.collect();
            let texts = texts.ok_or_else(|| fields.wrong("text", "must hold strings only"))?;
            Ok((texts, true))
        }
        Some(_) => Err(fields.wrong("text", "must be a string or a list of strings")),
    }
}

/// Takes the types to look for. One that nobody knows is refused: Presidio leaves it out, and its caller believes that
/// there was none in the text.
fn entities(
    fields: &mut Fields,
    recognizers: &[Recognizer],
) -> Result<Option<HashSet<String>>, Refusal> {
    let names = fields.words("entities", ENTITIES_MAX)?;
    let is_known = |name: &String| {
        let ours = |kind: &Kind| kind.name() == name || kind.presidio().contains(&name.as_str());
        Kind::ALL.iter().any(ours)
            || recognizers.iter().any(|recognizer| recognizer.entity == *name)
    };
    if let Some(at) = names.iter().position(|name| !is_known(name)) {
        let why = "is not a known type; GET /supportedentities lists those that are found";
        return Err(fields.wrong(&format!("entities[{at}]"), why));
    }
    // An empty list is all of them, as in Presidio.
    Ok((!names.is_empty()).then(|| names.into_iter().collect()))
}

pub(super) async fn analyze(
    shared: &Shared,
    engine: Arc<Engine>,
    fields: Fields,
) -> Result<Answer, Refusal> {
    let deadline = Instant::now() + shared.request_timeout;
    let wanted = Wanted::read(fields)?;
    beside(wanted.is_heavy(&engine), move || {
        let found = wanted.find(deadline)?;
        let mut results = Vec::with_capacity(found.len());
        for (text, mut found) in wanted.texts.iter().zip(found) {
            recognizer::in_time(deadline)?;
            for span in engine.find(text) {
                let rule = engine.rule(span.rule);
                let source = Source::Rule(rule, span.kind);
                if rule.name != LOOK_ALIKE && wanted.wants(source) {
                    found.push(Found::new(span.start, span.end, span.score, source));
                }
            }
            found.iter_mut().for_each(|found| found.raise(text, &wanted.context));
            found.retain(|found| found.score >= wanted.threshold);
            let mut left = Vec::with_capacity(found.len());
            for found in compete(found) {
                if !wanted.allowed.is_simple() {
                    recognizer::in_time(deadline)?;
                }
                if !wanted.allowed.has(&text[found.start..found.end]) {
                    left.push(found);
                }
            }
            results.push(items(text, left, wanted.explain));
        }
        match results.pop() {
            Some(result) if !wanted.batch => Ok(json(StatusCode::OK, &result)),
            last => {
                results.extend(last);
                Ok(json(StatusCode::OK, &results))
            }
        }
    })
    .await
}

impl Found<'_> {
    /// Raises the score where a word of the request, or of the recognizer, stands before it; or where the request names
    /// one of the words that its rule or recognizer waits for, as if it stood there.
    fn raise(&mut self, text: &str, asked: &Context) {
        let own = match self.source {
            Source::Rule(..) => None,
            Source::Pattern(_, context, _) => Some(context).filter(|context| !context.is_empty()),
        };
        if asked.is_empty() && own.is_none() {
            return;
        }
        let before = words_before(text, self.start);
        let near = asked.among(&before).or_else(|| own?.among(&before));
        let support = near.or_else(|| match self.source {
            Source::Rule(rule, _) => cues_among(&rule.cues, asked),
            Source::Pattern(..) => own?.shared_with(asked),
        });
        if let Some(word) = support {
            let raised = (self.score + CONTEXT_RAISE).clamp(CONTEXT_LEAST, 1.0);
            self.score = (raised * 1e4).round() / 1e4;
            self.supported_by = word;
        }
    }
}

/// Keeps the surest where several overlap, then the longest, then the first: sorted.
fn compete(mut found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    found.sort_by(|a, b| {
        let longer = (b.end - b.start).cmp(&(a.end - a.start));
        b.score.total_cmp(&a.score).then(longer).then(a.start.cmp(&b.start))
    });
    let mut kept: BTreeMap<usize, Found<'_>> = BTreeMap::new();
    for found in found {
        let before = kept.range(..found.end).next_back();
        if before.is_none_or(|(_, before)| before.end <= found.start) {
            kept.insert(found.start, found);
        }
    }
    kept.into_values().collect()
}

/// Makes answers of them, with places in code points.
fn items<'w>(text: &str, found: Vec<Found<'w>>, explain: bool) -> Vec<Item<'w>> {
    let (mut bytes, mut chars) = (0, 0);
    let mut place = |to: usize| {
        chars += text[bytes..to].chars().count();
        bytes = to;
        chars
    };
    let items = found.into_iter().map(|found| Item {
        start: place(found.start),
        end: place(found.end),
        entity_type: match found.source {
            Source::Rule(rule, kind) => entity(rule, kind),
            Source::Pattern(recognizer, ..) => &recognizer.entity,
        },
        score: found.score,
        analysis_explanation: explain.then(|| found.explanation()),
    });
    items.collect()
}

impl<'w> Found<'w> {
    fn explanation(self) -> Explanation<'w> {
        let (recognizer, pattern_name, pattern) = match self.source {
            Source::Rule(rule, _) => (rule.name.as_str(), rule.name.as_str(), None),
            Source::Pattern(recognizer, _, pattern) => {
                (recognizer.name.as_str(), pattern.name.as_str(), Some(pattern.regex.as_str()))
            }
        };
        let improvement = ((self.score - self.original_score) * 1e4).round() / 1e4;
        let is_checked = matches!(self.source, Source::Rule(rule, _) if rule.check.is_some());
        Explanation {
            recognizer,
            pattern_name,
            pattern,
            original_score: self.original_score,
            score: self.score,
            textual_explanation: format!(
                "Detected by `{recognizer}` using pattern `{pattern_name}`"
            ),
            score_context_improvement: improvement,
            supportive_context_word: self.supported_by,
            validation_result: is_checked.then_some(true),
            regex_flags: pattern.map(|_| USUAL_FLAGS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_wins_wherever_they_overlap() {
        let engine = Engine::builtin(&redact::Options::default());
        let rule = super::super::rules(&engine).next().unwrap();
        let source = Source::Rule(rule, rule.kind);
        let found = |places: &[(usize, usize, f32)]| {
            let found =
                places.iter().map(|(start, end, score)| Found::new(*start, *end, *score, source));
            let kept = compete(found.collect());
            kept.into_iter().map(|found| (found.start, found.end)).collect::<Vec<_>>()
        };
        assert_eq!(found(&[(0, 4, 0.5), (2, 6, 0.9), (6, 8, 0.1)]), [(2, 6), (6, 8)]);
        assert_eq!(found(&[(0, 9, 0.5), (2, 3, 0.9), (5, 6, 0.9)]), [(2, 3), (5, 6)]);
        assert_eq!(found(&[(0, 4, 0.5), (1, 6, 0.5)]), [(1, 6)]);
        assert_eq!(found(&[(0, 4, 0.5), (0, 4, 0.5)]), [(0, 4)]);
    }
}
