//! Who may: API keys with scopes, tokens of an identity provider, and the narrow way in that this machine has without
//! one.
//!
//! Without a key only a loopback listener serves, and only what can be neither a web page nor a proxy: a known host
//! (else a page could reach us by rebinding its own name), no foreign origin, no sign of forwarding, HTTP/1.1 or later
//! (what speaks HTTP/1.0 today is a proxy that adds no header). A body must be JSON, which no page can send to another
//! origin unasked; `http::body` sees to that for every caller.

mod draft;
mod jwt;
mod key;
pub(crate) mod money;
mod scope;
mod terms;
mod told;

pub(crate) use draft::{Change, Draft, Said, Wrong};
pub(crate) use jwt::{Algorithm, Tokens, algorithms};
pub(crate) use key::{ApiKey, may_stand_in_path};
pub(crate) use scope::{Scope, Scopes};
pub(crate) use terms::Terms;
pub(crate) use told::{Told, in_words};

use crate::http::Refusal;
use crate::store::{KeyRecord, Store, StoreError};
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Version};
use kit::serve::Peer;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a key that was looked up is believed; a revoked one works so much longer at most.
const BELIEVED: Duration = Duration::from_secs(1);

/// Keys remembered at once.
const REMEMBERED_MAX: usize = 1024;

/// Headers that only something in between adds.
const FORWARDING: &[&str] = &[
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "true-client-ip",
    "cf-connecting-ip",
    "fly-client-ip",
];

/// Somebody who may.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The number of the tenant.
    pub(crate) tenant: i64,
    /// The id of the key, for the log; without one where none was needed.
    pub(crate) key: Option<String>,
    /// What it may.
    pub(crate) scopes: Scopes,
    /// On what terms.
    pub(crate) terms: Arc<Terms>,
}

/// What a request shows of who sends it.
pub(crate) struct Admission<'a> {
    version: Version,
    headers: &'a HeaderMap,
    host: Option<&'a str>,
    peer: Option<&'a Peer>,
    path_key: Option<&'a str>,
}

impl<'a> Admission<'a> {
    /// Looks at a request's head. `path_key` is the key that stood in its path.
    pub(crate) fn of(parts: &'a Parts, path_key: Option<&'a str>) -> Self {
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        let mut hosts = parts.headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            (None, _) => authority,
            (Some(_), Some(_)) => None,
        };
        let peer = parts.extensions.get::<Peer>();
        Self { version: parts.version, headers: &parts.headers, host, peer, path_key }
    }

    /// The key it brings.
    fn key(&self) -> Option<&'a str> {
        let bearer = self.headers.get(AUTHORIZATION).map(|value| {
            let value = value.to_str().unwrap_or_default();
            match value.split_once(' ') {
                Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
                _ => "",
            }
        });
        let plain =
            || self.headers.get("x-api-key").map(|value| value.to_str().unwrap_or_default());
        bearer.or_else(plain).or(self.path_key)
    }

    /// Why it may not come in without a key.
    fn objection(&self) -> Option<&'static str> {
        let Some(peer) = self.peer else { return Some("its connection is unknown") };
        if !peer.local_listener || !peer.address.is_local() {
            return Some("only this machine is served without one");
        }
        if FORWARDING.iter().any(|name| self.headers.contains_key(*name)) {
            return Some("it came through a proxy");
        }
        if self.version < Version::HTTP_11 {
            return Some("it speaks HTTP/1.0, as proxies do");
        }
        let Some(host) = self.host.filter(|host| is_local_host(host)) else {
            return Some("it names a host other than this machine's own");
        };
        let same_origin = |origin: &str| {
            let bare = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            bare.is_some_and(|bare| bare.eq_ignore_ascii_case(host))
        };
        let origin = self.headers.get(ORIGIN);
        if origin.is_some_and(|origin| !origin.to_str().is_ok_and(same_origin)) {
            return Some("it comes from a web page of another origin");
        }
        let site = self.headers.get("sec-fetch-site").map(|site| site.as_bytes());
        if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
            return Some("it comes from a web page of another origin");
        }
        None
    }
}

