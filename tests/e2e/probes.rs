//! What machines ask about us.

use std::io::Write;
use std::process::{Command, Stdio};
use support::Place;

#[test]
fn probes_have_their_documented_shapes() {
    let daemon = Place::new().serve(&[]);
    assert_eq!(daemon.get("/livez").body, "{\"status\":\"alive\"}");
    let ready = daemon.get("/readyz");
    assert_eq!(
        ready.body,
        "{\"status\":\"ready\",\"components\":{\"database\":{\"status\":\"ok\"},\"detector\":{\"status\":\"ok\",\"detail\":\"names are read by names-1\"}}}"
    );
    let health = daemon.get("/health").json();
    assert_eq!(
        (&health["status"], &health["version"]),
        (&"healthy".into(), &env!("CARGO_PKG_VERSION").into())
    );
    assert_eq!(health["components"], serde_json::json!({"database": "ok", "detector": "ok"}));
    let time = health["timestamp"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z') && time.starts_with("20"), "{time}");
    assert!(health.get("errors").is_none());
    let head = daemon.connect().send("HEAD", "/livez", &[], b"");
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, "18", ""));
}

#[test]
fn probes_are_open_and_not_logged() {
    let daemon = Place::new().serve(&["--auth.loopback", "false"]);
    for path in ["/livez", "/readyz", "/health"] {
        let reply = daemon.send(
            "GET",
            path,
            &[("host", "any.example"), ("x-forwarded-for", "192.0.2.1")],
            "",
        );
        assert_eq!(reply.status, 200, "{path}");
    }
    let said = daemon.stop().stderr;
    assert!(!said.contains("\"message\":\"request\""), "{said}");
}

#[test]
fn metrics_count_what_happened() {
    let daemon = Place::new().serve(&[]);
    daemon.post(
        "/v1/redact",
        "{\"texts\":[\"ana@example.org bea@example.org\",\"12345678Z\"],\"session\":\"s\"}",
    );
    daemon.post("/v1/restore", "{\"text\":\"<EMAIL_1> <EMAIL_9>\",\"session\":\"s\"}");
    daemon.post("/v1/redact", "nonsense");
    let reply = daemon.get("/metrics");
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "tacit_redactions_total{kind=\"EMAIL\"} 2",
        "tacit_redactions_total{kind=\"NATIONAL_ID\"} 1",
        "tacit_restorations_total 1",
        "tacit_http_requests_total{route=\"/v1/redact\",method=\"POST\",status=\"200\"} 1",
        "tacit_http_requests_total{route=\"/v1/redact\",method=\"POST\",status=\"400\"} 1",
        "tacit_http_request_duration_seconds_count{route=\"/v1/restore\"} 1",
        "tacit_http_requests_in_flight 1",
    ] {
        assert!(reply.body.lines().any(|found| found == line), "{line}\n{}", reply.body);
    }
    for name in [
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_max_fds",
    ] {
        assert!(reply.body.contains(&format!("\n{name} ")), "{name}\n{}", reply.body);
    }
    let newer = daemon.send(
        "GET",
        "/metrics",
        &[("accept", "application/openmetrics-text; version=1.0.0")],
        "",
    );
    assert!(
        newer.header("content-type").starts_with("application/openmetrics-text")
            && newer.body.ends_with("# EOF\n")
    );
}

/// Prometheus' own checker finds nothing to say about the text.
#[test]
fn prometheus_reads_the_metrics() {
    let daemon = Place::new().serve(&[]);
    daemon.post("/v1/redact", "{\"text\":\"ana@example.org\"}");
    let text = daemon.get("/metrics").body;
    let mut promtool = Command::new("promtool");
    let promtool = promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = promtool.spawn().expect("promtool is installed by tests/run");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}

#[test]
fn metrics_are_private_unless_allowed() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    assert_eq!(daemon.get("/metrics").status, 200);
    let forwarded = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(daemon.send("GET", "/metrics", &forwarded, "").code(), "key_required");
    assert_eq!(
        daemon.send("GET", "/metrics", &[("host", "evil.example")], "").code(),
        "key_required"
    );
    let admin = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    let keyed = [("x-forwarded-for", "192.0.2.1"), ("x-api-key", admin.trim())];
    assert_eq!(daemon.send("GET", "/metrics", &keyed, "").status, 200);
    drop(daemon);
    let daemon = place.serve(&["--metrics.allow-all", "true"]);
    assert_eq!(daemon.send("GET", "/metrics", &forwarded, "").status, 200);
    drop(daemon);
    let daemon = place.serve(&["--metrics.enabled", "false"]);
    assert_eq!((daemon.get("/metrics").status, daemon.get("/livez").status), (404, 200));
}

#[test]
fn a_second_listener_has_probes_and_metrics_only() {
    let daemon = Place::new().serve(&["--metrics.port", "0"]);
    let second: std::net::SocketAddr = daemon.addresses[1].parse().unwrap();
    let ask = |method, path| support::Client::connect(second.port()).send(method, path, &[], b"");
    for path in ["/livez", "/readyz", "/health", "/metrics"] {
        assert_eq!(ask("GET", path).status, 200, "{path}");
        assert_eq!(daemon.get(path).status, 200, "{path}");
    }
    assert_eq!(ask("POST", "/v1/analyze").status, 404);
}

#[test]
fn healthcheck_asks_the_running_tacitd() {
    let place = Place::new();
    let daemon = place.serve(&["--api.host", "127.0.0.1"]);
    let port = daemon.port().to_string();
    let well = place.tacitd(&["healthcheck", "--api.port", &port], b"");
    assert_eq!(
        (well.code, well.stdout.starts_with("{\"status\":\"ready\"")),
        (Some(0), true),
        "{}",
        well.stderr
    );
    assert_eq!(
        place.tacitd(&["healthcheck", "--live", "--api.port", &port], b"").stdout,
        "{\"status\":\"alive\"}\n"
    );
    daemon.stop();
    let gone = place.tacitd(&["healthcheck", "--api.port", &port], b"");
    assert_eq!(gone.code, Some(1));
    assert!(
        gone.stderr.starts_with(&format!("tacitd: failed to reach tacitd at 127.0.0.1:{port}: ")),
        "{}",
        gone.stderr
    );
}
