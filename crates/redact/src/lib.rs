//! Finds personal data in text, hides it behind placeholders, and shows it again.
//!
//! Pure: no I/O, no clock, no randomness, no threads. Nothing here keeps a text longer than a call, except a
//! [`Vault`], which is made for that and forgets when it is dropped.
//!
//! ```
//! let text = "Write to ana@example.org or call +34 612 345 678.";
//! let mut vault = redact::Vault::default();
//! let spans = redact::find(text);
//! let hidden = redact::hide(text, &spans, |kind, original| vault.number(kind, original));
//! assert_eq!(hidden.text, "Write to <EMAIL_1> or call <PHONE_1>.");
//! assert_eq!(redact::show(&hidden.text, |kind, number| vault.original(kind, number)), text);
//! ```

mod kind;
mod rule;
mod span;

mod check;
mod context;
mod merge;
mod scan;

mod hide;
mod placeholder;
mod show;
mod vault;

pub use hide::{Hidden, Item, distinct, hide, locate};
pub use kind::Kind;
pub use placeholder::Placeholder;
pub use rule::{RULES, Rule};
pub use show::{placeholders, show};
pub use span::Span;
pub use vault::Vault;

/// Finds every piece of personal data in `text`: sorted, never overlapping, on character boundaries.
pub fn find(text: &str) -> Vec<Span> {
    merge::winners(scan::candidates(text))
}
