//! What is written in the place of what was found: one operator for each kind.
//!
//! Which text a hash, a token or a surrogate is depends on keys, and so on the caller; here are their names, and which
//! of them `restore` can undo.

use crate::Kind;
use std::collections::BTreeMap;

/// What to do with a find.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Operator {
    /// A numbered placeholder: `<EMAIL_1>`.
    #[default]
    Placeholder,
    /// The kind alone: `<EMAIL>`.
    Bare,
    /// Nothing at all.
    Redact,
    /// The same with most of its characters covered: `***************1111`.
    Mask {
        /// What covers them.
        sign: char,
        /// How many at the beginning stay.
        keep_first: usize,
        /// How many at the end.
        keep_last: usize,
    },
    /// A keyed hash: `<EMAIL#0f3c5a7719e2d48b>`.
    Hash,
    /// A sealed token: `<EMAIL~MFRGG...>`.
    Encrypt,
    /// What was found: it is only told.
    Keep,
    /// An invented one of the same kind and form.
    Surrogate,
}

impl Operator {
    /// What covers characters where nobody chooses another sign.
    pub const MASK_SIGN: char = '*';

    /// Every operator, a mask as it is where nobody says more.
    pub const ALL: &'static [Self] = &[
        Self::Placeholder,
        Self::Bare,
        Self::Redact,
        Self::Mask { sign: Self::MASK_SIGN, keep_first: 0, keep_last: 0 },
        Self::Hash,
        Self::Encrypt,
        Self::Keep,
        Self::Surrogate,
    ];

    /// Its name, in policies and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::Bare => "bare",
            Self::Redact => "redact",
            Self::Mask { .. } => "mask",
            Self::Hash => "hash",
            Self::Encrypt => "encrypt",
            Self::Keep => "keep",
            Self::Surrogate => "surrogate",
        }
    }

    /// Finds the operator of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operator| operator.name() == name)
    }

    /// Whether the original can be shown again.
    pub const fn is_reversible(self) -> bool {
        matches!(self, Self::Placeholder | Self::Encrypt | Self::Keep | Self::Surrogate)
    }
}

/// The operator of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operators {
    /// Of every kind that has none of its own.
    pub default: Operator,
    /// Of those that have.
    pub kinds: BTreeMap<Kind, Operator>,
}

impl Operators {
    /// The operator of that kind.
    pub fn of(&self, kind: Kind) -> Operator {
        self.kinds.get(&kind).copied().unwrap_or(self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_operator() {
        for operator in Operator::ALL {
            assert_eq!(Operator::parse(operator.name()), Some(*operator));
        }
        assert_eq!(Operator::parse("Mask"), None);
    }

    #[test]
    fn a_kind_without_an_operator_has_the_default() {
        let mut operators = Operators { default: Operator::Bare, ..Operators::default() };
        operators.kinds.insert(Kind::Card, Operator::Keep);
        assert_eq!(operators.of(Kind::Card), Operator::Keep);
        assert_eq!(operators.of(Kind::Email), Operator::Bare);
        assert_eq!(Operators::default().of(Kind::Email), Operator::Placeholder);
    }
}
