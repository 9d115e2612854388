//! The filters: `redact`, `restore` and `analyze` on files and pipes, as text and as a JSON value a line.

use serde_json::{Value, json};
use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use support::{Ended, Place, binary, not_run, until};

/// What a filter may take for a text of any length beyond what it takes for one of a few windows, in KiB.
const RESIDENT_MORE_MAX: u64 = 8 * 1024;
const RESIDENT_WITH_NAMES_MAX: u64 = 70 * 1024;

fn good(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    &ended.stdout
}

fn values(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// Lines with all that JSON has, and something to hide in each.
fn lines(count: usize) -> String {
    let line = |number: usize| {
        let mail = format!("a{}@example.org", number % 7_000);
        let escaped: String = mail.chars().map(|sign| format!("\\u{:04X}", sign as u32)).collect();
        match number % 4 {
            0 => format!(
                "{{ \"id\":{number}, \"mail\" : \"{mail}\",\t\"ñ\":[true,null,-1.50E+3,\"\"]}}"
            ),
            1 => format!(
                "[\"\\\"{escaped}\\\" \\/ \\ud83d\\ude00 \\u00f1\\n\", {{\"EMAIL_1\":\"see <EMAIL_1> and {mail}\"}}]"
            ),
            2 => format!(
                "{{\"user\":{{\"iban\":\"ES9121000418450200051332\",\"note\":\"\\\\{mail}\\\\\"}}}}\r"
            ),
            _ => format!("\"password = \\\"s3cret\\\\{number}x\\\" of {mail}\""),
        }
    };
    (0..count).map(|number| line(number) + "\n").collect()
}

#[test]
fn lines_come_back_as_the_json_they_were() {
    let place = Place::new();
    let text = lines(12_000);
    let text = text.trim_end_matches('\n');
    let file = place.write("in.jsonl", text);
    let hidden = place.tacitd(&["redact", "--session", "s", file.to_str().unwrap()], b"");
    let hidden = good(&hidden);
    assert!(
        !hidden.contains("@example") && !hidden.contains("ES91") && !hidden.contains("\\u0040")
    );
    assert!(
        hidden.starts_with(
            "{ \"id\":0, \"mail\" : \"<EMAIL_1>\",\t\"ñ\":[true,null,-1.50E+3,\"\"]}\n"
        )
    );
    assert_eq!(values(hidden).len(), 12_000);
    assert!(!hidden.ends_with('\n'), "the last line had no end");
    let shown = place.tacitd(&["restore", "--ndjson", "--session", "s"], hidden.as_bytes());
    assert_eq!(values(good(&shown)), values(text));
    let other = place.tacitd(&["restore", "--session", "none", "--ndjson"], b"");
    assert!(
        other.code == Some(1) && other.stderr.contains("there is no such session"),
        "{other:?}"
    );
}

#[test]
fn only_the_fields_that_are_named_are_worked_on() {
    let place = Place::new();
    let line = json!({"to": [{"mail": "a@example.org"}, {"mail": "b@example.org"}], "cc": "a@example.org", "x": 1});
    let line = format!("{line}\n");
    let hide = |more: &[&str]| {
        let arguments = [&["redact", "--session", "s", "--ndjson"], more].concat();
        values(good(&place.tacitd(&arguments, line.as_bytes())))
    };
    let to = json!([{"mail": "<EMAIL_1>"}, {"mail": "<EMAIL_2>"}]);
    assert_eq!(hide(&["--field", "to.mail"])[0], json!({"to": to, "cc": "a@example.org", "x": 1}));
    let hidden = hide(&["--field", "cc", "--field", "none"])[0].to_string();
    assert_eq!(serde_json::from_str::<Value>(&hidden).unwrap()["cc"], "<EMAIL_1>", "{hidden}");
    let both = json!({"a": "<EMAIL_1>", "b": "<EMAIL_1>"}).to_string();
    let shown =
        place.tacitd(&["restore", "--session", "s", "--ndjson", "--field", "b"], both.as_bytes());
    assert_eq!(values(good(&shown))[0], json!({"a": "<EMAIL_1>", "b": "a@example.org"}));
    let refused = place.tacitd(&["redact", "--field", "a"], b"a@example.org");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("hint: `--ndjson`"), "{}", refused.stderr);
}

