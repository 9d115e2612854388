//! A server that is measured: how it is started, how each asks for the same thing, what it uses.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No start takes as long.
const START_MAX: Duration = Duration::from_secs(120);

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    /// Header lines that its requests need.
    pub(crate) headers: String,
    child: Child,
    _place: TempDir,
}

impl Server {
    /// Our own, with nothing logged below a warning, as the peers are.
    pub(crate) fn tacitd(path: &Path) -> Self {
        let port = free_port();
        let mut command = Command::new(path);
        command.args([
            "--log.level",
            "warning",
            "--log.format",
            "json",
            "--api.port",
            &port.to_string(),
        ]);
        Self::start("tacitd", command, port, "/readyz")
    }

    /// Our own before a model server.
    pub(crate) fn gateway(name: &'static str, path: &Path, upstream: &Self, names: &str) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{}", upstream.port);
        let mut command = Command::new(path);
        command.args(["--log.level", "warning", "--log.format", "json", "--infer.url", &url]);
        command.args(["--api.port", &port.to_string(), "--ner.enabled", names]);
        // A thousand streams at once are one of the measurements.
        command.args(["--queue.running", "2000"]);
        Self::start(name, command, port, "/readyz")
    }

    /// The bare server.
    pub(crate) fn floor(path: &Path) -> Self {
        Self::told("floor", Command::new(path))
    }

    /// The fixed model server.
    pub(crate) fn fake(path: &Path) -> Self {
        Self::told("direct", Command::new(path))
    }

    /// The bare proxy before a model server.
    pub(crate) fn proxy(path: &Path, upstream: &Self) -> Self {
        let mut command = Command::new(path);
        command.arg(upstream.port.to_string());
        Self::told("floor", command)
    }

    /// One that tells its port.
    fn told(name: &'static str, mut command: Command) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("it tells its port");
        let port = line.trim().parse().expect("a port");
        Self { name, port, headers: String::new(), child, _place: place }
    }

    /// The nearest rival.
    pub(crate) fn redact_gateway(path: &Path, upstream: Option<&Self>) -> Self {
        let port = free_port();
        let mut command = Command::new(path);
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        if let Some(upstream) = upstream {
            let url = format!("http://127.0.0.1:{}/v1", upstream.port);
            command.args(["--provider-base-url", &url, "--provider-api-key", "none"]);
        }
        command.env("OTEL_SDK_DISABLED", "true").env("RUST_LOG", "warn");
        Self::start("redact-gateway", command, port, "/health")
    }

    /// Presidio's pattern recognizers behind its own HTTP shape; the argument is the script that serves them.
    pub(crate) fn presidio(path: &Path) -> Self {
        let port = free_port();
        let mut command = Command::new(path);
        command.arg(port.to_string());
        Self::start("presidio", command, port, "/health")
    }

    fn start(name: &'static str, mut command: Command, port: u16, ready: &str) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let child = command
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let server = Self { name, port, headers: String::new(), child, _place: place };
        let deadline = Instant::now() + START_MAX;
        while !answers(port, ready) {
            assert!(Instant::now() < deadline, "{name} does not become ready");
        }
        server
    }

    /// Where this server has what we call so.
    pub(crate) fn path_of(&self, path: &'static str) -> &'static str {
        match (self.name, path) {
            ("presidio", "/v1/analyze") => "/analyze",
            _ => path,
        }
    }

    /// How this server wants to be asked the same.
    pub(crate) fn body_of(&self, body: &str) -> String {
        match self.name {
            "presidio" => body.replacen('{', "{\"language\":\"en\",", 1),
            _ => body.to_owned(),
        }
    }

    /// User and system time so far, over all its threads and children.
    pub(crate) fn cpu(&self) -> Duration {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        let rest = stat.rsplit_once(')').expect("a name in brackets").1;
        let ticks: u64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap_or(0))
            .sum();
        Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// Memory that is really there.
    pub(crate) fn resident_mb(&self) -> f64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says so");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// Whether a GET is answered 200.
pub(crate) fn answers(port: u16, path: &str) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let mut status = [0; 12];
    stream.write_all(request.as_bytes()).and_then(|()| stream.read_exact(&mut status)).is_ok()
        && (status.ends_with(b" 200"))
}
