//! Shows what a model writes: originals in the place of placeholders, wherever its text is cut.

use super::Found;
use super::conversation::{Kept, Stored};
use super::guard::{Guard, Held};
use super::json::Position;
use crate::hiding::Reader;
use crate::policy::Policy;
use crate::settings::Mode;
use redact::{Forgive, RestoreOptions, Restorer};
use std::collections::HashMap;
use std::sync::Arc;
use wire::{Field, Show};

/// Shows the texts of one answer.
pub(super) struct Shower {
    kept: Kept,
    /// Whether anything is put back; not where the request was sent as it came.
    restores: bool,
    guard: Option<Guard>,
    voices: HashMap<Field, Voice>,
    restored: u64,
}

/// One text as it comes.
struct Voice {
    held: Option<Held>,
    tongue: Tongue,
    /// Where it is, where it is JSON.
    json: Option<Position>,
}

/// What puts originals back.
enum Tongue {
    Numbers(Restorer),
    Session(Box<Reader>),
    /// Nothing is hidden.
    Nothing,
}

fn options(json: bool) -> RestoreOptions {
    RestoreOptions { forgive: Forgive::Slips, json }
}

impl Tongue {
    fn new(kept: &Kept, json: bool) -> Self {
        match kept {
            _ if kept.is_empty() => Self::Nothing,
            Kept::Fleeting(_) => Self::Numbers(Restorer::new(options(json))),
            Kept::Stored(stored) if stored.is_numbers() => {
                Self::Numbers(Restorer::new(options(json)))
            }
            Kept::Stored(stored) => {
                let surrogates = &stored.originals.surrogates;
                Self::Session(Box::new(Reader::new(options(json), surrogates)))
            }
        }
    }

    fn push(&mut self, kept: &mut Kept, piece: &str, out: &mut String) {
        match (self, kept) {
            (Self::Nothing, _) => out.push_str(piece),
            (Self::Numbers(restorer), kept) => {
                let mut shown = Vec::with_capacity(piece.len() + Restorer::HELD_MAX);
                restorer.push(piece.as_bytes(), |kind, number| kept.of(kind, number), &mut shown);
                put(shown, out);
            }
            (Self::Session(reader), Kept::Stored(stored)) => {
                reader.push(piece);
                show(reader, stored, false, out);
            }
            (Self::Session(_), Kept::Fleeting(_)) => out.push_str(piece),
        }
    }

    /// Decides what was held, and may begin another text. Returns how many originals were put back in all.
    fn finish(&mut self, kept: &mut Kept, out: &mut String) -> u64 {
        match (self, kept) {
            (Self::Numbers(restorer), kept) => {
                let mut shown = Vec::new();
                restorer.finish(|kind, number| kept.of(kind, number), &mut shown);
                put(shown, out);
                restorer.restored()
            }
            (Self::Session(reader), Kept::Stored(stored)) => {
                show(reader, stored, true, out);
                reader.restored()
            }
            _ => 0,
        }
    }
}

impl Voice {
    /// Shows a piece. The keys of JSON are nobody's: they stay as the model wrote them.
    fn show(&mut self, kept: &mut Kept, piece: &str, out: &mut String) {
        let Self { tongue, json, .. } = self;
        let Some(json) = json else { return tongue.push(kept, piece, out) };
        let mut done = 0;
        for (at, byte) in piece.bytes().enumerate() {
            let in_key = json.in_key;
            json.pass_byte(byte);
            match (in_key, json.in_key) {
                (false, true) => {
                    tongue.push(kept, &piece[done..=at], out);
                    tongue.finish(kept, out);
                    done = at + 1;
                }
                (true, false) => {
                    out.push_str(&piece[done..at]);
                    done = at;
                }
                _ => {}
            }
        }
        match json.in_key {
            true => out.push_str(&piece[done..]),
            false => tongue.push(kept, &piece[done..], out),
        }
    }
}

fn put(shown: Vec<u8>, out: &mut String) {
    out.push_str(std::str::from_utf8(&shown).expect("whole characters give way to whole texts"));
}

fn show(reader: &mut Reader, stored: &mut Stored, last: bool, out: &mut String) {
    let look = reader.look(&stored.finder, last);
    stored.open(reader.asked(&look).tokens);
    out.push_str(&reader.show(look, &stored.originals, &stored.originals.surrogates));
}

impl Shower {
    /// Shows what `kept` knows, and looks at the rest as the policy says.
    pub(super) fn new(kept: Kept, policy: &Arc<Policy>) -> Self {
        let restores = policy.gateway.mode != Mode::Observe;
        let (guard, voices) = (Guard::new(policy), HashMap::new());
        Self { kept, restores, guard, voices, restored: 0 }
    }

    /// Shows a text that is there as a whole.
    pub(super) fn whole(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut voice = self.voice(false);
        match &mut voice.held {
            Some(held) => held.push(text),
            None => voice.tongue.push(&mut self.kept, text, &mut out),
        }
        self.finish_with(voice, &mut out);
        out
    }

    /// As [`Self::whole`], of words of an upstream's own, which nobody need look at.
    pub(super) fn restore(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut tongue = self.tongue(false);
        tongue.push(&mut self.kept, text, &mut out);
        self.restored += tongue.finish(&mut self.kept, &mut out);
        out
    }

    /// How many originals were put back since this was asked last.
    pub(super) fn take_restored(&mut self) -> u64 {
        std::mem::take(&mut self.restored)
    }

    /// What ends the answer, if anything was found that does.
    pub(super) fn blocked(&self) -> Option<&Found> {
        self.guard.as_ref().filter(|guard| guard.blocked()).map(|guard| &guard.found)
    }

    /// Whether texts go through as they are.
    pub(super) fn is_idle(&self) -> bool {
        self.guard.is_none() && (!self.restores || self.kept.is_empty())
    }

    fn tongue(&self, json: bool) -> Tongue {
        if self.restores { Tongue::new(&self.kept, json) } else { Tongue::Nothing }
    }

    fn voice(&self, json: bool) -> Voice {
        let held = self.guard.as_ref().map(|_| Held::new(json));
        let tongue = self.tongue(json);
        Voice { held, tongue, json: json.then(Position::default) }
    }

    fn push_to(&mut self, voice: &mut Voice, piece: &str, out: &mut String) {
        let (Some(guard), Some(held)) = (&mut self.guard, &mut voice.held) else {
            return voice.show(&mut self.kept, piece, out);
        };
        held.push(piece);
        let mut decided = String::new();
        guard.decide(held, &self.kept, false, &mut decided);
        if !guard.blocked() {
            voice.show(&mut self.kept, &decided, out);
        }
    }

    fn finish_with(&mut self, mut voice: Voice, out: &mut String) {
        if let (Some(guard), Some(held)) = (&mut self.guard, &mut voice.held) {
            let mut decided = String::new();
            guard.decide(held, &self.kept, true, &mut decided);
            if guard.blocked() {
                return;
            }
            voice.show(&mut self.kept, &decided, out);
        }
        self.restored += voice.tongue.finish(&mut self.kept, out);
    }
}

impl Show for Shower {
    fn push(&mut self, field: Field, piece: &str, out: &mut String) {
        if self.is_idle() {
            return out.push_str(piece);
        }
        let json = field.part.is_json();
        let mut voice = self.voices.remove(&field).unwrap_or_else(|| self.voice(json));
        self.push_to(&mut voice, piece, out);
        self.voices.insert(field, voice);
    }

    fn finish(&mut self, field: Field, out: &mut String) {
        if let Some(voice) = self.voices.remove(&field) {
            self.finish_with(voice, out);
        }
    }
}
