//! The floor: a bare hyper server that reads a body and answers it. Nothing that speaks HTTP through hyper can be
//! faster; what tacitd needs above it is what its own work costs.

#![allow(clippy::print_stdout, reason = "it tells its port to whoever started it")]

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.ok().filter(|body| !body.is_empty());
    Ok(Response::new(Full::new(
        body.unwrap_or_else(|| Bytes::from_static(b"{\"status\":\"alive\"}")),
    )))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            drop(connection.serve_connection(TokioIo::new(stream), service_fn(echo)).await);
        });
    }
}
