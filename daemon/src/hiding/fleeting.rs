//! Hiding without a session: numbers that last as long as one request, and are the same in the next one that begins with
//! the same texts.
//!
//! One rule: what becomes of a text depends on it and on those before it, and on nothing else. A chat resends its
//! messages with each turn, so each is hidden again as it was, and nothing need be kept in between.

use super::known::Known;
use super::write::{self, Written};
use super::{Hashes, HideError, Job, Piece, ROUNDS_MAX, Seam, check, pieces, pieces_under};
use crate::policy::Policy;
use crate::store::{Given, Wanted};
use redact::{Kind, Operator, Vault};
use std::sync::Arc;

/// What stands for originals where a policy asks for placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// `<EMAIL_1>`: can be shown again.
    Numbered,
    /// `<EMAIL>`: the same whatever else stands in the request, for texts that are compared.
    Bare,
}

/// A text that was gone over.
pub(crate) struct Passage {
    /// The text as it is to be sent; none where it stays as it is.
    pub(crate) text: Option<String>,
    /// What is hidden in it.
    pub(crate) kinds: Vec<Kind>,
}

/// Hides one text after another.
pub(crate) struct Fleeting {
    policy: Arc<Policy>,
    hashes: Hashes,
    marks: Marks,
    vault: Vault,
    known: Known,
}

impl Fleeting {
    /// Begins.
    pub(crate) fn new(policy: Arc<Policy>, hashes: Hashes, marks: Marks) -> Self {
        Self { policy, hashes, marks, vault: Vault::default(), known: Known::default() }
    }

    /// What stands for the originals of everything so far.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether that was hidden as a whole.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.known.has(text)
    }

    /// Hides the next text.
    ///
    /// # Errors
    /// When it cannot be written so that it can be shown again.
    pub(crate) fn hide(&mut self, text: &str) -> Result<Passage, HideError> {
        let found = pieces(&self.policy, text, None, false);
        self.passage(text, found)
    }

    /// Hides the next text, which stands under a key.
    ///
    /// # Errors
    /// When it cannot be written so that it can be shown again.
    pub(crate) fn hide_under(&mut self, key: &str, text: &str) -> Result<Passage, HideError> {
        let found = pieces_under(&self.policy, key, text, None);
        self.passage(text, found)
    }

    fn passage(&mut self, text: &str, found: Vec<Piece>) -> Result<Passage, HideError> {
        self.known.learn(&self.policy, text, &found);
        let mut pieces = self.known.added(&self.policy, text, found);
        let look_alike = self.policy.engine.look_alike();
        for piece in &mut pieces {
            match (piece.operator, self.marks) {
                // Nothing is shown again, so nothing can be mistaken.
                (_, Marks::Bare) if Some(piece.span.rule) == look_alike => {
                    piece.operator = Operator::Keep;
                }
                (Operator::Placeholder, Marks::Bare) => piece.operator = Operator::Bare,
                // These need what only a session keeps.
                (Operator::Encrypt | Operator::Surrogate, Marks::Numbered) => piece.number(),
                (Operator::Encrypt | Operator::Surrogate, Marks::Bare) => {
                    piece.operator = Operator::Bare;
                }
                _ => {}
            }
        }
        let mut hidden = pieces.iter().filter(|piece| piece.operator != Operator::Keep).peekable();
        let changes = hidden.peek().is_some();
        // What only looks like a mark is nobody's: it is hidden, and not counted.
        let found = hidden.filter(|piece| Some(piece.span.rule) != look_alike);
        let kinds: Vec<_> = found.map(|piece| piece.span.kind).collect();
        if !changes {
            return Ok(Passage { text: None, kinds });
        }
        let written = self.written(text, pieces)?;
        Ok(Passage { text: Some(written.hidden.text), kinds })
    }

    fn written(&mut self, text: &str, pieces: Vec<Piece>) -> Result<Written, HideError> {
        let mut job = Job {
            policy: Arc::clone(&self.policy),
            texts: vec![text.to_owned()],
            pieces: vec![pieces],
            trace: false,
            seam: Seam::default(),
        };
        for _ in 0..ROUNDS_MAX {
            let (wanted, slots) = write::wanted(&job);
            let number = |wanted: &Wanted| self.vault.number(wanted.kind, &wanted.original);
            let given: Vec<_> = wanted.iter().map(number).map(Given::Number).collect();
            let mut texts = write::texts(&job, &slots, &given, Some(&self.hashes));
            let settled =
                self.marks == Marks::Bare || job.is_plain() || check::settle(&mut job, &texts, &[]);
            if settled {
                return Ok(texts.pop().expect("one for each text"));
            }
        }
        Err(HideError::Unsettled)
    }
}
