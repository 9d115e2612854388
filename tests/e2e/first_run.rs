//! A newcomer's first minute.

use std::os::unix::fs::PermissionsExt;
use support::Place;

const TEXT: &str = "Write to ana@example.org or call +34 612 345 678.";
const HIDDEN: &str = "Write to <EMAIL_1> or call <PHONE_1>.";

#[test]
fn the_first_start_needs_nothing() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    assert_eq!(place.names(), ["data", "keys"]);
    for (path, mode) in [
        ("data", 0o700),
        ("data/tacit.db", 0o600),
        ("keys", 0o700),
        ("keys/admin.key", 0o600),
        ("keys/database.key", 0o600),
        ("keys/secret.key", 0o600),
    ] {
        let found = std::fs::metadata(place.path(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
    let hidden = daemon.post("/v1/redact", &format!("{{\"text\":\"{TEXT}\"}}"));
    assert_eq!((hidden.status, hidden.json()["text"].as_str()), (200, Some(HIDDEN)));
    let session = hidden.json()["session"].as_str().unwrap().to_owned();
    let shown =
        daemon.post("/v1/restore", &format!("{{\"text\":\"{HIDDEN}\",\"session\":\"{session}\"}}"));
    assert_eq!(shown.json()["text"], TEXT);
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let daemon = place.serve(&[]);
    let shown =
        daemon.post("/v1/restore", &format!("{{\"text\":\"{HIDDEN}\",\"session\":\"{session}\"}}"));
    assert_eq!(shown.json()["text"], TEXT, "sessions outlive a restart");
}

#[test]
fn a_newcomer_is_told_where_it_is_and_what_to_try() {
    let place = Place::new();
    let daemon = place.serve(&["--log.format", "auto"]);
    let url = daemon.url();
    let said = daemon.stop().stdout;
    assert!(said.contains(&format!(" serves on {url}\n")), "{said}");
    assert_eq!(said.matches(&format!("\n  curl -s {url}/")).count(), 2, "{said}");
    let filter = said.lines().find(|line| line.contains(" redact")).unwrap().trim();
    let tried = support::run(&mut place.command("/bin/sh".as_ref(), &["-c", filter]));
    assert_eq!(tried, "Card <CARD_1>, DNI <NATIONAL_ID_1>\n", "{filter}");
    let daemon = place.serve(&[]);
    assert_eq!(daemon.stop().stdout, "", "a log for programs stands alone");
}

#[test]
fn the_filter_needs_no_store() {
    let place = Place::new();
    let ended = place.tacitd(&["redact"], TEXT.as_bytes());
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), HIDDEN, ""));
    assert!(place.names().is_empty(), "nothing is written");
}

#[test]
fn files_are_hidden_in_order_with_shared_numbers() {
    let place = Place::new();
    place.write("a", "ana@example.org\n");
    place.write("b", "bea@example.org and ana@example.org\n");
    let ended = place.tacitd(&["redact", "a", "-", "b"], b"cleo@example.org\n");
    assert_eq!(ended.stdout, "<EMAIL_1>\n<EMAIL_2>\n<EMAIL_3> and <EMAIL_1>\n");
    assert_eq!(std::fs::read_to_string(place.path("a")).unwrap(), "ana@example.org\n");
}

#[test]
fn a_session_of_the_filter_is_shown_again() {
    let place = Place::new();
    let hidden = place.tacitd(&["redact", "--session", "new"], TEXT.as_bytes());
    assert_eq!(hidden.stdout, HIDDEN);
    let session = hidden.stderr.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(session.starts_with("s_"), "{}", hidden.stderr);
    let shown = place.tacitd(&["restore", "--session", &session], HIDDEN.as_bytes());
    assert_eq!(shown.stdout, TEXT);
    let none = place.tacitd(&["restore", "--session", "other"], HIDDEN.as_bytes());
    assert_eq!(none.code, Some(1));
    assert_eq!(
        none.stderr,
        "tacitd: failed to restore from the session other: there is no such session\n\
         hint: `tacitd redact --session NAME` makes one\n"
    );
}

#[test]
fn analyze_lists_places_and_never_texts() {
    let place = Place::new();
    let ended = place.tacitd(&["analyze"], format!("é {TEXT}").as_bytes());
    assert_eq!(
        ended.stdout,
        "{\"end\":26,\"file\":\"standard input\",\"kind\":\"EMAIL\",\"rule\":\"email\",\"score\":0.95,\"start\":11}\n\
         {\"end\":50,\"file\":\"standard input\",\"kind\":\"PHONE\",\"rule\":\"phone\",\"score\":0.9,\"start\":35}\n"
    );
}

#[test]
fn an_input_that_cannot_be_read_is_told() {
    let place = Place::new();
    place.write("good", "fine");
    let missing = place.tacitd(&["redact", "good", "missing"], b"");
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(1), ""), "all or nothing");
    assert!(missing.stderr.starts_with("tacitd: failed to read missing: "), "{}", missing.stderr);
    let latin = place.tacitd(&["redact"], b"caf\xe9");
    assert_eq!(latin.code, Some(1));
    assert!(
        latin.stderr.contains("standard input: it is not UTF-8 (byte 3)\nhint: `iconv"),
        "{}",
        latin.stderr
    );
}
