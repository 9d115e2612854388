//! What a tagger tells, beside what rules find. The tagger here knows the names that a test gives it.

use redact::{Engine, Form, Kind, Language, Options, Tagged, Tagger, Windows};
use std::sync::Arc;

/// Tells these texts at the first place of each.
#[derive(Debug)]
struct Told(Vec<(&'static str, Kind, f32)>);

impl Tagger for Told {
    fn name(&self) -> &str {
        "told"
    }

    fn tag(&self, text: &str, _: Option<Language>, _: f32) -> Vec<Tagged> {
        let told = self.0.iter().filter_map(|&(name, kind, score)| {
            let start = text.find(name)?;
            Some(Tagged { start, end: start + name.len(), kind, score })
        });
        told.collect()
    }
}

fn engine(told: &[(&'static str, Kind, f32)]) -> Engine {
    let tagger: Option<Arc<dyn Tagger>> = Some(Arc::new(Told(told.to_vec())));
    Engine::builtin(&Options { tagger, ..Options::default() })
}

fn found(told: &[(&'static str, Kind, f32)], text: &str) -> Vec<(Kind, String)> {
    let spans = engine(told).find(text);
    spans.iter().map(|span| (span.kind, span.of(text).to_owned())).collect()
}

fn only(kind: Kind, texts: &[&str]) -> Vec<(Kind, String)> {
    texts.iter().map(|text| (kind, (*text).to_owned())).collect()
}

use Kind::{Address, Age, Email, Location, Organization, Person};

#[test]
fn names_are_found_from_the_threshold_of_their_kind_on() {
    let text = "Dear Ana López, greetings from Acme.";
    let told = [("Ana López", Person, 0.9), ("Acme", Organization, 0.4)];
    assert_eq!(found(&told, text), only(Person, &["Ana López"]));
    assert_eq!(Engine::builtin(&Options::default()).find(text), []);
    let tagger: Option<Arc<dyn Tagger>> = Some(Arc::new(Told(told.to_vec())));
    let thresholds = [(Organization, 0.3), (Person, 0.95)].into();
    let engine = Engine::builtin(&Options { tagger, thresholds, ..Options::default() });
    let spans = engine.find(text);
    assert_eq!(spans.iter().map(|span| span.of(text)).collect::<Vec<_>>(), ["Acme"]);
}

#[test]
fn what_a_number_is_called_is_no_name() {
    let text = "IBAN ES91 2100 0418 4502 0005 1332, Seguridad Social, Nino";
    let told = [
        ("IBAN ES91 2100 0418 4502 0005 1332", Person, 0.9),
        ("Seguridad Social", Organization, 0.9),
        ("Nino", Person, 0.9),
    ];
    let iban = (Kind::Iban, "ES91 2100 0418 4502 0005 1332".to_owned());
    assert_eq!(found(&told, text), [iban, (Person, "Nino".to_owned())]);
}

#[test]
fn a_kind_that_must_be_asked_for_is_not_told_unasked() {
    let told = [("late forties", Age, 0.9)];
    assert_eq!(found(&told, "in his late forties"), []);
    let tagger: Option<Arc<dyn Tagger>> = Some(Arc::new(Told(told.to_vec())));
    let engine = Engine::builtin(&Options { tagger, asked: [Age].into(), ..Options::default() });
    assert_eq!(engine.find("in his late forties").len(), 1);
}

#[test]
fn a_name_gives_way_to_what_has_a_form_of_its_own() {
    let text = "Ana López ana@example.org, Madrid";
    let told = [("Ana López ana@example.org", Person, 0.95)];
    let expected = [(Person, "Ana López".to_owned()), (Email, "ana@example.org".to_owned())];
    assert_eq!(found(&told, text), expected);
    assert_eq!(
        found(&[("ana", Person, 0.99)], "x ana@example.org"),
        only(Email, &["ana@example.org"])
    );
    let around = "Ana (ana@example.org) López";
    let expected = [
        (Person, "Ana".to_owned()),
        (Email, "ana@example.org".to_owned()),
        (Person, "López".to_owned()),
    ];
    assert_eq!(found(&[("Ana (ana@example.org) López", Person, 0.7)], around), expected);
    let rest = "ana@example.org J.";
    assert_eq!(
        found(&[("ana@example.org J", Person, 0.7)], rest),
        only(Email, &["ana@example.org"])
    );
}

#[test]
fn what_is_told_is_whole_words_without_signs_around_them() {
    let text = "«Núñez» and Rodríguez-Paz.";
    let told = [("«Núñ", Person, 0.6), ("dríguez", Person, 0.6)];
    assert_eq!(found(&told, text), only(Person, &["Núñez", "Rodríguez"]));
    assert_eq!(found(&[("田中", Person, 0.9)], "担当は田中さんです"), only(Person, &["田中"]));
}

#[test]
fn a_faulty_tagger_does_no_harm() {
    #[derive(Debug)]
    struct Wild;
    impl Tagger for Wild {
        fn name(&self) -> &str {
            "wild"
        }
        fn tag(&self, text: &str, _: Option<Language>, _: f32) -> Vec<Tagged> {
            let places = [
                (0, 1),
                (1, 0),
                (3, 99),
                (usize::MAX, usize::MAX),
                (0, 0),
                (0, text.len()),
                (1, 2),
            ];
            let scores = [f32::NAN, 2.0, -1.0, f32::INFINITY, 0.9];
            let kinds = [Person, Email, Address];
            let all = places.into_iter().flat_map(|(start, end)| {
                scores.into_iter().flat_map(move |score| {
                    kinds.into_iter().map(move |kind| Tagged { start, end, kind, score })
                })
            });
            all.collect()
        }
    }
    let engine = Engine::builtin(&Options { tagger: Some(Arc::new(Wild)), ..Options::default() });
    for text in ["", "ñ", "ñandú ana@example.org", &"a b ".repeat(500), "日本 語"] {
        let spans = engine.find(text);
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text}");
        assert!(spans.iter().all(|span| !span.of(text).is_empty() && span.score <= 1.0));
        let explained = engine.explain(text, None);
        assert!(explained.iter().map(|one| one.span).eq(spans));
    }
}

#[test]
fn a_sure_name_is_one_at_its_other_places_and_so_are_its_parts() {
    let text = "Ana López signed. LÓPEZ and Lópezes, López; Ana May was told. Ana López agreed, in May, at Acme. Acme pays.";
    let told = [("Ana López", Person, 0.95), ("Acme", Organization, 0.9)];
    let expected = [
        (Person, "Ana López"),
        (Person, "López"),
        (Person, "Ana"),
        (Person, "Ana López"),
        (Organization, "Acme"),
        (Organization, "Acme"),
    ];
    assert_eq!(found(&told, text), expected.map(|(kind, text)| (kind, text.to_owned())));
    let unsure = [("Ana López", Person, 0.7)];
    assert_eq!(found(&unsure, text).len(), 1, "a name that is not sure is told where it is told");
    let may = [("Ana May", Person, 0.95)];
    assert_eq!(found(&may, "Ana May. In May, Ana.").len(), 2, "May is a month");
    let part = [("San Sebastián", Location, 0.95)];
    assert_eq!(found(&part, "San Sebastián, Sebastián").len(), 1, "a part of a place is none");
}

#[test]
fn the_answer_says_who_told_a_name() {
    let engine = engine(&[("Ana López ana@example.org", Person, 0.95)]);
    let explained = engine.explain("Ana López ana@example.org. ａ Ana", None);
    let forms: Vec<_> = explained.iter().map(|one| one.why.form.clone()).collect();
    let email = Form::Scanner("email".to_owned());
    assert_eq!(forms[..2], [Form::Tagger("told".to_owned()), email]);
    let person = explained[1].why.losers.iter().any(|loser| loser.kind == Person);
    assert!(person, "{:?}", explained[1].why);
}

#[test]
fn windows_find_the_names_that_the_whole_holds() {
    #[derive(Debug)]
    struct Every;
    impl Tagger for Every {
        fn name(&self) -> &str {
            "every"
        }
        fn tag(&self, text: &str, _: Option<Language>, _: f32) -> Vec<Tagged> {
            let places = text.match_indices("Ana López ana@example.org");
            let tagged = |(start, found): (usize, &str)| Tagged {
                start,
                end: start + found.len(),
                kind: Person,
                score: 0.9,
            };
            places.map(tagged).collect()
        }
    }
    let engine = Engine::builtin(&Options { tagger: Some(Arc::new(Every)), ..Options::default() });
    let text = "Ana López ana@example.org wrote to us.\n".repeat(60_000);
    let whole: Vec<_> = engine.find(&text).iter().map(|span| (span.start, span.end)).collect();
    let (mut at, mut found) = (0, Vec::new());
    let mut each = |part: &str, spans: &[redact::Span]| {
        found.extend(spans.iter().map(|span| (at + span.start, at + span.end)));
        at += part.len();
    };
    let mut windows = Windows::new(&engine);
    windows.push(&text, &mut each);
    windows.finish(&mut each);
    assert_eq!(whole.len(), 120_000);
    assert!(found == whole, "{} of {}", found.len(), whole.len());
}

#[test]
fn many_names_are_found_in_one_pass() {
    #[derive(Debug)]
    struct All;
    impl Tagger for All {
        fn name(&self) -> &str {
            "all"
        }
        fn tag(&self, text: &str, _: Option<Language>, _: f32) -> Vec<Tagged> {
            let mut at = 0;
            let lines = text.split_inclusive('\n').take(5000).map(|line| {
                let start = at;
                at += line.len();
                Tagged { start, end: start + line.len(), kind: Person, score: 0.99 }
            });
            lines.collect()
        }
    }
    let engine = Engine::builtin(&Options { tagger: Some(Arc::new(All)), ..Options::default() });
    let names: String = (0..5000).map(|at| format!("Nora{at} Quist{at}\n")).collect();
    let text = names.clone() + &"Quist17 said. ".repeat(10_000);
    assert_eq!(engine.find(&text).len(), 5000 + 10_000);
}
