//! Names, job queues, isolation, tags and time-outs.

use super::Wrong;

pub(super) const REST: &[Wrong] = &[
    ("name", r#""""#, &["1", "50"]),
    ("name", r#""-simulation""#, &["-simulation", "letter or digit"]),
    ("name", r#""two words""#, &["two words"]),
    (
        "name",
        r#""a123456789b123456789c123456789d123456789e123456789f""#,
        &["50"],
    ),
    ("region", r#""Tokyo""#, &["Tokyo"]),
    ("tags", r#"{ "aws:team" = "risk" }"#, &["aws:"]),
    ("tags", r#"{ "isolated:environment" = "other" }"#, &["isolated:"]),
    ("timeouts", r#"{ create = "5 parsecs" }"#, &["5 parsecs", "30m"]),
    (
        "job_queues",
        r#"{ "two words" = {} }"#,
        &["job_queues[\"two words\"]", "right-two words", "`name`"],
    ),
    ("job_queues", r#"{ "" = {} }"#, &["empty key", "default"]),
    ("job_queues", r#"{ a = null }"#, &["job_queues[\"a\"]", "null", "{}"]),
    (
        "job_queues",
        r#"{ a = { name = "-a" } }"#,
        &["job_queues[\"a\"].name", "letter or digit first"],
    ),
    (
        "job_queues",
        r#"{ a = { name = "right-b" }, b = {} }"#,
        &["job_queues[\"b\"].name", "job_queues[\"a\"] has the same name"],
    ),
    (
        "job_queues",
        r#"{ a = { priority = 1001 } }"#,
        &["job_queues[\"a\"].priority", "0 to 1000"],
    ),
    (
        "job_queues",
        r#"{ a = { priority = 1.5 } }"#,
        &["job_queues[\"a\"].priority", "whole number"],
    ),
    (
        "job_queues",
        r#"{ a = { scheduling_policy_arn = "fair" } }"#,
        &["job_queues[\"a\"].scheduling_policy_arn", "scheduling-policy/fair"],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [{ reason = "CAPACITY", state = "RUNNABLE", max_time_seconds = 600, action = "CANCEL" }] } }"#,
        &[
            "job_queues[\"a\"].job_state_time_limit_actions[0].reason",
            "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        ],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [{ reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "STARTING", max_time_seconds = 600, action = "CANCEL" }] } }"#,
        &[
            "job_queues[\"a\"].job_state_time_limit_actions[0].state",
            "Use RUNNABLE",
        ],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [{ reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 60, action = "CANCEL" }] } }"#,
        &[
            "job_queues[\"a\"].job_state_time_limit_actions[0].max_time_seconds",
            "600 (10 minutes)",
            "86400",
        ],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [{ reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 600, action = "TERMINATE" }] } }"#,
        &[
            "job_queues[\"a\"].job_state_time_limit_actions[0].action",
            "not an action",
            "Use CANCEL",
        ],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [{ reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 600, action = "CANCEL" }, { reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 700, action = "CANCEL" }] } }"#,
        &[
            "job_queues[\"a\"].job_state_time_limit_actions[1].reason",
            "Remove one of the two",
        ],
    ),
    (
        "job_queues",
        r#"{ a = { job_state_time_limit_actions = [null] } }"#,
        &["job_queues[\"a\"].job_state_time_limit_actions[0]", "compact()"],
    ),
    ("isolation", r#"{ enforce = "sometimes" }"#, &["isolation", "bool"]),
    (
        "tags",
        r#"{ Team = "a", team = "b" }"#,
        &["differ in case only", "default_tags"],
    ),
    ("tags", r#"{ a = null }"#, &["tags[\"a\"]", "empty value"]),
    (
        "timeouts",
        r#"{ read = "0s" }"#,
        &["timeouts.read", "shorter than a second"],
    ),
];
