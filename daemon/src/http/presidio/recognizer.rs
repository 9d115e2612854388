//! Expressions and words that come with a request: they are compiled within limits, run in linear time, and forgotten.

use super::super::answer::Refusal;
use super::fields::Fields;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::time::Instant;

/// What one expression may take once it is compiled, in bytes.
const EXPRESSION_MAX: usize = 1 << 20;

/// The same for a list of words.
const WORDS_COMPILED_MAX: usize = 8 << 20;

/// The longest expression, in bytes; how much the reading of one takes is bounded by this alone.
const EXPRESSION_LENGTH_MAX: usize = 4 * 1024;

/// What an allow list of expressions may come to, in bytes: they are read together.
const ALLOWED_LENGTH_MAX: usize = 16 * 1024;

const RECOGNIZERS_MAX: usize = 50;
const PATTERNS_MAX: usize = 100;
const DENIED_MAX: usize = 1_000;
const ALLOWED_MAX: usize = 1_000;

/// How much work one expression may be, in bytes of text times bytes that it takes once compiled. A search is linear in
/// each, and cannot be broken off.
const WORK_MAX: usize = 1 << 38;

/// What all patterns of a request may find.
const FINDS_MAX: usize = 20_000;

/// The longest piece of a text that an allow list of expressions looks at, in bytes.
const ALLOWED_PIECE_MAX: usize = 4 * 1024;

/// Context words in one list.
pub(super) const CONTEXT_MAX: usize = 1_000;

/// Presidio's flags, which are those of Python: what `.` and `^` mean, and whether case counts.
const IGNORE_CASE: i64 = 2;
const MULTI_LINE: i64 = 8;
const DOT_ALL: i64 = 16;
const UNICODE: i64 = 32;
const VERBOSE: i64 = 64;

/// The flags where the caller gives none, and those of every recognizer.
pub(super) const USUAL_FLAGS: i64 = IGNORE_CASE | MULTI_LINE | DOT_ALL;

/// An expression of a recognizer, or all its words as one.
#[derive(Debug)]
pub(super) struct Pattern {
    /// What the caller calls it.
    pub(super) name: String,
    /// The expression.
    pub(super) regex: String,
    /// How sure it is.
    pub(super) score: f32,
    /// Where it stands in the request, for messages.
    place: String,
    size_max: usize,
}

/// A recognizer that came with a request.
#[derive(Debug)]
pub(super) struct Recognizer {
    /// What the caller calls it.
    pub(super) name: String,
    /// What it finds.
    pub(super) entity: String,
    /// How it looks.
    pub(super) patterns: Vec<Pattern>,
    /// Words that may stand nearby.
    pub(super) context: Vec<String>,
}

/// Reads the recognizers of a request that are meant for that language, or for none in particular.
pub(super) fn read(fields: &mut Fields, language: &str) -> Result<Vec<Recognizer>, Refusal> {
    let objects = fields.objects("ad_hoc_recognizers", RECOGNIZERS_MAX)?.unwrap_or_default();
    let (mut patterns, mut denied) = (0, 0);
    let mut recognizers = Vec::with_capacity(objects.len());
    for (at, mut object) in objects.into_iter().enumerate() {
        let (meant, recognizer, words) = one(&mut object, at)?;
        patterns += recognizer.patterns.len() - usize::from(words > 0);
        denied += words;
        if patterns > PATTERNS_MAX || denied > DENIED_MAX {
            return Err(Refusal::unprocessable(format!(
                "Invalid input, ad_hoc_recognizers have more than {PATTERNS_MAX} patterns or {DENIED_MAX} denied words"
            )));
        }
        if meant.is_none_or(|meant| primary(&meant).eq_ignore_ascii_case(primary(language))) {
            recognizers.push(recognizer);
        }
    }
    Ok(recognizers)
}

/// What `es` and `es-MX` have in common.
fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or_default()
}

