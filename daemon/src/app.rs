//! The daemon: binds, opens, serves, and ends in order.

use crate::account::Accounts;
use crate::auth::{ApiKey, Gate, Scopes, Terms, Tokens, Ways};
use crate::failure::{Failure, exit};
use crate::gateway::Gateway;
use crate::http::{BodyLimits, HttpShared, ObserveLayer, Router, Surface};
use crate::keyfile;
use crate::load::Usable;
use crate::metrics::Metrics;
use crate::names;
use crate::policy::{self, Policies};
use crate::secret::Hasher;
use crate::settings::{CorsOrigin, Settings};
use crate::store::{DEFAULT_TENANT, NewKey, Store, StoreError};
use crate::strict::{self, KEY_HINT};
use crate::ui;
use crate::upstreams;
use http::{HeaderName, Method, header};
use infer::Fleet;
use kit::listen::{Address, ListenError, Listener};
use kit::log;
use kit::notify::Notifier;
use kit::ready::Readiness;
use kit::serve::{Connections, Serve};
use kit::setting::Fault;
use kit::shutdown::{Ending, Patience, Signals, Stage};
use kit::tls::Tls;
use kit::{Timeouts, process};
use redact::Kind;
use secrecy::ExposeSecret;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tower::Layer;
use tower::util::option_layer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How often sessions that nobody used, and records that are too old, are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Files that are open besides connections: the store's, listeners, and room for a moment's need.
const FILES_RESERVED: u64 = 64;

/// What a service manager calls the socket for probes and metrics.
const METRICS_SOCKET: &str = "metrics";

const DAY_MILLIS: i64 = 86_400_000;

const MIB: usize = 1024 * 1024;

/// What it listens on.
struct Listeners {
    main: Vec<Listener>,
    metrics: Vec<Listener>,
}

/// Serves until a signal.
///
/// # Errors
/// When it cannot start.
pub(crate) async fn run(usable: Usable) -> Result<ExitCode, Failure> {
    let Usable { settings, notices, fleet } = usable;
    let fleet = Arc::new(fleet.expect("who serves has read who answers"));
    let signals =
        Signals::listen().map_err(|error| Failure::because("listen for signals", &error))?;
    let notifier = Notifier::from_env();
    for notice in &notices {
        tracing::warn!("{notice}");
    }
    let tls = open_tls(&settings)?;
    let policies = Arc::new(policies(&settings)?);
    let tokens = Tokens::open(&settings)?.map(Arc::new);
    let listeners = listen(&settings).await?;
    let (store, hasher) = open_store(&settings)?;
    let admin_key = admit_somebody(&settings, &store, &listeners).await?;
    let (stages, stage) = watch::channel(Stage::Starting);
    let connections = Connections::new(connections_max(&settings));
    tokio::spawn(upstreams::look_after(Arc::clone(&fleet)));
    let work = Work {
        store: Arc::clone(&store),
        policies: Arc::clone(&policies),
        hasher,
        tokens: tokens.clone(),
        fleet,
    };
    let shared = share(&settings, work, &connections, stage.clone()).await?;
    let addresses = addresses(&listeners);
    serve(&settings, listeners, &shared, (connections.clone(), tls.clone(), stage));
    watch_over(&settings, &store, tls, &notifier);
    tokio::spawn(look_at(policies));
    if let Some(tokens) = tokens {
        tokio::spawn(async move { tokens.watch().await });
    }
    stages.send_replace(Stage::Serving);
    notifier.send("READY=1");
    announce(&settings, &addresses, admin_key.as_deref());
    let patience =
        Patience { delay: settings.server.drain_delay.0, limit: settings.server.drain_timeout.0 };
    let mut stopping = stages.subscribe();
    let drain = signals.drain(&stages, patience, async { connections.closed().await });
    let notice = async {
        drop(stopping.wait_for(|stage| *stage >= Stage::Unready).await);
        notifier.send("STOPPING=1");
    };
    let (ending, ()) = tokio::join!(drain, notice);
    // What is still in flight is dropped, which settles what it took: that is to be written, too.
    stages.send_replace(Stage::Over);
    shared.accounts.close().await;
    store.close().await;
    if let Some(path) = &settings.api.socket {
        drop(std::fs::remove_file(path));
    }
    tracing::info!("stopped: {ending}");
    Ok(if ending == Ending::Drained { ExitCode::SUCCESS } else { ExitCode::from(exit::PROBLEMS) })
}

