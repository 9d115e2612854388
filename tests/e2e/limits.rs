//! Bad input of every sort: each has its 4xx or a closed connection, and the daemon stays responsive and small.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{Client, Daemon, Place};

const JSON: (&str, &str) = ("content-type", "application/json");

/// The daemon must stay below this whatever comes.
const RESIDENT_KIB_MAX: u64 = 100 * 1024;

#[test]
fn bodies_that_make_no_sense_have_their_codes() {
    let daemon = Place::new().serve(&[]);
    let cases: &[(&[u8], u16, &str)] = &[
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"{\"text\":\"\xff\xfe\"}", 400, "bad_json"),
        (b"{\"text\":\"\\ud800\"}", 400, "bad_json"),
        (b"{\"text\":\"a\"} trailing", 400, "bad_json"),
        (b"null", 422, "unprocessable"),
        (b"[]", 422, "unprocessable"),
        (b"{}", 422, "unprocessable"),
        (b"{\"text\":1}", 422, "unprocessable"),
        (b"{\"texts\":[1]}", 422, "unprocessable"),
        (b"{\"text\":\"a\",\"other\":1}", 422, "unprocessable"),
        (b"{\"text\":\"a\",\"language\":\"tlh\"}", 422, "unprocessable"),
        (b"{\"text\":\"a\",\"policy\":\"nobodys\"}", 422, "no_policy"),
        (b"{\"text\":\"a\",\"session\":\"a b\"}", 422, "unprocessable"),
    ];
    let mut client = daemon.connect();
    for (body, status, code) in cases {
        let reply = client.send("POST", "/v1/redact", &[JSON], body);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (*status, *code),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    let deep = format!("{{\"text\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(client.send("POST", "/v1/redact", &[JSON], deep.as_bytes()).code(), "bad_json");
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    {
        let reply = client.send(
            "POST",
            "/v1/redact",
            &[("content-type", content_type)],
            b"{\"text\":\"a\"}",
        );
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (415, "unsupported_media_type"),
            "{content_type}"
        );
        client = daemon.connect();
    }
    let good = client.send(
        "POST",
        "/v1/redact",
        &[("content-type", "application/JSON; charset=utf-8")],
        b"{\"text\":\"a\"}",
    );
    assert_eq!(good.status, 200);
}

#[test]
fn unknown_routes_and_methods_have_their_codes() {
    let daemon = Place::new().serve(&[]);
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/redact/", 404),
        ("GET", "/%2e%2e/etc/passwd", 404),
        ("GET", "/k/", 404),
        ("GET", "/k//livez", 200),
        ("GET", "/v1/redact", 405),
        ("DELETE", "/livez", 405),
        ("BREW", "/livez", 405),
        ("DELETE", "/v1/sessions/none", 404),
        ("DELETE", "/v1/sessions/a%20b", 404),
    ] {
        assert_eq!(daemon.send(method, path, &[], "").status, status, "{method} {path}");
    }
    let mut client = daemon.connect();
    client.write(b"NONSENSE\r\n\r\n");
    assert_eq!(client.read(false).status, 400);
    let mut client = daemon.connect();
    client.write(b"\x16\x03\x01\x02\x00\x01\x00");
    client.finish();
    client.read(false);
    assert!(client.is_closed(), "TLS to a listener that speaks none");
}

#[test]
fn an_oversized_body_is_refused_and_the_client_hears_it() {
    let daemon = Place::new().serve(&["--server.max-json-mb", "1"]);
    let body = format!("{{\"text\":\"{}\"}}", "a".repeat(2 << 20));
    let reply = daemon.post("/v1/redact", &body);
    assert_eq!((reply.status, reply.code().as_str()), (413, "too_large"), "announced");

    let mut client = daemon.connect();
    client.write(b"POST /v1/redact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    for _ in 0..40 {
        client.write(format!("10000\r\n{}\r\n", "a".repeat(0x10000)).as_bytes());
    }
    assert_eq!(client.read(false).status, 413, "not announced");

    let huge = [JSON, ("content-length", "99999999999999")];
    assert_eq!(daemon.send("POST", "/v1/redact", &huge, "").status, 413);
    let fits = format!("{{\"text\":\"{}\"}}", "a".repeat((1 << 20) - 20));
    assert_eq!(daemon.post("/v1/redact", &fits).status, 200);
}

