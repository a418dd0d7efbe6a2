//! The rows of the table.

use super::Change::{InPlace, InPlaceBetweenCustomRoles, InPlaceIfUpdatable, InPlaceToDefaultTenancy, Replace, Swap};
use super::{Row, Spec, value};

pub(super) const COMPUTE_ENVIRONMENT_NAME: &str = "compute_environment.name";

const OWNERSHIP: &str = "The parts are found by it.";
const FIXED_NETWORK: &str = "AWS fixes it when the part is created, and every part stands on it.";
const ANOTHER_GROUP: &str = "AWS fixes it when the group is created: another group is made, the endpoints and the compute environment move to it, and the former one is deleted.";
const INFRASTRUCTURE: &str = "AWS Batch rolls out instances with the new value and drains the old ones.";
const SCALING: &str = "A scaling update takes minutes and touches no instance.";
const ENDPOINT: &str = "Endpoints are added, changed and removed one by one.";

const POLICY: &str = "The policy of an endpoint is exchanged as it is; its interfaces and names stay.";

const NETWORK: &str = "Changed in place on Fargate, and elsewhere (by an infrastructure update) with the service-linked role and an \
                       allocation strategy other than `BEST_FIT`; otherwise a change swaps the compute environment behind its job queues.";

const OURS: &str = "This provider.";
const VPC_GUIDE: &str = "Amazon VPC User Guide, \"VPC CIDR blocks\" and \"Subnet CIDR blocks\".";
const PRIVATELINK_GUIDE: &str = "EC2 API Reference, ModifyVpcEndpoint.";
const GROUP_API: &str = "EC2 API Reference, CreateSecurityGroup.";
const RULE_API: &str = "EC2 API Reference, AuthorizeSecurityGroupIngress and RevokeSecurityGroupIngress.";
const BATCH_API: &str = "AWS Batch API Reference, UpdateComputeEnvironment.";
const SCALING_GUIDE: &str = "AWS Batch User Guide, \"Perform scaling updates\".";
const INFRASTRUCTURE_GUIDE: &str = "AWS Batch User Guide, \"Perform infrastructure updates\".";

const fn row(
    attribute: &'static str,
    change: super::Change,
    reason: &'static str,
    source: &'static str,
    value: fn(&Spec) -> Option<String>,
) -> Row {
    Row {
        attribute,
        change,
        reason,
        source,
        is_network: false,
        follows_from: &[],
        sentence: None,
        value,
    }
}

/// An attribute whose value matters neither to a replacement nor to a swap.
const fn in_place(attribute: &'static str, reason: &'static str, source: &'static str) -> Row {
    row(attribute, InPlace, reason, source, |_| None)
}

/// A field of an infrastructure update.
const fn infrastructure(attribute: &'static str, value: fn(&Spec) -> Option<String>) -> Row {
    row(
        attribute,
        InPlaceIfUpdatable,
        INFRASTRUCTURE,
        INFRASTRUCTURE_GUIDE,
        value,
    )
}

/// A field of an infrastructure update, and of a scaling update on Fargate.
const fn network(attribute: &'static str, reason: &'static str, value: fn(&Spec) -> Option<String>) -> Row {
    Row {
        is_network: true,
        sentence: Some(NETWORK),
        ..row(attribute, InPlaceIfUpdatable, reason, INFRASTRUCTURE_GUIDE, value)
    }
}

