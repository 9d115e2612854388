//! On what terms a caller may: which policy, which models, how much in a minute and in a month. Without terms of its own
//! a caller has those of the settings. What they bound is bounded elsewhere, but for the policy, which is chosen here.

use crate::http::Refusal;
use crate::policy::{Policy, Set};
use http::StatusCode;
use std::sync::Arc;

/// What was agreed with a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The policy that its texts are hidden by, whatever a request names.
    pub(crate) policy: Option<String>,
    /// The models it may ask, by their names; one that ends in `*` means all that begin so. None: every model.
    pub(crate) models: Vec<String>,
    /// Requests in a minute.
    pub(crate) requests_per_minute: Option<u32>,
    /// Tokens in a minute, asked and answered together.
    pub(crate) tokens_per_minute: Option<u64>,
    /// What it may spend in a calendar month (UTC), in millionths of the currency that prices are in.
    pub(crate) budget_micros: Option<u64>,
}

impl Terms {
    /// The policy for a request that names one, or none. A caller that is bound to a policy gets that one and no other:
    /// also where it is gone, nothing is hidden by another in its place.
    ///
    /// # Errors
    /// 422 where there is none of that name, 403 where it is not the caller's own, or the caller's own is gone.
    pub(crate) fn policy_among(
        &self,
        named: Option<&str>,
        policies: &Set,
    ) -> Result<Arc<Policy>, Refusal> {
        let forbidden = |code, message| Refusal::new(StatusCode::FORBIDDEN, code, message);
        let Some(own) = self.policy.as_deref() else {
            let Some(named) = named else { return Ok(policies.default()) };
            return policies.get(named).ok_or_else(|| {
                let message = format!("there is no such policy; there are: {}", policies.names());
                Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "no_policy", message)
            });
        };
        if named.is_some_and(|named| named != own) {
            let message = "the API key is bound to another policy; name that one, or none";
            return Err(forbidden("policy_not_allowed", message));
        }
        policies.get(own).ok_or_else(|| {
            let message = "the API key is bound to a policy that is gone; its operator finds which in the log";
            let inward = format!("a key is bound to the policy {own}, and there is none of that name");
            forbidden("policy_gone", message).inward(inward)
        })
    }

    /// Whether it may ask that model.
    pub(crate) fn allows_model(&self, name: &str) -> bool {
        let is_meant = |model: &String| match model.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == model,
        };
        self.models.is_empty() || self.models.iter().any(is_meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_allowed_by_its_name_or_by_how_it_begins() {
        let may = |models: &[&str], name: &str| {
            let models = models.iter().map(|model| (*model).to_owned()).collect();
            Terms { models, ..Terms::default() }.allows_model(name)
        };
        assert!(may(&[], "anything") && may(&["*"], "anything"));
        assert!(may(&["small", "llama-3*"], "small") && may(&["small", "llama-3*"], "llama-3.1"));
        assert!(
            !may(&["small"], "smaller")
                && !may(&["small"], "Small")
                && !may(&["llama-3*"], "llama-2")
        );
    }
}
