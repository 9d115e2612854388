//! JSON Web Tokens: callers whom an identity provider knows need no API key. A token is believed when a key of ours
//! signed it by an algorithm that is allowed, and when it is meant for us, now; then it says whose it is, what they may
//! and on what terms. Checked by ring; the algorithms are three, and none of them is `none`.
//!
//! tacitd makes no tokens.

mod claims;
mod fetch;
mod set;
mod source;
mod token;

pub(crate) use token::Algorithm;

use super::Caller;
use crate::failure::Failure;
use crate::http::Refusal;
use crate::settings::Settings;
use crate::store::{Store, now};
use claims::{Claimed, Rules};
use secrecy::ExposeSecret;
use source::Source;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use token::{Flaw, Key, Token};

/// Tenants whose numbers are remembered; a tenant never changes its number.
const TENANTS_MAX: usize = 1024;

/// Whether a credential is a token: an API key has no dot.
pub(super) fn is_token(credential: &str) -> bool {
    credential.contains('.')
}

/// Those that are allowed when nobody says: whatever there are keys for.
pub(crate) fn algorithms(settings: &Settings) -> Vec<Algorithm> {
    let jwt = &settings.jwt;
    if !jwt.algorithm.0.is_empty() {
        return jwt.algorithm.0.iter().map(|signing| signing.0).collect();
    }
    let secret = jwt.secret_key.as_ref().map(|_| Algorithm::Hs256);
    let published = jwt.jwks.as_ref().map(|_| [Algorithm::Rs256, Algorithm::Es256]);
    secret.into_iter().chain(published.into_iter().flatten()).collect()
}

/// Believes tokens, or not.
pub(crate) struct Tokens {
    allowed: Vec<Algorithm>,
    secret: Option<Key>,
    source: Option<Source>,
    refresh: Duration,
    rules: Rules,
    tenants: Mutex<HashMap<String, i64>>,
}

impl Tokens {
    /// Sets up what the settings name; none where they name neither a secret nor a set of keys.
    ///
    /// # Errors
    /// When the set of keys cannot be used.
    pub(crate) fn open(settings: &Settings) -> Result<Option<Self>, Failure> {
        let jwt = &settings.jwt;
        if jwt.secret_key.is_none() && jwt.jwks.is_none() {
            return Ok(None);
        }
        let open = |from| Source::open(from, jwt.ca.as_deref(), jwt.jwks_external);
        let source = jwt.jwks.as_ref().map(open).transpose();
        let source = source.map_err(|error| Failure::because("set up tokens", &error))?;
        let secret = jwt.secret_key.as_ref();
        let text = |text: &Option<kit::setting::Text>| text.as_ref().map(|text| text.0.clone());
        Ok(Some(Self {
            allowed: algorithms(settings),
            secret: secret.map(|secret| Key::secret(secret.expose_secret().as_bytes())),
            source,
            refresh: jwt.refresh.0,
            rules: Rules {
                issuer: text(&jwt.issuer),
                audience: text(&jwt.audience),
                leeway: jwt.leeway.0.as_secs().cast_signed(),
                tenant: text(&jwt.tenant),
                tenant_claim: jwt.tenant_claim.0.clone(),
                scope_claim: jwt.scope_claim.0.clone(),
            },
            tenants: Mutex::default(),
        }))
    }

    /// Keeps the keys fresh for as long as it is let.
    pub(crate) async fn watch(&self) {
        if let Some(source) = &self.source {
            source.watch(self.refresh).await;
        }
    }

    /// Says who brings a token.
    ///
    /// # Errors
    /// 401 with the reason; 503 while the keys, or the store, cannot be asked.
    pub(super) async fn caller(&self, text: &str, store: &Store) -> Result<Caller, Refusal> {
        let claims = match self.check(text).await {
            Ok(claims) => claims,
            Err(Unbelieved::Flaw(flaw)) => return Err(invalid(&flaw)),
            Err(Unbelieved::NoKeys) => {
                let message = "the keys of the identity provider cannot be had yet";
                return Err(Refusal::later("token_keys_missing", message));
            }
        };
        let claimed = self.rules.read(&claims, now()).map_err(|useless| invalid(&useless))?;
        let Claimed { id, tenant, scopes, terms } = claimed;
        let tenant = self.tenant(&tenant, store).await?;
        Ok(Caller { tenant, key: Some(id), scopes, terms: Arc::new(terms) })
    }

    async fn check(&self, text: &str) -> Result<Vec<u8>, Unbelieved> {
        let token = Token::parse(text)?;
        let (algorithm, kid) = (token.algorithm, token.kid.clone());
        if !self.allowed.contains(&algorithm) {
            return Err(Flaw::Algorithm.into());
        }
        if algorithm == Algorithm::Hs256 {
            let secret = self.secret.as_ref().ok_or(Flaw::Algorithm)?;
            return Ok(token.claims(secret)?);
        }
        let source = self.source.as_ref().ok_or(Flaw::Algorithm)?;
        let set = source.set_with(kid.as_deref(), algorithm).await.ok_or(Unbelieved::NoKeys)?;
        let key = set.find(kid.as_deref(), algorithm).ok_or(Flaw::NoKey)?;
        Ok(token.claims(key)?)
    }

    /// The number of a tenant. A token makes none: a claim with a typing error would be a new one.
    async fn tenant(&self, name: &str, store: &Store) -> Result<i64, Refusal> {
        let lock = || self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tenant) = lock().get(name) {
            return Ok(*tenant);
        }
        let found = store.tenant(name).await?.ok_or_else(|| {
            invalid(
                &"the tenant that it names is unknown; a key made for that tenant makes it known",
            )
        })?;
        let mut tenants = lock();
        if tenants.len() < TENANTS_MAX {
            tenants.insert(name.to_owned(), found);
        }
        Ok(found)
    }
}

/// Why a token is not believed.
enum Unbelieved {
    Flaw(Flaw),
    /// There is nothing to check it by.
    NoKeys,
}

impl From<Flaw> for Unbelieved {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

fn invalid(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::unauthorized("token_invalid", format!("the token is not valid: {why}"))
}