/// Whether a `Host` names this machine by a name that nobody else can give out.
fn is_local_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port))
            if port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    let address = bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    address || name.eq_ignore_ascii_case("localhost") || name.eq_ignore_ascii_case("localhost.")
}

/// The ways in besides keys in the store.
pub(crate) struct Ways {
    /// A key that the settings declare.
    pub(crate) admin_key: Option<SecretString>,
    /// Whether this machine needs none.
    pub(crate) loopback: bool,
    /// Tokens, where any are taken.
    pub(crate) tokens: Option<Arc<Tokens>>,
}

/// Decides.
pub(crate) struct Gate {
    store: Arc<Store>,
    ways: Ways,
    default_tenant: i64,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    keys: HashMap<String, (KeyRecord, Instant)>,
    /// How many changed. What was looked up before one did may be what it was then.
    changes: u64,
}

impl Gate {
    /// Sets up.
    pub(crate) fn new(store: Arc<Store>, ways: Ways, default_tenant: i64) -> Self {
        Self { store, ways, default_tenant, remembered: Mutex::default() }
    }

    /// Whether it comes from this machine, and from nothing in between.
    pub(crate) fn is_on_this_machine(&self, admission: &Admission<'_>) -> bool {
        let peer_is_local = admission.peer.is_some_and(|peer| peer.address.is_local());
        let forwarded = FORWARDING.iter().any(|name| admission.headers.contains_key(*name));
        peer_is_local && !forwarded && admission.host.is_some_and(is_local_host)
    }

    /// Lets a request in that brings a key with the scope, or needs none.
    ///
    /// # Errors
    /// 401 or 403 with the reason.
    pub(crate) async fn admit(
        &self,
        admission: &Admission<'_>,
        need: Scope,
    ) -> Result<Caller, Refusal> {
        if admission.key().is_some() {
            return self.admit_key(admission, need).await;
        }
        let objection = match admission.objection() {
            None if self.ways.loopback && need != Scope::Admin => {
                return Ok(self.of_this_house(None, Scopes::all_but(Scope::Admin)));
            }
            None => "auth.loopback is off",
            Some(objection) => objection,
        };
        Err(Refusal::unauthorized(
            "key_required",
            format!("this request needs an API key: {objection}"),
        ))
    }

    /// Lets a request in that brings a key with the scope.
    ///
    /// # Errors
    /// 401 or 403 with the reason.
    pub(crate) async fn admit_key(
        &self,
        admission: &Admission<'_>,
        need: Scope,
    ) -> Result<Caller, Refusal> {
        let Some(key) = admission.key() else {
            return Err(Refusal::unauthorized("key_required", "this request needs an API key"));
        };
        let invalid = || Refusal::unauthorized("key_invalid", "the API key is not valid");
        if let Some(declared) = &self.ways.admin_key
            && same(declared.expose_secret().as_bytes(), key.as_bytes())
        {
            if admission.path_key.is_some() {
                return Err(wide_path_key());
            }
            return Ok(self.of_this_house(Some("admin_key"), Scopes::all()));
        }
        if let Some(tokens) = self.ways.tokens.as_ref().filter(|_| jwt::is_token(key)) {
            let caller = tokens.caller(key, &self.store).await?;
            return permit(caller, admission, (need, "token"));
        }
        let key = ApiKey::parse(key).ok_or_else(invalid)?;
        let record = self.record(key.id()).await?;
        let hash = key.hash();
        let good = record.filter(|record| record.is_active() && same(&record.hash, &hash));
        let record = good.ok_or_else(invalid)?;
        let scopes = Scopes::parse(&record.scopes).unwrap_or_default();
        let terms = record.terms;
        let caller = Caller { tenant: record.tenant, key: Some(record.id), scopes, terms };
        permit(caller, admission, (need, "API key"))
    }

