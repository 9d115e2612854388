//! Cards and international account numbers.

use super::identifier::{Written, varied};
use super::stream::Stream;
use crate::check::{self, Check, by_name};

/// What the cards of a brand begin with, and what those begin with that payment services document for tests.
const BRANDS: &[(&[&str], &[&str])] = &[
    (&["4"], &["411111", "424242", "400000", "401288"]),
    (&["51", "52", "53", "54", "55"], &["555555", "510510", "520082"]),
    (&["22", "23", "24", "25", "26", "27"], &["222300", "222100"]),
    (&["34", "37"], &["378282", "371449", "378734"]),
    (&["6011", "64", "65"], &["601111", "601100"]),
    (&["30", "36", "38", "39"], &["305693", "385200", "362272"]),
    (&["35"], &["353011", "356600"]),
    (&["62"], &["620000", "624333"]),
];

/// Countries in whose account numbers there is a check of their own, and that check of what follows the first four.
const INSIDE: &[(&str, &str)] =
    &[("ES", "es-ccc"), ("FR", "fr-rib"), ("MC", "fr-rib"), ("PT", "pt-nib")];

/// A card of the same brand and grouping, of a range for tests where there is one, with Luhn's sum.
pub(super) fn card(original: &str, stream: &mut Stream) -> String {
    let written = Written::read(original);
    let mut digits = written.letters.clone();
    let begins = |heads: &&[&str]| heads.iter().any(|head| digits.starts_with(head.as_bytes()));
    let tests = BRANDS.iter().find(|(heads, _)| begins(heads)).map(|(_, tests)| *tests);
    let head = tests.map_or(digits[..digits.len().min(4)].to_vec(), |tests| {
        stream.pick(tests).as_bytes().to_vec()
    });
    let Some((sum, rest)) = digits.split_last_mut() else { return written.with(&[]) };
    let known = head.len().min(rest.len());
    rest[..known].copy_from_slice(&head[..known]);
    rest[known..].iter_mut().for_each(|digit| *digit = b'0' + stream.below(10) as u8);
    for last in b'0'..=b'9' {
        *sum = last;
        let values: Vec<u8> = rest.iter().chain([&last]).map(|digit| digit - b'0').collect();
        if check::luhn(&values) {
            break;
        }
    }
    written.with(&digits)
}

/// An account in the same country, with the sums of that country where we know them, and the remainder of 97.
pub(super) fn iban(original: &str, stream: &mut Stream) -> String {
    let written = Written::read(original);
    let mut letters = written.letters.clone();
    if letters.len() < 6 {
        return written.with(&letters);
    }
    let (head, body) = letters.split_at_mut(4);
    let inside = INSIDE.iter().find(|(country, _)| country.as_bytes() == &head[..2]);
    let inside: Option<Check> = inside.and_then(|(_, name)| by_name(name));
    let sort = |letter: &u8| if letter.is_ascii_digit() { b'0'..=b'9' } else { b'A'..=b'Z' };
    let choices: Vec<Vec<u8>> = body.iter().map(|letter| sort(letter).collect()).collect();
    let other = varied(body, &choices, inside, stream);
    body.copy_from_slice(&other);
    for sum in 2..=98u8 {
        letters[2..4].copy_from_slice(&[b'0' + sum / 10, b'0' + sum % 10]);
        if check::iban(&letters) {
            break;
        }
    }
    written.with(&letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surrogate::Seed;

    fn stream(number: u8) -> Stream {
        Stream::new(&Seed { session: [number; 32], attempt: 0 }, &[])
    }

    #[test]
    fn a_card_is_of_its_brand_and_of_a_range_for_tests() {
        for number in 0..50 {
            let visa = card("4556 7375 8689 9855", &mut stream(number));
            assert!(visa.starts_with('4') && visa.as_bytes()[4] == b' ', "{visa}");
            let amex = card("3400 000000 00009", &mut stream(number));
            assert!(amex.starts_with("37") && amex.len() == 17, "{amex}");
        }
    }

    #[test]
    fn an_account_has_the_sums_of_its_country() {
        let ccc = by_name("es-ccc").unwrap();
        let rib = by_name("fr-rib").unwrap();
        for number in 0..50 {
            let spain = iban("ES91 2100 0418 4502 0005 1332", &mut stream(number)).replace(' ', "");
            assert!(check::iban(spain.as_bytes()) && ccc(&spain.as_bytes()[4..]), "{spain}");
            let france = iban("FR1420041010050500013M02606", &mut stream(number));
            assert!(check::iban(france.as_bytes()) && rib(&france.as_bytes()[4..]), "{france}");
        }
    }
}
