//! From what is known of the tokens of a passage to the features of one of them: hashed names of what holds there.

use crate::fact::{Fact, shape};
use crate::hash::{feature, join};
use crate::language::Language;
use crate::lexicon::list;

/// Stands for what lies before the first token and after the last.
const EDGE: u64 = 0x5851_f42d_4c95_7f2d;

/// The templates, in order of their numbers, by how much of the word itself they hold. Training leaves the first out
/// now and then, so that the rest learn to do without.
pub const LEXICAL: std::ops::Range<u8> = 1..16;

struct View<'a> {
    facts: &'a [Fact],
    at: usize,
}

impl View<'_> {
    fn near(&self, offset: isize) -> Option<&Fact> {
        self.at.checked_add_signed(offset).and_then(|at| self.facts.get(at))
    }
    fn lower(&self, offset: isize) -> u64 {
        self.near(offset).map_or(EDGE, |fact| fact.lower)
    }
    /// The shape, with whether white space lies before it.
    fn shape(&self, offset: isize) -> u64 {
        self.near(offset).map_or(EDGE, |fact| u64::from(fact.shape) << 2 | fact.gap as u64)
    }
    fn lists(&self, offset: isize) -> u64 {
        self.near(offset).map_or(EDGE, |fact| {
            u64::from(fact.lists) << 20 | u64::from(fact.phrase) << 2 | u64::from(fact.within)
        })
    }
}

/// Hands every feature of the token at `at` to `sink`, with the number of its template.
pub fn features(facts: &[Fact], at: usize, language: Language, sink: &mut impl FnMut(u8, u64)) {
    let view = View { facts, at };
    let mut put = |template: u8, value: u64| sink(template, feature(template, value));
    word(&facts[at], &mut put);
    neighbours(&view, &mut put);
    membership(&view, &mut put);
    place(&facts[at], language, &mut put);
    run(&view, &mut put);
}

fn word(fact: &Fact, put: &mut impl FnMut(u8, u64)) {
    put(1, fact.exact);
    put(2, fact.lower);
    if fact.letters() {
        put(3, fact.heads[2]);
        put(4, fact.heads[3]);
        put(5, fact.tails[3]);
        put(16, fact.heads[1]);
        put(17, fact.tails[1]);
        put(18, fact.tails[2]);
        put(19, join(fact.tails[2], u64::from(fact.shape)));
    }
    put(20, u64::from(fact.shape));
}

fn neighbours(view: &View<'_>, put: &mut impl FnMut(u8, u64)) {
    let (before, here, after) = (view.lower(-1), view.lower(0), view.lower(1));
    let (shape_before, shape, shape_after) = (view.shape(-1), view.shape(0), view.shape(1));
    put(6, join(before, here));
    put(7, join(here, after));
    put(21, before);
    put(22, after);
    put(23, view.lower(-2));
    put(24, view.lower(2));
    put(25, join(before, shape));
    put(26, join(shape, after));
    put(27, join(view.lower(-2), before));
    put(28, join(after, view.lower(2)));
    put(29, join(join(before, shape), after));
    put(30, join(shape_before, shape));
    put(31, join(shape, shape_after));
    put(32, join(join(shape_before, shape), shape_after));
    put(33, join(join(view.shape(-2), shape_before), shape));
    put(34, join(join(shape, shape_after), view.shape(2)));
    put(35, join(join(before, shape), view.lower(-2)));
    put(36, join(view.lower(-3), shape));
    put(37, join(view.lower(3), shape));
    put(38, view.near(-1).map_or(EDGE, |fact| fact.tails[2]));
    put(39, view.near(1).map_or(EDGE, |fact| fact.tails[2]));
}

fn membership(view: &View<'_>, put: &mut impl FnMut(u8, u64)) {
    let (before, here, after) = (view.lists(-1), view.lists(0), view.lists(1));
    let shape = view.shape(0);
    put(40, here);
    put(41, join(here, shape));
    put(42, before);
    put(43, after);
    put(44, join(before, here));
    put(45, join(here, after));
    put(46, join(join(before, here), after));
    put(47, join(view.lower(-1), here));
    put(48, join(here, view.lower(1)));
}

fn place(fact: &Fact, language: Language, put: &mut impl FnMut(u8, u64)) {
    let written = u64::from(fact.shape);
    let begins = u64::from(fact.sentence);
    let common = u64::from(fact.lists & list::COMMON != 0);
    put(50, written << 3 | u64::from(fact.line) << 1 | begins);
    put(51, written << 4 | begins << 3 | common << 2 | u64::from(fact.line));
    // A small word means one thing in one language and another in the next: die, an, con.
    if fact.shape == shape::LOWER {
        put(52, join(fact.lower, language as u64));
    }
    put(54, written << 2 | fact.gap as u64);
    if fact.key != 0 {
        put(55, fact.key);
        put(56, join(fact.key, written));
        put(57, join(fact.key, u64::from(fact.since)));
        put(58, written << 4 | u64::from(fact.since));
    }
}

fn run(view: &View<'_>, put: &mut impl FnMut(u8, u64)) {
    let fact = &view.facts[view.at];
    if !fact.capital() && fact.run.0 == fact.run.1 {
        return;
    }
    let (start, end) = (usize::from(fact.run.0), usize::from(fact.run.1));
    let lower =
        |at: Option<usize>| at.and_then(|at| view.facts.get(at)).map_or(EDGE, |fact| fact.lower);
    let length = (end - start).min(7) as u64;
    let position = if view.at == start { 0 } else { 1 + u64::from(view.at == end) };
    let (before, after) = (lower(start.checked_sub(1)), lower(Some(end + 1)));
    put(60, length << 2 | position);
    put(61, join(lower(Some(start)), position));
    put(62, join(lower(Some(end)), position));
    put(63, join(before, position));
    put(64, join(after, position));
    put(65, join(join(before, after), position));
    let lists = |at: usize| u64::from(view.facts[at].lists & !list::COMMON);
    put(66, join(lists(start) << 16 | lists(end), length << 2 | position));
    let all = view.facts[start..=end].iter().fold(0, |all, fact| all | fact.lists | fact.phrase);
    put(67, u64::from(all) << 4 | length << 2 | position);
    let upper = view.facts[start..=end]
        .iter()
        .all(|fact| fact.shape == shape::UPPER || fact.shape == shape::SHORT_UPPER);
    put(
        68,
        length << 4 | position << 2 | u64::from(upper) << 1 | u64::from(view.facts[start].sentence),
    );
    put(69, join(lower(start.checked_sub(2)), join(before, position)));
}
