//! Policies in the filters: what each operator writes into texts and JSON lines, the way back, and what is refused.

use serde_json::{Value, json};
use support::{Ended, Place};

const TEXT: &str = "Write to ana@example.org, again to ana@example.org.";

fn good(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    &ended.stdout
}

/// A place where no model reads names: what is tested is what becomes of finds.
fn rules_alone() -> Place {
    Place::new().with("NER_ENABLED", "false")
}

/// A place with a policy for each operator.
fn place() -> Place {
    let place = rules_alone();
    for operator in
        ["placeholder", "bare", "redact", "mask", "hash", "encrypt", "keep", "surrogate"]
    {
        let text = format!("operator = \"{operator}\"\n");
        place.write(&format!("policies/{operator}.toml"), &text);
    }
    place
}

fn hide(place: &Place, policy: &str, session: &[&str], text: &str) -> String {
    let arguments = [&["redact", "--policy", policy], session].concat();
    good(&place.tacitd(&arguments, text.as_bytes())).to_owned()
}

fn shown(place: &Place, session: &str, more: &[&str], text: &str) -> String {
    let arguments = [&["restore", "--session", session], more].concat();
    good(&place.tacitd(&arguments, text.as_bytes())).to_owned()
}

#[test]
fn each_operator_goes_there_and_those_that_can_come_back() {
    let place = place();
    for operator in ["placeholder", "encrypt", "keep", "surrogate"] {
        let written = hide(&place, operator, &["--session", operator], TEXT);
        assert_eq!(written.contains("ana@"), operator == "keep", "{written}");
        assert_eq!(written.contains("<EMAIL~"), operator == "encrypt", "{written}");
        assert_eq!(shown(&place, operator, &[], &written), TEXT, "{operator}: {written}");
    }
    let hash = hide(&place, "hash", &[], TEXT);
    for session in [&[][..], &["--session", "x"]] {
        let hide = |policy| hide(&place, policy, session, TEXT);
        assert_eq!(hide("placeholder"), "Write to <EMAIL_1>, again to <EMAIL_1>.");
        assert_eq!(hide("bare"), "Write to <EMAIL>, again to <EMAIL>.");
        assert_eq!(hide("redact"), "Write to , again to .");
        let mask = "***************";
        assert_eq!(hide("mask"), format!("Write to {mask}, again to {mask}."));
        assert_eq!(hide("keep"), TEXT);
        assert_eq!(hide("hash"), hash);
    }
    let default = place.tacitd(&["redact", "--privacy.policy", "bare"], TEXT.as_bytes());
    assert_eq!(good(&default), "Write to <EMAIL>, again to <EMAIL>.", "the default counts too");
}

#[test]
fn filters_and_server_write_and_read_the_same() {
    let place = place();
    let sent = |path: &str, body: Value| {
        let daemon = place.serve(&[]);
        let reply = daemon.post(path, &body.to_string());
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["text"].as_str().unwrap().to_owned()
    };
    let hash = hide(&place, "hash", &[], TEXT);
    let body = json!({ "text": TEXT, "policy": "hash", "session": "s" });
    assert_eq!(sent("/v1/redact", body), hash, "made before there was a store");
    for policy in ["encrypt", "surrogate"] {
        let written = hide(&place, policy, &["--session", policy], TEXT);
        let body = json!({ "text": written, "session": policy });
        assert_eq!(sent("/v1/restore", body), TEXT);
        let body = json!({ "text": TEXT, "policy": policy, "session": policy });
        assert_eq!(sent("/v1/redact", body), written);
    }
    let place = self::place().with("PRIVACY_SALT", "jOx6yKVbNm1PQ4mgkLrDZw==");
    let salted = hide(&place, "hash", &[], TEXT);
    assert_ne!(salted, hash);
    assert!(!place.path("keys").exists(), "with a salt no key is needed");
}

