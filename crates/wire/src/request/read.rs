//! Reads a request: one look at each place that the table of its dialect found, in the order in which they stand.

use super::{Ask, Request};
use crate::json::{decoded, literal};
use crate::scan::{Found, Kind, scan};
use crate::table::{Mark, request};
use crate::texts::{Of, Splice, Texts};
use crate::{Dialect, Error, Opaque, Whose};

/// Where a sentence for the model goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Explain {
    Nowhere,
    /// At the end of a text.
    Text(usize),
    /// At the end of a list of parts.
    Parts(Found),
    /// Before the first message.
    Turns(Found),
    /// A member of the request that is not there.
    Member(&'static str),
    /// In the place of nothing.
    Instead(Found),
}

impl Explain {
    /// Puts `sentence` there, where that is not within a text: into what is there, or as a member.
    pub(super) fn put(
        self,
        body: &str,
        sentence: &str,
        members: &mut Vec<String>,
    ) -> Option<Splice> {
        let sentence = literal(sentence);
        match self {
            Self::Nowhere | Self::Text(_) => None,
            Self::Parts(list) => {
                let comma = if list.is_empty(body) { "" } else { "," };
                let part = format!("{comma}{{\"type\":\"text\",\"text\":{sentence}}}");
                Some(Splice::insert(list.end - 1, part))
            }
            Self::Turns(list) => {
                let comma = if list.is_empty(body) { "" } else { "," };
                let turn = format!("{{\"role\":\"system\",\"content\":{sentence}}}{comma}");
                Some(Splice::insert(list.start + 1, turn))
            }
            Self::Member(name) => {
                members.push(format!("\"{name}\":{sentence}"));
                None
            }
            Self::Instead(null) => {
                Some(Splice { start: null.start, end: null.end, text: sentence })
            }
        }
    }
}

pub(super) fn read(dialect: Dialect, body: String) -> Result<Request, Error> {
    let found = scan(&body, request::table(dialect))?;
    let start = crate::json::skip(body.as_bytes(), 0);
    if body.as_bytes()[start] != b'{' {
        return Err(Error::Wrong("the body is not an object"));
    }
    let whole = (start, body.trim_end().len());
    let mut reader = Reader {
        found: &found,
        turn: None,
        source: None,
        explain: Explain::first(dialect),
        is_endless: false,
        request: Request {
            dialect,
            model: None,
            streams: dialect.is_ollama(),
            wants_usage: false,
            count: 1,
            prompts: 0,
            output_max: None,
            previous: None,
            opaque: Vec::new(),
            texts: Texts::default(),
            whole,
            models: Vec::new(),
            usage: match dialect {
                Dialect::Chat | Dialect::Completions => Ask::Whole,
                _ => Ask::Nowhere,
            },
            explain: Explain::Nowhere,
            body,
        },
    };
    for at in 0..found.len() {
        reader.look(at)?;
    }
    reader.request.explain = reader.explain;
    if reader.is_endless {
        reader.request.output_max = None;
    }
    Ok(reader.request)
}

impl Explain {
    /// Where it goes when no place is found.
    fn first(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Messages | Dialect::OllamaGenerate => Self::Member("system"),
            Dialect::Responses => Self::Member("instructions"),
            _ => Self::Nowhere,
        }
    }
}

struct Reader<'f> {
    found: &'f [Found],
    /// The message that is being read, and whose it is.
    turn: Option<(Found, Whose)>,
    /// The document's source that is being read, when it is text.
    source: Option<Found>,
    explain: Explain,
    /// Whether one of several members says that the model may write without end.
    is_endless: bool,
    request: Request,
}