/// The table, in the order of the resource's attributes.
pub static TABLE: &[Row] = &[
    row("name", Replace, OWNERSHIP, OURS, |s| Some(s.name.to_string())),
    row("region", Replace, OWNERSHIP, OURS, |s| Some(s.region.clone())),
    row("network.cidr_block", Replace, FIXED_NETWORK, VPC_GUIDE, |s| {
        value::managed(s, s.network.cidr_block.to_string())
    }),
    in_place(
        "network.max_azs",
        "It decides how many zones are chosen; a change of the zones themselves is judged at availability_zones.",
        OURS,
    ),
    Row {
        follows_from: &["network.max_azs"],
        ..network(
            "network.availability_zones",
            "Subnets are added and removed, and the compute environment gets the new list by an infrastructure update.",
            value::zones,
        )
    },
    row(
        "network.subnet_prefix_length",
        Replace,
        FIXED_NETWORK,
        VPC_GUIDE,
        value::prefix_length,
    ),
    row(
        "network.instance_tenancy",
        InPlaceToDefaultTenancy,
        "AWS lets a VPC give up dedicated hardware, and not ask for it later.",
        "EC2 API Reference, ModifyVpcTenancy.",
        |s| value::managed(s, s.network.instance_tenancy.as_str().to_owned()),
    ),
    row(
        "network.vpc_id",
        Replace,
        "Endpoints and security groups cannot be moved to another VPC, nor from a VPC of the environment's own to an existing one.",
        "EC2 API Reference, CreateVpcEndpoint and CreateSecurityGroup.",
        |s| {
            Some(
                s.network
                    .existing
                    .as_ref()
                    .map(|existing| existing.vpc_id.clone())
                    .unwrap_or_default(),
            )
        },
    ),
    network(
        "network.subnet_ids",
        "Endpoints and the compute environment get the new list; the subnets themselves are left alone.",
        |s| {
            s.network
                .existing
                .as_ref()
                .map(|existing| value::set(&existing.subnet_ids))
        },
    ),
    in_place("endpoints.cloudwatch_logs", ENDPOINT, PRIVATELINK_GUIDE),
    in_place("endpoints.additional_services", ENDPOINT, PRIVATELINK_GUIDE),
    in_place("endpoints.private_dns_enabled", ENDPOINT, PRIVATELINK_GUIDE),
    in_place("endpoints.availability_zones", ENDPOINT, PRIVATELINK_GUIDE),
    in_place("endpoints.policy", POLICY, PRIVATELINK_GUIDE),
    in_place("endpoints.organization_id", POLICY, PRIVATELINK_GUIDE),
    in_place("endpoints.policies", POLICY, PRIVATELINK_GUIDE),
    in_place(
        "endpoints.enabled",
        "The endpoints are removed or made again, and nothing else is touched.",
        PRIVATELINK_GUIDE,
    ),
    Row {
        source: GROUP_API,
        ..network("security_group.name", ANOTHER_GROUP, |s| Some(s.security_group_name()))
    },
    Row {
        source: GROUP_API,
        ..network(
            "security_group.description",
            "As the name. Where the name stays, a stand-in serves while the group of that name is made again, and everything moves twice.",
            |s| Some(s.security_group_description()),
        )
    },
    in_place(
        "security_group.allow_all_outbound",
        "Rules are authorised and revoked one by one.",
        RULE_API,
    ),
    in_place(
        "security_group.ingress_rules",
        "Rules are authorised and revoked one by one.",
        RULE_API,
    ),
    network("security_group.additional_ids", INFRASTRUCTURE, |s| {
        Some(value::set(&s.security_group.additional_ids))
    }),
    row(
        COMPUTE_ENVIRONMENT_NAME,
        Swap,
        "AWS Batch cannot rename a compute environment.",
        BATCH_API,
        value::compute_environment_name,
    ),
    Row {
        sentence: Some(
            "Changed in place between `EC2` and `SPOT` (an infrastructure update) with the service-linked role and an allocation strategy \
             other than `BEST_FIT`; any other change, also between `FARGATE` and `FARGATE_SPOT`, swaps the compute environment behind its \
             job queues.",
        ),
        ..infrastructure("compute_environment.type", |s| {
            Some(s.compute_environment.compute_type.to_string())
        })
    },
    row(
        "compute_environment.allocation_strategy",
        InPlaceIfUpdatable,
        "An infrastructure update takes every strategy but BEST_FIT, and an environment with BEST_FIT takes no such update.",
        INFRASTRUCTURE_GUIDE,
        |s| Some(s.compute_environment.allocation_strategy()?.to_string()),
    ),
    infrastructure("compute_environment.instance_types", |s| {
        value::of_instances(s, value::instance_types)
    }),
    in_place("compute_environment.min_vcpus", SCALING, SCALING_GUIDE),
    in_place(
        "compute_environment.desired_vcpus",
        "It is a starting value: AWS Batch owns it afterwards, so a change has no effect on what exists.",
        SCALING_GUIDE,
    ),
    in_place("compute_environment.max_vcpus", SCALING, SCALING_GUIDE),
    in_place(
        "compute_environment.enabled",
        "A compute environment is enabled and disabled as it is.",
        BATCH_API,
    ),
    infrastructure("compute_environment.bid_percentage", |s| {
        value::of_instances(s, |s| s.bid_percentage.unwrap_or(100).to_string())
    }),
    infrastructure("compute_environment.image_id", |s| {
        value::of_instances(s, |s| optional(&s.image_id))
    }),
    infrastructure("compute_environment.ec2_configuration", |s| {
        value::of_instances(s, value::ec2_configuration)
    }),
    infrastructure("compute_environment.ec2_key_pair", |s| {
        value::of_instances(s, |s| optional(&s.ec2_key_pair))
    }),
    infrastructure("compute_environment.placement_group", |s| {
        value::of_instances(s, |s| optional(&s.placement_group))
    }),
    infrastructure("compute_environment.launch_template", value::launch_template),
    infrastructure("compute_environment.instance_role_arn", value::instance_profile),
    row(
        "compute_environment.service_role_arn",
        InPlaceBetweenCustomRoles,
        "AWS Batch neither leaves nor takes up the service-linked role.",
        BATCH_API,
        value::service_role_kind,
    ),
    row(
        "compute_environment.create_service_role",
        InPlaceBetweenCustomRoles,
        "AWS Batch neither leaves nor takes up the service-linked role.",
        BATCH_API,
        value::service_role_kind,
    ),
    row(
        "compute_environment.spot_iam_fleet_role_arn",
        Swap,
        "AWS Batch does not change it.",
        BATCH_API,
        value::spot_fleet_role,
    ),
    infrastructure("compute_environment.instance_tags", |s| {
        value::of_instances(s, |s| format!("{:?}", s.instance_tags))
    }),
    in_place(
        "compute_environment.min_scale_down_delay_minutes",
        SCALING,
        SCALING_GUIDE,
    ),
    in_place(
        "compute_environment.container_insights",
        "It is a setting of the ECS cluster and touches no instance.",
        BATCH_API,
    ),
    infrastructure("compute_environment.image_refresh", |s| {
        value::of_instances(s, |s| optional(&s.image_refresh))
    }),
    in_place(
        "compute_environment.update_policy",
        "It is stored, and goes with every infrastructure update.",
        BATCH_API,
    ),
    Row {
        sentence: Some(
            "Queues are added, changed and removed in place, one by one; another `name`, and a first `scheduling_policy_arn` or none any \
             more, delete that one queue, with the jobs in it, and make it again.",
        ),
        ..in_place(
            "job_queues",
            "AWS Batch can neither rename a queue nor give it its first scheduling policy or take \
         it away, so that in these cases that one queue is deleted, with the jobs in it, and made again.",
            "AWS Batch API Reference, UpdateJobQueue.",
        )
    },
    in_place(
        "isolation.enforce",
        "It says what becomes of a path to the internet and exists in the state only; setting it to `true` has the paths that are \
         there removed.",
        OURS,
    ),
    in_place(
        "deletion_protection",
        "It guards the environment against being destroyed and exists in the state only.",
        OURS,
    ),
    in_place(
        "tags",
        "Tags are written to each part as it is.",
        "The TagResource, CreateTags and TagRole calls of each service.",
    ),
    in_place("timeouts", "They bound a run and exist in the state only.", OURS),
];

fn optional(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}
