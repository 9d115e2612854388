//! Counts what a tagger finds of what was annotated.

use crate::corpus::{Record, Set};
use ner::{Label, Tag};

/// Counts of one label or of several.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    /// Annotated.
    pub(crate) wanted: usize,
    /// Found.
    pub(crate) found: usize,
    /// Found as annotated.
    pub(crate) right: usize,
    /// Annotated, and something found overlaps it.
    pub(crate) touched: usize,
}

impl Counts {
    /// Share of what was found that is right.
    #[must_use]
    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.found)
    }
    /// Share of what was annotated that was found.
    #[must_use]
    pub(crate) fn recall(&self) -> f64 {
        share(self.right, self.wanted)
    }
    /// The harmonic mean of both.
    #[must_use]
    pub(crate) fn f1(&self) -> f64 {
        share(2 * self.right, self.wanted + self.found)
    }
    fn add(&mut self, other: Self) {
        self.wanted += other.wanted;
        self.found += other.found;
        self.right += other.right;
        self.touched += other.touched;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// What a tagger found in a set, label by label.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    labels: Vec<Counts>,
}

impl Found {
    /// Counts of one label.
    #[must_use]
    pub(crate) fn label(&self, label: Label) -> Counts {
        self.labels[label.index()]
    }

    /// Counts of all labels that the set annotates.
    #[must_use]
    pub(crate) fn all(&self) -> Counts {
        let mut all = Counts::default();
        self.labels.iter().for_each(|counts| all.add(*counts));
        all
    }
}

/// Joins the records of each document to one text, a line each.
#[must_use]
pub(crate) fn documents(records: &[Record]) -> Vec<Record> {
    let mut joined: Vec<Record> = Vec::new();
    for record in records {
        match joined.last_mut() {
            Some(last) if last.document == record.document => {
                last.text.push('\n');
                let from = last.text.len();
                last.text.push_str(&record.text);
                let spans = record.spans.iter();
                last.spans.extend(
                    spans.map(|(range, label)| (range.start + from..range.end + from, *label)),
                );
            }
            _ => joined.push(record.clone()),
        }
    }
    joined
}

/// Counts what `tag` finds in a set.
#[must_use]
pub(crate) fn measure(
    set: &Set,
    records: &[Record],
    mut tag: impl FnMut(&str) -> Vec<Tag>,
) -> Found {
    let mut labels = vec![Counts::default(); Label::ALL.len()];
    for record in records {
        let tags = tag(&record.text);
        for tag in tags.iter().filter(|tag| set.labels.contains(&tag.label)) {
            let counts = &mut labels[tag.label.index()];
            counts.found += 1;
            let same = record
                .spans
                .iter()
                .any(|(range, label)| *label == Some(tag.label) && *range == (tag.start..tag.end));
            counts.right += usize::from(same);
        }
        for (range, label) in &record.spans {
            let Some(label) = label.filter(|label| set.labels.contains(label)) else { continue };
            let counts = &mut labels[label.index()];
            counts.wanted += 1;
            let touched = tags.iter().any(|tag| tag.start < range.end && range.start < tag.end);
            counts.touched += usize::from(touched);
        }
    }
    Found { labels }
}
