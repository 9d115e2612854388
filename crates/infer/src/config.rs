//! What a fleet is made of. The daemon fills it in from its settings; here it is only read.

use http::{HeaderName, HeaderValue};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use wire::Dialect;

/// What an upstream speaks, and how it wants to be shown its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OpenAI's, as llama.cpp, vLLM and most others serve it. The key is a bearer token.
    OpenAi,
    /// Anthropic's. The key goes into `x-api-key`.
    Anthropic,
    /// Ollama's own, and OpenAI's beside it. The key, if a proxy wants one, is a bearer token.
    Ollama,
}

impl Protocol {
    /// Whether a request of that dialect can be passed on as it is.
    pub fn speaks(self, dialect: Dialect) -> bool {
        use Dialect as D;
        match self {
            Self::OpenAi => {
                matches!(dialect, D::Chat | D::Completions | D::Embeddings | D::Responses)
            }
            Self::Anthropic => matches!(dialect, D::Messages | D::Chat),
            Self::Ollama => matches!(
                dialect,
                D::OllamaChat | D::OllamaGenerate | D::Chat | D::Completions | D::Embeddings
            ),
        }
    }
}

/// A model by the name that clients use, and by the upstream's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// What clients say; `*` stands for every name that no upstream lists.
    pub client: String,
    /// What the upstream calls it, where that is another name.
    pub upstream: Option<String>,
}

/// How long each phase of an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To find the address and be connected, TLS included.
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
    /// For everything from the first attempt to the last byte, whoever answers in the end.
    pub total: Duration,
}

/// When an upstream is left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// After so many failures in a row.
    pub failures: u32,
    /// For so long; then one request tries it.
    pub pause: Duration,
}

/// One server that answers.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// What it is called in logs, metrics and states.
    pub name: String,
    /// Its base address, with or without `/v1`.
    pub url: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// What it is shown.
    pub key: Option<SecretString>,
    /// Further headers that it wants.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The models that it has.
    pub models: Vec<ModelName>,
    /// Its share among those of the same priority; 0 is asked when no other is left.
    pub weight: u32,
    /// Lower ones are asked first.
    pub priority: u32,
    /// Its patience.
    pub timeouts: Timeouts,
    /// Authorities in PEM, besides those of the system.
    pub ca: Option<PathBuf>,
    /// An HTTP proxy in between.
    pub proxy: Option<String>,
    /// Whether it may be a host outside of this machine and its private networks.
    pub external: bool,
    /// How often it is asked how it is.
    pub probe: Option<Duration>,
    /// Speaks HTTP/2 from the first byte where the URL is `http`; with `https` the two agree by themselves.
    pub http2: bool,
}

/// Everything that a fleet is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who answers.
    pub upstreams: Vec<Upstream>,
    /// For a model, the models that stand in when none of its upstreams answers, in order.
    pub fallbacks: BTreeMap<String, Vec<String>>,
    /// The model of a request that names none.
    pub default_model: Option<String>,
    /// How many further attempts a request has.
    pub retries: u32,
    /// When an upstream is left alone.
    pub breaker: Breaker,
}
