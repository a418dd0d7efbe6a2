//! `timeouts`: how long each operation may take.

use std::time::Duration;

use tf_provider::value::Value;

use super::model::{Environment, Timeouts};
use crate::provider::read::object;

/// Time for creating, when none is set.
pub(super) const CREATE: &str = "30m";
/// Time for updating: an infrastructure update waits for jobs, 30 minutes by default, before instances are exchanged.
pub(super) const UPDATE: &str = "60m";
/// Time for deleting.
pub(super) const DELETE: &str = "30m";
/// Time for reading.
pub(super) const READ: &str = "5m";

/// An operation that has a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// `create`
    Create,
    /// `update`
    Update,
    /// `delete`
    Delete,
    /// `read`
    Read,
}

/// All operations: attribute, default.
pub(super) const OPERATIONS: [(&str, Operation, &str); 4] = [
    ("create", Operation::Create, CREATE),
    ("update", Operation::Update, UPDATE),
    ("delete", Operation::Delete, DELETE),
    ("read", Operation::Read, READ),
];

/// The timeout that a configuration or state sets for an operation, else the default.
pub(super) fn timeout(environment: &Environment, operation: Operation) -> Duration {
    let timeouts = object(&environment.timeouts);
    let set = value(&timeouts, operation)
        .as_ref_option()
        .and_then(|text| parse(text).ok());
    set.unwrap_or_else(|| default(operation))
}

fn default(operation: Operation) -> Duration {
    let minutes = |text| parse(text).unwrap_or_default();
    match operation {
        Operation::Create => minutes(CREATE),
        Operation::Update => minutes(UPDATE),
        Operation::Delete => minutes(DELETE),
        Operation::Read => minutes(READ),
    }
}

/// The value of an operation's attribute.
pub(super) fn value(timeouts: &Timeouts, operation: Operation) -> &Value<String> {
    match operation {
        Operation::Create => &timeouts.create,
        Operation::Update => &timeouts.update,
        Operation::Delete => &timeouts.delete,
        Operation::Read => &timeouts.read,
    }
}

/// A duration such as `1h30m`, at least a second.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration >= Duration::from_secs(1) => Ok(duration),
        Ok(_) => Err("It is shorter than a second.".to_owned()),
        Err(error) => Err(format!("It cannot be read: {error}.")),
    }
}

/// The timeouts with their defaults.
pub(super) fn planned(config: &Timeouts) -> Timeouts {
    let or = |set: &Value<String>, default: &str| set.clone().or(Value::Value(default.to_owned()));
    Timeouts {
        create: or(&config.create, CREATE),
        update: or(&config.update, UPDATE),
        delete: or(&config.delete, DELETE),
        read: or(&config.read, READ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_wins_over_the_default() {
        let timeouts = Timeouts {
            delete: Value::Value("1h30m".into()),
            ..Timeouts::default()
        };
        let environment = Environment {
            timeouts: Value::Value(timeouts),
            ..Environment::default()
        };
        assert_eq!(timeout(&environment, Operation::Delete), Duration::from_secs(5400));
        assert_eq!(timeout(&environment, Operation::Read), Duration::from_secs(300));
        assert_eq!(timeout(&environment, Operation::Update), Duration::from_secs(3600));
    }

    #[test]
    fn durations_are_told_from_other_text() {
        assert!(parse("90s").is_ok());
        assert!(parse("0s").unwrap_err().contains("shorter"));
        assert!(parse("soon").is_err());
    }
}
