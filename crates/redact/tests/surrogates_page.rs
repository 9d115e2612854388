//! The examples of docs/surrogates.md are made by the code they are about. `UPDATE=1 cargo test -p tacit-redact --test
//! surrogates_page` writes them anew.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares a page of the manual, which lies outside the crate"
)]

use redact::{Engine, Kind, Options, Seed, Span, surrogate};
use std::fmt::Write;

const BEGINS: &str = "<!-- examples -->\n";
const ENDS: &str = "<!-- end of the examples -->";

/// Texts, and what of them is replaced: what the engine finds, or the whole as the kind that a language model would give.
const EXAMPLES: &[(Kind, &str)] = &[
    (Kind::Person, "María López García"),
    (Kind::Person, "Dr. López"),
    (Kind::Person, "J. Smith"),
    (Kind::Person, "Jean-Pierre Dubois"),
    (Kind::Person, "VAN DER BERG, Anna"),
    (Kind::Email, "maria.lopez82@clinic.example.es"),
    (Kind::Username, "mlopez82"),
    (Kind::Organization, "Hospital San Rafael"),
    (Kind::Organization, "Miller & Sons Ltd"),
    (Kind::Location, "Sevilla, España"),
    (Kind::Address, "Calle Mayor 12, 3º B, 28013 Madrid"),
    (Kind::Address, "221 Baker Street"),
    (Kind::Postcode, "postcode SW1A 1AA"),
    (Kind::Profession, "enfermera"),
    (Kind::Nationality, "españolas"),
    (Kind::Relation, "mother"),
    (Kind::Gender, "female"),
    (Kind::Health, "asthma"),
    (Kind::Age, "47 years"),
    (Kind::Date, "1982-02-10"),
    (Kind::Date, "12 de marzo de 1980"),
    (Kind::Date, "March 12, 1980"),
    (Kind::Phone, "+34 612 345 678"),
    (Kind::Phone, "+44 7400 123456"),
    (Kind::Phone, "(617) 485-8245"),
    (Kind::Url, "https://shop.acme.es/users/30917/anna?ref=a7"),
    (Kind::Ip, "ip=93.184.216.34"),
    (Kind::Ip, "ip=192.168.7.21"),
    (Kind::Ip, "2606:4700::6810:84e5"),
    (Kind::Mac, "3c:22:fb:86:f5:df"),
    (Kind::Uuid, "ef5d88ca-b395-4e9d-89e7-cc164654105c"),
    (Kind::Device, "IMEI 490154203237518"),
    (Kind::Coordinates, "40.41678, -3.70379"),
    (Kind::Card, "4556 7375 8689 9855"),
    (Kind::Iban, "ES91 2100 0418 4502 0005 1332"),
    (Kind::BankCode, "BIC BBVAESMMXXX"),
    (Kind::Wallet, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
    (Kind::Amount, "1,250.00 €"),
    (Kind::NationalId, "DNI 12345678Z"),
    (Kind::NationalId, "CURP HEGG560427MVZRRL04"),
    (Kind::TaxId, "codice fiscale RSSMRA85T10A562S"),
    (Kind::SocialSecurity, "SSN 536-22-1234"),
    (Kind::Passport, "pasaporte PAB123456"),
    (Kind::Plate, "matrícula 1234 BCD"),
    (Kind::Vehicle, "VIN 1HGCM82633A004352"),
    (Kind::Secret, "DB_PASSWORD=hunter22-Zx"),
    (Kind::Secret, "postgres://shop:t0psecret@db.acme.es:5432/orders"),
    (Kind::Custom, "Project Falcon"),
];

fn row(engine: &Engine, kind: Kind, text: &str) -> String {
    let seed = Seed { session: [7; 32], attempt: 0 };
    let found = engine.find(text).into_iter().find(|span| span.kind == kind);
    let (rule, _) = engine.rules().find(|(_, rule)| rule.kind != kind).expect("there are many");
    let span = found.unwrap_or(Span { start: 0, end: text.len(), kind, rule, score: 1.0 });
    let original = span.of(text);
    let other = surrogate(engine, &span, original, &seed, None);
    format!("| `{}` | `{original}` | `{other}` |\n", kind.name())
}

#[test]
fn the_page_has_the_examples_that_the_code_makes() {
    let engine = Engine::builtin(&Options::default());
    let mut table = String::from("| kind | original | replacement |\n| --- | --- | --- |\n");
    for (kind, text) in EXAMPLES {
        table.push_str(&row(&engine, *kind, text));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/surrogates.md");
    let page = std::fs::read_to_string(path).expect("the manual has the page");
    let (before, rest) = page.split_once(BEGINS).expect("the page has the mark");
    let (_, after) = rest.split_once(ENDS).expect("the page has the other mark");
    let mut wanted = String::new();
    write!(wanted, "{before}{BEGINS}\n{table}\n{ENDS}{after}").expect("a String");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &wanted).expect("the page can be written");
    }
    let page = std::fs::read_to_string(path).expect("the manual has the page");
    assert!(
        page == wanted,
        "docs/surrogates.md is not up to date: UPDATE=1 cargo test -p tacit-redact --test surrogates_page"
    );
}
