//! JSON within a string: its strings, a text each, and the string again with others in their places.
//!
//! A string within that holds JSON again is gone into, as far as services wrap what they give back. What is no text
//! keeps its bytes.

use super::names::{Names, Scalar};
use super::{Of, room};
use crate::json::{decoded, literal, skip};
use crate::scan::scan;
use crate::table::Table;
use crate::{Error, Text, Whose};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// How often JSON within JSON is gone into: a service's answer, in the answer of what called it, in that of a tool.
const LEVELS_MAX: u8 = 4;

/// What a number has at least to be looked at: as what an original is known again by.
const DIGITS_MIN: usize = 5;

/// Asks for nothing: only the grammar is checked.
static NOTHING: LazyLock<Table> = LazyLock::new(|| Table::of(&[]));

/// A string that holds JSON.
pub(super) struct Inside {
    json: String,
    leaves: Vec<Leaf>,
    /// Which texts are within.
    pub(super) texts: Range<usize>,
}

/// A literal of the JSON, or its end.
struct Leaf {
    start: usize,
    end: usize,
    what: What,
}

enum What {
    Text(usize),
    Inside(Inside),
    /// What is said behind the JSON, in a paragraph of its own. Nothing as it came.
    Tail(usize),
}

/// Reads strings that hold JSON.
pub(super) struct Reading<'r> {
    pub(super) texts: &'r mut Vec<Text>,
    pub(super) whose: Whose,
    pub(super) of: Of,
}

impl Reading<'_> {
    /// Takes the texts of a string that is an object or an array as JSON; gives back one that is not.
    pub(super) fn read(
        &mut self,
        json: String,
        level: u8,
    ) -> Result<Result<Inside, String>, Error> {
        let opens = json.as_bytes().get(skip(json.as_bytes(), 0));
        if !matches!(opens, Some(b'{' | b'[')) || scan(&json, &NOTHING).is_err() {
            return Ok(Err(json));
        }
        let first = self.texts.len();
        let mut leaves = Vec::new();
        let mut names = Names::default();
        while let Some((scalar, (start, end))) = names.next(&json) {
            let bytes = &json[start..end];
            let text = match scalar {
                Scalar::String => decoded(bytes),
                Scalar::Name if self.of == Of::Content && !is_plain(bytes) => decoded(bytes),
                Scalar::Number if self.of != Of::Answer && is_long(bytes) => bytes.to_owned(),
                _ => continue,
            };
            let is_deep = scalar == Scalar::String && self.of != Of::Answer && level < LEVELS_MAX;
            let read = if is_deep { self.read(text, level + 1)? } else { Err(text) };
            let text = match read {
                Ok(inside) if inside.texts.is_empty() => continue,
                Ok(inside) => {
                    leaves.push(Leaf { start, end, what: What::Inside(inside) });
                    continue;
                }
                Err(text) => text,
            };
            let key = if scalar == Scalar::Name { None } else { names.name(&json) };
            leaves.push(Leaf { start, end, what: What::Text(self.put(text, key)?) });
        }
        if level == 1 && self.whose == Whose::System && self.of == Of::Content {
            let (start, end) = (json.len(), json.len());
            leaves.push(Leaf { start, end, what: What::Tail(self.put(String::new(), None)?) });
        }
        Ok(Ok(Inside { json, leaves, texts: first..self.texts.len() }))
    }

    fn put(&mut self, text: String, key: Option<String>) -> Result<usize, Error> {
        room(self.texts)?;
        self.texts.push(Text { text, whose: self.whose, turn: 0, key });
        Ok(self.texts.len() - 1)
    }
}

impl Inside {
    /// The JSON with other texts.
    pub(super) fn written(&self, old: &[Text], new: &[Cow<'_, str>]) -> String {
        let changed = |index: usize| old[index].text != *new[index];
        let mut out = String::with_capacity(self.json.len());
        let mut written = 0;
        for Leaf { start, end, what } in &self.leaves {
            let text = match what {
                // In the place of a number, too: what stands for it is none.
                What::Text(index) if changed(*index) => literal(&new[*index]),
                What::Tail(index) if changed(*index) => format!("\n\n{}", new[*index]),
                What::Inside(inside) if inside.texts.clone().any(changed) => {
                    literal(&inside.written(old, new))
                }
                _ => continue,
            };
            out.push_str(&self.json[written..*start]);
            out.push_str(&text);
            written = *end;
        }
        out.push_str(&self.json[written..]);
        out
    }
}

/// Whether a name is one that programs give: `full_name`, `line2`. Others are data as often: `ana@example.org`.
fn is_plain(name: &str) -> bool {
    let name = &name.as_bytes()[1..name.len() - 1];
    let begins = name.first().is_none_or(|first| first.is_ascii_lowercase() || *first == b'_');
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    begins && digits < DIGITS_MIN && name.iter().all(fits)
}

/// Whether a number is whole and has enough digits to be somebody's.
fn is_long(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.len() >= DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit())
}
