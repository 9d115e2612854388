//! A line of JSON as the engine reads it: the same text with its strings unescaped, so that keys stand before their values
//! as they always do, and nothing hides behind `\u0040`. What is found there is told by its place in the line itself, so
//! that all else of the line stays byte for byte what it was.

use redact::Span;
use serde::de::IgnoredAny;
use std::ops::Range;

/// Fields that are worked on: names of keys from the outside in. The elements of a list have the path of the list.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Vec<String>>);

impl Fields {
    /// Reads dotted paths; a dot that belongs to a name is written `\.`.
    pub(super) fn new(paths: &[String]) -> Self {
        let split = |path: &String| {
            let mut names = vec![String::new()];
            let mut signs = path.chars().peekable();
            while let Some(sign) = signs.next() {
                let last = names.len() - 1;
                match sign {
                    '.' => names.push(String::new()),
                    '\\' => names[last].push(signs.next_if_eq(&'.').unwrap_or(sign)),
                    _ => names[last].push(sign),
                }
            }
            names
        };
        Self(paths.iter().map(split).collect())
    }

    /// Whether a value is one of them, or lies within one; all are where none is named.
    fn have(&self, levels: &[Level]) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|names| {
                let mut keys = levels.iter().filter_map(Level::key);
                names.iter().all(|name| keys.next() == Some(name))
            })
    }
}

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The content of a string.
    Text,
    /// A number, which no placeholder can stand for.
    Number,
    /// The content of a key.
    Key,
}

/// A piece of a line where something may be found.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) place: Place,
    /// Whether it belongs to a field that is worked on.
    pub(super) wanted: bool,
    /// Where it stands in the text of the view.
    pub(super) view: Range<usize>,
    /// The JSON pointer of its value, where they were asked for.
    pub(super) path: String,
}

/// Something found in a piece.
#[derive(Debug)]
pub(super) struct Find<'v> {
    pub(super) span: Span,
    pub(super) piece: &'v Piece,
    /// What was found, unescaped.
    pub(super) original: &'v str,
}

/// A container that is open.
#[derive(Debug)]
enum Level {
    Object { key: String, awaits_key: bool },
    List { at: usize },
}

impl Level {
    fn key(&self) -> Option<&String> {
        match self {
            Self::Object { key, .. } => Some(key),
            Self::List { .. } => None,
        }
    }
}

impl Reading<'_> {
    fn piece(self, place: Place, view: Range<usize>, levels: &[Level]) -> Piece {
        let path = if self.paths { pointer(levels) } else { String::new() };
        Piece { place, wanted: self.fields.have(levels), view, path }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What the engine reads.
    pub(super) text: String,
    /// In order.
    pub(super) pieces: Vec<Piece>,
    /// Places in the view and in the line, after each escape: between them both go on alike.
    anchors: Vec<(usize, usize)>,
}

/// The column of a line, in bytes from 1, at which it is no JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) usize);

/// How a line is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'f> {
    pub(super) fields: &'f Fields,
    /// Whether pieces get their JSON pointers.
    pub(super) paths: bool,
}

