//! The policies' promises.

use super::*;
use crate::settings::{ELSEWHERE, TABLE};
use kit::setting::{Environment, Inputs, resolve};
use redact::{Kind, Operator};
use std::path::Path;

struct Place {
    dir: tempfile::TempDir,
    default: &'static str,
}

impl Place {
    fn new(default: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("p")).unwrap();
        Self { dir, default }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("p").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self) -> Result<Policies, Vec<String>> {
        let folder = self.dir.path().join("p").display().to_string();
        let variables = [
            ("TACIT_PRIVACY_POLICIES".to_owned(), folder),
            ("TACIT_PRIVACY_POLICY".to_owned(), self.default.to_owned()),
        ];
        let environment = Environment::of_file("env".into(), variables);
        let resolved = resolve(TABLE, ELSEWHERE, &Inputs { environment, ..Inputs::default() });
        assert_eq!(resolved.faults, []);
        let read = Policies::read(&Settings::read(&resolved), None);
        let short = |fault: &Fault| fault.to_string().replace(&self.short(), "");
        read.map_err(|faults| faults.iter().map(short).collect())
    }

    fn short(&self) -> String {
        format!("{}/", self.dir.path().join("p").display())
    }

    fn open(&self) -> Policies {
        self.read().unwrap()
    }
}

fn operator(policies: &Policies, name: &str) -> Option<Operator> {
    policies.get(name).map(|policy| policy.operators.of(Kind::Email))
}

#[test]
fn a_policy_is_known_by_the_name_of_its_file() {
    let place = Place::new(STANDARD);
    place.write("letters.toml", "operator = \"bare\"");
    place.write(".hidden.toml", "nonsense");
    place.write("letters.toml~", "nonsense");
    place.write("README", "nonsense");
    let policies = place.open();
    assert_eq!(policies.current().names(), "letters, standard");
    assert_eq!(operator(&policies, "letters"), Some(Operator::Bare));
    assert_eq!(policies.default().name, STANDARD);
    assert_eq!(operator(&policies, STANDARD), Some(Operator::Placeholder));
    let place = Place { default: "letters", ..place };
    assert_eq!(place.open().default().name, "letters");
}

#[test]
fn policies_that_find_the_same_share_an_engine() {
    let place = Place::new(STANDARD);
    place.write("a.toml", "operator = \"bare\"");
    place.write("b.toml", "without = [\"URL\"]");
    place.write("c.toml", "doc = \"c\"\nwithout = [\"URL\"]\n[kind.CARD]\noperator = \"keep\"");
    let policies = place.open();
    let engine = |name: &str| policies.get(name).unwrap().engine.clone();
    assert!(Arc::ptr_eq(&engine("a"), &engine(STANDARD)));
    assert!(Arc::ptr_eq(&engine("b"), &engine("c")) && !Arc::ptr_eq(&engine("b"), &engine("a")));
}

#[test]
fn every_fault_of_every_file_is_told_at_the_start() {
    let place = Place::new("nobody");
    place.write("a.toml", "operator = \"burn\"\nwithout = [\"NOTHING\"]\n");
    place.write("b.toml", "[allow]\npatterns = [\"(\"]\n");
    place.write("c d.toml", "");
    place.write("standard.toml", "");
    place.write("z.toml", "doc = \"fine\"");
    let faults = place.read().unwrap_err();
    let starts = [
        "a.toml:1: is no operator",
        "a.toml:2: is no kind",
        "b.toml:1: the allowed patterns: entry 1",
        "c d.toml: its name is not",
        "standard.toml: the policy `standard` is the one that the settings make",
        "privacy.policy: names no policy (there are standard, z)",
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}");
    }
}

#[test]
fn a_folder_that_is_named_must_be_there() {
    let place = Place::new(STANDARD);
    std::fs::remove_dir(place.dir.path().join("p")).unwrap();
    let faults = place.read().unwrap_err();
    assert!(faults[0].starts_with("privacy.policies: ") && faults[0].contains("no folder"));
    assert!(folder::look(Path::new("/nowhere/policies")).unwrap().is_none());
}

