//! Places for requests that ask a model: so many at once, the others wait. Among keys that wait, each gets its turn;
//! within a key, who came first. A place goes from hand to hand: it is free only when nobody waits. When too many wait, the
//! key that has most of them loses its last, so that one key never keeps the others out of the line.
//!
//! A waiting request that is dropped leaves the line, and a place that is handed to it meanwhile goes on to the next.

use prometheus_client::metrics::gauge::Gauge;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How many, and how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Requests that hold a place at once.
    pub(super) running_max: usize,
    /// Requests that wait for one.
    pub(super) waiting_max: usize,
    /// How long one waits.
    pub(super) timeout: Duration,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// Too many wait already.
    Full,
    /// It took too long.
    Late,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Queue {
    bounds: Bounds,
    /// How many wait, for whoever wants to see it.
    shown: Gauge,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    waiting: usize,
    count: u64,
    /// What waits, by key. A lane is there as long as something waits in it.
    lanes: HashMap<Arc<str>, VecDeque<Waiter>>,
    /// The lanes in the order of their turns.
    turns: VecDeque<Arc<str>>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    tell: oneshot::Sender<Place>,
}

/// A place; dropped, it goes to who is next.
#[derive(Debug)]
pub(super) struct Place(Option<Arc<Queue>>);

impl Queue {
    /// Opens it.
    pub(super) fn new(bounds: Bounds, shown: Gauge) -> Self {
        Self { bounds, shown, state: Mutex::default() }
    }

    /// Takes a place, or waits for one.
    pub(super) async fn enter(self: &Arc<Self>, who: &str) -> Result<Place, NoPlace> {
        let (number, told) = {
            let mut state = self.state();
            if state.running < self.bounds.running_max {
                state.running += 1;
                return Ok(Place(Some(Arc::clone(self))));
            }
            if state.waiting >= self.bounds.waiting_max && !state.make_room(who) {
                return Err(NoPlace::Full);
            }
            let waiting = state.wait(who);
            self.shown.set(state.waiting as i64);
            waiting
        };
        // Dropped when the wait ends, however it does.
        let _leave = Leave { queue: self, who, number };
        match tokio::time::timeout(self.bounds.timeout, told).await {
            // Nobody tells it anything more when another took its turn to wait.
            Ok(place) => place.map_err(|_| NoPlace::Full),
            Err(_) => Err(NoPlace::Late),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, who: &str) -> (u64, oneshot::Receiver<Place>) {
        let (tell, told) = oneshot::channel();
        self.waiting += 1;
        self.count += 1;
        let waiter = Waiter { number: self.count, tell };
        match self.lanes.get_mut(who) {
            Some(lane) => lane.push_back(waiter),
            None => {
                let name: Arc<str> = who.into();
                self.turns.push_back(Arc::clone(&name));
                self.lanes.insert(name, VecDeque::from([waiter]));
            }
        }
        (self.count, told)
    }

    /// Sends away who came last in the longest lane, if it stays no shorter than that of the newcomer. False when nobody
    /// is sent away. A search: only who would be refused otherwise pays for it.
    fn make_room(&mut self, newcomer: &str) -> bool {
        let own = self.lanes.get(newcomer).map_or(0, VecDeque::len) + 1;
        let longest = self.lanes.values_mut().max_by_key(|lane| lane.len());
        // One that is longer has two or more, so that none is left empty.
        let Some(lane) = longest.filter(|lane| lane.len() > own) else { return false };
        lane.pop_back();
        self.waiting -= 1;
        true
    }

    /// Who is next; its lane goes to the end of the line.
    fn next(&mut self) -> Option<Waiter> {
        let name = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&name).expect("a lane that has a turn is there");
        let waiter = lane.pop_front().expect("something waits in it");
        self.waiting -= 1;
        if lane.is_empty() {
            self.lanes.remove(&name);
        } else {
            self.turns.push_back(name);
        }
        Some(waiter)
    }

