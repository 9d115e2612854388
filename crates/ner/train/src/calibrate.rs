//! Fits what turns the field's belief in a span into how often such spans are right, label by label, on texts that were
//! not trained on.

use crate::corpus::{Record, Set};
use ner::{Calibration, Label, Model};

/// A span that was found: what the field believed of it, and whether it was right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Its label.
    pub(crate) label: Label,
    /// The score it had.
    pub(crate) score: f32,
    /// Whether it stands so in the annotation.
    pub(crate) right: bool,
}

/// Tags a set and compares each span.
#[must_use]
pub(crate) fn trials(model: &Model, set: &Set, records: &[Record]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for record in records {
        for tag in model.tag(&record.text, None) {
            if set.labels.contains(&tag.label) {
                let right = record.spans.contains(&(tag.start..tag.end, Some(tag.label)));
                trials.push(Trial { label: tag.label, score: tag.score, right });
            }
        }
    }
    trials
}

/// Trials from which a label gets a calibration of its own; others get that of all labels together.
const TRIALS_MIN: usize = 200;
const STEPS: usize = 3000;
const RATE: f64 = 0.5;

fn fit(trials: &[&Trial]) -> Calibration {
    let (mut slope, mut offset) = (1.0f64, 0.0f64);
    if trials.is_empty() {
        return Calibration::NONE;
    }
    let logits: Vec<(f64, f64)> = trials
        .iter()
        .map(|trial| {
            let score = f64::from(trial.score.clamp(1e-4, 1.0 - 1e-4));
            ((score / (1.0 - score)).ln(), f64::from(u8::from(trial.right)))
        })
        .collect();
    let count = logits.len() as f64;
    for _ in 0..STEPS {
        let (mut by_slope, mut by_offset) = (0.0, 0.0);
        for (logit, right) in &logits {
            let off = 1.0 / (1.0 + (-(slope * logit + offset)).exp()) - right;
            by_slope += off * logit;
            by_offset += off;
        }
        slope -= RATE * by_slope / count / 10.0;
        offset -= RATE * by_offset / count;
    }
    // A slope of less than nothing would call doubtful spans the better ones.
    Calibration { slope: slope.max(0.05) as f32, offset: offset as f32 }
}

/// Fits one calibration a label.
#[must_use]
pub(crate) fn calibrations(trials: &[Trial]) -> Vec<Calibration> {
    let all = fit(&trials.iter().collect::<Vec<_>>());
    Label::ALL
        .into_iter()
        .map(|label| {
            let own: Vec<&Trial> = trials.iter().filter(|trial| trial.label == label).collect();
            if own.len() < TRIALS_MIN { all } else { fit(&own) }
        })
        .collect()
}
