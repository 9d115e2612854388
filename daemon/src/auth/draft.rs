//! A key as somebody wants it, on the command line or over HTTP: held to its limits, then put on paper. What is wrong is
//! said in one place, by the field and without a word of what stood there; each way in spells the field as it is spelled
//! there.

use super::{ApiKey, Scopes, Terms, money};
use crate::policy;
use crate::store::{KeyRecord, NewKey, now};
use kit::setting::{Seconds, Value, Whole};
use std::sync::Arc;

/// The longest name of a key or a tenant, in characters: lists repeat them.
const NAME_CHARS_MAX: usize = 128;

/// Models that one key may name, and the longest name of one.
const MODELS_MAX: usize = 64;
const MODEL_CHARS_MAX: usize = 128;

type Requests = Whole<1, 1_000_000_000>;
type Tokens = Whole<1, 1_000_000_000_000>;

/// What is to become of something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is to be none.
    Clear,
    /// This.
    Set(T),
}

impl<T> Change<T> {
    fn over(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    fn read<U>(self, read: impl FnOnce(T) -> Result<U, Wrong>) -> Result<Change<U>, Wrong> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(read(value)?),
        })
    }
}

/// A field that cannot be taken as it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Its name as HTTP spells it.
    pub(crate) field: &'static str,
    /// The rest of a sentence that starts with it.
    pub(crate) why: String,
}

/// What was said of a key. Absent is kept, or as a new key begins.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) name: Change<String>,
    pub(crate) scopes: Option<Vec<String>>,
    /// A span from now.
    pub(crate) expires_in: Change<String>,
    pub(crate) policy: Change<String>,
    pub(crate) models: Change<Vec<String>>,
    pub(crate) requests_per_minute: Change<u64>,
    pub(crate) tokens_per_minute: Change<u64>,
    pub(crate) budget: Change<String>,
}

/// The same, understood.
#[derive(Debug)]
pub(crate) struct Draft {
    name: Change<String>,
    scopes: Option<Scopes>,
    expires: Change<i64>,
    policy: Change<String>,
    models: Change<Vec<String>>,
    requests_per_minute: Change<u32>,
    tokens_per_minute: Change<u64>,
    budget_micros: Change<u64>,
}

impl Said {
    /// Understands it. `policies` are the names of those that there are, where that is known.
    ///
    /// # Errors
    /// The first field that cannot be taken.
    pub(crate) fn read(self, policies: Option<&[String]>) -> Result<Draft, Wrong> {
        let wrong = |field, why: String| Wrong { field, why };
        let is_not = |field, expects: String| wrong(field, format!("is not {expects}"));
        Ok(Draft {
            name: self.name.read(|name| match is_name(&name) || name.is_empty() {
                true => Ok(name),
                false => Err(is_not("name", expects_name())),
            })?,
            scopes: self.scopes.map(|names| scopes(&names)).transpose()?,
            expires: self.expires_in.read(|span| match Seconds::parse(&span) {
                Ok(span) => Ok(now() + span.0.as_secs().cast_signed()),
                Err(why) => Err(wrong("expires_in", why)),
            })?,
            policy: self.policy.read(|name| match policies {
                Some(known) if !known.contains(&name) => {
                    Err(wrong("policy", format!("names no policy: there are {}", known.join(", "))))
                }
                _ if !policy::is_name(&name) => Err(wrong("policy", "names no policy".to_owned())),
                _ => Ok(name),
            })?,
            models: self.models.read(models)?,
            requests_per_minute: self.requests_per_minute.read(|count| {
                let count = Requests::parse(&count.to_string());
                let count = count.map_err(|why| wrong("requests_per_minute", why))?;
                Ok(u32::try_from(count.0).expect("the limit is below that of the type"))
            })?,
            tokens_per_minute: self.tokens_per_minute.read(|count| {
                let count = Tokens::parse(&count.to_string());
                Ok(count.map_err(|why| wrong("tokens_per_minute", why))?.0)
            })?,
            budget_micros: self.budget.read(|amount| {
                money::parse(&amount).ok_or_else(|| is_not("budget", money::expects()))
            })?,
        })
    }
}

