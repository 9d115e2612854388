//! The lists under `names/`: given names, surnames, towns and the like in six languages, compiled in and read once.

use super::Seed;
use super::stream::Stream;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The files, in the order in which a word that several know is looked for.
const FILES: [(&str, &str); 6] = [
    ("es", include_str!("../../names/es.txt")),
    ("en", include_str!("../../names/en.txt")),
    ("fr", include_str!("../../names/fr.txt")),
    ("de", include_str!("../../names/de.txt")),
    ("it", include_str!("../../names/it.txt")),
    ("pt", include_str!("../../names/pt.txt")),
];

/// What is used where neither the text nor its words say more.
const USUAL: &str = "en";

/// The attempt from which on a replacement is put together of two, as a list may be too short for a session.
const JOINED_FROM: u32 = 8;

static LISTS: LazyLock<HashMap<(&'static str, &'static str), List>> =
    LazyLock::new(|| FILES.iter().flat_map(|(language, text)| read(language, text)).collect());

/// One list of one language.
#[derive(Debug, Default)]
struct List {
    /// Each with its forms: most have one; occupations two, nationalities four.
    entries: Vec<Vec<&'static str>>,
    /// Which entry and form a word is, whatever its case and accents.
    places: HashMap<String, (usize, usize)>,
}

fn read(
    language: &'static str,
    text: &'static str,
) -> impl Iterator<Item = ((&'static str, &'static str), List)> {
    let sections = text.split("\n[").skip(1);
    sections.filter_map(move |section| {
        let (name, body) = section.split_once(']')?;
        let mut list = List::default();
        for entry in body.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
            let forms: Vec<&str> = entry.split('/').collect();
            for (form, word) in forms.iter().enumerate() {
                list.places.entry(unaccented(word)).or_insert((list.entries.len(), form));
            }
            list.entries.push(forms);
        }
        Some(((language, name), list))
    })
}

/// A word that a list knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) language: &'static str,
    entry: usize,
    form: usize,
}

/// The languages, the one that is given first.
fn languages(given: Option<&str>) -> impl Iterator<Item = &'static str> {
    let own = FILES.iter().filter(move |(name, _)| Some(*name) == given);
    let others = FILES.iter().filter(move |(name, _)| Some(*name) != given);
    own.chain(others).map(|(name, _)| *name)
}

/// Looks for a word in the section of every language.
pub(super) fn known(section: &'static str, word: &str, given: Option<&str>) -> Option<Known> {
    let word = unaccented(word);
    languages(given).find_map(|language| {
        let (entry, form) = *LISTS.get(&(language, section))?.places.get(&word)?;
        Some(Known { language, entry, form })
    })
}

/// The first language of which some list has the word.
pub(super) fn language_of(word: &str) -> Option<&'static str> {
    let sections = ["companies", "female", "male", "surnames", "towns", "streets"];
    sections.into_iter().find_map(|section| known(section, word, None)).map(|known| known.language)
}

/// Whether a list of any language has the word.
pub(super) fn knows(section: &'static str, word: &str) -> bool {
    known(section, word, None).is_some()
}

/// What takes the place of a word of that section: another of the same language, by the session and the word alone, so
/// that a word becomes the same wherever it stands. Case and a lack of accents are kept.
pub(super) fn replaced(
    section: &'static str,
    word: &str,
    seed: &Seed,
    given: Option<&str>,
) -> String {
    let known = known(section, word, given);
    let language = known.map(|known| known.language).or_else(|| {
        languages(given).find(|language| {
            LISTS.contains_key(&(*language, section))
                && (given == Some(language) || given.is_none() && *language == USUAL)
        })
    });
    let language = language.unwrap_or(USUAL);
    let Some(list) = LISTS.get(&(language, section)) else { return word.to_owned() };
    let plain = unaccented(word);
    let mut stream = Stream::new(seed, &["list", section, &plain]);
    let form = known.map_or(0, |known| known.form);
    let first = other(list, &plain, form, &mut stream);
    let lacks_accents = lacks_accents(word, known, list);
    let cased = |name: &str| {
        let name = if lacks_accents { without_accents(name) } else { name.to_owned() };
        in_case_of(word, &name)
    };
    if seed.attempt < JOINED_FROM {
        return cased(first);
    }
    let second = other(list, &unaccented(first), form, &mut stream);
    format!("{}-{}", cased(first), cased(second))
}

