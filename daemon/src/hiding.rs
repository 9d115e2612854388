//! Hiding by a policy, and showing again: between what an engine finds and what a session keeps.
//!
//! What can be shown again comes back exactly as it was. So nothing may stand in a hidden text that only looks like one
//! of our replacements: what does is hidden too. Placeholders and tokens are known by their form before anything is
//! written; of the rest, the written text is read once as `show` would read it, and whatever would go wrong there is
//! hidden another way, in a second round.

mod check;
mod fleeting;
mod known;
mod reader;
mod sheet;
mod show;
mod write;

pub(crate) use fleeting::{Fleeting, Marks};
pub(crate) use reader::Reader;
pub(crate) use sheet::{Found, Sheet, Sheets};
pub(crate) use show::{asked, show, splices};

use crate::policy::Policy;
use crate::secret::Hasher;
use crate::store::{Invent, Numbers, Store, VaultError};
use redact::{Engine, Form, Kind, Language, Operator, Placeholder, RuleId, Span, Tagger, Why};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

/// Texts above this many bytes are worked on beside the threads that serve connections, so that a long one does not
/// make others wait; below, the change of thread would cost more than the work.
pub(crate) const BLOCKING_BYTES: usize = 64 * 1024;

/// Rounds of hiding: one, and one for what the first one's writing brought up. More are there for texts made to be
/// trouble.
const ROUNDS_MAX: usize = 6;

/// Letters that a surrogate has at least, and digits where it has digits alone.
const LETTERS_MIN: usize = 3;
const DIGITS_MIN: usize = 5;

/// Why something cannot be hidden or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HideError {
    /// The session or the store says no.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A thread failed.
    #[error("a worker failed")]
    Worker,
    /// No way of writing it was found that could be read back.
    #[error("a text could not be hidden so that it can be shown again")]
    Unsettled,
}

/// What is wanted.
pub(crate) struct Hide {
    /// By which policy.
    pub(crate) policy: Arc<Policy>,
    /// The texts.
    pub(crate) texts: Vec<String>,
    /// Their language, where the caller knows it.
    pub(crate) language: Option<Language>,
    /// Whether each find is to say why it was made.
    pub(crate) trace: bool,
    /// Whose session, and which.
    pub(crate) who: Numbers,
}

/// What came of it.
pub(crate) struct Outcome {
    /// The session.
    pub(crate) session: String,
    /// The texts, hidden.
    pub(crate) texts: Vec<HiddenText>,
}

/// A hidden text.
pub(crate) struct HiddenText {
    /// The text.
    pub(crate) text: String,
    /// What was found in it.
    pub(crate) items: Vec<HiddenItem>,
}

/// A find and what stands for it. Places count code points.
pub(crate) struct HiddenItem {
    /// Its kind.
    pub(crate) kind: Kind,
    /// Its rule.
    pub(crate) rule: RuleId,
    /// How sure that is.
    pub(crate) score: f32,
    /// Where it stood.
    pub(crate) start: usize,
    /// And ended.
    pub(crate) end: usize,
    /// Where what stands for it stands.
    pub(crate) out_start: usize,
    /// And ends.
    pub(crate) out_end: usize,
    /// What was done.
    pub(crate) operator: Operator,
    /// What the policy asks for, where that could not be done.
    pub(crate) instead_of: Option<Operator>,
    /// The placeholder, where it is one.
    pub(crate) placeholder: Option<Placeholder>,
    /// What stands there, where that is none.
    pub(crate) replacement: String,
    /// Why it was found, where somebody asked.
    pub(crate) why: Option<Why>,
}

/// A find and what is to be done with it.
struct Piece {
    span: Span,
    operator: Operator,
    /// What the policy asks for.
    wanted: Operator,
    why: Option<Why>,
}

impl Piece {
    fn new(span: Span, operator: Operator, why: Option<Why>) -> Self {
        Self { span, operator, wanted: operator, why }
    }

