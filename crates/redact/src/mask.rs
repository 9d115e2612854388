//! Hides most of a piece of text behind a sign, and keeps a few characters at its ends, as on a receipt.

/// Puts `sign` in the place of every character but the first `keep_first` and the last `keep_last`.
///
/// Characters are code points, and all are equal: spaces, dashes, dots and the `@` are hidden like the rest, because
/// where they stand tells what it is. What stays is never more than half of the text: of too many, those at the end
/// stay first. The length stays, and shows.
///
/// ```
/// assert_eq!(redact::mask("4111 1111 1111 1111", '*', 0, 4), "***************1111");
/// assert_eq!(redact::mask("secret", '*', 10, 10), "***ret");
/// ```
pub fn mask(original: &str, sign: char, keep_first: usize, keep_last: usize) -> String {
    let length = original.chars().count();
    let most = length / 2;
    let last = keep_last.min(most);
    let first = keep_first.min(most - last);
    let hidden = first..length - last;
    let one = |(at, plain): (usize, char)| if hidden.contains(&at) { sign } else { plain };
    original.chars().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay_and_the_rest_is_hidden() {
        assert_eq!(mask("ES91 2100 0418", '*', 2, 4), "ES********0418");
        assert_eq!(mask("ana@example.org", '#', 1, 0), "a##############");
        assert_eq!(mask("José Núñez", '•', 4, 0), "José••••••");
        assert_eq!(mask("", '*', 1, 1), "");
    }

    #[test]
    fn no_more_than_half_stays_however_much_is_wanted() {
        for text in ["a", "ab", "abc", "abcd", "çñé", "a longer piece of text"] {
            for first in [0, 1, 2, 5, usize::MAX] {
                for last in [0, 1, 2, 5, usize::MAX] {
                    let hidden = mask(text, '*', first, last);
                    let count = text.chars().count();
                    let stayed = hidden.chars().filter(|c| *c != '*').count();
                    assert_eq!(hidden.chars().count(), count);
                    assert!(stayed * 2 <= count, "{text} {first} {last}: {hidden}");
                }
            }
        }
    }
}
