//! Bodies that are ours: errors in each dialect's own shape, and lists of models.

use crate::Dialect;

/// What an error says, to be put into the shape of a dialect.
#[derive(Debug, Clone, Copy)]
pub struct ErrorBody<'e> {
    /// The status of the answer.
    pub status: u16,
    /// The family of errors, as OpenAI names them: `invalid_request_error`, `server_error` ...
    pub kind: &'e str,
    /// What exactly; a word of a closed list.
    pub code: &'e str,
    /// The member of the request that it is about, where that is known.
    pub param: Option<&'e str>,
    /// A sentence. Never quotes the request.
    pub message: &'e str,
    /// Which request.
    pub request_id: &'e str,
}

/// The body of an error in the shape of a dialect.
pub fn error(dialect: Dialect, error: &ErrorBody<'_>) -> Vec<u8> {
    let mut out = String::from("{");
    match dialect {
        Dialect::OllamaChat | Dialect::OllamaGenerate => {
            member(&mut out, "error", error.message);
        }
        Dialect::Messages => {
            out.push_str("\"type\":\"error\",\"error\":{");
            member(&mut out, "type", anthropic_kind(error.status));
            out.push(',');
            member(&mut out, "message", error.message);
            out.push_str("},");
            member(&mut out, "request_id", error.request_id);
        }
        _ => {
            out.push_str("\"error\":{");
            member(&mut out, "message", error.message);
            out.push(',');
            member(&mut out, "type", error.kind);
            out.push(',');
            match error.param {
                Some(param) => member(&mut out, "param", param),
                None => out.push_str("\"param\":null"),
            }
            out.push(',');
            member(&mut out, "code", error.code);
            out.push(',');
            member(&mut out, "request_id", error.request_id);
            out.push('}');
        }
    }
    out.push('}');
    out.into_bytes()
}

/// Anthropic's clients choose the exception by this word.
fn anthropic_kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        504 => "timeout_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

/// The list of `names`, as OpenAI's clients expect it.
pub fn models(names: &[&str], created: i64) -> Vec<u8> {
    let mut out = String::from("{\"object\":\"list\",\"data\":[");
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        put_model(&mut out, name, created);
    }
    out.push_str("]}");
    out.into_bytes()
}

/// One model, as OpenAI's clients expect it.
pub fn model(name: &str, created: i64) -> Vec<u8> {
    let mut out = String::new();
    put_model(&mut out, name, created);
    out.into_bytes()
}

fn put_model(out: &mut String, name: &str, created: i64) {
    out.push('{');
    member(out, "id", name);
    out.push_str(",\"object\":\"model\",\"created\":");
    out.push_str(&created.to_string());
    out.push_str(",\"owned_by\":\"tacit\"}");
}

/// The list of `names`, as Ollama's clients expect it.
pub fn ollama_tags(names: &[&str]) -> Vec<u8> {
    let mut out = String::from("{\"models\":[");
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push('{');
        member(&mut out, "name", name);
        out.push(',');
        member(&mut out, "model", name);
        out.push('}');
    }
    out.push_str("]}");
    out.into_bytes()
}

/// Writes `"name":"value"`; names are ours, and have nothing to escape.
fn member(out: &mut String, name: &str, value: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    crate::json::put_literal(value, out);
}
