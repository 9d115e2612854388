//! On what terms a caller may: which policy, which models, how much in a minute and in a month. Without terms of its own
//! a caller has those of the settings. What they bound is bounded elsewhere; here is only what was agreed.

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
