//! What a key may do: each family of routes has a scope of its own.

/// One thing a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// See where personal data is.
    Analyze,
    /// Hide it.
    Redact,
    /// Show it again.
    Restore,
    /// Forget sessions.
    Forget,
    /// Ask a model.
    Infer,
    /// See what a model saw of its own requests.
    Debug,
    /// Look after tacitd itself.
    Admin,
}

impl Scope {
    /// Every scope.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Analyze,
        Self::Redact,
        Self::Restore,
        Self::Forget,
        Self::Infer,
        Self::Debug,
        Self::Admin,
    ];

    /// Its name on the command line and in the store.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Redact => "redact",
            Self::Restore => "restore",
            Self::Forget => "forget",
            Self::Infer => "infer",
            Self::Debug => "debug",
            Self::Admin => "admin",
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scopes(u8);

impl Scopes {
    /// Reads names separated by commas; `None` where one is unknown.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut scopes = Self::default();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let scope = Scope::ALL.iter().find(|scope| scope.name() == name)?;
            scopes.0 |= 1 << *scope as u8;
        }
        Some(scopes)
    }

    /// All of them.
    pub(crate) fn all() -> Self {
        Self(Scope::ALL.iter().fold(0, |all, scope| all | 1 << *scope as u8))
    }

    /// Those of a key that nobody says more about.
    pub(crate) fn usual() -> Self {
        let usual = [Scope::Analyze, Scope::Redact, Scope::Restore];
        Self(usual.iter().fold(0, |all, scope| all | 1 << *scope as u8))
    }

    /// All but one.
    pub(crate) fn all_but(scope: Scope) -> Self {
        Self(Self::all().0 & !(1 << scope as u8))
    }

    /// Whether it holds the scope.
    pub(crate) fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// Whether it holds none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names, separated by commas.
    pub(crate) fn names(self) -> String {
        let held: Vec<_> =
            Scope::ALL.iter().filter(|scope| self.has(**scope)).map(|scope| scope.name()).collect();
        held.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_what_it_writes() {
        let scopes = Scopes::parse("restore, analyze").unwrap();
        assert_eq!(scopes.names(), "analyze,restore");
        assert!(scopes.has(Scope::Analyze) && !scopes.has(Scope::Admin));
        assert_eq!(Scopes::parse(&Scopes::all().names()), Some(Scopes::all()));
        assert_eq!(Scopes::parse("analyze,everything"), None);
        assert!(Scopes::parse("").unwrap().is_empty());
    }
}
