//! Answers that stream through the gateway: whatever is cut wherever, what its user reads is what the whole answer would
//! have been, and it is read while it comes.

use serde_json::{Value, json};
use std::io::Read;
use std::process::{Command, Stdio};
use support::{Client, Cut, Dialect, Gateway, Place, Script, Told, told, until};

/// Two originals, one of which JSON has to escape all over.
const QUOTED: &str = "Zoë \"Q\" O\\Neil 😀";
const PROMPT: &str = "Zoë \"Q\" O\\Neil 😀 is ana@example.org.";

fn gateway(script: Script) -> Gateway {
    let place = Place::new();
    let words = json!([QUOTED, "two\nlines"]);
    place.write("policies/quoted.toml", &format!("[[deny]]\nkind = \"PERSON\"\nwords = {words}\n"));
    Gateway::with(place, script, &["--privacy.policy", "quoted", "--gateway.explain", "false"])
}

/// Asks on one connection.
fn stream(client: &mut Client, dialect: Dialect, headers: &[(&str, &str)], body: &Value) -> Told {
    let headers = [headers, &[("content-type", "application/json")]].concat();
    let body = body.to_string();
    told(dialect, &client.send("POST", dialect.path(), &headers, body.as_bytes()))
}

#[test]
fn a_placeholder_comes_back_wherever_it_is_cut() {
    let gateway = gateway(Script::echo());
    let said = "Señora <PERSON_1>, 😀 **EMAIL_1** <email\\_1>.";
    let shown = format!("Señora {QUOTED}, 😀 **ana@example.org** ana@example.org.");
    let mut client = gateway.daemon.connect();
    for dialect in Dialect::streaming() {
        for at in 0..said.chars().count() {
            gateway.upstream.answer(Script::text(said).cut(Cut::After(at)));
            let told = stream(&mut client, dialect, &[], &dialect.ask(PROMPT, true));
            assert_eq!((told.text(), told.done), (shown.as_str(), true), "{dialect:?} {at}");
        }
    }
}

#[test]
fn bytes_may_be_cut_anywhere() {
    let gateway = gateway(Script::echo());
    let said = "Señora <PERSON_1>, 😀 <EMAIL_1>.";
    let shown = format!("Señora {QUOTED}, 😀 ana@example.org.");
    let mut client = gateway.daemon.connect();
    for dialect in Dialect::streaming() {
        for writes in [1, 2, 3, 5, 7, 11, 13, 64, 1 << 20] {
            let script = Script::text(said).cut(Cut::Characters(3)).writes(writes);
            for script in [script.clone(), script.ascii().comments()] {
                gateway.upstream.answer(script);
                let told = stream(&mut client, dialect, &[], &dialect.ask(PROMPT, true));
                assert_eq!(
                    (told.text(), told.done),
                    (shown.as_str(), true),
                    "{dialect:?} {writes}"
                );
            }
        }
    }
}

/// What models may say once twelve addresses were hidden.
const CORPUS: [&str; 16] = [
    "",
    "nothing of anybody's",
    "<EMAIL_1>",
    "<EMAIL_1><EMAIL_12><EMAIL_1>",
    "<<EMAIL_1>> < <EMAIL_2 >",
    "<EMAIL_1",
    "EMAIL_1 EMAIL_12 EMAIL_123 MY_EMAIL_1",
    "if a<b and EMAIL_3>c",
    "&lt;EMAIL_1&gt; &lt;p&gt; &amp;lt;",
    "**EMAIL_10** `<email_11>` \\<EMAIL\\_2\\>",
    "<EMAIL_13> <EMAIL_0> <EMAIL_01> <PERSON_1>",
    "<EMAIL_1>'s, <EMAIL_1>2 <EMAIL_1>_2",
    "EMAIL_1, EMAIL_2; [EMAIL_3] (EMAIL_4)",
    "<E<EM<EMAIL<EMAIL_<EMAIL_5>",
    "😀<EMAIL_6>😀 é<EMAIL_7>é \u{10348}<EMAIL_8>",
    "\"<EMAIL_9>\"\\n\n\t<EMAIL_10>\r\n<EMAIL",
];

