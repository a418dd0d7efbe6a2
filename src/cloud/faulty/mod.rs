//! A decorator that makes chosen calls of any cloud fail, hang, take long, or lose their answers.
//!
//! A [`Rule`] says which calls (by operation, after how many, how often) and what happens to them ([`Fault`]). Besides rules,
//! [`Faulty::crash_at`] plays the death of the process: from the n-th write on, no call ever returns. The test races what it runs
//! against [`Faulty::crashed`] and drops it, which is what a killed process looks like to AWS.
//!
//! `delegate` lists the port's methods once, each with its operation.

mod delegate;

use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::fake::is_read;
use super::{CloudError, ErrorKind, Result};

/// Before or after a call has its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The call never reaches AWS.
    Before,
    /// The call is carried out, and its answer is lost.
    After,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails.
    Fail(CloudError),
    /// It never returns, as in a process that was killed.
    Halt,
    /// It takes that much longer.
    Delay(Duration),
}

/// Which calls a fault happens to.
#[derive(Clone, Debug)]
pub struct Rule {
    operation: String,
    skip: usize,
    times: usize,
    when: When,
    fault: Fault,
}

impl Rule {
    /// Every call of an operation, such as `ec2:CreateVpcEndpoint`; one `*` stands for any text (`ec2:Create*`).
    pub fn new(operation: &str, when: When, fault: Fault) -> Self {
        Self {
            operation: operation.to_owned(),
            skip: 0,
            times: usize::MAX,
            when,
            fault,
        }
    }

    /// Calls of an operation that fail without effect, with AWS's code.
    pub fn refuse(operation: &str, kind: ErrorKind, code: &str, message: &str) -> Self {
        Self::new(
            operation,
            When::Before,
            Fault::Fail(injected(kind, Some(code), message)),
        )
    }

    /// Calls of an operation that take effect and whose answer is lost.
    pub fn lose_answer(operation: &str) -> Self {
        let error = injected(
            ErrorKind::Unknown,
            None,
            "the connection was closed before the answer came",
        );
        Self::new(operation, When::After, Fault::Fail(error))
    }

    /// Leaves the first calls alone.
    #[must_use]
    pub fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Happens that often and then no more.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Whether it happens to this call, which counts as one that it may happen to.
    fn takes(&mut self, operation: &str) -> bool {
        if !matches(&self.operation, operation) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let takes = self.times > 0;
        self.times = self.times.saturating_sub(1);
        takes
    }
}

fn injected(kind: ErrorKind, code: Option<&str>, message: &str) -> CloudError {
    CloudError {
        kind,
        operation: "",
        code: code.map(str::to_owned),
        message: message.to_owned(),
        request_id: Some("injected".to_owned()),
    }
}

fn matches(pattern: &str, operation: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == operation,
        Some((start, end)) => {
            operation.len() >= start.len() + end.len() && operation.starts_with(start) && operation.ends_with(end)
        }
    }
}

/// A cloud with faults. Clones share rules and counts: a test keeps one and gives another to what it tests.
#[derive(Clone, Debug)]
pub struct Faulty<C> {
    cloud: C,
    plan: Arc<Mutex<Plan>>,
    crashed: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Plan {
    rules: Vec<Rule>,
    crash: Option<(usize, When)>,
    /// Whether the fatal call was made.
    dead: bool,
    calls: Vec<&'static str>,
    fired: Vec<&'static str>,
}

impl<C> Faulty<C> {
    /// A cloud that has no faults yet.
    pub fn new(cloud: C) -> Self {
        Self {
            cloud,
            plan: Arc::default(),
            crashed: watch::Sender::new(false),
        }
    }

    /// With one more rule. The first rule that takes a call decides what happens to it.
    #[must_use]
    pub fn with(self, rule: Rule) -> Self {
        self.add(rule);
        self
    }

    /// Adds a rule from now on.
    pub fn add(&self, rule: Rule) {
        self.plan().rules.push(rule);
    }

    /// Removes all faults.
    pub fn heal(&self) {
        let mut plan = self.plan();
        plan.rules.clear();
        plan.crash = None;
        plan.dead = false;
        self.crashed.send_replace(false);
    }

    /// Kills the process at its `n`-th write (the first is 1) or, if that was made already, at its next one; before or after that call
    /// has its effect. A death at a read leaves behind what one after the write before it does.
    #[must_use]
    pub fn crash_at(self, n: usize, when: When) -> Self {
        self.plan().crash = Some((n, when));
        self
    }

    /// Returns once the crash of [`Faulty::crash_at`] has happened.
    pub async fn crashed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.crashed.subscribe().wait_for(|crashed| *crashed).await;
    }

    /// Operations of all calls so far, in order; those that a fault kept from AWS included.
    pub fn calls(&self) -> Vec<&'static str> {
        self.plan().calls.clone()
    }

    /// Operations of the calls that a rule took, in order.
    pub fn fired(&self) -> Vec<&'static str> {
        self.plan().fired.clone()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call, or what the plan makes of it.
    async fn call<T>(&self, operation: &'static str, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let planned = self.plan().next(operation);
        match planned {
            None => call.await,
            Some(Planned::Crash(when)) => {
                if when == When::After {
                    let _ = call.await;
                }
                self.crashed.send_replace(true);
                pending().await
            }
            Some(Planned::Fault(When::Before, fault)) => {
                happen(operation, fault).await?;
                call.await
            }
            Some(Planned::Fault(When::After, fault)) => {
                let answer = call.await;
                happen(operation, fault).await?;
                answer
            }
        }
    }
}

enum Planned {
    Crash(When),
    Fault(When, Fault),
}

impl Plan {
    fn next(&mut self, operation: &'static str) -> Option<Planned> {
        self.calls.push(operation);
        let writes = self.calls.iter().filter(|call| !is_read(call)).count();
        match self.crash {
            // The fatal call may still be on its way; whatever comes behind it was never made.
            _ if self.dead => return Some(Planned::Fault(When::Before, Fault::Halt)),
            Some((n, when)) if writes >= n && !is_read(operation) => {
                self.dead = true;
                return Some(Planned::Crash(when));
            }
            _ => {}
        }
        let rule = self
            .rules
            .iter_mut()
            .find_map(|rule| rule.takes(operation).then_some(&*rule))?;
        self.fired.push(operation);
        Some(Planned::Fault(rule.when, rule.fault.clone()))
    }
}

async fn happen(operation: &'static str, fault: Fault) -> Result<()> {
    match fault {
        Fault::Fail(error) => Err(CloudError { operation, ..error }),
        Fault::Halt => pending().await,
        Fault::Delay(delay) => {
            tokio::time::sleep(delay).await;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
