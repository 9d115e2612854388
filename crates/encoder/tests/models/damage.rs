//! Folders that are not a model: each is refused in words that name the file, what is wrong, and what to do.

use crate::support::{
    Stored, change, configure, copy, open, read_weights, rename, split, write_weights,
};
use encoder::{Model, OpenError, Options};
use serde_json::{Value, json};
use std::path::Path;

/// What opening the folder says.
fn refusal(folder: &Path) -> OpenError {
    let error = Model::open(folder, Options::default()).unwrap_err();
    assert!(!error.hint().is_empty());
    error
}

#[test]
fn a_missing_file_is_named() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = copy("bert");
        std::fs::remove_file(folder.path().join(file)).unwrap();
        let error = refusal(folder.path());
        assert!(matches!(error, OpenError::Read { .. }), "{error:?}");
        assert!(error.to_string().contains(file), "{error}");
    }
    let folder = copy("bert");
    split(folder.path());
    std::fs::remove_file(folder.path().join("model-00002-of-00002.safetensors")).unwrap();
    assert!(refusal(folder.path()).to_string().contains("model-00002-of-00002"));
}

#[test]
fn an_index_names_its_neighbours_alone() {
    for stranger in ["../other.safetensors", "/etc/passwd", "sub/x.safetensors", ".."] {
        let folder = copy("bert");
        std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
        let index = json!({"weight_map": {"classifier.bias": stranger}});
        std::fs::write(folder.path().join("model.safetensors.index.json"), index.to_string())
            .unwrap();
        let error = refusal(folder.path());
        assert!(matches!(error, OpenError::Weights { .. }), "{stranger}: {error:?}");
    }
}

#[test]
fn weights_cut_short_anywhere_are_refused() {
    let folder = copy("bert");
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path).unwrap();
    for left in [0, 5, 8, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..left]).unwrap();
        let error = refusal(folder.path());
        assert!(matches!(error, OpenError::Weights { .. }), "{left}: {error:?}");
    }
}

#[test]
fn a_header_that_lies_is_refused() {
    let folder = copy("bert");
    let path = folder.path().join("model.safetensors");
    let entries = [
        ("[0, 4]", "[2]"),
        ("[4, 0]", "[0]"),
        ("[0, 18446744073709551615]", "[1]"),
        ("[0, 4]", "[18446744073709551615, 3]"),
        ("[0, 4]", "[-1]"),
    ];
    for (offsets, shape) in entries {
        let header = format!(
            r#"{{"classifier.bias":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#
        );
        let length = (header.len() as u64).to_le_bytes();
        std::fs::write(&path, [&length[..], header.as_bytes(), &[0; 4]].concat()).unwrap();
        let error = refusal(folder.path());
        assert!(matches!(error, OpenError::Weights { .. }), "{offsets} {shape}: {error:?}");
    }
    std::fs::write(&path, [&u64::MAX.to_le_bytes()[..], b"{}"].concat()).unwrap();
    assert!(matches!(refusal(folder.path()), OpenError::Weights { .. }));
}

