//! Looks in every place a setting can be spelled, in order, and says where each value came from.

use super::table::{Shape, Table};
use super::{Fault, Notice, Setting, Value, file, nearest};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A secret in a file is a line; anything longer is the wrong file.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What the outside says, gathered once so that tests can say something else.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The settings file: its name in messages, and its text.
    pub file: Option<(String, String)>,
    /// Its tables that are no sections.
    pub shapes: &'static [Shape],
    /// The environment.
    pub environment: Environment,
    /// `--section.key value` from the command line, the name without its dashes; `None` where no value followed.
    pub arguments: Vec<(String, Option<String>)>,
}

/// Environment variables, from the process or from a file that is being checked.
#[derive(Debug, Default)]
pub struct Environment {
    /// The variables.
    pub variables: BTreeMap<String, String>,
    /// Names whose value is not UTF-8.
    pub unreadable: Vec<String>,
    /// The environment file they come from, if they do. Then a name nobody knows earns a notice; in the environment of
    /// a process it does not, because most of that is none of our business.
    pub path: Option<PathBuf>,
}

impl Environment {
    /// Takes the process's own environment.
    pub fn of_process() -> Self {
        let mut environment = Self::default();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => drop(environment.variables.insert(name, value)),
                Err(_) => environment.unreadable.push(name),
            }
        }
        environment
    }

    /// Takes the variables of an environment file.
    pub fn of_file(path: PathBuf, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            unreadable: Vec::new(),
            path: Some(path),
        }
    }

    fn place(&self, name: &str) -> String {
        match &self.path {
            Some(path) => format!("{} ({name})", path.display()),
            None => name.to_owned(),
        }
    }
}

/// Where an effective value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The table.
    Default,
    /// A line of the settings file.
    File {
        /// The file.
        name: String,
        /// The line.
        line: usize,
    },
    /// A variable.
    Variable(String),
    /// The file that a `_FILE` variable names.
    Secret {
        /// The variable.
        variable: String,
        /// The file.
        path: String,
    },
    /// A flag.
    Argument(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Secret { variable, path } => write!(f, "{variable} ({path})"),
            Self::Argument(flag) => write!(f, "--{flag}"),
        }
    }
}

/// The outcome: a value for each row, and everything there is to say about them.
#[derive(Debug)]
pub struct Resolved {
    table: &'static [Setting],
    values: Vec<(String, Origin)>,
    /// What stops the start. When this is not empty, the values are not to be used.
    pub faults: Vec<Fault>,
    /// What deserves a log line.
    pub notices: Vec<Notice>,
    /// The tables of the file that are no sections, in their order; nobody has looked into them.
    pub tables: Vec<Table>,
}

impl Resolved {
    /// The rows with their effective text and its origin.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Setting, &str, &Origin)> {
        let values = self.values.iter();
        self.table.iter().zip(values).map(|(row, (text, origin))| (row, text.as_str(), origin))
    }

    /// The typed value of a row; of its default where the given text was a fault.
    ///
    /// # Panics
    /// When the table has no such row, or the row another type.
    pub fn value<T: Value>(&self, section: &str, key: &str) -> T {
        let row = |row: &Setting| row.section == section && row.key == key;
        let at = self.table.iter().position(row).expect("the settings belong to this table");
        let value = T::parse(&self.values[at].0).or_else(|_| T::parse(self.table[at].default));
        value.unwrap_or_else(|why| panic!("the default of {section}.{key} {why}"))
    }

    fn set(&mut self, at: usize, text: String, origin: Origin, place: &str) {
        let row = &self.table[at];
        if let Err(why) = (row.check)(&text) {
            // A secret is never quoted; of anything else the reader wants to see what was read.
            let shown = (row.shown)(&text).map(|text| format!("`{}` ", clipped(&text)));
            let shown = shown.unwrap_or_default();
            self.faults.push(Fault::new(place, format!("`{}`: {shown}{why}", row.name())));
            return;
        }
        if row.unbuilt && text != row.default {
            let what = format!("`{}` is not built in this version and has no effect", row.name());
            self.notices.push(Notice { place: place.to_owned(), what, unknown: false });
        }
        self.values[at] = (text, origin);
    }
}

/// As much of a text as a message shows.
pub(super) fn clipped(text: &str) -> String {
    let mut shown: String =
        text.chars().take(60).map(|c| if c.is_control() { '?' } else { c }).collect();
    if shown.len() < text.len() {
        shown.push_str("...");
    }
    shown
}

/// Finds the effective value of every row of `table`. `elsewhere` names variables that other programs' guides set and
/// that mean nothing here, each with what takes its place.
pub fn resolve(table: &'static [Setting], elsewhere: &[(&str, &str)], inputs: &Inputs) -> Resolved {
    let defaults = table.iter().map(|row| (row.default.to_owned(), Origin::Default)).collect();
    let (faults, notices, tables) = (Vec::new(), Vec::new(), Vec::new());
    let mut resolved = Resolved { table, values: defaults, faults, notices, tables };
    if let Some((name, text)) = &inputs.file {
        let said = file::read(table, inputs.shapes, (name, text));
        resolved.tables = said.tables;
        for found in said.found {
            match found {
                Ok(file::Found { row, text, line, place }) => {
                    resolved.set(row, text, Origin::File { name: name.clone(), line }, &place);
                }
                Err(fault) => resolved.faults.push(fault),
            }
        }
    }
    read_environment(&mut resolved, &inputs.environment);
    report_other_names(&mut resolved, elsewhere, &inputs.environment);
    read_arguments(&mut resolved, &inputs.arguments);
    resolved
}

