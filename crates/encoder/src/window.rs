//! Cuts a row of tokens into windows that overlap, and says which tokens of each window count: those that stand farther
//! from its edges than from those of any other window. Every token counts once.

use std::ops::Range;

/// One stretch of tokens that goes through the model at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// The tokens it covers.
    pub tokens: Range<usize>,
    /// Those of them whose answers count.
    pub kept: Range<usize>,
}

/// Windows of at most `size` tokens, each `stride` after the one before; the last ends with the text.
pub(crate) fn windows(count: usize, size: usize, stride: usize) -> Vec<Window> {
    assert!(0 < stride && stride <= size, "a window of {size} cannot move on by {stride}");
    let mut found: Vec<Window> = Vec::with_capacity(count / stride + 1);
    let mut start = 0;
    while found.last().is_none_or(|last| last.tokens.end < count) {
        let tokens = if start + size < count {
            start..start + size
        } else {
            count.saturating_sub(size)..count
        };
        let mut kept = tokens.clone();
        if let Some(before) = found.last_mut() {
            kept.start = (tokens.start + before.tokens.end) / 2;
            before.kept.end = kept.start;
        }
        found.push(Window { tokens, kept });
        if count == 0 {
            break;
        }
        start += stride;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How far the token stands from where the window cuts the text; the text's own ends cut nothing.
    fn distance(window: &Window, at: usize, count: usize) -> usize {
        let before = if window.tokens.start == 0 { usize::MAX } else { at - window.tokens.start };
        let after =
            if window.tokens.end == count { usize::MAX } else { window.tokens.end - 1 - at };
        before.min(after)
    }

    proptest! {
        #[test]
        fn every_token_counts_once_where_it_is_farthest_from_an_edge(
            count in 0_usize..400, size in 1_usize..40, stride in 1_usize..40
        ) {
            let stride = stride.min(size);
            let found = windows(count, size, stride);
            let kept: Vec<usize> = found.iter().flat_map(|window| window.kept.clone()).collect();
            prop_assert_eq!(kept, (0..count).collect::<Vec<_>>());
            for window in &found {
                prop_assert!(window.tokens.len() <= size);
                for at in window.kept.clone() {
                    let best = found.iter().filter(|other| other.tokens.contains(&at));
                    let best = best.map(|other| distance(other, at, count)).max().unwrap();
                    // Between two windows the middle may fall on either side.
                    prop_assert!(distance(window, at, count).saturating_add(1) >= best);
                }
            }
        }

        #[test]
        fn the_number_of_windows_grows_no_faster_than_the_text(
            count in 1_usize..100_000, size in 8_usize..600
        ) {
            let stride = size / 2;
            prop_assert!(windows(count, size, stride).len() <= count / stride + 2);
        }
    }

    #[test]
    fn a_text_that_fits_is_one_window() {
        assert_eq!(windows(10, 10, 3), [Window { tokens: 0..10, kept: 0..10 }]);
        assert_eq!(windows(0, 10, 3), [Window { tokens: 0..0, kept: 0..0 }]);
    }
}