    /// Something that only looks like a replacement: whatever the policy says, it must come back as it was.
    fn look_alike(span: Span, trace: bool) -> Self {
        let why = Why {
            form: Form::LookAlike,
            check: None,
            cue: None,
            base: Some(span.score),
            threshold: 0.0,
            losers: Vec::new(),
        };
        Self::new(span, Operator::Placeholder, trace.then_some(why))
    }

    /// Gives up what the policy asks for.
    fn number(&mut self) {
        self.operator = Operator::Placeholder;
    }
}

/// What stands around a text that is hidden in parts.
#[derive(Default)]
struct Seam {
    /// The end of what was written before.
    before: String,
    /// Whether anything may follow.
    open: bool,
}

/// The texts and what is found in them.
struct Job {
    policy: Arc<Policy>,
    texts: Vec<String>,
    pieces: Vec<Vec<Piece>>,
    trace: bool,
    seam: Seam,
}

impl Job {
    fn of(wanted: Hide, keys: &[Option<String>]) -> Self {
        let Hide { policy, texts, language, trace, .. } = wanted;
        let find = |(at, text): (usize, &String)| match keys.get(at).and_then(Option::as_ref) {
            Some(key) => pieces_under(&policy, key, text, language),
            None => pieces(&policy, text, language, trace),
        };
        let pieces = texts.iter().enumerate().map(find).collect();
        Self { policy, texts, pieces, trace, seam: Seam::default() }
    }

    /// Whether everything becomes a placeholder: then the forms alone say what may stand beside.
    fn is_plain(&self) -> bool {
        self.pieces.iter().flatten().all(|piece| piece.operator == Operator::Placeholder)
    }
}

/// Whether so much text takes longer than the thread that serves its connection has.
pub(crate) fn is_long(texts: &[String]) -> bool {
    length(texts) > BLOCKING_BYTES
}

/// How many bytes texts have together.
pub(crate) fn length(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

/// Whether to find something in so many bytes does.
pub(crate) fn is_heavy(engine: &Engine, bytes: usize) -> bool {
    engine.tagger().is_some_and(Tagger::is_slow) || bytes > BLOCKING_BYTES
}

/// Does the work, beside the threads that serve connections when there is much of it.
pub(crate) async fn beside<T: Send + 'static>(
    heavy: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HideError> {
    if !heavy {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|_| HideError::Worker)
}

/// Hides texts: all of them in one session, by one policy.
///
/// # Errors
/// When the session cannot be used, or the store fails.
pub(crate) async fn hide(
    store: &Store,
    hasher: &Arc<Hasher>,
    wanted: Hide,
) -> Result<Outcome, HideError> {
    hide_under(store, hasher, wanted, Vec::new()).await
}

/// Hides texts that may stand under keys, one for each text as far as there are any. Why something was found under a
/// key is not said: the reason may stand in the key.
///
/// # Errors
/// When the session cannot be used, or the store fails.
pub(crate) async fn hide_under(
    store: &Store,
    hasher: &Arc<Hasher>,
    wanted: Hide,
    keys: Vec<Option<String>>,
) -> Result<Outcome, HideError> {
    let (mut who, language) = (wanted.who.clone(), wanted.language);
    let heavy = is_heavy(&wanted.policy.engine, length(&wanted.texts));
    let job = beside(heavy, move || Job::of(wanted, &keys)).await?;
    let words = Arc::new(Words::of(&job));
    let hashes = Hashes::new(Arc::clone(hasher), who.tenant);
    let desk = Desk { store, hashes: &hashes, words: &words, language, heavy };
    let (job, texts) = desk.written(&mut who, job).await?;
    let session = who.session.expect("it was made");
    Ok(Outcome { session, texts: write::items(job, texts) })
}

/// Makes the hashes of a tenant.
#[derive(Clone)]
pub(crate) struct Hashes {
    hasher: Arc<Hasher>,
    tenant: i64,
}

impl Hashes {
    /// By this hasher, for that tenant.
    pub(crate) fn new(hasher: Arc<Hasher>, tenant: i64) -> Self {
        Self { hasher, tenant }
    }

    fn hash(&self, kind: Kind, original: &str) -> String {
        self.hasher.hash(self.tenant, kind.name(), original)
    }
}

/// What texts are written with.
struct Desk<'d> {
    store: &'d Store,
    hashes: &'d Hashes,
    words: &'d Arc<Words>,
    language: Option<Language>,
    /// Whether it takes longer than the thread that serves connections has.
    heavy: bool,
}

