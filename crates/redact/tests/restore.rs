//! What a restorer forgives, what it never touches, and that no cut of the stream makes a difference.

use proptest::prelude::*;
use redact::{
    Engine, Forgive, Kind, Options, RestoreOptions, Restorer, Vault, hide, placeholders_with,
    show_with,
};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin(&Options::default()));

const SLIPS: RestoreOptions = RestoreOptions { forgive: Forgive::Slips, json: false };
const JSON: RestoreOptions = RestoreOptions { forgive: Forgive::Slips, json: true };
const GUESSES: RestoreOptions = RestoreOptions { forgive: Forgive::Guesses, json: false };
const NOTHING: RestoreOptions = RestoreOptions { forgive: Forgive::Nothing, json: false };

fn every_option() -> impl Iterator<Item = RestoreOptions> {
    let forgive = [Forgive::Nothing, Forgive::Slips, Forgive::Guesses];
    forgive.into_iter().flat_map(|forgive| {
        [false, true].into_iter().map(move |json| RestoreOptions { forgive, json })
    })
}

/// What the tests below have hidden.
fn original(kind: Kind, number: u32) -> Option<&'static str> {
    match (kind, number) {
        (Kind::Email, 1) => Some("ana@example.org"),
        (Kind::Email, 2) => Some("bob@example.org"),
        (Kind::Person, 1) => Some("Ana \"Nita\" Ruiz\\Gil"),
        (Kind::NationalId, 12) => Some("12345678Z"),
        (Kind::SocialSecurity, 123_456_789) => Some("078-05-1120"),
        (Kind::Id, 12) => Some("wrong"),
        _ => None,
    }
}

fn nobody(_: Kind, _: u32) -> Option<&'static str> {
    None
}

fn shown(options: RestoreOptions, text: &str) -> String {
    show_with(options, text, original)
}

/// In the pieces that `sizes` give, again and again.
fn in_pieces(options: RestoreOptions, bytes: &[u8], sizes: &[usize]) -> Vec<u8> {
    let limit = if options.json { Restorer::HELD_MAX_JSON } else { Restorer::HELD_MAX };
    let mut restorer = Restorer::new(options);
    let mut out = Vec::new();
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        let (chunk, left) = rest.split_at((*size).min(rest.len()));
        restorer.push(chunk, original, &mut out);
        assert!(restorer.held() <= limit, "{} bytes are held", restorer.held());
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    restorer.finish(original, &mut out);
    out
}

