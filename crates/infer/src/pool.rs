//! Connections to one upstream that wait for the next request.

use crate::connection::{First, Second};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};

/// So many wait at most; more are closed after their answer. A burst of streams should not leave its files open.
const IDLE_MAX: usize = 128;

/// One that waited longer is closed. Servers give up after five seconds to a few minutes; what they closed is noticed
/// when it is taken.
const IDLE_PATIENCE: Duration = Duration::from_secs(60);

/// Shared connections to one upstream; more only wait until a place is free.
const SHARED_MAX: usize = 16;

/// See the module.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<Vec<(First, Instant)>>,
    shared: Mutex<Vec<Second>>,
    /// The upstream speaks HTTP/2, so who needs a connection first looks whether somebody is making one.
    second: AtomicBool,
    making: AsyncMutex<()>,
}

impl Pool {
    /// Takes the connection of HTTP/1 that waited least.
    pub(crate) fn take(&self) -> Option<First> {
        loop {
            let taken = lock(&self.idle).pop();
            let (mut first, since) = taken?;
            if since.elapsed() > IDLE_PATIENCE {
                // Those below waited longer.
                drop(std::mem::take(&mut *lock(&self.idle)));
                return None;
            }
            if first.is_alive() {
                return Some(first);
            }
        }
    }

    /// Keeps a connection of HTTP/1 for the next request.
    pub(crate) fn put(&self, first: First) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_MAX {
            idle.push((first, Instant::now()));
        }
    }

    /// Finds a connection of HTTP/2 with room.
    pub(crate) fn share(&self) -> Option<Second> {
        if !self.second.load(Relaxed) {
            return None;
        }
        let mut shared = lock(&self.shared);
        shared.retain(Second::is_alive);
        shared.iter().find(|second| second.has_room()).cloned()
    }

    /// Keeps a connection of HTTP/2 for others.
    pub(crate) fn keep(&self, second: Second) {
        self.second.store(true, Relaxed);
        let mut shared = lock(&self.shared);
        if shared.len() < SHARED_MAX {
            shared.push(second);
        }
    }

    /// Where HTTP/2 is spoken, one at a time makes a connection, so that the others find it.
    pub(crate) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.second.load(Relaxed) { Some(self.making.lock().await) } else { None }
    }

    /// Closes what waited too long, and shared connections beyond the first that nobody uses.
    pub(crate) fn sweep(&self) {
        let mut idle = lock(&self.idle);
        let stale = idle.iter().take_while(|(_, since)| since.elapsed() > IDLE_PATIENCE).count();
        let stale: Vec<_> = idle.drain(..stale).collect();
        drop(idle);
        drop(stale);
        let mut shared = lock(&self.shared);
        let mut kept = 0;
        shared.retain(|second| {
            let keep = second.is_alive() && (kept == 0 || !second.is_idle());
            kept += usize::from(keep);
            keep
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
