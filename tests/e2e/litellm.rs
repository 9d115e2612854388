//! LiteLLM's own Presidio guardrail against tacitd. It speaks to both of Presidio's services and is given tacitd's address
//! and nothing else; `tests/clients/litellm_guardrail.py` drives it, once for all the tests here.

use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::OnceLock;
use support::{Place, not_run, run};

/// The word that stands in every text.
const CANARY: &str = "xanary7q";

/// The Python that has LiteLLM; `tests/run` makes it.
const PYTHON: &str = "TESTS_LITELLM";

/// Why there is none, where `tests/run` could not make it.
const MISSING: &str = "TESTS_LITELLM_MISSING";

const ENGLISH: &str =
    "xanary7q: write to <EMAIL_ADDRESS>, card <CREDIT_CARD>, call <PHONE_NUMBER>.";
const SPANISH: &str =
    "Señora <PERSON> 😀 xanary7q: DNI <ES_NIF>, cuenta <IBAN_CODE>, tel. <PHONE_NUMBER>.";
const PLAIN: &str =
    "xanary7q: write to ana@example.org, card 4111 1111 1111 1111, call +34 612 345 678.";

/// What the guardrail made of everything, and all that the daemons said meanwhile.
struct Outcome {
    report: Value,
    said: String,
    keys: [String; 2],
}

/// Runs the guardrail, the first time it is asked.
fn outcome(test: &str) -> Option<&'static Outcome> {
    static OUTCOME: OnceLock<Option<Outcome>> = OnceLock::new();
    let outcome = OUTCOME.get_or_init(|| std::env::var_os(PYTHON).map(PathBuf::from).map(drive));
    if outcome.is_none() {
        let why = std::env::var(MISSING);
        let why = why.unwrap_or_else(|_| format!("{PYTHON} names no Python that has LiteLLM"));
        not_run(&format!("e2e litellm::{test}"), &why);
    }
    outcome.as_ref()
}

fn drive(python: PathBuf) -> Outcome {
    let place = Place::new();
    let open = place.serve(&["--log.level", "trace"]);
    let keyed_place = Place::new();
    let keyed = keyed_place.serve(&["--auth.loopback", "false", "--log.level", "trace"]);
    let key = |scope| {
        let ended = keyed_place.tacitd(&["keys", "create", "--scope", scope], b"");
        ended.stdout.trim().to_owned()
    };
    let keys = [key("analyze,redact"), key("analyze,redact,restore")];
    let recognizers = json!([{
        "name": "Orders", "supported_language": "en", "supported_entity": "ORDER",
        "patterns": [{"name": "order", "regex": r"\b[A-Z]{2}-\d{3}\b", "score": 0.9}]
    }]);
    let recognizers = place.write("recognizers.json", &recognizers.to_string());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/litellm_guardrail.py");
    let arguments = [script, &keyed.url(), &keys[0], &keys[1], recognizers.to_str().unwrap()]
        .map(str::to_owned);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = place.command(&python, &arguments);
    command
        .env("PRESIDIO_ANALYZER_API_BASE", open.url())
        .env("PRESIDIO_ANONYMIZER_API_BASE", open.url())
        // It would otherwise ask the network for a list of prices.
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let report = serde_json::from_str(&run(&mut command)).unwrap();
    let mut said = [open.get("/metrics").body, keyed.get("/metrics").body].concat();
    for ended in [open.stop(), keyed.stop()] {
        said.push_str(&ended.stdout);
        said.push_str(&ended.stderr);
    }
    Outcome { report, said, keys }
}

#[test]
fn texts_are_masked_wherever_a_message_holds_them() {
    let Some(outcome) = outcome("texts_are_masked_wherever_a_message_holds_them") else { return };
    let parts = json!([
        {"type": "text", "text": SPANISH},
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "text", "text": "xanary7q again <EMAIL_ADDRESS>"}
    ]);
    let masked = json!([ENGLISH, parts, "", "  ", null, "xanary7q nothing here"]);
    assert_eq!(outcome.report["masks"], masked);
    let answers = json!({"whole": ENGLISH, "streamed": ENGLISH});
    assert_eq!(outcome.report["answers_are_masked"], answers);
    let logs = json!({"sent": [PLAIN], "logged": [ENGLISH]});
    assert_eq!(outcome.report["logs_are_masked"], logs);
}

#[test]
fn answers_get_their_originals_back() {
    let Some(outcome) = outcome("answers_get_their_originals_back") else { return };
    let expected = json!({
        "hidden": "xanary7q: write to <EMAIL_ADDRESS_1>, card <CREDIT_CARD_2>, call <PHONE_NUMBER_3>.",
        "shown": format!("I wrote to ana@example.org and not to <EMAIL_ADDRESS_9>: {PLAIN}"),
        "arguments": {"to": "ana@example.org", "body": CANARY},
        "streamed": PLAIN,
    });
    assert_eq!(outcome.report["shows_again"], expected);
}

