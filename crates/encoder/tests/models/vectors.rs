//! What PyTorch and transformers say of tiny models, against what we say: tokens, places and logits.

use crate::support::{self, MODELS, copy, expected, open, vectors, with_dtype};
use encoder::{Model, Options};

/// The largest difference between ours and theirs, over all tokens of all texts.
fn difference(model: &Model, name: &str) -> f32 {
    let mut largest = 0.0_f32;
    for text in expected(name) {
        let found = model.logits(&text.text).unwrap();
        assert_eq!(found.rows.len(), text.logits.len(), "{name}: {:?}", text.text);
        for (ours, theirs) in found.rows.iter().flatten().zip(text.logits.iter().flatten()) {
            largest = largest.max((ours - theirs).abs());
        }
    }
    largest
}

#[test]
fn logits_agree_with_pytorch() {
    for name in MODELS {
        let largest = difference(&open(name), name);
        assert!(largest < 1e-4, "{name} differs by {largest}");
    }
}

#[test]
fn half_precision_is_read_as_the_numbers_it_holds() {
    let text = "Anna Müller lives in Berlin.";
    for name in MODELS {
        for dtype in ["F16", "BF16"] {
            let (half, rounded) = (copy(name), copy(name));
            with_dtype(half.path(), dtype);
            with_dtype(rounded.path(), dtype);
            with_dtype(rounded.path(), "F32");
            let half = Model::open(half.path(), Options::default()).unwrap();
            let rounded = Model::open(rounded.path(), Options::default()).unwrap();
            assert_eq!(half.describe().dtype, dtype.to_lowercase());
            assert_eq!(
                half.logits(text).unwrap(),
                rounded.logits(text).unwrap(),
                "{name} in {dtype}"
            );
        }
    }
}

#[test]
fn half_precision_stays_near_in_a_model_that_was_taught() {
    let folder = copy("bert");
    with_dtype(folder.path(), "F16");
    let largest = difference(&Model::open(folder.path(), Options::default()).unwrap(), "bert");
    assert!(largest < 1e-2, "differs by {largest}");
}

#[test]
fn tokens_stand_where_the_fast_tokenizer_puts_them() {
    for name in MODELS {
        let model = open(name);
        for text in expected(name) {
            let bytes: Vec<usize> = text.text.char_indices().map(|(at, _)| at).collect();
            let byte = |at: usize| bytes.get(at).copied().unwrap_or(text.text.len());
            let wanted: Vec<(u32, usize, usize)> = text
                .ids
                .iter()
                .zip(&text.offsets)
                .map(|(&id, &(start, end))| (id, byte(start), byte(end)))
                .collect();
            let found = model.logits(&text.text).unwrap().tokens;
            let found: Vec<_> =
                found.iter().map(|token| (token.id, token.start, token.end)).collect();
            assert_eq!(found, wanted, "{name}: {:?}", text.text);
        }
    }
}

#[test]
fn weights_in_several_files_are_the_same_weights() {
    for name in ["bert", "deberta-v2"] {
        let folder = copy(name);
        support::split(folder.path());
        let parts = Model::open(folder.path(), Options::default()).unwrap();
        let whole = open(name);
        assert_eq!(parts.describe(), whole.describe());
        assert_eq!(
            parts.logits("Anna in Berlin").unwrap(),
            whole.logits("Anna in Berlin").unwrap()
        );
    }
}

#[test]
fn norms_under_their_old_names_are_found() {
    let folder = copy("bert");
    support::rename(folder.path(), |name| {
        name.replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta")
    });
    let model = Model::open(folder.path(), Options::default()).unwrap();
    assert!(difference(&model, "bert") < 1e-4);
}

#[test]
fn camembert_is_roberta_under_another_name() {
    let folder = copy("xlm-roberta");
    support::configure(
        folder.path(),
        "architectures",
        serde_json::json!(["CamembertForTokenClassification"]),
    );
    let model = Model::open(folder.path(), Options::default()).unwrap();
    assert!(difference(&model, "xlm-roberta") < 1e-4);
}

#[test]
fn a_model_says_what_it_is() {
    let found = open("deberta-v2");
    let found = found.describe();
    assert_eq!(found.architecture, "DebertaV2ForTokenClassification");
    assert_eq!((found.layers, found.hidden, found.window), (2, 32, 64));
    assert_eq!((found.dtype.as_str(), found.device.as_str()), ("f32", "cpu"));
    let bytes = std::fs::metadata(vectors().join("deberta-v2/model.safetensors")).unwrap().len();
    assert!(found.parameters * 4 < bytes && found.parameters * 4 > bytes * 9 / 10);
    // Behind the padding's number there are two positions less.
    assert_eq!(open("roberta").describe().window, 64);
}

#[test]
fn threads_are_as_many_as_asked_for_and_change_nothing() {
    let one = Options { threads: Some(1), ..Options::default() };
    let three = Options { threads: Some(3), ..Options::default() };
    let folder = vectors().join("deberta-v2");
    let (one, three) = (Model::open(&folder, one).unwrap(), Model::open(&folder, three).unwrap());
    assert_eq!((one.describe().threads, three.describe().threads), (1, 3));
    let text = "Anna Müller lives in Berlin.";
    support::near(&one.logits(text).unwrap().rows, &three.logits(text).unwrap().rows, 1e-5);
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_build_without_cuda_says_so() {
    let options = Options { device: encoder::Device::Cuda(0), ..Options::default() };
    let error = Model::open(&vectors().join("bert"), options).unwrap_err();
    assert!(error.to_string().contains("cuda:0"), "{error}");
    assert!(error.hint().contains("CPU"));
}
