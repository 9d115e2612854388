//! A request: what it asks for, its texts, and itself again with others in their places.

use crate::{Dialect, Error, Opaque, Text};
use std::borrow::Cow;

/// A request of a client.
pub struct Request {
    dialect: Dialect,
    body: Vec<u8>,
}

/// What is changed in a request besides its texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edit<'e> {
    /// The upstream's name of the model.
    pub model: Option<&'e str>,
    /// A sentence for the model about placeholders: it ends the first system text, or is put in as one. Completions and
    /// embeddings have no place for it.
    pub explain: Option<&'e str>,
    /// Asks the upstream to count tokens in the stream, where the dialect leaves that to the client.
    pub usage: bool,
}

impl Request {
    /// Reads a body.
    ///
    /// # Errors
    /// What is no JSON object, is nested too deep, or has a member of another type than the dialect says.
    pub fn read(dialect: Dialect, body: Vec<u8>) -> Result<Self, Error> {
        let _ = (dialect, body);
        Err(Error::Wrong("requests are not read yet"))
    }

    /// What it was read as.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The bytes as they came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The model that is asked for.
    pub fn model(&self) -> Option<&str> {
        None
    }

    /// Whether the answer is to come as a stream.
    pub fn streams(&self) -> bool {
        false
    }

    /// Whether the client itself asks for usage in the stream.
    pub fn wants_usage(&self) -> bool {
        false
    }

    /// How many answers are asked for.
    pub fn choices(&self) -> u32 {
        1
    }

    /// The most tokens that the model may write, where the client says so.
    pub fn output_max(&self) -> Option<u64> {
        None
    }

    /// The answer before this one, which the upstream keeps.
    pub fn previous(&self) -> Option<&str> {
        None
    }

    /// What it holds that cannot be read, in the order in which it stands.
    pub fn opaque(&self) -> &[Opaque] {
        &[]
    }

    /// Its texts, in the order in which they stand.
    pub fn texts(&self) -> &[Text] {
        &[]
    }

    /// The body with `texts`, one for each of [`Request::texts`], in their places; an unchanged one keeps its bytes.
    ///
    /// # Panics
    /// When there are fewer or more.
    pub fn write(&self, texts: &[Cow<'_, str>], edit: &Edit<'_>) -> Vec<u8> {
        let _ = (texts, edit);
        self.body.clone()
    }
}
