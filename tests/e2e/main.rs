//! End to end: the real binaries, asked as clients and operators ask them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auth;
mod canary;
mod filter;
mod filter_policies;
mod first_run;
mod keys;
mod limits;
mod listeners;
mod litellm;
mod names;
mod openapi;
mod policies;
mod presidio;
mod probes;
mod redaction;
mod server;
mod settings;
mod snapshot;
mod store;
mod systemd;
mod web;
