//! What an administrator may look at, and look after.

pub(super) mod keys;

mod account;
mod query;

pub(super) use account::{audit, usage};

use super::answer::{Answer, json};
use crate::gateway::Rules;
use crate::policy::Policies;
use http::StatusCode;
use redact::Operator;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Told<'p> {
    name: &'p str,
    doc: &'p str,
    loaded: String,
    operator: &'static str,
    kinds: BTreeMap<&'static str, &'static str>,
    gateway: ToldGateway,
}

#[derive(Serialize)]
struct ToldGateway {
    mode: &'static str,
    output: &'static str,
    images: &'static str,
    explain: bool,
}

impl From<Rules> for ToldGateway {
    fn from(Rules { mode, output, images, explain }: Rules) -> Self {
        Self { mode: mode.name(), output: output.name(), images: images.name(), explain }
    }
}

#[derive(Serialize)]
struct All<'p> {
    default: &'p str,
    policies: Vec<Told<'p>>,
}

/// Lists the policies in force, and what they do with each kind.
pub(super) fn policies(policies: &Policies) -> Answer {
    let set = policies.current();
    let default = set.default();
    let told = set.iter().map(|policy| {
        let kinds = policy.operators.kinds.iter();
        Told {
            name: &policy.name,
            doc: &policy.doc,
            loaded: policy.loaded.to_string(),
            operator: policy.operators.default.name(),
            kinds: kinds.map(|(kind, operator)| (kind.name(), Operator::name(*operator))).collect(),
            gateway: policy.gateway.into(),
        }
    });
    json(StatusCode::OK, &All { default: &default.name, policies: told.collect() })
}