fn open_tls(settings: &Settings) -> Result<Option<Arc<Tls>>, Failure> {
    let (Some(cert), Some(key)) = (&settings.tls.cert, &settings.tls.key) else { return Ok(None) };
    let opened = Tls::open(cert, key);
    opened.map(Some).map_err(|error| Failure::because("set up TLS", &error))
}

/// Binds everything before anything is written, so that a port in use leaves no trace.
async fn listen(settings: &Settings) -> Result<Listeners, Failure> {
    let failed = |error: ListenError| Failure::because("start", &error).maybe_hint(error.hint());
    let mut listeners = Listeners { main: Vec::new(), metrics: Vec::new() };
    for (name, listener) in Listener::activated().map_err(failed)? {
        let list =
            if name == METRICS_SOCKET { &mut listeners.metrics } else { &mut listeners.main };
        list.push(listener);
    }
    let host = &settings.api.host.0;
    if listeners.main.is_empty() {
        listeners.main.push(Listener::tcp(host, settings.api.port.0 as u16).await.map_err(failed)?);
        if let Some(path) = &settings.api.socket {
            listeners.main.push(Listener::unix(path, settings.api.socket_mode.0).map_err(failed)?);
        }
    }
    if let Some(port) = settings.metrics.port.filter(|_| listeners.metrics.is_empty()) {
        let host = settings.metrics.host.as_ref().map_or(host, |host| &host.0);
        listeners.metrics.push(Listener::tcp(host, port.0 as u16).await.map_err(failed)?);
    }
    Ok(listeners)
}

/// What requests are worked on with.
struct Work {
    store: Arc<Store>,
    policies: Arc<Policies>,
    hasher: Arc<Hasher>,
    fleet: Arc<Fleet>,
    tokens: Option<Arc<Tokens>>,
}

fn open_store(settings: &Settings) -> Result<(Arc<Store>, Arc<Hasher>), Failure> {
    let path = settings.database.url.path().expect("strict.rs refuses the others");
    let masters = keyfile::masters(settings, path)?;
    let hasher = Hasher::new(settings.privacy.salt.as_ref().unwrap_or(&masters.secret));
    let opened = Store::open(path, &masters);
    let store = opened.map_err(|error| store_failure("open the store", &error))?;
    Ok((Arc::new(store), Arc::new(hasher)))
}

fn store_failure(doing: &str, error: &StoreError) -> Failure {
    Failure::because(doing, error).maybe_hint(error.hint())
}

/// Sees to it that somebody can come in: the first start writes an admin key; a listener that other machines can reach
/// is refused while no key is good. Returns the file of a new key.
async fn admit_somebody(
    settings: &Settings,
    store: &Store,
    listeners: &Listeners,
) -> Result<Option<PathBuf>, Failure> {
    if settings.auth.admin_key.is_some() {
        return Ok(None);
    }
    let keys = store.keys().await.map_err(|error| store_failure("read the keys", &error))?;
    let exposed =
        |listener: &&Listener| listener.address().is_ok_and(|address| !address.is_local());
    if let Some(listener) = listeners.main.iter().find(exposed)
        && !keys.iter().any(|key| key.is_active())
    {
        let address =
            listener.address().map_or_else(|_| "it".to_owned(), |address| address.to_string());
        let what = format!("{address} can be reached from other machines, and no API key is good");
        return Err(Failure::settings(&[Fault::new("api.host", what).hint(KEY_HINT)]));
    }
    if keys.is_empty() { first_key(settings, store).await.map(Some) } else { Ok(None) }
}

