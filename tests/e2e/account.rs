//! What requests may and what they leave behind: rates, usage, and the audit, which tells when somebody changed it.

use serde_json::{Value, json};
use support::{Daemon, Place, Reply};

const JSON: (&str, &str) = ("content-type", "application/json");

fn admin_key(place: &Place) -> String {
    std::fs::read_to_string(place.path("keys/admin.key")).unwrap().trim().to_owned()
}

fn admin(daemon: &Daemon, place: &Place, path: &str) -> Reply {
    daemon.send("GET", path, &[("x-api-key", &admin_key(place))], "")
}

/// Hides one address; as somebody, or as nobody.
fn hide(daemon: &Daemon, key: Option<&str>) -> Reply {
    let key = key.map(|key| ("x-api-key", key));
    let headers: Vec<_> = std::iter::once(JSON).chain(key).collect();
    daemon.send("POST", "/v1/redact", &headers, "{\"text\":\"ana@example.org, DNI 12345678Z\"}")
}

#[test]
fn too_many_requests_are_told_when_to_come_again() {
    let place = Place::new();
    let daemon = place.serve(&["--rate.limit-per-minute", "3"]);
    for _ in 0..3 {
        assert_eq!(hide(&daemon, None).status, 200);
    }
    let refused = hide(&daemon, None);
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "a third of a minute at most: {wait}");
    let presidio = daemon.post("/analyze", "{\"text\":\"a\",\"language\":\"en\"}");
    assert_eq!((presidio.status, presidio.json()["error"].is_string()), (429, true));
    assert_eq!(daemon.get("/readyz").status, 200, "probes are not counted");
    daemon.until_metrics_say("tacit_rate_limited_total{reason=\"address\"} 2");
}

#[test]
fn a_key_with_a_rate_of_its_own_is_counted_by_that() {
    let place = Place::new();
    let daemon = place.serve(&["--rate.limit-per-minute", "1"]);
    let ask = ["keys", "create", "--requests-per-minute", "2", "-o", "json"];
    let made: Value = serde_json::from_str(&place.tacitd(&ask, b"").stdout).unwrap();
    let key = made["key"].as_str();
    let statuses = [(); 3].map(|()| hide(&daemon, key).status);
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(hide(&daemon, None).status, 200, "the address has its own count");
}

#[test]
fn every_request_leaves_a_record_and_no_text() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    assert_eq!(hide(&daemon, None).status, 200);
    assert_eq!(daemon.post("/v1/redact", "{").status, 400);
    let told = admin(&daemon, &place, "/admin/audit");
    assert_eq!((told.status, told.json()["next"].clone()), (200, Value::Null), "{told:?}");
    let records = told.json()["records"].as_array().unwrap().clone();
    let events: Vec<_> = records[..2].iter().map(|record| record["event"].clone()).collect();
    assert_eq!(events, ["begin", "start"]);
    assert_eq!(records.len(), 4, "{records:?}");
    let first = &records[2];
    assert_eq!((&first["route"], &first["method"]), (&json!("/v1/redact"), &json!("POST")));
    assert_eq!(first["hidden"], json!({ "EMAIL": 1, "NATIONAL_ID": 1 }));
    assert_eq!((&first["policy"], &first["outcome"]), (&json!("standard"), &json!("done")));
    assert_eq!((&records[3]["status"], &records[3]["outcome"]), (&json!(400), &json!("refused")));
    for hidden in ["ana@", "12345678", "127.0.0.1"] {
        assert!(!told.body.contains(hidden), "{}", told.body);
    }
    let used = admin(&daemon, &place, "/admin/usage").json();
    let row = &used["usage"][0];
    assert_eq!(
        (&row["requests"], &row["key"], &row["model"]),
        (&json!(2), &Value::Null, &Value::Null)
    );
    assert_eq!(hide(&daemon, Some(&admin_key(&place))).status, 200);
    let id = admin_key(&place).split('_').nth(1).unwrap().to_owned();
    let used = admin(&daemon, &place, &format!("/admin/usage?key={id}")).json();
    assert_eq!(used["usage"][0]["requests"], 3, "two looks and one request of the key: {used}");
    let ended = place.tacitd(&["usage", "--key", &id, "-o", "json"], b"");
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(told["usage"][0]["key"], json!(id));
    assert!(told["usage"][0]["requests"].as_u64() >= Some(3), "{told}");
}

