//! The server: protocols, identity of requests, the log, the order of the end.

use rustix::process::Signal;
use std::process::Command;
use support::{Daemon, Place, run, until};

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn http_2_without_tls_is_spoken() {
    let daemon = Place::new().serve(&[]);
    let mut curl = Command::new("curl");
    curl.args([
        "-s",
        "--http2-prior-knowledge",
        "-w",
        "\n%{http_version} %{http_code}",
        "-d",
        "{\"text\":\"ana@example.org\"}",
    ]);
    let said = run(curl.args([
        "-H",
        "content-type: application/json",
        &format!("{}/v1/analyze", daemon.url()),
    ]));
    assert!(said.contains("\"EMAIL\"") && said.ends_with("\n2 200"), "{said}");
}

#[test]
fn a_connection_serves_many_requests() {
    let daemon = Place::new().serve(&[]);
    let mut client = daemon.connect();
    for round in 0..100 {
        let body = format!("{{\"text\":\"a{round}@example.org\"}}");
        assert_eq!(client.send("POST", "/v1/analyze", &[JSON], body.as_bytes()).status, 200);
        assert_eq!(client.send("GET", "/livez", &[], b"").status, 200);
    }
}

#[test]
fn every_answer_has_an_id_and_errors_have_their_shape() {
    let daemon = Place::new().serve(&[]);
    let given = "0f8fad5bd9cb469fa16570867728950e";
    let replies = [
        daemon.send("GET", "/none", &[("x-request-id", given)], ""),
        daemon.send("PUT", "/v1/redact", &[("x-request-id", given)], ""),
        daemon.send("POST", "/v1/redact", &[("x-request-id", given), JSON], "{"),
        daemon.send("GET", "/livez", &[("x-request-id", given)], ""),
    ];
    for (reply, code) in replies.iter().zip(["not_found", "method_not_allowed", "bad_json", ""]) {
        assert_eq!(reply.header("x-request-id"), given);
        if !code.is_empty() {
            assert_eq!(reply.header("cache-control"), "no-store");
            let error = &reply.json()["error"];
            assert_eq!((&error["code"], &error["request_id"]), (&code.into(), &given.into()));
            assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
        }
    }
    assert_eq!(replies[1].header("allow"), "POST");
    let made = daemon.get("/livez").header("x-request-id").to_owned();
    assert!(made.len() == 32 && made != daemon.get("/livez").header("x-request-id"), "{made}");
}

#[test]
fn a_request_leaves_one_line() {
    let mut daemon =
        Place::new().serve(&["--server.trusted-proxies", "127.0.0.0/8", "--auth.loopback", "true"]);
    let admin = [("x-forwarded-for", "198.51.100.1, 203.0.113.7"), JSON];
    let reply = daemon.send("POST", "/v1/redact", &admin, "{\"text\":\"ana@example.org\"}");
    let line = daemon.wait_for(|line| line["message"] == "request");
    assert_eq!(line["request_id"], reply.header("x-request-id"));
    assert_eq!(
        (&line["client"], &line["method"], &line["route"]),
        (&"203.0.113.7".into(), &"POST".into(), &"/v1/redact".into())
    );
    assert_eq!((&line["status"], &line["bytes_in"]), (&401.into(), &26.into()));
    assert!(
        line["duration_ms"].is_number() && line["timestamp"].is_string() && line["level"] == "INFO",
        "{line}"
    );
}

#[test]
fn plain_lines_and_levels_are_obeyed() {
    let place = Place::new();
    let daemon = Place::new().serve(&["--server.max-json-mb", "1"]);
    assert!(
        daemon.stop().stderr.lines().all(|line| line.starts_with('{')),
        "JSON where it is asked for"
    );
    let refused = place.tacitd(&["--log.level", "loud"], b"");
    assert!(
        refused
            .stderr
            .contains("`loud` is not one of `trace`, `debug`, `info`, `warning`, `error`, `off`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_drain_is_announced_before_it_happens() {
    let daemon = Place::new().serve(&["--server.drain-delay", "30s"]);
    let body = b"{\"text\":\"ana@example.org\"}";
    let mut slow = daemon.connect();
    let head = format!(
        "POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    slow.write(head.as_bytes());
    slow.write(&body[..10]);
    daemon.signal(Signal::TERM);
    let draining = loop {
        let reply = daemon.get("/readyz");
        if reply.status == 503 {
            break reply;
        }
    };
    assert_eq!(draining.json()["status"], "draining");
    let health = daemon.get("/health");
    assert_eq!((health.status, &health.json()["errors"][0]), (503, &"draining".into()));
    assert_eq!(
        daemon.post("/v1/analyze", "{\"text\":\"\"}").status,
        200,
        "requests are still served"
    );
    slow.write(&body[10..]);
    assert_eq!(slow.read(false).status, 200, "and the one in flight is answered");
    daemon.signal(Signal::TERM);
    let ended = daemon.wait();
    assert_eq!(ended.code, Some(3), "a second signal ends it at once: {}", ended.stderr);
}

/// Sends the head of a request and half of its body.
fn half_a_request(daemon: &Daemon) -> support::Client {
    let mut client = daemon.connect();
    client.write(b"POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"te");
    daemon.until_metrics_say("tacit_http_requests_in_flight 2");
    client
}

#[test]
fn requests_in_flight_finish_after_the_listener_is_closed() {
    let mut daemon = Place::new().serve(&["--server.drain-delay", "0s"]);
    let mut slow = half_a_request(&daemon);
    daemon.signal(Signal::TERM);
    daemon.wait_for(|line| {
        line["message"].as_str().is_some_and(|text| text.contains("no new connections"))
    });
    let port = daemon.port();
    until("closed", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    slow.write(b"xt\":\"\"}");
    assert_eq!(slow.read(false).status, 200);
    let ended = daemon.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("every request was answered"));
}

#[test]
fn a_request_that_does_not_finish_is_given_up_at_the_limit() {
    let daemon =
        Place::new().serve(&["--server.drain-delay", "0s", "--server.drain-timeout", "300ms"]);
    let mut slow = half_a_request(&daemon);
    daemon.signal(Signal::TERM);
    let ended = daemon.wait();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("requests were given up at the limit"));
    assert!(slow.is_closed());
}

#[test]
fn pages_of_listed_origins_may_ask() {
    let daemon = Place::new().serve(&["--cors.origins", "https://app.example,https://b.example"]);
    let preflight = |origin| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type"),
        ];
        daemon.send("OPTIONS", "/v1/redact", &headers, "")
    };
    let allowed = preflight("https://app.example");
    assert_eq!(
        (allowed.status, allowed.header("access-control-allow-origin")),
        (200, "https://app.example")
    );
    assert!(
        allowed.header("access-control-allow-headers").contains("authorization"),
        "{allowed:?}"
    );
    assert_eq!(preflight("https://evil.example").header("access-control-allow-origin"), "");
    let answer = daemon.send("GET", "/livez", &[("origin", "https://b.example")], "");
    assert_eq!(answer.header("access-control-allow-origin"), "https://b.example");
    assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
    drop(daemon);
    let daemon = Place::new().serve(&[]);
    let none = daemon.send(
        "OPTIONS",
        "/v1/redact",
        &[("origin", "https://app.example"), ("access-control-request-method", "POST")],
        "",
    );
    assert_eq!((none.status, none.header("access-control-allow-origin")), (405, ""));
}
