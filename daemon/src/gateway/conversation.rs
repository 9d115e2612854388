//! A request's texts hidden, and what stands for what in it, so that its answer can be shown.
//!
//! Only what this request hid is shown in its answer: the model saw nothing else, and a placeholder that it makes up, or
//! that a prompt asks it to write, stands for nothing here, whatever it stands for elsewhere. Where the request names a
//! session and its sender may restore, everything of that session is shown; a sender who may not must not have a model
//! read the session out.

use super::Found;
use crate::hiding::{self, Fleeting, Hashes, HiddenText, Hide, HideError, Marks};
use crate::http::HttpShared;
use crate::policy::Policy;
use crate::secret::Minter;
use crate::store::{Numbers, Opened, Originals, Surrogate};
use redact::{Finder, Kind, Operator, Placeholder};
use std::borrow::Cow;
use std::sync::Arc;
use wire::{Dialect, Request, Whose};
use zeroize::Zeroizing;

/// Placeholders of a session that are at hand for an answer, beside those of the request itself: the highest numbers. They are
/// opened anew for each request.
const SESSION_MAX: usize = 16 * 1024;

/// What stands for what in one request.
pub(super) enum Kept {
    /// Numbers that end with it.
    Fleeting(Box<Fleeting>),
    /// What a session gave.
    Stored(Box<Stored>),
}

/// What a session gave for the texts of a request.
pub(super) struct Stored {
    pub(super) originals: Originals,
    /// Finds its surrogates.
    pub(super) finder: Finder,
    /// Opens tokens of the session, where all of it may be shown.
    minter: Option<Minter>,
}

impl Stored {
    /// Whether all that stands for anything is placeholders.
    pub(super) fn is_numbers(&self) -> bool {
        let Originals { tokens, surrogates, .. } = &self.originals;
        self.minter.is_none() && tokens.is_empty() && surrogates.is_empty()
    }

    /// Learns what these tokens hold.
    pub(super) fn open(&mut self, tokens: Vec<(Kind, String)>) {
        let Some(minter) = &self.minter else { return };
        for (kind, body) in tokens {
            let known = &mut self.originals.tokens;
            if let std::collections::hash_map::Entry::Vacant(free) = known.entry((kind, body))
                && let Some(original) = minter.open(kind.name(), &free.key().1)
            {
                free.insert(original);
            }
        }
    }
}

impl Kept {
    /// What a placeholder stands for.
    pub(super) fn of(&self, kind: Kind, number: u32) -> Option<&str> {
        match self {
            Self::Fleeting(fleeting) => fleeting.vault().original(kind, number),
            Self::Stored(stored) => {
                let placeholder = Placeholder { kind, number };
                stored.originals.placeholders.get(&placeholder).map(|text| text.as_str())
            }
        }
    }

    /// Whether nothing stands for anything, so that an answer is shown as it comes.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Fleeting(fleeting) => fleeting.vault().is_empty(),
            Self::Stored(stored) => stored.is_numbers() && stored.originals.placeholders.is_empty(),
        }
    }

    /// Whether that is an original.
    pub(super) fn has(&self, text: &str) -> bool {
        match self {
            Self::Fleeting(fleeting) => fleeting.has(text),
            Self::Stored(stored) => {
                let Originals { placeholders, tokens, surrogates } = &stored.originals;
                let known = placeholders.values().chain(tokens.values());
                let invented = surrogates.iter().map(|surrogate| &surrogate.original);
                known.chain(invented).any(|original| original.as_str() == text)
            }
        }
    }
}

/// A request that is hidden.
pub(super) struct Conversation {
    pub(super) request: Request,
    /// One for each of its texts; none where it stays as it is.
    texts: Vec<Option<String>>,
    pub(super) found: Found,
    pub(super) kept: Kept,
    /// Whether marks stand in it that can be shown again.
    pub(super) marked: bool,
}

/// By what a request is hidden.
pub(super) struct By {
    pub(super) policy: Arc<Policy>,
    pub(super) tenant: i64,
    /// The stored session, where it names one.
    pub(super) session: Option<String>,
    /// Whether all of that session may be shown.
    pub(super) restores: bool,
}

impl Conversation {
    /// Hides a request's texts.
    ///
    /// # Errors
    /// When the session cannot be used, or the store fails.
    pub(super) async fn hide(
        shared: &HttpShared,
        by: By,
        request: Request,
    ) -> Result<Self, HideError> {
        let hashes = Hashes::new(Arc::clone(&shared.hasher), by.tenant);
        let Some(session) = by.session else {
            let bytes: usize = request.texts().iter().map(|text| text.text.len()).sum();
            let heavy = hiding::is_heavy(&by.policy.engine, bytes);
            return hiding::beside(heavy, move || Self::fleeting(by.policy, hashes, request))
                .await?;
        };
        let texts: Vec<_> = request.texts().iter().map(|text| text.text.clone()).collect();
        let who = Numbers { tenant: by.tenant, session: Some(session.clone()), project: None };
        let wanted =
            Hide { policy: by.policy, texts: texts.clone(), language: None, trace: false, who };
        let keys = request.texts().iter().map(|text| text.key.clone()).collect();
        let outcome = hiding::hide_under(&shared.store, &shared.hasher, wanted, keys).await?;
        let opened = match by.restores {
            true => {
                let opened = shared.store.open_session(by.tenant, &session, SESSION_MAX).await;
                Some(opened?)
            }
            false => None,
        };
        Ok(Self::stored(request, (texts, outcome.texts), opened))
    }

