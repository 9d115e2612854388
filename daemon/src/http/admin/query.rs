//! What stands behind the `?` of an administrator's route: a few names, each at most once, with short plain values. What
//! is wrong is told without a word of it.

use super::super::answer::Refusal;

/// The longest value: a moment with its offset, the id of a key.
const VALUE_MAX: usize = 64;

/// Names and values.
#[derive(Debug)]
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads what a route takes.
    ///
    /// # Errors
    /// 422 where it is something else.
    pub(super) fn read(query: Option<&str>, takes: &[&'static str]) -> Result<Self, Refusal> {
        let mut found = Vec::new();
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = takes.iter().find(|taken| **taken == name) else {
                let known = takes.join(", ");
                return Err(Refusal::unprocessable(format!("the parameters are {known}")));
            };
            if found.iter().any(|(seen, _)| seen == name) {
                return Err(Refusal::unprocessable(format!("the parameter `{name}` stands twice")));
            }
            found.push((*name, decode(value).ok_or_else(|| wrong(name, "a short text"))?));
        }
        Ok(Self(found))
    }

    /// A value, as `read` reads it.
    ///
    /// # Errors
    /// 422 where it cannot be read; `expected` says what could.
    pub(super) fn value<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let found = self.0.iter().find(|(found, _)| *found == name);
        found.map(|(_, value)| read(value).ok_or_else(|| wrong(name, expected))).transpose()
    }
}

fn wrong(name: &str, expected: &str) -> Refusal {
    Refusal::unprocessable(format!("the parameter `{name}` must be {expected}"))
}

/// Undoes the escaping of URLs.
fn decode(value: &str) -> Option<String> {
    let mut bytes = value.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()?[0]
            }
            byte => byte,
        });
    }
    String::from_utf8(plain).ok().filter(|text| text.len() <= VALUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_without_being_repeated() {
        let query = Query::read(Some("from=2026-11-20T00%3A00%3a00Z&limit=7"), &["from", "limit"]);
        let query = query.unwrap();
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(query.value("from", "x", own).unwrap(), own("2026-11-20T00:00:00Z"));
        assert_eq!(query.value("limit", "x", |text| text.parse().ok()).unwrap(), Some(7));
        assert_eq!(query.value("to", "x", own).unwrap(), None);
        let refused = query.value("from", "a number", |text| text.parse::<u8>().ok()).unwrap_err();
        assert_eq!(refused.message, "the parameter `from` must be a number");
        let long = format!("from={}", "a".repeat(65));
        for wrong in ["secret=1", "from=1&from=2", "from=%4", "from=%zz", "from=%ff", &long] {
            let refused = Query::read(Some(wrong), &["from"]).unwrap_err();
            assert!(!refused.message.contains("secret"), "{}", refused.message);
        }
        assert!(Query::read(None, &[]).unwrap().0.is_empty());
    }
}
