//! No text of a user leaves the process by a log, an error or a metric. A word that stands nowhere else is put into
//! every place where a caller can put one, at the most talkative level; then everything that came out is searched.

use crate::jwt::issuer::{Signer, claims};
use serde_json::json;
use support::{Daemon, Dialect, Place, Reply, Script, Upstream};

const CANARY: &str = "xanary7q";
const JSON: (&str, &str) = ("content-type", "application/json");

/// Asks, and keeps what may not hold the word: errors. An answer may give back what its caller asked to have worked on.
struct Asker<'d> {
    daemon: &'d Daemon,
    heard: Vec<String>,
}

impl Asker<'_> {
    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let reply = self.daemon.send(method, path, headers, body);
        if reply.status >= 400 {
            self.heard.push(format!("{:?} {}", reply.headers, reply.body));
        }
        reply
    }
}

/// Bodies of every sort: good, wrong, broken, too large.
fn bodies(asker: &mut Asker<'_>) {
    let text = format!("{CANARY} {CANARY}@example.org {CANARY} <EMAIL_1> 4111 1111 1111 1111");
    let hidden = format!("{{\"text\":\"{text}\",\"session\":\"{CANARY}\"}}");
    assert_eq!(asker.ask("POST", "/v1/redact", &[JSON], &hidden).status, 200);
    let shown = format!("{{\"text\":\"{CANARY} <EMAIL_1>\",\"session\":\"{CANARY}\"}}");
    assert_eq!(asker.ask("POST", "/v1/restore", &[JSON], &shown).status, 200);
    assert_eq!(
        asker.ask("POST", "/v1/analyze", &[JSON], &format!("{{\"texts\":[\"{text}\"]}}")).status,
        200
    );
    for body in [
        format!("{{\"{CANARY}\":1}}"),
        format!("{{\"text\":{{\"{CANARY}\":\"{CANARY}\"}}}}"),
        format!("{{\"text\":\"{CANARY}"),
        format!("{{\"text\":\"{CANARY}\",\"session\":\"{CANARY} {CANARY}\"}}"),
        format!("{{\"text\":\"{CANARY}\",\"session\":\"{CANARY}\",\"project\":\"{CANARY}\"}}"),
        format!("{{\"text\":\"{CANARY}\",\"policy\":\"{CANARY}\"}}"),
        format!("{{\"text\":\"{CANARY}\",\"language\":\"{CANARY}\"}}"),
        format!("{{\"text\":\"{CANARY}\",\"trace\":\"{CANARY}\"}}"),
        format!("{{\"text\":\"{CANARY}\",\"session\":\"{CANARY}\",\"lenient\":\"{CANARY}\"}}"),
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("{{\"text\":\"{}\"}}", CANARY.repeat(200_000)),
        format!("{{\"text\":\"\\ud800{CANARY}\"}}"),
    ] {
        assert!(
            asker.ask("POST", "/v1/redact", &[JSON], &body).status >= 400,
            "a good body among the bad"
        );
    }
    asker.ask("POST", "/v1/redact", &[("content-type", CANARY)], CANARY);
    presidio(asker);
}

/// The same to Presidio's routes, where callers name types, recognizers and keys.
fn presidio(asker: &mut Asker<'_>) {
    let recognizer = format!(
        "{{\"name\":\"{CANARY}\",\"supported_entity\":\"{CANARY}\",\"patterns\":[{{\"name\":\"{CANARY}\",\"regex\":\"({CANARY}\",\"score\":1}}]}}"
    );
    let part = format!("{{\"start\":0,\"end\":99999,\"entity_type\":\"{CANARY}\"}}");
    for (path, body) in [
        ("/analyze", format!("{{\"text\":\"{CANARY}\",\"language\":\"{CANARY}\"}}")),
        ("/analyze", format!("{{\"text\":\"\",\"language\":\"en\",\"entities\":[\"{CANARY}\"]}}")),
        (
            "/analyze",
            format!("{{\"text\":\"\",\"language\":\"en\",\"correlation_id\":[\"{CANARY}\"]}}"),
        ),
        (
            "/analyze",
            format!("{{\"text\":\"\",\"language\":\"en\",\"ad_hoc_recognizers\":[{recognizer}]}}"),
        ),
        ("/anonymize", format!("{{\"text\":\"{CANARY}\",\"analyzer_results\":[{part}]}}")),
        (
            "/anonymize",
            format!(
                "{{\"text\":\"\",\"analyzer_results\":[],\"anonymizers\":{{\"{CANARY}\":{{\"type\":\"{CANARY}\"}}}}}}"
            ),
        ),
        (
            "/deanonymize",
            format!(
                "{{\"text\":\"{CANARY}\",\"anonymizer_results\":[{}]}}",
                part.replace("99999", "3")
            ),
        ),
    ] {
        assert_eq!(asker.ask("POST", path, &[JSON], &body).status, 422, "{path} {body}");
    }
}

