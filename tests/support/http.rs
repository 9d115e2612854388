//! A plain HTTP/1.1 client: what is asked goes out as it stands, so that a test can also ask what no library would.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// No answer takes as long, also not on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status; 0 when the connection was closed without one.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// Whether the body came to its end.
    pub whole: bool,
}

impl Reply {
    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    port: u16,
}

impl Client {
    /// Connects to this machine.
    ///
    /// # Panics
    /// When nobody listens there.
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream), port }
    }

    /// Sends a request and reads its answer. A host and a length are added where they are missing.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.put(method, path, headers, body);
        self.read(method == "HEAD")
    }

    /// Posts JSON and reads no more of the answer than its head; the rest comes by [`piece`](Self::piece), where it is
    /// sent in pieces.
    pub fn begin(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.put("POST", path, &headers, body.as_bytes());
        self.head()
    }

    fn put(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        let has = |name: &str| headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name));
        if !has("host") {
            head.push_str(&format!("host: 127.0.0.1:{}\r\n", self.port));
        }
        if !has("content-length") && !has("transfer-encoding") && !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        head.push_str("\r\n");
        self.write(head.as_bytes());
        self.write(body);
    }

    /// Sends bytes as they are. That the other side has closed shows when the answer is read.
    pub fn write(&mut self, bytes: &[u8]) {
        drop(self.stream.get_mut().write_all(bytes));
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        drop(self.stream.get_mut().shutdown(std::net::Shutdown::Write));
    }

    /// Reads an answer.
    pub fn read(&mut self, without_body: bool) -> Reply {
        let mut reply = self.head();
        let mut body = Vec::new();
        if reply.header("transfer-encoding").contains("chunked") && !without_body {
            reply.whole = loop {
                match self.piece() {
                    Ok(Some(piece)) => body.extend_from_slice(&piece),
                    ended => break ended.is_ok(),
                }
            };
        } else {
            let length = reply.header("content-length").parse().unwrap_or(0);
            body.resize(if without_body { 0 } else { length }, 0);
            reply.whole = self.stream.read_exact(&mut body).is_ok();
            if !reply.whole {
                body.clear();
            }
        }
        reply.body = String::from_utf8_lossy(&body).into_owned();
        reply
    }

    /// Reads status and headers.
    fn head(&mut self) -> Reply {
        let mut reply = Reply { status: 0, headers: Vec::new(), body: String::new(), whole: false };
        let Some(status) = self.line() else { return reply };
        reply.status = status.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            reply.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        reply
    }

    /// Reads the next piece of a body that is sent in pieces; nothing at its end.
    ///
    /// # Errors
    /// When the connection is closed before the end.
    pub fn piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let length = self.line().ok_or_else(cut)?;
        let length = usize::from_str_radix(&length, 16).map_err(|_| cut())?;
        let mut piece = vec![0; length + 2];
        self.stream.read_exact(&mut piece)?;
        piece.truncate(length);
        Ok((length > 0).then_some(piece))
    }

    /// Waits until the other side closes; false if it says something first.
    pub fn is_closed(&mut self) -> bool {
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}
