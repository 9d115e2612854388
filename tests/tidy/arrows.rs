//! The picture of ARCHITECTURE.md against what cargo knows: no arrow that is not drawn, none drawn that is not there.

use cargo_metadata::MetadataCommand;
use std::collections::{BTreeMap, BTreeSet};

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The lines `a -> b c` between the marks `<!-- arrows -->`.
fn drawn() -> Arrows {
    let text = std::fs::read_to_string(super::top().join("ARCHITECTURE.md")).unwrap();
    let picture = text.split("<!-- arrows -->").nth(1).expect("ARCHITECTURE.md marks its arrows");
    let lines = picture.lines().filter_map(|line| line.split_once("->"));
    lines
        .map(|(from, to)| {
            let to = to.split_whitespace().filter(|name| *name != "nothing").map(str::to_owned);
            (from.trim().to_owned(), to.collect())
        })
        .collect()
}

/// The folder of a crate is its name in the picture.
fn built() -> Arrows {
    let metadata = MetadataCommand::new()
        .manifest_path(super::top().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let folder = |path: &cargo_metadata::camino::Utf8Path| {
        let relative = path.strip_prefix(super::top().to_str().unwrap()).unwrap();
        relative.as_str().trim_start_matches("crates/").to_owned()
    };
    let folders: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (package.name.to_string(), folder(package.manifest_path.parent().unwrap())))
        .collect();
    let ours = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter_map(|dependency| folders.get(&dependency.name).cloned())
            .collect()
    };
    metadata
        .packages
        .iter()
        .map(|package| (folders[package.name.as_str()].clone(), ours(package)))
        .collect()
}

#[test]
fn the_picture_has_the_arrows_that_are_built() {
    assert_eq!(drawn(), built());
}

#[test]
fn a_version_stands_in_the_root_alone() {
    for (name, text) in super::files("Cargo.toml").iter().filter(|(name, _)| name != "Cargo.toml") {
        let versioned = text.lines().find(|line| {
            line.contains("version = \"")
                || line.contains("features = [") && !line.starts_with("[features]")
        });
        assert_eq!(versioned, None, "{name}");
    }
}
