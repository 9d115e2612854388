//! Whether the daemon can do its work, component by component.

use crate::shutdown::Stage;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// A component that takes longer than this to answer is not well.
const CHECK_MAX: Duration = Duration::from_secs(1);

/// What a component says of itself when it is well, if there is something to say; or what is wrong with it.
pub type State = Result<Option<String>, String>;

type Check = Box<dyn Fn() -> Pin<Box<dyn Future<Output = State> + Send>> + Send + Sync>;

/// The components, and how far the start or the end has come.
pub struct Readiness {
    components: Vec<(&'static str, Check)>,
    stage: watch::Receiver<Stage>,
}

/// What is the matter with the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Ready,
    /// It is not up yet.
    Starting,
    /// A component failed.
    Unready,
    /// It is on its way out.
    Draining,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Unready => "unready",
            Self::Draining => "draining",
        }
    }
}

/// One look at everything.
#[derive(Debug)]
pub struct Report {
    /// The whole.
    pub verdict: Verdict,
    /// The parts.
    pub components: Vec<(&'static str, State)>,
}

impl Readiness {
    /// Begins with no components.
    pub fn new(stage: watch::Receiver<Stage>) -> Self {
        Self { components: Vec::new(), stage }
    }

    /// Adds a component. What it says goes to whoever asks, so it names no secret and no text.
    #[must_use]
    pub fn with<F, A>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = State> + Send + 'static,
    {
        self.components.push((name, Box::new(move || Box::pin(check()))));
        self
    }

    /// Looks at every component.
    pub async fn report(&self) -> Report {
        let mut components = Vec::with_capacity(self.components.len());
        for (name, check) in &self.components {
            let answer = tokio::time::timeout(CHECK_MAX, check()).await;
            components.push((*name, answer.unwrap_or_else(|_| Err("does not answer".to_owned()))));
        }
        let verdict = match *self.stage.borrow() {
            Stage::Starting => Verdict::Starting,
            Stage::Unready | Stage::Closing | Stage::Over => Verdict::Draining,
            Stage::Serving if components.iter().all(|(_, state)| state.is_ok()) => Verdict::Ready,
            Stage::Serving => Verdict::Unready,
        };
        Report { verdict, components }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_bad_component_makes_the_whole_unready() {
        let (stages, stage) = watch::channel(Stage::Starting);
        let readiness = Readiness::new(stage)
            .with("store", || async { Ok(Some("form 1".to_owned())) })
            .with("backend", || async { Err("refuses".to_owned()) });
        assert_eq!(readiness.report().await.verdict, Verdict::Starting);
        stages.send_replace(Stage::Serving);
        let report = readiness.report().await;
        assert_eq!(report.verdict, Verdict::Unready);
        assert_eq!(report.components[0], ("store", Ok(Some("form 1".to_owned()))));
        assert_eq!(report.components[1], ("backend", Err("refuses".to_owned())));
        stages.send_replace(Stage::Unready);
        assert_eq!(readiness.report().await.verdict, Verdict::Draining);
    }
}
