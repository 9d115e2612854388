//! What can go wrong, in words that name the file and what to do. No variant carries text that was to be tagged.

use std::path::PathBuf;

/// Why a folder cannot be used as a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A file is not there or cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is larger than any of its kind.
    #[error("{} has {bytes} bytes, more than the {limit} that such a file may have", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The weights would take more memory than allowed.
    #[error("the weights in {} take {bytes} bytes of memory, and {limit} are allowed", folder.display())]
    Memory {
        /// The folder.
        folder: PathBuf,
        /// What they take once they are f32.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A JSON file is none.
    #[error("cannot understand {}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A field of `config.json` is missing or says what no such model says.
    #[error("{}: {field} {problem}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An architecture that is not built here.
    #[error("{}: the architecture {found} is unknown; known are {}", path.display(), known.join(", "))]
    Architecture {
        /// The file.
        path: PathBuf,
        /// What it names.
        found: String,
        /// What could stand there.
        known: Vec<&'static str>,
    },
    /// The names of the labels are missing or say nothing.
    #[error("{}: id2label {problem}", path.display())]
    Labels {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// The tokenizer cannot be used.
    #[error("{}: {problem}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file of weights is damaged.
    #[error("{} is damaged: {problem}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A tensor that the architecture needs is in none of the files.
    #[error("{} has no tensor {name}", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The tensor.
        name: String,
    },
    /// A tensor has another shape than `config.json` says.
    #[error("{}: the tensor {name} has the shape {found:?}, and config.json asks for {wanted:?}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that follows from the configuration.
        wanted: Vec<usize>,
    },
    /// A tensor is stored in a form that is not read here.
    #[error("{}: the tensor {name} is stored as {found}; F32, F16 and BF16 are read", path.display())]
    Dtype {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its form.
        found: String,
    },
    /// An option that does not go with this model.
    #[error("{option} {problem}")]
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The device is not there, or this build cannot use it.
    #[error("cannot use the device cuda:{index}: {problem}")]
    Device {
        /// Its number.
        index: usize,
        /// Why.
        problem: String,
    },
    /// The threads could not be started.
    #[error("cannot start {count} threads")]
    Threads {
        /// How many.
        count: usize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
    /// A weight could not be brought into its place.
    #[error("cannot prepare the weights in {}", folder.display())]
    Prepare {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: candle_core::Error,
    },
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => {
                "name a folder with config.json, tokenizer.json and model.safetensors (or its parts and \
                 model.safetensors.index.json) that this user may read"
            }
            Self::TooLarge { .. } | Self::Json { .. } | Self::Weights { .. } => {
                "download the file again and compare its checksum with that of its source"
            }
            Self::Memory { .. } => "choose a smaller model, or allow more memory",
            Self::Config { .. } | Self::Shape { .. } | Self::Missing { .. } => {
                "config.json and the weights must come from the same fine-tuned token classifier; \
                 a base model has no labels"
            }
            Self::Architecture { .. } => "choose a token classifier of a known architecture",
            Self::Labels { .. } => {
                "id2label must name every label by its number, among them O; write the names that the \
                 model was trained with into config.json"
            }
            Self::Tokenizer { .. } => {
                "take the tokenizer.json that belongs to the model; where there is none, \
                 AutoTokenizer.from_pretrained(...).save_pretrained(...) writes one"
            }
            Self::Dtype { .. } => "convert the weights to F32, F16 or BF16",
            Self::Option { .. } => "leave the option out for a value that goes with the model",
            Self::Device { .. } => {
                "use the CPU, or a build with the feature `cuda` where the device is"
            }
            Self::Threads { .. } => "ask for fewer threads",
            Self::Prepare { .. } => "see that there is memory for the weights",
        }
    }
}

/// Why texts could not be tagged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// The tokenizer refused a text. Its own message may quote the text and is left out.
    #[error("the tokenizer could not take text number {index} apart")]
    Tokenize {
        /// Which of the texts, from 0.
        index: usize,
    },
    /// The forward pass failed.
    #[error("cannot run the model")]
    Run {
        /// Why.
        source: candle_core::Error,
    },
    /// The model's answer holds values that are not numbers: its weights overflow.
    #[error("the model answered with values that are not numbers")]
    NotANumber,
}
