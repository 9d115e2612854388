//! The verbs that read a repository.

use super::{Place, Told, failed, identities};
use crate::args::{Opened, Output};
use crate::failure::{Failure, exit};
use crate::ui;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use snapshot::{
    Depth, Error, Event, Glob, Identities, Links, Recipient, Recorded, Repository, Sealing, Source,
    State, Wanted,
};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1e3;
    let mut units = UNITS.iter();
    let mut unit = units.next().expect("there are four");
    while let Some(next) = units.next().filter(|_| value >= 999.95) {
        value /= 1e3;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// Lists the snapshots.
pub(super) fn list(place: &Place, output: Output) -> Result<ExitCode, Failure> {
    let (repository, _) = place.open()?;
    let mut told = Told::new(true);
    let (records, problems) = repository.snapshots().map_err(|error| failed(&error))?;
    problems.into_iter().for_each(|problem| told.event(Event::Problem(problem)));
    match output {
        Output::Table => ui::raw(&table(&records)),
        Output::Json => {
            let snapshots: Vec<_> = records.iter().map(as_json).collect();
            ui::line(&json!({ "snapshots": snapshots, "problems": told.as_json() }).to_string());
        }
    }
    Ok(told.code())
}

fn as_json(recorded: &Recorded) -> serde_json::Value {
    let record = recorded.record();
    json!({
        "id": record.id(),
        "object": recorded.name,
        "signer": recorded.signed.signer.to_string(),
        "snapshot": record,
    })
}

fn table(records: &[Recorded]) -> String {
    let head = ["ID", "TIME", "NAME", "HOST", "ENTRIES", "SIZE"].map(str::to_owned);
    let row = |recorded: &Recorded| {
        let record = recorded.record();
        let (name, host) = (record.name.clone(), plain(&record.host));
        [
            record.id(),
            record.time.to_string(),
            name,
            host,
            record.entries.to_string(),
            size(record.bytes),
        ]
    };
    let rows: Vec<_> = std::iter::once(head).chain(records.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..6).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// What somebody else wrote, without what a terminal obeys.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Shows a snapshot.
pub(super) fn show(place: &Place, id: &str, output: Output) -> Result<ExitCode, Failure> {
    let (repository, state) = place.open()?;
    let recorded = place.find(&repository, &state, id)?;
    let record = recorded.record();
    if output == Output::Json {
        ui::line(&as_json(&recorded).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let packs: u64 = record.packs.iter().map(|part| part.size).sum();
    let rows = [
        ("id", record.id()),
        ("name", record.name.clone()),
        ("host", plain(&record.host)),
        ("time", record.time.to_string()),
        ("entries", record.entries.to_string()),
        ("changed while read", record.unstable.to_string()),
        ("size", size(record.bytes)),
        ("packs", format!("{} with {}", record.packs.len(), size(packs))),
        ("object", recorded.name.clone()),
        ("signed by", recorded.signed.signer.to_string()),
    ];
    let line = |(name, value): &(&str, String)| format!("{name:<18}  {value}\n");
    ui::raw(&rows.iter().map(line).collect::<String>());
    Ok(ExitCode::SUCCESS)
}

/// Looks whether all is there.
pub(super) fn verify(
    place: &Place,
    identities: Option<&Identities>,
    mut told: Told,
    output: Output,
) -> Result<ExitCode, Failure> {
    let (repository, state) = place.open()?;
    let depth = identities.map_or(Depth::Names, Depth::Chunks);
    let tell = &mut |event| told.event(event);
    let checked = snapshot::check(&repository, &state, &place.trust, depth, tell);
    let checked = checked.map_err(|error| failed(&error))?;
    for signer in &checked.strangers {
        ui::note(&format!(
            "it is signed by {signer}, and nobody said whom to believe: --signer does"
        ));
    }
    match output {
        Output::Table => {
            let (all, objects, bytes) = (checked.snapshots, checked.objects, size(checked.bytes));
            let depth = if identities.is_some() { ", every chunk was opened" } else { "" };
            let verdict = match (told.problems.len(), checked.lost.len()) {
                (0, _) => "all is as it was written".to_owned(),
                (problems, lost) => {
                    format!("{problems} problems, {lost} snapshots cannot be restored whole")
                }
            };
            ui::line(&format!("{all} snapshots, {objects} objects, {bytes}{depth}: {verdict}"));
            if !checked.unnamed.is_empty() {
                let count = checked.unnamed.len();
                ui::note(&format!(
                    "{count} objects belong to no snapshot: of a backup that was ended, or goes on"
                ));
            }
        }
        Output::Json => ui::line(
            &json!({
                "snapshots": checked.snapshots,
                "objects": checked.objects,
                "bytes": checked.bytes,
                "deep": identities.is_some(),
                "lost": checked.lost,
                "unnamed": checked.unnamed,
                "strangers": checked.strangers,
                "problems": told.as_json(),
            })
            .to_string(),
        ),
    }
    Ok(told.code())
}

/// Opens what is asked for and works on it.
fn with<T>(
    place: &Place,
    opened: &Opened,
    scratch: &Path,
    work: impl FnOnce(&mut Source<'_>) -> Result<T, Error>,
) -> Result<T, Failure> {
    let (repository, state): (Repository<'_>, State) = place.open()?;
    let recorded = place.find(&repository, &state, &opened.id)?;
    let identities = identities(&opened.identity)?;
    let source = Source::open(&repository, &recorded, &identities, scratch);
    source.and_then(|mut source| work(&mut source)).map_err(|error| failed(&error))
}

/// What `restore` was asked for, but for the snapshot.
pub(super) struct Restore {
    pub(super) to: PathBuf,
    pub(super) only: Vec<String>,
    pub(super) outside_links: bool,
}

/// Restores a snapshot.
pub(super) fn restore(
    place: &Place,
    opened: &Opened,
    how: Restore,
    mut told: Told,
) -> Result<ExitCode, Failure> {
    let to = std::path::absolute(&how.to);
    let to = to.map_err(|error| Failure::because("find where to restore to", &error))?;
    let scratch = to.parent().unwrap_or(Path::new("/")).to_owned();
    let links = if how.outside_links { Links::Any } else { Links::Inside };
    let only: Vec<_> = how.only.iter().map(|pattern| Glob::new(pattern)).collect();
    let wanted = Wanted { to, only, links };
    let restored = with(place, opened, &scratch, |source| {
        snapshot::restore(source, &wanted, &mut |event| told.event(event))
    })?;
    if restored.entries == 0 {
        ui::note(
            "nothing of the snapshot was wanted: `--only` compares with whole paths, or with names",
        );
    }
    let lost = match told.problems.len() {
        0 => String::new(),
        problems => format!("; {problems} problems, see above"),
    };
    let (entries, bytes, to) = (restored.entries, size(restored.bytes), wanted.to.display());
    ui::line(&format!("restored {entries} entries, {bytes}, to {to}{lost}"));
    Ok(told.code())
}

/// Standard output, for what may be long. Whoever stops reading ends the work, and that is no fault.
#[derive(Default)]
struct Out(ui::Output);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(|failure| io::Error::other(failure.message))?;
        if self.0.is_gone() { Err(ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes to standard output, in large pieces.
fn to_stdout(
    work: impl FnOnce(&mut BufWriter<&mut Out>) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let mut out = Out::default();
    let mut buffered = BufWriter::with_capacity(1 << 18, &mut out);
    let done = work(&mut buffered).and_then(|()| {
        buffered.flush().map_err(|error| Failure::because("write to standard output", &error))
    });
    drop(buffered);
    if out.0.is_gone() { Ok(ExitCode::SUCCESS) } else { done.map(|()| ExitCode::SUCCESS) }
}

/// Writes a file of a snapshot.
pub(super) fn cat(place: &Place, opened: &Opened, path: &str) -> Result<ExitCode, Failure> {
    to_stdout(|out| {
        with(place, opened, &std::env::temp_dir(), |source| snapshot::cat(source, path, out))
    })
}

/// Writes a snapshot as one file.
pub(super) fn export(
    place: &Place,
    opened: &Opened,
    recipients: &[Recipient],
    to: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let scratch = std::env::temp_dir();
    let Some(to) = to else {
        return to_stdout(|out| {
            with(place, opened, &scratch, |source| sealed(source, recipients, out).map(drop))
        });
    };
    let message = format!("write {}", to.display());
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure { code: exit::USAGE, ..Failure::because(&message, &error) }
        }
        _ => Failure::because(&message, &error),
    })?;
    let written = with(place, opened, &scratch, |source| {
        sealed(source, recipients, BufWriter::new(&file)).map(drop)
    });
    let written = written
        .and_then(|()| File::sync_all(&file).map_err(|error| Failure::because(&message, &error)));
    if written.is_err() {
        drop(std::fs::remove_file(to));
    }
    written.map(|()| ExitCode::SUCCESS)
}

fn sealed<W: Write>(source: &mut Source<'_>, recipients: &[Recipient], out: W) -> Result<W, Error> {
    let mut zipped = GzEncoder::new(Sealing::new(recipients, out)?, Compression::fast());
    source.stream(&mut zipped)?;
    let failed =
        |source| Error::Store { action: "write", name: "the exported file".into(), source };
    let mut out = zipped.finish().map_err(failed)?.finish()?;
    out.flush().map_err(failed)?;
    Ok(out)
}
