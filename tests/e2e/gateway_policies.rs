//! What policies and keys say about the gateway: whether it hides, refuses or only tells, what a model itself may bring up,
//! who may ask which model, and who may see what it saw.

use serde_json::{Value, json};
use support::{Cut, Dialect, Gateway, Place, Reply, Script, Told, told};

const TEXT: &str = "Write to ana@example.org.";

/// What a model brings up by itself.
const NEW: &str = "new@example.net";

fn gateway(script: Script, arguments: &[&str]) -> Gateway {
    let place = Place::new();
    for (name, says) in [
        ("blocks", "mode = \"block\""),
        ("observes", "mode = \"observe\""),
        ("masks", "output = \"mask\""),
        ("ends", "output = \"block\""),
        ("reads", "images = \"refuse\""),
        ("silent", "explain = false"),
    ] {
        place.write(&format!("policies/{name}.toml"), &format!("[gateway]\n{says}\n"));
    }
    Gateway::with(place, script, arguments)
}

fn by(gateway: &Gateway, policy: &str, dialect: Dialect, body: &Value) -> Reply {
    gateway.ask_with(dialect, &[("x-tacit-policy", policy)], body)
}

/// The text of an error, wherever its dialect has it.
fn message(reply: &Reply) -> String {
    let error = &reply.json()["error"];
    error["message"].as_str().or(error.as_str()).unwrap_or_default().to_owned()
}

#[test]
fn what_is_blocked_never_leaves() {
    let gateway = gateway(Script::echo(), &[]);
    for dialect in Dialect::ALL {
        for streams in [false, true] {
            let reply = by(&gateway, "blocks", dialect, &dialect.ask(TEXT, streams));
            assert_eq!(reply.status, 403, "{dialect:?} {reply:?}");
            let message = message(&reply);
            assert!(message.contains("EMAIL") && !reply.body.contains("ana@"), "{reply:?}");
        }
    }
    assert!(gateway.upstream.requests().is_empty());
    let reply = by(&gateway, "blocks", Dialect::Chat, &Dialect::Chat.ask("Nobody.", true));
    assert_eq!(told(Dialect::Chat, &reply).text(), "Nobody.");
    // What only looks like a mark is nobody's.
    let mark = "What is <EMAIL_1>?";
    let reply = by(&gateway, "blocks", Dialect::Chat, &Dialect::Chat.ask(mark, false));
    assert_eq!(told(Dialect::Chat, &reply).text(), mark);
}

#[test]
fn what_is_observed_leaves_as_it_is_and_is_told_of() {
    let gateway = gateway(Script::echo(), &[]);
    for dialect in Dialect::streaming() {
        let ask = dialect.ask(TEXT, true);
        let reply = by(&gateway, "observes", dialect, &ask);
        assert!(reply.header("x-tacit-found").contains("EMAIL"), "{reply:?}");
        assert_eq!(told(dialect, &reply).text(), TEXT);
        assert!(gateway.upstream.last().text().contains(TEXT), "{dialect:?}");
        let reply = gateway.ask(dialect, &ask);
        assert!(reply.header("x-tacit-found").contains("EMAIL"), "{reply:?}");
        assert!(!gateway.upstream.last().text().contains("ana@"), "{dialect:?}");
    }
}

#[test]
fn what_the_model_brings_up_can_be_masked() {
    let gateway = gateway(Script::echo(), &[]);
    let said = format!("<EMAIL_1> knows {NEW} and more.\nSo do I.");
    let shown = "ana@example.org knows <EMAIL> and more.\nSo do I.";
    for dialect in Dialect::streaming() {
        for cut in [Cut::Whole, Cut::Characters(1), Cut::Characters(7), Cut::Words] {
            gateway.upstream.answer(Script::text(&said).cut(cut));
            for streams in [false, true] {
                let reply = by(&gateway, "masks", dialect, &dialect.ask(TEXT, streams));
                assert_eq!(told(dialect, &reply).text(), shown, "{dialect:?} {cut:?} {reply:?}");
            }
        }
    }
    let arguments = format!("{{\"to\":\"<EMAIL_1>\",\"cc\":\"{NEW}\",\"n\":1}}");
    for dialect in Dialect::CALLING {
        gateway.upstream.answer(Script::call("send", &arguments).cut(Cut::Characters(2)));
        for streams in [false, true] {
            let reply = by(&gateway, "masks", dialect, &dialect.ask(TEXT, streams));
            let expected = json!({"to": "ana@example.org", "cc": "<EMAIL>", "n": 1});
            assert_eq!(told(dialect, &reply).arguments(), expected, "{dialect:?}");
        }
    }
    gateway.upstream.answer(Script::text(&said));
    let reply = gateway.ask(Dialect::Chat, &Dialect::Chat.ask(TEXT, true));
    assert!(told(Dialect::Chat, &reply).text().contains(NEW), "it is let through otherwise");
}

