//! Telephones: of the same country and form; of the numbers that are kept free for films and examples where a country has
//! some, else of those that its plan assigns.

use super::Seed;
use super::stream::Stream;
use crate::phone::Dialled;
use crate::{Engine, fold};

/// Numbers that are given to nobody, by calling code: `x` is any digit, `n` one that the plan must agree with.
const FREE: &[(u16, &[&str])] = &[
    (1, &["nnn55501xx"]),
    (
        33,
        &[
            "1990xxxxxx",
            "26191xxxx",
            "35301xxxx",
            "46571xxxx",
            "53649xxxx",
            "63998xxxx",
            "19900xxxx",
        ],
    ),
    (
        44,
        &[
            "7700900xxx",
            "2079460xxx",
            "1134960xxx",
            "1144960xxx",
            "1154960xxx",
            "1164960xxx",
            "1174960xxx",
            "1184960xxx",
            "1214960xxx",
            "1314960xxx",
            "1414960xxx",
            "1514960xxx",
            "1614960xxx",
            "1914980xxx",
            "2896496xxx",
            "2920180xxx",
            "1632960xxx",
            "8081570xxx",
            "3069990xxx",
        ],
    ),
    (46, &["8465004xx", "313900600", "317330xx", "4062804xx", "7017406xx"]),
    (49, &["3023125xxx", "6990009xxx", "4066969xxx", "2214710xxx", "8999998xxx", "17139200xx"]),
    (
        61,
        &[
            "25550xxxx",
            "35550xxxx",
            "75550xxxx",
            "85550xxxx",
            "491570156",
            "491570157",
            "491570158",
            "491570159",
        ],
    ),
    (353, &["20913xxxx"]),
];

/// The turn, and the attempt, from which on numbers are of the plan: there are too few of the others.
const PLAN_FROM: usize = 6;
const PLAN_ATTEMPT: u32 = 6;

/// Numbers that are tried until the plan assigns one.
const TRIES: usize = 60;

/// Another number of the same country, in the same groups.
pub(super) fn phone(
    engine: &Engine,
    original: &str,
    seed: &Seed,
    turn: usize,
    stream: &mut Stream,
) -> String {
    let chars: Vec<char> = original.chars().collect();
    let digit = |c: char| fold::plain(c).to_digit(10).map(|digit| digit as u8);
    let end = chars
        .iter()
        .position(|c| c.is_alphabetic() || matches!(c, '#' | ';'))
        .unwrap_or(chars.len());
    let digits: Vec<u8> = chars[..end].iter().filter_map(|c| digit(*c)).collect();
    let plus = chars.iter().take(2).any(|c| fold::plain(*c) == '+');
    let mut other = digits.clone();
    if let Some(dialled) = Dialled::read(&digits, plus, &engine.regions) {
        let national = &mut other[dialled.prefix..];
        let free = turn < PLAN_FROM && seed.attempt < PLAN_ATTEMPT;
        let found = if free { free_number(&dialled, national, stream) } else { None };
        let kept = 1 + turn.saturating_sub(PLAN_FROM) / 6;
        let found = found.or_else(|| plan_number(&dialled, national, kept, stream));
        if let Some(found) = found {
            national.copy_from_slice(&found);
        }
    } else {
        let kept = other.len().min(2);
        other[kept..].iter_mut().for_each(|digit| *digit = stream.below(10) as u8);
    }
    let mut next = other.into_iter();
    let one = |(at, c): (usize, &char)| {
        let Some(old) = digit(*c) else { return *c };
        let new = if at < end { next.next().unwrap_or(old) } else { stream.below(10) as u8 };
        // In the script of the original.
        char::from_u32(u32::from(*c) - u32::from(old) + u32::from(new)).unwrap_or(*c)
    };
    chars.iter().enumerate().map(one).collect()
}

/// A number that is free for examples: of the same first digit, which tells mobile ones from others, where there is one.
fn free_number(dialled: &Dialled, national: &[u8], stream: &mut Stream) -> Option<Vec<u8>> {
    let (_, forms) = FREE.iter().find(|(code, _)| *code == dialled.code)?;
    let fits = |form: &&&str| form.len() == national.len();
    let alike = |form: &&&str| fits(form) && form.as_bytes()[0] == b'0' + national[0];
    let mut forms: Vec<&&str> = if forms.iter().any(|form| alike(&form)) {
        forms.iter().filter(alike).collect()
    } else {
        forms.iter().filter(fits).collect()
    };
    stream.shuffle(&mut forms);
    forms.into_iter().find_map(|form| {
        let mut made = || -> Vec<u8> {
            let digit = |letter: u8| match letter {
                b'x' | b'n' => stream.below(10) as u8,
                _ => letter - b'0',
            };
            form.bytes().map(digit).collect()
        };
        (0..TRIES).map(|_| made()).find(|made| dialled.assigns(made))
    })
}

/// A number that the plan assigns, with so many first digits of the original.
fn plan_number(
    dialled: &Dialled,
    national: &[u8],
    kept: usize,
    stream: &mut Stream,
) -> Option<Vec<u8>> {
    (kept..=4).find_map(|kept| {
        let mut made = || -> Vec<u8> {
            let digit =
                |(at, old): (usize, &u8)| if at < kept { *old } else { stream.below(10) as u8 };
            national.iter().enumerate().map(digit).collect()
        };
        (0..TRIES).map(|_| made()).find(|made| dialled.assigns(made))
    })
}
