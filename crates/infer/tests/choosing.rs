//! Who is asked, with backends that answer from memory: what a model inside the program will be, too.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use infer::{
    Ask, AskError, Backend, BoxFuture, Breaker, Fleet, ModelName, Place, Protocol, Question, Reply,
    ReplyBody, Rules,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use wire::Dialect;

const LONG: Duration = Duration::from_secs(600);

/// Answers with its name and the model's, or breaks off.
struct Fake {
    name: Arc<str>,
    protocol: Protocol,
    ill: AtomicBool,
    asked: AtomicUsize,
}

impl Fake {
    fn new(name: &str, protocol: Protocol) -> Arc<Self> {
        let (ill, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
        Arc::new(Self { name: name.into(), protocol, ill, asked })
    }

    fn broken(&self) -> AskError {
        AskError::Broken { upstream: Arc::clone(&self.name), source: "ill".into() }
    }
}

impl Backend for Fake {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn host(&self) -> &str {
        "here"
    }

    fn speaks(&self, dialect: Dialect) -> bool {
        self.protocol.speaks(dialect)
    }

    fn ask<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Reply, AskError>> {
        Box::pin(async move {
            self.asked.fetch_add(1, SeqCst);
            if self.ill.load(SeqCst) {
                return Err(self.broken());
            }
            let text = format!("{} {}", self.name, question.model);
            let pieces = stream::iter([Ok(Bytes::from(text)), Ok(question.body)]);
            let total = question.started + LONG;
            Ok(Reply {
                upstream: Arc::clone(&self.name),
                model: question.model.to_owned(),
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: ReplyBody::new(Arc::clone(&self.name), pieces, LONG, total),
                attempts: 1,
            })
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), AskError>> {
        Box::pin(async { if self.ill.load(SeqCst) { Err(self.broken()) } else { Ok(()) } })
    }
}

fn place(models: &[(&str, Option<&str>)], priority: u32, weight: u32) -> Place {
    let named = |(client, upstream): &(&str, Option<&str>)| ModelName {
        client: (*client).to_owned(),
        upstream: upstream.map(str::to_owned),
    };
    let models = models.iter().map(named).collect();
    Place { models, weight, priority, probe: Some(Duration::ZERO) }
}

fn rules() -> Rules {
    let breaker = Breaker { failures: 1000, pause: LONG };
    Rules { fallbacks: BTreeMap::new(), default_model: None, retries: 0, breaker }
}

async fn ask(fleet: &Fleet, dialect: Dialect, model: Option<&str>) -> Result<String, AskError> {
    let body = |model: &str| Bytes::from(format!(" {}", model.len()));
    let reply = fleet.ask(Ask { dialect, model, headers: HeaderMap::new(), body: &body }).await?;
    let bytes = reply.body.collect(1000).await?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn who_lists_a_model_is_asked_before_who_has_any() {
    let listed = Fake::new("listed", Protocol::OpenAi);
    let any = Fake::new("any", Protocol::OpenAi);
    let backends: Vec<(Arc<dyn Backend>, Place)> =
        vec![(any, place(&[("*", None)], 0, 1)), (listed, place(&[("m", Some("mine"))], 9, 1))];
    let fleet = Fleet::of(backends, rules());
    assert_eq!(ask(&fleet, Dialect::Chat, Some("m")).await.unwrap(), "listed mine 4");
    assert_eq!(ask(&fleet, Dialect::Chat, Some("other")).await.unwrap(), "any other 5");
    assert_eq!(fleet.models(), ["m"]);
}

#[tokio::test]
async fn who_has_a_model_and_does_not_speak_the_dialect_is_told_from_nobody() {
    let one = Fake::new("one", Protocol::Anthropic);
    let fleet = Fleet::of(vec![(one, place(&[("m", None)], 0, 1))], rules());
    assert!(ask(&fleet, Dialect::Messages, Some("m")).await.is_ok());
    let refused = ask(&fleet, Dialect::OllamaChat, Some("m")).await;
    assert!(matches!(refused, Err(AskError::NotSpoken { dialect: Dialect::OllamaChat })));
    assert!(matches!(ask(&fleet, Dialect::Messages, Some("n")).await, Err(AskError::NoModel)));
    assert!(matches!(ask(&fleet, Dialect::Messages, None).await, Err(AskError::NoModel)));
    let nobody = Fleet::of(Vec::new(), rules());
    assert!(nobody.is_empty());
    assert!(matches!(ask(&nobody, Dialect::Chat, Some("m")).await, Err(AskError::NoModel)));
}

#[tokio::test]
async fn ten_thousand_requests_are_shared_out_by_weight() {
    let fakes = ["a", "b", "c"].map(|name| Fake::new(name, Protocol::OpenAi));
    let backends = fakes.iter().zip([1, 4, 0]).map(|(fake, weight)| {
        (Arc::clone(fake) as Arc<dyn Backend>, place(&[("*", None)], 0, weight))
    });
    let fleet = Fleet::of(backends.collect(), rules());
    for _ in 0..10_000 {
        ask(&fleet, Dialect::Chat, Some("m")).await.unwrap();
    }
    let asked = fakes.map(|fake| fake.asked.load(SeqCst));
    // A fair process is further away than this once in some ten million runs.
    assert!(asked[0].abs_diff(2_000) < 215 && asked[0] + asked[1] == 10_000, "{asked:?}");
    assert_eq!(asked[2], 0);
}

#[tokio::test]
async fn the_ill_come_last_and_are_asked_all_the_same_when_nobody_else_is_there() {
    let (first, second) =
        (Fake::new("first", Protocol::OpenAi), Fake::new("second", Protocol::OpenAi));
    let backends: Vec<(Arc<dyn Backend>, Place)> = vec![
        (Arc::clone(&first) as _, place(&[("*", None)], 0, 1)),
        (Arc::clone(&second) as _, place(&[("*", None)], 1, 1)),
    ];
    let fleet = Fleet::of(backends, rules());
    assert_eq!(ask(&fleet, Dialect::Chat, Some("m")).await.unwrap(), "first m 1");
    first.ill.store(true, SeqCst);
    fleet.probe().await;
    assert_eq!(ask(&fleet, Dialect::Chat, Some("m")).await.unwrap(), "second m 1");
    second.ill.store(true, SeqCst);
    fleet.probe().await;
    assert!(matches!(ask(&fleet, Dialect::Chat, Some("m")).await, Err(AskError::Broken { .. })));
    first.ill.store(false, SeqCst);
    // No look since: it is still thought ill, like the other, so its priority counts again.
    assert_eq!(ask(&fleet, Dialect::Chat, Some("m")).await.unwrap(), "first m 1");
}

#[tokio::test]
async fn attempts_are_bounded_for_each_model_of_a_chain() {
    let ill = Fake::new("ill", Protocol::OpenAi);
    ill.ill.store(true, SeqCst);
    let backends: Vec<(Arc<dyn Backend>, Place)> =
        vec![(Arc::clone(&ill) as _, place(&[("a", None), ("b", None)], 0, 1))];
    let fallbacks = BTreeMap::from([("a".to_owned(), vec!["b".to_owned()])]);
    let fleet = Fleet::of(backends, Rules { retries: 1, fallbacks, ..rules() });
    assert!(matches!(ask(&fleet, Dialect::Chat, Some("a")).await, Err(AskError::Broken { .. })));
    assert_eq!(ill.asked.load(SeqCst), 4);
}

#[tokio::test]
async fn a_paused_member_is_passed_over_and_a_chain_goes_on() {
    let (ill, spare) = (Fake::new("ill", Protocol::OpenAi), Fake::new("spare", Protocol::OpenAi));
    ill.ill.store(true, SeqCst);
    let backends: Vec<(Arc<dyn Backend>, Place)> = vec![
        (Arc::clone(&ill) as _, place(&[("a", None)], 0, 1)),
        (spare, place(&[("b", None)], 0, 1)),
    ];
    let fallbacks = BTreeMap::from([("a".to_owned(), vec!["b".to_owned()])]);
    let breaker = Breaker { failures: 1, pause: LONG };
    let fleet = Fleet::of(backends, Rules { fallbacks, breaker, ..rules() });
    for _ in 0..3 {
        assert_eq!(ask(&fleet, Dialect::Chat, Some("a")).await.unwrap(), "spare b 1");
    }
    assert_eq!(ill.asked.load(SeqCst), 1);
    let state = &fleet.states()[0];
    assert!(!state.healthy && state.open_for.is_some_and(|left| left > LONG / 2));
    assert_eq!(state.trouble.as_deref(), Some("the exchange with upstream ill broke off: ill"));
}

#[tokio::test]
async fn a_good_look_after_the_pause_brings_a_member_back_and_one_before_does_not() {
    for (pause, failures) in [(Duration::ZERO, 0), (LONG, 1)] {
        let one = Fake::new("one", Protocol::OpenAi);
        one.ill.store(true, SeqCst);
        let backends: Vec<(Arc<dyn Backend>, Place)> =
            vec![(Arc::clone(&one) as _, place(&[("*", None)], 0, 1))];
        let breaker = Breaker { failures: 1, pause };
        let fleet = Fleet::of(backends, Rules { breaker, ..rules() });
        ask(&fleet, Dialect::Chat, Some("m")).await.unwrap_err();
        one.ill.store(false, SeqCst);
        fleet.probe().await;
        let state = &fleet.states()[0];
        assert_eq!((state.failures, state.healthy), (failures, failures == 0), "{pause:?}");
    }
}