    /// Who is the operator's own, without terms.
    fn of_this_house(&self, key: Option<&str>, scopes: Scopes) -> Caller {
        let terms = Arc::new(Terms::default());
        Caller { tenant: self.default_tenant, key: key.map(str::to_owned), scopes, terms }
    }

    /// Whether the settings have a key that may everything.
    pub(crate) fn has_declared_key(&self) -> bool {
        self.ways.admin_key.is_some()
    }

    /// Looks a key up anew when it comes next, because it changed.
    pub(crate) fn forget(&self, id: &str) {
        let mut remembered = self.remembered();
        remembered.changes += 1;
        remembered.keys.remove(id);
    }

    async fn record(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let now = Instant::now();
        let changes = {
            let remembered = self.remembered();
            let fresh = remembered.keys.get(id).filter(|(_, since)| now - *since < BELIEVED);
            if let Some((record, _)) = fresh {
                return Ok(Some(record.clone()));
            }
            remembered.changes
        };
        let record = self.store.key(id).await?;
        let mut remembered = self.remembered();
        if remembered.changes != changes {
            return Ok(record);
        }
        let keys = &mut remembered.keys;
        if keys.len() >= REMEMBERED_MAX {
            keys.retain(|_, (_, since)| now - *since < BELIEVED);
        }
        // Made-up ids are not worth remembering: they would push out real ones.
        if let Some(record) = record.as_ref().filter(|_| keys.len() < REMEMBERED_MAX) {
            keys.insert(id.to_owned(), (record.clone(), now));
        }
        Ok(record)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets somebody in whom we know, for what they may.
fn permit(
    caller: Caller,
    admission: &Admission<'_>,
    (need, brings): (Scope, &str),
) -> Result<Caller, Refusal> {
    if admission.path_key.is_some() && !may_stand_in_path(caller.scopes) {
        return Err(wide_path_key());
    }
    if !caller.scopes.has(need) {
        let message = format!("the {brings} lacks the scope `{}`", need.name());
        return Err(Refusal::new(StatusCode::FORBIDDEN, "scope_missing", message));
    }
    Ok(caller)
}

fn wide_path_key() -> Refusal {
    let message =
        "a key in the path may have the scopes analyze and redact only; send this one in a header";
    Refusal::new(StatusCode::FORBIDDEN, "scope_too_wide", message)
}

/// Compares without telling by its duration how much is the same.
fn same(one: &[u8], other: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyfile::Masters;
    use crate::store::{DEFAULT_TENANT, NewKey};
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_record_from_before_a_change_is_not_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let masters = Masters { database: "d".into(), secret: "s".into(), previous: None };
        let store = Arc::new(Store::open(&dir.path().join("data/tacit.db"), &masters).unwrap());
        let (key, new): (_, NewKey) =
            Said::default().read(None).unwrap().make(DEFAULT_TENANT.to_owned()).unwrap();
        store.add_key(new).await.unwrap();
        let gate = Gate::new(store, Ways { admin_key: None, loopback: true, tokens: None }, 1);
        // It has asked the store, and the key changes before it hears the answer; a store that is quick is asked again.
        let asking = loop {
            let mut asking = Box::pin(gate.record(key.id()));
            match asking.as_mut().now_or_never() {
                None => break asking,
                Some(_) => gate.forget(key.id()),
            }
        };
        gate.forget(key.id());
        assert!(asking.await.unwrap().is_some());
        assert!(!gate.remembered().keys.contains_key(key.id()), "it may be the old one");
        gate.record(key.id()).await.unwrap();
        assert!(gate.remembered().keys.contains_key(key.id()));
    }

    #[test]
    fn only_names_that_nobody_else_gives_out_are_local() {
        for host in [
            "localhost",
            "LOCALHOST:8000",
            "127.0.0.1:80",
            "127.1.2.3",
            "[::1]:8000",
            "[::1]",
            "::1",
        ] {
            assert!(is_local_host(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.nip.io",
            "0.0.0.0:8000",
            "192.168.0.1",
            "localhost:80:80",
            "127.0.0.1:99999",
            "[::2]:80",
            "user@localhost",
        ] {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