/// Paths, methods and headers.
fn heads(asker: &mut Asker<'_>) {
    asker.ask("GET", &format!("/{CANARY}?{CANARY}={CANARY}"), &[], "");
    asker.ask("GET", &format!("/v1/{CANARY}/{CANARY}"), &[], "");
    asker.ask("DELETE", &format!("/v1/sessions/{CANARY}1"), &[], "");
    asker.ask(&CANARY.to_uppercase(), "/livez", &[], "");
    asker.ask("POST", &format!("/k/{CANARY}/v1/redact"), &[JSON], CANARY);
    let site = format!("https://{CANARY}.example");
    for (name, value) in [
        ("x-request-id", CANARY),
        ("authorization", &format!("Bearer {CANARY}")),
        ("x-api-key", CANARY),
        ("x-forwarded-for", CANARY),
        ("origin", &site),
        ("referer", &site),
        ("user-agent", CANARY),
        ("cookie", &format!("{CANARY}={CANARY}")),
        ("host", &site[8..]),
        ("accept", CANARY),
        ("traceparent", CANARY),
    ] {
        asker.ask(
            "POST",
            "/v1/redact",
            &[JSON, (name, value)],
            &format!("{{\"text\":\"{CANARY}\"}}"),
        );
        asker.ask("GET", "/readyz", &[(name, value)], "");
        asker.ask("GET", "/metrics", &[(name, value)], "");
    }
}

/// Tokens, good and bad, and what is said of keys.
fn callers(asker: &mut Asker<'_>) {
    let signer = Signer::secret(SECRET);
    let body = format!("{{\"text\":\"{CANARY}\"}}");
    let who = json!({"sub": CANARY, "iss": CANARY, "name": CANARY});
    for (more, status) in [
        (json!({}), 200),
        (json!({"tenant": CANARY}), 401),
        (json!({"tacit_policy": CANARY}), 403),
        (json!({"tacit_models": {CANARY: CANARY}}), 401),
        (json!({"tacit_budget": CANARY}), 401),
        (json!({"scope": CANARY}), 403),
    ] {
        let mut all = claims(who.clone());
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let bearer = format!("Bearer {}", signer.sign(&all));
        let reply = asker.ask("POST", "/v1/redact", &[JSON, ("authorization", &bearer)], &body);
        assert_eq!(reply.status, status, "{reply:?}");
    }
    for token in [format!("{CANARY}.{CANARY}.{CANARY}"), format!("e30.{CANARY}.")] {
        asker.ask("POST", "/v1/redact", &[JSON, ("x-api-key", &token)], &body);
        asker.ask("POST", &format!("/k/{token}/v1/redact"), &[JSON], &body);
    }
    let admin = [JSON, ("x-api-key", ADMIN)];
    for body in [
        json!({CANARY: 1}),
        json!({"name": [CANARY]}),
        json!({"tenant": format!("{CANARY}\n")}),
        json!({"scopes": [CANARY]}),
        json!({"policy": CANARY}),
        json!({"models": [format!("{CANARY} {CANARY}")]}),
        json!({"budget": CANARY}),
        json!({"expires_in": CANARY}),
    ] {
        let reply = asker.ask("POST", "/admin/keys", &admin, &body.to_string());
        assert_eq!(reply.status, 422, "{reply:?}");
    }
    let named = json!({"name": CANARY, "tenant": CANARY}).to_string();
    assert_eq!(asker.ask("POST", "/admin/keys", &admin, &named).status, 201);
    asker.ask("GET", &format!("/admin/keys/{CANARY}"), &admin, "");
    asker.ask("DELETE", &format!("/admin/keys/{CANARY}?force={CANARY}"), &admin, "");
}

