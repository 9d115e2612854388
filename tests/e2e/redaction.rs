//! What is found, and the way back, as callers see it.

use serde_json::{Value, json};
use support::{Daemon, Place};

fn ask(daemon: &Daemon, path: &str, body: &Value) -> Value {
    let reply = daemon.post(path, &body.to_string());
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

fn hidden(daemon: &Daemon, text: &str) -> String {
    let body = json!({ "text": text, "session": "s" });
    ask(daemon, "/v1/redact", &body)["text"].as_str().unwrap().to_owned()
}

fn shown(daemon: &Daemon, text: &str, lenient: bool) -> String {
    let body = json!({ "text": text, "session": "s", "lenient": lenient });
    ask(daemon, "/v1/restore", &body)["text"].as_str().unwrap().to_owned()
}

#[test]
fn what_models_do_to_placeholders_is_forgiven() {
    let daemon = Place::new().serve(&[]);
    assert_eq!(hidden(&daemon, "ana@example.org"), "<EMAIL_1>");
    for written in
        ["<EMAIL_1>", "<email_1>", "\\<EMAIL\\_1\\>", "&lt;EMAIL_1&gt;", "EMAIL_1", "< EMAIL_1 >"]
    {
        assert_eq!(shown(&daemon, written, false), "ana@example.org", "{written}");
    }
    assert_eq!(shown(&daemon, "**EMAIL_1**'s", false), "**ana@example.org**'s");
    for written in ["MY_EMAIL_1", "EMAIL_12", "<EMAIL_2>", "PHONE_1", "email 1", "email_1"] {
        assert_eq!(shown(&daemon, written, false), written);
    }
    assert_eq!(shown(&daemon, "Email 1 and email_1", true), "ana@example.org and ana@example.org");
    let wrong = json!({ "text": "x", "session": "s", "lenient": "yes" }).to_string();
    assert_eq!(daemon.post("/v1/restore", &wrong).status, 422);
}

#[test]
fn what_looks_like_a_placeholder_comes_back_as_it_was() {
    let daemon = Place::new().serve(&[]);
    let text = "ana@example.org is <EMAIL_1>, EMAIL_1 and <email_2> in column PHONE_1";
    let once = hidden(&daemon, text);
    assert!(!once.contains("EMAIL_1,") && !once.contains("ana@"), "{once}");
    assert_eq!(shown(&daemon, &once, false), text);
}

#[test]
fn nothing_hides_behind_odd_characters() {
    let daemon = Place::new().serve(&[]);
    let text = "card ４１１１ １１１１ １１１１ １１１１, DNI 1234\u{200b}5678Z, a\u{0}b";
    assert_eq!(hidden(&daemon, text), "card <CARD_1>, DNI <NATIONAL_ID_1>, a\u{0}b");
    assert_eq!(shown(&daemon, &hidden(&daemon, text), false), text);
}

#[test]
fn words_nearby_keys_and_headings_decide_about_bare_numbers() {
    let place = Place::new().with("NER_ENABLED", "false");
    let kinds = |text: &str| -> Vec<String> {
        let ended = place.tacitd(&["analyze"], text.as_bytes());
        let lines = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds("batch 219099998 left"), Vec::<String>::new());
    for text in [
        "her SSN: 219099998",
        "219099998 (SSN)",
        "{\"ssn\": \"219099998\"}",
        "{\"patientSsn\":219099998}",
        "name,ssn,city\nAna,219099998,Toledo\n",
        "SSN:\n  219099998\n",
    ] {
        assert_eq!(kinds(text), ["us-ssn"], "{text}");
    }
}

#[test]
fn aggressiveness_says_how_sure_a_find_must_be() {
    let place = Place::new();
    let hidden = |level: &str, text: &str| {
        let flag = ["redact", "--privacy.redact-aggressiveness", level];
        place.tacitd(&flag, text.as_bytes()).stdout
    };
    // Sure with its word, likely by its groups, possible by its check digit alone.
    let text = "9434765919 on card 4111 1111 1111 1111, 612 345 678, NHS 9434765919";
    let count = |level: &str| hidden(level, text).matches('<').count();
    assert_eq!((count("relaxed"), count("balanced"), count("strict")), (2, 3, 4));
    assert_eq!(
        place.tacitd(&["redact", "--privacy.redact-aggressiveness", "wild"], b"").code,
        Some(2)
    );
}

#[test]
fn regions_say_whose_telephones_are_known() {
    let place = Place::new();
    let hidden = |regions: &str| {
        let flag = ["redact", "--privacy.phone-regions", regions];
        place.tacitd(&flag, b"612 345 678, +34 612 345 678").stdout
    };
    assert_eq!(hidden("ES"), "<PHONE_1>, <PHONE_2>");
    assert_eq!(hidden("US"), "612 345 678, <PHONE_1>");
    let wrong = place.tacitd(&["redact", "--privacy.phone-regions", "XX"], b"");
    assert!(wrong.code == Some(2) && wrong.stderr.contains("two letters"), "{}", wrong.stderr);
}

#[test]
fn eval_counts_and_tells_no_text() {
    let place = Place::new();
    let secret = "ana@example.org";
    let text = format!("{secret} or bea@, call 612 345 678");
    let gold = json!({ "text": text, "spans": [[0, 15, "EMAIL_ADDRESS"], [19, 23, "MAIL"], [30, 41, "ORDER", 1]] });
    place.write("gold.jsonl", &format!("{gold}\n"));
    let unknown = place.tacitd(&["eval", "gold.jsonl"], b"");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("hint: --map MAIL=KIND"), "{}", unknown.stderr);
    let flags = ["eval", "gold.jsonl", "--map", "MAIL=EMAIL", "--without", "ORDER", "--list"];
    let told = place.tacitd(&flags, b"");
    let row = |name: &str| -> Vec<String> {
        let line = told.stdout.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("EMAIL"), ["EMAIL", "2", "1", "1.000", "0.500", "0.667", "0.7895", "0"]);
    assert!(told.stdout.contains("line 1, 19-23: MAIL missed\n"), "{}", told.stdout);
    assert!(!told.stdout.contains("bea") && !told.stdout.contains(secret));
    // Of what is found only a mail address counts; that the telephone was hidden counts still.
    let flags = ["eval", "gold.jsonl", "--map", "MAIL=EMAIL,ORDER=PHONE", "--kinds", "EMAIL"];
    let told_of_one = place.tacitd(&flags, b"");
    assert!(
        told_of_one.stdout.contains("PHONE                    1       0"),
        "{}",
        told_of_one.stdout
    );
    let flags = ["eval", "gold.jsonl", "--kinds", "CANARY"];
    assert_eq!(place.tacitd(&flags, b"").code, Some(2));
    let flags = ["eval", "gold.jsonl", "--map", "MAIL=EMAIL", "--without", "ORDER", "--list"];
    let shown = place.tacitd(&[&flags[..], &["--show"]].concat(), b"");
    assert!(shown.stdout.contains("MAIL missed  \"bea@\""), "{}", shown.stdout);
    place.write("gold.jsonl", "{\"text\": \"ana@example.org\", \"spans\": [[0]]}\n");
    let broken = place.tacitd(&["eval", "gold.jsonl"], b"");
    assert!(
        broken.code == Some(1) && broken.stderr.contains("gold.jsonl, line 1"),
        "{}",
        broken.stderr
    );
    assert!(!broken.stderr.contains("ana@"), "{}", broken.stderr);
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Place::new();
    let all = place.tacitd(&["rules", "-o", "json"], b"");
    let listed: Value = serde_json::from_str(&all.stdout).unwrap();
    assert!(listed["rules"].as_array().unwrap().len() > 900);
    let one = place.tacitd(&["rules", "us-ssn"], b"").stdout;
    assert!(
        one.starts_with("us-ssn (SOCIAL_SECURITY)\n") && one.contains("\nwords nearby:\n"),
        "{one}"
    );
    let kind = place.tacitd(&["rules", "iban"], b"").stdout;
    assert!(kind.starts_with("iban (IBAN)\n"), "{kind}");
    let none = place.tacitd(&["rules", "us-snn"], b"");
    assert!(none.code == Some(1) && none.stderr.contains("`us-ssn`"), "{}", none.stderr);
}

#[test]
fn a_long_line_is_worked_whole() {
    let place = Place::new();
    let line = "Order 3892320 shipped to ana@example.org in 2 boxes; ".repeat(100_000);
    let ended = place.tacitd(&["redact"], line.as_bytes());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, line.replace("ana@example.org", "<EMAIL_1>"));
}
