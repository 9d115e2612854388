//! `POST /anonymize` and `POST /deanonymize`: what the caller found in a text gives way to what its operators make of it.

use super::super::answer::{Answer, Refusal, json};
use super::fields::Fields;
use super::operator::{Deanonymizer, Operator};
use super::{beside, is_heavy};
use crate::secret;
use http::StatusCode;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// What the operators may make of one text besides twice its length, in bytes: a long value in the place of many parts
/// would fill the memory.
const MADE_MAX: usize = 16 << 20;

/// A result about a part of the text, in code points.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    start: usize,
    end: usize,
    entity: String,
    score: f64,
}

#[derive(Serialize)]
struct Item {
    start: usize,
    end: usize,
    entity_type: String,
    text: String,
    operator: &'static str,
}

#[derive(Serialize)]
struct Changed {
    text: String,
    items: Vec<Item>,
}

/// Every type's own, and the one for all others.
struct ByEntity<T> {
    own: HashMap<String, T>,
    other: Option<T>,
}

impl<T> ByEntity<T> {
    fn read(
        named: Vec<(String, Fields)>,
        read: impl Fn(&mut Fields) -> Result<T, Refusal>,
    ) -> Result<Self, Refusal> {
        let mut found = Self { own: HashMap::with_capacity(named.len()), other: None };
        for (name, mut fields) in named {
            let operator = read(&mut fields)?;
            if name == "DEFAULT" {
                found.other = Some(operator);
            } else {
                found.own.insert(name, operator);
            }
        }
        Ok(found)
    }

    fn of(&self, entity: &str) -> Option<&T> {
        self.own.get(entity).or(self.other.as_ref())
    }
}

/// Takes the text of a request.
fn text(fields: &mut Fields) -> Result<String, Refusal> {
    fields.text("text")?.ok_or_else(|| Refusal::unprocessable("No text provided"))
}

/// Takes the results about the text; `length` is how many code points that has.
fn parts(objects: Vec<Fields>, length: usize) -> Result<Vec<Part>, Refusal> {
    let part = |mut fields: Fields| {
        let mut place = |name| {
            let place = fields.integer(name)?;
            place.ok_or_else(|| fields.wrong(name, "must be an integer"))
        };
        let (start, end) = (place("start")?, place("end")?);
        let entity = fields.name("entity_type")?;
        let entity = entity.ok_or_else(|| fields.wrong("entity_type", "is missing"))?;
        let score = fields.take("score").map_or(Some(0.0), |score| score.as_f64());
        let score = score.ok_or_else(|| fields.wrong("score", "must be a number"))?;
        if start < 0 || end < 0 {
            let message = "Invalid input, result start and end must be positive";
            return Err(Refusal::unprocessable(message));
        }
        if start > end {
            return Err(Refusal::unprocessable(format!(
                "Invalid input, start index '{start}' must be smaller than end index '{end}'"
            )));
        }
        let place = |place: i64| usize::try_from(place).ok().filter(|place| *place <= length);
        match (place(start), place(end)) {
            (Some(start), Some(end)) => Ok(Part { start, end, entity, score }),
            _ => Err(Refusal::unprocessable(format!(
                "Invalid analyzer result, start: {start} and end: {end}, while text length is only {length}."
            ))),
        }
    };
    objects.into_iter().map(part).collect()
}

pub(super) async fn anonymize(mut fields: Fields) -> Result<Answer, Refusal> {
    let text = text(&mut fields)?;
    beside(is_heavy(text.len()), move || {
        let Some(results) = fields.objects("analyzer_results", usize::MAX)? else {
            let message = "Invalid input, request must contain analyzer results";
            return Err(Refusal::unprocessable(message));
        };
        let parts = parts(results, text.chars().count())?;
        let salt: [u8; 32] = secret::random();
        let named = fields.named("anonymizers")?.unwrap_or_default();
        let operators = ByEntity::read(named, |fields| Operator::anonymizer(fields, &salt))?;
        let usual = Operator::Replace(None);
        let operator = |entity: &str| operators.of(entity).unwrap_or(&usual);
        let parts = settle(parts, |entity| matches!(operator(entity), Operator::Keep));
        let changed = change(&text, parts, |part, plain| {
            let operator = operator(&part.entity);
            Ok((operator.hide(&part.entity, plain), operator.name()))
        })?;
        Ok(json(StatusCode::OK, &changed))
    })
    .await
}

