//! `/admin/keys`: makes, tells, changes and revokes API keys, as `tacitd keys` does. A key is in the answer that made it
//! and nowhere else. Unlike the command line, HTTP leaves the last key that looks after tacitd alone unless it is told
//! twice: nobody could mend that from outside.

use super::super::answer::{Answer, Refusal, empty, json};
use super::super::body;
use super::super::native::fields::Fields;
use super::super::route::{Call, Shared};
use crate::auth::{Caller, Change, Draft, Said, Told};
use crate::store::{Changed, KeyRecord, LastAdmin};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

/// What a route of the family does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Deed {
    Make,
    List,
    Show,
    Change,
    Revoke,
}

/// What can be said of a key that is there; of a new one also the tenant.
const CHANGES: &[&str] = &[
    "name",
    "scopes",
    "expires_in",
    "policy",
    "models",
    "requests_per_minute",
    "tokens_per_minute",
    "budget",
];
const MAKES: &[&str] = &[
    "name",
    "scopes",
    "expires_in",
    "policy",
    "models",
    "requests_per_minute",
    "tokens_per_minute",
    "budget",
    "tenant",
];

#[derive(Serialize)]
struct Made<'k> {
    key: &'k str,
    #[serde(flatten)]
    told: Told<'k>,
}

#[derive(Serialize)]
struct All<'k> {
    keys: Vec<Told<'k>>,
}

pub(in super::super) async fn answer(
    shared: &Shared,
    deed: Deed,
    mut call: Call,
) -> Result<Answer, Refusal> {
    let caller = call.caller.take().expect("the routes ask for a scope");
    let id = call.id.take().unwrap_or_default();
    match deed {
        Deed::Make => make(shared, &caller, call).await,
        Deed::List => {
            let keys = shared.store.keys().await?;
            Ok(json(StatusCode::OK, &All { keys: keys.iter().map(Told::of).collect() }))
        }
        Deed::Show => {
            let key = shared.store.key(&id).await?.ok_or_else(Refusal::no_key)?;
            Ok(json(StatusCode::OK, &Told::of(&key)))
        }
        Deed::Change => {
            let last_admin = last_admin(shared, &call);
            let (draft, _) = draft(shared, call, CHANGES).await?;
            let changed = shared.store.change_key(&id, last_admin, |key| draft.change(key)).await?;
            let key = settle(shared, changed)?;
            tracing::info!(key = key.id, by = caller.key, "a key was changed");
            Ok(json(StatusCode::OK, &Told::of(&key)))
        }
        Deed::Revoke => {
            let revoked = shared.store.revoke_key(&id, last_admin(shared, &call)).await?;
            let key = settle(shared, revoked)?;
            tracing::info!(key = key.id, by = caller.key, "a key was revoked");
            Ok(empty())
        }
    }
}

async fn make(shared: &Shared, caller: &Caller, call: Call) -> Result<Answer, Refusal> {
    let (draft, tenant) = draft(shared, call, MAKES).await?;
    let tenant = tenant.unwrap_or_else(|| crate::store::DEFAULT_TENANT.to_owned());
    let (key, new) = draft.make(tenant).map_err(Refusal::from)?;
    shared.store.add_key(new).await?;
    let kept = shared.store.key(key.id()).await?.ok_or_else(Refusal::internal)?;
    tracing::info!(key = kept.id, by = caller.key, "a key was made");
    Ok(json(StatusCode::CREATED, &Made { key: key.expose(), told: Told::of(&kept) }))
}

/// Whether the last key that looks after tacitd can be taken away: by somebody who says so, or while the settings have
/// another.
fn last_admin(shared: &Shared, call: &Call) -> LastAdmin {
    let mut pairs = call.parts.uri.query().unwrap_or_default().split('&');
    match shared.gate.has_declared_key() || pairs.any(|pair| pair == "force=true") {
        true => LastAdmin::MayGo,
        false => LastAdmin::Stays,
    }
}

fn settle(shared: &Shared, changed: Changed) -> Result<KeyRecord, Refusal> {
    match changed {
        Changed::Done(key) => {
            shared.gate.forget(&key.id);
            Ok(*key)
        }
        Changed::NoKey => Err(Refusal::no_key()),
        Changed::LastAdmin => Err(Refusal::last_admin()),
    }
}

/// Reads what is said of a key, and whose it is to be.
async fn draft(
    shared: &Shared,
    call: Call,
    takes: &'static [&'static str],
) -> Result<(Draft, Option<String>), Refusal> {
    let collected = body::collect(&call.parts, call.body, &shared.body).await?;
    let mut fields = Fields::read(&collected.bytes, takes)?;
    let tenant = match text(&mut fields, "tenant")? {
        Change::Set(tenant) => Some(tenant),
        Change::Keep | Change::Clear => None,
    };
    let scopes = match words(&mut fields, "scopes")? {
        Change::Set(scopes) => Some(scopes),
        Change::Keep => None,
        Change::Clear => Some(Vec::new()),
    };
    let said = Said {
        name: text(&mut fields, "name")?,
        scopes,
        expires_in: text(&mut fields, "expires_in")?,
        policy: text(&mut fields, "policy")?,
        models: words(&mut fields, "models")?,
        requests_per_minute: count(&mut fields, "requests_per_minute")?,
        tokens_per_minute: count(&mut fields, "tokens_per_minute")?,
        budget: amount(&mut fields)?,
    };
    let set = shared.policies.current();
    let policies: Vec<_> = set.iter().map(|policy| policy.name.clone()).collect();
    Ok((said.read(Some(&policies))?, tenant))
}

fn read<T>(
    fields: &mut Fields,
    name: &'static str,
    (what, read): (&str, impl FnOnce(Value) -> Option<T>),
) -> Result<Change<T>, Refusal> {
    match fields.present(name) {
        None => Ok(Change::Keep),
        Some(Value::Null) => Ok(Change::Clear),
        Some(value) => read(value).map(Change::Set).ok_or_else(|| {
            Refusal::unprocessable(format!("the field `{name}` must be {what}, or null"))
        }),
    }
}

fn text(fields: &mut Fields, name: &'static str) -> Result<Change<String>, Refusal> {
    let text = |value| match value {
        Value::String(text) => Some(text),
        _ => None,
    };
    read(fields, name, ("a string", text))
}

fn words(fields: &mut Fields, name: &'static str) -> Result<Change<Vec<String>>, Refusal> {
    let words = |value| match value {
        Value::Array(words) => {
            words.into_iter().map(|word| word.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    };
    read(fields, name, ("a list of strings", words))
}

fn count(fields: &mut Fields, name: &'static str) -> Result<Change<u64>, Refusal> {
    read(fields, name, ("a whole number", |value: Value| value.as_u64()))
}

/// An amount comes as a number; its digits are what counts.
fn amount(fields: &mut Fields) -> Result<Change<String>, Refusal> {
    let digits = |value| match value {
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    read(fields, "budget", ("a number", digits))
}
