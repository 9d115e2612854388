//! Why a body or a stream was not taken. Never quotes it.

/// What is wrong with a body or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no text.
    #[error("not UTF-8")]
    NotUtf8,
    /// The text is no JSON; where that shows first, both counted from 1, the column in bytes.
    #[error("not JSON (line {line}, column {column})")]
    NotJson {
        /// The line.
        line: usize,
        /// The byte in that line.
        column: usize,
    },
    /// Arrays and objects within each other, deeper than anybody needs.
    #[error("nested deeper than {} levels", crate::DEPTH_MAX)]
    TooDeep,
    /// It is JSON, but not what the dialect says; what is missing, in words of ours.
    #[error("{0}")]
    Wrong(&'static str),
    /// More texts and parts than anybody sends, each small.
    #[error("more than {} texts and parts", crate::FOUND_MAX)]
    TooMany,
    /// One event is larger than any that makes sense.
    #[error("an event of the stream is larger than {} bytes", crate::EVENT_BYTES_MAX)]
    TooLarge,
}
