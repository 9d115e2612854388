//! Writes originals as the content of a JSON string.

use zeroize::Zeroizing;

/// Writes `text`, escaped that many times: a JSON text may stand in a string of another.
pub(super) fn put(text: &str, times: u8, out: &mut Vec<u8>) {
    if times == 0 {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    // Large enough that it never grows: growing would leave copies of the original behind.
    let mut inner = Zeroizing::new(Vec::with_capacity(text.len() * 6_usize.pow(times.into())));
    inner.extend_from_slice(text.as_bytes());
    for _ in 1..times {
        let mut escaped = Zeroizing::new(Vec::with_capacity(inner.capacity()));
        escape(&inner, &mut escaped);
        inner = escaped;
    }
    escape(&inner, out);
}

fn escape(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        let short = match byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => {
                let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
                out.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    digit(byte >> 4),
                    digit(byte & 15),
                ]);
                continue;
            }
            _ => {
                out.push(*byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_is_escaped_as_often_as_it_is_nested() {
        let put = |times| {
            let mut out = Vec::new();
            put("a\"b\\c\n\u{1}ñ", times, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(put(0), "a\"b\\c\n\u{1}ñ");
        assert_eq!(put(1), r#"a\"b\\c\n\u0001ñ"#);
        assert_eq!(put(2), r#"a\\\"b\\\\c\\n\\u0001ñ"#);
    }
}
