//! Policies: what is found, what becomes of it, the way back, and files that change.

use rustix::process::Signal;
use serde_json::{Value, json};
use support::{Daemon, Place, until};

/// Finds what needs no model, and does something else with each.
const MIXED: &str = "\
doc = \"Letters\"
operator = \"surrogate\"
[kind.CARD]
operator = \"mask\"
sign = \"#\"
keep_last = 4
[kind.IBAN]
operator = \"encrypt\"
[kind.NATIONAL_ID]
operator = \"hash\"
[kind.URL]
operator = \"keep\"
[[deny]]
kind = \"PERSON\"
words = [\"Ana López\"]
";

fn ask(daemon: &Daemon, path: &str, body: &Value) -> Value {
    let reply = daemon.post(path, &body.to_string());
    assert_eq!(reply.status, 200, "{path} {body}: {reply:?}");
    reply.json()
}

fn hide(daemon: &Daemon, policy: &str, session: &str, text: &str) -> Value {
    ask(daemon, "/v1/redact", &json!({ "text": text, "session": session, "policy": policy }))
}

fn hidden(daemon: &Daemon, policy: &str, session: &str, text: &str) -> String {
    hide(daemon, policy, session, text)["text"].as_str().unwrap().to_owned()
}

fn shown(daemon: &Daemon, session: &str, text: &str) -> String {
    let body = json!({ "text": text, "session": session });
    ask(daemon, "/v1/restore", &body)["text"].as_str().unwrap().to_owned()
}

fn place(policies: &[(&str, &str)]) -> Place {
    let place = Place::new();
    for (name, text) in policies {
        place.write(&format!("policies/{name}.toml"), text);
    }
    place
}

#[test]
fn each_operator_goes_there_and_those_that_can_come_back() {
    let place = Place::new();
    for operator in
        ["placeholder", "bare", "redact", "mask", "hash", "encrypt", "keep", "surrogate"]
    {
        let text = format!("operator = \"{operator}\"\n");
        place.write(&format!("policies/{operator}.toml"), &text);
    }
    let daemon = place.serve(&[]);
    let text = "Write to ana@example.org, again to ana@example.org.";
    let mut seen = Vec::new();
    for operator in ["placeholder", "encrypt", "keep", "surrogate"] {
        let answer = hide(&daemon, operator, operator, text);
        let written = answer["text"].as_str().unwrap();
        assert_eq!(shown(&daemon, operator, written), text, "{operator}: {written}");
        let items = answer["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["operator"] == operator), "{items:?}");
        assert_eq!(written.contains("ana@"), operator == "keep");
        seen.push(written.to_owned());
    }
    assert_eq!(seen[0], "Write to <EMAIL_1>, again to <EMAIL_1>.");
    assert!(seen[1].starts_with("Write to <EMAIL~"), "{}", seen[1]);
    assert_eq!(hidden(&daemon, "bare", "x", text), "Write to <EMAIL>, again to <EMAIL>.");
    assert_eq!(hidden(&daemon, "redact", "x", text), "Write to , again to .");
    let mask = "***************";
    assert_eq!(hidden(&daemon, "mask", "x", text), format!("Write to {mask}, again to {mask}."));
    let hash = hidden(&daemon, "hash", "x", text);
    assert_eq!(hash, hidden(&daemon, "hash", "y", text), "the same in every session");
    for operator in ["bare", "redact", "mask", "hash"] {
        let written = hidden(&daemon, operator, "x", text);
        assert_eq!(shown(&daemon, "x", &written), written, "{operator} cannot be undone");
    }
}

#[test]
fn a_policy_does_something_else_with_each_kind() {
    let place = place(&[("letters", MIXED)]);
    let daemon = place.serve(&["--privacy.policy", "letters"]);
    let text = "Ana López, DNI 12345678Z, card 4111 1111 1111 1111, IBAN ES91 2100 0418 4502 0005 1332, \
                https://example.com/a";
    let answer = ask(&daemon, "/v1/redact", &json!({ "text": text, "session": "s" }));
    let operators: Vec<_> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["kind"].as_str().unwrap(), item["operator"].as_str().unwrap()))
        .collect();
    let expected = [
        ("PERSON", "surrogate"),
        ("NATIONAL_ID", "hash"),
        ("CARD", "mask"),
        ("IBAN", "encrypt"),
        ("URL", "keep"),
    ];
    assert_eq!(operators, expected);
    let written = answer["text"].as_str().unwrap();
    assert!(written.contains("card ###############1111, IBAN <IBAN~"), "{written}");
    assert!(written.ends_with(">, https://example.com/a"), "{written}");
    let back = shown(&daemon, "s", written);
    assert!(back.starts_with("Ana López, DNI <NATIONAL_ID#"), "{back}");
    assert!(back.contains("IBAN ES91 2100 0418 4502 0005 1332,"), "{back}");
    let metrics = daemon.get("/metrics").body;
    assert!(metrics.contains("tacit_redactions_total{kind=\"PERSON\"} 1\n"), "{metrics}");
    assert!(!metrics.contains("kind=\"URL\""), "what is kept is not hidden");
    assert!(metrics.contains("tacit_restorations_total 2\n"), "{metrics}");
}

