//! What the round before has done and may have done: what another look is to show, for how long it may fail to, and which failures
//! last.
//!
//! A call may have taken effect although it failed: its answer was lost, or the SDK repeated it without telling and was then told that
//! the thing exists. Nothing but another look tells. A name that somebody else has looks like that at first.

use std::time::Duration;

use super::PROPAGATION;
use super::graph::Task;
use super::report::{Cause, Failure, StepError};
use super::run::{Executed, Run};
use super::step::Step;
use super::taken::Taken;
use crate::cloud::{CloudError, ErrorKind};
use crate::domain::observed::Observed;

/// How long a call that had no answer is given to show its effect before it is made again.
const ANSWER_LOST: Duration = Duration::from_secs(20);

/// What the round before has done, and may have done.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// Steps that succeeded, but for those that only wait: as long as reads ask for them again, they lag behind.
    done: Vec<Step>,
    /// Steps that did not, and why.
    failed: Vec<(Step, StepError)>,
}

impl Before {
    pub(super) fn of(executed: &Executed) -> Self {
        Self {
            done: executed.done.iter().filter(|step| !step.is_wait()).cloned().collect(),
            failed: executed.failed.clone(),
        }
    }

    /// Whether a step that is due again was done to another compute environment: one of that name took its place in the same round, and
    /// it is the one that `observed` shows.
    fn was_of_another(&self, step: &Step, known: &Observed, observed: &Observed) -> bool {
        let name = match step {
            Step::DisableComputeEnvironment(name)
            | Step::DrainComputeEnvironment(name)
            | Step::DeleteComputeEnvironment(name) => name,
            _ => return false,
        };
        let made = self.done.contains(&Step::CreateComputeEnvironment(name.clone()));
        let (made_one, shown) = (known.compute_environment(name), observed.compute_environment(name));
        made && made_one
            .zip(shown)
            .is_some_and(|(made_one, shown)| shown.is_still(made_one))
    }

    /// For how long, from the first look on, an observation that asks for `tasks` is not believed; `None`: it is.
    /// `known` is what this run knows of what it has made.
    pub(super) fn patience(
        &self,
        run: &Run<'_>,
        known: &Observed,
        observed: &Observed,
        tasks: &[Task],
    ) -> Option<Duration> {
        let again = |step: &Step| is_wanted(step, tasks) && !self.was_of_another(step, known, observed);
        if self.done.iter().any(again) {
            return Some(PROPAGATION);
        }
        let wanted = self.refusals().filter(|(step, _)| is_wanted(step, tasks));
        let patience = wanted.filter_map(|(step, error)| match Taken::of(run, step, error) {
            Some(taken) => taken.holder(run, observed).is_none().then_some(PROPAGATION),
            None => may_have_taken_effect(error).then_some(ANSWER_LOST),
        });
        patience.max()
    }

    /// The failures that have lasted, if that is the end: a name that is taken stays taken, and when the time is up nothing is tried
    /// again.
    pub(super) fn lasting(&self, run: &Run<'_>, tasks: &[Task]) -> Option<Vec<Failure>> {
        let wanted: Vec<&(Step, StepError)> = self.failed.iter().filter(|(step, _)| is_wanted(step, tasks)).collect();
        let is_taken =
            |(step, error): &(&Step, &CloudError)| is_wanted(step, tasks) && Taken::of(run, step, error).is_some();
        if wanted.is_empty() || !(run.interruption().is_some() || self.refusals().any(|it| is_taken(&it))) {
            return None;
        }
        Some(run.report(wanted.into_iter().cloned().collect()))
    }

    fn refusals(&self) -> impl Iterator<Item = (&Step, &CloudError)> {
        self.failed.iter().filter_map(|(step, error)| match error {
            StepError::Cloud(error) => Some((step, error)),
            _ => None,
        })
    }
}

fn is_wanted(step: &Step, tasks: &[Task]) -> bool {
    tasks.iter().any(|task| task.step == *step)
}

/// Whether a call may have taken effect although it failed.
fn may_have_taken_effect(error: &CloudError) -> bool {
    matches!(error.kind, ErrorKind::Unknown | ErrorKind::AlreadyExists)
}

/// Whether another round may do what this one did not: the call may have taken effect although its answer says otherwise or never
/// came, and the next observation shows which.
pub(super) fn is_worth_another_look(failure: &Failure) -> bool {
    match &failure.cause {
        Cause::Cloud(error) => {
            matches!(
                error.kind,
                ErrorKind::AlreadyExists | ErrorKind::Unknown | ErrorKind::NotFound | ErrorKind::NotYet
            )
        }
        Cause::Timeout | Cause::Unhealthy | Cause::Cancelled => false,
    }
}
