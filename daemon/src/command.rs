//! The verbs besides serving.

pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod eval;
pub(crate) mod filter;
pub(crate) mod healthcheck;
pub(crate) mod keys;
pub(crate) mod licenses;
pub(crate) mod rules;
pub(crate) mod snapshot;
mod source;
pub(crate) mod usage;
