//! Who answers: the `[[upstream]]` tables of the settings file and the settings of one server, made into a fleet.
//!
//! Everything that is wrong is told at once, each with its place. Keys are never printed.

mod care;
mod list;

pub(crate) use care::{look_after, readiness};
pub(crate) use list::{as_json, as_toml};

use crate::settings::{Protocol, ProxyUrl, Settings, UpstreamUrl};
use http::{HeaderName, HeaderValue};
use infer::{Breaker, Config, ConfigError, Fleet, ModelName, Timeouts, Upstream};
use kit::setting::{Entry, Fault, Seconds, Shape, Table, Text, Whole, read_secret};
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tables of the settings file that are ours.
pub(crate) const SHAPES: &[Shape] = &[Shape::Many("upstream"), Shape::One("fallback")];

/// What such a table may say, in the order in which it is printed.
const KEYS: &[&str] = &[
    "name",
    "url",
    "protocol",
    "models",
    "api_key",
    "api_key_file",
    "headers",
    "weight",
    "priority",
    "connect_timeout",
    "first_byte_timeout",
    "idle_timeout",
    "total_timeout",
    "probe",
    "ca",
    "proxy",
    "external",
    "http2",
];

/// A name stands in metrics and log lines.
const NAME_CHARS_MAX: usize = 64;

/// What the settings of one server make, and those of Ollama.
const ONE: &str = "infer";
const OLLAMA: &str = "ollama";

/// Any model.
const ANY: &str = "*";

/// What is known of the upstreams, and what they make.
pub(crate) struct Upstreams {
    /// What the tables of the file describe, for people; what single settings make stands among the settings.
    pub(crate) described: (Vec<Upstream>, BTreeMap<String, Vec<String>>),
    /// What asks them; nothing where the description has faults.
    pub(crate) fleet: Option<Fleet>,
    /// All that is wrong.
    pub(crate) faults: Vec<Fault>,
}

/// Reads the description and makes the fleet.
pub(crate) fn open(settings: &Settings, tables: &[Table]) -> Upstreams {
    let mut reader = Reader { settings, faults: Vec::new() };
    let mut upstreams = reader.of_settings();
    let of_settings = upstreams.len();
    for table in tables.iter().filter(|table| table.name == "upstream") {
        let Some(upstream) = reader.upstream(table) else { continue };
        match upstreams.iter().any(|other| other.name == upstream.name) {
            true => {
                let what = format!("there is another upstream `{}`", upstream.name);
                let hint =
                    "`infer.url` makes one called `infer`, `ollama.enabled` one called `ollama`";
                reader.wrong(table.place("name"), what, hint);
            }
            false => upstreams.push(upstream),
        }
    }
    let fallbacks = tables.iter().filter(|table| table.name == "fallback");
    let fallbacks: BTreeMap<_, _> =
        fallbacks.flat_map(|table| reader.fallbacks(table, &upstreams)).collect();
    let described = (upstreams[of_settings..].to_vec(), fallbacks.clone());
    let infer = &settings.infer;
    let config = Config {
        upstreams,
        fallbacks,
        default_model: infer.model.as_ref().map(|model| model.0.clone()),
        retries: infer.retries.0 as u32,
        breaker: Breaker { failures: infer.failures.0 as u32, pause: infer.pause.0 },
    };
    let mut faults = reader.faults;
    let fleet = match Fleet::new(config) {
        Ok(fleet) => Some(fleet),
        Err(errors) => {
            faults.extend(errors.iter().map(|error| fault_of(error, tables)));
            None
        }
    };
    // All are told in the order of the file, whoever found them.
    faults.sort_by_key(|fault| position(&fault.place));
    Upstreams { described, fleet, faults }
}

/// Line and column of a place in the file; what is no such place comes first.
fn position(place: &str) -> Option<(usize, usize)> {
    let mut parts = place.rsplit(':');
    let column = parts.next()?.parse().ok()?;
    Some((parts.next()?.parse().ok()?, column))
}

/// Tells a fault of a description where it stands.
fn fault_of(error: &ConfigError, tables: &[Table]) -> Fault {
    let named = |table: &&Table| {
        let name = table.value::<Text>("name").ok().flatten();
        table.name == "upstream" && name.is_some_and(|name| name.0 == error.upstream())
    };
    let place = match tables.iter().find(named) {
        // What is left out matters because of where the upstream is.
        Some(table) if table.entry(error.key()).is_none() => table.place("url").to_owned(),
        Some(table) => table.place(error.key()).to_owned(),
        None if error.upstream() == OLLAMA => "ollama.base_url".to_owned(),
        None => format!("{ONE}.{}", error.key()),
    };
    let mut what = error.to_string();
    if let Some(source) = error.source() {
        what = format!("{what}: {source}");
    }
    let fault = Fault::new(place, format!("upstream `{}`: {what}", error.upstream()));
    match error {
        ConfigError::External { .. } | ConfigError::ProxyResolves { .. } => {
            fault.hint("say `external = true` where texts may leave for it")
        }
        ConfigError::NoAuthority { .. } => fault
            .hint("install the system's certificates (`ca-certificates`), or name a file by `ca`"),
        _ => fault,
    }
}

