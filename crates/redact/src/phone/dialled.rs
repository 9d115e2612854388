//! A telephone number taken apart: the country whose plan it follows, and the digits that the plan is about.

use super::code::{Plan, Standing};
use super::form::Region;

/// What a number's first digits say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialled {
    /// The calling code of its country.
    pub(crate) code: u16,
    /// How many digits stand before the national number: prefix, code and trunk prefix.
    pub(crate) prefix: usize,
    plan: &'static Plan,
}

impl Dialled {
    /// Reads digits (of values, not letters), after a plus or without one; nothing where no plan knows them.
    pub(crate) fn read(digits: &[u8], plus: bool, regions: &[Region]) -> Option<Self> {
        let abroad = match digits {
            _ if plus => Some(0),
            [0, 0, 1..=9, ..] => Some(2),
            [0, 1, 1, 1..=9, ..] => Some(3),
            _ => None,
        };
        abroad
            .and_then(|from| {
                let (plan, length) = Plan::leading(&digits[from..])?;
                Self::after(plan, digits, from + length)
            })
            .or_else(|| regions.iter().find_map(|region| Self::after(region.plan, digits, 0)))
            .or_else(|| {
                let (plan, length) = Plan::leading(digits)?;
                Self::after(plan, digits, length)
            })
    }

    /// The number in a plan from a place on, with the trunk prefix there or without.
    fn after(plan: &'static Plan, digits: &[u8], from: usize) -> Option<Self> {
        let rest = digits.get(from..)?;
        let assigned = |national: &[u8]| plan.standing(national) == Standing::Assigned;
        let code = plan.code;
        if assigned(rest) && (from > 0 || plan.trunk.is_empty() || matches!(code, 1 | 7 | 34 | 55))
        {
            return Some(Self { code, prefix: from, plan });
        }
        let national = plan.after_trunk(rest).filter(|national| assigned(national))?;
        Some(Self { code, prefix: digits.len() - national.len(), plan })
    }

    /// Whether the plan assigns a number of these digits.
    pub(crate) fn assigns(&self, national: &[u8]) -> bool {
        self.plan.standing(national) == Standing::Assigned
    }
}
