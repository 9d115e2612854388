//! `tacitctl version`.

use crate::args::Output;
use crate::exit::Failure;
use crate::ui;
use serde::Serialize;

#[derive(Serialize)]
struct Version {
    version: &'static str,
}

/// Prints the version.
///
/// # Errors
/// When it cannot be written in that form.
pub(crate) fn run(output: Output) -> Result<(), Failure> {
    let version = Version { version: env!("CARGO_PKG_VERSION") };
    match output {
        Output::Table => ui::line(&format!("tacitctl {}", version.version)),
        Output::Json => {
            let text = serde_json::to_string(&version);
            ui::line(&text.map_err(|error| Failure::because("print the version", &error))?);
        }
        Output::Yaml => {
            let text = serde_yaml::to_string(&version);
            ui::raw(&text.map_err(|error| Failure::because("print the version", &error))?);
        }
    }
    Ok(())
}
