//! What a model takes for a name and is none: words of code, parties and headings that stand for whoever fills them,
//! forms of companies without the company. Only whole finds are looked at, so that `Buyer` goes and `Anna Buyer` stays.

use crate::Kind;

/// Digits within a word from which it is a number or a code: `G20` and `Studio 54` have fewer.
const DIGITS_MIN: usize = 3;

/// What file names end with; `.com` and its like are parts of names.
const FILES: &[&str] = &[
    "c", "conf", "cpp", "css", "csv", "docx", "exe", "go", "h", "html", "java", "jpg", "js",
    "json", "log", "md", "pdf", "php", "png", "py", "rb", "rs", "sh", "sql", "toml", "ts", "txt",
    "xlsx", "xml", "yaml", "yml", "zip",
];

/// Words that are nobody's where they stand alone with a capital, in lower case and in order.
const WORDS: &[&str] = &[
    "acheteur",
    "acreedor",
    "amount",
    "anexo",
    "anhang",
    "annex",
    "annexe",
    "appendix",
    "arbeitgeber",
    "arbeitnehmer",
    "archivo",
    "arrendador",
    "arrendataria",
    "arrendatario",
    "asunto",
    "bailleur",
    "betreff",
    "borrower",
    "buyer",
    "clause",
    "client",
    "cliente",
    "comprador",
    "compradora",
    "contractor",
    "creditor",
    "cumprimentos",
    "customer",
    "date",
    "debtor",
    "deudor",
    "empleado",
    "empleador",
    "employee",
    "employer",
    "employeur",
    "emprunteur",
    "factura",
    "fatura",
    "fecha",
    "fichero",
    "gmbh",
    "grüße",
    "guarantor",
    "importe",
    "inc",
    "inquilino",
    "invoice",
    "iu",
    "kunde",
    "kundin",
    "käufer",
    "käuferin",
    "landlord",
    "lda",
    "lender",
    "lessee",
    "lessor",
    "licensee",
    "licensor",
    "llp",
    "locataire",
    "ltd",
    "ltda",
    "mieter",
    "mieterin",
    "name",
    "nota",
    "notas",
    "note",
    "notes",
    "notice",
    "objet",
    "patient",
    "patientin",
    "pendientes",
    "ping",
    "plc",
    "prestamista",
    "prestatario",
    "proprietário",
    "purchaser",
    "rechnung",
    "regards",
    "room",
    "s.a",
    "s.l",
    "s.r.l",
    "saludos",
    "sarl",
    "section",
    "seller",
    "senhorio",
    "service",
    "sha",
    "slu",
    "subject",
    "subtotal",
    "summe",
    "supplier",
    "tarjeta",
    "tenant",
    "toner",
    "total",
    "tracking",
    "vendedor",
    "vendedora",
    "vendeur",
    "vendor",
    "verkäufer",
    "verkäuferin",
    "vermieter",
    "vermieterin",
    "visa",
];

/// Whether what a model told at `start..end` is nobody's name.
pub(crate) fn is_nobodys(kind: Kind, text: &str, start: usize, end: usize) -> bool {
    let (found, before, after) = (&text[start..end], &text[..start], &text[end..]);
    // The name of an account may be written in any way, and some put a space before it.
    if !matches!(kind, Kind::Person | Kind::Organization | Kind::Location)
        || before.trim_end().ends_with('@')
    {
        return false;
    }
    let spaced = found.contains(char::is_whitespace);
    let digits = found.chars().filter(char::is_ascii_digit).count();
    // A postal code is a place to a model, and has digits alone.
    let letters = found.chars().any(char::is_alphabetic);
    let code = !spaced && letters && (digits >= DIGITS_MIN || found.contains('_'));
    // People have no digits in their names, and `N.º` is the head of a number.
    let person = kind == Kind::Person && !spaced && digits > 0;
    let single = found.chars().nth(1).is_none();
    let number = single && after.trim_start_matches('.').starts_with(['º', '°']);
    let file = !spaced && found.rsplit_once('.').is_some_and(|(_, end)| FILES.contains(&end));
    let listed = || WORDS.binary_search(&found.to_lowercase().as_str()).is_ok();
    code || person || number || file || listed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_order() {
        assert!(WORDS.is_sorted() && FILES.is_sorted());
    }

    #[test]
    fn code_parties_and_headings_are_nobodys() {
        let whole = |kind, found: &str| is_nobodys(kind, found, 0, found.len());
        let person = |found| whole(Kind::Person, found);
        for found in ["wlan0", "sha256", "max_rows", "Main.java", "Buyer", "LANDLORD", "Käufer"] {
            assert!(person(found), "{found}");
        }
        for found in ["Anna Buyer", "Bill", "N", "Ana", "Jean-Luc", "Louis 14", "J.R"] {
            assert!(!person(found), "{found}");
        }
        let body = |found| whole(Kind::Organization, found);
        assert!(body("VW352249") && body("S.L") && body("cca4ccf12"));
        assert!(!body("G20") && !body("3M") && !body("Amazon.com") && !body("Studio 2054"));
        assert!(whole(Kind::Location, "UK448403") && !whole(Kind::Location, "28041"));
        assert!(is_nobodys(Kind::Person, "N.º de afiliación", 0, 1));
        assert!(!is_nobodys(Kind::Person, "@night_owl_77", 1, 13));
        assert!(!is_nobodys(Kind::Person, "@ joe_bloggs", 2, 12));
        assert!(!whole(Kind::Nationality, "Client"));
    }
}
