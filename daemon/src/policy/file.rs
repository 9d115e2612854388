//! A policy's file: `policies/NAME.toml`, read whole, every fault told with its line.
//!
//! What a fault says about lists and rules may quote them, and who wrote a denied word there may not want it in a log.
//! So faults that quote are marked, and a log only gets their line.

use super::recipe::Recipe;
use crate::settings::Aggressiveness;
use kit::setting::{Fault, Value, nearest};
use redact::{Deny, Kind, Operator, Operators, Region, RuleError, RuleFault};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a file may say.
const KEYS: &[&str] = &[
    "aggressiveness",
    "allow",
    "also",
    "deny",
    "doc",
    "gateway",
    "keep_first",
    "keep_last",
    "kind",
    "operator",
    "phone_regions",
    "rule",
    "sign",
    "without",
];
const ALLOW_KEYS: &[&str] = &["patterns", "words"];
const DENY_KEYS: &[&str] = &["kind", "words"];
const GATEWAY_KEYS: &[&str] = &["explain", "images", "mode", "output"];
const KIND_KEYS: &[&str] = &["keep_first", "keep_last", "operator", "sign", "threshold"];

/// What the engine calls our lists.
const LISTS: &[(&str, &str)] = &[
    ("allow", "the allowed words"),
    ("allow", "the allowed patterns"),
    ("deny", "the denied words"),
    ("deny", "the lists of words"),
];

/// Letters that a mask may leave; more is no mask.
const KEEP_MAX: i64 = 64;

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flaw {
    line: Option<usize>,
    what: String,
    hint: Option<String>,
    /// Whether it may quote the file.
    quotes: bool,
}

impl Flaw {
    /// Something about the file itself.
    pub(super) fn of_file(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into(), hint: None, quotes: false }
    }

    /// As it is told to whoever asked or started.
    pub(super) fn fault(&self, path: &str) -> Fault {
        let fault = Fault::new(self.place(path), self.what.clone());
        Fault { hint: self.hint.clone(), ..fault }
    }

    /// As it is told among faults of rules.
    pub(super) fn of_rules(self) -> RuleFault {
        let hint = self.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        RuleFault { rule: String::new(), line: self.line, what: self.what + &hint }
    }

    /// Where it is.
    pub(super) fn place(&self, path: &str) -> String {
        self.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
    }

    /// As it is told to a log.
    pub(super) fn in_a_log(&self) -> &str {
        if self.quotes { "cannot be used; `tacitd config --check` tells why" } else { &self.what }
    }
}

/// What a file says.
#[derive(Debug)]
pub(super) struct File {
    pub(super) doc: String,
    pub(super) recipe: Recipe,
    pub(super) operators: Operators,
    /// The lines of its lists, by what the engine calls them.
    lists: Vec<(&'static str, usize)>,
}

impl File {
    /// What the engine says about it, with the line where that is known.
    pub(super) fn flaw(&self, error: &RuleError) -> Flaw {
        let line = self.lists.iter().find(|(name, _)| *name == error.file).map(|(_, line)| *line);
        Flaw { line: error.line.or(line), ..of_rule(error) }
    }
}

/// Reads a file's text; what it leaves out is as in `base`. `path` is how messages call it.
///
/// # Errors
/// Every flaw, in the order in which they stand there.
pub(super) fn read(path: &str, text: &str, base: &Recipe) -> Result<File, Vec<Flaw>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, flaws: Vec::new() };
    let (operators, lists) = (Operators::default(), Vec::new());
    let mut file = File { doc: String::new(), recipe: base.clone(), operators, lists };
    let document = document.get_ref();
    reader.document(document, &mut file);
    match redact::rules_in(path, text) {
        Ok(rules) => file.recipe.rules = rules,
        // What is no TOML is told there too.
        Err(faults) => reader.flaws.extend(faults.iter().map(of_rule)),
    }
    if !errors.is_empty() {
        // What the reader made of a broken file would be told as faults of what it did not say.
        reader.flaws.retain(|flaw| flaw.quotes);
    }
    let mut flaws = reader.flaws;
    flaws.sort_by_key(|flaw| flaw.line);
    if flaws.is_empty() { Ok(file) } else { Err(flaws) }
}

