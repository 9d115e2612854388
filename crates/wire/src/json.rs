//! JSON as bytes: nothing is parsed into a tree.

/// Writes `text` as a string literal, quotes included. Only what must be escaped is.
pub(crate) fn put_literal(text: &str, out: &mut String) {
    out.push('"');
    put_escaped(text, out);
    out.push('"');
}

/// Writes `text` as the inside of a string literal.
pub(crate) fn put_escaped(text: &str, out: &mut String) {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[written..at]);
        written = at + 1;
        if short.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[written..]);
}
