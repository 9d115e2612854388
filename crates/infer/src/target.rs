//! Addresses of upstreams and proxies: what was written, taken apart and joined with the paths of the dialects.

use crate::config::Protocol;
use data_encoding::BASE64;
use http::{HeaderValue, Uri};

/// Where something is.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Whether TLS is spoken.
    pub(crate) secure: bool,
    /// The host, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// Host and port as requests name them.
    pub(crate) authority: String,
    /// The path before that of a dialect, without a slash at its end.
    base: String,
}

impl Target {
    /// Takes the address of an upstream apart.
    ///
    /// # Errors
    /// The rest of a sentence that begins with "the URL".
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.trim().parse().map_err(|_| "is not `http://HOST` or `https://HOST`")?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("is not `http://HOST` or `https://HOST`"),
        };
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("holds a name or a password; keys go into `api_key_file`");
        }
        if uri.query().is_some() || url.contains('#') {
            return Err("ends with a query, where only a path can stand");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("names no host");
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let base = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { secure, host, port, authority: authority.as_str().to_owned(), base })
    }

    /// The path of a dialect there. A base that names a version (`/v1`, `/api/v3`, `/v1beta/openai`) is taken as it
    /// stands, as the clients of those servers do; otherwise it stands before `/v1`.
    pub(crate) fn path(&self, path: &str) -> String {
        let is_version = |segment: &str| {
            let mut letters = segment.chars();
            letters.next() == Some('v') && letters.next().is_some_and(|c| c.is_ascii_digit())
        };
        match path.strip_prefix("/v1") {
            Some(rest) if self.base.split('/').any(is_version) => format!("{}{rest}", self.base),
            Some(_) => format!("{}{path}", self.base),
            None => format!("{}{path}", self.base.strip_suffix("/v1").unwrap_or(&self.base)),
        }
    }

    /// The whole address of a path that [`Self::path`] made.
    pub(crate) fn whole(&self, path: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.authority)
    }

    /// Host and port, the port always written.
    pub(crate) fn host_and_port(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Judges the address of an upstream.
///
/// # Errors
/// The rest of a sentence that begins with it.
pub fn check_url(url: &str) -> Result<(), &'static str> {
    Target::parse(url).map(drop)
}

/// Judges the address of a proxy.
///
/// # Errors
/// The rest of a sentence that begins with it.
pub fn check_proxy(url: &str) -> Result<(), &'static str> {
    Proxy::parse(url).map(drop)
}

/// Where an upstream is asked how it is.
pub(crate) fn probe_path(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi | Protocol::Anthropic => "/v1/models",
        Protocol::Ollama => "/api/tags",
    }
}

/// A proxy in between.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    /// Its host, without brackets.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// What it is shown, if it wants something.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// Takes the address of a proxy apart: `http://[NAME:PASSWORD@]HOST[:PORT]`.
    ///
    /// # Errors
    /// The rest of a sentence that begins with "the proxy".
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.trim().parse().map_err(|_| "is not `http://HOST:PORT`")?;
        if uri.scheme_str() != Some("http") {
            return Err("is not `http://HOST:PORT`");
        }
        if !uri.path().trim_matches('/').is_empty() || uri.query().is_some() {
            return Err("has a path");
        }
        let authority = uri.authority().ok_or("names no host")?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("names no host");
        }
        let authorization = authority.as_str().rsplit_once('@').map(|(user, _)| {
            let text = format!("Basic {}", BASE64.encode(&unescaped(user)));
            let mut value = HeaderValue::try_from(text).expect("base64 is plain ASCII");
            value.set_sensitive(true);
            value
        });
        Ok(Self { host, port: authority.port_u16().unwrap_or(80), authorization })
    }
}

/// Undoes `%40` and the like; what is no such escape stays as it is.
fn unescaped(text: &str) -> Vec<u8> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_joined_whether_or_not_it_names_a_version() {
        let cases = [
            ("http://h:8080", "/v1/chat/completions", "/api/chat"),
            ("http://h:8080/", "/v1/chat/completions", "/api/chat"),
            ("http://h:8080/v1", "/v1/chat/completions", "/api/chat"),
            ("http://h:8080/v1/", "/v1/chat/completions", "/api/chat"),
            ("https://h/openai/v1", "/openai/v1/chat/completions", "/openai/api/chat"),
            ("https://h/llm", "/llm/v1/chat/completions", "/llm/api/chat"),
            ("https://h/api/v3/", "/api/v3/chat/completions", "/api/v3/api/chat"),
            (
                "https://h/v1beta/openai/",
                "/v1beta/openai/chat/completions",
                "/v1beta/openai/api/chat",
            ),
            ("https://h/vendor", "/vendor/v1/chat/completions", "/vendor/api/chat"),
        ];
        for (url, openai, ollama) in cases {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.path("/v1/chat/completions"), openai, "{url}");
            assert_eq!(target.path("/api/chat"), ollama, "{url}");
        }
    }

    #[test]
    fn an_address_says_host_and_port_or_is_refused() {
        let target = Target::parse("https://[fd00::1]/v1").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.secure), ("fd00::1", 443, true));
        assert_eq!(target.host_and_port(), "[fd00::1]:443");
        assert_eq!(target.whole("/x"), "https://[fd00::1]/x");
        for wrong in [
            "",
            "h",
            "h:80",
            "ftp://h",
            "http://",
            "http://u:p@h",
            "http://h/?a=b",
            "http://h/#a",
            "http://h h",
        ] {
            assert!(Target::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proxy_may_want_a_password() {
        let proxy = Proxy::parse("http://us%40er:p%3Ass@proxy.internal:3128/").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.internal", 3128));
        let shown = proxy.authorization.unwrap();
        assert_eq!(shown.to_str().unwrap(), format!("Basic {}", BASE64.encode(b"us@er:p:ss")));
        assert!(shown.is_sensitive());
        for wrong in ["proxy:3128", "https://proxy", "socks5://proxy", "http://proxy/path"] {
            assert!(Proxy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
