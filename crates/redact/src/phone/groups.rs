//! Digits in groups, as people write telephone numbers, and what may stand before and after them.

/// More than any number has, trunk prefix and code included.
const DIGITS_MAX: usize = 20;
const GROUPS_MAX: usize = 10;
/// The longest extension.
const EXTENSION_MAX: usize = 7;

/// One group of digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    /// The byte after its last digit, or after the bracket that closes it.
    pub(super) end: usize,
    /// How many digits it has, and how many all have up to here.
    pub(super) length: usize,
    pub(super) total: usize,
    /// The lengths of all up to here, in six bits each.
    pub(super) lengths: u64,
    /// What stands before it: a space, `-`, `.` or `/` whatever its Unicode form, or `_` for nothing but a bracket.
    pub(super) gap: u8,
    pub(super) bracketed: bool,
}

/// What begins at one place: groups with single separators between them, one of them in brackets at most.
#[derive(Debug)]
pub(super) struct Groups {
    digits: [u8; DIGITS_MAX],
    groups: [Group; GROUPS_MAX],
    count: usize,
}

impl Groups {
    /// Reads from `at`, the first digit or the bracket before it.
    pub(super) fn read(text: &[u8], at: usize) -> Self {
        Self::read_from(text, at, false)
    }

    /// The same where a bracket may have `opened` before what stands before the first digit, as in `(+34)`.
    pub(super) fn read_from(text: &[u8], at: usize, opened: bool) -> Self {
        let mut read = Self { digits: [0; DIGITS_MAX], groups: Default::default(), count: 0 };
        let (mut next, mut gap, mut bracketed, mut total) = (at, b'_', false, 0);
        let mut lengths = 0;
        while read.count < GROUPS_MAX {
            let inherited = opened && read.count == 0;
            let bracket = text.get(next) == Some(&b'(');
            let open = bracket || inherited;
            if bracket && (bracketed || inherited) {
                break;
            }
            let start = next + usize::from(bracket);
            let mut end = start;
            while let Some(byte) = text.get(end).filter(|byte| byte.is_ascii_digit()) {
                if total == DIGITS_MAX {
                    return read;
                }
                read.digits[total] = byte - b'0';
                total += 1;
                end += 1;
            }
            let length = end - start;
            if length == 0 || open && text.get(end) != Some(&b')') {
                break;
            }
            // `(+1) (617) 485-8245`: the code's bracket is none of the number's.
            bracketed |= bracket;
            end += usize::from(open);
            lengths |= packed(length, read.count);
            read.groups[read.count] =
                Group { start, end, length, total, lengths, gap, bracketed: open };
            read.count += 1;
            let (separator, width) = separator(&text[end..]).unwrap_or((b'_', 0));
            if width == 0 && !open && text.get(end) != Some(&b'(') {
                break;
            }
            (next, gap) = (end + width, separator);
        }
        read
    }

    pub(super) fn all(&self) -> &[Group] {
        &self.groups[..self.count]
    }

    /// The digits of the groups up to and with this one.
    pub(super) fn digits_to(&self, group: &Group) -> &[u8] {
        &self.digits[..group.total]
    }

    /// Takes `(0)` out of `+44 (0)20`: the group after the country's code, if it is this and in brackets.
    pub(super) fn drop_trunk(&mut self, code: usize, trunk: &str) {
        let Some(at) = self.all().iter().position(|group| group.total == code) else { return };
        let Some(&Group { bracketed: true, length, .. }) = self.all().get(at + 1) else { return };
        let written = &self.digits[code..code + length];
        let same = written.iter().map(|digit| digit + b'0').eq(trunk.bytes());
        if written != [0] && (!same || trunk.is_empty()) {
            return;
        }
        self.digits.copy_within(code + length.., code);
        for group in &mut self.groups[at + 1..self.count] {
            group.total -= length;
        }
    }
}

/// The length of the group at `at` as a part of [`Group::lengths`].
pub(super) const fn packed(length: usize, at: usize) -> u64 {
    (length as u64) << (at * 6)
}

/// The separator that begins here, in its plain form, and how many bytes it has.
fn separator(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [byte @ (b' ' | b'-' | b'.' | b'/'), ..] => Some((*byte, 1)),
        // No-break space, narrow no-break space, hyphen, non-breaking hyphen.
        [0xc2, 0xa0, ..] => Some((b' ', 2)),
        [0xe2, 0x80, 0xaf, ..] => Some((b' ', 3)),
        [0xe2, 0x80, 0x90 | 0x91, ..] => Some((b'-', 3)),
        _ => None,
    }
}