#[test]
fn what_the_model_brings_up_can_end_the_answer() {
    let gateway = gateway(Script::echo(), &[]);
    let said = format!("First a line.\n<EMAIL_1> knows {NEW} and more.\nSo do I.");
    for dialect in Dialect::streaming() {
        gateway.upstream.answer(Script::text(&said).cut(Cut::Characters(1)));
        let whole = by(&gateway, "ends", dialect, &dialect.ask(TEXT, false));
        assert_eq!(whole.status, 403, "{dialect:?} {whole:?}");
        let streamed = by(&gateway, "ends", dialect, &dialect.ask(TEXT, true));
        let told = Told::stream(dialect, &streamed.body);
        assert!(told.error.is_some() && told.text().starts_with("First a line."), "{streamed:?}");
        for reply in [whole, streamed] {
            assert!(
                !reply.body.contains("example.net") && !reply.body.contains("So do"),
                "{reply:?}"
            );
        }
        gateway.upstream.answer(Script::text("Only <EMAIL_1>."));
        let reply = by(&gateway, "ends", dialect, &dialect.ask(TEXT, true));
        assert_eq!(support::told(dialect, &reply).text(), "Only ana@example.org.");
    }
}

#[test]
fn images_pass_or_are_refused() {
    let gateway = gateway(Script::echo(), &[]);
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}});
    let source = json!({"type": "base64", "media_type": "image/png", "data": "QUJD"});
    let text = json!({"type": "text", "text": TEXT});
    let user = |content: Value| json!([{"role": "user", "content": content}]);
    for (dialect, name, value) in [
        (Dialect::Chat, "messages", user(json!([image, text]))),
        (Dialect::Messages, "messages", user(json!([{"type": "image", "source": source}, text]))),
        (
            Dialect::OllamaChat,
            "messages",
            json!([{"role": "user", "content": TEXT, "images": ["QUJD"]}]),
        ),
        (Dialect::OllamaGenerate, "images", json!(["QUJD"])),
        (
            Dialect::Responses,
            "input",
            user(json!([{"type": "input_image", "image_url": "data:,QUJD"},
            {"type": "input_text", "text": TEXT}])),
        ),
    ] {
        let mut body = dialect.ask(TEXT, false);
        body[name] = value;
        assert_eq!(gateway.told(dialect, &body).text(), TEXT, "{dialect:?}");
        assert!(gateway.upstream.last().text().contains("QUJD"), "{dialect:?}");
        let before = gateway.upstream.requests().len();
        let reply = by(&gateway, "reads", dialect, &body);
        assert_eq!(reply.status, 422, "{dialect:?} {reply:?}");
        assert_eq!(gateway.upstream.requests().len(), before);
        let plain = by(&gateway, "reads", dialect, &dialect.ask(TEXT, false));
        assert_eq!(told(dialect, &plain).text(), TEXT);
    }
    let reply = by(
        &gateway,
        "reads",
        Dialect::Embeddings,
        &json!({"model": "fake-large", "input": [1, 2]}),
    );
    assert_eq!(reply.status, 422, "tokens are texts that nobody can read: {reply:?}");
}

#[test]
fn the_model_is_told_of_placeholders_where_there_are_any() {
    let gateway = gateway(Script::echo(), &[]);
    for dialect in [Dialect::Chat, Dialect::Responses, Dialect::Messages, Dialect::OllamaChat] {
        let sent = |policy: &str, text: &str| {
            by(&gateway, policy, dialect, &dialect.ask(text, false));
            gateway.upstream.last().text().len()
        };
        let (told, untold) = (sent("standard", TEXT), sent("silent", TEXT));
        assert!(told > untold + 40, "{dialect:?} {told} {untold}");
        assert_eq!(sent("standard", "Nobody."), sent("silent", "Nobody."), "{dialect:?}");
    }
}

