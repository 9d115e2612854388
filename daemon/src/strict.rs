//! What several settings say together: faults in any environment, and the strict start of production.

use crate::auth::{Algorithm, algorithms};
use crate::keyfile;
use crate::settings::{AppEnv, CorsOrigin, DatabaseUrl, Encryption, KeySet, Settings};
use kit::setting::Fault;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// A secret has at least so many characters: 128 bits in hexadecimal digits.
const SECRET_CHARS_MIN: usize = 32;

/// A salt has at least so many: 128 bits in base64, as guides make it.
const SALT_CHARS_MIN: usize = 22;

/// A random secret of that length has more different characters than this with near certainty.
const DIFFERENT_CHARS_MIN: usize = 8;

/// Somebody who looks more often looks at a provider's expense.
const TOKEN_KEYS_REFRESH_MIN: Duration = Duration::from_secs(10);

/// No two clocks that anybody minds differ by more.
const TOKEN_LEEWAY_MAX: Duration = Duration::from_secs(3600);

/// What examples, templates and tired people write instead of a secret.
const KNOWN_DEFAULTS: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "change this",
    "changethis",
    "your_",
    "your-",
    "yoursecret",
    "example",
    "placeholder",
    "generate",
    "replace",
    "secret_key",
    "secret-key",
    "secretkey",
    "encryption_key",
    "insecure",
    "password",
    "development",
    "dev-secret",
    "default",
    "0123456789",
    "1234567890",
    "abcdefgh",
    "qwerty",
];

/// What the settings are wanted for; each purpose asks for what the one before it does, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// To work on text that was handed in, or to ask a running tacitd.
    Text,
    /// To open the store.
    Store,
    /// To serve.
    Serve,
}

/// Everything that stands against that purpose and that the settings alone tell.
pub(crate) fn faults(settings: &Settings, purpose: Purpose) -> Vec<Fault> {
    let mut faults = Vec::new();
    if purpose >= Purpose::Store {
        faults.extend(consistency(settings));
    }
    if purpose >= Purpose::Serve {
        faults.extend(exposure(settings));
    }
    if purpose >= Purpose::Store && is_strict(settings) {
        faults.extend(strict(settings));
    }
    faults
}

/// Whether the strict start applies.
pub(crate) fn is_strict(settings: &Settings) -> bool {
    settings.app.env == AppEnv::Production || settings.app.strict == Some(true)
}

fn consistency(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault =
        |place: &str, what: &str, hint: &str| faults.push(Fault::new(place, what).hint(hint));
    match (&settings.tls.cert, &settings.tls.key) {
        (Some(_), None) => fault("tls.key", "is missing beside `tls.cert`", "TLS needs both files"),
        (None, Some(_)) => fault("tls.cert", "is missing beside `tls.key`", "TLS needs both files"),
        _ => {}
    }
    if !settings.privacy.encrypt_at_rest {
        let hint = "leave PRIVACY_ENCRYPT_AT_REST out, or set it to true";
        fault("privacy.encrypt_at_rest", "cannot be `false`: the store is always encrypted", hint);
    }
    match &settings.database.url {
        DatabaseUrl::Postgres => {
            let hint = "leave DATABASE_URL out to keep everything in data/tacit.db";
            fault("database.url", "PostgreSQL is not built in this version", hint);
        }
        DatabaseUrl::Sqlite(path) => {
            if settings.database.encryption == Encryption::Pgcrypto {
                let hint = "leave DATABASE_ENCRYPTION out, or set it to sqlcipher";
                fault("database.encryption", "`pgcrypto` does not go with SQLite", hint);
            }
            let data = lexical(path.parent().unwrap_or(Path::new("")));
            if lexical(&settings.keys.dir).starts_with(data) {
                let hint = "a backup of the store would open itself; choose another folder with --keys.dir";
                fault("keys.dir", "lies inside the folder of the store", hint);
            }
        }
    }
    let both = settings.metrics.port.is_some_and(|port| port.0 != 0 && port == settings.api.port);
    if both {
        fault(
            "metrics.port",
            "is that of `api.port` too",
            "leave METRICS_PORT out to have metrics there",
        );
    }
    faults.extend(tokens(settings));
    faults
}

