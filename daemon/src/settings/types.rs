//! The kinds of value that only tacitd has.

use crate::auth::{Algorithm, money};
use kit::setting::Value;
use std::path::{Path, PathBuf};

kit::choice! {
    /// What the daemon runs for.
    pub(crate) enum AppEnv {
        /// A person's machine.
        Development = "development" | "dev" | "local",
        /// Automatic tests.
        Test = "test" | "testing" | "ci",
        /// A rehearsal.
        Staging = "staging",
        /// The real thing.
        Production = "production" | "prod",
    }
}

kit::choice! {
    /// How the store is encrypted.
    pub(crate) enum Encryption {
        /// By SQLCipher, page by page.
        Sqlcipher = "sqlcipher",
        /// By PostgreSQL.
        Pgcrypto = "pgcrypto",
    }
}

kit::choice! {
    /// How much is hidden when a rule is not sure.
    pub(crate) enum Aggressiveness {
        /// Only what is all but certain.
        Relaxed = "relaxed" | "low",
        /// What is more likely than not.
        Balanced = "balanced" | "medium",
        /// Also what may well be something else.
        Strict = "strict" | "high",
    }
}

kit::choice! {
    /// What the gateway does about personal data in a request.
    pub(crate) enum Mode {
        /// Hides it, and shows it again in the answer.
        Mask = "mask",
        /// Refuses the request.
        Block = "block",
        /// Only tells of it.
        Observe = "observe",
    }
}

kit::choice! {
    /// What it does about personal data that the model itself brings up.
    pub(crate) enum Output {
        /// Nothing.
        Allow = "allow",
        /// Writes its kind instead.
        Mask = "mask",
        /// Ends the answer.
        Block = "block",
    }
}

kit::choice! {
    /// What it does about what it cannot read.
    pub(crate) enum Images {
        /// Sends it as it is.
        Pass = "pass",
        /// Refuses the request.
        Refuse = "refuse",
    }
}

impl From<Aggressiveness> for redact::Aggressiveness {
    fn from(wanted: Aggressiveness) -> Self {
        match wanted {
            Aggressiveness::Relaxed => Self::Relaxed,
            Aggressiveness::Balanced => Self::Balanced,
            Aggressiveness::Strict => Self::Strict,
        }
    }
}

/// A region by its two letters, for its telephone numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhoneRegion(pub(crate) redact::Region);

impl Value for PhoneRegion {
    fn parse(text: &str) -> Result<Self, String> {
        let region = redact::Region::parse(&text.trim().to_ascii_uppercase());
        region.map(Self).ok_or_else(|| format!("is not {}", Self::expects()))
    }

    fn expects() -> String {
        "a region by its two letters, such as `ES`".to_owned()
    }
}

/// A share of one, above nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f32);

impl Value for Share {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().parse::<f32>() {
            Ok(share) if share > 0.0 && share <= 1.0 => Ok(Self(share)),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }

    fn expects() -> String {
        "a number above 0 and at most 1".to_owned()
    }
}

/// An amount of money, in millionths: what a million tokens cost is exact or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Money(pub(crate) u64);

impl Value for Money {
    fn parse(text: &str) -> Result<Self, String> {
        let micros = money::parse(text.trim());
        micros.map(Self).ok_or_else(|| format!("is not {}", Self::expects()))
    }

    fn expects() -> String {
        money::expects()
    }
}

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server: understood, not built.
    Postgres,
}

impl DatabaseUrl {
    /// The file, where the store is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres => None,
        }
    }
}

impl Value for DatabaseUrl {
    /// A server's URL holds a password.
    fn shown(text: &str) -> Option<String> {
        matches!(Self::parse(text), Ok(Self::Sqlite(_))).then(|| text.to_owned())
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("is not {}", Self::expects());
        let (scheme, rest) = text.trim().split_once(':').ok_or_else(wrong)?;
        // `sqlite+aiosqlite`, `postgresql+psycopg2`: the driver behind the plus belongs to another program.
        let scheme = scheme.split('+').next().unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "sqlite" => {
                let path = match rest.strip_prefix("//") {
                    Some(rest) => rest.strip_prefix('/').unwrap_or(rest),
                    None => rest,
                };
                let path = path.split('?').next().unwrap_or_default();
                if path.is_empty() || path == ":memory:" || path.ends_with('/') {
                    return Err(format!("names no file: {}", Self::expects()));
                }
                Ok(Self::Sqlite(path.into()))
            }
            _ => Err(wrong()),
        }
    }

    fn expects() -> String {
        "`sqlite:PATH` or `postgresql://...`".to_owned()
    }
}

kit::choice! {
    /// What a model server speaks.
    pub(crate) enum Protocol {
        /// What most speak.
        OpenAi = "openai",
        /// Anthropic's own.
        Anthropic = "anthropic",
        /// Ollama's own.
        Ollama = "ollama",
    }
}

impl From<Protocol> for infer::Protocol {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::OpenAi => Self::OpenAi,
            Protocol::Anthropic => Self::Anthropic,
            Protocol::Ollama => Self::Ollama,
        }
    }
}

/// Where a model server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpstreamUrl(pub(crate) String);

impl Value for UpstreamUrl {
    /// What is refused may hold a password.
    fn shown(text: &str) -> Option<String> {
        (!text.contains('@')).then(|| text.to_owned())
    }

    fn parse(text: &str) -> Result<Self, String> {
        infer::check_url(text).map(|()| Self(text.trim().to_owned())).map_err(str::to_owned)
    }

    fn expects() -> String {
        "a URL such as `http://127.0.0.1:8080`".to_owned()
    }
}

