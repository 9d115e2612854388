//! An answer that comes at once, and the errors of upstreams.

use super::Asked;
use super::bill::Done;
use super::refusal::{blocked, failed, of_body};
use super::show::Shower;
use crate::hiding;
use crate::http::{Answer, Refusal, family, typed};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use std::borrow::Cow;
use wire::AnswerEdit;

/// The largest answer that is held as a whole: thousands of embeddings fit.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The largest error of an upstream that is read.
const ERROR_BYTES_MAX: usize = 256 * 1024;

/// The longest message of an upstream that is passed on.
const MESSAGE_MAX: usize = 2_000;

/// The longest word of an upstream's for programs.
const WORD_MAX: usize = 64;

/// Shows a whole answer.
///
/// What it took is told also where its policy ends it: the model wrote it all the same.
///
/// # Errors
/// When it does not come, is no answer, or its policy ends it.
pub(super) async fn answer(asked: Asked) -> (Result<Answer, Refusal>, Option<Done>) {
    match shown(asked).await {
        Ok((shown, done)) => (shown, Some(done)),
        Err(refusal) => (Err(refusal), None),
    }
}

async fn shown(asked: Asked) -> Result<(Result<Answer, Refusal>, Done), Refusal> {
    let Asked { dialect, model, debug, mut shower, reply, .. } = asked;
    let (upstream, status) = (reply.upstream, reply.status);
    let body = reply.body.collect(ANSWER_BYTES_MAX).await.map_err(|error| of_body(&error))?;
    let heavy = body.len() > hiding::BLOCKING_BYTES;
    let work = move || -> Result<_, Refusal> {
        let answer = wire::Answer::read(dialect, body.into())
            .map_err(|error| failed(format!("upstream {upstream} sent no answer: {error}")))?;
        let texts: Vec<Cow<'_, str>> = match shower.is_idle() {
            true => answer.texts().iter().map(|text| text.text.as_str().into()).collect(),
            false => answer.texts().iter().map(|text| shower.whole(&text.text).into()).collect(),
        };
        let output_bytes = answer.texts().iter().map(|text| text.text.len() as u64).sum();
        let mut done = Done { usage: answer.usage(), output_bytes, restored: 0 };
        if let Some(found) = shower.blocked() {
            return Ok((Err(blocked(found)), done));
        }
        done.restored = shower.take_restored();
        let member = debug.as_deref().map(|debug| ("tacit", debug));
        let written = answer.write(&texts, &AnswerEdit { model: model.as_deref(), member });
        Ok((Ok(written), done))
    };
    let (written, done) = hiding::beside(heavy, work).await??;
    let json = HeaderValue::from_static("application/json");
    Ok((written.map(|written| typed(status, json, written)), done))
}

/// An upstream's error in the shape of its dialect.
pub(super) struct UpstreamError(Answer);

impl UpstreamError {
    /// With what the upstream said about when to come again.
    pub(super) fn with(mut self, headers: &HeaderMap) -> Answer {
        if let Some(after) = headers.get(RETRY_AFTER) {
            self.0.headers_mut().insert(RETRY_AFTER, after.clone());
        }
        self.0
    }
}

/// Passes an upstream's error on, with its status and its message: that may quote the prompt, as the upstream saw it.
///
/// # Errors
/// When it says nothing that a client could read, or concerns tacitd and not its client.
pub(super) async fn error(asked: Asked) -> Result<UpstreamError, Refusal> {
    let Asked { dialect, request_id, mut shower, reply, .. } = asked;
    let status = reply.status;
    let ours =
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return Err(failed(""));
    }
    let body = reply.body.collect(ERROR_BYTES_MAX).await;
    let body = body.map_err(|error| of_body(&error))?;
    let told = Told::read(&body, &mut shower).ok_or_else(|| failed(""))?;
    let error = wire::ErrorBody {
        status: status.as_u16(),
        kind: told.kind.as_deref().unwrap_or_else(|| family(status)),
        code: told.code.as_deref().unwrap_or("upstream_error"),
        param: told.param.as_deref(),
        message: &told.message,
        request_id: &request_id,
    };
    let body = wire::error(dialect, &error);
    Ok(UpstreamError(typed(status, HeaderValue::from_static("application/json"), body)))
}

/// What an error of an upstream says, wherever its kind puts it.
struct Told {
    message: String,
    kind: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

impl Told {
    fn read(body: &[u8], shower: &mut Shower) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_slice(body).ok()?;
        let places = ["/error/message", "/error", "/message", "/detail"];
        let message = places.iter().find_map(|place| value.pointer(place)?.as_str());
        let message = message.unwrap_or("the model's server refused the request");
        let end = message.char_indices().nth(MESSAGE_MAX).map_or(message.len(), |(at, _)| at);
        let message = shower.restore(&message[..end]);
        let word = |name: &str| {
            let word = value.get("error")?.get(name)?.as_str()?;
            is_word(word).then(|| word.to_owned())
        };
        Some(Self { message, kind: word("type"), code: word("code"), param: word("param") })
    }
}

/// Whether it is a word for programs, such as `context_length_exceeded` or `messages[0].content`, and no text.
fn is_word(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-[]".contains(&byte);
    (1..=WORD_MAX).contains(&word.len()) && word.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_for_programs_pass_as_they_are() {
        for word in ["invalid_request_error", "context_length_exceeded", "messages[0].content"] {
            assert!(is_word(word), "{word}");
        }
        for text in ["", "ana@example.org", "two words", &"x".repeat(65), "\"", "ñ"] {
            assert!(!is_word(text), "{text}");
        }
    }
}
