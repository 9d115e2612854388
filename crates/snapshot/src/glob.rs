//! Which paths are meant: `*` and `?` stop at a slash, `**` does not. A pattern without a slash is compared with each
//! name; one that meets a folder means all that is in it. Pure.

/// What is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<u8>);

impl Glob {
    /// Takes a pattern as it was typed.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.trim_matches('/').as_bytes().to_vec())
    }

    /// Whether it means that path.
    pub fn means(&self, path: &[u8]) -> bool {
        let ends = (0..=path.len()).filter(|at| *at == path.len() || path[*at] == b'/');
        if self.0.contains(&b'/') {
            return ends.into_iter().any(|end| matches(&self.0, &path[..end]));
        }
        path.split(|byte| *byte == b'/').any(|name| matches(&self.0, name))
    }
}

/// Goes along both, and back to the last star where they part; so it takes the time of the product at worst.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    // Where to go on in the pattern, and in the text: the last star of each sort.
    let mut one: Option<(usize, usize)> = None;
    let mut many: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(seen)) {
            (None, None) => return true,
            (Some(b'*'), _) if pattern.get(at + 1) == Some(&b'*') => {
                at += 2;
                (many, one) = (Some((at, seen)), None);
                continue;
            }
            (Some(b'*'), _) => {
                at += 1;
                one = Some((at, seen));
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found || *wanted == b'?' && *found != b'/' => {
                (at, seen) = (at + 1, seen + 1);
                continue;
            }
            _ => {}
        }
        if let Some((back, from)) =
            one.filter(|(_, from)| text.get(*from).is_some_and(|byte| *byte != b'/'))
        {
            (at, seen) = (back, from + 1);
            one = Some((at, seen));
        } else if let Some((back, from)) = many.filter(|(_, from)| *from < text.len()) {
            (at, seen) = (back, from + 1);
            (many, one) = (Some((at, seen)), None);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_people_mean() {
        let means = |pattern: &str, path: &str| Glob::new(pattern).means(path.as_bytes());
        assert!(means("*.db", "srv/data/app.db"));
        assert!(means("data", "srv/data/app.db"), "a folder means what is in it");
        assert!(means("/srv/data/", "srv/data/app.db"));
        assert!(means("srv/*/app.db", "srv/data/app.db"));
        assert!(means("srv/**/app.d?", "srv/a/b/app.db"));
        assert!(means("srv/**.db", "srv/a/b/app.db"));
        assert!(means("s*/d*a", "srv/data/x"));
        assert!(!means("srv/*.db", "srv/data/app.db"), "a star stops at a slash");
        assert!(!means("data/app.db", "srv/data/app.db"), "with a slash it begins at the top");
        assert!(!means("*.db", "srv/data/app.dbx"));
        assert!(!means("srv?data", "srv/data"));
    }
}