pub(super) async fn deanonymize(mut fields: Fields) -> Result<Answer, Refusal> {
    let text = text(&mut fields)?;
    beside(is_heavy(text.len()), move || {
        let Some(results) = fields.objects("anonymizer_results", usize::MAX)? else {
            let message = "Invalid input, request must contain anonymizer results";
            return Err(Refusal::unprocessable(message));
        };
        let mut parts = parts(results, text.chars().count())?;
        let named = fields.named("deanonymizers")?.unwrap_or_default();
        let operators = ByEntity::read(named, Deanonymizer::read)?;
        parts.retain(|part| part.start < part.end);
        parts.sort_by_key(|part| (part.start, part.end));
        if parts.windows(2).any(|pair| pair[1].start < pair[0].end) {
            let message = "Invalid input, anonymizer_results must not overlap";
            return Err(Refusal::unprocessable(message));
        }
        let changed = change(&text, parts, |part, hidden| {
            let place = format!("start: {} and end: {}", part.start, part.end);
            let operator = operators.of(&part.entity).ok_or_else(|| {
                Refusal::unprocessable(format!("Invalid input, no deanonymizer for {place}"))
            })?;
            let plain = operator.show(hidden).ok_or_else(|| {
                let message = format!("Invalid input, {place} is no ciphertext under that key");
                Refusal::unprocessable(message)
            })?;
            Ok((plain, operator.name()))
        })?;
        Ok(json(StatusCode::OK, &changed))
    })
    .await
}

/// Gives every place to one part, and loses none that was found. Parts of a type that overlap become one. Of others the
/// longer wins, then the surer, then the earlier; what another covers beside it stays that one's. What is only kept
/// yields to everything, else it would show what another hides.
fn settle(parts: Vec<Part>, keeps: impl Fn(&str) -> bool) -> Vec<Part> {
    let mut parts = join(parts);
    parts.sort_by(|a, b| {
        let strength =
            |part: &Part| (keeps(&part.entity), Reverse(part.end - part.start), part.start);
        let ((kept_a, long_a, start_a), (kept_b, long_b, start_b)) = (strength(a), strength(b));
        let surer = b.score.total_cmp(&a.score);
        kept_a.cmp(&kept_b).then(long_a.cmp(&long_b)).then(surer).then(start_a.cmp(&start_b))
    });
    let mut events: Vec<(usize, usize, bool)> = Vec::with_capacity(parts.len() * 2);
    for (rank, part) in parts.iter().enumerate() {
        events.extend([(part.start, rank, true), (part.end, rank, false)]);
    }
    events.sort_unstable();
    let mut open = BTreeSet::new();
    let mut settled: Vec<Part> = Vec::with_capacity(parts.len());
    let mut last = None;
    for (at, (place, rank, begins)) in events.iter().enumerate() {
        if *begins {
            open.insert(*rank);
        } else {
            open.remove(rank);
        }
        let Some((next, ..)) = events.get(at + 1).filter(|(next, ..)| next > place) else {
            continue;
        };
        let Some(winner) = open.first().copied() else { continue };
        match settled.last_mut() {
            Some(part) if last == Some(winner) && part.end == *place => part.end = *next,
            _ => settled.push(Part { start: *place, end: *next, ..parts[winner].clone() }),
        }
        last = Some(winner);
    }
    settled
}

/// Makes one of the parts of a type that overlap.
fn join(mut parts: Vec<Part>) -> Vec<Part> {
    parts.retain(|part| part.start < part.end);
    parts.sort_by(|a, b| a.entity.cmp(&b.entity).then(a.start.cmp(&b.start)));
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if last.entity == part.entity && part.start < last.end => {
                last.end = last.end.max(part.end);
                last.score = last.score.max(part.score);
            }
            _ => joined.push(part),
        }
    }
    joined
}

/// Parts with their places in bytes; those of a type with nothing but spaces between them become one, as in Presidio.
fn locate(text: &str, parts: Vec<Part>) -> Vec<(Part, usize, usize)> {
    let mut located: Vec<(Part, usize, usize)> = Vec::with_capacity(parts.len());
    let (mut bytes, mut chars) = (0, 0);
    let mut advance = |to: usize| {
        bytes += text[bytes..].chars().take(to - chars).map(char::len_utf8).sum::<usize>();
        chars = to;
        bytes
    };
    for part in parts {
        let (start, end) = (advance(part.start), advance(part.end));
        let spaces = |from: usize| {
            from < start && text.as_bytes()[from..start].iter().all(|byte| *byte == b' ')
        };
        match located.last_mut() {
            Some((last, _, last_end)) if last.entity == part.entity && spaces(*last_end) => {
                (last.end, *last_end) = (part.end, end);
            }
            _ => located.push((part, start, end)),
        }
    }
    located
}

