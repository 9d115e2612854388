//! Copies of the vectors, and what can be done to them.

use encoder::{Model, Options};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const MODELS: [&str; 6] =
    ["bert", "distilbert", "roberta", "xlm-roberta", "deberta-v2", "deberta-v2-conv"];

/// What is expected of a text.
#[derive(serde::Deserialize)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) ids: Vec<u32>,
    pub(crate) offsets: Vec<(usize, usize)>,
    pub(crate) logits: Vec<Vec<f32>>,
}

pub(crate) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

pub(crate) fn expected(name: &str) -> Vec<Text> {
    #[derive(serde::Deserialize)]
    struct File {
        texts: Vec<Text>,
    }
    let bytes = std::fs::read(vectors().join(name).join("expected.json")).unwrap();
    let file: File = serde_json::from_slice(&bytes).unwrap();
    assert!(file.texts.len() > 5);
    file.texts
}

pub(crate) fn open(name: &str) -> Model {
    Model::open(&vectors().join(name), Options::default()).unwrap()
}

/// A folder of its own with the files of a model.
pub(crate) fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        std::fs::copy(vectors().join(name).join(file), folder.path().join(file)).unwrap();
    }
    folder
}

pub(crate) fn near(ours: &[Vec<f32>], theirs: &[Vec<f32>], limit: f32) {
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        assert!((ours - theirs).abs() < limit, "{ours} and {theirs}");
    }
}

/// Sets a field of `config.json`; null takes it out.
pub(crate) fn configure(folder: &Path, field: &str, value: Value) {
    let path = folder.join("config.json");
    let mut config: Map<String, Value> =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    if value.is_null() {
        config.remove(field).unwrap();
    } else {
        config.insert(field.to_owned(), value);
    }
    std::fs::write(path, serde_json::to_vec(&config).unwrap()).unwrap();
}

/// A tensor as it is stored.
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn read_weights(path: &Path) -> Vec<Stored> {
    let file = std::fs::read(path).unwrap();
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: Map<String, Value> = serde_json::from_slice(&file[8..8 + length]).unwrap();
    let values = &file[8 + length..];
    let tensors = header.into_iter().filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, entry)| {
            let (start, end): (usize, usize) =
                serde_json::from_value(entry["data_offsets"].clone()).unwrap();
            Stored {
                name,
                dtype: entry["dtype"].as_str().unwrap().to_owned(),
                shape: serde_json::from_value(entry["shape"].clone()).unwrap(),
                bytes: values[start..end].to_vec(),
            }
        })
        .collect()
}

pub(crate) fn write_weights(path: &Path, tensors: &[Stored]) {
    let (mut header, mut values) = (Map::new(), Vec::new());
    for tensor in tensors {
        let start = values.len();
        values.extend_from_slice(&tensor.bytes);
        let entry = json!({"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [start, values.len()]});
        header.insert(tensor.name.clone(), entry);
    }
    let header = serde_json::to_vec(&header).unwrap();
    let length = (header.len() as u64).to_le_bytes();
    std::fs::write(path, [&length[..], &header, &values].concat()).unwrap();
}

/// Does something to each tensor of a folder.
pub(crate) fn change(folder: &Path, mut with: impl FnMut(&mut Stored)) {
    let path = folder.join("model.safetensors");
    let mut tensors = read_weights(&path);
    tensors.iter_mut().for_each(&mut with);
    write_weights(&path, &tensors);
}

pub(crate) fn rename(folder: &Path, with: impl Fn(&str) -> String) {
    change(folder, |tensor| tensor.name = with(&tensor.name));
}

fn to_f32(dtype: &str, bytes: &[u8]) -> Vec<f32> {
    let (twos, _) = bytes.as_chunks();
    let (fours, _) = bytes.as_chunks();
    match dtype {
        "F16" => twos.iter().map(|&value| half::f16::from_le_bytes(value).to_f32()).collect(),
        "BF16" => twos.iter().map(|&value| half::bf16::from_le_bytes(value).to_f32()).collect(),
        _ => fours.iter().map(|&value| f32::from_le_bytes(value)).collect(),
    }
}

/// Stores all weights in this form.
pub(crate) fn with_dtype(folder: &Path, dtype: &str) {
    change(folder, |tensor| {
        let values = to_f32(&tensor.dtype, &tensor.bytes).into_iter();
        tensor.bytes = match dtype {
            "F16" => values.flat_map(|value| half::f16::from_f32(value).to_le_bytes()).collect(),
            "BF16" => values.flat_map(|value| half::bf16::from_f32(value).to_le_bytes()).collect(),
            _ => values.flat_map(f32::to_le_bytes).collect(),
        };
        tensor.dtype = dtype.to_owned();
    });
}

/// Spreads the weights over two files and an index.
pub(crate) fn split(folder: &Path) {
    let whole = folder.join("model.safetensors");
    let tensors = read_weights(&whole);
    let (first, second) = tensors.split_at(tensors.len() / 2);
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    let mut map = Map::new();
    for (name, part) in names.iter().zip([first, second]) {
        write_weights(&folder.join(name), part);
        map.extend(part.iter().map(|tensor| (tensor.name.clone(), json!(name))));
    }
    let index = json!({"metadata": {}, "weight_map": map});
    std::fs::write(folder.join("model.safetensors.index.json"), index.to_string()).unwrap();
    std::fs::remove_file(whole).unwrap();
}
