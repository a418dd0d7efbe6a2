//! An account of a local AWS, and what is in it.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, PoisonError};

use serde_json::Value;

use crate::local_aws::{LocalAws, Options};
use crate::script::script;

/// Each takes about 200 MB, so tests share a few, one after the other.
const AT_ONCE: usize = 3;

/// What only a test itself makes, for an environment to refer to.
const BROUGHT: [&str; 2] = ["launch_templates", "scheduling_policies"];

static POOL: Pool = Pool {
    state: Mutex::new(State {
        idle: Vec::new(),
        started: 0,
    }),
    freed: Condvar::new(),
};

struct Pool {
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    idle: Vec<LocalAws>,
    started: usize,
}

/// An empty account, for as long as this is held.
pub(crate) struct Account {
    aws: Option<LocalAws>,
}

impl Account {
    /// Waits for one to be free.
    pub(crate) fn lease() -> Self {
        let mut state = POOL.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(aws) = state.idle.pop() {
                aws.reset();
                return Self { aws: Some(aws) };
            }
            if state.started < AT_ONCE {
                state.started += 1;
                drop(state);
                return Self {
                    aws: Some(LocalAws::start(&Options::default())),
                };
            }
            state = POOL.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Everything in the account, as `snapshot.py` finds it.
    pub(crate) fn snapshot(&self) -> Value {
        script("snapshot.py", &[self.endpoint()])
    }

    /// One call behind Terraform's back: `meddle("ec2", "delete_subnet", json!({"SubnetId": …}))`.
    pub(crate) fn meddle(&self, service: &str, method: &str, arguments: &Value) -> Value {
        script("meddle.py", &[self.endpoint(), service, method, &arguments.to_string()])
    }

    /// A network of another team, as `network.py` makes it: its ids.
    pub(crate) fn network(&self, services: &[&str]) -> Value {
        self.script("network.py", services)
    }

    /// Runs one of the scripts beside this file on the account, and answers what it prints.
    pub(crate) fn script(&self, name: &str, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = std::iter::once(self.endpoint())
            .chain(arguments.iter().copied())
            .collect();
        script(name, &arguments)
    }

    /// Nothing that an environment could have made is left.
    pub(crate) fn assert_empty(&self) {
        let there = self.snapshot();
        for (kind, things) in there.as_object().expect("an object") {
            if BROUGHT.contains(&kind.as_str()) {
                continue;
            }
            assert_eq!(
                things.as_array().map(Vec::len),
                Some(0),
                "{kind} left behind: {things:#}"
            );
        }
    }
}

impl Deref for Account {
    type Target = LocalAws;

    fn deref(&self) -> &LocalAws {
        self.aws.as_ref().expect("held until dropped")
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut state = POOL.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.idle.extend(self.aws.take());
        POOL.freed.notify_one();
    }
}
