//! docs/openapi.yaml is true: every example in it is sent, and every answer fits its schema.

use serde_json::{Value, json};
use support::{Daemon, Place};

fn document() -> Value {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.yaml"))
            .unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// A schema that can be used alone: it carries the document's own schemas along.
fn schema(document: &Value, response: &Value) -> Option<Value> {
    let pointer = response.get("$ref").and_then(Value::as_str);
    let response = pointer.map_or(Some(response), |pointer| document.pointer(&pointer[1..]))?;
    let schema = response.pointer("/content/application~1json/schema")?;
    Some(json!({ "allOf": [schema], "components": document["components"] }))
}

fn fits(document: &Value, operation: &Value, reply: &support::Reply, what: &str) {
    let response = &operation["responses"][reply.status.to_string()];
    assert!(!response.is_null(), "{what}: {} is not documented: {}", reply.status, reply.body);
    let Some(schema) = schema(document, response) else {
        return assert!(
            reply.status == 204 || !reply.header("content-type").contains("json"),
            "{what}: {reply:?}"
        );
    };
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&reply.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}\n{}", reply.body);
}

/// The policy that examples name: every operator.
const POLICY: &str = "\
doc = \"Every operator\"
[kind.CARD]
operator = \"mask\"
keep_last = 4
[kind.EMAIL]
operator = \"surrogate\"
[kind.NATIONAL_ID]
operator = \"hash\"
[kind.URL]
operator = \"keep\"
[kind.PHONE]
operator = \"bare\"
[kind.IBAN]
operator = \"encrypt\"
[kind.CUSTOM]
operator = \"redact\"
[[deny]]
words = [\"Falcon\"]
";

fn place() -> Place {
    let place = Place::new();
    place.write("policies/example.toml", POLICY);
    place
}

fn ask(daemon: &Daemon, method: &str, path: &str, body: Option<&Value>) -> support::Reply {
    ask_as(daemon, None, (method, path), body)
}

fn ask_as(
    daemon: &Daemon,
    key: Option<&str>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> support::Reply {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut headers = Vec::new();
    headers.extend((!body.is_empty()).then_some(("content-type", "application/json")));
    headers.extend(key.map(|key| ("x-api-key", key)));
    daemon.send(&method.to_uppercase(), path, &headers, &body)
}

/// The path with something in the place of what varies: for keys one that was made for this.
fn concrete(daemon: &Daemon, admin: &str, path: &str) -> String {
    if !path.starts_with("/admin/keys/") {
        return path.replace("{id}", "case-42");
    }
    let made = ask_as(daemon, Some(admin), ("POST", "/admin/keys"), Some(&json!({})));
    path.replace("{id}", made.json()["id"].as_str().unwrap())
}

#[test]
fn every_documented_example_works_as_documented() {
    let document = document();
    let place = place();
    let daemon = place.serve(&[]);
    let admin = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    let admin = admin.trim();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let examples = operation
                .pointer("/requestBody/content/application~1json/examples")
                .and_then(Value::as_object);
            let what = format!("{method} {path}");
            let key = path.starts_with("/admin/").then_some(admin);
            let Some(examples) = examples else {
                let reply = ask_as(&daemon, key, (method, &concrete(&daemon, admin, path)), None);
                assert!(key.is_none() || reply.status < 300, "{what}: {reply:?}");
                fits(&document, operation, &reply, &what);
                asked += 1;
                continue;
            };
            for (name, example) in examples {
                let path = concrete(&daemon, admin, path);
                let reply = ask_as(&daemon, key, (method, &path), Some(&example["value"]));
                let wanted = example["x-status"].as_u64().unwrap_or(200);
                assert_eq!(u64::from(reply.status), wanted, "{what} {name}: {}", reply.body);
                fits(&document, operation, &reply, &format!("{what} {name}"));
                asked += 1;
            }
        }
    }
    assert!(asked >= 30, "{asked} examples");
}

#[test]
fn the_policies_are_listed_as_documented() {
    let document = document();
    let place = place();
    let daemon = place.serve(&[]);
    let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    let reply = daemon.send("GET", "/admin/policy", &[("x-api-key", key.trim())], "");
    assert_eq!(reply.status, 200, "{reply:?}");
    fits(&document, &document["paths"]["/admin/policy"]["get"], &reply, "/admin/policy");
    let listed = reply.json();
    assert_eq!(listed["default"], "standard");
    assert_eq!(listed["policies"][0]["name"], "example");
    assert_eq!(listed["policies"][0]["kinds"]["CARD"], "mask");
    assert_eq!(daemon.get("/admin/policy").status, 401, "not without a key");
}

#[test]
fn usage_and_records_are_told_as_documented() {
    let document = document();
    let place = place();
    let daemon = place.serve(&["--audit.addresses", "true"]);
    let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    daemon.post("/v1/redact", "{\"text\":\"ana@example.org\"}");
    for (path, listed) in [("/admin/usage", "usage"), ("/admin/audit", "records")] {
        let reply = daemon.send("GET", path, &[("x-api-key", key.trim())], "");
        assert_eq!(reply.status, 200, "{reply:?}");
        fits(&document, &document["paths"][path]["get"], &reply, path);
        assert!(reply.json()[listed].as_array().is_some_and(|listed| !listed.is_empty()));
        let wrong = daemon.send("GET", &format!("{path}?x=1"), &[("x-api-key", key.trim())], "");
        fits(&document, &document["paths"][path]["get"], &wrong, path);
    }
}

#[test]
fn documented_refusals_have_their_shape() {
    let document = document();
    let daemon = Place::new().serve(&["--auth.loopback", "false"]);
    for path in ["/v1/analyze", "/v1/redact", "/v1/restore"] {
        let operation = &document["paths"][path]["post"];
        fits(&document, operation, &ask(&daemon, "post", path, Some(&json!({"text": ""}))), path);
    }
    let daemon = Place::new().serve(&[]);
    let operation = &document["paths"]["/v1/redact"]["post"];
    fits(&document, operation, &daemon.send("POST", "/v1/redact", &[], "x"), "415");
    fits(&document, operation, &daemon.post("/v1/redact", "x"), "400");
}
