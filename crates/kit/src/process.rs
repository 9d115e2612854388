//! What the process uses, as the kernel counts it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::time::Duration;

/// One look at the counters.
#[derive(Debug, Default, Clone, Copy)]
pub struct Usage {
    /// User and system time.
    pub cpu: Duration,
    /// Memory that is really there.
    pub resident_bytes: u64,
    /// Memory that is addressed.
    pub virtual_bytes: u64,
    /// Open file descriptors.
    pub open_files: u64,
    /// How many there may be.
    pub open_files_max: u64,
    /// Seconds since 1970 at which it started.
    pub started: f64,
}

/// Reads the counters; those that the system does not give are zero.
pub fn usage() -> Usage {
    let ticks = rustix::param::clock_ticks_per_second().max(1) as f64;
    let page = rustix::param::page_size() as u64;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may hold anything; what follows the last bracket is regular.
    let fields: Vec<f64> = stat
        .rsplit_once(')')
        .map(|(_, rest)| {
            rest.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect()
        })
        .unwrap_or_default();
    let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0.0);
    Usage {
        cpu: Duration::from_secs_f64((field(14) + field(15)).max(0.0) / ticks),
        virtual_bytes: field(23) as u64,
        resident_bytes: field(24) as u64 * page,
        started: booted() + field(22) / ticks,
        open_files: fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64),
        open_files_max: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
    }
}

/// When the machine started. Two clocks tell it where a sandbox hides `/proc/stat`.
fn booted() -> f64 {
    let seconds = |clock| {
        let now = clock_gettime(clock);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    };
    seconds(ClockId::Realtime) - seconds(ClockId::Boottime)
}

/// Raises the number of files that may be open to what the system allows, and returns it.
pub fn raise_file_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current =
        if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_are_plausible() {
        let usage = usage();
        assert!(usage.resident_bytes > 100_000 && usage.virtual_bytes >= usage.resident_bytes);
        assert!((3..=usage.open_files_max).contains(&usage.open_files), "{usage:?}");
        assert!(usage.started > 1_600_000_000.0);
    }
}
