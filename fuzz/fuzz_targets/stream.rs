//! Any bytes, cut anywhere: the restorer gives the same as without a cut, and holds back no more than it promises.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redact::{Forgive, Kind, RestoreOptions, Restorer};

fn restored(options: RestoreOptions, bytes: &[u8], piece: usize) -> Vec<u8> {
    let known = |kind, number| (kind == Kind::Email && number < 3).then_some("a\"b");
    let most = if options.json { Restorer::HELD_MAX_JSON } else { Restorer::HELD_MAX };
    let mut restorer = Restorer::new(options);
    let mut out = Vec::new();
    for chunk in bytes.chunks(piece) {
        restorer.push(chunk, known, &mut out);
        assert!(restorer.held() <= most);
    }
    restorer.finish(known, &mut out);
    out
}

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (cut, json, bytes) = input;
    for forgive in [Forgive::Nothing, Forgive::Slips, Forgive::Guesses] {
        let options = RestoreOptions { forgive, json };
        let whole = restored(options, bytes, bytes.len().max(1));
        assert_eq!(restored(options, bytes, usize::from(cut) + 1), whole);
        assert_eq!(restored(options, bytes, 1), whole);
    }
});