#[test]
fn what_changes_is_taken_up_whole() {
    let place = Place::new("a");
    place.write("a.toml", "operator = \"bare\"");
    place.write("b.toml", "without = [\"URL\"]");
    let policies = place.open();
    let (before, b) = (policies.current(), policies.get("b").unwrap());
    policies.refresh(false);
    assert!(Arc::ptr_eq(&before, &policies.current()), "nothing changed");

    place.write("a.toml", "operator = \"redact\"");
    place.write("c.toml", "operator = \"keep\"");
    policies.refresh(false);
    assert_eq!(operator(&policies, "a"), Some(Operator::Redact));
    assert_eq!(policies.default().operators.default, Operator::Redact);
    assert_eq!(operator(&policies, "c"), Some(Operator::Keep));
    assert!(Arc::ptr_eq(&b, &policies.get("b").unwrap()), "an unchanged one stays the same");
    assert_eq!(
        before.default().operators.default,
        Operator::Bare,
        "who began with it ends with it"
    );

    std::fs::remove_file(place.path("c.toml")).unwrap();
    policies.refresh(false);
    assert_eq!(policies.current().names(), "a, b, standard");
    policies.refresh(true);
    assert!(Arc::ptr_eq(&b, &policies.get("b").unwrap()), "read anew, and saying the same");
}

#[test]
fn a_broken_file_leaves_its_policy_as_it_was() {
    let place = Place::new(STANDARD);
    place.write("a.toml", "operator = \"bare\"");
    place.write("b.toml", "operator = \"bare\"");
    let policies = place.open();
    place.write("a.toml", "operator = \"burn\"");
    place.write("b.toml", "operator = \"redact\"");
    place.write("c.toml", "operator = ");
    policies.refresh(false);
    assert_eq!(operator(&policies, "a"), Some(Operator::Bare));
    assert_eq!(operator(&policies, "b"), Some(Operator::Redact), "the others are taken up");
    assert_eq!(operator(&policies, "c"), None, "one that never was good is none");
    let settled = policies.current();
    policies.refresh(false);
    assert!(Arc::ptr_eq(&settled, &policies.current()), "a fault is told once");
    place.write("a.toml", "operator = \"keep\"");
    place.write("c.toml", "operator = \"keep\"");
    policies.refresh(false);
    assert_eq!(operator(&policies, "a"), Some(Operator::Keep));
    assert_eq!(operator(&policies, "c"), Some(Operator::Keep));
}

#[test]
fn the_default_outlives_its_file() {
    let place = Place::new("a");
    place.write("a.toml", "operator = \"bare\"");
    let policies = place.open();
    std::fs::remove_file(place.path("a.toml")).unwrap();
    policies.refresh(false);
    place.write("b.toml", "operator = \"keep\"");
    policies.refresh(false);
    assert_eq!(policies.default().operators.default, Operator::Bare);
    assert_eq!(policies.current().names(), "a, b, standard");
    std::fs::remove_dir_all(place.dir.path().join("p")).unwrap();
    policies.refresh(false);
    assert_eq!(policies.current().names(), "a, standard");
    std::fs::create_dir(place.dir.path().join("p")).unwrap();
    place.write("a.toml", "operator = \"redact\"");
    policies.refresh(false);
    assert_eq!(policies.default().operators.default, Operator::Redact, "and takes up a new one");
}

#[test]
fn the_examples_of_the_manual_are_good_policies() {
    let manual = include_str!("../../../docs/policies.md");
    let examples: Vec<_> = manual
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(example, _)| example))
        .collect();
    assert!(examples.len() >= 4, "{}", examples.len());
    for example in examples {
        let place = Place::new("example");
        place.write("example.toml", example);
        assert!(!place.open().default().doc.is_empty(), "{example}");
    }
}