/// Where a proxy is, with what it wants to be shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ProxyUrl(pub(crate) String);

impl ProxyUrl {
    /// The address without name and password.
    pub(crate) fn masked(text: &str) -> String {
        match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://********@{host}"),
            (None, Some((_, host))) => format!("********@{host}"),
            _ => text.to_owned(),
        }
    }
}

impl std::fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Self::masked(&self.0))
    }
}

impl Value for ProxyUrl {
    fn shown(text: &str) -> Option<String> {
        Some(Self::masked(text))
    }

    fn parse(text: &str) -> Result<Self, String> {
        infer::check_proxy(text).map(|()| Self(text.trim().to_owned())).map_err(str::to_owned)
    }

    fn expects() -> String {
        "a URL such as `http://proxy.internal:3128`".to_owned()
    }
}

/// A web origin, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CorsOrigin {
    /// `*`.
    Any,
    /// `https://app.example.org`.
    One(http::HeaderValue),
}

impl Value for CorsOrigin {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let text = text.trim_end_matches('/');
        let uri: http::Uri = text.parse().map_err(|_| format!("is not {}", Self::expects()))?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let bare = uri.path().trim_end_matches('/').is_empty() && uri.query().is_none();
        let value = http::HeaderValue::from_str(&text.to_ascii_lowercase());
        match value {
            Ok(value) if web && bare && uri.host().is_some() => Ok(Self::One(value)),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }

    fn expects() -> String {
        "an origin such as `https://app.example.org` (no path), or `*`".to_owned()
    }
}

/// How tokens may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signing(pub(crate) Algorithm);

impl Value for Signing {
    fn parse(text: &str) -> Result<Self, String> {
        let algorithm = Algorithm::parse(&text.trim().to_ascii_uppercase());
        algorithm.map(Self).ok_or_else(|| format!("is not {}", Self::expects()))
    }

    fn expects() -> String {
        let names: Vec<_> =
            Algorithm::ALL.iter().map(|algorithm| format!("`{}`", algorithm.name())).collect();
        format!("one of {}", names.join(", "))
    }
}

/// Where an identity provider's public keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeySet {
    /// In a file.
    File(PathBuf),
    /// At an `http` or `https` address.
    Url(http::Uri),
}

impl Value for KeySet {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("is not {}", Self::expects());
        let text = text.trim();
        if !text.contains("://") {
            return if text.is_empty() { Err(wrong()) } else { Ok(Self::File(text.into())) };
        }
        let uri: http::Uri = text.parse().map_err(|_| wrong())?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        // A name and a password in front of the host would be shown by `tacitd config`.
        let bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if web && host && bare { Ok(Self::Url(uri)) } else { Err(wrong()) }
    }

    fn expects() -> String {
        "a file, or an address such as `https://id.example.org/keys`".to_owned()
    }
}

/// The permissions of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketMode(pub(crate) u32);

impl Value for SocketMode {
    fn parse(text: &str) -> Result<Self, String> {
        match u32::from_str_radix(text.trim().trim_start_matches("0o"), 8) {
            Ok(mode) if mode <= 0o777 => Ok(Self(mode)),
            _ => Err(format!("is not {}", Self::expects())),
        }
    }
    fn expects() -> String {
        "permissions in octal, such as `660`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_is_read_as_the_guides_write_it() {
        let sqlite = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        let read = |text| DatabaseUrl::parse(text);
        assert_eq!(read("sqlite+aiosqlite:///data/contextsafe.db"), sqlite("data/contextsafe.db"));
        assert_eq!(read("sqlite:////var/lib/x.db"), sqlite("/var/lib/x.db"));
        assert_eq!(read("sqlite:data/tacit.db"), sqlite("data/tacit.db"));
        assert_eq!(read("sqlite:/abs/x.db"), sqlite("/abs/x.db"));
        assert_eq!(read("sqlite://x.db?mode=rwc"), sqlite("x.db"));
        assert_eq!(read("postgresql+psycopg2://u:p@h:5432/d"), Ok(DatabaseUrl::Postgres));
        for wrong in ["", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:data/", "data/x.db"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_has_a_scheme_and_no_path() {
        assert_eq!(CorsOrigin::parse("*"), Ok(CorsOrigin::Any));
        let one = CorsOrigin::parse("https://App.example.org/").unwrap();
        assert_eq!(one, CorsOrigin::One(http::HeaderValue::from_static("https://app.example.org")));
        for wrong in
            ["app.example.org", "https://x.org/path", "ftp://x.org", "https://x.org/?q", "https://"]
        {
            assert!(CorsOrigin::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_set_of_keys_is_a_file_or_an_address() {
        let file = |path: &str| Ok(KeySet::File(path.into()));
        assert_eq!(KeySet::parse("keys/jwks.json"), file("keys/jwks.json"));
        let url = "https://id.example.org/realms/x/protocol/openid-connect/certs";
        assert_eq!(KeySet::parse(url), Ok(KeySet::Url(url.parse().unwrap())));
        assert!(KeySet::parse("http://[::1]:8080/keys").is_ok());
        for wrong in ["", "ftp://x.org/k", "https://", "https://me:pw@x.org/", "file:///etc/keys"] {
            assert!(KeySet::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tokens_are_never_unsigned() {
        assert_eq!(Signing::parse("rs256"), Ok(Signing(Algorithm::Rs256)));
        for wrong in ["none", "", "HS512", "PS256"] {
            assert!(Signing::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_socket_mode_is_octal() {
        assert_eq!(SocketMode::parse("0660"), Ok(SocketMode(0o660)));
        assert!(SocketMode::parse("1777").is_err() && SocketMode::parse("rw").is_err());
    }
}