/// An entry that is not the word itself, in the form asked for.
fn other(list: &List, word: &str, form: usize, stream: &mut Stream) -> &'static str {
    let count = list.entries.len();
    let start = stream.below(count);
    let forms = (0..count).map(|step| &list.entries[(start + step) % count]);
    let words = forms.filter_map(|forms| forms.get(form).or(forms.first()));
    words.into_iter().find(|other| unaccented(other) != word).copied().unwrap_or_default()
}

/// Whether the word is written without the accents that it has, or in capitals without any.
fn lacks_accents(word: &str, known: Option<Known>, list: &List) -> bool {
    let own = known.map(|known| list.entries[known.entry][known.form]);
    let dropped = own.is_some_and(|own| !own.is_ascii());
    word.is_ascii() && (dropped || is_upper(word))
}

/// A word of the section, whatever stood there before.
pub(super) fn any(section: &'static str, stream: &mut Stream, given: Option<&str>) -> &'static str {
    let language =
        given.filter(|given| LISTS.keys().any(|(name, of)| name == given && *of == section));
    let key =
        FILES.iter().map(|(name, _)| *name).find(|name| Some(*name) == language).unwrap_or(USUAL);
    LISTS.get(&(key, section)).map_or("", |list| other(list, "", 0, stream))
}

/// Whether a word stands in a row of words.
pub(super) fn has(row: &str, word: &str) -> bool {
    row.split_ascii_whitespace().any(|one| one == word)
}

/// Whether all its letters are capitals, and there is more than one.
pub(super) fn is_upper(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    letters.clone().nth(1).is_some() && letters.all(char::is_uppercase)
}

/// `name` in capitals, in small letters or as it is, as `word` is written.
pub(super) fn in_case_of(word: &str, name: &str) -> String {
    if is_upper(word) {
        return name.to_uppercase();
    }
    let mut letters = name.chars();
    let first = letters.next();
    match word.chars().find(|c| c.is_alphabetic()) {
        Some(c) if c.is_lowercase() => name.to_lowercase(),
        Some(_) => first.into_iter().flat_map(char::to_uppercase).chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// The letters below the accents, in small letters.
pub(super) fn unaccented(word: &str) -> String {
    without_accents(&word.to_lowercase())
}

/// The same letters without accents.
pub(super) fn without_accents(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' | 'ą' | 'ă' => plain.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => plain.push('e'),
            'í' | 'ì' | 'î' | 'ï' | 'ī' | 'ı' => plain.push('i'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ō' | 'ő' => plain.push('o'),
            'ú' | 'ù' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => plain.push('u'),
            'ñ' | 'ń' | 'ň' => plain.push('n'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'ý' | 'ÿ' => plain.push('y'),
            'ś' | 'š' | 'ş' | 'ș' => plain.push('s'),
            'ź' | 'ż' | 'ž' => plain.push('z'),
            'ł' => plain.push('l'),
            'ğ' => plain.push('g'),
            'ř' => plain.push('r'),
            'ť' | 'ţ' | 'ț' => plain.push('t'),
            'ď' | 'đ' => plain.push('d'),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            // Some capitals are their own small letters.
            _ if !c.is_ascii() && !c.to_lowercase().eq([c]) => {
                let lower: String = c.to_lowercase().collect();
                let below = without_accents(&lower);
                let kept = below == lower;
                plain.push_str(&if kept { c.to_string() } else { below.to_uppercase() });
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_lists_and_no_entry_twice() {
        for section in ["female", "male", "surnames", "towns", "countries", "streets", "companies"]
        {
            for (language, _) in FILES {
                let list = &LISTS[&(language, section)];
                assert!(list.entries.len() >= 40, "{language} {section}");
                let first: std::collections::HashSet<_> =
                    list.entries.iter().map(|forms| forms[0]).collect();
                assert_eq!(first.len(), list.entries.len(), "{language} {section}");
            }
        }
    }

    #[test]
    fn case_and_accents_are_those_of_the_word() {
        let seed = Seed { session: [3; 32], attempt: 0 };
        let other = replaced("surnames", "García", &seed, None);
        assert_eq!(replaced("surnames", "GARCÍA", &seed, None), other.to_uppercase());
        assert_eq!(replaced("surnames", "garcia", &seed, None), unaccented(&other));
        assert_eq!(replaced("surnames", "Garcia", &seed, None), without_accents(&other));
        assert_eq!(without_accents("ÁÑßç"), "ANssc");
    }

    #[test]
    fn a_list_that_is_too_short_is_joined_with_itself() {
        let seed = Seed { session: [3; 32], attempt: 9 };
        let other = replaced("surnames", "García", &seed, None);
        assert!(other.split('-').count() == 2, "{other}");
    }
}
