//! What goes wrong around the gateway: upstreams that die, stall, lie and flood, clients that go, crowds, and bodies that
//! nobody should send. Each has its error in the form of its dialect, and the daemon goes on.

use serde_json::{Value, json};
use support::{Client, Dialect, Gateway, Place, Reply, Script, Told, Upstream, until};

const TEXT: &str = "Write to ana@example.org, and to bea@example.org, and to carl@example.org.";

/// What a development build may hold with a thousand streams open.
const RESIDENT_KIB_MAX: u64 = 250 * 1024;

/// Short waits, so that the test of them takes no longer than it must.
const IMPATIENT: &str = "first_byte_timeout = \"1s\"\nidle_timeout = \"1s\"";

/// Goes on asking an upstream that fails on purpose.
const PATIENT: [&str; 2] = ["--infer.failures", "1000"];

fn patient() -> Gateway {
    Gateway::with(Place::new(), Script::echo(), &PATIENT)
}

/// The error of an answer that failed before anything was said.
fn refused(dialect: Dialect, reply: &Reply) -> (u16, String) {
    let error = &reply.json()["error"];
    let message = error["message"].as_str().or(error.as_str()).unwrap_or_default().to_owned();
    assert!(!message.is_empty(), "{dialect:?} {reply:?}");
    assert!(!reply.body.contains("example.org"), "{dialect:?} {reply:?}");
    (reply.status, message)
}

#[test]
fn an_upstream_that_dies_ends_the_stream_with_an_error() {
    for dialect in Dialect::streaming() {
        let gateway = patient();
        let whole = gateway.ask(dialect, &dialect.ask(TEXT, true)).body.len();
        for bytes in [1, whole / 4, whole / 2, whole * 2 / 3] {
            gateway.upstream.answer(Script::echo().drop_after(bytes));
            let reply = gateway.ask(dialect, &dialect.ask(TEXT, true));
            if reply.status != 200 {
                assert_eq!(refused(dialect, &reply).0, 502, "{dialect:?} {bytes}");
                continue;
            }
            assert!(reply.whole, "{dialect:?} {bytes}: {reply:?}");
            let told = Told::stream(dialect, &reply.body);
            let error =
                told.error.as_ref().unwrap_or_else(|| panic!("{dialect:?} {bytes} {reply:?}"));
            assert!(TEXT.starts_with(told.text()), "{dialect:?} {told:?}");
            assert!(!error.to_string().contains("example.org"), "{error}");
        }
        gateway.upstream.answer(Script::echo().drop_after(10));
        let reply = gateway.ask(dialect, &dialect.ask(TEXT, false));
        assert_eq!(refused(dialect, &reply).0, 502, "{dialect:?}");
        gateway.upstream.answer(Script::echo());
        assert_eq!(gateway.told(dialect, &dialect.ask(TEXT, true)).text(), TEXT, "it goes on");
    }
}

#[test]
fn an_upstream_that_stalls_is_given_up() {
    for dialect in [Dialect::Chat, Dialect::Messages, Dialect::OllamaChat] {
        let (place, upstream) = (Place::new(), Upstream::answering(Script::silent()));
        place.write("tacit.toml", &support::tables(&upstream.url(), IMPATIENT));
        let daemon = place.serve(&[&PATIENT[..], &["--infer.retries", "0"]].concat());
        for streams in [false, true] {
            let reply = daemon.post(dialect.path(), &dialect.ask(TEXT, streams).to_string());
            assert_eq!(refused(dialect, &reply).0, 504, "{dialect:?}");
        }
        upstream.answer(Script::echo().stall_after(500));
        let reply = daemon.post(dialect.path(), &dialect.ask(TEXT, true).to_string());
        assert!(reply.status == 200 && reply.whole, "{dialect:?} {reply:?}");
        let told = Told::stream(dialect, &reply.body);
        assert!(told.error.is_some() && TEXT.starts_with(told.text()), "{dialect:?} {told:?}");
        until("each connection was closed", || upstream.gone() == 3);
    }
}