#[test]
fn a_stream_says_what_the_whole_answer_and_restore_say() {
    let gateway = gateway(Script::echo());
    let prompt: Vec<_> = (1..13).map(|number| format!("p{number}@example.org")).collect();
    let prompt = prompt.join(", ");
    let session = [("x-tacit-session", "corpus")];
    let mut client = gateway.daemon.connect();
    for said in CORPUS {
        let restore = |session: &str| {
            let body = json!({"text": said, "session": session});
            gateway.daemon.post("/v1/restore", &body.to_string()).json()["text"].clone()
        };
        for dialect in Dialect::streaming() {
            gateway.upstream.answer(Script::text(said));
            let whole = stream(&mut client, dialect, &session, &dialect.ask(&prompt, false));
            assert_eq!(restore("corpus"), whole.text(), "{dialect:?} {said:?}");
            for size in [1, 2, 3, 4, 5, 7, 1000] {
                let script = Script::text(said).cut(Cut::Characters(size)).writes(size * 11);
                gateway.upstream.answer(script);
                let mut ask = dialect.ask(&prompt, true);
                if matches!(dialect, Dialect::Chat | Dialect::Completions) {
                    ask["n"] = json!(3);
                }
                let told = stream(&mut client, dialect, &session, &ask);
                assert!(told.done && told.error.is_none(), "{dialect:?} {said:?} {told:?}");
                let texts = told.texts.values().filter(|text| **text != whole.text());
                assert_eq!(texts.count(), 0, "{dialect:?} {said:?} in {size}: {told:?}");
            }
        }
    }
}

#[test]
fn arguments_of_tools_stay_json_wherever_they_are_cut() {
    let gateway = gateway(Script::echo());
    let prompt = format!("{PROMPT} two\nlines");
    let masked = json!({"to": "<EMAIL_1>", "cc": ["<PERSON_1>", "\"<PERSON_1>\" 😀 <PERSON_2>"],
        "<EMAIL_1>": {"count": 2, "ok": true}, "path": "C:\\<PERSON_1>\n"});
    let shown = json!({"to": "ana@example.org", "cc": [QUOTED, format!("\"{QUOTED}\" 😀 two\nlines")],
        "<EMAIL_1>": {"count": 2, "ok": true}, "path": format!("C:\\{QUOTED}\n")});
    let masked = masked.to_string();
    let mut client = gateway.daemon.connect();
    for dialect in Dialect::CALLING {
        let cuts = (0..masked.chars().count()).map(Cut::After);
        for cut in cuts.chain([Cut::Characters(1), Cut::Characters(2), Cut::Whole]) {
            let script = Script::call("send", &masked).and_call("ring", "{}").cut(cut);
            gateway.upstream.answer(script);
            let told = stream(&mut client, dialect, &[], &dialect.ask(&prompt, true));
            assert_eq!(told.arguments(), shown, "{dialect:?} {cut:?}");
            assert_eq!(told.calls[1], ("ring".to_owned(), "{}".to_owned()), "{dialect:?}");
        }
        let told = stream(&mut client, dialect, &[], &dialect.ask(&prompt, false));
        assert_eq!(told.arguments(), shown, "{dialect:?}");
    }
}

#[test]
fn thoughts_come_back_too() {
    let gateway = gateway(Script::echo());
    let dialects = [Dialect::Chat, Dialect::Messages, Dialect::OllamaChat, Dialect::Responses];
    for dialect in dialects {
        for streams in [false, true] {
            let script = Script::text("<EMAIL_1>").thinking("Who is <PERSON_1>? <EMA");
            gateway.upstream.answer(script.cut(Cut::Characters(2)));
            let told = gateway.told(dialect, &dialect.ask(PROMPT, streams));
            let thought = format!("Who is {QUOTED}? <EMA");
            assert_eq!(
                (told.reasoning.as_str(), told.text()),
                (thought.as_str(), "ana@example.org"),
                "{dialect:?}"
            );
        }
    }
}

