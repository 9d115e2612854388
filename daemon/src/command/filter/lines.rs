//! JSON, a value a line: the strings are worked on, and all else stays byte for byte what it was. As many lines as are
//! there go to the store together; none waits for those that are not.

use super::json::{Broken, Find, Piece, Place, Reading, View};
use super::keeper::{Keeper, Originals};
use super::{Work, told};
use crate::command::source::Source;
use crate::failure::Failure;
use crate::hiding::{self, Found, Sheet};
use crate::policy::Policy;
use redact::{Engine, Operator, RestoreOptions, Span};
use serde_json::json;

/// The rule for what only looks like a placeholder. In a key it is nobody's, since keys are never restored.
const LOOK_ALIKE: &str = "look-alike";

/// What was found where no placeholder can stand, and stayed.
#[derive(Debug, Default)]
pub(super) struct Left {
    numbers: usize,
    keys: usize,
    /// The file and the line of the first.
    first: Option<(String, usize)>,
}

impl Left {
    /// What there is to say of it.
    pub(super) fn message(&self) -> Option<String> {
        let (file, line) = self.first.as_ref()?;
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let counts = [count(self.numbers, "number"), count(self.keys, "key")];
        let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        Some(format!(
            "{counts} looked like personal data and stayed, since no placeholder can stand there: first in line {line} of \
             {file}"
        ))
    }
}

/// A line, its number, and how the engine sees it.
struct Line<'l> {
    number: usize,
    text: &'l str,
    view: View,
}

/// Reads lines; the first that cannot be read ends them.
fn read<'l>(
    chunk: &'l [u8],
    file: &str,
    before: usize,
    reading: Reading<'_>,
) -> (Vec<Line<'l>>, Option<Failure>) {
    let mut lines = Vec::new();
    for (number, line) in (before + 1..).zip(chunk.split_inclusive(|byte| *byte == b'\n')) {
        let wrong = |what: String| {
            let hint = "the lines before it are done and written; a text that is no JSON is read from \
                        standard input without `--ndjson`";
            Some(Failure::new(format!("read line {number} of {file}: {what}")).hint(hint))
        };
        let Ok(text) = std::str::from_utf8(line) else {
            return (lines, wrong("it is not UTF-8".to_owned()));
        };
        match View::read(text, reading) {
            Ok(view) => lines.push(Line { number, text, view }),
            Err(Broken(column)) => {
                return (lines, wrong(format!("it is no JSON (column {column})")));
            }
        }
    }
    (lines, None)
}

/// Hides what stands in strings.
pub(super) async fn redact(
    source: &mut Source,
    policy: &Policy,
    work: &mut Work,
    keeper: &mut Keeper,
) -> Result<(), Failure> {
    let (file, mut before) = (source.name().to_owned(), 0);
    let mut out = String::new();
    while let Some(chunk) = source.next_lines(before)? {
        let reading = Reading { fields: &work.fields, paths: false };
        let (lines, failure) = read(chunk, &file, before, reading);
        let mut found = Vec::new();
        for line in &lines {
            let spans = policy.engine.find(&line.view.text);
            let finds = line.view.finds(&spans);
            work.left.count(&finds, policy, (&file, line.number));
            found.extend(strings(line).map(|piece| found_in(line, piece, &finds)));
        }
        let mut sheets = keeper.strings(found).await?.into_iter();
        for line in &lines {
            let pieces = strings(line).zip(sheets.by_ref());
            let changes: Vec<_> = pieces.map(|(piece, sheet)| (piece.view.start, sheet)).collect();
            write(
                line,
                changes.iter().flat_map(|(start, sheet)| changes_of(*start, sheet)),
                &mut out,
            );
        }
        work.write(out.as_bytes(), chunk.len())?;
        out.clear();
        failure.map_or(Ok(()), Err)?;
        before += lines.len();
        if work.output.is_gone() {
            break;
        }
    }
    Ok(())
}

/// The strings of a line that are worked on.
fn strings<'l>(line: &'l Line<'_>) -> impl Iterator<Item = &'l Piece> {
    line.view.pieces.iter().filter(|piece| piece.wanted && piece.place == Place::Text)
}

/// A string, unescaped, with what was found in it.
fn found_in(line: &Line<'_>, piece: &Piece, finds: &[Find<'_>]) -> Found {
    let view = &piece.view;
    let first = finds.partition_point(|find| find.span.end <= view.start);
    let within = finds[first..].iter().take_while(|find| find.span.start < view.end);
    let spans = within.map(|find| {
        let Span { start, end, .. } = find.span;
        Span { start: start - view.start, end: end - view.start, ..find.span }
    });
    Found { text: line.view.text[view.clone()].to_owned(), spans: spans.collect() }
}