/// Writes the text with what `operate` makes of the parts: sorted, and none within another.
fn change(
    text: &str,
    parts: Vec<Part>,
    operate: impl Fn(&Part, &str) -> Result<(String, &'static str), Refusal>,
) -> Result<Changed, Refusal> {
    let mut changed = Changed { text: String::with_capacity(text.len()), items: Vec::new() };
    let made_max = MADE_MAX + 2 * text.len();
    let (mut read, mut chars, mut written, mut made_bytes) = (0, 0, 0, 0);
    for (part, start, end) in locate(text, parts) {
        changed.text.push_str(&text[read..start]);
        written += part.start - chars;
        let (made, operator) = operate(&part, &text[start..end])?;
        made_bytes += made.len();
        if made_bytes > made_max {
            let message = format!("what the operators make is larger than {made_max} bytes");
            return Err(Refusal::unprocessable(message));
        }
        changed.text.push_str(&made);
        let (from, to) = (written, written + made.chars().count());
        (read, chars, written) = (end, part.end, to);
        changed.items.push(Item {
            start: from,
            end: to,
            entity_type: part.entity,
            text: made,
            operator,
        });
    }
    changed.text.push_str(&text[read..]);
    // Presidio works from the end of the text, and its clients may count on the order.
    changed.items.reverse();
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(entity: &str, start: usize, end: usize, score: f64) -> Part {
        Part { start, end, entity: entity.to_owned(), score }
    }

    fn settled(parts: &[Part]) -> Vec<(String, usize, usize)> {
        let settled = settle(parts.to_vec(), |entity| entity == "KEPT");
        settled.into_iter().map(|part| (part.entity, part.start, part.end)).collect()
    }

    fn named(parts: &[(&str, usize, usize)]) -> Vec<(String, usize, usize)> {
        parts.iter().map(|(entity, start, end)| ((*entity).to_owned(), *start, *end)).collect()
    }

    #[test]
    fn every_place_that_was_found_belongs_to_one_part() {
        type Case<'c> = (&'c [Part], &'c [(&'c str, usize, usize)]);
        let cases: &[Case<'_>] = &[
            (&[part("A", 0, 5, 0.1), part("B", 1, 3, 0.9)], &[("A", 0, 5)]),
            (&[part("A", 0, 5, 0.1), part("B", 0, 5, 0.9)], &[("B", 0, 5)]),
            (&[part("A", 0, 5, 0.1), part("B", 3, 6, 0.9)], &[("A", 0, 5), ("B", 5, 6)]),
            (&[part("A", 0, 3, 0.1), part("B", 2, 6, 0.9)], &[("A", 0, 2), ("B", 2, 6)]),
            (&[part("A", 0, 3, 0.1), part("A", 2, 6, 0.9)], &[("A", 0, 6)]),
            (&[part("A", 0, 3, 0.1), part("A", 3, 6, 0.9)], &[("A", 0, 3), ("A", 3, 6)]),
            (&[part("A", 0, 3, 0.1), part("B", 3, 6, 0.9)], &[("A", 0, 3), ("B", 3, 6)]),
            (&[part("A", 2, 2, 1.0)], &[]),
            (
                &[part("KEPT", 0, 9, 1.0), part("B", 3, 6, 0.1)],
                &[("KEPT", 0, 3), ("B", 3, 6), ("KEPT", 6, 9)],
            ),
        ];
        for (parts, expected) in cases {
            assert_eq!(settled(parts), named(expected), "{parts:?}");
            let backwards: Vec<_> = parts.iter().rev().cloned().collect();
            assert_eq!(settled(&backwards), named(expected), "{backwards:?}");
        }
    }

    #[test]
    fn places_count_code_points_and_items_come_from_the_end() {
        let text = "\u{1f600} Ana  López, añil";
        let parts = vec![part("P", 2, 5, 1.0), part("P", 7, 12, 1.0), part("COLOUR", 14, 18, 1.0)];
        let operate = |part: &Part, _: &str| Ok((format!("<{}é>", part.entity), "replace"));
        let changed = change(text, settle(parts, |_| false), operate).unwrap();
        assert_eq!(changed.text, "\u{1f600} <Pé>, <COLOURé>");
        let places: Vec<_> = changed.items.iter().map(|item| (item.start, item.end)).collect();
        assert_eq!(places, [(8, 17), (2, 6)]);
        let chars: Vec<_> = changed.text.chars().collect();
        for item in &changed.items {
            assert_eq!(chars[item.start..item.end].iter().collect::<String>(), item.text);
        }
    }
}
