//! What the tagger promises of any text, and sentences in which it must find what anybody would.

use ner::{Label, Model, ReadError, Tag};

fn found<'a>(text: &'a str, tags: &[Tag], label: Label) -> Vec<&'a str> {
    tags.iter().filter(|tag| tag.label == label).map(|tag| &text[tag.start..tag.end]).collect()
}

fn sound(text: &str, tags: &[Tag]) {
    let mut end = 0;
    for tag in tags {
        assert!(tag.start >= end && tag.start < tag.end, "{tag:?} after {end}");
        assert!(text.is_char_boundary(tag.start) && text.is_char_boundary(tag.end), "{tag:?}");
        assert!((0.0..=1.0).contains(&tag.score), "{tag:?}");
        end = tag.end;
    }
    assert!(end <= text.len());
}

#[test]
fn a_letter_in_english_gives_up_its_names() {
    let text = "Dear Mrs Whitfield,\nI met Thomas Albright of Harrow Insurance Ltd in Manchester on 14 March 2021.\nYours sincerely,\nEleanor Pike";
    let tags = Model::builtin().tag(text, None);
    sound(text, &tags);
    let people = found(text, &tags, Label::Person);
    assert!(people.contains(&"Thomas Albright"), "{people:?}");
    assert!(people.contains(&"Eleanor Pike"), "{people:?}");
    assert_eq!(found(text, &tags, Label::Location), ["Manchester"]);
    assert_eq!(found(text, &tags, Label::Date), ["14 March 2021"]);
}

#[test]
fn a_note_in_spanish_gives_up_its_names() {
    let text = "Nombre: Lucía.\nApellidos: Ferrer Domínguez.\nDomicilio: Calle del Olmo, 14.\nLocalidad/ Provincia: Zaragoza.\nFecha de nacimiento: 02/11/1964.\nMédico: Andrés Villalba Ríos.";
    let tags = Model::builtin().tag(text, Some("es"));
    sound(text, &tags);
    let people = found(text, &tags, Label::Person);
    assert_eq!(people, ["Lucía", "Ferrer Domínguez", "Andrés Villalba Ríos"]);
    assert_eq!(found(text, &tags, Label::Address), ["Calle del Olmo, 14"]);
    assert_eq!(found(text, &tags, Label::Location), ["Zaragoza"]);
    assert_eq!(found(text, &tags, Label::Date), ["02/11/1964"]);
}

#[test]
fn a_sentence_in_spanish_gives_up_its_names() {
    let text = "La ministra de Sanidad, Carmen Ortega, viajó ayer a Lisboa con el alcalde de Sevilla, Julián Prieto.";
    let tags = Model::builtin().tag(text, None);
    let people = found(text, &tags, Label::Person);
    assert!(people.contains(&"Carmen Ortega") && people.contains(&"Julián Prieto"), "{people:?}");
    let places = found(text, &tags, Label::Location);
    assert!(places.contains(&"Lisboa") && places.contains(&"Sevilla"), "{places:?}");
}

#[test]
fn prose_without_names_has_none() {
    let text = "The service was slow, and nobody knew why the door had been left open.";
    assert_eq!(Model::builtin().tag(text, Some("en")), []);
}

#[test]
fn nothing_in_gives_nothing_out() {
    let model = Model::builtin();
    for text in ["", " ", "\n\n\n", "\u{feff}", "\u{200b}\u{200d}"] {
        assert_eq!(model.tag(text, None), [], "{text:?}");
        assert_eq!(model.tag_above(text, None, 0.01), [], "{text:?}");
    }
}

#[test]
fn offsets_stay_on_characters_whatever_the_text() {
    let model = Model::builtin();
    let texts = [
        "👩‍👩‍👧 María👍 de München🏳️‍🌈Zürich",
        "ＴＡＲＯ 山田太郎 東京 Иван Петров в Москве",
        "e\u{301}lodie Durand n\u{303}",
        "¡¿«Ñandú»?! — “Þórr” ‘İstanbul’ ﬁn ǅ",
        "\u{0}\u{1}Ann\u{0}Lee\r\n\tBob\r",
        "a\u{202e}nhoJ htimS\u{202c}",
    ];
    for text in texts {
        for threshold in [0.0, 0.2, 0.9, 1.1] {
            sound(text, &model.tag_above(text, None, threshold));
        }
        sound(text, &model.tag(text, Some("en")));
    }
}

#[test]
fn a_lower_threshold_covers_no_less() {
    let model = Model::builtin();
    let text = "yesterday sandra from the branch in leeds called about Mr okafor and the Brightwater account";
    let covered = |threshold: f32| -> usize {
        model.tag_above(text, None, threshold).iter().map(|tag| tag.end - tag.start).sum()
    };
    let thresholds = [0.9, 0.5, 0.2, 0.05, 0.01];
    let amounts: Vec<usize> = thresholds.into_iter().map(covered).collect();
    assert!(amounts.is_sorted(), "{amounts:?}");
    assert!(amounts[0] < amounts[4], "{amounts:?}");
}

#[test]
fn the_same_text_gives_the_same_tags() {
    let text =
        "Write to Ingrid Solberg, 12 Station Road, Leeds. Solberg works for Northgate Energy.";
    let model = Model::builtin();
    assert_eq!(model.tag(text, None), Model::builtin().tag(text, None));
    assert_eq!(model.name(), Model::builtin().name());
}

#[test]
fn a_line_of_a_megabyte_is_cut_into_bounded_passages() {
    let line = "Ana Torres fue a Madrid con el doctor Salas y volvió a casa ".repeat(17_000);
    let tokens = ner::token::tokens(&line);
    let passages = ner::token::passages(&line, &tokens);
    // The work on a passage depends on its length alone, so bounded passages are linear work.
    assert!(passages.iter().all(|range| range.len() <= ner::token::PASSAGE_TOKENS_MAX));
    assert_eq!(passages.iter().map(ExactSizeIterator::len).sum::<usize>(), tokens.len());
    sound(&line[..100_000], &Model::builtin().tag(&line[..100_000], None));
}

#[test]
fn damaged_weights_are_refused() {
    let whole = include_bytes!("../weights/names.bin").as_slice();
    assert!(Model::read(whole).is_ok());
    assert_eq!(Model::read(&[]).err(), Some(ReadError::Magic));
    assert_eq!(Model::read(b"tacit-ner\0").err(), Some(ReadError::Damaged));
    assert_eq!(Model::read(&whole[..whole.len() - 1]).err(), Some(ReadError::Damaged));
    assert_eq!(Model::read(&whole[..4096]).err(), Some(ReadError::Damaged));
    let mut other = whole.to_vec();
    other[10] = 0xff;
    assert!(matches!(Model::read(&other).err(), Some(ReadError::Version { .. })));
    for place in [12, 20, 100, 3000, 20_000, whole.len() / 2, whole.len() - 4] {
        let mut damaged = whole.to_vec();
        damaged[place] ^= 0x10;
        assert_eq!(Model::read(&damaged).err(), Some(ReadError::Damaged), "at {place}");
    }
}

#[test]
fn the_weights_are_small_enough_to_compile_in() {
    const BYTES_MAX: usize = 6 << 20;
    assert!(include_bytes!("../weights/names.bin").len() <= BYTES_MAX);
    assert!(ner::ATTRIBUTION.contains("MEDDOCAN"));
}