/// One recognizer, with its language and the count of its denied words.
fn one(fields: &mut Fields, at: usize) -> Result<(Option<String>, Recognizer, usize), Refusal> {
    let name = fields.name("name")?.unwrap_or_else(|| "PatternRecognizer".to_owned());
    let entity = fields.name("supported_entity")?;
    let entity = entity.ok_or_else(|| fields.wrong("supported_entity", "is missing"))?;
    let mut patterns = Vec::new();
    for (number, mut pattern) in
        fields.objects("patterns", PATTERNS_MAX)?.unwrap_or_default().into_iter().enumerate()
    {
        let regex = pattern.text("regex")?.unwrap_or_default();
        if regex.is_empty() || regex.len() > EXPRESSION_LENGTH_MAX {
            let why = format!("must have 1 to {EXPRESSION_LENGTH_MAX} bytes");
            return Err(pattern.wrong("regex", &why));
        }
        let Some(score) = pattern.share("score")? else {
            return Err(pattern.wrong("score", "must be a number from 0 to 1"));
        };
        let place = format!("ad_hoc_recognizers[{at}].patterns[{number}].regex");
        let name = pattern.name("name")?.unwrap_or_default();
        patterns.push(Pattern { name, regex, score, place, size_max: EXPRESSION_MAX });
    }
    let score = fields.share("deny_list_score")?.unwrap_or(1.0);
    let words = fields.words("deny_list", DENIED_MAX)?;
    if !words.is_empty() {
        let escaped: Vec<_> = words.iter().map(|word| escape(word)).collect();
        patterns.push(Pattern {
            name: "deny_list".to_owned(),
            regex: format!(r"\b{{start-half}}(?:{})\b{{end-half}}", escaped.join("|")),
            score,
            place: format!("ad_hoc_recognizers[{at}].deny_list"),
            size_max: WORDS_COMPILED_MAX,
        });
    }
    if patterns.is_empty() {
        return Err(fields.wrong("patterns", "and deny_list must not both be empty"));
    }
    let context = fields.words("context", CONTEXT_MAX)?;
    let language = fields.text("supported_language")?;
    Ok((language, Recognizer { name, entity, patterns, context }, words.len()))
}

