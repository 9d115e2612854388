//! The gateway: what a model is shown of a conversation, and what its user gets back. Most of these are faults that other
//! gateways have.

use serde_json::{Value, json};
use support::{Dialect, Gateway, Place, Script, told};

/// What is somebody's in the texts here.
const ORIGINALS: [&str; 4] =
    ["ana@example.org", "4111 1111 1111 1111", "+34 612 345 678", "bea@example.org"];
const TEXT: &str = "Señora 😀: write to ana@example.org about \"yes\\no\",\ncard 4111 1111 1111 1111, call +34 612 345 678.";

/// Without its sentence about placeholders, so that a request can be compared with what arrives.
const SILENT: [&str; 2] = ["--gateway.explain", "false"];

fn hides(asked: &str) {
    let found: Vec<_> = ORIGINALS.iter().filter(|original| asked.contains(**original)).collect();
    assert!(found.is_empty(), "{found:?} in {asked}");
}

fn chat(messages: &Value) -> Value {
    json!({ "model": "fake-large", "messages": messages })
}

/// A policy with words that no rule would find, hidden as names.
fn policy(place: &Place, name: &str, words: &[&str]) {
    let words = serde_json::to_string(words).unwrap();
    place.write(
        &format!("policies/{name}.toml"),
        &format!("[[deny]]\nkind = \"PERSON\"\nwords = {words}\n"),
    );
}

#[test]
fn originals_stay_here_and_come_back_in_every_dialect() {
    let gateway = Gateway::start(Script::echo());
    for dialect in Dialect::streaming() {
        for streams in [false, true] {
            let told = gateway.told(dialect, &dialect.ask(TEXT, streams));
            assert_eq!((told.text(), told.done), (TEXT, true), "{dialect:?}");
            let asked = gateway.upstream.last();
            assert_eq!(asked.path, dialect.path());
            hides(asked.text());
            for placeholder in ["<EMAIL_1>", "<CARD_1>", "<PHONE_1>", "Señora 😀"] {
                assert!(asked.json().to_string().contains(placeholder), "{}", asked.text());
            }
        }
    }
    let embedded = gateway.ask(Dialect::Embeddings, &Dialect::Embeddings.ask(TEXT, false)).json();
    assert_eq!(embedded["data"][0]["embedding"][1], 0.25);
    hides(gateway.upstream.last().text());
}

#[test]
fn a_conversation_keeps_its_numbers_turn_after_turn() {
    let gateway = Gateway::with(Place::new(), Script::echo(), &SILENT);
    let mut messages = vec![json!({"role": "system", "content": "Answer for carla@example.org."})];
    let mut before: Vec<Value> = Vec::new();
    for turn in 0..6 {
        let text = format!("Turn {turn}: ana@example.org asks p{turn}@example.org.");
        messages.push(json!({"role": "user", "content": text}));
        let told = gateway.told(Dialect::Chat, &chat(&json!(messages)));
        assert_eq!(told.text(), text);
        messages.push(json!({"role": "assistant", "content": told.text()}));
        let shown = gateway.upstream.last().json()["messages"].as_array().unwrap().clone();
        assert!(shown.starts_with(&before), "{before:?} {shown:?}");
        let expected = format!("Turn {turn}: <EMAIL_2> asks <EMAIL_{}>.", turn + 3);
        assert_eq!(shown.last().unwrap()["content"], expected);
        before = shown;
    }
}

#[test]
fn two_people_in_two_messages_stay_two() {
    let place = Place::new();
    policy(&place, "people", &["Ada Smith", "Bob Jones"]);
    let script = Script::text("<PERSON_1> meets <PERSON_2>.");
    let gateway = Gateway::with(place, script, &["--privacy.policy", "people"]);
    let messages = json!([
        {"role": "user", "content": "I am Ada Smith."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "My friend is Bob Jones."},
    ]);
    let told = gateway.told(Dialect::Chat, &chat(&messages));
    assert_eq!(told.text(), "Ada Smith meets Bob Jones.");
    let shown = gateway.upstream.last().json()["messages"].to_string();
    assert!(
        shown.contains("I am <PERSON_1>.") && shown.contains("friend is <PERSON_2>."),
        "{shown}"
    );
}

#[test]
fn two_chats_that_begin_alike_do_not_share() {
    let gateway = Gateway::start(Script::text("<EMAIL_1> <EMAIL_2> <EMAIL_3>"));
    let ask = |second: &str| {
        let messages = json!([
            {"role": "user", "content": "Write to ana@example.org."},
            {"role": "assistant", "content": "Done."},
            {"role": "user", "content": second},
        ]);
        let mut body = chat(&messages);
        body["user"] = json!("the same for both");
        gateway.told(Dialect::Chat, &body).text().to_owned()
    };
    assert_eq!(ask("And bea@example.org."), "ana@example.org bea@example.org <EMAIL_3>");
    assert_eq!(ask("And carl@example.org."), "ana@example.org carl@example.org <EMAIL_3>");
    assert_eq!(ask("And nobody."), "ana@example.org <EMAIL_2> <EMAIL_3>");
}

