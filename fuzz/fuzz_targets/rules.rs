//! Any file of rules: it is refused with a reason, or makes an engine that works.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redact::{Engine, Options};

const TEXT: &str = "DNI 12345678Z, ssn=123-45-6789, key: abc123, AKIAX7KQ2RM9TV4ZB8WN, 12 34-56.78 é9";

fuzz_target!(|file: &str| {
    let Ok(rules) = redact::parse("fuzz.toml", file) else { return };
    if let Ok(engine) = Engine::new(rules, &Options::default()) {
        for span in engine.find(TEXT) {
            assert!(!span.of(TEXT).is_empty());
        }
    }
});