/// Writes the admin key's file, then keeps the key. A file that is there already was written by a start that got no
/// further, or belongs to a store that is gone: its key is taken.
async fn first_key(settings: &Settings, store: &Store) -> Result<PathBuf, Failure> {
    let path = settings.keys.dir.join(keyfile::ADMIN_KEY);
    if keyfile::read(&path)?.is_none() {
        keyfile::write(&settings.keys.dir, keyfile::ADMIN_KEY, ApiKey::generate().expose())?;
    }
    let key = keyfile::read(&path)?.and_then(|text| ApiKey::parse(text.expose_secret()));
    let key = key.ok_or_else(|| {
        let message = format!("read the admin key {}: it holds no API key", path.display());
        Failure::new(message).hint("move the file away; the next start writes a new one")
    })?;
    let new = NewKey {
        id: key.id().to_owned(),
        tenant: DEFAULT_TENANT.to_owned(),
        name: "first start".to_owned(),
        hash: key.hash(),
        scopes: Scopes::all().names(),
        expires: None,
        terms: Terms::default(),
    };
    store.add_key(new).await.map_err(|error| store_failure("keep the admin key", &error))?;
    Ok(path)
}

fn connections_max(settings: &Settings) -> usize {
    let files = process::raise_file_limit().saturating_sub(FILES_RESERVED).max(1);
    let wanted = settings.server.connections_max.0;
    if files < wanted {
        tracing::warn!(
            wanted,
            possible = files,
            "the limit of open files allows fewer connections"
        );
    }
    wanted.min(files) as usize
}

/// The policies that the settings ask for, and the model that reads names for all of them.
pub(crate) fn policies(settings: &Settings) -> Result<Policies, Failure> {
    Policies::open(settings, names::open(settings)?)
}

async fn share(
    settings: &Settings,
    Work { store, policies, hasher, tokens, fleet }: Work,
    connections: &Connections,
    stage: watch::Receiver<Stage>,
) -> Result<Arc<HttpShared>, Failure> {
    let tenant =
        store.default_tenant().await.map_err(|error| store_failure("read the store", &error))?;
    let ways = Ways {
        admin_key: settings.auth.admin_key.clone(),
        loopback: settings.auth.loopback,
        tokens,
    };
    let database = Arc::clone(&store);
    let looker = Arc::clone(&policies);
    let reader = policies.reader();
    let readiness = Readiness::new(stage)
        .with("database", move || {
            let store = Arc::clone(&database);
            async move {
                let answered = store.ping().await.map_err(|error| {
                    let failure = store_failure("read the store", &error);
                    tracing::error!(why = failure.message, "the store does not answer");
                    "does not answer".to_owned()
                });
                answered.map(|()| None)
            }
        })
        .with("detector", move || {
            let (looker, reader) = (Arc::clone(&looker), reader.clone());
            async move {
                // The rules are compiled in; that they find what they should is all there is to know. A policy may
                // leave out anything, the settings alone cannot.
                let standard = looker.get(policy::STANDARD);
                let found = standard.is_some_and(|standard| {
                    let found = standard.engine.find("a@example.org");
                    found.iter().any(|span| span.kind == Kind::Email)
                });
                if found { Ok(reader.clone()) } else { Err("finds nothing".to_owned()) }
            }
        });
    let readiness = upstreams::readiness(readiness, &fleet, settings.infer.required);
    let metrics = Arc::new(Metrics::new(connections).with_fleet(Arc::clone(&fleet)));
    let accounts = Accounts::open(settings, Arc::clone(&store), Arc::clone(&metrics)).await;
    let accounts = accounts.map_err(|error| store_failure("read what was spent", &error))?;
    let bytes_max = settings.server.max_json_mb.0 as usize * MIB;
    // One body of the allowed size must always fit.
    let memory = (settings.server.body_memory_mb.0 as usize * MIB).max(bytes_max) / 1024 + 1;
    Ok(Arc::new(HttpShared {
        gate: Gate::new(Arc::clone(&store), ways, tenant),
        accounts,
        policies,
        hasher,
        store,
        gateway: Gateway::new(fleet),
        metrics,
        readiness,
        body: BodyLimits {
            bytes_max,
            timeout: settings.server.body_timeout.0,
            memory: Arc::new(Semaphore::new(memory)),
        },
        request_timeout: settings.server.request_timeout.0,
        write_timeout: settings.server.write_timeout.0,
        requests: Semaphore::new(settings.server.requests_max.0 as usize),
        metrics_enabled: settings.metrics.enabled,
        metrics_for_all: settings.metrics.allow_all,
    }))
}

