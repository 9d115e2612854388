//! Places, addresses, companies, and the words that say what somebody is: from our lists, in the form of the original.

use super::Seed;
use super::list::{any, has, in_case_of, is_upper, knows, language_of, replaced, unaccented};
use super::name::words;
use super::stream::Stream;

/// Words of addresses and of the names of bodies that stay: they say what it is, not whose.
const ADDRESS_WORDS: &str = "\
    calle c cl avenida av avda avd plaza pl pza paseo po camino cno carretera ctra ronda \
    travesia callejon glorieta urbanizacion urb poligono pol piso puerta pta portal bloque blq \
    escalera esc bajo izquierda izq derecha dcha planta km no num numero apartado apdo cp \
    colonia street st road rd avenue ave lane ln drive dr court ct place square sq boulevard \
    blvd way close crescent terrace gardens flat apartment apt suite ste unit floor room \
    building house box north south east west n s e w ne nw se sw rue chemin impasse allee quai \
    cours route batiment bat etage appartement bis ter cedex strasse str weg platz gasse \
    hausnummer via viale vicolo piazza corso largo strada interno int scala piano rua travessa \
    praca estrada alameda andar lote esq dto de del la las los el y the of and du des le les et \
    der die das am an im zum zur von di della delle dei da do dos in on sur sous upon s/n sn";

/// Words of the names of bodies that stay.
const BODY_WORDS: &str = "\
    inc llc llp ltd limited plc corp corporation co company group holding holdings gmbh ag kg \
    ohg ug ev se sa sl slu sau sll sc scoop srl spa sas sarl eurl sasu lda ltda eireli bv nv ab \
    as oy aps kft sro zoo pty s a l u r p university college school institute hospital clinic \
    clinica centre center centro bank banco caja banca banque bankhaus ministry ministerio \
    ministere ministerium department departamento ayuntamiento diputacion council court tribunal \
    juzgado audiencia association asociacion fundacion foundation society sociedad societe \
    gesellschaft verein universidad universite universitat universita universidade instituto \
    institut istituto escuela ecole scuola escola colegio schule gymnasium hopital krankenhaus \
    klinik klinikum ospedale farmacia pharmacy apotheke residencia hotel restaurante restaurant \
    services servicios service consulting systems sistemas solutions soluciones partners \
    asociados associates sons hijos hermanos brothers international internacional nacional \
    national general technologies tecnologias technology software industries industrias trading \
    logistics energy insurance seguros assurances versicherung de del la las los el y e the of \
    and for du des le les et der die das und fur von di della da do dos al";

