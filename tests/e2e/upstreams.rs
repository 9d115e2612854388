//! Model servers, as far as settings, probes and metrics tell of them.

use std::net::TcpListener;
use support::{Place, free_port, until};

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

#[test]
fn readiness_tells_of_upstreams_and_fails_only_where_one_is_required() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let well = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            drop(
                stream.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                ),
            );
        }
    });
    let absent = format!("http://127.0.0.1:{}", free_port());
    let model =
        |daemon: &support::Daemon| daemon.get("/readyz").json()["components"]["model"].clone();
    let told = |detail: &str| serde_json::json!({ "status": "ok", "detail": detail });

    let place = Place::new().with("TACIT_INFER_URL", &*absent).with("USE_OLLAMA", "true");
    let daemon = place.with("OLLAMA_BASE_URL", well).serve(&[]);
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
    let said = daemon.stop().stderr;
    assert!(
        said.contains("the upstream is not well") && said.contains("Connection refused"),
        "{said}"
    );

    let daemon = Place::new().with("TACIT_INFER_URL", &*absent).serve(&[]);
    until("the probe has failed", || model(&daemon) == told("degraded: no upstream is well"));
    assert_eq!(daemon.get("/readyz").status, 200);
    daemon.stop();

    let daemon =
        Place::new().with("TACIT_INFER_URL", &*absent).serve(&["--infer.required", "true"]);
    until("the probe has failed", || daemon.get("/readyz").status == 503);
    assert_eq!(
        model(&daemon),
        serde_json::json!({ "status": "error", "error": "no upstream is well" })
    );
    daemon.stop();
}
