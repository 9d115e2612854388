//! Writing: which originals need something of the session's, and the texts with everything in its place.

use super::{Hashes, HiddenItem, HiddenText, Job, Piece};
use crate::store::{Given, Stand, Wanted};
use redact::{Hidden, Kind, Operator, Placeholder, Replacement};
use std::borrow::Cow;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// For each piece of each text, which of the things wanted is its.
pub(super) type Slots = Vec<Vec<Option<usize>>>;

/// A written text, before anybody looked whether it can be read back.
pub(super) struct Written {
    pub(super) hidden: Hidden,
    /// Where the pieces stand now, in bytes.
    pub(super) places: Vec<(usize, usize)>,
}

/// Lists what the session has to give, each different thing once.
pub(super) fn wanted(job: &Job) -> (Vec<Wanted>, Slots) {
    let mut wanted = Vec::new();
    let mut known: HashMap<(&'static str, Kind, &str), usize> = HashMap::new();
    let mut slot = |piece: &Piece, original| {
        let stand = match piece.operator {
            Operator::Placeholder => Stand::Number,
            Operator::Encrypt => Stand::Token,
            Operator::Surrogate => Stand::Surrogate(piece.span),
            _ => return None,
        };
        let kind = piece.span.kind;
        Some(*known.entry((piece.operator.name(), kind, original)).or_insert_with(|| {
            wanted.push(Wanted { kind, original: Zeroizing::new(original.to_owned()), stand });
            wanted.len() - 1
        }))
    };
    let slots = job.texts.iter().zip(&job.pieces).map(|(text, pieces)| {
        pieces.iter().map(|piece| slot(piece, piece.span.of(text))).collect()
    });
    let slots = slots.collect();
    (wanted, slots)
}

/// Notes where no surrogate was free.
pub(super) fn give_up(job: &mut Job, slots: &Slots, given: &[Given]) {
    for (piece, slot) in job.pieces.iter_mut().flatten().zip(slots.iter().flatten()) {
        let given = slot.map(|slot| &given[slot]);
        if piece.operator == Operator::Surrogate && matches!(given, Some(Given::Number(_))) {
            piece.number();
        }
    }
}

/// Writes the texts.
pub(super) fn texts(
    job: &Job,
    slots: &Slots,
    given: &[Given],
    hashes: Option<&Hashes>,
) -> Vec<Written> {
    let texts = job.texts.iter().zip(&job.pieces).zip(slots);
    texts.map(|((text, pieces), slots)| written(text, pieces, (slots, given), hashes)).collect()
}

fn written(
    text: &str,
    pieces: &[Piece],
    (slots, given): (&[Option<usize>], &[Given]),
    hashes: Option<&Hashes>,
) -> Written {
    let spans: Vec<_> = pieces.iter().map(|piece| piece.span).collect();
    let mut places = Vec::with_capacity(pieces.len());
    let (mut read, mut reached) = (0, 0);
    let mut next = pieces.iter().zip(slots);
    let hidden = redact::hide_with(text, &spans, |span, original| {
        let (piece, slot) = next.next().expect("a piece for each span");
        let replacement = replacement(piece, original, slot.map(|slot| &given[slot]), hashes);
        let length = match &replacement {
            Replacement::Placeholder(number) => {
                Placeholder { kind: span.kind, number: *number }.to_string().len()
            }
            Replacement::Text(text) => text.len(),
            Replacement::Keep => original.len(),
        };
        let start = reached + span.start - read;
        (read, reached) = (span.end, start + length);
        places.push((start, reached));
        replacement
    });
    Written { hidden, places }
}

fn replacement<'g>(
    piece: &Piece,
    original: &str,
    given: Option<&'g Given>,
    hashes: Option<&Hashes>,
) -> Replacement<'g> {
    let kind = piece.span.kind;
    let text = |text: String| Replacement::Text(Cow::Owned(text));
    match (piece.operator, given) {
        (_, Some(Given::Number(number))) => Replacement::Placeholder(*number),
        (_, Some(Given::Token(body))) => text(redact::token(kind, body)),
        (_, Some(Given::Surrogate(surrogate))) => Replacement::Text(Cow::Borrowed(surrogate)),
        (Operator::Keep, None) => Replacement::Keep,
        (Operator::Redact, None) => Replacement::Text(Cow::Borrowed("")),
        (Operator::Mask { sign, keep_first, keep_last }, None) => {
            text(redact::mask(original, sign, keep_first, keep_last))
        }
        (Operator::Hash, None) => {
            let hash = hashes.expect("made where a policy hashes").hash(kind, original);
            text(format!("<{}#{hash}>", kind.name()))
        }
        // What the session gives for the others is there: they were wanted.
        _ => text(format!("<{}>", kind.name())),
    }
}

/// Puts together what is told about each piece.
pub(super) fn items(job: Job, texts: Vec<Written>) -> Vec<HiddenText> {
    let texts = texts.into_iter().zip(job.pieces);
    let texts = texts.map(|(Written { hidden, places }, pieces)| {
        let items = hidden.items.iter().zip(&places).zip(pieces);
        let items = items.map(|((item, (start, end)), piece)| HiddenItem {
            kind: item.kind,
            rule: item.rule,
            score: item.score,
            start: item.start,
            end: item.end,
            out_start: item.out_start,
            out_end: item.out_end,
            operator: piece.operator,
            instead_of: (piece.wanted != piece.operator).then_some(piece.wanted),
            placeholder: item.placeholder,
            replacement: match item.placeholder {
                Some(_) => String::new(),
                None => hidden.text[*start..*end].to_owned(),
            },
            why: piece.why,
        });
        let items = items.collect();
        HiddenText { text: hidden.text, items }
    });
    texts.collect()
}
