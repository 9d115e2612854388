//! Showing again: placeholders, tokens and surrogates of one session, in one pass over each text.

use super::{HideError, beside, is_long};
use crate::store::{Asked, Originals, Store};
use redact::{Finder, Kind, Other, Placeholder, RestoreOptions};
use std::collections::HashSet;

/// Shows texts again; also says how many originals were put back.
///
/// # Errors
/// When there is no such session, it cannot be opened, or the store fails.
pub(crate) async fn show(
    store: &Store,
    (tenant, session): (i64, &str),
    texts: Vec<String>,
    options: RestoreOptions,
) -> Result<(Vec<String>, u64), HideError> {
    let heavy = is_long(&texts);
    let asked = move || {
        let asked = asked(&texts, options);
        (texts, asked)
    };
    let (texts, asked) = beside(heavy, asked).await?;
    let originals = store.show(tenant, session, asked).await?;
    let work = move || {
        let names: Vec<_> =
            originals.surrogates.iter().map(|surrogate| surrogate.text.as_str()).collect();
        let finder = Finder::new(&names);
        let shown = texts.iter().map(|text| shown(text, &originals, &finder, options));
        let (texts, counts): (Vec<_>, Vec<_>) = shown.unzip();
        (texts, counts.iter().sum())
    };
    beside(heavy, work).await
}

/// What the texts ask the session for, each thing once.
fn asked(texts: &[String], options: RestoreOptions) -> Asked {
    let placeholders = texts.iter().flat_map(|text| redact::placeholders_with(options, text));
    let placeholders: HashSet<Placeholder> = placeholders.map(|(found, ..)| found).collect();
    let tokens = texts.iter().flat_map(|text| redact::tokens(text));
    let tokens: HashSet<(Kind, &str)> = tokens.map(|token| (token.kind, token.body)).collect();
    Asked {
        placeholders: placeholders.into_iter().collect(),
        tokens: tokens.into_iter().map(|(kind, body)| (kind, body.to_owned())).collect(),
    }
}

fn shown(
    text: &str,
    originals: &Originals,
    finder: &Finder,
    options: RestoreOptions,
) -> (String, u64) {
    let mut others = Vec::new();
    if !originals.tokens.is_empty() {
        others.extend(redact::tokens(text).filter_map(|token| {
            let original = originals.tokens.get(&(token.kind, token.body.to_owned()))?;
            Some(Other { start: token.start, end: token.end, original })
        }));
    }
    if !originals.surrogates.is_empty() {
        others.extend(finder.find(text).into_iter().map(|place| Other {
            start: place.start,
            end: place.end,
            original: &originals.surrogates[place.which].original,
        }));
        others.sort_by_key(|other| other.start);
    }
    let original = |kind, number| {
        originals.placeholders.get(&Placeholder { kind, number }).map(|text| text.as_str())
    };
    redact::show_with_others(options, text, original, &others)
}
