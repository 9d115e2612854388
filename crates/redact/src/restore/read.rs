//! Reads a stream character by character, as far as placeholders need: ASCII, full-width brackets, and in JSON what an
//! escape stands for.

/// The bytes of `\uXXXX`.
pub(super) const ESCAPE: usize = 6;

/// Full-width brackets, as they are written between CJK characters.
pub(super) const WIDE_OPEN: char = '＜';
pub(super) const WIDE_CLOSE: char = '＞';

/// What the next bytes of the stream decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct More;

/// A place in a part of the stream.
#[derive(Clone, Copy)]
pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
    pub(super) json: bool,
    /// Whether the stream ends where the bytes do.
    pub(super) last: bool,
}

impl Reader<'_> {
    /// The next character, if the stream has one.
    pub(super) fn peek(&self) -> Result<Option<char>, More> {
        Ok(self.token()?.map(|(character, _)| character))
    }

    /// Reads the next character, if the stream has one.
    pub(super) fn next(&mut self) -> Result<Option<char>, More> {
        let token = self.token()?;
        Ok(token.map(|(character, length)| {
            self.at += length;
            character
        }))
    }

    /// Reads `wanted` if it stands here, and otherwise nothing.
    pub(super) fn take(&mut self, wanted: &str) -> Result<bool, More> {
        let mut ahead = *self;
        for character in wanted.chars() {
            if ahead.next()? != Some(character) {
                return Ok(false);
            }
        }
        *self = ahead;
        Ok(true)
    }

    fn token(&self) -> Result<Option<(char, usize)>, More> {
        match &self.bytes[self.at..] {
            [] if self.last => Ok(None),
            [] => Err(More),
            [b'\\', rest @ ..] if self.json => self.escape(rest).map(Some),
            [0xEF, 0xBC, 0x9C, ..] => Ok(Some((WIDE_OPEN, 3))),
            [0xEF, 0xBC, 0x9E, ..] => Ok(Some((WIDE_CLOSE, 3))),
            [0xEF] | [0xEF, 0xBC] if !self.last => Err(More),
            [byte, ..] => Ok(Some((single(*byte), 1))),
        }
    }

    /// What a backslash and `rest` stand for; a backslash that escapes nothing stands for itself.
    fn escape(&self, rest: &[u8]) -> Result<(char, usize), More> {
        let itself = Ok(('\\', 1));
        let simple = |character| Ok((character, 2));
        match rest {
            [] if !self.last => Err(More),
            [byte @ (b'"' | b'\\' | b'/'), ..] => simple(char::from(*byte)),
            [b'n', ..] => simple('\n'),
            [b't', ..] => simple('\t'),
            [b'r', ..] => simple('\r'),
            [b'b', ..] => simple('\u{8}'),
            [b'f', ..] => simple('\u{c}'),
            [b'u', digits @ ..] => {
                let digits = &digits[..digits.len().min(4)];
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return itself;
                }
                match digits.len() {
                    4 => Ok((unit(digits), ESCAPE)),
                    _ if self.last => itself,
                    _ => Err(More),
                }
            }
            _ => itself,
        }
    }
}

/// The character of four hexadecimal digits, where it matters which.
fn unit(digits: &[u8]) -> char {
    let value = digits
        .iter()
        .filter_map(|digit| char::from(*digit).to_digit(16))
        .fold(0, |value, digit| value * 16 + digit);
    match char::from_u32(value) {
        Some(character @ ('\0'..='\x7f' | WIDE_OPEN | WIDE_CLOSE)) => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The character of a byte by itself. It does not matter which one it is of those that take several.
pub(super) fn single(byte: u8) -> char {
    if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER }
}

/// Whether an identifier could go on with it. Letters beyond ASCII end it: in many languages an ending or a particle
/// follows a placeholder without a space.
pub(super) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
