//! Realistic replacements: a made-up value of the same kind, form and country in the place of a real one, which passes
//! the same check and is found by the same rule.
//!
//! A replacement follows from the seed, the kind and the original, and from nothing else; the rule that found the
//! original only says which form it has. Words of names follow from the word alone, and all dates of a session move by
//! the same number of days. docs/surrogates.md tells what becomes of each kind, and what is not kept.

mod address;
mod bank;
mod date;
mod identifier;
mod list;
mod name;
mod phone;
mod place;
mod probe;
mod quantity;
mod secret;
mod stream;
#[cfg(test)]
mod tests;
mod wallet;
mod web;

use crate::rule::RuleId;
use crate::{Engine, Kind, Rule, Span};
use probe::Probes;
use sha2::{Digest, Sha256};
use std::fmt;
use stream::Stream;

/// Replacements that are tried until the engine finds one as it finds the original. One in a few is found as something
/// else, or is no number that anybody gives out.
const TURNS: usize = 24;

/// What replacements follow from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// A secret of the session or project: whoever knows it can tell what a replacement stands for by trying.
    pub session: [u8; 32],
    /// Which replacement it is for an original: 0, and one more each time another original has it already.
    pub attempt: u32,
}

impl Seed {
    /// The seed for another turn of the same attempt.
    fn turned(&self, turn: usize) -> Self {
        if turn == 0 {
            return *self;
        }
        let mut hash = Sha256::new();
        hash.update(self.session);
        hash.update((turn as u64).to_le_bytes());
        Self { session: hash.finalize().into(), attempt: self.attempt }
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

/// What is to be replaced.
struct Original<'o> {
    engine: &'o Engine,
    kind: Kind,
    text: &'o str,
    /// The rule that found it, unless that is of another kind: a look-alike of a placeholder.
    rule_id: Option<RuleId>,
    rule: Option<&'o Rule>,
    is_look_alike: bool,
    language: Option<&'o str>,
}

/// Makes up what takes the place of `original`, which `engine` found as `span`.
///
/// The same seed and original give the same text, which is never the original. Two originals may get the same text: ask
/// again with the next attempt. `language` is that of the text around, as `es`, where it is known.
///
/// ```
/// let engine = redact::Engine::builtin(&redact::Options::default());
/// let seed = redact::Seed { session: [7; 32], attempt: 0 };
/// let text = "DNI 12345678Z";
/// let span = engine.find(text)[0];
/// let other = redact::surrogate(&engine, &span, span.of(text), &seed, Some("es"));
/// assert_ne!(other, "12345678Z");
/// assert_eq!(engine.find(&format!("DNI {other}"))[0].kind, span.kind);
/// ```
///
/// # Panics
/// When the span is of another engine.
pub fn surrogate(
    engine: &Engine,
    span: &Span,
    original: &str,
    seed: &Seed,
    language: Option<&str>,
) -> String {
    let rule = engine.rule(span.rule);
    let same = rule.kind == span.kind;
    let original = Original {
        engine,
        kind: span.kind,
        text: original,
        rule_id: same.then_some(span.rule),
        rule: same.then_some(rule),
        is_look_alike: rule.form.as_deref() == Some("look-alike")
            && original.contains(|c: char| c.is_ascii_digit()),
        language: language.and_then(|language| language.get(..2)),
    };
    let probes = Probes::of(&original);
    let mut second_best = None;
    for turn in 0..TURNS {
        let candidate = original.replaced(&probes, seed, turn);
        if candidate.is_empty() || candidate == original.text {
            continue;
        }
        if probes.hold(&candidate) {
            return candidate;
        }
        second_best.get_or_insert(candidate);
    }
    second_best.unwrap_or_else(|| signs(original.text))
}

/// The last resort, for what has neither letters nor digits, or only ones that must stay.
fn signs(original: &str) -> String {
    let sign = if original.chars().all(|c| c == 'x') { "z" } else { "x" };
    sign.repeat(original.chars().count().max(1))
}

impl Original<'_> {
    /// What is tried in a turn.
    fn replaced(&self, probes: &Probes<'_>, seed: &Seed, turn: usize) -> String {
        let turned = seed.turned(turn);
        let mut stream = Stream::new(&turned, &[self.kind.name(), self.text]);
        let (text, stream, language) = (self.text, &mut stream, self.language);
        if self.is_look_alike {
            return look_alike(text, stream);
        }
        let sections: &[&str] = match self.kind {
            Kind::Nationality => &["nationalities", "religions"],
            Kind::Profession => &["professions"],
            Kind::Relation => &["relations"],
            Kind::Gender => &["genders"],
            Kind::Health => &["conditions"],
            _ => &[],
        };
        if !sections.is_empty() {
            return place::description(text, sections, &turned, language);
        }
        let found = match self.kind {
            Kind::Person => Some(name::person(text, &turned, language)),
            Kind::Location => Some(place::location(text, &turned, language)),
            Kind::Address => Some(place::address(text, &turned, language)),
            Kind::Organization => Some(place::organization(text, &turned, language)),
            Kind::Username => Some(web::username(text, &turned, language)),
            Kind::Email => Some(web::email(text, &turned, language)),
            Kind::Url => Some(web::url(text, &turned, language)),
            Kind::Age => quantity::age(text, stream),
            Kind::Amount => quantity::amount(text, stream),
            Kind::Coordinates => quantity::coordinates(text, stream),
            Kind::Date => date::moved(text, date::shift(seed, turn), language),
            Kind::Ip if text.contains(':') => Some(address::ip6(text, stream)),
            Kind::Ip => Some(address::ip4(text, seed, stream)),
            Kind::Mac => Some(address::mac(text, stream)),
            Kind::Uuid => Some(address::uuid(text, stream)),
            Kind::Phone => Some(phone::phone(self.engine, text, seed, turn, stream)),
            Kind::Card => Some(bank::card(text, stream)),
            Kind::Iban => Some(bank::iban(text, stream)),
            Kind::Wallet => wallet::wallet(text, stream),
            Kind::Secret => Some(self.secret(probes, &turned, stream)),
            _ => None,
        };
        found.unwrap_or_else(|| self.identifier(stream))
    }

