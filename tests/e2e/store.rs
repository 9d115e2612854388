//! What can go wrong with ports and disks: one message with a hint, exit code 1, nothing half-written.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use support::{Daemon, Ended, Place, binary, not_run};

fn failed(ended: &Ended, message: &str, hint: &str) {
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let mut lines =
        ended.stderr.lines().filter(|line| !line.starts_with('{') && !line.contains(" INFO "));
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    assert!(first.starts_with("tacitd: failed to ") && first.contains(message), "{}", ended.stderr);
    assert!(second.starts_with("hint: ") && second.contains(hint), "{}", ended.stderr);
    assert_eq!(lines.next(), None, "one message: {}", ended.stderr);
}

#[test]
fn a_port_in_use_is_told_and_nothing_is_written() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::new();
    let ended = place.tacitd(&["--api.port", &port], b"");
    failed(
        &ended,
        &format!("cannot listen on 127.0.0.1:{port}: Address already in use"),
        &format!("ss -ltnp 'sport = :{port}'"),
    );
    assert!(place.names().is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let place = Place::new();
    let ended = place
        .tacitd(&["--api.port", "0", "--database.url", "sqlite:/proc/tacit/data/tacit.db"], b"");
    failed(
        &ended,
        "cannot create the store /proc/tacit/data/tacit.db",
        "tacitd must own /proc/tacit/data",
    );
    let ended = place.tacitd(&["--api.port", "0", "--keys.dir", "/proc/tacit/keys"], b"");
    failed(&ended, "write the key /proc/tacit/keys/database.key", "--keys.dir");
    assert!(!place.path("data").exists(), "no store without its key");
}

/// Copies the bytes and what the system notes of a file.
fn fingerprint(path: &Path) -> (Vec<u8>, i64, i64) {
    let found = std::fs::metadata(path).unwrap();
    (std::fs::read(path).unwrap(), found.mtime(), found.mtime_nsec())
}

#[test]
fn a_wrong_key_is_told_and_the_file_is_untouched() {
    let place = Place::new();
    place.serve(&[]).stop();
    let before = fingerprint(&place.path("data/tacit.db"));
    let ended = place
        .tacitd(&["--api.port", "0", "--database.key", "a key that is not the right one"], b"");
    failed(&ended, "the key does not open the store data/tacit.db", "give the DATABASE_KEY");
    assert_eq!(fingerprint(&place.path("data/tacit.db")), before);
    std::fs::remove_file(place.path("keys/database.key")).unwrap();
    let ended = place.tacitd(&["--api.port", "0"], b"");
    failed(
        &ended,
        "its key keys/database.key is missing",
        "put the file back from your copy, or set DATABASE_KEY",
    );
    assert!(!place.path("keys/database.key").exists(), "no new key hides the loss");
    assert_eq!(fingerprint(&place.path("data/tacit.db")), before);
}

#[test]
fn a_damaged_store_is_told() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    let texts: Vec<_> = (0..500).map(|number| format!("\"a{number}@example.org\"")).collect();
    daemon.post("/v1/redact", &format!("{{\"session\":\"s\",\"texts\":[{}]}}", texts.join(",")));
    daemon.stop();
    let path = place.path("data/tacit.db");
    let whole = std::fs::read(&path).unwrap();

    std::fs::write(&path, "a letter, no store\n".repeat(500)).unwrap();
    let before = fingerprint(&path);
    failed(&place.tacitd(&["--api.port", "0"], b""), "damaged or not a store", "DATABASE_KEY");
    assert_eq!(fingerprint(&path), before);

    let mut torn = whole.clone();
    torn[4096..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55);
    std::fs::write(&path, &torn).unwrap();
    failed(
        &place.tacitd(&["--api.port", "0"], b""),
        "the store data/tacit.db is damaged",
        "restore the store from a backup",
    );

    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let cut = place.tacitd(&["--api.port", "0"], b"");
    assert_eq!(cut.code, Some(1), "{}", cut.stderr);

    std::fs::write(&path, &whole).unwrap();
    let daemon = place.serve(&[]);
    assert_eq!(
        daemon.post("/v1/restore", "{\"session\":\"s\",\"text\":\"<EMAIL_7>\"}").json()["text"],
        "a6@example.org"
    );
}

