//! `config.json`: which network it is, and how large.

use crate::OpenError;
use crate::label::Labels;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// How the parts of a network are named and joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Bert,
    /// RoBERTa and its like count positions from behind the padding's number.
    Roberta,
    DistilBert,
    DebertaV2,
}

/// The architectures that are built here.
const KNOWN: [(&str, Family); 6] = [
    ("BertForTokenClassification", Family::Bert),
    ("RobertaForTokenClassification", Family::Roberta),
    ("XLMRobertaForTokenClassification", Family::Roberta),
    ("CamembertForTokenClassification", Family::Roberta),
    ("DistilBertForTokenClassification", Family::DistilBert),
    ("DebertaV2ForTokenClassification", Family::DebertaV2),
];

/// What a hidden layer does with its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    Gelu,
    GeluTanh,
    Relu,
    Silu,
    Tanh,
}

/// How DeBERTa attends to distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Relative {
    /// Distances beyond half of this many share buckets; 0: every distance is its own.
    pub buckets: usize,
    /// The longest distance.
    pub longest: usize,
    pub content_to_position: bool,
    pub position_to_content: bool,
    pub shared_keys: bool,
    pub norm: bool,
}

impl Relative {
    /// How many distances to either side have an embedding.
    pub(crate) fn span(&self) -> usize {
        if self.buckets > 0 { self.buckets } else { self.longest }
    }
}

/// The convolution beside DeBERTa's first layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Convolution {
    pub kernel: usize,
    pub groups: usize,
    pub activation: Activation,
}

/// What `config.json` says, with what it leaves out filled in as transformers does.
#[derive(Debug)]
pub(crate) struct Config {
    pub architecture: String,
    pub family: Family,
    pub vocabulary: usize,
    pub hidden: usize,
    /// The width of the embeddings, where they are narrower than the rest.
    pub embedding: usize,
    pub layers: usize,
    pub heads: usize,
    pub intermediate: usize,
    /// Rows of the table of absolute positions; None where there is no such table.
    pub positions: Option<usize>,
    /// The longest row of tokens, its frame included.
    pub length: usize,
    pub types: usize,
    pub epsilon: f64,
    pub activation: Activation,
    pub padding: u32,
    pub relative: Option<Relative>,
    pub convolution: Option<Convolution>,
    pub labels: Labels,
}

/// The fields as they stand. DistilBERT has names of its own for five of them.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    architectures: Vec<String>,
    vocab_size: Option<usize>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f64>,
    pad_token_id: Option<u32>,
    position_embedding_type: Option<String>,
    is_decoder: Option<bool>,
    id2label: Option<BTreeMap<String, String>>,
    embedding_size: Option<usize>,
    attention_head_size: Option<usize>,
    relative_attention: Option<bool>,
    max_relative_positions: Option<i64>,
    position_buckets: Option<i64>,
    position_biased_input: Option<bool>,
    pos_att_type: Option<Kinds>,
    share_att_key: Option<bool>,
    norm_rel_ebd: Option<String>,
    conv_kernel_size: Option<usize>,
    conv_groups: Option<usize>,
    conv_act: Option<String>,
}

/// A list, or words with `|` between them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kinds {
    List(Vec<String>),
    Line(String),
}

impl Kinds {
    fn has(&self, kind: &str) -> bool {
        match self {
            Self::List(kinds) => kinds.iter().any(|found| found == kind),
            Self::Line(line) => line.split('|').any(|found| found.trim() == kind),
        }
    }
}

/// A field that is wrong, and how.
type Wrong = (&'static str, String);

impl Config {
    /// Reads `config.json`.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, OpenError> {
        let fields: Fields = serde_json::from_slice(bytes)
            .map_err(|source| OpenError::Json { path: path.to_owned(), source })?;
        let (architecture, family) = architecture(path, &fields.architectures)?;
        let by_id = fields.id2label.as_ref();
        let labels = by_id.ok_or("is missing".to_owned()).and_then(Labels::parse);
        let labels =
            labels.map_err(|problem| OpenError::Labels { path: path.to_owned(), problem })?;
        fields
            .into_config(architecture, family, labels)
            .map_err(|(field, problem)| OpenError::Config { path: path.to_owned(), field, problem })
    }

    /// The width of one head.
    pub(crate) fn head(&self) -> usize {
        self.hidden / self.heads
    }
}

fn architecture(path: &Path, named: &[String]) -> Result<(String, Family), OpenError> {
    let known = named.iter().find_map(|name| KNOWN.iter().find(|(known, _)| known == name));
    known.map(|&(name, family)| (name.to_owned(), family)).ok_or_else(|| OpenError::Architecture {
        path: path.to_owned(),
        found: if named.is_empty() { "(none)".to_owned() } else { named.join(", ") },
        known: KNOWN.iter().map(|(name, _)| *name).collect(),
    })
}

