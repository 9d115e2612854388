//! daemon/licenses.txt is made of what cargo knows of the crates inside tacitd, and of the licences that they carry.
//! `UPDATE=1 cargo test -p tacit-tests --test tidy` writes it anew.
//!
//! Where a crate leaves the choice, we take it under Apache-2.0, whose text then stands once for all of them; of any other
//! the text is given in full, since it names whom to thank.

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, TargetKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const HEAD: &str = "\
tacit is licensed under MIT or Apache-2.0, at your choice.

Inside the program are the crates below and the code that some of them bring (SQLite, SQLCipher, OpenSSL). The list is
made by the tests; `tacitd licenses` prints it.

";

const APACHE: &str = "Apache-2.0";

/// What the program is built for when the list is made; other platforms bring a few crates more, of the same licences.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(super::top().join("Cargo.toml"))
        .features(CargoOpt::SomeFeatures(Vec::new()))
        .other_options(["--locked", "--offline", "--filter-platform", PLATFORM].map(str::to_owned))
        .exec()
        .unwrap()
}

/// The crates inside tacitd. What runs only while it is built is not in it, but for sources that are compiled then.
fn inside(metadata: &Metadata) -> Vec<&Package> {
    let packages: BTreeMap<_, _> = metadata.packages.iter().map(|one| (&one.id, one)).collect();
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let root = metadata.packages.iter().find(|package| package.name.as_str() == "tacitd").unwrap();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![&root.id];
    while let Some(id) = waiting.pop() {
        let runs_at_build = |package: &Package| {
            package.targets.iter().any(|target| target.kind.contains(&TargetKind::ProcMacro))
        };
        if runs_at_build(packages[id]) || !seen.insert(id) {
            continue;
        }
        let wanted = |dependency: &&cargo_metadata::NodeDep| {
            dependency.dep_kinds.iter().any(|kind| match kind.kind {
                DependencyKind::Normal => true,
                DependencyKind::Build => packages[&dependency.pkg].name.ends_with("-src"),
                _ => false,
            })
        };
        waiting.extend(nodes[id].deps.iter().filter(wanted).map(|dependency| &dependency.pkg));
    }
    let mut inside: Vec<_> = seen.iter().map(|id| packages[*id]).collect();
    inside.retain(|package| package.source.is_some());
    inside.sort_by(|a, b| (a.name.as_str(), &a.version).cmp(&(b.name.as_str(), &b.version)));
    inside
}

/// Whether it may be taken under Apache-2.0 alone.
fn is_apache(expression: &str) -> bool {
    let alternatives = expression.split(" OR ").flat_map(|part| part.split('/'));
    alternatives.map(|part| part.trim_matches(['(', ')', ' '])).any(|part| part == APACHE)
        && !expression.contains(" AND ")
}

/// The files of licences that a crate carries: at its top, or one folder down where others' sources are.
fn texts(package: &Package) -> Vec<(String, String)> {
    let folder = package.manifest_path.parent().unwrap().as_std_path();
    let mut files = licence_files(folder);
    if package.name.ends_with("-src") {
        for entry in std::fs::read_dir(folder).unwrap() {
            files.extend(licence_files(&entry.unwrap().path()));
        }
    }
    files.sort();
    let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    let read = |path: &PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    files.iter().map(|path| (name(path), read(path))).collect()
}

fn licence_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
        let begins = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
        path.is_file() && begins.iter().any(|begin| name.starts_with(begin))
    };
    entries.map(|entry| entry.unwrap().path()).filter(is_licence).collect()
}

fn page() -> String {
    let metadata = metadata();
    let packages = inside(&metadata);
    let mut out = HEAD.to_owned();
    let mut others = String::new();
    let mut forgotten = Vec::new();
    for package in &packages {
        let expression = package.license.as_deref().unwrap_or_default();
        assert!(!expression.is_empty(), "{} does not say its licence", package.name);
        writeln!(out, "{} {}: {expression}", package.name, package.version).unwrap();
        let texts = texts(package);
        let apache = is_apache(expression);
        let kept = |name: &str| !apache || name.to_uppercase().starts_with("NOTICE");
        let kept: Vec<_> = texts.iter().filter(|(name, _)| kept(name)).collect();
        // The text of MIT without a name, where the crate itself forgot it.
        let missing = !apache && kept.is_empty();
        assert!(!missing || expression == "MIT", "{} carries no text of its licence", package.name);
        if missing {
            forgotten.push(format!("{} {}", package.name, package.version));
        }
        for (name, text) in kept {
            let line = "-".repeat(80);
            writeln!(others, "\n{line}\n{} {}, {name}\n{line}\n", package.name, package.version)
                .unwrap();
            text.trim().lines().for_each(|line| writeln!(others, "{}", line.trim_end()).unwrap());
        }
    }
    let apache = std::fs::read_to_string(super::top().join("LICENSE-APACHE")).unwrap();
    writeln!(
        out,
        "\nWhere {APACHE} is among the choices, it is the one taken:\n\n{}",
        apache.trim_end()
    )
    .unwrap();
    if !forgotten.is_empty() {
        let mit = std::fs::read_to_string(super::top().join("LICENSE-MIT")).unwrap();
        let mit = mit.split_once("\n\nPermission").map_or(mit.as_str(), |(_, rest)| rest);
        writeln!(
            others,
            "\nUnder MIT, by their authors: {}\n\nPermission{mit}",
            forgotten.join(", ")
        )
        .unwrap();
    }
    out + &others
}

#[test]
fn the_list_of_licences_is_that_of_the_crates_inside() {
    let path = super::top().join("daemon/licenses.txt");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "daemon/licenses.txt is not up to date: UPDATE=1 cargo test -p tacit-tests --test tidy"
    );
}
