//! JSON, a value a line: the strings are worked on, and all else stays byte for byte what it was. As many lines as are
//! there go to the store together; none waits for those that are not.

use super::json::{Broken, Find, Place, Reading, View};
use super::keeper::{Keeper, NumberOf, Originals};
use super::{Work, told};
use crate::command::source::Source;
use crate::failure::Failure;
use redact::{Engine, Placeholder, RestoreOptions};
use serde_json::json;
use std::collections::HashSet;

/// How the content of a string is restored: what is put back is escaped.
const WITHIN_A_STRING: RestoreOptions =
    RestoreOptions { forgive: redact::Forgive::Slips, json: true };

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
    engine: &Engine,
    work: &mut Work,
    keeper: &mut Keeper,
) -> Result<(), Failure> {
    let (file, mut before) = (source.name().to_owned(), 0);
    let mut out = String::new();
    while let Some(chunk) = source.next_lines(before)? {
        let reading = Reading { fields: &work.fields, paths: false };
        let (lines, failure) = read(chunk, &file, before, reading);
        let spans: Vec<_> = lines.iter().map(|line| engine.find(&line.view.text)).collect();
        let found: Vec<_> = lines
            .iter()
            .zip(&spans)
            .map(|(line, spans)| {
                let mut finds = line.view.finds(spans);
                finds.retain(|find| find.piece.wanted);
                work.left.count(&finds, engine, (&file, line.number));
                finds.retain(|find| find.piece.place == Place::Text);
                finds
            })
            .collect();
        let wanted = found.iter().flatten().map(|find| (find.span.kind, find.original));
        let numbers = keeper.number(wanted).await?;
        lines
            .iter()
            .zip(&found)
            .for_each(|(line, finds)| hide(line.text, finds, &numbers, &mut out));
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

/// Writes a line with placeholders in the place of what was found in its strings.
fn hide(line: &str, finds: &[Find<'_>], numbers: &NumberOf<'_>, out: &mut String) {
    let mut written = 0;
    for find in finds {
        let kind = find.span.kind;
        let placeholder = Placeholder { kind, number: numbers[&(kind, find.original)] };
        out.push_str(&line[written..find.raw.start]);
        out.push_str(&placeholder.to_string());
        written = find.raw.end;
    }
    out.push_str(&line[written..]);
}

impl Left {
    fn count(&mut self, finds: &[Find<'_>], engine: &Engine, place: (&str, usize)) {
        for find in finds {
            match find.piece.place {
                Place::Text => continue,
                Place::Number => self.numbers += 1,
                Place::Key if engine.rule(find.span.rule).name == LOOK_ALIKE => continue,
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
        let asked = lines.iter().flat_map(|line| {
            strings(line).flat_map(|content| redact::placeholders_with(WITHIN_A_STRING, content.1))
        });
        let asked: HashSet<_> = asked.map(|(placeholder, ..)| placeholder).collect();
        originals.have(asked).await?;
        for line in &lines {
            let mut written = 0;
            for (start, content) in strings(line) {
                out.push_str(&line.text[written..start]);
                let original = |kind, number| originals.of(kind, number);
                out.push_str(&redact::show_with(WITHIN_A_STRING, content, original));
                written = start + content.len();
            }
            out.push_str(&line.text[written..]);
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

/// The strings of a line that are worked on, escaped as they stand there, each with where it begins.
fn strings<'l>(line: &'l Line<'_>) -> impl Iterator<Item = (usize, &'l str)> {
    let pieces = line.view.pieces.iter();
    let pieces = pieces.filter(|piece| piece.wanted && piece.place == Place::Text);
    pieces.map(|piece| (piece.raw.start, &line.text[piece.raw.clone()]))
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