#[test]
fn what_models_do_to_placeholders_is_forgiven() {
    // `@` stands for the original of EMAIL_1.
    let cases = [
        ("<EMAIL_1>", "@"),
        ("<email_1> <Email_1> <eMaIl_1>", "@ @ @"),
        ("< EMAIL_1 > <EMAIL_1 > < email_1>", "@ @ @"),
        (r"\<EMAIL\_1\> \<EMAIL_1\> <EMAIL\_1> <EMAIL_1\>", "@ @ @ @"),
        ("&lt;EMAIL_1&gt; &lt;email_1&gt;", "@ @"),
        (r"\u003cEMAIL_1\u003e \u003CEMAIL_1\u003E", "@ @"),
        ("<EMAIL-1> <EMAIL 1> <email 1>", "@ @ @"),
        ("[EMAIL_1] {EMAIL_1} (EMAIL_1) {{EMAIL_1}}", "[@] {@} (@) {{@}}"),
        ("**EMAIL_1** `EMAIL_1` *EMAIL\\_1* \"EMAIL_1\"", "**@** `@` *@* \"@\""),
        ("**<EMAIL_1>** `<EMAIL_1>` _<EMAIL_1>_", "**@** `@` _@_"),
        ("<EMAIL_1>'s EMAIL_1's <EMAIL_1>\u{2019}s", "@'s @'s @\u{2019}s"),
        ("EMAIL_1", "@"),
        ("to EMAIL_1, EMAIL_1. EMAIL_1; EMAIL_1: EMAIL_1!", "to @, @. @; @: @!"),
        ("<EMAIL_1 and EMAIL_1> end", "@ and @ end"),
        (r"\<EMAIL_1, &lt;EMAIL_1, EMAIL_1&gt; EMAIL_1\>", "@, @, @ @"),
        ("<EMAIL_1, EMAIL_1>", "@, @"),
        ("<mailto:EMAIL_1> <mailto:<EMAIL_1>>", "<mailto:@> <mailto:@>"),
        ("<<EMAIL_1>> [<EMAIL_1>](mailto:EMAIL_1)", "<@> [@](mailto:@)"),
        ("＜EMAIL_1＞ ＜email_1＞ <EMAIL_1＞ ＜EMAIL_1", "@ @ @ @"),
        ("「EMAIL_1」，EMAIL_1。请联系EMAIL_1先生、<EMAIL_1>さん", "「@」，@。请联系@先生、@さん"),
        ("EMAIL_1é EMAIL_1은", "@é @은"),
        ("<b>EMAIL_1</b> EMAIL_1<br> <br>EMAIL_1<br>", "<b>@</b> @<br> <br>@<br>"),
        ("< EMAIL_1, EMAIL_1 >", "< @, @ >"),
        ("<  EMAIL_1  >", "<  @  >"),
        ("x\n\tEMAIL_1\r\n", "x\n\t@\r\n"),
        ("EMAIL_1-EMAIL_1/EMAIL_1", "@-@/@"),
        ("<EMAIL_1><EMAIL_1>EMAIL_1<EMAIL_1", "@@@@"),
        ("<EMAIL_1<EMAIL_1>", "@@"),
        ("a<b<EMAIL_1>", "a<b@"),
        ("<<<<EMAIL_1>>", "<<<@>"),
        ("C:\\users\\<EMAIL_1>\\mail", "C:\\users\\@\\mail"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(SLIPS, text), expected.replace('@', "ana@example.org"), "{text}");
    }
    for text in [
        "<NATIONAL_ID_12>",
        r"<NATIONAL\_ID\_12>",
        r"\<NATIONAL\_ID\_12\>",
        "<national-id-12>",
        "<National ID 12>",
        "< NATIONAL ID_12 >",
        r"NATIONAL\_ID\_12",
        "NATIONAL_ID_12",
    ] {
        assert_eq!(shown(SLIPS, text), "12345678Z", "{text}");
    }
}

#[test]
fn what_was_never_hidden_is_never_shown() {
    let untouched = [
        "MY_EMAIL_1 EMAIL_12 EMAIL_1_x EMAIL_1x xEMAIL_1 1EMAIL_1 MY\\_EMAIL\\_1 EMAIL\\_1\\_x",
        "_EMAIL_1_ __EMAIL_1__",
        "EMAIL 1, Email 1, email_1, Email_1, email 1, EMAIL-1, EMAIL1, EMAIL",
        "[EMAIL 1] (email_1) {Email_1} <email_1 and email_1>",
        "<EMAIL_01> <EMAIL_+1> <EMAIL_0> <EMAIL_> EMAIL_01 EMAIL_+1 EMAIL_00000000001",
        "<EMAIL_1234567890> EMAIL_1234567890 EMAIL_9999999999999999999",
        "<EMAIL_3> EMAIL_3 <email_3> \\<EMAIL\\_3\\> &lt;EMAIL_3&gt; <EMAIL 3> <EMAIL_3",
        "<NOTHING_1> <E_1> <EMAILS_1> <EMAIL__1> <_EMAIL_1_> <EMAIL_1_> <EMAIL_1x>",
        "< email_1 x> <email_1/> <EMAIL  1>",
        "<NATIONAL_ID_1> NATIONAL ID 12 <NATIONAL_12> <ID_1>",
        "MY-email_1 & < > &lt; &gt; \\ \\u003c \\u003e \u{ff1c} \u{ff1e} \u{ff1b}",
        "EMAIL\u{ff3f}1 ＥＭＡＩＬ_1 <EMAIL_１>",
        "&amp;lt;EMAILS_1",
    ];
    for text in untouched {
        assert_eq!(shown(SLIPS, text), text);
    }
    let untouched = "EMAIL_1 <email_1> < EMAIL_1 > <EMAIL_1 EMAIL_1> ＜EMAIL_1＞ &lt;EMAIL_1&gt;";
    assert_eq!(shown(NOTHING, untouched), untouched);
    assert_eq!(shown(NOTHING, r"<<EMAIL_1>\<EMAIL_2>"), r"<ana@example.org\bob@example.org");
}

