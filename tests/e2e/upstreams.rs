//! Model servers, as far as settings, probes and metrics tell of them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use support::{Daemon, Place, free_port, until};

#[test]
fn tables_are_printed_with_their_secrets_masked_and_can_be_read_back() {
    let place = Place::new();
    place.write(
        "tacit.toml",
        "[[upstream]]\nname = \"desk\"\nurl = \"http://127.0.0.1:8080\"\napi_key = \"open-sesame\"\n\
         proxy = \"http://me:open-sesame@10.0.0.1:3128\"\nheaders = { x-key = \"open-sesame\" }\n\
         [fallback]\nlarge = [\"small\"]\n",
    );
    let printed = place.tacitd(&["config"], b"");
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    for line in [
        "name = \"desk\"",
        "api_key = \"********\"",
        "headers = { x-key = \"********\" }",
        "proxy = \"http://********@10.0.0.1:3128\"",
        "first_byte_timeout = \"120s\"",
        "\"large\" = [\"small\"]",
    ] {
        assert!(printed.stdout.lines().any(|found| found == line), "{line}\n{}", printed.stdout);
    }
    let json = place.tacitd(&["config", "-o", "json"], b"");
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    assert!(json.stdout.contains("\"upstreams\":[{") && !json.stdout.contains("sesame"));
    let again = Place::new();
    again.write("tacit.toml", &printed.stdout);
    let checked = again.tacitd(&["config", "--check"], b"");
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
}

#[test]
fn faults_of_tables_are_told_together_with_all_others() {
    let place = Place::new().with("API_PORT", "x");
    place.write(
        "tacit.toml",
        "[[upstream]]\nname = \"a\"\nurl = \"http://me:sesame@h\"\nwieght = 1\n[upstreams]\n[infer]\ntotal_timeout = \"0s\"\n",
    );
    let ended = place.tacitd(&["config", "--check"], b"");
    assert_eq!(ended.code, Some(2));
    let expected = "\
tacitd: failed to use these settings (5 faults):
  tacit.toml:5:2: unknown section `[upstreams]`
    hint: the nearest known name is `upstream`
  API_PORT: `api.port`: `x` is not a whole number from 0 to 65535
  infer.total_timeout: `infer.total_timeout` is no time at all
    hint: give it some seconds, such as `30s`
  tacit.toml:3:1: `upstream.url`: holds a name or a password; keys go into `api_key_file`
  tacit.toml:4:1: unknown key `upstream.wieght`
    hint: the nearest known key is `weight`
";
    assert_eq!(ended.stderr, expected);
}

/// A model server that answers nothing but probes, with 500 once it is `ill`.
fn server(ill: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let ill = Arc::clone(ill);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            drop(stream.read(&mut [0; 4096]));
            let status = if ill.load(Relaxed) { "500 Internal Server Error" } else { "200 OK" };
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            drop(stream.write_all(head.as_bytes()));
        }
    });
    url
}

fn model(daemon: &Daemon) -> serde_json::Value {
    daemon.get("/readyz").json()["components"]["model"].clone()
}

fn told(detail: &str) -> serde_json::Value {
    serde_json::json!({ "status": "ok", "detail": detail })
}

#[test]
fn readiness_and_metrics_tell_of_upstreams() {
    let ill = Arc::default();
    let absent = format!("http://127.0.0.1:{}", free_port());
    let place = Place::new().with("TACIT_INFER_URL", &*absent).with("USE_OLLAMA", "true");
    let daemon = place.with("OLLAMA_BASE_URL", server(&ill)).serve(&["--infer.probe", "1s"]);
    until("the probe has failed", || model(&daemon) == told("1 of 2 upstreams are well"));
    let metrics = daemon.get("/metrics").body;
    for line in [
        "tacit_upstream_healthy{upstream=\"infer\"} 0",
        "tacit_upstream_healthy{upstream=\"ollama\"} 1",
        "tacit_upstream_in_flight{upstream=\"ollama\"} 0",
        "tacit_upstream_requests_total{upstream=\"infer\",outcome=\"late\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    ill.store(true, Relaxed);
    until("both are ill", || model(&daemon) == told("degraded: no upstream is well"));
    assert_eq!(daemon.get("/readyz").status, 200, "hiding needs no model");
    let said = daemon.stop().stderr;
    for words in ["the upstream is not well", "Connection refused", "is an error of its own"] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn who_requires_an_upstream_is_not_ready_without_one() {
    let ill = Arc::default();
    let place = Place::new().with("TACIT_INFER_URL", server(&ill));
    let daemon = place.serve(&["--infer.required", "true", "--infer.probe", "1s"]);
    assert_eq!(model(&daemon), told("1 of 1 upstreams are well"));
    ill.store(true, Relaxed);
    until("it is ill", || daemon.get("/readyz").status == 503);
    let error = serde_json::json!({ "status": "error", "error": "no upstream is well" });
    assert_eq!(model(&daemon), error);
    ill.store(false, Relaxed);
    until("it is well again", || daemon.get("/readyz").status == 200);
    assert!(daemon.stop().stderr.contains("the upstream is well again"));
}