impl View {
    /// Reads a line. One without anything in it has no pieces.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(super) fn read(line: &str, reading: Reading<'_>) -> Result<Self, Broken> {
        // Some programs begin a file with a mark of its encoding.
        let value = line.trim_start_matches('\u{feff}');
        let mark = line.len() - value.len();
        let value = value.trim_ascii_end();
        if !value.is_empty() {
            // What follows may then trust the structure.
            let known = serde_json::from_str::<IgnoredAny>(value);
            known.map_err(|error| Broken(mark + error.column()))?;
        }
        let mut view = Self { text: String::with_capacity(line.len()), ..Self::default() };
        let mut levels: Vec<Level> = Vec::new();
        let (bytes, mut at) = (line.as_bytes(), 0);
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => {
                    view.string(line, at, &mut levels, reading)?;
                    at = view.raw(view.text.len());
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    let signs = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    let end = at + bytes[at..].iter().take_while(signs).count();
                    let start = view.text.len();
                    let range = start..start + end - at;
                    let piece = reading.piece(Place::Number, range, &levels);
                    view.pieces.push(piece);
                    end
                }
                _ => {
                    step(*byte, &mut levels);
                    // Structure is ASCII; a mark of the encoding is not.
                    (at + 1..=line.len())
                        .find(|end| line.is_char_boundary(*end))
                        .unwrap_or(line.len())
                }
            };
            view.text.push_str(&line[at..end]);
            at = end;
        }
        Ok(view)
    }

    /// Reads the string that begins at `quote`.
    fn string(
        &mut self,
        line: &str,
        quote: usize,
        levels: &mut [Level],
        reading: Reading<'_>,
    ) -> Result<(), Broken> {
        self.text.push('"');
        let (start, bytes) = (self.text.len(), line.as_bytes());
        let mut at = quote + 1;
        loop {
            let next = memchr::memchr2(b'"', b'\\', &bytes[at..]).ok_or(Broken(line.len()))?;
            self.text.push_str(&line[at..at + next]);
            at += next;
            if bytes[at] == b'"' {
                break;
            }
            let (sign, length) = unescaped(&line[at..]).ok_or(Broken(at + 1))?;
            self.text.push(sign);
            at += length;
            self.anchors.push((self.text.len(), at));
        }
        let view = start..self.text.len();
        let place = match levels.last_mut() {
            Some(Level::Object { key, awaits_key }) if *awaits_key => {
                *awaits_key = false;
                key.clear();
                key.push_str(&self.text[view.clone()]);
                Place::Key
            }
            _ => Place::Text,
        };
        self.pieces.push(reading.piece(place, view, levels));
        self.text.push('"');
        Ok(())
    }

    /// The place in the line of a place in the view.
    pub(super) fn raw(&self, view: usize) -> usize {
        let next = self.anchors.partition_point(|(anchor, _)| *anchor <= view);
        let (anchor, raw) = next.checked_sub(1).map_or((0, 0), |at| self.anchors[at]);
        raw + view - anchor
    }

    /// What `spans` hide in the pieces: a span that goes beyond one is cut, so that no structure is ever touched and
    /// nothing that was found stays in the open.
    pub(super) fn finds(&self, spans: &[Span]) -> Vec<Find<'_>> {
        let mut finds = Vec::with_capacity(spans.len());
        for span in spans {
            let first = self.pieces.partition_point(|piece| piece.view.end <= span.start);
            let within =
                self.pieces[first..].iter().take_while(|piece| piece.view.start < span.end);
            for piece in within.filter(|piece| !piece.view.is_empty()) {
                let (start, end) = (span.start.max(piece.view.start), span.end.min(piece.view.end));
                let span = Span { start, end, ..*span };
                finds.push(Find { span, piece, original: &self.text[start..end] });
            }
        }
        finds
    }
}

/// Notes what a sign of structure does.
fn step(sign: u8, levels: &mut Vec<Level>) {
    match (sign, levels.last_mut()) {
        (b'{', _) => levels.push(Level::Object { key: String::new(), awaits_key: true }),
        (b'[', _) => levels.push(Level::List { at: 0 }),
        (b'}' | b']', _) => drop(levels.pop()),
        (b',', Some(Level::Object { awaits_key, .. })) => *awaits_key = true,
        (b',', Some(Level::List { at })) => *at += 1,
        _ => {}
    }
}

/// The JSON pointer of the value that is read within these.
fn pointer(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        path.push('/');
        match level {
            Level::Object { key, .. } => path.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Level::List { at } => path.push_str(&at.to_string()),
        }
    }
    path
}

