//! Builds nothing and installs nothing: `tests/bench/run` does that. Measures what it is given, in rounds that take
//! turns, so that a machine that is busy for a while is busy for everybody, and prints medians and ratios.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench is a table")]

mod gateway;
mod load;
mod server;
mod start;
mod stream;
mod table;

use load::{Load, Outcome};
use server::Server;
use std::path::PathBuf;
use std::process::ExitCode;

/// Rounds of each measurement; the median of an odd number is one of them.
const ROUNDS: usize = 7;

/// What `tests/bench/run` hands over.
struct Given {
    tacitd: PathBuf,
    floor: PathBuf,
    /// A bare reverse proxy, and the model server that it stands before.
    proxy: PathBuf,
    fake: PathBuf,
    /// Peers that could be installed, and those that could not, with the reason.
    redact_gateway: Result<PathBuf, String>,
    presidio: Result<PathBuf, String>,
}

impl Given {
    fn from_env() -> Option<Self> {
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let peer = |name: &str| {
            let why = std::env::var(format!("{name}_MISSING"))
                .unwrap_or_else(|_| "not asked for".to_owned());
            path(name).ok_or(why)
        };
        Some(Self {
            tacitd: path("BENCH_TACITD")?,
            floor: path("BENCH_FLOOR")?,
            proxy: path("BENCH_PROXY")?,
            fake: path("BENCH_FAKE")?,
            redact_gateway: peer("BENCH_REDACT_GATEWAY"),
            presidio: peer("BENCH_PRESIDIO"),
        })
    }
}

fn main() -> ExitCode {
    let Some(given) = Given::from_env() else {
        eprintln!("bench: start it by tests/bench/run, which builds what is measured");
        return ExitCode::from(2);
    };
    match std::env::args().nth(1).as_deref() {
        None => daemon(&given),
        Some("gateway") => gateway::measure(&given),
        Some("streams") => gateway::streams(&given),
        Some("soak") => gateway::soak(&given),
        Some(_) => {
            eprintln!("bench: knows the parts gateway, streams and soak");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// What needs no model server.
fn daemon(given: &Given) {
    table::head();
    start::measure(&given.tacitd);
    let mut ours = Server::tacitd(&given.tacitd);
    let mut floor = Server::floor(&given.floor);
    table::line(
        "idle resident memory, MB",
        &[("tacitd", ours.resident_mb()), ("floor", floor.resident_mb())],
    );
    for connections in [1, 64] {
        let livez = Load::get("/livez", connections);
        compare(
            &format!("/livez, {connections} connections"),
            &livez,
            &mut [&mut ours, &mut floor],
        );
    }
    let text = sample();
    let body = format!("{{\"text\":\"{text}\"}}");
    for connections in [1, 16] {
        let redact = Load::post("/v1/redact", &body, connections);
        compare(
            &format!("/v1/redact 1 KB, {connections} connections"),
            &redact,
            &mut [&mut ours, &mut floor],
        );
        let analyze = Load::post("/v1/analyze", &body, connections);
        compare(
            &format!("/v1/analyze 1 KB, {connections} connections"),
            &analyze,
            &mut [&mut ours, &mut floor],
        );
    }
    peers(given, &body, &mut ours);
}

/// The same 1 KB to the peers that are there, each beside us.
fn peers(given: &Given, body: &str, ours: &mut Server) {
    match &given.redact_gateway {
        Err(why) => table::missing("redact-gateway", why),
        Ok(path) => {
            let mut peer = Server::redact_gateway(path, None);
            let redact = Load::post("/v1/redact", body, 16);
            compare(
                "peer redact-gateway, /v1/redact 1 KB, 16 connections",
                &redact,
                &mut [ours, &mut peer],
            );
        }
    }
    match &given.presidio {
        Err(why) => table::missing("presidio", why),
        Ok(path) => {
            let mut peer = Server::presidio(path);
            let analyze = Load::post("/v1/analyze", body, 4);
            compare(
                "peer Presidio (patterns), analyze 1 KB, 4 connections",
                &analyze,
                &mut [ours, &mut peer],
            );
        }
    }
}

/// Measures the servers in turns, and prints the first against each other one.
fn compare(what: &str, load: &Load, servers: &mut [&mut Server]) {
    let mut outcomes: Vec<Vec<Outcome>> = servers.iter().map(|_| Vec::new()).collect();
    for round in 0..=ROUNDS {
        for (server, outcomes) in servers.iter_mut().zip(&mut outcomes) {
            let outcome = load.run(server);
            // The first round fills caches and connections; it is not counted.
            if round > 0 {
                outcomes.push(outcome);
            }
        }
    }
    let named: Vec<_> = servers.iter().map(|server| server.name).zip(&outcomes).collect();
    table::compare(what, &named);
}

/// One KB of a letter with an item of personal data in every other line; synthetic, with valid check digits.
fn sample() -> String {
    let lines = [
        "The committee approved the quarterly budget after a long discussion about scope.",
        "Please write to ana.lopez@mail.example.org or call +34 612 345 678 before noon.",
        "The operations lead renewed the vendor list and sent a short note to everyone.",
        "The refund goes to IBAN ES91 2100 0418 4502 0005 1332 within ten working days.",
        "Order 3892320 shipped in 2 boxes and arrived on time at the regional office.",
        "The applicant's DNI is 12345678Z and her SSN is 123-45-6789 according to the form.",
        "A new engineer reviewed the deployment plan without asking the finance department.",
        "We charged card 4111 1111 1111 1111 and confirmed by mail to bea@example.com.",
        "Nothing else in this letter concerns anybody, which is what most letters are like.",
        "Management questioned the schedule before the holidays and asked for another one.",
        "The landlord moved the lease agreement and sent a short note to everyone there.",
        "Ticket 759857 was merged into 246770 yesterday, and the tests passed afterwards.",
        "The team met the deadline.",
    ];
    lines.join(" ")
}