#[test]
fn what_needs_a_session_is_refused_before_anything_is_written() {
    let place = place();
    place.write(
        "policies/mixed.toml",
        "[kind.CARD]\noperator = \"encrypt\"\n[kind.PERSON]\noperator = \"surrogate\"\n",
    );
    for (policy, told) in [
        ("mixed", "surrogate for PERSON"),
        ("mixed", "encrypt for CARD"),
        ("encrypt", "encrypt for every kind that it says nothing else of"),
    ] {
        let ended = place.tacitd(&["redact", "--policy", policy], TEXT.as_bytes());
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert!(ended.stderr.contains(&format!("by the policy {policy}: ")), "{}", ended.stderr);
        assert!(ended.stderr.contains(told) && ended.stderr.contains("hint: `--session NAME`"));
        assert!(!place.path("data").exists() && !place.path("keys").exists());
    }
    for verb in [&["redact"][..], &["redact", "--session", "s"], &["analyze"], &["rules"]] {
        let ended = place.tacitd(&[verb, &["--policy", "mixd"]].concat(), TEXT.as_bytes());
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{verb:?}");
        let hint = "there are bare, encrypt, hash, keep, mask, mixed, placeholder, redact, standard, surrogate";
        assert!(ended.stderr.contains("the policy mixd: ") && ended.stderr.contains(hint));
    }
    assert!(!place.path("data").exists());
}

#[test]
fn what_is_listed_is_what_the_policy_finds() {
    let place = rules_alone();
    place.write("policies/blind.toml", "without = [\"EMAIL\"]\n[[rule]]\nname = \"ward\"\nkind = \"CUSTOM\"\nwords = [\"Ward 7\"]\n");
    let text = "ana@example.org of Ward 7";
    let found = place.tacitd(&["analyze", "--policy", "blind"], text.as_bytes());
    let found: Value = serde_json::from_str(good(&found).trim_end()).unwrap();
    assert_eq!((&found["kind"], &found["rule"]), (&json!("CUSTOM"), &json!("ward")));
    assert!(good(&place.tacitd(&["rules", "ward", "--policy", "blind"], b"")).contains("ward"));
    assert_eq!(place.tacitd(&["rules", "ward"], b"").code, Some(1), "the default has none");
    place.write("gold.jsonl", "{\"text\": \"of Ward 7\", \"spans\": [[3, 9, \"CUSTOM\"]]}\n");
    let counts = |more: &[&str]| {
        let ended = place.tacitd(&[&["eval", "gold.jsonl", "-o", "json"], more].concat(), b"");
        let counts: Value = serde_json::from_str(good(&ended)).unwrap();
        counts.to_string()
    };
    assert_ne!(counts(&["--policy", "blind"]), counts(&[]));
}