/// What the escape at the beginning stands for, and its length; none where that is half a character.
fn unescaped(escape: &str) -> Option<(char, usize)> {
    let unit = |from: usize| u32::from_str_radix(escape.get(from..from + 4)?, 16).ok();
    let short = match escape.as_bytes().get(1)? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let first = unit(2)?;
            if let Some(sign) = char::from_u32(first) {
                return Some((sign, 6));
            }
            let second = escape.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8))?;
            let pair = [first as u16, second as u16];
            return char::decode_utf16(pair).next()?.ok().map(|sign| (sign, 12));
        }
        sign => char::from(*sign),
    };
    Some((short, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use redact::{Engine, Options};

    fn reading(fields: &Fields) -> Reading<'_> {
        Reading { fields, paths: true }
    }

    fn pieces(line: &str, fields: &[&str]) -> Vec<(Place, String, String)> {
        let fields = Fields::new(&fields.iter().map(ToString::to_string).collect::<Vec<_>>());
        let view = View::read(line, reading(&fields)).unwrap();
        let wanted = view.pieces.iter().filter(|piece| piece.wanted);
        wanted
            .map(|piece| {
                (piece.place, piece.path.clone(), view.text[piece.view.clone()].to_owned())
            })
            .collect()
    }

    #[test]
    fn strings_numbers_and_keys_have_their_paths() {
        let line = r#" {"a": ["x", -1.5e3, {"b/c~": "\u00e9\n"}], "": null, "d": true}"#;
        let piece = |place, path: &str, text: &str| (place, path.to_owned(), text.to_owned());
        assert_eq!(
            pieces(line, &[]),
            [
                piece(Place::Key, "/a", "a"),
                piece(Place::Text, "/a/0", "x"),
                piece(Place::Number, "/a/1", "-1.5e3"),
                piece(Place::Key, "/a/2/b~1c~0", "b/c~"),
                piece(Place::Text, "/a/2/b~1c~0", "é\n"),
                piece(Place::Key, "/", ""),
                piece(Place::Key, "/d", "d"),
            ]
        );
        assert_eq!(pieces("\"x\"", &[]), [piece(Place::Text, "", "x")]);
        assert_eq!(pieces(" \r\n", &[]), []);
    }

    #[test]
    fn fields_are_named_from_the_outside_in() {
        let line =
            r#"{"user":{"mail":"1","id":"2"},"to":[{"mail":"3"},["4"]],"a.b":"5","mail":"6"}"#;
        let texts = |fields: &[&str]| {
            let texts =
                pieces(line, fields).into_iter().filter(|(place, ..)| *place == Place::Text);
            texts.map(|(.., text)| text).collect::<String>()
        };
        assert_eq!(texts(&["user.mail"]), "1");
        assert_eq!(texts(&["user", "mail"]), "126");
        assert_eq!(texts(&["to"]), "34");
        assert_eq!(texts(&["to.mail"]), "3");
        assert_eq!(texts(&[r"a\.b"]), "5");
        assert_eq!(texts(&["a.b", "user.mail.x", "use"]), "");
    }

    #[test]
    fn what_is_no_json_is_told_by_its_column() {
        for (line, column) in [
            ("{\"a\":1", 6),
            ("{\"a\" 1}", 6),
            ("\"\\ud800 x\"", 2),
            ("\"\\udc00\"", 2),
            ("1 2", 3),
            ("x", 1),
            ("{\"a\":\n", 5),
        ] {
            let fields = Fields::default();
            assert_eq!(View::read(line, reading(&fields)).unwrap_err(), Broken(column), "{line}");
        }
    }

    #[test]
    fn a_find_is_placed_in_the_line_whatever_is_escaped() {
        let engine = Engine::builtin(&Options::default());
        let escaped: String =
            "ana@example.org".chars().map(|sign| format!("\\u{:04x}", sign as u32)).collect();
        for (line, hidden) in [
            (r#"{"iban":"ES9121000418450200051332"}"#.to_owned(), r##"{"iban":"#"}"##),
            (
                r#"{ "SSN" : "219099998" , "x": 219099998 }"#.to_owned(),
                r##"{ "SSN" : "#" , "x": 219099998 }"##,
            ),
            (
                format!(r#"["\u00f1\ud83d\ude00 {escaped}\n", "\"b@example.org\""]"#),
                r##"["\u00f1\ud83d\ude00 #\n", "\"#\""]"##,
            ),
            (
                r#"{"a@example.org":"\/\\c@example.org\\"}"#.to_owned(),
                r##"{"a@example.org":"\/\\#\\"}"##,
            ),
        ] {
            let fields = Fields::default();
            let view = View::read(&line, reading(&fields)).unwrap();
            let (mut made, mut from) = (String::new(), 0);
            for find in view.finds(&engine.find(&view.text)) {
                if find.piece.place == Place::Text {
                    made.push_str(&line[from..view.raw(find.span.start)]);
                    made.push('#');
                    from = view.raw(find.span.end);
                }
            }
            made.push_str(&line[from..]);
            assert_eq!(made, hidden, "{}", view.text);
        }
    }

    #[test]
    fn a_span_that_goes_beyond_a_string_is_cut() {
        let fields = Fields::default();
        let view = View::read(r#"{"a":"one","b":"two"}"#, reading(&fields)).unwrap();
        let engine = Engine::builtin(&Options::default());
        let (rule, _) = engine.rules().next().unwrap();
        let span = Span { start: 7, end: 18, kind: redact::Kind::Email, rule, score: 1.0 };
        let finds = view.finds(&[span]);
        let found: Vec<_> = finds.iter().map(|find| (find.piece.place, find.original)).collect();
        assert_eq!(found, [(Place::Text, "ne"), (Place::Key, "b"), (Place::Text, "tw")]);
    }
}
