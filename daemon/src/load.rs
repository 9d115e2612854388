//! From everything that was said to settings that can be used, or to every reason why not.

use crate::args::Typed;
use crate::failure::Failure;
use crate::policy::Policies;
use crate::settings::{ELSEWHERE, Settings, TABLE};
use crate::strict::{self, Purpose};
use crate::upstreams::{self, Upstreams};
use infer::Fleet;
use kit::setting::{Environment, Fault, Inputs, Notice, Resolved, resolve};
use std::path::{Path, PathBuf};

/// Names the settings file.
const CONFIG_VARIABLE: &str = "TACIT_CONFIG";

/// Where a settings file is looked for when nobody names one.
const CONFIG_PLACES: &[&str] = &["tacit.toml", "/etc/tacit/tacit.toml"];

/// Settings, and what there is to say about them.
pub(crate) struct Loaded {
    /// The values.
    pub(crate) settings: Settings,
    /// The same with their origins.
    pub(crate) resolved: Resolved,
    /// All faults; the values are not to be used when there are any.
    pub(crate) faults: Vec<Fault>,
    /// Who answers; read by who serves.
    pub(crate) upstreams: Option<Upstreams>,
    purpose: Purpose,
}

impl Loaded {
    /// Reads everything, from the process's environment unless another is given.
    ///
    /// # Errors
    /// When a settings file that was named cannot be read.
    pub(crate) fn read(
        typed: &mut Typed,
        environment: Option<Environment>,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let environment = environment.unwrap_or_else(Environment::of_process);
        let named = typed.args.config.clone();
        let named = named.or_else(|| environment.variables.get(CONFIG_VARIABLE).map(PathBuf::from));
        let file = settings_file(named.as_deref())?;
        let arguments = std::mem::take(&mut typed.settings);
        let inputs = Inputs { file, shapes: upstreams::SHAPES, environment, arguments };
        let mut resolved = resolve(TABLE, ELSEWHERE, &inputs);
        let settings = Settings::read(&resolved);
        let mut faults = std::mem::take(&mut typed.faults);
        faults.append(&mut resolved.faults);
        faults.extend(strict::faults(&settings, purpose));
        let serves = purpose == Purpose::Serve;
        let mut upstreams = serves.then(|| upstreams::open(&settings, &resolved.tables));
        faults.extend(upstreams.iter_mut().flat_map(|upstreams| upstreams.faults.drain(..)));
        Ok(Self { settings, resolved, faults, upstreams, purpose })
    }

    /// The settings, if they can be used.
    ///
    /// # Errors
    /// Every fault at once.
    pub(crate) fn usable(mut self) -> Result<Usable, Failure> {
        if self.faults.is_empty() {
            let fleet = self.upstreams.and_then(|upstreams| upstreams.fleet);
            let (settings, notices) = (self.settings, self.resolved.notices);
            return Ok(Usable { settings, notices, fleet });
        }
        // Who serves reads the policies next; their faults are told together with these.
        if self.purpose == Purpose::Serve {
            self.faults.extend(Policies::faults(&self.settings));
        }
        Err(Failure::settings(&self.faults))
    }
}

/// Settings without a fault.
pub(crate) struct Usable {
    /// The values.
    pub(crate) settings: Settings,
    /// What deserves a log line.
    pub(crate) notices: Vec<Notice>,
    /// Who answers, where they are for serving.
    pub(crate) fleet: Option<Fleet>,
}

fn settings_file(named: Option<&Path>) -> Result<Option<(String, String)>, Failure> {
    let read =
        |path: &Path| std::fs::read_to_string(path).map(|text| (path.display().to_string(), text));
    let failed = |path: &Path, error| {
        Failure::because(format!("read the settings file {}", path.display()), &error)
    };
    if let Some(path) = named {
        return read(path).map(Some).map_err(|error| failed(path, error));
    }
    for path in CONFIG_PLACES.iter().map(Path::new) {
        match read(path) {
            Ok(file) => return Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path, error)),
        }
    }
    Ok(None)
}
