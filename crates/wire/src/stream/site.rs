//! What an event says: which texts of which fields, which fields end with it, and what it counts.

use super::{Field, Part};
use crate::Dialect;
use crate::answer::number;
use crate::json::decoded;
use crate::scan::{Found, Kind};
use crate::table::Mark;
use std::collections::BTreeSet;

/// A literal of an event that holds text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) field: Field,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Site {
    /// Whether the text is whole, not a piece.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.field.part, Part::Whole | Part::WholeArguments)
    }

    /// Whether there is anything between the quotes.
    pub(super) fn says_something(&self) -> bool {
        self.end - self.start > 2
    }
}

/// Which fields end with an event.
#[derive(Debug, Default)]
pub(super) struct Ends {
    pub(super) all: bool,
    /// All of these choices.
    pub(super) choices: BTreeSet<u32>,
    /// Those of this block.
    pub(super) index: Option<u32>,
}

impl Ends {
    pub(super) fn has(&self, field: Field) -> bool {
        self.all || self.choices.contains(&field.choice) || self.index == Some(field.index)
    }
}

/// What was found in an event.
#[derive(Debug, Default)]
pub(super) struct Sites {
    pub(super) sites: Vec<Site>,
    pub(super) ends: Ends,
    /// Log probabilities, and the choice that they belong to.
    pub(super) logprobs: Vec<(u32, Found)>,
    pub(super) models: Vec<Found>,
    pub(super) sequence: Option<(Found, u64)>,
    pub(super) id: Option<Found>,
    /// The answer is complete, or failed.
    pub(super) is_done: bool,
    /// It failed.
    pub(super) has_failed: bool,
    /// A choice says that it ended.
    pub(super) has_ended: bool,
    /// Nothing but what was counted.
    pub(super) is_usage_alone: bool,
}

/// Where in the event the walk is.
struct Walk<'e> {
    dialect: Dialect,
    json: &'e str,
    found: &'e [Found],
    kind: String,
    choice: (u32, Option<Found>),
    call: Option<(u32, Found)>,
    index: Option<u32>,
}

/// Reads what was found in an event.
pub(super) fn sites(dialect: Dialect, json: &str, found: &[Found]) -> Sites {
    let top = |mark: Mark| found.iter().rfind(|found| found.mark == mark && found.depth == 1);
    let number_at_top = |mark| top(mark).and_then(|found| number(found, json));
    let kind = top(Mark::Type).filter(|found| found.kind == Kind::String);
    let mut walk = Walk {
        dialect,
        json,
        found,
        kind: kind.map(|found| decoded(&json[found.start..found.end])).unwrap_or_default(),
        choice: (number_at_top(Mark::ChoiceIndex).unwrap_or(0), None),
        call: None,
        index: number_at_top(Mark::Index),
    };
    let mut sites = Sites::default();
    walk.typed(&mut sites);
    for at in 0..found.len() {
        walk.look(at, &mut sites);
    }
    let is_empty = |found: &Found| found.kind == Kind::Array && found.is_empty(json);
    let counts = top(Mark::Usage).is_some_and(|usage| usage.kind == Kind::Object);
    sites.is_usage_alone = counts && top(Mark::Choices).is_some_and(is_empty);
    sites
}

