//! Showing again: placeholders, tokens and surrogates of one session, in one pass over each text.

use super::{HideError, beside, is_long};
use crate::store::{Asked, Originals, Store, Surrogate};
use redact::{Finder, Kind, Other, Place, Placeholder, Reached, RestoreOptions, Splice};
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
pub(crate) fn asked<T: AsRef<str>>(texts: &[T], options: RestoreOptions) -> Asked {
    let texts = || texts.iter().map(AsRef::as_ref);
    let placeholders = texts().flat_map(|text| redact::placeholders_with(options, text));
    let placeholders: HashSet<Placeholder> = placeholders.map(|(found, ..)| found).collect();
    let tokens: HashSet<(Kind, &str)> =
        texts().flat_map(redact::tokens).map(|token| (token.kind, token.body)).collect();
    Asked {
        placeholders: placeholders.into_iter().collect(),
        tokens: tokens.into_iter().map(|(kind, body)| (kind, body.to_owned())).collect(),
        surrogates: true,
    }
}

/// What stands in a text besides placeholders that gives way to an original, sorted.
pub(super) fn others<'o>(
    text: &str,
    originals: &'o Originals,
    places: impl IntoIterator<Item = Place>,
    surrogates: &'o [Surrogate],
) -> Vec<Other<'o>> {
    let mut others = Vec::new();
    if !originals.tokens.is_empty() {
        others.extend(redact::tokens(text).filter_map(|token| {
            let original = originals.tokens.get(&(token.kind, token.body.to_owned()))?;
            Some(Other { start: token.start, end: token.end, original })
        }));
    }
    others.extend(places.into_iter().map(|place| Other {
        start: place.start,
        end: place.end,
        original: &surrogates[place.which].original,
    }));
    others.sort_by_key(|other| other.start);
    others
}

/// What gives way to originals in a text; `finder` finds those surrogates.
pub(crate) fn splices(
    text: &str,
    originals: &Originals,
    (finder, surrogates): (&Finder, &[Surrogate]),
) -> Vec<Splice> {
    let others = others(text, originals, finder.find(text), surrogates);
    let range = (Reached::default(), text.len());
    redact::splices(RestoreOptions::default(), text, range, original_of(originals), &others)
}

pub(super) fn original_of<'o>(originals: &'o Originals) -> impl Fn(Kind, u32) -> Option<&'o str> {
    |kind, number| {
        originals.placeholders.get(&Placeholder { kind, number }).map(|text| text.as_str())
    }
}

pub(super) fn shown(
    text: &str,
    originals: &Originals,
    finder: &Finder,
    options: RestoreOptions,
) -> (String, u64) {
    let others = others(text, originals, finder.find(text), &originals.surrogates);
    redact::show_with_others(options, text, original_of(originals), &others)
}
