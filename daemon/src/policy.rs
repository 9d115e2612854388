//! Policies: what is found and what becomes of it, for each use one, by name. They are files in a folder, beside the one
//! that the settings make, and are taken up anew when they change.
//!
//! A set of policies is never changed: a new one takes its place, whole, and whoever works with the old one ends with it.

mod file;
mod folder;
mod recipe;

pub(crate) use folder::is_name;

use crate::failure::{Failure, exit};
use crate::gateway::Rules;
use crate::settings::Settings;
use folder::{Found, Print};
use jiff::Timestamp;
use kit::setting::Fault;
use recipe::Recipe;
use redact::{Engine, Operators, RuleFault, Tagger};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// The name of the policy that the settings make.
pub(crate) const STANDARD: &str = "standard";

/// How often the files are looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is found, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Policy {
    /// Its name.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) doc: String,
    /// What finds.
    pub(crate) engine: Arc<Engine>,
    /// What becomes of it.
    pub(crate) operators: Operators,
    /// What the gateway does about it.
    pub(crate) gateway: Rules,
    /// Since when it is in force.
    pub(crate) loaded: Timestamp,
    recipe: Recipe,
}

/// The names of the policies that the settings name, without a look at what they say.
///
/// # Errors
/// When their folder cannot be read.
pub(crate) fn names(settings: &Settings) -> std::io::Result<Vec<String>> {
    let found = folder::look(&settings.privacy.policies)?.unwrap_or_default();
    let mut names: Vec<_> = found.into_iter().map(|found| found.name).collect();
    names.push(STANDARD.to_owned());
    names.sort();
    Ok(names)
}

/// All policies at one time.
#[derive(Debug)]
pub(crate) struct Set {
    by_name: BTreeMap<String, Arc<Policy>>,
    default: Arc<Policy>,
}