impl Reader<'_> {
    fn look(&mut self, at: usize) -> Result<(), Error> {
        let found = self.found[at];
        match found.mark {
            Mark::Said if found.kind == Kind::Object => {
                return Err(Error::Wrong("the content of a message is neither a text nor a list"));
            }
            Mark::Said | Mark::Part if found.kind == Kind::String => {
                if let Some(text) = self.text(&found, self.whose(&found))? {
                    self.explain_in(&found, Explain::Text(text));
                }
            }
            Mark::Said if found.kind == Kind::Array => {
                self.explain_in(&found, Explain::Parts(found));
            }
            Mark::Text(whose) => self.fixed(&found, whose)?,
            Mark::Input if found.kind == Kind::String => {
                self.named(&found, (Whose::Assistant, Of::Arguments))?;
            }
            Mark::Arguments if found.kind == Kind::String => {
                let (first, of) = (self.request.texts.texts.len(), Of::Arguments);
                self.request.texts.json(&self.request.body, &found, (Whose::Assistant, of))?;
                self.number(first, &found);
            }
            Mark::Prompt => self.prompt(&found)?,
            Mark::Turns if found.kind == Kind::Array => self.turns(found),
            Mark::Turns if found.kind != Kind::Null => {
                return Err(Error::Wrong("the messages are not a list"));
            }
            Mark::Turn => {
                self.turn = Some((found, self.role(at)));
                self.item(at);
            }
            Mark::Part => self.part(at),
            Mark::Source => {
                let is_text = self.type_within(at, 1).is_some_and(|kind| kind == "text");
                self.source = is_text.then_some(found);
            }
            Mark::SourceData if found.kind == Kind::String => {
                if self.source.is_some_and(|source| found.is_in(&source)) {
                    self.text(&found, Whose::User)?;
                }
            }
            Mark::Opaque(opaque) if found.kind != Kind::Null => self.request.opaque.push(opaque),
            _ => self.member(&found)?,
        }
        Ok(())
    }

    /// What is no text: what the request asks for.
    fn member(&mut self, found: &Found) -> Result<(), Error> {
        let request = &mut self.request;
        let value = &request.body[found.start..found.end];
        match (found.mark, found.kind) {
            (Mark::Previous, Kind::Null) => {}
            (Mark::Model, Kind::Null | Kind::String) => {
                request.model = (found.kind == Kind::String).then(|| decoded(value));
                request.models.push((found.start, found.end));
            }
            (Mark::Model, _) => return Err(Error::Wrong("the model is not a text")),
            (Mark::Previous, Kind::String) => request.previous = Some(decoded(value)),
            // A conversation, by an object that names it.
            (Mark::Previous, Kind::Object) => request.previous = Some(value.to_owned()),
            (Mark::Previous, _) => {
                return Err(Error::Wrong("the previous answer or conversation is not a text"));
            }
            (Mark::Streams, Kind::True | Kind::False) => {
                request.streams = found.kind == Kind::True;
            }
            (Mark::Streams, Kind::Null) => {}
            (Mark::Streams, _) => return Err(Error::Wrong("stream is neither true nor false")),
            (Mark::StreamOptions, kind) => {
                request.usage = match kind {
                    Kind::Object => Ask::Options(found.start, found.end),
                    _ => Ask::Instead { start: found.start, end: found.end, is_object: true },
                };
            }
            (Mark::IncludeUsage, kind) => {
                request.wants_usage = kind == Kind::True;
                request.usage = match kind {
                    Kind::True => Ask::Asked,
                    _ => Ask::Instead { start: found.start, end: found.end, is_object: false },
                };
            }
            (Mark::Count, Kind::Number) => {
                // Of several, such as `n` and `best_of`, the largest says what is written.
                let wrong = |_| Error::Wrong("n or best_of is not a whole number");
                request.count = request.count.max(value.parse().map_err(wrong)?);
            }
            (Mark::OutputMax, Kind::Number) => match number(value) {
                Some(most) => request.output_max = request.output_max.max(Some(most)),
                None => self.is_endless = true,
            },
            (Mark::Raw, Kind::True) => self.explain = Explain::Nowhere,
            _ => {}
        }
        Ok(())
    }

    fn whose(&self, found: &Found) -> Whose {
        let turn = self.turn.filter(|(turn, _)| found.is_in(turn));
        turn.map_or(Whose::User, |(_, whose)| whose)
    }

    /// Takes a text, or those of JSON that it is, which belong to the message that is being read, or else to the first.
    /// Returns the last, of a system text the one that a sentence may follow.
    fn text(&mut self, found: &Found, whose: Whose) -> Result<Option<usize>, Error> {
        let (first, body) = (self.request.texts.texts.len(), &self.request.body);
        let last = match whose {
            Whose::Name => Some(self.request.texts.plain(body, found, whose)),
            _ => self.request.texts.json(body, found, (whose, Of::Content))?,
        };
        self.number(first, found);
        Ok(last)
    }

    /// The same of a text that stands under a name of the client's or the model's.
    fn named(&mut self, found: &Found, of: (Whose, Of)) -> Result<(), Error> {
        let first = self.request.texts.texts.len();
        self.request.texts.named(&self.request.body, found, of)?;
        self.number(first, found);
        Ok(())
    }

    fn number(&mut self, first: usize, found: &Found) {
        let turn = self.turn.filter(|(turn, _)| found.is_in(turn));
        let turn = turn.map_or(0, |(turn, _)| turn.index);
        self.request.texts.texts[first..].iter_mut().for_each(|text| text.turn = turn);
    }

    /// What lies directly within what was found at `at`, or so many levels deeper.
    fn within(&self, at: usize, levels: u16) -> impl Iterator<Item = &Found> {
        let outer = self.found[at];
        let inner = self.found[at + 1..].iter().take_while(move |found| found.is_in(&outer));
        inner.filter(move |found| found.depth == outer.depth + levels)
    }

    fn type_within(&self, at: usize, levels: u16) -> Option<String> {
        let is_type = |found: &&Found| found.mark == Mark::Type && found.kind == Kind::String;
        let found = self.within(at, levels).filter(is_type).last()?;
        Some(decoded(&self.request.body[found.start..found.end]))
    }

    /// Whose a message is; its role may stand behind its content.
    fn role(&self, at: usize) -> Whose {
        let is_role = |found: &&Found| found.mark == Mark::Role && found.kind == Kind::String;
        let Some(role) = self.within(at, 1).filter(is_role).last() else { return Whose::User };
        match decoded(&self.request.body[role.start..role.end]).as_str() {
            "system" | "developer" => Whose::System,
            "assistant" | "model" => Whose::Assistant,
            "tool" | "function" => Whose::Tool,
            _ => Whose::User,
        }
    }

    fn fixed(&mut self, found: &Found, whose: Whose) -> Result<(), Error> {
        // Of system texts at the top, the last of the same name is the one that counts.
        let is_system = whose == Whose::System && found.depth == 1;
        let has_place = is_system && !matches!(self.explain, Explain::Nowhere);
        // Metadata, documents, variables: beneath members of the request, and in no message.
        let is_named = whose == Whose::User
            && found.depth > 1
            && !self.turn.is_some_and(|(turn, _)| found.is_in(&turn));
        match found.kind {
            Kind::String if is_named => self.named(found, (whose, Of::Content))?,
            Kind::String => {
                let text = self.text(found, whose)?;
                if let Some(text) = text.filter(|_| has_place) {
                    self.explain = Explain::Text(text);
                }
            }
            Kind::Array if has_place => self.explain = Explain::Parts(*found),
            Kind::Null if has_place => self.explain = Explain::Instead(*found),
            _ => {}
        }
        Ok(())
    }

    /// The content of the first system message is the place, where nothing better came before.
    fn explain_in(&mut self, found: &Found, place: Explain) {
        let turn = self.turn.filter(|(turn, _)| found.depth == turn.depth + 1);
        let is_system = turn.is_some() && self.whose(found) == Whose::System;
        if is_system && found.mark == Mark::Said && matches!(self.explain, Explain::Turns(_)) {
            self.explain = place;
        }
    }

    fn prompt(&mut self, found: &Found) -> Result<(), Error> {
        let is_element = found.depth > 1;
        match found.kind {
            Kind::String => {
                self.text(found, Whose::User)?;
            }
            // A list of numbers is one prompt, seen at its first; a list of lists has one in each.
            Kind::Number | Kind::Array
                if is_element && self.request.opaque.last() != Some(&Opaque::Tokens) =>
            {
                self.request.opaque.push(Opaque::Tokens);
            }
            Kind::Object => self.request.opaque.push(Opaque::Other),
            _ => {}
        }
        if found.depth == 2 && found.kind != Kind::Number {
            self.request.prompts = self.request.prompts.saturating_add(1);
        }
        Ok(())
    }

    /// Finds the place for a sentence among the messages.
    fn turns(&mut self, list: Found) {
        if !matches!(self.request.dialect, Dialect::Chat | Dialect::OllamaChat) {
            return;
        }
        self.explain = Explain::Turns(list);
    }

    /// Of an item of responses that is of no known kind, nobody knows where its texts are; one that says neither its kind
    /// nor whose it is stands for one that the upstream keeps.
    fn item(&mut self, at: usize) {
        let kind = self.type_within(at, 1);
        if self.request.dialect == Dialect::Responses && self.found[at].kind == Kind::Object {
            let has_role = || self.within(at, 1).any(|found| found.mark == Mark::Role);
            if kind.as_deref().map_or_else(|| !has_role(), |kind| kind == REFERENCE) {
                self.request.previous = Some(REFERENCE.to_owned());
                return;
            }
        }
        if kind.is_some_and(|kind| kind != "message" && !ITEMS.contains(&kind.as_str())) {
            self.request.opaque.push(Opaque::Other);
        }
    }

    fn part(&mut self, at: usize) {
        if self.found[at].kind != Kind::Object {
            return;
        }
        let kind = self.type_within(at, 1);
        let opaque = match kind.as_deref() {
            None => {
                let mut inner = self.within(at, 1);
                let has_text = inner.any(|found| found.kind == Kind::String);
                (!has_text).then_some(Opaque::Other)
            }
            Some("document") => {
                let source = self.type_within(at, 2);
                let is_read = matches!(source.as_deref(), Some("text" | "content"));
                (!is_read).then_some(Opaque::File)
            }
            Some(kind) => opaque(self.request.dialect, kind),
        };
        self.request.opaque.extend(opaque);
    }
}

