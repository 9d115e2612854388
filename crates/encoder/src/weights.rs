//! Tensors out of safetensors files, in one file or several, each read when it is asked for and turned into f32.
//!
//! The format is eight bytes of length, a JSON header, and the values. Files are read, not mapped: a model that is
//! replaced while it is in use must not take the process with it. Peak memory is the model and one tensor.

use crate::OpenError;
use candle_core::{Device, Tensor};
use half::{bf16, f16};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// As large as safetensors' own reader takes.
const HEADER_BYTES_MAX: u64 = 100_000_000;
/// How much is read at once.
const PIECE_BYTES: usize = 1 << 20;

/// How a tensor is stored.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// One file.
struct Part {
    path: PathBuf,
    file: File,
    /// Where the values begin.
    values: u64,
    entries: HashMap<String, Entry>,
}

/// All files of a model.
pub(crate) struct Weights {
    folder: PathBuf,
    parts: Vec<Part>,
    device: Device,
    /// How many values were taken, and in which forms they are stored.
    taken: u64,
    forms: BTreeSet<String>,
}

impl Weights {
    /// Reads the headers and checks that the files are whole and that the values will fit into `memory` bytes.
    pub(crate) fn open(folder: &Path, device: Device, memory: u64) -> Result<Self, OpenError> {
        let single = folder.join(SINGLE);
        let names = if single.exists() || !folder.join(INDEX).exists() {
            BTreeSet::from([SINGLE.to_owned()])
        } else {
            index(&folder.join(INDEX))?
        };
        let parts = names.iter().map(|name| Part::open(folder.join(name)));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let entries = parts.iter().flat_map(|part: &Part| part.entries.values());
        let values = entries.map(|entry| elements(&entry.shape).unwrap_or(u64::MAX));
        let bytes = values.fold(0, u64::saturating_add).saturating_mul(size_of::<f32>() as u64);
        let folder = folder.to_owned();
        if bytes > memory {
            return Err(OpenError::Memory { folder, bytes, limit: memory });
        }
        Ok(Self { folder, parts, device, taken: 0, forms: BTreeSet::new() })
    }

    /// How many values were taken.
    pub(crate) fn parameters(&self) -> u64 {
        self.taken
    }

    /// How they are stored.
    pub(crate) fn dtype(&self) -> String {
        self.forms.iter().map(String::as_str).collect::<Vec<_>>().join(", ").to_ascii_lowercase()
    }

    /// Says that a weight could not be brought into its place.
    pub(crate) fn unprepared(&self, source: candle_core::Error) -> OpenError {
        OpenError::Prepare { folder: self.folder.clone(), source }
    }

    /// Whether there is such a tensor.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.entries.contains_key(name))
    }

    /// The tensor of this name, which must be of this shape, every value times `by`.
    pub(crate) fn tensor(
        &mut self,
        name: &str,
        shape: &[usize],
        by: f32,
    ) -> Result<Tensor, OpenError> {
        let part = self.parts.iter_mut().find(|part| part.entries.contains_key(name));
        let Some(part) = part else {
            return Err(OpenError::Missing { folder: self.folder.clone(), name: name.to_owned() });
        };
        let mut values = part.read(name, shape)?;
        values.iter_mut().for_each(|value| *value *= by);
        self.taken += values.len() as u64;
        self.forms.insert(part.entries[name].dtype.clone());
        Tensor::from_vec(values, shape, &self.device).map_err(|source| self.unprepared(source))
    }
}

/// The files that an index names.
fn index(path: &Path) -> Result<BTreeSet<String>, OpenError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let bytes = crate::model::read(path)?;
    let found: Index = serde_json::from_slice(&bytes)
        .map_err(|source| OpenError::Json { path: path.to_owned(), source })?;
    let names: BTreeSet<String> = found.weight_map.into_values().collect();
    // An index comes from strangers; it names its neighbours and nothing else.
    match names.iter().find(|name| Path::new(name).file_name() != Some(name.as_ref())) {
        None => Ok(names),
        Some(name) => Err(OpenError::Weights {
            path: path.to_owned(),
            problem: format!("it names the file {name:?}, which is not in its folder"),
        }),
    }
}

fn elements(shape: &[usize]) -> Option<u64> {
    shape.iter().try_fold(1_u64, |product, side| product.checked_mul(*side as u64))
}

