//! Expressions, compiled within limits. They run in time linear in what they look at: there is no look-around and no
//! back-reference, and the automata are made as they are needed, in a cache of bounded size.

use crate::Rule;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// What an expression may take once it is compiled, in bytes; one that wants more is refused.
const COMPILED_MAX: usize = 1 << 20;

/// What all allowed expressions together may take.
const ALLOWED_MAX: usize = 8 << 20;

/// How long an expression of a user may be, in bytes.
pub(crate) const LENGTH_MAX: usize = 4096;

/// The expression of a rule that has one.
///
/// # Errors
/// When it cannot be read, takes too much, or is searched everywhere and matches nothing at all.
pub(crate) fn of(rule: &Rule) -> Result<Regex, String> {
    let Some(pattern) = rule.pattern.as_deref() else { return Err("there is none".to_owned()) };
    if rule.is_searched() {
        return searched(pattern);
    }
    // A value is the whole of it.
    let whole = (!rule.keys.is_empty()).then(|| format!("(?:{pattern})\\z"));
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    build(&[whole.as_deref().unwrap_or(pattern)], syntax, COMPILED_MAX)
}

/// One that is searched everywhere in a text.
fn searched(pattern: &str) -> Result<Regex, String> {
    refuse_empty(pattern)?;
    build(&[pattern], syntax::Config::new(), COMPILED_MAX)
}

/// One that matches what any of these matches whole. The error names the first that cannot be used.
pub(crate) fn whole(patterns: &[String]) -> Result<Regex, (usize, String)> {
    let mut wrapped = Vec::with_capacity(patterns.len());
    for (at, pattern) in patterns.iter().enumerate() {
        let whole = format!("\\A(?:{pattern})\\z");
        refuse_long(pattern)
            .and_then(|()| build(&[pattern], syntax::Config::new(), COMPILED_MAX).map(drop))
            .and_then(|()| build(&[&whole], syntax::Config::new(), COMPILED_MAX).map(drop))
            .map_err(|what| (at, what))?;
        wrapped.push(whole);
    }
    let wrapped: Vec<&str> = wrapped.iter().map(String::as_str).collect();
    build(&wrapped, syntax::Config::new(), ALLOWED_MAX).map_err(|what| {
        (patterns.len().saturating_sub(1), format!("together with the others: {what}"))
    })
}

/// Says why an expression of a user cannot be used, if it cannot.
pub(crate) fn objection(rule: &Rule) -> Option<String> {
    let pattern = rule.pattern.as_deref()?;
    refuse_long(pattern).and_then(|()| of(rule).map(drop)).err()
}

fn refuse_long(pattern: &str) -> Result<(), String> {
    match pattern.len() {
        0 => Err("is empty".to_owned()),
        1..=LENGTH_MAX => Ok(()),
        length => Err(format!("has {length} bytes, more than {LENGTH_MAX}")),
    }
}

fn refuse_empty(pattern: &str) -> Result<(), String> {
    let read = syntax::parse(pattern).map_err(|error| said(&error.to_string()))?;
    match read.properties().minimum_len() {
        Some(0) => {
            Err("also matches where nothing stands; let it need at least a letter".to_owned())
        }
        Some(_) => Ok(()),
        None => Err("can never match".to_owned()),
    }
}

fn build(patterns: &[&str], syntax: syntax::Config, most: usize) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax)
        .configure(
            Regex::config()
                .nfa_size_limit(Some(most))
                .onepass(false)
                .dfa(false)
                .hybrid_cache_capacity(COMPILED_MAX),
        )
        .build_many(patterns)
        .map_err(|error| match error.size_limit() {
            Some(_) => format!("takes more than {} KiB once it is compiled", most >> 10),
            None => {
                error.syntax_error().map_or_else(|| error.to_string(), |why| said(&why.to_string()))
            }
        })
}

/// What a reader of expressions says, on one line: its last one names the fault, those before show where.
fn said(error: &str) -> String {
    let last = error.lines().last().unwrap_or_default();
    format!("cannot be read: {}", last.trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_cannot_be_used_says_why() {
        for (pattern, why) in [
            ("(", "cannot be read"),
            ("a*", "where nothing stands"),
            ("a|", "where nothing stands"),
            (r"\b", "where nothing stands"),
            (r"(?:\w{1000}){1000}", "once it is compiled"),
            (r"[a&&b]", "never match"),
            (r"(a)\1", "cannot be read"),
            (r"a(?=b)", "cannot be read"),
        ] {
            let error = searched(pattern).unwrap_err();
            assert!(error.contains(why) && !error.contains('\n'), "{pattern}: {error}");
        }
        assert!(searched(r"(?i)room \d+").is_ok());
        assert!(refuse_long(&"a".repeat(LENGTH_MAX + 1)).is_err());
    }

    #[test]
    fn an_allowed_expression_matches_the_whole() {
        let one = whole(&["a|ab".to_owned(), "(?i)room \\d+".to_owned()]).unwrap();
        assert!(one.is_match("ab") && one.is_match("ROOM 7") && one.is_match("a"));
        assert!(!one.is_match("room 7b") && !one.is_match("a room 7") && !one.is_match("abc"));
        assert_eq!(whole(&["a".to_owned(), "(".to_owned()]).unwrap_err().0, 1);
        assert!(whole(&["a)|(b".to_owned()]).is_err(), "brackets that close ours");
    }
}