/// What keeps tokens from being checked as the settings ask.
fn tokens(settings: &Settings) -> Vec<Fault> {
    let jwt = &settings.jwt;
    let mut faults = Vec::new();
    let mut fault =
        |place: &str, what: &str, hint: &str| faults.push(Fault::new(place, what).hint(hint));
    if jwt.secret_key.is_some() || jwt.jwks.is_some() {
        let allowed = algorithms(settings);
        let by_secret = allowed.contains(&Algorithm::Hs256);
        let by_set = allowed.iter().any(|algorithm| *algorithm != Algorithm::Hs256);
        if by_secret != jwt.secret_key.is_some() {
            let hint = "HS256 and `jwt.secret_key` belong together; leave both out or have both";
            fault("jwt.algorithm", "does not go with `jwt.secret_key`", hint);
        }
        if by_set != jwt.jwks.is_some() {
            let hint =
                "RS256 and ES256 take their keys from `jwt.jwks`; leave both out or have both";
            fault("jwt.algorithm", "does not go with `jwt.jwks`", hint);
        }
    }
    if jwt.refresh.0 < TOKEN_KEYS_REFRESH_MIN {
        let hint = "leave it out to look every ten minutes";
        fault("jwt.refresh", "is shorter than 10 s", hint);
    }
    if jwt.leeway.0 > TOKEN_LEEWAY_MAX {
        let hint = "leave it out to allow a minute";
        fault("jwt.leeway", "is longer than an hour: tokens would hardly expire", hint);
    }
    faults
}

/// A path made absolute and free of `.` and `..`, without a look at the disk: the folders need not exist yet.
fn lexical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

/// Whether other machines can reach that host's address.
fn is_exposed(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => !address.to_canonical().is_loopback(),
        Err(_) => !bare.eq_ignore_ascii_case("localhost"),
    }
}

/// What to do about a listener without keys; the same words where the store shows it later.
pub(crate) const KEY_HINT: &str = "make a key first: `tacitd keys create --name admin --scope admin,analyze,redact,restore,forget`, \
                                   or set TACIT_AUTH_ADMIN_KEY_FILE; or listen on 127.0.0.1";

/// A listener that other machines can reach, when there is no key that could let anybody in. Where a store exists,
/// its keys decide, once it is open.
fn exposure(settings: &Settings) -> Option<Fault> {
    let store_exists = settings.database.url.path().is_some_and(Path::exists);
    let keyless = settings.auth.admin_key.is_none() && !store_exists;
    (keyless && is_exposed(&settings.api.host.0)).then(|| {
        Fault::new("api.host", "can be reached from other machines, and there is no API key")
            .hint(KEY_HINT)
    })
}

fn strict(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let keys = [
        ("database.key", "DATABASE_KEY", &settings.database.key, keyfile::DATABASE_KEY),
        ("secret.key", "SECRET_KEY", &settings.secret.key, keyfile::SECRET_KEY),
    ];
    for (place, variable, value, file) in keys {
        let path = settings.keys.dir.join(file);
        let hint = format!(
            "`openssl rand -hex 32` makes one; give it as {variable} or by {variable}_FILE, and keep a copy elsewhere"
        );
        match value {
            Some(secret) => faults.extend(
                weakness(secret, SECRET_CHARS_MIN).map(|why| Fault::new(place, why).hint(hint)),
            ),
            None if path.exists() => {}
            None => faults.push(Fault::new(place, "is missing in production").hint(hint)),
        }
    }
    let why = settings.auth.admin_key.as_ref();
    let why = why.and_then(|key| weakness(key, SECRET_CHARS_MIN));
    faults.extend(why.map(|why| {
        Fault::new("auth.admin_key", why).hint("`openssl rand -hex 32` makes a good one")
    }));
    let why = settings.jwt.secret_key.as_ref();
    let why = why.and_then(|key| weakness(key, SECRET_CHARS_MIN));
    faults.extend(why.map(|why| {
        Fault::new("jwt.secret_key", why)
            .hint("`openssl rand -hex 32` makes a good one; give it to who makes the tokens too")
    }));
    if let Some(KeySet::Url(uri)) = &settings.jwt.jwks
        && uri.scheme_str() == Some("http")
        && uri.host().is_none_or(is_exposed)
    {
        let hint = "use its https:// address, or a file";
        let what = "comes in clear from another machine: whoever can change it on the way can sign";
        faults.push(Fault::new("jwt.jwks", what).hint(hint));
    }
    let why = settings.privacy.salt.as_ref();
    let why = why.and_then(|salt| weakness(salt, SALT_CHARS_MIN));
    faults.extend(why.map(|why| {
        Fault::new("privacy.salt", why)
            .hint("`openssl rand -hex 32` makes a good one, or leave it out")
    }));
    if settings.app.debug {
        faults.push(
            Fault::new("app.debug", "is on in production").hint("set DEBUG=false or leave it out"),
        );
    }
    if settings.app.strict == Some(false) {
        let hint = "set STRICT_MODE=true or leave it out";
        faults.push(Fault::new("app.strict", "cannot be `false` in production").hint(hint));
    }
    if settings.cors.origins.0.contains(&CorsOrigin::Any) {
        let hint = "name the origins, such as CORS_ORIGINS=https://app.example.org";
        faults.push(Fault::new("cors.origins", "is `*` in production").hint(hint));
    }
    faults
}

