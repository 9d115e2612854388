//! A request: what it asks for, its texts, and itself again with others in their places.

mod read;

use crate::json::literal;
use crate::texts::{self, Splice, Texts, spliced};
use crate::{Dialect, Error, Opaque, Text};
use read::Explain;
use std::borrow::Cow;

/// A request of a client.
pub struct Request {
    dialect: Dialect,
    body: String,
    model: Option<String>,
    streams: bool,
    wants_usage: bool,
    count: u32,
    prompts: u32,
    output_max: Option<u64>,
    previous: Option<String>,
    opaque: Vec<Opaque>,
    texts: Texts,
    /// The object that the body is.
    whole: (usize, usize),
    /// The values of the model, as often as it is named.
    models: Vec<(usize, usize)>,
    /// Where usage is asked for.
    usage: Ask,
    explain: Explain,
}

/// Where the upstream is asked for usage.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// The dialect has no such question.
    Nowhere,
    /// There is no object for it yet.
    Whole,
    /// What takes the place of something else: the options, where they are no object, or the answer no.
    Instead { start: usize, end: usize, is_object: bool },
    /// At the end of the options.
    Options(usize, usize),
    /// The client did.
    Asked,
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
        let body = String::from_utf8(body).map_err(|_| Error::NotUtf8)?;
        read::read(dialect, body)
    }

    /// What it was read as.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The bytes as they came.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The model that is asked for.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Whether the model is named more than once: which one is meant is every server's own choice.
    pub fn names_models(&self) -> bool {
        self.models.len() > 1
    }

    /// Whether the answer is to come as a stream.
    pub fn streams(&self) -> bool {
        self.streams
    }

    /// Whether the client itself asks for usage in the stream.
    pub fn wants_usage(&self) -> bool {
        self.wants_usage
    }

    /// How many answers are asked for.
    pub fn choices(&self) -> u32 {
        self.count.max(1).saturating_mul(self.prompts.max(1))
    }

    /// The most tokens that the model may write, where the client says so.
    pub fn output_max(&self) -> Option<u64> {
        self.output_max
    }

    /// What the upstream keeps and the request goes on from: an answer, a conversation or an item of one.
    pub fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
    }

    /// What it holds that cannot be read, in the order in which it stands.
    pub fn opaque(&self) -> &[Opaque] {
        &self.opaque
    }

    /// Its texts, in the order in which they stand.
    pub fn texts(&self) -> &[Text] {
        &self.texts.texts
    }

    /// The body with `texts`, one for each of [`Request::texts`], in their places; an unchanged one keeps its bytes.
    ///
    /// # Panics
    /// When there are fewer or more.
    pub fn write(&self, texts: &[Cow<'_, str>], edit: &Edit<'_>) -> Vec<u8> {
        let mut members = Vec::new();
        let mut splices = match (edit.explain, self.explain) {
            (Some(sentence), Explain::Text(index)) => {
                let mut texts = texts.to_vec();
                let before = if texts[index].is_empty() { "" } else { "\n\n" };
                texts[index].to_mut().push_str(&format!("{before}{sentence}"));
                self.texts.splices(&texts)
            }
            (Some(sentence), place) => {
                let mut splices = self.texts.splices(texts);
                splices.extend(place.put(&self.body, sentence, &mut members));
                splices
            }
            (None, _) => self.texts.splices(texts),
        };
        if let Some(model) = edit.model {
            for (start, end) in &self.models {
                splices.push(Splice { start: *start, end: *end, text: literal(model) });
            }
            if self.models.is_empty() {
                members.push(format!("\"model\":{}", literal(model)));
            }
        }
        if edit.usage {
            splices.extend(self.ask(&mut members));
        }
        splices.push(texts::members(&self.body, self.whole, &members));
        spliced(&self.body, splices)
    }

    fn ask(&self, members: &mut Vec<String>) -> Option<Splice> {
        const YES: &str = "\"include_usage\":true";
        match self.usage {
            Ask::Nowhere | Ask::Asked => None,
            Ask::Whole => {
                members.push(format!("\"stream_options\":{{{YES}}}"));
                None
            }
            Ask::Options(start, end) => {
                Some(texts::members(&self.body, (start, end), &[YES.to_owned()]))
            }
            Ask::Instead { start, end, is_object } => {
                let text = if is_object { format!("{{{YES}}}") } else { "true".to_owned() };
                Some(Splice { start, end, text })
            }
        }
    }
}

/// What it is and how large, and never what it says.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("dialect", &self.dialect)
            .field("bytes", &self.body.len())
            .field("texts", &self.texts.texts)
            .finish_non_exhaustive()
    }
}
