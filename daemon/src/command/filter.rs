//! `tacitd redact`, `restore`, `analyze`: text in, text out, no server.

use super::source::Source;
use crate::app;
use crate::failure::Failure;
use crate::keyfile;
use crate::settings::Settings;
use crate::store::{Numbers, Store, VaultError};
use crate::ui;
use redact::{Kind, Placeholder, Span, Vault, Windows};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// The session name that asks for a new one.
const NEW: &str = "new";

/// A named text.
struct Input {
    name: String,
    text: String,
}

/// Opens the files, or standard input.
fn sources(files: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin[..] } else { files };
    files.iter().map(|path| Source::open(path)).collect()
}

/// Reads them whole.
fn read(files: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let whole = |mut source: Source| {
        let mut text = String::new();
        while let Some(piece) = source.next()? {
            text.push_str(piece);
        }
        Ok(Input { name: source.into_name(), text })
    };
    sources(files)?.into_iter().map(whole).collect()
}

fn open(settings: &Settings) -> Result<Store, Failure> {
    let path = settings.database.url.path().expect("checked before");
    let masters = keyfile::masters(settings, path)?;
    let opened = Store::open(path, &masters);
    opened.map_err(|error| Failure::because("open the store", &error).maybe_hint(error.hint()))
}

fn vault_failure(doing: &str, error: &VaultError) -> Failure {
    let failure = Failure::because(doing, error);
    match error {
        VaultError::NoSession => failure.hint("`tacitd redact --session NAME` makes one"),
        VaultError::Sealed => failure.hint("give the SECRET_KEY it was made with"),
        VaultError::Store(error) => failure.maybe_hint(error.hint()),
        VaultError::OtherProject => failure,
    }
}

/// Hides what the files hold. Without a session nothing is kept, and nothing can be shown again.
///
/// # Errors
/// When a file cannot be read or the store not be used.
pub(crate) async fn redact(
    settings: &Settings,
    session: Option<String>,
    files: &[PathBuf],
) -> Result<(), Failure> {
    let Some(session) = session else { return redact_only(settings, files) };
    let inputs = read(files)?;
    let store = open(settings)?;
    let failed = |error: &VaultError| vault_failure("keep the originals", error);
    let tenant = store.default_tenant().await.map_err(|error| failed(&error.into()))?;
    let engine = &app::policies(settings)?.default().engine;
    let spans: Vec<_> = inputs.iter().map(|input| engine.find(&input.text)).collect();
    let mut seen = HashSet::new();
    let wanted: Vec<(Kind, &str)> = inputs
        .iter()
        .zip(&spans)
        .flat_map(|(input, spans)| redact::distinct(&input.text, spans))
        .filter(|pair| seen.insert(*pair))
        .collect();
    let named = Some(session).filter(|session| session != NEW);
    let is_new = named.is_none();
    let who = Numbers { tenant, session: named, project: None };
    let (name, numbers) = store.number(who, &wanted).await.map_err(|error| failed(&error))?;
    store.close().await;
    let numbers: HashMap<_, _> = wanted.into_iter().zip(numbers).collect();
    for (Input { text, .. }, spans) in inputs.iter().zip(&spans) {
        ui::raw(&redact::hide(text, spans, |kind, original| numbers[&(kind, original)]).text);
    }
    if is_new {
        ui::note(&format!("the originals are kept in the session {name}"));
    }
    Ok(())
}

/// Hides what the files hold and keeps nothing, window by window: the files may be longer than the memory. All of them
/// are opened before anything is written.
fn redact_only(settings: &Settings, files: &[PathBuf]) -> Result<(), Failure> {
    let mut sources = sources(files)?;
    let engine = &app::policies(settings)?.default().engine;
    let mut vault = Vault::default();
    let mut each = |text: &str, spans: &[Span]| {
        let hidden = redact::hide(text, spans, |kind, original| vault.number(kind, original));
        ui::raw(&hidden.text);
    };
    for source in &mut sources {
        let mut windows = Windows::new(&engine);
        while let Some(piece) = source.next()? {
            windows.push(piece, &mut each);
        }
        windows.finish(&mut each);
    }
    Ok(())
}

/// Shows again what a session hid.
///
/// # Errors
/// When there is no such session, or a file or the store cannot be read.
pub(crate) async fn restore(
    settings: &Settings,
    session: &str,
    files: &[PathBuf],
) -> Result<(), Failure> {
    let inputs = read(files)?;
    let store = open(settings)?;
    let failed =
        |error: &VaultError| vault_failure(&format!("restore from the session {session}"), error);
    let tenant = store.default_tenant().await.map_err(|error| failed(&error.into()))?;
    for Input { text, .. } in &inputs {
        let wanted: HashSet<Placeholder> =
            redact::placeholders(text).map(|(placeholder, ..)| placeholder).collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let originals =
            store.originals(tenant, session, wanted).await.map_err(|error| failed(&error))?;
        let original =
            |kind, number| originals.get(&Placeholder { kind, number }).map(|text| text.as_str());
        ui::raw(&redact::show(text, original));
    }
    store.close().await;
    Ok(())
}

/// Lists what the files hold, never the texts themselves.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn analyze(settings: &Settings, files: &[PathBuf]) -> Result<(), Failure> {
    let engine = &app::policies(settings)?.default().engine;
    for Input { name, text } in read(files)? {
        for (span, start, end) in redact::locate(&text, &engine.find(&text)) {
            let rule = &engine.rule(span.rule).name;
            let (kind, score) = (span.kind.name(), span.score);
            let item = json!({ "file": name, "kind": kind, "start": start, "end": end, "score": score, "rule": rule });
            ui::line(&item.to_string());
        }
    }
    Ok(())
}

/// Opens the store for another command.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open_store(settings: &Settings) -> Result<Store, Failure> {
    open(settings)
}