impl Walk<'_> {
    /// What the type of the event says, where events have one.
    fn typed(&mut self, sites: &mut Sites) {
        let ends = &mut sites.ends;
        match (self.dialect, self.kind.as_str()) {
            (Dialect::Messages, "content_block_stop") => ends.index = self.index,
            (Dialect::Messages, "message_delta") => ends.all = true,
            (Dialect::Messages, "message_stop")
            | (Dialect::Messages | Dialect::Responses, "error") => {
                ends.all = true;
                sites.is_done = true;
                sites.has_failed |= self.kind == "error";
            }
            (
                Dialect::Responses,
                "response.completed"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled",
            ) => {
                ends.all = true;
                sites.is_done = true;
                sites.has_failed |= self.kind == "response.failed";
            }
            (Dialect::Responses, kind) if kind.ends_with(".done") => {
                ends.choices.insert(self.choice.0);
            }
            _ => {}
        }
    }

    fn look(&mut self, at: usize, sites: &mut Sites) {
        let found = self.found[at];
        let is_string = found.kind == Kind::String;
        match found.mark {
            Mark::Choice => {
                let index = self.number_within(at, Mark::ChoiceIndex).unwrap_or(found.index);
                self.choice = (index, Some(found));
            }
            Mark::Call => {
                let index = self.number_within(at, Mark::Index).unwrap_or(found.index);
                self.call = Some((index, found));
            }
            Mark::Delta(part, sub) if is_string => {
                let index = self.call_of(&found).or(self.index).unwrap_or(sub);
                sites.put(Field { choice: self.choice_of(&found), part, index }, &found);
            }
            Mark::TypedDelta if is_string => {
                if let Some(part) = typed_part(&self.kind) {
                    let index = self.index.unwrap_or(0);
                    sites.put(Field { choice: self.choice_of(&found), part, index }, &found);
                }
            }
            Mark::Whole(part) if is_string => {
                let field = Field { choice: self.choice_of(&found), part, index: 0 };
                sites.put(field, &found);
            }
            Mark::End => self.end(&found, sites),
            Mark::Logprobs if matches!(found.kind, Kind::Array | Kind::Object) => {
                sites.logprobs.push((self.choice_of(&found), found));
            }
            Mark::Model if is_string => sites.models.push(found),
            Mark::Id if is_string => sites.id = Some(found),
            Mark::Sequence => {
                sites.sequence = number(&found, self.json).map(|number| (found, number));
            }
            _ => {}
        }
    }

    fn end(&self, found: &Found, sites: &mut Sites) {
        if matches!(found.kind, Kind::Null | Kind::False) {
            return;
        }
        if found.depth == 1 {
            // Of the whole: an error, or Ollama's `done`.
            sites.ends.all = true;
            sites.is_done = true;
            sites.has_failed |= found.kind != Kind::True;
        } else {
            sites.ends.choices.insert(self.choice_of(found));
            sites.has_ended = true;
        }
    }

    fn number_within(&self, at: usize, mark: Mark) -> Option<u32> {
        let outer = self.found[at];
        let inner = self.found[at + 1..].iter().take_while(|found| found.is_in(&outer));
        let is_direct = |found: &&Found| found.mark == mark && found.depth == outer.depth + 1;
        number(inner.filter(is_direct).last()?, self.json)
    }

    fn choice_of(&self, found: &Found) -> u32 {
        match self.choice {
            (index, Some(choice)) if found.is_in(&choice) => index,
            (_, Some(_)) => 0,
            (index, None) => index,
        }
    }

    fn call_of(&self, found: &Found) -> Option<u32> {
        self.call.filter(|(_, call)| found.is_in(call)).map(|(index, _)| index)
    }
}

impl Sites {
    fn put(&mut self, field: Field, found: &Found) {
        self.sites.push(Site { field, start: found.start, end: found.end });
    }
}

/// What the piece of an event of responses is a piece of; none where it is no text.
fn typed_part(kind: &str) -> Option<Part> {
    let kind = kind.strip_prefix("response.")?.strip_suffix(".delta")?;
    Some(match kind {
        "output_text" | "audio.transcript" | "audio_transcript" => Part::Content,
        "refusal" => Part::Refusal,
        "function_call_arguments" | "mcp_call_arguments" | "mcp_call.arguments" => Part::Arguments,
        "custom_tool_call_input" | "code_interpreter_call_code" | "code_interpreter_call.code" => {
            Part::Free
        }
        _ if kind.starts_with("reasoning") => Part::Reasoning,
        _ => return None,
    })
}
