//! What the whole promises: limits hold, what is taken is given back, and every request leaves one record.

use super::*;
use crate::auth::{Scopes, Terms};
use crate::keyfile::Masters;
use crate::settings::{ELSEWHERE, TABLE};
use crate::store::Span;
use futures_util::FutureExt;
use kit::serve::Connections;
use kit::setting::{Environment, Inputs, resolve};
use redact::Kind;
use serde_json::{Value, json};

use wire::Usage;

struct House {
    dir: tempfile::TempDir,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    accounts: Arc<Accounts>,
}

fn settings(variables: &[(&str, &str)]) -> Settings {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment = Environment::of_file("env".into(), variables.iter().map(own));
    let resolved = resolve(TABLE, ELSEWHERE, &Inputs { environment, ..Inputs::default() });
    assert_eq!(resolved.faults, []);
    Settings::read(&resolved)
}

impl House {
    async fn new(variables: &[(&str, &str)]) -> Self {
        Self::at(tempfile::tempdir().unwrap(), variables).await
    }

    async fn at(dir: tempfile::TempDir, variables: &[(&str, &str)]) -> Self {
        let masters = Masters { database: "d".into(), secret: "s".into(), previous: None };
        let store = Arc::new(Store::open(&dir.path().join("data/tacit.db"), &masters).unwrap());
        let metrics = Arc::new(Metrics::new(&Connections::new(1)));
        let (settings, shared) = (settings(variables), Arc::clone(&store));
        let accounts = Accounts::open(&settings, shared, Arc::clone(&metrics)).await.unwrap();
        Self { dir, store, metrics, accounts }
    }

    /// Ends it and begins anew on the same store.
    async fn again(self, variables: &[(&str, &str)]) -> Self {
        self.accounts.close().await;
        self.store.close().await;
        Self::at(self.dir, variables).await
    }

    fn entry(&self, caller: &Caller) -> Arc<Entry> {
        let head = Head {
            request_id: "0123456789abcdef",
            address: "192.0.2.7",
            method: "POST",
            route: "/v1/chat/completions",
        };
        Entry::begin(&self.accounts, caller, &head).unwrap()
    }

    async fn admit(&self, caller: &Caller, asked: Asked) -> Result<Ticket, Refusal> {
        let entry = self.entry(caller);
        let admitted = self.accounts.admit(Admit {
            caller,
            entry: &entry,
            model: asked.model,
            streams: asked.streams,
            input: asked.input,
            output: asked.output,
            answers: asked.answers,
        });
        let admitted = admitted.await;
        entry.end(admitted.as_ref().map_or_else(|refusal| refusal.status.as_u16(), |_| 200));
        admitted
    }

    /// The records of requests so far, without the time that they took.
    async fn records(&self) -> Vec<Value> {
        assert!(self.accounts.flush().await);
        let kept = self.store.audit(Span::ALL, 0, 1_000).await.unwrap().kept;
        let mut link = Link::default();
        kept.iter().for_each(|kept| link.follow(kept).unwrap());
        assert_eq!(link, self.store.audit_chain().await.unwrap().head);
        let read = |kept: &Kept| serde_json::from_str::<Value>(&kept.record).unwrap();
        kept.iter().map(read).filter(|record| record.get("event").is_none()).collect()
    }

    async fn usage(&self) -> Vec<(Row, Totals)> {
        assert!(self.accounts.flush().await);
        self.store.usage((0, i64::MAX), None).await.unwrap()
    }

    fn counts(&self, line: &str) -> bool {
        self.metrics.prometheus().contains(&format!("{line}\n"))
    }
}

#[derive(Clone, Copy)]
struct Asked {
    model: &'static str,
    streams: bool,
    input: u64,
    output: Option<u64>,
    answers: u64,
}

const ASKED: Asked =
    Asked { model: "small", streams: false, input: 100, output: Some(100), answers: 1 };

