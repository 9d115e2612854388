//! Answers that are good, and what is sent for them.

use crate::server::{STREAM, Server, Step, answer, ok, piece, send};
use crate::support::{ask, ask_with, config, fleet, only, outcomes, text, upstream};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use infer::{Ask, ModelName, Protocol, Upstream};
use std::sync::Arc;
use tokio::sync::Notify;
use wire::Dialect;

#[tokio::test]
async fn a_piece_is_handed_on_before_the_next_one_exists() {
    let go = Arc::new(Notify::new());
    let wait = Arc::clone(&go);
    let server = Server::start(move |_| {
        let end = format!("{}{}", piece("second"), piece(""));
        vec![send(format!("{STREAM}{}", piece("first"))), Step::Wait(Arc::clone(&wait)), send(end)]
    })
    .await;
    let fleet = only(&server);
    let mut reply = ask(&fleet).await.unwrap();
    assert_eq!(reply.body.next().await.unwrap().unwrap(), "first");
    assert_eq!(fleet.states()[0].in_flight, 1);
    go.notify_one();
    assert_eq!(reply.body.next().await.unwrap().unwrap(), "second");
    assert!(reply.body.next().await.is_none());
    assert!(reply.body.next().await.is_none(), "and it stays at its end");
    assert_eq!(fleet.states()[0].in_flight, 0);
    assert_eq!(outcomes(&fleet, 0), [("answered", 1)]);
}

#[tokio::test]
async fn what_is_sent_is_asked_for_plainly_and_only_three_headers_come_back() {
    let headers = "content-type: text/html\r\nx-request-id: r\r\nretry-after: 7\r\nset-cookie: a=b\r\nserver: x\r\n";
    let server = Server::answering(&answer("200 OK", headers, "<html>")).await;
    let key = Some("the-key".into());
    let fleet =
        fleet(config([Upstream { key, ..upstream("one", &format!("{}/v1/", server.url())) }]));
    let mut passed = HeaderMap::new();
    passed.insert("traceparent", HeaderValue::from_static("00-1-2-03"));
    let reply = ask_with(&fleet, Dialect::Chat, passed).await.unwrap();
    let mut names: Vec<_> = reply.headers.keys().map(|name| name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["content-type", "retry-after", "x-request-id"]);
    assert_eq!((&*reply.upstream, reply.model.as_str(), reply.attempts), ("one", "m", 1));
    assert_eq!(text(reply).await, "<html>", "what it is, the caller judges");
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(seen.header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(seen.header("authorization"), Some("Bearer the-key"));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("traceparent"), Some("00-1-2-03"));
    assert_eq!(seen.body, r#"{"model":"m"}"#);
}

#[tokio::test]
async fn each_protocol_shows_its_key_in_its_own_way() {
    let server = Server::answering(&ok("{}")).await;
    let of = |protocol| {
        let further = vec![("x-team".parse().unwrap(), HeaderValue::from_static("t"))];
        let upstream = upstream("one", &server.url());
        fleet(config([Upstream { protocol, key: Some("k".into()), headers: further, ..upstream }]))
    };
    let anthropic = of(Protocol::Anthropic);
    text(ask_with(&anthropic, Dialect::Messages, HeaderMap::new()).await.unwrap()).await;
    let mut newer = HeaderMap::new();
    newer.insert("anthropic-version", HeaderValue::from_static("2099-01-01"));
    text(ask_with(&anthropic, Dialect::Messages, newer).await.unwrap()).await;
    text(ask_with(&anthropic, Dialect::Chat, HeaderMap::new()).await.unwrap()).await;
    text(ask_with(&of(Protocol::Ollama), Dialect::OllamaChat, HeaderMap::new()).await.unwrap())
        .await;
    let seen = server.seen();
    let said: Vec<_> = seen
        .iter()
        .map(|seen| {
            let path = seen.line.split(' ').nth(1).unwrap();
            let of = |name| seen.header(name);
            (path, of("x-api-key"), of("authorization"), of("anthropic-version"))
        })
        .collect();
    let bearer = Some("Bearer k");
    assert_eq!(
        said,
        [
            ("/v1/messages", Some("k"), None, Some("2023-06-01")),
            ("/v1/messages", Some("k"), None, Some("2099-01-01")),
            ("/v1/chat/completions", None, bearer, None),
            ("/api/chat", None, bearer, None),
        ]
    );
    assert!(seen.iter().all(|seen| seen.header("x-team") == Some("t")));
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let server = Server::answering(&ok("{}")).await;
    let fleet = only(&server);
    for _ in 0..5 {
        text(ask(&fleet).await.unwrap()).await;
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_waited_is_replaced_without_a_word() {
    let server = Server::start(|_| vec![send(ok("{}")), Step::Close]).await;
    let fleet = only(&server);
    for _ in 0..5 {
        let reply = ask(&fleet).await.unwrap();
        assert_eq!(reply.attempts, 1);
        text(reply).await;
    }
    assert_eq!(server.connections(), 5);
    assert_eq!(outcomes(&fleet, 0), [("answered", 5)]);
}

#[tokio::test]
async fn a_model_has_the_name_that_its_upstream_gives_it() {
    let server = Server::answering(&ok("{}")).await;
    let named = |client: &str, upstream: Option<&str>| ModelName {
        client: client.to_owned(),
        upstream: upstream.map(str::to_owned),
    };
    let models =
        vec![named("fast", Some("small-3")), named("large", None), named("*", Some("any"))];
    let mut config = config([Upstream { models, ..upstream("one", &server.url()) }]);
    config.default_model = Some("large".to_owned());
    let fleet = fleet(config);
    assert_eq!(fleet.models(), ["fast", "large"]);
    for name in [Some("fast"), Some("large"), Some("unheard-of"), None] {
        let body = |model: &str| Bytes::from(model.to_owned());
        let ask =
            Ask { dialect: Dialect::Chat, model: name, headers: HeaderMap::new(), body: &body };
        text(fleet.ask(ask).await.unwrap()).await;
    }
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["small-3", "large", "any", "large"]);
}

#[tokio::test]
async fn a_large_request_goes_out_whole() {
    let server = Server::answering(&ok("{}")).await;
    let fleet = only(&server);
    let large = "x".repeat(5_000_000);
    let body = |_: &str| Bytes::from(large.clone());
    let ask =
        Ask { dialect: Dialect::Chat, model: Some("m"), headers: HeaderMap::new(), body: &body };
    text(fleet.ask(ask).await.unwrap()).await;
    assert_eq!(server.seen()[0].body.len(), 5_000_000);
}
