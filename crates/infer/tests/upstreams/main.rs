//! Asking servers that answer, stall, break off and lie, over real sockets of this machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod address;
mod answers;
mod failures;
mod second;
mod server;
mod support;
mod ways;
