//! External hosts: what a name leads to decides, at every connection.

use crate::server::{Server, Step, ok, send};
use crate::support::{ask, config, refusal, text, upstream};
use infer::{AskError, BoxFuture, Fleet, Resolve, Upstream};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// Answers from a list, the last entry for ever.
struct Made(Mutex<Vec<Vec<SocketAddr>>>);

impl Resolve for Made {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn fleet(upstream: Upstream, answers: Vec<Vec<SocketAddr>>) -> Fleet {
    let made = Arc::new(Made(Mutex::new(answers)));
    match Fleet::resolving(config([upstream]), made) {
        Ok(fleet) => fleet,
        Err(faults) => panic!("{faults:?}"),
    }
}

/// Documentation's own network (RFC 5737): nobody is there.
fn outside() -> SocketAddr {
    "203.0.113.7:443".parse().unwrap()
}

#[tokio::test]
async fn a_name_that_leads_outside_is_refused() {
    let named = upstream("one", "http://models.test");
    let error = refusal(&fleet(named.clone(), vec![vec![outside()]])).await;
    assert!(matches!(error, AskError::External { .. }), "{error:?}");
    let error = refusal(&fleet(named, vec![vec![]])).await;
    assert!(matches!(error, AskError::Connect { .. }), "no address at all: {error:?}");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_later_is_refused_then() {
    let server = Server::start(|_| vec![send(ok("inside")), Step::Close]).await;
    let inside = server.address;
    let fleet = fleet(upstream("one", "http://models.test"), vec![vec![inside], vec![outside()]]);
    assert_eq!(text(ask(&fleet).await.unwrap()).await, "inside");
    // The server closed the first connection, so there must be another.
    let error = refusal(&fleet).await;
    assert!(matches!(error, AskError::External { .. }), "{error:?}");
}

#[tokio::test]
async fn of_several_addresses_only_those_inside_are_tried() {
    let server = Server::answering(&ok("inside")).await;
    let fleet = fleet(upstream("one", "http://models.test"), vec![vec![outside(), server.address]]);
    assert_eq!(text(ask(&fleet).await.unwrap()).await, "inside");
}

#[tokio::test]
async fn who_may_be_external_may_be_inside_too() {
    let server = Server::answering(&ok("anywhere")).await;
    let anywhere = Upstream { external: true, ..upstream("one", "http://models.test") };
    assert_eq!(
        text(ask(&fleet(anywhere, vec![vec![server.address]])).await.unwrap()).await,
        "anywhere"
    );
}
