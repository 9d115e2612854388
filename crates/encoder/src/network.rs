//! The network: embeddings, layers of attention and of sums, and the labels' logits at the end.
//!
//! One shape serves all families. They differ in the names of their tensors, in how positions are told, and in what DeBERTa
//! adds to attention.

use crate::OpenError;
use crate::attention::Attention;
use crate::config::{Activation, Config, Convolution, Family};
use crate::fused::{Norm, biased};
use crate::relative::{Distances, table};
use crate::weights::Weights;
use candle_core::{Device, Module, Result, Tensor};
use candle_nn::Embedding;

/// Rows of tokens of different lengths, filled up to the longest.
pub(crate) struct Batch {
    ids: Tensor,
    positions: Tensor,
    lengths: Vec<usize>,
}

impl Batch {
    /// Puts rows together; the frame around a text is part of its row.
    pub(crate) fn new(rows: &[Vec<u32>], config: &Config, device: &Device) -> Result<Self> {
        let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
        let length = lengths.iter().copied().max().unwrap_or(0);
        let shape = (rows.len(), length);
        let filled = |row: &Vec<u32>| {
            let padding = std::iter::repeat_n(config.padding, length - row.len());
            row.iter().copied().chain(padding).collect::<Vec<_>>()
        };
        let ids: Vec<u32> = rows.iter().flat_map(filled).collect();
        let places: Vec<u32> =
            rows.iter().flat_map(|row| positions(&filled(row), config)).collect();
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, device)?,
            positions: Tensor::from_vec(places, shape, device)?,
            lengths,
        })
    }

    /// `[rows, length, 1]`, 1 for tokens and 0 for padding; None where there is none.
    fn real(&self) -> Result<Option<Tensor>> {
        let (rows, length) = self.ids.dims2()?;
        if self.lengths.iter().all(|own| *own == length) {
            return Ok(None);
        }
        let row = |own: &usize| {
            let own = *own;
            (0..length).map(move |at| f32::from(u8::from(at < own)))
        };
        let real: Vec<f32> = self.lengths.iter().flat_map(row).collect();
        Tensor::from_vec(real, (rows, length, 1), self.ids.device()).map(Some)
    }
}

/// Sums of products, and what is added to them.
#[derive(Clone)]
pub(crate) struct Linear {
    weight: Tensor,
    pub(crate) bias: Tensor,
}

impl Linear {
    /// Several of the same input as one.
    pub(crate) fn joined(linears: &[Self]) -> Result<Self> {
        let weights: Vec<&Tensor> = linears.iter().map(|linear| &linear.weight).collect();
        let biases: Vec<&Tensor> = linears.iter().map(|linear| &linear.bias).collect();
        Ok(Self { weight: Tensor::cat(&weights, 0)?, bias: Tensor::cat(&biases, 0)? })
    }

    pub(crate) fn forward(&self, rows: &Tensor, activation: Option<Activation>) -> Result<Tensor> {
        biased(self.product(rows)?, &self.bias, activation)
    }

    /// The sums without the bias.
    pub(crate) fn product(&self, rows: &Tensor) -> Result<Tensor> {
        product(rows, &self.weight)
    }
}

/// One product for all rows of a batch is faster than one for each.
fn product(rows: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let mut shape = rows.dims().to_vec();
    let flat = rows.flatten_to(shape.len() - 2)?;
    shape.pop();
    shape.push(weight.dim(0)?);
    flat.matmul(&weight.t()?)?.reshape(shape)
}

/// Positions of a row. RoBERTa counts what is not padding, from behind the padding's number, also within a text.
fn positions(row: &[u32], config: &Config) -> Vec<u32> {
    let mut count = 0;
    let place = |(at, &id): (usize, &u32)| {
        if config.family != Family::Roberta {
            return at as u32;
        }
        let real = u32::from(id != config.padding);
        count += real;
        config.padding + real * count
    };
    row.iter().enumerate().map(place).collect()
}

/// All of it.
pub(crate) struct Network {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    distances: Option<Distances>,
    convolution: Option<Side>,
    classifier: Linear,
}

struct Embeddings {
    words: Embedding,
    positions: Option<Embedding>,
    /// The row for the first of two texts, the only one there is here.
    kind: Option<Tensor>,
    widen: Option<Tensor>,
    norm: Norm,
}

struct Layer {
    attention: Attention,
    attention_norm: Norm,
    up: Linear,
    activation: Activation,
    down: Linear,
    norm: Norm,
}

/// DeBERTa's convolution beside the first layer.
struct Side {
    kernel: Tensor,
    bias: Tensor,
    norm: Norm,
    shape: Convolution,
}