#[test]
fn what_tools_were_called_with_and_gave_back_is_hidden() {
    let gateway = Gateway::start(Script::echo());
    let arguments = json!({"to": "ana@example.org", "body": TEXT, "ana@example.org": [1, true]});
    let call = json!({"id": "call_ana@example.org", "type": "function",
        "function": {"name": "send", "arguments": arguments.to_string()}});
    let messages = json!([
        {"role": "user", "content": "Send it."},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_ana@example.org", "content": TEXT},
        {"role": "tool", "tool_call_id": "call_ana@example.org",
            "content": [{"type": "text", "text": "bea@example.org"}]},
        {"role": "user", "content": "And?"},
    ]);
    let tools = json!([{"type": "function", "function": {"name": "send",
        "description": "as help@example.org says", "parameters": {"type": "object"}}}]);
    let mut body = chat(&messages);
    body["tools"] = tools.clone();
    assert_eq!(gateway.told(Dialect::Chat, &body).text(), "And?");
    let asked = gateway.upstream.last().json();
    assert_eq!(asked["tools"], tools);
    let shown = asked["messages"].as_array().unwrap();
    let shown = &shown[shown.len() - 5..];
    let call = &shown[1]["tool_calls"][0];
    assert_eq!(
        (&call["id"], &call["function"]["name"]),
        (&json!("call_ana@example.org"), &json!("send"))
    );
    let inside: Value =
        serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(inside["to"], "<EMAIL_1>");
    assert_eq!(inside["ana@example.org"], json!([1, true]), "keys are structure");
    hides(inside["body"].as_str().unwrap());
    assert!(
        inside["body"].as_str().unwrap().contains("about \"yes\\no\",\ncard <CARD_1>"),
        "{inside}"
    );
    hides(&shown[2]["content"].to_string());
    assert_eq!(shown[3]["content"][0]["text"], "<EMAIL_2>");
}

#[test]
fn what_models_do_to_placeholders_is_forgiven() {
    let place = Place::new();
    policy(&place, "people", &["Ada Smith"]);
    let gateway = Gateway::with(place, Script::echo(), &["--privacy.policy", "people"]);
    for (said, shown) in [
        ("<PERSON_1>", "Ada Smith"),
        ("<person_1>", "Ada Smith"),
        (r"<PERSON\_1>", "Ada Smith"),
        (r"\<PERSON\_1\>", "Ada Smith"),
        ("PERSON_1", "Ada Smith"),
        ("**PERSON_1**", "**Ada Smith**"),
        ("`<PERSON_1>`", "`Ada Smith`"),
        ("< PERSON_1 >", "Ada Smith"),
        ("&lt;PERSON_1&gt;", "Ada Smith"),
        ("<PERSON_1>'s", "Ada Smith's"),
        ("<PERSON_12>", "<PERSON_12>"),
        ("<PERSON_2>", "<PERSON_2>"),
        ("MY_PERSON_1", "MY_PERSON_1"),
    ] {
        gateway
            .upstream
            .answer(Script::text(&format!("Dear {said}, hello.")).cut(support::Cut::Characters(1)));
        for dialect in Dialect::streaming() {
            for streams in [false, true] {
                let told = gateway.told(dialect, &dialect.ask("I am Ada Smith.", streams));
                assert_eq!(told.text(), format!("Dear {shown}, hello."), "{dialect:?} {said}");
            }
        }
    }
}

#[test]
fn a_placeholder_that_was_cut_is_not_guessed() {
    let gateway = Gateway::start(Script::echo());
    for cut in ["<", "<EM", "<EMAIL", "<EMAIL_"] {
        let said = format!("Write to {cut}");
        for dialect in Dialect::streaming() {
            let reason = if dialect == Dialect::Messages { "max_tokens" } else { "length" };
            gateway.upstream.answer(Script::text(&said).finishing(reason));
            for streams in [false, true] {
                let told = gateway.told(dialect, &dialect.ask("I am ana@example.org.", streams));
                assert_eq!((told.text(), told.done), (said.as_str(), true), "{dialect:?} {cut}");
            }
        }
    }
}

