//! Rules made ready to be looked for: indexes by how a thing begins, so that a text is passed over once.

use crate::bucket::{Bucket, place_of};
use crate::cue::{self, Dictionary};
use crate::heads::Heads;
use crate::library::{self, RuleError};
use crate::phone::Region;
use crate::restore::{may_have_look_alikes, with_look_alikes};
use crate::rule::{Rule, RuleId};
use crate::scan::{Scan, Scanner, Word, announcements};
use crate::shape::{self, Form, Mask, SEPARATORS, WORD_MAX};
use crate::{Span, check, fold, merge};
use memchr::memmem::Finder;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::sync::OnceLock;

/// What an expression may take once it is compiled, in bytes; a rule that wants more is refused.
const EXPRESSION_MAX: usize = 1 << 20;

/// How much is hidden when a rule is not sure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Aggressiveness {
    /// Only what is all but certain.
    Relaxed,
    /// What is more likely than not.
    #[default]
    Balanced,
    /// Also what may well be something else.
    Strict,
}

impl Aggressiveness {
    /// The least score that counts.
    pub fn threshold(self) -> f32 {
        match self {
            Self::Relaxed => 0.8,
            Self::Balanced => 0.5,
            Self::Strict => 0.3,
        }
    }
}

/// What an engine looks for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How much is hidden when a rule is not sure.
    pub aggressiveness: Aggressiveness,
    /// Where telephone numbers are found as people there write them; none: the usual regions.
    pub phone_regions: Vec<Region>,
}

/// One form of a rule, where the scanner stops for it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The byte that must stand before and after the word, or 0 where it is the form's first or last.
    pub(crate) before: u8,
    pub(crate) after: u8,
    pub(crate) digits: Mask,
    pub(crate) upper: Mask,
    /// Which word of the form it is, and how long that is.
    pub(crate) word: u8,
    pub(crate) length: u8,
    /// How long the next word is, and what must stand after that: a separator, or 0 for the end of the form.
    pub(crate) next_length: u8,
    next_after: u8,
    /// How many bytes of the form stand before the word, and after it.
    pub(crate) lead: u16,
    pub(crate) tail: u16,
    /// Whether the masks say all about the word.
    pub(crate) exact: bool,
    pub(crate) bare: bool,
    pub(crate) rule: RuleId,
    pub(crate) form: u32,
    /// The number of the rule among those that have cues, if it has any.
    pub(crate) cue: u16,
}

impl Entry {
    /// Whether it may stand at a word, as far as the places of digits and capitals and what is next to it tell.
    pub(crate) fn agrees(&self, word: &Word) -> bool {
        self.digits.agrees(word.digits)
            && self.upper.agrees(word.upper)
            && (self.before == 0 || self.before == word.before)
            && (self.after == 0
                || self.after == word.after
                    && self.next_length == word.next_length
                    && (self.next_after == 0 || self.next_after == word.next_after))
    }
}

/// Entries by what must stand after the word: nothing in particular, or each of the separators.
pub(crate) type ByAfter = [Bucket; SEPARATORS.len() + 1];

/// Which words may begin a form that needs a cue, so that cues are looked for only there: by length, and by what
/// stands after the word.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gate {
    /// Whether a word of digits, or another, may be the whole form or its end.
    number_ends: bool,
    other_ends: bool,
    /// For each separator, the lengths that the next word may have.
    next: [u64; SEPARATORS.len()],
}

impl Gate {
    fn open(&mut self, entry: &Entry) {
        let all = u64::MAX >> (64 - u32::from(entry.length));
        match place_of(entry.after) {
            place @ 1.. => self.next[place - 1] |= 1 << entry.next_length.min(63),
            0 => {
                self.number_ends |= entry.digits.agrees(all);
                self.other_ends |= !entry.digits.must_all(all);
            }
        }
    }

    /// Whether a word may begin one.
    pub(crate) fn lets(&self, word: &Word) -> bool {
        if if word.is_number() { self.number_ends } else { self.other_ends } {
            return true;
        }
        let Some(place) = place_of(word.after).checked_sub(1) else { return false };
        self.next[place] >> word.next_length.min(63) & 1 == 1
    }
}

/// What a rule needs besides its words.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) check: Option<fn(&[u8]) -> bool>,
    /// Its number among the rules that have cues.
    pub(crate) cue: Option<u16>,
    expression: OnceLock<Option<Regex>>,
}

