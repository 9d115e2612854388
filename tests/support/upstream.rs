//! A fake model server: OpenAI's, Anthropic's and Ollama's routes on a free port, on threads of its own. It keeps what
//! was asked, word for word, and answers by a [`Script`]: what is said, how it is cut, and where it breaks.
//!
//! It speaks no better HTTP than it must: HTTP/1.1, kept alive, bodies by length or chunked. All of it ends on drop.

mod dialect;
mod events;
mod script;
mod speech;
mod teller;
mod whole;

pub use dialect::Dialect;
pub use script::{Cut, Script};

use teller::{Ending, Teller};

use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// More connections at once than any test makes.
const CONNECTIONS_MAX: usize = 4_096;

/// A longer head than any client sends.
const HEAD_BYTES_MAX: u64 = 256 * 1024;

/// The largest prompt of a test is 50 MB.
const BODY_BYTES_MAX: usize = 128 << 20;

/// Requests that are kept to be looked at; the oldest go first.
const ASKED_MAX: usize = 10_000;

/// What a thread of a connection needs; a thousand of them must fit.
const STACK_BYTES: usize = 256 * 1024;

/// What a client sent.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Asked {
    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the threads share.
#[derive(Debug, Default)]
struct Shared {
    script: Mutex<Script>,
    next: Mutex<VecDeque<Script>>,
    models: Mutex<HashMap<String, Script>>,
    asked: Mutex<VecDeque<Asked>>,
    streams: Mutex<HashMap<u64, TcpStream>>,
    connected: AtomicU64,
    gone: AtomicUsize,
    stalled: AtomicUsize,
    resumed: AtomicBool,
    ended: AtomicBool,
}

/// A running fake. It ends when this is dropped.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Upstream {
    /// Starts one that says the last text of the user again.
    pub fn start() -> Self {
        Self::answering(Script::echo())
    }

    /// Starts one that answers every request so.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn answering(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { script: Mutex::new(script), ..Shared::default() });
        let accepting = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || accept(&listener, &shared))
        };
        Self { address, shared, accepting: Some(accepting) }
    }

    /// Answers so from now on.
    ///
    /// # Panics
    /// When a thread of it has.
    pub fn answer(&self, script: Script) {
        *self.shared.script.lock().unwrap() = script;
    }

    /// Answers the next requests for a model's answer so, one after another, before anything else.
    ///
    /// # Panics
    /// When a thread of it has.
    pub fn first(&self, scripts: impl IntoIterator<Item = Script>) {
        self.shared.next.lock().unwrap().extend(scripts);
    }

    /// Answers so whenever this model is asked.
    ///
    /// # Panics
    /// When a thread of it has.
    pub fn when(&self, model: &str, script: Script) {
        self.shared.models.lock().unwrap().insert(model.to_owned(), script);
    }

    /// Where it is, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What was asked of a model so far; lists of models and the like are not among it.
    ///
    /// # Panics
    /// When a thread of it has.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().iter().cloned().collect()
    }

    /// The newest request.
    ///
    /// # Panics
    /// When there was none.
    pub fn last(&self) -> Asked {
        self.shared.asked.lock().unwrap().back().cloned().expect("something was asked")
    }

    /// How many connections were closed by the client while an answer was under way.
    pub fn gone(&self) -> usize {
        self.shared.gone.load(Ordering::SeqCst)
    }

    /// How many answers wait where their script stalls.
    pub fn stalled(&self) -> usize {
        self.shared.stalled.load(Ordering::SeqCst)
    }

    /// How many connections were made so far.
    pub fn connected(&self) -> u64 {
        self.shared.connected.load(Ordering::SeqCst)
    }

    /// Lets stalled answers go on, these and those to come.
    pub fn resume(&self) {
        self.shared.resumed.store(true, Ordering::SeqCst);
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // It waits for a connection, so it is given one.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
        if let Ok(streams) = self.shared.streams.lock() {
            streams.values().for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let number = shared.connected.fetch_add(1, Ordering::SeqCst);
        let Ok(kept) = stream.try_clone() else { continue };
        let mut streams = shared.streams.lock().unwrap();
        if streams.len() >= CONNECTIONS_MAX {
            continue;
        }
        streams.insert(number, kept);
        drop(streams);
        let theirs = Arc::clone(shared);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let spawned = thread.spawn(move || {
            drop(converse(&stream, &theirs));
            drop(stream.shutdown(Shutdown::Both));
            theirs.streams.lock().unwrap().remove(&number);
        });
        drop(spawned);
    }
}

/// Answers one request after another, until the client closes or a script does.
fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(asked) = read(&mut reader)? {
        let Some(dialect) = dialect::route(&asked) else {
            let (status, body) = dialect::aside(&asked);
            write_whole(stream, status, body.as_bytes())?;
            continue;
        };
        let body = serde_json::from_slice(&asked.body).unwrap_or_default();
        let script = choose(shared, &body);
        let answer = speech::answer(dialect, &body, asked.body.len(), &script);
        remember(shared, asked);
        match Teller::new(stream, shared, &script).tell(&answer) {
            Ok(Ending::Kept) => {}
            Ok(Ending::Broken) => return Ok(()),
            Err(error) => {
                shared.gone.fetch_add(1, Ordering::SeqCst);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The script of this request: the next in turn, that of its model, or the one for everything.
fn choose(shared: &Shared, body: &Value) -> Script {
    let next = shared.next.lock().unwrap().pop_front();
    let of_model = || {
        let model = body["model"].as_str().unwrap_or_default();
        shared.models.lock().unwrap().get(model).cloned()
    };
    next.or_else(of_model).unwrap_or_else(|| shared.script.lock().unwrap().clone())
}

fn remember(shared: &Shared, asked: Asked) {
    let mut all = shared.asked.lock().unwrap();
    if all.len() == ASKED_MAX {
        all.pop_front();
    }
    all.push_back(asked);
}

/// Reads a request; nothing when the client has closed.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.by_ref().take(HEAD_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut asked = Asked { method, path, headers, body: Vec::new() };
    if asked.header("transfer-encoding").contains("chunked") {
        while read_chunk(reader, &mut asked.body)? {}
    } else {
        let length = asked.header("content-length").parse::<usize>().unwrap_or(0);
        read_more(reader, &mut asked.body, length)?;
    }
    Ok(Some(asked))
}

fn read_chunk(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> io::Result<bool> {
    let mut line = String::new();
    reader.by_ref().take(HEAD_BYTES_MAX).read_line(&mut line)?;
    let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
    read_more(reader, body, length)?;
    line.clear();
    reader.by_ref().take(HEAD_BYTES_MAX).read_line(&mut line)?;
    Ok(length > 0)
}

fn read_more(reader: &mut impl Read, body: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let start = body.len();
    if start.saturating_add(length) > BODY_BYTES_MAX {
        return Err(io::Error::other("more than any test sends"));
    }
    body.resize(start + length, 0);
    reader.read_exact(&mut body[start..])
}

fn write_whole(mut stream: &TcpStream, status: u16, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Fake\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat())
}
