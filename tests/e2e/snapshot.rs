//! Snapshots from outside: the verbs, their exit codes, and the restore that does without us.

use serde_json::Value;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use support::{Ended, Place};

/// A folder with a tree, an identity and a repository with one snapshot of it.
struct Backed {
    place: Place,
    recipient: String,
}

fn run(place: &Place, arguments: &[&str]) -> Ended {
    place.tacitd(&[&["snapshot"], arguments].concat(), b"")
}

fn done(place: &Place, arguments: &[&str]) -> String {
    let ended = run(place, arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}{}", ended.stdout, ended.stderr);
    ended.stdout
}

impl Backed {
    fn new() -> Self {
        let place = Place::new();
        place.write("tree/small", "hello\n");
        place.write("tree/folder/text", &"all work and no play\n".repeat(20_000));
        place.write(&format!("tree/{}/{}", "d".repeat(120), "f".repeat(150)), "long names");
        let tool = place.write("tree/tool", "#!/bin/sh\n");
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o4711)).unwrap();
        std::fs::hard_link(&tool, place.path("tree/tool again")).unwrap();
        symlink("folder/text", place.path("tree/link")).unwrap();
        let sparse = std::fs::File::create(place.path("tree/sparse")).unwrap();
        sparse.set_len(3 << 20).unwrap();
        let recipient = done(&place, &["key", "new", "--to", "me.key"]).trim().to_owned();
        let backed = Self { place, recipient };
        backed.create();
        backed
    }

    fn create(&self) -> Value {
        let to = ["--repo", "repo", "--recipient", &self.recipient, "-o", "json"];
        let made = done(&self.place, &[&["create", "tree"][..], &to].concat());
        serde_json::from_str(&made).unwrap()
    }

    /// The tree as it stands below another folder.
    fn below(&self, folder: &str) -> std::path::PathBuf {
        self.place.path(folder).join(self.place.path("tree").strip_prefix("/").unwrap())
    }

    fn is_same(&self, folder: &str) {
        let picture = |top: &Path| {
            let mut find = Command::new("sh");
            let look = "cd \"$1\" && find . -printf '%P %y %m %U %G %T@ %l %n\\n' | sort && find . -type f -exec sha256sum {} + | sort";
            support::run(find.args(["-c", look, "sh"]).arg(top))
        };
        assert_eq!(picture(&self.below(folder)), picture(&self.place.path("tree")));
    }
}