fn size(field: &'static str, value: Option<usize>) -> Result<usize, Wrong> {
    match value {
        None => Err((field, "is missing".to_owned())),
        Some(0) => Err((field, "is 0".to_owned())),
        Some(value) => Ok(value),
    }
}

fn activation(field: &'static str, name: &str) -> Result<Activation, Wrong> {
    match name {
        "gelu" | "gelu_python" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" | "gelu_accurate" => {
            Ok(Activation::GeluTanh)
        }
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        "tanh" => Ok(Activation::Tanh),
        other => Err((field, format!("is {other}; known are gelu, gelu_new, relu, silu, tanh"))),
    }
}

impl Fields {
    fn into_config(
        self,
        architecture: String,
        family: Family,
        labels: Labels,
    ) -> Result<Config, Wrong> {
        let hidden = size("hidden_size", self.hidden_size)?;
        let heads = size("num_attention_heads", self.num_attention_heads)?;
        let positions = size("max_position_embeddings", self.max_position_embeddings)?;
        if hidden % heads != 0 {
            return Err((
                "num_attention_heads",
                format!("is {heads}, which cannot share {hidden}"),
            ));
        }
        if self.attention_head_size.is_some_and(|own| own != hidden / heads) {
            return Err(("attention_head_size", "is not hidden_size by heads".to_owned()));
        }
        let kind = self.position_embedding_type.as_deref().unwrap_or("absolute");
        if kind != "absolute" {
            return Err(("position_embedding_type", format!("is {kind}; absolute is built")));
        }
        if self.is_decoder == Some(true) {
            return Err(("is_decoder", "is true; a token classifier reads both ways".to_owned()));
        }
        let deberta = family == Family::DebertaV2;
        let padding = self.pad_token_id.unwrap_or(u32::from(family == Family::Roberta));
        // RoBERTa's first position is the one after the padding's.
        let unused = if family == Family::Roberta { padding as usize + 1 } else { 0 };
        let length = positions.checked_sub(unused).filter(|length| *length > 0);
        let length = length.ok_or(("max_position_embeddings", format!("is {positions}")))?;
        let types = match family {
            Family::DistilBert => 0,
            Family::DebertaV2 => self.type_vocab_size.unwrap_or(0),
            Family::Bert | Family::Roberta => {
                size("type_vocab_size", self.type_vocab_size.or(Some(2)))?
            }
        };
        let usual = if deberta { 1e-7 } else { 1e-12 };
        Ok(Config {
            relative: if deberta { self.relative(positions)? } else { None },
            convolution: if deberta { self.convolution()? } else { None },
            vocabulary: size("vocab_size", self.vocab_size)?,
            embedding: if deberta { self.embedding_size.unwrap_or(hidden) } else { hidden },
            layers: size("num_hidden_layers", self.num_hidden_layers)?,
            intermediate: size("intermediate_size", self.intermediate_size)?,
            positions: (!deberta || self.position_biased_input != Some(false)).then_some(positions),
            epsilon: self.layer_norm_eps.filter(|_| family != Family::DistilBert).unwrap_or(usual),
            activation: activation("hidden_act", self.hidden_act.as_deref().unwrap_or("gelu"))?,
            architecture,
            family,
            hidden,
            heads,
            length,
            types,
            padding,
            labels,
        })
    }

    fn relative(&self, positions: usize) -> Result<Option<Relative>, Wrong> {
        if self.relative_attention != Some(true) {
            return Ok(None);
        }
        let positive = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
        let has = |kind| self.pos_att_type.as_ref().is_some_and(|kinds| kinds.has(kind));
        let found = Relative {
            buckets: positive(self.position_buckets).unwrap_or(0),
            longest: positive(self.max_relative_positions).filter(|n| *n > 0).unwrap_or(positions),
            content_to_position: has("c2p"),
            position_to_content: has("p2c"),
            shared_keys: self.share_att_key.unwrap_or(false),
            norm: self.norm_rel_ebd.as_deref().is_some_and(|kinds| {
                kinds.to_ascii_lowercase().split('|').any(|kind| kind.trim() == "layer_norm")
            }),
        };
        // Half of the buckets are single distances; the logarithm of the rest needs room above that.
        if found.buckets == 1 || found.buckets > 0 && found.longest <= found.buckets / 2 + 1 {
            return Err(("position_buckets", format!("is {} of {}", found.buckets, found.longest)));
        }
        Ok(Some(found))
    }

    fn convolution(&self) -> Result<Option<Convolution>, Wrong> {
        let Some(kernel) = self.conv_kernel_size.filter(|kernel| *kernel > 0) else {
            return Ok(None);
        };
        if kernel % 2 == 0 {
            return Err(("conv_kernel_size", format!("is {kernel}, which has no middle")));
        }
        let groups = size("conv_groups", self.conv_groups.or(Some(1)))?;
        let activation = activation("conv_act", self.conv_act.as_deref().unwrap_or("tanh"))?;
        Ok(Some(Convolution { kernel, groups, activation }))
    }
}
