//! An answer as it comes: events, cut anywhere, whose texts somebody else may change or hold back.

use crate::{Dialect, Error, ErrorBody, Usage};

/// A kind of model text within an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// What the model says.
    Content,
    /// Why it does not.
    Refusal,
    /// What it thinks before it speaks.
    Reasoning,
    /// What it hands to a tool: the text of a JSON object.
    Arguments,
    /// A whole text that repeats what came in pieces: one push, then the end.
    Whole,
    /// As `Whole`, for the arguments of a tool.
    WholeArguments,
}

impl Part {
    /// Whether the text is itself JSON.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Arguments | Self::WholeArguments)
    }
}

/// One text of a stream, of which the pieces come in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    /// Which of several answers; of responses, which item of the output.
    pub choice: u32,
    /// What kind of text.
    pub part: Part,
    /// Which of several of that kind: tool call, content block.
    pub index: u32,
}

/// What the caller does with model text.
pub trait Show {
    /// Takes a piece, and writes to `out` what is decided.
    fn push(&mut self, field: Field, piece: &str, out: &mut String);

    /// Ends a field, before the event that ends it: what was held back is decided now.
    fn finish(&mut self, field: Field, out: &mut String);
}

/// What is changed in a stream besides its texts.
#[derive(Debug, Clone, Default)]
pub struct StreamOptions {
    /// Drops the event with usage that only we asked for.
    pub hide_usage: bool,
    /// What the client calls the model.
    pub model: Option<String>,
}

/// An answer as it comes.
pub struct Stream {
    dialect: Dialect,
    options: StreamOptions,
}

impl Stream {
    /// Begins one.
    pub fn new(dialect: Dialect, options: StreamOptions) -> Self {
        Self { dialect, options }
    }

    /// Reads what came, and writes to `out` all that is decided.
    ///
    /// # Errors
    /// An event that is no JSON, or larger than [`crate::EVENT_BYTES_MAX`]; then [`Stream::fail`] ends the stream.
    pub fn push(
        &mut self,
        bytes: &[u8],
        show: &mut dyn Show,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let _ = (bytes, show, out, &self.options);
        Err(Error::Wrong("streams are not read yet"))
    }

    /// Ends the stream where the upstream did; what is held is written in the event form of its field.
    pub fn finish(&mut self, show: &mut dyn Show, out: &mut Vec<u8>) {
        let _ = (show, out);
    }

    /// Writes what is held, then the dialect's own error event, then its end mark where clients wait for one.
    pub fn fail(&mut self, show: &mut dyn Show, error: &ErrorBody<'_>, out: &mut Vec<u8>) {
        let _ = (show, error, out);
    }

    /// Whether the answer said that it is complete.
    pub fn is_done(&self) -> bool {
        false
    }

    /// What the upstream counted.
    pub fn usage(&self) -> Option<Usage> {
        None
    }

    /// The upstream's name of the answer.
    pub fn id(&self) -> Option<&str> {
        None
    }

    /// What the answer is sent as.
    pub fn content_type(&self) -> &'static str {
        if self.dialect.is_ollama() { "application/x-ndjson" } else { "text/event-stream" }
    }

    /// How many bytes of model text came, for an estimate where the upstream counts nothing.
    pub fn output_bytes(&self) -> u64 {
        0
    }
}