impl Draft {
    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.scopes.is_none()
            && self.name == Change::Keep
            && self.expires == Change::Keep
            && self.policy == Change::Keep
            && self.models == Change::Keep
            && self.requests_per_minute == Change::Keep
            && self.tokens_per_minute == Change::Keep
            && self.budget_micros == Change::Keep
    }

    /// Makes a key of it, for a tenant that is made with it where there is none of that name.
    ///
    /// # Errors
    /// When the tenant cannot have that name.
    pub(crate) fn make(self, tenant: String) -> Result<(ApiKey, NewKey), Wrong> {
        if !is_name(&tenant) {
            return Err(Wrong { field: "tenant", why: format!("is not {}", expects_name()) });
        }
        let key = ApiKey::generate();
        let new = NewKey {
            id: key.id().to_owned(),
            tenant,
            hash: key.hash(),
            scopes: self.scopes.unwrap_or_else(Scopes::usual).names(),
            name: self.name.clone().over(None).unwrap_or_default(),
            expires: self.expires.clone().over(None),
            terms: self.terms(&Terms::default()),
        };
        Ok((key, new))
    }

    /// Changes a key by it.
    pub(crate) fn change(self, key: &mut KeyRecord) {
        key.name = self.name.clone().over(Some(std::mem::take(&mut key.name))).unwrap_or_default();
        if let Some(scopes) = self.scopes {
            key.scopes = scopes.names();
        }
        key.expires = self.expires.clone().over(key.expires);
        key.terms = Arc::new(self.terms(&key.terms));
    }

    /// The terms that it makes of those that there were.
    pub(super) fn terms(self, old: &Terms) -> Terms {
        Terms {
            policy: self.policy.over(old.policy.clone()),
            models: self.models.over(Some(old.models.clone())).unwrap_or_default(),
            requests_per_minute: self.requests_per_minute.over(old.requests_per_minute),
            tokens_per_minute: self.tokens_per_minute.over(old.tokens_per_minute),
            budget_micros: self.budget_micros.over(old.budget_micros),
        }
    }
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=NAME_CHARS_MAX).contains(&length)
        && name.trim() == name
        && !name.chars().any(char::is_control)
}

fn expects_name() -> String {
    format!("a text of 1 to {NAME_CHARS_MAX} characters, without line breaks")
}

fn scopes(names: &[String]) -> Result<Scopes, Wrong> {
    let scopes = Scopes::parse(&names.join(",")).filter(|scopes| !scopes.is_empty());
    scopes.ok_or_else(|| {
        let why =
            format!("names an unknown scope, or none: the scopes are {}", Scopes::all().names());
        Wrong { field: "scopes", why }
    })
}

/// None is not a list: whoever sends what is left of one must not open every model with it.
fn models(names: Vec<String>) -> Result<Vec<String>, Wrong> {
    if (1..=MODELS_MAX).contains(&names.len()) && names.iter().all(|name| is_model(name)) {
        return Ok(names);
    }
    let why = format!(
        "is not a list of 1 to {MODELS_MAX} models: names of up to {MODEL_CHARS_MAX} characters \
         without spaces and commas, and `*` only at the end"
    );
    Err(Wrong { field: "models", why })
}