fn caller(key: Option<&str>, terms: Terms) -> Caller {
    let key = key.map(str::to_owned);
    Caller { tenant: 1, key, scopes: Scopes::all(), terms: Arc::new(terms) }
}

fn plain(key: &str) -> Caller {
    caller(Some(key), Terms::default())
}

fn done(input: u64, output: u64) -> Outcome {
    Outcome { result: Ended::Done, status: 200, usage: Some(Usage { input, output }) }
}

#[tokio::test]
async fn requests_are_counted_by_key_and_by_address() {
    let house = House::new(&[("RATE_LIMIT_PER_MINUTE", "2")]).await;
    let rate = |caller: &Caller, address: &str| {
        house.accounts.rate(caller, address).map_err(|refusal| refusal.code)
    };
    let (a, b) = (plain("a"), plain("b"));
    assert_eq!(rate(&a, "192.0.2.1"), Ok(()));
    assert_eq!(rate(&b, "192.0.2.1"), Ok(()));
    assert_eq!(rate(&b, "192.0.2.1"), Err("rate_limited"), "the address has had its share");
    assert_eq!(rate(&b, "192.0.2.2"), Ok(()), "what was refused took nothing from the key");
    assert_eq!(rate(&b, "192.0.2.3"), Err("rate_limited"), "the key has had its share");
    assert_eq!(rate(&plain("c"), "192.0.2.3"), Ok(()), "nor from the address");
    let anybody = caller(None, Terms::default());
    assert_eq!(rate(&anybody, "2001:db8::1"), Ok(()));
    assert_eq!(rate(&anybody, "2001:db8::ffff:2"), Ok(()));
    assert_eq!(rate(&anybody, "2001:db8::3"), Err("rate_limited"), "one line, many addresses");
    assert_eq!(rate(&anybody, "2001:db8:0:1::3"), Ok(()));
    assert!(house.counts("tacit_rate_limited_total{reason=\"address\"} 2"));
    assert!(house.counts("tacit_rate_limited_total{reason=\"key\"} 1"));
}

#[tokio::test]
async fn a_keys_own_rate_takes_the_place_of_the_settings() {
    let house = House::new(&[("RATE_LIMIT_PER_MINUTE", "1")]).await;
    let terms = |limit| Terms { requests_per_minute: Some(limit), ..Terms::default() };
    let rate = |caller: &Caller| house.accounts.rate(caller, "192.0.2.1").is_ok();
    let own = caller(Some("own"), terms(3));
    assert_eq!([(); 4].map(|()| rate(&own)), [true, true, true, false]);
    let free = caller(Some("free"), terms(0));
    assert!((0..50).all(|_| rate(&free)), "nought is no limit");
    assert!(rate(&plain("a")) && !rate(&plain("b")), "the address is counted for the others");
    let house = House::new(&[]).await;
    let rate = |caller: &Caller| house.accounts.rate(caller, "192.0.2.1").is_ok();
    assert!((0..50).all(|_| rate(&plain("a"))), "no limit, unless somebody sets one");
    assert_eq!([(); 2].map(|()| rate(&caller(Some("own"), terms(1)))), [true, false]);
}

#[tokio::test]
async fn tokens_are_taken_by_estimate_and_set_right() {
    let house = House::new(&[("TACIT_RATE_TOKENS_PER_MINUTE", "1000")]).await;
    let a = plain("a");
    let large = Asked { output: Some(850), ..ASKED };
    let ticket = house.admit(&a, large).await.unwrap();
    let refused = house.admit(&a, ASKED).await.err().unwrap();
    assert_eq!((refused.code, refused.status.as_u16()), ("rate_limited", 429));
    ticket.settle(done(100, 50));
    house.admit(&a, Asked { output: Some(700), ..ASKED }).await.unwrap().settle(done(100, 700));
    assert!(house.admit(&a, ASKED).await.is_err());
    assert!(house.admit(&plain("b"), ASKED).await.is_ok(), "another key has its own");
    assert!(house.counts("tacit_rate_limited_total{reason=\"tokens\"} 2"));
    assert!(house.counts("tacit_tokens_total{direction=\"output\"} 750"));
}