impl Desk<'_> {
    /// Writes texts until they can be read back, in the session, which is made if need be and then named in `who`.
    async fn written(
        &self,
        who: &mut Numbers,
        mut job: Job,
    ) -> Result<(Job, Vec<write::Written>), HideError> {
        for _ in 0..ROUNDS_MAX {
            let (wanted, slots) = write::wanted(&job);
            let invent = invent(&job, self.words, self.language);
            let handed = self.store.hand_out(who.clone(), wanted, invent).await?;
            who.session = Some(handed.session.clone());
            let hashes = self.hashes.clone();
            let round = move || {
                write::give_up(&mut job, &slots, &handed.given);
                let texts = write::texts(&job, &slots, &handed.given, Some(&hashes));
                let plain = job.is_plain() && handed.surrogates.is_empty();
                let settled = plain || check::settle(&mut job, &texts, &handed.surrogates);
                (job, texts, settled)
            };
            let (back, texts, settled) = beside(self.heavy, round).await?;
            if settled {
                return Ok((back, texts));
            }
            job = back;
        }
        Err(HideError::Unsettled)
    }
}

/// Finds what is in a text, and says what is to be done with it.
fn pieces(policy: &Policy, text: &str, language: Option<Language>, trace: bool) -> Vec<Piece> {
    let engine = &policy.engine;
    let found: Vec<(Span, Option<Why>)> = if trace {
        let found = engine.explain(text, language).into_iter();
        found.map(|found| (found.span, Some(found.why))).collect()
    } else {
        engine.find_in(text, language).into_iter().map(|span| (span, None)).collect()
    };
    decided(policy, text, found, trace)
}

/// The same in a text that stands under a key, which says as much as words before it: `tel` of a number.
fn pieces_under(policy: &Policy, key: &str, text: &str, language: Option<Language>) -> Vec<Piece> {
    let whole = format!("{key}: {text}");
    let from = whole.len() - text.len();
    let found = policy.engine.find_in(&whole, language);
    let reaches_in = |span: &Span| span.start < from && span.end > from;
    // What takes the key for a part of itself says nothing of the text alone.
    let alone = found.iter().any(reaches_in).then(|| pieces(policy, text, language, false));
    let inside = found.into_iter().filter(|span| span.start >= from);
    let shifted =
        inside.map(|span| Span { start: span.start - from, end: span.end - from, ..span });
    let found = decided(policy, text, shifted.map(|span| (span, None)).collect(), false);
    joined(found, alone.unwrap_or_default())
}

/// Says what is to be done with what was found in a text.
fn decided(
    policy: &Policy,
    text: &str,
    found: Vec<(Span, Option<Why>)>,
    trace: bool,
) -> Vec<Piece> {
    let look_alike = policy.engine.look_alike();
    let piece = |(span, why): (Span, Option<Why>)| {
        // Whatever is done with its kind, what only looks like a replacement must come back as it was.
        let is_look_alike = Some(span.rule) == look_alike;
        let operator =
            if is_look_alike { Operator::Placeholder } else { policy.operators.of(span.kind) };
        Piece::new(span, operator, why)
    };
    let pieces: Vec<_> = found.into_iter().map(piece).collect();
    let keeps = pieces.iter().any(|piece| piece.operator == Operator::Keep);
    if !keeps && redact::tokens(text).next().is_none() {
        return pieces;
    }
    with_look_alikes(policy, text, pieces, trace)
}