#[test]
fn a_snapshot_is_taken_checked_and_restored() {
    let backed = Backed::new();
    let place = &backed.place;
    let second = backed.create();
    assert_eq!(second["bytes_stored"], 0, "{second}");
    let listed = done(place, &["list", "--repo", "repo", "-o", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 2, "{listed}");
    assert!(done(place, &["list", "--repo", "repo"]).contains("tree"));
    assert!(done(place, &["show", "latest", "--repo", "repo"]).contains("ed25519:"));
    done(place, &["verify", "--repo", "repo"]);
    let deep = done(place, &["verify", "--repo", "repo", "--deep", "--identity", "me.key"]);
    assert!(deep.contains("every chunk was opened: all is as it was written"), "{deep}");
    let opened = ["latest", "--repo", "repo", "--identity", "me.key"];
    done(place, &[&["restore", "--to", "back"][..], &opened].concat());
    backed.is_same("back");
    let again = run(place, &[&["restore", "--to", "back"][..], &opened].concat());
    assert_eq!(again.code, Some(2), "nothing is written over: {}", again.stderr);
    let path = place.path("tree/small").display().to_string();
    assert_eq!(done(place, &[&["cat"][..], &opened, &[&path]].concat()), "hello\n");
    let mode = std::fs::metadata(place.path("keys/snapshot.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The lines of the file itself, as a person would copy them.
#[test]
fn the_readme_of_a_repository_restores_it_without_us() {
    let backed = Backed::new();
    let place = &backed.place;
    std::fs::write(place.path("tree/small"), "changed\n").unwrap();
    let made = backed.create();
    let base = format!("-{}.gz.age", made["snapshot"]["list"]["sha256"].as_str().unwrap());
    let names = std::fs::read_dir(place.path("repo/snaps")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = names.find(|name| name.ends_with(&base)).unwrap();
    let readme = std::fs::read_to_string(place.path("repo/README-RESTORE.txt")).unwrap();
    let lines: Vec<_> = readme.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    let by_hand = |folder: &str, lines: &str| {
        let here = place.path(folder);
        std::fs::create_dir(&here).unwrap();
        let mut shell = place.command(Path::new("sh"), &["-euc", lines]);
        shell.env("REPO", place.path("repo")).env("KEY", place.path("me.key"));
        shell.env("SNAP", name.strip_suffix(".gz.age").unwrap()).current_dir(&here);
        support::run(&mut shell);
        here
    };
    let here = by_hand("by hand", &lines.join("\n"));
    backed.is_same("by hand/restored");
    // The small tools of a rescue system know no parts of a second; they bring back content, names and modes.
    let small = lines.join("\n").replace("| tar ", "| busybox tar ");
    let small = small.replace("gzip -d", "busybox gzip -d").replace("xargs", "busybox xargs");
    assert_eq!(small.matches("busybox").count(), 4, "{small}");
    by_hand("by busybox", &small);
    let mut diff = Command::new("diff");
    diff.args(["-r", "--no-dereference"]).arg(place.path("tree"));
    support::run(diff.arg(backed.below("by busybox/restored")));
    // And what else it tells to do.
    let sums = "cd packs && for p in *; do echo \"${p%%.*}  $p\"; done | sha256sum -c --quiet";
    assert!(readme.contains(sums));
    let mut shell = place.command(Path::new("sh"), &["-euc", sums]);
    support::run(shell.current_dir(place.path("repo")));
    let sums = "for c in *; do echo \"$c  $c\"; done | sha256sum -c --quiet";
    let mut shell = place.command(Path::new("sh"), &["-euc", sums]);
    support::run(shell.current_dir(here.join("chunks")));
}

#[test]
fn an_export_is_opened_by_age_and_tar_alone() {
    let backed = Backed::new();
    let place = &backed.place;
    let opened = ["latest", "--repo", "repo", "--identity", "me.key"];
    let whom = ["--recipient", backed.recipient.as_str(), "--to", "out.tar.gz.age"];
    done(place, &[&["export"][..], &opened, &whom].concat());
    std::fs::create_dir(place.path("out")).unwrap();
    let line = "age -d -i me.key out.tar.gz.age | tar xpzf - -C out";
    support::run(&mut place.command(Path::new("sh"), &["-euc", line]));
    backed.is_same("out");
}

#[test]
fn an_identity_of_age_keygen_is_taken() {
    let place = Place::new();
    place.write("tree/file", "x");
    support::run(&mut place.command(Path::new("age-keygen"), &["-o", "me.key"]));
    let recipient = support::run(&mut place.command(Path::new("age-keygen"), &["-y", "me.key"]));
    done(&place, &["create", "tree", "--repo", "repo", "--recipient", recipient.trim()]);
    done(&place, &["restore", "latest", "--repo", "repo", "--identity", "me.key", "--to", "back"]);
}

#[test]
fn damage_ends_with_code_3_and_names_what_is_lost() {
    let backed = Backed::new();
    let place = &backed.place;
    let pack = std::fs::read_dir(place.path("repo/packs")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let checked = run(place, &["verify", "--repo", "repo", "-o", "json"]);
    assert_eq!(checked.code, Some(3), "{}", checked.stderr);
    let answer: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(answer["lost"].as_array().unwrap().len(), 1, "{answer}");
    assert!(
        checked.stderr.contains(pack.file_name().unwrap().to_str().unwrap()),
        "{}",
        checked.stderr
    );
    let opened = ["latest", "--repo", "repo", "--identity", "me.key", "--to", "back"];
    let restored = run(place, &[&["restore"][..], &opened].concat());
    assert_eq!(restored.code, Some(3), "{}", restored.stderr);
}

#[test]
fn a_machine_that_knows_nothing_asks_who_signed() {
    let backed = Backed::new();
    let place = &backed.place;
    let signer = done(place, &["key", "signer"]);
    let elsewhere = ["--state", "elsewhere", "--keys.dir", "other keys"];
    let opened = ["restore", "latest", "--repo", "repo", "--identity", "me.key", "--to", "back"];
    let refused = run(place, &[&opened[..], &elsewhere].concat());
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("--signer"), "{}", refused.stderr);
    done(place, &[&opened[..], &elsewhere, &["--signer", signer.trim()]].concat());
}
