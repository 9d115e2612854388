//! Finds personal data in text, hides it behind placeholders, and shows it again.
//!
//! Pure: no I/O, no clock, no randomness, no threads. Nothing here keeps a text longer than a call, except a
//! [`Vault`], which is made for that and forgets when it is dropped.
//!
//! ```
//! let engine = redact::Engine::builtin(&redact::Options::default());
//! let text = "Write to ana@example.org or call +34 612 345 678.";
//! let mut vault = redact::Vault::default();
//! let spans = engine.find(text);
//! let hidden = redact::hide(text, &spans, |kind, original| vault.number(kind, original));
//! assert_eq!(hidden.text, "Write to <EMAIL_1> or call <PHONE_1>.");
//! assert_eq!(redact::show(&hidden.text, |kind, number| vault.original(kind, number)), text);
//! ```

mod kind;
mod library;
mod rule;
mod shape;
mod span;

mod bucket;
mod check;
mod cue;
mod engine;
mod fold;
mod heads;
mod masks;
mod merge;
mod phone;
mod scan;
mod windows;

mod hide;
mod placeholder;
mod restore;
mod show;
mod vault;

pub use engine::{Aggressiveness, Engine, Options};
pub use hide::{Hidden, Item, distinct, hide, locate};
pub use kind::Kind;
pub use library::{RuleError, parse};
pub use phone::Region;
pub use placeholder::Placeholder;
pub use restore::{Forgive, RestoreOptions, Restorer};
pub use rule::{Rule, RuleId};
pub use show::{placeholders, placeholders_with, show, show_with};
pub use span::Span;
pub use vault::Vault;
pub use windows::Windows;
