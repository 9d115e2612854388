//! Names: the model inside the program, one of the user's, and none.

use serde_json::{Value, json};
use std::path::Path;
use support::{Daemon, Place};

const LETTER: &str = "Dear Dr. Weiss, Maria Lopez moved to Toledo and works at Acme Ltd. Call Maria tomorrow, or write to maria@example.org.";

fn ask(daemon: &Daemon, path: &str, body: &Value) -> Value {
    let reply = daemon.post(path, &body.to_string());
    assert_eq!(reply.status, 200, "{path} {body}: {reply:?}");
    reply.json()
}

/// The texts that were found, with their kinds.
fn found(daemon: &Daemon, text: &str) -> Vec<(String, String)> {
    let answer = ask(daemon, "/v1/analyze", &json!({ "text": text }));
    let items = answer["items"].as_array().unwrap();
    let place = |item: &Value, name: &str| item[name].as_u64().unwrap() as usize;
    let part = |item: &Value| {
        let (start, end) = (place(item, "start"), place(item, "end"));
        text.chars().skip(start).take(end - start).collect::<String>()
    };
    items.iter().map(|item| (part(item), item["kind"].as_str().unwrap().to_owned())).collect()
}

fn kinds(found: &[(String, String)], kind: &str) -> Vec<String> {
    let of_kind = found.iter().filter(|(_, found)| found == kind);
    of_kind.map(|(text, _)| text.clone()).collect()
}

/// A token classifier of persons and places that was taught a few sentences.
fn folder() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/encoder/vectors/bert");
    path.canonicalize().unwrap().display().to_string()
}

#[test]
fn names_go_there_and_back() {
    let daemon = Place::new().serve(&[]);
    let hidden = ask(&daemon, "/v1/redact", &json!({ "text": LETTER, "session": "letter" }));
    let text = hidden["text"].as_str().unwrap();
    for name in ["Weiss", "Maria", "Lopez", "Toledo", "Acme", "maria@"] {
        assert!(!text.contains(name), "{text}");
    }
    let shown = ask(&daemon, "/v1/restore", &json!({ "text": text, "session": "letter" }));
    assert_eq!(shown["text"], LETTER);
    let found = found(&daemon, LETTER);
    assert_eq!(kinds(&found, "PERSON"), ["Weiss", "Maria Lopez", "Maria"]);
    assert_eq!(kinds(&found, "LOCATION"), ["Toledo"]);
    assert_eq!(kinds(&found, "EMAIL"), ["maria@example.org"]);
    let spanish = "La paciente Lucía Fernández vive en Madrid. Atendida por el Dr. Gómez.";
    let spanish = self::found(&daemon, spanish);
    assert_eq!(kinds(&spanish, "PERSON"), ["Lucía Fernández", "Gómez"]);
    assert_eq!(kinds(&spanish, "LOCATION"), ["Madrid"]);
}

#[test]
fn what_is_in_force_is_said() {
    let place = Place::new();
    let listed = place.tacitd(&["rules", "person"], b"");
    assert!(listed.stderr.contains("names are read by names-1"), "{}", listed.stderr);
    let daemon = place.serve(&[]);
    assert!(daemon.get("/readyz").body.contains("names are read by names-1"));
    let recognizers = daemon.get("/recognizers").json();
    assert_eq!(recognizers.as_array().unwrap().last(), Some(&json!("names-1")));
    let body = json!({ "text": LETTER, "trace": true });
    let items = ask(&daemon, "/v1/analyze", &body)["items"].take();
    let forms: Vec<_> =
        items.as_array().unwrap().iter().map(|item| &item["trace"]["form"]).collect();
    assert!(forms.iter().any(|form| form.to_string().contains("tagger")), "{forms:?}");
}

#[test]
fn names_can_be_left_alone() {
    let daemon = Place::new().with("NER_ENABLED", "false").serve(&[]);
    let found = found(&daemon, LETTER);
    assert_eq!(found, [("maria@example.org".to_owned(), "EMAIL".to_owned())]);
    assert!(!daemon.get("/readyz").body.contains("names are read"));
}

#[test]
fn a_lower_threshold_finds_more() {
    let text = "Saw Grafana and Bree at the Bixby with pat rivers, nr Ashwell. Postgres and Kibana were there, so was Hollis.";
    let count = |threshold: &str| {
        let daemon = Place::new().with("NER_CONFIDENCE_THRESHOLD", threshold).serve(&[]);
        found(&daemon, text).len()
    };
    let (few, many) = (count("0.97"), count("0.1"));
    assert!(few < many, "{few} at 0.97, {many} at 0.1");
    let refused =
        Place::new().with("NER_CONFIDENCE_THRESHOLD", "7").tacitd(&["config", "--check"], b"");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("at most 1"), "{}", refused.stderr);
}

#[test]
fn a_model_of_the_users_reads_instead() {
    let daemon = Place::new().with("NER_MODEL_PATH", folder()).serve(&[]);
    assert!(daemon.get("/readyz").body.contains("names are read by bert"));
    let found = found(&daemon, "Anna Müller lives in Berlin. anna@example.org");
    assert_eq!(kinds(&found, "PERSON"), ["Anna Müller"]);
    assert_eq!(kinds(&found, "LOCATION"), ["Berlin"]);
    assert_eq!(kinds(&found, "EMAIL"), ["anna@example.org"]);
}

#[test]
fn a_folder_that_is_no_model_stops_the_start() {
    let place = Place::new();
    place.write("model/config.json", "{\"architectures\": [\"T5Model\"]}");
    let place = place.with("NER_MODEL_PATH", "model");
    let ended = place.tacitd(&[], b"");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("T5Model") && ended.stderr.contains("hint:"), "{}", ended.stderr);
    assert!(!place.path("data").exists(), "nothing was made");
}