    fn fleeting(policy: Arc<Policy>, hashes: Hashes, request: Request) -> Result<Self, HideError> {
        let marks = match request.dialect() {
            // What is compared must not depend on what else stands in the request.
            Dialect::Embeddings => Marks::Bare,
            _ => Marks::Numbered,
        };
        let mut fleeting = Fleeting::new(policy, hashes, marks);
        let mut texts = Vec::new();
        texts.resize_with(request.texts().len(), || None);
        let mut found = Found::default();
        for at in in_turn(&request) {
            let text = &request.texts()[at];
            let passage = match &text.key {
                Some(key) => fleeting.hide_under(key, &text.text)?,
                None => fleeting.hide(&text.text)?,
            };
            found.add(passage.kinds);
            texts[at] = passage.text.map(|written| named(text.whose, written));
        }
        let kept = Kept::Fleeting(Box::new(fleeting));
        let marked = !kept.is_empty();
        Ok(Self { request, texts, found, kept, marked })
    }

    fn stored(
        request: Request,
        (originals, hidden): (Vec<String>, Vec<HiddenText>),
        opened: Option<Opened>,
    ) -> Self {
        let mut known = Originals::default();
        let mut found = Found::default();
        let mut texts = Vec::with_capacity(hidden.len());
        for ((original, hidden), text) in originals.into_iter().zip(hidden).zip(request.texts()) {
            let gone = hidden.items.iter().filter(|item| item.operator != Operator::Keep);
            found.add(gone.map(|item| item.kind));
            remember(&original, &hidden, &mut known);
            let changed = hidden.text != original;
            texts.push(changed.then(|| named(text.whose, hidden.text)));
        }
        let Originals { placeholders, tokens, surrogates } = &known;
        let marked = !(placeholders.is_empty() && tokens.is_empty() && surrogates.is_empty());
        let minter = opened.map(|Opened { originals, minter }| {
            known.placeholders.extend(originals.placeholders);
            known.surrogates = originals.surrogates;
            minter
        });
        let names: Vec<_> =
            known.surrogates.iter().map(|surrogate| surrogate.text.as_str()).collect();
        let finder = Finder::new(&names);
        let kept = Kept::Stored(Box::new(Stored { originals: known, finder, minter }));
        Self { request, texts, found, kept, marked }
    }

    /// The texts as they are sent.
    pub(super) fn hidden(&self) -> Vec<Cow<'_, str>> {
        let pairs = self.request.texts().iter().zip(&self.texts);
        pairs
            .map(|(text, hidden)| Cow::Borrowed(hidden.as_ref().unwrap_or(&text.text).as_str()))
            .collect()
    }

    /// The texts as they came.
    pub(super) fn open(&self) -> Vec<Cow<'_, str>> {
        self.request.texts().iter().map(|text| Cow::Borrowed(text.text.as_str())).collect()
    }
}

/// The order in which texts are hidden: by turns, and within one as they stand. A member that follows the messages, such
/// as `user`, belongs to no later turn than the first: were it the last, its number would change with each new message.
fn in_turn(request: &Request) -> Vec<usize> {
    let mut order: Vec<_> = (0..request.texts().len()).collect();
    order.sort_by_key(|at| request.texts()[*at].turn);
    order
}

/// Writes what was hidden in a name so that it stays one: `EMAIL_1` for `<EMAIL_1>`.
fn named(whose: Whose, hidden: String) -> String {
    if whose != Whose::Name {
        return hidden;
    }
    let kept = hidden.chars().filter(|character| !matches!(character, '<' | '>'));
    kept.map(|character| match character {
        '~' | '#' | '*' | ' ' => '_',
        other => other,
    })
    .collect()
}

/// Notes what stands for what in a hidden text.
fn remember(original: &str, hidden: &HiddenText, known: &mut Originals) {
    let (mut characters, mut bytes) = (0, 0);
    let mut byte_of = |place: usize| {
        let passed = original[bytes..].char_indices().nth(place - characters);
        bytes = passed.map_or(original.len(), |(at, _)| bytes + at);
        characters = place;
        bytes
    };
    for item in &hidden.items {
        let (start, end) = (byte_of(item.start), byte_of(item.end));
        let text = Zeroizing::new(original[start..end].to_owned());
        if let Some(placeholder) = item.placeholder {
            known.placeholders.insert(placeholder, text);
            continue;
        }
        match item.operator {
            Operator::Encrypt => {
                let token = redact::tokens(&item.replacement).next();
                let key = token.map(|token| (token.kind, token.body.to_owned()));
                known.tokens.extend(key.map(|key| (key, text)));
            }
            Operator::Surrogate
                if !known.surrogates.iter().any(|one| *one.text == item.replacement) =>
            {
                let surrogate = Zeroizing::new(item.replacement.clone());
                known.surrogates.push(Surrogate { text: surrogate, original: text });
            }
            _ => {}
        }
    }
}
