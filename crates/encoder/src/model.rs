//! A model, opened once and asked from any thread.

use crate::config::Config;
use crate::error::{OpenError, TagError};
use crate::network::{Batch, Network};
use crate::span::{Pieces, Tagged, spans};
use crate::token::{Token, Tokens};
use crate::weights::Weights;
use crate::window::{Window, windows};
use candle_core::Tensor;
use std::path::{Path, PathBuf};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
/// XLM-R's tokenizer, among the largest, has 17 MB.
const FILE_BYTES_MAX: u64 = 128 << 20;
/// What most encoders were taught with, also where their tables reach farther; time grows with the square.
const WINDOW_MAX: usize = 512;
/// Short texts gain from company up to here; beyond, what is computed no longer fits into the processor's caches.
const BATCH: usize = 1024;
/// XLM-R large, the largest that is common, takes 2.2 GB.
const MEMORY: u64 = 8 << 30;

/// Where the model computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Device {
    /// On the processor.
    #[default]
    Cpu,
    /// On this graphics card; only in a build with the feature `cuda`.
    Cuda(usize),
}

/// How a model is run. What is None follows from the model or the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where it computes.
    pub device: Device,
    /// How many tokens go through it at once, its frame included; at most 512 unless said otherwise.
    pub window: Option<usize>,
    /// By how many tokens the next window begins after the one before; three quarters of what a window holds unless said
    /// otherwise.
    pub stride: Option<usize>,
    /// How many tokens are computed together, padding included; a window is never parted for it.
    pub batch: usize,
    /// How many threads compute; one for each processor unless said otherwise. All callers share them.
    pub threads: Option<usize>,
    /// Which token speaks for its word.
    pub pieces: Pieces,
    /// How many bytes the weights may take in memory.
    pub memory: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            window: None,
            stride: None,
            batch: BATCH,
            threads: None,
            pieces: Pieces::First,
            memory: MEMORY,
        }
    }
}

/// What was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// As `config.json` names it.
    pub architecture: String,
    /// How many layers it has.
    pub layers: usize,
    /// How wide they are.
    pub hidden: usize,
    /// How many values its weights have.
    pub parameters: u64,
    /// How these are stored; they are computed with as f32.
    pub dtype: String,
    /// Where it computes.
    pub device: String,
    /// How many tokens go through it at once.
    pub window: usize,
    /// How many threads compute.
    pub threads: usize,
}

/// The model's answer for each token of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    /// The tokens, without those that frame a text.
    pub tokens: Vec<Token>,
    /// One value for each label, in the order of [`Model::labels`], for each token.
    pub rows: Vec<Vec<f32>>,
}

/// A token classifier.
pub struct Model {
    config: Config,
    tokens: Tokens,
    network: Network,
    device: candle_core::Device,
    pool: rayon::ThreadPool,
    description: Description,
    pieces: Pieces,
    batch: usize,
    /// How many tokens of a text a window holds, and by how many it moves on.
    room: usize,
    stride: usize,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.description.fmt(out)
    }
}

/// Reads one of the small files whole.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    let failed = |source| OpenError::Read { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(OpenError::TooLarge { path: path.to_owned(), bytes, limit: FILE_BYTES_MAX });
    }
    std::fs::read(path).map_err(failed)
}

