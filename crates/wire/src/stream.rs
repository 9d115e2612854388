//! An answer as it comes: events, cut anywhere, whose texts somebody else may change or hold back.

mod cut;
mod form;
mod read;
mod site;

use crate::{Dialect, Error, ErrorBody, Usage};
use cut::{Cut, Cutter, Framing};
use read::{Event, Reader};

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
    /// What it hands to a tool that takes any text.
    Free,
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
    cutter: Cutter,
    reader: Reader,
}

impl Stream {
    /// Begins one.
    pub fn new(dialect: Dialect, options: StreamOptions) -> Self {
        let framing = if dialect.is_ollama() { Framing::Lines } else { Framing::Events };
        Self { cutter: Cutter::new(framing), reader: Reader::new(dialect, options) }
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
        self.cutter.take(bytes);
        while self.next(show, out)? {}
        Ok(())
    }

    /// Handles what is whole next, if anything is.
    fn next(&mut self, show: &mut dyn Show, out: &mut Vec<u8>) -> Result<bool, Error> {
        let Some(cut) = self.cutter.next()? else { return Ok(false) };
        match cut {
            Cut::Pass(range) => out.extend_from_slice(&self.cutter.bytes[range]),
            Cut::Event(range, data) => {
                let event = Event { bytes: &self.cutter.bytes, range, data: &data };
                self.cutter.dropped = self.reader.event(&event, show, out)?;
            }
        }
        Ok(true)
    }

    /// Ends the stream where the upstream did; what is held is written in the event form of its field.
    pub fn finish(&mut self, show: &mut dyn Show, out: &mut Vec<u8>) {
        if self.cutter.has_rest() {
            // Some servers spare themselves the end of the last line. What is no event is not passed on.
            self.cutter.take(b"\n\n");
            let before = out.len();
            if self.next(show, out).is_err() {
                out.truncate(before);
            }
        }
        self.cutter.clear();
        self.reader.finish_all(show, out);
        self.reader.close();
    }

    /// Writes what is held, then the dialect's own error event, then its end mark where clients wait for one. Writes
    /// nothing after an answer that is complete.
    pub fn fail(&mut self, show: &mut dyn Show, error: &ErrorBody<'_>, out: &mut Vec<u8>) {
        self.cutter.clear();
        self.reader.fail(show, error, out);
    }

    /// Whether the answer said that it is complete, or that it failed.
    pub fn is_done(&self) -> bool {
        self.reader.is_done()
    }

    /// Whether the upstream said that its answer failed.
    pub fn has_failed(&self) -> bool {
        self.reader.has_failed()
    }

    /// Takes back that the answer is complete, where what the last call wrote is not passed on: [`Stream::fail`] writes
    /// its error event then.
    pub fn reopen(&mut self) {
        self.reader.reopen();
    }

    /// What the upstream counted.
    pub fn usage(&self) -> Option<Usage> {
        self.reader.usage()
    }

    /// The upstream's name of the answer.
    pub fn id(&self) -> Option<&str> {
        self.reader.id()
    }

    /// What the answer is sent as.
    pub fn content_type(&self) -> &'static str {
        if self.reader.dialect().is_ollama() { "application/x-ndjson" } else { "text/event-stream" }
    }

    /// How many bytes of model text came, for an estimate where the upstream counts nothing.
    pub fn output_bytes(&self) -> u64 {
        self.reader.output_bytes()
    }
}

/// How far it is, and never what came.
impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("dialect", &self.reader.dialect())
            .field("is_done", &self.is_done())
            .field("output_bytes", &self.output_bytes())
            .finish_non_exhaustive()
    }
}