const SECRET: &str = concat!("xanary7q", "-9d7be24668a1c0d2e4f6081b5f0c1f3a");
const ADMIN: &str = concat!("xanary7q", "-5f0c1f3a9d7be24668a1c0d2e4f6081b");

#[test]
fn nothing_of_a_request_is_logged_counted_or_quoted() {
    let place =
        Place::new().with("TACIT_AUTH_ADMIN_KEY", ADMIN).with("TACIT_JWT_SECRET_KEY", SECRET);
    let arguments = [
        "--log.level",
        "trace",
        "--server.max-json-mb",
        "1",
        "--cors.origins",
        "https://a.example",
    ];
    let daemon = place.serve(&arguments);
    let mut asker = Asker { daemon: &daemon, heard: Vec::new() };
    bodies(&mut asker);
    heads(&mut asker);
    callers(&mut asker);
    let mut heard = asker.heard;
    let mut broken = daemon.connect();
    broken.write(format!("{CANARY} {CANARY}\r\n{CANARY}\r\n\r\n").as_bytes());
    heard.push(format!("{:?}", broken.read(false)));
    heard.push(daemon.get("/metrics").body);
    let ended = daemon.stop();
    assert!(
        ended.stderr.contains("\"level\":\"INFO\"") && ended.stderr.len() > 1_000,
        "the log was on"
    );
    heard.extend([ended.stdout, ended.stderr]);
    let exported = place.tacitd(&["audit", "export"], b"");
    assert!(exported.stdout.lines().count() > 20, "the audit has records: {}", exported.stderr);
    heard.push(exported.stdout);
    let lines = heard.iter().flat_map(|text| text.lines());
    let leaks: Vec<_> = lines.filter(|line| line.to_lowercase().contains(CANARY)).collect();
    assert_eq!(leaks, [""; 0]);
}

/// Says a denied word wherever a policy can, rightly and wrongly.
fn policy(operator: &str) -> String {
    format!(
        "doc = \"{CANARY}\"\noperator = \"{operator}\"\n[allow]\nwords = [\"{CANARY} gmbh\"]\n\
         [[deny]]\nkind = \"PERSON\"\nwords = [\"{CANARY}\", \"{CANARY} {CANARY}\"]\n\
         [[rule]]\nname = \"ours\"\nkind = \"CASE\"\nwords = [\"{CANARY} case\"]\n"
    )
}

