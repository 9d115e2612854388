//! In which order upstreams are asked: the well before the unwell, then by priority, then by chance in proportion to their
//! weights. Pure; chance is handed in.

/// What decides about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Lower ones first.
    pub(crate) priority: u32,
    /// Its share among equals.
    pub(crate) weight: u32,
    /// Whether the last look at it found it unwell.
    pub(crate) unwell: bool,
}

/// The places of `candidates` in the order in which they are asked; each stands there once. `draw` hands out numbers that
/// are evenly spread over all of `u64`.
pub(crate) fn order(candidates: &[Candidate], draw: &mut dyn FnMut() -> u64) -> Vec<usize> {
    let mut places: Vec<_> = (0..candidates.len()).collect();
    let rank = |place: &usize| (candidates[*place].unwell, candidates[*place].priority);
    places.sort_by_key(rank);
    let mut rest = places.as_mut_slice();
    while let Some(first) = rest.first() {
        let first = rank(first);
        let equals = rest.iter().take_while(|place| rank(place) == first).count();
        let (group, others) = rest.split_at_mut(equals);
        shuffle(group, candidates, draw);
        rest = others;
    }
    places
}

/// Puts equals into a chance order: at each place, everybody left has a chance in proportion to the weight. Those without
/// weight come last, as they were listed.
fn shuffle(group: &mut [usize], candidates: &[Candidate], draw: &mut dyn FnMut() -> u64) {
    group.sort_by_key(|&place| candidates[place].weight == 0);
    let weight = |place: usize| u64::from(candidates[place].weight);
    for at in 0..group.len() {
        let total: u64 = group[at..].iter().map(|&place| weight(place)).sum();
        if total == 0 || group.len() - at == 1 {
            return;
        }
        // The upper half of the product is the number scaled to the total, without the bias of a remainder.
        let mut left = ((u128::from(draw()) * u128::from(total)) >> 64) as u64;
        let chosen = group[at..].iter().position(|&place| match left.checked_sub(weight(place)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        let chosen = chosen.expect("the number is below the sum of the weights");
        group[at..=at + chosen].rotate_right(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(priority: u32, weight: u32) -> Candidate {
        Candidate { priority, weight, unwell: false }
    }

    /// A sequence that is the same each time.
    fn seeded() -> impl FnMut() -> u64 {
        let mut state = 7_u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        }
    }

    #[test]
    fn ten_thousand_choices_respect_the_weights() {
        let candidates = [candidate(0, 1), candidate(0, 3), candidate(0, 6), candidate(0, 0)];
        let mut draw = seeded();
        let mut first = [0_u32; 4];
        let mut second_after_last = [0_u32; 4];
        for _ in 0..10_000 {
            let order = order(&candidates, &mut draw);
            assert_eq!(order[3], 3, "without weight, last");
            first[order[0]] += 1;
            if order[0] == 2 {
                second_after_last[order[1]] += 1;
            }
        }
        let near = |count: u32, wanted: u32| count.abs_diff(wanted) < 200;
        assert!(
            near(first[0], 1_000) && near(first[1], 3_000) && near(first[2], 6_000),
            "{first:?}"
        );
        assert!(near(second_after_last[0], first[2] / 4), "{second_after_last:?} of {first:?}");
    }

    #[test]
    fn priority_goes_before_weight_and_health_before_priority() {
        let candidates =
            [candidate(1, 100), candidate(0, 1), Candidate { unwell: true, ..candidate(0, 1000) }];
        let mut draw = seeded();
        for _ in 0..100 {
            assert_eq!(order(&candidates, &mut draw), [1, 0, 2]);
        }
    }

    #[test]
    fn the_ends_of_chance_choose_the_ends_of_the_list() {
        let candidates = [candidate(0, 1), candidate(0, u32::MAX), candidate(0, 1)];
        assert_eq!(order(&candidates, &mut || 0), [0, 1, 2]);
        assert_eq!(order(&candidates, &mut || u64::MAX), [2, 1, 0]);
        assert_eq!(order(&[], &mut || 0), [0_usize; 0]);
    }
}
