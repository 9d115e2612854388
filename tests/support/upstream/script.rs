//! What a fake model server says, how it cuts it, and where it breaks off.

/// How the model's text is cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All of it in one.
    Whole,
    /// So many characters each.
    Characters(usize),
    /// In two, after so many characters.
    After(usize),
    /// Words with the space before them.
    Words,
}

impl Cut {
    /// The pieces; none is empty.
    pub(super) fn pieces(self, text: &str) -> Vec<&str> {
        let characters: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mut cuts: Vec<usize> = match self {
            Self::Whole => Vec::new(),
            Self::Characters(count) => {
                characters.iter().copied().step_by(count.max(1)).skip(1).collect()
            }
            Self::After(count) => characters.get(count).copied().into_iter().collect(),
            Self::Words => text.match_indices(' ').map(|(at, _)| at).collect(),
        };
        cuts.push(text.len());
        let mut start = 0;
        let mut pieces = Vec::with_capacity(cuts.len());
        for cut in cuts {
            if cut > start {
                pieces.push(&text[start..cut]);
            }
            start = cut;
        }
        pieces
    }
}

/// What is said instead of a model's answer.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// A script.
#[derive(Debug, Clone)]
pub struct Script {
    /// Nothing says the last text of the user again.
    pub(super) text: Option<String>,
    pub(super) reasoning: Option<String>,
    pub(super) calls: Vec<(String, String)>,
    pub(super) finish: Option<String>,
    pub(super) cut: Cut,
    pub(super) ascii: bool,
    pub(super) comments: bool,
    pub(super) writes: Option<usize>,
    pub(super) raw: Option<Raw>,
    stall: Option<usize>,
    drop: Option<usize>,
    silent: bool,
    flood: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self::echo()
    }
}

impl Script {
    /// Says the last text of the user again, word by word.
    pub fn echo() -> Self {
        Self {
            text: None,
            reasoning: None,
            calls: Vec::new(),
            finish: None,
            cut: Cut::Words,
            ascii: false,
            comments: false,
            writes: None,
            raw: None,
            stall: None,
            drop: None,
            silent: false,
            flood: false,
        }
    }

    /// Says this.
    pub fn text(text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..Self::echo() }
    }

    /// Calls a tool with these arguments, which are JSON text, and says nothing.
    pub fn call(name: &str, arguments: &str) -> Self {
        Self::text("").and_call(name, arguments)
    }

    /// Answers with this status and JSON body.
    pub fn status(status: u16, body: &str) -> Self {
        Self::raw(status, "application/json", body.as_bytes())
    }

    /// Answers with exactly this, whatever was asked.
    pub fn raw(status: u16, kind: &str, body: &[u8]) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self { raw: Some(Raw { status, headers, body: body.to_vec() }), ..Self::echo() }
    }

    /// Answers 200 with a web page, as a portal does that wants a login.
    pub fn html() -> Self {
        Self::raw(200, "text/html", b"<!doctype html><title>Sign in</title><p>Please sign in.")
    }

    /// Takes the request and says nothing at all.
    pub fn silent() -> Self {
        Self { silent: true, ..Self::echo() }
    }

    /// Begins an event that never ends.
    pub fn flood() -> Self {
        let kind = "text/event-stream";
        Self {
            flood: true,
            ..Self::raw(200, kind, b"data: {\"choices\":[{\"delta\":{\"content\":\"")
        }
    }

    /// Calls a tool besides.
    #[must_use]
    pub fn and_call(mut self, name: &str, arguments: &str) -> Self {
        self.calls.push((name.to_owned(), arguments.to_owned()));
        self
    }

    /// Thinks aloud before it answers.
    #[must_use]
    pub fn thinking(mut self, text: &str) -> Self {
        self.reasoning = Some(text.to_owned());
        self
    }

    /// Ends for this reason, in the dialect's own word.
    #[must_use]
    pub fn finishing(mut self, reason: &str) -> Self {
        self.finish = Some(reason.to_owned());
        self
    }

    /// Cuts what it says so.
    #[must_use]
    pub fn cut(mut self, cut: Cut) -> Self {
        self.cut = cut;
        self
    }

    /// Writes the bytes of a stream in pieces of this size, wherever that cuts them.
    #[must_use]
    pub fn writes(mut self, bytes: usize) -> Self {
        self.writes = Some(bytes.max(1));
        self
    }

    /// Spells everything beyond ASCII as `\uXXXX`, as Python's servers do.
    #[must_use]
    pub fn ascii(mut self) -> Self {
        self.ascii = true;
        self
    }

    /// Sends a comment between events, as servers do to keep a connection.
    #[must_use]
    pub fn comments(mut self) -> Self {
        self.comments = true;
        self
    }

    /// Adds a header, where the answer is a raw one.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(raw) = &mut self.raw {
            raw.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Stops after so many bytes of the body, until it is resumed or the client goes.
    #[must_use]
    pub fn stall_after(mut self, bytes: usize) -> Self {
        self.stall = Some(bytes);
        self
    }

    /// Closes the connection after so many bytes of the body.
    #[must_use]
    pub fn drop_after(mut self, bytes: usize) -> Self {
        self.drop = Some(bytes);
        self
    }

    pub(super) fn breaks(&self) -> (Option<usize>, Option<usize>) {
        (self.stall, self.drop)
    }

    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    pub(super) fn is_flood(&self) -> bool {
        self.flood
    }
}