    /// A connection string or a login by its parts, any other secret letter by letter.
    fn secret(&self, probes: &Probes<'_>, seed: &Seed, stream: &mut Stream) -> String {
        if self.text.contains("://") && self.text.contains('@') {
            let other = web::url(self.text, seed, self.language);
            if other != self.text && probes.hold_by_rule(&other) {
                return other;
            }
        }
        secret::secret(self, probes, stream)
    }

    fn identifier(&self, stream: &mut Stream) -> String {
        let letters = self.text.chars().any(char::is_alphabetic);
        let digits = self.text.chars().any(|c| crate::fold::plain(c).is_ascii_digit());
        if letters && !digits && self.rule.is_none_or(|rule| rule.shapes.is_empty()) {
            return in_other_words(self.text, stream);
        }
        identifier::identifier(self, stream)
    }
}

/// A placeholder's look-alike with a number that no session counts to.
fn look_alike(text: &str, stream: &mut Stream) -> String {
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return text.to_owned() };
    let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    let number = stream.between(100_000_000, 999_999_999);
    format!("{}{number}{}", &text[..start], &text[start + length..])
}

/// Words of nobody's language: vowels for vowels and consonants for consonants.
fn in_other_words(text: &str, stream: &mut Stream) -> String {
    let one = |c: char| {
        let plain = list::unaccented(&c.to_string());
        let Some(letter) = plain.chars().next().filter(char::is_ascii_alphabetic) else { return c };
        let from: &[u8] = if "aeiou".contains(letter) { b"aeiou" } else { b"bcdfghjklmnprstvz" };
        let other = char::from(*stream.pick(from));
        if c.is_uppercase() { other.to_ascii_uppercase() } else { other }
    };
    text.chars().map(one).collect()
}