/// What German streets end on.
const ENDINGS: &[&str] =
    &["strasse", "straße", "str", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer"];

/// Another place: a country for a country, else a town; each part between commas by itself.
pub(super) fn location(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let place = |part: &str| {
        let name = part.trim();
        let other = match name {
            "" => String::new(),
            _ if knows("countries", name) => replaced("countries", name, seed, language),
            _ if name.chars().any(|c| c.is_ascii_digit()) => address(name, seed, language),
            _ => replaced("towns", name, seed, language),
        };
        part.replacen(name, &other, usize::from(!name.is_empty()))
    };
    original.split(',').map(place).collect::<Vec<_>>().join(",")
}

/// Another address: the words for streets and doors stay; names, numbers and towns become others.
pub(super) fn address(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let words: Vec<&str> = words(original).collect();
    let mut digits = Stream::new(seed, &["address", original]);
    let replace = |(at, word): (usize, &&str)| {
        let plain = unaccented(word);
        let is_door = word.chars().count() == 1;
        match word.chars().next() {
            Some(c) if c.is_ascii_digit() => house(word, &mut digits, language),
            Some(c) if !c.is_alphabetic() => (*word).to_owned(),
            // The letter of a door stands after a number.
            Some(_) if is_door && at > 1 && !words[at - 1].contains('/') => {
                digits.like(word.chars().next().unwrap_or('A').to_ascii_uppercase()).to_string()
            }
            Some(_) if has(ADDRESS_WORDS, &plain) || is_door => (*word).to_owned(),
            Some(_) if knows("countries", word) => replaced("countries", word, seed, language),
            Some(_) if knows("towns", word) && !knows("streets", word) => {
                replaced("towns", word, seed, language)
            }
            _ => street(word, seed, language),
        }
    };
    words.iter().enumerate().map(replace).collect()
}

/// The name of a street, also where its sort is its ending: `Goethestraße`.
fn street(word: &str, seed: &Seed, language: Option<&str>) -> String {
    let lower = word.to_lowercase();
    let ending =
        ENDINGS.iter().find(|ending| lower.ends_with(**ending) && lower.len() > ending.len() + 2);
    let split = ending.map(|ending| word.len().saturating_sub(ending.len()));
    match split.and_then(|at| word.split_at_checked(at)) {
        Some((stem, ending)) => replaced("streets", stem, seed, Some("de")) + ending,
        None => replaced("streets", word, seed, language),
    }
}

/// A number of a house or a postal code: as long, and no zero to begin with that was not there.
fn house(number: &str, stream: &mut Stream, language: Option<&str>) -> String {
    let mut other: String = number.chars().map(|c| stream.like(c)).collect();
    if !number.starts_with('0') && other.starts_with('0') {
        other.replace_range(..1, &stream.between(1, 9).to_string());
    }
    // Postal codes of Spain begin with the number of a province.
    let code = number.len() == 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    if code && language == Some("es") {
        other.replace_range(..2, &format!("{:02}", stream.between(1, 52)));
    }
    if other == number {
        number.chars().rev().map(|c| if c == '0' { '1' } else { c }).collect()
    } else {
        other
    }
}

/// The name of another body: its legal form and the words for what it is stay.
pub(super) fn organization(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let words: Vec<&str> = words(original).collect();
    let is_name = |word: &str| word.chars().next().is_some_and(char::is_alphabetic);
    let core = |word: &str| is_name(word) && !has(BODY_WORDS, &unaccented(word));
    let guessed = || words.iter().filter(|word| core(word)).find_map(|word| language_of(word));
    let language = language.or_else(guessed);
    let all_stay = !words.iter().any(|word| core(word));
    let replace = |word: &&str| {
        if !(core(word) || all_stay && is_name(word)) {
            return word
                .chars()
                .map(|c| {
                    if c.is_ascii_digit() {
                        Stream::new(seed, &["digit", original]).like(c)
                    } else {
                        c
                    }
                })
                .collect();
        }
        // `BBVA`.
        if is_upper(word) && word.chars().count() <= 5 && word.is_ascii() {
            let mut letters = Stream::new(seed, &["acronym", word]);
            return word.chars().map(|c| letters.like(c)).collect();
        }
        replaced("companies", word, seed, language)
    };
    words.iter().map(replace).collect()
}

/// What somebody is: an occupation, a nationality, a relation. Words that the lists know become others of the same form;
/// where they know none, the whole becomes one that they have.
pub(super) fn description(
    original: &str,
    sections: &[&'static str],
    seed: &Seed,
    language: Option<&str>,
) -> String {
    let section = |text: &str| sections.iter().copied().find(|section| knows(section, text));
    if let Some(section) = section(original) {
        return replaced(section, original, seed, language);
    }
    let one = |word: &str| match section(word) {
        Some(section) => replaced(section, word, seed, language),
        None => word.to_owned(),
    };
    let other: String = words(original).map(one).collect();
    if other != original {
        return other;
    }
    let mut stream = Stream::new(seed, &["description", &unaccented(original)]);
    let other = sections.first().map_or("", |section| any(section, &mut stream, language));
    in_case_of(original, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: Seed = Seed { session: [5; 32], attempt: 0 };

    #[test]
    fn what_says_what_it_is_stays() {
        let other = address("Calle Mayor 12, 3º B, 28013 Madrid", &SEED, Some("es"));
        assert!(
            other.starts_with("Calle ") && !other.contains("Mayor") && !other.contains("Madrid"),
            "{other}"
        );
        let other = address("Goethestraße 5, 10115 Berlin", &SEED, Some("de"));
        assert!(
            other.contains("straße ") && !other.contains("Goethe") && !other.contains("Berlin"),
            "{other}"
        );
        let other = organization("Ferretería Paco S.L.", &SEED, Some("es"));
        assert!(other.ends_with(" S.L.") && !other.contains("Paco"), "{other}");
        let other = organization("Hospital Clínico San Carlos", &SEED, Some("es"));
        assert!(other.starts_with("Hospital ") && !other.contains("Carlos"), "{other}");
    }

    #[test]
    fn a_country_becomes_a_country_and_a_town_a_town() {
        let other = location("Madrid, Spain", &SEED, Some("en"));
        let (town, country) = other.split_once(", ").unwrap();
        assert!(
            knows("towns", town) && knows("countries", country) && country != "Spain",
            "{other}"
        );
    }

    #[test]
    fn a_description_keeps_its_form() {
        let feminine = description("enfermera", &["professions"], &SEED, Some("es"));
        assert_ne!(feminine, "enfermera");
        let masculine = description("enfermero", &["professions"], &SEED, Some("es"));
        assert_ne!(masculine, "enfermero");
        let women = description("españolas", &["nationalities"], &SEED, Some("es"));
        assert!(women.ends_with('s') && women != "españolas", "{women}");
        assert!(knows("professions", &description("astronaut", &["professions"], &SEED, None)));
    }
}
