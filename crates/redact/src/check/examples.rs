//! What the tests of all check functions do with known numbers.

type Check = fn(&[u8]) -> bool;

/// Asserts that all these pass.
pub(super) fn accepts(check: Check, examples: &[&str]) {
    for example in examples {
        assert!(check(example.as_bytes()), "{example} is sound");
    }
}

/// Asserts that none of these passes, nor anything of another length or alphabet.
pub(super) fn rejects(check: Check, examples: &[&str]) {
    for example in examples {
        assert!(!check(example.as_bytes()), "{example} is unsound");
    }
    for length in 0..40 {
        let _ =
            (check(&vec![b'9'; length]), check(&vec![b'Z'; length]), check(&vec![0xff; length]));
    }
    assert!(!check(b"") && !check(&[b'9'; 40]));
}

/// Asserts that this passes and that it does not with any one digit changed.
pub(super) fn notices_one_wrong_digit(check: Check, example: &str) {
    accepts(check, &[example]);
    rejects(check, &[]);
    for (at, byte) in example.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        for other in (b'0'..=b'9').filter(|&other| other != byte) {
            let mut wrong = example.as_bytes().to_vec();
            wrong[at] = other;
            assert!(!check(&wrong), "{} is unsound", String::from_utf8_lossy(&wrong));
        }
    }
}