/// Why a secret is none; it is not repeated.
fn weakness(secret: &SecretString, chars_min: usize) -> Option<String> {
    let text = secret.expose_secret();
    let length = text.chars().count();
    if length < chars_min {
        return Some(format!("is too short: {length} characters, at least {chars_min} are needed"));
    }
    let lower = text.to_lowercase();
    if KNOWN_DEFAULTS.iter().any(|known| lower.contains(known)) || text.starts_with('<') {
        return Some("looks like the example of a template, not like a secret".to_owned());
    }
    let mut different: Vec<_> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    (different.len() < DIFFERENT_CHARS_MIN)
        .then(|| "repeats too few characters to be a secret".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{ELSEWHERE, TABLE};
    use kit::setting::{Environment, Inputs, resolve};

    fn check(variables: &[(&str, &str)]) -> Vec<String> {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = Environment::of_file("env".into(), variables);
        let resolved = resolve(TABLE, ELSEWHERE, &Inputs { environment, ..Inputs::default() });
        assert_eq!(resolved.faults, []);
        faults(&Settings::read(&resolved), Purpose::Serve)
            .into_iter()
            .map(|fault| format!("{}: {}", fault.place, fault.what))
            .collect()
    }

    const GOOD: &str = "9f86d081884c7d659a2feaa0c55ad015";

    #[test]
    fn the_defaults_have_no_fault() {
        assert_eq!(check(&[]), [""; 0]);
    }

    #[test]
    fn production_tells_every_fault_at_once() {
        let found = check(&[
            ("APP_ENV", "production"),
            ("API_HOST", "0.0.0.0"),
            ("DEBUG", "true"),
            ("CORS_ORIGINS", "https://a.example, *"),
            ("DATABASE_KEY", "short"),
            ("STRICT_MODE", "false"),
            ("TACIT_AUTH_ADMIN_KEY", "your_32_char_encryption_key_here"),
            ("PRIVACY_SALT", "salt"),
        ]);
        assert_eq!(
            found,
            [
                "database.key: is too short: 5 characters, at least 32 are needed",
                "secret.key: is missing in production",
                "auth.admin_key: looks like the example of a template, not like a secret",
                "privacy.salt: is too short: 4 characters, at least 22 are needed",
                "app.debug: is on in production",
                "app.strict: cannot be `false` in production",
                "cors.origins: is `*` in production",
            ]
        );
        let good =
            check(&[("APP_ENV", "production"), ("DATABASE_KEY", GOOD), ("SECRET_KEY", GOOD)]);
        assert_eq!(good, [""; 0]);
    }

    #[test]
    fn an_exposed_listener_needs_a_key_in_every_environment() {
        for env in ["development", "test", "staging"] {
            for host in ["0.0.0.0", "::", "192.0.2.1", "some.name"] {
                let found = check(&[("APP_ENV", env), ("API_HOST", host)]);
                assert_eq!(
                    found,
                    ["api.host: can be reached from other machines, and there is no API key"],
                    "{host}"
                );
            }
        }
        for host in ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"] {
            assert_eq!(check(&[("API_HOST", host)]), [""; 0], "{host}");
        }
        assert_eq!(check(&[("API_HOST", "0.0.0.0"), ("TACIT_AUTH_ADMIN_KEY", "x")]), [""; 0]);
    }

    #[test]
    fn a_filter_needs_less_than_a_server() {
        let variables = [("APP_ENV", "production"), ("API_HOST", "0.0.0.0")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::of_file("env".into(), variables);
        let resolved = resolve(TABLE, ELSEWHERE, &Inputs { environment, ..Inputs::default() });
        let settings = Settings::read(&resolved);
        let count = |purpose| faults(&settings, purpose).len();
        assert_eq!([Purpose::Text, Purpose::Store, Purpose::Serve].map(count), [0, 2, 3]);
    }

    #[test]
    fn settings_that_contradict_each_other_are_told() {
        let found = check(&[
            ("TACIT_TLS_CERT", "x"),
            ("PRIVACY_ENCRYPT_AT_REST", "false"),
            ("DATABASE_ENCRYPTION", "pgcrypto"),
            ("TACIT_KEYS_DIR", "data/../data/keys"),
            ("METRICS_PORT", "8000"),
        ]);
        let places: Vec<_> = found.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(
            places,
            [
                "tls.key",
                "privacy.encrypt_at_rest",
                "database.encryption",
                "keys.dir",
                "metrics.port"
            ]
        );
        assert_eq!(
            check(&[("DATABASE_URL", "postgresql+psycopg2://u:p@h/d")]),
            ["database.url: PostgreSQL is not built in this version"]
        );
        assert_eq!(check(&[("TACIT_KEYS_DIR", "data2/keys")]), [""; 0]);
    }

    #[test]
    fn tokens_need_what_their_algorithms_do() {
        let jwks = ("TACIT_JWT_JWKS", "keys.json");
        let secret = ("JWT_SECRET_KEY", GOOD);
        let algorithm = |names| ("JWT_ALGORITHM", names);
        for good in [
            &[algorithm("HS256")][..],
            &[secret],
            &[jwks],
            &[secret, jwks],
            &[secret, algorithm("HS256")],
            &[jwks, algorithm("ES256")],
            &[secret, jwks, algorithm("HS256,RS256")],
        ] {
            assert_eq!(check(good), [""; 0], "{good:?}");
        }
        for bad in [
            &[secret, algorithm("RS256")][..],
            &[jwks, algorithm("HS256")],
            &[secret, jwks, algorithm("HS256")],
        ] {
            let found = check(bad);
            assert!(found.iter().all(|fault| fault.starts_with("jwt.algorithm: does not go with")));
            assert!(!found.is_empty(), "{bad:?}");
        }
        let found = check(&[("TACIT_JWT_REFRESH", "0"), ("TACIT_JWT_LEEWAY", "1d")]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn production_wants_tokens_that_nobody_else_can_make() {
        let production = |more: &[(&str, &str)]| {
            let base = [("APP_ENV", "production"), ("DATABASE_KEY", GOOD), ("SECRET_KEY", GOOD)];
            check(&[&base[..], more].concat())
        };
        assert_eq!(
            production(&[("JWT_SECRET_KEY", "short")]),
            ["jwt.secret_key: is too short: 5 characters, at least 32 are needed"]
        );
        assert_eq!(production(&[("JWT_SECRET_KEY", GOOD)]), [""; 0]);
        for bad in ["http://id.example.org/keys", "http://10.0.0.7/keys"] {
            let found = production(&[("TACIT_JWT_JWKS", bad)]);
            assert!(
                found.len() == 1 && found[0].starts_with("jwt.jwks: comes in clear"),
                "{found:?}"
            );
        }
        for good in ["https://id.example.org/keys", "http://127.0.0.1:8080/keys", "jwks.json"] {
            assert_eq!(production(&[("TACIT_JWT_JWKS", good)]), [""; 0], "{good}");
        }
    }

    #[test]
    fn weak_secrets_are_told_from_strong_ones() {
        let weak = |text: &str| weakness(&text.into(), SECRET_CHARS_MIN);
        assert_eq!(weak(GOOD), None);
        assert_eq!(weak("Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2Q="), None);
        assert_eq!(weakness(&"jOx6yKVbNm1PQ4mgkLrDZw==".into(), SALT_CHARS_MIN), None);
        assert!(weak(&"ab".repeat(20)).unwrap().contains("too few"));
        assert!(weak("<GENERATE_SECURE_32_CHAR_KEY>____").unwrap().contains("template"));
    }
}
