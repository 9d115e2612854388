//! Ways to a server: TLS, proxies, and descriptions that cannot be used.

use crate::server::{DEADLINE, Server, answer, ok};
use crate::support::{ask, config, fleet, refusal, text, upstream};
use http::HeaderValue;
use infer::{AskError, Fleet, Upstream};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// An authority of our own: its certificate in a file, and what accepts as somebody whom it vouches for.
pub(crate) fn authority(dir: &Path, alpn: &[&[u8]]) -> (std::path::PathBuf, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).unwrap();
    let path = dir.join("ca.pem");
    std::fs::write(&path, ca.pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    (path, TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn an_authority_from_a_file_is_trusted_and_a_stranger_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (ca, tls) = authority(dir.path(), &[]);
    let server = Server::over(Some(tls), |_| vec![crate::server::send(ok("sealed"))]).await;
    let url = format!("https://localhost:{}", server.address.port());
    let known = Upstream { ca: Some(ca), ..upstream("one", &url) };
    let fleet_known = fleet(config([known]));
    for _ in 0..2 {
        assert_eq!(text(ask(&fleet_known).await.unwrap()).await, "sealed");
    }
    let elsewhere = dir.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let (other, _) = authority(&elsewhere, &[]);
    let stranger = Upstream { ca: Some(other), ..upstream("one", &url) };
    let error = refusal(&fleet(config([stranger]))).await;
    assert!(matches!(error, AskError::Connect { .. }), "{error:?}");
    assert_eq!(server.seen().len(), 2);
}

/// A proxy that makes ways; says which, and what it was shown.
async fn proxy() -> (std::net::SocketAddr, Arc<std::sync::Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let to = head.split(' ').nth(1).unwrap().to_owned();
                let is_welcome = head.contains("Proxy-Authorization: Basic dTpw\r\n");
                log.lock().unwrap().push(head);
                if !is_welcome {
                    let refusal = answer("407 Proxy Authentication Required", "", "");
                    return stream.write_all(refusal.as_bytes()).await.unwrap();
                }
                let mut behind = TcpStream::connect(to).await.unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let both = copy_bidirectional(&mut stream, &mut behind);
                drop(tokio::time::timeout(DEADLINE, both).await);
            });
        }
    });
    (address, heads)
}

#[tokio::test]
async fn tls_goes_through_a_proxy_that_sees_only_where_to() {
    let dir = tempfile::tempdir().unwrap();
    let (ca, tls) = authority(dir.path(), &[]);
    let server = Server::over(Some(tls), |_| vec![crate::server::send(ok("sealed"))]).await;
    let (address, heads) = proxy().await;
    let by = |who: &str| {
        let proxy = Some(format!("http://{who}{address}"));
        let upstream = upstream("one", &format!("https://{}", server.address));
        fleet(config([Upstream { ca: Some(ca.clone()), proxy, ..upstream }]))
    };
    assert_eq!(text(ask(&by("u:p@")).await.unwrap()).await, "sealed");
    assert!(
        heads.lock().unwrap()[0].starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.address))
    );
    assert_eq!(server.seen()[0].header("proxy-authorization"), None);
    assert!(matches!(refusal(&by("")).await, AskError::Connect { .. }));
}

#[tokio::test]
async fn without_tls_a_proxy_is_told_the_whole_address() {
    // What a proxy would answer, it answers itself.
    let proxy = Server::answering(&ok("through")).await;
    let by = Some(format!("http://u:p@{}", proxy.address));
    let fleet =
        fleet(config([Upstream { proxy: by, ..upstream("one", "http://10.1.2.3:8080/v1") }]));
    assert_eq!(text(ask(&fleet).await.unwrap()).await, "through");
    let seen = &proxy.seen()[0];
    assert_eq!(seen.line, "POST http://10.1.2.3:8080/v1/chat/completions HTTP/1.1");
    assert_eq!(seen.header("host"), Some("10.1.2.3:8080"));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dTpw"));
}

#[tokio::test]
async fn every_description_that_cannot_be_used_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let wrong = |name: &str, url: &str| upstream(name, url);
    let header = vec![("content-length".parse().unwrap(), HeaderValue::from_static("1"))];
    let upstreams = [
        wrong("a", "ftp://h"),
        Upstream { proxy: Some("socks5://h".to_owned()), ..wrong("b", "http://h") },
        Upstream { proxy: Some("http://proxy:3128".to_owned()), ..wrong("c", "http://h") },
        Upstream { ca: Some(empty), ..wrong("d", "https://h") },
        Upstream { headers: header, ..wrong("e", "http://h") },
        Upstream { key: Some("line\nbreak".into()), ..wrong("f", "http://h") },
        wrong("f", "http://h"),
        wrong("g", "http://203.0.113.7"),
    ];
    let Err(faults) = Fleet::new(config(upstreams)) else { panic!("they were all taken") };
    let told: Vec<_> = faults.iter().map(|fault| (fault.upstream(), fault.key())).collect();
    assert_eq!(
        told,
        [
            ("a", "url"),
            ("b", "proxy"),
            ("c", "external"),
            ("d", "ca"),
            ("e", "headers"),
            ("f", "api_key"),
            ("f", "name"),
            ("g", "external"),
        ]
    );
    assert!(!format!("{faults:?}").contains("break"), "a key is not repeated");
}