#[test]
fn hashes_are_those_of_the_salt() {
    const SALT: &str = "jOx6yKVbNm1PQ4mgkLrDZw==";
    let hash = |place: Place| {
        place.write("policies/hash.toml", "operator = \"hash\"");
        hidden(&place.serve(&[]), "hash", "s", "ana@example.org")
    };
    let one = hash(Place::new().with("PRIVACY_SALT", SALT));
    assert_eq!(one.len(), "<EMAIL#0123456789abcdef>".len());
    assert_eq!(
        one,
        hash(Place::new().with("PRIVACY_SALT", SALT)),
        "another machine, the same salt"
    );
    assert_ne!(one, hash(Place::new()), "without one, each has its own");
}

#[test]
fn documents_of_a_project_share_surrogates() {
    let place = place(&[("letters", MIXED)]);
    let daemon = place.serve(&["--privacy.policy", "letters"]);
    let document = |session: &str, project: &str, text: &str| {
        let body = json!({ "text": text, "session": session, "project": project });
        ask(&daemon, "/v1/redact", &body)["text"].as_str().unwrap().to_owned()
    };
    let one = document("a", "p", "Ana López wrote");
    assert!(!one.contains("Ana López") && !one.contains('<'), "{one}");
    assert_eq!(document("b", "p", "Ana López wrote"), one);
    assert_ne!(document("c", "q", "Ana López wrote"), one, "another project has another");
    assert_eq!(shown(&daemon, "b", &one), "Ana López wrote");
    assert_eq!(daemon.send("DELETE", "/v1/sessions/a", &[], "").status, 204);
    assert_eq!(shown(&daemon, "b", &one), "Ana López wrote", "each keeps its own original");
    let gone = daemon.post("/v1/restore", &json!({ "text": one, "session": "a" }).to_string());
    assert_eq!((gone.status, gone.code().as_str()), (404, "session_not_found"));
    assert_eq!(document("d", "p", "Ana López wrote"), one, "and the project its surrogate");
}

#[test]
fn a_forgotten_session_leaves_its_tokens_closed() {
    let place = place(&[("sealed", "operator = \"encrypt\"")]);
    let daemon = place.serve(&[]);
    let written = hidden(&daemon, "sealed", "s", "ana@example.org");
    assert_eq!(daemon.send("DELETE", "/v1/sessions/s", &[], "").status, 204);
    hidden(&daemon, "sealed", "s", "bea@example.org");
    assert_eq!(shown(&daemon, "s", &written), written);
}

#[test]
fn what_comes_back_into_a_session_is_told_from_what_went_out() {
    let place = place(&[("letters", MIXED)]);
    let daemon = place.serve(&["--privacy.policy", "letters"]);
    let text = "Ana López, IBAN ES91 2100 0418 4502 0005 1332, <IBAN~abc> <EMAIL#0123456789abcdef>";
    let mut sent = text.to_owned();
    for _ in 0..4 {
        let written = hidden(&daemon, "letters", "s", &sent);
        assert_eq!(shown(&daemon, "s", &written), sent, "by way of {written}");
        // As a person would who pastes the answer below the question.
        sent = format!("{sent}\n{written}");
    }
}

#[test]
fn two_writers_in_one_session_agree_on_surrogates() {
    let words: Vec<_> = (0..12).map(|number| format!("\"Person Number{number}\"")).collect();
    let policy = format!(
        "operator = \"surrogate\"\n[[deny]]\nkind = \"PERSON\"\nwords = [{}]\n",
        words.join(", ")
    );
    let place = place(&[("letters", &policy)]);
    let daemon = place.serve(&["--privacy.policy", "letters"]);
    let writers = (0..24).map(|writer| {
        let mut client = daemon.connect();
        std::thread::spawn(move || {
            let (one, two) = (writer % 12, (writer * 5 + 1) % 12);
            let text = format!("Person Number{one} and Person Number{two}");
            let body = json!({ "text": text, "session": "s" }).to_string();
            let headers = [("content-type", "application/json")];
            let reply = client.send("POST", "/v1/redact", &headers, body.as_bytes());
            assert_eq!(reply.status, 200, "{reply:?}");
            (reply.json()["text"].as_str().unwrap().to_owned(), text)
        })
    });
    let writers: Vec<_> = writers.collect();
    let written: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    for (written, text) in &written {
        assert_eq!(shown(&daemon, "s", written), *text, "by way of {written}");
        let again = hidden(&daemon, "letters", "s", text);
        assert_eq!(again, *written, "the same surrogate for the same person");
    }
}

