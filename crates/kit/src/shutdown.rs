//! The end, in order: first say that no more work is wanted, then stop accepting, then let work finish, then go.

use std::fmt;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Starting: not ready yet.
    Starting,
    /// Ready.
    Serving,
    /// `/readyz` answers 503, so that load balancers look elsewhere; requests are still accepted.
    Unready,
    /// No new connection; requests in flight finish.
    Closing,
    /// Requests in flight are given up, and their connections end.
    Over,
}

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the signal to the last accepted connection.
    pub delay: Duration,
    /// From then until requests in flight are given up.
    pub limit: Duration,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every request was answered.
    Drained,
    /// The limit came first.
    TimedOut,
    /// A second signal came first.
    Forced,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drained => "every request was answered",
            Self::TimedOut => "requests were given up at the limit",
            Self::Forced => "requests were given up at the second signal",
        })
    }
}

/// The signals that end a daemon.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to listen for them. Done before anything else, so that a signal during the start is not lost.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next signal; true if it came from a keyboard.
    pub async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => false,
            _ = self.interrupt.recv() => true,
        }
    }

    /// Waits for a signal and carries the stages out. `idle` ends when the last connection is closed.
    pub async fn drain(
        mut self,
        stages: &watch::Sender<Stage>,
        patience: Patience,
        idle: impl Future<Output = ()>,
    ) -> Ending {
        let keyboard = self.next().await;
        stages.send_replace(Stage::Unready);
        tracing::info!("stopping: no longer ready");
        // Somebody who pressed Ctrl-C has no load balancer that must notice first.
        let delay = if keyboard { Duration::ZERO } else { patience.delay };
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = self.next() => return Ending::Forced,
        }
        stages.send_replace(Stage::Closing);
        tracing::info!("stopping: no new connections, requests in flight finish");
        tokio::select! {
            () = idle => Ending::Drained,
            () = tokio::time::sleep(patience.limit) => Ending::TimedOut,
            _ = self.next() => Ending::Forced,
        }
    }
}
