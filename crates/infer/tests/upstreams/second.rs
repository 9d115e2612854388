//! HTTP/2: shared connections, agreed on by TLS or by configuration.

use crate::server::DEADLINE;
use crate::support::{ask, config, fleet, outcomes, text, upstream};
use crate::ways::authority;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Request, Response, Version};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use infer::Upstream;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server saw.
#[derive(Default)]
struct Log {
    connections: AtomicUsize,
    requests: AtomicUsize,
    gone: AtomicUsize,
}

/// Tells when it is dropped: the stream was reset.
struct Gone(Arc<Log>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.gone.fetch_add(1, SeqCst);
    }
}

/// Answers with one piece, and then nothing more.
async fn begin(
    request: Request<Incoming>,
    log: Arc<Log>,
) -> Result<Response<http_body_util::combinators::UnsyncBoxBody<Bytes, Infallible>>, Infallible> {
    assert_eq!(request.version(), Version::HTTP_2);
    let authority = request.uri().authority().unwrap().to_string();
    log.requests.fetch_add(1, SeqCst);
    let whole = request.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(whole, r#"{"model":"m"}"#);
    let gone = Gone(log);
    let first = stream::once(async move { Ok(Frame::data(Bytes::from(authority))) });
    let never = stream::pending().inspect(move |_| {
        let _ = &gone;
    });
    Ok(Response::new(StreamBody::new(first.chain(never)).boxed_unsync()))
}

async fn serve(tls: Option<TlsAcceptor>) -> (SocketAddr, Arc<Log>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let log = Arc::new(Log::default());
    let shared = Arc::clone(&log);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            shared.connections.fetch_add(1, SeqCst);
            let (tls, log) = (tls.clone(), Arc::clone(&shared));
            tokio::spawn(async move {
                let service = service_fn(move |request| begin(request, Arc::clone(&log)));
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                match tls {
                    None => drop(http.serve_connection(TokioIo::new(stream), service).await),
                    Some(tls) => {
                        let stream = TokioIo::new(tls.accept(stream).await.unwrap());
                        drop(http.serve_connection(stream, service).await);
                    }
                }
            });
        }
    });
    (address, log)
}

async fn many_share_a_connection(upstream: Upstream, authority: &str, log: &Log) {
    let fleet = fleet(config([upstream]));
    let mut replies = Vec::new();
    for _ in 0..20 {
        let mut reply = ask(&fleet).await.unwrap();
        assert_eq!(reply.body.next().await.unwrap().unwrap(), authority);
        replies.push(reply);
    }
    assert_eq!((log.requests.load(SeqCst), log.connections.load(SeqCst)), (20, 1));
    assert_eq!(fleet.states()[0].in_flight, 20);
    // One goes away: its stream ends, and the others go on.
    drop(replies.pop());
    let gone = async {
        while log.gone.load(SeqCst) < 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.expect("the stream was not reset");
    assert!(replies[0].body.next().now_or_never().is_none(), "this one still waits");
    assert_eq!((log.gone.load(SeqCst), log.connections.load(SeqCst)), (1, 1));
    assert_eq!(outcomes(&fleet, 0), [("cancelled", 1)]);
}

#[tokio::test]
async fn answers_share_a_connection_in_the_clear_where_the_configuration_says_so() {
    let (address, log) = serve(None).await;
    let clear = Upstream { http2: true, ..upstream("one", &format!("http://{address}")) };
    many_share_a_connection(clear, &address.to_string(), &log).await;
}

#[tokio::test]
async fn answers_share_a_connection_where_tls_agrees_on_it() {
    let dir = tempfile::tempdir().unwrap();
    let (ca, tls) = authority(dir.path(), &[b"h2", b"http/1.1"]);
    let (address, log) = serve(Some(tls)).await;
    let url = format!("https://localhost:{}", address.port());
    let sealed = Upstream { ca: Some(ca), ..upstream("one", &url) };
    many_share_a_connection(sealed, &format!("localhost:{}", address.port()), &log).await;
}

#[tokio::test]
async fn a_shared_connection_that_ended_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let service = service_fn(|request: Request<Incoming>| async move {
                    drop(request.into_body().collect().await);
                    let whole = http_body_util::Full::new(Bytes::from_static(b"whole"));
                    Ok::<_, Infallible>(Response::new(whole))
                });
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let mut connection =
                    std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
                // Says goodbye with the first answer.
                connection.as_mut().graceful_shutdown();
                drop(connection.await);
            });
        }
    });
    let clear = Upstream { http2: true, ..upstream("one", &format!("http://{address}")) };
    let fleet = fleet(config([clear]));
    for _ in 0..5 {
        let reply = ask(&fleet).await.unwrap();
        assert_eq!((reply.attempts, text(reply).await.as_str()), (1, "whole"));
    }
}

#[tokio::test]
async fn answers_that_nobody_reads_leave_the_others_their_way() {
    const UNREAD: usize = 99;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let log = Arc::new(Log::default());
    let shared = Arc::clone(&log);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            shared.connections.fetch_add(1, SeqCst);
            let log = Arc::clone(&shared);
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let is_flood = log.requests.fetch_add(1, SeqCst) < UNREAD;
                    async move {
                        drop(request.into_body().collect().await);
                        let piece = Bytes::from(vec![b'x'; 8 * 1024]);
                        let pieces = if is_flood { usize::MAX } else { 64 };
                        let pieces = stream::repeat(piece)
                            .take(pieces)
                            .map(Frame::data)
                            .map(Ok::<_, Infallible>);
                        let body = StreamBody::new(pieces);
                        Ok::<_, Infallible>(Response::new(body))
                    }
                });
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                drop(http.serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    let clear = Upstream { http2: true, ..upstream("one", &format!("http://{address}")) };
    let fleet = fleet(config([clear]));
    let mut unread = Vec::new();
    for _ in 0..UNREAD {
        unread.push(ask(&fleet).await.unwrap());
    }
    let whole = text(ask(&fleet).await.unwrap());
    let whole = tokio::time::timeout(DEADLINE, whole).await.expect("the others are in its way");
    assert_eq!(whole.len(), 64 * 8 * 1024);
    assert_eq!((log.connections.load(SeqCst), unread.len()), (1, UNREAD));
}