/// A flaw that the crate with the rules tells.
fn of_rule(error: &RuleError) -> Flaw {
    let what = match error.line {
        Some(_) => error.what.clone(),
        None => format!("{}: {}", error.file, error.what),
    };
    Flaw { line: error.line, what, hint: None, quotes: true }
}

type Item<'i> = Spanned<DeValue<'i>>;

struct Reader<'t> {
    text: &'t str,
    flaws: Vec<Flaw>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    fn wrong(&mut self, at: Range<usize>, what: impl Into<String>, hint: Option<String>) {
        let line = self.line(at.start);
        self.flaws.push(Flaw { line: Some(line), what: what.into(), hint, quotes: false });
    }

    /// Tells of keys that nothing here has. They are not repeated: a denied word may stand in the wrong place.
    fn known(&mut self, table: &DeTable<'_>, keys: &'static [&'static str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let near = nearest(name, keys.iter().copied());
                let hint = near.map_or_else(
                    || format!("there are {}", keys.join(", ")),
                    |near| format!("the nearest is `{near}`"),
                );
                self.wrong(key.span(), "there is no such key here", Some(hint));
            }
        }
    }

    fn document(&mut self, table: &DeTable<'_>, file: &mut File) {
        self.known(table, KEYS);
        let recipe = &mut file.recipe;
        if let Some(text) = self.string(table, "doc") {
            file.doc = text;
        }
        if let Some(item) = table.get("aggressiveness") {
            match item.get_ref().as_str().map(Aggressiveness::parse) {
                Some(Ok(wanted)) => recipe.aggressiveness = wanted.into(),
                _ => self.wrong(item.span(), format!("is not {}", Aggressiveness::expects()), None),
            }
        }
        if table.contains_key("phone_regions") {
            recipe.phone_regions = self.regions(table);
        }
        recipe.asked.extend(self.kinds(table, "also"));
        recipe.without.extend(self.kinds(table, "without"));
        if let Some(item) = table.get("without")
            && recipe.asked.iter().any(|kind| recipe.without.contains(kind))
        {
            self.wrong(item.span(), "names a kind that stands under `also` too", None);
        }
        file.operators.default = self.operator(table).unwrap_or_default();
        self.allow(table, recipe);
        self.deny(table, recipe);
        self.gateway(table, recipe);
        for (key, name) in LISTS {
            let line = table.get_key_value(*key).map(|(key, _)| self.line(key.span().start));
            file.lists.extend(line.map(|line| (*name, line)));
        }
        let Some(item) = table.get("kind") else { return };
        let Some(kinds) = item.get_ref().as_table() else {
            return self.wrong(item.span(), "`kind` is no table; write `[kind.EMAIL]`", None);
        };
        for (name, item) in kinds {
            let Some(kind) = self.kind(name.get_ref(), name.span()) else { continue };
            let Some(said) = item.get_ref().as_table() else {
                self.wrong(item.span(), "is no table; write `[kind.EMAIL]`", None);
                continue;
            };
            self.known(said, KIND_KEYS);
            if let Some(operator) = self.operator(said) {
                file.operators.kinds.insert(kind, operator);
            }
            if let Some(item) = said.get("threshold") {
                match share(item.get_ref()) {
                    Some(least) => drop(recipe.thresholds.insert(kind, least)),
                    None => self.wrong(item.span(), "is no number above 0 and at most 1", None),
                }
            }
        }
    }

    fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let item = table.get(key)?;
        let text = item.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(item.span(), format!("`{key}` is no text"), None);
        }
        text
    }

    /// The texts of a list, each with its place.
    fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<(String, Range<usize>)> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let Some(items) = item.get_ref().as_array() else {
            self.wrong(item.span(), format!("`{key}` is no list of texts"), None);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text.to_owned(), item.span())),
                None => self.wrong(item.span(), format!("`{key}` holds what is no text"), None),
            }
        }
        texts
    }

    fn regions(&mut self, table: &DeTable<'_>) -> Vec<Region> {
        let mut regions = Vec::new();
        for (text, at) in self.strings(table, "phone_regions") {
            match Region::parse(&text.to_ascii_uppercase()) {
                Some(region) => regions.push(region),
                None => self.wrong(at, "is no region by its two letters, such as `ES`", None),
            }
        }
        regions
    }

    fn kind(&mut self, name: &str, at: Range<usize>) -> Option<Kind> {
        let kind = Kind::parse(name);
        if kind.is_none() {
            let near = nearest(name, Kind::ALL.iter().map(|kind| kind.name()));
            let hint = near.map(|near| format!("the nearest is `{near}`"));
            self.wrong(at, "is no kind of docs/kinds.md", hint);
        }
        kind
    }

    fn kinds(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Kind> {
        let names = self.strings(table, key);
        names.into_iter().filter_map(|(name, at)| self.kind(&name, at)).collect()
    }

    /// The operator that a table says, if it says one.
    fn operator(&mut self, table: &DeTable<'_>) -> Option<Operator> {
        let name = self.string(table, "operator");
        let operator = name.as_deref().map(Operator::parse);
        if let (Some(None), Some(item)) = (operator, table.get("operator")) {
            let names: Vec<_> = Operator::ALL.iter().map(|operator| operator.name()).collect();
            let hint = format!("there are {}", names.join(", "));
            self.wrong(item.span(), "is no operator", Some(hint));
        }
        let sign = self.sign(table);
        let keep_first = self.count(table, "keep_first");
        let keep_last = self.count(table, "keep_last");
        let operator = operator.flatten();
        if matches!(operator, Some(Operator::Mask { .. })) {
            let sign = sign.unwrap_or(Operator::MASK_SIGN);
            let (keep_first, keep_last) = (keep_first.unwrap_or(0), keep_last.unwrap_or(0));
            return Some(Operator::Mask { sign, keep_first, keep_last });
        }
        for key in ["sign", "keep_first", "keep_last"] {
            if let Some(item) = table.get(key) {
                let what = format!("`{key}` goes with `operator = \"mask\"` alone");
                self.wrong(item.span(), what, None);
            }
        }
        operator
    }

    fn sign(&mut self, table: &DeTable<'_>) -> Option<char> {
        let item = table.get("sign")?;
        let mut characters = item.get_ref().as_str().unwrap_or_default().chars();
        match (characters.next(), characters.next()) {
            (Some(sign), None) if !sign.is_control() => Some(sign),
            _ => {
                self.wrong(item.span(), "`sign` is not one character", None);
                None
            }
        }
    }

    fn count(&mut self, table: &DeTable<'_>, key: &str) -> Option<usize> {
        let item = table.get(key)?;
        let number = item.get_ref().as_integer();
        let number =
            number.and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        let count = number.filter(|number| (0..=KEEP_MAX).contains(number));
        if count.is_none() {
            self.wrong(item.span(), format!("`{key}` is no number from 0 to {KEEP_MAX}"), None);
        }
        count.and_then(|count| usize::try_from(count).ok())
    }

    fn allow(&mut self, table: &DeTable<'_>, recipe: &mut Recipe) {
        let Some(item) = table.get("allow") else { return };
        let Some(allow) = item.get_ref().as_table() else {
            return self.wrong(item.span(), "`allow` is no table; write `[allow]`", None);
        };
        self.known(allow, ALLOW_KEYS);
        let texts = |found: Vec<(String, Range<usize>)>| found.into_iter().map(|(text, _)| text);
        recipe.allow = texts(self.strings(allow, "words")).collect();
        recipe.allow_patterns = texts(self.strings(allow, "patterns")).collect();
    }

    fn deny(&mut self, table: &DeTable<'_>, recipe: &mut Recipe) {
        let Some(item) = table.get("deny") else { return };
        let Some(items) = item.get_ref().as_array() else {
            return self.wrong(item.span(), "`deny` is no list; write `[[deny]]`", None);
        };
        for item in items.iter() {
            let Some(deny) = item.get_ref().as_table() else {
                self.wrong(item.span(), "`deny` holds what is no table; write `[[deny]]`", None);
                continue;
            };
            self.known(deny, DENY_KEYS);
            let kind = match deny.get("kind") {
                None => Some(Kind::Custom),
                Some(name) => self.denied_kind(name),
            };
            let words = self.strings(deny, "words").into_iter().map(|(word, _)| word);
            let words: Vec<_> = words.collect();
            if !deny.contains_key("words") {
                self.wrong(item.span(), "`words` is missing", None);
            }
            recipe.deny.extend(kind.map(|kind| Deny { kind, words }));
        }
    }

    fn gateway(&mut self, table: &DeTable<'_>, recipe: &mut Recipe) {
        let Some(item) = table.get("gateway") else { return };
        let Some(said) = item.get_ref().as_table() else {
            return self.wrong(item.span(), "`gateway` is no table; write `[gateway]`", None);
        };
        self.known(said, GATEWAY_KEYS);
        let rules = &mut recipe.gateway;
        self.choice(said, "mode", &mut rules.mode);
        self.choice(said, "output", &mut rules.output);
        self.choice(said, "images", &mut rules.images);
        if let Some(item) = said.get("explain") {
            match item.get_ref().as_bool() {
                Some(explain) => rules.explain = explain,
                None => self.wrong(item.span(), "`explain` is neither `true` nor `false`", None),
            }
        }
    }

    /// Takes one of a few words, where the table says one.
    fn choice<T: Value>(&mut self, table: &DeTable<'_>, key: &str, chosen: &mut T) {
        let Some(item) = table.get(key) else { return };
        match item.get_ref().as_str().map(T::parse) {
            Some(Ok(said)) => *chosen = said,
            _ => self.wrong(item.span(), format!("`{key}` is not {}", T::expects()), None),
        }
    }

    fn denied_kind(&mut self, item: &Item<'_>) -> Option<Kind> {
        match item.get_ref().as_str() {
            Some(name) => self.kind(name, item.span()),
            None => {
                self.wrong(item.span(), "`kind` is no text", None);
                None
            }
        }
    }
}

