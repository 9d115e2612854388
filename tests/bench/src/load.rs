//! Load: connections that ask, read the answer, and ask again, for a while. Raw HTTP/1.1 on one thread, so that the
//! client takes as little of the machine as it can.

use crate::server::Server;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long one round asks.
const ROUND: Duration = Duration::from_millis(1500);

/// What is asked, and by how many at once.
pub(crate) struct Load {
    method: &'static str,
    path: &'static str,
    body: String,
    connections: usize,
}

/// One round.
pub(crate) struct Outcome {
    /// Answers per second.
    pub(crate) rate: f64,
    /// The median time to an answer, in microseconds.
    pub(crate) p50: f64,
    /// The time that one in a hundred exceeds.
    pub(crate) p99: f64,
    /// The server's CPU time for each answer, in microseconds.
    pub(crate) cpu: f64,
}

impl Load {
    /// Asks for a page.
    pub(crate) fn get(path: &'static str, connections: usize) -> Self {
        Self { method: "GET", path, body: String::new(), connections }
    }

    /// Sends JSON.
    pub(crate) fn post(path: &'static str, body: &str, connections: usize) -> Self {
        Self { method: "POST", path, body: body.to_owned(), connections }
    }

    /// Asks for one round.
    pub(crate) fn run(&self, server: &mut Server) -> Outcome {
        self.until(server, Until::Over(ROUND))
    }

    /// Asks so many times.
    pub(crate) fn times(&self, server: &mut Server, count: usize) -> Outcome {
        self.until(server, Until::Asked(count.div_ceil(self.connections)))
    }

    fn until(&self, server: &mut Server, until: Until) -> Outcome {
        let path = server.path_of(self.path);
        let body = server.body_of(&self.body);
        let length = body.len();
        let head = format!(
            "{} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{}\r\n",
            self.method, server.headers,
        );
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let before = server.cpu();
        let started = Instant::now();
        let times = runtime.block_on(async {
            let ask = |_| tokio::spawn(ask(server.port, request.clone(), until));
            let tasks: Vec<_> = (0..self.connections).map(ask).collect();
            let mut times = Vec::new();
            for task in tasks {
                times.extend(task.await.expect("a connection that asks"));
            }
            times
        });
        let elapsed = started.elapsed().as_secs_f64();
        let cpu = server.cpu() - before;
        outcome(times, elapsed, cpu)
    }
}

/// When a connection asks no more.
#[derive(Clone, Copy)]
enum Until {
    /// After so long.
    Over(Duration),
    /// After so many answers.
    Asked(usize),
}

fn outcome(mut times: Vec<u32>, elapsed: f64, cpu: Duration) -> Outcome {
    times.sort_unstable();
    let at = |share: f64| f64::from(times[((times.len() - 1) as f64 * share) as usize]) / 1e3;
    let count = times.len() as f64;
    Outcome {
        rate: count / elapsed,
        p50: at(0.5),
        p99: at(0.99),
        cpu: cpu.as_secs_f64() * 1e6 / count,
    }
}

/// Asks again and again; gives the nanoseconds that each answer took.
async fn ask(port: u16, request: Vec<u8>, until: Until) -> Vec<u32> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP stream");
    let mut times = Vec::with_capacity(100_000);
    let mut buffer = Vec::with_capacity(64 * 1024);
    loop {
        let started = Instant::now();
        let enough = match until {
            Until::Over(round) => started - begun >= round && !times.is_empty(),
            Until::Asked(count) => times.len() >= count,
        };
        if enough {
            return times;
        }
        stream.write_all(&request).await.expect("the server reads");
        buffer.clear();
        let whole = loop {
            let read = stream.read_buf(&mut buffer).await.expect("the server answers");
            assert!(read > 0, "the server closed: {}", String::from_utf8_lossy(&buffer));
            if let Some(whole) = length(&buffer).filter(|whole| *whole <= buffer.len()) {
                break whole;
            }
        };
        assert!(
            buffer.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&buffer[..whole])
        );
        times.push(u32::try_from(started.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
}

/// The length of head and body, once the head is there and the body, if nothing tells its length.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    match value {
        Some(body) => Some(head + body),
        // It comes in pieces, and is there when the last one is.
        None => bytes.ends_with(b"0\r\n\r\n").then_some(bytes.len()),
    }
}
