//! `tacitd snapshot`: folders into an encrypted repository, and back. The work is `snapshot`'s; here are the words, the
//! keys of this machine, and where they lie.
//!
//! Each problem is told as it is met, and the command goes on; then the exit code says that there was one.

mod read;

use crate::args::{Output, Repo, Snapshot, SnapshotKey};
use crate::failure::{Failure, exit};
use crate::settings::Settings;
use crate::{keyfile, ui};
use secrecy::ExposeSecret;
use serde_json::json;
use snapshot::store::dir::DirStore;
use snapshot::{
    Error, Event, Host, HostKey, Identities, Problem, Reading, Recipient, Recorded, Repository,
    Request, Sealed, Signer, State, Trust,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The key that this machine signs with, in the folder of keys.
const SIGNING_KEY: &str = "snapshot.key";

/// Runs the command.
///
/// # Errors
/// When it could not be done.
pub(crate) fn run(settings: &Settings, asked: Snapshot) -> Result<ExitCode, Failure> {
    match asked {
        Snapshot::Key(SnapshotKey::New { to }) => new_key(&to),
        Snapshot::Key(SnapshotKey::Signer) => {
            ui::line(&host_key(settings)?.signer().to_string());
            Ok(ExitCode::SUCCESS)
        }
        Snapshot::Create { paths, repo, recipients, name, read_all, quiet, output } => {
            let what = Create { paths, recipients, name, read_all, quiet, output };
            create(settings, &repo, what)
        }
        Snapshot::List { repo, output } => read::list(&Place::new(settings, &repo)?, output),
        Snapshot::Show { id, repo, output } => {
            read::show(&Place::new(settings, &repo)?, &id, output)
        }
        Snapshot::Verify { repo, deep: _, identity, quiet, output } => {
            let identities = if identity.is_empty() { None } else { Some(identities(&identity)?) };
            let told = Told::new(quiet);
            read::verify(&Place::new(settings, &repo)?, identities.as_ref(), told, output)
        }
        Snapshot::Restore { opened, to, only, outside_links, quiet } => {
            let how = read::Restore { to, only, outside_links };
            read::restore(&Place::new(settings, &opened.repo)?, &opened, how, Told::new(quiet))
        }
        Snapshot::Cat { opened, path } => {
            read::cat(&Place::new(settings, &opened.repo)?, &opened, &path)
        }
        Snapshot::Export { opened, recipients: to_whom, to } => {
            let to_whom = recipients(&to_whom)?;
            read::export(&Place::new(settings, &opened.repo)?, &opened, &to_whom, to.as_deref())
        }
    }
}

/// What the library could not do, as it is told.
fn failed(error: &Error) -> Failure {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        message = format!("{message}: {source}");
        cause = source.source();
    }
    let hint = match error {
        Error::WrongIdentity => {
            Some("give the identity file of one of the recipients with --identity")
        }
        Error::Distrust { .. } => Some(
            "`tacitd snapshot key signer` on the machine that backs up says who it is; --signer any asks nobody",
        ),
        Error::Missing { name } if name == "tacit-repository.json" => {
            Some("--repo names the folder in which README-RESTORE.txt lies")
        }
        Error::Newer { .. } => Some("a newer tacitd reads it"),
        _ => None,
    };
    let code = if matches!(error, Error::Asked(_) | Error::Key { .. }) {
        exit::USAGE
    } else {
        exit::FAILED
    };
    Failure { message, code, hint: hint.map(str::to_owned) }
}

/// Where the repository is, and what this machine knows of it.
struct Place {
    store: DirStore,
    state: PathBuf,
    trust: Trust,
}

impl Place {
    fn new(settings: &Settings, repo: &Repo) -> Result<Self, Failure> {
        let state = repo.state.clone().unwrap_or_else(|| settings.keys.dir.join("snapshots"));
        let trust = if repo.signers.iter().any(|signer| signer == "any") {
            Trust::Anybody
        } else {
            let signer = |text: &String| {
                let message = format!("believe the signer {text}: it is not ed25519: and a key");
                Signer::parse(text)
                    .ok_or_else(|| Failure { code: exit::USAGE, ..Failure::new(message) })
            };
            Trust::Signers(repo.signers.iter().map(signer).collect::<Result<BTreeSet<_>, _>>()?)
        };
        Ok(Self { store: DirStore::new(&repo.repo), state, trust })
    }

    fn open(&self) -> Result<(Repository<'_>, State), Failure> {
        let repository = Repository::open(&self.store).map_err(|error| failed(&error))?;
        let state = State::open(&self.state, &repository.marker.repository);
        Ok((repository, state.map_err(|error| failed(&error))?))
    }

    fn find(
        &self,
        repository: &Repository<'_>,
        state: &State,
        id: &str,
    ) -> Result<Recorded, Failure> {
        repository.find(id, state, &self.trust).map_err(|error| {
            let failure = failed(&error);
            match error {
                Error::Asked(_) => failure.hint("`tacitd snapshot list` shows them"),
                _ => failure,
            }
        })
    }
}

/// Tells what happens, and counts what did not go well.
struct Told {
    progress: ui::Progress,
    problems: Vec<Problem>,
}

