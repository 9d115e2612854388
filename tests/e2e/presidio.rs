//! Presidio's routes: the shapes of its analyzer and its anonymizer, their limits, and what is refused instead of failing.

use serde_json::{Value, json};
use std::process::Command;
use support::{Daemon, Place, Reply};

const JSON: (&str, &str) = ("content-type", "application/json");

fn post(daemon: &Daemon, path: &str, body: &Value) -> Reply {
    daemon.post(path, &body.to_string())
}

fn good(daemon: &Daemon, path: &str, body: &Value) -> Value {
    let reply = post(daemon, path, body);
    assert_eq!(reply.status, 200, "{path} {body}: {}", reply.body);
    reply.json()
}

fn refused(reply: &Reply, status: u16, why: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    let error = reply.json();
    assert_eq!(error.as_object().unwrap().len(), 1, "{error}");
    assert!(error["error"].as_str().unwrap().contains(why), "{error} does not say {why}");
    assert!(!reply.header("x-request-id").is_empty());
}

/// What was found: the type and the piece of the text by code points.
fn found(daemon: &Daemon, body: &Value) -> Vec<(String, String)> {
    let text: Vec<char> = body["text"].as_str().unwrap().chars().collect();
    let place = |item: &Value, name: &str| item[name].as_u64().unwrap() as usize;
    let items = good(daemon, "/analyze", body);
    let pieces = items.as_array().unwrap().iter().map(|item| {
        let piece = text[place(item, "start")..place(item, "end")].iter().collect();
        (item["entity_type"].as_str().unwrap().to_owned(), piece)
    });
    pieces.collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_text_is_analyzed_in_presidios_shape() {
    let daemon = Place::new().serve(&[]);
    let text = "\u{1f600} ñu: ana@example.org, DNI 12345678Z <EMAIL_1>";
    let answer = good(&daemon, "/analyze", &json!({"text": text, "language": "en"}));
    let first = json!({
        "entity_type": "EMAIL_ADDRESS", "start": 6, "end": 21, "score": 0.95, "analysis_explanation": null
    });
    assert_eq!(answer[0], first, "{answer}");
    assert_eq!(
        found(&daemon, &json!({"text": text, "language": "es-ES"})),
        pairs(&[("EMAIL_ADDRESS", "ana@example.org"), ("ES_NIF", "12345678Z")])
    );
    let many = good(&daemon, "/analyze", &json!({"text": [text, "none", ""], "language": "en"}));
    assert_eq!((&many[0], &many[1], &many[2]), (&answer, &json!([]), &json!([])));
    assert_eq!(good(&daemon, "/analyze", &json!({"text": [], "language": "en"})), json!([]));
}

#[test]
fn a_decision_is_explained_on_demand() {
    let daemon = Place::new().serve(&[]);
    let body = json!({
        "text": "order AB-123, DNI 12345678Z", "language": "en", "return_decision_process": true,
        "correlation_id": "any", "unheard_of": 1,
        "ad_hoc_recognizers": [{
            "name": "Orders", "supported_language": "en", "supported_entity": "ORDER",
            "patterns": [{"name": "order", "regex": r"\b[a-z]{2}-\d{3}\b", "score": 0.5}], "context": ["Order"]
        }]
    });
    let answer = good(&daemon, "/analyze", &body);
    let explanation = json!({
        "recognizer": "Orders", "pattern_name": "order", "pattern": r"\b[a-z]{2}-\d{3}\b",
        "original_score": 0.5, "score": 0.85, "textual_explanation": "Detected by `Orders` using pattern `order`",
        "score_context_improvement": 0.35, "supportive_context_word": "order",
        "validation_result": null, "regex_flags": 26
    });
    assert_eq!(answer[0]["analysis_explanation"], explanation, "{answer}");
    let ours = &answer[1]["analysis_explanation"];
    assert_eq!(
        (&ours["recognizer"], &ours["pattern"], &ours["validation_result"]),
        (&json!("es-dni"), &Value::Null, &json!(true))
    );
    assert_eq!(ours["supportive_context_word"], "");
}

#[test]
fn finds_are_filtered_by_type_score_and_allow_list() {
    let daemon = Place::new().serve(&[]);
    let text = "ana@example.org 4111 1111 1111 1111 bob@example.org";
    let ask = |more: Value| {
        let mut body = json!({"text": text, "language": "en"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        found(&daemon, &body)
    };
    let card = pairs(&[("CREDIT_CARD", "4111 1111 1111 1111")]);
    assert_eq!(ask(json!({"entities": ["CREDIT_CARD", "PERSON"]})), card);
    assert_eq!(ask(json!({"entities": ["CARD"]})), card, "our own names are taken too");
    assert_eq!(ask(json!({"entities": []})).len(), 3);
    assert_eq!(ask(json!({"score_threshold": 1.0})).len(), 0);
    assert_eq!(ask(json!({"allow_list": ["ana@example.org", "bob"]})).len(), 2);
    assert_eq!(ask(json!({"allow_list": [r"@EXAMPLE\.org$"], "allow_list_match": "regex"})), card);
    let strict = json!({"allow_list": ["@EXAMPLE"], "allow_list_match": "regex", "regex_flags": 0});
    assert_eq!(ask(strict).len(), 3);
}

#[test]
fn ad_hoc_recognizers_compete_with_ours() {
    let daemon = Place::new().serve(&[]);
    let text = "Ask Mr. Ñu at ana@example.org";
    let ask = |recognizers: Value| {
        found(&daemon, &json!({"text": text, "language": "en", "ad_hoc_recognizers": recognizers}))
    };
    let titles = json!([{"supported_entity": "TITLE", "deny_list": ["mr.", "mrs."]}]);
    assert_eq!(ask(titles), pairs(&[("TITLE", "Mr."), ("EMAIL_ADDRESS", "ana@example.org")]));
    let weak = json!([{"supported_entity": "WORD", "patterns": [{"name": "w", "regex": "example", "score": 0.1}]}]);
    assert_eq!(ask(weak), pairs(&[("EMAIL_ADDRESS", "ana@example.org")]));
    let sure = json!([{"supported_entity": "WORD", "patterns": [{"name": "w", "regex": "EXAMPLE", "score": 1}]}]);
    assert_eq!(ask(sure), pairs(&[("WORD", "example")]));
    let french =
        json!([{"supported_language": "fr", "supported_entity": "WORD", "deny_list": ["ask"]}]);
    assert_eq!(ask(french), pairs(&[("EMAIL_ADDRESS", "ana@example.org")]));
    let body = json!({
        "text": "id ab", "language": "en", "context": ["id"], "score_threshold": 0.4,
        "ad_hoc_recognizers": [{"supported_entity": "X", "patterns": [{"name": "x", "regex": "ab", "score": 0.01}]}]
    });
    assert_eq!(good(&daemon, "/analyze", &body)[0]["score"], 0.4);
}

#[test]
fn an_expression_made_to_explode_takes_no_time() {
    let daemon = Place::new().serve(&["--server.request-timeout", "20s"]);
    let text = "a".repeat(200_000) + "!";
    let body = json!({
        "text": text, "language": "en",
        "ad_hoc_recognizers": [{"supported_entity": "BOMB", "patterns": [{"name": "b", "regex": "(a+)+$", "score": 1}]}]
    });
    assert_eq!(good(&daemon, "/analyze", &body), json!([]));
    assert_eq!(daemon.get("/livez").status, 200);
}

#[test]
fn a_wrong_analysis_is_refused_without_a_word_of_it() {
    let daemon = Place::new().serve(&[]);
    let pattern = |regex: &str| {
        json!({"text": "x", "language": "en", "ad_hoc_recognizers": [
            {"supported_entity": "A", "deny_list": ["x"]},
            {"supported_entity": "B", "patterns": [
                {"name": "good", "regex": "x", "score": 0.1}, {"name": "bad", "regex": regex, "score": 0.1}]}
        ]})
    };
    let many = |count: usize, entry: Value| Value::Array(vec![entry; count]);
    let recognizer = json!({"supported_entity": "A", "deny_list": ["x"]});
    let place = "ad_hoc_recognizers[1].patterns[1].regex";
    for (body, why) in [
        (json!({}), "No text provided"),
        (json!({"text": "canary"}), "No language provided"),
        (json!({"text": "canary", "language": "canary"}), "language must be"),
        (json!({"text": {"canary": 1}, "language": "en"}), "text must be a string or a list"),
        (json!({"text": ["canary", 1], "language": "en"}), "text must hold strings only"),
        (json!({"text": many(1001, json!("")), "language": "en"}), "text has more than 1000"),
        (json!({"text": "", "language": "en", "entities": ["URL", "CANARY"]}), "entities[1]"),
        (json!({"text": "", "language": "en", "score_threshold": 2}), "score_threshold"),
        (json!({"text": "", "language": "en", "allow_list_match": "canary"}), "allow_list_match"),
        (json!({"text": "", "language": "en", "allow_list": many(1001, json!("x"))}), "allow_list"),
        (json!({"text": "", "language": "en", "regex_flags": 1}), "regex_flags"),
        (
            json!({"text": "", "language": "en", "ad_hoc_recognizers": [{"deny_list": ["canary"]}]}),
            "supported_entity",
        ),
        (
            json!({"text": "", "language": "en", "ad_hoc_recognizers": [{"supported_entity": "A"}]}),
            "patterns",
        ),
        (
            json!({"text": "", "language": "en", "ad_hoc_recognizers": many(51, recognizer)}),
            "more than 50",
        ),
        (found_everywhere(), "more than 20000 places"),
        (pattern("(canary"), place),
        (pattern("(?=canary)"), place),
        (pattern(r"\w{900}{900}"), place),
        (pattern(&"x".repeat(5_000)), place),
    ] {
        let reply = post(&daemon, "/analyze", &body);
        refused(&reply, 422, why);
        assert!(!reply.body.to_lowercase().contains("canary"), "{}", reply.body);
    }
    refused(&daemon.post("/analyze", "{\"text\":\"canary"), 400, "Invalid request json");
}

/// A pattern that finds every letter of a long text.
fn found_everywhere() -> Value {
    json!({"text": "canary".repeat(4_000), "language": "en", "ad_hoc_recognizers": [
        {"supported_entity": "A", "patterns": [{"name": "a", "regex": ".", "score": 0.5}]}
    ]})
}

#[test]
fn texts_are_anonymized_with_every_operator() {
    let daemon = Place::new().serve(&[]);
    let text = "\u{1f600} Ana, 612 345 678, añil, x, y, z";
    let part = |start: u32, end: u32, name: &str| json!({"start": start, "end": end, "score": 0.8, "entity_type": name});
    let body = json!({
        "text": text,
        "analyzer_results": [
            part(2, 5, "PERSON"), part(7, 18, "PHONE_NUMBER"), part(20, 24, "COLOUR"),
            part(26, 27, "X"), part(29, 30, "Y"), part(32, 33, "Z")
        ],
        "anonymizers": {
            "PERSON": {"type": "replace", "new_value": "\u{1f648}\u{1f649}"},
            "PHONE_NUMBER": {"type": "mask", "masking_char": "*", "chars_to_mask": 7, "from_end": true},
            "X": {"type": "redact"}, "Y": {"type": "keep"},
            "Z": {"type": "hash", "hash_type": "sha256", "salt": "0123456789abcdef"}
        }
    });
    let answer = good(&daemon, "/anonymize", &body);
    let digest = "DIGEST";
    let hidden = format!("\u{1f600} \u{1f648}\u{1f649}, 612 *******, <COLOUR>, , y, {digest}");
    assert_eq!(answer["text"].as_str().unwrap().replace(&digest_of_z(), digest), hidden);
    let changed: Vec<char> = answer["text"].as_str().unwrap().chars().collect();
    let items = answer["items"].as_array().unwrap();
    let operators: Vec<_> = items.iter().map(|item| item["operator"].as_str().unwrap()).collect();
    assert_eq!(operators, ["hash", "keep", "redact", "replace", "mask", "replace"]);
    for item in items {
        let (start, end) = (item["start"].as_u64().unwrap(), item["end"].as_u64().unwrap());
        let piece: String = changed[start as usize..end as usize].iter().collect();
        assert_eq!(item["text"], piece, "{item}");
    }
    let unsalted = json!({
        "text": "z z", "analyzer_results": [part(0, 1, "Z"), part(2, 3, "Y")],
        "anonymizers": {"DEFAULT": {"type": "hash"}}
    });
    let once = good(&daemon, "/anonymize", &unsalted);
    assert_eq!(once["items"][0]["text"], once["items"][1]["text"], "one salt for a request");
    assert_ne!(
        once["text"],
        good(&daemon, "/anonymize", &unsalted)["text"],
        "another for the next"
    );
}

/// As any other program makes it.
fn digest_of_z() -> String {
    let said =
        support::run(Command::new("sh").args(["-c", "printf z0123456789abcdef | sha256sum"]));
    said.split(' ').next().unwrap().to_owned()
}

#[test]
fn nothing_that_was_found_shows_through_an_overlap() {
    let daemon = Place::new().serve(&[]);
    let part = |start: u32, end: u32, name: &str, score: f64| json!({"start": start, "end": end, "score": score, "entity_type": name});
    let ask = |parts: Value, anonymizers: Value| {
        let body =
            json!({"text": "0123456789", "analyzer_results": parts, "anonymizers": anonymizers});
        good(&daemon, "/anonymize", &body)["text"].as_str().unwrap().to_owned()
    };
    let both = json!([part(0, 6, "A", 0.1), part(4, 9, "B", 0.9)]);
    assert_eq!(ask(both, json!({})), "<A><B>9");
    let within = json!([part(0, 6, "A", 0.1), part(2, 4, "B", 0.9)]);
    assert_eq!(ask(within, json!({})), "<A>6789");
    let same = json!([part(2, 4, "A", 0.1), part(2, 4, "B", 0.9)]);
    assert_eq!(ask(same, json!({})), "01<B>456789");
    let kept = json!([part(0, 6, "A", 1.0), part(2, 4, "B", 0.1)]);
    assert_eq!(ask(kept, json!({"A": {"type": "keep"}})), "01<B>456789");
    assert_eq!(ask(json!([]), json!({})), "0123456789");
}

#[test]
fn what_is_encrypted_comes_back_with_its_key() {
    let daemon = Place::new().serve(&[]);
    let text = "\u{1f600} Ana López llamó a ana@example.org";
    let found = good(&daemon, "/analyze", &json!({"text": text, "language": "es"}));
    let mut results = found.as_array().unwrap().clone();
    results.push(json!({"start": 2, "end": 11, "score": 0.9, "entity_type": "PERSON"}));
    for key in ["0123456789abcdef", "0123456789abcdef01234567", "0123456789abcdef0123456789abcñe"]
    {
        let body = json!({"text": text, "analyzer_results": results, "anonymizers": {"DEFAULT": {"type": "encrypt", "key": key}}});
        let hidden = good(&daemon, "/anonymize", &body);
        assert!(!hidden["text"].as_str().unwrap().contains("ana@"), "{hidden}");
        let other = good(&daemon, "/anonymize", &body);
        assert_ne!(hidden["text"], other["text"], "each has its own beginning");
        let back = |key: &str| {
            let body = json!({
                "text": hidden["text"], "anonymizer_results": hidden["items"],
                "deanonymizers": {"PERSON": {"type": "decrypt", "key": key}, "DEFAULT": {"type": "decrypt", "key": key}}
            });
            post(&daemon, "/deanonymize", &body)
        };
        let shown = back(key).json();
        assert_eq!(shown["text"], text, "{shown}");
        assert_eq!(
            (&shown["items"][1]["operator"], &shown["items"][1]["text"]),
            (&json!("decrypt"), &json!("Ana López"))
        );
        refused(&back("ffffffffffffffff"), 422, "is no ciphertext under that key");
    }
}

#[test]
fn a_wrong_anonymization_is_refused_without_a_word_of_it() {
    let daemon = Place::new().serve(&[]);
    let one = |start: Value, end: Value| json!({"text": "canary", "analyzer_results": [{"start": start, "end": end, "score": 1, "entity_type": "CANARY"}]});
    let with = |operator: Value| json!({"text": "canary", "analyzer_results": [], "anonymizers": {"CANARY": operator}});
    for (body, why) in [
        (json!({"analyzer_results": []}), "No text provided"),
        (json!({"text": "canary"}), "request must contain analyzer results"),
        (
            one(json!(0), json!(7)),
            "Invalid analyzer result, start: 0 and end: 7, while text length is only 6.",
        ),
        (
            one(json!(9), json!(9)),
            "Invalid analyzer result, start: 9 and end: 9, while text length is only 6.",
        ),
        (one(json!(3), json!(2)), "start index '3' must be smaller than end index '2'"),
        (one(json!(-1), json!(2)), "must be positive"),
        (one(json!(0.5), json!(2)), "analyzer_results[0].start must be an integer"),
        (one(json!("canary"), json!(2)), "analyzer_results[0].start must be an integer"),
        (one(json!(0), json!(u64::MAX)), "analyzer_results[0].end must be an integer"),
        (one(Value::Null, json!(2)), "analyzer_results[0].start must be an integer"),
        (
            json!({"text": "canary", "analyzer_results": [{"start": 0, "end": 1}]}),
            "entity_type is missing",
        ),
        (json!({"text": "canary", "analyzer_results": ["canary"]}), "must hold objects only"),
        (with(json!("canary")), "must hold objects only"),
        (with(json!({"type": "custom"})), "type must be one of"),
        (with(json!({"type": "canary"})), "type must be one of"),
        (
            with(json!({"type": "mask", "masking_char": "canary", "chars_to_mask": 1})),
            "must be a character",
        ),
        (with(json!({"type": "hash", "salt": "canary"})), "salt must be at least 16 bytes"),
        (
            with(json!({"type": "encrypt", "key": "canary"})),
            "must be of length 128, 192 or 256 bits",
        ),
    ] {
        let reply = post(&daemon, "/anonymize", &body);
        refused(&reply, 422, why);
        assert!(!reply.body.to_lowercase().contains("canary"), "{}", reply.body);
    }
}

#[test]
fn a_long_value_in_the_place_of_many_parts_is_refused() {
    let daemon = Place::new().serve(&[]);
    let places: Vec<_> = (0..3_000)
        .map(|at| json!({"start": 2 * at, "end": 2 * at + 1, "entity_type": "A"}))
        .collect();
    let flood = json!({
        "text": "x,".repeat(3_000), "analyzer_results": places,
        "anonymizers": {"A": {"type": "replace", "new_value": "canary".repeat(1_000)}}
    });
    refused(&post(&daemon, "/anonymize", &flood), 422, "what the operators make is larger than");
}

#[test]
fn a_wrong_deanonymization_is_refused_without_a_word_of_it() {
    let daemon = Place::new().serve(&[]);
    let part = |start: u32, end: u32| json!({"start": start, "end": end, "entity_type": "CANARY"});
    let keep = json!({"DEFAULT": {"type": "deanonymize_keep"}});
    for (body, why) in [
        (
            json!({"text": "canary", "deanonymizers": keep}),
            "request must contain anonymizer results",
        ),
        (
            json!({"text": "canary", "anonymizer_results": [part(0, 3)]}),
            "no deanonymizer for start: 0 and end: 3",
        ),
        (
            json!({"text": "canary", "anonymizer_results": [part(0, 3), part(2, 4)], "deanonymizers": keep}),
            "must not overlap",
        ),
        (
            json!({"text": "canary", "anonymizer_results": [part(0, 6)], "deanonymizers": {"DEFAULT": {"type": "decrypt", "key": "0123456789abcdef"}}}),
            "no ciphertext",
        ),
    ] {
        let reply = post(&daemon, "/deanonymize", &body);
        refused(&reply, 422, why);
        assert!(!reply.body.to_lowercase().contains("canary"), "{}", reply.body);
    }
}

#[test]
fn lists_name_what_there_is() {
    let daemon = Place::new().serve(&[]);
    let names = |path: &str| -> Vec<String> {
        let listed = daemon.get(path).json();
        listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let rules = names("/recognizers?language=en");
    assert!(rules.contains(&"es-dni".to_owned()) && !rules.contains(&"look-alike".to_owned()));
    let entities = names("/supportedentities?language=es");
    assert!(entities.is_sorted(), "{entities:?}");
    for name in
        ["CREDIT_CARD", "EMAIL_ADDRESS", "ES_NIF", "IBAN_CODE", "PHONE_NUMBER", "SECRET", "US_SSN"]
    {
        assert!(entities.iter().any(|entity| entity == name), "{name}");
    }
    assert_eq!(names("/anonymizers"), ["encrypt", "hash", "keep", "mask", "redact", "replace"]);
    assert_eq!(names("/deanonymizers"), ["deanonymize_keep", "decrypt"]);
    refused(&daemon.get("/supportedentities?language=nonsense"), 422, "language must be");
    refused(&daemon.get("/recognizers?a=b&language=%20"), 422, "language must be");
}

#[test]
fn each_route_needs_its_scope_and_refuses_in_presidios_shape() {
    let place = Place::new();
    let made = place.tacitd(&["keys", "create", "-o", "json", "--scope", "analyze,redact"], b"");
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    let key = made["key"].as_str().unwrap();
    let daemon = place.serve(&["--auth.loopback", "false", "--server.max-json-mb", "1"]);
    let bearer = format!("Bearer {key}");
    let with_key = [("authorization", bearer.as_str()), JSON];
    let analyze = "{\"text\":\"ana@example.org\",\"language\":\"en\"}";
    let anonymize = "{\"text\":\"x\",\"analyzer_results\":[]}";
    assert_eq!(daemon.send("POST", "/analyze", &with_key, analyze).status, 200);
    let in_path = daemon.send("POST", &format!("/k/{key}/analyze"), &[JSON], analyze);
    assert_eq!(in_path.json()[0]["entity_type"], "EMAIL_ADDRESS");
    assert_eq!(daemon.send("POST", &format!("/k/{key}/anonymize"), &[JSON], anonymize).status, 200);
    for path in ["/recognizers", "/supportedentities", "/anonymizers"] {
        assert_eq!(daemon.send("GET", path, &with_key[..1], "").status, 200, "{path}");
    }
    refused(
        &daemon.send("GET", "/deanonymizers", &with_key[..1], ""),
        403,
        "lacks the scope `restore`",
    );
    refused(
        &daemon.send("POST", "/deanonymize", &with_key, anonymize),
        403,
        "lacks the scope `restore`",
    );
    refused(&daemon.send("POST", "/analyze", &[JSON], analyze), 401, "needs an API key");
    refused(&daemon.send("POST", "/k/none/analyze", &[JSON], analyze), 401, "not valid");
    let wrong_method = daemon.send("GET", "/analyze", &with_key[..1], "");
    refused(&wrong_method, 405, "POST");
    assert_eq!(wrong_method.header("allow"), "POST");
    refused(&daemon.send("POST", "/anonymize", &with_key[..1], anonymize), 415, "application/json");
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(1_100_000));
    refused(&daemon.send("POST", "/analyze", &with_key, &large), 413, "larger than");
    assert_eq!(daemon.send("POST", "/analyze/more", &with_key, analyze).code(), "not_found");
}
