//! Answers of each dialect as they stream: server-sent events, or lines of JSON.

use super::dialect::Dialect;
use super::script::Script;
use super::speech::Said;
use super::whole;
use serde_json::{Value, json};

/// Every event, framed.
pub(super) fn answer(dialect: Dialect, said: &Said<'_>, script: &Script) -> Vec<String> {
    match dialect {
        Dialect::Chat | Dialect::Completions => openai(dialect, said, script),
        Dialect::Responses => responses(said, script),
        Dialect::Messages => messages(said, script),
        Dialect::OllamaChat | Dialect::OllamaGenerate => ollama(dialect, said, script),
        Dialect::Embeddings => Vec::new(),
    }
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// An event whose name stands in it as its type.
fn named(value: &Value) -> String {
    format!("event: {}\n{}", value["type"].as_str().unwrap_or_default(), data(value))
}

/// Chunks of chat completions and completions. Choices take turns, as those of a real server do.
fn openai(dialect: Dialect, said: &Said<'_>, script: &Script) -> Vec<String> {
    let chat = dialect == Dialect::Chat;
    let (id, object) = if chat {
        ("chatcmpl-fake", "chat.completion.chunk")
    } else {
        ("cmpl-fake", "text_completion")
    };
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": id, "object": object, "created": 1_700_000_000, "model": said.model,
            "system_fingerprint": "fp_fake", "choices": choices,
        });
        if said.wants_usage {
            chunk["usage"] = usage;
        }
        data(&chunk)
    };
    let choice = |index: u64, delta: &Value, finish: Option<&str>| {
        let mut choice = json!({ "index": index, "logprobs": null, "finish_reason": finish });
        if chat {
            choice["delta"] = delta.clone();
        } else {
            choice["text"] = delta.as_str().map_or(json!(""), Into::into);
        }
        json!([choice])
    };
    let deltas = if chat { chat_deltas(said, script) } else { texts(&said.text, script) };
    let mut events = Vec::new();
    for delta in &deltas {
        let turns = 0..said.choices;
        events.extend(turns.map(|index| chunk(choice(index, delta, None), Value::Null)));
    }
    let reason = whole::finish(said);
    let turns = 0..said.choices;
    events.extend(turns.map(|index| chunk(choice(index, &json!({}), Some(reason)), Value::Null)));
    if said.wants_usage {
        events.push(chunk(json!([]), whole::usage(said)));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn texts(text: &str, script: &Script) -> Vec<Value> {
    script.cut.pieces(text).into_iter().map(|piece| json!(piece)).collect()
}

fn chat_deltas(said: &Said<'_>, script: &Script) -> Vec<Value> {
    let mut deltas = vec![json!({ "role": "assistant", "content": "" })];
    let reasoning = script.cut.pieces(said.reasoning.unwrap_or_default());
    deltas.extend(reasoning.iter().map(|piece| json!({ "reasoning_content": piece })));
    deltas.extend(script.cut.pieces(&said.text).iter().map(|piece| json!({ "content": piece })));
    for (at, (name, arguments)) in said.calls.iter().enumerate() {
        let function = json!({ "name": name, "arguments": "" });
        let first = json!({ "index": at, "id": whole::call_id(at), "type": "function", "function": function });
        deltas.push(json!({ "tool_calls": [first] }));
        let more = |piece: &&str| json!({ "tool_calls": [{ "index": at, "function": { "arguments": piece } }] });
        deltas.extend(script.cut.pieces(arguments).iter().map(more));
    }
    deltas
}

fn responses(said: &Said<'_>, script: &Script) -> Vec<String> {
    let mut values = vec![
        json!({ "type": "response.created", "response": whole::response(said, "in_progress") }),
        json!({ "type": "response.in_progress", "response": whole::response(said, "in_progress") }),
    ];
    for (at, item) in whole::output(said).iter().enumerate() {
        let mut begun = item.clone();
        begun["status"] = json!("in_progress");
        let part = item["content"][0].clone();
        match item["type"].as_str() {
            Some("message") => {
                begun["content"] = json!([]);
                values.push(json!({ "type": "response.output_item.added", "output_index": at, "item": begun }));
                message_item(at, &part, script, &mut values);
            }
            Some("function_call") => {
                begun["arguments"] = json!("");
                values.push(json!({ "type": "response.output_item.added", "output_index": at, "item": begun }));
                call_item(at, item, script, &mut values);
            }
            _ => values.push(
                json!({ "type": "response.output_item.added", "output_index": at, "item": item }),
            ),
        }
        values
            .push(json!({ "type": "response.output_item.done", "output_index": at, "item": item }));
    }
    values.push(
        json!({ "type": "response.completed", "response": whole::response(said, "completed") }),
    );
    let number = |(at, mut value): (usize, Value)| {
        value["sequence_number"] = json!(at);
        named(&value)
    };
    values.into_iter().enumerate().map(number).collect()
}

fn message_item(at: usize, part: &Value, script: &Script, values: &mut Vec<Value>) {
    let text = part["text"].as_str().unwrap_or_default();
    let mut push = |kind: &str, name: &str, value: Value| {
        let mut event = json!({
            "type": format!("response.{kind}"), "item_id": "msg_fake", "output_index": at, "content_index": 0,
        });
        event[name] = value;
        if kind.starts_with("output_text") {
            event["logprobs"] = json!([]);
        }
        values.push(event);
    };
    let mut begun = part.clone();
    begun["text"] = json!("");
    push("content_part.added", "part", begun);
    for piece in script.cut.pieces(text) {
        push("output_text.delta", "delta", json!(piece));
    }
    push("output_text.done", "text", json!(text));
    push("content_part.done", "part", part.clone());
}

fn call_item(at: usize, item: &Value, script: &Script, values: &mut Vec<Value>) {
    let arguments = item["arguments"].as_str().unwrap_or_default();
    let kind = "response.function_call_arguments";
    for piece in script.cut.pieces(arguments) {
        values.push(json!({
            "type": format!("{kind}.delta"), "item_id": item["id"], "output_index": at, "delta": piece,
        }));
    }
    values.push(json!({
        "type": format!("{kind}.done"), "item_id": item["id"], "output_index": at, "name": item["name"],
        "arguments": arguments,
    }));
}

fn messages(said: &Said<'_>, script: &Script) -> Vec<String> {
    let message = json!({
        "id": "msg_fake", "type": "message", "role": "assistant", "model": said.model, "content": [],
        "stop_reason": null, "stop_sequence": null,
        "usage": { "input_tokens": said.input, "output_tokens": 1 },
    });
    let mut values =
        vec![json!({ "type": "message_start", "message": message }), json!({ "type": "ping" })];
    let mut index = 0;
    let mut block = |begun: Value, deltas: Vec<Value>| {
        values
            .push(json!({ "type": "content_block_start", "index": index, "content_block": begun }));
        let delta =
            |delta| json!({ "type": "content_block_delta", "index": index, "delta": delta });
        values.extend(deltas.into_iter().map(delta));
        values.push(json!({ "type": "content_block_stop", "index": index }));
        index += 1;
    };
    let deltas = |text: &str, kind: &str, name: &str| -> Vec<Value> {
        let pieces = script.cut.pieces(text).into_iter();
        pieces.map(|piece| json!({ "type": kind, name: piece })).collect()
    };
    if let Some(reasoning) = said.reasoning {
        let mut thoughts = deltas(reasoning, "thinking_delta", "thinking");
        thoughts.push(json!({ "type": "signature_delta", "signature": "c2ln" }));
        block(json!({ "type": "thinking", "thinking": "", "signature": "" }), thoughts);
    }
    if !said.text.is_empty() {
        block(json!({ "type": "text", "text": "" }), deltas(&said.text, "text_delta", "text"));
    }
    for (at, (name, arguments)) in said.calls.iter().enumerate() {
        let begun =
            json!({ "type": "tool_use", "id": whole::call_id(at), "name": name, "input": {} });
        block(begun, deltas(arguments, "input_json_delta", "partial_json"));
    }
    values.push(json!({
        "type": "message_delta",
        "delta": { "stop_reason": whole::stop_reason(said), "stop_sequence": null },
        "usage": { "output_tokens": said.output },
    }));
    values.push(json!({ "type": "message_stop" }));
    values.iter().map(named).collect()
}

fn ollama(dialect: Dialect, said: &Said<'_>, script: &Script) -> Vec<String> {
    let name = if dialect == Dialect::OllamaChat { "message" } else { "response" };
    let mut lines = Vec::new();
    let mut push = |value: Value| {
        let mut line =
            json!({ "model": said.model, "created_at": "2026-01-01T00:00:00Z", "done": false });
        line[name] = value;
        lines.push(format!("{line}\n"));
    };
    let chat = dialect == Dialect::OllamaChat;
    if chat {
        for piece in script.cut.pieces(said.reasoning.unwrap_or_default()) {
            push(json!({ "role": "assistant", "content": "", "thinking": piece }));
        }
    }
    for piece in script.cut.pieces(&said.text) {
        push(if chat { json!({ "role": "assistant", "content": piece }) } else { json!(piece) });
    }
    if chat && !said.calls.is_empty() {
        let calls = whole::ollama_calls(said);
        push(json!({ "role": "assistant", "content": "", "tool_calls": calls }));
    }
    let last = if chat { json!({ "role": "assistant", "content": "" }) } else { json!("") };
    lines.push(format!("{}\n", whole::ollama(said, name, last)));
    lines
}
