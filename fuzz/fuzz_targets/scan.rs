//! Any text: what is found lies on character boundaries, in order, apart, and is what is explained; hidden and shown
//! again it is the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redact::{Aggressiveness, Engine, Options, Vault};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::builtin(&Options { aggressiveness: Aggressiveness::Strict, ..Options::default() })
});

fuzz_target!(|text: &str| {
    let spans = ENGINE.find(text);
    let mut reach = 0;
    for span in &spans {
        assert!(reach <= span.start && span.start < span.end && span.end <= text.len());
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        reach = span.end;
    }
    assert!(ENGINE.explain(text, None).iter().map(|one| one.span).eq(spans.iter().copied()));
    let mut vault = Vault::default();
    let hidden = redact::hide(text, &spans, |kind, original| vault.number(kind, original));
    assert_eq!(redact::show(&hidden.text, |kind, number| vault.original(kind, number)), text);
});