impl Told {
    fn new(quiet: bool) -> Self {
        Self { progress: ui::Progress::new(None, quiet), problems: Vec::new() }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Bytes(bytes) => self.progress.add(bytes as usize),
            Event::Made => ui::note(
                "made a new repository; keep the identity of its recipients where the backups are not",
            ),
            Event::Problem(problem) => {
                ui::note(&format!("{}: {}", problem.place, problem.what));
                self.problems.push(problem);
            }
        }
    }

    fn code(&self) -> ExitCode {
        if self.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::PROBLEMS) }
    }

    fn as_json(&self) -> Vec<serde_json::Value> {
        let problem = |problem: &Problem| json!({ "place": problem.place, "what": problem.what });
        self.problems.iter().map(problem).collect()
    }
}

fn new_key(to: &Path) -> Result<ExitCode, Failure> {
    let (identity, recipient) = Identities::generate();
    let text = format!("# recipient: {recipient}\n{}", identity.expose_secret());
    let name = to.file_name().and_then(|name| name.to_str());
    let name = name
        .ok_or_else(|| Failure::new(format!("write the key {}: it has no name", to.display())))?;
    if to.exists() {
        let message = format!("write the key {}: it is there, and is never replaced", to.display());
        return Err(Failure::new(message));
    }
    let dir = to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    keyfile::write(dir, name, &text)?;
    ui::note(&format!(
        "the identity is in {}: keep it, and a copy, where the backups are not",
        to.display()
    ));
    ui::line(&recipient.to_string());
    Ok(ExitCode::SUCCESS)
}

/// The key of this machine, which is made the first time.
fn host_key(settings: &Settings) -> Result<HostKey, Failure> {
    let path = settings.keys.dir.join(SIGNING_KEY);
    if keyfile::read(&path)?.is_none() {
        keyfile::write(&settings.keys.dir, SIGNING_KEY, HostKey::generate().expose_secret())?;
    }
    let text = keyfile::read(&path)?;
    let text = text.ok_or_else(|| {
        Failure::new(format!("read the key {}: it is gone again", path.display()))
    })?;
    HostKey::parse(&text)
        .map_err(|error| Failure::because(format!("use {}", path.display()), &error))
}

fn recipients(texts: &[String]) -> Result<Vec<Recipient>, Failure> {
    let recipient = |text: &String| {
        let failure = |error| Failure {
            code: exit::USAGE,
            ..Failure::because(format!("encrypt to {text}"), &error)
        };
        Recipient::parse(text).map_err(failure)
    };
    texts.iter().map(recipient).collect()
}

fn identities(paths: &[PathBuf]) -> Result<Identities, Failure> {
    let mut all = String::new();
    for path in paths {
        let message = format!("read the identity {}", path.display());
        let text = keyfile::read(path)?
            .ok_or_else(|| Failure::new(format!("{message}: there is no such file")))?;
        // Each by itself first, so that the one that is no key is named.
        Identities::parse(text.expose_secret())
            .map_err(|error| Failure::because(message, &error))?;
        all.push_str(text.expose_secret());
        all.push('\n');
    }
    Identities::parse(&zeroize::Zeroizing::new(all)).map_err(|error| failed(&error))
}

/// What `create` was asked for, but for the repository.
struct Create {
    paths: Vec<PathBuf>,
    recipients: Vec<String>,
    name: Option<String>,
    read_all: bool,
    quiet: bool,
    output: Output,
}

fn create(settings: &Settings, repo: &Repo, asked: Create) -> Result<ExitCode, Failure> {
    let place = Place::new(settings, repo)?;
    let key = host_key(settings)?;
    let first = std::path::absolute(&asked.paths[0]);
    let first = first.map_err(|error| Failure::because("find what to back up", &error))?;
    let called =
        first.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let request = Request {
        name: asked.name.unwrap_or_else(|| snapshot::named(&called)),
        host: host_name(),
        time: jiff::Timestamp::now(),
        recipients: recipients(&asked.recipients)?,
        trust: place.trust.clone(),
        without: vec![place.store.root().to_owned()],
        reading: if asked.read_all { Reading::Everything } else { Reading::Changed },
        paths: asked.paths,
    };
    let host = Host { key: &key, state: &place.state };
    let mut told = Told::new(asked.quiet);
    let sealed = snapshot::seal(&place.store, &host, &request, &mut |event| told.event(event));
    let sealed = sealed.map_err(|error| failed(&error))?;
    match asked.output {
        Output::Table => ui::line(&summary(&sealed)),
        Output::Json => ui::line(
            &json!({
                "id": sealed.record.id(),
                "snapshot": sealed.record,
                "bytes_added": sealed.added,
                "bytes_stored": sealed.stored,
                "files_unread": sealed.unread,
                "signer": key.signer().to_string(),
                "problems": told.as_json(),
            })
            .to_string(),
        ),
    }
    Ok(told.code())
}

fn summary(sealed: &Sealed) -> String {
    let record = &sealed.record;
    format!(
        "snapshot {} of {}: {} entries, {}; {} new, {} stored",
        record.id(),
        record.name,
        record.entries,
        read::size(record.bytes),
        read::size(sealed.added),
        read::size(sealed.stored)
    )
}

/// What the machine is called.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}