/// Writes a word as an expression for exactly that.
fn escape(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for sign in word.chars() {
        if sign.is_ascii_punctuation() && !matches!(sign, '<' | '>') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

impl Pattern {
    /// Gives every place where it matches, until the deadline. Only one pattern is compiled at a time, so that a request
    /// takes little room however many it brings.
    pub(super) fn find(
        &self,
        texts: &[String],
        deadline: Instant,
        mut found: impl FnMut(usize, usize, usize) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        in_time(deadline)?;
        let regex = compile(&[&self.regex], USUAL_FLAGS, self.size_max).map_err(|_| {
            let message = format!(
                "Invalid input, {} does not compile, or takes more than {} bytes once compiled",
                self.place, self.size_max
            );
            Refusal::unprocessable(message)
        })?;
        let longest = texts.iter().map(String::len).max().unwrap_or_default();
        if self.size_max == EXPRESSION_MAX && longest > WORK_MAX / regex.memory_usage().max(1) {
            let message = format!("Invalid input, {} is too large for so long a text", self.place);
            return Err(Refusal::unprocessable(message));
        }
        for (at, text) in texts.iter().enumerate() {
            in_time(deadline)?;
            for place in regex.find_iter(text) {
                // A match may have been sought to the end of the text: many of those take long.
                in_time(deadline)?;
                if !place.is_empty() {
                    found(at, place.start(), place.end())?;
                }
            }
        }
        Ok(())
    }
}

/// Counts what patterns find.
#[derive(Debug, Default)]
pub(super) struct Finds(usize);

impl Finds {
    /// One more.
    pub(super) fn count(&mut self) -> Result<(), Refusal> {
        self.0 += 1;
        if self.0 <= FINDS_MAX {
            return Ok(());
        }
        let message = format!("the ad_hoc_recognizers find more than {FINDS_MAX} places");
        Err(Refusal::unprocessable(message))
    }
}

/// Refuses after the deadline. Nobody waits any more, and the work would hold a thread.
pub(super) fn in_time(deadline: Instant) -> Result<(), Refusal> {
    if Instant::now() < deadline {
        return Ok(());
    }
    Err(Refusal::later("timeout", "the answer took too long"))
}

/// What the caller does not want to hear of.
#[derive(Debug)]
pub(super) enum Allowed {
    /// Exactly these.
    Words(Vec<String>),
    /// What holds a match of one of these.
    Expressions(Box<Regex>),
}

impl Allowed {
    /// Reads the allow list of a request.
    pub(super) fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let mut words = fields.words("allow_list", ALLOWED_MAX)?;
        let way = fields.text("allow_list_match")?;
        let flags = fields.integer("regex_flags")?.unwrap_or(USUAL_FLAGS);
        if flags & !(USUAL_FLAGS | UNICODE | VERBOSE) != 0 {
            let why = "may hold 2 (ignore case), 8 (multi-line), 16 (dot matches all), 32 and 64 (verbose) only";
            return Err(fields.wrong("regex_flags", why));
        }
        match way.as_deref() {
            None | Some("exact") => {
                words.sort_unstable();
                Ok(Self::Words(words))
            }
            Some("regex") if words.iter().map(String::len).sum::<usize>() > ALLOWED_LENGTH_MAX => {
                let why = format!("must not have more than {ALLOWED_LENGTH_MAX} bytes in all");
                Err(fields.wrong("allow_list", &why))
            }
            Some("regex") => {
                let compiled = compile(&words, flags, EXPRESSION_MAX).map_err(|at| match at {
                    Some(at) => fields.wrong(&format!("allow_list[{at}]"), "does not compile"),
                    None => fields.wrong("allow_list", "takes too much once compiled"),
                });
                Ok(Self::Expressions(Box::new(compiled?)))
            }
            Some(_) => Err(fields.wrong("allow_list_match", "must be exact or regex")),
        }
    }

    /// Whether there is nothing on it that takes time.
    pub(super) fn is_simple(&self) -> bool {
        matches!(self, Self::Words(_))
    }

    /// Whether it has that piece of a text.
    pub(super) fn has(&self, text: &str) -> bool {
        match self {
            Self::Words(words) => words.binary_search_by(|word| word.as_str().cmp(text)).is_ok(),
            Self::Expressions(regex) => text.len() <= ALLOWED_PIECE_MAX && regex.is_match(text),
        }
    }
}

/// Compiles expressions; otherwise says which one cannot be read, if it is one.
fn compile(
    expressions: &[impl AsRef<str>],
    flags: i64,
    size_max: usize,
) -> Result<Regex, Option<usize>> {
    let syntax = syntax::Config::new()
        .case_insensitive(flags & IGNORE_CASE != 0)
        .multi_line(flags & MULTI_LINE != 0)
        .dot_matches_new_line(flags & DOT_ALL != 0)
        .ignore_whitespace(flags & VERBOSE != 0);
    let config = Regex::config()
        .nfa_size_limit(Some(size_max))
        .hybrid_cache_capacity(EXPRESSION_MAX)
        .onepass(false)
        .dfa(false);
    let built = Regex::builder().syntax(syntax).configure(config).build_many(expressions);
    built.map_err(|error| error.pattern().map(|pattern| pattern.as_usize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn find(json: &str, text: &str) -> Result<Vec<(usize, usize)>, String> {
        let mut fields = Fields::read(json.as_bytes()).unwrap();
        let recognizers = read(&mut fields, "en").map_err(|refusal| refusal.message)?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let texts = [text.to_owned()];
        let mut places = Vec::new();
        for pattern in recognizers.iter().flat_map(|recognizer| &recognizer.patterns) {
            pattern
                .find(&texts, deadline, |_, start, end| {
                    places.push((start, end));
                    Ok(())
                })
                .map_err(|refusal| refusal.message)?;
        }
        Ok(places)
    }

    fn denied(words: &str, text: &str) -> Vec<(usize, usize)> {
        let json =
            format!(r#"{{"ad_hoc_recognizers":[{{"supported_entity":"T","deny_list":{words}}}]}}"#);
        find(&json, text).unwrap()
    }

    fn expression(regex: &str, text: &str) -> Result<Vec<(usize, usize)>, String> {
        let regex = serde_json::Value::from(regex);
        let json = format!(
            r#"{{"ad_hoc_recognizers":[{{"supported_entity":"T","patterns":[{{"regex":{regex},"score":0.5}}]}}]}}"#
        );
        find(&json, text)
    }

    #[test]
    fn denied_words_are_found_as_whole_words_in_any_case() {
        assert_eq!(denied(r#"["mr","mr."]"#, "Mr. Smith, mrs x"), [(0, 2)]);
        assert_eq!(denied(r#"["a.b","<c>"]"#, "axb a.b <C>"), [(4, 7), (8, 11)]);
        assert_eq!(denied(r#"["ñu"]"#, "ÑU ñus año-ñu"), [(0, 3), (14, 17)]);
    }

    #[test]
    fn an_expression_reads_text_as_python_does() {
        assert_eq!(expression(r"\b\d{3}\b", "año 123 ½ 1234").unwrap(), [(5, 8)]);
        assert_eq!(expression(r"^Ñ\w+$", "x\nñandú").unwrap(), [(2, 9)]);
        assert_eq!(expression("x*", "ñ").unwrap(), []);
    }

    #[test]
    fn an_expression_that_does_not_compile_is_told_by_its_place() {
        for regex in ["(canary", r"(?<=canary)x", r"\w{999}{999}"] {
            let message = expression(regex, "").expect_err(regex);
            assert!(message.contains("ad_hoc_recognizers[0].patterns[0].regex"), "{message}");
            assert!(!message.contains("canary"), "{message}");
        }
        assert!(expression(&"a".repeat(5_000), "").is_err());
    }

    #[test]
    fn a_late_request_is_given_up() {
        let pattern = Pattern {
            name: String::new(),
            regex: "a".to_owned(),
            score: 1.0,
            place: String::new(),
            size_max: EXPRESSION_MAX,
        };
        let late = pattern.find(&["a".to_owned()], Instant::now(), |_, _, _| Ok(()));
        assert_eq!(late.expect_err("late").code, "timeout");
    }

    #[test]
    fn an_allow_list_has_words_or_expressions() {
        let allowed = |json: &str| Allowed::read(&mut Fields::read(json.as_bytes()).unwrap());
        let words = allowed(r#"{"allow_list":["b","a"]}"#).unwrap();
        assert!(words.has("a") && words.has("b") && !words.has("A") && !words.has("ab"));
        let expressions =
            allowed(r#"{"allow_list":["A+$","x"],"allow_list_match":"regex"}"#).unwrap();
        assert!(expressions.has("ba") && expressions.has("X") && !expressions.has("ab"));
        let exact_case =
            allowed(r#"{"allow_list":["A"],"allow_list_match":"regex","regex_flags":0}"#).unwrap();
        assert!(exact_case.has("A") && !exact_case.has("a"));
        let wrong = r#"{"allow_list":["a","(canary"],"allow_list_match":"regex"}"#;
        let message = allowed(wrong).expect_err("no expression").message;
        assert_eq!(message, "Invalid input, allow_list[1] does not compile");
        assert!(allowed(r#"{"allow_list_match":"other"}"#).is_err());
        assert!(allowed(r#"{"regex_flags":1}"#).is_err());
    }
}