impl Model {
    /// Reads a folder. It takes as long as reading the files does; nothing is read later.
    ///
    /// # Errors
    /// When a file is missing, damaged or does not go with the others, the architecture is unknown, or an option cannot be
    /// had.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        let path: PathBuf = folder.join(CONFIG);
        let config = Config::parse(&path, &read(&path)?)?;
        let path = folder.join(TOKENIZER);
        let tokens = Tokens::parse(&path, &read(&path)?, config.vocabulary)?;
        let (window, stride) = measure(&config, &tokens, &options)?;
        if options.batch == 0 {
            return Err(OpenError::Option { option: "batch", problem: "is 0".to_owned() });
        }
        let pool = pool(options.threads)?;
        let device = device(options.device)?;
        let mut weights = Weights::open(folder, device.clone(), options.memory)?;
        let network = pool.install(|| Network::load(&mut weights, &config))?;
        let description = Description {
            architecture: config.architecture.clone(),
            layers: config.layers,
            hidden: config.hidden,
            parameters: weights.parameters(),
            dtype: weights.dtype(),
            device: match options.device {
                Device::Cpu => "cpu".to_owned(),
                Device::Cuda(index) => format!("cuda:{index}"),
            },
            window,
            threads: pool.current_num_threads(),
        };
        let room = window - tokens.before.len() - tokens.after.len();
        let (pieces, batch) = (options.pieces, options.batch);
        Ok(Self { config, tokens, network, device, pool, description, pieces, batch, room, stride })
    }

    /// Finds the spans of each text. Long texts go through in windows, and time grows with their length alone.
    ///
    /// # Errors
    /// When the tokenizer refuses a text or the forward pass fails.
    pub fn tag(&self, texts: &[&str]) -> Result<Vec<Vec<Tagged>>, TagError> {
        let tokens = self.tokens(texts)?;
        let logits = self.pool.install(|| self.run(&tokens))?;
        let found = texts.iter().zip(&tokens).zip(&logits).map(|((text, tokens), logits)| {
            spans(text, tokens, logits, &self.config.labels, self.pieces)
        });
        Ok(found.collect())
    }

    /// What the model says of each token of a text, before anything is made of it.
    ///
    /// # Errors
    /// As [`Model::tag`].
    pub fn logits(&self, text: &str) -> Result<Logits, TagError> {
        let mut tokens = self.tokens(&[text])?;
        let logits = self.pool.install(|| self.run(&tokens))?;
        let rows = logits[0].chunks_exact(self.labels().len()).map(<[f32]>::to_vec).collect();
        Ok(Logits { tokens: tokens.swap_remove(0), rows })
    }

    /// The labels as `config.json` names them, by number.
    pub fn labels(&self) -> &[String] {
        &self.config.labels.names
    }

    /// What was opened.
    pub fn describe(&self) -> &Description {
        &self.description
    }

    fn tokens(&self, texts: &[&str]) -> Result<Vec<Vec<Token>>, TagError> {
        let texts = texts.iter().enumerate();
        texts
            .map(|(index, text)| self.tokens.of(text).ok_or(TagError::Tokenize { index }))
            .collect()
    }

    /// The logits of all texts, a flat row of them for each.
    fn run(&self, texts: &[Vec<Token>]) -> Result<Vec<Vec<f32>>, TagError> {
        let labels = self.labels().len();
        let mut logits: Vec<Vec<f32>> =
            texts.iter().map(|tokens| vec![0.0; tokens.len() * labels]).collect();
        let mut jobs: Vec<(usize, Window)> = Vec::new();
        for (at, tokens) in texts.iter().enumerate().filter(|(_, tokens)| !tokens.is_empty()) {
            let windows = windows(tokens.len(), self.room, self.stride);
            jobs.extend(windows.into_iter().map(|window| (at, window)));
        }
        // Windows of like length together waste the least on padding.
        jobs.sort_by_key(|(_, window)| std::cmp::Reverse(window.tokens.len()));
        let mut rest = jobs.as_slice();
        while let Some((_, longest)) = rest.first() {
            let length = longest.tokens.len() + self.tokens.before.len() + self.tokens.after.len();
            let batch;
            (batch, rest) = rest.split_at((self.batch / length).clamp(1, rest.len()));
            let answers = self.answers(texts, batch).map_err(|source| TagError::Run { source })?;
            for ((at, window), rows) in batch.iter().zip(answers) {
                let skipped = self.tokens.before.len() + window.kept.start - window.tokens.start;
                let kept = &rows[skipped * labels..][..window.kept.len() * labels];
                if !kept.iter().all(|value| value.is_finite()) {
                    return Err(TagError::NotANumber);
                }
                logits[*at][window.kept.start * labels..window.kept.end * labels]
                    .copy_from_slice(kept);
            }
        }
        Ok(logits)
    }

    /// One batch through the network: a flat row of logits for each window, its frame and its padding included.
    fn answers(
        &self,
        texts: &[Vec<Token>],
        batch: &[(usize, Window)],
    ) -> candle_core::Result<Vec<Vec<f32>>> {
        let rows = batch.iter().map(|(at, window)| {
            let ids = texts[*at][window.tokens.clone()].iter().map(|token| token.id);
            let (before, after) = (self.tokens.before.iter(), self.tokens.after.iter());
            before.copied().chain(ids).chain(after.copied()).collect()
        });
        let rows: Vec<Vec<u32>> = rows.collect();
        let batch = Batch::new(&rows, &self.config, &self.device)?;
        let logits: Tensor = self.network.forward(&batch)?;
        logits.flatten_from(1)?.to_vec2()
    }
}

/// The window and the stride that were asked for or follow from the model.
fn measure(
    config: &Config,
    tokens: &Tokens,
    options: &Options,
) -> Result<(usize, usize), OpenError> {
    let wrong = |option, problem| Err(OpenError::Option { option, problem });
    let frame = tokens.before.len() + tokens.after.len();
    let window = options.window.unwrap_or(config.length.min(WINDOW_MAX));
    if window > config.length {
        return wrong(
            "window",
            format!("is {window}, and the model takes {} tokens", config.length),
        );
    }
    if window <= frame {
        return wrong("window", format!("is {window}, and {frame} of its tokens frame the text"));
    }
    let room = window - frame;
    let stride = options.stride.unwrap_or((room * 3 / 4).max(1));
    if stride == 0 || stride > room {
        return wrong("stride", format!("is {stride}, and a window holds {room} tokens of a text"));
    }
    Ok((window, stride))
}

fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, OpenError> {
    if threads == Some(0) {
        return Err(OpenError::Option { option: "threads", problem: "is 0".to_owned() });
    }
    let count =
        threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|at| format!("encoder-{at}"))
        .build()
        .map_err(|source| OpenError::Threads { count, source })
}

fn device(device: Device) -> Result<candle_core::Device, OpenError> {
    match device {
        Device::Cpu => Ok(candle_core::Device::Cpu),
        Device::Cuda(index) => candle_core::Device::new_cuda(index)
            .map_err(|error| OpenError::Device { index, problem: error.to_string() }),
    }
}
