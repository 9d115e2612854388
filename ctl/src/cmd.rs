//! The verbs.

pub(crate) mod completion;
pub(crate) mod man;
pub(crate) mod version;