/// Whether a key can name it: the store keeps the names separated by commas.
pub(super) fn is_model(name: &str) -> bool {
    let bare = name.strip_suffix('*').unwrap_or(name);
    let plain = |sign: char| !sign.is_control() && !sign.is_whitespace() && !"*,".contains(sign);
    !name.is_empty() && name.chars().count() <= MODEL_CHARS_MAX && bare.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Change<String> {
        Change::Set(text.to_owned())
    }

    fn wrong(said: Said) -> String {
        let wrong = said.read(Some(&["standard".to_owned()])).expect_err("wrong");
        format!("{} {}", wrong.field, wrong.why)
    }

    #[test]
    fn a_new_key_begins_with_the_usual_scopes_and_no_terms() {
        let (key, new) = Said::default().read(None).unwrap().make("t".to_owned()).unwrap();
        assert_eq!((new.id.as_str(), new.hash), (key.id(), key.hash()));
        assert_eq!((new.scopes.as_str(), new.expires), ("analyze,redact,restore", None));
        assert_eq!(new.terms, Terms::default());
    }

    #[test]
    fn what_is_said_is_put_on_paper() {
        let said = Said {
            name: set("the app"),
            scopes: Some(vec!["infer".to_owned()]),
            expires_in: set("1d"),
            policy: set("standard"),
            models: Change::Set(vec!["small".to_owned(), "llama-3*".to_owned()]),
            requests_per_minute: Change::Set(60),
            tokens_per_minute: Change::Set(1_000),
            budget: set("12.50"),
        };
        let draft = said.read(Some(&["standard".to_owned()])).unwrap();
        let (_, new) = draft.make("clinic".to_owned()).unwrap();
        assert_eq!((new.name.as_str(), new.scopes.as_str()), ("the app", "infer"));
        assert!(new.expires.is_some_and(|expires| expires > now() + 86_000));
        assert_eq!(new.terms.budget_micros, Some(12_500_000));
        assert_eq!(
            (new.terms.requests_per_minute, new.terms.tokens_per_minute),
            (Some(60), Some(1_000))
        );
        assert_eq!((new.terms.policy.as_deref(), new.terms.models.len()), (Some("standard"), 2));
    }

    #[test]
    fn a_change_touches_what_it_names() {
        let terms = Terms {
            policy: Some("old".to_owned()),
            requests_per_minute: Some(1),
            ..Terms::default()
        };
        let mut key = KeyRecord {
            id: "id".to_owned(),
            tenant: 1,
            tenant_name: "t".to_owned(),
            name: "n".to_owned(),
            hash: vec![1],
            scopes: "analyze".to_owned(),
            created: 1,
            expires: Some(2),
            revoked: None,
            terms: Arc::new(terms),
        };
        let said = Said { policy: Change::Clear, budget: set("1"), ..Said::default() };
        said.read(None).unwrap().change(&mut key);
        let wanted = Terms {
            requests_per_minute: Some(1),
            budget_micros: Some(1_000_000),
            ..Terms::default()
        };
        assert_eq!(*key.terms, wanted);
        assert_eq!(
            (key.name.as_str(), key.scopes.as_str(), key.expires),
            ("n", "analyze", Some(2))
        );
        Arc::make_mut(&mut key.terms).models = vec!["small".to_owned()];
        let said = Said { models: Change::Clear, ..Said::default() };
        said.read(None).unwrap().change(&mut key);
        assert_eq!(key.terms.models, Vec::<String>::new(), "no bound");
        let said = Said { expires_in: Change::Clear, name: Change::Clear, ..Said::default() };
        said.read(None).unwrap().change(&mut key);
        assert_eq!((key.name.as_str(), key.expires), ("", None));
    }

    #[test]
    fn what_cannot_be_taken_is_told_by_its_field_and_not_repeated() {
        let own = |text: &str| text.to_owned();
        let cases = [
            (Said { name: set("a\nb"), ..Said::default() }, "name is not a text"),
            (
                Said { scopes: Some(vec![own("canary")]), ..Said::default() },
                "scopes names an unknown",
            ),
            (Said { scopes: Some(vec![]), ..Said::default() }, "scopes names an unknown"),
            (Said { expires_in: set("canary"), ..Said::default() }, "expires_in is not a span"),
            (
                Said { policy: set("canary"), ..Said::default() },
                "policy names no policy: there are standard",
            ),
            (Said { models: Change::Set(vec![]), ..Said::default() }, "models is not a list"),
            (
                Said { models: Change::Set(vec![own("can ary")]), ..Said::default() },
                "models is not a list",
            ),
            (
                Said { models: Change::Set(vec![own("*canary")]), ..Said::default() },
                "models is not a list",
            ),
            (
                Said { models: Change::Set(vec![own("m"); 65]), ..Said::default() },
                "models is not a list",
            ),
            (
                Said { requests_per_minute: Change::Set(0), ..Said::default() },
                "requests_per_minute is not a whole",
            ),
            (
                Said { tokens_per_minute: Change::Set(u64::MAX), ..Said::default() },
                "tokens_per_minute is not a whole",
            ),
            (Said { budget: set("canary"), ..Said::default() }, "budget is not an amount"),
        ];
        for (said, begins) in cases {
            let told = wrong(said);
            assert!(told.starts_with(begins) && !told.contains("canary"), "{told}");
        }
        assert!(Said { policy: set("../x"), ..Said::default() }.read(None).is_err());
        for tenant in ["", " t", "a\u{7}", &"t".repeat(129)] {
            let draft = Said::default().read(None).unwrap();
            assert_eq!(draft.make(own(tenant)).err().map(|wrong| wrong.field), Some("tenant"));
        }
    }
}
