//! `/admin/keys`: keys made, told, changed and revoked over HTTP, and keys that are bound to a policy.

use serde_json::{Value, json};
use support::{Daemon, Place, Reply, until};

const KEYLESS: &[&str] = &["--auth.loopback", "false"];
const BODY: &str = "{\"text\":\"ana@example.org\"}";

fn admin(place: &Place) -> String {
    std::fs::read_to_string(place.path("keys/admin.key")).unwrap().trim().to_owned()
}

fn send(daemon: &Daemon, key: &str, (method, path): (&str, &str), body: Option<Value>) -> Reply {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend((!body.is_empty()).then_some(("content-type", "application/json")));
    daemon.send(method, path, &headers, &body)
}

fn make(daemon: &Daemon, admin: &str, wanted: Value) -> (String, String) {
    let made = send(daemon, admin, ("POST", "/admin/keys"), Some(wanted));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
}

fn post(daemon: &Daemon, key: &str, path: &str, body: &str) -> Reply {
    send(daemon, key, ("POST", path), Some(serde_json::from_str(body).unwrap()))
}

#[test]
fn a_key_lives_over_http_and_dies_everywhere() {
    let place = Place::new();
    let mut daemon = place.serve(KEYLESS);
    let other = place.serve(KEYLESS);
    let admin = admin(&place);
    let (key, id) = make(&daemon, &admin, json!({"name": "app", "tenant": "clinic"}));
    let path = format!("/admin/keys/{id}");
    assert_eq!(post(&daemon, &key, "/v1/analyze", BODY).status, 200);
    assert_eq!(post(&other, &key, "/v1/analyze", BODY).status, 200);
    let told = send(&other, &admin, ("GET", &path), None);
    assert_eq!((&told.json()["name"], &told.json()["tenant"]), (&json!("app"), &json!("clinic")));
    let secret = key.rsplit('_').next().unwrap();
    let list = send(&daemon, &admin, ("GET", "/admin/keys"), None);
    assert!(!told.body.contains(secret) && !list.body.contains(secret), "it is told once");
    assert_eq!(list.json()["keys"].as_array().unwrap().len(), 2);

    let changed = send(&daemon, &admin, ("PATCH", &path), Some(json!({"scopes": ["redact"]})));
    assert_eq!(changed.json()["scopes"], json!(["redact"]), "{changed:?}");
    let refused = post(&daemon, &key, "/v1/analyze", BODY);
    assert_eq!(refused.code(), "scope_missing", "at once where it was changed");
    until("the other knows too", || post(&other, &key, "/v1/analyze", BODY).status == 403);

    assert_eq!(send(&daemon, &admin, ("DELETE", &path), None).status, 204);
    assert_eq!(post(&daemon, &key, "/v1/redact", BODY).code(), "key_invalid");
    until("the other knows too", || post(&other, &key, "/v1/redact", BODY).status == 401);
    assert_eq!(send(&daemon, &admin, ("DELETE", &path), None).code(), "key_not_found");
    assert_eq!(send(&daemon, &admin, ("PATCH", &path), Some(json!({}))).code(), "key_not_found");
    assert_eq!(send(&daemon, &admin, ("GET", &path), None).json()["state"], "revoked");
    let none = send(&daemon, &admin, ("GET", "/admin/keys/nobody"), None);
    assert_eq!((none.status, none.code().as_str()), (404, "key_not_found"));

    let line = daemon.wait_for(|line| line["message"] == "a key was revoked");
    assert_eq!((line["key"].as_str(), line["by"].as_str()), (Some(&*id), admin.split('_').nth(1)));
    assert!(!daemon.stop().stderr.contains(secret), "nor in the log");
}

#[test]
fn only_an_admin_key_in_a_header_looks_after_keys() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    let admin = admin(&place);
    let (wide, id) = make(
        &daemon,
        &admin,
        json!({"scopes": ["analyze", "redact", "restore", "forget", "infer", "debug"]}),
    );
    let path = format!("/admin/keys/{id}");
    let routes = [
        ("GET", "/admin/keys"),
        ("POST", "/admin/keys"),
        ("GET", &path),
        ("PATCH", &path),
        ("DELETE", &path),
    ];
    for (method, path) in routes {
        let body = matches!(method, "POST" | "PATCH").then(|| json!({}));
        let refused = send(&daemon, &wide, (method, path), body.clone());
        assert_eq!((refused.status, refused.code().as_str()), (403, "scope_missing"), "{method}");
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let json = [("content-type", "application/json")];
        let refused = daemon.send(method, path, &json, &text);
        assert_eq!((refused.status, refused.code().as_str()), (401, "key_required"), "{method}");
        let in_the_path = format!("/k/{admin}{path}");
        let refused = daemon.send(method, &in_the_path, &json, &text);
        assert_eq!((refused.status, refused.code().as_str()), (403, "scope_too_wide"), "{method}");
    }
    assert_eq!(post(&daemon, &wide, "/v1/analyze", BODY).status, 200, "nothing happened to it");
}

