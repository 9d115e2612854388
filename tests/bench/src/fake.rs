//! A fixed model server: every chat gets the same answer, whole or as a stream. It costs as little as a server can, so that
//! what is measured is what stands before it. The model's name says how a stream comes: `fast` at once, `paced` a word
//! every 20 ms, `held` one word and then nothing.

#![allow(clippy::print_stdout, reason = "it tells its port to whoever started it")]

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// What it says; the placeholders are those of the letter that the bench sends.
const WORDS: &str = "The letter to <EMAIL_1> was written and sent . A copy went to <EMAIL_2> and the refund to <IBAN_1> , \
    as the applicant <NATIONAL_ID_1> had asked . Call <PHONE_1> for more , or wait until the committee has met again .";

/// Between two words of a paced stream.
const PACE: Duration = Duration::from_millis(20);

/// No bench holds a stream as long.
const HELD: Duration = Duration::from_secs(600);

fn whole() -> Bytes {
    let text = WORDS;
    Bytes::from(format!(
        "{{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"fast\",\"choices\":[{{\"index\":0,\
         \"message\":{{\"role\":\"assistant\",\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}],\
         \"usage\":{{\"prompt_tokens\":300,\"completion_tokens\":50,\"total_tokens\":350}}}}"
    ))
}

fn chunk(delta: &str, finish: &str) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fast\",\
         \"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
    )
}

/// The events of a stream; placeholders are cut as tokenizers cut them.
fn events() -> Vec<Bytes> {
    let mut events = vec![chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")];
    for word in WORDS.split_inclusive(' ') {
        for piece in word.split_inclusive(['<', '_']) {
            events.push(chunk(&format!("{{\"content\":\"{piece}\"}}"), "null"));
        }
    }
    events.push(chunk("{}", "\"stop\""));
    events.push("data: [DONE]\n\n".to_owned());
    events.into_iter().map(Bytes::from).collect()
}

/// A body that comes event by event.
struct Events {
    events: std::vec::IntoIter<Bytes>,
    pause: Option<Duration>,
    /// The events that come before it pauses for the first time.
    first: usize,
    sleep: Pin<Box<Sleep>>,
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.first > 0 {
            self.first -= 1;
        } else if let Some(pause) = self.pause {
            ready!(self.sleep.as_mut().poll(context));
            self.sleep.as_mut().reset(tokio::time::Instant::now() + pause);
        }
        Poll::Ready(self.events.next().map(|event| Ok(Frame::data(event))))
    }
}

type Answer = http_body_util::Either<Full<Bytes>, Events>;

async fn answer(request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default();
    let says = |text: &str| memchr::memmem::find(&body, text.as_bytes()).is_some();
    if !says("\"stream\":true") {
        let response = Response::builder().header("content-type", "application/json");
        let response = response.body(Answer::Left(Full::new(whole())));
        return Ok(response.expect("a fixed response"));
    }
    let (pause, first) = match () {
        () if says("\"paced\"") => (Some(PACE), 1),
        () if says("\"held\"") => (Some(HELD), 2),
        () => (None, 0),
    };
    let sleep = Box::pin(tokio::time::sleep(pause.unwrap_or_default()));
    let events = Events { events: events().into_iter(), pause, first, sleep };
    let response = Response::builder().header("content-type", "text/event-stream");
    Ok(response.body(Answer::Right(events)).expect("a fixed response"))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            drop(connection.serve_connection(TokioIo::new(stream), service_fn(answer)).await);
        });
    }
}