#[test]
fn an_unknown_policy_or_language_is_refused_with_those_that_are() {
    let place = place(&[("letters", MIXED)]);
    let daemon = place.serve(&[]);
    for path in ["/v1/analyze", "/v1/redact"] {
        let refused = daemon.post(path, "{\"text\":\"x\",\"policy\":\"nobodys\"}");
        assert_eq!((refused.status, refused.code().as_str()), (422, "no_policy"), "{refused:?}");
        assert!(refused.body.contains("letters, standard") && !refused.body.contains("nobodys"));
        let refused = daemon.post(path, "{\"text\":\"x\",\"language\":\"tlh\"}");
        assert_eq!((refused.status, refused.code().as_str()), (422, "unprocessable"));
        assert!(refused.body.contains("en, es, fr") && !refused.body.contains("tlh"));
        for wrong in ["\"policy\":3", "\"language\":[]", "\"trace\":1"] {
            let refused = daemon.post(path, &format!("{{\"text\":\"x\",{wrong}}}"));
            assert_eq!(refused.status, 422, "{wrong}");
        }
    }
    let refused = daemon.post("/v1/restore", "{\"text\":\"x\",\"policy\":\"letters\"}");
    assert_eq!(refused.code(), "unprocessable", "restoring needs none");
}

#[test]
fn the_language_of_a_text_tells_whose_telephones_stand_in_it() {
    let place = Place::new();
    let daemon = place.serve(&["--privacy.phone-regions", "US"]);
    let kinds = |language: Value| {
        let body = json!({ "text": "llame al 612 345 678", "language": language });
        ask(&daemon, "/v1/analyze", &body)["items"].as_array().unwrap().len()
    };
    assert_eq!((kinds(json!(null)), kinds(json!("en")), kinds(json!("es-ES"))), (0, 0, 1));
}

#[test]
fn a_trace_says_why_and_quotes_nobody() {
    let place = place(&[("letters", MIXED)]);
    let daemon = place.serve(&[]);
    let text = "ñ NÚMERO de la Seguridad Social 281234567840, DNI 12345678Z, Ana López";
    let body = json!({ "text": text, "policy": "letters", "trace": true });
    for path in ["/v1/analyze", "/v1/redact"] {
        let answer = ask(&daemon, path, &body);
        let items = answer["items"].as_array().unwrap();
        assert_eq!(items.len(), 3, "{answer}");
        assert_eq!(items[0]["trace"]["cue"]["side"], "before");
        let place = |name: &str| items[0]["trace"]["cue"][name].as_u64().unwrap() as usize;
        let characters: Vec<_> = text.chars().collect();
        let cue: String = characters[place("start")..place("end")].iter().collect();
        assert!(cue.contains("Seguridad Social"), "{cue}");
        assert_eq!(items[1]["trace"]["check"], "es-dni");
        assert_eq!(items[2]["trace"]["form"], "denied");
        let traces: Vec<_> = items.iter().map(|item| item["trace"].to_string()).collect();
        for own in ["NÚMERO", "281234567840", "12345678Z", "Ana", "López"] {
            assert!(!traces.iter().any(|trace| trace.contains(own)), "{own}: {traces:?}");
        }
    }
    let plain = ask(&daemon, "/v1/analyze", &json!({ "text": text }));
    assert!(plain["items"][0].get("trace").is_none());
}

fn operators(daemon: &Daemon, policy: &str) -> String {
    let body = json!({ "text": "ana@example.org", "policy": policy });
    let reply = daemon.post("/v1/redact", &body.to_string());
    if reply.status == 422 {
        return reply.code();
    }
    reply.json()["items"][0]["operator"].as_str().unwrap().to_owned()
}

