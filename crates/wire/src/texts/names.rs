//! The name that a value of a JSON text stands under, which says what it is: `{"tel":["612345678"]}`. The name of the object
//! that this is a member of goes before it, as in `{"passport":{"number":"AAA123456"}}`; no others do.
//!
//! Goes over text that was scanned before, once and forward only.

use crate::json::{decoded, value_end};

/// The longest name, in bytes as they stand, that is handed on: each value of a list has it beside it.
const NAME_BYTES_MAX: usize = 128;

/// What is neither object nor array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    /// The name of a member.
    Name,
    String,
    Number,
    /// `true`, `false`, `null`.
    Word,
}

/// See the module.
#[derive(Default)]
pub(super) struct Names {
    at: usize,
    open: Vec<Open>,
}

/// An object or array that is not closed yet.
struct Open {
    is_object: bool,
    /// Whether a name comes next.
    awaits: bool,
    /// Where the name is that counts here; in an array, the one that it stands under.
    name: Option<(usize, usize)>,
    /// The one that the object with that name stands under.
    around: Option<(usize, usize)>,
}

impl Names {
    /// The next scalar, and where it stands.
    pub(super) fn next(&mut self, json: &str) -> Option<(Scalar, (usize, usize))> {
        let bytes = json.as_bytes();
        loop {
            let start = self.at;
            let byte = *bytes.get(start)?;
            self.at += 1;
            match byte {
                b'{' => {
                    let around = self.open.last().and_then(|open| open.name);
                    self.open.push(Open { is_object: true, awaits: true, name: None, around });
                }
                b'[' => {
                    let outer = self.open.last();
                    let (name, around) =
                        outer.map_or((None, None), |open| (open.name, open.around));
                    self.open.push(Open { is_object: false, awaits: false, name, around });
                }
                b'}' | b']' => drop(self.open.pop()),
                b',' => self.open.last_mut()?.comes(),
                b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
                _ => {
                    self.at = value_end(bytes, start);
                    return Some((self.scalar(byte, start), (start, self.at)));
                }
            }
        }
    }

    fn scalar(&mut self, first: u8, start: usize) -> Scalar {
        match (first, self.open.last_mut()) {
            (b'"', Some(open)) if open.awaits => {
                (open.awaits, open.name) = (false, Some((start, self.at)));
                Scalar::Name
            }
            (b'"', _) => Scalar::String,
            (b'-' | b'0'..=b'9', _) => Scalar::Number,
            _ => Scalar::Word,
        }
    }

    /// The name that the last scalar stands under.
    pub(super) fn name(&self, json: &str) -> Option<String> {
        let Open { name, around, .. } = self.open.last()?;
        let fits =
            |(start, end): &(usize, usize)| (1..=NAME_BYTES_MAX).contains(&(end - start - 2));
        let read = |(start, end): (usize, usize)| decoded(&json[start..end]);
        let name = name.filter(fits).map(read)?;
        Some(match around.filter(fits).map(read) {
            Some(around) => format!("{around} {name}"),
            None => name,
        })
    }

    /// The name that the scalar at `start` stands under, which is none before the last one asked for.
    pub(super) fn at(&mut self, json: &str, start: usize) -> Option<String> {
        while self.at <= start {
            self.next(json)?;
        }
        self.name(json)
    }
}

impl Open {
    fn comes(&mut self) {
        self.awaits = self.is_object;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_under_the_nearest_name() {
        let json =
            r#" {"a":"1","b":["2",{"c\"\n":["3",["4"],{}],"d":{}},"5"],"e":{"":"6"},"f":[]}"#;
        let mut names = Names::default();
        let mut found = Vec::new();
        while let Some((scalar, (start, end))) = names.next(json) {
            if scalar == Scalar::String {
                found.push((json[start + 1..end - 1].to_owned(), names.name(json)));
            }
        }
        let found: Vec<_> =
            found.iter().map(|(text, name)| (text.as_str(), name.as_deref())).collect();
        let expected = [
            ("1", Some("a")),
            ("2", Some("b")),
            ("3", Some("b c\"\n")),
            ("4", Some("b c\"\n")),
            ("5", Some("b")),
            ("6", None),
        ];
        assert_eq!(found, expected);
        let (third, last) = (json.find("\"3\"").unwrap(), json.find("\"5\"").unwrap());
        let mut names = Names::default();
        assert_eq!(names.at(json, third).as_deref(), Some("b c\"\n"));
        assert_eq!(names.at(json, last).as_deref(), Some("b"));
    }

    #[test]
    fn a_long_name_is_not_carried_along() {
        for (length, fits) in [(NAME_BYTES_MAX, true), (NAME_BYTES_MAX + 1, false)] {
            let name = "n".repeat(length);
            let json = format!("{{\"{name}\":[1,\"2\"]}}");
            let at = json.find("\"2\"").unwrap();
            assert_eq!(Names::default().at(&json, at), fits.then_some(name));
        }
    }
}
