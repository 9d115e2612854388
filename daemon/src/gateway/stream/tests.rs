//! How answers end, without a network: every one is settled, whatever upstream and client do.

use super::super::conversation::Kept;
use super::*;
use crate::account::{Accounts, Entry, Head};
use crate::auth::{Caller, Scopes, Terms};
use crate::hiding::{Fleeting, Hashes, Marks};
use crate::keyfile::Masters;
use crate::metrics::Metrics;
use crate::policy::{self, Policy};
use crate::secret::Hasher;
use crate::settings::{ELSEWHERE, Settings, TABLE};
use crate::store::Store;
use futures_util::StreamExt;
use infer::Cause;
use kit::serve::Connections;
use kit::setting::{Inputs, resolve};
use tokio::time::Instant;
use wire::{Dialect, Request};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

struct House {
    _dir: tempfile::TempDir,
    metrics: Arc<Metrics>,
    accounts: Arc<Accounts>,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let masters = Masters { database: "d".into(), secret: "s".into(), previous: None };
        let store = Arc::new(Store::open(&dir.path().join("data/tacit.db"), &masters).unwrap());
        let metrics = Arc::new(Metrics::new(&Connections::new(1)));
        let resolved = resolve(TABLE, ELSEWHERE, &Inputs::default());
        let settings = Settings::read(&resolved);
        let accounts = Accounts::open(&settings, store, Arc::clone(&metrics)).await.unwrap();
        Self { _dir: dir, metrics, accounts }
    }

    /// Admits a request.
    async fn bill(&self) -> Bill {
        let terms = Arc::new(Terms::default());
        let caller = Caller { tenant: 1, key: Some("a".to_owned()), scopes: Scopes::all(), terms };
        let head = Head {
            request_id: "0123456789abcdef",
            address: "192.0.2.7",
            method: "POST",
            route: "/v1/chat/completions",
        };
        let entry = Entry::begin(&self.accounts, &caller, &head).unwrap();
        let mut bill = Bill::begin(&self.metrics, Dialect::Chat, entry);
        let request = Request::read(Dialect::Chat, br#"{"stream":true}"#.to_vec()).unwrap();
        bill.admit(&self.accounts, (&caller, "small"), &request).await.unwrap();
        bill
    }

    /// A stream that is admitted, of an upstream that says `said` and then nothing, or ends.
    async fn course(&self, policy: &Arc<Policy>, said: &[&'static str], ends: bool) -> Course {
        Course {
            body: body(said, ends),
            stream: wire::Stream::new(Dialect::Chat, StreamOptions::default()),
            shower: shower(policy),
            bill: self.bill().await,
            request_id: "0123456789abcdef".to_owned(),
            upstream: "one".into(),
            first: None,
            billed: 0,
            over: false,
        }
    }

    fn counts(&self, line: &str) -> bool {
        self.metrics.prometheus().contains(&format!("{line}\n"))
    }

    fn ended(&self, outcome: &str) -> bool {
        let labels = format!("dialect=\"chat\",outcome=\"{outcome}\"");
        self.counts(&format!("tacit_gateway_requests_total{{{labels}}} 1"))
            && self.counts("tacit_streams_open 0")
    }
}

fn shower(policy: &Arc<Policy>) -> Shower {
    let hashes = Hashes::new(Arc::new(Hasher::new(&"secret".into())), 1);
    let fleeting = Fleeting::new(Arc::clone(policy), hashes, Marks::Numbered);
    Shower::new(Kept::Fleeting(Box::new(fleeting)), policy)
}

fn body(said: &[&'static str], ends: bool) -> ReplyBody {
    let said: Vec<_> = said.iter().map(|said| Ok::<_, Cause>(Bytes::from(*said))).collect();
    let silence = stream::pending().take(if ends { 0 } else { 1 });
    let said = stream::iter(said).chain(silence);
    ReplyBody::new("one".into(), said, LONG, Instant::now() + LONG)
}

const PIECE: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello \"}}]}\n\n";

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, what).await.expect("it ends")
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let house = House::new().await;
    let course = house.course(&policy::of_text(""), &[PIECE; 4], false).await;
    assert!(house.counts("tacit_streams_open 1"));
    let (sender, receiver) = channel(WAITING);
    soon(course.run(sender, Duration::from_millis(10))).await;
    assert!(house.ended("gone"), "{}", house.metrics.prometheus());
    let pieces: Vec<_> = soon(pieces(receiver).take(WAITING + 1).collect()).await;
    assert_eq!(pieces, [Ok(Bytes::from(PIECE)), Err(CutOff)], "nobody takes that for whole");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_stream_at_once() {
    let house = House::new().await;
    let course = house.course(&policy::of_text(""), &[PIECE], false).await;
    let (sender, receiver) = channel(WAITING);
    let mut pieces = Box::pin(pieces(receiver));
    let running = tokio::spawn(course.run(sender, LONG));
    assert_eq!(soon(pieces.next()).await, Some(Ok(Bytes::from(PIECE))));
    drop(pieces);
    soon(running).await.unwrap();
    assert!(house.ended("gone"), "{}", house.metrics.prometheus());
}

#[tokio::test]
async fn a_stream_is_settled_before_its_end_is_seen() {
    let house = House::new().await;
    let said = [
        PIECE,
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: [DONE]\n\n",
    ];
    let course = house.course(&policy::of_text(""), &said, true).await;
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(course.run(sender, LONG));
    let pieces: Vec<_> = soon(pieces(receiver).collect()).await;
    assert_eq!(
        pieces.iter().flatten().flatten().copied().collect::<Vec<_>>(),
        said.concat().into_bytes()
    );
    assert!(house.ended("done"), "{}", house.metrics.prometheus());
}

const FINISH: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

impl House {
    /// What the client gets of a stream that ends.
    async fn shown(&self, policy: &str, said: &[&'static str]) -> String {
        let course = self.course(&policy::of_text(policy), said, true).await;
        let (sender, receiver) = channel(WAITING);
        tokio::spawn(course.run(sender, LONG));
        let pieces: Vec<_> = soon(pieces(receiver).collect()).await;
        let pieces: Vec<_> = pieces.into_iter().map(Result::unwrap).collect();
        String::from_utf8(pieces.concat()).unwrap()
    }
}

#[tokio::test]
async fn a_stream_without_a_clean_end_is_whole_where_its_answer_is() {
    for last in ["", "data: [DONE]", "data: [DONE]\n"] {
        let house = House::new().await;
        let shown = house.shown("", &[PIECE, FINISH, last]).await;
        assert!(shown.starts_with(&[PIECE, FINISH, last].concat()), "{shown}");
        assert!(!shown.contains("error"), "{shown}");
        assert!(house.ended("done"), "{last:?}: {}", house.metrics.prometheus());
    }
    let house = House::new().await;
    let shown = house.shown("", &[PIECE]).await;
    assert!(shown.contains("upstream_failed"), "{shown}");
    assert!(house.ended("upstream_failed"), "{}", house.metrics.prometheus());
}

#[tokio::test]
async fn what_blocks_is_told_though_the_stream_ends_in_the_same_bytes() {
    const SAID: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"eva@example.org\"}}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]";
    for end in ["\n\n", "", "\n"] {
        let house = House::new().await;
        let shown = house.shown("[gateway]\noutput = \"block\"", &[SAID, end]).await;
        assert!(!shown.contains("eva@"), "{shown}");
        assert!(shown.contains("\"code\":\"blocked\""), "{end:?}: {shown}");
        assert_eq!(shown.matches("[DONE]").count(), 1, "{shown}");
        assert!(house.ended("blocked"), "{}", house.metrics.prometheus());
        assert!(house.counts("tacit_tokens_total{direction=\"output\"} 4"), "15 bytes");
    }
}

#[tokio::test]
async fn a_stream_in_which_the_upstream_fails_is_settled_so() {
    let house = House::new().await;
    let error = "data: {\"error\":{\"message\":\"no memory\"},\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\n";
    house.shown("", &[PIECE, PIECE, error]).await;
    assert!(house.ended("upstream_failed"), "{}", house.metrics.prometheus());
    assert!(house.counts("tacit_tokens_total{direction=\"output\"} 3"), "12 bytes, not 1 token");
}

#[tokio::test]
async fn a_whole_answer_that_is_blocked_is_paid_for() {
    const SAID: &str = r#"{"choices":[{"message":{"content":"eva@example.org"}}],"usage":{"prompt_tokens":700,"completion_tokens":40}}"#;
    let house = House::new().await;
    let reply = infer::Reply {
        upstream: "one".into(),
        model: "small".to_owned(),
        status: StatusCode::OK,
        headers: http::HeaderMap::new(),
        body: body(&[SAID], true),
        attempts: 1,
    };
    let asked = Asked {
        dialect: Dialect::Chat,
        request_id: "0123456789abcdef".to_owned(),
        streams: false,
        hide_usage: false,
        model: None,
        debug: None,
        shower: shower(&policy::of_text("[gateway]\noutput = \"block\"")),
        reply,
        patience: LONG,
    };
    let refusal = asked.shown(house.bill().await).await.err().unwrap();
    assert_eq!(refusal.code, "blocked");
    assert!(house.ended("blocked"), "{}", house.metrics.prometheus());
    assert!(house.counts("tacit_tokens_total{direction=\"input\"} 700"));
    assert!(house.counts("tacit_tokens_total{direction=\"output\"} 40"));
}