/// The separator that ends before `at`, in its plain form, and where it begins.
pub(super) fn separator_before(text: &[u8], at: usize) -> Option<(u8, usize)> {
    (1..=at.min(3)).find_map(|width| {
        let start = at - width;
        separator(&text[start..at]).filter(|found| found.1 == width).map(|found| (found.0, start))
    })
}

/// The character that ends before `at`.
pub(super) fn before(text: &[u8], at: usize) -> Option<char> {
    let last = *text[..at].last()?;
    if last.is_ascii() {
        return Some(char::from(last));
    }
    (2..=at.min(4)).find_map(|width| {
        std::str::from_utf8(&text[at - width..at]).ok().and_then(|found| found.chars().next())
    })
}

/// The character that begins at `at`.
pub(super) fn after(text: &[u8], at: usize) -> Option<char> {
    let first = *text.get(at)?;
    if first.is_ascii() {
        return Some(char::from(first));
    }
    (2..=(text.len() - at).min(4)).find_map(|width| {
        std::str::from_utf8(&text[at..at + width]).ok().and_then(|found| found.chars().next())
    })
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether what ends at `end` ends there: no word goes on, and no `-1` or `.5` follows.
pub(super) fn ends_at(text: &[u8], end: usize) -> bool {
    let joined = separator(&text[end..]).is_some_and(|(separator, width)| {
        matches!(separator, b'-' | b'.') && text.get(end + width).is_some_and(u8::is_ascii_digit)
    });
    !joined && !after(text, end).is_some_and(is_word)
}

/// The end of the extension that follows a number's end: ` ext. 12`, `x12`, ` #12`, `;ext=12`.
pub(super) fn extension(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end + usize::from(matches!(text.get(end), Some(b',' | b';')));
    at += spaces(text, at);
    let (word, loose) = extension_word(text.get(at..)?)?;
    at += word;
    if loose {
        at += usize::from(matches!(text.get(at), Some(b'.' | b':' | b'=')));
        at += spaces(text, at);
    }
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).take(EXTENSION_MAX + 1);
    let count = digits.count();
    ((1..=EXTENSION_MAX).contains(&count) && ends_at(text, at + count)).then_some(at + count)
}

/// How many bytes of blank stand here; two at most.
fn spaces(text: &[u8], mut at: usize) -> usize {
    let start = at;
    while let Some((b' ', width)) = text.get(at..).and_then(separator)
        && at - start < 2
    {
        at += width;
    }
    at - start
}

/// The length of the word that announces an extension, and whether anything may stand between it and the digits.
fn extension_word(text: &[u8]) -> Option<(usize, bool)> {
    // The longer before what they begin with.
    const WORDS: [&str; 4] = ["extension", "extensión", "extn", "ext"];
    match text.first()? {
        b'x' | b'X' | b'#' => Some((1, false)),
        b'e' | b'E' => WORDS.iter().find_map(|word| {
            let head = text.get(..word.len())?;
            head.eq_ignore_ascii_case(word.as_bytes()).then_some((word.len(), true))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let groups = Groups::read(text.as_bytes(), 0);
        let shown = groups.all().iter().map(|group| {
            let bracket = if group.bracketed { "()" } else { "" };
            format!("{}{}{bracket}", char::from(group.gap), group.length)
        });
        shown.collect()
    }

    #[test]
    fn groups_have_single_separators_and_one_has_brackets() {
        for (text, expected) in [
            ("612 345 678", "_3 3 3"),
            ("612\u{a0}345\u{202f}678", "_3 3 3"),
            ("612\u{2011}345-678.", "_3-3-3"),
            ("(617) 485-8245", "_3() 3-4"),
            ("(617)485.8245 ", "_3()_3.4"),
            ("1(617)485 8245", "_1_3()_3 4"),
            ("1 (617) (485)", "_1 3()"),
            ("612  345", "_3"),
            ("612 - 345", "_3"),
            ("(612 345", ""),
            ("61 (612 345)", "_2"),
            ("12345678901234567890123", ""),
            ("(", ""),
            ("", ""),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn an_extension_is_announced() {
        for text in [
            "x12",
            " x12",
            " ext. 12",
            " ext 1234",
            ", ext. 7",
            " Ext: 12",
            ";ext=12",
            " #12",
            "#12",
            " extension 12",
            " extensión 12",
            " extn. 12",
        ] {
            assert_eq!(extension(text.as_bytes(), 0), Some(text.len()), "{text}");
        }
        for text in
            ["", " 12", " x", " x 12", " ext", " exit 12", "x12a", " ext 12345678", "x1.5", "xyz"]
        {
            assert_eq!(extension(text.as_bytes(), 0), None, "{text}");
        }
    }
}
