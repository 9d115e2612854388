//! The threads that connections live on.
//!
//! SQLite works in the thread that calls it. A statement takes microseconds and waking another thread takes tens of
//! them, so a whole piece of work goes over in one message. The writer takes what has gathered meanwhile into one
//! transaction: writing and encrypting the pages of a commit costs more than the work itself.

use super::StoreError;
use rusqlite::Connection;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Pieces of work that may wait; more make their callers wait for a place.
const WAITING_MAX: usize = 1024;

/// Pieces of work in one transaction: beyond this they share no more pages, and the first would wait for the last.
const GROUP_MAX: usize = 64;

/// How long a caller waits for a place. Then the disk, or another program, holds everything up.
const PLACE_TIMEOUT: Duration = Duration::from_secs(10);

/// A piece of work on its way.
trait Piece: Send {
    /// Does it; false if nothing of it is to be kept.
    fn run(&mut self, connection: &Connection, path: &Path) -> bool;

    /// Tells the caller how it went. `lost` is why nothing was kept although it was done.
    fn settle(self: Box<Self>, lost: Option<StoreError>);
}

struct Task<W, T, E> {
    work: Option<W>,
    done: Option<Result<T, E>>,
    tell: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Piece for Task<W, T, E>
where
    W: FnOnce(&Connection, &Path) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, connection: &Connection, path: &Path) -> bool {
        let work = self.work.take().expect("run once");
        // A fault in one piece must not take the thread, and with it the store, away from all others.
        let done = std::panic::catch_unwind(AssertUnwindSafe(|| work(connection, path)));
        self.done = done.ok();
        matches!(self.done, Some(Ok(_)))
    }

    fn settle(self: Box<Self>, lost: Option<StoreError>) {
        let Self { done, tell, .. } = *self;
        let done = lost.map(|lost| Err(E::from(lost))).or(done);
        // A caller that went away does not need to know.
        drop(done.map(|done| tell.send(done)));
    }
}

/// A way to a thread, or to several.
pub(super) struct Way {
    path: Arc<PathBuf>,
    sender: Mutex<Option<mpsc::Sender<Box<dyn Piece>>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Way {
    /// Runs a piece of work there: by the writer, kept whole or not at all.
    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&Connection, &Path) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let closed = || E::from(StoreError::Closed { path: self.path.to_path_buf() });
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sender = sender.ok_or_else(closed)?;
        let (tell, told) = oneshot::channel();
        let piece = Box::new(Task { work: Some(work), done: None, tell });
        match sender.send_timeout(piece, PLACE_TIMEOUT).await {
            Ok(()) => told.await.unwrap_or_else(|_| Err(closed())),
            Err(_) => Err(E::from(StoreError::Locked { path: self.path.to_path_buf() })),
        }
    }

    /// Lets what waits be done, and ends.
    pub(super) async fn close(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended {
            drop(ended.await);
        }
    }
}

/// Starts the one connection that writes.
pub(super) fn writer(path: &Path, connection: Connection) -> Way {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let (end, ended) = oneshot::channel();
    let path = Arc::new(path.to_owned());
    let place = Arc::clone(&path);
    std::thread::spawn(move || {
        write(&connection, &place, receiver);
        // What was written goes into the main file, and nothing deleted lives on beside it.
        drop(connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
        drop(connection);
        tell_the_end(end);
    });
    Way { path, sender: Mutex::new(Some(sender)), ended: Mutex::new(Some(ended)) }
}

/// Takes groups of work until no more can come.
fn write(connection: &Connection, path: &Path, mut receiver: mpsc::Receiver<Box<dyn Piece>>) {
    while let Some(first) = receiver.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX {
            match receiver.try_recv() {
                Ok(piece) => group.push(piece),
                Err(_) => break,
            }
        }
        let lost = write_group(connection, path, &mut group).err();
        for piece in group {
            piece.settle(lost.clone());
        }
    }
}

/// Runs a group in one transaction. A piece that does not want to be kept is taken back alone; an error means that
/// nothing of the whole group was kept.
fn write_group(
    connection: &Connection,
    path: &Path,
    group: &mut [Box<dyn Piece>],
) -> Result<(), StoreError> {
    let run = |statements: &str| {
        let done = connection.execute_batch(statements);
        done.map_err(|source| StoreError::new(path, "write to", source))
    };
    let whole = run("BEGIN IMMEDIATE").and_then(|()| {
        for piece in group {
            run("SAVEPOINT piece")?;
            let good = piece.run(connection, path);
            // A full disk makes SQLite roll back by itself, and with this piece all that came before it.
            if connection.is_autocommit() {
                return Err(StoreError::Full { path: path.to_owned() });
            }
            run(if good { "RELEASE piece" } else { "ROLLBACK TO piece; RELEASE piece" })?;
        }
        run("COMMIT")
    });
    if whole.is_err() && !connection.is_autocommit() {
        drop(run("ROLLBACK"));
    }
    whole
}

/// Starts the connections that only read.
pub(super) fn readers(path: &Path, connections: Vec<Connection>) -> Way {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let (end, ended) = oneshot::channel();
    let path = Arc::new(path.to_owned());
    let receiver = Arc::new(Mutex::new(receiver));
    // The last thread to end drops the last part of this.
    let end = Arc::new(EndOfAll(Some(end)));
    for connection in connections {
        let (place, receiver, end) = (Arc::clone(&path), Arc::clone(&receiver), Arc::clone(&end));
        std::thread::spawn(move || {
            while let Some(mut piece) = next(&receiver) {
                piece.run(&connection, &place);
                piece.settle(None);
            }
            drop(connection);
            drop(end);
        });
    }
    Way { path, sender: Mutex::new(Some(sender)), ended: Mutex::new(Some(ended)) }
}

fn next(receiver: &Mutex<mpsc::Receiver<Box<dyn Piece>>>) -> Option<Box<dyn Piece>> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

/// Tells, when it is dropped, that all are gone.
struct EndOfAll(Option<oneshot::Sender<()>>);

impl Drop for EndOfAll {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(tell_the_end);
    }
}

fn tell_the_end(end: oneshot::Sender<()>) {
    // Nobody waits for it when the process simply goes.
    let _ = end.send(());
}
