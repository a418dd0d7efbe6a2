//! Job queues: what the user says of one, what Batch accepts, and what it changes in place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::domain::Tags;
use crate::domain::limits::JOB_QUEUE_NAME_LENGTH;
use crate::domain::name::{EnvironmentName, part_name};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::suggest;

/// Priorities. Source: AWS CloudFormation Template Reference, AWS::Batch::JobQueue, `Priority`.
pub const PRIORITIES: RangeInclusive<i32> = 0..=1000;

/// What to do with jobs that stay in a state for too long, for a reason.
/// Source: AWS Batch API Reference, JobStateTimeLimitAction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateTimeLimitAction {
    /// Why the job is in the state.
    pub reason: String,
    /// The state.
    pub state: String,
    /// For how long it may be.
    pub max_time_seconds: i32,
    /// What is done then.
    pub action: String,
}

impl StateTimeLimitAction {
    /// Reasons that Batch can tell.
    pub const REASONS: [&'static str; 3] = [
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    ];
    /// States that Batch watches.
    pub const STATES: [&'static str; 1] = ["RUNNABLE"];
    /// Actions that Batch takes in queues of ECS compute environments.
    pub const ACTIONS: [&'static str; 1] = ["CANCEL"];
    /// How long a state may be allowed to last.
    pub const MAX_TIME_SECONDS: RangeInclusive<i32> = 600..=86_400;

    fn validate(&self) -> Vec<(&'static str, Invalid)> {
        let mut found = Vec::new();
        let mut word = |field: &'static str, what: &str, word: &str, all: &[&str]| {
            if !all.contains(&word) {
                let hint = suggest::did_you_mean(word, all.iter().copied());
                let detail = format!("Use {}.{hint}", suggest::either(all));
                found.push((field, Invalid::new(format!("{word:?} is not {what}"), detail)));
            }
        };
        word(
            "reason",
            "a reason that AWS Batch acts upon",
            &self.reason,
            &Self::REASONS,
        );
        word("state", "a state that AWS Batch watches", &self.state, &Self::STATES);
        word("action", "an action that AWS Batch takes", &self.action, &Self::ACTIONS);
        let (least, most) = (Self::MAX_TIME_SECONDS.start(), Self::MAX_TIME_SECONDS.end());
        if !Self::MAX_TIME_SECONDS.contains(&self.max_time_seconds) {
            found.push((
                "max_time_seconds",
                Invalid::new(
                    format!(
                        "{} seconds are not a time that AWS Batch can wait",
                        self.max_time_seconds
                    ),
                    format!("Give a number of seconds from {least} (10 minutes) to {most} (24 hours)."),
                ),
            ));
        }
        found
    }
}

/// One job queue, as the user wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobQueueSpec {
    /// Exact name; default: `<environment>-<key>`.
    pub name: Option<String>,
    /// Jobs of a queue with a higher priority are scheduled first where queues share a compute environment.
    pub priority: i32,
    /// Whether it takes jobs.
    pub enabled: bool,
    /// ARN of a scheduling policy (fair share); `None`: first in, first out.
    pub scheduling_policy_arn: Option<String>,
    /// What to do with jobs that are stuck.
    pub state_time_limit_actions: Vec<StateTimeLimitAction>,
}

impl Default for JobQueueSpec {
    fn default() -> Self {
        Self {
            name: None,
            priority: Self::DEFAULT_PRIORITY,
            enabled: true,
            scheduling_policy_arn: None,
            state_time_limit_actions: Vec::new(),
        }
    }
}

impl JobQueueSpec {
    /// Priority of a queue that names none.
    pub const DEFAULT_PRIORITY: i32 = 1;

    /// Its name in AWS.
    pub fn name(&self, environment: &EnvironmentName, key: &str) -> String {
        self.name.clone().unwrap_or_else(|| part_name(environment, key))
    }
}

/// The desired job queue. Its one compute environment is the topology's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobQueuePlan {
    /// Key in `job_queues`.
    pub key: String,
    /// Name in AWS.
    pub name: String,
    /// Priority.
    pub priority: i32,
    /// ENABLED or DISABLED.
    pub enabled: bool,
    /// Scheduling policy.
    pub scheduling_policy_arn: Option<String>,
    /// What to do with jobs that are stuck; their order means nothing.
    pub state_time_limit_actions: BTreeSet<StateTimeLimitAction>,
    /// Tags.
    pub tags: Tags,
}

/// Whether Batch can give a queue with one scheduling policy the other in place: a policy can be exchanged for another one, but
/// neither taken away nor given to a queue without one. Source: AWS Batch API Reference, UpdateJobQueue, `schedulingPolicyArn`.
pub fn can_change_policy(current: Option<&str>, wanted: Option<&str>) -> bool {
    current.is_some() == wanted.is_some()
}

