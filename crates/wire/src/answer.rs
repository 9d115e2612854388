//! A whole answer: its texts, what it cost, and itself again with others in their places.

use crate::json::{decoded, literal};
use crate::scan::{Found, Kind, scan};
use crate::table::{Mark, answer};
use crate::texts::{self, Of, Splice, Texts, spliced};
use crate::{Dialect, Error, Text, Usage, Whose};
use std::borrow::Cow;

/// An answer that came at once.
pub struct Answer {
    body: String,
    texts: Texts,
    usage: Option<Usage>,
    id: Option<String>,
    /// The object that the body is.
    whole: (usize, usize),
    /// The values of the model, as often as it is named.
    models: Vec<(usize, usize)>,
    /// Log probabilities, each with what they belong to.
    logprobs: Vec<(Found, Found)>,
}

/// What is changed in an answer besides its texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnswerEdit<'e> {
    /// What the client calls the model.
    pub model: Option<&'e str>,
    /// A further member of the whole: its name, and its value as JSON.
    pub member: Option<(&'e str, &'e str)>,
}

impl Answer {
    /// Reads the body of an answer that is no error.
    ///
    /// # Errors
    /// What is no JSON object, or is nested too deep.
    pub fn read(dialect: Dialect, body: Vec<u8>) -> Result<Self, Error> {
        let body = String::from_utf8(body).map_err(|_| Error::NotUtf8)?;
        let found = scan(&body, answer::table(dialect))?;
        let start = crate::json::skip(body.as_bytes(), 0);
        if body.as_bytes()[start] != b'{' {
            return Err(Error::Wrong("the answer is not an object"));
        }
        let whole = (start, body.trim_end().len());
        let mut answer = Self {
            body,
            texts: Texts::default(),
            usage: None,
            id: None,
            whole,
            models: Vec::new(),
            logprobs: Vec::new(),
        };
        let (input, output) = counted(&found, &answer.body);
        answer.usage = input
            .or(output)
            .map(|_| Usage { input: input.unwrap_or(0), output: output.unwrap_or(0) });
        let mut choice: Option<Found> = None;
        for found in &found {
            if found.mark == Mark::Choice {
                choice = Some(*found);
            }
            answer.look(found, choice.filter(|choice| found.is_in(choice)))?;
        }
        Ok(answer)
    }

    fn look(&mut self, found: &Found, choice: Option<Found>) -> Result<(), Error> {
        let first = self.texts.texts.len();
        match (found.mark, found.kind) {
            (Mark::Said | Mark::Input | Mark::Part, Kind::String) => {
                self.texts.plain(&self.body, found, Whose::Assistant);
            }
            (Mark::Text(whose), Kind::String) => {
                self.texts.plain(&self.body, found, whose);
            }
            (Mark::Arguments, Kind::String) => {
                self.texts.json(&self.body, found, (Whose::Assistant, Of::Answer))?;
            }
            (Mark::Model, Kind::String | Kind::Null) => {
                self.models.push((found.start, found.end));
            }
            (Mark::Id, Kind::String) => {
                self.id = Some(decoded(&self.body[found.start..found.end]));
            }
            (Mark::Logprobs, Kind::Object | Kind::Array) => {
                self.logprobs.extend(choice.map(|choice| (*found, choice)));
            }
            _ => {}
        }
        let turn = choice.map_or(0, |choice| choice.index);
        self.texts.texts[first..].iter_mut().for_each(|text| text.turn = turn);
        Ok(())
    }

    /// Its texts, in the order in which they stand.
    pub fn texts(&self) -> &[Text] {
        &self.texts.texts
    }

    /// What the upstream counted.
    pub fn usage(&self) -> Option<Usage> {
        self.usage
    }

    /// The upstream's name of the answer.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The body with `texts`, one for each of [`Answer::texts`], in their places. Log probabilities of a choice whose text
    /// changed become null, or an empty list where they are a list.
    ///
    /// # Panics
    /// When there are fewer or more.
    pub fn write(&self, texts: &[Cow<'_, str>], edit: &AnswerEdit<'_>) -> Vec<u8> {
        let mut splices = self.texts.splices(texts);
        for (logprobs, choice) in &self.logprobs {
            if self.texts.changes_within(choice, texts) {
                let (start, end) = (logprobs.start, logprobs.end);
                splices.push(Splice { start, end, text: nothing(logprobs).to_owned() });
            }
        }
        for (start, end) in self.models.iter().filter(|_| edit.model.is_some()) {
            let text = literal(edit.model.unwrap_or_default());
            splices.push(Splice { start: *start, end: *end, text });
        }
        if let Some((name, json)) = edit.member {
            let member = format!("{}:{json}", literal(name));
            splices.push(texts::members(&self.body, self.whole, &[member]));
        }
        spliced(&self.body, splices)
    }
}

/// What was counted of the request and of the answer, as far as it was found.
pub(crate) fn counted(found: &[Found], body: &str) -> (Option<u64>, Option<u64>) {
    let (mut input, mut output) = (None::<u64>, None);
    for found in found.iter().filter(|found| found.kind == Kind::Number) {
        match found.mark {
            Mark::InputTokens | Mark::MoreInputTokens => {
                let count = number(found, body).unwrap_or(0);
                input = Some(input.unwrap_or(0).saturating_add(count));
            }
            Mark::OutputTokens => output = number(found, body),
            _ => {}
        }
    }
    (input, output)
}

/// A whole number; none where it is another, or larger than makes sense.
pub(crate) fn number<N: std::str::FromStr>(found: &Found, body: &str) -> Option<N> {
    body[found.start..found.end].parse().ok()
}

/// What takes the place of log probabilities that belong to another text: as little as its type allows.
pub(crate) fn nothing(logprobs: &Found) -> &'static str {
    if logprobs.kind == Kind::Array { "[]" } else { "null" }
}

/// How large it is, and never what it says.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("bytes", &self.body.len())
            .field("texts", &self.texts.texts)
            .finish_non_exhaustive()
    }
}
