//! What is counted, and the text that Prometheus reads. Labels are routes, kinds and codes from closed lists: never a
//! path, a name or a text of somebody's.

mod gateway;

pub(crate) use gateway::GatewayMetrics;

use infer::Fleet;
use kit::process;
use kit::serve::Connections;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use redact::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bounds in seconds: from an answer out of memory to the longest that a request may take.
const DURATION_BOUNDS: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

/// One answered request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    /// The route's pattern.
    pub(crate) route: &'static str,
    /// The method, or `OTHER`.
    pub(crate) method: &'static str,
    /// The status; 499 for a client that went away.
    pub(crate) status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabels {
    direction: &'static str,
}

fn duration() -> Histogram {
    Histogram::new(DURATION_BOUNDS)
}

/// Every counter of the daemon.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    redactions: Family<KindLabels, Counter>,
    limited: Family<ReasonLabels, Counter>,
    tokens: Family<DirectionLabels, Counter>,
    costs: Counter,
    /// Requests that wait for a place to ask a model.
    pub(crate) queue_waiting: Gauge,
    /// Streams that are open.
    pub(crate) streams_open: Gauge,
    /// Records of the audit that could not be kept.
    pub(crate) audit_lost: Counter,
    /// Answers of `/livez`, which is asked too often to look its counter up each time.
    pub(crate) alive: Counter,
    /// Requests being worked on.
    pub(crate) in_flight: Gauge,
    /// Placeholders that were shown again.
    pub(crate) restorations: Counter,
    /// Of requests to language models.
    pub(crate) gateway: GatewayMetrics,
}

impl Metrics {
    /// Begins at zero.
    pub(crate) fn new(connections: &Connections) -> Self {
        let mut registry = Registry::default();
        let requests = Family::<RequestLabels, Counter>::default();
        let alive = RequestLabels { route: "/livez", method: "GET", status: 200 };
        let alive = requests.get_or_create_owned(&alive);
        let durations = Family::new_with_constructor(duration as fn() -> Histogram);
        let redactions = Family::default();
        let (in_flight, restorations) = (Gauge::default(), Counter::default());
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("tacit_build", "The version that runs", build);
        registry.register("tacit_http_requests", "Answered requests", requests.clone());
        registry.register(
            "tacit_http_request_duration_seconds",
            "Time to an answer",
            durations.clone(),
        );
        registry.register(
            "tacit_http_requests_in_flight",
            "Requests being worked on",
            in_flight.clone(),
        );
        registry.register("tacit_redactions", "Pieces of personal data hidden", redactions.clone());
        registry.register("tacit_restorations", "Placeholders shown again", restorations.clone());
        let (limited, tokens) = (Family::default(), Family::default());
        let (costs, audit_lost) = (Counter::default(), Counter::default());
        let (queue_waiting, streams_open) = (Gauge::default(), Gauge::default());
        let sums = [
            ("tacit_cost_micros", "What models cost, in millionths of the currency", &costs),
            ("tacit_audit_lost", "Records of the audit that could not be kept", &audit_lost),
        ];
        sums.into_iter().for_each(|(name, help, sum)| registry.register(name, help, sum.clone()));
        let gauges = [
            ("tacit_queue_waiting", "Requests waiting to ask a model", &queue_waiting),
            ("tacit_streams_open", "Open streams", &streams_open),
        ];
        gauges.into_iter().for_each(|(name, help, now)| registry.register(name, help, now.clone()));
        registry.register("tacit_rate_limited", "Requests over a limit", limited.clone());
        registry.register("tacit_tokens", "Tokens of models", tokens.clone());
        registry.register_collector(Box::new(Machine { connections: connections.clone() }));
        let gateway = GatewayMetrics::new(&mut registry);
        Self {
            registry,
            requests,
            durations,
            redactions,
            limited,
            tokens,
            costs,
            queue_waiting,
            streams_open,
            audit_lost,
            alive,
            in_flight,
            restorations,
            gateway,
        }
    }

    /// Tells of the upstreams too.
    pub(crate) fn with_fleet(mut self, fleet: Arc<Fleet>) -> Self {
        if !fleet.is_empty() {
            self.registry.register_collector(Box::new(Upstreams { fleet }));
        }
        self
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, labels: &RequestLabels, seconds: f64) {
        self.requests.get_or_create(labels).inc();
        self.durations.get_or_create(&RouteLabels { route: labels.route }).observe(seconds);
    }

    /// Counts what was hidden.
    pub(crate) fn hidden(&self, kinds: impl Iterator<Item = Kind>) {
        let mut counts = BTreeMap::new();
        kinds.for_each(|kind| *counts.entry(kind).or_insert(0) += 1);
        for (kind, count) in counts {
            self.redactions.get_or_create(&KindLabels { kind: kind.name() }).inc_by(count);
        }
    }