struct Reader<'s> {
    settings: &'s Settings,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn or_tell<T>(&mut self, read: Result<Option<T>, Fault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        })
    }

    fn wrong(&mut self, place: &str, what: impl Into<String>, hint: &str) {
        self.faults.push(Fault::new(place, what).hint(hint));
    }

    /// What single settings make, as environment variables can say them.
    fn of_settings(&mut self) -> Vec<Upstream> {
        let (infer, ollama) = (&self.settings.infer, &self.settings.ollama);
        let waits = [
            ("infer.connect_timeout", infer.connect_timeout),
            ("infer.first_byte_timeout", infer.first_byte_timeout),
            ("infer.idle_timeout", infer.idle_timeout),
            ("infer.total_timeout", infer.total_timeout),
        ];
        for (place, wait) in waits {
            self.waits(place, place, wait.0);
        }
        let named = |model: &Option<Text>| model.as_ref().map(|model| model.0.clone());
        let one = infer.url.as_ref().map(|url| Upstream {
            protocol: infer.protocol.into(),
            key: infer.api_key.clone(),
            models: one_model(named(&infer.model)),
            ca: infer.ca.clone(),
            proxy: infer.proxy.as_ref().map(|proxy| proxy.0.clone()),
            external: infer.external,
            probe: self.probe(None, infer.external),
            ..self.blank(ONE.to_owned(), url.0.clone())
        });
        let ollama = ollama.enabled.then(|| Upstream {
            protocol: infer::Protocol::Ollama,
            models: one_model(named(&ollama.model)),
            priority: 1,
            ..self.blank(OLLAMA.to_owned(), ollama.base_url.0.clone())
        });
        one.into_iter().chain(ollama).collect()
    }

    /// An upstream of which nothing else was said.
    fn blank(&self, name: String, url: String) -> Upstream {
        let infer = &self.settings.infer;
        Upstream {
            name,
            url,
            protocol: infer::Protocol::OpenAi,
            key: None,
            headers: Vec::new(),
            models: one_model(None),
            weight: 1,
            priority: 0,
            timeouts: Timeouts {
                connect: infer.connect_timeout.0,
                first_byte: infer.first_byte_timeout.0,
                idle: infer.idle_timeout.0,
                total: infer.total_timeout.0,
            },
            ca: None,
            proxy: None,
            external: false,
            probe: self.probe(None, false),
            http2: false,
        }
    }

    /// How often one is asked how it is. A host outside hears of us only when a client wants something, unless it says
    /// otherwise.
    fn probe(&self, said: Option<Duration>, external: bool) -> Option<Duration> {
        let usual = if external { Duration::ZERO } else { self.settings.infer.probe.0 };
        Some(said.unwrap_or(usual)).filter(|every| !every.is_zero())
    }

    fn waits(&mut self, place: &str, name: &str, wait: Duration) {
        if wait.is_zero() {
            let what = format!("`{name}` is no time at all");
            self.wrong(place, what, "give it some seconds, such as `30s`");
        }
    }

    fn wait(&mut self, table: &Table, key: &str) -> Option<Duration> {
        let wait = self.or_tell(table.value::<Seconds>(key))?.0;
        self.waits(table.place(key), &format!("upstream.{key}"), wait);
        Some(wait)
    }

    fn upstream(&mut self, table: &Table) -> Option<Upstream> {
        self.faults.extend(table.unknown(KEYS));
        let name = self.name(table);
        let url = self.or_tell(table.value::<UpstreamUrl>("url"));
        if table.entry("url").is_none() {
            self.wrong(
                &table.place,
                "an upstream lacks its `url`",
                "such as `url = \"http://127.0.0.1:8080\"`",
            );
        }
        let external = self.or_tell(table.value::<bool>("external")).unwrap_or(false);
        let probe = self.or_tell(table.value::<Seconds>("probe")).map(|every| every.0);
        let blank = self.blank(name.clone().unwrap_or_default(), String::new());
        let timeouts = Timeouts {
            connect: self.wait(table, "connect_timeout").unwrap_or(blank.timeouts.connect),
            first_byte: self.wait(table, "first_byte_timeout").unwrap_or(blank.timeouts.first_byte),
            idle: self.wait(table, "idle_timeout").unwrap_or(blank.timeouts.idle),
            total: self.wait(table, "total_timeout").unwrap_or(blank.timeouts.total),
        };
        let protocol = self.or_tell(table.value::<Protocol>("protocol"));
        let upstream = Upstream {
            protocol: protocol.map_or(blank.protocol, Into::into),
            key: self.key(table),
            headers: self.headers(table),
            models: self.models(table),
            weight: self
                .or_tell(table.value::<Whole<0, 1_000_000>>("weight"))
                .map_or(1, |n| n.0 as u32),
            priority: self
                .or_tell(table.value::<Whole<0, 1000>>("priority"))
                .map_or(0, |n| n.0 as u32),
            timeouts,
            ca: self.or_tell(table.value::<PathBuf>("ca")),
            proxy: self.or_tell(table.value::<ProxyUrl>("proxy")).map(|proxy| proxy.0),
            external,
            probe: self.probe(probe, external),
            http2: self.or_tell(table.value::<bool>("http2")).unwrap_or(false),
            ..blank
        };
        Some(Upstream { name: name?, url: url?.0, ..upstream })
    }

    fn name(&mut self, table: &Table) -> Option<String> {
        let hint = "letters, digits, `.`, `-` and `_`, at most 64, such as `name = \"gpu-1\"`";
        let Some(name) = self.or_tell(table.value::<Text>("name")) else {
            if table.entry("name").is_none() {
                self.wrong(&table.place, "an upstream lacks its `name`", hint);
            }
            return None;
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.0.is_empty() || name.0.len() > NAME_CHARS_MAX || !name.0.chars().all(is_plain) {
            self.wrong(table.place("name"), "`upstream.name` is no name", hint);
            return None;
        }
        Some(name.0)
    }

    /// The key, said or in a file. It is never quoted.
    fn key(&mut self, table: &Table) -> Option<SecretString> {
        let key = self.or_tell(table.value::<SecretString>("api_key"));
        let file = self.or_tell(table.value::<PathBuf>("api_key_file"));
        if key.is_some() && file.is_some() {
            let what = "`upstream.api_key_file` stands beside `upstream.api_key`";
            self.wrong(
                table.place("api_key_file"),
                what,
                "one of them is enough; the file is better",
            );
        }
        match file {
            None => key,
            Some(path) => {
                let read = read_secret(&path).map(SecretString::from);
                read.map_err(|why| self.cannot_read(table, &path, &why)).ok()
            }
        }
    }

    fn cannot_read(&mut self, table: &Table, path: &Path, why: &str) {
        let what = format!("`upstream.api_key_file`: {}: {why}", path.display());
        self.faults.push(Fault::new(table.place("api_key_file"), what));
    }

    fn headers(&mut self, table: &Table) -> Vec<(HeaderName, HeaderValue)> {
        let Some(table) = self.or_tell(table.table("headers")) else { return Vec::new() };
        let mut headers = Vec::with_capacity(table.entries.len());
        for Entry { key, place, .. } in &table.entries {
            let value = self.or_tell(table.value::<SecretString>(key));
            let value = value.and_then(|value| {
                let value = secrecy::ExposeSecret::expose_secret(&value).parse::<HeaderValue>();
                value.ok()
            });
            match (key.parse(), value) {
                (Ok(name), Some(mut value)) => {
                    // It may be a key, which no log of ours or of others should show.
                    value.set_sensitive(true);
                    headers.push((name, value));
                }
                _ => self.wrong(
                    place,
                    "`upstream.headers` holds what is no header",
                    "such as `headers = { x-team = \"search\" }`",
                ),
            }
        }
        headers
    }

    fn models(&mut self, table: &Table) -> Vec<ModelName> {
        let Some(texts) = self.or_tell(table.texts("models")) else { return one_model(None) };
        let place = table.place("models");
        let mut names = BTreeSet::new();
        let mut models = Vec::with_capacity(texts.len());
        for text in texts {
            let (client, upstream) = match text.split_once('=') {
                Some((client, upstream)) => (client.trim(), Some(upstream.trim())),
                None => (text.trim(), None),
            };
            if client.is_empty() || upstream == Some("") {
                let hint =
                    "a model is `\"name\"`, or `\"name for clients=name there\"`, or `\"*\"`";
                self.wrong(place, "`upstream.models` holds what is no model", hint);
            } else if !names.insert(client.to_owned()) {
                self.wrong(place, "`upstream.models` has a model twice", "leave one of them out");
            }
            models.push(ModelName {
                client: client.to_owned(),
                upstream: upstream.map(str::to_owned),
            });
        }
        if models.is_empty() {
            self.wrong(
                place,
                "`upstream.models` is empty",
                "leave it out to have every model asked there",
            );
        }
        models
    }

    fn fallbacks(
        &mut self,
        table: &Table,
        upstreams: &[Upstream],
    ) -> BTreeMap<String, Vec<String>> {
        let known = |name: &String| {
            let mut models = upstreams.iter().flat_map(|upstream| &upstream.models);
            models.any(|model| model.client == ANY || model.client == *name)
        };
        let mut fallbacks = BTreeMap::new();
        for Entry { key, place, .. } in &table.entries {
            let Some(chain) = self.or_tell(table.texts(key)) else { continue };
            if chain.is_empty() || !chain.iter().all(known) {
                let hint = "each is one of the `models` of an upstream";
                self.wrong(
                    place,
                    "names models that stand in, and not all of them are there",
                    hint,
                );
            }
            fallbacks.insert(key.clone(), chain);
        }
        fallbacks
    }
}

/// One model for every name that a client may use, or each by its own.
fn one_model(model: Option<String>) -> Vec<ModelName> {
    let named = |client: String, upstream| ModelName { client, upstream };
    match model {
        None => vec![named(ANY.to_owned(), None)],
        Some(model) => {
            vec![named(model.clone(), None), named(ANY.to_owned(), Some(model))]
        }
    }
}

#[cfg(test)]
mod tests;