/// Tensors by name, under the prefix of the architecture.
pub(crate) struct Loader<'w> {
    pub weights: &'w mut Weights,
    pub config: &'w Config,
    pub prefix: &'static str,
}

impl Loader<'_> {
    pub(crate) fn tensor(
        &mut self,
        name: &str,
        shape: &[usize],
    ) -> std::result::Result<Tensor, OpenError> {
        self.weights.tensor(&format!("{}{name}", self.prefix), shape, 1.0)
    }

    pub(crate) fn linear(
        &mut self,
        name: &str,
        from: usize,
        to: usize,
    ) -> std::result::Result<Linear, OpenError> {
        self.linear_scaled(name, (from, to), 1.0)
    }

    /// What it says times `by`.
    pub(crate) fn linear_scaled(
        &mut self,
        name: &str,
        (from, to): (usize, usize),
        by: f32,
    ) -> std::result::Result<Linear, OpenError> {
        let name = format!("{}{name}", self.prefix);
        let weight = self.weights.tensor(&format!("{name}.weight"), &[to, from], by)?;
        let bias = self.weights.tensor(&format!("{name}.bias"), &[to], by)?;
        Ok(Linear { weight, bias })
    }

    fn table(&mut self, name: &str, rows: usize) -> std::result::Result<Embedding, OpenError> {
        let width = self.config.embedding;
        Ok(Embedding::new(self.tensor(&format!("{name}.weight"), &[rows, width])?, width))
    }

    pub(crate) fn norm(&mut self, name: &str) -> std::result::Result<Norm, OpenError> {
        let size = self.config.hidden;
        // Weights that come from TensorFlow call them otherwise.
        let old = self.weights.has(&format!("{}{name}.gamma", self.prefix));
        let (weight, bias) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        let weight = self.tensor(&format!("{name}.{weight}"), &[size])?;
        let bias = self.tensor(&format!("{name}.{bias}"), &[size])?;
        self.prepared(Norm::new(weight, bias, self.config.epsilon))
    }

    /// Hands on what a computation with weights says.
    pub(crate) fn prepared<T>(&self, result: Result<T>) -> std::result::Result<T, OpenError> {
        result.map_err(|source| self.weights.unprepared(source))
    }
}

impl Network {
    /// Takes every tensor that the configuration asks for.
    pub(crate) fn load(
        weights: &mut Weights,
        config: &Config,
    ) -> std::result::Result<Self, OpenError> {
        let prefix = match config.family {
            Family::Bert => "bert.",
            Family::Roberta => "roberta.",
            Family::DistilBert => "distilbert.",
            Family::DebertaV2 => "deberta.",
        };
        let mut loader = Loader { weights, config, prefix };
        let embeddings = Embeddings::load(&mut loader)?;
        let table = table(&mut loader)?;
        let layers = (0..config.layers).map(|at| Layer::load(&mut loader, at, table.as_ref()));
        let layers = layers.collect::<std::result::Result<Vec<_>, _>>()?;
        let convolution =
            config.convolution.map(|shape| Side::load(&mut loader, shape)).transpose()?;
        loader.prefix = "";
        let classifier = loader.linear("classifier", config.hidden, config.labels.names.len())?;
        let distances = config.relative.map(|relative| Distances::new(relative, config.length));
        Ok(Self { embeddings, layers, distances, convolution, classifier })
    }

    /// The logits of each token, `[rows, length, labels]`.
    pub(crate) fn forward(&self, batch: &Batch) -> Result<Tensor> {
        let distances = self.distances.as_ref();
        // Attention does not see padding, but a convolution does.
        let real = if self.convolution.is_some() { batch.real()? } else { None };
        let embedded = self.embeddings.forward(batch, real.as_ref())?;
        let mut hidden = embedded.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            hidden = layer.forward(&hidden, &batch.lengths, distances)?;
            if let Some(side) = self.convolution.as_ref().filter(|_| at == 0) {
                hidden = side.forward(&embedded, &hidden, real.as_ref())?;
            }
        }
        self.classifier.forward(&hidden, None)
    }
}

impl Embeddings {
    fn load(loader: &mut Loader<'_>) -> std::result::Result<Self, OpenError> {
        let config = loader.config;
        let widen = (config.embedding != config.hidden)
            .then(|| {
                loader.tensor("embeddings.embed_proj.weight", &[config.hidden, config.embedding])
            })
            .transpose()?;
        let kind = (config.types > 0)
            .then(|| loader.table("embeddings.token_type_embeddings", config.types))
            .transpose()?;
        let kind = kind.map(|kind| loader.prepared(kind.embeddings().get(0))).transpose()?;
        let positions =
            config.positions.map(|rows| loader.table("embeddings.position_embeddings", rows));
        Ok(Self {
            words: loader.table("embeddings.word_embeddings", config.vocabulary)?,
            positions: positions.transpose()?,
            kind,
            widen,
            norm: loader.norm("embeddings.LayerNorm")?,
        })
    }