#[test]
fn places_are_told_by_line_and_pointer() {
    let place = Place::new();
    let text = "\n{\"to/cc\":[0,{\"m~\":\"\\u00f1 \\\"a@example.org\\\"\"}]}\n{\"ssn\":219099998}\n{\"a@example.org\":1}\n";
    let file = place.write("in.ndjson", text);
    let found = place.tacitd(&["analyze", file.to_str().unwrap()], b"");
    let mut found = values(good(&found));
    for item in &mut found {
        let item = item.as_object_mut().unwrap();
        assert!(item.remove("file").is_some() && item.remove("score").is_some());
    }
    let email = |line, path, start, end| json!({"line": line, "path": path, "start": start, "end": end, "kind": "EMAIL", "rule": "email"});
    assert_eq!(found[0], email(2, "/to~1cc/1/m~0", 3, 16));
    assert_eq!((&found[1]["path"], &found[1]["in"]), (&json!("/ssn"), &json!("number")));
    let mut key = email(4, "/a@example.org", 0, 13);
    key["in"] = "key".into();
    assert_eq!(found[2..], [key]);
}

#[test]
fn what_can_hold_no_placeholder_is_told() {
    let place = Place::new();
    let text =
        "{\"a\":1}\n{\"ssn\":219099998}\n{\"a@example.org\":\"b@example.org\",\"EMAIL_1\":2}\n";
    let ended = place.tacitd(&["redact", "--ndjson"], text.as_bytes());
    let hidden =
        "{\"a\":1}\n{\"ssn\":219099998}\n{\"a@example.org\":\"<EMAIL_1>\",\"EMAIL_1\":2}\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), hidden));
    let told = "1 number and 1 key looked like personal data and stayed, since no placeholder can stand there: \
                first in line 2 of standard input";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
}