#[test]
fn nothing_of_a_policy_or_of_what_it_makes_is_logged_counted_or_quoted() {
    let place = Place::new();
    let operators = ["surrogate", "encrypt", "hash", "mask", "keep", "bare", "redact"];
    for operator in operators {
        place.write(&format!("policies/{operator}.toml"), &policy(operator));
    }
    let mut daemon = place.serve(&["--log.level", "trace"]);
    let mut made = vec![CANARY.to_owned()];
    let mut asker = Asker { daemon: &daemon, heard: Vec::new() };
    for operator in operators {
        let text = format!("{CANARY} wrote to {CANARY}@example.org, {CANARY} case");
        let body = format!(
            "{{\"text\":\"{text}\",\"session\":\"s\",\"policy\":\"{operator}\",\"trace\":true}}"
        );
        let reply = asker.ask("POST", "/v1/redact", &[JSON], &body).json();
        let items = reply["items"].as_array().unwrap();
        assert_eq!(items.len(), 5, "{reply}");
        if operator == "surrogate" || operator == "encrypt" {
            let texts = items.iter().map(|item| item["replacement"].as_str().unwrap());
            // A shorter one may be a word of ours.
            made.extend(texts.filter(|text| text.len() >= 8).map(str::to_lowercase));
        }
        let traces: Vec<_> = items.iter().map(|item| item["trace"].to_string()).collect();
        assert!(!traces.iter().any(|trace| trace.contains(CANARY)), "{traces:?}");
        asker.ask("POST", "/v1/analyze", &[JSON], &body);
        let shown = format!("{{\"text\":{},\"session\":\"s\"}}", reply["text"]);
        asker.ask("POST", "/v1/restore", &[JSON], &shown);
        asker.ask("POST", "/v1/restore", &[JSON], &shown.replace("\"s\"", "\"none\""));
    }
    let mut heard = asker.heard;
    for (name, wrong) in [
        ("surrogate", policy(CANARY)),
        ("hash", format!("{}{CANARY} = \"{CANARY}\"\n", policy("hash"))),
        ("mask", policy("mask").replace("words", CANARY)),
        ("keep", policy("keep").replace("PERSON", CANARY)),
        ("bare", format!("{CANARY} = {CANARY}\n")),
        (
            "redact",
            policy("redact").replace("words = [\"", &format!("words = [\"\", \"{CANARY}\", \"")),
        ),
        (
            "encrypt",
            policy("encrypt").replace("words", "patterns").replace(CANARY, &format!("({CANARY}")),
        ),
    ] {
        place.write(&format!("policies/{name}.toml"), &wrong);
        let fault = daemon.wait_for(|line| {
            let at = line["place"].as_str().unwrap_or_default();
            at.contains(&format!("policies/{name}.toml"))
        });
        assert!(!fault.to_string().contains(CANARY), "{name}: {fault}");
    }
    heard.push(daemon.get("/metrics").body);
    let ended = daemon.stop();
    heard.extend([ended.stdout, ended.stderr]);
    assert!(made.len() >= 6, "{made:?}");
    let lines = heard.iter().flat_map(|text| text.lines());
    let leaks: Vec<_> =
        lines.filter(|line| made.iter().any(|text| line.to_lowercase().contains(text))).collect();
    assert_eq!(leaks, [""; 0]);
}

#[test]
fn a_filter_that_fails_says_nothing_of_its_text() {
    let place = Place::new();
    let ended = place.tacitd(
        &["redact", "--log.level", "trace"],
        format!("{CANARY} \u{e9}\n{CANARY}").as_bytes(),
    );
    assert_eq!(ended.code, Some(0));
    let mut bad = CANARY.as_bytes().to_vec();
    bad.push(0xff);
    let failed = place.tacitd(&["redact"], &bad);
    assert!(
        failed.code == Some(1) && !failed.stderr.contains(CANARY) && !ended.stderr.contains(CANARY)
    );
    let line = format!("{{\"{CANARY}@example.org\":\"{CANARY}\"}}\n{{\"{CANARY}\":{CANARY}");
    for verb in [&["redact"][..], &["redact", "--session", "s"], &["restore", "--session", "s"]] {
        let arguments = [verb, &["--ndjson", "--log.level", "trace", "--field", CANARY]].concat();
        let failed = place.tacitd(&arguments, line.as_bytes());
        assert!(failed.code == Some(1) && !failed.stderr.contains(CANARY), "{}", failed.stderr);
    }
}

/// What a model's server may answer, all of it with the word in it.
fn scripts() -> Vec<Script> {
    let error = format!("{{\"error\":{{\"message\":\"{CANARY}\",\"code\":\"{CANARY}\"}}}}");
    let page = format!("<title>{CANARY}</title>");
    let event = format!("data: {{{CANARY}\n\n");
    vec![
        Script::echo(),
        Script::echo().and_call(CANARY, &format!("{{\"{CANARY}\":\"{CANARY}@example.org\"}}")),
        Script::text(&format!("{CANARY} <EMAIL_1> {CANARY}2@example.org")),
        Script::raw(500, "application/json", error.as_bytes()),
        Script::raw(401, "application/json", error.as_bytes()).header("x-error", CANARY),
        Script::raw(200, "text/html", page.as_bytes()),
        Script::raw(200, "text/event-stream", event.as_bytes()),
        Script::raw(200, CANARY, CANARY.as_bytes()),
        Script::echo().drop_after(10),
        Script::echo().drop_after(600),
    ]
}

