//! What a colon betrays: web addresses, logins in them, IPv6; and names with values, which `key` looks at.

use super::{Scan, Scanner, is_word};
use std::net::Ipv6Addr;

/// The longest address that is looked at whole.
const URL_MAX: usize = 2048;

/// The longest scheme: `mongodb+srv`, `coap+tcp`.
const SCHEME_MAX: usize = 16;

/// The longest IPv6 address, with an IPv4 address as its end.
const IP6_MAX: usize = 45;

impl Scan<'_, '_> {
    /// Looks at what is around the `:` at `at`, and gives where to go on.
    pub(super) fn colon(&mut self, at: usize) -> usize {
        if self.bytes[at + 1..].starts_with(b"//") {
            self.url(at);
            return at + 3;
        }
        if let Some(end) = self.ip6(at) {
            return end;
        }
        self.secrets_around(at);
        self.value(at)
    }

    fn url(&mut self, colon: usize) {
        let scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length =
            self.bytes[..colon].iter().rev().take(SCHEME_MAX + 1).take_while(scheme).count();
        let start = colon - length;
        let from = colon + 3;
        if !(2..=SCHEME_MAX).contains(&length) || !self.bytes[start].is_ascii_alphabetic() {
            return;
        }
        let end = self.url_end(from);
        let host_end =
            from + self.bytes[from..end].iter().take_while(|byte| !b"/?#".contains(byte)).count();
        let authority = &self.bytes[from..host_end];
        let login = authority.iter().rposition(|byte| *byte == b'@');
        let (user, host) = match login {
            Some(at) => (&authority[..at], &authority[at + 1..]),
            None => (&b""[..], authority),
        };
        let password =
            user.iter().position(|byte| *byte == b':').map_or(&b""[..], |at| &user[at + 1..]);
        let is_login = password.len() > 2 && !is_stand_in(password) && !host.is_empty();
        if let Some(rule) = self.scanner(Scanner::Login).filter(|_| is_login) {
            self.add_by_cue(rule, false, start, end);
        }
        let known = [
            &b"http"[..],
            b"https",
            b"ftp",
            b"ftps",
            b"sftp",
            b"ws",
            b"wss",
            b"ssh",
            b"git",
            b"ldap",
            b"ldaps",
            b"smb",
        ];
        let named =
            host.contains(&b'.') || host.starts_with(b"[") || host.starts_with(b"localhost");
        let Some(rule) = self.scanner(Scanner::Url) else { return };
        if named && known.iter().any(|known| self.bytes[start..colon].eq_ignore_ascii_case(known)) {
            self.add_by_cue(rule, false, start, end);
        }
    }

    /// Where an address ends: before a space or a bracket, and before the sign that ends the sentence.
    fn url_end(&self, from: usize) -> usize {
        let stops = |byte: &u8| {
            byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"<>`{}|\\^'".contains(byte)
        };
        let room = &self.bytes[from..self.bytes.len().min(from + URL_MAX)];
        let mut end = from + room.iter().position(stops).unwrap_or(room.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        loop {
            let closes = |open: u8, close: u8| {
                let count = |wanted: u8| {
                    self.bytes[from..end].iter().filter(|byte| **byte == wanted).count()
                };
                count(close) > count(open)
            };
            match self.bytes[from..end].last() {
                Some(b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' | b'_') => end -= 1,
                Some(b')') if closes(b'(', b')') => end -= 1,
                Some(b']') if closes(b'[', b']') => end -= 1,
                _ => return end,
            }
        }
    }

    /// Looks at the address of which this is the first colon; gives its end.
    fn ip6(&mut self, colon: usize) -> Option<usize> {
        let rule = self.scanner(Scanner::Ip6)?;
        let before = self.bytes[..colon]
            .iter()
            .rev()
            .take(5)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let start = colon - before;
        if before > 4 || start > 0 && (self.bytes[start - 1] == b':' || !self.starts_word(start)) {
            return None;
        }
        let part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':';
        let length = self.bytes[start..].iter().take(IP6_MAX).take_while(part).count();
        let mut end = start + length;
        while self.bytes[start..end].ends_with(b":") && !self.bytes[start..end].ends_with(b"::") {
            end -= 1;
        }
        let found = &self.text[start..end];
        let digits = found.bytes().filter(u8::is_ascii_hexdigit).count();
        // `a::b` is a path in a program more often than an address.
        let enough = found.bytes().filter(|byte| *byte == b':').count() >= 2
            && digits >= 5
            && found.bytes().any(|byte| byte.is_ascii_digit());
        if enough && self.ends_word(end) && found.parse::<Ipv6Addr>().is_ok() {
            self.add_by_cue(rule, false, start, end);
            return Some(end);
        }
        None
    }
}

/// Whether a value only holds the place of one: `<password>`, `${PASSWORD}`, `****`, `xxxx`.
pub(super) fn is_stand_in(value: &[u8]) -> bool {
    let one = value.iter().all(|byte| *byte == value[0]);
    let brackets = matches!(
        value,
        [b'<', ..] | [b'$', ..] | [b'{', ..] | [b'%', ..] | [b'[', ..] | [b'*', ..]
    );
    let word = value.iter().all(|byte| is_word(*byte)) && {
        let lower = value.to_ascii_lowercase();
        [
            &b"password"[..],
            b"changeme",
            b"change_me",
            b"secret",
            b"example",
            b"your_password",
            b"redacted",
            b"placeholder",
            b"null",
            b"none",
            b"true",
            b"false",
            b"undefined",
            b"string",
            b"hidden",
            b"required",
            b"optional",
        ]
        .contains(&&lower[..])
    };
    one || brackets || word
}
