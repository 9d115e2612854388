//! A found piece of personal data.

use crate::{Kind, RuleId};

/// Where something was found, in bytes of the text, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The kind in question: the rule's own, or that of a look-alike.
    pub kind: Kind,
    /// The rule that found it.
    pub rule: RuleId,
    /// How sure the rule is, from 0 to 1.
    pub score: f32,
}

impl Span {
    /// The text it covers.
    ///
    /// # Panics
    /// When `text` is not the text it was found in.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }
}

/// Places of a text, in any order and overlapping as they like, that are asked about often.
#[derive(Debug)]
pub(crate) struct Places {
    starts: Vec<usize>,
    /// How far any of those reaches that begin no later.
    reaches: Vec<usize>,
}

impl Places {
    pub(crate) fn new(mut places: Vec<(usize, usize)>) -> Self {
        places.sort_unstable();
        let mut reach = 0;
        let reaches = places.iter().map(|(_, end)| {
            reach = reach.max(*end);
            reach
        });
        Self { reaches: reaches.collect(), starts: places.iter().map(|place| place.0).collect() }
    }

    /// Whether something lies in one of them.
    pub(crate) fn hold(&self, start: usize, end: usize) -> bool {
        let count = self.starts.partition_point(|from| *from <= start);
        count > 0 && self.reaches[count - 1] >= end
    }

    /// Whether something shares a byte with one of them.
    pub(crate) fn touch(&self, start: usize, end: usize) -> bool {
        let count = self.starts.partition_point(|from| *from < end);
        count > 0 && self.reaches[count - 1] > start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_tell_what_they_hold_and_touch() {
        let places = Places::new(vec![(10, 12), (0, 8), (2, 4)]);
        assert!(places.hold(0, 8) && places.hold(5, 7) && places.hold(10, 12));
        assert!(!places.hold(7, 11) && !places.hold(9, 10) && !places.hold(11, 13));
        assert!(places.touch(7, 9) && places.touch(11, 20) && places.touch(0, 1));
        assert!(!places.touch(8, 10) && !places.touch(12, 13));
        assert!(!Places::new(Vec::new()).touch(0, 9));
    }
}
