//! Makes weights small: whole numbers of eight bits, and only as many as fit.

use crate::learn::Field;
use crate::sample::Samples;
use ner::lexicon::Lexicon;
use ner::table::Table;
use ner::{Calibration, Label, TAGS, Weights};

/// Points that make one unit of the natural logarithm.
pub(crate) const SCALE: f32 = 16.0;

/// Gives the least size of a weight such that at most `count` are larger.
#[must_use]
pub(crate) fn threshold(field: &Field, count: usize) -> f32 {
    const STEPS: usize = 4096;
    const STEP: f32 = 1.0 / 512.0;
    let mut sizes = vec![0usize; STEPS];
    for weight in field.weights.iter().flatten() {
        sizes[((weight.abs() / STEP) as usize).min(STEPS - 1)] += 1;
    }
    let mut more = 0;
    for (step, size) in sizes.iter().enumerate().rev() {
        more += size;
        if more > count {
            return (step + 1) as f32 * STEP;
        }
    }
    0.0
}

fn points(weight: f32) -> i8 {
    (weight * SCALE).round().clamp(-127.0, 127.0) as i8
}

/// Makes the weights of a file.
#[must_use]
pub(crate) fn pack(name: &str, field: &Field, samples: &Samples, lexicon: Lexicon) -> Weights {
    let mut entries = Vec::new();
    for (row, weights) in field.weights.iter().enumerate() {
        let mut pairs = Vec::new();
        for (tag, weight) in weights.iter().enumerate() {
            let points = points(*weight);
            if points != 0 {
                pairs.extend([tag as u8, points as u8]);
            }
        }
        if !pairs.is_empty() {
            entries.push((samples.names[row], pairs));
        }
    }
    let transitions = field.transitions.iter().flatten();
    let transitions =
        transitions.map(|weight| (weight * SCALE).round().clamp(-2000.0, 2000.0) as i16);
    debug_assert_eq!(field.transitions.len(), TAGS);
    Weights {
        name: name.to_owned(),
        scale: SCALE,
        calibration: vec![Calibration::NONE; Label::ALL.len()],
        transitions: transitions.collect(),
        lexicon,
        features: Table::of(entries),
    }
}