/// Every dialect, whole and streamed, with every sort of answer, and bodies that are wrong.
fn ask_models(asker: &mut Asker<'_>, upstream: &Upstream) {
    let text = format!("{CANARY} {CANARY}@example.org 4111 1111 1111 1111");
    for script in scripts() {
        upstream.answer(script);
        for dialect in Dialect::ALL {
            for (name, value) in
                [("x-tacit-debug", "1"), ("x-tacit-session", CANARY), ("x-tacit-policy", "ends")]
            {
                for streams in [false, true] {
                    let mut body = dialect.ask(&text, streams);
                    body["user"] = CANARY.into();
                    body[CANARY] = CANARY.into();
                    asker.daemon.send(
                        "POST",
                        dialect.path(),
                        &[JSON, (name, value)],
                        &body.to_string(),
                    );
                }
            }
        }
    }
    upstream.answer(Script::echo());
    for dialect in Dialect::ALL {
        let ask = dialect.ask(&text, true);
        let mut other = ask.clone();
        other["model"] = CANARY.into();
        for (headers, body) in [
            (&[JSON, ("x-tacit-policy", CANARY)][..], ask.to_string()),
            (&[JSON, ("x-tacit-policy", "blocks")], ask.to_string()),
            (&[JSON, ("x-tacit-session", "xanary7q xanary7q")], ask.to_string()),
            (&[JSON, ("x-tacit-debug", CANARY)], ask.to_string()),
            (&[JSON, ("authorization", "Bearer xanary7q")], ask.to_string()),
            (&[JSON, ("traceparent", CANARY), ("anthropic-version", CANARY)], "{}".to_owned()),
            (&[JSON], other.to_string()),
            (&[JSON], format!("{{\"{CANARY}\":{CANARY}")),
            (
                &[JSON],
                format!(
                    "{{\"model\":\"{CANARY}\",\"messages\":\"{CANARY}\",\"input\":{{\"{CANARY}\":1}},\"prompt\":{{}}}}"
                ),
            ),
            (&[JSON], format!("\"{CANARY}\"")),
            (&[], CANARY.to_owned()),
        ] {
            let reply = asker.ask("POST", dialect.path(), headers, &body);
            assert!(reply.status >= 400, "{dialect:?} {headers:?} {body} {reply:?}");
        }
    }
    asker.ask("GET", &format!("/v1/models/{CANARY}"), &[], "");
}

#[test]
fn nothing_of_a_prompt_or_its_answer_is_logged_counted_or_quoted() {
    let place = Place::new();
    place.write("policies/ends.toml", "[gateway]\noutput = \"block\"\n");
    place.write("policies/blocks.toml", "[gateway]\nmode = \"block\"\n");
    let upstream = Upstream::start();
    // No model of any name: one that is not listed is refused.
    let tables =
        support::tables(&upstream.url(), "api_key = \"xanary7q-key\"").replace(", \"*\"", "");
    place.write("tacit.toml", &tables);
    let daemon = place.serve(&["--log.level", "trace", "--infer.retries", "0"]);
    let mut asker = Asker { daemon: &daemon, heard: Vec::new() };
    ask_models(&mut asker, &upstream);
    let mut heard = asker.heard;
    let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    for path in ["/metrics", "/readyz", "/health", "/admin/usage", "/admin/audit"] {
        heard.push(daemon.send("GET", path, &[("x-api-key", key.trim())], "").body);
    }
    let ended = daemon.stop();
    assert!(
        ended.stderr.contains("/v1/responses") && ended.stderr.len() > 10_000,
        "the log was on"
    );
    heard.extend([ended.stdout, ended.stderr]);
    let lines = heard.iter().flat_map(|text| text.lines());
    let leaks: Vec<_> = lines.filter(|line| line.to_lowercase().contains(CANARY)).collect();
    assert_eq!(leaks, [""; 0]);
    assert!(upstream.requests().iter().any(|asked| asked.text().contains(CANARY)), "it was asked");
}
