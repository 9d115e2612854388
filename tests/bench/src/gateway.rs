//! The gateway beside a bare proxy and a peer, all before the same fixed model server: requests, streams, memory, and what
//! is left of it after many.

use crate::load::Load;
use crate::server::Server;
use crate::stream::Stream;
use crate::{Given, compare, sample, table};

/// Streams that are open at once.
const STREAMS: usize = 1_000;

/// Streams of which the first word is timed; the median of an odd number is one of them.
const FIRSTS: usize = 61;

/// Requests of a soak, unless it is told otherwise.
const SOAK: usize = 200_000;

/// How many times a soak looks at the memory.
const LOOKS: usize = 20;

/// A chat with a letter of 1 KB, for a model that says how it answers.
fn chat(model: &str, stream: bool) -> String {
    format!(
        "{{\"model\":\"{model}\",\"stream\":{stream},\"messages\":[{{\"role\":\"system\",\"content\":\"Answer briefly.\"}},\
         {{\"role\":\"user\",\"content\":\"{}\"}}]}}",
        sample()
    )
}

/// Prints the table.
pub(crate) fn measure(given: &Given) {
    let mut direct = Server::fake(&given.fake);
    let mut floor = Server::proxy(&given.proxy, &direct);
    let mut ours = Server::gateway("tacitd", &given.tacitd, &direct, "false");
    let mut names = Server::gateway("tacitd, names", &given.tacitd, &direct, "true");
    let mut peer = match &given.redact_gateway {
        Ok(path) => Some(Server::redact_gateway(path, Some(&direct))),
        Err(why) => {
            table::missing("redact-gateway", why);
            None
        }
    };
    table::head();
    for connections in [1, 16, 64] {
        let load = Load::post("/v1/chat/completions", &chat("fast", false), connections);
        let mut servers = vec![&mut ours, &mut floor, &mut direct, &mut names];
        servers.extend(peer.as_mut());
        compare(&format!("chat 1 KB, {connections} connections"), &load, &mut servers);
    }
    let load = Load::post("/v1/chat/completions", &chat("fast", true), 16);
    let mut servers = vec![&mut ours, &mut floor, &mut direct, &mut names];
    compare("chat 1 KB, answer streamed at once, 16 connections", &load, &mut servers);
    for server in [&ours, &floor, &names].into_iter().chain(&peer) {
        table::line("resident after that, MB", &[(server.name, server.resident_mb())]);
    }
    first_words(&mut [&ours, &floor, &direct, &names]);
    crowd(&mut [&ours, &floor]);
}

/// Prints the memory with many streams open, of servers that did nothing before.
pub(crate) fn streams(given: &Given) {
    let direct = Server::fake(&given.fake);
    let floor = Server::proxy(&given.proxy, &direct);
    let ours = Server::gateway("tacitd", &given.tacitd, &direct, "false");
    table::head();
    crowd(&mut [&ours, &floor]);
}

/// The time to the first word of a stream whose words are 20 ms apart, and to its end.
fn first_words(servers: &mut [&Server]) {
    let mut times: Vec<(Vec<f64>, Vec<f64>)> = servers.iter().map(|_| Default::default()).collect();
    for _ in 0..FIRSTS {
        for (server, times) in servers.iter().zip(&mut times) {
            let mut stream = Stream::ask(server, &chat("paced", true));
            times.0.push(stream.until("The "));
            times.1.push(stream.until("[DONE]"));
        }
    }
    for (server, (first, all)) in servers.iter().zip(&mut times) {
        table::line("first word of a stream, ms", &[(server.name, table::median(first))]);
        table::line("its end, ms", &[(server.name, table::median(all))]);
    }
}

/// Memory with many streams open.
fn crowd(servers: &mut [&Server]) {
    for server in servers {
        let body = chat("held", true);
        let mut streams: Vec<_> = (0..STREAMS).map(|_| Stream::ask(server, &body)).collect();
        for stream in &mut streams {
            stream.until("The ");
        }
        table::line("resident with 1,000 open streams, MB", &[(server.name, server.resident_mb())]);
    }
}

/// Asks many times and prints the memory as it goes; half of the answers stream.
pub(crate) fn soak(given: &Given) {
    let requests = std::env::args().nth(2).and_then(|count| count.parse().ok()).unwrap_or(SOAK);
    let direct = Server::fake(&given.fake);
    let mut ours = Server::gateway("tacitd", &given.tacitd, &direct, "false");
    let mut done = 0;
    let mut seen = Vec::new();
    table::soak_head();
    for look in 0..LOOKS {
        let count = requests * (look + 1) / LOOKS - done;
        let load = Load::post("/v1/chat/completions", &chat("fast", look % 2 == 1), 16);
        load.times(&mut ours, count);
        done += count;
        seen.push(ours.resident_mb());
        table::soak(done, ours.resident_mb());
    }
    // What it takes to get going is no drift.
    let settled = seen[LOOKS / 5];
    table::drift(settled, seen[LOOKS - 1]);
}
