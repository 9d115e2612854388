//! `tacitd redact`, `restore`, `analyze`: text in, text out, no server. What is kept in memory does not grow with the text,
//! but for the originals that a command without a session must remember. Files are opened, all of them, before anything
//! is written; what cannot be read ends the work where it stands, with what came before it written. No file is changed.

mod json;
mod keeper;
mod lines;

use super::source::{Form, Source, sources};
use crate::app;
use crate::args::{By, Input};
use crate::failure::{Failure, exit};
use crate::hiding::{Found, Reader};
use crate::settings::Settings;
use crate::store::Store;
use crate::ui;
use json::Fields;
use keeper::{Keeper, Originals};
use lines::Left;
use redact::{Engine, RestoreOptions, Span, Windows};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;

/// What the verbs work with.
struct Work {
    fields: Fields,
    left: Left,
    output: ui::Output,
    progress: ui::Progress,
}

impl Work {
    fn new(input: &Input, sources: &[Source]) -> Self {
        let total = sources.iter().map(|source| source.size).sum();
        Self {
            fields: Fields::new(&input.fields),
            left: Left::default(),
            output: ui::Output::default(),
            progress: ui::Progress::new(total, input.quiet),
        }
    }

    /// Writes what came of so many bytes that were read.
    fn write(&mut self, made: &[u8], read: usize) -> Result<(), Failure> {
        self.progress.add(read);
        self.output.write(made)
    }
}

/// Hides what the files hold. Without a session nothing is kept, and nothing can be shown again.
///
/// # Errors
/// When a file cannot be read or the store not be used.
pub(crate) async fn redact(
    settings: &Settings,
    session: Option<String>,
    by: &By,
    input: &Input,
) -> Result<ExitCode, Failure> {
    let mut sources = sources(input)?;
    let policy = app::policies(settings)?.chosen(by.policy.as_deref())?;
    let mut keeper = Keeper::new(settings, session, Arc::clone(&policy)).await?;
    let mut work = Work::new(input, &sources);
    let count = sources.len();
    for (at, source) in sources.iter_mut().enumerate() {
        let last = at + 1 == count;
        let done = match source.form {
            Form::Text => redact_text((source, last), &policy.engine, &mut work, &mut keeper).await,
            Form::Lines => lines::redact(source, &policy, &mut work, &mut keeper).await,
        };
        if let Err(failure) = done {
            keeper.close().await;
            return Err(failure);
        }
    }
    let left = work.left.message();
    // What is said next stands where the progress stood.
    drop(work);
    keeper.finish().await?;
    Ok(match left {
        None => ExitCode::SUCCESS,
        Some(message) => {
            ui::note(&message);
            ExitCode::from(exit::PROBLEMS)
        }
    })
}

/// Hides a text; nothing is written after the `last`.
async fn redact_text(
    (source, last): (&mut Source, bool),
    engine: &Engine,
    work: &mut Work,
    keeper: &mut Keeper,
) -> Result<(), Failure> {
    let mut windows = Windows::new(engine);
    let mut settled = Vec::new();
    let keep = |settled: &mut Vec<_>, text: &str, spans: &[Span]| {
        settled.push(Found { text: text.to_owned(), spans: spans.to_vec() });
    };
    while let Some(piece) = source.next()? {
        windows.push(piece, |text, spans| keep(&mut settled, text, spans));
        hide(&mut settled, false, work, keeper).await?;
        if work.output.is_gone() {
            return Ok(());
        }
    }
    windows.finish(|text, spans| keep(&mut settled, text, spans));
    hide(&mut settled, last, work, keeper).await
}

/// Writes what is settled, each window with its originals kept before it.
async fn hide(
    settled: &mut Vec<Found>,
    last: bool,
    work: &mut Work,
    keeper: &mut Keeper,
) -> Result<(), Failure> {
    for found in settled.drain(..) {
        let read = found.text.len();
        let sheet = keeper.part(found, last).await?;
        work.write(sheet.text.as_bytes(), read)?;
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
    input: &Input,
) -> Result<(), Failure> {
    let mut sources = sources(input)?;
    let mut originals = Originals::new(settings, session).await?;
    let mut work = Work::new(input, &sources);
    let mut done = Ok(());
    for source in &mut sources {
        done = match source.form {
            Form::Text => restore_text(source, &mut work, &mut originals).await,
            Form::Lines => lines::restore(source, &mut work, &mut originals).await,
        };
        if done.is_err() {
            break;
        }
    }
    originals.close().await;
    done
}

/// Shows a text as far as what is there decides, whatever piece it ends with.
async fn restore_text(
    source: &mut Source,
    work: &mut Work,
    originals: &mut Originals,
) -> Result<(), Failure> {
    let finder = Arc::clone(&originals.finder);
    let mut reader = Reader::new(RestoreOptions::default(), &originals.surrogates);
    loop {
        let piece = source.next()?;
        let (read, last) = (piece.map_or(0, str::len), piece.is_none());
        reader.push(piece.unwrap_or_default());
        let look = reader.look(&finder, last);
        originals.have(reader.asked(&look)).await?;
        let shown = reader.show(look, originals.held(), &originals.surrogates);
        work.write(shown.as_bytes(), read)?;
        if last || work.output.is_gone() {
            return Ok(());
        }
    }
}

/// Lists what the files hold, never the texts themselves.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn analyze(settings: &Settings, by: &By, input: &Input) -> Result<(), Failure> {
    let mut sources = sources(input)?;
    let engine = Arc::clone(&app::policies(settings)?.chosen(by.policy.as_deref())?.engine);
    let mut work = Work::new(input, &sources);
    for source in &mut sources {
        match source.form {
            Form::Text => analyze_text(source, &engine, &mut work)?,
            Form::Lines => lines::analyze(source, &engine, &mut work)?,
        }
    }
    Ok(())
}

fn analyze_text(source: &mut Source, engine: &Engine, work: &mut Work) -> Result<(), Failure> {
    let name = source.name().to_owned();
    let (mut before, mut out) = (0, String::new());
    let mut each = |text: &str, spans: &[Span], out: &mut String| {
        for (span, start, end) in redact::locate(text, spans) {
            let rule = &engine.rule(span.rule).name;
            let (kind, score) = (span.kind.name(), told(span.score));
            let (start, end) = (before + start, before + end);
            let item = json!({ "file": name, "kind": kind, "start": start, "end": end, "score": score, "rule": rule });
            out.push_str(&item.to_string());
            out.push('\n');
        }
        before += text.chars().count();
    };
    let mut windows = Windows::new(engine);
    while let Some(piece) = source.next()? {
        windows.push(piece, |text, spans| each(text, spans, &mut out));
        work.write(out.as_bytes(), piece.len())?;
        out.clear();
        if work.output.is_gone() {
            return Ok(());
        }
    }
    windows.finish(|text, spans| each(text, spans, &mut out));
    work.write(out.as_bytes(), 0)
}

/// A score as it was meant: an `f32` would be written with nine digits.
fn told(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}

/// Opens the store for another command.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open_store(settings: &Settings) -> Result<Store, Failure> {
    keeper::open(settings)
}