/// The names of one row in the environment, strongest first.
fn spellings(row: &Setting) -> Vec<String> {
    let plain = std::iter::once(row.variable());
    plain
        .chain(row.aliases.iter().map(|&alias| alias.to_owned()))
        .flat_map(|name| [format!("{name}_FILE"), name])
        .collect()
}

fn read_environment(resolved: &mut Resolved, environment: &Environment) {
    for at in 0..resolved.table.len() {
        let names = spellings(&resolved.table[at]);
        for name in names.iter().filter(|name| environment.unreadable.contains(name)) {
            resolved.faults.push(Fault::new(name.clone(), "its value is not UTF-8"));
        }
        // Compose writes `KEY: ${KEY:-}` for what is not set: an empty variable is an absent one.
        let set = |name: &&String| environment.variables.get(*name).is_some_and(|v| !v.is_empty());
        for name in names.iter().filter(set) {
            let value = &environment.variables[name];
            let place = environment.place(name);
            if name.ends_with("_PORT") && value.starts_with("tcp://") {
                let what = "holds the address of a Kubernetes service, passed over".to_owned();
                resolved.notices.push(Notice { place, what, unknown: false });
                continue;
            }
            if !name.ends_with("_FILE") {
                let origin = Origin::Variable(place.clone());
                resolved.set(at, value.clone(), origin, &place);
                break;
            }
            match read_secret(Path::new(value)) {
                Ok(text) => {
                    let origin = Origin::Secret { variable: place.clone(), path: value.clone() };
                    resolved.set(at, text, origin, &place);
                }
                Err(why) => resolved.faults.push(Fault::new(place, format!("{value}: {why}"))),
            }
            break;
        }
    }
}

/// Reads the file that holds a secret, without the line end that editors and `echo` add.
///
/// # Errors
/// Why it cannot be read; never what it holds.
pub fn read_secret(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot read the file: {error}");
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("the file has {size} bytes, more than a setting can have"));
    }
    let bytes = std::fs::read(path).map_err(cannot)?;
    let mut text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
        text.truncate(text.strip_suffix('\r').map_or(text.len(), str::len));
    }
    if text.is_empty() { Err("the file is empty".to_owned()) } else { Ok(text) }
}

/// Reports `TACIT_*` names that no row has, and names that mean nothing here.
fn report_other_names(
    resolved: &mut Resolved,
    elsewhere: &[(&str, &str)],
    environment: &Environment,
) {
    let known: Vec<_> = resolved.table.iter().flat_map(spellings).collect();
    let unreadable = environment.unreadable.iter().map(|name| (name, ""));
    let names = environment.variables.iter().map(|(name, value)| (name, value.as_str()));
    for (name, value) in names.chain(unreadable).filter(|(name, _)| !known.contains(name)) {
        let place = environment.place(name);
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        if let Some((_, instead)) = elsewhere.iter().find(|(other, _)| *other == plain) {
            let what = format!("has no meaning here: {instead}");
            resolved.notices.push(Notice { place, what, unknown: false });
        } else if name.starts_with("TACIT_") && is_service_link(name, value) {
            let what = "is set by Kubernetes for a service, passed over".to_owned();
            resolved.notices.push(Notice { place, what, unknown: false });
        } else if name.starts_with("TACIT_") && name != CONFIG_VARIABLE {
            let known = known.iter().map(String::as_str);
            resolved.faults.push(Fault::unknown(place, "variable", name, known));
        } else if environment.path.is_some() && name != CONFIG_VARIABLE {
            let near = nearest(name, known.iter().map(String::as_str));
            let near = near.map(|near| format!("; the nearest known name is `{near}`"));
            let what = format!("not a name that tacitd knows{}", near.unwrap_or_default());
            resolved.notices.push(Notice { place, what, unknown: true });
        }
    }
}

/// Names the settings file; it cannot be a setting, because it says where settings are.
pub(super) const CONFIG_VARIABLE: &str = "TACIT_CONFIG";

/// Whether a variable is one that Kubernetes injects for a service whose name starts with `tacit`:
/// `TACIT_SERVICE_HOST`, `TACIT_SERVICE_PORT[_NAME]`, `TACIT_PORT=tcp://...`, `TACIT_PORT_8000_TCP[_ADDR|_PORT|_PROTO]`.
fn is_service_link(name: &str, value: &str) -> bool {
    if name.ends_with("_PORT") && value.contains("://") {
        return true;
    }
    if name.contains("_SERVICE_HOST") || name.contains("_SERVICE_PORT") {
        return true;
    }
    let Some((_, link)) = name.split_once("_PORT_") else { return false };
    let mut parts = link.split('_');
    let number = parts.next().is_some_and(|part| part.parse::<u16>().is_ok());
    let protocol = parts.next().is_some_and(|part| ["TCP", "UDP", "SCTP"].contains(&part));
    let rest = parts.next().is_none_or(|part| ["ADDR", "PORT", "PROTO"].contains(&part));
    number && protocol && rest
}

fn read_arguments(resolved: &mut Resolved, arguments: &[(String, Option<String>)]) {
    let flags: Vec<_> = resolved.table.iter().map(Setting::flag).collect();
    for (flag, value) in arguments {
        let place = format!("--{flag}");
        let wanted = flag.replace('_', "-");
        match (flags.iter().position(|known| *known == wanted), value) {
            (Some(at), Some(value)) => {
                resolved.set(at, value.clone(), Origin::Argument(flag.clone()), &place);
            }
            (Some(at), None) => {
                let expected = (resolved.table[at].expects)();
                resolved.faults.push(Fault::new(place, format!("lacks its value: {expected}")));
            }
            (None, _) => {
                let known = flags.iter().map(String::as_str);
                resolved.faults.push(Fault::unknown(place, "setting", &wanted, known));
            }
        }
    }
}
