//! What end-to-end tests stand on: the built binaries, a running tacitd, a plain HTTP client, and a way to say that a
//! test did not run.

#![allow(
    clippy::unwrap_used,
    reason = "a test helper that cannot go on has nothing better to do than to panic"
)]

mod binary;
mod daemon;
mod gateway;
mod http;
mod place;
mod told;
mod tool;
mod upstream;

pub use binary::binary;
pub use daemon::{Daemon, Ended};
pub use gateway::{Gateway, tables, told};
pub use http::{Client, Reply};
pub use place::{Place, free_port};
pub use told::{Told, events};
pub use tool::{not_run, run, shared, until};
pub use upstream::{Asked, Cut, Dialect, Script, Upstream};