#[tokio::test]
async fn streams_are_limited_and_come_back() {
    let house = House::new(&[("MAX_CONCURRENT_STREAMS", "1")]).await;
    let stream = Asked { streams: true, ..ASKED };
    let open = house.admit(&plain("a"), stream).await.unwrap();
    assert!(house.counts("tacit_streams_open 1"));
    let refused = house.admit(&plain("b"), stream).await.err().unwrap();
    assert_eq!((refused.code, refused.status.as_u16()), ("streams_limited", 429));
    assert!(house.admit(&plain("b"), ASKED).await.is_ok(), "what does not stream is not limited");
    drop(open);
    assert!(house.admit(&plain("b"), stream).await.is_ok());
    assert!(house.counts("tacit_streams_open 0"));
}

#[tokio::test]
async fn a_request_that_waits_too_long_leaves_nothing_taken() {
    let variables = [
        ("TACIT_QUEUE_RUNNING", "1"),
        ("TACIT_QUEUE_TIMEOUT", "1ms"),
        ("MAX_CONCURRENT_STREAMS", "2"),
        ("TACIT_RATE_TOKENS_PER_MINUTE", "400"),
        ("BUDGET_ENFORCE", "true"),
        ("PRICE_PER_MTOK_INPUT", "1"),
        ("PRICE_PER_MTOK_OUTPUT", "1"),
    ];
    let house = House::new(&variables).await;
    let terms = Terms { budget_micros: Some(400), ..Terms::default() };
    let a = caller(Some("a"), terms);
    let stream = Asked { streams: true, ..ASKED };
    let held = house.admit(&a, stream).await.unwrap();
    for _ in 0..3 {
        let refused = house.admit(&a, stream).await.err().unwrap();
        assert_eq!((refused.code, refused.status.as_u16()), ("saturated", 503));
    }
    held.settle(done(100, 100));
    let last = house.admit(&a, stream).await.unwrap();
    assert!(house.counts("tacit_streams_open 1") && house.counts("tacit_queue_waiting 0"));
    last.settle(done(100, 100));
    assert_eq!(house.admit(&a, ASKED).await.err().unwrap().code, "rate_limited");
    let outcomes: Vec<_> =
        house.records().await.into_iter().map(|line| line["status"].clone()).collect();
    assert_eq!(outcomes.len(), 6, "one record for each: {outcomes:?}");
}

#[tokio::test]
async fn a_waiting_request_that_goes_away_is_recorded_as_gone() {
    let house = House::new(&[("TACIT_QUEUE_RUNNING", "1")]).await;
    let held = house.admit(&plain("a"), ASKED).await.unwrap();
    let (b, waiting) = (plain("b"), Asked { streams: true, ..ASKED });
    assert!(house.admit(&b, waiting).now_or_never().is_none(), "it waits, and is dropped");
    assert!(house.counts("tacit_streams_open 0") && house.counts("tacit_queue_waiting 0"));
    held.settle(done(1, 1));
    let records = house.records().await;
    assert_eq!((&records[0]["outcome"], &records[0]["status"]), (&json!("gone"), &json!(499)));
    assert_eq!(records[0]["key"], "b");
    assert_eq!((&records[1]["outcome"], records.len()), (&json!("done"), 2));
}