    fn forward(&self, batch: &Batch, real: Option<&Tensor>) -> Result<Tensor> {
        let mut sum = self.words.forward(&batch.ids)?;
        let positions = self.positions.as_ref().map(|table| table.forward(&batch.positions));
        let mut more = positions.transpose()?;
        let mut kind = self.kind.as_ref();
        if let Some(widen) = &self.widen {
            // The narrow parts are added before they are widened.
            for part in [more.take().as_ref(), kind.take()].into_iter().flatten() {
                sum = sum.broadcast_add(part)?;
            }
            sum = product(&sum, widen)?;
        }
        let found = self.norm.of_sum(sum, more.as_ref(), kind)?;
        match real {
            Some(real) => found.broadcast_mul(real),
            None => Ok(found),
        }
    }
}

/// What the parts of a layer are called.
struct Names {
    layer: &'static str,
    attention: [&'static str; 4],
    attention_norm: &'static str,
    up: &'static str,
    down: &'static str,
    norm: &'static str,
}

const COMMON: Names = Names {
    layer: "encoder.layer",
    attention: [
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
    ],
    attention_norm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    norm: "output.LayerNorm",
};
const DEBERTA: Names = Names {
    attention: [
        "attention.self.query_proj",
        "attention.self.key_proj",
        "attention.self.value_proj",
        "attention.output.dense",
    ],
    ..COMMON
};
const DISTIL: Names = Names {
    layer: "transformer.layer",
    attention: ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"],
    attention_norm: "sa_layer_norm",
    up: "ffn.lin1",
    down: "ffn.lin2",
    norm: "output_layer_norm",
};

impl Layer {
    fn load(
        loader: &mut Loader<'_>,
        at: usize,
        table: Option<&Tensor>,
    ) -> std::result::Result<Self, OpenError> {
        let config = loader.config;
        let names = match config.family {
            Family::Bert | Family::Roberta => COMMON,
            Family::DistilBert => DISTIL,
            Family::DebertaV2 => DEBERTA,
        };
        let name = |part: &str| format!("{}.{at}.{part}", names.layer);
        let parts = names.attention.map(name);
        Ok(Self {
            attention: Attention::load(loader, &parts, &name("attention.self"), table)?,
            attention_norm: loader.norm(&name(names.attention_norm))?,
            up: loader.linear(&name(names.up), config.hidden, config.intermediate)?,
            activation: config.activation,
            down: loader.linear(&name(names.down), config.intermediate, config.hidden)?,
            norm: loader.norm(&name(names.norm))?,
        })
    }

    fn forward(
        &self,
        hidden: &Tensor,
        lengths: &[usize],
        distances: Option<&Distances>,
    ) -> Result<Tensor> {
        let attended = self.attention.forward(hidden, lengths, distances)?;
        let bias = Some(self.attention.bias());
        let hidden = self.attention_norm.of_sum(attended, Some(hidden), bias)?;
        let wide = self.up.forward(&hidden, Some(self.activation))?;
        self.norm.of_sum(self.down.product(&wide)?, Some(&hidden), Some(&self.down.bias))
    }
}

impl Side {
    fn load(loader: &mut Loader<'_>, shape: Convolution) -> std::result::Result<Self, OpenError> {
        let hidden = loader.config.hidden;
        let kernel = [hidden, hidden / shape.groups, shape.kernel];
        Ok(Self {
            kernel: loader.tensor("encoder.conv.conv.weight", &kernel)?,
            bias: loader.tensor("encoder.conv.conv.bias", &[hidden])?,
            norm: loader.norm("encoder.conv.LayerNorm")?,
            shape,
        })
    }

    fn forward(&self, embedded: &Tensor, hidden: &Tensor, real: Option<&Tensor>) -> Result<Tensor> {
        let (padding, groups) = (self.shape.kernel / 2, self.shape.groups);
        let across = embedded.transpose(1, 2)?.contiguous()?;
        let found =
            across.conv1d(&self.kernel, padding, 1, 1, groups)?.transpose(1, 2)?.contiguous()?;
        // Nothing stays nothing under every activation that is known.
        let mut found = biased(found, &self.bias, Some(self.shape.activation))?;
        if let Some(real) = real {
            found = found.broadcast_mul(real)?;
        }
        let found = self.norm.of_sum(found, Some(hidden), None)?;
        match real {
            Some(real) => found.broadcast_mul(real),
            None => Ok(found),
        }
    }
}
