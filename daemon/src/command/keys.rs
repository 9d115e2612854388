//! `tacitd keys`: makes, lists, changes and revokes API keys in the store, while tacitd runs or not. Whoever can read the
//! store's key may do anything here, also end the last key that looks after tacitd.

use super::filter::open_store;
use crate::args::{KeyTerms, Keys, Output, Term};
use crate::auth::{Change, Draft, Said, Told, Wrong, in_words};
use crate::failure::{Failure, exit};
use crate::policy;
use crate::settings::Settings;
use crate::store::{Changed, KeyRecord, LastAdmin, StoreError};
use crate::ui;
use serde_json::json;

fn failed(doing: &str, error: &StoreError) -> Failure {
    Failure::because(doing, error).maybe_hint(error.hint())
}

fn usage(message: impl Into<String>) -> Failure {
    Failure { code: exit::USAGE, ..Failure::new(message) }
}

fn no_key(doing: &str, id: &str) -> Failure {
    let message = format!("{doing} the key {id}: there is no such key, or it is revoked already");
    Failure::new(message).hint("`tacitd keys list` shows them")
}

/// Runs the command.
///
/// # Errors
/// When the store cannot be used, or what is asked for makes no sense.
pub(crate) async fn run(settings: &Settings, keys: Keys) -> Result<(), Failure> {
    match keys {
        Keys::Create { name, tenant, scopes, expires, terms, output } => {
            let said = Said {
                name: name.map_or(Change::Keep, Change::Set),
                scopes: Some(scopes),
                expires_in: expires.map_or(Change::Keep, Change::Set),
                ..said(terms)
            };
            create(settings, tenant, read(settings, said, "make a key")?, output).await
        }
        Keys::Change { id, name, scopes, expires, terms, without } => {
            let mut said = Said {
                name: name.map_or(Change::Keep, Change::Set),
                scopes: (!scopes.is_empty()).then_some(scopes),
                expires_in: expires.map_or(Change::Keep, Change::Set),
                ..said(terms)
            };
            for term in without {
                take_away(&mut said, term)?;
            }
            change(settings, &id, read(settings, said, "change the key")?).await
        }
        Keys::List { output } => list(settings, output).await,
        Keys::Revoke { id } => {
            let store = open_store(settings)?;
            let done = store.revoke_key(&id, LastAdmin::MayGo).await;
            let done = done.map_err(|error| failed("revoke the key", &error))?;
            store.close().await;
            match done {
                Changed::Done(_) => {
                    ui::note("the key is revoked; a running tacitd refuses it within a second");
                    Ok(())
                }
                _ => Err(no_key("revoke", &id)),
            }
        }
    }
}

fn said(terms: KeyTerms) -> Said {
    let KeyTerms { policy, models, requests_per_minute, tokens_per_minute, budget } = terms;
    Said {
        policy: policy.map_or(Change::Keep, Change::Set),
        models: if models.is_empty() { Change::Keep } else { Change::Set(models) },
        requests_per_minute: requests_per_minute.map_or(Change::Keep, Change::Set),
        tokens_per_minute: tokens_per_minute.map_or(Change::Keep, Change::Set),
        budget: budget.map_or(Change::Keep, Change::Set),
        ..Said::default()
    }
}

/// Takes a term away, unless the same command gives it.
fn take_away(said: &mut Said, term: Term) -> Result<(), Failure> {
    fn clear<T>(term: &mut Change<T>) -> bool {
        let given = matches!(term, Change::Set(_));
        *term = Change::Clear;
        given
    }
    let contradicts = match term {
        Term::Expires => clear(&mut said.expires_in),
        Term::Policy => clear(&mut said.policy),
        Term::Models => clear(&mut said.models),
        Term::RequestsPerMinute => clear(&mut said.requests_per_minute),
        Term::TokensPerMinute => clear(&mut said.tokens_per_minute),
        Term::Budget => clear(&mut said.budget),
    };
    match contradicts {
        true => Err(usage("change the key: --without takes away what the same command gives")),
        false => Ok(()),
    }
}

/// Understands what was said. Where the policies cannot be read, one that is named is taken on trust, and that is told.
fn read(settings: &Settings, said: Said, doing: &str) -> Result<Draft, Failure> {
    let names = matches!(said.policy, Change::Set(_)).then(|| policy::names(settings));
    let known = match names {
        Some(Err(error)) => {
            let folder = settings.privacy.policies.display();
            ui::note(&format!(
                "the policies in {folder} cannot be read here ({error}); if there is none of that name, the key is refused"
            ));
            None
        }
        Some(Ok(names)) => Some(names),
        None => None,
    };
    said.read(known.as_deref()).map_err(|wrong| in_our_spelling(doing, &wrong))
}

fn in_our_spelling(doing: &str, wrong: &Wrong) -> Failure {
    let flag = match wrong.field {
        "expires_in" => "expires".to_owned(),
        "scopes" => "scope".to_owned(),
        "models" => "model".to_owned(),
        field => field.replace('_', "-"),
    };
    usage(format!("{doing}: --{flag} {}", wrong.why))
}

async fn create(
    settings: &Settings,
    tenant: String,
    draft: Draft,
    output: Output,
) -> Result<(), Failure> {
    let made = draft.make(tenant).map_err(|wrong| in_our_spelling("make a key", &wrong));
    let (key, new) = made?;
    let store = open_store(settings)?;
    store.add_key(new).await.map_err(|error| failed("keep the key", &error))?;
    let kept = store.key(key.id()).await.map_err(|error| failed("read the key", &error))?;
    store.close().await;
    match (output, kept) {
        (Output::Json, Some(kept)) => {
            let mut told = json!(Told::of(&kept));
            told["key"] = key.expose().into();
            ui::line(&told.to_string());
        }
        _ => ui::line(key.expose()),
    }
    Ok(())
}

async fn change(settings: &Settings, id: &str, draft: Draft) -> Result<(), Failure> {
    if draft.is_empty() {
        let hint = "`tacitd keys change --help` lists what can be";
        return Err(usage("change the key: nothing to change was named").hint(hint));
    }
    let store = open_store(settings)?;
    let done = store.change_key(id, LastAdmin::MayGo, |key| draft.change(key)).await;
    let done = done.map_err(|error| failed("change the key", &error))?;
    store.close().await;
    match done {
        Changed::Done(key) => {
            ui::raw(&table(&[*key]));
            ui::note("the key is changed; a running tacitd knows within a second");
            Ok(())
        }
        _ => Err(no_key("change", id)),
    }
}

async fn list(settings: &Settings, output: Output) -> Result<(), Failure> {
    let store = open_store(settings)?;
    let keys = store.keys().await.map_err(|error| failed("list the keys", &error))?;
    store.close().await;
    match output {
        Output::Table => ui::raw(&table(&keys)),
        Output::Json => {
            let keys: Vec<_> = keys.iter().map(Told::of).collect();
            ui::line(&json!({ "keys": keys }).to_string());
        }
    }
    Ok(())
}

fn table(keys: &[KeyRecord]) -> String {
    let head = ["ID", "STATE", "TENANT", "SCOPES", "CREATED", "EXPIRES", "TERMS", "NAME"];
    let row = |key: &KeyRecord| {
        let told = Told::of(key);
        let expires = told.expires.unwrap_or_else(|| "never".to_owned());
        let [id, state, tenant, name] =
            [told.id, told.state, told.tenant, told.name].map(str::to_owned);
        [id, state, tenant, key.scopes.clone(), told.created, expires, in_words(&key.terms), name]
    };
    let rows: Vec<_> =
        std::iter::once(head.map(str::to_owned)).chain(keys.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