/// How many bytes a value of this form takes.
fn width(dtype: &str) -> Option<u64> {
    match dtype {
        "F32" => Some(4),
        "F16" | "BF16" => Some(2),
        _ => None,
    }
}

impl Part {
    fn open(path: PathBuf) -> Result<Self, OpenError> {
        let read = |source| OpenError::Read { path: path.clone(), source };
        let damaged = |problem: String| OpenError::Weights { path: path.clone(), problem };
        let mut file = File::open(&path).map_err(read)?;
        let bytes = file.metadata().map_err(read)?.len();
        let mut length = [0; 8];
        if bytes < 8 {
            return Err(damaged(format!("it has {bytes} bytes")));
        }
        file.read_exact(&mut length).map_err(read)?;
        let length = u64::from_le_bytes(length);
        if length > HEADER_BYTES_MAX || length + 8 > bytes {
            return Err(damaged(format!("its header would have {length} bytes")));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(read)?;
        let values = length + 8;
        let entries = entries(&header, bytes - values).map_err(damaged)?;
        Ok(Self { path, file, values, entries })
    }

    fn read(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, OpenError> {
        let path = || self.path.clone();
        let entry = &self.entries[name];
        if entry.shape != shape {
            let (found, wanted) = (entry.shape.clone(), shape.to_vec());
            return Err(OpenError::Shape { path: path(), name: name.to_owned(), found, wanted });
        }
        let Some(width) = width(&entry.dtype) else {
            let found = entry.dtype.clone();
            return Err(OpenError::Dtype { path: path(), name: name.to_owned(), found });
        };
        let (start, end) = entry.data_offsets;
        let read = |source| OpenError::Read { path: path(), source };
        self.file.seek(SeekFrom::Start(self.values + start)).map_err(read)?;
        let mut values = Vec::with_capacity(((end - start) / width) as usize);
        let mut left = end - start;
        let mut piece = vec![0; PIECE_BYTES];
        while left > 0 {
            let bytes = &mut piece[..PIECE_BYTES.min(left as usize)];
            self.file.read_exact(bytes).map_err(read)?;
            append(&mut values, &entry.dtype, bytes);
            left -= bytes.len() as u64;
        }
        if !values.iter().all(|value| value.is_finite()) {
            let problem = format!("the tensor {name} holds values that are not numbers");
            return Err(OpenError::Weights { path: path(), problem });
        }
        Ok(values)
    }
}

/// Values as they are stored, in little-endian order, to f32.
fn append(values: &mut Vec<f32>, dtype: &str, bytes: &[u8]) {
    let (twos, _) = bytes.as_chunks();
    let (fours, _) = bytes.as_chunks();
    match dtype {
        "F16" => values.extend(twos.iter().map(|&value| f16::from_le_bytes(value).to_f32())),
        "BF16" => values.extend(twos.iter().map(|&value| bf16::from_le_bytes(value).to_f32())),
        _ => values.extend(fours.iter().map(|&value| f32::from_le_bytes(value))),
    }
}

/// The header's entries, each of which must lie within `bytes` bytes of values and be as long as its shape says.
fn entries(header: &[u8], bytes: u64) -> Result<HashMap<String, Entry>, String> {
    let wrong = |error: serde_json::Error| format!("its header cannot be understood: {error}");
    let mut found: HashMap<String, serde_json::Value> =
        serde_json::from_slice(header).map_err(wrong)?;
    found.remove("__metadata__");
    let mut entries = HashMap::with_capacity(found.len());
    for (name, value) in found {
        let entry: Entry = serde_json::from_value(value).map_err(wrong)?;
        let (start, end) = entry.data_offsets;
        if start > end || end > bytes {
            return Err(format!(
                "the tensor {name} ends at byte {end} of its values, and there are {bytes}; it may be cut short"
            ));
        }
        let values = elements(&entry.shape);
        let wanted = width(&entry.dtype).map(|width| values.and_then(|n| n.checked_mul(width)));
        if values.is_none() || wanted.is_some_and(|wanted| wanted != Some(end - start)) {
            return Err(format!("the tensor {name} is not as long as its shape says"));
        }
        entries.insert(name, entry);
    }
    Ok(entries)
}
