//! What is found in a request or an answer: texts, and what cannot be read as text.

/// Who wrote a text, or what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whose {
    /// Who runs the application: system and developer messages, instructions.
    System,
    /// Who uses it.
    User,
    /// The model.
    Assistant,
    /// A tool that the model called: its result.
    Tool,
    /// `messages[].name`, whose grammar allows no brackets and no spaces.
    Name,
}

/// A text, with nothing escaped in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Who wrote it.
    pub whose: Whose,
    /// Which message it belongs to, counted from 0; of an answer, which choice.
    pub turn: u32,
    /// The name that it stands under, where it is a value of JSON that a client or the model made up: the nearest member
    /// around it, and before that the one that this member's object stands under. It says what the text is, and is no
    /// part of it.
    pub key: Option<String>,
}

/// Whose and how long, and never what.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text")
            .field("bytes", &self.text.len())
            .field("whose", &self.whose)
            .field("turn", &self.turn)
            .finish()
    }
}

/// Something in a request that holds no text to be read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Opaque {
    /// A picture, within the request or by its address.
    Image,
    /// Sound.
    Audio,
    /// A file or a document.
    File,
    /// A prompt that comes as numbers of tokens.
    Tokens,
    /// Anything else: what a client keeps for the upstream, sealed or by its name.
    Other,
}

/// What the upstream counted, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the request.
    pub input: u64,
    /// Of the answer.
    pub output: u64,
}