#[test]
fn the_audit_is_read_page_by_page_and_line_by_line() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    for _ in 0..3 {
        hide(&daemon, None);
    }
    let page = admin(&daemon, &place, "/admin/audit?limit=2&after=1").json();
    let numbers = |page: &Value| {
        let records = page["records"].as_array().unwrap();
        records.iter().map(|record| record["n"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((numbers(&page), &page["next"]), (vec![2, 3], &json!(3)));
    let key = admin_key(&place);
    let lines = [("x-api-key", key.as_str()), ("accept", "application/x-ndjson")];
    let told = daemon.send("GET", "/admin/audit?after=3", &lines, "");
    assert_eq!(told.header("content-type"), "application/x-ndjson");
    let read = |line: &str| serde_json::from_str::<Value>(line).unwrap()["n"].clone();
    assert_eq!(told.body.lines().map(read).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(numbers(&admin(&daemon, &place, "/admin/audit?to=2000-01-01").json()), [0; 0]);
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("after=-1", "after"),
        ("from=yesterday", "from"),
        ("to=2026-11-20&to=2026-11-21", "to"),
        ("nonsense=1", "parameters"),
    ] {
        let refused = admin(&daemon, &place, &format!("/admin/audit?{query}"));
        assert_eq!((refused.status, refused.code().as_str()), (422, "unprocessable"), "{query}");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(parameter) && !message.contains("nonsense"), "{message}");
    }
    assert_eq!(daemon.get("/admin/audit").status, 401, "not without a key");
}

#[test]
fn a_request_that_the_end_cuts_off_has_its_record() {
    let place = Place::new();
    let arguments = ["--server.drain-delay", "0s", "--server.drain-timeout", "300ms"];
    let daemon = place.serve(&arguments);
    let mut slow = daemon.connect();
    let head = "POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    slow.write(format!("{head}content-length: 11\r\n\r\n{{\"te").as_bytes());
    daemon.until_metrics_say("tacit_http_requests_in_flight 2");
    daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(daemon.wait().code, Some(3), "it was given up at the limit");
    let exported = place.tacitd(&["audit", "export"], b"").stdout;
    let records: Vec<Value> =
        exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [.., cut, stop] = &records[..] else { panic!("{exported}") };
    assert_eq!((&cut["route"], &cut["outcome"]), (&json!("/v1/analyze"), &json!("gone")));
    assert_eq!((&stop["event"], &stop["open"]), (&json!("stop"), &Value::Null));
    let verified = place.tacitd(&["audit", "verify"], b"");
    assert!(verified.stdout.starts_with("the audit is whole"), "{verified:?}");
}

#[test]
fn the_chain_is_verified_and_led_through_a_head_that_was_kept() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    hide(&daemon, None);
    assert_eq!(daemon.stop().code, Some(0));
    let head = place.tacitd(&["audit", "head"], b"").stdout.trim().to_owned();
    assert!(head.starts_with("4:") && head.len() == 66, "begin, start, one request, stop: {head}");
    let daemon = place.serve(&[]);
    hide(&daemon, None);
    daemon.stop();
    let verified = place.tacitd(&["audit", "verify", "--head", &head], b"");
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(
        verified.stdout.starts_with("the audit is whole: records 1 to 7\nhead 7:"),
        "{verified:?}"
    );

    // A process that is killed leaves no last word, and that is told.
    let daemon = place.serve(&[]);
    assert_eq!(
        admin(&daemon, &place, "/admin/audit").status,
        200,
        "and what came before is written"
    );
    daemon.signal(rustix::process::Signal::KILL);
    daemon.wait();
    place.serve(&[]).stop();
    let verified = place.tacitd(&["audit", "verify"], b"");
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("tacitd did not end in order"), "{verified:?}");
    assert!(!verified.stdout.contains("is whole"), "{verified:?}");

    let other = head.replace(&head[2..6], if &head[2..6] == "0000" { "1111" } else { "0000" });
    for (given, code) in [(other.as_str(), 1), ("9:", 2), ("nonsense", 2)] {
        let refused = place.tacitd(&["audit", "verify", "--head", given], b"");
        assert_eq!(refused.code, Some(code), "{given}: {refused:?}");
    }
    let beyond = format!("99:{}", &head[2..]);
    let refused = place.tacitd(&["audit", "verify", "--head", &beyond], b"");
    assert!(refused.stderr.contains("its end is gone"), "{refused:?}");

    let exported = place.tacitd(&["audit", "export"], b"").stdout;
    let mut before = vec![0; 32];
    for line in exported.lines() {
        // What an outsider does with an export: the line without its last member, after the hash before.
        let (record, hash) = line.rsplit_once(",\"hash\":\"").unwrap();
        before.extend_from_slice(format!("{record}}}").as_bytes());
        before = sha256(&before);
        let hex: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, format!("{hex}\"}}"));
    }
    assert!(exported.lines().count() > 7);
    let none = place.tacitd(&["audit", "export", "--to", "2001-02-03"], b"");
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    assert_eq!(place.tacitd(&["audit", "export", "--from", "soon"], b"").code, Some(2));
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child =
        Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let told = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let hex = &told[..64];
    (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}