#[test]
fn guesses_are_made_when_they_are_asked_for() {
    let cases = [
        ("EMAIL 1, Email 1 and email_1: email 1.", "@, @ and @: @."),
        ("[Email 1] (email_1) <email_1 x> EMAIL_1", "[@] (@) <@ x> @"),
        ("EMAIL 12, email 01, my_email_1, myemail_1, email-1", ""),
        ("an email, e-mail 1, emails 1, email\n1, email  1", ""),
        // The longer name is meant, also when nobody knows it.
        ("national id 1", ""),
        ("National ID 12", "12345678Z"),
    ];
    for (text, expected) in cases {
        let expected = if expected.is_empty() { text } else { expected };
        assert_eq!(shown(GUESSES, text), expected.replace('@', "ana@example.org"), "{text}");
    }
}

#[test]
fn an_original_is_put_into_json_as_json() {
    let escaped = r#"Ana \"Nita\" Ruiz\\Gil"#;
    let twice = r#"Ana \\\"Nita\\\" Ruiz\\\\Gil"#;
    let cases = [
        ("<PERSON_1>", escaped),
        (r"\u003cPERSON_1\u003e", escaped),
        (r"\\<PERSON\\_1\\>", escaped),
        (r"\uff1cPERSON_1\uff1e", escaped),
        (r"\\u003cPERSON_1\\u003e", twice),
        (r"\u005cu003cPERSON_1\\u003e", twice),
        (r"\u0026lt;PERSON_1\u0026gt;", escaped),
        (r"P\u0045RSON_1", escaped),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(JSON, text), expected, "{text}");
    }
    // The letter of an escape is no letter of the text, the same letter after an escaped backslash is.
    assert_eq!(shown(JSON, r"Dear,\nEMAIL_1\n"), r"Dear,\nana@example.org\n");
    assert_eq!(shown(JSON, r"Dear,\\nEMAIL_1"), r"Dear,\\nEMAIL_1");
    assert_eq!(shown(JSON, r"\u00eEMAIL_1 \u00e9EMAIL_1"), r"\u00eEMAIL_1 \u00e9ana@example.org");
    assert_eq!(shown(JSON, r#"{"to":"EMAIL_1"}"#), r#"{"to":"ana@example.org"}"#);
    // A bracket as JSON writes it tells that the rest is JSON too.
    assert_eq!(shown(SLIPS, r"\u003cPERSON_1\u003e"), escaped);
}

#[test]
fn bytes_leave_as_soon_as_they_are_decided() {
    // What is pushed, and what has left by then.
    let steps: &[&[(&str, &str)]] = &[
        &[("Write to <EMAIL_1>", "Write to ana@example.org"), (".", ".")],
        &[("a <", "a "), ("b", ""), ("r>", "<br>")],
        &[("<HE", ""), ("L", "<HEL")],
        &[("<EM", ""), ("AIL", ""), ("_", ""), ("0", "<EMAIL_0")],
        &[("EMAIL_1", ""), (" ", "ana@example.org ")],
        &[("EMAIL_1", ""), ("2", ""), ("\n", "EMAIL_12\n")],
        &[("The IP", "The "), (" ", "IP ")],
        &[("(EMAIL_1", "("), (">", "ana@example.org>")],
        &[("<EMAIL_1 ", ""), ("x", "ana@example.org x")],
        &[("&", ""), ("a", "&a"), ("\\", ""), ("n", "\\n")],
        &[("\u{ff1c}", ""), ("x", "\u{ff1c}x")],
        &[("Hello World. One", "Hello World. One")],
        &[("xEMAIL_1", "xEMAIL_1")],
    ];
    for steps in steps {
        let mut restorer = Restorer::new(SLIPS);
        for (chunk, expected) in *steps {
            let mut out = Vec::new();
            restorer.push(chunk.as_bytes(), original, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), *expected, "{chunk} of {steps:?}");
        }
    }
}