#[test]
fn two_that_start_at_once_share_one_store() {
    for _ in 0..5 {
        let place = Place::new();
        let start = || {
            let arguments = ["--api.port", "0", "--log.format", "json"];
            Daemon::launch(place.command(&binary("tacitd"), &arguments))
        };
        let mut daemons = [start(), start(), start()];
        for daemon in &mut daemons {
            let line = daemon.wait_for(|line| line["message"] == "serving");
            daemon.addresses = vec![line["addresses"].as_str().unwrap().to_owned()];
        }
        let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
        for (number, daemon) in daemons.iter().enumerate() {
            let headers = [("x-api-key", key.trim()), ("content-type", "application/json")];
            let body = format!("{{\"session\":\"s\",\"text\":\"a{number}@example.org\"}}");
            let hidden = daemon.send("POST", "/v1/redact", &headers, &body);
            assert_eq!(hidden.json()["text"], format!("<EMAIL_{}>", number + 1), "{hidden:?}");
        }
        drop(daemons);
        assert_eq!(place.names(), ["data", "keys"]);
    }
}

#[test]
fn a_locked_store_is_told() {
    let place = Place::new();
    place.serve(&[]).stop();
    let path = place.path("data/tacit.db");
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    failed(
        &place.tacitd(&["--api.port", "0"], b""),
        "the store data/tacit.db is locked by another program",
        "fuser data/tacit.db",
    );
    drop(file);
    place.serve(&[]);
}

/// A command that runs in a folder on a small disk of its own.
fn on_a_small_disk(place: &Place, size: &str, then: &str) -> Command {
    std::fs::create_dir_all(place.path("disk")).unwrap();
    let script = format!("mount -t tmpfs -o size={size} tmpfs disk && cd disk && {then}");
    let mut command =
        place.command("unshare".as_ref(), &["--mount", "--map-root-user", "sh", "-c", &script]);
    command.env("TACITD", binary("tacitd"));
    command
}

#[test]
fn a_full_disk_is_told_at_the_start() {
    let place = Place::new();
    let can = on_a_small_disk(&place, "64k", "true").output().unwrap();
    if !can.status.success() {
        return not_run(
            "e2e store::a_full_disk_is_told_at_the_start",
            "a disk of one's own cannot be mounted here",
        );
    }
    let then = "\"$TACITD\" --api.port 0 --keys.dir ../keys; code=$?; ls -A data; exit $code";
    let output = on_a_small_disk(&place, "16k", then).output().unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    failed(&ended, "no room left to write to the store data/tacit.db", "df -h data");
}

#[test]
fn a_disk_that_fills_up_refuses_writes_and_recovers() {
    let place = Place::new();
    if !on_a_small_disk(&place, "64k", "true").output().unwrap().status.success() {
        let name = "e2e store::a_disk_that_fills_up_refuses_writes_and_recovers";
        return not_run(name, "a disk of one's own cannot be mounted here");
    }
    let then = "exec \"$TACITD\" --api.port 0 --keys.dir ../keys --log.format json";
    let mut daemon = Daemon::spawn(on_a_small_disk(&place, "2m", then));
    let disk = format!("/proc/{}/root{}", daemon.pid(), place.path("disk").display());
    let filler = format!("{disk}/filler");
    let mut fill = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut fill, &[0; 1024]).is_ok() {}
    let hide = |daemon: &Daemon, text: &str| {
        daemon.post("/v1/redact", &format!("{{\"session\":\"s\",\"text\":\"{text}\"}}"))
    };
    let many: Vec<_> = (0..2_000).map(|number| format!("a{number}@example.org")).collect();
    let refused = hide(&daemon, &many.join(" "));
    assert_eq!(
        (refused.status, refused.code().as_str(), refused.header("retry-after")),
        (503, "store_unavailable", "1")
    );
    daemon.wait_for(|line| line["why"].as_str().is_some_and(|why| why.contains("no room left")));
    assert_eq!((daemon.get("/livez").status, daemon.get("/readyz").status), (200, 200), "it reads");
    drop(fill);
    std::fs::remove_file(filler).unwrap();
    let hidden = hide(&daemon, "ana@example.org");
    assert_eq!(
        (hidden.status, hidden.json()["text"].as_str()),
        (200, Some("<EMAIL_1>")),
        "nothing of the refused text is kept"
    );
}
