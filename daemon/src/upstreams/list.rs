//! The upstreams as `tacitd config` prints them: everything that holds for each, keys masked.

use super::Upstreams;
use crate::settings::ProxyUrl;
use infer::{ModelName, Protocol, Upstream};
use serde_json::{Value, json};
use std::time::Duration;

/// What stands for a secret.
const MASK: &str = "********";

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => "openai",
        Protocol::Anthropic => "anthropic",
        Protocol::Ollama => "ollama",
    }
}

fn model(model: &ModelName) -> String {
    match &model.upstream {
        Some(upstream) => format!("{}={upstream}", model.client),
        None => model.client.clone(),
    }
}

fn seconds(span: Duration) -> String {
    match span.subsec_millis() {
        0 => format!("{}s", span.as_secs()),
        _ => format!("{}ms", span.as_millis()),
    }
}

/// The keys of one, in the order of the manual; those without a value are left out.
fn entries(upstream: &Upstream) -> Vec<(&'static str, Value)> {
    let timeouts = upstream.timeouts;
    let models: Vec<_> = upstream.models.iter().map(model).collect();
    let headers: serde_json::Map<_, _> =
        upstream.headers.iter().map(|(name, _)| (name.to_string(), json!(MASK))).collect();
    let mut entries = vec![
        ("name", json!(upstream.name)),
        ("url", json!(upstream.url)),
        ("protocol", json!(protocol(upstream.protocol))),
        ("models", json!(models)),
    ];
    if upstream.key.is_some() {
        entries.push(("api_key", json!(MASK)));
    }
    if !headers.is_empty() {
        entries.push(("headers", headers.into()));
    }
    entries.extend([
        ("weight", json!(upstream.weight)),
        ("priority", json!(upstream.priority)),
        ("connect_timeout", json!(seconds(timeouts.connect))),
        ("first_byte_timeout", json!(seconds(timeouts.first_byte))),
        ("idle_timeout", json!(seconds(timeouts.idle))),
        ("total_timeout", json!(seconds(timeouts.total))),
        ("probe", json!(seconds(upstream.probe.unwrap_or_default()))),
    ]);
    entries.extend(upstream.ca.iter().map(|path| ("ca", json!(path.display().to_string()))));
    entries.extend(upstream.proxy.iter().map(|url| ("proxy", json!(ProxyUrl::masked(url)))));
    entries.extend([("external", json!(upstream.external)), ("http2", json!(upstream.http2))]);
    entries
}

/// The tables as the settings file would have them.
pub(crate) fn as_toml(upstreams: &Upstreams) -> String {
    let mut out = String::new();
    let (described, fallbacks) = &upstreams.described;
    for upstream in described {
        out.push_str("\n[[upstream]]\n");
        for (key, value) in entries(upstream) {
            match value {
                Value::Object(table) => {
                    let pairs = table.iter().map(|(name, value)| format!("{name} = {value}"));
                    let pairs: Vec<_> = pairs.collect();
                    out.push_str(&format!("{key} = {{ {} }}\n", pairs.join(", ")));
                }
                // Texts, lists, numbers and truths are written alike in both.
                value => out.push_str(&format!("{key} = {value}\n")),
            }
        }
    }
    if !fallbacks.is_empty() {
        out.push_str("\n[fallback]\n");
        for (model, chain) in fallbacks {
            out.push_str(&format!("{} = {}\n", json!(model), json!(chain)));
        }
    }
    out
}

/// The same for programs.
pub(crate) fn as_json(upstreams: &Upstreams) -> (Value, Value) {
    let (described, fallbacks) = &upstreams.described;
    let described = described.iter().map(|upstream| {
        let entries = entries(upstream).into_iter();
        Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect())
    });
    (described.collect(), json!(fallbacks))
}
