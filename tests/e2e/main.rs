//! End to end: the real binaries, asked as clients and operators ask them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod admin_keys;
mod auth;
mod canary;
mod clients;
mod filter;
mod filter_policies;
mod first_run;
mod gateway;
mod gateway_faults;
mod gateway_policies;
mod gateway_streams;
mod jwt;
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
mod upstream;
mod upstreams;
mod web;