/// Makes a key.
fn key(gateway: &Gateway, arguments: &[&str]) -> String {
    let ended = gateway.place.tacitd(&[&["keys", "create"], arguments].concat(), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout.trim().to_owned()
}

#[test]
fn a_key_brings_its_own_policy() {
    let gateway = gateway(Script::echo(), &[]);
    let key = key(&gateway, &["--scope", "infer", "--policy", "blocks"]);
    let ask = Dialect::Chat.ask(TEXT, false);
    for policy in [None, Some("blocks"), Some("observes"), Some("standard"), Some("none")] {
        let mut headers = vec![("x-api-key", key.as_str())];
        headers.extend(policy.map(|policy| ("x-tacit-policy", policy)));
        let reply = gateway.ask_with(Dialect::Chat, &headers, &ask);
        assert!([403, 422].contains(&reply.status), "{policy:?} {reply:?}");
    }
    assert!(gateway.upstream.requests().is_empty());
    let reply = by(&gateway, "nobodys", Dialect::Chat, &ask);
    assert_eq!((reply.status, reply.code().as_str()), (422, "no_policy"));
}

#[test]
fn a_key_asks_its_own_models() {
    let gateway = gateway(Script::echo(), &["--auth.loopback", "false"]);
    let small = key(&gateway, &["--scope", "infer", "--model", "fake-small"]);
    let other = key(&gateway, &["--scope", "analyze,redact,restore"]);
    let headers = |key| [("x-api-key", key)];
    for dialect in Dialect::streaming() {
        let mut ask = dialect.ask(TEXT, true);
        let refused = gateway.ask_with(dialect, &headers(small.as_str()), &ask);
        assert_eq!(refused.status, 404, "{dialect:?} {refused:?}");
        assert_eq!(gateway.ask_with(dialect, &headers(other.as_str()), &ask).status, 403);
        assert_eq!(gateway.ask(dialect, &ask).status, 401);
        ask["model"] = json!("fake-small");
        let reply = gateway.ask_with(dialect, &headers(small.as_str()), &ask);
        assert_eq!(told(dialect, &reply).text(), TEXT, "{dialect:?}");
    }
    let get = |path: &str| gateway.daemon.send("GET", path, &headers(small.as_str()), "");
    let listed = get("/v1/models").json();
    let names: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert_eq!(names, ["fake-small"]);
    assert_eq!(get("/v1/models/fake-small").json()["id"], "fake-small");
    assert_eq!(get("/v1/models/fake-large").status, 404);
    assert_eq!(get("/api/tags").json()["models"].as_array().unwrap().len(), 1);
    assert_eq!(gateway.daemon.get("/v1/models").status, 401);
}

#[test]
fn a_session_belongs_to_its_tenant_and_is_shown_to_those_who_may() {
    let gateway = gateway(Script::text("<EMAIL_1>"), &[]);
    let keys = [("one", "infer"), ("two", "infer,restore"), ("one", "infer,restore")];
    let [one, two, restores] =
        keys.map(|(tenant, scopes)| key(&gateway, &["--scope", scopes, "--tenant", tenant]));
    let ask = |key: &str, text: &str| {
        let headers = [("x-api-key", key), ("x-tacit-session", "case-42")];
        let reply = gateway.ask_with(Dialect::Chat, &headers, &Dialect::Chat.ask(text, true));
        told(Dialect::Chat, &reply).text().to_owned()
    };
    assert_eq!(ask(&one, TEXT), "ana@example.org");
    assert_eq!(ask(&two, "Who?"), "<EMAIL_1>", "another tenant's");
    assert_eq!(ask(&one, "Who?"), "<EMAIL_1>", "what this request hid, and nothing else");
    assert_eq!(ask(&restores, "Who?"), "ana@example.org");
    let both = "ana@example.org and bea@example.org";
    assert_eq!(ask(&two, "I am bea@example.org."), "bea@example.org");
    assert_eq!(ask(&two, both), "bea@example.org", "the numbers are those of the session");
    assert_eq!(ask(&one, both), "ana@example.org");
}

#[test]
fn what_the_model_saw_is_shown_to_those_who_may() {
    let gateway = gateway(Script::echo(), &["--auth.loopback", "false"]);
    let plain = key(&gateway, &["--scope", "infer"]);
    let debug = key(&gateway, &["--scope", "infer,debug"]);
    let ask = |key: &str, streams: bool| {
        let headers = [("x-api-key", key), ("x-tacit-debug", "1")];
        gateway.ask_with(Dialect::Chat, &headers, &Dialect::Chat.ask(TEXT, streams))
    };
    let refused = ask(&plain, false);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(gateway.upstream.requests().is_empty());
    let seen = ask(&debug, false);
    assert_eq!(told(Dialect::Chat, &seen).text(), TEXT);
    assert_eq!(seen.json()["tacit"]["sent"], gateway.upstream.last().json());
    let streamed = ask(&debug, true);
    assert_eq!(told(Dialect::Chat, &streamed).text(), TEXT);
    let comment = streamed.body.lines().next().unwrap();
    assert!(comment.starts_with(':') && comment.contains("Write to <EMAIL_1>."), "{comment}");
    let without = [("x-api-key", debug.as_str())];
    let reply = gateway.ask_with(Dialect::Chat, &without, &Dialect::Chat.ask(TEXT, false));
    assert!(!reply.body.contains("<EMAIL_1>") && reply.json()["tacit"].is_null(), "{reply:?}");
}