    /// Takes a waiter out of its line, if it is still there.
    fn leave(&mut self, who: &str, number: u64) {
        let Some(lane) = self.lanes.get_mut(who) else { return };
        let before = lane.len();
        lane.retain(|waiter| waiter.number != number);
        self.waiting -= before - lane.len();
        if lane.is_empty() {
            self.lanes.remove(who);
            self.turns.retain(|name| **name != *who);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        let mut state = queue.state();
        while let Some(waiter) = state.next() {
            queue.shown.set(state.waiting as i64);
            match waiter.tell.send(Self(Some(Arc::clone(&queue)))) {
                Ok(()) => return,
                // It went away; it must not come back here when this is dropped.
                Err(mut place) => drop(place.0.take()),
            }
        }
        state.running -= 1;
    }
}

/// A wait that ends.
struct Leave<'q> {
    queue: &'q Queue,
    who: &'q str,
    number: u64,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.leave(self.who, self.number);
        self.queue.shown.set(state.waiting as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::pin::Pin;

    fn queue(running_max: usize, waiting_max: usize) -> Arc<Queue> {
        let timeout = Duration::from_secs(3600);
        let bounds = Bounds { running_max, waiting_max, timeout };
        Arc::new(Queue::new(bounds, Gauge::default()))
    }

    type Entering<'q> = Pin<Box<dyn Future<Output = Result<Place, NoPlace>> + 'q>>;

    /// Enters until it waits.
    fn line_up<'q>(queue: &'q Arc<Queue>, who: &'q str) -> Entering<'q> {
        let mut entering: Entering<'q> = Box::pin(queue.enter(who));
        assert!(entering.as_mut().now_or_never().is_none(), "{who} waits");
        entering
    }

    #[tokio::test]
    async fn keys_take_turns_and_each_key_keeps_its_order() {
        let queue = queue(1, 10);
        let mut held = queue.enter("z").await.unwrap();
        let names = ["a", "a", "a", "b", "c", "b"];
        let mut line: Vec<_> = names.iter().map(|name| Some(line_up(&queue, name))).collect();
        let mut order = Vec::new();
        for _ in 0..names.len() {
            drop(held);
            let ready = line.iter_mut().enumerate().find_map(|(at, waiter)| {
                let entered = waiter.as_mut()?.as_mut().now_or_never()?;
                *waiter = None;
                Some((at, entered.unwrap()))
            });
            let (at, place) = ready.unwrap();
            order.push(at);
            held = place;
        }
        assert_eq!(order, [0, 3, 4, 1, 5, 2]);
        drop(held);
        assert_eq!((queue.state().running, queue.shown.get()), (0, 0));
        assert!(queue.state().lanes.is_empty() && queue.state().turns.is_empty());
    }

    #[tokio::test]
    async fn a_waiter_that_is_dropped_leaves_its_place_to_the_next() {
        let queue = queue(1, 10);
        let held = queue.enter("a").await.unwrap();
        let first = line_up(&queue, "a");
        let mut second = line_up(&queue, "b");
        let third = line_up(&queue, "c");
        drop(third);
        assert_eq!(queue.shown.get(), 2);
        drop(held);
        // The place lies in its hand, and it goes away without a look.
        drop(first);
        let place = second.as_mut().now_or_never().expect("got it").unwrap();
        drop(place);
        assert_eq!((queue.state().running, queue.shown.get()), (0, 0));
        assert!(queue.state().lanes.is_empty() && queue.state().turns.is_empty());
    }

    #[tokio::test]
    async fn the_line_is_bounded() {
        let queue = queue(1, 1);
        let held = queue.enter("a").await.unwrap();
        let waiting = line_up(&queue, "a");
        assert_eq!(queue.enter("b").await.unwrap_err(), NoPlace::Full);
        drop(waiting);
        let waiting = line_up(&queue, "b");
        drop((held, waiting));
        assert!(queue.enter("c").now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_key_that_fills_the_line_makes_room_for_the_others() {
        let queue = queue(1, 6);
        let held = queue.enter("a").await.unwrap();
        let mut greedy: Vec<_> = (0..6).map(|_| line_up(&queue, "a")).collect();
        assert_eq!(
            queue.enter("a").await.unwrap_err(),
            NoPlace::Full,
            "its own lane is the longest"
        );
        let mut others: Vec<_> = ["b", "c", "b"].map(|who| line_up(&queue, who)).into();
        for mut gone in greedy.drain(3..) {
            let refused = gone.as_mut().now_or_never().expect("it is told at once");
            assert_eq!(refused.unwrap_err(), NoPlace::Full, "who came last goes first");
        }
        assert_eq!(queue.shown.get(), 6);
        // Three, two and one wait: nobody gains by a change.
        assert_eq!(queue.enter("b").await.unwrap_err(), NoPlace::Full);
        others.push(line_up(&queue, "c"));
        assert!(greedy[2].as_mut().now_or_never().is_some_and(|refused| refused.is_err()));
        assert_eq!(
            queue.enter("d").now_or_never().map(|_| ()),
            None,
            "a third key has its turn too"
        );
        drop((held, greedy, others));
        assert_eq!((queue.state().running, queue.shown.get()), (0, 0));
        assert!(queue.state().lanes.is_empty() && queue.state().turns.is_empty());
    }

    #[tokio::test]
    async fn a_wait_ends() {
        let bounds = Bounds { running_max: 1, waiting_max: 9, timeout: Duration::from_millis(1) };
        let queue = Arc::new(Queue::new(bounds, Gauge::default()));
        let held = queue.enter("a").await.unwrap();
        assert_eq!(queue.enter("b").await.unwrap_err(), NoPlace::Late);
        assert_eq!(queue.shown.get(), 0);
        drop(held);
        assert!(queue.enter("b").await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn never_more_run_than_may_and_nobody_is_lost() {
        use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
        let queue = queue(3, 1_000);
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..600)
            .map(|number| {
                let (queue, inside, most) = (queue.clone(), inside.clone(), most.clone());
                tokio::spawn(async move {
                    let who = format!("key {}", number % 7);
                    let entering = queue.enter(&who);
                    if number % 5 == 0 {
                        // It looks once and goes away, wherever it stands by then.
                        drop(entering.now_or_never());
                        return;
                    }
                    let place = entering.await.unwrap();
                    most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, SeqCst);
                    drop(place);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!((1..=3).contains(&most.load(SeqCst)), "{most:?}");
        assert_eq!((queue.state().running, queue.shown.get()), (0, 0));
    }
}