/// The kind of items of responses that stand for others, which the upstream keeps.
const REFERENCE: &str = "item_reference";

/// The kinds of items of responses that are read.
const ITEMS: &[&str] = &[
    "apply_patch_call",
    "apply_patch_call_output",
    "code_interpreter_call",
    "computer_call",
    "computer_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "file_search_call",
    "function_call",
    "function_call_output",
    "image_generation_call",
    "local_shell_call",
    "local_shell_call_output",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
    "reasoning",
    "shell_call",
    "shell_call_output",
    "web_search_call",
];

/// What of a kind of part cannot be read.
fn opaque(dialect: Dialect, kind: &str) -> Option<Opaque> {
    const READ: &[&str] = &[
        "text",
        "input_text",
        "output_text",
        "summary_text",
        "reasoning_text",
        "refusal",
        "thinking",
        "logs",
    ];
    const BLOCKS: &[&str] =
        &["tool_use", "tool_result", "search_result", "web_search_result", "tool_reference"];
    let is_block = BLOCKS.contains(&kind)
        || kind.ends_with("_tool_use")
        || kind.ends_with("_tool_result")
        || kind.ends_with("_tool_result_error");
    if READ.contains(&kind) || is_block && dialect == Dialect::Messages {
        return None;
    }
    let kinds = [
        ("image", Opaque::Image),
        ("screenshot", Opaque::Image),
        ("audio", Opaque::Audio),
        ("file", Opaque::File),
        ("document", Opaque::File),
        ("container_upload", Opaque::File),
    ];
    let found = kinds.iter().find(|(word, _)| kind.contains(word));
    Some(found.map_or(Opaque::Other, |(_, opaque)| *opaque))
}

/// A count as clients write it; less than nothing means no limit.
fn number(value: &str) -> Option<u64> {
    if let Ok(whole) = value.parse() {
        return Some(whole);
    }
    let number: f64 = value.parse().ok()?;
    // As far as a float goes; what is larger than any answer is the largest.
    (number >= 0.0).then_some(number as u64)
}
