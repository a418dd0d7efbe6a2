//! What failed, why, and what the user can do about it.

use std::time::Duration;

use super::part::Part;
use super::step::Step;
use crate::cloud::{CloudError, ErrorKind};

/// One thing that is missing or wrong after a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The part that it is about.
    pub part: Part,
    /// The attribute to point at, dotted (`compute_environment.instance_types`).
    pub attribute: String,
    /// One line: what happened to which part.
    pub summary: String,
    /// AWS's words and the remedy, in full sentences. How to go on from here is not said: it depends on what Terraform was doing,
    /// which the engine does not know.
    pub detail: String,
    /// The reason, for code.
    pub cause: Cause,
}

/// Why a part is not as desired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS refused a call, or did not answer.
    Cloud(CloudError),
    /// It was still not there when the user's timeout ended.
    Timeout,
    /// AWS reports it as failed.
    Unhealthy,
    /// The user interrupted the run.
    Cancelled,
}

/// How a step ended that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// AWS refused, or did not answer.
    Cloud(CloudError),
    /// The time was up. `last` is AWS's latest refusal, `seen` what was seen last.
    Timeout {
        /// The latest refusal.
        last: Option<CloudError>,
        /// What was seen last.
        seen: String,
    },
    /// AWS reports a failure: its words.
    Unhealthy(String),
    /// Something that the step needs was deleted meanwhile: what.
    Gone(String),
    /// The user interrupted the run.
    Cancelled,
}

impl From<CloudError> for StepError {
    fn from(error: CloudError) -> Self {
        Self::Cloud(error)
    }
}

impl Failure {
    /// What a failed step means to the user. `timeout` is what the user allows the whole run.
    pub fn of_step(step: &Step, error: StepError, timeout: Duration) -> Self {
        let part = step.part();
        let doing = format!("{} the {part}", step.verb());
        let (summary, detail, cause) = match error {
            StepError::Cloud(error) => {
                let detail = paragraphs([
                    format!("{} failed.", capitalised(&doing)),
                    error.to_string(),
                    remedy(&error),
                ]);
                (format!("AWS refused {doing}"), detail, Cause::Cloud(error))
            }
            StepError::Timeout { last, seen } => {
                let refusal = last
                    .map(|error| format!("\n\nAWS's last answer was: {error}"))
                    .unwrap_or_default();
                let allowed = humantime::format_duration(timeout);
                let detail = format!(
                    "After {allowed}, {doing} had not ended: {seen}.{refusal}\n\nAllow more time with the timeouts attribute \
                     if AWS is only slow."
                );
                (format!("Timed out {doing}"), detail, Cause::Timeout)
            }
            StepError::Unhealthy(reason) => (
                match part {
                    Part::Endpoints | Part::JobQueues => format!("The {part} are not healthy"),
                    _ => format!("The {part} is not healthy"),
                },
                format!("{reason}\n\nMend the cause first."),
                Cause::Unhealthy,
            ),
            StepError::Gone(what) => (
                format!("The {what} disappeared"),
                format!(
                    "{} needs the {what}, and it is gone. Somebody else seems to be changing the environment at the same time; what is \
                     missing is made again by the next run.",
                    capitalised(&doing)
                ),
                Cause::Unhealthy,
            ),
            StepError::Cancelled => (
                format!("Interrupted {doing}"),
                "The run was interrupted before this was done.".to_owned(),
                Cause::Cancelled,
            ),
        };
        let attribute = part.attribute();
        Self {
            part,
            attribute,
            summary,
            detail,
            cause,
        }
    }

    /// An observation that AWS did not allow, without which nothing can be decided.
    pub fn of_observation(error: CloudError) -> Self {
        Self {
            part: Part::Environment,
            attribute: String::new(),
            summary: "AWS refused reading the environment".to_owned(),
            detail: paragraphs([error.to_string(), remedy(&error)]),
            cause: Cause::Cloud(error),
        }
    }

