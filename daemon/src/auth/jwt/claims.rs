//! What a believed token claims: that it is meant for us and good now, whose it is, what they may and on what terms.
//! Everything but the times and the terms is named by settings, because every identity provider has names of its own.

use super::super::{Change, Said, Scope, Scopes, Terms};
use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde_json::{Map, Value};

/// Bytes of the hash that stands for a subject: two of four thousand million share one.
const SUBJECT_BYTES: usize = 8;

/// What tokens must claim, and where.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    /// Seconds that clocks may differ.
    pub(super) leeway: i64,
    /// The tenant of every token; else a claim says it.
    pub(super) tenant: Option<String>,
    pub(super) tenant_claim: String,
    pub(super) scope_claim: String,
}

/// Who a token is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claimed {
    /// Stands for issuer and subject in logs, which names of people have no place in.
    pub(super) id: String,
    pub(super) tenant: String,
    pub(super) scopes: Scopes,
    pub(super) terms: Terms,
}

/// Why a token that is signed well is of no use. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Useless {
    #[error("its claims are no JSON object")]
    Form,
    #[error("it has no end (exp), or none that is a time")]
    Endless,
    #[error("it has expired")]
    Expired,
    #[error("it is not good yet (nbf, iat)")]
    NotYet,
    #[error("it comes from another issuer than jwt.issuer")]
    Issuer,
    #[error("it is meant for another audience than jwt.audience")]
    Audience,
    #[error("it names no subject (sub)")]
    Subject,
    #[error("it names no tenant (jwt.tenant_claim)")]
    Tenant,
    #[error("a claim about terms cannot be taken: tacit_{0}")]
    Terms(&'static str),
}

impl Rules {
    /// Reads the claims of a token, at that time.
    ///
    /// # Errors
    /// When it is of no use here or now.
    pub(super) fn read(&self, claims: &[u8], now: i64) -> Result<Claimed, Useless> {
        let Ok(Value::Object(claims)) = serde_json::from_slice(claims) else {
            return Err(Useless::Form);
        };
        self.times(&claims, now)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if self.issuer.as_deref().is_some_and(|issuer| text("iss") != Some(issuer)) {
            return Err(Useless::Issuer);
        }
        let meant_for = |audience: &str| words(claims.get("aud")).any(|word| word == audience);
        if self.audience.as_deref().is_some_and(|audience| !meant_for(audience)) {
            return Err(Useless::Audience);
        }
        let subject = text("sub").filter(|subject| !subject.is_empty()).ok_or(Useless::Subject)?;
        let claimed = || find(&claims, &self.tenant_claim).and_then(Value::as_str);
        let tenant = self.tenant.as_deref().or_else(claimed).ok_or(Useless::Tenant)?;
        Ok(Claimed {
            id: id(text("iss").unwrap_or_default(), subject),
            tenant: tenant.to_owned(),
            scopes: scopes(find(&claims, &self.scope_claim)),
            terms: terms(&claims)?,
        })
    }

    fn times(&self, claims: &Map<String, Value>, now: i64) -> Result<(), Useless> {
        let end = claims.get("exp").and_then(time).ok_or(Useless::Endless)?;
        if now >= end.saturating_add(self.leeway) {
            return Err(Useless::Expired);
        }
        for name in ["nbf", "iat"] {
            let Some(value) = claims.get(name) else { continue };
            let begin = time(value).ok_or(Useless::NotYet)?;
            if begin.saturating_sub(self.leeway) > now {
                return Err(Useless::NotYet);
            }
        }
        Ok(())
    }
}

/// Seconds since 1970; some write them with a fraction.
fn time(value: &Value) -> Option<i64> {
    let seconds = value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds))?;
    Some(seconds as i64)
}

/// A claim by its name, or by the names on the way to it: `realm_access.roles`.
fn find<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        find(claims.get(first)?.as_object()?, rest)
    })
}

/// The words of a claim that is a list, or one text.
fn words(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(one)) => (Some(one.as_str()), None),
        Some(Value::Array(many)) => (None, Some(many)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str))
}

/// Those of our scopes that are named; identity providers put others of their own beside them.
fn scopes(value: Option<&Value>) -> Scopes {
    let named: Vec<_> = words(value).flat_map(str::split_whitespace).collect();
    let ours = Scope::ALL.iter().map(|scope| scope.name()).filter(|name| named.contains(name));
    Scopes::parse(&ours.collect::<Vec<_>>().join(",")).unwrap_or_default()
}

