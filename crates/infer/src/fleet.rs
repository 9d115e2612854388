//! The upstreams together: which is asked, and what happens when it does not answer.
//!
//! Another attempt is made only while nothing of an answer was handed on: this ends where a [`Reply`] is returned.

use crate::address::{Resolve, System};
use crate::backend::{Ask, Backend, Question, Reply};
use crate::choose::{Candidate, order};
use crate::config::{Breaker, Config};
use crate::error::{AskError, ConfigError, Phase};
use crate::member::{Member, Place, State};
use crate::tls;
use crate::upstream::Server;
use futures_util::future::join_all;
use http::StatusCode;
use http::header::RETRY_AFTER;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;

/// What stands for every model that nobody lists.
const ANY: &str = "*";

/// Before the same upstream is asked again; twice as long each time.
const PAUSE: Duration = Duration::from_millis(100);

/// An upstream that asks for a longer pause than this is not waited for.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// How the members stand together.
#[derive(Debug, Clone)]
pub struct Rules {
    /// For a model, the models that stand in when none of its upstreams answers, in order.
    pub fallbacks: BTreeMap<String, Vec<String>>,
    /// The model of a request that names none.
    pub default_model: Option<String>,
    /// How many further attempts a model has.
    pub retries: u32,
    /// When a member is left alone.
    pub breaker: Breaker,
}

/// A member's place in the list, and its name for the model.
type Has = (usize, Option<String>);

/// A member, and its own name for the model.
type Pick<'f> = (&'f Arc<Member>, &'f str);

/// All upstreams.
pub struct Fleet {
    members: Vec<Arc<Member>>,
    by_model: HashMap<String, Vec<Has>>,
    rules: Rules,
    /// Chance, as far as weights need it.
    chance: AtomicU64,
}

/// What is left when nobody gave a good answer.
enum Left {
    /// An answer that says "not now".
    Reply(Box<Reply>),
    /// None at all.
    Error(AskError),
}

/// How far a request has come.
struct Course {
    started: Instant,
    attempts: u32,
    /// Who was asked last.
    last: Option<Arc<str>>,
}

impl Course {
    /// Whether the backend's time for the request is over. Asked only now, it would be late whatever it does.
    fn is_over(&self, backend: &dyn Backend) -> bool {
        backend.total().is_some_and(|total| self.started.elapsed() >= total)
    }

    /// What is told when nobody is asked any more for want of time: that it took too long with who was asked last.
    fn late(&self, backend: &dyn Backend) -> AskError {
        let upstream = Arc::clone(self.last.as_ref().unwrap_or(backend.name()));
        AskError::Late { upstream, phase: Phase::Total }
    }
}

impl Fleet {
    /// Makes one of servers.
    ///
    /// # Errors
    /// Everything that is wrong with the descriptions.
    pub fn new(config: Config) -> Result<Self, Vec<ConfigError>> {
        Self::resolving(config, Arc::new(System))
    }