#[test]
fn an_upstream_that_talks_nonsense_is_not_passed_on() {
    let raw = |kind, body: &[u8]| Script::raw(200, kind, body);
    let event = "text/event-stream";
    for dialect in Dialect::streaming() {
        let gateway = patient();
        for script in [
            Script::html(),
            raw("application/json", b"\xff\xfe ana@example.org"),
            raw("application/json", b"{\"choices\":"),
            raw("application/json", b""),
            raw(event, b"data: {nonsense ana@example.org\n\n"),
            raw(event, b"data: \x00\x01\x02\xff\n\n"),
            raw(event, b""),
        ] {
            gateway.upstream.answer(script);
            for streams in [false, true] {
                let reply = gateway.ask(dialect, &dialect.ask(TEXT, streams));
                assert!(
                    !reply.body.contains("nonsense") && !reply.body.contains("Sign in"),
                    "{reply:?}"
                );
                assert!(!reply.body.contains("example.org"), "{dialect:?} {reply:?}");
                if streams && reply.status == 200 {
                    let told = Told::stream(dialect, &reply.body);
                    assert!(reply.whole && told.error.is_some(), "{dialect:?} {reply:?}");
                } else {
                    assert_eq!(refused(dialect, &reply).0, 502, "{dialect:?}");
                }
            }
        }
    }
}

#[test]
fn an_event_that_never_ends_is_given_up() {
    let gateway = Gateway::start(Script::flood());
    let reply = gateway.ask(Dialect::Chat, &Dialect::Chat.ask(TEXT, true));
    match reply.status {
        200 => assert!(Told::stream(Dialect::Chat, &reply.body).error.is_some(), "{reply:?}"),
        _ => assert_eq!(refused(Dialect::Chat, &reply).0, 502),
    }
    until("the upstream was left", || gateway.upstream.gone() == 1);
    let resident = gateway.daemon.resident_kib();
    assert!(resident < RESIDENT_KIB_MAX, "{resident} KiB");
}

#[test]
fn a_client_that_goes_takes_its_question_back() {
    let gateway = Gateway::start(Script::echo().stall_after(600));
    for dialect in [Dialect::Chat, Dialect::Messages, Dialect::OllamaGenerate] {
        let before = gateway.upstream.gone();
        let (mut client, reply) = gateway.begin(dialect, &dialect.ask(TEXT, true));
        assert_eq!(reply.status, 200);
        client.piece().unwrap();
        until("it stalls", || gateway.upstream.stalled() == 1);
        drop(client);
        until("the upstream heard of it", || gateway.upstream.gone() == before + 1);
    }
    // The same while nothing was answered yet.
    gateway.upstream.answer(Script::silent());
    let mut client = gateway.daemon.connect();
    let body = Dialect::Chat.ask(TEXT, false).to_string();
    client.write(format!("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes());
    until("it stalls", || gateway.upstream.stalled() == 1);
    drop(client);
    until("the upstream heard of it", || gateway.upstream.gone() == 4);
}

#[test]
fn a_thousand_streams_at_once_have_their_own() {
    let place = Place::new().with("MAX_CONCURRENT_STREAMS", "2000");
    let script = Script::echo().stall_after(300);
    let gateway = Gateway::with(place, script, &["--queue.running", "2000"]);
    let mut clients: Vec<(usize, Client)> = Vec::new();
    for number in 0..1_000 {
        let body = Dialect::Chat.ask(&format!("I am p{number}@example.org, really."), true);
        let (client, reply) = gateway.begin(Dialect::Chat, &body);
        assert_eq!(reply.status, 200, "{number} {reply:?}");
        clients.push((number, client));
    }
    until("all of them speak", || gateway.upstream.stalled() == 1_000);
    let resident = gateway.daemon.resident_kib();
    assert!(resident < RESIDENT_KIB_MAX, "{resident} KiB");
    assert_eq!(gateway.daemon.get("/livez").status, 200);
    gateway.upstream.resume();
    for (number, mut client) in clients {
        let mut body = Vec::new();
        while let Some(piece) = client.piece().unwrap() {
            body.extend_from_slice(&piece);
        }
        let told = Told::stream(Dialect::Chat, std::str::from_utf8(&body).unwrap());
        assert_eq!(told.text(), format!("I am p{number}@example.org, really."));
    }
}

#[test]
fn a_prompt_of_fifty_megabytes_goes_through() {
    let place = Place::new().with("MAX_JSON_MB", "64");
    let gateway = Gateway::with(place, Script::echo(), &["--gateway.explain", "false"]);
    let image = format!("data:image/png;base64,{}", "QUJD".repeat(13_000_000));
    let body = json!({"model": "fake-large", "messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": image}},
        {"type": "text", "text": TEXT},
    ]}]});
    let reply = gateway.ask(Dialect::Chat, &body);
    assert_eq!(support::told(Dialect::Chat, &reply).text(), TEXT);
    let asked = gateway.upstream.last();
    assert!(
        asked.body.len() > 50_000_000 && !asked.text().contains("ana@"),
        "{}",
        asked.body.len()
    );
    let too_large = json!({"model": "fake-large", "prompt": "a".repeat(70 << 20)});
    assert_eq!(gateway.ask(Dialect::Completions, &too_large).status, 413);
}

