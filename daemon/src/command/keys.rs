//! `tacitd keys`: makes, lists and revokes API keys in the store, while tacitd runs or not.

use super::filter::open_store;
use crate::args::{Keys, Output};
use crate::auth::{ApiKey, Scopes};
use crate::failure::{Failure, exit};
use crate::settings::Settings;
use crate::store::{KeyRecord, NewKey, StoreError};
use crate::ui;
use kit::setting::{Seconds, Value};
use serde_json::json;

fn failed(doing: &str, error: &StoreError) -> Failure {
    Failure::because(doing, error).maybe_hint(error.hint())
}

fn usage(message: impl Into<String>) -> Failure {
    Failure { code: exit::USAGE, ..Failure::new(message) }
}

/// Runs the command.
///
/// # Errors
/// When the store cannot be used, or what is asked for makes no sense.
pub(crate) async fn run(settings: &Settings, keys: Keys) -> Result<(), Failure> {
    match keys {
        Keys::Create { name, tenant, scopes, expires, output } => {
            let name = name.unwrap_or_default();
            let scopes = Scopes::parse(&scopes.join(",")).filter(|scopes| !scopes.is_empty());
            let known = || format!("the scopes are {}", Scopes::all().names());
            let scopes = scopes.ok_or_else(|| usage("make a key: unknown scope").hint(known()))?;
            let lifetime = expires.map(|span| Seconds::parse(&span)).transpose();
            let lifetime = lifetime.map_err(|why| usage(format!("make a key: --expires {why}")))?;
            let lifetime = lifetime.map(|span| span.0.as_secs() as i64);
            let key = ApiKey::generate();
            let new = NewKey {
                id: key.id().to_owned(),
                tenant: tenant.clone(),
                name: name.clone(),
                hash: key.hash(),
                scopes: scopes.names(),
                lifetime,
            };
            let store = open_store(settings)?;
            store.add_key(new).await.map_err(|error| failed("keep the key", &error))?;
            store.close().await;
            match output {
                Output::Table => ui::line(key.expose()),
                Output::Json => {
                    let made = json!({ "key": key.expose(), "id": key.id(), "tenant": tenant, "name": name, "scopes": scopes.names() });
                    ui::line(&made.to_string());
                }
            }
            Ok(())
        }
        Keys::List { output } => {
            let store = open_store(settings)?;
            let keys = store.keys().await.map_err(|error| failed("list the keys", &error))?;
            store.close().await;
            match output {
                Output::Table => ui::raw(&table(&keys)),
                Output::Json => ui::line(
                    &json!({ "keys": keys.iter().map(as_json).collect::<Vec<_>>() }).to_string(),
                ),
            }
            Ok(())
        }
        Keys::Revoke { id } => {
            let store = open_store(settings)?;
            let done =
                store.revoke_key(&id).await.map_err(|error| failed("revoke the key", &error))?;
            store.close().await;
            if done {
                ui::note("the key is revoked; a running tacitd refuses it within a second");
                return Ok(());
            }
            let message =
                format!("revoke the key {id}: there is no such key, or it is revoked already");
            Err(Failure::new(message).hint("`tacitd keys list` shows them"))
        }
    }
}

fn state(key: &KeyRecord) -> &'static str {
    match key {
        key if key.revoked.is_some() => "revoked",
        key if !key.is_active() => "expired",
        _ => "active",
    }
}

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn table(keys: &[KeyRecord]) -> String {
    let head = ["ID", "STATE", "TENANT", "SCOPES", "CREATED", "EXPIRES", "NAME"].map(str::to_owned);
    let row = |key: &KeyRecord| {
        let expires = key.expires.map_or_else(|| "never".to_owned(), time);
        let (id, tenant, scopes) = (key.id.clone(), key.tenant_name.clone(), key.scopes.clone());
        [id, state(key).to_owned(), tenant, scopes, time(key.created), expires, key.name.clone()]
    };
    let rows: Vec<_> = std::iter::once(head).chain(keys.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..7).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn as_json(key: &KeyRecord) -> serde_json::Value {
    json!({
        "id": key.id,
        "state": state(key),
        "tenant": key.tenant_name,
        "scopes": key.scopes,
        "created": time(key.created),
        "expires": key.expires.map(time),
        "name": key.name,
    })
}