#[tokio::test]
async fn a_budget_is_kept_across_restarts_and_told_when_it_is_spent() {
    let variables =
        [("BUDGET_ENFORCE", "true"), ("PRICE_PER_MTOK_INPUT", "2"), ("PRICE_PER_MTOK_OUTPUT", "4")];
    let house = House::new(&variables).await;
    let a = caller(Some("a"), Terms { budget_micros: Some(1_000), ..Terms::default() });
    house.admit(&a, ASKED).await.unwrap().settle(done(100, 100));
    let dear = house.admit(&a, Asked { output: None, ..ASKED }).await.err().unwrap();
    assert_eq!((dear.code, dear.status.as_u16()), ("budget_spent", 402));
    assert!(dear.message.contains("may cost"), "{}", dear.message);

    let house = house.again(&variables).await;
    let refused = house.admit(&a, ASKED).await.err().unwrap();
    assert_eq!(refused.code, "budget_spent", "600 of 1000 are spent, and it may cost 600");
    house.admit(&a, Asked { output: Some(50), ..ASKED }).await.unwrap().settle(done(100, 50));
    let refused =
        house.admit(&a, Asked { input: 0, output: Some(0), ..ASKED }).await.err().unwrap();
    assert!(refused.message.contains("is spent; the next begins "), "{}", refused.message);
    assert!(house.counts("tacit_cost_micros_total 400"));

    let house = house.again(&variables[1..]).await;
    house.admit(&a, ASKED).await.unwrap().settle(done(100, 100));
    assert!(house.accounts.flush().await);
    let month = Month::of(jiff::Timestamp::now().as_second());
    let spent = house.store.spent(month).await.unwrap();
    assert_eq!(spent, [("a".to_owned(), 1_600)], "counted although nobody enforces it");
}