#[test]
fn bodies_that_make_no_sense_are_refused_in_the_form_of_the_dialect() {
    let gateway = Gateway::start(Script::echo());
    let deep = format!("{{\"messages\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for dialect in Dialect::ALL {
        for (body, status) in [
            ("", 400),
            ("{", 400),
            (deep.as_str(), 400),
            ("{} ana@example.org", 400),
            ("[]", 422),
            ("\"ana@example.org\"", 422),
        ] {
            let reply = gateway.daemon.post(dialect.path(), body);
            let (found, _) = refused(dialect, &reply);
            assert!([status, 400].contains(&found), "{dialect:?} {status} {reply:?}");
        }
        assert_eq!(gateway.daemon.send("POST", dialect.path(), &[], "{}").status, 415);
        assert_eq!(gateway.daemon.get(dialect.path()).status, 405);
    }
    assert!(gateway.upstream.requests().is_empty());
    // Half a character is no text, and hides nobody.
    let half =
        r#"{"model":"\ud800","messages":[{"role":"user","content":"\ud800 ana@example.org"}]}"#;
    let reply = gateway.daemon.post("/v1/chat/completions", half);
    assert!(reply.status < 500 && !reply.body.contains("ana@"), "{reply:?}");
    let asked = gateway.upstream.requests();
    assert!(!asked.iter().any(|asked| asked.text().contains("ana@")), "{asked:?}");
}

#[test]
fn what_stands_twice_is_hidden_twice() {
    let gateway = Gateway::start(Script::text("<EMAIL_1> <EMAIL_2> <EMAIL_3> <EMAIL_4>"));
    let body = r#"{"model":"fake-large","messages":[{"role":"user","content":"ana@example.org"}],"model":"fake-small",
        "messages":[{"role":"user","content":"bea@example.org","content":"carl@example.org"}]}"#;
    let reply = gateway.daemon.post("/v1/chat/completions", body);
    // Whether it is refused or passed on, nobody's address leaves.
    let seen: String =
        gateway.upstream.requests().iter().map(|asked| asked.text().to_owned()).collect();
    assert!(!seen.contains("example.org"), "{seen}");
    if reply.status == 200 {
        let told = support::told(Dialect::Chat, &reply);
        assert_eq!(told.text(), "ana@example.org bea@example.org carl@example.org <EMAIL_4>");
    } else {
        assert_eq!(refused(Dialect::Chat, &reply).0, 400);
    }
}

