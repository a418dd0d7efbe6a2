//! Plans: what is known, what is not, and what depends on what.

use tf_provider::value::Value;

use super::*;
use crate::provider::attribute::Map;
use crate::provider::read::{list, object, texts};

#[tokio::test]
async fn the_seed_is_known_but_for_ids() {
    let planned = Terraform::new().plan(&config(SEED)).await.unwrap();
    let network = object(&planned.state.network);
    assert_eq!(
        texts(&network.availability_zones).unwrap(),
        ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]
    );
    let blocks: Vec<String> = network
        .subnets
        .iter()
        .flatten()
        .map(|(_, subnet)| object(subnet).cidr_block.unwrap())
        .collect();
    assert_eq!(blocks, ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]);
    let endpoints = object(&planned.state.endpoints);
    let services: Vec<&String> = endpoints.services.iter().flatten().map(|(name, _)| name).collect();
    assert_eq!(
        services,
        ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "s3"]
    );
    assert_eq!(planned.state.account_id, Value::Value("123456789012".into()));
    assert_eq!(
        unknown(&planned.state),
        [
            "compute_environment.arn",
            "compute_environment.ecs_cluster_arn",
            "compute_environment.instance_role_arn",
            "compute_environment.service_role_arn",
            "compute_environment.status_reason",
            "endpoints.services.dns_name",
            "endpoints.services.id",
            "endpoints.services.network_interface_ids",
            "network.default_security_group_id",
            "network.subnet_ids",
            "network.subnets.id",
            "network.subnets.route_table_id",
            "network.vpc_id",
            "security_group.id",
        ]
    );
}

#[tokio::test]
async fn left_out_null_empty_and_nulls_are_the_same() {
    let shapes = [
        SHORT.to_owned(),
        r#"{"name": "simulation", "network": null, "endpoints": null, "security_group": null, "tags": null, "timeouts": null,
            "compute_environment": {"max_vcpus": 4, "name": null, "instance_types": null}}"#
            .to_owned(),
        r#"{"name": "simulation", "network": {}, "endpoints": {}, "security_group": {}, "timeouts": {},
            "compute_environment": {"max_vcpus": 4}}"#
            .to_owned(),
        r#"{"name": "simulation", "network": {"max_azs": null}, "endpoints": {"cloudwatch_logs": null},
            "security_group": {"name": null}, "timeouts": {"read": null}, "compute_environment": {"max_vcpus": 4}}"#
            .to_owned(),
    ];
    let terraform = Terraform::new();
    let first = terraform.plan(&config(&shapes[0])).await.unwrap().state;
    for shape in &shapes[1..] {
        assert_eq!(terraform.plan(&config(shape)).await.unwrap().state, first, "{shape}");
    }
    assert_eq!(object(&first.compute_environment).instance_types, list(["optimal"]));
    assert_eq!(object(&first.endpoints).cloudwatch_logs, Value::Value(true));
}

type Edit = fn(&mut Environment);

fn section<T: Clone + Default>(value: &mut Value<T>, edit: impl FnOnce(&mut T)) {
    let mut inner = object(value);
    edit(&mut inner);
    *value = Value::Value(inner);
}

/// An attribute made unknown, and what else may become unknown in the plan of an update.
const UNKNOWN: &[(&str, Edit, &[&str])] = &[
    (
        "region",
        |c| c.region = Value::Unknown,
        &[
            "account_id",
            "network.",
            "endpoints.",
            "security_group.",
            "compute_environment.",
            "estimated_monthly_cost",
            "tags_all",
        ],
    ),
    ("tags", |c| c.tags = Value::Unknown, &["tags_all"]),
    ("deletion_protection", |c| c.deletion_protection = Value::Unknown, &[]),
    (
        "network",
        |c| c.network = Value::Unknown,
        &[
            "endpoints.services",
            "compute_environment.status_reason",
            // It may turn out to be an existing one.
            "isolation.private_paths",
            "estimated_monthly_cost",
        ],
    ),
    (
        "network.cidr_block",
        |c| section(&mut c.network, |n| n.cidr_block = Value::Unknown),
        &[
            "network.subnets",
            "network.subnet_ids",
            "network.availability_zones",
            "endpoints.services",
            "compute_environment.status_reason",
            "estimated_monthly_cost",
        ],
    ),
    (
        "network.max_azs",
        |c| section(&mut c.network, |n| n.max_azs = Value::Unknown),
        &[
            "network.subnets",
            "network.subnet_ids",
            "network.availability_zones",
            "endpoints.services",
            "compute_environment.status_reason",
            "estimated_monthly_cost",
        ],
    ),
    (
        "network.instance_tenancy",
        |c| section(&mut c.network, |n| n.instance_tenancy = Value::Unknown),
        &[],
    ),
    (
        "endpoints.cloudwatch_logs",
        |c| section(&mut c.endpoints, |e| e.cloudwatch_logs = Value::Unknown),
        &["endpoints.services", "estimated_monthly_cost"],
    ),
    (
        "endpoints.additional_services",
        |c| {
            section(&mut c.endpoints, |e| {
                e.additional_services = Value::Value(vec![Value::Unknown]);
            })
        },
        &["endpoints.services", "estimated_monthly_cost"],
    ),
    (
        "endpoints.private_dns_enabled",
        |c| section(&mut c.endpoints, |e| e.private_dns_enabled = Value::Unknown),
        &["endpoints.services"],
    ),
    (
        "endpoints.policy",
        |c| section(&mut c.endpoints, |e| e.policy = Value::Unknown),
        &[],
    ),
    (
        "endpoints.policies",
        |c| {
            section(&mut c.endpoints, |e| {
                e.policies = Value::Value(Map::from([("s3".to_owned(), Value::Unknown)]));
            })
        },
        &[],
    ),
    (
        "endpoints.enabled",
        |c| section(&mut c.endpoints, |e| e.enabled = Value::Unknown),
        &["endpoints.services", "estimated_monthly_cost"],
    ),
    (
        "security_group.name",
        |c| section(&mut c.security_group, |g| g.name = Value::Unknown),
        &["security_group.id", "compute_environment.status_reason"],
    ),
    (
        "security_group.additional_ids",
        |c| {
            section(&mut c.security_group, |g| {
                g.additional_ids = Value::Value(vec![Value::Unknown]);
            })
        },
        &["compute_environment.status_reason"],
    ),
    (
        "compute_environment.max_vcpus",
        |c| section(&mut c.compute_environment, |e| e.max_vcpus = Value::Unknown),
        &["compute_environment.status_reason"],
    ),
    (
        "compute_environment.instance_types",
        |c| {
            section(&mut c.compute_environment, |e| {
                e.instance_types = Value::Value(vec![Value::Unknown]);
            })
        },
        &["compute_environment.status_reason"],
    ),
    (
        "compute_environment.instance_role_arn",
        |c| {
            section(&mut c.compute_environment, |e| {
                e.instance_role_arn = Value::Unknown;
            })
        },
        &["compute_environment.status_reason"],
    ),
    (
        "compute_environment.create_service_role",
        |c| {
            section(&mut c.compute_environment, |e| {
                e.create_service_role = Value::Unknown;
            })
        },
        // Another kind of role would need another compute environment.
        &[
            "compute_environment.arn",
            "compute_environment.ecs_cluster_arn",
            "compute_environment.service_role_arn",
            "compute_environment.status_reason",
        ],
    ),
    (
        "timeouts.read",
        |c| section(&mut c.timeouts, |t| t.read = Value::Unknown),
        &[],
    ),
];

