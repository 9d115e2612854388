//! How people of a region group the digits of a national number, and how much such a grouping says by itself.

use super::code::{Plan, Standing};
use super::groups::{Group, Groups, packed};

/// A region whose national numbers are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub(super) plan: &'static Plan,
    pub(super) forms: &'static [Form],
    /// A bit for the hash of the lengths of each form.
    lengths: u64,
}

/// Regions that know the same numbers are the same, whatever they are called.
impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.plan, other.plan) && std::ptr::eq(self.forms, other.forms)
    }
}

impl Eq for Region {}

/// One grouping.
#[derive(Debug)]
pub(super) struct Form {
    /// How many digits each group has; for a last group with a free length, the least.
    lengths: &'static [usize],
    /// Which group stands in brackets, counted from one; none if zero.
    bracket: usize,
    /// The separators between the groups, one string for each usage; `_` where there is only a bracket.
    gaps: &'static [&'static str],
    /// How many digits more than said the last group may have.
    more: usize,
    /// What the digits, trunk prefix included, begin with: one of these pairs of first and last.
    heads: &'static [(u16, u16)],
    score: f32,
}

impl Form {
    const fn new(lengths: &'static [usize], gaps: &'static [&'static str], score: f32) -> Self {
        Self { lengths, bracket: 0, gaps, more: 0, heads: &[], score }
    }

    const fn bracket(self, group: usize) -> Self {
        Self { bracket: group, ..self }
    }

    const fn more(self, digits: usize) -> Self {
        Self { more: digits, ..self }
    }

    /// The first two digits are in one of these ranges.
    const fn heads(self, heads: &'static [(u16, u16)]) -> Self {
        Self { heads, ..self }
    }

    /// The lengths as [`Group::lengths`] has them, where the last group is so much longer than the least.
    const fn packed(&self, longer: usize) -> u64 {
        let (mut all, mut at) = (0, 0);
        while at < self.lengths.len() {
            all |= packed(self.lengths[at], at);
            at += 1;
        }
        all + packed(longer, at - 1)
    }

    /// Whether the first `count` groups are of this form.
    fn fits(&self, groups: &Groups, count: usize) -> bool {
        let groups = &groups.all()[..count];
        let last = self.lengths.len() - 1;
        count == self.lengths.len()
            && groups.iter().zip(self.lengths).enumerate().all(|(at, (group, &length))| {
                let most = if at == last { length + self.more } else { length };
                (length..=most).contains(&group.length)
                    && group.bracketed == (at + 1 == self.bracket)
            })
            && self
                .gaps
                .iter()
                .any(|gaps| groups[1..].iter().map(|group| group.gap).eq(gaps.bytes()))
    }

    fn begins(&self, digits: &[u8]) -> bool {
        let head = digits[..2].iter().fold(0, |n, &digit| n * 10 + u16::from(digit));
        self.heads.is_empty() || self.heads.iter().any(|&(low, high)| (low..=high).contains(&head))
    }
}

/// A bit for the hash of the lengths of each form of the usual regions: most groups are of none, and end here.
static USUAL_LENGTHS: [u64; PLACES / 64] = usual_lengths();

const PLACES: usize = 4096;

const fn usual_lengths() -> [u64; PLACES / 64] {
    let mut bits = [0; PLACES / 64];
    let mut region = 0;
    while region < Region::USUAL.len() {
        let forms = Region::USUAL[region].forms;
        let mut form = 0;
        while form < forms.len() {
            let mut longer = 0;
            while longer <= forms[form].more {
                let place = place(forms[form].packed(longer));
                bits[place / 64] |= 1 << (place % 64);
                longer += 1;
            }
            form += 1;
        }
        region += 1;
    }
    bits
}

const fn place(lengths: u64) -> usize {
    (lengths.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize
}

/// A place among 64.
const fn few(place: usize) -> usize {
    place / (PLACES / 64)
}

/// Whether some form of a usual region may end with this group: no other region has forms.
pub(super) fn may_end(group: &Group) -> bool {
    let place = place(group.lengths);
    USUAL_LENGTHS[place / 64] >> (place % 64) & 1 == 1
}

impl Region {
    /// Those looked for where nobody has said which. Canada's plan and forms are those of the United States.
    pub(crate) const USUAL: [Self; 9] = [
        Self::of(34, SPAIN),
        Self::of(1, NORTH_AMERICA),
        Self::of(44, BRITAIN),
        Self::of(33, FRANCE),
        Self::of(49, GERMANY),
        Self::of(351, PORTUGAL),
        Self::of(39, ITALY),
        Self::of(52, MEXICO),
        Self::of(55, BRAZIL),
    ];

    const fn of(code: u16, forms: &'static [Form]) -> Self {
        let (mut lengths, mut at) = (0, 0);
        while at < forms.len() {
            let mut longer = 0;
            while longer <= forms[at].more {
                lengths |= 1 << few(place(forms[at].packed(longer)));
                longer += 1;
            }
            at += 1;
        }
        Self { plan: Plan::of(code), forms, lengths }
    }

    /// The region of a two-letter name. One whose usual groups are not known here is found after a cue only.
    pub fn parse(name: &str) -> Option<Self> {
        let named = |plan: &&Plan| {
            plan.regions.as_bytes().chunks_exact(2).any(|region| region == name.as_bytes())
        };
        let plan = super::plan::PLANS.iter().find(named)?;
        let usual = Self::USUAL.into_iter().find(|region| region.plan.code == plan.code);
        Some(usual.unwrap_or(Self { plan, forms: &[], lengths: 0 }))
    }

    /// Whether numbers are the same in both.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.plan.code == other.plan.code
    }

    /// How much the grouping of the first `count` groups says, if they are a number of this region.
    pub(super) fn score(&self, groups: &Groups, count: usize) -> Option<f32> {
        let last = groups.all()[..count].last()?;
        if self.lengths >> few(place(last.lengths)) & 1 == 0 {
            return None;
        }
        let digits = groups.digits_to(last);
        let fitting = |form: &&Form| form.fits(groups, count) && form.begins(digits);
        let form = self.forms.iter().find(fitting)?;
        self.assigns(digits).then_some(form.score)
    }

    /// Whether these digits, as they are dialled inside the region, are an assigned number.
    pub(super) fn assigns(&self, digits: &[u8]) -> bool {
        let assigned = |national: &[u8]| self.plan.standing(national) == Standing::Assigned;
        let bare = match self.plan.code {
            // Brazil and Russia leave the trunk prefix away as often as not, North America nearly always.
            1 | 7 | 55 => assigned(digits),
            // The machines (51) and the data lines (400) have numbers that nobody calls.
            34 => matches!(digits, [6..=9, ..]) && assigned(digits),
            _ => self.plan.trunk.is_empty() && assigned(digits),
        };
        bare || self.plan.after_trunk(digits).is_some_and(assigned)
    }
}

// Scores from 0.5 on stand by themselves; those below need a word nearby.

const SPAIN: &[Form] = &[
    Form::new(&[3, 3, 3], &["  ", "--"], 0.65),
    Form::new(&[3, 2, 2, 2], &["   ", "---", "..."], 0.65),
    Form::new(&[2, 3, 2, 2], &["   ", "---"], 0.65),
    Form::new(&[2, 3, 4], &["  ", "--"], 0.65),
    // Also how thousands are written.
    Form::new(&[3, 3, 3], &[".."], 0.4),
    Form::new(&[3, 6], &[" ", "-"], 0.4),
    Form::new(&[2, 7], &[" ", "-"], 0.4),
];

const NORTH_AMERICA: &[Form] = &[
    Form::new(&[3, 3, 4], &[" -", "_-"], 0.8).bracket(1),
    Form::new(&[3, 3, 4], &["--"], 0.7),
    Form::new(&[3, 3, 4], &["..", "/-"], 0.65),
    Form::new(&[3, 3, 4], &["  "], 0.55),
    Form::new(&[3, 3, 4], &["  ", "--", "_ ", " .", "_.", ".."], 0.7).bracket(1),
    Form::new(&[1, 3, 3, 4], &["---", " --", "...", "   "], 0.75),
    Form::new(&[1, 3, 3, 4], &["  -", " _-", "__-", "_ -", "-_-", "- -", "---"], 0.8).bracket(2),
    Form::new(&[3, 7], &[" ", "-"], 0.45),
    Form::new(&[3, 7], &[" ", "_"], 0.6).bracket(1),
];

const BRITAIN: &[Form] = &[
    Form::new(&[5, 6], &[" ", "-"], 0.65).heads(&[(1, 1), (7, 7)]),
    Form::new(&[3, 4, 4], &["  ", "--"], 0.65).heads(&[(2, 2), (5, 5)]),
    Form::new(&[4, 3, 4], &["  ", "--"], 0.65).heads(&[(1, 1), (3, 3), (8, 9)]),
    Form::new(&[5, 3, 3], &["  ", "--"], 0.65).heads(&[(1, 1), (7, 7)]),
    Form::new(&[4, 3, 3], &["  ", "--"], 0.6).heads(&[(8, 8)]),
    Form::new(&[4, 6], &[" "], 0.55).heads(&[(8, 8)]),
    Form::new(&[5, 5], &[" "], 0.45).heads(&[(1, 1)]),
    Form::new(&[3, 8], &[" "], 0.45).heads(&[(2, 2)]),
    Form::new(&[4, 7], &[" "], 0.45).heads(&[(1, 1), (3, 3), (8, 8)]),
    Form::new(&[5, 6], &[" ", "_"], 0.75).bracket(1).heads(&[(1, 1)]),
    Form::new(&[3, 4, 4], &["  ", "_ ", " -", "_-"], 0.75).bracket(1).heads(&[(2, 2)]),
    Form::new(&[4, 3, 4], &["  ", "_ ", " -", "_-"], 0.75).bracket(1).heads(&[(1, 1)]),
];

const FRANCE: &[Form] = &[
    Form::new(&[2, 2, 2, 2, 2], &["    ", "....", "----"], 0.7),
    Form::new(&[2, 2, 2, 2, 2], &["////"], 0.55),
    Form::new(&[4, 2, 2, 2], &["   "], 0.6).heads(&[(8, 8)]),
    Form::new(&[4, 3, 3], &["  "], 0.6).heads(&[(8, 8)]),
];

const GERMANY: &[Form] = &[
    // The brackets say more than the groups, which are free.
    Form::new(&[3, 6], &[" ", "_"], 0.6).bracket(1).more(2),
    Form::new(&[4, 5], &[" ", "_"], 0.6).bracket(1).more(3),
    Form::new(&[5, 4], &[" ", "_"], 0.6).bracket(1).more(3),
    Form::new(&[3, 6], &[" ", "-", "/"], 0.45).more(3),
    Form::new(&[4, 5], &[" ", "-", "/"], 0.45).more(4),
    Form::new(&[5, 4], &[" ", "-", "/"], 0.45).more(3),
    Form::new(&[3, 3, 3], &["  "], 0.45).more(2),
    Form::new(&[3, 4, 4], &["  "], 0.45),
    Form::new(&[4, 3, 4], &["  "], 0.45).more(1),
    Form::new(&[3, 2, 2, 2], &["   "], 0.45).more(2),
    Form::new(&[4, 2, 2, 2], &["   "], 0.45).more(2),
];

const PORTUGAL: &[Form] = &[
    Form::new(&[3, 3, 3], &["  "], 0.65).heads(&[(91, 93), (96, 96)]),
    Form::new(&[2, 3, 4], &["  "], 0.55).heads(&[(21, 22)]),
    Form::new(&[2, 3, 2, 2], &["   "], 0.55).heads(&[(21, 22)]),
    Form::new(&[3, 3, 3], &["  "], 0.45).heads(&[(21, 30), (70, 89)]),
];

const ITALY: &[Form] = &[
    Form::new(&[3, 3, 4], &["  ", "--"], 0.6).heads(&[(32, 39)]),
    Form::new(&[3, 7], &[" ", "-", "/"], 0.5).heads(&[(32, 39)]),
    Form::new(&[3, 2, 2, 3], &["   "], 0.55).heads(&[(32, 39)]),
    Form::new(&[2, 4, 4], &["  "], 0.55).heads(&[(2, 2), (6, 6)]),
    Form::new(&[2, 6], &[" ", "-", "/"], 0.45).more(2).heads(&[(2, 2), (6, 6)]),
    Form::new(&[3, 6], &[" ", "-", "/"], 0.45).more(2).heads(&[(1, 1), (3, 5), (7, 9)]),
    Form::new(&[4, 5], &[" ", "-", "/"], 0.45).more(1).heads(&[(1, 1), (3, 5), (7, 9)]),
];

const MEXICO: &[Form] = &[
    Form::new(&[2, 4, 4], &["  ", "--"], 0.6).heads(&[(33, 33), (55, 56), (81, 81)]),
    Form::new(&[2, 4, 4], &["  ", "_ ", " -", "_-"], 0.75).bracket(1).heads(&[
        (33, 33),
        (55, 56),
        (81, 81),
    ]),
    Form::new(&[3, 3, 4], &["  ", "--"], 0.55),
];

const BRAZIL: &[Form] = &[
    Form::new(&[2, 5, 4], &[" -", "_-", "  "], 0.8).bracket(1),
    Form::new(&[2, 4, 4], &[" -", "_-", "  "], 0.75).bracket(1),
    Form::new(&[3, 5, 4], &[" -", "_-", "  "], 0.8).bracket(1),
    Form::new(&[3, 4, 4], &[" -", "_-", "  "], 0.75).bracket(1),
    Form::new(&[2, 5, 4], &[" -"], 0.7),
    Form::new(&[2, 4, 4], &[" -"], 0.6),
    Form::new(&[2, 5, 4], &["  ", "--"], 0.5),
    Form::new(&[4, 3, 4], &["  ", "--"], 0.6).heads(&[(8, 8)]),
    Form::new(&[4, 2, 4], &["  ", "--"], 0.55).heads(&[(8, 8)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_named_by_two_capital_letters() {
        let code = |name| Region::parse(name).map(|region| region.plan.code);
        assert_eq!(code("ES"), Some(34));
        assert_eq!(
            (code("US"), code("CA"), code("GB"), code("NL")),
            (Some(1), Some(1), Some(44), Some(31))
        );
        for none in ["es", "", "E", "ESP", "XX", "SA GA", "GA\u{0}"] {
            assert_eq!(code(none), None, "{none}");
        }
    }

    #[test]
    fn every_form_has_a_separator_between_any_two_groups() {
        for form in Region::USUAL.iter().flat_map(|region| region.forms) {
            assert!(form.gaps.iter().all(|gaps| gaps.len() + 1 == form.lengths.len()), "{form:?}");
            assert!(form.bracket <= form.lengths.len() && form.score < 0.85, "{form:?}");
        }
    }
}