/// Rules, ready.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Rule>,
    pub(crate) ready: Vec<Ready>,
    pub(crate) forms: Vec<Form>,
    /// Forms that are sure enough by themselves, by the length of the word at which the scanner stops.
    pub(crate) by_length: Vec<ByAfter>,
    /// The same for forms that need a cue.
    pub(crate) cued: Vec<ByAfter>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) cues: Dictionary,
    pub(crate) heads: Heads,
    pub(crate) keys: Dictionary,
    pub(crate) by_key: Vec<RuleId>,
    pub(crate) scanners: [Option<RuleId>; Scanner::COUNT],
    pub(crate) regions: Vec<Region>,
    pub(crate) announcements: Vec<Finder<'static>>,
    pub(crate) threshold: f32,
}

impl Engine {
    /// Makes the rules that are compiled in ready.
    ///
    /// # Panics
    /// Never in a build that passed its tests.
    pub fn builtin(options: &Options) -> Self {
        Self::new(library::builtin(), options).expect("the rules that are compiled in are good")
    }

    /// Makes rules ready.
    ///
    /// # Errors
    /// When one of them cannot be used; the error names it.
    pub fn new(rules: Vec<Rule>, options: &Options) -> Result<Self, RuleError> {
        let too_many = |what: String| RuleError { file: "the rules together".to_owned(), what };
        if rules.len() > usize::from(u16::MAX) {
            return Err(too_many(format!("more than {} rules", u16::MAX)));
        }
        if rules.iter().filter(|rule| !rule.keys.is_empty()).count() > cue::RULES_MAX {
            return Err(too_many(format!("more than {} rules have keys", cue::RULES_MAX)));
        }
        let mut engine = Self {
            ready: Vec::with_capacity(rules.len()),
            forms: Vec::new(),
            by_length: (0..=WORD_MAX).map(|_| ByAfter::default()).collect(),
            cued: (0..=WORD_MAX).map(|_| ByAfter::default()).collect(),
            gates: vec![Gate::default(); WORD_MAX + 1],
            cues: Dictionary::default(),
            heads: Heads::new(std::iter::empty()),
            keys: Dictionary::default(),
            by_key: Vec::new(),
            scanners: [None; Scanner::COUNT],
            regions: options.phone_regions.clone(),
            announcements: announcements(),
            threshold: options.aggressiveness.threshold(),
            rules,
        };
        if engine.regions.is_empty() {
            engine.regions = Region::USUAL.to_vec();
        }
        let mut cued = 0;
        for at in 0..engine.rules.len() {
            engine.prepare(RuleId(at as u16), &mut cued)?;
        }
        engine.index_words();
        let literals = engine.rules();
        let literals = literals
            .flat_map(|(id, rule)| rule.prefix.iter().map(move |literal| (literal.as_str(), id)));
        engine.heads = Heads::new(literals);
        Ok(engine)
    }

    /// Finds every piece of personal data in `text`: sorted, never overlapping, on character boundaries.
    pub fn find(&self, text: &str) -> Vec<Span> {
        let winners = match fold::folded(text) {
            None => merge::winners(self, Scan::new(self, text).run()),
            Some(folded) => {
                let mut winners = merge::winners(self, Scan::new(self, &folded.text).run());
                for span in &mut winners {
                    (span.start, span.end) = (folded.start(span.start), folded.end(span.end));
                }
                winners
            }
        };
        match self.scanners[Scanner::LookAlike as usize] {
            Some(rule) if may_have_look_alikes(text) => with_look_alikes(text, rule, winners),
            _ => winners,
        }
    }

