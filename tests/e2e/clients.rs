//! The clients that people have, unchanged, with tacitd in place of their model server: OpenAI's and Anthropic's own,
//! LangChain, LiteLLM. Each is driven twice, against the fake model server and against tacitd before it, and must come to
//! the same: to point a client at tacitd changes nothing that it sees. The scripts are in tests/clients.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{Cut, Gateway, Place, Script, Upstream, not_run, run};

/// Stands in every text.
const CANARY: &str = "xanary7q";

/// What is somebody's in the texts of the scripts.
const ORIGINALS: [&str; 4] = ["@example.org", "4111 1111 1111 1111", "612 345 678", "<EMAIL_1>@"];

/// What the fake says to the models of the scripts: to call a tool with what belongs to others, to refuse, to break off.
fn teach(upstream: &Upstream, phone: &str, card: &str, page: Script) {
    let body = format!("{CANARY} said \"{card}\" \\ 😀\n");
    let arguments = json!({ "to": phone, "body": body, "count": 3 }).to_string();
    upstream.when("fake-tool", Script::call("send", &arguments).cut(Cut::Characters(3)));
    let error =
        json!({ "type": "error", "error": { "message": "no", "type": "no", "code": "no" } });
    for (model, status) in [("fake-limited", 429), ("fake-none", 404), ("fake-wrong", 401)] {
        upstream.when(model, Script::status(status, &error.to_string()));
    }
    upstream.when("fake-page", page);
    upstream.when("fake-breaks", Script::echo().drop_after(700));
}

/// The Python of a set of clients, or nothing, and then the test is listed as not run.
fn python(set: &str, test: &str) -> Option<PathBuf> {
    let name = format!("TESTS_{set}");
    let found = std::env::var_os(&name).map(PathBuf::from);
    if found.is_none() {
        let why = std::env::var(format!("{name}_MISSING"));
        let why = why.unwrap_or_else(|_| format!("{name} names no Python that has these clients"));
        not_run(&format!("e2e clients::{test}"), &why);
    }
    found
}

fn drive(python: &Path, script: &str, base: &str, key: &str) -> Value {
    let place = Place::new();
    let script = format!("{}/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut command = place.command(python, &[&script, base, key]);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
    serde_json::from_str(&run(&mut command)).unwrap()
}

/// What the script came to against the fake itself, and through tacitd.
fn twice(python: &Path, script: &str) -> (Value, Value) {
    let upstream = Upstream::start();
    let page = Script::status(502, "{\"error\":{\"message\":\"no\"}}");
    teach(&upstream, "+34 612 345 678", "4111 1111 1111 1111", page);
    let direct = drive(python, script, &upstream.url(), "any");
    assert!(!direct.to_string().contains("\"failed\""), "{direct:#}");

    let arguments = ["--auth.loopback", "false", "--log.level", "trace"];
    let gateway = Gateway::with(Place::new(), Script::echo(), &arguments);
    teach(&gateway.upstream, "<PHONE_1>", "<CARD_1>", Script::html());
    let ended = gateway.place.tacitd(&["keys", "create", "--scope", "infer"], b"");
    let through = drive(python, script, &gateway.daemon.url(), ended.stdout.trim());
    let asked = gateway.upstream.requests();
    assert!(asked.len() > 10 && asked.iter().any(|asked| asked.text().contains(CANARY)));
    for asked in asked {
        let text = asked.text();
        assert!(!ORIGINALS.iter().any(|original| text.contains(original)), "{} {text}", asked.path);
    }
    let ended = gateway.daemon.stop();
    assert!(ended.stderr.contains("/v1/chat/completions"), "the log was on");
    assert!(!ended.stderr.contains(CANARY) && !ended.stderr.contains("ana@"), "{}", ended.stderr);
    (direct, through)
}

#[test]
fn the_official_clients_see_no_difference() {
    let name = "the_official_clients_see_no_difference";
    let Some(python) = python("OFFICIAL", name) else { return };
    let (mut direct, mut through) = twice(&python, "official.py");
    // A connection that breaks is told to the client in the stream.
    let broken = through["openai_errors"]["breaks"].take();
    assert_eq!(broken, json!({ "type": "APIError", "quoted": false }));
    direct["openai_errors"]["breaks"].take();
    for (flow, seen) in direct.as_object().unwrap() {
        assert_eq!(&through[flow], seen, "{flow}");
    }
    let text = &direct["text"];
    for said in [
        "/openai_chat/whole/1",
        "/openai_responses/streamed",
        "/anthropic_messages/streamed",
        "/langchain_chat/streamed",
    ] {
        assert_eq!(through.pointer(said), Some(text), "{said}");
    }
}

#[test]
fn litellm_sees_no_difference() {
    let Some(python) = python("LITELLM", "litellm_sees_no_difference") else { return };
    let (direct, through) = twice(&python, "litellm_completion.py");
    for (flow, seen) in direct.as_object().unwrap() {
        assert_eq!(&through[flow], seen, "{flow}");
    }
    assert_eq!(through["completion"]["streamed"], direct["text"]);
}