#[test]
fn an_upstream_that_fails_again_and_again_is_left_alone() {
    let upstream = Upstream::answering(Script::status(503, "{}"));
    let arguments = ["--infer.failures", "3", "--infer.pause", "1h", "--infer.retries", "0"];
    let daemon = Place::new().serve(&[&arguments[..], &["--infer.url", &upstream.url()]].concat());
    for _ in 0..3 {
        assert_eq!(ask(&daemon, true).status, 503, "as the upstream says");
    }
    upstream.answer(Script::echo());
    let reply = ask(&daemon, true);
    assert_eq!((reply.status, reply.code().as_str()), (503, "no_upstream"), "{reply:?}");
    assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
    assert_eq!(upstream.requests().len(), 3);
}

#[test]
fn another_model_stands_in_where_that_is_said() {
    let (first, second) = (Upstream::answering(Script::status(503, "{}")), Upstream::start());
    let place = Place::new();
    let table = |name: &str, url: &str| {
        format!("[[upstream]]\nname = \"{name}\"\nurl = \"{url}\"\nmodels = [\"{name}\"]\n")
    };
    let tables = [table("large", &first.url()), table("small", &second.url())].concat();
    place.write("tacit.toml", &format!("{tables}[fallback]\nlarge = [\"small\"]\n"));
    let daemon = place.serve(&[]);
    let mut ask = Dialect::Chat.ask(TEXT, false);
    ask["model"] = json!("large");
    let reply = daemon.post("/v1/chat/completions", &ask.to_string());
    assert_eq!(support::told(Dialect::Chat, &reply).text(), TEXT);
    assert_eq!(second.last().json()["model"], "small");
    assert_eq!(reply.json()["model"], "large", "what the client asked for");
}

/// Two upstreams, the first of which is asked first.
fn two(first: &str, second: &Upstream) -> (Place, support::Daemon) {
    let place = Place::new();
    let table = |name: &str, url: &str, priority: u32| {
        format!(
            "[[upstream]]\nname = \"{name}\"\nurl = \"{url}\"\nmodels = [\"*\"]\npriority = {priority}\n"
        )
    };
    let tables = [table("first", first, 1), table("second", &second.url(), 2)].concat();
    place.write("tacit.toml", &tables);
    let daemon = place.serve(&[]);
    (place, daemon)
}

fn ask(daemon: &support::Daemon, streams: bool) -> Reply {
    daemon.post("/v1/chat/completions", &Dialect::Chat.ask(TEXT, streams).to_string())
}

#[test]
fn another_upstream_answers_where_the_first_cannot() {
    let (first, second) = (Upstream::start(), Upstream::start());
    let (_place, daemon) = two(&first.url(), &second);
    for streams in [false, true] {
        for script in
            [Script::status(503, "{}"), Script::status(429, "{}"), Script::status(502, "{}")]
        {
            first.first([script]);
            let told = support::told(Dialect::Chat, &ask(&daemon, streams));
            assert_eq!(told.text(), TEXT);
            until("it was asked at all", || !first.requests().is_empty());
        }
    }
    assert!(!second.requests().is_empty());
    // Nobody listens there.
    let nobody = format!("http://127.0.0.1:{}", support::free_port());
    let (_place, daemon) = two(&nobody, &second);
    assert_eq!(support::told(Dialect::Chat, &ask(&daemon, true)).text(), TEXT);
}

#[test]
fn nothing_is_asked_again_once_something_was_said() {
    let (first, second) = (Upstream::start(), Upstream::start());
    first.answer(Script::echo().drop_after(700));
    let (_place, daemon) = two(&first.url(), &second);
    let told = Told::stream(Dialect::Chat, &ask(&daemon, true).body);
    assert!(told.error.is_some() && !told.text().is_empty(), "{told:?}");
    assert_eq!((first.requests().len(), second.requests().len()), (1, 0));
}

#[test]
fn without_an_upstream_that_is_said() {
    let daemon = Place::new().serve(&[]);
    let reply = ask(&daemon, false);
    assert_eq!((reply.status, reply.code().as_str()), (503, "no_upstream"));
    let (first, second) = (Upstream::start(), Upstream::start());
    let (_place, daemon) = two(&first.url(), &second);
    drop(first);
    drop(second);
    let reply = ask(&daemon, true);
    let error: Value = reply.json();
    assert!([502, 503].contains(&reply.status), "{error}");
}
