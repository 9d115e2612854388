//! The network: embeddings, layers of attention and of sums, and the labels' logits at the end.
//!
//! One shape serves all families. They differ in the names of their tensors, in how positions are told, and in what DeBERTa
//! adds to attention.

use crate::OpenError;
use crate::attention::Attention;
use crate::config::{Activation, Config, Convolution, Family};
use crate::relative::{Distances, table};
use crate::weights::Weights;
use candle_core::{Module, Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear};

/// Added to the scores of padding: after softmax nothing is left of it.
const NEVER: f32 = -1e30;

/// Rows of tokens of different lengths, filled up to the longest.
pub(crate) struct Batch {
    ids: Tensor,
    positions: Tensor,
    /// `[rows, length]`, 1 for tokens and 0 for padding; None where there is none.
    real: Option<Tensor>,
}

impl Batch {
    /// Puts rows together; the frame around a text is part of its row.
    pub(crate) fn new(
        rows: &[Vec<u32>],
        config: &Config,
        device: &candle_core::Device,
    ) -> Result<Self> {
        let length = rows.iter().map(Vec::len).max().unwrap_or(0);
        let shape = (rows.len(), length);
        let fill = |row: &[u32], with: u32| {
            let mut row = row.to_vec();
            row.resize(length, with);
            row
        };
        let ids: Vec<u32> = rows.iter().flat_map(|row| fill(row, config.padding)).collect();
        let positions: Vec<u32> =
            rows.iter().flat_map(|row| positions(&fill(row, config.padding), config)).collect();
        let real = rows.iter().any(|row| row.len() < length).then(|| {
            let real: Vec<f32> = rows
                .iter()
                .flat_map(|row| (0..length).map(|at| f32::from(u8::from(at < row.len()))))
                .collect();
            Tensor::from_vec(real, shape, device)
        });
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, device)?,
            positions: Tensor::from_vec(positions, shape, device)?,
            real: real.transpose()?,
        })
    }

    /// What is added to the scores of attention.
    fn mask(&self) -> Result<Option<Tensor>> {
        let mask = |real: &Tensor| {
            real.affine(f64::from(-NEVER), f64::from(NEVER))?.unsqueeze(1)?.unsqueeze(1)
        };
        self.real.as_ref().map(mask).transpose()
    }
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
    widen: Option<Linear>,
    norm: LayerNorm,
}

struct Layer {
    attention: Attention,
    attention_norm: LayerNorm,
    up: Linear,
    activation: Activation,
    down: Linear,
    norm: LayerNorm,
}

/// DeBERTa's convolution beside the first layer.
struct Side {
    kernel: Tensor,
    bias: Tensor,
    norm: LayerNorm,
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
        self.weights.tensor(&format!("{}{name}", self.prefix), shape)
    }

    pub(crate) fn linear(
        &mut self,
        name: &str,
        from: usize,
        to: usize,
    ) -> std::result::Result<Linear, OpenError> {
        let weight = self.tensor(&format!("{name}.weight"), &[to, from])?;
        let bias = self.tensor(&format!("{name}.bias"), &[to])?;
        Ok(Linear::new(weight, Some(bias)))
    }

    fn table(&mut self, name: &str, rows: usize) -> std::result::Result<Embedding, OpenError> {
        let width = self.config.embedding;
        Ok(Embedding::new(self.tensor(&format!("{name}.weight"), &[rows, width])?, width))
    }

    pub(crate) fn norm(&mut self, name: &str) -> std::result::Result<LayerNorm, OpenError> {
        let size = self.config.hidden;
        // Weights that come from TensorFlow call them otherwise.
        let old = self.weights.has(&format!("{}{name}.gamma", self.prefix));
        let (weight, bias) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        let weight = self.tensor(&format!("{name}.{weight}"), &[size])?;
        let bias = self.tensor(&format!("{name}.{bias}"), &[size])?;
        Ok(LayerNorm::new(weight, bias, self.config.epsilon))
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
        let mask = batch.mask()?;
        let (rows, length) = batch.ids.dims2()?;
        let heads = self.layers.first().map_or(1, |layer| layer.attention.heads);
        let distances = self.distances.as_ref();
        let index = distances
            .map(|distances| distances.index(rows * heads, length, batch.ids.device()))
            .transpose()?;
        let embedded = self.embeddings.forward(batch)?;
        let mut hidden = embedded.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            hidden = layer.forward(&hidden, mask.as_ref(), index.as_ref())?;
            if let Some(side) = self.convolution.as_ref().filter(|_| at == 0) {
                hidden = side.forward(&embedded, &hidden, batch.real.as_ref())?;
            }
        }
        self.classifier.forward(&hidden)
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
            widen: widen.map(|weight| Linear::new(weight, None)),
            norm: loader.norm("embeddings.LayerNorm")?,
        })
    }

    fn forward(&self, batch: &Batch) -> Result<Tensor> {
        let mut sum = self.words.forward(&batch.ids)?;
        if let Some(positions) = &self.positions {
            sum = (sum + positions.forward(&batch.positions)?)?;
        }
        if let Some(kind) = &self.kind {
            sum = sum.broadcast_add(kind)?;
        }
        if let Some(widen) = &self.widen {
            sum = widen.forward(&sum)?;
        }
        let found = self.norm.forward(&sum)?;
        match &batch.real {
            // Attention does not see padding, but a convolution does.
            Some(real) => found.broadcast_mul(&real.unsqueeze(2)?),
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
        mask: Option<&Tensor>,
        index: Option<&Tensor>,
    ) -> Result<Tensor> {
        let attended = self.attention.forward(hidden, mask, index)?;
        let hidden = self.attention_norm.forward(&(hidden + attended)?)?;
        let wide = activate(self.activation, &self.up.forward(&hidden)?)?;
        self.norm.forward(&(self.down.forward(&wide)? + hidden)?)
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
        let mut found = found.broadcast_add(&self.bias)?;
        let real = real.map(|real| real.unsqueeze(2)).transpose()?;
        if let Some(real) = &real {
            found = found.broadcast_mul(real)?;
        }
        let found = self.norm.forward(&(activate(self.shape.activation, &found)? + hidden)?)?;
        match &real {
            Some(real) => found.broadcast_mul(real),
            None => Ok(found),
        }
    }
}

fn activate(activation: Activation, sums: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Gelu => sums.gelu_erf(),
        Activation::GeluTanh => sums.gelu(),
        Activation::Relu => sums.relu(),
        Activation::Silu => sums.silu(),
        Activation::Tanh => sums.tanh(),
    }
}
