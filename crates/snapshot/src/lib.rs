//! Encrypted snapshots of folders, incremental, and readable without us: docs/snapshot-format.md is the law of it.
//!
//! Synchronous, and it speaks to a repository through [`Store`] alone. What it remembers of one lies outside of it, in a
//! folder that the caller names. It prints nothing, and no key or content is in any of its errors.

mod error;
mod hash;

mod record;
mod tar;

mod key;
mod pack;

pub mod store;

mod index;
mod repository;
mod state;

mod cut;
mod files;
mod pipe;
mod seal;
mod walk;

mod check;
mod glob;
mod open;
mod place;
mod source;

pub use check::{Checked, Depth, check};
pub use error::Error;
pub use glob::Glob;
pub use hash::Hash;
pub use key::{HostKey, Identities, Recipient, Sealing};
pub use open::{Links, Restored, Wanted, cat, restore};
pub use record::{Epoch, FORMAT, Marker, Part, Signed, Signer, Snapshot, named};
pub use repository::{Recorded, Repository};
pub use seal::{Event, Host, Reading, Request, Sealed, seal};
pub use source::Source;
pub use state::{State, Trust};
pub use store::Store;
pub use walk::Problem;