impl Set {
    /// The policy of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Policy>> {
        self.by_name.get(name).map(Arc::clone)
    }

    /// The one for those who name none.
    pub(crate) fn default(&self) -> Arc<Policy> {
        Arc::clone(&self.default)
    }

    /// All of them, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.by_name.values()
    }

    /// Their names, separated by commas.
    pub(crate) fn names(&self) -> String {
        self.by_name.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The policies, now and as they change.
#[derive(Debug)]
pub(crate) struct Policies {
    folder: PathBuf,
    /// The name of the default.
    default: String,
    base: Recipe,
    current: RwLock<Arc<Set>>,
    seen: Mutex<Seen>,
}

/// What was looked at last.
#[derive(Debug, Default)]
struct Seen {
    prints: BTreeMap<String, Print>,
    /// Whether the folder could not be read; told once.
    unreadable: bool,
}

/// The outcome of a look at the folder.
struct Look {
    by_name: BTreeMap<String, Arc<Policy>>,
    flaws: Vec<(PathBuf, Vec<file::Flaw>)>,
}

impl Policies {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// Every fault at once.
    pub(crate) fn open(
        settings: &Settings,
        names: Option<Arc<dyn Tagger>>,
    ) -> Result<Self, Failure> {
        Self::read(settings, names).map_err(|faults| Failure::settings(&faults))
    }

    /// Every fault of the policies that the settings name.
    pub(crate) fn faults(settings: &Settings) -> Vec<Fault> {
        Self::read(settings, None).err().unwrap_or_default()
    }

    fn read(settings: &Settings, names: Option<Arc<dyn Tagger>>) -> Result<Self, Vec<Fault>> {
        let folder = settings.privacy.policies.clone();
        let base = Recipe::of_settings(settings, names);
        let found = folder::look(&folder).map_err(|error| {
            let hint = "tacitd must be allowed to read it; or name another folder";
            let what = format!("{} cannot be read: {error}", folder.display());
            vec![Fault::new("privacy.policies", what).hint(hint)]
        })?;
        if found.is_none() && folder.as_os_str() != folder::USUAL {
            let what = format!("{} is no folder", folder.display());
            return Err(vec![
                Fault::new("privacy.policies", what).hint("make it, or leave it out"),
            ]);
        }
        let found = found.unwrap_or_default();
        let standard = Policy {
            name: STANDARD.to_owned(),
            doc: "What the settings say.".to_owned(),
            engine: Arc::new(base.engine().expect("the settings alone make a good engine")),
            operators: Operators::default(),
            gateway: base.gateway,
            loaded: Timestamp::now(),
            recipe: base.clone(),
        };
        let standard = BTreeMap::from([(STANDARD.to_owned(), Arc::new(standard))]);
        let look = build(standard, &found, &base, &BTreeMap::new());
        let mut faults: Vec<_> = look
            .flaws
            .iter()
            .flat_map(|(path, flaws)| {
                let path = path.display().to_string();
                flaws.iter().map(move |flaw| flaw.fault(&path))
            })
            .collect();
        let default = settings.privacy.policy.0.clone();
        let chosen = look.by_name.get(&default).map(Arc::clone);
        if chosen.is_none() && !found.iter().any(|file| file.name == default) {
            let names: Vec<_> = look.by_name.keys().map(String::as_str).collect();
            let hint = format!("there are {}", names.join(", "));
            faults.push(Fault::new("privacy.policy", "names no policy").hint(hint));
        }
        match chosen {
            Some(chosen) if faults.is_empty() => {
                let set = Set { by_name: look.by_name, default: chosen };
                let prints = found.into_iter().map(|file| (file.name, file.print)).collect();
                let seen = Mutex::new(Seen { prints, unreadable: false });
                Ok(Self { folder, default, base, current: RwLock::new(Arc::new(set)), seen })
            }
            _ => Err(faults),
        }
    }

    /// What reads names, in words for those who ask what is in force; nothing where nobody does.
    pub(crate) fn reader(&self) -> Option<String> {
        self.base.names.as_ref().map(|names| format!("names are read by {}", names.name()))
    }

    /// The policies as they are now.
    pub(crate) fn current(&self) -> Arc<Set> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The policy of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Policy>> {
        self.current().get(name)
    }

    /// The policy that a command names, or the default.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn chosen(&self, name: Option<&str>) -> Result<Arc<Policy>, Failure> {
        let Some(name) = name else { return Ok(self.default()) };
        self.get(name).ok_or_else(|| {
            let hint = format!("there are {}", self.current().names());
            let failure =
                Failure::new(format!("use the policy {name}: there is none of that name"));
            Failure { code: exit::USAGE, ..failure.hint(hint) }
        })
    }

    /// The one for those who name none.
    pub(crate) fn default(&self) -> Arc<Policy> {
        self.current().default()
    }

    /// Looks at the folder, and puts new policies in force. One that has faults stays as it was, and they are told once;
    /// one whose file is gone goes too, unless it is the default. `anew` reads what seems unchanged as well.
    pub(crate) fn refresh(&self, anew: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match folder::look(&self.folder) {
            Ok(found) => found.unwrap_or_default(),
            Err(error) => {
                if !std::mem::replace(&mut seen.unreadable, true) {
                    let folder = self.folder.display().to_string();
                    tracing::error!(folder, %error, "the policies cannot be read; the old ones stay in force");
                }
                return;
            }
        };
        seen.unreadable = false;
        let prints: BTreeMap<_, _> =
            found.iter().map(|file| (file.name.clone(), file.print.clone())).collect();
        if !anew && prints == seen.prints {
            return;
        }
        let old = self.current();
        let unchanged = |file: &&Found| !anew && seen.prints.get(&file.name) == Some(&file.print);
        let (kept, changed): (Vec<_>, Vec<_>) = found.iter().partition(unchanged);
        let stays = |name: &str| name == STANDARD || kept.iter().any(|file| file.name == name);
        let old_ones = old.by_name.iter();
        let mut by_name: BTreeMap<_, _> = old_ones
            .clone()
            .filter(|(name, _)| stays(name))
            .map(|(name, policy)| (name.clone(), Arc::clone(policy)))
            .collect();
        if old.by_name.contains_key(&self.default) && !prints.contains_key(&self.default) {
            by_name.insert(self.default.clone(), old.default());
            if seen.prints.contains_key(&self.default) {
                tracing::error!(
                    policy = self.default,
                    "the default policy has no file any more; it stays in force until the next start"
                );
            }
        }
        let changed: Vec<_> = changed.into_iter().cloned().collect();
        let look = build(by_name, &changed, &self.base, &old.by_name);
        tell(&look, &old);
        seen.prints = prints;
        let default = look.by_name.get(&self.default).map_or_else(|| old.default(), Arc::clone);
        let set = Arc::new(Set { by_name: look.by_name, default });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = set;
    }
}

