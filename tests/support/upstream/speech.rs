//! Makes of a script and a request what a model server would send.

use super::dialect::Dialect;
use super::script::Script;
use super::teller::Answer;
use super::{events, whole};
use serde_json::Value;

/// What is said, before it is put into a dialect's form.
#[derive(Debug)]
pub(super) struct Said<'s> {
    pub(super) model: String,
    pub(super) reasoning: Option<&'s str>,
    pub(super) text: String,
    pub(super) calls: &'s [(String, String)],
    pub(super) finish: Option<&'s str>,
    pub(super) choices: u64,
    /// Whether a stream of OpenAI's is to say what it used.
    pub(super) wants_usage: bool,
    pub(super) input: usize,
    pub(super) output: usize,
}

/// `length` is that of the request, of which `body` was read.
pub(super) fn answer(dialect: Dialect, body: &Value, length: usize, script: &Script) -> Answer {
    if let Some(raw) = &script.raw {
        let body = raw.body.clone();
        let ends = ends(body.len(), script, None);
        // A length would make a broken answer look like a whole one.
        let streams = script.is_flood() || raw.headers[0].1.contains("stream");
        return Answer { status: raw.status, headers: raw.headers.clone(), body, ends, streams };
    }
    let text = script.text.clone().unwrap_or_else(|| dialect.last_text(body));
    let said = Said {
        model: body["model"].as_str().unwrap_or("fake-large").to_owned(),
        reasoning: script.reasoning.as_deref(),
        output: text.len() / 4 + 1,
        text,
        calls: &script.calls,
        finish: script.finish.as_deref(),
        choices: body["n"].as_u64().unwrap_or(1),
        wants_usage: body["stream_options"]["include_usage"] == true,
        input: length / 4,
    };
    let ollama = matches!(dialect, Dialect::OllamaChat | Dialect::OllamaGenerate);
    let streams = dialect != Dialect::Embeddings && body["stream"].as_bool().unwrap_or(ollama);
    let spell = |text: String| if script.ascii { in_ascii(&text) } else { text };
    if !streams {
        let body = spell(whole::answer(dialect, &said, body).to_string()).into_bytes();
        let ends = ends(body.len(), script, None);
        return Answer { status: 200, headers: kind("application/json"), body, ends, streams };
    }
    let mut body = Vec::new();
    let mut events_end = Vec::new();
    for event in events::answer(dialect, &said, script) {
        body.extend_from_slice(spell(event).as_bytes());
        events_end.push(body.len());
        if script.comments && !ollama {
            body.extend_from_slice(b": keep-alive\n\n");
        }
    }
    let ends = ends(body.len(), script, Some(events_end));
    let kind = kind(if ollama { "application/x-ndjson" } else { "text/event-stream" });
    Answer { status: 200, headers: kind, body, ends, streams }
}

fn kind(name: &str) -> Vec<(String, String)> {
    vec![("content-type".to_owned(), name.to_owned())]
}

/// Where writes end: at events, or every so many bytes.
fn ends(length: usize, script: &Script, events: Option<Vec<usize>>) -> Vec<usize> {
    let mut ends = match (script.writes, events) {
        (Some(bytes), _) => (bytes..length).step_by(bytes).collect(),
        (None, Some(events)) => events,
        (None, None) => Vec::new(),
    };
    ends.push(length);
    ends
}

/// Spells what is beyond ASCII as JSON may.
fn in_ascii(json: &str) -> String {
    let mut spelled = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            spelled.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            spelled.push_str(&format!("\\u{unit:04x}"));
        }
    }
    spelled
}