#[tokio::test]
async fn what_may_come_back_is_reserved_for_every_answer() {
    let variables = [
        ("BUDGET_ENFORCE", "true"),
        ("PRICE_PER_MTOK_OUTPUT", "1"),
        ("TACIT_BUDGET_OUTPUT_TOKENS", "50"),
    ];
    let house = House::new(&variables).await;
    let a = caller(Some("a"), Terms { budget_micros: Some(300), ..Terms::default() });
    let may = async |output, answers| {
        let held = house.admit(&a, Asked { output, answers, ..ASKED }).await;
        held.map_or_else(
            |refusal| refusal.code,
            |ticket| {
                ticket.settle(done(0, 0));
                "goes"
            },
        )
    };
    assert_eq!((may(Some(100), 3).await, may(Some(100), 4).await), ("goes", "budget_spent"));
    assert_eq!((may(None, 6).await, may(None, 7).await), ("goes", "budget_spent"));
    assert_eq!(may(Some(0), u64::MAX).await, "goes", "nothing is written");
    assert_eq!(may(Some(u64::MAX), u64::MAX).await, "budget_spent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_budget_is_exact_when_many_ask_at_once() {
    let variables =
        [("BUDGET_ENFORCE", "true"), ("PRICE_PER_MTOK_OUTPUT", "1"), ("TACIT_QUEUE_RUNNING", "7")];
    let house = Arc::new(House::new(&variables).await);
    let a = Arc::new(caller(Some("a"), Terms { budget_micros: Some(5_000), ..Terms::default() }));
    let tasks: Vec<_> = (0..400_u64)
        .map(|number| {
            let (house, a) = (Arc::clone(&house), Arc::clone(&a));
            tokio::spawn(async move {
                let asked = Asked { output: Some(40), streams: number % 2 == 0, ..ASKED };
                let Ok(mut ticket) = house.admit(&a, asked).await else { return (0, 1) };
                tokio::task::yield_now().await;
                match number % 3 {
                    0 => {
                        ticket.upstream("u", 1);
                        ticket.progress(4 * (number % 41));
                        drop(ticket);
                        (number % 41, 0)
                    }
                    _ => {
                        ticket.settle(done(100, number % 41));
                        (number % 41, 0)
                    }
                }
            })
        })
        .collect();
    let (mut spent, mut refused) = (0, 0);
    for task in tasks {
        let (cost, no) = task.await.unwrap();
        (spent, refused) = (spent + cost, refused + no);
    }
    assert!(spent <= 5_000 && refused > 0, "{spent} {refused}");
    assert!(house.accounts.flush().await);
    let month = Month::of(jiff::Timestamp::now().as_second());
    assert_eq!(house.store.spent(month).await.unwrap(), [("a".to_owned(), spent)]);
    let usage = house.usage().await;
    let total: u64 = usage.iter().map(|(_, totals)| totals.micros).sum();
    let requests: u64 = usage.iter().map(|(_, totals)| totals.requests).sum();
    assert_eq!((total, requests), (spent, 400));
    assert_eq!(house.records().await.len(), 400);
}

#[tokio::test]
async fn a_record_says_what_was_done_and_no_text() {
    let variables = [("PRICE_PER_MTOK_INPUT", "10"), ("TACIT_AUDIT_ADDRESSES", "true")];
    let house = House::new(&variables).await;
    let a = plain("a");
    let mut ticket = house.admit(&a, Asked { streams: true, ..ASKED }).await.unwrap();
    ticket.entry().hidden([(Kind::Email, 2), (Kind::Person, 1)]);
    ticket.upstream("near", 2);
    ticket.settle(done(7, 9));
    let mut cut = house.admit(&a, ASKED).await.unwrap();
    cut.upstream("near", 1);
    cut.progress(10);
    drop(cut);
    let text = "my name is Maria Lopez";
    let mut failed = house.admit(&a, Asked { model: text, ..ASKED }).await.unwrap();
    failed.upstream("near", 3);
    failed.settle(Outcome { result: Ended::UpstreamFailed, status: 502, usage: None });
    let mut records = house.records().await;
    for record in &mut records {
        let record = record.as_object_mut().unwrap();
        assert!(record.remove("ms").is_some() && record.remove("at").is_some());
    }
    let head = json!({
        "request": "0123456789abcdef", "tenant": 1, "key": "a", "address": "192.0.2.7",
        "method": "POST", "route": "/v1/chat/completions", "upstream": "near",
    });
    let with = |more: Value| {
        let mut all = head.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let expected = [
        with(json!({ "n": 3, "model": "small", "attempts": 2, "hidden": {"EMAIL": 2, "PERSON": 1},
            "input": 7, "output": 9, "estimated": false, "cost_micros": 70, "status": 200,
            "outcome": "done" })),
        with(json!({ "n": 4, "model": "small", "attempts": 1, "input": 100, "output": 3,
            "estimated": true, "cost_micros": 1_000, "status": 499, "outcome": "gone" })),
        with(json!({ "n": 5, "model": "other", "attempts": 3, "input": 0, "output": 0,
            "estimated": false, "cost_micros": 0, "status": 502, "outcome": "upstream_failed" })),
    ];
    assert_eq!(records, expected);
    let usage: Vec<_> =
        house.usage().await.into_iter().map(|(row, totals)| (row.model, totals)).collect();
    let small = Totals { requests: 2, input: 107, output: 12, micros: 1_070, estimated: 1 };
    let other = Totals { requests: 1, ..Totals::default() };
    assert_eq!(usage, [("other".to_owned(), other), ("small".to_owned(), small)]);
}

#[tokio::test]
async fn an_upstream_that_says_any_number_is_believed_up_to_a_bound() {
    let variables = [("PRICE_PER_MTOK_INPUT", "1"), ("TACIT_RATE_TOKENS_PER_MINUTE", "1000")];
    let house = House::new(&variables).await;
    for key in ["a", "b", "c"] {
        let ticket = house.admit(&plain(key), ASKED).await.unwrap();
        ticket.settle(done(u64::MAX, u64::MAX - 7));
        assert_eq!(house.admit(&plain(key), ASKED).await.err().unwrap().code, "rate_limited");
    }
    let most = 100_000_000;
    let sums = house.usage().await.into_iter().map(|(_, totals)| totals);
    let sums = sums.map(|totals| (totals.input, totals.output, totals.micros));
    assert_eq!(sums.collect::<Vec<_>>(), [(most, most, most); 3]);
    assert!(house.counts("tacit_tokens_total{direction=\"input\"} 300000000"));
    assert_eq!(house.records().await[0]["output"], most);
}

#[tokio::test]
async fn a_request_that_asks_no_model_has_its_record_too() {
    let house = House::new(&[]).await;
    let anybody = caller(None, Terms::default());
    let entry = house.entry(&anybody);
    entry.policy("standard");
    entry.hidden([(Kind::Card, 1)]);
    entry.hidden([(Kind::Card, 1)]);
    entry.end(200);
    entry.end(500);
    drop(entry);
    house.entry(&anybody).end(422);
    house.entry(&anybody).end(503);
    drop(house.entry(&anybody));
    let blocked = house.entry(&anybody);
    blocked.model("small");
    blocked.end_as(Ended::Blocked, 403);
    blocked.end(403);
    let records = house.records().await;
    let outcomes: Vec<_> =
        records.iter().map(|record| record["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "refused", "failed", "gone", "blocked"]);
    assert_eq!(records[0]["hidden"], json!({ "CARD": 2 }));
    assert_eq!(records[0]["policy"], "standard");
    for absent in ["key", "address", "model", "upstream", "input", "cost_micros"] {
        assert!(records[0].get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn requests_that_the_end_cuts_off_are_settled_and_written_before_it() {
    let house = House::new(&[("PRICE_PER_MTOK_INPUT", "1")]).await;
    let mut ticket = house.admit(&plain("a"), ASKED).await.unwrap();
    ticket.progress(400);
    tokio::join!(house.accounts.close(), async { drop(ticket) });
    let records = house.records().await;
    assert_eq!((&records[0]["outcome"], &records[0]["output"]), (&json!("gone"), &json!(100)));
    assert_eq!(house.usage().await[0].1.micros, 100);
    let last = house.store.audit(Span::ALL, 0, 9).await.unwrap().kept.pop().unwrap();
    assert!(last.record.ends_with(r#""event":"stop"}"#), "nothing is missing: {}", last.record);
}

#[tokio::test]
async fn the_end_tells_how_many_requests_did_not_end() {
    let house = House::new(&[]).await;
    let held = [house.entry(&plain("a")), house.entry(&plain("a"))];
    house.accounts.close().await;
    let last = house.store.audit(Span::ALL, 0, 9).await.unwrap().kept.pop().unwrap();
    assert!(last.record.ends_with(r#""event":"stop","open":2}"#), "{}", last.record);
    drop(held);
}

#[tokio::test]
async fn the_end_writes_what_was_gathered() {
    let house = House::new(&[]).await;
    for _ in 0..700 {
        house.entry(&plain("a")).end(200);
    }
    let house = house.again(&[]).await;
    assert_eq!(house.records().await.len(), 700);
    let kept = house.store.audit(Span::ALL, 0, 1_000).await.unwrap().kept;
    let event = |kept: &Kept| {
        let record: Value = serde_json::from_str(&kept.record).unwrap();
        record["event"].as_str().map(str::to_owned)
    };
    let events: Vec<_> = kept.iter().filter_map(event).collect();
    assert_eq!(events, ["begin", "start", "stop", "start"]);
}

#[tokio::test]
async fn without_a_store_nothing_goes_where_the_audit_is_required() {
    let house = House::new(&[("TACIT_AUDIT_REQUIRED", "true")]).await;
    let a = plain("a");
    house.entry(&a).end(200);
    assert!(house.accounts.flush().await);
    house.store.close().await;
    house.entry(&a).end(200);
    let head = Head { request_id: "x", address: "x", method: "GET", route: "/x" };
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    let refused = loop {
        match Entry::begin(&house.accounts, &a, &head) {
            Err(refusal) => break refusal,
            Ok(_) => assert!(Instant::now() < deadline, "it is never refused"),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((refused.code, refused.status.as_u16()), ("audit_unavailable", 503));
}
