//! One request on its way into the audit: begun when its caller is known, ended with its answer or its stream.

use super::Accounts;
use crate::auth::Caller;
use redact::Kind;
use std::sync::Arc;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "the gateway ends in more ways")]
pub(crate) enum Ended {
    /// With what was asked for.
    Done,
    /// The caller's fault, or a limit.
    Refused,
    /// A policy let nothing through.
    Blocked,
    /// The upstream's fault.
    UpstreamFailed,
    /// Too late.
    Late,
    /// The client did not wait for it.
    Gone,
    /// Our fault.
    Failed,
}

/// What is known of a request when it is begun.
#[derive(Debug)]
#[allow(dead_code, reason = "the audit writes it")]
pub(crate) struct Head<'a> {
    /// Its id.
    pub(crate) request_id: &'a str,
    /// Its client's address.
    pub(crate) address: &'a str,
    /// The route's method.
    pub(crate) method: &'a str,
    /// The route's pattern.
    pub(crate) route: &'static str,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Entry {}

impl Entry {
    /// Begins.
    pub(crate) fn begin(_: &Arc<Accounts>, _: &Caller, _: &Head<'_>) -> Arc<Self> {
        Arc::new(Self {})
    }

    /// Notes the policy.
    #[allow(dead_code, reason = "handlers say it")]
    pub(crate) fn policy(&self, _: &str) {}

    /// Notes what was hidden.
    pub(crate) fn hidden(&self, _: impl IntoIterator<Item = (Kind, u32)>) {}

    /// Notes who answers, after how many attempts.
    pub(super) fn upstream(&self, _: &str, _: u32) {}

    /// Ends a request that asked no model; one that does is ended by its ticket.
    pub(crate) fn end(&self, _: u16) {}
}
