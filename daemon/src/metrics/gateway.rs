//! What is counted of requests to language models.

use super::{DURATION_BOUNDS, KindLabels};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use redact::Kind;
use std::time::Duration;

/// Bounds in seconds for what a model takes.
const MODEL_BOUNDS: [f64; 13] =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    dialect: &'static str,
    outcome: &'static str,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct GatewayMetrics {
    requests: Family<EndLabels, Counter>,
    hidden: Family<KindLabels, Counter>,
    hide: Histogram,
    whole: Histogram,
    /// Placeholders in answers that originals were put back for.
    pub(crate) restored: Counter,
    /// Time to the first byte of an answer.
    pub(crate) first_byte: Histogram,
}

impl GatewayMetrics {
    /// Begins at zero.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            hidden: Family::default(),
            hide: Histogram::new(DURATION_BOUNDS),
            whole: Histogram::new(MODEL_BOUNDS),
            restored: Counter::default(),
            first_byte: Histogram::new(MODEL_BOUNDS),
        };
        put(registry, "requests", "Requests to models, by how they ended", &metrics.requests);
        put(
            registry,
            "hidden",
            "Pieces of personal data found in requests to models",
            &metrics.hidden,
        );
        put(
            registry,
            "restored",
            "Placeholders in answers of models that were shown",
            &metrics.restored,
        );
        put(registry, "hide_duration_seconds", "Time to hide a request", &metrics.hide);
        put(
            registry,
            "first_byte_duration_seconds",
            "Time to the first byte of an answer",
            &metrics.first_byte,
        );
        put(registry, "duration_seconds", "Time to the end of an answer", &metrics.whole);
        metrics
    }

    /// Counts what was found, and the time that took.
    pub(crate) fn hidden(&self, kinds: impl Iterator<Item = (Kind, u32)>, took: Duration) {
        self.hide.observe(took.as_secs_f64());
        for (kind, count) in kinds {
            let labels = KindLabels { kind: kind.name() };
            self.hidden.get_or_create(&labels).inc_by(u64::from(count));
        }
    }

    /// Counts a request that ended.
    pub(crate) fn ended(&self, dialect: &'static str, outcome: &'static str, took: Duration) {
        self.requests.get_or_create(&EndLabels { dialect, outcome }).inc();
        self.whole.observe(took.as_secs_f64());
    }
}

fn put<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: &M) {
    registry.register(format!("tacit_gateway_{name}"), help, metric.clone());
}
