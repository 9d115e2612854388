//! Rules made ready to be looked for: indexes by how a thing begins, so that a text is passed over once.

use crate::bucket::{Bucket, place_of};
use crate::cue::Dictionary;
use crate::heads::Heads;
use crate::library::{self, RuleError};
use crate::list::{Allowed, Case, Words};
use crate::options::Options;
use crate::phone::Region;
use crate::rule::{Rule, RuleId};
use crate::scan::{Scanner, Word, announcements};
use crate::shape::{self, Form, Mask, SEPARATORS, WORD_MAX};
use crate::{Kind, Tagger, check, expression, objection};
use memchr::memmem::Finder;
use regex_automata::meta::Regex;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

/// From how many bytes on a single word that is a cue is no name, even with small letters.
const TITLE_MIN: usize = 9;

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
    /// The least score that counts for it; infinite where it is not looked for.
    pub(crate) threshold: f32,
    expression: OnceLock<Option<Regex>>,
}

impl Ready {
    fn is_on(&self) -> bool {
        self.threshold.is_finite()
    }
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
    /// Rules whose expression is searched everywhere.
    pub(crate) searched: Vec<RuleId>,
    /// Words that are found wherever they stand, denied ones and those of rules, and whose they are.
    pub(crate) words: Option<Words>,
    pub(crate) owners: Vec<(RuleId, Kind)>,
    pub(crate) allowed: Allowed,
    pub(crate) tagger: Option<Arc<dyn Tagger>>,
    /// What numbers are called, once a tagger tells something.
    titles: OnceLock<HashSet<String>>,
    /// The rules for what a tagger tells.
    pub(crate) tagged: BTreeMap<Kind, RuleId>,
}

impl Engine {
    /// Makes the rules that are compiled in ready.
    ///
    /// # Panics
    /// When something in `options` cannot be used: [`Self::with`] says what. Never for the default ones.
    pub fn builtin(options: &Options) -> Self {
        Self::with(Vec::new(), options).expect("the rules that are compiled in are good")
    }

    /// Makes the rules that are compiled in ready, and those of a user beside them.
    ///
    /// # Errors
    /// When one of them, or something in `options`, cannot be used; the error names it.
    pub fn with(own: Vec<Rule>, options: &Options) -> Result<Self, RuleError> {
        let builtin = library::builtin();
        let names: HashSet<_> = builtin.iter().map(|rule| rule.name.as_str()).collect();
        if let Some(rule) = own.iter().find(|rule| names.contains(rule.name.as_str())) {
            return Err(rule.wrong("a built-in rule has this name; give it another"));
        }
        Self::build(builtin, own, options)
    }

    /// Makes rules ready, without those that are compiled in.
    ///
    /// # Errors
    /// When one of them, or something in `options`, cannot be used; the error names it.
    pub fn new(rules: Vec<Rule>, options: &Options) -> Result<Self, RuleError> {
        Self::build(Vec::new(), rules, options)
    }

