//! What nobody sends but to do harm, what is larger than usual, and bodies of our own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::borrow::Cow;
use wire::{Answer, Dialect, Edit, Error, ErrorBody, Field, Request, Show, Stream, StreamOptions};

/// Shows everything as it comes.
struct Plain;

impl Show for Plain {
    fn push(&mut self, _: Field, piece: &str, out: &mut String) {
        out.push_str(piece);
    }

    fn finish(&mut self, _: Field, _: &mut String) {}
}

fn push(dialect: Dialect, bytes: &[u8]) -> (Result<(), Error>, Vec<u8>) {
    let mut out = Vec::new();
    let mut stream = Stream::new(dialect, StreamOptions::default());
    (stream.push(bytes, &mut Plain, &mut out), out)
}

#[test]
fn depth_has_a_limit() {
    for dialect in Dialect::ALL {
        for bracket in ["[", "{\"a\":", "[{\"messages\":"] {
            let bomb = bracket.repeat(1_000_000 / bracket.len());
            let read = Request::read(*dialect, bomb.clone().into_bytes());
            assert_eq!(read.unwrap_err(), Error::TooDeep);
            let read = Answer::read(*dialect, bomb.clone().into_bytes());
            assert_eq!(read.unwrap_err(), Error::TooDeep);
            let is_line = dialect.path().starts_with("/api");
            let event = if is_line { format!("{bomb}\n") } else { format!("data: {bomb}\n\n") };
            assert_eq!(push(*dialect, event.as_bytes()).0, Err(Error::TooDeep));
        }
    }
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        Request::read(Dialect::Chat, format!("{{\"x\":{open}{close}}}").into_bytes())
    };
    assert!(nested(wire::DEPTH_MAX).is_ok());
    assert_eq!(nested(wire::DEPTH_MAX + 1).unwrap_err(), Error::TooDeep);
}

#[test]
fn arguments_that_are_nested_too_deep_are_one_text() {
    let bomb = "[".repeat(500);
    let body = format!(
        "{{\"messages\":[{{\"tool_calls\":[{{\"function\":{{\"arguments\":\"{bomb}\"}}}}]}}]}}"
    );
    let request = Request::read(Dialect::Chat, body.into_bytes()).unwrap();
    assert_eq!(request.texts().len(), 1);
    assert_eq!(request.texts()[0].text, bomb);
}

#[test]
fn members_in_other_letters_are_refused() {
    let wrong = Error::Wrong("a member is spelled in other letters than the dialect has");
    let read = |dialect, body: &str| Request::read(dialect, body.as_bytes().to_vec());
    let bodies = [
        r#"{"model":"small","messages":[],"Model":"large","Messages":[{"content":"canary"}]}"#,
        r#"{"MODEL":"large"}"#,
        r#"{"\u004dodel":"large"}"#,
        "{\"me\u{17f}\u{17f}ages\":[{\"role\":\"user\",\"content\":\"canary\"}]}",
        r#"{"me\u017fsages":[]}"#,
        r#"{"messages":[{"role":"user","Content":"canary"}]}"#,
        "{\"messages\":[{\"tool_calls\":[{\"function\":{\"argument\u{17f}\":\"{}\"}}]}]}",
        r#"{"messages":[{"tool_calls":[{"Function":{"arguments":"{}"}}]}]}"#,
    ];
    for body in bodies {
        for dialect in [Dialect::Chat, Dialect::OllamaChat] {
            assert_eq!(read(dialect, body).unwrap_err(), wrong, "{body}");
        }
    }
    let part = r#"{"messages":[{"content":[{"type":"text","Text":"canary"}]}]}"#;
    assert_eq!(read(Dialect::Chat, part).unwrap_err(), wrong);
    assert_eq!(read(Dialect::Messages, part).unwrap_err(), wrong);
    let fine = [
        r#"{"metadata":{"Model":"x"},"messages":[{"content":"a","Kind":1}],"tools":[{"Model":1}]}"#,
        r#"{"modell":"x","mode":"x","messages":[{"tool_calls":[{"function":{"arguments":{"A":"b","a":"c"}}}]}]}"#,
    ];
    fine.iter().for_each(|body| assert!(read(Dialect::Chat, body).is_ok(), "{body}"));
    let answer = br#"{"Choices":[],"choices":[]}"#.to_vec();
    assert!(Answer::read(Dialect::Chat, answer).is_ok(), "answers are the upstream's to spell");
    assert_eq!(push(Dialect::Chat, b"data: {\"Choices\":[]}\n\n").0, Ok(()));
}