#[test]
fn no_more_is_held_than_promised() {
    assert_eq!((Restorer::HELD_MAX, Restorer::HELD_MAX_JSON), (40, 245));
    let longest = r"\u003c SOCIAL\_SECURITY\_123456789 \u003";
    let json: String = longest.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let cases = [
        (SLIPS, longest.to_owned(), "e", Restorer::HELD_MAX),
        (JSON, json + "\\u006", "5", Restorer::HELD_MAX_JSON),
    ];
    for (options, longest, last, most) in cases {
        let mut restorer = Restorer::new(options);
        let mut out = Vec::new();
        for byte in longest.bytes() {
            restorer.push(&[byte], original, &mut out);
        }
        assert_eq!((restorer.held(), out.as_slice()), (most, [].as_slice()));
        restorer.push(last.as_bytes(), original, &mut out);
        assert_eq!((restorer.held(), out.as_slice()), (0, b"078-05-1120".as_slice()));
        assert_eq!(restorer.restored(), 1);
    }
}

#[test]
fn a_restorer_begins_anew_after_the_end() {
    let mut restorer = Restorer::new(SLIPS);
    let mut out = Vec::new();
    restorer.push(b"x EMAIL_", original, &mut out);
    restorer.finish(original, &mut out);
    restorer.push(b"EMAIL_1", original, &mut out);
    restorer.finish(original, &mut out);
    assert_eq!(out, b"x EMAIL_ana@example.org");
    assert!(!format!("{restorer:?}").contains("EMAIL"));
}

/// Pieces that placeholders are made of, and pieces that get in their way.
const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"\\",
    b"\\\\",
    b"_",
    b"\\_",
    b" ",
    b"-",
    b"EMAIL",
    b"email",
    b"Email",
    b"1",
    b"12",
    b"PERSON",
    b"NATIONAL",
    b"ID",
    b"_1",
    b"_12",
    b"&lt;",
    b"&gt;",
    b"&",
    b"\\u003c",
    b"\\u003e",
    b"\\u003C",
    b"\\u005c",
    b"\\u005f",
    b"\\u0045",
    b"\\n",
    b"\\u",
    b"u003c",
    b"\xef\xbc\x9c",
    b"\xef\xbc\x9e",
    b"\xef",
    b"\xbc",
    b"\x9c",
    b"\xff",
    b"'s",
    b"**",
    b"[",
    b"]",
    b"\n",
    b"0",
    b"x",
    b"<EMAIL_1>",
    b"EMAIL_1",
    b"EMAIL_2",
    b"<email 1>",
    b"\\<EMAIL\\_1\\>",
    b"<SOCIAL_SECURITY_",
    b"123456789",
    b"ana@example.org",
    b"12345678Z",
    "ñ".as_bytes(),
    "日本".as_bytes(),
    b"(617) 485-8245",
    b"+34 612 345 678",
    b" the plain words that a text is mostly made of, which are longer than a block of bytes ",
];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..5),
        1 => "(?s).{0,4}".prop_map(String::into_bytes),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    stream().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes `text` as the content of a JSON string; `how` says which characters are escaped that need not be.