/// Everything that is wrong with the queues of an environment.
pub fn validate_job_queues(environment: &EnvironmentName, queues: &BTreeMap<String, JobQueueSpec>) -> Vec<PlanError> {
    let mut errors = Vec::new();
    let mut names: BTreeMap<String, &String> = BTreeMap::new();
    for (key, queue) in queues {
        let at = |field: &str| format!("job_queues[{key:?}]{field}");
        let name = queue.name(environment, key);
        match validate_name(&name) {
            _ if key.is_empty() => errors.push(empty_key().at("job_queues")),
            Err(_) if queue.name.is_none() => errors.push(invalid_key(key, &name).at(at(""))),
            Err(invalid) => errors.push(invalid.at(at(".name"))),
            Ok(()) => {}
        }
        if let Some(other) = names.insert(name.clone(), key) {
            let detail = format!("job_queues[{other:?}] has the same name. Give one of them another name.");
            errors.push(Invalid::new(format!("Two job queues are named {name:?}"), detail).at(at(".name")));
        }
        errors.extend(
            validate_priority(queue.priority.into())
                .err()
                .map(|error| error.at(at(".priority"))),
        );
        if let Some(arn) = &queue.scheduling_policy_arn {
            errors.extend(
                validate_scheduling_policy_arn(arn)
                    .err()
                    .map(|error| error.at(at(".scheduling_policy_arn"))),
            );
        }
        errors.extend(action_errors(
            &queue.state_time_limit_actions,
            &at(".job_state_time_limit_actions"),
        ));
    }
    errors
}

fn action_errors(actions: &[StateTimeLimitAction], attribute: &str) -> Vec<PlanError> {
    let mut errors = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        for (field, invalid) in action.validate() {
            errors.push(invalid.at(format!("{attribute}[{index}].{field}")));
        }
        let same = |other: &&StateTimeLimitAction| other.reason == action.reason && other.state == action.state;
        if actions[..index].iter().any(|other| same(&other)) {
            let invalid = Invalid::new(
                format!("There are two limits for {} in {}", action.reason, action.state),
                "AWS Batch takes one action for each reason and state. Remove one of the two.",
            );
            errors.push(invalid.at(format!("{attribute}[{index}].reason")));
        }
    }
    errors
}

/// Checks a priority on its own.
pub fn validate_priority(priority: i64) -> Result<(), Invalid> {
    let (least, most) = (i64::from(*PRIORITIES.start()), i64::from(*PRIORITIES.end()));
    if (least..=most).contains(&priority) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{priority} is not a priority"),
        format!("Give a whole number from {least} to {most}; the higher one comes first."),
    ))
}

/// Checks a queue's name. Source: AWS Batch API Reference, CreateJobQueue.
fn validate_name(name: &str) -> Result<(), Invalid> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_well && name.bytes().all(is_word) && name.len() <= JOB_QUEUE_NAME_LENGTH {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} cannot be the name of a job queue"),
        format!(
            "Use 1 to {JOB_QUEUE_NAME_LENGTH} letters, digits, hyphens and underscores, with a letter or digit first, or leave it \
             out to have it derived from the environment's name and the queue's key."
        ),
    ))
}

fn empty_key() -> Invalid {
    Invalid::new(
        "A job queue has an empty key",
        "The key tells the queue from the others of the environment. Give it one, such as \"default\".",
    )
}

fn invalid_key(key: &str, name: &str) -> Invalid {
    Invalid::new(
        format!("{key:?} cannot be the key of a job queue without a name"),
        format!(
            "Its name would be {name:?}, and AWS Batch takes 1 to {JOB_QUEUE_NAME_LENGTH} letters, digits, hyphens and \
             underscores. Use such characters in the key, or set the queue's `name`."
        ),
    )
}

/// Checks the ARN of a scheduling policy. Source: Service Authorization Reference, AWS Batch, "Resource types".
fn validate_scheduling_policy_arn(arn: &str) -> Result<(), Invalid> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let fits = matches!(parts.as_slice(), ["arn", partition, "batch", region, account, resource]
        if partition.starts_with("aws")
            && !region.is_empty()
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
            && resource.strip_prefix("scheduling-policy/").is_some_and(|name| !name.is_empty()));
    if fits {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{arn:?} is not the ARN of a scheduling policy"),
        "Give an ARN such as arn:aws:batch:ap-northeast-1:123456789012:scheduling-policy/fair, or leave it out for a queue that \
         takes its jobs in their order.",
    ))
}

