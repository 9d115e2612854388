//! Any bytes as a request and as an answer of any dialect: what is read writes itself again unchanged, and with other texts
//! it is read as those.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;
use wire::{Answer, AnswerEdit, Dialect, Edit, Request, Text};

/// A text that was given its halves of surrogate pairs back would not be read as itself.
fn other(text: &Text) -> String {
    format!("\"{}\\\n😀", text.text)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let dialect = Dialect::ALL[usize::from(choice) % Dialect::ALL.len()];
    if let Ok(request) = Request::read(dialect, bytes.to_vec()) {
        let same: Vec<_> =
            request.texts().iter().map(|text| Cow::Borrowed(text.text.as_str())).collect();
        assert_eq!(request.write(&same, &Edit::default()), bytes);
        let others: Vec<_> = request.texts().iter().map(|text| Cow::Owned(other(text))).collect();
        let read = Request::read(dialect, request.write(&others, &Edit::default()))
            .expect("it stays a request");
        let texts: Vec<_> = read.texts().iter().map(|text| text.text.as_str()).collect();
        assert_eq!(texts, others);
        let edit = Edit { model: Some("m\"n"), explain: Some("Be \"kind\"."), usage: true };
        let read = Request::read(dialect, request.write(&same, &edit)).expect("it stays a request");
        assert_eq!(read.model(), Some("m\"n"));
        assert!(read.texts().len() <= request.texts().len() + 1);
    }
    if let Ok(answer) = Answer::read(dialect, bytes.to_vec()) {
        let same: Vec<_> =
            answer.texts().iter().map(|text| Cow::Borrowed(text.text.as_str())).collect();
        assert_eq!(answer.write(&same, &AnswerEdit::default()), bytes);
        let others: Vec<_> = answer.texts().iter().map(|text| Cow::Owned(other(text))).collect();
        let edit = AnswerEdit { model: Some("m"), member: Some(("x\"y", "[1]")) };
        let read = Answer::read(dialect, answer.write(&others, &edit)).expect("it stays an answer");
        let texts: Vec<_> = read.texts().iter().map(|text| text.text.as_str()).collect();
        assert_eq!(texts, others);
    }
});
