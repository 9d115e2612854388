//! Any text that a model may write: only placeholders that were issued become originals, and nothing breaks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redact::{Forgive, Kind, RestoreOptions};

fuzz_target!(|text: &str| {
    let known = |kind, number| (kind == Kind::Email && number == 1).then_some("ana@example.org");
    for forgive in [Forgive::Nothing, Forgive::Slips, Forgive::Guesses] {
        for json in [false, true] {
            let options = RestoreOptions { forgive, json };
            let asked = redact::placeholders_with(options, text)
                .any(|(placeholder, ..)| (placeholder.kind, placeholder.number) == (Kind::Email, 1));
            let shown = redact::show_with(options, text, known);
            assert!(asked || shown == text);
            assert_eq!(redact::show_with(options, text, |_, _| None), text);
        }
    }
});
