//! Links in the docs lead somewhere: to a file that is there, and to a heading that it has.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::path::Path;

/// The anchors of a page, as the usual renderers make them of its headings.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                heading.iter_mut().for_each(|heading| heading.push_str(&words))
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.take().unwrap_or_default().to_lowercase();
                let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                anchors.push(kept.collect::<String>().replace(' ', "-"));
            }
            _ => {}
        }
    }
    anchors
}

#[test]
fn links_lead_somewhere() {
    let pages: BTreeMap<_, _> = super::files(".md").into_iter().collect();
    let mut links = 0;
    for (name, text) in &pages {
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            if dest_url.contains("://") || dest_url.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let (path, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let folder = Path::new(name).parent().unwrap();
            let target =
                if path.is_empty() { Path::new(name).to_owned() } else { folder.join(path) };
            let found = super::top().join(&target).canonicalize();
            let found = found.unwrap_or_else(|_| panic!("{name}: {dest_url} leads nowhere"));
            if !anchor.is_empty() {
                let relative =
                    found.strip_prefix(super::top()).unwrap().to_str().unwrap().to_owned();
                let page = pages
                    .get(&relative)
                    .unwrap_or_else(|| panic!("{name}: {dest_url} is no page of ours"));
                assert!(
                    anchors(page).iter().any(|found| found == anchor),
                    "{name}: {dest_url} has no such heading"
                );
            }
        }
    }
    assert!(links > 20, "{links} links were followed");
}

#[test]
fn every_page_of_the_manual_is_reached_from_the_readme() {
    let readme = std::fs::read_to_string(super::top().join("README.md")).unwrap();
    for (name, _) in super::files(".md").iter().filter(|(name, _)| name.starts_with("docs/")) {
        if !name.starts_with("docs/decisions/") {
            assert!(readme.contains(&format!("({name})")), "README.md does not lead to {name}");
        }
    }
}
