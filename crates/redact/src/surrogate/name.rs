//! People: each word of a name becomes another of the same sort, by the session and the word alone. So `Maria Lopez` and
//! `Lopez` alone stay the same person by construction, and so does `mlopez@` in an address.

use super::Seed;
use super::list::{Known, has, in_case_of, is_upper, known, knows, replaced, unaccented};
use super::stream::Stream;

/// Words that stand before or after a name and are none.
const TITLES: &str = "\
    mr mrs ms miss dr dra prof profa sr sra srta don dona d dna sir lady lord dame rev fr hon \
    capt col lt sgt m mme mlle me herr frau hr dott dottssa sig sigra sigina avv ing arq lic \
    exmo exma jr sen snr jnr phd md esq ii iii iv mag dipl univ doctor doctora professor \
    profesor profesora monsieur madame senor senora signor signora senhor senhora doutor doutora";

/// Words inside names that say no more than how the others belong together.
const PARTICLES: &str = "\
    de del la las los el y i e van von der den ter ten zu zum da das do dos di du des le al bin \
    ibn ben abu af av d' o' san st";

/// What a word of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Given,
    Surname,
    /// A single letter, with a dot or without.
    Initial,
    /// What stays: titles, particles, signs.
    Fixed,
}

/// Another person's name: as many words, titles and initials, in the same case.
pub(super) fn person(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let words: Vec<&str> = words(original).collect();
    let sorts = sorts(&words, language);
    let replace = |(at, sort): (usize, &Sort)| match sort {
        // `Jean-Pierre` is a man by his last part.
        Sort::Given => given(words[at], words[end_of_unit(&words, at)], seed, language),
        Sort::Surname => replaced("surnames", words[at], seed, language),
        Sort::Initial => initials(words[at], seed),
        Sort::Fixed => words[at].to_owned(),
    };
    sorts.iter().enumerate().map(replace).collect()
}

/// Whether a hyphen joins a word to the one before it.
fn is_joined(words: &[&str], at: usize) -> bool {
    let letter = |at: usize| words[at].starts_with(char::is_alphabetic);
    at >= 2 && matches!(words[at - 1], "-" | "‐" | "‑") && letter(at) && letter(at - 2)
}

/// The last of the words that hyphens join to this one.
fn end_of_unit(words: &[&str], at: usize) -> usize {
    (at + 2..words.len()).step_by(2).take_while(|next| is_joined(words, *next)).last().unwrap_or(at)
}

/// Cuts a text into words and what stands between them. An apostrophe belongs to its word.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’') || is_mark(c);
        let same = |c: char| {
            inside(c) == inside(first) && (inside(first) || c.is_numeric() == first.is_numeric())
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word)
    })
}

/// Whether it is an accent that stands by itself.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}')
}

/// What each word is: by the lists, by what is known of their order, and by a comma after the surnames.
fn sorts(words: &[&str], language: Option<&str>) -> Vec<Sort> {
    let mut sorts: Vec<Sort> =
        words.iter().enumerate().map(|(at, word)| sort(words, at, word)).collect();
    if !sorts.iter().any(|sort| matches!(sort, Sort::Given | Sort::Initial)) {
        let letters = |(sort, word): (&mut Sort, &&str)| {
            if word.starts_with(char::is_alphabetic) {
                *sort = Sort::Surname;
            }
        };
        sorts.iter_mut().zip(words).for_each(letters);
    }
    let core = |at: &usize| sorts[*at] == Sort::Given && !is_joined(words, *at);
    let core: Vec<usize> = (0..words.len()).filter(core).collect();
    let comma = words.iter().position(|word| word.starts_with(','));
    let initials = sorts.contains(&Sort::Initial);
    let titled = core.first().is_some_and(|first| (0..*first).any(|at| is_title(words[at])));
    for (number, at) in core.iter().enumerate() {
        let word = words[*at];
        let named = is_given(word);
        let family = knows("surnames", word);
        let last = number + 1 == core.len();
        let is_surname = match comma.filter(|comma| core.first().is_some_and(|first| first < comma))
        {
            Some(comma) => *at < comma,
            None if core.len() == 1 => !named || family && (initials || titled),
            None if number == 0 => {
                family && !named && core[1..].iter().all(|at| is_given(words[*at]))
            }
            None if last => !(named && !family && sorts[core[0]] == Sort::Surname),
            // `Mary Anne Smith`, `José Luis García Pérez`, `Ana García Pérez`.
            None => {
                !named
                    || family
                        && language != Some("en")
                        && core.len() > 2
                        && !is_double(words, &core)
            }
        };
        if is_surname {
            sorts[*at] = Sort::Surname;
        }
    }
    for at in (0..words.len()).filter(|at| is_joined(words, *at)) {
        if sorts[at] == Sort::Given {
            sorts[at] = sorts[at - 2];
        }
    }
    sorts
}

/// Whether the first two words are given names that often stand together.
fn is_double(words: &[&str], core: &[usize]) -> bool {
    core.len() > 3 && core[..2].iter().all(|at| is_given(words[*at]))
}

fn sort(words: &[&str], at: usize, word: &str) -> Sort {
    let plain = unaccented(word);
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let dotted = words.get(at + 1).is_some_and(|next| next.starts_with('.'));
    let small = !word.starts_with(char::is_uppercase);
    match letters {
        0 => Sort::Fixed,
        1 if !(small && has(PARTICLES, &plain)) => Sort::Initial,
        _ if is_title(word) && (dotted || at == 0 || !knows("surnames", word)) => Sort::Fixed,
        _ if has(PARTICLES, &plain) && (small || words.len() > 1) => Sort::Fixed,
        _ => Sort::Given,
    }
}

