//! Who answers: upstreams with models, one of which is asked.
//!
//! A [`Fleet`] is made of a [`Config`]. It chooses among the upstreams that have the model and speak the dialect, tries
//! another one while nothing of an answer was handed on, and then hands it on as it comes. What it carries it never looks
//! into: bodies are bytes here, and neither an error nor a state quotes one.

mod config;
mod error;

mod backend;
mod clock;

mod breaker;
mod choose;
mod fleet;
mod member;

mod address;
mod connect;
mod connection;
mod pool;
mod target;
mod tls;
mod upstream;

pub use address::{Resolve, System, is_external};
pub use backend::{Ask, Backend, BoxFuture, Question, Reply, ReplyBody};
pub use config::{Breaker, Config, ModelName, Protocol, Timeouts, Upstream};
pub use error::{AskError, Cause, ConfigError, Phase};
pub use fleet::{Fleet, Rules};
pub use member::{Place, State};
pub use target::{check_proxy, check_url};
