//! Texts of every sort through whole models: what is found, long texts, batches, and strange characters.

use crate::support::{MODELS, expected, near, open, vectors};
use encoder::{Model, Options, Pieces, Tagged};

fn of<'t>(text: &'t str, found: &'t [Tagged]) -> Vec<(&'t str, &'t str)> {
    found.iter().map(|tagged| (&text[tagged.start..tagged.end], tagged.label.as_str())).collect()
}

/// Spans are sorted, apart, within the text and at characters' edges, and as sure as a probability can be.
fn sound(text: &str, found: &[Tagged]) {
    let mut last = 0;
    for tagged in found {
        assert!(last <= tagged.start && tagged.start < tagged.end, "{tagged:?}");
        assert!(text.get(tagged.start..tagged.end).is_some(), "{tagged:?}");
        assert!(tagged.score > 0.0 && tagged.score <= 1.0, "{tagged:?}");
        last = tagged.end;
    }
}

#[test]
fn a_model_that_has_learned_names_finds_them() {
    let model = open("bert");
    let text = "Yesterday Anna Müller met Farid Smith near Kraków, and paid in cash.";
    let found = model.tag(&[text]).unwrap();
    let wanted = [("Anna Müller", "PER"), ("Farid Smith", "PER"), ("Kraków", "LOC")];
    assert_eq!(of(text, &found[0]), wanted);
    assert!(found[0].iter().all(|tagged| tagged.score > 0.8), "{found:?}");
    assert!(model.tag(&["Nothing happened here today."]).unwrap()[0].is_empty());
}

#[test]
fn places_are_exact_where_the_tokenizer_changes_the_text() {
    let text = "\u{feff}  ANNA MU\u{308}LLER\tlives in\u{a0}Mu\u{308}nchen.";
    let found = open("bert").tag(&[text]).unwrap();
    assert_eq!(of(text, &found[0]), [("ANNA MU\u{308}LLER", "PER"), ("Mu\u{308}nchen", "LOC")]);
}

#[test]
fn names_deep_in_a_long_text_are_found_where_they_stand() {
    let model = open("bert");
    let filler = "Nothing happened here today. In Oslo it was raining again. ".repeat(40);
    let text = format!("{filler}Signed: Anna Müller\n{filler}");
    let found = model.tag(&[&text]).unwrap().remove(0);
    sound(&text, &found);
    let persons: Vec<_> = found.iter().filter(|tagged| tagged.label == "PER").collect();
    assert_eq!(persons.len(), 1, "{persons:?}");
    assert_eq!(persons[0].start, text.find("Anna").unwrap());
    assert_eq!(found.iter().filter(|tagged| tagged.label == "LOC").count(), 80);
}

#[test]
fn windows_change_nothing_where_the_text_fits_in_one() {
    for name in MODELS {
        let small = Options { window: Some(64), stride: Some(1), batch: 1, ..Options::default() };
        let small = Model::open(&vectors().join(name), small).unwrap();
        let usual = open(name);
        for text in expected(name) {
            assert_eq!(small.logits(&text.text).unwrap(), usual.logits(&text.text).unwrap());
        }
    }
}

#[test]
fn a_window_within_a_long_text_is_what_its_tokens_alone_would_be() {
    // 124 tokens in windows of 62, side by side: the second half is answered as if it stood alone.
    let options = Options { window: Some(64), stride: Some(62), ..Options::default() };
    let model = Model::open(&vectors().join("bert"), options).unwrap();
    let half =
        ["Anna", "in", "it", "was"].iter().cycle().take(62).copied().collect::<Vec<_>>().join(" ");
    let whole = model.logits(&format!("{half} {half}")).unwrap();
    let alone = model.logits(&half).unwrap();
    assert_eq!((alone.rows.len(), whole.rows.len()), (62, 124));
    near(&whole.rows[..62], &alone.rows, 1e-5);
    near(&whole.rows[62..], &alone.rows, 1e-5);
}

#[test]
fn texts_together_are_as_texts_alone() {
    for name in MODELS {
        let model = open(name);
        let one = Options { batch: 1, ..Options::default() };
        let alone = Model::open(&vectors().join(name), one).unwrap();
        let long = "Anna met Farid in Oslo, and Bruno paid. ".repeat(20);
        let mut texts: Vec<String> = expected(name).into_iter().map(|text| text.text).collect();
        texts.extend([String::new(), long]);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let together = model.tag(&texts).unwrap();
        for (text, found) in texts.iter().zip(&together) {
            let wanted = alone.tag(&[text]).unwrap().remove(0);
            assert_eq!(of(text, found), of(text, &wanted), "{name}: {text:?}");
            for (ours, theirs) in found.iter().zip(&wanted) {
                assert!((ours.score - theirs.score).abs() < 1e-4, "{name}: {text:?}");
            }
        }
    }
}

#[test]
fn any_text_is_answered_with_sound_places() {
    let texts = [
        "",
        " ",
        "\0",
        "\0\0 Anna\0Müller \0",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f1e9}\u{1f1ea}",
        "Z\u{351}\u{36b}\u{343}a\u{334}\u{301}lgo",
        "\u{202e}annA\u{2066} \u{feff}",
        "张三和李四在北京。ประเทศไทย はなこ",
        "\r\n\r\n\t",
        "[CLS][SEP][PAD][MASK]<s></s><pad><unk><mask>",
        "ﬁﬂ½№㎏ǅ",
        "\u{e000}\u{10ffff}\u{fffd}",
    ];
    for name in MODELS {
        for pieces in [Pieces::First, Pieces::Max] {
            let options = Options { pieces, ..Options::default() };
            let model = Model::open(&vectors().join(name), options).unwrap();
            for (text, found) in texts.iter().zip(model.tag(&texts).unwrap()) {
                sound(text, &found);
            }
        }
    }
}

#[test]
fn a_hundred_thousand_characters_are_answered() {
    let kinds = ["x", "Anna ", "é😀", "a.b@c-d_", "\u{301}", "张"];
    let text: String =
        kinds.iter().map(|kind| kind.repeat(16_700 / kind.chars().count())).collect();
    assert!(text.chars().count() > 99_000);
    for name in ["bert", "roberta", "xlm-roberta", "deberta-v2"] {
        sound(&text, &open(name).tag(&[&text]).unwrap()[0]);
    }
}

#[test]
fn no_threads_compute_but_those_asked_for() {
    for name in ["bert", "roberta", "xlm-roberta", "deberta-v2"] {
        let options = Options { threads: Some(1), batch: 64 * 64, ..Options::default() };
        let model = Model::open(&vectors().join(name), options).unwrap();
        model.tag(&vec!["Anna met Farid in Oslo, and Bruno paid. "; 64]).unwrap();
        model.tag(&["Anna met Farid in Oslo. ".repeat(800).as_str()]).unwrap();
    }
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    let strangers: Vec<String> = names.filter(|name| name.starts_with("candle")).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[test]
fn nothing_is_answered_with_nothing() {
    let model = open("bert");
    assert!(model.tag(&[]).unwrap().is_empty());
    assert_eq!(model.tag(&["", " \n"]).unwrap(), vec![vec![], vec![]]);
    assert!(model.logits("").unwrap().rows.is_empty());
    assert_eq!(model.labels(), ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]);
}

#[test]
fn one_model_answers_many_threads() {
    let model = open("deberta-v2");
    let text = "Anna Müller lives in Berlin.";
    let wanted = model.tag(&[text]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(model.tag(&[text]).unwrap(), wanted));
        }
    });
}
