//! Servers that are late, break off, refuse or lie: which error comes, who is asked next, and what is closed.

use crate::server::{DEADLINE, STREAM, Server, Step, answer, ok, piece, send};
use crate::support::{LONG, SHORT, ask, config, fleet, only, outcomes, refusal, text, upstream};
use infer::{AskError, Breaker, Config, Phase, Timeouts, Upstream};
use std::time::Duration;

const ALL_LONG: Timeouts = Timeouts { connect: LONG, first_byte: LONG, idle: LONG, total: LONG };

fn with_timeouts(server: &Server, timeouts: Timeouts) -> Upstream {
    Upstream { timeouts, ..upstream("one", &server.url()) }
}

fn is_late(error: &AskError, wanted: Phase) -> bool {
    matches!(error, AskError::Late { phase, .. } if *phase == wanted)
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_asked_for_twice() {
    let server = Server::start(|_| vec![Step::Stall]).await;
    let other = Server::answering(&ok("{}")).await;
    let slow = with_timeouts(&server, Timeouts { first_byte: SHORT, ..ALL_LONG });
    let fleet = fleet(Config { retries: 3, ..config([slow, upstream("two", &other.url())]) });
    let error = refusal(&fleet).await;
    assert!(is_late(&error, Phase::FirstByte), "{error:?}");
    server.until_gone(1).await;
    assert_eq!((server.seen().len(), other.seen().len()), (1, 0));
    assert_eq!(outcomes(&fleet, 0), [("late", 1)]);
}

#[tokio::test]
async fn an_answer_that_stalls_in_the_middle_is_late_and_closed() {
    let server =
        Server::start(|_| vec![send(format!("{STREAM}{}", piece("a"))), Step::Stall]).await;
    let fleet = fleet(config([with_timeouts(&server, Timeouts { idle: SHORT, ..ALL_LONG })]));
    let mut reply = ask(&fleet).await.unwrap();
    assert_eq!(reply.body.next().await.unwrap().unwrap(), "a");
    let error = reply.body.next().await.unwrap().unwrap_err();
    assert!(is_late(&error, Phase::Idle), "{error:?}");
    assert!(reply.body.next().await.is_none());
    server.until_gone(1).await;
    assert_eq!(outcomes(&fleet, 0), [("late", 1)]);
}

#[tokio::test]
async fn a_flood_ends_with_the_time_and_with_the_bytes_that_there_may_be() {
    let flood = || vec![send(STREAM), Step::Flood(piece(&"x".repeat(1000)).into_bytes())];
    let server = Server::start(move |_| flood()).await;
    let total = Timeouts { total: SHORT, ..ALL_LONG };
    let fleet = fleet(config([with_timeouts(&server, total)]));
    let error = match ask(&fleet).await {
        // On a machine that is busy elsewhere even the head comes too late.
        Err(error) => error,
        Ok(mut reply) => loop {
            if let Err(error) = reply.body.next().await.unwrap() {
                break error;
            }
        },
    };
    assert!(is_late(&error, Phase::Total), "{error:?}");
    server.until_gone(1).await;

    let server = Server::start(move |_| flood()).await;
    let error = ask(&only(&server)).await.unwrap().body.collect(100_000).await.unwrap_err();
    assert!(matches!(error, AskError::TooLarge { .. }), "{error:?}");
    server.until_gone(1).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_and_not_begun_anew() {
    let cut = format!("{STREAM}{}5\r\nab", piece("whole"));
    let server = Server::start(move |_| vec![send(cut.clone()), Step::Close]).await;
    let fleet = fleet(Config { retries: 3, ..config([upstream("one", &server.url())]) });
    let mut reply = ask(&fleet).await.unwrap();
    let mut got = Vec::new();
    let error = loop {
        match reply.body.next().await.unwrap() {
            Ok(piece) => got.extend_from_slice(&piece),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, AskError::Broken { .. }), "{error:?}");
    assert!(b"wholeab".starts_with(&got) && got.starts_with(b"whole"), "{got:?}");
    assert_eq!(server.seen().len(), 1);
    assert_eq!((outcomes(&fleet, 0), fleet.states()[0].failures), (vec![("broken", 1)], 1));
}

#[tokio::test]
async fn who_closes_before_a_head_is_asked_again_and_then_another() {
    let closing = Server::start(|_| vec![Step::Close]).await;
    let good = Server::answering(&ok("good")).await;
    let both = || [upstream("one", &closing.url()), upstream("two", &good.url())];
    let reply = ask(&fleet(Config { retries: 1, ..config(both()) })).await.unwrap();
    assert_eq!((&*reply.upstream, reply.attempts), ("two", 2));
    assert_eq!(text(reply).await, "good");
    let error = refusal(&fleet(config(both()))).await;
    assert!(matches!(error, AskError::Broken { .. }), "no further attempt: {error:?}");

    let once = Server::start(
        |number| if number == 0 { vec![Step::Close] } else { vec![send(ok("again"))] },
    )
    .await;
    let fleet = fleet(Config { retries: 1, ..config([upstream("one", &once.url())]) });
    let reply = ask(&fleet).await.unwrap();
    assert_eq!((reply.attempts, text(reply).await.as_str()), (2, "again"));
}

#[tokio::test]
async fn who_does_not_listen_is_passed_over() {
    // A port that nobody has: it was given to a listener that is gone.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let good = Server::answering(&ok("good")).await;
    let absent = || upstream("one", &format!("http://{free}"));
    let fleet_of_two =
        fleet(Config { retries: 1, ..config([absent(), upstream("two", &good.url())]) });
    assert_eq!(text(ask(&fleet_of_two).await.unwrap()).await, "good");
    assert_eq!(outcomes(&fleet_of_two, 0), [("unreachable", 1)]);
    let error = refusal(&fleet(config([absent()]))).await;
    assert!(matches!(error, AskError::Connect { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot connect to upstream one");
    let once = Breaker { failures: 1, pause: LONG };
    let paused = fleet(Config { breaker: once, ..config([absent()]) });
    refusal(&paused).await;
    let trouble = paused.states()[0].trouble.clone().unwrap();
    assert!(trouble.starts_with("cannot connect to upstream one: Connection refused"), "{trouble}");
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_is_late() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    // TLS waits for an answer that never comes.
    let url = format!("https://{}", listener.local_addr().unwrap());
    let timeouts = Timeouts { connect: SHORT, ..ALL_LONG };
    let error = refusal(&fleet(config([Upstream { timeouts, ..upstream("one", &url) }]))).await;
    assert!(is_late(&error, Phase::Connect), "{error:?}");
}

#[tokio::test]
async fn not_now_is_asked_again_and_handed_on_when_nobody_is_left() {
    let busy = |number| match number {
        0 => vec![send(answer("503 Service Unavailable", "retry-after: 0\r\n", "busy"))],
        _ => vec![send(ok("fine"))],
    };
    let server = Server::start(busy).await;
    let fleet_again = fleet(Config { retries: 1, ..config([upstream("one", &server.url())]) });
    let reply = ask(&fleet_again).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.attempts), (200, 2));
    text(reply).await;
    assert_eq!(fleet_again.states()[0].failures, 0, "a good answer begins anew");

    let server = Server::start(busy).await;
    let fleet_once = fleet(config([upstream("one", &server.url())]));
    let reply = ask(&fleet_once).await.unwrap();
    assert_eq!((reply.status.as_u16(), text(reply).await.as_str()), (503, "busy"));
    assert_eq!(outcomes(&fleet_once, 0), [("refused", 1)]);
}

#[tokio::test]
async fn who_asks_for_a_long_pause_is_believed() {
    let limited =
        Server::answering(&answer("429 Too Many Requests", "retry-after: 3600\r\n", "")).await;
    let absent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let upstreams = [upstream("one", &limited.url()), upstream("two", &format!("http://{absent}"))];
    let fleet_of_two = fleet(Config { retries: 2, ..config(upstreams) });
    let reply = ask(&fleet_of_two).await.unwrap();
    // The other one is tried as often as there are attempts; what the caller hears is what tells most.
    assert_eq!((reply.status.as_u16(), reply.attempts), (429, 3));
    assert_eq!(reply.headers["retry-after"], "3600");
    assert_eq!(limited.seen().len(), 1);
    assert_eq!(fleet_of_two.states()[0].failures, 0, "a limit is no failure");
}

#[tokio::test]
async fn other_errors_are_answers() {
    for status in
        ["400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Internal Server Error"]
    {
        let server = Server::answering(&answer(status, "", "{}")).await;
        let fleet = fleet(Config { retries: 3, ..config([upstream("one", &server.url())]) });
        let reply = ask(&fleet).await.unwrap();
        assert_eq!((&status[..3], reply.attempts), (reply.status.as_str(), 1));
        text(reply).await;
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    for garbage in
        ["\u{0}\u{1}\u{2}garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 2x0 no\r\n\r\n"]
    {
        let server = Server::start(move |_| vec![send(garbage), Step::Close]).await;
        let error = refusal(&only(&server)).await;
        assert!(matches!(error, AskError::Broken { .. }), "{garbage:?}: {error:?}");
        assert!(!error.to_string().contains("garbage"));
    }
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1_000_000));
    let server = Server::start(move |_| vec![send(endless.clone()), Step::Stall]).await;
    assert!(matches!(refusal(&only(&server)).await, AskError::Broken { .. }));
}

#[tokio::test]
async fn a_redirection_is_not_followed_and_what_is_compressed_not_handed_on() {
    let elsewhere = Server::answering(&ok("stolen")).await;
    let location = format!("location: {}/v1/chat/completions\r\n", elsewhere.url());
    for head in [location.as_str(), "content-encoding: gzip\r\n"] {
        let status = if head.starts_with("location") { "307 Temporary Redirect" } else { "200 OK" };
        let server = Server::answering(&answer(status, head, "x")).await;
        let fleet = fleet(Config { retries: 3, ..config([upstream("one", &server.url())]) });
        let error = refusal(&fleet).await;
        assert!(matches!(error, AskError::Unusable { .. }), "{error:?}");
        assert_eq!((server.seen().len(), elsewhere.seen().len()), (1, 0));
    }
}

#[tokio::test]
async fn whoever_stops_waiting_closes_the_connection() {
    let server = Server::start(|number| match number {
        0 => vec![send(format!("{STREAM}{}", piece("a"))), Step::Stall],
        _ => vec![Step::Stall],
    })
    .await;
    let fleet = only(&server);
    let mut reply = ask(&fleet).await.unwrap();
    assert_eq!(reply.body.next().await.unwrap().unwrap(), "a");
    drop(reply);
    server.until_gone(1).await;
    {
        let mut asking = std::pin::pin!(ask(&fleet));
        let sent = async {
            while server.seen().len() < 2 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = &mut asking => panic!("nothing was answered"),
            sent = tokio::time::timeout(DEADLINE, sent) => sent.unwrap(),
        }
    }
    server.until_gone(2).await;
    assert_eq!(outcomes(&fleet, 0), [("cancelled", 2)]);
    assert_eq!((fleet.states()[0].in_flight, fleet.states()[0].failures), (0, 0));
}

#[tokio::test]
async fn failures_in_a_row_pause_an_upstream_and_one_good_answer_brings_it_back() {
    let server = Server::start(|number| match number {
        0..3 => vec![Step::Close],
        _ => vec![send(ok("fine"))],
    })
    .await;
    let open = Breaker { failures: 2, pause: LONG };
    let paused = fleet(Config { breaker: open, ..config([upstream("one", &server.url())]) });
    for _ in 0..2 {
        assert!(matches!(refusal(&paused).await, AskError::Broken { .. }));
    }
    let error = refusal(&paused).await;
    let AskError::NoneReady { retry_after } = error else { panic!("{error:?}") };
    assert!(retry_after <= LONG && retry_after > LONG / 2);
    assert_eq!(server.seen().len(), 2, "it was left alone");
    assert!(!paused.states()[0].healthy);

    let at_once = Breaker { failures: 1, pause: Duration::ZERO };
    let trying = fleet(Config { breaker: at_once, ..config([upstream("one", &server.url())]) });
    assert!(matches!(refusal(&trying).await, AskError::Broken { .. }), "the third request");
    let state = &trying.states()[0];
    assert_eq!((state.healthy, state.failures), (true, 1), "its pause is over");
    assert_eq!(text(ask(&trying).await.unwrap()).await, "fine", "the one that tries");
    assert_eq!(trying.states()[0].failures, 0);
    assert_eq!(text(ask(&trying).await.unwrap()).await, "fine");
}

#[tokio::test]
async fn another_model_stands_in_where_a_chain_says_so() {
    let closing = Server::start(|_| vec![Step::Close]).await;
    let good = Server::answering(&ok("stood in")).await;
    let has = |name: &str, server: &Server, model: &str| {
        let model = infer::ModelName { client: model.to_owned(), upstream: None };
        Upstream { models: vec![model], ..upstream(name, &server.url()) }
    };
    let mut config = config([has("one", &closing, "m"), has("two", &good, "spare")]);
    config.fallbacks.insert("m".to_owned(), vec!["absent".to_owned(), "spare".to_owned()]);
    let reply = ask(&fleet(config)).await.unwrap();
    assert_eq!((&*reply.upstream, reply.model.as_str(), reply.attempts), ("two", "spare", 2));
    assert_eq!(text(reply).await, "stood in");
    assert_eq!(good.seen()[0].body, r#"{"model":"spare"}"#);
}

#[tokio::test]
async fn a_model_that_may_still_be_at_work_is_not_stood_in_for() {
    let slow = Server::start(|_| vec![Step::Stall]).await;
    let good = Server::answering(&ok("stood in")).await;
    let has = |model: &str| vec![infer::ModelName { client: model.to_owned(), upstream: None }];
    let timeouts = Timeouts { first_byte: SHORT, ..ALL_LONG };
    let mut config = config([
        Upstream { models: has("m"), ..with_timeouts(&slow, timeouts) },
        Upstream { models: has("spare"), ..upstream("two", &good.url()) },
    ]);
    config.fallbacks.insert("m".to_owned(), vec!["spare".to_owned()]);
    let error = refusal(&fleet(config)).await;
    assert!(is_late(&error, Phase::FirstByte), "{error:?}");
    assert_eq!((slow.seen().len(), good.seen().len()), (1, 0));
}

#[tokio::test]
async fn whoever_has_no_time_left_for_a_request_is_neither_asked_nor_blamed() {
    let closing = Server::start(|_| vec![Step::Close]).await;
    let good = Server::answering(&ok("good")).await;
    let has = |model: &str| vec![infer::ModelName { client: model.to_owned(), upstream: None }];
    let over = || Upstream {
        models: has("spare"),
        timeouts: Timeouts { total: Duration::ZERO, ..ALL_LONG },
        ..upstream("two", &good.url())
    };
    let first = || Upstream { models: has("m"), ..upstream("one", &closing.url()) };
    let with_spares = |mut config: Config| {
        config.fallbacks.insert("m".to_owned(), vec!["spare".to_owned()]);
        fleet(config)
    };
    let fleet_of_two = with_spares(config([first(), over()]));
    let error = refusal(&fleet_of_two).await;
    assert_eq!(
        error.to_string(),
        "upstream one took too long: waited for the end of the answer",
        "it is the one that took the time"
    );
    assert_eq!((outcomes(&fleet_of_two, 1), fleet_of_two.states()[1].failures), (vec![], 0));
    assert_eq!(good.seen().len(), 0);

    let patient = Upstream { models: has("spare"), ..upstream("three", &good.url()) };
    let reply = ask(&with_spares(config([first(), over(), patient]))).await.unwrap();
    assert_eq!((&*reply.upstream, reply.attempts), ("three", 2), "who has time is asked");
    assert_eq!(text(reply).await, "good");
}

#[tokio::test]
async fn a_look_finds_who_is_unwell_and_who_is_well_again() {
    let mut looks = 0;
    let server = Server::start(move |number| match number {
        0 => vec![send(answer("500 Internal Server Error", "", ""))],
        1 => vec![send(answer("401 Unauthorized", "", ""))],
        2 => vec![send(answer("404 Not Found", "", ""))],
        _ => vec![send(ok("first"))],
    })
    .await;
    let other = Server::answering(&ok("second")).await;
    let looked_at = Upstream { probe: Some(Duration::ZERO), ..upstream("one", &server.url()) };
    let fleet = fleet(config([looked_at, upstream("two", &other.url())]));
    for healthy in [false, false, true] {
        fleet.probe().await;
        looks += 1;
        assert_eq!(fleet.states()[0].healthy, healthy, "look {looks}");
        if looks == 1 {
            let reply = ask(&fleet).await.unwrap();
            assert_eq!(text(reply).await, "second", "the unwell one comes last");
        }
    }
    assert_eq!(text(ask(&fleet).await.unwrap()).await, "first");
    assert_eq!(server.seen()[0].line, "GET /v1/models HTTP/1.1");
    assert_eq!(other.seen().len(), 1, "who has no `probe` is not looked at");
}
