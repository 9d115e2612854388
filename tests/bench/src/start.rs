//! From nothing to ready: the process is started, and asked until `/readyz` says 200.

use crate::server::{answers, free_port};
use crate::table;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Starts; the median of an odd number is one of them.
const STARTS: usize = 21;

/// Measures the first start (keys and store are made) and later ones, and the size of the program.
pub(crate) fn measure(tacitd: &Path) {
    let size = std::fs::metadata(tacitd).map_or(0.0, |found| found.len() as f64 / 1e6);
    table::line("size of the program, MB", &[("tacitd", size)]);
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut first: Vec<f64> = (0..STARTS)
        .map(|_| {
            let fresh = tempfile::tempdir().expect("a temporary folder");
            start(tacitd, fresh.path())
        })
        .collect();
    let mut again: Vec<f64> = (0..STARTS).map(|_| start(tacitd, place.path())).collect();
    table::line("first start to ready, ms", &[("tacitd", table::median(&mut first))]);
    table::line("later start to ready, ms", &[("tacitd", table::median(&mut again))]);
}

fn start(tacitd: &Path, place: &Path) -> f64 {
    let port = free_port();
    let mut command = Command::new(tacitd);
    command.args(["--log.level", "off", "--log.format", "json", "--api.port", &port.to_string()]);
    let started = Instant::now();
    let child = command.current_dir(place).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("tacitd starts");
    while !answers(port, "/readyz") {}
    let elapsed = started.elapsed().as_secs_f64() * 1e3;
    drop(child.kill());
    drop(child.wait());
    elapsed
}