/// Checks that a scheduling policy is where the queue is: Batch finds no other.
pub fn check_policy_place(arn: &str, region: &str, account_id: &str) -> Result<(), Invalid> {
    let mut parts = arn.split(':').skip(3);
    let (in_region, in_account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if in_region == region && in_account == account_id {
        return Ok(());
    }
    Err(Invalid::new(
        "The scheduling policy is elsewhere",
        format!(
            "The queue is in region {region}, account {account_id}, and the policy in region {in_region}, account {in_account}. \
             Give a policy of the same region and account."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str, change: impl FnOnce(&mut JobQueueSpec)) -> Vec<String> {
        let mut queue = JobQueueSpec::default();
        change(&mut queue);
        let queues = BTreeMap::from([(key.to_owned(), queue)]);
        validate_job_queues(&"simulation".parse().unwrap(), &queues)
            .into_iter()
            .map(|error| error.attribute.trim_start_matches("job_queues").to_owned())
            .collect()
    }

    fn limit() -> StateTimeLimitAction {
        StateTimeLimitAction {
            reason: StateTimeLimitAction::REASONS[0].to_owned(),
            state: "RUNNABLE".to_owned(),
            max_time_seconds: 600,
            action: "CANCEL".to_owned(),
        }
    }

    #[test]
    fn names_follow_batchs_rule() {
        assert!(told("default", |_| {}).is_empty());
        assert_eq!(told("a b", |_| {}), ["[\"a b\"]"]);
        assert_eq!(
            told(&"x".repeat(118), |_| {}).len(),
            1,
            "129 characters with the environment's name"
        );
        assert!(told("a b", |q| q.name = Some("fine".to_owned())).is_empty());
        assert_eq!(told("a", |q| q.name = Some("-a".to_owned())), ["[\"a\"].name"]);
    }

    #[test]
    fn two_queues_have_two_names() {
        let named = |name: &str| JobQueueSpec {
            name: Some(name.to_owned()),
            ..JobQueueSpec::default()
        };
        let queues = BTreeMap::from([
            ("a".to_owned(), JobQueueSpec::default()),
            ("b".to_owned(), named("simulation-a")),
        ]);
        let errors = validate_job_queues(&"simulation".parse().unwrap(), &queues);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].attribute, "job_queues[\"b\"].name");
    }

    #[test]
    fn every_value_is_checked() {
        assert_eq!(told("a", |q| q.priority = -1), ["[\"a\"].priority"]);
        assert_eq!(told("a", |q| q.priority = 1001), ["[\"a\"].priority"]);
        assert!(told("a", |q| q.priority = 0).is_empty());
        let arn = |arn: &str| told("a", |q| q.scheduling_policy_arn = Some(arn.to_owned()));
        assert!(arn("arn:aws:batch:ap-northeast-1:123456789012:scheduling-policy/fair").is_empty());
        for wrong in [
            "fair",
            "arn:aws:batch:ap-northeast-1:123456789012:job-queue/fair",
            "arn:aws:batch:x:1:scheduling-policy/",
        ] {
            assert_eq!(arn(wrong), ["[\"a\"].scheduling_policy_arn"]);
        }
    }

    #[test]
    fn limits_are_checked_one_by_one() {
        let limits = |limits: Vec<StateTimeLimitAction>| told("a", |q| q.state_time_limit_actions = limits);
        assert!(limits(vec![limit()]).is_empty());
        let wrong = StateTimeLimitAction {
            reason: "CAPACITY".to_owned(),
            state: "RUNNING".to_owned(),
            max_time_seconds: 599,
            action: "STOP".to_owned(),
        };
        let at = |field: &str| format!("[\"a\"].job_state_time_limit_actions[0].{field}");
        let all = ["reason", "state", "action", "max_time_seconds"].map(at);
        assert_eq!(limits(vec![wrong]), all);
        let twice = limits(vec![
            limit(),
            StateTimeLimitAction {
                max_time_seconds: 700,
                ..limit()
            },
        ]);
        assert_eq!(twice, ["[\"a\"].job_state_time_limit_actions[1].reason"]);
    }

    #[test]
    fn a_policy_can_be_exchanged_only() {
        assert!(can_change_policy(Some("a"), Some("b")));
        assert!(can_change_policy(None, None));
        assert!(!can_change_policy(None, Some("b")));
        assert!(!can_change_policy(Some("a"), None));
        let arn = "arn:aws:batch:ap-northeast-1:123456789012:scheduling-policy/fair";
        assert!(check_policy_place(arn, "ap-northeast-1", "123456789012").is_ok());
        assert!(check_policy_place(arn, "us-east-1", "123456789012").is_err());
        assert!(check_policy_place(arn, "ap-northeast-1", "210987654321").is_err());
    }
}