    /// Every rule, in order.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules.iter().zip(0..).map(|(rule, at)| (RuleId(at), rule))
    }

    /// The rule of that id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[usize::from(id.0)]
    }

    pub(crate) fn ready(&self, id: RuleId) -> &Ready {
        &self.ready[usize::from(id.0)]
    }

    /// Reads what a rule says about its form.
    fn prepare(&mut self, id: RuleId, cued: &mut u16) -> Result<(), RuleError> {
        let rule = &self.rules[usize::from(id.0)];
        let wrong = |what: String| RuleError { file: rule.name.clone(), what };
        let check = match &rule.check {
            Some(name) => Some(
                check::by_name(name).ok_or_else(|| wrong(format!("there is no check `{name}`")))?,
            ),
            None => None,
        };
        for literal in &rule.prefix {
            if let Some(why) = Heads::objection(literal) {
                return Err(wrong(format!("the prefix `{literal}` {why}")));
            }
        }
        let cue = (!rule.cues.is_empty()).then(|| std::mem::replace(cued, *cued + 1));
        if usize::from(*cued) > cue::RULES_MAX {
            return Err(wrong(format!("more than {} rules have cues", cue::RULES_MAX)));
        }
        self.ready.push(Ready { check, cue, expression: OnceLock::new() });
        if let Some(name) = &rule.form {
            let scanner = Scanner::parse(name);
            let scanner = scanner.ok_or_else(|| wrong(format!("there is no form `{name}`")))?;
            self.scanners[scanner as usize] = Some(id);
        }
        let shapes = rule.shapes.iter().map(|shape| (shape, false));
        let shapes = shapes.chain(rule.bare.iter().map(|shape| (shape, true)));
        let mut read = Vec::new();
        for (shape, bare) in shapes {
            // What is never sure enough is not looked for.
            let best = rule.sureness(bare, false).into_iter().chain(rule.sureness(bare, true));
            if best.fold(0.0, f32::max) < self.threshold {
                continue;
            }
            let forms = shape::forms(shape);
            let forms = forms.map_err(|error| wrong(format!("the shape `{shape}`: {error}")))?;
            read.extend(forms.into_iter().map(|form| (form, bare)));
        }
        read.into_iter().for_each(|(form, bare)| self.add_form(id, form, bare));
        Ok(())
    }

    fn add_form(&mut self, rule: RuleId, form: Form, bare: bool) {
        for at in form.anchors() {
            let word = &form.words[at];
            let next = form.words.get(at + 1);
            let (lead, tail) = (&form.words[..at], &form.words[at + 1..]);
            let bytes =
                |words: &[shape::Word]| words.iter().map(|word| word.len() as u16 + 1).sum();
            let entry = Entry {
                lead: bytes(lead),
                tail: bytes(tail),
                before: at.checked_sub(1).map_or(0, |before| form.separators[before]),
                after: form.separators.get(at).copied().unwrap_or_default(),
                digits: word.digits,
                upper: word.upper,
                word: at as u8,
                length: word.len() as u8,
                next_length: next.map_or(0, |next| next.len() as u8),
                next_after: form.separators.get(at + 1).copied().unwrap_or_default(),
                exact: word.is_exact(),
                bare,
                rule,
                form: self.forms.len() as u32,
                cue: self.ready(rule).cue.unwrap_or_default(),
            };
            let alone = self.rule(rule).sureness(bare, false).unwrap_or_default();
            let (length, place) = (word.len(), place_of(entry.after));
            let cued = self.ready(rule).cue.is_some() && alone < self.threshold;
            if cued {
                self.gates[length].open(&entry);
            }
            let buckets = if cued { &mut self.cued } else { &mut self.by_length };
            buckets[length][place].push(entry, &form);
        }
        self.forms.push(form);
    }

    fn index_words(&mut self) {
        let cues = self.rules.iter().zip(&self.ready).filter_map(|(rule, ready)| {
            ready.cue.map(|cue| rule.cues.iter().map(move |text| (text.as_str(), cue)))
        });
        self.cues = Dictionary::new(cues.flatten());
        let keyed: Vec<_> = self.rules().filter(|(_, rule)| !rule.keys.is_empty()).collect();
        let by_key: Vec<_> = keyed.iter().map(|(id, _)| *id).collect();
        let keys = keyed.iter().zip(0..);
        let keys =
            keys.flat_map(|((_, rule), at)| rule.keys.iter().map(move |key| (key.as_str(), at)));
        self.keys = Dictionary::of_names(keys);
        self.by_key = by_key;
    }

    /// The expression of a rule, compiled when it is first needed: most never are.
    pub(crate) fn expression(&self, id: RuleId) -> Option<&Regex> {
        let compile = || {
            let rule = self.rule(id);
            let pattern = rule.pattern.as_deref()?;
            // A value is the whole of it.
            let whole = (!rule.keys.is_empty()).then(|| format!("(?:{pattern})\\z"));
            compile(whole.as_deref().unwrap_or(pattern)).ok()
        };
        self.ready(id).expression.get_or_init(compile).as_ref()
    }
}

/// Compiles an expression within limits of size.
///
/// # Errors
/// When it cannot be read, or takes too much.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(
            Regex::config()
                .nfa_size_limit(Some(EXPRESSION_MAX))
                .onepass(false)
                .dfa(false)
                .hybrid_cache_capacity(EXPRESSION_MAX),
        )
        .build(pattern)
        .map_err(|error| error.to_string())
}