/// What is exchanged in a string that begins there in the view.
fn changes_of(start: usize, sheet: &Sheet) -> impl Iterator<Item = (usize, usize, &str)> {
    sheet.changes().map(move |(place, text)| (start + place.start, start + place.end, text))
}

/// Writes a line with other texts, escaped, at some places of its view.
fn write<'t>(
    line: &Line<'_>,
    changes: impl Iterator<Item = (usize, usize, &'t str)>,
    out: &mut String,
) {
    let mut written = 0;
    for (start, end, text) in changes {
        if line.view.text[start..end] == *text {
            // It stays, with the escapes that it has.
            continue;
        }
        out.push_str(&line.text[written..line.view.raw(start)]);
        let quoted = json!(text).to_string();
        out.push_str(&quoted[1..quoted.len() - 1]);
        written = line.view.raw(end);
    }
    out.push_str(&line.text[written..]);
}

impl Left {
    fn count(&mut self, finds: &[Find<'_>], policy: &Policy, place: (&str, usize)) {
        let stays = |find: &Find<'_>| policy.operators.of(find.span.kind) == Operator::Keep;
        for find in finds.iter().filter(|find| find.piece.wanted && !stays(find)) {
            match find.piece.place {
                Place::Text => continue,
                Place::Number => self.numbers += 1,
                Place::Key if policy.engine.rule(find.span.rule).name == LOOK_ALIKE => continue,
                Place::Key => self.keys += 1,
            }
            self.first.get_or_insert_with(|| (place.0.to_owned(), place.1));
        }
    }
}

/// Shows again what stands in strings.
pub(super) async fn restore(
    source: &mut Source,
    work: &mut Work,
    originals: &mut Originals,
) -> Result<(), Failure> {
    let (file, mut before) = (source.name().to_owned(), 0);
    let mut out = String::new();
    while let Some(chunk) = source.next_lines(before)? {
        let reading = Reading { fields: &work.fields, paths: false };
        let (lines, failure) = read(chunk, &file, before, reading);
        let texts: Vec<_> = lines
            .iter()
            .flat_map(|line| strings(line).map(|piece| &line.view.text[piece.view.clone()]))
            .collect();
        let asked = hiding::asked(&texts, RestoreOptions::default());
        originals.have(asked).await?;
        let surrogates = (&*originals.finder, originals.surrogates.as_slice());
        for line in &lines {
            let mut splices = Vec::new();
            for piece in strings(line) {
                let text = &line.view.text[piece.view.clone()];
                let found = hiding::splices(text, originals.held(), surrogates).into_iter();
                let start = piece.view.start;
                splices.extend(found.map(|one| (start + one.start, start + one.end, one.text)));
            }
            let changes = splices.iter().map(|(start, end, text)| (*start, *end, text.as_str()));
            write(line, changes, &mut out);
        }
        work.write(out.as_bytes(), chunk.len())?;
        out.clear();
        failure.map_or(Ok(()), Err)?;
        before += lines.len();
        if work.output.is_gone() {
            break;
        }
    }
    Ok(())
}

/// Lists what is found, with its places in the unescaped text of its value.
pub(super) fn analyze(
    source: &mut Source,
    engine: &Engine,
    work: &mut Work,
) -> Result<(), Failure> {
    let (file, mut before) = (source.name().to_owned(), 0);
    let mut out = String::new();
    while let Some(chunk) = source.next_lines(before)? {
        let reading = Reading { fields: &work.fields, paths: true };
        let (lines, failure) = read(chunk, &file, before, reading);
        for line in &lines {
            let spans = engine.find(&line.view.text);
            for find in line.view.finds(&spans).iter().filter(|find| find.piece.wanted) {
                out.push_str(&item(&file, line, find, engine).to_string());
                out.push('\n');
            }
        }
        work.write(out.as_bytes(), chunk.len())?;
        out.clear();
        failure.map_or(Ok(()), Err)?;
        before += lines.len();
        if work.output.is_gone() {
            break;
        }
    }
    Ok(())
}

fn item(file: &str, line: &Line<'_>, find: &Find<'_>, engine: &Engine) -> serde_json::Value {
    let (span, piece) = (&find.span, find.piece);
    let start = line.view.text[piece.view.start..span.start].chars().count();
    let mut item = json!({
        "file": file, "line": line.number, "path": piece.path, "kind": span.kind.name(),
        "start": start, "end": start + find.original.chars().count(), "score": told(span.score),
        "rule": engine.rule(span.rule).name,
    });
    match piece.place {
        Place::Text => {}
        Place::Number => item["in"] = "number".into(),
        Place::Key => item["in"] = "key".into(),
    }
    item
}
