//! Any bytes as a stream of any dialect, cut anywhere: the same comes out as without a cut, what is shown as it is keeps
//! every byte, and every field that began ends once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use wire::{Dialect, Error, Field, Show, Stream, StreamOptions};

/// Holds back what begins with `<`, up to three characters.
#[derive(Default)]
struct Holder(BTreeMap<Field, String>);

impl Show for Holder {
    fn push(&mut self, field: Field, piece: &str, out: &mut String) {
        let held = self.0.entry(field).or_default();
        for character in piece.chars() {
            held.push(character);
            if !held.starts_with('<') || held.chars().count() > 3 {
                out.push_str(held);
                held.clear();
            }
        }
    }

    fn finish(&mut self, field: Field, out: &mut String) {
        out.push_str(&self.0.remove(&field).expect("what is finished has begun"));
    }
}

/// Shows everything at once.
struct Plain;

impl Show for Plain {
    fn push(&mut self, _: Field, piece: &str, out: &mut String) {
        out.push_str(piece);
    }

    fn finish(&mut self, _: Field, _: &mut String) {}
}

fn run(dialect: Dialect, bytes: &[u8], size: usize) -> (Vec<u8>, Option<Error>, bool, u64) {
    let mut stream =
        Stream::new(dialect, StreamOptions { hide_usage: true, model: Some("m".to_owned()) });
    let (mut show, mut out, mut error) = (Holder::default(), Vec::new(), None);
    for piece in bytes.chunks(size) {
        error = stream.push(piece, &mut show, &mut out).err();
        if error.is_some() {
            break;
        }
    }
    if error.is_none() {
        stream.finish(&mut show, &mut out);
        assert!(show.0.is_empty(), "every field is finished");
    }
    (out, error, stream.is_done(), stream.output_bytes())
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (choice, cut, bytes) = input;
    let dialect = Dialect::ALL[usize::from(choice) % Dialect::ALL.len()];
    let whole = run(dialect, bytes, bytes.len().max(1));
    assert_eq!(run(dialect, bytes, usize::from(cut) + 1), whole);
    assert_eq!(run(dialect, bytes, 1), whole);
    let mut stream = Stream::new(dialect, StreamOptions::default());
    let mut out = Vec::new();
    // Half a surrogate pair is joined with its other half, which is a change; so is what a repeated end takes away.
    let has_halves = bytes.windows(3).any(|three| three.eq_ignore_ascii_case(b"\\ud"));
    if stream.push(bytes, &mut Plain, &mut out).is_ok() && !has_halves {
        assert!(bytes.starts_with(&out));
    }
});
