//! A tacitd before a fake model server, asked as clients ask it.

use crate::{Client, Daemon, Dialect, Place, Reply, Script, Told, Upstream};
use serde_json::Value;

/// Both of them. The upstream is told to tacitd three times, once for each protocol, so that every dialect has somebody
/// who speaks it.
#[derive(Debug)]
pub struct Gateway {
    /// The daemon.
    pub daemon: Daemon,
    /// Its folder.
    pub place: Place,
    /// Who answers.
    pub upstream: Upstream,
}

/// What makes an upstream of that address known to tacitd, with further lines for each protocol.
pub fn tables(url: &str, more: &str) -> String {
    // Some speak more than their own dialects; those who speak them natively come first.
    let table = |(priority, protocol): (u32, &str)| {
        format!(
            "[[upstream]]\nname = \"{protocol}\"\nurl = \"{url}\"\nprotocol = \"{protocol}\"\n\
             priority = {priority}\n\
             models = [\"fake-large\", \"fake-small\", \"*\"]\n{more}\n"
        )
    };
    [(1, "openai"), (2, "anthropic"), (3, "ollama")].map(table).concat()
}

impl Gateway {
    /// Starts both.
    pub fn start(script: Script) -> Self {
        Self::with(Place::new(), script, &[])
    }

    /// Starts both with a folder that has files in it already, and with arguments.
    pub fn with(place: Place, script: Script, arguments: &[&str]) -> Self {
        let upstream = Upstream::answering(script);
        place.write("tacit.toml", &tables(&upstream.url(), ""));
        let daemon = place.serve(arguments);
        Self { daemon, place, upstream }
    }

    /// Asks in a dialect.
    pub fn ask(&self, dialect: Dialect, body: &Value) -> Reply {
        self.daemon.post(dialect.path(), &body.to_string())
    }

    /// Asks with headers.
    pub fn ask_with(&self, dialect: Dialect, headers: &[(&str, &str)], body: &Value) -> Reply {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.daemon.send("POST", dialect.path(), &headers, &body.to_string())
    }

    /// Asks, and gives what was said.
    ///
    /// # Panics
    /// When that was no answer.
    pub fn told(&self, dialect: Dialect, body: &Value) -> Told {
        told(dialect, &self.ask(dialect, body))
    }

    /// Asks, and reads no more than the head of the answer.
    pub fn begin(&self, dialect: Dialect, body: &Value) -> (Client, Reply) {
        let mut client = self.daemon.connect();
        let reply = client.begin(dialect.path(), &[], &body.to_string());
        (client, reply)
    }
}

/// What an answer said, whole or streamed.
///
/// # Panics
/// When it was no answer.
pub fn told(dialect: Dialect, reply: &Reply) -> Told {
    assert!(reply.status == 200 && reply.whole, "{dialect:?} {reply:?}");
    match reply.header("content-type") {
        kind if kind.starts_with("application/json") => Told::whole(dialect, &reply.json()),
        _ => Told::stream(dialect, &reply.body),
    }
}