    fn build(builtin: Vec<Rule>, own: Vec<Rule>, options: &Options) -> Result<Self, RuleError> {
        if let Some(fault) = objection::of_own(&own).into_iter().next() {
            return Err(fault);
        }
        options.sound()?;
        let (trusted, mut rules) = (builtin.len(), builtin);
        rules.extend(own);
        objection::of_all(&rules)?;
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
            searched: Vec::new(),
            words: None,
            owners: Vec::new(),
            allowed: Allowed::new(options)?,
            tagger: options.tagger.clone(),
            tagged: BTreeMap::new(),
            titles: OnceLock::new(),
            rules,
        };
        if engine.regions.is_empty() {
            engine.regions = Region::USUAL.to_vec();
        }
        let mut cued = 0;
        for at in 0..engine.rules.len() {
            engine.prepare(RuleId(at as u16), &mut cued, options)?;
        }
        engine.index_words();
        engine.index_lists(options)?;
        let literals = engine.rules().filter(|(id, _)| engine.looks_for(*id));
        let literals = literals
            .flat_map(|(id, rule)| rule.prefix.iter().map(move |literal| (literal.as_str(), id)));
        engine.heads = Heads::new(literals);
        // What a user wrote is tried at once, so that nothing is left to fail at the first text.
        for (id, rule) in engine.rules().skip(trusted) {
            if rule.pattern.is_some() && engine.expression(id).is_none() {
                return Err(rule.wrong("the pattern cannot be compiled"));
            }
        }
        Ok(engine)
    }

    /// Whether a rule is looked for: its kind is not left out, was asked for if it must be, and has the tagger it needs.
    pub fn looks_for(&self, id: RuleId) -> bool {
        self.ready(id).is_on()
    }

    /// Every rule, in order.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules.iter().zip(0..).map(|(rule, at)| (RuleId(at), rule))
    }

    /// The rule of that id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[usize::from(id.0)]
    }

    /// The language model that reads names, if there is one.
    pub fn tagger(&self) -> Option<&dyn Tagger> {
        self.tagger.as_deref()
    }

    /// Whether it is what a number is called, such as `IBAN` or `Seguridad Social`, which a model takes for a name. Of single
    /// words only capitals and long ones are: `Nino` is a name, too, and `Sozialversicherungsnummer` is none.
    pub(crate) fn is_title(&self, text: &str) -> bool {
        let lower = || text.chars().any(char::is_lowercase);
        if text.len() < TITLE_MIN && lower() && !text.contains(char::is_whitespace) {
            return false;
        }
        let titles = self.titles.get_or_init(|| {
            let cues = self.rules.iter().flat_map(|rule| &rule.cues).map(|cue| cue.to_lowercase());
            // `us-ssn`, `iban`: rules are called as what they find is.
            let names = self.rules.iter().flat_map(|rule| rule.name.split('-'));
            // The long ones are countries.
            let names = names.filter(|part| part.len() < TITLE_MIN).map(str::to_owned);
            cues.chain(names).collect()
        });
        // `N.I.F.` is written without its dots in a list of cues, and a line may end within a title.
        let written: Vec<&str> = text.split_whitespace().collect();
        titles.contains(&written.join(" ").replace('.', "").to_lowercase())
    }

    /// The least score at which something that the language model tells may count.
    pub(crate) fn least_tagged(&self) -> f32 {
        let of_rules = self.tagged.values().map(|rule| self.ready(*rule).threshold);
        of_rules.fold(1.0, f32::min)
    }

    pub(crate) fn ready(&self, id: RuleId) -> &Ready {
        &self.ready[usize::from(id.0)]
    }

    /// Reads what a rule says about its form.
    fn prepare(&mut self, id: RuleId, cued: &mut u16, options: &Options) -> Result<(), RuleError> {
        let rule = &self.rules[usize::from(id.0)];
        let check = match &rule.check {
            Some(name) => Some(
                check::by_name(name)
                    .ok_or_else(|| rule.wrong(&format!("there is no check `{name}`")))?,
            ),
            None => None,
        };
        let scanner = match &rule.form {
            Some(name) => Some(
                Scanner::parse(name)
                    .ok_or_else(|| rule.wrong(&format!("there is no form `{name}`")))?,
            ),
            None => None,
        };
        let threshold = options.threshold_of(rule, scanner);
        let on = threshold.is_finite();
        let cue = (on && !rule.cues.is_empty()).then(|| std::mem::replace(cued, *cued + 1));
        self.ready.push(Ready { check, cue, threshold, expression: OnceLock::new() });
        if !on {
            return Ok(());
        }
        match scanner {
            Some(Scanner::Tagger) => drop(self.tagged.insert(rule.kind, id)),
            Some(scanner) => self.scanners[scanner as usize] = Some(id),
            None => {}
        }
        if rule.is_searched() {
            self.searched.push(id);
        }
        let shapes = rule.shapes.iter().map(|shape| (shape, false));
        let shapes = shapes.chain(rule.bare.iter().map(|shape| (shape, true)));
        let mut read = Vec::new();
        for (shape, bare) in shapes {
            // What is never sure enough is not looked for.
            let best = rule.sureness(bare, false).into_iter().chain(rule.sureness(bare, true));
            if best.fold(0.0, f32::max) < threshold {
                continue;
            }
            let forms = shape::forms(shape);
            let forms =
                forms.map_err(|error| rule.wrong(&format!("the shape `{shape}`: {error}")))?;
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
            let ready = self.ready(rule);
            let cued = ready.cue.is_some() && alone < ready.threshold;
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
        let keyed = self.rules().filter(|(id, rule)| !rule.keys.is_empty() && self.looks_for(*id));
        let keyed: Vec<_> = keyed.collect();
        let by_key: Vec<_> = keyed.iter().map(|(id, _)| *id).collect();
        let keys = keyed.iter().zip(0..);
        let keys =
            keys.flat_map(|((_, rule), at)| rule.keys.iter().map(move |key| (key.as_str(), at)));
        self.keys = Dictionary::of_names(keys);
        self.by_key = by_key;
    }

    /// Takes up the words that are denied, and those of rules.
    fn index_lists(&mut self, options: &Options) -> Result<(), RuleError> {
        let mut words = Vec::new();
        let mut owners = Vec::new();
        if let Some(rule) = self.scanners[Scanner::Denied as usize] {
            for deny in &options.deny {
                words.extend(deny.words.iter().map(String::as_str));
                owners.resize(words.len(), (rule, deny.kind));
            }
        }
        for (id, rule) in self.rules().filter(|(id, _)| self.looks_for(*id)) {
            words.extend(rule.words.iter().map(String::as_str));
            owners.resize(words.len(), (id, rule.kind));
        }
        if !words.is_empty() {
            let found = Words::new(&words, Case::Any);
            self.words = Some(found.map_err(|what| RuleError::of("the lists of words", what))?);
            self.owners = owners;
        }
        Ok(())
    }

    /// The expression of a rule, compiled when it is first needed: most never are.
    pub(crate) fn expression(&self, id: RuleId) -> Option<&Regex> {
        let compile = || expression::of(self.rule(id)).ok();
        self.ready(id).expression.get_or_init(compile).as_ref()
    }
}