/// Lets pages of the origins listed call us; without any, a page of another origin gets no answer it could read.
fn cors(settings: &Settings) -> Option<CorsLayer> {
    let origins = &settings.cors.origins.0;
    if origins.is_empty() {
        return None;
    }
    let listed = origins.iter().filter_map(|origin| match origin {
        CorsOrigin::Any => None,
        CorsOrigin::One(origin) => Some(origin.clone()),
    });
    let allowed = match origins.contains(&CorsOrigin::Any) {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(listed),
    };
    let own = ["x-api-key", "x-tacit-session", "x-tacit-policy", "x-tacit-debug"];
    let sent = own.map(HeaderName::from_static).into_iter();
    let sent: Vec<_> = sent.chain([header::AUTHORIZATION, header::CONTENT_TYPE]).collect();
    let seen = ["x-request-id", "x-tacit-found"].map(HeaderName::from_static).into_iter();
    let seen: Vec<_> = seen.chain([header::RETRY_AFTER]).collect();
    let cors = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers(sent)
        .expose_headers(seen)
        .max_age(Duration::from_secs(600));
    Some(cors)
}

fn serve(
    settings: &Settings,
    listeners: Listeners,
    shared: &Arc<HttpShared>,
    (connections, tls, stage): (Connections, Option<Arc<Tls>>, watch::Receiver<Stage>),
) {
    let server = &settings.server;
    let timeouts = Timeouts {
        head: server.head_timeout.0,
        idle: server.idle_timeout.0,
        write: server.write_timeout.0,
    };
    let observe = ObserveLayer::new(Arc::clone(&shared.metrics), server.trusted_proxies.0.clone());
    let cors = option_layer(cors(settings));
    let surfaces = [(listeners.main, Surface::Main), (listeners.metrics, Surface::Probes)];
    for (listeners, surface) in surfaces {
        let router = Router::new(Arc::clone(shared), surface);
        let service = observe.layer(cors.layer(router));
        for listener in listeners {
            let is_tcp = matches!(listener, Listener::Tcp(_));
            let tls = tls.clone().filter(|_| surface == Surface::Main && is_tcp);
            let (service, connections) = (service.clone(), connections.clone());
            let serve = Serve { service, timeouts, connections, tls, stage: stage.clone() };
            tokio::spawn(serve.run(listener));
        }
    }
}

/// What happens besides requests: old sessions are forgotten, renewed certificates taken up, systemd kept informed.
fn watch_over(settings: &Settings, store: &Arc<Store>, tls: Option<Arc<Tls>>, notifier: &Notifier) {
    let days = settings.privacy.retention_days.0;
    if days > 0 {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(FORGET_EVERY);
            loop {
                tick.tick().await;
                match store.forget_unused(days).await {
                    Ok(0) => {}
                    Ok(sessions) => {
                        tracing::info!(sessions, days, "forgot sessions that nobody used")
                    }
                    Err(error) => {
                        let failure = store_failure("forget old sessions", &error);
                        tracing::error!(why = failure.message, "old sessions are still kept");
                    }
                }
            }
        });
    }
    if settings.audit.retention_days.0 > 0 {
        tokio::spawn(prune_audit(Arc::clone(store), settings.audit.retention_days.0));
    }
    tokio::spawn(renew(tls));
    if let Some(period) = notifier.watchdog() {
        let notifier = Notifier::from_env();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(period / 2);
            loop {
                tick.tick().await;
                notifier.send("WATCHDOG=1");
            }
        });
    }
}