    /// The same with another way to find addresses.
    ///
    /// # Errors
    /// Everything that is wrong with the descriptions.
    pub fn resolving(config: Config, resolver: Arc<dyn Resolve>) -> Result<Self, Vec<ConfigError>> {
        let secure =
            |url: &str| url.trim().get(..6).is_some_and(|s| s.eq_ignore_ascii_case("https:"));
        let roots = config.upstreams.iter().any(|upstream| secure(&upstream.url));
        let roots = roots.then(tls::system);
        let (mut backends, mut faults) = (Vec::new(), Vec::new());
        let mut names = BTreeSet::new();
        for upstream in config.upstreams {
            if !names.insert(upstream.name.clone()) {
                faults.push(ConfigError::Twice { upstream: upstream.name.clone() });
            }
            match Server::new(&upstream, roots.as_ref(), Arc::clone(&resolver)) {
                Ok(server) => {
                    let place = Place {
                        models: upstream.models,
                        weight: upstream.weight,
                        priority: upstream.priority,
                        probe: upstream.probe,
                    };
                    backends.push((Arc::new(server) as Arc<dyn Backend>, place));
                }
                Err(errors) => faults.extend(errors),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let rules = Rules {
            fallbacks: config.fallbacks,
            default_model: config.default_model,
            retries: config.retries,
            breaker: config.breaker,
        };
        Ok(Self::of(backends, rules))
    }

    /// Makes one of whatever answers.
    pub fn of(backends: Vec<(Arc<dyn Backend>, Place)>, rules: Rules) -> Self {
        let mut by_model: HashMap<String, Vec<Has>> = HashMap::new();
        for (at, (_, place)) in backends.iter().enumerate() {
            for model in &place.models {
                let has = by_model.entry(model.client.clone()).or_default();
                has.push((at, model.upstream.clone()));
            }
        }
        let breaker = rules.breaker;
        let member = |(backend, place)| Arc::new(Member::new(backend, place, breaker));
        let members = backends.into_iter().map(member).collect();
        // Each process begins elsewhere, or replicas would all ask the same first.
        let chance = std::collections::hash_map::RandomState::new().hash_one(0);
        Self { members, by_model, rules, chance: AtomicU64::new(chance) }
    }

    /// Whether nobody is there to answer.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The models that clients may name, in order, without `*`.
    pub fn models(&self) -> Vec<String> {
        let listed = self.by_model.keys().chain(self.rules.fallbacks.keys());
        let listed: BTreeSet<_> = listed.filter(|name| *name != ANY).cloned().collect();
        listed.into_iter().collect()
    }

    /// How each upstream is.
    pub fn states(&self) -> Vec<State> {
        self.members.iter().map(|member| member.state()).collect()
    }

    /// Looks at each whose time has come. Called often: what is not due costs nothing.
    pub async fn probe(&self) {
        join_all(self.members.iter().map(|member| member.look())).await;
    }

    /// Asks until somebody answers. An answer with an error status is an answer, but one that says "not now" (429, 502,
    /// 503, 504) is only returned when nobody else is left to ask. After a lateness that may mean that a model is still at
    /// work nobody else is asked.
    ///
    /// # Errors
    /// When nobody answers; what the last one said.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Reply, AskError> {
        let model = ask.model.or(self.rules.default_model.as_deref()).ok_or(AskError::NoModel)?;
        let further = self.rules.fallbacks.get(model).into_iter().flatten();
        let mut course = Course { started: Instant::now(), attempts: 0, last: None };
        let mut left = None;
        for name in std::iter::once(model).chain(further.map(String::as_str)) {
            let asked = match self.plan(name, &ask) {
                Ok(plan) => self.ask_each(plan, &ask, &mut course).await?,
                Err(error) => Err(Left::Error(error)),
            };
            match asked {
                Ok(reply) => return Ok(reply),
                Err(now) => left = Some(worth_more(left, now)),
            }
        }
        match left.expect("at least one name was tried") {
            Left::Reply(reply) => Ok(Reply { attempts: course.attempts, ..*reply }),
            Left::Error(error) => Err(error),
        }
    }

    /// Who can be asked for the model, in order.
    fn plan<'f>(&'f self, name: &'f str, ask: &Ask<'_>) -> Result<Vec<Pick<'f>>, AskError> {
        let speaks = |has: &&Has| self.members[has.0].backend.speaks(ask.dialect);
        let (mut known, mut found) = (false, Vec::new());
        for key in [name, ANY] {
            let has = self.by_model.get(key).map(Vec::as_slice).unwrap_or_default();
            known |= !has.is_empty();
            found.extend(has.iter().filter(speaks));
            if !found.is_empty() {
                break;
            }
        }
        match (found.is_empty(), known) {
            (true, true) => return Err(AskError::NotSpoken { dialect: ask.dialect }),
            (true, false) => return Err(AskError::NoModel),
            _ => {}
        }
        let pick =
            |(at, upstream): &'f Has| (&self.members[*at], upstream.as_deref().unwrap_or(name));
        if let [only] = found[..] {
            return Ok(vec![pick(only)]);
        }
        let candidates: Vec<_> = found
            .iter()
            .map(|(at, _)| {
                let member = &self.members[*at];
                let Place { priority, weight, .. } = member.place;
                Candidate { priority, weight, unwell: member.is_unwell() }
            })
            .collect();
        let order = order(&candidates, &mut || self.draw());
        Ok(order.into_iter().map(|at| pick(found[at])).collect())
    }

    /// Asks one after the other, and from the first again while there are attempts left. An error is final; what is
    /// left when it is not final may be had from another model.
    async fn ask_each(
        &self,
        mut plan: Vec<Pick<'_>>,
        ask: &Ask<'_>,
        course: &mut Course,
    ) -> Result<Result<Reply, Left>, AskError> {
        let last = course.attempts.saturating_add(self.rules.retries).saturating_add(1);
        let mut left = None;
        let mut round = 0_u32;
        loop {
            let mut still = Vec::with_capacity(plan.len());
            let (mut pause, mut shut) = (PAUSE * (1 << round.min(5)), None::<Duration>);
            for (member, model) in plan {
                if course.attempts == last {
                    break;
                }
                if course.is_over(&*member.backend) {
                    left = left.or_else(|| Some(Left::Error(course.late(&*member.backend))));
                    continue;
                }
                let watch = match member.enter() {
                    Ok(watch) => watch,
                    Err(wait) => {
                        shut = Some(shut.map_or(wait, |least| least.min(wait)));
                        continue;
                    }
                };
                course.attempts += 1;
                course.last = Some(Arc::clone(member.backend.name()));
                let body = (ask.body)(model);
                let (dialect, headers) = (ask.dialect, &ask.headers);
                let question = Question { dialect, model, headers, body, started: course.started };
                let now = match attempt(member, question, watch).await {
                    Ok(reply) if !says_not_now(reply.status) => {
                        return Ok(Ok(Reply { attempts: course.attempts, ..reply }));
                    }
                    Ok(reply) => Left::Reply(Box::new(reply)),
                    Err(error) if is_final(&error) => return Err(error),
                    Err(error) => Left::Error(error),
                };
                if let Some(wait) = again_after(&now) {
                    pause = pause.max(wait);
                    still.push((member, model));
                }
                left = Some(worth_more(left, now));
            }
            if still.is_empty() || course.attempts == last {
                let retry_after = shut.unwrap_or(PAUSE_MAX);
                return Ok(Err(left.unwrap_or(Left::Error(AskError::NoneReady { retry_after }))));
            }
            tokio::time::sleep(pause).await;
            plan = still;
            round += 1;
        }
    }

    /// A number that is evenly spread over all of `u64` (SplitMix64, by Steele, Lea and Flood).
    fn draw(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.chance.fetch_add(step, Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Asks one, and tells its watch.
async fn attempt(
    member: &Member,
    question: Question<'_>,
    mut watch: crate::member::Watch,
) -> Result<Reply, AskError> {
    match member.backend.ask(question).await {
        Ok(mut reply) => {
            let fails = says_not_now(reply.status) && reply.status != StatusCode::TOO_MANY_REQUESTS;
            watch.answers(reply.status, fails);
            reply.body.watch(watch);
            Ok(reply)
        }
        Err(error) => {
            watch.failed(&error);
            Err(error)
        }
    }
}

fn says_not_now(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// Whether asking somebody else could do harm: a model that was late may still be at work, and whoever waits has waited
/// long.
fn is_final(error: &AskError) -> bool {
    matches!(error, AskError::Late { phase: Phase::FirstByte | Phase::Idle | Phase::Total, .. })
}

/// When the same may be asked again; `None`: not for this request.
fn again_after(left: &Left) -> Option<Duration> {
    match left {
        Left::Error(AskError::Connect { .. } | AskError::Late { .. } | AskError::Broken { .. }) => {
            Some(Duration::ZERO)
        }
        Left::Error(_) => None,
        Left::Reply(reply) => match reply.headers.get(RETRY_AFTER) {
            None => Some(Duration::ZERO),
            // The other form, a date, is not worth a clock: nobody who means seconds writes one.
            Some(value) => {
                let seconds = value.to_str().ok()?.trim().parse().ok()?;
                Some(Duration::from_secs(seconds)).filter(|wait| *wait <= PAUSE_MAX)
            }
        },
    }
}

/// Of two that say no, the one that tells the caller more: an answer before an error, and an attempt before none.
fn worth_more(before: Option<Left>, now: Left) -> Left {
    match (before, now) {
        (Some(Left::Reply(reply)), Left::Error(_)) => Left::Reply(reply),
        (
            Some(Left::Error(error)),
            Left::Error(
                AskError::NoModel | AskError::NotSpoken { .. } | AskError::NoneReady { .. },
            ),
        ) => Left::Error(error),
        (_, now) => now,
    }
}
