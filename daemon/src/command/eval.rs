//! `tacitd eval`: measures what is found against texts that somebody annotated, kind by kind.
//!
//! Texts are told by line and offsets alone, unless somebody asks to see them: annotated texts may be real ones.

use crate::app;
use crate::args::{Eval, Output};
use crate::failure::{Failure, exit};
use crate::settings::Settings;
use crate::ui;
use redact::{Engine, Kind};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

/// One annotated text.
#[derive(Deserialize)]
struct Gold {
    text: String,
    spans: Vec<Annotated>,
}

/// Start, end, type; what follows is not ours.
#[derive(Deserialize)]
struct Annotated(usize, usize, String, #[serde(default)] IgnoredAny);

/// What was counted of a kind, or of all.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Counts {
    gold: u64,
    found: u64,
    exact: u64,
    gold_characters: u64,
    covered_characters: u64,
    /// Found where nothing of any type is annotated.
    false_spans: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.gold += other.gold;
        self.found += other.found;
        self.exact += other.exact;
        self.gold_characters += other.gold_characters;
        self.covered_characters += other.covered_characters;
        self.false_spans += other.false_spans;
    }

    fn precision(&self) -> f64 {
        share(self.exact, self.found)
    }

    fn recall(&self) -> f64 {
        share(self.exact, self.gold)
    }

    fn f1(&self) -> f64 {
        let sum = self.precision() + self.recall();
        if sum == 0.0 { 0.0 } else { 2.0 * self.precision() * self.recall() / sum }
    }

    fn coverage(&self) -> f64 {
        share(self.covered_characters, self.gold_characters)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Something that was not found as annotated, or found where nothing is.
#[derive(Serialize)]
struct Finding {
    line: usize,
    start: usize,
    end: usize,
    what: &'static str,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Default)]
struct Report {
    texts: u64,
    kinds: BTreeMap<&'static str, Counts>,
    findings: Vec<Finding>,
}

/// Runs the command.
///
/// # Errors
/// When the file cannot be read, or a type of it means nothing to us.
pub(crate) fn run(settings: &Settings, asked: &Eval) -> Result<(), Failure> {
    let policy = app::policies(settings)?.chosen(asked.by.policy.as_deref())?;
    let engine = &policy.engine;
    let name = asked.gold.display();
    let failed = |error: &dyn std::error::Error| Failure::because(format!("read {name}"), error);
    let file = std::fs::File::open(&asked.gold).map_err(|error| failed(&error))?;
    let types = Types::new(engine, asked)?;
    let report = Report::default();
    let mut measure = Measure { engine, types: &types, asked, report };
    for (line, text) in BufReader::new(file).lines().enumerate() {
        let text = text.map_err(|error| failed(&error))?;
        if text.trim().is_empty() {
            continue;
        }
        let gold: Gold = serde_json::from_str(&text).map_err(|error| {
            let what = format!("read {name}, line {}: {}", line + 1, kind_of(&error));
            Failure::new(what)
                .hint("a line is {\"text\": \"...\", \"spans\": [[start, end, \"TYPE\"], ...]}")
        })?;
        measure.text(line + 1, &gold)?;
    }
    let report = measure.report;
    match asked.output {
        Output::Table => ui::raw(&table(&report)),
        Output::Json => ui::line(&as_json(&report)),
    }
    Ok(())
}

/// What is wrong with a line, without a word of it.
fn kind_of(error: &serde_json::Error) -> String {
    format!("it is not as expected at column {}", error.column())
}

/// What the types of the file mean, and which of ours count.
struct Types {
    map: BTreeMap<String, Kind>,
    without: Vec<String>,
    counted: Vec<Kind>,
}

impl Types {
    fn new(engine: &Engine, asked: &Eval) -> Result<Self, Failure> {
        let mut map = BTreeMap::new();
        for kind in Kind::ALL {
            map.insert(kind.name().to_owned(), *kind);
            map.extend(kind.presidio().iter().map(|name| ((*name).to_owned(), *kind)));
        }
        // A rule's own name, as others write names of types.
        map.extend(
            engine.rules().map(|(_, rule)| (rule.name.replace('-', "_").to_uppercase(), rule.kind)),
        );
        for pair in &asked.map {
            let known =
                pair.split_once('=').and_then(|(name, kind)| Some((name, Kind::parse(kind)?)));
            let (name, kind) = known.ok_or_else(|| {
                let failure = Failure::new(format!("read --map {pair}: it is not TYPE=KIND"));
                Failure { code: exit::USAGE, ..failure.hint("docs/kinds.md lists the kinds") }
            })?;
            map.insert(name.to_owned(), kind);
        }
        let counted = asked.kinds.iter().map(|name| {
            Kind::parse(name).ok_or_else(|| {
                let failure = Failure::new(format!("count the kind {name}: there is none"));
                Failure { code: exit::USAGE, ..failure.hint("docs/kinds.md lists the kinds") }
            })
        });
        let counted = counted.collect::<Result<_, _>>()?;
        Ok(Self { map, without: asked.without.clone(), counted })
    }

    fn counts(&self, kind: Kind) -> bool {
        self.counted.is_empty() || self.counted.contains(&kind)
    }

    fn kind(&self, name: &str) -> Result<Kind, Failure> {
        self.map.get(name).copied().ok_or_else(|| {
            let failure =
                Failure::new(format!("compare the type {name}: no kind of ours is meant by it"));
            let hint = format!("--map {name}=KIND says which, --without {name} leaves it out");
            Failure { code: exit::USAGE, ..failure.hint(hint) }
        })
    }
}

/// The work on one file.
struct Measure<'a> {
    engine: &'a Engine,
    types: &'a Types,
    asked: &'a Eval,
    report: Report,
}

impl Measure<'_> {
    fn text(&mut self, line: usize, gold: &Gold) -> Result<(), Failure> {
        self.report.texts += 1;
        let engine = self.engine;
        let spans = engine.find(&gold.text);
        let located = redact::locate(&gold.text, &spans);
        let found: Vec<_> = located
            .map(|(span, start, end)| Found {
                start,
                end,
                kind: span.kind,
                rule: engine.rule(span.rule).name.as_str(),
            })
            .collect();
        self.look_for(line, gold, &found)?;
        self.look_at(line, gold, &found);
        Ok(())
    }

    /// Counts what is annotated, and how much of it was found.
    fn look_for(&mut self, line: usize, gold: &Gold, found: &[Found<'_>]) -> Result<(), Failure> {
        for one in gold.spans.iter().filter(|one| !self.types.without.contains(&one.2)) {
            let Annotated(start, end, name, _) = one;
            let kind = self.types.kind(name)?;
            let inside =
                |found: &Found<'_>| found.end.min(*end).saturating_sub(found.start.max(*start));
            let (length, covered) =
                (end.saturating_sub(*start), found.iter().map(inside).sum::<usize>());
            let exact =
                |found: &Found<'_>| (found.start, found.end, found.kind) == (*start, *end, kind);
            let counts = self.report.kinds.entry(kind.name()).or_default();
            counts.gold += 1;
            counts.gold_characters += length as u64;
            counts.covered_characters += covered as u64;
            counts.exact += u64::from(found.iter().any(exact));
            if covered < length {
                let what = if covered == 0 { "missed" } else { "found in part" };
                self.tell(
                    Finding {
                        line,
                        start: *start,
                        end: *end,
                        what,
                        r#type: name.clone(),
                        text: None,
                    },
                    gold,
                );
            }
        }
        Ok(())
    }

    /// Counts what was found, and what of it nobody annotated.
    fn look_at(&mut self, line: usize, gold: &Gold, found: &[Found<'_>]) {
        for Found { start, end, kind, rule } in
            found.iter().filter(|one| self.types.counts(one.kind))
        {
            let touching = gold.spans.iter().filter(|one| one.0 < *end && *start < one.1);
            let mut touching = touching.map(|one| &one.2).peekable();
            let is_false = touching.peek().is_none();
            if !is_false && touching.all(|name| self.types.without.contains(name)) {
                continue;
            }
            let counts = self.report.kinds.entry(kind.name()).or_default();
            counts.found += 1;
            counts.false_spans += u64::from(is_false);
            if is_false {
                let r#type = (*rule).to_owned();
                self.tell(
                    Finding { line, start: *start, end: *end, what: "false", r#type, text: None },
                    gold,
                );
            }
        }
    }

    fn tell(&mut self, mut finding: Finding, gold: &Gold) {
        if !self.asked.list {
            return;
        }
        let length = finding.end - finding.start;
        let piece = || gold.text.chars().skip(finding.start).take(length).collect::<String>();
        finding.text = self.asked.show.then(piece);
        self.report.findings.push(finding);
    }
}

/// What was found, in code points.
struct Found<'e> {
    start: usize,
    end: usize,
    kind: Kind,
    rule: &'e str,
}

fn total(report: &Report) -> Counts {
    let mut total = Counts::default();
    report.kinds.values().for_each(|counts| total.add(counts));
    total
}

fn table(report: &Report) -> String {
    let mut out = format!(
        "{:<18} {:>7} {:>7} {:>9} {:>7} {:>7} {:>9} {:>7}\n",
        "KIND", "GOLD", "FOUND", "PRECISION", "RECALL", "F1", "COVERAGE", "FALSE"
    );
    let mut row = |name: &str, counts: &Counts| {
        out.push_str(&format!(
            "{name:<18} {:>7} {:>7} {:>9.3} {:>7.3} {:>7.3} {:>9.4} {:>7}\n",
            counts.gold,
            counts.found,
            counts.precision(),
            counts.recall(),
            counts.f1(),
            counts.coverage(),
            counts.false_spans
        ));
    };
    report.kinds.iter().for_each(|(name, counts)| row(name, counts));
    row("all", &total(report));
    for finding in &report.findings {
        let Finding { line, start, end, what, r#type, text } = finding;
        let text = text.as_ref().map(|text| format!("  {text:?}")).unwrap_or_default();
        out.push_str(&format!("line {line}, {start}-{end}: {type} {what}{text}\n"));
    }
    out
}

fn as_json(report: &Report) -> String {
    let figures = |counts: &Counts| {
        serde_json::json!({
            "counts": counts,
            "precision": counts.precision(),
            "recall": counts.recall(),
            "f1": counts.f1(),
            "coverage": counts.coverage(),
        })
    };
    let kinds: BTreeMap<_, _> =
        report.kinds.iter().map(|(name, counts)| (name, figures(counts))).collect();
    serde_json::json!({ "texts": report.texts, "kinds": kinds, "all": figures(&total(report)), "findings": report.findings }).to_string()
}