fn to_json(text: &str, how: &[bool]) -> String {
    let mut json = String::new();
    for (character, always) in text.chars().zip(how.iter().cycle()) {
        match character {
            '\n' if !always => json.push_str("\\n"),
            '"' | '\\' if !always => json.extend(['\\', character]),
            ' '.. if !always => json.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    json.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    json
}

/// Reads the content of a JSON string.
fn from_json(json: &str) -> String {
    let mut units = Vec::new();
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        let plain = match character {
            '\\' => match characters.next().expect("a backslash escapes something") {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let digits: String = characters.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&digits, 16).expect("four digits follow"));
                    continue;
                }
                other => other,
            },
            other => other,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16(&units).expect("surrogates come in pairs")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_cut_gives_the_same(stream in stream(), sizes in prop::collection::vec(1_usize..40, 1..8)) {
        for options in every_option() {
            let whole = in_pieces(options, &stream, &[stream.len().max(1)]);
            prop_assert_eq!(&in_pieces(options, &stream, &sizes), &whole);
            prop_assert_eq!(&in_pieces(options, &stream, &[1]), &whole);
            prop_assert_eq!(&in_pieces(options, &stream, &[0, 3]), &whole);
        }
    }

    #[test]
    fn without_known_placeholders_nothing_changes(stream in stream(), cut in 0_usize..200) {
        for options in every_option() {
            let mut restorer = Restorer::new(options);
            let mut out = Vec::new();
            let (first, second) = stream.split_at(cut.min(stream.len()));
            restorer.push(first, nobody, &mut out);
            restorer.push(second, nobody, &mut out);
            restorer.finish(nobody, &mut out);
            prop_assert_eq!(&out, &stream);
            prop_assert_eq!(restorer.restored(), 0);
        }
    }

    #[test]
    fn what_is_hidden_comes_back_exactly(text in text()) {
        let mut vault = Vault::default();
        let hidden = hide(&text, &ENGINE.find(&text), |kind, original| vault.number(kind, original)).text;
        let original = |kind, number| vault.original(kind, number);
        prop_assert_eq!(show_with(NOTHING, &hidden, original), text);
    }

    #[test]
    fn with_look_alikes_hidden_it_comes_back_however_much_is_forgiven(
        first in text(), second in text(), how in prop::collection::vec(any::<bool>(), 1..6),
    ) {
        let mut vault = Vault::default();
        let mut hidden = |text: &str| {
            let spans = ENGINE.find(text);
            hide(text, &spans, |kind, original| vault.number(kind, original)).text
        };
        let texts = [(hidden(&first), &first), (hidden(&second), &second)];
        let original = |kind, number| vault.original(kind, number);
        for (hidden, text) in texts {
            prop_assert_eq!(&show_with(SLIPS, &hidden, original), text);
            let json = show_with(JSON, &to_json(&hidden, &how), original);
            prop_assert_eq!(&from_json(&json), text);
        }
    }

    #[test]
    fn json_gives_what_its_content_gives(
        text in text(), how in prop::collection::vec(any::<bool>(), 1..6),
    ) {
        for forgive in [Forgive::Nothing, Forgive::Slips, Forgive::Guesses] {
            let json = shown(RestoreOptions { forgive, json: true }, &to_json(&text, &how));
            prop_assert_eq!(from_json(&json), shown(RestoreOptions { forgive, json: false }, &text));
        }
    }

    #[test]
    fn the_placeholders_listed_are_those_asked_for(text in text()) {
        for options in every_option() {
            let asked = std::cell::RefCell::new(Vec::new());
            show_with(options, &text, |kind, number| {
                asked.borrow_mut().push((kind, number));
                original(kind, number)
            });
            let listed: Vec<_> = placeholders_with(options, &text)
                .map(|(placeholder, at, length)| {
                    assert!(text.get(at..at + length).is_some());
                    (placeholder.kind, placeholder.number)
                })
                .collect();
            prop_assert_eq!(listed, asked.into_inner());
        }
    }
}