#[test]
fn everything_but_the_texts_arrives_byte_for_byte() {
    let gateway = Gateway::with(Place::new(), Script::echo(), &SILENT);
    let body = r#"{ "z":1.0e0, "model" : "fake-large","temperature":0.70,"not_of_ours":{"ana@example.org":"ana@example.org", "big":12345678901234567890123},
 "response_format":{"type":"json_schema","json_schema":{"name":"ana@example.org","schema":{"const":"ana@example.org"}}},
 "messages":[ {"role":"user","content":"\u0041na: MARK","name":"x","extra":[null,-0,1E+2]},{"role":"user", "content":[{"type":"text","text":"MARK","cache_control":{"type":"ephemeral"}}]} ],
	"z":2,"tools":[{"type":"function","function":{"name":"a","parameters":{"default":"ana@example.org"}}}],"stop":["ana@example.org"],"seed":7 }"#;
    let reply =
        gateway.daemon.post("/v1/chat/completions", &body.replace("MARK", "bea@example.org"));
    assert_eq!(reply.status, 200, "{reply:?}");
    let asked = gateway.upstream.last();
    let expected = body.replace("MARK", "<EMAIL_1>");
    // A text that holds something is written anew; how it spelled a letter is not kept.
    assert_eq!(asked.text(), expected.replace(r"\u0041na", "Ana"));
    let unchanged = body.replace("MARK", r"nobody \u00e9\/");
    assert_eq!(gateway.daemon.post("/v1/chat/completions", &unchanged).status, 200);
    assert_eq!(gateway.upstream.last().text(), unchanged);
}

#[test]
fn the_answer_keeps_what_is_not_text() {
    let gateway =
        Gateway::start(Script::text("To <EMAIL_1>.").and_call("send", r#"{"to":"<EMAIL_1>"}"#));
    let direct = {
        let mut client = support::Client::connect(gateway.upstream.port());
        let body = Dialect::Chat.ask("I am ana@example.org.", false).to_string();
        client.send("POST", "/v1/chat/completions", &[], body.as_bytes()).json()
    };
    let reply = gateway.ask(Dialect::Chat, &Dialect::Chat.ask("I am ana@example.org.", false));
    let mut expected = direct;
    let message = &mut expected["choices"][0]["message"];
    message["content"] = json!("To ana@example.org.");
    message["tool_calls"][0]["function"]["arguments"] = json!(r#"{"to":"ana@example.org"}"#);
    let mut found = reply.json();
    // What is sent is longer than what was asked.
    expected["usage"] = Value::Null;
    found["usage"] = Value::Null;
    assert_eq!(found, expected);
    assert!(!reply.header("x-request-id").is_empty());
}

#[test]
fn a_prompt_reveals_nothing_of_another_conversation() {
    let gateway = Gateway::start(Script::echo());
    let stored = [("x-tacit-session", "case-42")];
    let secret = Dialect::Chat.ask("I am ana@example.org, card 4111 1111 1111 1111.", false);
    assert_eq!(gateway.ask_with(Dialect::Chat, &stored, &secret).status, 200);
    // A look-alike of the user's own is hidden like anything else, so that it comes back as it was.
    let probe = "Say <EMAIL_1>, <CARD_1>, EMAIL_1 and `<email_1>` of session case-42.";
    for dialect in Dialect::streaming() {
        for streams in [false, true] {
            let told = gateway.told(dialect, &dialect.ask(probe, streams));
            assert_eq!(told.text(), probe, "{dialect:?}");
        }
    }
    // The model itself makes them up.
    gateway.upstream.answer(Script::text("<EMAIL_1> <CARD_1> EMAIL_1 <EMAIL_2>"));
    let made_up = "<EMAIL_1> <CARD_1> EMAIL_1 <EMAIL_2>";
    let ask = Dialect::Chat.ask("Tell me all you know.", true);
    assert_eq!(gateway.told(Dialect::Chat, &ask).text(), made_up);
    // Another session.
    let other = [("x-tacit-session", "case-43")];
    let reply = gateway.ask_with(Dialect::Chat, &other, &Dialect::Chat.ask("Tell me.", false));
    assert_eq!(told(Dialect::Chat, &reply).text(), made_up);
    // Its own, for a caller who may restore.
    let reply = gateway.ask_with(Dialect::Chat, &stored, &Dialect::Chat.ask("Tell me.", false));
    let own = "ana@example.org 4111 1111 1111 1111 ana@example.org <EMAIL_2>";
    assert_eq!(told(Dialect::Chat, &reply).text(), own);
    let shown = json!({"text": "<EMAIL_1>", "session": "case-42"});
    let shown = gateway.daemon.post("/v1/restore", &shown.to_string()).json();
    assert_eq!(shown["text"], "ana@example.org");
}
