//! A key as it is told to those who look after keys, on the command line and over HTTP: everything but the key.

use super::{Terms, money};
use crate::store::KeyRecord;
use serde::Serialize;

/// What is told of a key.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'k> {
    pub(crate) id: &'k str,
    pub(crate) state: &'static str,
    pub(crate) name: &'k str,
    pub(crate) tenant: &'k str,
    pub(crate) scopes: Vec<&'k str>,
    pub(crate) created: String,
    pub(crate) expires: Option<String>,
    pub(crate) policy: Option<&'k str>,
    pub(crate) models: &'k [String],
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) tokens_per_minute: Option<u64>,
    pub(crate) budget: Option<f64>,
}

impl<'k> Told<'k> {
    /// Tells of a key.
    pub(crate) fn of(key: &'k KeyRecord) -> Self {
        let terms = &key.terms;
        let state = match key {
            key if key.revoked.is_some() => "revoked",
            key if !key.is_active() => "expired",
            _ => "active",
        };
        Self {
            id: &key.id,
            state,
            name: &key.name,
            tenant: &key.tenant_name,
            scopes: key.scopes.split(',').filter(|scope| !scope.is_empty()).collect(),
            created: time(key.created),
            expires: key.expires.map(time),
            policy: terms.policy.as_deref(),
            models: &terms.models,
            requests_per_minute: terms.requests_per_minute,
            tokens_per_minute: terms.tokens_per_minute,
            // Exact for every amount that a key can have: seventeen digits are more than the sixteen at most.
            budget: terms.budget_micros.map(|micros| micros as f64 / 1e6),
        }
    }
}

/// Says terms in a few words, for a table.
pub(crate) fn in_words(terms: &Terms) -> String {
    let mut words = Vec::new();
    words.extend(terms.policy.as_ref().map(|policy| format!("policy {policy}")));
    if !terms.models.is_empty() {
        words.push(format!("models {}", terms.models.join(" ")));
    }
    words.extend(terms.requests_per_minute.map(|count| format!("{count} requests/min")));
    words.extend(terms.tokens_per_minute.map(|count| format!("{count} tokens/min")));
    words.extend(terms.budget_micros.map(|micros| format!("budget {}", money::show(micros))));
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_fit_on_a_line() {
        assert_eq!(in_words(&Terms::default()), "none");
        let terms = Terms {
            policy: Some("letters".to_owned()),
            models: vec!["small".to_owned(), "llama-3*".to_owned()],
            requests_per_minute: Some(60),
            tokens_per_minute: Some(9_000),
            budget_micros: Some(12_500_000),
        };
        let line =
            "policy letters, models small llama-3*, 60 requests/min, 9000 tokens/min, budget 12.50";
        assert_eq!(in_words(&terms), line);
    }
}
