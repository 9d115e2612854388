//! One backend among the others: where it stands, how it is, and what became of what it was asked.

use crate::backend::Backend;
use crate::breaker::{Circuit, Entry};
use crate::config::{Breaker, ModelName};
use crate::error::{AskError, in_full};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where a backend stands among the others.
#[derive(Debug, Clone)]
pub struct Place {
    /// The models that it has.
    pub models: Vec<ModelName>,
    /// Its share among those of the same priority; 0 is asked when no other is left.
    pub weight: u32,
    /// Lower ones are asked first.
    pub priority: u32,
    /// How often it is asked how it is.
    pub probe: Option<Duration>,
}

/// What became of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It answered, to the end.
    Answered,
    /// It answered with an error.
    Refused,
    /// There was no connection.
    Unreachable,
    /// It took too long.
    Late,
    /// It broke off.
    Broken,
    /// Nobody waited for the end.
    Cancelled,
}

impl Outcome {
    /// All of them, as metrics name them.
    pub(crate) const NAMES: [(Self, &'static str); 6] = [
        (Self::Answered, "answered"),
        (Self::Refused, "refused"),
        (Self::Unreachable, "unreachable"),
        (Self::Late, "late"),
        (Self::Broken, "broken"),
        (Self::Cancelled, "cancelled"),
    ];

    /// What an error means for it.
    pub(crate) fn of(error: &AskError) -> Self {
        match error {
            AskError::Connect { .. } | AskError::External { .. } => Self::Unreachable,
            AskError::Late { .. } => Self::Late,
            _ => Self::Broken,
        }
    }
}

/// How an upstream is.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name.
    pub name: String,
    /// The host it is on.
    pub url_host: String,
    /// Whether it can be asked, as far as is known.
    pub healthy: bool,
    /// For how long it is still left alone.
    pub open_for: Option<Duration>,
    /// Failures in a row.
    pub failures: u32,
    /// Answers on their way.
    pub in_flight: u32,
    /// What went wrong last, if it is not healthy; for the log, as it names hosts.
    pub trouble: Option<String>,
    /// What it was asked since the start, by what became of it.
    pub outcomes: Vec<(&'static str, u64)>,
}

/// See the module.
pub(crate) struct Member {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) place: Place,
    rule: Breaker,
    circuit: Mutex<Circuit>,
    /// The last look at it found it unwell.
    unwell: AtomicBool,
    next_look: Mutex<Option<Instant>>,
    trouble: Mutex<Option<String>>,
    in_flight: AtomicU32,
    outcomes: [AtomicU64; Outcome::NAMES.len()],
}

impl Member {
    /// One of whom nothing is known yet.
    pub(crate) fn new(backend: Arc<dyn Backend>, place: Place, rule: Breaker) -> Self {
        Self {
            backend,
            place,
            rule,
            circuit: Mutex::default(),
            unwell: AtomicBool::new(false),
            next_look: Mutex::new(None),
            trouble: Mutex::new(None),
            in_flight: AtomicU32::new(0),
            outcomes: Default::default(),
        }
    }

    /// Begins to ask it, unless it is left alone: then for how long.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Watch, Duration> {
        let entry = lock(&self.circuit).enter(Instant::now());
        if let Entry::Shut(wait) = entry {
            return Err(wait);
        }
        self.in_flight.fetch_add(1, Relaxed);
        Ok(Watch {
            member: Arc::clone(self),
            trial: entry == Entry::Trial,
            status: Outcome::Answered,
            told: false,
        })
    }

    /// Whether the last look at it found it unwell.
    pub(crate) fn is_unwell(&self) -> bool {
        self.unwell.load(Relaxed)
    }

    /// Looks how it is, if its time has come.
    pub(crate) async fn look(&self) {
        self.backend.sweep();
        let Some(every) = self.place.probe else { return };
        let now = Instant::now();
        {
            let mut next = lock(&self.next_look);
            if next.is_some_and(|next| now < next) {
                return;
            }
            *next = Some(now + every);
        }
        let looked = self.backend.probe().await;
        match &looked {
            Ok(()) => lock(&self.circuit).looked_well(Instant::now()),
            Err(error) => *lock(&self.trouble) = Some(in_full(error)),
        }
        self.unwell.store(looked.is_err(), Relaxed);
    }

    /// How it is.
    pub(crate) fn state(&self) -> State {
        let circuit = lock(&self.circuit);
        let open_for = circuit.shut_for(Instant::now());
        let counts = self.outcomes.iter().map(|count| count.load(Relaxed));
        let healthy = open_for.is_none() && !self.is_unwell();
        State {
            name: self.backend.name().to_string(),
            url_host: self.backend.host().to_owned(),
            healthy,
            trouble: lock(&self.trouble).clone().filter(|_| !healthy),
            open_for,
            failures: circuit.failures(),
            in_flight: self.in_flight.load(Relaxed),
            outcomes: Outcome::NAMES.iter().map(|(_, name)| *name).zip(counts).collect(),
        }
    }

    fn count(&self, outcome: Outcome) {
        let at = Outcome::NAMES.iter().position(|(named, _)| *named == outcome);
        self.outcomes[at.expect("every outcome has a name")].fetch_add(1, Relaxed);
    }
}

/// One request to a member, until its answer has ended or nobody waits for it any more.
pub(crate) struct Watch {
    member: Arc<Member>,
    /// It decides whether others may come again.
    trial: bool,
    /// What a complete answer counts as.
    status: Outcome,
    told: bool,
}

impl Watch {
    /// There is no answer, or no more of it.
    pub(crate) fn failed(self, error: &AskError) {
        *lock(&self.member.trouble) = Some(in_full(error));
        self.ended(Outcome::of(error));
    }

    /// The head is there. `fails`: it says that the upstream does not work.
    pub(crate) fn answers(&mut self, status: http::StatusCode, fails: bool) {
        let mut circuit = lock(&self.member.circuit);
        if fails {
            let trouble =
                format!("the answer of upstream {} is {status}", self.member.backend.name());
            *lock(&self.member.trouble) = Some(trouble);
            circuit.failed(self.member.rule, Instant::now());
        } else {
            circuit.succeeded();
        }
        self.trial = false;
        if status.is_client_error() || status.is_server_error() {
            self.status = Outcome::Refused;
        }
    }

    /// The answer is complete.
    pub(crate) fn completed(self) {
        self.ended(Outcome::Answered);
    }

    fn ended(mut self, outcome: Outcome) {
        let outcome = if outcome == Outcome::Answered { self.status } else { outcome };
        if matches!(outcome, Outcome::Unreachable | Outcome::Late | Outcome::Broken) {
            lock(&self.member.circuit).failed(self.member.rule, Instant::now());
            self.trial = false;
        }
        self.member.count(outcome);
        self.told = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.member.in_flight.fetch_sub(1, Relaxed);
        if self.trial {
            lock(&self.member.circuit).abandoned();
        }
        if !self.told {
            self.member.count(Outcome::Cancelled);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