#[test]
fn a_tensor_that_is_missing_is_named_and_never_made_up() {
    for model in ["bert", "deberta-v2", "deberta-v2-conv"] {
        let whole = copy(model);
        let names = read_weights(&whole.path().join("model.safetensors"));
        for gone in names.iter().map(|tensor| tensor.name.clone()) {
            let folder = copy(model);
            let path = folder.path().join("model.safetensors");
            let left: Vec<Stored> =
                read_weights(&path).into_iter().filter(|tensor| tensor.name != gone).collect();
            write_weights(&path, &left);
            match refusal(folder.path()) {
                OpenError::Missing { name, .. } => assert_eq!(name, gone),
                other => panic!("{gone}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_base_model_without_labels_is_refused() {
    let folder = copy("bert");
    rename(folder.path(), |name| name.replace("classifier", "pooler"));
    let error = refusal(folder.path());
    assert!(error.to_string().contains("classifier.weight"), "{error}");
    assert!(error.hint().contains("base model"));
}

#[test]
fn a_wrong_shape_is_told_with_both_shapes() {
    let folder = copy("roberta");
    configure(folder.path(), "intermediate_size", json!(64));
    match refusal(folder.path()) {
        OpenError::Shape { name, found, wanted, .. } => {
            assert_eq!(name, "roberta.encoder.layer.0.intermediate.dense.weight");
            assert_eq!((found, wanted), (vec![48, 32], vec![64, 32]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_forms_of_numbers_are_refused_and_named() {
    let folder = copy("bert");
    change(folder.path(), |tensor| {
        if tensor.name == "classifier.bias" {
            tensor.dtype = "F64".to_owned();
            tensor.bytes.extend_from_within(..);
        }
    });
    let error = refusal(folder.path());
    assert!(matches!(&error, OpenError::Dtype { found, .. } if found == "F64"), "{error:?}");
    assert!(error.to_string().contains("classifier.bias"));
}

#[test]
fn weights_that_are_not_numbers_are_refused() {
    let folder = copy("bert");
    change(folder.path(), |tensor| {
        if tensor.name == "classifier.bias" {
            tensor.bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        }
    });
    assert!(matches!(refusal(folder.path()), OpenError::Weights { .. }));
}

#[test]
fn an_unknown_architecture_is_told_what_is_known() {
    for (value, named) in [
        (json!(["LlamaForCausalLM"]), "LlamaForCausalLM"),
        (json!(["BertForMaskedLM"]), "BertForMaskedLM"),
        (Value::Null, "(none)"),
    ] {
        let folder = copy("bert");
        configure(folder.path(), "architectures", value);
        let said = refusal(folder.path()).to_string();
        assert!(said.contains(named) && said.contains("DebertaV2ForTokenClassification"), "{said}");
    }
}

#[test]
fn labels_must_be_named() {
    for value in [
        Value::Null,
        json!({}),
        json!({"0": "LABEL_0", "1": "LABEL_1"}),
        json!({"1": "O", "2": "X"}),
    ] {
        let folder = copy("bert");
        configure(folder.path(), "id2label", value);
        let error = refusal(folder.path());
        assert!(matches!(error, OpenError::Labels { .. }), "{error:?}");
    }
    // One name fewer than the weights have.
    let folder = copy("bert");
    configure(
        folder.path(),
        "id2label",
        json!({"0": "O", "1": "B-PER", "2": "I-PER", "3": "B-LOC"}),
    );
    assert!(
        matches!(refusal(folder.path()), OpenError::Shape { name, .. } if name == "classifier.weight")
    );
}

#[test]
fn a_configuration_that_says_what_no_such_model_says_is_refused() {
    let wrong = [
        ("bert", "hidden_size", Value::Null),
        ("bert", "hidden_size", json!(0)),
        ("bert", "num_attention_heads", json!(5)),
        ("bert", "num_hidden_layers", json!(0)),
        ("bert", "hidden_act", json!("quick_gelu")),
        ("bert", "position_embedding_type", json!("relative_key")),
        ("bert", "is_decoder", json!(true)),
        ("roberta", "max_position_embeddings", json!(2)),
        ("deberta-v2", "position_buckets", json!(1)),
        ("deberta-v2", "position_buckets", json!(1000)),
        ("deberta-v2-conv", "conv_kernel_size", json!(4)),
        ("deberta-v2-conv", "conv_groups", json!(0)),
    ];
    for (model, name, value) in wrong {
        let folder = copy(model);
        configure(folder.path(), name, value.clone());
        match refusal(folder.path()) {
            OpenError::Config { field, .. } => assert_eq!(field, name),
            other => panic!("{name} {value}: {other:?}"),
        }
    }
}

#[test]
fn broken_json_is_told_by_its_file() {
    for file in ["config.json", "tokenizer.json"] {
        let folder = copy("bert");
        std::fs::write(folder.path().join(file), "{\"architectures\": [").unwrap();
        assert!(refusal(folder.path()).to_string().contains(file));
    }
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let folder = copy("bert");
    let other = copy("roberta");
    std::fs::copy(other.path().join("tokenizer.json"), folder.path().join("tokenizer.json"))
        .unwrap();
    let error = refusal(folder.path());
    assert!(error.to_string().contains("counts its tokens up to 339"), "{error}");
}

#[test]
fn weights_beyond_the_memory_allowed_are_refused_before_they_are_read() {
    let folder = copy("bert");
    let options = Options { memory: 50_000, ..Options::default() };
    let error = Model::open(folder.path(), options).unwrap_err();
    assert!(matches!(error, OpenError::Memory { limit: 50_000, .. }), "{error:?}");
}

#[test]
fn a_file_larger_than_any_of_its_kind_is_not_read() {
    let folder = copy("bert");
    let file = std::fs::File::create(folder.path().join("tokenizer.json")).unwrap();
    file.set_len(200 << 20).unwrap();
    assert!(matches!(refusal(folder.path()), OpenError::TooLarge { .. }));
}

#[test]
fn options_that_do_not_go_with_the_model_are_refused() {
    let usual = Options::default;
    let wrong = [
        ("window", Options { window: Some(65), ..usual() }),
        ("window", Options { window: Some(2), ..usual() }),
        ("stride", Options { stride: Some(0), ..usual() }),
        ("stride", Options { stride: Some(63), ..usual() }),
        ("batch", Options { batch: 0, ..usual() }),
        ("threads", Options { threads: Some(0), ..usual() }),
    ];
    let folder = copy("bert");
    for (name, options) in wrong {
        match Model::open(folder.path(), options) {
            Err(OpenError::Option { option, .. }) => assert_eq!(option, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(open("bert").describe().window, 64);
}
