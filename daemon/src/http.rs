//! HTTP: from a request's head to its answer.
//!
//! `observe` gives every request an id and every answer a line and a count; `route` finds who answers; `auth` (beside
//! this module) says who may; `native`, `presidio`, `models`, `admin` and `probe` do the work.

mod admin;
mod answer;
mod body;
mod flow;
mod models;
mod native;
mod observe;
mod presidio;
mod probe;
mod route;

pub(crate) use answer::{Answer, Refusal, typed};
pub(crate) use body::BodyLimits;
pub(crate) use flow::{CutOff, Flow};
pub(crate) use models::family;
pub(crate) use native::is_name;
pub(crate) use observe::ObserveLayer;
pub(crate) use route::{Router, Shared as HttpShared, Surface};