#[test]
fn the_last_admin_key_goes_only_when_told_twice() {
    let place = Place::new();
    let daemon = place.serve(KEYLESS);
    let admin = admin(&place);
    let own = format!("/admin/keys/{}", admin.split('_').nth(1).unwrap());
    let refused = send(&daemon, &admin, ("DELETE", &own), None);
    assert_eq!((refused.status, refused.code().as_str()), (409, "last_admin_key"));
    let narrow = json!({"scopes": ["analyze"]});
    let refused = send(&daemon, &admin, ("PATCH", &own), Some(narrow.clone()));
    assert_eq!(refused.code(), "last_admin_key");
    let (second, _) = make(&daemon, &admin, json!({"scopes": ["admin"]}));
    assert_eq!(send(&daemon, &admin, ("PATCH", &own), Some(narrow)).status, 200);
    let (_, third) = make(&daemon, &second, json!({"scopes": ["admin"]}));
    let third = format!("/admin/keys/{third}");
    assert_eq!(send(&daemon, &second, ("DELETE", &third), None).status, 204);
    let second_path = format!("/admin/keys/{}", second.split('_').nth(1).unwrap());
    assert_eq!(send(&daemon, &second, ("DELETE", &second_path), None).status, 409);
    let forced = format!("{second_path}?force=true");
    assert_eq!(send(&daemon, &second, ("DELETE", &forced), None).status, 204);
    assert_eq!(send(&daemon, &second, ("GET", "/admin/keys"), None).status, 401);
}

#[test]
fn a_key_declared_in_the_settings_is_an_admin_that_is_left() {
    let declared = "a6c2f9e18b7d4053a6c2f9e18b7d4053";
    let place = Place::new().with("TACIT_AUTH_ADMIN_KEY", declared);
    let daemon = place.serve(KEYLESS);
    let (_, id) = make(&daemon, declared, json!({"scopes": ["admin"]}));
    let path = format!("/admin/keys/{id}");
    assert_eq!(send(&daemon, declared, ("DELETE", &path), None).status, 204);
}

#[test]
fn what_cannot_be_taken_is_told_without_a_word_of_it() {
    let place = Place::new();
    let daemon = place.serve(KEYLESS);
    let admin = admin(&place);
    for (body, status, why) in [
        ("{\"scopes\":[\"canary\"]}", 422, "the field `scopes` names an unknown scope"),
        ("{\"scopes\":\"canary\"}", 422, "the field `scopes` must be a list of strings"),
        ("{\"scopes\":null}", 422, "the field `scopes` names an unknown scope, or none"),
        ("{\"policy\":\"canary\"}", 422, "the field `policy` names no policy: there are standard"),
        ("{\"models\":[\"can ary\"]}", 422, "the field `models` is not a list"),
        ("{\"budget\":\"canary\"}", 422, "the field `budget` must be a number, or null"),
        ("{\"budget\":-1}", 422, "the field `budget` is not an amount"),
        ("{\"budget\":1e300}", 422, "the field `budget` is not an amount"),
        ("{\"requests_per_minute\":0.5}", 422, "must be a whole number"),
        ("{\"tokens_per_minute\":0}", 422, "is not a whole number from 1"),
        ("{\"expires_in\":\"canary\"}", 422, "the field `expires_in` is not a span of time"),
        ("{\"canary\":1}", 422, "there is an unknown field"),
        ("{\"name\":\"a\",\"name\":\"b\"}", 422, "the field `name` stands twice"),
        ("canary", 400, "is not valid JSON"),
    ] {
        let headers = [("x-api-key", admin.as_str()), ("content-type", "application/json")];
        let refused = daemon.send("POST", "/admin/keys", &headers, body);
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(refused.status, status, "{body}: {message}");
        assert!(message.contains(why) && !message.contains("canary"), "{body}: {message}");
    }
    let list = send(&daemon, &admin, ("GET", "/admin/keys"), None).json();
    assert_eq!(list["keys"].as_array().unwrap().len(), 1, "none was made");
}

#[test]
fn a_bound_key_uses_its_policy_and_no_other() {
    let place = Place::new();
    place.write("policies/letters.toml", "[kind.EMAIL]\noperator = \"bare\"\n");
    place.write("policies/blind.toml", "[allow]\nwords = [\"ana@example.org\"]\n");
    let mut daemon = place.serve(KEYLESS);
    let admin = admin(&place);
    let (key, _) = make(&daemon, &admin, json!({"policy": "letters"}));
    let redact = |policy: &str| {
        let body = json!({"text": "Write to ana@example.org", "policy": policy});
        post(&daemon, &key, "/v1/redact", &body.to_string())
    };
    let hidden = post(&daemon, &key, "/v1/redact", "{\"text\":\"Write to ana@example.org\"}");
    assert_eq!(hidden.json()["text"], "Write to <EMAIL>");
    assert_eq!(redact("letters").json()["text"], "Write to <EMAIL>");
    for other in ["standard", "blind", "nobodys"] {
        let refused = redact(other);
        assert_eq!((refused.status, refused.code().as_str()), (403, "policy_not_allowed"));
    }
    let refused = post(&daemon, &key, "/v1/analyze", "{\"text\":\"\",\"policy\":\"blind\"}");
    assert_eq!(refused.code(), "policy_not_allowed");
    let (blind, _) = make(&daemon, &admin, json!({"policy": "blind"}));
    let presidio = "{\"text\":\"ana@example.org\",\"language\":\"en\"}";
    assert_eq!(post(&daemon, &blind, "/analyze", presidio).json(), json!([]));
    assert_eq!(post(&daemon, &key, "/analyze", presidio).json()[0]["entity_type"], "EMAIL_ADDRESS");

    std::fs::remove_file(place.path("policies/letters.toml")).unwrap();
    let body = "{\"text\":\"Write to ana@example.org\"}";
    until("it is gone", || post(&daemon, &key, "/v1/redact", body).status == 403);
    let refused = post(&daemon, &key, "/v1/redact", body);
    assert_eq!(refused.code(), "policy_gone", "nothing is hidden by another in its place");
    let refused = post(&daemon, &key, "/analyze", presidio);
    assert_eq!(refused.status, 403);
    daemon.wait_for(|line| line["why"].as_str().is_some_and(|why| why.contains("letters")));
}
