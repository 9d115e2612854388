//! Reads environment files in the grammar that Docker Compose gives them.
//!
//! `KEY=value`, `KEY: value`, `export KEY=value`, a bare `KEY` that is inherited; single quotes are literal, double
//! quotes take escapes and `${...}`, both may span lines; without quotes ` #` starts a comment and `${...}` is replaced.
//! Every fault is reported, by line; a value is never quoted, because it may be a secret.

use std::collections::BTreeMap;
use std::fmt;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Reads the text of an environment file. `outer` gives the variables that stand around it: they serve a bare `KEY`,
/// and in `${...}` they win over what the file itself says, as with Compose.
///
/// # Errors
/// Every line that cannot be read.
pub fn parse(
    text: &str,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, Vec<LineFault>> {
    let mut reader = Reader { rest: text, line: 1, found: BTreeMap::new(), outer };
    let mut faults = Vec::new();
    while reader.skip_to_statement() {
        let line = reader.line;
        if let Err(what) = reader.statement() {
            faults.push(LineFault { line, what });
            reader.skip_line();
        }
    }
    if faults.is_empty() { Ok(reader.found) } else { Err(faults) }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    found: BTreeMap<String, String>,
    outer: &'a dyn Fn(&str) -> Option<String>,
}

fn is_blank(c: char) -> bool {
    c != '\n' && c.is_whitespace()
}

impl<'a> Reader<'a> {
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.advance(end);
    }

    /// Passes over empty lines and comments; false at the end.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let blank = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
            self.advance(blank);
            match self.rest.chars().next() {
                None => return false,
                Some('#') => self.skip_line(),
                Some(_) => return true,
            }
        }
    }

    fn statement(&mut self) -> Result<(), String> {
        if let Some(rest) =
            self.rest.strip_prefix("export").filter(|rest| rest.starts_with(is_blank))
        {
            self.rest = rest.trim_start_matches(is_blank);
        }
        let end = self.rest.find(['=', ':', '\n']).unwrap_or(self.rest.len());
        let name = self.rest[..end].trim_end();
        let stray = |c: char| !(c.is_alphanumeric() || "_.-[]".contains(c));
        match name.find(stray) {
            Some(at) if name[at..].starts_with(is_blank) => {
                return Err("a variable's name cannot contain a space".to_owned());
            }
            Some(_) => return Err("not of the form KEY=value".to_owned()),
            None if name.is_empty() => return Err("the variable's name is missing".to_owned()),
            None => {}
        }
        let inherited = !self.rest[end..].starts_with(['=', ':']);
        self.advance(if inherited { end } else { end + 1 });
        if inherited {
            if let Some(value) = (self.outer)(name) {
                self.found.insert(name.to_owned(), value);
            }
            return Ok(());
        }
        self.rest = self.rest.trim_start_matches(is_blank);
        let value = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => self.plain(),
        };
        // Compose drops names that start with a digit, since no shell could set them.
        match value {
            Ok(_) if name.starts_with(|c: char| c.is_ascii_digit()) => {}
            Ok(value) => drop(self.found.insert(name.to_owned(), value)),
            Err(why) => return Err(format!("{name}: {why}")),
        }
        Ok(())
    }

    fn plain(&mut self) -> Result<String, String> {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = self.advance(end);
        let value = line.split_once(" #").map_or(line, |(value, _)| value);
        self.expand(value.trim_end())
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut value = String::new();
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            if c == quote && !escaped {
                self.advance(at + 1);
                return if quote == '"' { self.expand(&unescape(&value)) } else { Ok(value) };
            }
            if escaped && c != quote {
                value.push('\\');
            }
            escaped = c == '\\' && !escaped;
            if !escaped {
                value.push(c);
            }
        }
        Err(format!("the closing {quote} is missing"))
    }

    fn expand(&self, template: &str) -> Result<String, String> {
        expand(template, &|name| (self.outer)(name).or_else(|| self.found.get(name).cloned()))
    }
}

/// Replaces the escapes that double quotes take; `\$` becomes `$$`, which [`expand`] makes a dollar.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let plain = match after.as_bytes().first() {
            Some(b'a') => "\x07",
            Some(b'b') => "\x08",
            Some(b'f') => "\x0c",
            Some(b'n') => "\n",
            Some(b'r') => "\r",
            Some(b't') => "\t",
            Some(b'v') => "\x0b",
            Some(b'$') => "$$",
            Some(b'"') => "\"",
            Some(b'\\') => "\\",
            Some(b'0') => {
                let digits = after[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
                match u8::from_str_radix(&after[1..=digits], 8) {
                    Ok(byte) if digits == 3 => out.push(char::from(byte)),
                    _ => out.push_str(&rest[at..at + 2 + digits]),
                }
                rest = &after[1 + digits..];
                continue;
            }
            _ => {
                out.push('\\');
                rest = after;
                continue;
            }
        };
        out.push_str(plain);
        rest = &after[1..];
    }
    out + rest
}

