//! The fields of a native request. Whatever is wrong with them is told without a word of what they hold, and that
//! includes the names of fields we do not know.

use super::super::answer::Refusal;
use crate::auth::Terms;
use crate::policy::{Policy, Set};
use redact::Language;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Every field of the family, and of those who look after keys.
const KNOWN: &[&str] = &[
    "text",
    "texts",
    "session",
    "project",
    "lenient",
    "policy",
    "language",
    "trace",
    "name",
    "tenant",
    "scopes",
    "expires_in",
    "models",
    "requests_per_minute",
    "tokens_per_minute",
    "budget",
];

/// The longest name of a session or project.
const NAME_MAX: usize = 128;

/// Texts in one batch; more go in another.
const TEXTS_MAX: usize = 1_000;

/// What a request says.
#[derive(Debug)]
pub(in super::super) struct Fields {
    found: Vec<(&'static str, Value)>,
    unknown: usize,
    twice: Option<&'static str>,
}

/// The texts to work on.
#[derive(Debug)]
pub(super) struct Texts {
    /// In order.
    pub(super) texts: Vec<String>,
    /// Whether they came as a batch.
    pub(super) batch: bool,
}

/// Letters, digits and a few signs that need no escaping in a path.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(plain)
}

impl Fields {
    /// Reads the body of a route that takes those fields.
    ///
    /// # Errors
    /// 400 where it is no JSON, 422 where it is other JSON than the route takes.
    pub(in super::super) fn read(
        bytes: &[u8],
        takes: &'static [&'static str],
    ) -> Result<Self, Refusal> {
        let fields: Self =
            serde_json::from_slice(bytes).map_err(|error| match error.classify() {
                Category::Data => Refusal::unprocessable("the body must be a JSON object"),
                _ if std::str::from_utf8(bytes).is_err() => {
                    Refusal::bad_request("bad_json", "the body is not UTF-8")
                }
                _ => {
                    let (line, column) = (error.line(), error.column());
                    let message =
                        format!("the body is not valid JSON (line {line}, column {column})");
                    Refusal::bad_request("bad_json", message)
                }
            })?;
        if let Some(name) = fields.twice {
            return Err(Refusal::unprocessable(format!("the field `{name}` stands twice")));
        }
        let names = || fields.found.iter().map(|(name, _)| *name);
        if fields.unknown > 0 || names().any(|name| !takes.contains(&name)) {
            let message =
                format!("there is an unknown field; this route takes: {}", takes.join(", "));
            return Err(Refusal::unprocessable(message));
        }
        Ok(fields)
    }

    /// Takes a field where it stands, also as `null`.
    pub(in super::super) fn present(&mut self, name: &str) -> Option<Value> {
        let at = self.found.iter().position(|(found, _)| *found == name)?;
        Some(self.found.swap_remove(at).1)
    }

    /// Takes a field; `null` counts as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.present(name).filter(|value| !value.is_null())
    }

    /// Takes `text` or `texts`.
    ///
    /// # Errors
    /// When there is neither, or both, or something else than text in them.
    pub(super) fn texts(&mut self) -> Result<Texts, Refusal> {
        let wrong = |message: &str| Err(Refusal::unprocessable(message));
        match (self.take("text"), self.take("texts")) {
            (Some(Value::String(text)), None) => Ok(Texts { texts: vec![text], batch: false }),
            (Some(_), None) => wrong("the field `text` must be a string"),
            (None, Some(Value::Array(items))) if items.len() > TEXTS_MAX => {
                wrong(&format!("the field `texts` has more than {TEXTS_MAX} entries"))
            }
            (None, Some(Value::Array(items))) => {
                let text = |item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                };
                let texts: Option<Vec<_>> = items.into_iter().map(text).collect();
                texts.map(|texts| Texts { texts, batch: true }).ok_or_else(|| {
                    Refusal::unprocessable("the field `texts` must hold strings only")
                })
            }
            (None, Some(_)) => wrong("the field `texts` must be a list of strings"),
            (Some(_), Some(_)) => wrong("give `text` or `texts`, not both"),
            (None, None) => wrong("the field `text` is missing"),
        }
    }

    /// Takes a choice; absent is no.
    ///
    /// # Errors
    /// When it is something else than true or false.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, Refusal> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Bool(choice)) => Ok(choice),
            Some(_) => {
                Err(Refusal::unprocessable(format!("the field `{field}` must be true or false")))
            }
        }
    }

    /// Takes the policy that is named, or the one for those who name none, on the terms of who asks.
    ///
    /// # Errors
    /// When there is none of that name (those that there are are told), or the caller may not use it.
    pub(super) fn policy(&mut self, terms: &Terms, policies: &Set) -> Result<Arc<Policy>, Refusal> {
        match self.take("policy") {
            None => terms.policy_among(None, policies),
            Some(Value::String(name)) => terms.policy_among(Some(&name), policies),
            Some(_) => Err(Refusal::unprocessable("the field `policy` must be a string")),
        }
    }

    /// Takes the language of the texts.
    ///
    /// # Errors
    /// When it is none that is known; those that are are told.
    pub(super) fn language(&mut self) -> Result<Option<Language>, Refusal> {
        let language = match self.take("language") {
            None => return Ok(None),
            Some(Value::String(tag)) => Language::parse(&tag),
            Some(_) => None,
        };
        let known = || Language::all().collect::<Vec<_>>().join(", ");
        language.map(Some).ok_or_else(|| {
            Refusal::unprocessable(format!(
                "the field `language` must be a code such as `es` or `es-MX`; the languages are: {}",
                known()
            ))
        })
    }

    /// Takes the name of a session or project.
    ///
    /// # Errors
    /// When it has not the form of one.
    pub(super) fn name(&mut self, field: &'static str) -> Result<Option<String>, Refusal> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(name)) if is_name(&name) => Ok(Some(name)),
            Some(_) => Err(Refusal::unprocessable(format!(
                "the field `{field}` must be a string of 1 to {NAME_MAX} letters, digits and . _ : -"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields { found: Vec::new(), unknown: 0, twice: None };
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match KNOWN.iter().find(|known| **known == name) {
                        Some(known) => {
                            if fields.found.iter().any(|(found, _)| found == known) {
                                fields.twice = Some(known);
                            }
                            fields.found.push((known, map.next_value()?));
                        }
                        None => {
                            fields.unknown += 1;
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKES: &[&str] = &["text", "texts", "session"];

    fn message(body: &str) -> String {
        let fields = Fields::read(body.as_bytes(), TAKES);
        let refused = fields.and_then(|mut fields| Ok((fields.texts()?, fields.name("session")?)));
        let refusal = refused.expect_err(body);
        format!("{} {}: {}", refusal.status.as_u16(), refusal.code, refusal.message)
    }

    #[test]
    fn good_requests_are_read() {
        let read = |body: &str| {
            let mut fields = Fields::read(body.as_bytes(), TAKES).unwrap();
            let Texts { texts, batch } = fields.texts().unwrap();
            (texts, batch, fields.name("session").unwrap())
        };
        assert_eq!(read(r#"{"text":"a"}"#), (vec!["a".into()], false, None));
        assert_eq!(
            read(r#"{"session":"s-1","texts":["a","b"]}"#),
            (vec!["a".into(), "b".into()], true, Some("s-1".into()))
        );
        assert_eq!(read(r#"{"text":"\u00e9","session":null}"#), (vec!["é".into()], false, None));
        assert_eq!(read(r#"{"texts":[]}"#), (vec![], true, None));
    }

    #[test]
    fn what_is_wrong_is_told_without_a_word_of_it() {
        let cases = [
            ("", "400 bad_json: the body is not valid JSON (line 1, column 0)"),
            ("{\"text\":\n\"canary", "400 bad_json: the body is not valid JSON (line 2, column 7)"),
            (
                r#"{"text":"\ud800"}"#,
                "400 bad_json: the body is not valid JSON (line 1, column 16)",
            ),
            (r#"["canary"]"#, "422 unprocessable: the body must be a JSON object"),
            (r#"{}"#, "422 unprocessable: the field `text` is missing"),
            (r#"{"text":null}"#, "422 unprocessable: the field `text` is missing"),
            (r#"{"text":{"canary":1}}"#, "422 unprocessable: the field `text` must be a string"),
            (
                r#"{"texts":"canary"}"#,
                "422 unprocessable: the field `texts` must be a list of strings",
            ),
            (r#"{"texts":["a",1]}"#, "422 unprocessable: the field `texts` must hold strings only"),
            (r#"{"text":"a","texts":[]}"#, "422 unprocessable: give `text` or `texts`, not both"),
            (r#"{"text":"a","text":"canary"}"#, "422 unprocessable: the field `text` stands twice"),
            (
                r#"{"text":"a","canary":1}"#,
                "422 unprocessable: there is an unknown field; this route takes: text, texts, session",
            ),
            (
                r#"{"text":"a","project":"p"}"#,
                "422 unprocessable: there is an unknown field; this route takes: text, texts, session",
            ),
            (
                r#"{"text":"a","session":"ana@example.org"}"#,
                "422 unprocessable: the field `session` must be a string of 1 to 128 letters, digits and . _ : -",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body), expected, "{body}");
        }
        assert!(message(&"[".repeat(1000)).starts_with("4"));
        let deep = format!("{{\"text\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert!(message(&deep).starts_with("400 bad_json"), "{}", message(&deep));
        let not_utf8 = Fields::read(b"{\"text\":\"\xff\"}", TAKES).expect_err("not UTF-8");
        assert_eq!(not_utf8.message, "the body is not UTF-8");
    }
}
