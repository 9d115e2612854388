//! Where in a JSON text its reader is, byte by byte: within a key, within a string, or between them.

/// Arrays and objects within each other, beyond which nothing is taken for a key any more: no arguments of a tool are nested
/// so deep, and whoever nests them deeper shall not fill memory.
const DEPTH_MAX: usize = 128;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    pub(super) in_string: bool,
    /// Whether a backslash came last.
    pub(super) escaped: bool,
    /// Whether the string is a key.
    pub(super) in_key: bool,
    /// Whether the next string is one.
    expects_key: bool,
    /// What lies around, from outside: whether each is an object.
    around: Vec<bool>,
    lost: bool,
}

impl Position {
    /// Goes on by text.
    pub(super) fn pass(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.pass_byte(byte));
    }

    /// Goes on by a byte.
    pub(super) fn pass_byte(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => (self.in_string, self.in_key) = (false, false),
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => (self.in_string, self.in_key) = (true, self.expects_key && !self.lost),
            b'{' | b'[' => {
                self.lost |= self.around.len() == DEPTH_MAX;
                if !self.lost {
                    self.around.push(byte == b'{');
                }
                self.expects_key = byte == b'{';
            }
            b'}' | b']' => {
                self.around.pop();
                self.expects_key = false;
            }
            b',' => self.expects_key = self.around.last() == Some(&true),
            b':' => self.expects_key = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_values() {
        let text = r#"{"a": "b", "c\"": ["d", {"e": 1}, "f"], "g": {"h": "i,j:k"}} "#;
        let mut position = Position::default();
        let mut keys = String::new();
        for byte in text.bytes() {
            let was = position.in_key;
            position.pass_byte(byte);
            if was && position.in_key {
                keys.push(char::from(byte));
            }
        }
        assert_eq!(keys, "ac\\\"egh");
        assert!(!position.in_string && position.around.is_empty());
        let mut deep = Position::default();
        deep.pass(&"{\"a\":".repeat(DEPTH_MAX + 50));
        deep.pass("{\"");
        assert!(deep.around.len() <= DEPTH_MAX && !deep.in_key);
    }
}