#[test]
fn what_holds_nothing_passes_byte_for_byte() {
    let gateway = gateway(Script::echo());
    let mut direct = Client::connect(gateway.upstream.port());
    for dialect in Dialect::streaming() {
        let mut ask = dialect.ask("Nothing of anybody's <here> & there, 😀.", true);
        if matches!(dialect, Dialect::Chat | Dialect::Completions) {
            ask["n"] = json!(2);
            ask["stream_options"] = json!({"include_usage": true});
        }
        let json = [("content-type", "application/json")];
        gateway.upstream.answer(Script::echo().cut(Cut::Characters(2)).writes(17).comments());
        let ask = ask.to_string();
        let wanted = direct.send("POST", dialect.path(), &json, ask.as_bytes());
        let found = gateway.daemon.connect().send("POST", dialect.path(), &json, ask.as_bytes());
        assert_eq!(found.body, wanted.body, "{dialect:?}");
        let kind = |reply: &support::Reply| {
            reply.header("content-type").split(';').next().unwrap().to_owned()
        };
        assert_eq!(kind(&found), kind(&wanted), "{dialect:?}");
    }
}

#[test]
fn usage_is_told_to_those_who_ask_for_it() {
    let gateway = gateway(Script::echo());
    for dialect in [Dialect::Chat, Dialect::Completions] {
        let mut ask = dialect.ask(PROMPT, true);
        let unasked = gateway.ask(dialect, &ask);
        let told = Told::stream(dialect, &unasked.body);
        assert!(told.usage.is_none() && !unasked.body.contains("\"choices\":[]"), "{unasked:?}");
        ask["stream_options"] = json!({"include_usage": true});
        assert!(gateway.told(dialect, &ask).usage.is_some(), "{dialect:?}");
    }
}

/// The text that stands in what has come so far.
fn so_far(client: &mut Client, wanted: &str) -> String {
    let mut read = String::new();
    while !read.contains(wanted) {
        let piece = client.piece().unwrap().unwrap_or_else(|| panic!("it ended: {read}"));
        read.push_str(std::str::from_utf8(&piece).unwrap());
    }
    read
}

#[test]
fn text_is_read_while_the_model_still_speaks() {
    for dialect in Dialect::streaming() {
        let gateway = gateway(Script::echo());
        let script = Script::text("First <EMAIL_1> then. UNSAID").cut(Cut::Words);
        let mut direct = Client::connect(gateway.upstream.port());
        gateway.upstream.answer(script.clone());
        let whole =
            direct.send("POST", dialect.path(), &[], dialect.ask("x", true).to_string().as_bytes());
        let at = whole.body.find(" UNSAID").unwrap();
        gateway.upstream.answer(script.stall_after(at - 20));
        let (mut client, reply) = gateway.begin(dialect, &dialect.ask(PROMPT, true));
        assert_eq!(reply.status, 200, "{dialect:?} {reply:?}");
        let read = so_far(&mut client, "ana@example.org");
        assert!(!read.contains("UNSAID"), "{dialect:?} {read}");
        until("stalled", || gateway.upstream.stalled() == 1);
        gateway.upstream.resume();
        so_far(&mut client, "UNSAID");
        while client.piece().unwrap().is_some() {}
    }
}

#[test]
fn curl_shows_text_as_it_comes() {
    let gateway = gateway(Script::echo());
    let script = Script::text("First <EMAIL_1> then. UNSAID");
    // Behind the first words, before the last.
    gateway.upstream.answer(script.stall_after(900));
    let body = Dialect::Chat.ask(PROMPT, true).to_string();
    let mut child = Command::new("curl")
        .args([
            "-sS",
            "-N",
            "--max-time",
            "60",
            "-H",
            "content-type: application/json",
            "-d",
            &body,
        ])
        .arg(format!("{}/v1/chat/completions", gateway.daemon.url()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut read, mut buffer) = (Vec::new(), [0; 512]);
    while !String::from_utf8_lossy(&read).contains("ana@example.org") {
        let count = stdout.read(&mut buffer).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&buffer[..count]);
    }
    assert!(!String::from_utf8_lossy(&read).contains("UNSAID"));
    gateway.upstream.resume();
    stdout.read_to_end(&mut read).unwrap();
    assert!(child.wait().unwrap().success());
    let told = Told::stream(Dialect::Chat, std::str::from_utf8(&read).unwrap());
    assert_eq!((told.text(), told.done), ("First ana@example.org then. UNSAID", true));
}
