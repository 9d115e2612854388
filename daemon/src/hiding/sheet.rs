//! Hiding what was found beforehand: a text that comes window by window, or the strings of a document. What is written can
//! be read back as a whole, wherever the windows meet.

use super::{Desk, Hashes, HideError, Job, Seam, Words, decided, write};
use crate::policy::Policy;
use crate::store::{Given, Numbers, Store};
use redact::{Operator, Span, Vault};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of what was written that the next window sees: more than any surrogate or placeholder has.
const BEFORE: usize = 4096;

/// Different words that are remembered, so that no surrogate is made of them; where there are more, no more are made.
const WORDS_MAX: usize = 1 << 20;

/// A text and what was found in it.
pub(crate) struct Found {
    /// The text.
    pub(crate) text: String,
    /// What was found, in order.
    pub(crate) spans: Vec<Span>,
}

/// A text that is written.
pub(crate) struct Sheet {
    /// The text.
    pub(crate) text: String,
    /// Where something else stands now: in the text as it was, and here.
    parts: Vec<(Range<usize>, Range<usize>)>,
}

impl Sheet {
    /// What was exchanged: where it stood, and what is there now.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        self.parts.iter().map(|(old, new)| (old.clone(), &self.text[new.clone()]))
    }
}

/// Hides by a policy, one text after another.
pub(crate) struct Sheets {
    policy: Arc<Policy>,
    hashes: Option<Hashes>,
    pub(super) words: Arc<Words>,
    seam: Seam,
}

impl Sheets {
    /// Begins; `hashes` must be there where the policy hashes, or a session is used.
    pub(crate) fn new(policy: Arc<Policy>, hashes: Option<Hashes>) -> Self {
        Self { policy, hashes, words: Arc::default(), seam: Seam::default() }
    }

    /// Hides the next part of a text in a session; `last` says that nothing follows.
    ///
    /// # Errors
    /// When the session cannot be used, or the store fails.
    pub(crate) async fn part(
        &mut self,
        (store, who): (&Store, &mut Numbers),
        found: Found,
        last: bool,
    ) -> Result<Sheet, HideError> {
        let seam = Seam { before: std::mem::take(&mut self.seam.before), open: !last };
        let (job, sheets) = self.kept(store, who, self.job(vec![found], seam)).await?;
        let sheet = sheets.into_iter().next().expect("one for each");
        let mut before = job.seam.before + &sheet.text;
        let mut from = before.len().saturating_sub(BEFORE);
        while !before.is_char_boundary(from) {
            from += 1;
        }
        before.drain(..from);
        self.seam.before = before;
        Ok(sheet)
    }

    /// Hides texts in a session, each of which will be read by itself.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub(crate) async fn strings(
        &mut self,
        (store, who): (&Store, &mut Numbers),
        found: Vec<Found>,
    ) -> Result<Vec<Sheet>, HideError> {
        Ok(self.kept(store, who, self.job(found, Seam::default())).await?.1)
    }

    /// Hides texts that nobody will show again.
    pub(crate) fn forgotten(&self, vault: &mut Vault, found: Vec<Found>) -> Vec<Sheet> {
        let job = self.job(found, Seam::default());
        let (wanted, slots) = write::wanted(&job);
        let number = |wanted: &crate::store::Wanted| vault.number(wanted.kind, &wanted.original);
        let given: Vec<_> = wanted.iter().map(number).map(Given::Number).collect();
        let texts = write::texts(&job, &slots, &given, self.hashes.as_ref());
        sheets(&job, texts)
    }

    async fn kept(
        &self,
        store: &Store,
        who: &mut Numbers,
        job: Job,
    ) -> Result<(Job, Vec<Sheet>), HideError> {
        let operators = &self.policy.operators;
        let mut all = operators.kinds.values().chain([&operators.default]);
        if all.any(|operator| *operator == Operator::Surrogate) {
            self.words.add(&job.texts, WORDS_MAX);
        }
        let hashes = self.hashes.as_ref().expect("made for a session");
        let desk = Desk { store, hashes, words: &self.words, language: None, heavy: false };
        let (job, texts) = desk.written(who, job).await?;
        let sheets = sheets(&job, texts);
        Ok((job, sheets))
    }

    fn job(&self, found: Vec<Found>, seam: Seam) -> Job {
        let policy = Arc::clone(&self.policy);
        let mut job = Job { policy, texts: Vec::new(), pieces: Vec::new(), trace: false, seam };
        for Found { text, spans } in found {
            let spans = spans.into_iter().map(|span| (span, None)).collect();
            job.pieces.push(decided(&self.policy, &text, spans, false));
            job.texts.push(text);
        }
        job
    }
}

fn sheets(job: &Job, texts: Vec<write::Written>) -> Vec<Sheet> {
    let texts = texts.into_iter().zip(&job.pieces);
    let sheet = |(written, pieces): (write::Written, &Vec<super::Piece>)| {
        let parts = pieces.iter().zip(written.places);
        let parts =
            parts.map(|(piece, (start, end))| (piece.span.start..piece.span.end, start..end));
        Sheet { parts: parts.collect(), text: written.hidden.text }
    };
    texts.map(sheet).collect()
}
