//! `tacitd config`: the effective settings and where each came from, or whether they can be used at all.

use crate::args::{Output, Typed};
use crate::failure::Failure;
use crate::load::Loaded;
use crate::policy::Policies;
use crate::strict::Purpose;
use crate::ui;
use crate::upstreams;
use kit::dotenv;
use kit::setting::{Environment, Setting};
use serde_json::json;
use std::path::PathBuf;

/// What stands for a secret.
const MASK: &str = "********";

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) check: bool,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) output: Output,
}

/// Runs the command.
///
/// # Errors
/// When the settings cannot be used.
pub(crate) fn run(mut typed: Typed, asked: Asked) -> Result<(), Failure> {
    let environment = asked.env_file.map(read_env_file).transpose()?;
    let loaded = Loaded::read(&mut typed, environment, Purpose::Serve)?;
    for notice in &loaded.resolved.notices {
        ui::note(&format!("note: {notice}"));
    }
    if asked.check {
        let usable = loaded.usable()?;
        Policies::open(&usable.settings, None)?;
        ui::note("these settings can be used");
        return Ok(());
    }
    match asked.output {
        Output::Table => ui::raw(&as_toml(&loaded)),
        Output::Json => ui::line(&as_json(&loaded)),
    }
    loaded.usable().map(drop)
}

fn read_env_file(path: PathBuf) -> Result<Environment, Failure> {
    let what = || format!("read the environment file {}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::because(what(), &error))?;
    let outer = |name: &str| std::env::var(name).ok();
    match dotenv::parse(&text, &outer) {
        Ok(variables) => Ok(Environment::of_file(path, variables)),
        Err(faults) => {
            let faults = faults.iter().map(|fault| {
                let place = format!("{}:{}", path.display(), fault.line);
                kit::setting::Fault::new(place, fault.what.clone())
            });
            Err(Failure::settings(&faults.collect::<Vec<_>>()))
        }
    }
}

/// The rows by section, in the order in which the table names sections first.
fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = Vec::new();
    for (section, _) in crate::settings::SECTIONS {
        if !sections.contains(section) {
            sections.push(section);
        }
    }
    sections
}

fn as_toml(loaded: &Loaded) -> String {
    let mut out = String::from(
        "# The effective settings of tacitd, each with its origin. A comment stands for one that is not set.\n",
    );
    for section in sections() {
        out.push_str(&format!("\n[{section}]\n"));
        for (row, text, origin) in loaded.resolved.rows().filter(|(row, ..)| row.section == section)
        {
            let mark = if row.unbuilt { "; unbuilt" } else { "" };
            let value = match (row.shown)(text) {
                _ if text.is_empty() => String::new(),
                None => format!("\"{MASK}\""),
                Some(text) => toml_value(row, &text),
            };
            let line = if text.is_empty() {
                format!("# {} =", row.key)
            } else {
                format!("{} = {value}", row.key)
            };
            out.push_str(&format!("{line:<44} # {origin}{mark}\n"));
        }
    }
    let upstreams = loaded.upstreams.as_ref();
    out.extend(upstreams.map(upstreams::as_toml));
    out
}

/// Numbers and truths bare, everything else as a string.
fn toml_value(row: &Setting, text: &str) -> String {
    let bare = text.parse::<f64>().is_ok_and(f64::is_finite) || matches!(text, "true" | "false");
    // A value that the row would not read from a bare word stays quoted, such as an octal mode.
    let bare = bare
        && !row.default.is_empty()
        && row.default.parse::<f64>().is_ok() == text.parse::<f64>().is_ok();
    if bare {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn as_json(loaded: &Loaded) -> String {
    let rows = loaded.resolved.rows().map(|(row, text, origin)| {
        let shown = (row.shown)(text)
            .unwrap_or_else(|| if text.is_empty() { String::new() } else { MASK.to_owned() });
        json!({
            "name": row.name(),
            "value": (!text.is_empty()).then_some(shown),
            "origin": origin.to_string(),
            "variable": row.variable(),
            "aliases": row.aliases,
            "unbuilt": row.unbuilt,
        })
    });
    let rows: Vec<_> = rows.collect();
    let described = loaded.upstreams.as_ref();
    let (upstreams, fallback) = described.map(upstreams::as_json).unwrap_or_default();
    json!({ "settings": rows, "upstreams": upstreams, "fallback": fallback }).to_string()
}
