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

mod example;
mod kind;
mod language;
mod library;
mod options;
mod rule;
mod shape;
mod span;
mod tagger;

mod bucket;
mod check;
mod cue;
mod engine;
mod examples;
mod explain;
mod expression;
mod find;
mod fold;
mod heads;
mod list;
mod masks;
mod merge;
mod names;
mod nobody;
mod objection;
mod phone;
mod scan;
mod windows;

mod finder;
mod hide;
mod mask;
mod operator;
mod placeholder;
mod restore;
mod show;
mod surrogate;
mod token;
mod vault;

pub use engine::Engine;
pub use examples::{RuleFault, examine, examine_rules};
pub use explain::{Cue, Explained, Form, Loser, Reason, Side, Why};
pub use finder::{Finder, Place};
pub use hide::{Hidden, Item, Replacement, distinct, hide, hide_with, locate};
pub use kind::Kind;
pub use language::Language;
pub use library::{RuleError, parse, parse_all, rules_in};
pub use mask::mask;
pub use operator::{Operator, Operators};
pub use options::{Aggressiveness, Deny, Options};
pub use phone::Region;
pub use placeholder::Placeholder;
pub use restore::{Forgive, RestoreOptions, Restorer};
pub use rule::{Rule, RuleId};
pub use show::{
    Other, Reached, Splice, placeholders, placeholders_so_far, placeholders_with, show, show_with,
    show_with_others, splices,
};
pub use span::Span;
pub use surrogate::{Seed, surrogate};
pub use tagger::{Tagged, Tagger};
pub use token::{Token, open_token, token, tokens};
pub use vault::Vault;
pub use windows::Windows;

/// Whose data the rules and the made-up names are made of, as Markdown.
pub const ATTRIBUTION: &str =
    concat!(include_str!("../ATTRIBUTION.md"), "\n", include_str!("../names/ATTRIBUTION.md"));
