//! What is wrong with the settings, and what a reader should know about them. Neither ever holds a secret.

use std::fmt;

/// One thing that stops the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place: a variable, a flag, `tacit.toml:3:1`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Fault {
    /// Names a place and what is wrong there.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), hint: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A name that the table does not have, with the nearest that it has.
    pub fn unknown<'a>(
        place: impl Into<String>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let fault = Self::new(place, format!("unknown {what}"));
        match nearest(name, known) {
            Some(near) => fault.hint(format!("the nearest known name is `{near}`")),
            None => fault.hint("`tacitd config` lists the known names"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        self.hint.iter().try_for_each(|hint| write!(f, " ({hint})"))
    }
}

/// One thing worth a log line at start: the value was understood, but does not do what its writer may think.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The variable, flag or line.
    pub place: String,
    /// What happens instead.
    pub what: String,
    /// Whether the name is one that nobody knows: only reported for an environment file that is being checked.
    pub unknown: bool,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Finds the known name that a mistyped one most likely means.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters wrong is another word, not a slip.
    let far = (name.len() / 3).clamp(1, 5);
    known
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_away() {
        let known = ["llm.n_gpu_layers", "llm.n_ctx", "api.port"];
        assert_eq!(nearest("llm.n_gpu_layer", known.into_iter()), Some("llm.n_gpu_layers"));
        assert_eq!(nearest("api.prot", known.into_iter()), Some("api.port"));
        assert_eq!(nearest("something.else", known.into_iter()), None);
    }
}
