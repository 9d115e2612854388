//! A real browser that opens a hostile page: nothing of ours answers it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use support::{Place, run};

/// Serves one page to whoever asks, for as long as the test runs.
fn serve_page(page: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{page}",
                page.len()
            );
            drop(reader.get_mut().write_all(answer.as_bytes()));
        }
    });
    port
}

#[test]
fn a_hostile_page_gets_nothing() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    let hidden = daemon.post("/v1/redact", "{\"text\":\"ana@example.org\",\"session\":\"victim\"}");
    assert_eq!(hidden.status, 200);
    let page = format!(
        r#"<!doctype html><body><script>
        const base = "{}", told = [];
        const restore = '{{"text":"<EMAIL_1>","session":"victim"}}';
        const attempts = {{
            json: () => fetch(base + "/v1/restore", {{method: "POST", headers: {{"content-type": "application/json"}}, body: restore}}),
            simple: () => fetch(base + "/v1/restore", {{method: "POST", body: restore}}),
            blind: () => fetch(base + "/v1/restore", {{method: "POST", mode: "no-cors", body: restore}}),
            metrics: () => fetch(base + "/metrics"),
            forget: () => fetch(base + "/v1/sessions/victim", {{method: "DELETE"}}),
        }};
        (async () => {{
            for (const [name, attempt] of Object.entries(attempts)) {{
                try {{
                    const answer = await attempt();
                    told.push(name + "=" + answer.type + ":" + (await answer.text()));
                }} catch {{ told.push(name + "=blocked"); }}
            }}
            document.body.innerText = "told " + told.join(" ") + " end";
        }})();
        </script></body>"#,
        daemon.url()
    );
    let port = serve_page(page);
    let profile = place.path("profile");
    let mut chromium = Command::new("chromium");
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        // The hostile page stands under a name of its own, as on the web.
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        "--virtual-time-budget=20000",
        "--dump-dom",
    ]);
    chromium
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("http://evil.example:{port}/"));
    let dom = run(&mut chromium);
    for expected in
        ["json=blocked", "simple=blocked", "blind=opaque: ", "metrics=blocked", "forget=blocked"]
    {
        assert!(dom.contains(expected), "{expected}\n{dom}");
    }
    assert!(!dom.contains("ana@example.org"));
    let shown = daemon.post("/v1/restore", "{\"text\":\"<EMAIL_1>\",\"session\":\"victim\"}");
    assert_eq!(shown.json()["text"], "ana@example.org", "the session was not forgotten");
    let metrics = daemon.get("/metrics").body;
    assert!(metrics.contains("tacit_restorations_total 1\n"), "only our own: {metrics}");
}
