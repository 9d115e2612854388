//! How the upstreams are, while they are used: looked at on a timer, told to `/readyz` and to the log.

use infer::Fleet;
use kit::ready::{Readiness, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often it is seen whose time to be looked at has come. What is not due costs nothing.
const TICK: Duration = Duration::from_secs(1);

/// Looks at the upstreams for as long as the daemon runs, and logs when one stops or begins to be well.
pub(crate) async fn look_after(fleet: Arc<Fleet>) {
    if fleet.is_empty() {
        return;
    }
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        fleet.probe().await;
        for state in fleet.states() {
            let before = known.insert(state.name.clone(), state.healthy).unwrap_or(true);
            let (upstream, host) = (state.name.as_str(), state.url_host.as_str());
            match (before, state.healthy) {
                (true, false) => {
                    let why = state.trouble.as_deref().unwrap_or("unknown");
                    tracing::warn!(upstream, host, why, "the upstream is not well");
                }
                (false, true) => tracing::info!(upstream, host, "the upstream is well again"),
                _ => {}
            }
        }
    }
}

/// Adds the component `model`, where there is anybody to ask. Hiding needs no model, so that a daemon without one stays
/// ready and says so, unless it is `required`.
pub(crate) fn readiness(readiness: Readiness, fleet: &Arc<Fleet>, required: bool) -> Readiness {
    if fleet.is_empty() {
        return readiness;
    }
    let fleet = Arc::clone(fleet);
    readiness.with("model", move || {
        let states = fleet.states();
        let well = states.iter().filter(|state| state.healthy).count();
        let state = told(well, states.len(), required);
        async { state }
    })
}

fn told(well: usize, all: usize, required: bool) -> State {
    match (well, required) {
        (0, true) => Err("no upstream is well".to_owned()),
        (0, false) => Ok(Some("degraded: no upstream is well".to_owned())),
        _ => Ok(Some(format!("{well} of {all} upstreams are well"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infer::{
        Ask, AskError, Backend, BoxFuture, Breaker, ModelName, Place, Question, Reply, Rules,
    };
    use kit::ready::Verdict;
    use kit::shutdown::Stage;

    /// Never answers.
    struct Ill(Arc<str>);

    impl Backend for Ill {
        fn name(&self) -> &Arc<str> {
            &self.0
        }

        fn host(&self) -> &str {
            "here"
        }

        fn speaks(&self, _: wire::Dialect) -> bool {
            true
        }

        fn ask<'a>(&'a self, _: Question<'a>) -> BoxFuture<'a, Result<Reply, AskError>> {
            let upstream = Arc::clone(&self.0);
            Box::pin(async { Err(AskError::Broken { upstream, source: "ill".into() }) })
        }

        fn probe(&self) -> BoxFuture<'_, Result<(), AskError>> {
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn a_required_upstream_is_unready_for_its_pause_and_not_until_somebody_asks() {
        let long = Duration::from_secs(600);
        for (pause, verdict) in [(long, Verdict::Unready), (Duration::ZERO, Verdict::Ready)] {
            let models = vec![ModelName { client: "*".to_owned(), upstream: None }];
            let place = Place { models, weight: 1, priority: 0, probe: None };
            let rules = Rules {
                fallbacks: BTreeMap::new(),
                default_model: None,
                retries: 0,
                breaker: Breaker { failures: 1, pause },
            };
            let one = Arc::new(Ill("one".into())) as Arc<dyn Backend>;
            let fleet = Arc::new(Fleet::of(vec![(one, place)], rules));
            let (_stage, stage) = tokio::sync::watch::channel(Stage::Serving);
            let all = readiness(Readiness::new(stage), &fleet, true);
            assert_eq!(all.report().await.verdict, Verdict::Ready);
            let ask = Ask {
                dialect: wire::Dialect::Chat,
                model: Some("m"),
                headers: http::HeaderMap::new(),
                body: &|_| Vec::new().into(),
            };
            assert!(fleet.ask(ask).await.is_err());
            assert_eq!(all.report().await.verdict, verdict, "{pause:?}");
        }
    }

    #[test]
    fn nobody_well_is_told_and_only_refused_where_one_is_required() {
        assert_eq!(told(1, 3, true), Ok(Some("1 of 3 upstreams are well".to_owned())));
        assert_eq!(told(0, 3, false), Ok(Some("degraded: no upstream is well".to_owned())));
        assert_eq!(told(0, 3, true), Err("no upstream is well".to_owned()));
    }
}
