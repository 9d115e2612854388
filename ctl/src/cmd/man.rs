//! `tacitctl man`.

use crate::args::Args;
use crate::exit::Failure;
use crate::ui;
use clap::CommandFactory;
use clap_mangen::Man;
use std::io;
use std::path::Path;

/// Prints the manual page, or writes the pages of all verbs to a folder.
///
/// # Errors
/// When a page cannot be written.
pub(crate) fn run(dir: Option<&Path>) -> Result<(), Failure> {
    let mut command = Args::command();
    command.build();
    let Some(dir) = dir else {
        let page = render("tacitctl", &command)
            .map_err(|error| Failure::because("print the manual page", &error))?;
        ui::raw(&page);
        return Ok(());
    };
    let failed = |error: io::Error| {
        Failure::because(format!("write the manual pages to {}", dir.display()), &error)
            .hint("choose a folder that can be written, such as --dir ./man")
    };
    std::fs::create_dir_all(dir).map_err(failed)?;
    let mut pages = vec![("tacitctl".to_owned(), command.clone())];
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let name = format!("tacitctl-{}", verb.get_name());
        pages.push((name, verb.clone()));
    }
    let count = pages.len();
    for (name, command) in pages {
        let page = render(&name, &command).map_err(failed)?;
        write(dir, &format!("{name}.1"), &page).map_err(failed)?;
    }
    ui::note(&format!("wrote {count} pages to {}", dir.display()));
    Ok(())
}

fn render(name: &str, command: &clap::Command) -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).title(name).render(&mut page)?;
    String::from_utf8(page).map_err(io::Error::other)
}

/// Writes aside and renames, so that a page is never there in part.
fn write(dir: &Path, name: &str, page: &str) -> io::Result<()> {
    let aside = dir.join(format!(".{name}.{}", std::process::id()));
    let written =
        std::fs::write(&aside, page).and_then(|()| std::fs::rename(&aside, dir.join(name)));
    if written.is_err() {
        drop(std::fs::remove_file(&aside));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_a_page() {
        let dir = tempfile::tempdir().unwrap();
        run(Some(dir.path())).unwrap();
        let mut names: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["tacitctl-completion.1", "tacitctl-man.1", "tacitctl-version.1", "tacitctl.1"]
        );
        let page = std::fs::read_to_string(dir.path().join("tacitctl-version.1")).unwrap();
        assert!(page.contains(".TH tacitctl-version 1"), "{page}");
    }
}
