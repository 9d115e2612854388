//! Events of ours, for text that was held back until its field ended: in the form of the event that began the field, with
//! nothing in it but what says which answer and which field it is.

use super::{Field, Part};
use crate::Dialect;
use crate::json::{literal, put_escaped, skip, value_end};

/// The most bytes of an event's members that are kept for an event of ours: what servers send is some hundred.
const KEPT_BYTES_MAX: usize = 4096;

/// An event but for its text.
pub(super) struct Form {
    /// What comes before the object, its bracket included.
    begins: String,
    /// What comes between the bracket, or the number, and the text.
    head: String,
    tail: String,
    /// Whether events are numbered.
    pub(super) is_numbered: bool,
}

/// An event of which a form is made.
pub(super) struct Model<'e> {
    pub(super) dialect: Dialect,
    pub(super) field: Field,
    /// The lines before its data, and how a line ends.
    pub(super) lines: &'e str,
    pub(super) line_end: &'e str,
    /// What the client calls the model, where that is another name.
    pub(super) name: Option<&'e str>,
    /// Its data.
    pub(super) json: &'e str,
    /// Where the literal of the text begins.
    pub(super) literal: usize,
}

impl Form {
    pub(super) fn of(model: &Model<'_>) -> Self {
        let (mut head, mut tail) = match model.dialect {
            Dialect::Messages => block(model.field),
            _ => spine(model),
        };
        let end = model.line_end;
        let mut begins = String::new();
        if model.dialect.is_ollama() {
            tail.push_str(end);
        } else {
            let event = match model.dialect {
                Dialect::Messages => Some("event: content_block_delta"),
                _ => model.lines.split(['\n', '\r']).find(|line| line.starts_with("event:")),
            };
            if let Some(event) = event {
                begins.push_str(event);
                begins.push_str(end);
            }
            begins.push_str("data: ");
            tail.push_str(end);
            tail.push_str(end);
        }
        begins.push('{');
        head.remove(0);
        Self { begins, head, tail, is_numbered: model.dialect == Dialect::Responses }
    }

    /// Writes an event with this text.
    pub(super) fn put(&self, text: &str, number: Option<u64>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.begins.as_bytes());
        if let Some(number) = number.filter(|_| self.is_numbered) {
            out.extend_from_slice(format!("\"sequence_number\":{number},").as_bytes());
        }
        out.extend_from_slice(self.head.as_bytes());
        let mut escaped = String::with_capacity(text.len());
        put_escaped(text, &mut escaped);
        out.extend_from_slice(escaped.as_bytes());
        out.extend_from_slice(self.tail.as_bytes());
    }
}

/// The whole of a piece of Anthropic's, which holds nothing else.
fn block(field: Field) -> (String, String) {
    let (kind, name) = match field.part {
        Part::Reasoning => ("thinking_delta", "thinking"),
        Part::Arguments => ("input_json_delta", "partial_json"),
        _ => ("text_delta", "text"),
    };
    let head = format!(
        "{{\"type\":\"content_block_delta\",\"index\":{},\"delta\":{{\"type\":\"{kind}\",\"{name}\":\"",
        field.index
    );
    (head, "\"}}".to_owned())
}

/// What lies on the way to the text, and of what lies beside it the little that is kept.
fn spine(model: &Model<'_>) -> (String, String) {
    let bytes = model.json.as_bytes();
    let (mut head, mut tail) = (String::new(), String::new());
    let mut at = skip(bytes, 0);
    let mut depth = 0;
    while at < model.literal {
        let is_object = bytes[at] == b'{';
        head.push(char::from(bytes[at]));
        tail.insert(0, if is_object { '}' } else { ']' });
        let mut next = skip(bytes, at + 1);
        let mut way = (0, 0, 0);
        while !matches!(bytes[next], b'}' | b']') {
            let key = next;
            let key_end = if is_object { value_end(bytes, key) } else { key };
            let value = if is_object { skip(bytes, skip(bytes, key_end) + 1) } else { key };
            let end = value_end(bytes, value);
            if value <= model.literal && model.literal < end {
                way = (key, key_end, value);
            } else if is_object && head.len() + end - key < KEPT_BYTES_MAX {
                let (key, value) = (&model.json[key..key_end], &model.json[value..end]);
                match model.name {
                    Some(name) if depth == 0 && key == "\"model\"" => {
                        put_kept((model.dialect, depth), (key, &literal(name)), &mut head);
                    }
                    _ => put_kept((model.dialect, depth), (key, value), &mut head),
                }
            }
            next = skip(bytes, end);
            if bytes[next] == b',' {
                next = skip(bytes, next + 1);
            }
        }
        head.push_str(&model.json[way.0..way.1]);
        if is_object {
            head.push(':');
        }
        at = way.2;
        depth += 1;
    }
    head.push('"');
    tail.insert(0, '"');
    (head, tail)
}

/// Writes a member beside the way, if it is one that tells where the text belongs.
fn put_kept((dialect, depth): (Dialect, usize), (key, value): (&str, &str), head: &mut String) {
    let name = &key[1..key.len() - 1];
    if (dialect, depth, name) == (Dialect::Responses, 0, "logprobs") {
        head.push_str("\"logprobs\":[],");
        return;
    }
    let is_scalar = !value.starts_with(['{', '[']);
    let is_kept = match (dialect, depth) {
        (Dialect::Responses, 0) => name != "sequence_number",
        (Dialect::OllamaChat | Dialect::OllamaGenerate, 0) => {
            !matches!(name, "response" | "thinking" | "done_reason")
        }
        (Dialect::OllamaChat, 1) => name == "role",
        (_, 0) => true,
        // A choice: which, and that neither its end nor anything else is said of it.
        (_, 2) => name == "index" || value == "null",
        _ => name == "index",
    };
    if is_scalar && is_kept {
        head.push_str(key);
        head.push(':');
        head.push_str(value);
        head.push(',');
    }
}

/// An event that ends a stream in the middle.
pub(super) fn put_error(
    dialect: Dialect,
    error: &crate::ErrorBody<'_>,
    number: u64,
    out: &mut Vec<u8>,
) {
    let (before, after) = match dialect {
        Dialect::OllamaChat | Dialect::OllamaGenerate => ("", "\n"),
        Dialect::Messages | Dialect::Responses => ("event: error\ndata: ", "\n\n"),
        // Clients that wait for the mark get it, since nothing else comes.
        _ => ("data: ", "\n\ndata: [DONE]\n\n"),
    };
    out.extend_from_slice(before.as_bytes());
    if dialect == Dialect::Responses {
        let (code, message) = (literal(error.code), literal(error.message));
        let event = format!(
            "{{\"type\":\"error\",\"sequence_number\":{number},\"code\":{code},\"message\":{message},\"param\":null}}"
        );
        out.extend_from_slice(event.as_bytes());
    } else {
        out.extend(crate::error(dialect, error));
    }
    out.extend_from_slice(after.as_bytes());
}
