//! `tacitd licenses`: whose work is inside, and under which licences.

use crate::ui;

/// The crates inside and their licences; tests/tidy/licenses.rs makes it.
const CRATES: &str = include_str!("../../licenses.txt");

/// Prints it all: whose data, then whose code.
pub(crate) fn run() {
    for part in [redact::ATTRIBUTION, ner::ATTRIBUTION, CRATES] {
        ui::raw(part);
        ui::line("");
    }
}
