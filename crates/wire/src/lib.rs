//! Finds the texts in requests to language models and in their answers, whole or streamed, and writes others in their
//! places; every other byte stays as it came.
//!
//! Pure: no I/O, no clock, no threads. A JSON text is never parsed into a tree and written again: it is gone over once,
//! and a table of paths for each dialect says which of its strings are texts. So the order of members, numbers,
//! duplicate keys, unknown fields and white space are the client's and the upstream's, not ours.

mod dialect;
mod error;
mod text;

mod json;
mod scan;
mod table;
mod texts;

mod answer;
mod body;
mod request;
mod stream;

pub use answer::{Answer, AnswerEdit};
pub use body::{ErrorBody, error, model, models, ollama_tags};
pub use dialect::Dialect;
pub use error::Error;
pub use request::{Edit, Request};
pub use stream::{Field, Part, Show, Stream, StreamOptions};
pub use text::{Opaque, Text, Usage, Whose};

/// How deep arrays and objects may lie within each other. Requests of clients reach about a dozen; a schema in a tool
/// definition, some dozens.
pub const DEPTH_MAX: usize = 128;

/// The most texts, parts and members that are looked at in one body or event. What is kept of each is some hundred bytes, of
/// which a body of small strings would else take fifty times its size.
pub const FOUND_MAX: usize = 1 << 18;

/// The largest event of a stream. A final event that repeats a whole answer is the largest that makes sense, and an answer
/// is limited by what the model may write: some hundred kilobytes.
pub const EVENT_BYTES_MAX: usize = 16 * 1024 * 1024;
