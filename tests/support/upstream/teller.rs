//! Sends an answer as its script says: in which writes, and where it stalls or breaks off.

use super::Shared;
use super::script::Script;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a stalled answer listens for its client at a time, before it looks whether it may go on.
const LISTEN: Duration = Duration::from_millis(5);

/// No test waits as long for an answer that stalls.
const STALL_MAX: Duration = Duration::from_secs(120);

/// An answer before it is sent: what of it goes out in one write.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Where a write ends; the last one is the length of the body.
    pub(super) ends: Vec<usize>,
    /// Whether the length is not told in advance.
    pub(super) streams: bool,
}

pub(super) enum Ending {
    /// The next request may come.
    Kept,
    /// The script closes the connection.
    Broken,
}

/// Sends an answer as its script says.
pub(super) struct Teller<'a> {
    stream: &'a TcpStream,
    shared: &'a Shared,
    script: &'a Script,
    /// How much of the body was sent.
    told: usize,
    /// Whether it has stalled already.
    stalled: bool,
}

impl<'a> Teller<'a> {
    pub(super) fn new(stream: &'a TcpStream, shared: &'a Shared, script: &'a Script) -> Self {
        Self { stream, shared, script, told: 0, stalled: false }
    }

    pub(super) fn tell(&mut self, answer: &Answer) -> io::Result<Ending> {
        if self.script.is_silent() {
            self.stall()?;
        }
        let mut head = format!("HTTP/1.1 {} Fake\r\n", answer.status);
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match answer.streams {
            true => head.push_str("transfer-encoding: chunked\r\n\r\n"),
            false => head.push_str(&format!("content-length: {}\r\n\r\n", answer.body.len())),
        }
        self.write_all(head.as_bytes())?;
        for end in &answer.ends {
            while self.told < *end {
                if let Some(ending) = self.write(answer, *end)? {
                    return Ok(ending);
                }
            }
        }
        while self.script.is_flood() && !self.shared.ended.load(Ordering::SeqCst) {
            self.piece(answer.streams, &[b'a'; 16 * 1024])?;
        }
        if answer.streams {
            self.write_all(b"0\r\n\r\n")?;
        }
        Ok(Ending::Kept)
    }

    /// Writes up to `end`, or to where the script stalls or drops.
    fn write(&mut self, answer: &Answer, end: usize) -> io::Result<Option<Ending>> {
        let (stall, drop) = self.script.breaks();
        let stall = stall.filter(|_| !self.stalled);
        let breaks = [stall, drop].into_iter().flatten().filter(|at| *at >= self.told);
        let end = breaks.fold(end, usize::min);
        self.piece(answer.streams, &answer.body[self.told..end])?;
        self.told = end;
        if drop == Some(end) {
            return Ok(Some(Ending::Broken));
        }
        if stall == Some(end) {
            self.stalled = true;
            self.stall()?;
        }
        Ok(None)
    }

    fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stream;
        stream.write_all(bytes)
    }

    fn piece(&self, chunked: bool, bytes: &[u8]) -> io::Result<()> {
        match bytes.len() {
            0 => Ok(()),
            length if chunked => {
                let mut framed = format!("{length:x}\r\n").into_bytes();
                framed.extend_from_slice(bytes);
                framed.extend_from_slice(b"\r\n");
                self.write_all(&framed)
            }
            _ => self.write_all(bytes),
        }
    }

    /// Says nothing until it may go on; an error when the client has closed.
    fn stall(&self) -> io::Result<()> {
        self.shared.stalled.fetch_add(1, Ordering::SeqCst);
        let outcome = self.listen();
        self.shared.stalled.fetch_sub(1, Ordering::SeqCst);
        outcome
    }

    fn listen(&self) -> io::Result<()> {
        self.stream.set_read_timeout(Some(LISTEN))?;
        let deadline = Instant::now() + STALL_MAX;
        while !self.shared.resumed.load(Ordering::SeqCst) && Instant::now() < deadline {
            match self.stream.peek(&mut [0]) {
                Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
                // The next request is there already.
                Ok(_) => std::thread::yield_now(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.stream.set_read_timeout(None)
    }
}