/// Terms, within the limits that those of keys have. A term that cannot be taken is not left out: it would bound nothing.
fn terms(claims: &Map<String, Value>) -> Result<Terms, Useless> {
    let present = |name: &str| claims.get(name).filter(|value| !value.is_null());
    let text = |field: &'static str, name: &str| match present(name) {
        None => Ok(Change::Keep),
        Some(Value::String(text)) => Ok(Change::Set(text.clone())),
        Some(_) => Err(Useless::Terms(field)),
    };
    let count = |field: &'static str, name: &str| match present(name).map(Value::as_u64) {
        None => Ok(Change::Keep),
        Some(Some(count)) => Ok(Change::Set(count)),
        Some(None) => Err(Useless::Terms(field)),
    };
    let models: Change<Vec<String>> = match present("tacit_models") {
        None => Change::Keep,
        Some(value @ Value::Array(list)) if words(Some(value)).count() < list.len() => {
            return Err(Useless::Terms("models"));
        }
        value @ Some(Value::String(_) | Value::Array(_)) => {
            Change::Set(words(value).flat_map(str::split_whitespace).map(str::to_owned).collect())
        }
        Some(_) => return Err(Useless::Terms("models")),
    };
    let budget = match present("tacit_budget") {
        None => Change::Keep,
        Some(Value::Number(amount)) => Change::Set(amount.to_string()),
        Some(_) => return Err(Useless::Terms("budget")),
    };
    // A list without a model would be a key for every model.
    if matches!(&models, Change::Set(models) if models.is_empty()) {
        return Err(Useless::Terms("models"));
    }
    let said = Said {
        policy: text("policy", "tacit_policy")?,
        models,
        requests_per_minute: count("rpm", "tacit_rpm")?,
        tokens_per_minute: count("tpm", "tacit_tpm")?,
        budget,
        ..Said::default()
    };
    let draft = said.read(None).map_err(|wrong| match wrong.field {
        "requests_per_minute" => Useless::Terms("rpm"),
        "tokens_per_minute" => Useless::Terms("tpm"),
        field => Useless::Terms(field),
    })?;
    Ok(draft.terms(&Terms::default()))
}

