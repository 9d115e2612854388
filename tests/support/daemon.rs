//! A running tacitd.

use crate::http::Client;
use crate::{Place, Reply, binary, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No start and no end takes as long, also not on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code, if it was not killed.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said about it.
    pub stderr: String,
}

/// A running tacitd. It is killed when this is dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    stdout: Option<JoinHandle<String>>,
    /// Where it listens, the main listener first.
    pub addresses: Vec<String>,
}

impl Daemon {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut command = place.command(&binary("tacitd"), arguments);
        let given = |flag: &str| arguments.iter().any(|argument| argument.starts_with(flag));
        if !given("--log.format") {
            command.args(["--log.format", "json"]);
        }
        if !given("--api.port") {
            command.args(["--api.port", "0"]);
        }
        Self::spawn(command)
    }

    /// Starts a command that becomes tacitd with JSON logs, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready.
    pub fn spawn(command: Command) -> Self {
        let mut daemon = Self::launch(command);
        let line = daemon.wait_for(|line| line["message"] == "serving");
        let addresses = line["addresses"].as_str().unwrap();
        daemon.addresses = addresses.split(' ').map(str::to_owned).collect();
        if daemon.addresses[0].parse::<SocketAddr>().is_ok() {
            until("ready", || daemon.get("/readyz").status == 200);
        }
        daemon
    }

    /// Starts a command and collects what it says, without waiting.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn launch(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        let mut stdout = child.stdout.take().unwrap();
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            drop(stdout.read_to_string(&mut text));
            text
        });
        Self { child, lines, seen: Vec::new(), stdout: Some(stdout), addresses: Vec::new() }
    }

    /// Waits for a log line.
    ///
    /// # Panics
    /// When it ends, or says nothing of the kind in time.
    pub fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("the line never came; it said:\n{}", self.seen.join("\n"));
            };
            self.seen.push(line.clone());
            if let Some(line) = serde_json::from_str(&line).ok().filter(|line| wanted(line)) {
                return line;
            }
        }
    }

    /// The port of the main listener.
    ///
    /// # Panics
    /// When it has none.
    pub fn port(&self) -> u16 {
        self.addresses[0].parse::<SocketAddr>().unwrap().port()
    }

    /// The address of the main listener as this machine reaches it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// A new connection to the main listener.
    ///
    /// # Panics
    /// When it cannot be had.
    pub fn connect(&self) -> Client {
        Client::connect(self.port())
    }

    /// Sends a GET.
    pub fn get(&self, path: &str) -> Reply {
        self.connect().send("GET", path, &[], b"")
    }

    /// Sends a POST with a JSON body.
    pub fn post(&self, path: &str, body: &str) -> Reply {
        self.connect().send("POST", path, &[("content-type", "application/json")], body.as_bytes())
    }

    /// Sends a request with headers.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.connect().send(method, path, headers, body.as_bytes())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `/metrics` holds that line.
    ///
    /// # Panics
    /// When it does not come to hold it in time.
    pub fn until_metrics_say(&self, line: &str) {
        until(line, || self.get("/metrics").body.lines().any(|found| found == line));
    }

    /// The memory that is really there, in KiB.
    ///
    /// # Panics
    /// When it has ended.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When it has ended.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it does not come in time.
    pub fn wait(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        // The log ends when the process does.
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
        let code = self.child.wait().unwrap().code();
        let stdout = self.stdout.take().unwrap().join().unwrap();
        Ended { code, stdout, stderr: self.seen.join("\n") }
    }

    /// Asks it to end as Ctrl-C would, and waits.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn stop(self) -> Ended {
        self.signal(Signal::INT);
        self.wait()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
