//! What can be found today: each rule with texts it must hit and near misses it must not, both run as tests.

use crate::Kind;

/// A concrete form of a kind.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// Its name in answers: `es-dni`.
    pub name: &'static str,
    /// The kind it finds.
    pub kind: Kind,
    /// Presidio's name for exactly this.
    pub presidio: &'static str,
    /// What it finds and how it checks that.
    pub doc: &'static str,
    /// Which rule wins where two find something in the same place: the higher.
    pub(crate) specificity: u8,
    /// Texts in which it must find what stands between the brackets ⟦ and ⟧.
    pub hits: &'static [&'static str],
    /// Texts in which it must find nothing.
    pub misses: &'static [&'static str],
}

/// Every rule there is.
pub static RULES: &[&Rule] =
    &[&EMAIL, &CARD, &IBAN, &PHONE, &ES_DNI, &ES_NIE, &US_SSN, &LOOK_ALIKE];

pub(crate) static LOOK_ALIKE: Rule = Rule {
    name: "look-alike",
    kind: Kind::Custom,
    presidio: "",
    doc: "Text that already looks like one of our placeholders. It is hidden under the kind it names, so that showing \
          never puts somebody's data in its place.",
    specificity: 100,
    hits: &["see ⟦<EMAIL_1>⟧ there", "⟦<NATIONAL_ID_12>⟧"],
    misses: &["<EMAIL_>", "<EMAIL_0>", "<EMAIL_01>", "<NOTHING_1>", "<email_1>", "< EMAIL_1>"],
};

pub(crate) static EMAIL: Rule = Rule {
    name: "email",
    kind: Kind::Email,
    presidio: "EMAIL_ADDRESS",
    doc: "An address with a domain of at least two labels. The password and host in a connection string are none.",
    specificity: 70,
    hits: &[
        "⟦ana.perez+x@mail.example.org⟧",
        "<⟦ana@example.org⟧>, next",
        "mailto:⟦ana@example.org⟧.",
        "⟦josé@ejemplo.es⟧",
        "⟦o'neil@example.com⟧'s",
    ],
    misses: &[
        "ana@localhost",
        "@example.org",
        "ana@",
        "a@b",
        "ana@example.c0m1",
        "postgres://u:p@db.example.org/x",
    ],
};

pub(crate) static CARD: Rule = Rule {
    name: "card",
    kind: Kind::Card,
    presidio: "CREDIT_CARD",
    doc: "A card number in an issuer's range (2221-2720 included), by the Luhn check, with one kind of separator.",
    specificity: 80,
    hits: &[
        "card ⟦4111 1111 1111 1111⟧ exp",
        "⟦5555-5555-5555-4444⟧",
        "⟦378282246310005⟧.",
        "⟦2223003122003222⟧",
        "pay ⟦4111 1111 1111 1111⟧ 123",
    ],
    misses: &[
        "4111 1111 1111 1112",
        "4111-1111 1111-1111",
        "94111111111111111",
        "id-4111111111111111-7",
        "x4111111111111111",
        "0000000000000000",
        "ISBN 978-4-11-111111-0",
    ],
};

pub(crate) static IBAN: Rule = Rule {
    name: "iban",
    kind: Kind::Iban,
    presidio: "IBAN_CODE",
    doc: "An account number of the length its country has, by the remainder of 97, in groups of four or in one piece.",
    specificity: 90,
    hits: &[
        "IBAN ⟦ES91 2100 0418 4502 0005 1332⟧ please",
        "⟦ES9121000418450200051332⟧",
        "(⟦GB82 WEST 1234 5698 7654 32⟧)",
        "⟦NO93 8601 1117 947⟧",
    ],
    misses: &[
        "ES91 2100 0418 4502 0005 1333",
        "ES912100041845020005133",
        "ES91210004184502000513321",
        "XES9121000418450200051332",
        "ES91 21000418 45020005 1332",
    ],
};