#[test]
fn changed_policies_are_taken_up_without_a_restart() {
    let place = place(&[("one", "operator = \"bare\""), ("two", "operator = \"bare\"")]);
    let mut daemon = place.serve(&[]);
    assert_eq!(
        (operators(&daemon, "one").as_str(), operators(&daemon, "three").as_str()),
        ("bare", "no_policy")
    );
    place.write("policies/one.toml", "operator = \"mask\"");
    place.write("policies/three.toml", "operator = \"hash\"");
    until("the new policies", || {
        operators(&daemon, "one") == "mask" && operators(&daemon, "three") == "hash"
    });
    std::fs::remove_file(place.path("policies/three.toml")).unwrap();
    until("one less", || operators(&daemon, "three") == "no_policy");
    assert_eq!(operators(&daemon, "two"), "bare");

    place.write("policies/one.toml", "# a comment\noperator = \"xanary7q\"");
    place.write("policies/two.toml", "operator = \"redact\"");
    let told = daemon.wait_for(|line| line["place"].is_string());
    assert!(told["place"].as_str().unwrap().ends_with("policies/one.toml:2"), "{told}");
    assert!(!told.to_string().contains("xanary7q"), "{told}");
    until("the good one", || operators(&daemon, "two") == "redact");
    assert_eq!(operators(&daemon, "one"), "mask", "the broken one is as it was");

    place.write("policies/one.toml", "operator = \"keep\"");
    daemon.signal(Signal::HUP);
    until("the mended one", || operators(&daemon, "one") == "keep");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "a signal to read anew ends nothing");
    assert_eq!(ended.stderr.matches("a policy has a fault").count(), 1, "{}", ended.stderr);
}

#[test]
fn a_default_policy_outlives_its_file_and_is_what_presidio_sees() {
    let place = place(&[("letters", "without = [\"EMAIL\"]\noperator = \"bare\"")]);
    let mut daemon = place.serve(&["--privacy.policy", "letters"]);
    let found = |daemon: &Daemon| {
        let body = json!({ "text": "ana@example.org, DNI 12345678Z", "language": "es" });
        ask(daemon, "/analyze", &body).as_array().unwrap().len()
    };
    assert_eq!(found(&daemon), 1);
    assert_eq!(daemon.get("/readyz").status, 200, "whatever a policy leaves out");
    std::fs::remove_file(place.path("policies/letters.toml")).unwrap();
    daemon.wait_for(|line| line["policy"] == "letters" && line["level"] == "ERROR");
    assert_eq!(found(&daemon), 1);
    drop(daemon);
    let ended = place.tacitd(&["--api.port", "0", "--privacy.policy", "letters"], b"");
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("privacy.policy: names no policy"), "{}", ended.stderr);
}

#[test]
fn a_broken_policy_stops_the_start_with_every_fault() {
    let place = place(&[
        ("one", "operator = \"burn\"\n[kind.EMIAL]\noperator = \"mask\"\n"),
        ("two", "[[rule]]\nname = \"x\"\nkind = \"CUSTOM\"\n"),
    ]);
    let checked = place.tacitd(&["config", "--check"], b"");
    let started = place.tacitd(&["--api.port", "0"], b"");
    for ended in [&checked, &started] {
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        for fault in [
            "(3 faults)",
            "policies/one.toml:1: is no operator",
            "policies/one.toml:2: is no kind of docs/kinds.md",
            "hint: the nearest is `EMAIL`",
            "policies/two.toml:1: rule `x`: nothing says how it is found",
        ] {
            assert!(ended.stderr.contains(fault), "{fault}: {}", ended.stderr);
        }
    }
    assert_eq!(place.names(), ["policies"], "nothing is written");
    let both = place.tacitd(&["config", "--check", "--api.port", "x"], b"");
    assert!(both.stderr.contains("(4 faults)"), "{}", both.stderr);
    let named = place.tacitd(&["config", "--check", "--privacy.policies", "elsewhere"], b"");
    assert!(named.stderr.contains("privacy.policies: elsewhere is no folder"), "{}", named.stderr);
}

#[test]
fn the_rules_of_the_default_policy_are_listed() {
    let rule = "[[rule]]\nname = \"our-file\"\nkind = \"CASE\"\ndoc = \"Our files.\"\n\
                shapes = [\"'EX'-9{5}\"]\nscore = 0.9\n";
    let place = place(&[("files", rule)]);
    let listed = place.tacitd(&["rules", "our-file", "--privacy.policy", "files"], b"");
    assert!(listed.stdout.starts_with("our-file (CASE)\nOur files.\n"), "{listed:?}");
    assert_eq!(place.tacitd(&["rules", "our-file"], b"").code, Some(1));
    let daemon = place.serve(&[]);
    assert_eq!(hidden(&daemon, "files", "s", "see EX-12345"), "see <CASE_1>");
    assert_eq!(hidden(&daemon, "standard", "s", "see EX-12345"), "see EX-12345");
}
