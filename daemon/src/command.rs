//! The verbs besides serving.

pub(crate) mod config;
pub(crate) mod filter;
pub(crate) mod healthcheck;
pub(crate) mod keys;
