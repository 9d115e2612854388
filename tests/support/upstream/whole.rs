//! Whole answers of each dialect.

use super::dialect::Dialect;
use super::speech::Said;
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

pub(super) fn answer(dialect: Dialect, said: &Said<'_>, asked: &Value) -> Value {
    match dialect {
        Dialect::Chat => chat(said),
        Dialect::Completions => completions(said),
        Dialect::Embeddings => embeddings(said, asked),
        Dialect::Responses => response(said, "completed"),
        Dialect::Messages => message(said),
        Dialect::OllamaChat => ollama(said, "message", ollama_message(said)),
        Dialect::OllamaGenerate => ollama(said, "response", json!(said.text)),
    }
}

/// Why it ended, in words of OpenAI's.
pub(super) fn finish<'s>(said: &'s Said<'_>) -> &'s str {
    said.finish.unwrap_or(if said.calls.is_empty() { "stop" } else { "tool_calls" })
}

/// The id of a call; of the same length for each.
pub(super) fn call_id(at: usize) -> String {
    format!("call_{at:04}")
}

pub(super) fn usage(said: &Said<'_>) -> Value {
    json!({
        "prompt_tokens": said.input, "completion_tokens": said.output,
        "total_tokens": said.input + said.output,
    })
}

fn chat(said: &Said<'_>) -> Value {
    let call = |(at, (name, arguments)): (usize, &(String, String))| {
        let function = json!({ "name": name, "arguments": arguments });
        json!({ "id": call_id(at), "type": "function", "function": function })
    };
    let content = if said.text.is_empty() { Value::Null } else { json!(said.text) };
    let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
    if !said.calls.is_empty() {
        message["tool_calls"] = said.calls.iter().enumerate().map(call).collect();
    }
    if let Some(reasoning) = said.reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    let choice = |index| json!({ "index": index, "message": message, "logprobs": null, "finish_reason": finish(said) });
    json!({
        "id": "chatcmpl-fake", "object": "chat.completion", "created": 1_700_000_000,
        "model": said.model, "choices": (0..said.choices).map(choice).collect::<Value>(),
        "usage": usage(said), "system_fingerprint": "fp_fake", "not_of_ours": { "kept": [1, 2.50] },
    })
}

fn completions(said: &Said<'_>) -> Value {
    let choice = |index| json!({ "index": index, "text": said.text, "logprobs": null, "finish_reason": finish(said) });
    json!({
        "id": "cmpl-fake", "object": "text_completion", "created": 1_700_000_000,
        "model": said.model, "choices": (0..said.choices).map(choice).collect::<Value>(),
        "usage": usage(said),
    })
}

/// Vectors of four numbers, the first of which is the length of the text.
fn embeddings(said: &Said<'_>, asked: &Value) -> Value {
    let inputs = match &asked["input"] {
        Value::Array(inputs) => inputs.clone(),
        input => vec![input.clone()],
    };
    let embed = |(index, input): (usize, &Value)| {
        let length = input.as_str().map_or(0, |text| text.chars().count());
        let vector = [length as f32, 0.25, -0.5, 1.0];
        let embedding = match asked["encoding_format"].as_str() {
            Some("base64") => {
                let bytes: Vec<u8> =
                    vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(BASE64.encode(&bytes))
            }
            _ => json!(vector),
        };
        json!({ "object": "embedding", "index": index, "embedding": embedding })
    };
    json!({
        "object": "list", "model": said.model,
        "data": inputs.iter().enumerate().map(embed).collect::<Value>(),
        "usage": { "prompt_tokens": said.input, "total_tokens": said.input },
    })
}

/// What a response holds: thoughts, a message, calls.
pub(super) fn output(said: &Said<'_>) -> Vec<Value> {
    let mut items = Vec::new();
    if let Some(reasoning) = said.reasoning {
        let summary = json!([{ "type": "summary_text", "text": reasoning }]);
        items.push(json!({ "type": "reasoning", "id": "rs_fake", "summary": summary }));
    }
    if !said.text.is_empty() {
        let part = json!({ "type": "output_text", "text": said.text, "annotations": [] });
        items.push(json!({
            "type": "message", "id": "msg_fake", "status": "completed", "role": "assistant",
            "content": [part],
        }));
    }
    for (at, (name, arguments)) in said.calls.iter().enumerate() {
        items.push(json!({
            "type": "function_call", "id": format!("fc_{at}"), "call_id": call_id(at), "name": name,
            "arguments": arguments, "status": "completed",
        }));
    }
    items
}

pub(super) fn response(said: &Said<'_>, status: &str) -> Value {
    let done = status == "completed";
    let usage = json!({
        "input_tokens": said.input, "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
        "output_tokens": said.output, "output_tokens_details": { "reasoning_tokens": 0 },
        "total_tokens": said.input + said.output,
    });
    json!({
        "id": "resp_fake", "object": "response", "created_at": 1_700_000_000, "status": status,
        "error": null, "incomplete_details": null, "instructions": null, "metadata": {},
        "model": said.model, "output": if done { output(said) } else { Vec::new() },
        "parallel_tool_calls": true, "temperature": 1.0, "tool_choice": "auto", "tools": [],
        "top_p": 1.0, "usage": if done { usage } else { Value::Null },
    })
}

/// Why it ended, in words of Anthropic's.
pub(super) fn stop_reason<'s>(said: &'s Said<'_>) -> &'s str {
    said.finish.unwrap_or(if said.calls.is_empty() { "end_turn" } else { "tool_use" })
}

fn message(said: &Said<'_>) -> Value {
    let mut content = Vec::new();
    if let Some(reasoning) = said.reasoning {
        content.push(json!({ "type": "thinking", "thinking": reasoning, "signature": "c2ln" }));
    }
    if !said.text.is_empty() {
        content.push(json!({ "type": "text", "text": said.text }));
    }
    for (at, (name, arguments)) in said.calls.iter().enumerate() {
        let input: Value = serde_json::from_str(arguments).unwrap_or_default();
        content
            .push(json!({ "type": "tool_use", "id": call_id(at), "name": name, "input": input }));
    }
    json!({
        "id": "msg_fake", "type": "message", "role": "assistant", "model": said.model,
        "content": content, "stop_reason": stop_reason(said), "stop_sequence": null,
        "usage": { "input_tokens": said.input, "output_tokens": said.output },
    })
}

pub(super) fn ollama_calls(said: &Said<'_>) -> Value {
    let call = |(name, arguments): &(String, String)| {
        let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
        json!({ "function": { "name": name, "arguments": arguments } })
    };
    said.calls.iter().map(call).collect()
}

fn ollama_message(said: &Said<'_>) -> Value {
    let mut message = json!({ "role": "assistant", "content": said.text });
    if let Some(reasoning) = said.reasoning {
        message["thinking"] = json!(reasoning);
    }
    if !said.calls.is_empty() {
        message["tool_calls"] = ollama_calls(said);
    }
    message
}

/// An answer that is done.
pub(super) fn ollama(said: &Said<'_>, name: &str, value: Value) -> Value {
    let mut body = Map::new();
    body.insert(name.to_owned(), value);
    let done = json!({
        "model": said.model, "created_at": "2026-01-01T00:00:00Z", "done": true,
        "done_reason": said.finish.unwrap_or("stop"), "total_duration": 1,
        "prompt_eval_count": said.input, "eval_count": said.output,
    });
    body.extend(done.as_object().cloned().unwrap_or_default());
    Value::Object(body)
}
