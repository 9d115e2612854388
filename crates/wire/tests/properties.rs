//! What holds for any JSON, any texts and any cut.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shower.rs"]
mod shower;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shower::Shower;
use std::borrow::Cow;
use wire::{Answer, Dialect, Edit, Request, Stream, StreamOptions};

/// Any JSON, with what is hard in it: escapes, brackets, characters of four bytes.
fn tree() -> impl Strategy<Value = Value> {
    let text = "([a-z{}\\[\\]:,\"\\\\/<> \n\t\u{1}\u{7f}é😀\u{2028}]|ana){0,8}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        // Small: with an `e` put in, a large one is larger than others read.
        (-999i32..999).prop_map(Value::from),
        // Quarters, which every reader of floats takes for the same.
        (-9999i32..9999).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..6)
                .prop_map(|map| Value::from(Map::from_iter(map))),
        ]
    })
}

/// What a text becomes in these tests.
fn other(text: &str) -> String {
    text.replace("ana", "\"B\\\n😀").replace('é', "")
}

/// The tree with each string exchanged, keys not.
fn exchanged(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(other(text)),
        Value::Array(values) => values.iter().map(exchanged).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), exchanged(value))).collect()
        }
        scalar => scalar.clone(),
    }
}

fn write(request: &Request) -> Value {
    let texts: Vec<_> = request.texts().iter().map(|text| Cow::Owned(other(&text.text))).collect();
    serde_json::from_slice(&request.write(&texts, &Edit::default())).unwrap()
}

/// A chat whose content comes in such pieces.
fn chat(pieces: &[(u32, String)]) -> Vec<u8> {
    let mut stream = String::new();
    for (choice, piece) in pieces {
        let event = json!({"choices": [{"index": choice, "delta": {"content": piece}}]});
        stream.push_str(&format!("data: {event}\n\n"));
    }
    stream.push_str("data: [DONE]\n\n");
    stream.into_bytes()
}

/// What a client joins of a stream: the texts of a choice.
fn joined(out: &[u8], choice: u32, pointer: &str) -> String {
    let mut joined = String::new();
    let out = std::str::from_utf8(out).unwrap();
    for data in out.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let Ok(event) = serde_json::from_str::<Value>(data) else { continue };
        let choices = event["choices"].as_array().unwrap();
        for one in choices.iter().filter(|one| one["index"] == choice) {
            joined.push_str(one.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
        }
    }
    joined
}

fn shown<'b>(originals: &[(&str, &str)], pieces: impl Iterator<Item = &'b [u8]>) -> Vec<u8> {
    let own = originals.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    let mut show = Shower::new(own.collect());
    let mut stream = Stream::new(Dialect::Chat, StreamOptions::default());
    let mut out = Vec::new();
    for piece in pieces {
        stream.push(piece, &mut show, &mut out).unwrap();
    }
    stream.finish(&mut show, &mut out);
    show.is_finished();
    out
}

const PERSON: (&str, &str) = ("<PERSON_1>", "Ana \"the\\best\"\n😀 Ruiz");