/// Adds what looks like a replacement in what the engine did not look at: finds that stay as they are, and tokens. A
/// find that was to stay and holds one gives way to it.
fn with_look_alikes(policy: &Policy, text: &str, pieces: Vec<Piece>, trace: bool) -> Vec<Piece> {
    let Some(rule) = policy.engine.look_alike() else { return pieces };
    let (kept, pieces): (Vec<_>, Vec<_>) =
        pieces.into_iter().partition(|piece| piece.operator == Operator::Keep);
    let spans = pieces.iter().map(|piece| piece.span).collect();
    let look_alike = |span| Piece::look_alike(span, trace);
    let forms = policy.engine.with_look_alikes(text, spans).into_iter().map(look_alike);
    let pieces = joined(pieces, forms.collect());
    let tokens = redact::tokens(text).map(|redact::Token { kind, start, end, .. }| {
        look_alike(Span { start, end, kind, rule, score: 1.0 })
    });
    joined(joined(pieces, tokens.collect()), kept)
}

/// Puts `others` among `pieces`, both sorted, where the place is free.
fn joined(mut pieces: Vec<Piece>, mut others: Vec<Piece>) -> Vec<Piece> {
    let mut reached = 0;
    others.retain(|other| {
        let Span { start, end, .. } = other.span;
        let before = pieces.partition_point(|piece| piece.span.start < end).checked_sub(1);
        let free = before.is_none_or(|before| pieces[before].span.end <= start) && reached <= start;
        reached = if free { end } else { reached };
        free
    });
    if !others.is_empty() {
        pieces.append(&mut others);
        pieces.sort_by_key(|piece| piece.span.start);
    }
    pieces
}

/// The words of texts, so that no surrogate is made of what stands there for itself. A surrogate all of whose words
/// stand somewhere is not used, which is more than is needed and needs no search.
#[derive(Default)]
struct Words(Mutex<KnownWords>);

#[derive(Default)]
struct KnownWords {
    numbers: HashSet<u64>,
    /// There were more than are kept: any word may be among them.
    more: bool,
}

impl Words {
    /// Those of the texts, where surrogates are wanted at all.
    fn of(job: &Job) -> Self {
        let surrogates =
            job.pieces.iter().flatten().any(|piece| piece.operator == Operator::Surrogate);
        let words = Self::default();
        if surrogates {
            words.add(&job.texts, usize::MAX);
        }
        words
    }

    /// Adds those of other texts, up to so many together.
    fn add(&self, texts: &[String], most: usize) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for word in texts.iter().flat_map(|text| words(text)) {
            if known.more {
                return;
            }
            known.numbers.insert(number(word));
            known.more = known.numbers.len() > most;
        }
    }

    fn have_all_of(&self, text: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.more || words(text).all(|word| known.numbers.contains(&number(word)))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn number(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// What invents surrogates for these texts.
fn invent(job: &Job, words: &Arc<Words>, language: Option<Language>) -> Box<Invent> {
    let (engine, words) = (Arc::clone(&job.policy.engine), Arc::clone(words));
    let language = language.map(Language::code);
    Box::new(move |span, original, seed| {
        let text = redact::surrogate(&engine, span, original, seed, language);
        let is_plain = redact::placeholders(&text).next().is_none()
            && redact::tokens(&text).next().is_none()
            && text.trim() == text;
        (is_plain && is_telling(&text) && !words.have_all_of(&text)).then_some(text)
    })
}

/// Whether a surrogate will be known again in whatever a model writes around it: `37` would be found in every sum.
fn is_telling(text: &str) -> bool {
    let count = text.chars().filter(|character| character.is_alphanumeric()).count();
    if text.chars().any(char::is_alphabetic) {
        // A name of two Chinese characters says as much as one of many letters.
        return count >= LETTERS_MIN || !text.is_ascii();
    }
    count >= DIGITS_MIN
}

#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod tests;
