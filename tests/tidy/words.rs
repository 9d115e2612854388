//! Words that do not belong: what was left unfinished, and what belongs to one machine.

#[test]
fn nothing_is_left_unfinished() {
    // Put together, so that this file does not find itself.
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X:"].concat(),
        ["#[ig", "nore"].concat(),
    ];
    for end in [".rs", ".sh", ".toml", ".yaml", ".yml", ".md", "/run"] {
        for (name, text) in super::files(end) {
            let found =
                text.lines().find(|line| words.iter().any(|word| line.contains(word.as_str())));
            assert_eq!(found, None, "{name}");
        }
    }
}

#[test]
fn unsafe_stands_in_listed_places_alone() {
    let listed: &[&str] = &[];
    let word = ["allow(unsafe", "_code)"].concat();
    for (name, text) in super::files(".rs") {
        assert!(listed.contains(&name.as_str()) || !text.contains(&word), "{name}");
    }
}

#[test]
fn the_changelog_has_a_place_for_the_next_line() {
    let text = std::fs::read_to_string(super::top().join("CHANGELOG.md")).unwrap();
    assert!(text.contains("\n## Unreleased\n"));
}
