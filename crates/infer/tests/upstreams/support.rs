//! What the tests of upstreams share: descriptions with short names, and asking.

use super::server::Server;
use bytes::Bytes;
use http::HeaderMap;
use infer::{
    Ask, AskError, Breaker, Config, Fleet, ModelName, Protocol, Reply, Timeouts, Upstream,
};
use std::collections::BTreeMap;
use std::time::Duration;
use wire::Dialect;

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// Over in the moment in which it is waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(30);

/// An upstream with every model.
pub(crate) fn upstream(name: &str, url: &str) -> Upstream {
    Upstream {
        name: name.to_owned(),
        url: url.to_owned(),
        protocol: Protocol::OpenAi,
        key: None,
        headers: Vec::new(),
        models: vec![ModelName { client: "*".to_owned(), upstream: None }],
        weight: 1,
        priority: 0,
        timeouts: Timeouts { connect: LONG, first_byte: LONG, idle: LONG, total: LONG },
        ca: None,
        proxy: None,
        external: false,
        probe: None,
        http2: false,
    }
}

/// Several of them, in the order in which they are asked, without further attempts.
pub(crate) fn config(upstreams: impl IntoIterator<Item = Upstream>) -> Config {
    let upstreams = upstreams
        .into_iter()
        .zip(0..)
        .map(|(upstream, priority)| Upstream { priority, ..upstream });
    Config {
        upstreams: upstreams.collect(),
        fallbacks: BTreeMap::new(),
        default_model: None,
        retries: 0,
        breaker: Breaker { failures: 1000, pause: LONG },
    }
}

pub(crate) fn fleet(config: Config) -> Fleet {
    match Fleet::new(config) {
        Ok(fleet) => fleet,
        Err(faults) => panic!("{faults:?}"),
    }
}

/// A fleet of one server.
pub(crate) fn only(server: &Server) -> Fleet {
    fleet(config([upstream("one", &server.url())]))
}

pub(crate) async fn ask(fleet: &Fleet) -> Result<Reply, AskError> {
    ask_with(fleet, Dialect::Chat, HeaderMap::new()).await
}

pub(crate) async fn ask_with(
    fleet: &Fleet,
    dialect: Dialect,
    headers: HeaderMap,
) -> Result<Reply, AskError> {
    let body = |model: &str| Bytes::from(format!("{{\"model\":\"{model}\"}}"));
    let ask = Ask { dialect, model: Some("m"), headers, body: &body };
    tokio::time::timeout(super::server::DEADLINE, fleet.ask(ask)).await.expect("nothing came of it")
}

/// The whole answer as text.
pub(crate) async fn text(reply: Reply) -> String {
    let bytes = reply.body.collect(1024 * 1024).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The error, where there is to be one.
pub(crate) async fn refusal(fleet: &Fleet) -> AskError {
    match ask(fleet).await {
        Ok(reply) => panic!("answered with {}", reply.status),
        Err(error) => error,
    }
}

/// What became of requests to the n-th upstream, without what is nothing.
pub(crate) fn outcomes(fleet: &Fleet, at: usize) -> Vec<(&'static str, u64)> {
    let state = &fleet.states()[at];
    state.outcomes.iter().copied().filter(|(_, count)| *count > 0).collect()
}