/// A score above 0 and at most 1.
fn share(value: &DeValue<'_>) -> Option<f32> {
    let number = match value {
        DeValue::Float(number) => number.as_str().parse().ok()?,
        DeValue::Integer(number) => number.as_str().parse().ok()?,
        _ => return None,
    };
    (number > 0.0 && number <= 1.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Rules;
    use crate::settings::{Images, Mode, Output};

    fn flaws(text: &str) -> Vec<String> {
        let flaws = read("p.toml", text, &Recipe::default()).expect_err(text);
        flaws.iter().map(|flaw| flaw.fault("p.toml").to_string()).collect()
    }

    #[test]
    fn a_policy_says_what_is_found_and_what_becomes_of_it() {
        let text = r#"
doc = "Clinic letters"
aggressiveness = "strict"
phone_regions = ["es"]
also = ["AGE"]
without = ["URL"]
operator = "bare"
[allow]
words = ["info@clinic.example"]
patterns = ["(?i)room \\d+"]
[[deny]]
words = ["Project Falcon"]
[[deny]]
kind = "ORGANIZATION"
words = ["Acme", "Initech"]
[kind.CARD]
operator = "mask"
keep_last = 4
threshold = 0.8
[kind.PERSON]
operator = "surrogate"
[[rule]]
name = "file-number"
kind = "CASE"
doc = "Our file numbers."
shapes = ["'EX'-9{5}"]
score = 0.9
[gateway]
mode = "block"
output = "mask"
explain = false
"#;
        let usual = vec![Region::parse("FR").unwrap()];
        let base = Recipe { phone_regions: usual, ..Recipe::default() };
        let file = read("p.toml", text, &base).unwrap();
        assert_eq!(file.doc, "Clinic letters");
        let recipe = &file.recipe;
        assert_eq!(recipe.aggressiveness, redact::Aggressiveness::Strict);
        assert_eq!(recipe.phone_regions, [Region::parse("ES").unwrap()]);
        assert_eq!(recipe.asked.iter().collect::<Vec<_>>(), [&Kind::Age]);
        assert_eq!(recipe.without.iter().collect::<Vec<_>>(), [&Kind::Url]);
        assert_eq!(recipe.allow_patterns, ["(?i)room \\d+"]);
        assert_eq!(recipe.deny.len(), 2);
        assert_eq!((recipe.deny[0].kind, recipe.deny[1].words.len()), (Kind::Custom, 2));
        assert_eq!(recipe.thresholds[&Kind::Card], 0.8);
        let mask = Operator::Mask { sign: '*', keep_first: 0, keep_last: 4 };
        assert_eq!(file.operators.of(Kind::Card), mask);
        assert_eq!(file.operators.of(Kind::Person), Operator::Surrogate);
        assert_eq!(file.operators.of(Kind::Email), Operator::Bare);
        let (mode, output, images) = (Mode::Block, Output::Mask, Images::Pass);
        assert_eq!(recipe.gateway, Rules { mode, output, images, explain: false });
        let engine = recipe.engine().unwrap();
        assert!(engine.rules().any(|(_, rule)| rule.name == "file-number"));
        assert!(read("p.toml", "", &base).unwrap().recipe.is_same(&base));
        assert!(!recipe.is_same(&base) && recipe.is_same(&recipe.clone()));
    }

    #[test]
    fn every_fault_is_told_with_its_line_and_without_what_it_holds() {
        let text = r#"operatr = "xanary7q"
aggressiveness = "xanary7q"
phone_regions = ["xanary7q", 3]
also = ["AGE", "EMIAL"]
without = ["AGE"]
operator = "xanary7q"
keep_last = 4
xanary7q = 1
[allow]
words = "xanary7q"
[[deny]]
kind = "xanary7q"
words = [1, "xanary7q"]
[[deny]]
kind = "CUSTOM"
[kind.xanary7q]
operator = "mask"
[kind.CARD]
operator = "mask"
sign = "xanary7q"
keep_last = -1
threshold = 2
[gateway]
mode = "xanary7q"
explain = "xanary7q"
xanary7q = 1
"#;
        let found = flaws(text);
        let lines: Vec<_> = found.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
        let expected = [1, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 16, 20, 21, 22, 24, 25, 26];
        assert_eq!(lines, expected.map(|line| format!("p.toml:{line}")), "{found:#?}");
        assert!(!found.iter().any(|fault| fault.contains("xanary7q")), "{found:#?}");
        assert!(found[0].contains("the nearest is `operator`"), "{}", found[0]);
        assert!(found[4].contains("the nearest is `EMAIL`"), "{}", found[4]);
    }

    #[test]
    fn faults_of_rules_and_of_the_grammar_are_told_with_their_line_and_not_to_logs() {
        let rule = "[[rule]]\nname = \"a\"\nkind = \"CUSTOM\"\nscore = \"xanary7q\"\n";
        let flaw = &read("p.toml", rule, &Recipe::default()).unwrap_err()[0];
        assert_eq!(flaw.place("p.toml"), "p.toml:4");
        assert!(!flaw.in_a_log().contains("xanary7q"));
        let found = flaws("doc = \"x\"\noperator = xanary7q\nwithout = [\n");
        assert!(found[0].starts_with("p.toml:2: "), "{found:?}");
    }
}