#[test]
fn the_most_that_any_member_asks_for_counts() {
    let read = |dialect, body: &str| {
        let request = Request::read(dialect, body.as_bytes().to_vec()).unwrap();
        (request.choices(), request.output_max())
    };
    for dialect in [Dialect::Chat, Dialect::Completions, Dialect::Messages] {
        assert_eq!(read(dialect, r#"{"max_tokens":1,"n_predict":900}"#), (1, Some(900)));
        assert_eq!(read(dialect, r#"{"n_predict":1,"max_tokens":900}"#), (1, Some(900)));
        let endless = [r#"{"max_tokens":1,"n_predict":-1}"#, r#"{"n_predict":-1,"max_tokens":1}"#];
        endless.iter().for_each(|body| assert_eq!(read(dialect, body), (1, None), "{body}"));
    }
    let several = [r#"{"n":1,"best_of":20}"#, r#"{"best_of":20,"n":1}"#, r#"{"n":20,"n":1}"#];
    several.iter().for_each(|body| assert_eq!(read(Dialect::Completions, body).0, 20, "{body}"));
    assert_eq!(read(Dialect::Completions, r#"{"best_of":3,"prompt":["a","b"]}"#).0, 6);
}

#[test]
fn what_lies_with_the_upstream_is_told() {
    let read = |body: &str| {
        let request = Request::read(Dialect::Responses, body.as_bytes().to_vec()).unwrap();
        request.previous().map(str::to_owned)
    };
    for body in [
        r#"{"previous_response_id":"r"}"#,
        r#"{"conversation":"c"}"#,
        r#"{"conversation":{"id":"c"}}"#,
        r#"{"input":[{"type":"item_reference","id":"i"}]}"#,
        r#"{"input":[{"id":"i"},{"role":"user","content":"x"}]}"#,
        r#"{"input":[{"type":null,"id":"i"}]}"#,
    ] {
        assert!(read(body).is_some(), "{body}");
    }
    for body in [
        r#"{"previous_response_id":null,"conversation":null,"input":"x"}"#,
        r#"{"input":[{"role":"user","content":"x"},{"content":"x","role":"assistant"}]}"#,
        r#"{"input":[{"type":"reasoning","id":"i","summary":[]}]}"#,
    ] {
        assert_eq!(read(body), None, "{body}");
    }
    let body = br#"{"conversation":["c"]}"#.to_vec();
    assert!(Request::read(Dialect::Responses, body).is_err());
}

#[test]
fn prompts_are_read_in_every_shape_that_servers_take() {
    for (dialect, body) in [
        (Dialect::Completions, r#"{"prompt":[[12,"canary"]]}"#),
        (Dialect::Completions, r#"{"prompt":[12,"canary"]}"#),
        (Dialect::Completions, r#"{"prompt":{"prompt_string":"canary"}}"#),
        (Dialect::Completions, r#"{"prompt":[{"prompt_string":"canary","multimodal_data":[]}]}"#),
        (Dialect::Embeddings, r#"{"input":[{"text":"canary"}]}"#),
        (Dialect::Embeddings, r#"{"input":{"text":"canary"}}"#),
        (Dialect::Embeddings, r#"{"input":[["canary"]]}"#),
        (Dialect::Embeddings, r#"{"input":[{"prompt_string":"canary"}]}"#),
    ] {
        let request = Request::read(dialect, body.as_bytes().to_vec()).unwrap();
        let texts: Vec<_> = request.texts().iter().map(|text| text.text.as_str()).collect();
        assert_eq!(texts, ["canary"], "{body}");
        let written = request.write(&["<X_1>".into()], &Edit::default());
        assert_eq!(String::from_utf8(written).unwrap(), body.replace("canary", "<X_1>"));
    }
    let lists = br#"{"prompt":[[1,2],[3,"a","b"]]}"#.to_vec();
    assert_eq!(Request::read(Dialect::Completions, lists).unwrap().choices(), 2);
}

#[test]
fn a_key_that_ends_in_half_a_character_is_another_key() {
    let body = br#"{"model":"large","model\ud83d":"small"}"#.to_vec();
    assert_eq!(Request::read(Dialect::Chat, body).unwrap().model(), Some("large"));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for dialect in Dialect::ALL {
        let body = b"{\"model\":\"\xff\"}".to_vec();
        assert_eq!(Request::read(*dialect, body.clone()).unwrap_err(), Error::NotUtf8);
        assert_eq!(Answer::read(*dialect, body).unwrap_err(), Error::NotUtf8);
    }
    assert_eq!(push(Dialect::Chat, b"data: {\"a\":\"\xff\"}\n\n").0, Err(Error::NotUtf8));
    // A comment is nobody's to read.
    assert_eq!(push(Dialect::Chat, b":\xff\n"), (Ok(()), b":\xff\n".to_vec()));
}

#[test]
fn a_prompt_of_fifty_megabytes_is_read_and_written() {
    let long = "All work and no play makes Ana a dull girl.\\n\\u00e9".repeat(1_000_000);
    let body = format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"{long}\"}}]}}");
    let request = Request::read(Dialect::Chat, body.clone().into_bytes()).unwrap();
    let same = [Cow::Borrowed(request.texts()[0].text.as_str())];
    assert!(request.write(&same, &Edit::default()) == body.as_bytes());
    let hidden = [Cow::Owned(request.texts()[0].text.replace("Ana", "<PERSON_1>"))];
    let written = request.write(&hidden, &Edit::default());
    let read = Request::read(Dialect::Chat, written).unwrap();
    assert!(read.texts()[0].text == *hidden[0]);
}

#[test]
fn many_small_values_are_read() {
    let parts = "{\"type\":\"text\",\"text\":\"x\"},".repeat(80_000);
    let body = format!("{{\"messages\":[{{\"role\":\"user\",\"content\":[{parts}\"end\"]}}]}}");
    let request = Request::read(Dialect::Chat, body.into_bytes()).unwrap();
    assert_eq!(request.texts().len(), 80_001);
    let numbers = "1,".repeat(1_000_000);
    let body = format!("{{\"prompt\":[{numbers}2],\"metadata\":[{numbers}2]}}");
    assert!(Request::read(Dialect::Completions, body.into_bytes()).is_ok());
}

#[test]
fn texts_have_a_limit_in_number() {
    let texts = "\"\",".repeat(wire::FOUND_MAX);
    for body in [format!("{{\"input\":[{texts}1]}}"), format!("{{\"metadata\":[{texts}1]}}")] {
        let read = Request::read(Dialect::Embeddings, body.into_bytes());
        assert_eq!(read.unwrap_err(), Error::TooMany);
    }
}

#[test]
fn an_event_has_a_limit() {
    for piece in [&[b'x'; 1 << 20][..], &[b'x'; 1 << 22]] {
        let mut stream = Stream::new(Dialect::Chat, StreamOptions::default());
        let (mut show, mut out) = (Plain, Vec::new());
        stream.push(b"data: \"", &mut show, &mut out).unwrap();
        let error = (0..32).find_map(|_| stream.push(piece, &mut show, &mut out).err());
        assert_eq!(error, Some(Error::TooLarge));
        assert!(out.is_empty());
    }
}

#[test]
fn an_answer_has_so_many_parts_at_once_and_no_more() {
    let events = |choices: u32| {
        let event = |choice| {
            format!(
                "data: {{\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"x\"}}}}]}}\n\n"
            )
        };
        push(Dialect::Chat, (0..choices).map(event).collect::<String>().as_bytes()).0
    };
    assert_eq!(events(256), Ok(()));
    assert!(matches!(events(257), Err(Error::Wrong(_))));
}

#[test]
fn errors_have_the_shape_of_the_dialect() {
    let body = ErrorBody {
        status: 429,
        kind: "rate_limit_error",
        code: "rate_limited",
        param: None,
        message: "too many \"requests\"",
        request_id: "r-1",
    };
    let read = |dialect| serde_json::from_slice::<Value>(&wire::error(dialect, &body)).unwrap();
    let chat = read(Dialect::Chat);
    assert_eq!(chat["error"]["message"], body.message);
    assert_eq!(chat["error"]["code"], "rate_limited");
    assert_eq!(read(Dialect::Responses), chat);
    let messages = read(Dialect::Messages);
    assert_eq!(messages["type"], "error");
    assert_eq!(messages["error"]["type"], "rate_limit_error");
    assert_eq!(read(Dialect::OllamaChat)["error"], body.message);
}

#[test]
fn lists_of_models_are_json() {
    let read = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    let list = read(wire::models(&["a", "b\"c"], 7));
    assert_eq!(list["data"][1]["id"], "b\"c");
    assert_eq!(list["data"][1], read(wire::model("b\"c", 7)));
    assert_eq!(read(wire::models(&[], 7))["data"], Value::Array(Vec::new()));
    assert_eq!(read(wire::ollama_tags(&["a"]))["models"][0]["name"], "a");
}

#[test]
fn nothing_of_the_text_is_in_what_is_printed_of_it() {
    let body = b"{\"model\":\"canary\",\"messages\":[{\"role\":\"user\",\"content\":\"canary\"}]}";
    let request = Request::read(Dialect::Chat, body.to_vec()).unwrap();
    assert!(!format!("{request:?}").contains("canary"));
    let body = b"{\"choices\":[{\"message\":{\"content\":\"canary\"}}]}";
    let answer = Answer::read(Dialect::Chat, body.to_vec()).unwrap();
    assert!(!format!("{answer:?}").contains("canary"));
    let fault = Request::read(Dialect::Chat, b"{\"a\":\n canary}".to_vec()).unwrap_err();
    assert_eq!(fault.to_string(), "not JSON (line 2, column 2)");
}