#[test]
fn types_are_masked_blocked_or_let_through_as_configured() {
    let name = "types_are_masked_blocked_or_let_through_as_configured";
    let Some(Outcome { report, .. }) = outcome(name) else { return };
    let actions = &report["entities_have_actions"];
    assert_eq!(actions["masked"], json!(["xanary7q <EMAIL_ADDRESS>, call +34 612 345 678"]));
    for (check, entity) in [("blocked", "CREDIT_CARD"), ("ours", "SECRET")] {
        let refused = (&actions[check]["error"], &actions[check]["entity"]);
        assert_eq!(refused, (&json!("BlockedPiiEntityError"), &json!(entity)), "{actions}");
    }
    let every = &report["every_entity_can_be_asked_for"];
    assert!(
        every["asked"].as_u64().unwrap() > 50 && every["masked"] == json!([SPANISH]),
        "{every}"
    );
    let left = &report["scores_and_types_can_be_left_out"];
    let sure = ENGLISH.replace("<EMAIL_ADDRESS>", "ana@example.org");
    let denied = PLAIN.replace("ana@example.org", "<EMAIL_ADDRESS>");
    assert_eq!(left, &json!({"sure": [sure], "denied": [denied]}));
    let order = json!(["xanary7q order <ORDER> for <EMAIL_ADDRESS>"]);
    assert_eq!(report["recognizers_of_the_operator"], order);
}

#[test]
fn languages_come_from_the_settings_and_the_request() {
    let Some(outcome) = outcome("languages_come_from_the_settings_and_the_request") else { return };
    let languages = &outcome.report["languages"];
    for check in ["own", "of_the_request"] {
        assert_eq!(languages[check], json!([SPANISH]), "{check}");
    }
    let wrong = &languages["wrong"];
    let message = wrong["message"].as_str().unwrap();
    assert!(message.contains("HTTP 422") && !message.contains(CANARY), "{wrong}");
}

#[test]
fn a_long_text_is_found_in_the_pieces_it_is_sent_in() {
    let Some(outcome) = outcome("a_long_text_is_found_in_the_pieces_it_is_sent_in") else { return };
    let long = &outcome.report["long_texts_go_in_pieces"];
    let lines =
        |name: &str| long[name].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    assert_eq!(lines("lines").count(), 60);
    let hide = |(number, line): (usize, &str)| {
        line.replace(&format!("persona{number}@example.org"), "<EMAIL_ADDRESS>")
    };
    let expected: Vec<_> = lines("lines").enumerate().map(hide).collect();
    assert_eq!(lines("masked").collect::<Vec<_>>(), expected);
}

#[test]
fn callers_at_once_get_their_own() {
    let Some(outcome) = outcome("callers_at_once_get_their_own") else { return };
    let callers = outcome.report["callers_do_not_meet"].as_array().unwrap();
    assert_eq!(callers.len(), 8);
    for turn in callers.iter().flat_map(|turns| turns.as_array().unwrap()) {
        let (mine, hidden, shown) = (turn[0].as_str().unwrap(), &turn[1], &turn[2]);
        assert_eq!(hidden[0], "xanary7q <EMAIL_ADDRESS_1>");
        assert!(hidden[1].as_str().unwrap().ends_with("card <CREDIT_CARD_1>"), "{hidden}");
        assert_eq!(shown, &json!(format!("{CANARY} {mine}")));
    }
}

#[test]
fn a_key_that_stands_in_the_path_lets_it_in() {
    let Some(Outcome { report, said, keys }) = outcome("a_key_that_stands_in_the_path_lets_it_in")
    else {
        return;
    };
    let ways = &report["keys_stand_in_the_path"];
    assert!(ways["narrow"][0].as_str().unwrap().contains("<EMAIL_ADDRESS_1>"), "{ways}");
    for (way, status, why) in
        [("none", "HTTP 401", "needs an API key"), ("wide", "HTTP 403", "analyze and redact only")]
    {
        let message = ways[way]["message"].as_str().unwrap();
        assert!(message.contains(status) && message.contains(why), "{ways}");
    }
    assert!(said.contains("\"route\":\"/analyze\""), "the log was on");
    for key in keys {
        let secret = key.rsplit('_').next().unwrap();
        assert!(secret.len() > 20 && !said.contains(secret), "a key stands in a log or a metric");
    }
}

#[test]
fn nothing_of_a_prompt_is_logged_or_counted() {
    let Some(outcome) = outcome("nothing_of_a_prompt_is_logged_or_counted") else { return };
    assert!(outcome.report.to_string().contains(CANARY), "the texts held the word");
    let leaks: Vec<_> = outcome
        .said
        .lines()
        .filter(|line| line.contains(CANARY) || line.contains("ana@") || line.contains("4111 1111"))
        .collect();
    assert_eq!(leaks, [""; 0]);
}