proptest! {
    #[test]
    fn exactly_the_strings_are_exchanged(tree in tree(), spaced: bool) {
        let body = json!({"tools": tree, "documents": tree, "messages": []});
        let text = if spaced { format!("{body:#}") } else { body.to_string() };
        let request = Request::read(Dialect::Chat, text.into_bytes()).unwrap();
        prop_assert_eq!(write(&request), json!({"tools": tree, "documents": exchanged(&tree), "messages": []}));
    }

    #[test]
    fn strings_within_a_string_of_json_are_exchanged(tree in tree(), spaced: bool) {
        let tree = json!({"ana": tree});
        let arguments = if spaced { format!("{tree:#}") } else { tree.to_string() };
        let call = json!({"function": {"name": "ana", "arguments": arguments}});
        let body = json!({"messages": [{"role": "assistant", "tool_calls": [call]}]});
        let request = Request::read(Dialect::Chat, body.to_string().into_bytes()).unwrap();
        let mut written = write(&request);
        let arguments = written.pointer_mut("/messages/0/tool_calls/0/function/arguments").unwrap();
        let read: Value = serde_json::from_str(arguments.as_str().unwrap()).unwrap();
        prop_assert_eq!(read, exchanged(&tree));
    }

    #[test]
    fn json_is_what_another_reader_takes_for_it(tree in tree(), at: prop::sample::Index, change in 0..4, byte: u8) {
        let mut bytes = json!({"a": tree}).to_string().into_bytes();
        let at = at.index(bytes.len());
        match change {
            0 => { bytes.remove(at); }
            1 => bytes.insert(at, byte),
            2 => bytes[at] = byte,
            _ => {}
        }
        let theirs = serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value.is_object());
        prop_assert_eq!(Answer::read(Dialect::Embeddings, bytes).is_ok(), theirs);
    }

    #[test]
    fn interleaved_choices_show_what_each_would_alone(
        pieces in prop::collection::vec((0u32..3, "(<|PER|SON|_1|>|<PERSON_1>|é|😀|\"|\\\\|x){0,4}"), 0..30),
        size in 1usize..40,
    ) {
        let stream = chat(&pieces);
        let out = shown(&[PERSON], stream.chunks(size));
        for choice in 0..3 {
            let said: String = pieces.iter().filter(|(of, _)| *of == choice).map(|(_, text)| text.as_str()).collect();
            prop_assert_eq!(joined(&out, choice, "/delta/content"), said.replace(PERSON.0, PERSON.1));
        }
        prop_assert_eq!(out, shown(&[PERSON], std::iter::once(stream.as_slice())));
    }

    #[test]
    fn characters_cut_between_their_escapes_come_whole(text in "(<PERSON_1>|é|😀|x){0,12}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(units.len() + 1)).collect();
        cuts.extend([0, units.len()]);
        cuts.sort_unstable();
        let mut stream = String::new();
        for pair in cuts.windows(2) {
            let escaped: String = units[pair[0]..pair[1]].iter().map(|unit| format!("\\u{unit:04x}")).collect();
            stream.push_str(&format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{escaped}\"}}}}]}}\n\n"));
        }
        let out = shown(&[PERSON], std::iter::once(stream.as_bytes()));
        prop_assert_eq!(joined(&out, 0, "/delta/content"), text.replace(PERSON.0, PERSON.1));
    }

    #[test]
    fn arguments_parse_wherever_they_are_cut(before in "[a-z\"\\\\\n😀]{0,6}", after in "[a-z\"\\\\\n😀<]{0,6}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let said = json!({"to": format!("{before}<PERSON_1>{after}"), "n": [1, null]}).to_string();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(said.len() + 1)).filter(|cut| said.is_char_boundary(*cut)).collect();
        cuts.extend([0, said.len()]);
        cuts.sort_unstable();
        let mut stream = String::new();
        for pair in cuts.windows(2) {
            let call = json!({"index": 0, "function": {"arguments": said[pair[0]..pair[1]]}});
            let event = json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]});
            stream.push_str(&format!("data: {event}\n\n"));
        }
        let out = shown(&[PERSON], std::iter::once(stream.as_bytes()));
        let arguments = joined(&out, 0, "/delta/tool_calls/0/function/arguments");
        let read: Value = serde_json::from_str(&arguments).unwrap();
        prop_assert_eq!(&read["to"], &Value::from(format!("{before}{}{after}", PERSON.1)));
    }
}

#[test]
fn a_placeholder_comes_whole_however_it_is_cut() {
    let text = "é <PERSON_1> <PERSON_10> <PERSON_1";
    let originals = [PERSON, ("<PERSON_10>", "Ben")];
    let whole = format!("é {} Ben <PERSON_1", PERSON.1);
    let cuts = || (0..=text.len()).filter(|cut| text.is_char_boundary(*cut));
    for first in cuts() {
        for second in cuts().filter(|second| *second >= first) {
            let pieces = [&text[..first], &text[first..second], &text[second..]];
            let stream = chat(&pieces.map(|piece| (0, piece.to_owned())));
            let out = shown(&originals, std::iter::once(stream.as_slice()));
            assert_eq!(joined(&out, 0, "/delta/content"), whole, "cut at {first} and {second}");
        }
    }
}
