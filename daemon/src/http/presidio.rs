//! Presidio's family: the routes of its analyzer and its anonymizer, in its shapes, so that its clients need no change.
//! docs/presidio.md tells what differs.

use super::answer::{Answer, Refusal, json};
use super::body;
use super::route::{Call, Shared};
use crate::hiding::BLOCKING_BYTES;
use fields::Fields;
use http::StatusCode;
use redact::{Engine, Kind, Rule, Tagger};
use std::collections::BTreeSet;
use std::sync::Arc;

mod analyze;
mod anonymize;
mod context;
mod fields;
mod operator;
mod recognizer;

/// What a route of the family does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Analyze,
    Recognizers,
    Entities,
    Anonymize,
    Anonymizers,
    Deanonymize,
    Deanonymizers,
}

/// The rule for what only looks like a placeholder. Nobody restores by placeholders here, so that it is none of theirs.
const LOOK_ALIKE: &str = "look-alike";

/// The longest code of a language.
const LANGUAGE_MAX: usize = 35;

pub(super) async fn answer(shared: &Shared, deed: Deed, call: Call) -> Result<Answer, Refusal> {
    match deed {
        Deed::Analyze => {
            let engine = engine(shared, &call)?;
            analyze::analyze(shared, engine, fields(shared, call).await?).await
        }
        Deed::Anonymize => anonymize::anonymize(fields(shared, call).await?).await,
        Deed::Deanonymize => anonymize::deanonymize(fields(shared, call).await?).await,
        Deed::Recognizers => {
            asked_language(&call)?;
            let engine = engine(shared, &call)?;
            let rules = rules(&engine).map(|rule| rule.name.as_str());
            let names: Vec<_> = rules.chain(engine.tagger().map(Tagger::name)).collect();
            Ok(json(StatusCode::OK, &names))
        }
        Deed::Entities => {
            asked_language(&call)?;
            let engine = engine(shared, &call)?;
            let names: BTreeSet<_> = rules(&engine).map(|rule| entity(rule, rule.kind)).collect();
            Ok(json(StatusCode::OK, &names))
        }
        Deed::Anonymizers => Ok(json(StatusCode::OK, &operator::ANONYMIZERS)),
        Deed::Deanonymizers => Ok(json(StatusCode::OK, &operator::DEANONYMIZERS)),
    }
}

/// What finds for who asks: no request of the family names a policy.
fn engine(shared: &Shared, call: &Call) -> Result<Arc<Engine>, Refusal> {
    let caller = call.caller.as_ref().expect("the routes ask for a scope");
    let policy = caller.terms.policy_among(None, &shared.policies.current())?;
    Ok(Arc::clone(&policy.engine))
}

async fn fields(shared: &Shared, call: Call) -> Result<Fields, Refusal> {
    let collected = body::collect(&call.parts, call.body, &shared.body).await?;
    Fields::read(&collected.bytes)
}

/// The rules that answers of the family name: those that are looked for.
fn rules(engine: &Engine) -> impl Iterator<Item = &Rule> {
    let looked_for = engine.rules().filter(|(id, _)| engine.looks_for(*id));
    looked_for.map(|(_, rule)| rule).filter(|rule| rule.name != LOOK_ALIKE)
}

/// What Presidio calls what the rule finds. Where it has no name for exactly this, ours: that of another country's number
/// would be wrong.
fn entity(rule: &Rule, kind: Kind) -> &str {
    if rule.presidio.is_empty() { kind.name() } else { &rule.presidio }
}

/// Looks at `?language=`. Our rules are tied to none, so that every code gets the same answer.
fn asked_language(call: &Call) -> Result<(), Refusal> {
    let mut pairs = call.parts.uri.query().unwrap_or_default().split('&');
    match pairs.find_map(|pair| pair.strip_prefix("language=")) {
        Some(code) if !is_language(code) => Err(not_a_language()),
        _ => Ok(()),
    }
}

/// Whether it has the form of a language's code: `en`, `es-MX`, `zh_Hant_TW`.
fn is_language(code: &str) -> bool {
    let mut parts = code.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    code.len() <= LANGUAGE_MAX
        && (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (2..=8).contains(&part.len()) && plain(part))
}

fn not_a_language() -> Refusal {
    Refusal::unprocessable("language must be a code such as en or es-MX")
}

/// Does the work, beside the threads that serve connections when there is much of it.
async fn beside<T: Send + 'static>(
    heavy: bool,
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    if !heavy {
        return work();
    }
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Refusal::internal().inward("a worker failed"))?
}

/// Whether so many bytes of text are much.
fn is_heavy(bytes: usize) -> bool {
    bytes > BLOCKING_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_form() {
        for code in ["en", "es-MX", "zh_Hant_TW", "gsw"] {
            assert!(is_language(code), "{code}");
        }
        let long = format!("en{}", "-latn".repeat(10));
        for code in ["", "e", "english", "e1", "en-", "en--US", "en US", "ñu", &long] {
            assert!(!is_language(code), "{code}");
        }
    }

    #[test]
    fn a_rule_without_presidios_name_does_not_get_that_of_another_country() {
        let engine = Engine::builtin(&redact::Options::default());
        for rule in rules(&engine) {
            let name = entity(rule, rule.kind);
            let theirs = rule.kind.presidio().contains(&name);
            assert!(theirs || name == rule.kind.name(), "{}: {name}", rule.name);
        }
    }
}