    /// A run that ended before it could look at what it had done.
    pub fn interrupted() -> Self {
        Self {
            part: Part::Environment,
            attribute: String::new(),
            summary: "Interrupted reading the environment".to_owned(),
            detail: "The run ended before AWS had shown that all is well.".to_owned(),
            cause: Cause::Cancelled,
        }
    }

    /// A step that was still needed when the run ended, although nothing had failed.
    pub fn left_over(step: &Step) -> Self {
        let part = step.part();
        Self {
            attribute: part.attribute(),
            summary: format!("Still needed: {} the {part}", step.verb()),
            detail: format!(
                "AWS accepted every call, and yet {} the {part} is still needed. Something else may be changing it at the same \
                 time.",
                step.verb()
            ),
            part,
            cause: Cause::Unhealthy,
        }
    }
}

pub(super) fn paragraphs<const N: usize>(paragraphs: [String; N]) -> String {
    paragraphs
        .into_iter()
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What the user can do about a refusal; empty where there is nothing but to try again.
pub fn remedy(error: &CloudError) -> String {
    match error.kind {
        ErrorKind::Denied => {
            format!(
                "Allow {} to the credentials that the provider uses, or renew them.",
                error.operation
            )
        }
        ErrorKind::Quota => {
            "A quota of the account is used up. Raise it in Service Quotas, or delete what is not needed.".to_owned()
        }
        ErrorKind::Throttled => "AWS is throttling this account. Fewer parallel operations (-parallelism) or \
                                 retry_mode = \"adaptive\" in the provider block avoid it."
            .to_owned(),
        ErrorKind::AlreadyExists => {
            "Something of this name or block exists and does not belong to this environment. Choose \
                                     another name, or delete what is there."
                .to_owned()
        }
        ErrorKind::Conflict => "Something else holds on to it or is changing it. Release it first.".to_owned(),
        ErrorKind::Invalid => "AWS does not accept this request. Change the attribute that it names.".to_owned(),
        ErrorKind::NotFound => {
            "Something that it needs has been deleted, and is made again by the next run.".to_owned()
        }
        ErrorKind::NotYet | ErrorKind::Unknown => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(kind: ErrorKind) -> CloudError {
        CloudError {
            kind,
            operation: "ec2:CreateVpcEndpoint",
            code: Some("UnauthorizedOperation".into()),
            message: "You are not authorized to perform this operation.".into(),
            request_id: Some("1234".into()),
        }
    }

    #[test]
    fn a_refusal_carries_part_code_message_request_id_and_remedy() {
        let step = Step::CreateEndpoint("ecs-agent".into());
        let failure = Failure::of_step(&step, refusal(ErrorKind::Denied).into(), Duration::from_secs(60));
        assert_eq!(failure.attribute, "endpoints");
        assert_eq!(failure.summary, "AWS refused creating the endpoint for ecs-agent");
        for word in [
            "UnauthorizedOperation",
            "not authorized",
            "1234",
            "Allow ec2:CreateVpcEndpoint",
        ] {
            assert!(failure.detail.contains(word), "{word}: {}", failure.detail);
        }
    }

    #[test]
    fn what_disappears_meanwhile_is_made_by_the_next_run() {
        let gone = StepError::Gone("security group".to_owned());
        let failure = Failure::of_step(&Step::CreateEndpoint("ecs".into()), gone, Duration::from_secs(60));
        assert_eq!(failure.summary, "The security group disappeared");
        assert!(
            failure
                .detail
                .starts_with("Creating the endpoint for ecs needs the security group, and it is gone."),
            "{}",
            failure.detail
        );
    }

    #[test]
    fn a_timeout_says_what_was_seen_last() {
        let error = StepError::Timeout {
            last: None,
            seen: "endpoint for ecs is pending".into(),
        };
        let failure = Failure::of_step(&Step::AwaitEndpoints, error, Duration::from_secs(1800));
        assert_eq!(failure.summary, "Timed out waiting for the endpoints");
        assert!(
            failure
                .detail
                .starts_with("After 30m, waiting for the endpoints had not ended: endpoint for ecs is pending.")
        );
    }
}
