//! A stream of a server: how long it takes until something stands in it.

use crate::server::Server;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// No stream of a bench is silent as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that comes.
pub(crate) struct Stream {
    stream: TcpStream,
    asked: Instant,
    /// The end of what was read, in which the next word may have begun.
    read: Vec<u8>,
}

impl Stream {
    /// Sends a chat.
    pub(crate) fn ask(server: &Server, body: &str) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        stream.set_nodelay(true).expect("a TCP stream");
        stream.set_read_timeout(Some(PATIENCE)).expect("a TCP stream");
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).expect("it reads");
        Self { stream, asked, read: Vec::new() }
    }

    /// Reads until this has come, and gives the milliseconds since it was asked.
    pub(crate) fn until(&mut self, wanted: &str) -> f64 {
        let mut buffer = [0; 8 * 1024];
        loop {
            if let Some(at) = memchr::memmem::find(&self.read, wanted.as_bytes()) {
                self.read.drain(..at);
                return self.asked.elapsed().as_secs_f64() * 1e3;
            }
            let count = self.stream.read(&mut buffer).expect("it answers");
            assert!(count > 0, "it ended: {}", String::from_utf8_lossy(&self.read));
            self.read.extend_from_slice(&buffer[..count]);
        }
    }
}