/// Finds without a model, and does something else with each.
const MIXED: &str = "\
operator = \"surrogate\"
[kind.CARD]
operator = \"mask\"
sign = '\"'
keep_last = 4
[kind.IBAN]
operator = \"encrypt\"
[kind.URL]
operator = \"keep\"
[kind.NATIONAL_ID]
operator = \"placeholder\"
[[deny]]
kind = \"PERSON\"
words = [\"Ana López\", \"Bea \\\"B\\\" Gil\"]
";

#[test]
fn strings_of_json_hold_what_the_policy_writes() {
    let place = rules_alone();
    place.write("policies/mixed.toml", MIXED);
    let line = json!({
        "who": "Ana López said \"Bea \"B\" Gil\"\n", "url": "https://example.com/a?b=EMAIL_1",
        "iban": "ES91 2100 0418 4502 0005 1332", "id": ["12345678Z", 12, {"\u{1}": "<CARD_1> \\ \u{8}"}],
    });
    let escaped = line.to_string().replace('ó', "\\u00f3").replace("https:", "https\\u003a");
    let text = format!("{escaped}\n{line}\n\"\"\n");
    let hidden = hide(&place, "mixed", &["--ndjson", "--session", "s"], &text);
    assert!(!hidden.contains("Ana") && !hidden.contains("Gil\\") && !hidden.contains("ES91"));
    assert!(hidden.contains("<IBAN~") && !hidden.contains("12345678Z"), "{hidden}");
    assert_eq!(hidden.lines().count(), 3);
    let shown = shown(&place, "s", &["--ndjson"], &hidden);
    let values = |text: &str| {
        let values = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        values.collect::<Vec<_>>()
    };
    assert_eq!(values(&shown), values(&text), "by way of {hidden}");
    // Written by another program: the same, however it is escaped.
    let other = hidden.replace('<', "\\u003c").replace('>', "\\u003E");
    assert_eq!(values(&self::shown(&place, "s", &["--ndjson"], &other)), values(&text));
    let card = hide(&place, "mixed", &["--ndjson", "--session", "s"], "[\"4111 1111 1111 1111\"]");
    let card: Value = serde_json::from_str(&card).unwrap();
    assert_eq!(card, json!([format!("{}1111", "\"".repeat(15))]));
}

#[test]
fn a_number_of_a_kind_that_is_kept_is_no_matter() {
    let place = rules_alone();
    place.write("policies/keep.toml", "operator = \"keep\"\n");
    let line = "{\"ssn\":219099998,\"a@example.org\":1}\n";
    assert_eq!(hide(&place, "keep", &["--ndjson"], line), line);
}

#[test]
fn a_text_longer_than_a_window_comes_back_with_every_operator() {
    let place = rules_alone();
    place.write("policies/mixed.toml", &MIXED.replace("[kind.CARD]", "[kind.DATE]"));
    let line = |number: usize| {
        format!(
            "Ana López and a{number}@example.org wrote of ES91 2100 0418 4502 0005 1332 at https://example.com/{number} \
             that <EMAIL_{number}> of DNI 12345678Z had nothing more to say about it than anybody else.\n"
        )
    };
    let text: String = (0..9_000).map(line).collect();
    assert!(text.len() > 3 << 19, "{}", text.len());
    let hidden = hide(&place, "mixed", &["--session", "s", "-q"], &text);
    assert!(!hidden.contains("Ana López") && !hidden.contains("ES91"));
    assert!(hidden.contains("<IBAN~") && hidden.contains("https://example.com/8999"));
    assert!(shown(&place, "s", &["-q"], &hidden) == text, "it did not come back");
    let solid = text.replace([' ', '\n'], "_");
    let hidden = hide(&place, "mixed", &["--session", "t", "-q"], &solid);
    assert!(shown(&place, "t", &["-q"], &hidden) == solid, "nor without a space");
}

#[test]
fn files_that_are_joined_come_back_joined() {
    let place = rules_alone();
    place.write("policies/mixed.toml", MIXED);
    place.write("a", "from Ana López");
    place.write("b", "as, to Ana López");
    let ended = place.tacitd(&["redact", "--policy", "mixed", "--session", "s", "a", "b"], b"");
    let hidden = good(&ended);
    assert!(hidden.starts_with("from <PERSON_1>as, to ") && !hidden.ends_with('>'), "{hidden}");
    assert_eq!(shown(&place, "s", &[], hidden), "from Ana Lópezas, to Ana López");
}

#[test]
fn rules_of_ones_own_are_tested() {
    let place = rules_alone();
    let rule = "[[rule]]\nname = \"ward\"\nkind = \"CUSTOM\"\nwords = [\"Ward 7\"]\nhits = [\"in ⟦Ward 7⟧\"]\nmisses = [\"ward 77\"]\n";
    place.write("mine.toml", rule);
    place.write("policy.toml", &format!("operator = \"bare\"\n\n{rule}"));
    let test = |files: &[&str]| place.tacitd(&[&["rules", "test"], files].concat(), b"");
    assert_eq!(good(&test(&["mine.toml"])), "1 rule, 2 examples, 0 faults\n");
    assert_eq!(good(&test(&["mine.toml", "policy.toml"])), "2 rules, 4 examples, 0 faults\n");
    place.write("wrong.toml", &rule.replace("ward 77", "ward 7"));
    let ended = test(&["wrong.toml"]);
    assert_eq!(ended.code, Some(1));
    let told =
        "wrong.toml:1: ward: misses 1: `ward 7`: it finds `ward 7`\n1 rule, 2 examples, 1 fault\n";
    assert_eq!(ended.stdout, told);
    let ended = test(&["-o", "json", "wrong.toml", "mine.toml"]);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (ended.code, &answer["rules"], &answer["examples"]),
        (Some(1), &json!(2), &json!(4))
    );
    assert_eq!(answer["faults"][0]["rule"], "ward");
    assert_eq!(
        (&answer["faults"][0]["file"], &answer["faults"][0]["line"]),
        (&json!("wrong.toml"), &json!(1))
    );
    place.write("broken.toml", "operatr = \"bare\"\n[[rule]]\nname = \"x\"\n");
    let ended = test(&["broken.toml"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.starts_with("broken.toml:1: ") && ended.stdout.contains("`operator`"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("broken.toml:2: ")
            && ended.stdout.ends_with("0 rules, 0 examples, 2 faults\n")
    );
    assert_eq!(test(&[]).code, Some(2));
    assert_eq!(good(&place.tacitd(&["rules", "email"], b"")).lines().next(), Some("email (EMAIL)"));
}
