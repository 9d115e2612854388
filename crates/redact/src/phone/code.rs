//! A country's code and what its plan says about the digits that follow.

use super::plan::{LENGTHS, PLANS};

/// How many first digits a plan looks at.
const DEPTH: usize = 3;
/// The letters of a plan: from `!` to `~` without `"` and `\`, so that they stand in a string as they are.
const FIRST_LETTER: u8 = b'!';
/// A run's letter means so many first digits, or beyond that hundreds of them.
const RUN_MAX: usize = 80;

/// One calling code and the numbers that it assigns.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) code: u16,
    /// The two-letter names of the countries that share it, the main one first.
    pub(super) regions: &'static str,
    /// What a national number is dialled with from inside, and an international one without.
    pub(super) trunk: &'static str,
    /// Bit n is set where some national number has n digits.
    lengths: u16,
    /// Pairs of letters: lengths, and how many first digits in a row have them.
    runs: &'static str,
}

/// What a plan says about a national number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its first digits are assigned to numbers of its length.
    Assigned,
    /// Some number of the plan has its length.
    Possible,
    No,
}

impl Plan {
    pub(super) const fn new(
        code: u16,
        regions: &'static str,
        trunk: &'static str,
        lengths: u16,
        runs: &'static str,
    ) -> Self {
        Self { code, regions, trunk, lengths, runs }
    }

    /// The plan of a calling code; for the statics, where an unknown code does not compile.
    pub(super) const fn of(code: u16) -> &'static Self {
        let mut at = 0;
        while PLANS[at].code != code {
            at += 1;
        }
        &PLANS[at]
    }

    /// The plan that digits (of values, not letters) begin with the code of, and how many digits the code has.
    pub(super) fn leading(digits: &[u8]) -> Option<(&'static Self, usize)> {
        let mut code = 0;
        for (at, &digit) in digits.iter().take(3).enumerate() {
            code = code * 10 + u16::from(digit);
            // No code begins with another one, so the first that is in use is meant. None begins with a zero.
            if code == 0 {
                return None;
            }
            if let Ok(found) = PLANS.binary_search_by_key(&code, |plan| plan.code) {
                return Some((&PLANS[found], at + 1));
            }
        }
        None
    }

    /// How a number without code and trunk prefix stands in this plan.
    pub(super) fn standing(&self, national: &[u8]) -> Standing {
        let length = national.len();
        if !(DEPTH..=15).contains(&length) || self.lengths >> length & 1 == 0 {
            return Standing::No;
        }
        // North America: an exchange begins with 2 to 9 like an area code. The first three digits do not tell.
        let exchange = self.code != 1 || national[DEPTH] >= 2;
        if self.lengths_behind(national) >> length & 1 == 1 && exchange {
            Standing::Assigned
        } else {
            Standing::Possible
        }
    }

    /// The lengths of the numbers that begin with the first three of these digits.
    fn lengths_behind(&self, national: &[u8]) -> u16 {
        let mut left = national[..DEPTH].iter().fold(0, |n, &digit| n * 10 + usize::from(digit));
        for run in self.runs.as_bytes().chunks_exact(2) {
            let letter = value(run[1]) + 1;
            let count = if letter > RUN_MAX { (letter - RUN_MAX) * 100 } else { letter };
            if left < count {
                return LENGTHS.get(value(run[0])).copied().unwrap_or(0);
            }
            left -= count;
        }
        0
    }

    /// The same for a number that may have the trunk prefix before it.
    pub(super) fn standing_dialled(&self, digits: &[u8]) -> Standing {
        let standing = self.standing(digits);
        if standing == Standing::Assigned {
            return standing;
        }
        match self.after_trunk(digits).map(|national| self.standing(national)) {
            Some(Standing::Assigned) => Standing::Assigned,
            _ => standing,
        }
    }

    /// What follows the trunk prefix, where these digits begin with it.
    pub(super) fn after_trunk<'d>(&self, digits: &'d [u8]) -> Option<&'d [u8]> {
        let trunk = self.trunk.as_bytes();
        let (head, rest) = digits.split_at_checked(trunk.len())?;
        let same = head.iter().zip(trunk).all(|(digit, letter)| digit + b'0' == *letter);
        (same && !trunk.is_empty()).then_some(rest)
    }
}

fn value(letter: u8) -> usize {
    let skipped = u8::from(letter > b'"') + u8::from(letter > b'\\');
    usize::from(letter - FIRST_LETTER - skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn a_country_code_is_one_that_is_in_use() {
        let code = |text| Plan::leading(&digits(text)).map(|(plan, length)| (plan.code, length));
        assert_eq!(code("34612345678"), Some((34, 2)));
        assert_eq!(code("16174858245"), Some((1, 1)));
        assert_eq!(code("351912345678"), Some((351, 3)));
        assert_eq!(code("80012345678"), Some((800, 3)));
        for none in ["999123456", "0", "034612345678", "", "21"] {
            assert_eq!(code(none), None, "{none}");
        }
    }

    #[test]
    fn a_plan_tells_assigned_from_possible_numbers() {
        let standing = |code, text| Plan::of(code).standing_dialled(&digits(text));
        for (code, number) in [
            (34, "612345678"),
            (34, "912345678"),
            (34, "800123456"),
            (1, "6174858245"),
            (1, "8005550199"),
            (44, "2079460958"),
            (44, "02079460958"),
            (44, "7700900123"),
            (33, "612345678"),
            (49, "3012345678"),
            (49, "15112345678"),
            (39, "0612345678"),
            (39, "3471234567"),
            (351, "912345678"),
            (52, "5512345678"),
            (52, "15512345678"),
            (55, "11912345678"),
            (54, "91123456789"),
            (36, "06301234567"),
        ] {
            assert_eq!(standing(code, number), Standing::Assigned, "+{code} {number}");
        }
        for (code, number) in
            [(34, "212345678"), (1, "1174858245"), (1, "6171858245"), (44, "0000000000")]
        {
            assert_eq!(standing(code, number), Standing::Possible, "+{code} {number}");
        }
        for (code, number) in [(34, "61234567"), (34, "6123456789"), (1, "617485"), (34, "")] {
            assert_eq!(standing(code, number), Standing::No, "+{code} {number}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_its_runs_are_whole() {
        assert!(PLANS.is_sorted_by(|a, b| a.code < b.code));
        for plan in &PLANS {
            assert_eq!(plan.runs.len() % 2, 0, "{}", plan.code);
            assert!(plan.runs.bytes().step_by(2).all(|letter| value(letter) < LENGTHS.len()));
        }
    }
}