    /// Counts a request that was over a limit; the reason is a word of ours.
    pub(crate) fn limited(&self, reason: &'static str) {
        self.limited.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// Counts what a model took.
    pub(crate) fn took(&self, input: u64, output: u64, micros: u64) {
        let count = |direction, tokens| {
            self.tokens.get_or_create(&DirectionLabels { direction }).inc_by(tokens);
        };
        count("input", input);
        count("output", output);
        self.costs.inc_by(micros);
    }

    /// Writes everything as OpenMetrics text.
    pub(crate) fn openmetrics(&self) -> String {
        let mut out = String::new();
        text::encode(&mut out, &self.registry).expect("a String takes everything");
        out
    }

    /// Writes everything in Prometheus' own older text form.
    pub(crate) fn prometheus(&self) -> String {
        classic(&self.openmetrics())
    }
}

/// Turns OpenMetrics into the older form: there the head of a counter or an info carries the name that its samples do,
/// and there is no end mark and no unit.
fn classic(openmetrics: &str) -> String {
    let mut out = String::with_capacity(openmetrics.len());
    let is = |name: &str, kind: &str| openmetrics.contains(&format!("# TYPE {name} {kind}\n"));
    for line in openmetrics.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT "))
    {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some(what), Some(name), Some(rest)) => {
                let suffix = match () {
                    () if is(name, "counter") => "_total",
                    () if is(name, "info") => "_info",
                    () => "",
                };
                let rest = if what == "TYPE" && rest == "info" { "gauge" } else { rest };
                out.push_str(&format!("# {what} {name}{suffix} {rest}\n"));
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

/// What the kernel and the listeners count, read when somebody asks.
#[derive(Debug)]
struct Machine {
    connections: Connections,
}

impl Collector for Machine {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let usage = process::usage();
        let mut gauge = |name: &str, help: &str, value: f64| {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        gauge("tacit_http_connections", "Open connections", self.connections.open() as f64)?;
        gauge(
            "process_resident_memory_bytes",
            "Memory that is really there",
            usage.resident_bytes as f64,
        )?;
        gauge(
            "process_virtual_memory_bytes",
            "Memory that is addressed",
            usage.virtual_bytes as f64,
        )?;
        gauge("process_open_fds", "Open file descriptors", usage.open_files as f64)?;
        gauge("process_max_fds", "File descriptors there may be", usage.open_files_max as f64)?;
        gauge("process_start_time_seconds", "When it started, since 1970", usage.started)?;
        let cpu = ConstCounter::new(usage.cpu.as_secs_f64());
        let help = "User and system time";
        cpu.encode(encoder.encode_descriptor(
            "process_cpu_seconds",
            help,
            None,
            cpu.metric_type(),
        )?)
    }
}

/// How the upstreams are, read when somebody asks. Their names come from the settings.
struct Upstreams {
    fleet: Arc<Fleet>,
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Upstreams")
    }
}

impl Collector for Upstreams {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let states = self.fleet.states();
        let name = "tacit_upstream_requests";
        let help = "What upstreams were asked, by what became of it";
        let mut requests = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for state in &states {
            for (outcome, count) in &state.outcomes {
                let labels = [("upstream", state.name.as_str()), ("outcome", outcome)];
                let count = ConstCounter::new(*count);
                count.encode(requests.encode_family(&labels)?)?;
            }
        }
        type Read = fn(&infer::State) -> i64;
        let gauges: [(&str, &str, Read); 2] = [
            ("tacit_upstream_healthy", "Whether an upstream can be asked", |state| {
                i64::from(state.healthy)
            }),
            ("tacit_upstream_in_flight", "Answers on their way from an upstream", |state| {
                i64::from(state.in_flight)
            }),
        ];
        for (name, help, read) in gauges {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for state in &states {
                let gauge = ConstGauge::new(read(state));
                gauge.encode(family.encode_family(&[("upstream", state.name.as_str())])?)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_form_names_counters_as_their_samples() {
        let openmetrics = "# HELP a Things.\n# TYPE a counter\na_total{x=\"# HELP a\"} 1\n# HELP b Other.\n\
                           # TYPE b gauge\n# UNIT b s\nb 2\n# HELP c C.\n# TYPE c info\nc_info{v=\"1\"} 1\n# EOF\n";
        assert_eq!(
            classic(openmetrics),
            "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"# HELP a\"} 1\n# HELP b Other.\n\
             # TYPE b gauge\nb 2\n# HELP c_info C.\n# TYPE c_info gauge\nc_info{v=\"1\"} 1\n"
        );
    }

    #[test]
    fn hidden_kinds_are_counted_apart() {
        let metrics = Metrics::new(&Connections::new(1));
        metrics.hidden([Kind::Email, Kind::NationalId, Kind::Email].into_iter());
        let text = metrics.prometheus();
        assert!(text.contains("tacit_redactions_total{kind=\"EMAIL\"} 2\n"), "{text}");
        assert!(text.contains("tacit_redactions_total{kind=\"NATIONAL_ID\"} 1\n"), "{text}");
        assert!(text.contains("process_cpu_seconds_total "), "{text}");
    }
}
