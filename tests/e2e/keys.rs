//! API keys: made, listed, used and revoked, and what each may.

use serde_json::{Value, json};
use support::{Daemon, Place, Reply};

fn make(place: &Place, arguments: &[&str]) -> Value {
    let arguments: Vec<_> =
        ["keys", "create", "-o", "json"].iter().chain(arguments).copied().collect();
    let ended = place.tacitd(&arguments, b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn post(daemon: &Daemon, path: &str, key: &Value, body: &str) -> Reply {
    let bearer = format!("Bearer {}", key["key"].as_str().unwrap());
    daemon.send(
        "POST",
        path,
        &[("authorization", &bearer), ("content-type", "application/json")],
        body,
    )
}

#[test]
fn a_key_may_what_its_scopes_say() {
    let place = Place::new();
    let daemon = place.serve(&["--auth.loopback", "false"]);
    let analyst = make(&place, &["--scope", "analyze"]);
    let body = "{\"text\":\"ana@example.org\"}";
    assert_eq!(post(&daemon, "/v1/analyze", &analyst, body).status, 200);
    let refused = post(&daemon, "/v1/redact", &analyst, body);
    assert_eq!((refused.status, refused.code().as_str()), (403, "scope_missing"));
    assert_eq!(refused.json()["error"]["message"], "the API key lacks the scope `redact`");

    let key = analyst["key"].as_str().unwrap();
    let plain = daemon.send(
        "POST",
        "/v1/analyze",
        &[("x-api-key", key), ("content-type", "application/json")],
        body,
    );
    assert_eq!(plain.status, 200, "x-api-key works too");
    for wrong in ["Bearer nonsense", "Basic abc", "Bearer ", &format!("Bearer {key}x")] {
        let reply = daemon.send("POST", "/v1/analyze", &[("authorization", wrong)], body);
        assert_eq!((reply.status, reply.code().as_str()), (401, "key_invalid"), "{wrong}");
    }
}

#[test]
fn the_first_key_has_every_scope_and_lists_as_made() {
    let place = Place::new();
    let daemon = place.serve(&["--auth.loopback", "false"]);
    let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    let key = json!({ "key": key.trim() });
    let hidden =
        post(&daemon, "/v1/redact", &key, "{\"text\":\"ana@example.org\",\"session\":\"s\"}");
    assert_eq!(hidden.status, 200);
    make(
        &place,
        &[
            "--name",
            "the app",
            "--tenant",
            "clinic",
            "--scope",
            "redact,restore",
            "--expires",
            "30d",
        ],
    );
    let list = place.tacitd(&["keys", "list", "-o", "json"], b"").stdout;
    let list: Value = serde_json::from_str(&list).unwrap();
    let (first, second) = (&list["keys"][0], &list["keys"][1]);
    assert_eq!(
        (&first["name"], &first["scopes"]),
        (
            &"first start".into(),
            &json!(["analyze", "redact", "restore", "forget", "infer", "debug", "admin"])
        )
    );
    assert_eq!(
        (&second["tenant"], &second["scopes"], &second["state"]),
        (&"clinic".into(), &json!(["redact", "restore"]), &"active".into())
    );
    let table = place.tacitd(&["keys", "list"], b"").stdout;
    assert!(table.starts_with("ID        STATE   TENANT") && table.contains("the app"), "{table}");
    assert!(!table.contains(key["key"].as_str().unwrap()));
}

#[test]
fn a_key_gets_terms_and_other_terms_later() {
    let place = Place::new();
    place.write("policies/letters.toml", "doc = \"Letters\"\n");
    let terms = [
        "--policy",
        "letters",
        "--model",
        "small,llama-3*",
        "--requests-per-minute",
        "60",
        "--tokens-per-minute",
        "9000",
        "--budget",
        "12.50",
    ];
    let key = make(&place, &terms);
    let id = key["id"].as_str().unwrap();
    let expected = json!({
        "policy": "letters", "models": ["small", "llama-3*"], "requests_per_minute": 60,
        "tokens_per_minute": 9000, "budget": 12.5
    });
    let listed = || {
        let list = place.tacitd(&["keys", "list", "-o", "json"], b"").stdout;
        serde_json::from_str::<Value>(&list).unwrap()["keys"][0].clone()
    };
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!((&key[name], &listed()[name]), (value, value), "{name}");
    }
    let table = place.tacitd(&["keys", "list"], b"").stdout;
    let words =
        "policy letters, models small llama-3*, 60 requests/min, 9000 tokens/min, budget 12.50";
    assert!(table.contains(words), "{table}");

    let change = |arguments: &[&str]| {
        let arguments: Vec<_> = ["keys", "change", id].iter().chain(arguments).copied().collect();
        place.tacitd(&arguments, b"")
    };
    let changed = change(&["--budget", "3", "--scope", "infer", "--without", "policy,models"]);
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    assert!(changed.stdout.contains("budget 3.00") && !changed.stdout.contains("letters"));
    let now = listed();
    assert_eq!((&now["budget"], &now["scopes"]), (&json!(3.0), &json!(["infer"])));
    assert_eq!((&now["policy"], &now["models"]), (&Value::Null, &json!([])));
    assert_eq!(now["requests_per_minute"], 60, "what was not named stays");

    for (arguments, code, why) in [
        (&[][..], 2, "nothing to change was named"),
        (&["--budget", "1", "--without", "budget"], 2, "takes away what the same command gives"),
        (&["--policy", "nobodys"], 2, "--policy names no policy: there are letters, standard"),
    ] {
        let refused = change(arguments);
        assert_eq!(refused.code, Some(code), "{}", refused.stderr);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let nobody = place.tacitd(&["keys", "change", "nobody", "--name", "x"], b"");
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.stderr.contains("there is no such key"), "{}", nobody.stderr);
}

#[test]
fn a_revoked_or_expired_key_is_refused_within_a_second() {
    let place = Place::new();
    let daemon = place.serve(&["--auth.loopback", "false"]);
    let key = make(&place, &[]);
    assert_eq!(post(&daemon, "/v1/analyze", &key, "{\"text\":\"\"}").status, 200);
    let id = key["id"].as_str().unwrap();
    assert_eq!(place.tacitd(&["keys", "revoke", id], b"").code, Some(0));
    let since = std::time::Instant::now();
    while post(&daemon, "/v1/analyze", &key, "{\"text\":\"\"}").status == 200 {
        assert!(since.elapsed().as_secs() < 10, "it is still taken");
    }
    let again = place.tacitd(&["keys", "revoke", id], b"");
    assert_eq!(again.code, Some(1));
    assert!(
        again
            .stderr
            .contains("there is no such key, or it is revoked already\nhint: `tacitd keys list`"),
        "{}",
        again.stderr
    );
    let expired = make(&place, &["--expires", "0s"]);
    assert_eq!(post(&daemon, "/v1/analyze", &expired, "{\"text\":\"\"}").code(), "key_invalid");
}

#[test]
fn tenants_cannot_reach_each_others_sessions() {
    let place = Place::new();
    let daemon = place.serve(&["--auth.loopback", "false"]);
    let scopes = ["--scope", "redact,restore,forget"];
    let one = make(&place, &[&["--tenant", "one"][..], &scopes].concat());
    let two = make(&place, &[&["--tenant", "two"][..], &scopes].concat());
    let hide = |key, text: &str| {
        let reply = post(
            &daemon,
            "/v1/redact",
            key,
            &format!("{{\"text\":\"{text}\",\"session\":\"same-name\"}}"),
        );
        assert_eq!(reply.json()["text"], "<EMAIL_1>", "{reply:?}");
    };
    let show = |key| {
        post(&daemon, "/v1/restore", key, "{\"text\":\"<EMAIL_1>\",\"session\":\"same-name\"}")
    };
    hide(&one, "ana@example.org");
    assert_eq!((show(&two).status, show(&two).code().as_str()), (404, "session_not_found"));
    hide(&two, "bea@example.org");
    assert_eq!(
        (show(&one).json()["text"].as_str(), show(&two).json()["text"].as_str()),
        (Some("ana@example.org"), Some("bea@example.org"))
    );

    let bearer = format!("Bearer {}", two["key"].as_str().unwrap());
    let forget =
        || daemon.send("DELETE", "/v1/sessions/same-name", &[("authorization", &bearer)], "");
    assert_eq!((forget().status, forget().status), (204, 404));
    assert_eq!(show(&one).json()["text"], "ana@example.org", "the other's is still there");
    assert_eq!(show(&two).status, 404);
}

#[test]
fn a_narrow_key_may_stand_in_the_path_and_is_masked() {
    let place = Place::new();
    let mut daemon = place.serve(&["--auth.loopback", "false"]);
    let narrow = make(&place, &["--scope", "analyze,redact"]);
    let wide = make(&place, &["--scope", "analyze,restore"]);
    let path = |key: &Value| format!("/k/{}/v1/analyze", key["key"].as_str().unwrap());
    assert_eq!(daemon.post(&path(&narrow), "{\"text\":\"\"}").status, 200);
    let line = daemon.wait_for(|line| line["message"] == "request");
    assert_eq!((&line["route"], &line["key"]), (&"/v1/analyze".into(), &narrow["id"]));
    let refused = daemon.post(&path(&wide), "{\"text\":\"\"}");
    assert_eq!((refused.status, refused.code().as_str()), (403, "scope_too_wide"));
    assert_eq!(daemon.post("/k/wrong/v1/analyze", "{\"text\":\"\"}").code(), "key_invalid");
    assert_eq!(daemon.post(&format!("{}/none", path(&narrow)), "").status, 404);
    let metrics = daemon.get("/metrics").body;
    let said = daemon.stop().stderr;
    for key in [&narrow, &wide] {
        let secret = key["key"].as_str().unwrap().rsplit('_').next().unwrap();
        assert!(
            !said.contains(secret) && !metrics.contains(secret),
            "the key stands in a log or a metric"
        );
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::new();
    for (arguments, why) in [
        (&["--scope", "everything"][..], "--scope names an unknown scope, or none: the scopes are"),
        (&["--scope", ""], "--scope names an unknown scope"),
        (&["--expires", "soon"], "--expires is not a span of time"),
        (&["--policy", "nobodys"], "--policy names no policy: there are standard"),
        (&["--model", "a b"], "--model is not a list of 1 to 64 models"),
        (&["--requests-per-minute", "0"], "--requests-per-minute is not a whole number from 1"),
        (&["--tokens-per-minute", "0"], "--tokens-per-minute is not a whole number from 1"),
        (&["--budget", "12,50"], "--budget is not an amount from 0 to 1000000000 such as 12.50"),
        (&["--tenant", ""], "--tenant is not a text of 1 to 128 characters"),
        (&["--name", "a\nb"], "--name is not a text"),
    ] {
        let arguments: Vec<_> = ["keys", "create"].iter().chain(arguments).copied().collect();
        let ended = place.tacitd(&arguments, b"");
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
        assert!(place.names().is_empty(), "nothing is written");
    }
}