/// Adds to `by_name` the policies of those files; one with flaws stays as it is in `old`.
fn build(
    by_name: BTreeMap<String, Arc<Policy>>,
    files: &[Found],
    base: &Recipe,
    old: &BTreeMap<String, Arc<Policy>>,
) -> Look {
    let mut look = Look { by_name, flaws: Vec::new() };
    for found in files {
        if look.by_name.len() > folder::POLICIES_MAX {
            let what = format!("there are {} policies already", folder::POLICIES_MAX);
            look.flaws.push((found.path.clone(), vec![file::Flaw::of_file(what)]));
            break;
        }
        let path = found.path.display().to_string();
        let read = folder::read(found).and_then(|text| file::read(&path, &text, base));
        let known = || look.by_name.values().chain(old.values());
        let made = read.and_then(|file| match old.get(&found.name) {
            // Touched, and saying what it said.
            Some(old) if is_same(old, &file) => Ok(Arc::clone(old)),
            _ => policy(&found.name, file, known()).map(Arc::new),
        });
        match made {
            Ok(policy) => drop(look.by_name.insert(found.name.clone(), policy)),
            Err(flaws) => {
                look.flaws.push((found.path.clone(), flaws));
                let stays = old.get(&found.name).map(Arc::clone);
                look.by_name.extend(stays.map(|policy| (found.name.clone(), policy)));
            }
        }
    }
    look
}

fn is_same(policy: &Policy, file: &file::File) -> bool {
    policy.doc == file.doc
        && policy.operators == file.operators
        && policy.gateway == file.recipe.gateway
        && policy.recipe.is_same(&file.recipe)
}

/// Makes a policy of what a file says, with the engine of one that asks for the same.
fn policy<'p>(
    name: &str,
    file: file::File,
    mut known: impl Iterator<Item = &'p Arc<Policy>>,
) -> Result<Policy, Vec<file::Flaw>> {
    let engine = match known.find(|other| other.recipe.is_same(&file.recipe)) {
        Some(other) => Arc::clone(&other.engine),
        None => Arc::new(file.recipe.engine().map_err(|error| vec![file.flaw(&error)])?),
    };
    let file::File { doc, recipe, operators, .. } = file;
    let (name, gateway) = (name.to_owned(), recipe.gateway);
    Ok(Policy { name, doc, engine, operators, gateway, loaded: Timestamp::now(), recipe })
}

/// Tells the log what changed; of faults, where they are and nothing that the file says.
fn tell(look: &Look, old: &Set) {
    for (path, flaws) in &look.flaws {
        let path = path.display().to_string();
        for flaw in flaws {
            let (place, why) = (flaw.place(&path), flaw.in_a_log());
            tracing::error!(place, why, "a policy has a fault; what was in force before stays so");
        }
    }
    for (name, policy) in &look.by_name {
        if old.by_name.get(name).is_none_or(|old| !Arc::ptr_eq(old, policy)) {
            tracing::info!(policy = name, "the policy is in force");
        }
    }
    for name in old.by_name.keys().filter(|name| !look.by_name.contains_key(*name)) {
        tracing::info!(policy = name, "the policy is gone with its file");
    }
}

/// What became of the examples of a file's rules.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    /// How many rules it has.
    pub(crate) rules: usize,
    /// How many examples they have.
    pub(crate) examples: usize,
    /// All that is wrong.
    pub(crate) faults: Vec<RuleFault>,
}

/// Reads a file of rules or a policy, and runs the examples of its rules as that policy would find them. A file of rules
/// is a policy that says nothing else.
pub(crate) fn examine(path: &str, text: &str, settings: &Settings) -> Examined {
    let recipe = match file::read(path, text, &Recipe::of_settings(settings, None)) {
        Ok(file) => file.recipe,
        Err(flaws) => {
            let faults = flaws.into_iter().map(file::Flaw::of_rules).collect();
            return Examined { faults, ..Examined::default() };
        }
    };
    let examples = recipe.rules.iter().map(|rule| rule.hits.len() + rule.misses.len()).sum();
    let faults = redact::examine_rules(&recipe.rules, &recipe.options());
    Examined { rules: recipe.rules.len(), examples, faults }
}

/// A policy that says this, for tests of what it is for.
#[cfg(test)]
pub(crate) fn of_text(text: &str) -> Arc<Policy> {
    let file = file::read("test.toml", text, &Recipe::default()).expect("a good policy");
    Arc::new(policy("test", file, std::iter::empty()).expect("a good policy"))
}

#[cfg(test)]
mod tests;