#[test]
fn a_broken_line_ends_it_and_what_came_before_is_written() {
    let place = Place::new();
    let good_lines = "\"a@example.org\"\n\"b@example.org\"\n";
    for (broken, why) in [
        (&b"{\"canary\": nothing}\n"[..], "line 3 of standard input: it is no JSON (column 13)"),
        (b"\"canary \\ud800\"\n", "line 3 of standard input: it is no JSON (column 9)"),
        (b"\"canary \xff\"\n", "line 3 of standard input: it is not UTF-8"),
        (b"\"canary\n", "line 3 of standard input: it is no JSON (column 7)"),
    ] {
        let text = [good_lines.as_bytes(), broken, b"\"c@example.org\"\n"].concat();
        for verb in [&["redact", "--ndjson"][..], &["redact", "--ndjson", "--session", "s"]] {
            let ended = place.tacitd(verb, &text);
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (Some(1), "\"<EMAIL_1>\"\n\"<EMAIL_2>\"\n")
            );
            assert!(
                ended.stderr.contains(why) && ended.stderr.contains("hint: "),
                "{}",
                ended.stderr
            );
            assert!(!ended.stderr.contains("canary") && !ended.stderr.contains("nothing"));
        }
    }
    let shown = place.tacitd(&["restore", "--session", "s"], b"<EMAIL_1> <EMAIL_2> <EMAIL_3>");
    assert_eq!(
        good(&shown),
        "a@example.org b@example.org <EMAIL_3>",
        "what was written can be shown"
    );
    let long = format!("1\n\"{}\"\n", "a".repeat(17 << 20));
    let ended = place.tacitd(&["redact", "--ndjson"], long.as_bytes());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "1\n"));
    assert!(
        ended.stderr.contains("line 2 of standard input: it is longer than 16 MiB"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_line_does_not_wait_for_the_next() {
    let place = Place::new();
    for session in [&[][..], &["--session", "s"]] {
        let arguments = [&["redact", "--ndjson"], session].concat();
        let mut command = place.command(&binary("tacitd"), &arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for number in 1..4 {
            writeln!(stdin, "[\"a{number}@example.org\"]").unwrap();
            let mut line = String::new();
            stdout.read_line(&mut line).unwrap();
            assert_eq!(line, format!("[\"<EMAIL_{number}>\"]\n"));
        }
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

/// A text with many originals, and placeholders that are cut wherever it is read.
fn letter(count: usize) -> String {
    let filler = "Otherwise there is nothing to say of them, as is usual in letters of this sort. "
        .repeat(12);
    (0..count)
        .map(|number| format!("Señora {number}, a{number}@example.org <EMAIL_7>. {filler}\n"))
        .collect()
}

/// Runs a filter on a text that it cannot know the end of yet, and gives the most memory that it took.
fn most_resident_kib(
    place: &Place,
    arguments: &[&str],
    text: &str,
    out: &str,
    awaited: u64,
) -> u64 {
    let mut command = place.command(&binary("tacitd"), arguments);
    let command = command.stdin(Stdio::piped()).stdout(File::create(place.path(out)).unwrap());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    until("most of it is written", || std::fs::metadata(place.path(out)).unwrap().len() > awaited);
    let status = read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_long_text_takes_no_more_memory_than_a_short_one() {
    let place = Place::new();
    // A window of a megabyte, read for names, takes more than the rest; how long the text is makes no difference either.
    let taken = most_resident_kib(&place, &["redact"], &letter(6_000), "read", 4 << 20);
    assert!(taken < RESIDENT_WITH_NAMES_MAX, "with names it took {taken} KiB");
    let place = place.with("NER_ENABLED", "false");
    let text = letter(17_000);
    assert!(text.len() > 16 << 20);
    let redact = ["redact", "--session", "s"];
    let short = ["redact", "--session", "short"];
    let short = most_resident_kib(&place, &short, &letter(3_000), "short", 1 << 20);
    let taken = most_resident_kib(&place, &redact, &text, "hidden", 14 << 20);
    assert!(taken < short + RESIDENT_MORE_MAX, "redact took {taken} KiB, for a short text {short}");
    let hidden = read_to_string(place.path("hidden")).unwrap();
    assert!(hidden.contains("<EMAIL_17001>") && !hidden.contains("@example"));
    let restore = ["restore", "--session", "s"];
    let taken = most_resident_kib(&place, &restore, &hidden, "shown", 14 << 20);
    assert!(
        taken < short + RESIDENT_MORE_MAX,
        "restore took {taken} KiB, for a short text {short}"
    );
    assert!(read_to_string(place.path("shown")).unwrap() == text, "it did not come back");
}

#[test]
fn places_go_on_from_window_to_window() {
    let place = Place::new();
    let text = letter(3_000);
    let found = place.tacitd(&["analyze"], text.as_bytes());
    let chars: Vec<char> = text.chars().collect();
    let pieces = values(good(&found)).into_iter().map(|item| {
        let place = |name: &str| item[name].as_u64().unwrap() as usize;
        chars[place("start")..place("end")].iter().collect::<String>()
    });
    let expected = (0..3_000).flat_map(|n| [format!("a{n}@example.org"), "<EMAIL_7>".to_owned()]);
    assert!(pieces.eq(expected));
}

#[test]
fn a_new_session_is_named_also_when_the_work_fails() {
    let place = Place::new();
    let ended =
        place.tacitd(&["redact", "--session", "new", "--ndjson"], b"\"a@example.org\"\nbroken\n");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "\"<EMAIL_1>\"\n"));
    let name =
        ended.stderr.lines().find_map(|line| line.split_once("kept in the session ")).unwrap().1;
    assert_eq!(good(&place.tacitd(&["restore", "--session", name], b"<EMAIL_1>")), "a@example.org");
    let empty = place.tacitd(&["redact", "--session", "empty"], b"");
    assert_eq!(good(&empty), "");
    assert_eq!(good(&place.tacitd(&["restore", "--session", "empty"], b"<EMAIL_1>")), "<EMAIL_1>");
}

#[test]
fn output_that_cannot_be_written_is_told_and_a_reader_may_go_away() {
    let place = Place::new();
    let file = place.write("in", &letter(3_000));
    let mut full = place.command(&binary("tacitd"), &["redact", file.to_str().unwrap()]);
    let full = full.stdout(File::create("/dev/full").unwrap()).output().unwrap();
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(said.contains("failed to write to standard output: "), "{said}");
    let mut command = place.command(&binary("tacitd"), &["redact", file.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn progress_is_for_people_who_wait() {
    let place = Place::new();
    place.write("long", &letter(10_000));
    place.write("short", &letter(10));
    // A terminal of its own, with the answer in a file.
    let seen = |command: &str| {
        let line = format!("{} {command}", binary("tacitd").display());
        let ran = place.command("script".as_ref(), &["-qec", &line, "/dev/null"]).output();
        ran.ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(long) = seen("redact long > out") else {
        return not_run("e2e filter::progress_is_for_people_who_wait", "there is no `script`");
    };
    assert!(long.contains(" % of 10 MB, ") && long.ends_with("\r\x1b[K"), "{long:?}");
    assert!(seen("redact < long > out").unwrap().contains(" MB/s"));
    for silent in ["redact --quiet long > out", "redact short > out", "redact long > out 2> said"] {
        assert_eq!(seen(silent).unwrap(), "", "{silent}");
    }
    assert!(!seen("redact long").unwrap().contains(" MB/s"), "it would stand in the answer");
    assert_eq!(read_to_string(place.path("said")).unwrap(), "");
}