pub(crate) static PHONE: Rule = Rule {
    name: "phone",
    kind: Kind::Phone,
    presidio: "PHONE_NUMBER",
    doc: "An international number (+ or 00 and a country's code), or a Spanish or North American national number in \
          its usual groups; one without separators needs a word such as `tel` nearby.",
    specificity: 50,
    hits: &[
        "⟦+34612345678⟧",
        "⟦+34 612 34 56 78⟧, or",
        "⟦+1 (617) 485-8245⟧",
        "⟦0034 612 345 678⟧",
        "⟦612 345 678⟧",
        "⟦91-345-67-89⟧",
        "⟦(617) 485-8245⟧ now",
        "⟦617-485-8245⟧",
        "order 712345678, tel: ⟦612345678⟧",
        "call ⟦6174858245⟧",
        "⟦+44 20 7946 0958⟧ 2024-05-01",
    ],
    misses: &[
        "612345678",
        "6174858245",
        "+999 123 456 789",
        "+34 612",
        "117-485-8245",
        "order 512 345 678",
        "2024-05-01 10:00",
        "1.612.345.678",
        "+3461234567890123",
        "version 91.345.67.89.1",
    ],
};

pub(crate) static ES_DNI: Rule = Rule {
    name: "es-dni",
    kind: Kind::NationalId,
    presidio: "ES_NIF",
    doc: "A Spanish DNI: eight digits, plain or in dotted groups, and the letter that their remainder by 23 gives.",
    specificity: 85,
    hits: &["DNI ⟦12345678Z⟧", "⟦12345678-Z⟧", "⟦12.345.678-Z⟧", "⟦12345678 Z⟧,"],
    misses: &[
        "12345678A",
        "12345678z",
        "112345678Z",
        "12345678ZZ",
        "12.345678-Z",
        "A12345678Z",
        "12345678-Zeta",
    ],
};

pub(crate) static ES_NIE: Rule = Rule {
    name: "es-nie",
    kind: Kind::NationalId,
    presidio: "ES_NIE",
    doc: "A Spanish NIE: X, Y or Z, seven digits, and the letter of the same check.",
    specificity: 85,
    hits: &["NIE ⟦X1234567L⟧", "⟦X-1234567-L⟧", "⟦Z2345678M⟧"],
    misses: &["X1234567A", "W1234567L", "AX1234567L", "X1234567LL", "X12345678L"],
};

pub(crate) static US_SSN: Rule = Rule {
    name: "us-ssn",
    kind: Kind::SocialSecurity,
    presidio: "US_SSN",
    doc: "A social security number of the United States in an area that is given out; one without separators needs a \
          word such as `SSN` nearby.",
    specificity: 60,
    hits: &["SSN ⟦123-45-6789⟧", "⟦123 45 6789⟧", "her ssn is ⟦123456789⟧"],
    misses: &[
        "666-45-6789",
        "900-45-6789",
        "123-00-6789",
        "123-45 6789",
        "123456789",
        "1123-45-6789",
        "123-45-67890",
        "12-123-45-6789",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Takes the marks out of an example; gives its text and the parts that they held.
    fn unmark(example: &str) -> (String, Vec<String>) {
        let text = example.replace(['⟦', '⟧'], "");
        let parts = example.split('⟦').skip(1).filter_map(|rest| rest.split_once('⟧'));
        (text, parts.map(|(part, _)| part.to_owned()).collect())
    }

    #[test]
    fn every_rule_hits_its_examples() {
        for rule in RULES {
            assert!(
                !rule.hits.is_empty() && !rule.misses.is_empty(),
                "{} lacks examples",
                rule.name
            );
            for example in rule.hits {
                let (text, expected) = unmark(example);
                let spans = crate::find(&text);
                let found: Vec<_> = spans
                    .iter()
                    .filter(|span| span.rule == *rule)
                    .map(|span| span.of(&text))
                    .collect();
                assert_eq!(found, expected, "{}: {example}", rule.name);
            }
        }
    }

    #[test]
    fn no_rule_hits_its_near_misses() {
        for rule in RULES {
            for example in rule.misses {
                let spans = crate::find(example);
                let hit = spans.iter().find(|span| span.rule == *rule).map(|span| span.of(example));
                assert_eq!(hit, None, "{}: {example}", rule.name);
            }
        }
    }

    #[test]
    fn a_rule_has_a_name_of_its_own_and_presidio_agrees_on_the_kind() {
        let names: HashSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES.iter().filter(|rule| !rule.presidio.is_empty()) {
            assert!(rule.kind.presidio().contains(&rule.presidio), "{}", rule.name);
        }
    }
}