fn id(issuer: &str, subject: &str) -> String {
    let mut context = Context::new(&SHA256);
    context.update(issuer.as_bytes());
    context.update(&[0]);
    context.update(subject.as_bytes());
    format!("jwt:{}", HEXLOWER.encode(&context.finish().as_ref()[..SUBJECT_BYTES]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_700_000_000;

    fn rules() -> Rules {
        Rules {
            leeway: 60,
            tenant_claim: "tenant".to_owned(),
            scope_claim: "scope".to_owned(),
            ..Rules::default()
        }
    }

    fn claims(more: Value) -> Value {
        let mut claims =
            json!({"iss": "https://id.example", "sub": "ana", "tenant": "clinic", "exp": NOW + 1});
        let more = more.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
        claims
    }

    fn read(rules: &Rules, more: Value) -> Result<Claimed, Useless> {
        rules.read(claims(more).to_string().as_bytes(), NOW)
    }

    #[test]
    fn a_subject_has_a_name_that_says_nothing_and_stays_the_same() {
        let one = read(&rules(), json!({})).unwrap();
        assert_eq!(one.id, read(&rules(), json!({"exp": NOW + 99})).unwrap().id);
        assert_eq!((one.id.len(), &one.id[..4], one.tenant.as_str()), (20, "jwt:", "clinic"));
        for other in [json!({"sub": "bea"}), json!({"iss": "https://other.example"})] {
            assert_ne!(read(&rules(), other).unwrap().id, one.id);
        }
        for none in [json!({"sub": ""}), json!({"sub": null}), json!({"sub": 7})] {
            assert_eq!(read(&rules(), none), Err(Useless::Subject));
        }
    }

    #[test]
    fn times_are_kept_to_the_leeway() {
        let at = |more: Value| read(&rules(), more).err();
        assert_eq!(at(json!({"exp": NOW - 59})), None);
        assert_eq!(at(json!({"exp": NOW - 60})), Some(Useless::Expired));
        assert_eq!(at(json!({"exp": NOW as f64 + 0.5})), None);
        assert_eq!(at(json!({"nbf": NOW + 60, "iat": NOW + 60})), None);
        assert_eq!(at(json!({"nbf": NOW + 61})), Some(Useless::NotYet));
        assert_eq!(at(json!({"iat": NOW + 61})), Some(Useless::NotYet));
        for odd in [json!(null), json!("soon"), json!(-1), json!(1e300), json!([NOW])] {
            assert_eq!(at(json!({ "exp": odd })), Some(Useless::Endless), "{odd}");
            assert_eq!(at(json!({ "nbf": odd })), Some(Useless::NotYet), "{odd}");
        }
        let mut endless = claims(json!({}));
        endless.as_object_mut().unwrap().remove("exp");
        assert_eq!(rules().read(endless.to_string().as_bytes(), NOW), Err(Useless::Endless));
        assert_eq!(rules().read(b"[]", NOW), Err(Useless::Form));
        assert_eq!(rules().read(b"\xff", NOW), Err(Useless::Form));
    }

    #[test]
    fn issuer_and_audience_must_be_those_of_the_settings() {
        let rules = Rules {
            issuer: Some("https://id.example".to_owned()),
            audience: Some("tacit".to_owned()),
            ..rules()
        };
        for good in [json!("tacit"), json!(["account", "tacit"])] {
            assert!(read(&rules, json!({ "aud": good })).is_ok());
        }
        for bad in [json!(null), json!("tacit account"), json!(["account"]), json!([["tacit"]])] {
            assert_eq!(read(&rules, json!({ "aud": bad })).err(), Some(Useless::Audience));
        }
        let other = json!({"aud": "tacit", "iss": "https://id.example/"});
        assert_eq!(read(&rules, other).err(), Some(Useless::Issuer));
    }

    #[test]
    fn tenant_and_scopes_stand_where_the_settings_say() {
        let named =
            |scope: Value| read(&rules(), json!({ "scope": scope })).unwrap().scopes.names();
        assert_eq!(named(json!("openid redact  infer")), "redact,infer");
        assert_eq!(named(json!(["redact", "email"])), "redact");
        assert_eq!(named(json!("everything")), "");
        assert_eq!(named(json!({"redact": true})), "");
        let nested = Rules {
            tenant_claim: "https://example.org/tenant".to_owned(),
            scope_claim: "resource_access.tacit.roles".to_owned(),
            ..rules()
        };
        let more = json!({
            "https://example.org/tenant": "other",
            "resource_access": {"tacit": {"roles": ["restore"]}}
        });
        let claimed = read(&nested, more).unwrap();
        assert_eq!(
            (claimed.tenant.as_str(), claimed.scopes.names().as_str()),
            ("other", "restore")
        );
        assert_eq!(read(&nested, json!({})).err(), Some(Useless::Tenant));
        let one = Rules { tenant: Some("default".to_owned()), ..nested };
        assert_eq!(read(&one, json!({})).unwrap().tenant, "default");
    }

    #[test]
    fn terms_are_those_of_keys_and_never_left_out() {
        let more = json!({
            "tacit_policy": "letters", "tacit_models": ["small", "llama-3*"], "tacit_rpm": 60,
            "tacit_tpm": 9000, "tacit_budget": 12.5
        });
        let terms = read(&rules(), more).unwrap().terms;
        assert_eq!(terms.policy.as_deref(), Some("letters"));
        assert_eq!(terms.models, ["small", "llama-3*"]);
        assert_eq!((terms.requests_per_minute, terms.tokens_per_minute), (Some(60), Some(9_000)));
        assert_eq!(terms.budget_micros, Some(12_500_000));
        let words = read(&rules(), json!({"tacit_models": "small large"})).unwrap().terms.models;
        assert_eq!(words, ["small", "large"]);
        for (name, field, odd) in [
            ("tacit_policy", "policy", json!("../x")),
            ("tacit_policy", "policy", json!(7)),
            ("tacit_models", "models", json!([])),
            ("tacit_models", "models", json!("")),
            ("tacit_models", "models", json!(["small", 7])),
            ("tacit_models", "models", json!({})),
            ("tacit_rpm", "rpm", json!(0)),
            ("tacit_rpm", "rpm", json!("60")),
            ("tacit_tpm", "tpm", json!(-1)),
            ("tacit_budget", "budget", json!(-1)),
            ("tacit_budget", "budget", json!("12.50")),
        ] {
            assert_eq!(read(&rules(), json!({ name: odd })).err(), Some(Useless::Terms(field)));
        }
    }
}