#[test]
fn an_oversized_head_is_refused() {
    let daemon = Place::new().serve(&[]);
    let long = "a".repeat(100_000);
    assert_eq!(daemon.send("GET", "/livez", &[("x-long", &long)], "").status, 431);
    assert!([414, 431].contains(&daemon.get(&format!("/{long}")).status), "a long path");
    let names: Vec<_> = (0..200).map(|number| format!("x-{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(daemon.send("GET", "/livez", &many, "").status, 431);
}

#[test]
fn a_head_that_does_not_arrive_closes_the_connection() {
    let daemon = Place::new().serve(&["--server.head-timeout", "500ms"]);
    for start in [
        &b""[..],
        b"GET /liv",
        b"GET /livez HTTP/1.1\r\nhost: localhost\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
    ] {
        let mut client = daemon.connect();
        client.write(start);
        assert!(client.is_closed(), "{}", String::from_utf8_lossy(start));
    }
    let mut client = daemon.connect();
    assert_eq!(client.send("GET", "/livez", &[], b"").status, 200);
    client.write(b"GET /livez HTTP/1.1\r\n");
    assert!(client.is_closed(), "the second request's head");
}

#[test]
fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let daemon =
        Place::new().serve(&["--server.idle-timeout", "300ms", "--server.head-timeout", "300ms"]);
    let mut idle = daemon.connect();
    assert_eq!(idle.send("GET", "/livez", &[], b"").status, 200);
    assert!(idle.is_closed());
}

#[test]
fn a_body_that_trickles_is_given_up() {
    let daemon = Place::new().serve(&["--server.body-timeout", "500ms"]);
    let mut client = daemon.connect();
    client.write(b"POST /v1/redact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    let reply = client.read(false);
    assert_eq!((reply.status, reply.code().as_str()), (408, "timeout"));
    assert!(client.is_closed());
}

#[test]
fn a_client_that_does_not_read_is_let_go() {
    let daemon = Place::new().serve(&["--server.write-timeout", "500ms"]);
    let mut client = daemon.connect();
    // An answer of many megabytes, more than the system's buffers hold.
    let body = format!("{{\"text\":\"{}\"}}", "a@b.co ".repeat(60_000));
    let head = format!(
        "POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    for _ in 0..4 {
        client.write(head.as_bytes());
        client.write(body.as_bytes());
    }
    daemon.until_metrics_say("tacit_http_connections 1.0");
}

#[test]
fn many_large_bodies_at_once_are_put_off() {
    let daemon = Place::new().serve(&["--server.max-json-mb", "8", "--server.body-memory-mb", "8"]);
    let mut first = daemon.connect();
    first.write(b"POST /v1/redact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 8000000\r\n\r\n{");
    daemon.until_metrics_say("tacit_http_requests_in_flight 2");
    let announced = [JSON, ("content-length", "8000000")];
    let second = daemon.send("POST", "/v1/redact", &announced, "{");
    assert_eq!(
        (second.status, second.code().as_str(), second.header("retry-after")),
        (503, "saturated", "1")
    );
    assert_eq!(daemon.post("/v1/redact", "{\"text\":\"small ones fit\"}").status, 200);
}

#[test]
fn too_many_requests_at_once_are_put_off() {
    let daemon = Place::new().serve(&["--server.requests-max", "1"]);
    let mut first = daemon.connect();
    first.write(b"POST /v1/redact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{");
    daemon.until_metrics_say("tacit_http_requests_in_flight 2");
    let second = daemon.post("/v1/redact", "{\"text\":\"\"}");
    assert_eq!(
        (second.status, second.code().as_str(), second.header("retry-after")),
        (503, "saturated", "1")
    );
    assert_eq!(daemon.get("/readyz").status, 200, "probes are not counted");
    first.write(b"\"text\":\"\"}");
    assert_eq!(first.read(false).status, 200);
    assert_eq!(daemon.post("/v1/redact", "{\"text\":\"\"}").status, 200);
}

/// Opens connections, more than the usual limit of open files allows.
fn crowd(daemon: &Daemon, count: u64, greet: impl Fn(&mut Client)) -> Vec<Client> {
    let limit = getrlimit(Resource::Nofile);
    assert!(
        limit.maximum.is_none_or(|maximum| maximum > count + 100),
        "the limit of open files is too low for this test"
    );
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let connect = |_| {
        let mut client = daemon.connect();
        greet(&mut client);
        client
    };
    (0..count).map(connect).collect()
}

/// Whether it still serves, and is small.
fn is_well(daemon: &Daemon) {
    assert_eq!(
        daemon.post("/v1/redact", "{\"text\":\"ana@example.org\"}").json()["text"],
        "<EMAIL_1>"
    );
    let resident = daemon.resident_kib();
    assert!(resident < RESIDENT_KIB_MAX, "{resident} KiB");
}

#[test]
fn ten_thousand_connections_that_say_nothing_do_no_harm() {
    let daemon = Place::new().serve(&["--server.head-timeout", "600s"]);
    let crowd = crowd(&daemon, 10_000, |_| {});
    daemon.until_metrics_say("tacit_http_connections 10001.0");
    is_well(&daemon);
    drop(crowd);
    daemon.until_metrics_say("tacit_http_connections 1.0");
}

#[test]
fn ten_thousand_connections_that_wait_between_requests_do_no_harm() {
    let daemon =
        Place::new().serve(&["--server.idle-timeout", "2h", "--server.head-timeout", "2h"]);
    let kept = std::cell::Cell::new(0);
    let crowd = crowd(&daemon, 10_000, |client| {
        let reply = client.send("GET", "/livez", &[], b"");
        assert_eq!(reply.status, 200);
        kept.set(kept.get() + usize::from(reply.header("connection") != "close"));
    });
    is_well(&daemon);
    assert!((1_000..3_000).contains(&kept.get()), "{} were kept open", kept.get());
    drop(crowd);
    daemon.until_metrics_say("tacit_http_connections 1.0");
}

#[test]
fn beyond_the_limit_connections_wait_for_their_turn() {
    let daemon = Place::new().serve(&[
        "--server.connections-max",
        "2",
        "--server.idle-timeout",
        "800ms",
        "--server.head-timeout",
        "100ms",
    ]);
    let mut first = daemon.connect();
    let mut second = daemon.connect();
    assert_eq!(first.send("GET", "/livez", &[], b"").status, 200);
    assert_eq!(second.send("GET", "/livez", &[], b"").status, 200);
    assert_eq!(daemon.get("/livez").status, 200, "served when an idle one was let go");
}
