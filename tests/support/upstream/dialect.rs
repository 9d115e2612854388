//! The seven ways to ask a model, and what a model server is asked besides.

use super::Asked;
use serde_json::{Value, json};

/// Models that it says it has.
const MODELS: [&str; 2] = ["fake-large", "fake-small"];

/// A way to ask a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// OpenAI's `/v1/chat/completions`.
    Chat,
    /// OpenAI's `/v1/completions`.
    Completions,
    /// OpenAI's `/v1/embeddings`.
    Embeddings,
    /// OpenAI's `/v1/responses`.
    Responses,
    /// Anthropic's `/v1/messages`.
    Messages,
    /// Ollama's `/api/chat`.
    OllamaChat,
    /// Ollama's `/api/generate`.
    OllamaGenerate,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Chat,
        Self::Completions,
        Self::Embeddings,
        Self::Responses,
        Self::Messages,
        Self::OllamaChat,
        Self::OllamaGenerate,
    ];

    /// Those that can stream an answer.
    pub fn streaming() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|dialect| *dialect != Self::Embeddings)
    }

    /// Those whose answers can call tools.
    pub const CALLING: [Self; 4] = [Self::Chat, Self::Responses, Self::Messages, Self::OllamaChat];

    /// Where it is asked.
    pub fn path(self) -> &'static str {
        match self {
            Self::Chat => "/v1/chat/completions",
            Self::Completions => "/v1/completions",
            Self::Embeddings => "/v1/embeddings",
            Self::Responses => "/v1/responses",
            Self::Messages => "/v1/messages",
            Self::OllamaChat => "/api/chat",
            Self::OllamaGenerate => "/api/generate",
        }
    }

    /// A request with one text of the user.
    pub fn ask(self, text: &str, streams: bool) -> Value {
        let messages = json!([{ "role": "user", "content": text }]);
        let mut body = match self {
            Self::Chat | Self::OllamaChat => json!({ "messages": messages }),
            Self::Messages => json!({ "messages": messages, "max_tokens": 512 }),
            Self::Completions | Self::OllamaGenerate => json!({ "prompt": text }),
            Self::Embeddings | Self::Responses => json!({ "input": text }),
        };
        body["model"] = json!("fake-large");
        if self != Self::Embeddings {
            body["stream"] = json!(streams);
        }
        body
    }

    /// What the user said last.
    pub(super) fn last_text(self, body: &Value) -> String {
        let texts = match self {
            Self::Chat | Self::Messages | Self::OllamaChat => of_user(&body["messages"]),
            Self::Completions | Self::OllamaGenerate => flat(&body["prompt"]),
            Self::Embeddings => flat(&body["input"]),
            Self::Responses if body["input"].is_string() => flat(&body["input"]),
            Self::Responses => of_user(&body["input"]),
        };
        texts.join("\n")
    }
}

/// The texts of the last message that is a user's.
fn of_user(messages: &Value) -> Vec<String> {
    let all = messages.as_array().map(Vec::as_slice).unwrap_or_default();
    let last = all.iter().rev().find(|message| message["role"] == "user");
    last.map(|message| flat(&message["content"])).unwrap_or_default()
}

/// A text, or the texts of a list of texts or parts.
fn flat(content: &Value) -> Vec<String> {
    match content {
        Value::String(text) => vec![text.clone()],
        Value::Array(parts) => parts.iter().flat_map(flat).collect(),
        Value::Object(part) => part.get("text").map(flat).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Which dialect is asked, if a model is.
pub(super) fn route(asked: &Asked) -> Option<Dialect> {
    let path = asked.path.split('?').next().unwrap_or_default();
    Dialect::ALL.into_iter().find(|dialect| asked.method == "POST" && dialect.path() == path)
}

/// Answers what is no question to a model: which models there are, and whether it is well.
pub(super) fn aside(asked: &Asked) -> (u16, String) {
    let openai =
        |name: &str| json!({ "id": name, "object": "model", "created": 1, "owned_by": "fake" });
    let ollama = |name: &str| json!({ "name": name, "model": name, "size": 1 });
    let body = match asked.path.as_str() {
        "/v1/models" => json!({ "object": "list", "data": MODELS.map(openai) }),
        "/api/tags" => json!({ "models": MODELS.map(ollama) }),
        "/api/version" => json!({ "version": "0.0.0" }),
        "/health" | "/" => json!({ "status": "ok" }),
        path => match path.strip_prefix("/v1/models/").filter(|name| MODELS.contains(name)) {
            Some(name) => openai(name),
            None => return (404, json!({ "error": { "message": "no such route" } }).to_string()),
        },
    };
    (200, body.to_string())
}