#[tokio::test(start_paused = true)]
async fn only_what_depends_on_an_unknown_value_is_unknown() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    for (attribute, edit, dependents) in UNKNOWN {
        let mut config = config(SEED);
        edit(&mut config);
        let planned = terraform
            .plan(&config)
            .await
            .unwrap_or_else(|errors| panic!("{attribute}: {errors:?}"));
        let found = unknown(&planned.state);
        assert!(
            found.iter().any(|path| path.starts_with(attribute)),
            "{attribute} itself: {found:?}"
        );
        for path in found {
            let expected = path.starts_with(attribute) || dependents.iter().any(|known| path.starts_with(known));
            assert!(expected, "{attribute} makes {path} unknown");
        }
    }
}

#[tokio::test]
async fn an_unknown_name_hides_what_is_derived_from_it() {
    let mut config = config(SHORT);
    config.name = Value::Unknown;
    let planned = Terraform::new().plan(&config).await.unwrap().state;
    let found = unknown(&planned);
    for path in [
        "id",
        "name",
        "security_group.name",
        "security_group.description",
        "compute_environment.name",
    ] {
        assert!(found.iter().any(|found| found == path), "{path}: {found:?}");
    }
    assert!(object(&planned.network).subnets.is_value());
}

#[tokio::test]
async fn without_a_configured_provider_nothing_of_aws_is_planned() {
    let terraform = Terraform::new();
    terraform.session.configure_later(vec!["region".into()]);
    let planned = terraform.plan(&config(SEED)).await.unwrap();
    let found = unknown(&planned.state);
    for path in [
        "region",
        "account_id",
        "network.subnets",
        "endpoints.services",
        "tags_all",
    ] {
        assert!(found.iter().any(|found| found == path), "{path}: {found:?}");
    }
    let network = object(&planned.state.network);
    assert_eq!(network.cidr_block, Value::Value("10.0.0.0/16".into()));
    let mut diags = Diagnostics::default();
    let (state, config) = (Value::Value(planned.state), Value::Value(config(SEED)));
    let made = terraform
        .resource
        .create(&mut diags, state, config, Value::Null, meta())
        .await;
    assert!(made.is_none());
    assert_eq!(told(&diags), [": The provider is not configured yet"]);
    assert!(diags.errors[0].detail.contains("region"));
}

#[tokio::test]
async fn zones_that_do_not_exist_are_told_at_their_attribute() {
    let wrong = r#"{"name": "x", "network": {"availability_zones": ["ap-northeast-1z"]}, "compute_environment": {"max_vcpus": 4}}"#;
    let errors = Terraform::new().plan(&config(wrong)).await.err().unwrap();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("network.availability_zones"), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_a_change_asks_nothing_of_the_region() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SHORT)).await.unwrap();
    terraform.cloud.clear_calls();
    terraform.assert_settled(&config(SHORT)).await;
    let asked: Vec<String> = terraform
        .cloud
        .calls()
        .iter()
        .map(|call| call.operation.to_string())
        .collect();
    for region_wide in [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeVpcEndpointServices",
        "ec2:DescribeManagedPrefixLists",
    ] {
        assert!(
            !asked.iter().any(|operation| operation == region_wide),
            "{region_wide} in {asked:?}"
        );
    }
}
