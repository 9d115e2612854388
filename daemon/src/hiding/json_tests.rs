//! What is hidden of JSON that stands in a request: each value as it reads, under its key.

use super::tests::{Place, policy};
use super::{Fleeting, Hashes, Hide, Marks, hide_under};
use crate::secret::Hasher;
use crate::store::Numbers;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;
use wire::{Dialect, Edit, Request};

/// What tools give back, and what of it is sent on.
const RESULTS: &[(&str, &str)] = &[
    (
        r#"{"mail":"Mail:\nana@example.org","t":"\t612 345 678","iban":"IBAN\nES9121000418450200051332","n":"jos\u00e9.garcia@example.org"}"#,
        r#"{"mail":"Mail:\n<EMAIL_1>","t":"\t<PHONE_1>","iban":"IBAN\n<IBAN_1>","n":"<EMAIL_2>"}"#,
    ),
    (
        r#"{"tel":"612345678","passport":"AAA123456","password":"hunter2hunter2"}"#,
        r#"{"tel":"<PHONE_1>","passport":"<PASSPORT_1>","password":"<SECRET_1>"}"#,
    ),
    (
        r#"[{"tel": 612345678, "page": 612345}, {"tel": ["612345678", "none"]}]"#,
        r#"[{"tel": "<PHONE_1>", "page": 612345}, {"tel": ["<PHONE_1>", "none"]}]"#,
    ),
    (
        r#"{"ana@example.org": 1, "rows": "{\"to\":\"Mail:\\nana@example.org\",\"tel\":612345678}"}"#,
        r#"{"<EMAIL_1>": 1, "rows": "{\"to\":\"Mail:\\n<EMAIL_1>\",\"tel\":\"<PHONE_1>\"}"}"#,
    ),
    (
        r#"{"passport":{"number":"AAA123456"},"phone":{"values":["612345678"]},"page":{"number":"612345671"}}"#,
        r#"{"passport":{"number":"<PASSPORT_1>"},"phone":{"values":["<PHONE_1>"]},"page":{"number":"612345671"}}"#,
    ),
];

/// A tool's result in each dialect that has one, and the way to it in the body.
fn requests(result: &str) -> Vec<(Dialect, Value, &'static str)> {
    let blocks = json!([{"type": "text", "text": result}]);
    let tool = |content: &Value| json!({"messages": [{"role": "tool", "content": content}]});
    let block = |content: &Value| {
        let block = json!({"type": "tool_result", "tool_use_id": "1", "content": content});
        json!({"messages": [{"role": "user", "content": [block]}]})
    };
    let output = json!([{"type": "function_call_output", "call_id": "1", "output": result}]);
    let plain = Value::from(result);
    vec![
        (Dialect::Chat, tool(&plain), "/messages/0/content"),
        (Dialect::Chat, tool(&blocks), "/messages/0/content/0/text"),
        (Dialect::Messages, block(&plain), "/messages/0/content/0/content"),
        (Dialect::Messages, block(&blocks), "/messages/0/content/0/content/0/text"),
        (Dialect::Responses, json!({"input": output}), "/input/0/output"),
        (Dialect::OllamaChat, tool(&plain), "/messages/0/content"),
    ]
}

/// A request as it is sent, hidden without a session.
fn fleeting(request: &Request) -> Value {
    let hashes = Hashes::new(Arc::new(Hasher::new(&"secret".into())), 1);
    let mut fleeting = Fleeting::new(policy(""), hashes, Marks::Numbered);
    let texts = request.texts().iter().map(|text| {
        let passage = match &text.key {
            Some(key) => fleeting.hide_under(key, &text.text),
            None => fleeting.hide(&text.text),
        };
        Cow::Owned(passage.unwrap().text.unwrap_or_else(|| text.text.clone()))
    });
    let texts: Vec<_> = texts.collect();
    serde_json::from_slice(&request.write(&texts, &Edit::default())).unwrap()
}

/// The same in a session.
async fn stored(place: &Place, session: &str, request: &Request) -> Value {
    let who = Numbers { tenant: 1, session: Some(session.to_owned()), project: None };
    let texts = request.texts().iter().map(|text| text.text.clone()).collect();
    let keys = request.texts().iter().map(|text| text.key.clone()).collect();
    let wanted = Hide { policy: policy(""), texts, language: None, trace: false, who };
    let hidden = hide_under(&place.store, &place.hasher, wanted, keys).await.unwrap();
    let texts: Vec<_> = hidden.texts.into_iter().map(|text| Cow::Owned(text.text)).collect();
    serde_json::from_slice(&request.write(&texts, &Edit::default())).unwrap()
}

fn read(dialect: Dialect, body: &Value) -> Request {
    Request::read(dialect, body.to_string().into_bytes()).unwrap()
}

#[tokio::test]
async fn json_in_a_text_is_hidden_value_by_value_under_its_keys() {
    let place = Place::new();
    for (at, (result, expected)) in RESULTS.iter().enumerate() {
        for (dialect, body, way) in requests(result) {
            let request = read(dialect, &body);
            let expected = Some(Value::from(*expected));
            assert_eq!(fleeting(&request).pointer(way).cloned(), expected, "{dialect:?}");
            let session = format!("s{at}{dialect:?}{way}");
            let sent = stored(&place, &session, &request).await;
            assert_eq!(sent.pointer(way).cloned(), expected, "{dialect:?} in a session");
        }
    }
}

#[tokio::test]
async fn what_a_tool_is_called_with_is_hidden_under_its_keys() {
    let place = Place::new();
    let (called, expected) = RESULTS[1];
    let (called, expected): (Value, Value) =
        (serde_json::from_str(called).unwrap(), serde_json::from_str(expected).unwrap());
    let block = json!({"type": "tool_use", "id": "1", "name": "f", "input": called});
    let call = json!({"type": "function", "function": {"name": "f", "arguments": called}});
    let ways = [
        (Dialect::Messages, json!({"content": [block]}), "/messages/0/content/0/input"),
        (
            Dialect::OllamaChat,
            json!({"tool_calls": [call]}),
            "/messages/0/tool_calls/0/function/arguments",
        ),
    ];
    for (dialect, mut message, way) in ways {
        message["role"] = "assistant".into();
        let request = read(dialect, &json!({"messages": [message], "metadata": called}));
        for sent in [fleeting(&request), stored(&place, dialect.name(), &request).await] {
            assert_eq!(sent.pointer(way), Some(&expected), "{dialect:?}");
            assert_eq!(sent["metadata"], expected, "{dialect:?}");
        }
    }
}

#[test]
fn a_key_gives_its_value_away_and_is_not_found_itself() {
    let hashes = Hashes::new(Arc::new(Hasher::new(&"secret".into())), 1);
    let mut fleeting = Fleeting::new(policy(""), hashes, Marks::Numbered);
    assert_eq!(fleeting.hide("612345678").unwrap().text, None);
    let passage = fleeting.hide_under("ana@example.org", "é bea@example.org").unwrap();
    assert_eq!(passage.text.as_deref(), Some("é <EMAIL_1>"));
    let passage = fleeting.hide_under("tel", "612345678").unwrap();
    assert_eq!(passage.text.as_deref(), Some("<PHONE_1>"));
    assert_eq!(fleeting.hide_under("tel", "none").unwrap().text, None);
}
