//! What an answer of a model said, taken out of its dialect: whole or as it streamed.

use crate::Dialect;
use serde_json::Value;
use std::collections::BTreeMap;

/// What was said.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    /// The text of each choice.
    pub texts: BTreeMap<u64, String>,
    /// What it thought aloud.
    pub reasoning: String,
    /// Tools that were called, with their arguments as JSON text.
    pub calls: Vec<(String, String)>,
    /// Why it ended.
    pub finish: String,
    /// An error that came instead of the end.
    pub error: Option<Value>,
    /// Whether the end was said.
    pub done: bool,
    /// Whether a stream said what it used.
    pub usage: Option<Value>,
    /// How many events there were.
    pub events: usize,
}

/// The events of a stream: a name where there is one, and what it holds.
///
/// # Panics
/// When an event is no JSON, or has no end.
pub fn events(dialect: Dialect, stream: &str) -> Vec<(String, Value)> {
    if matches!(dialect, Dialect::OllamaChat | Dialect::OllamaGenerate) {
        assert!(stream.is_empty() || stream.ends_with('\n'), "the last line has no end: {stream}");
        let line = |line| (String::new(), serde_json::from_str(line).unwrap());
        return stream.lines().map(line).collect();
    }
    assert!(stream.is_empty() || stream.ends_with("\n\n"), "the last event has no end: {stream}");
    let mut events = Vec::new();
    for event in stream.split("\n\n").filter(|event| !event.is_empty()) {
        let field = |name: &str| {
            let lines = event.lines().filter_map(|line| line.strip_prefix(name));
            lines
                .map(|value| value.strip_prefix(' ').unwrap_or(value))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let data = field("data:");
        match data.as_str() {
            "" => assert!(event.starts_with(':'), "an event without data: {event}"),
            "[DONE]" => events.push((field("event:"), Value::Null)),
            json => {
                let value = serde_json::from_str(json);
                events.push((
                    field("event:"),
                    value.unwrap_or_else(|error| panic!("{error}: {event}")),
                ));
            }
        }
    }
    events
}

impl Told {
    /// What a whole answer said.
    pub fn whole(dialect: Dialect, body: &Value) -> Self {
        let mut told = Self { done: true, ..Self::default() };
        match dialect {
            Dialect::Chat => body["choices"].as_array().unwrap().iter().for_each(|choice| {
                told.chat(choice, &choice["message"]);
            }),
            Dialect::Completions => body["choices"].as_array().unwrap().iter().for_each(|choice| {
                told.say(&choice["index"], &choice["text"]);
            }),
            Dialect::Responses => told.response(body),
            Dialect::Messages => {
                body["content"].as_array().unwrap().iter().for_each(|block| told.block(block));
                told.end(&body["stop_reason"]);
            }
            Dialect::OllamaChat | Dialect::OllamaGenerate => told.ollama(body),
            Dialect::Embeddings => {}
        }
        told
    }

    /// What a stream said.
    pub fn stream(dialect: Dialect, stream: &str) -> Self {
        let mut told = Self::default();
        for (name, event) in events(dialect, stream) {
            told.events += 1;
            if event.is_object() && !event["error"].is_null() {
                told.error = Some(event["error"].clone());
            }
            if event["usage"].is_object() {
                told.usage = Some(event["usage"].clone());
            }
            match dialect {
                Dialect::Chat | Dialect::Completions => told.openai(dialect, &event),
                Dialect::Responses => told.response_event(&name, &event),
                Dialect::Messages => told.message_event(&name, &event),
                Dialect::OllamaChat | Dialect::OllamaGenerate => told.ollama(&event),
                Dialect::Embeddings => {}
            }
        }
        told
    }

    /// What the first choice said.
    pub fn text(&self) -> &str {
        self.texts.get(&0).map_or("", String::as_str)
    }

    /// The arguments of the first call.
    ///
    /// # Panics
    /// When there was none, or they are no JSON.
    pub fn arguments(&self) -> Value {
        let text = &self.calls[0].1;
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn say(&mut self, choice: &Value, text: &Value) {
        if let Some(text) = text.as_str() {
            self.texts.entry(choice.as_u64().unwrap_or(0)).or_default().push_str(text);
        }
    }

    fn end(&mut self, reason: &Value) {
        self.finish = reason.as_str().map_or_else(|| self.finish.clone(), str::to_owned);
    }

    fn openai(&mut self, dialect: Dialect, event: &Value) {
        self.done |= event.is_null();
        for choice in event["choices"].as_array().into_iter().flatten() {
            match dialect {
                Dialect::Chat => self.chat(choice, &choice["delta"]),
                _ => {
                    self.say(&choice["index"], &choice["text"]);
                    self.end(&choice["finish_reason"]);
                }
            }
        }
    }

    /// A message or a part of one.
    fn chat(&mut self, choice: &Value, message: &Value) {
        self.say(&choice["index"], &message["content"]);
        self.end(&choice["finish_reason"]);
        self.reasoning.push_str(message["reasoning_content"].as_str().unwrap_or_default());
        for (at, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
            // Other choices say the same; the first one's calls are those that count.
            if choice["index"] == 0 {
                let at = call["index"].as_u64().map_or(at, |index| index as usize);
                self.call(at, &call["function"]["name"], &call["function"]["arguments"]);
            }
        }
    }

    fn call(&mut self, at: usize, name: &Value, arguments: &Value) {
        while self.calls.len() <= at {
            self.calls.push((String::new(), String::new()));
        }
        self.calls[at].0.push_str(name.as_str().unwrap_or_default());
        match arguments {
            Value::String(text) => self.calls[at].1.push_str(text),
            Value::Null => {}
            other => self.calls[at].1.push_str(&other.to_string()),
        }
    }

    fn response(&mut self, body: &Value) {
        for item in body["output"].as_array().into_iter().flatten() {
            for part in item["content"].as_array().into_iter().flatten() {
                self.say(&Value::Null, &part["text"]);
            }
            for part in item["summary"].as_array().into_iter().flatten() {
                self.reasoning.push_str(part["text"].as_str().unwrap_or_default());
            }
            if item["type"] == "function_call" {
                self.call(self.calls.len(), &item["name"], &item["arguments"]);
            }
        }
        self.end(&body["status"]);
    }

    /// The deltas are what counts; that the events which repeat them agree is checked here too.
    fn response_event(&mut self, name: &str, event: &Value) {
        assert_eq!(event["type"], name, "{event}");
        match name {
            "response.output_text.delta" => self.say(&Value::Null, &event["delta"]),
            "response.output_text.done" => assert_eq!(event["text"], self.text(), "{event}"),
            "response.content_part.done" => {
                assert_eq!(event["part"]["text"], self.text(), "{event}")
            }
            "response.output_item.added" if event["item"]["type"] == "function_call" => {
                self.call(self.calls.len(), &event["item"]["name"], &Value::Null);
            }
            "response.function_call_arguments.delta" => {
                self.call(self.calls.len() - 1, &Value::Null, &event["delta"]);
            }
            "response.function_call_arguments.done" => {
                assert_eq!(event["arguments"], self.calls.last().unwrap().1, "{event}");
            }
            "response.completed" => {
                let mut whole = Self::default();
                whole.response(&event["response"]);
                assert_eq!((&whole.texts, &whole.calls), (&self.texts, &self.calls), "{event}");
                self.reasoning = whole.reasoning;
                self.finish = whole.finish;
                self.usage = Some(event["response"]["usage"].clone());
                self.done = true;
            }
            "response.failed" => self.error = Some(event["response"]["error"].clone()),
            "error" => self.error = Some(event.clone()),
            _ => {}
        }
    }

    fn block(&mut self, block: &Value) {
        self.say(&Value::Null, &block["text"]);
        self.reasoning.push_str(block["thinking"].as_str().unwrap_or_default());
        if block["type"] == "tool_use" {
            self.call(self.calls.len(), &block["name"], &block["input"]);
        }
    }

    fn message_event(&mut self, name: &str, event: &Value) {
        assert_eq!(event["type"], name, "{event}");
        let delta = &event["delta"];
        match name {
            "content_block_start" if event["content_block"]["type"] == "tool_use" => {
                self.call(self.calls.len(), &event["content_block"]["name"], &Value::Null);
            }
            "content_block_delta" => {
                self.say(&Value::Null, &delta["text"]);
                self.reasoning.push_str(delta["thinking"].as_str().unwrap_or_default());
                if delta["type"] == "input_json_delta" {
                    self.call(self.calls.len() - 1, &Value::Null, &delta["partial_json"]);
                }
            }
            "message_delta" => self.end(&delta["stop_reason"]),
            "message_stop" => self.done = true,
            _ => {}
        }
    }

    fn ollama(&mut self, line: &Value) {
        self.say(&Value::Null, &line["response"]);
        self.say(&Value::Null, &line["message"]["content"]);
        self.reasoning.push_str(line["message"]["thinking"].as_str().unwrap_or_default());
        for call in line["message"]["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            self.call(self.calls.len(), &function["name"], &function["arguments"]);
        }
        self.end(&line["done_reason"]);
        self.done |= line["done"] == true;
    }
}