fn is_title(word: &str) -> bool {
    let plain = unaccented(word);
    plain.chars().count() > 1 && has(TITLES, &plain)
}

fn is_given(word: &str) -> bool {
    knows("female", word) || knows("male", word)
}

/// Another given name, of the gender of the word `like`: the one that the lists know, or that its ending tells.
fn given(word: &str, like: &str, seed: &Seed, language: Option<&str>) -> String {
    let own = |known: &Known, other: &Known| {
        language == Some(known.language) && known.language != other.language
    };
    let section = match (known("female", like, language), known("male", like, language)) {
        (Some(_), None) => "female",
        (None, Some(_)) => "male",
        (Some(female), Some(male)) if own(&female, &male) => "female",
        (Some(female), Some(male)) if own(&male, &female) => "male",
        _ if unaccented(like).ends_with('a') => "female",
        _ if unaccented(like).ends_with('o') => "male",
        _ => *Stream::new(seed, &["gender", &unaccented(like)]).pick(&["female", "male"]),
    };
    replaced(section, word, seed, language)
}

/// Other letters for initials: each becomes the same one throughout a session.
fn initials(word: &str, seed: &Seed) -> String {
    let other = |c: char| {
        if !c.is_alphabetic() {
            return c.to_string();
        }
        let letters: Vec<char> =
            ('A'..='W').filter(|letter| !c.to_uppercase().eq([*letter])).collect();
        let plain = c.to_lowercase().to_string();
        let letter = *Stream::new(seed, &["initial", &plain]).pick(&letters);
        if c.is_lowercase() { letter.to_ascii_lowercase().to_string() } else { letter.to_string() }
    };
    word.chars().map(other).collect()
}

/// One word of an account's name: the word of a person's name as above, or a made-up one, in plain letters. `leads` says
/// that another word follows, so that this one is a given name as in a person's.
pub(super) fn handle(word: &str, leads: bool, seed: &Seed, language: Option<&str>) -> String {
    if word.chars().count() == 1 {
        return initials(word, seed);
    }
    let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    let family = knows("surnames", word);
    let made = if is_given(word) || leads && !family {
        given(word, word, seed, language)
    } else if !family && knows("surnames", tail) {
        // `jsmith`.
        initials(head, seed) + &replaced("surnames", tail, seed, language)
    } else {
        replaced("surnames", word, seed, language)
    };
    let plain: String = super::list::without_accents(&made);
    let plain: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    if is_upper(word) { plain } else { in_case_of(word, &plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(number: u8) -> Seed {
        Seed { session: [number; 32], attempt: 0 }
    }

    #[test]
    fn a_word_becomes_the_same_wherever_it_stands() {
        for number in 0..20 {
            let seed = seed(number);
            let whole = person("Maria Lopez", &seed, None);
            let (first, last) = whole.split_once(' ').unwrap();
            assert_eq!(person("Lopez", &seed, None), last);
            assert_eq!(person("Maria", &seed, None), first);
            assert_eq!(person("Sra. Lopez", &seed, None), format!("Sra. {last}"));
            assert_eq!(person("Lopez, Maria", &seed, None), format!("{last}, {first}"));
            assert_eq!(person("Doña Maria", &seed, None), format!("Doña {first}"));
            assert_eq!(person("MARIA LOPEZ", &seed, None), whole.to_uppercase());
        }
    }

    #[test]
    fn the_form_of_a_name_stays() {
        let seed = seed(1);
        for name in [
            "Dr. John Smith",
            "J. Smith",
            "José Luis García Pérez",
            "Jean-Pierre Dubois",
            "Ludwig van Beethoven",
            "Martin Luther King Jr.",
            "O'Neil",
            "Mª Carmen Ruiz",
            "D. Juan de la Cruz",
            "John F. Kennedy",
        ] {
            let other = person(name, &seed, None);
            assert_ne!(other, name);
            let signs = |text: &str| text.matches([' ', '.', '-', ',']).collect::<String>();
            assert_eq!(signs(&other), signs(name), "{name}: {other}");
        }
        assert!(person("Dr. John Smith", &seed, None).starts_with("Dr. "));
        assert!(person("D. Juan de la Cruz", &seed, None).contains(" de la "));
    }

    #[test]
    fn what_hyphens_join_is_one_name() {
        for number in 0..20 {
            let other = person("Jean-Pierre Dubois", &seed(number), Some("fr"));
            let (first, last) = other.split_once(' ').unwrap();
            assert!(
                first.split('-').all(|part| knows("male", part)) && knows("surnames", last),
                "{other}"
            );
            let other = person("García-Lorca", &seed(number), Some("es"));
            assert!(other.split('-').all(|part| knows("surnames", part)), "{other}");
        }
    }

    #[test]
    fn the_gender_that_the_lists_know_stays() {
        for number in 0..30 {
            let seed = seed(number);
            for (name, section) in
                [("Jennifer", "female"), ("Fernando", "male"), ("Ulrike", "female")]
            {
                let other = person(&format!("{name} Xyzzy"), &seed, None);
                let first = other.split(' ').next().unwrap();
                assert!(knows(section, first), "{name}: {other}");
            }
        }
    }
}