/// Prunes records of the audit that are too old, now and then.
async fn prune_audit(store: Arc<Store>, days: u64) {
    let mut tick = tokio::time::interval(FORGET_EVERY);
    loop {
        tick.tick().await;
        let before = jiff::Timestamp::now().as_millisecond() - days as i64 * DAY_MILLIS;
        match store.prune_audit(before).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(records, days, "pruned old records of the audit"),
            Err(error) => {
                let failure = store_failure("prune the audit", &error);
                tracing::error!(why = failure.message, "old records of the audit are still kept");
            }
        }
    }
}

/// Looks at the certificate's files now and then, and at once on SIGHUP (which would otherwise end us).
async fn renew(tls: Option<Arc<Tls>>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            _ = hangup.recv() => {}
            () = tokio::time::sleep(kit::tls::LOOK_EVERY), if tls.is_some() => {}
        }
        match tls.as_ref().map(|tls| tls.refresh()) {
            Some(Ok(true)) => tracing::info!("the renewed certificate is in force"),
            Some(Err(error)) => {
                let failure = Failure::because("use the renewed certificate", &error);
                tracing::error!(why = failure.message, "the old certificate stays in force");
            }
            _ => {}
        }
    }
}

/// Looks at the policies' files now and then, and reads them all anew on SIGHUP.
async fn look_at(policies: Arc<Policies>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    loop {
        let anew = tokio::select! {
            _ = hangup.recv() => true,
            () = tokio::time::sleep(policy::LOOK_EVERY) => false,
        };
        let policies = Arc::clone(&policies);
        // Reading files and making engines takes longer than the threads that serve connections have.
        drop(tokio::task::spawn_blocking(move || policies.refresh(anew)).await);
    }
}

fn addresses(listeners: &Listeners) -> Vec<Address> {
    listeners
        .main
        .iter()
        .chain(&listeners.metrics)
        .filter_map(|listener| listener.address().ok())
        .collect()
}

/// Says where we are, and what to try: on standard output, apart from the log, and not to those who asked for a log that
/// programs read.
fn announce(settings: &Settings, addresses: &[Address], admin_key: Option<&std::path::Path>) {
    let names: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), addresses = names.join(" "), "serving");
    if let Some(path) = admin_key {
        tracing::info!(path = %path.display(), "wrote the first admin key");
    }
    if settings.log.format == log::Format::Json || strict::is_strict(settings) {
        return;
    }
    let scheme = if settings.tls.cert.is_some() { "https" } else { "http" };
    let tcp = addresses.iter().find(|address| matches!(address, Address::Tcp(_)));
    let (base, socket) = match (tcp, addresses.first()) {
        (Some(address), _) => (format!("{scheme}://{address}"), String::new()),
        (None, Some(Address::Unix(Some(path)))) => {
            ("http://localhost".to_owned(), format!("--unix-socket {} ", path.display()))
        }
        _ => return,
    };
    let store = settings.database.url.path().unwrap_or(std::path::Path::new("")).display();
    let keys = settings.keys.dir.display();
    // As it was called, because a first build is on nobody's path yet.
    let program = std::env::args().next().unwrap_or_else(|| "tacitd".to_owned());
    ui::raw(&format!(
        "\ntacitd {version} serves on {base}\n\n\
         Three things to try:\n\n  \
         curl -s {socket}{base}/v1/redact -H 'content-type: application/json' \\\n       \
         -d '{{\"text\": \"Write to ana@example.org or call +34 612 345 678.\"}}'\n\n  \
         echo 'Card 4111 1111 1111 1111, DNI 12345678Z' | {program} redact\n\n  \
         curl -s {socket}{base}/readyz\n\n\
         The store is {store}. Its keys are in {keys}: keep a copy of them elsewhere.\n\n",
        version = env!("CARGO_PKG_VERSION"),
    ));
}
