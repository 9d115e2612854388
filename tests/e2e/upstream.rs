//! The fake model server that the gateway's tests stand on does what its scripts say. Nothing of tacit's runs here, so
//! that what fails elsewhere is not its fault.

use serde_json::json;
use support::{Client, Cut, Dialect, Script, Told, Upstream, until};

const TEXT: &str = "Señora <PERSON_1> 😀 wrote \"yes\\no\"\nto <EMAIL_1>.";

fn ask(upstream: &Upstream, dialect: Dialect, streams: bool) -> support::Reply {
    let body = dialect.ask(TEXT, streams).to_string();
    let json = [("content-type", "application/json")];
    Client::connect(upstream.port()).send("POST", dialect.path(), &json, body.as_bytes())
}

#[test]
fn the_last_text_of_the_user_is_said_again_in_every_dialect() {
    let upstream = Upstream::start();
    for dialect in Dialect::streaming() {
        let whole = Told::whole(dialect, &ask(&upstream, dialect, false).json());
        assert_eq!(whole.text(), TEXT, "{dialect:?}");
        let reply = ask(&upstream, dialect, true);
        let streamed = Told::stream(dialect, &reply.body);
        assert!(reply.whole && streamed.done && streamed.events > 5, "{dialect:?} {reply:?}");
        assert_eq!(streamed.text(), TEXT, "{dialect:?}");
        let asked = upstream.last();
        assert_eq!((asked.path.as_str(), asked.json()), (dialect.path(), dialect.ask(TEXT, true)));
    }
    let parts = json!({"messages": [
        {"role": "user", "content": "first"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "no"},
    ], "n": 2, "stream": true, "stream_options": {"include_usage": true}});
    let mut client = Client::connect(upstream.port());
    let reply = client.send("POST", "/v1/chat/completions", &[], parts.to_string().as_bytes());
    let told = Told::stream(Dialect::Chat, &reply.body);
    assert_eq!((told.texts[&0].as_str(), told.texts[&1].as_str()), ("a\nb", "a\nb"));
    assert!(told.usage.is_some(), "{reply:?}");
}

#[test]
fn texts_and_bytes_are_cut_where_the_script_says() {
    let upstream = Upstream::start();
    for dialect in Dialect::streaming() {
        for cut in [Cut::Whole, Cut::Characters(1), Cut::Characters(7), Cut::After(9), Cut::Words] {
            for writes in [1, 2, 5, 1000] {
                upstream.answer(Script::text(TEXT).cut(cut).writes(writes).ascii().comments());
                let reply = ask(&upstream, dialect, true);
                assert!(reply.whole && reply.body.is_ascii(), "{dialect:?} {reply:?}");
                let told = Told::stream(dialect, &reply.body);
                assert_eq!((told.text(), told.done), (TEXT, true), "{dialect:?} {cut:?} {writes}");
            }
        }
    }
}

#[test]
fn tools_are_called_with_their_arguments() {
    let arguments = json!({"to": "<EMAIL_1>", "body": TEXT, "count": 2});
    let upstream = Upstream::start();
    for dialect in Dialect::CALLING {
        for cut in [Cut::Whole, Cut::Characters(1)] {
            let script = Script::text("Well.").thinking("Hm.").cut(cut);
            let script = script.and_call("send", &arguments.to_string()).and_call("ring", "{}");
            upstream.answer(script);
            let streamed = Told::stream(dialect, &ask(&upstream, dialect, true).body);
            let whole = Told::whole(dialect, &ask(&upstream, dialect, false).json());
            for told in [streamed, whole] {
                let names: Vec<_> = told.calls.iter().map(|(name, _)| name.as_str()).collect();
                assert_eq!(names, ["send", "ring"], "{dialect:?}");
                assert_eq!(told.arguments(), arguments, "{dialect:?}");
                assert_eq!((told.text(), told.reasoning.as_str()), ("Well.", "Hm."), "{dialect:?}");
            }
        }
    }
}

#[test]
fn it_stalls_and_breaks_where_the_script_says() {
    let upstream = Upstream::answering(Script::text(TEXT).drop_after(100));
    let reply = ask(&upstream, Dialect::Chat, true);
    assert_eq!((reply.body.len(), reply.whole, upstream.gone()), (100, false, 0));
    let reply = ask(&upstream, Dialect::Chat, false);
    assert!(reply.status == 200 && !reply.whole, "{reply:?}");

    upstream.answer(Script::text(TEXT).stall_after(100));
    let mut client = Client::connect(upstream.port());
    let body = Dialect::Chat.ask(TEXT, true).to_string();
    client.begin(Dialect::Chat.path(), &[], &body);
    let mut read = 0;
    while read < 100 {
        read += client.piece().unwrap().unwrap().len();
    }
    until("stalled", || upstream.stalled() == 1);
    drop(client);
    until("gone", || upstream.gone() == 1);

    upstream.answer(Script::flood());
    let mut client = Client::connect(upstream.port());
    client.begin(Dialect::Chat.path(), &[], &body);
    client.piece().unwrap();
    drop(client);
    until("gone", || upstream.gone() == 2);

    upstream.answer(Script::silent());
    let mut client = Client::connect(upstream.port());
    client.write(b"POST /v1/embeddings HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}");
    until("stalled", || upstream.stalled() == 1);
    upstream.resume();
    assert_eq!(client.read(false).status, 200);
}

#[test]
fn it_answers_in_turn_and_knows_its_models() {
    let upstream = Upstream::answering(Script::text("last"));
    upstream.first([Script::status(503, "{}").header("retry-after", "1"), Script::html()]);
    let first = ask(&upstream, Dialect::Chat, false);
    assert_eq!((first.status, first.header("retry-after")), (503, "1"));
    assert!(ask(&upstream, Dialect::Chat, true).body.starts_with("<!doctype"));
    assert!(ask(&upstream, Dialect::Chat, false).body.contains("last"));
    assert_eq!(upstream.requests().len(), 3);
    let mut client = Client::connect(upstream.port());
    let listed = client.send("GET", "/v1/models", &[], b"").json();
    assert_eq!(listed["data"][0]["id"], "fake-large");
    assert_eq!(client.send("GET", "/v1/models/fake-small", &[], b"").json()["id"], "fake-small");
    assert_eq!(client.send("GET", "/v1/models/other", &[], b"").status, 404);
    let mut ask = Dialect::Embeddings.ask(TEXT, false);
    let plain = client.send("POST", "/v1/embeddings", &[], ask.to_string().as_bytes()).json();
    assert_eq!(plain["data"][0]["embedding"][1], 0.25);
    ask["encoding_format"] = json!("base64");
    let packed = client.send("POST", "/v1/embeddings", &[], ask.to_string().as_bytes()).json();
    assert_eq!(packed["data"][0]["embedding"].as_str().map(str::len), Some(24));
}
