//! A whole answer: its texts, what it cost, and itself again with others in their places.

use crate::{Dialect, Error, Text, Usage};
use std::borrow::Cow;

/// An answer that came at once.
pub struct Answer {
    body: Vec<u8>,
}

/// What is changed in an answer besides its texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnswerEdit<'e> {
    /// What the client calls the model.
    pub model: Option<&'e str>,
    /// A further member of the whole: its name, and its value as JSON.
    pub member: Option<(&'e str, &'e str)>,
}

impl Answer {
    /// Reads the body of an answer that is no error.
    ///
    /// # Errors
    /// What is no JSON object, or is nested too deep.
    pub fn read(dialect: Dialect, body: Vec<u8>) -> Result<Self, Error> {
        let _ = (dialect, body);
        Err(Error::Wrong("answers are not read yet"))
    }

    /// Its texts, in the order in which they stand.
    pub fn texts(&self) -> &[Text] {
        &[]
    }

    /// What the upstream counted.
    pub fn usage(&self) -> Option<Usage> {
        None
    }

    /// The upstream's name of the answer.
    pub fn id(&self) -> Option<&str> {
        None
    }

    /// The body with `texts`, one for each of [`Answer::texts`], in their places. Log probabilities of a choice whose text
    /// changed become null.
    ///
    /// # Panics
    /// When there are fewer or more.
    pub fn write(&self, texts: &[Cow<'_, str>], edit: &AnswerEdit<'_>) -> Vec<u8> {
        let _ = (texts, edit);
        self.body.clone()
    }
}