/// Replaces `$NAME`, `${NAME}` and the forms with `-`, `:-`, `+`, `:+`, `?`, `:?`; `$$` is a dollar.
fn expand(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(more) = after.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if let Some(inner) = after.strip_prefix('{') {
            let end = closing_brace(inner).ok_or("a `${` is never closed")?;
            out.push_str(&braced(&inner[..end], lookup)?);
            rest = &inner[end + 1..];
        } else {
            let end = name_length(after);
            if end == 0 {
                return Err("a lone `$`: write `$$` for a dollar".to_owned());
            }
            out.push_str(&lookup(&after[..end]).unwrap_or_default());
            rest = &after[end..];
        }
    }
    Ok(out + rest)
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Finds the brace that closes a `${` whose inside starts at `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 && bytes[at - 1] == b'$' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn braced(inner: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (name, form) = inner.split_at(name_length(inner));
    if name.is_empty() {
        return Err("a `${` is not followed by a name".to_owned());
    }
    let (empty_counts, form) = match form.strip_prefix(':') {
        Some(form) => (false, form),
        None => (true, form),
    };
    let value = lookup(name).filter(|value| empty_counts || !value.is_empty());
    let mut chars = form.chars();
    let sign = chars.next();
    let operand = chars.as_str();
    match (sign, value) {
        (None, value) if empty_counts => Ok(value.unwrap_or_default()),
        (Some('-' | '?'), Some(value)) => Ok(value),
        (Some('-'), None) | (Some('+'), Some(_)) => expand(operand, lookup),
        (Some('+'), None) => Ok(String::new()),
        (Some('?'), None) => Err(format!("the required variable `{name}` is missing: {operand}")),
        _ => Err(format!("`${{{name}` is followed by something that is no operator")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> BTreeMap<String, String> {
        parse(text, &|name| (name == "OUTER").then(|| "outside".to_owned())).expect("readable")
    }

    fn value(text: &str) -> String {
        read(&format!("K={text}\n")).remove("K").expect("K is set")
    }

    #[test]
    fn an_inline_comment_ends_a_plain_value() {
        assert_eq!(value("35           # Set to 0 if no GPU"), "35");
        assert_eq!(value("a#b # c"), "a#b");
        assert_eq!(value("\"a # b\" # c"), "a # b");
        assert_eq!(value("'a # b'"), "a # b");
        assert_eq!(value(""), "");
        assert_eq!(value("  spaced out  "), "spaced out");
    }

    #[test]
    fn names_have_several_forms() {
        let found = read("# top\n\nexport A=1\nB: 2\n  C = 3\nOUTER\nMISSING\nD='x\ny'\nE=4");
        let pairs: Vec<_> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["A=1", "B=2", "C=3", "D=x\ny", "E=4", "OUTER=outside"]);
        assert_eq!(
            read("1A=x\r\nB=y\r\n").into_iter().collect::<Vec<_>>(),
            [("B".into(), "y".into())]
        );
    }

    #[test]
    fn quotes_decide_what_is_replaced() {
        assert_eq!(value(r"'${OUTER} \n \' x'"), r"${OUTER} \n ' x");
        assert_eq!(value(r#""${OUTER}\n\t\$x \" \0101 \q""#), "outside\n\t$x \" A \\q");
        assert_eq!(value("$OUTER-$$5"), "outside-$5");
    }

    #[test]
    fn replacement_knows_every_form() {
        let cases = [
            ("${OUTER:-x}", "outside"),
            ("${NONE:-x}", "x"),
            ("${NONE-x}", "x"),
            ("${NONE:-${OUTER}}", "outside"),
            ("${OUTER:+y}", "y"),
            ("${NONE+y}", ""),
            ("${OUTER?no}", "outside"),
            ("${NONE}", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(value(template), expected, "{template}");
        }
        assert_eq!(read("A=1\nB=${A}2").get("B").map(String::as_str), Some("12"));
    }

    #[test]
    fn every_fault_has_its_line_and_no_value() {
        let text = "A=1\nB C=hidden\n=hidden\nD=\"hidden\nE=${NONE:?say it}\n";
        let faults = parse(text, &|_| None).expect_err("faults");
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "line 2: a variable's name cannot contain a space",
                "line 3: the variable's name is missing",
                "line 4: D: the closing \" is missing",
                "line 5: E: the required variable `NONE` is missing: say it",
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
            let _ = parse(&text, &|_| None);
        }

        #[test]
        fn a_single_quoted_value_comes_back(raw in "[^'\\\\]{0,40}") {
            prop_assert_eq!(value(&format!("'{raw}'")), raw);
        }
    }
}
