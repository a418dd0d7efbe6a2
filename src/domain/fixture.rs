//! The seed's environment and its region, for tests.

use std::collections::BTreeSet;

use super::Tags;
use super::batch::ComputeType;
use super::endpoint::EndpointKind;
use super::facts::{EndpointService, Facts};
use super::spec::{
    ComputeEnvironmentSpec, EndpointsSpec, IgnoredTags, InstanceTenancy, IsolationSpec, Kept, NetworkSpec,
    SecurityGroupSpec, Spec,
};

/// Tokyo as an account sees it that got no `1b`.
pub(crate) fn tokyo() -> Facts {
    let zones = ["a", "c", "d"].map(|letter| format!("ap-northeast-1{letter}"));
    let mut facts = Facts {
        account_id: "123456789012".to_owned(),
        partition: "aws".to_owned(),
        region: "ap-northeast-1".to_owned(),
        availability_zones: zones.to_vec(),
        ..Facts::default()
    };
    let interfaces = [
        "ecs-agent",
        "ecs-telemetry",
        "ecs",
        "ecr.dkr",
        "ecr.api",
        "logs",
        "secretsmanager",
        "ssm",
        "s3",
        "dynamodb",
    ];
    for name in interfaces {
        let service_name = format!("com.amazonaws.ap-northeast-1.{name}");
        let mut kinds = BTreeSet::from([EndpointKind::Interface]);
        if matches!(name, "s3" | "dynamodb") {
            kinds.insert(EndpointKind::Gateway);
            facts.prefix_lists.insert(service_name.clone(), format!("pl-{name}"));
        }
        let service = EndpointService {
            service_name: service_name.clone(),
            kinds,
            availability_zones: zones.iter().cloned().collect(),
            supports_private_dns: true,
        };
        facts.endpoint_services.insert(service_name, service);
    }
    facts
}

/// What the quickstart's configuration asks for.
pub(crate) fn seed() -> Spec {
    Spec {
        name: "simulation".parse().unwrap(),
        region: "ap-northeast-1".to_owned(),
        network: NetworkSpec {
            cidr_block: "10.0.0.0/16".parse().unwrap(),
            max_azs: 3,
            availability_zones: None,
            subnet_prefix_length: Some(18),
            instance_tenancy: InstanceTenancy::Default,
        },
        endpoints: EndpointsSpec {
            cloudwatch_logs: false,
            additional_services: Vec::new(),
            private_dns_enabled: true,
            availability_zones: None,
        },
        security_group: SecurityGroupSpec {
            name: Some("for-batch-compute-environment".to_owned()),
            description: Some("For batch compute environment.".to_owned()),
            allow_all_outbound: true,
            ..SecurityGroupSpec::default()
        },
        compute_environment: ComputeEnvironmentSpec {
            name: Some("my-batch-cluster".to_owned()),
            compute_type: ComputeType::Ec2,
            allocation_strategy: None,
            instance_types: vec!["t3.small".to_owned()],
            min_vcpus: 0,
            desired_vcpus: Some(0),
            max_vcpus: 4,
            enabled: true,
            image_id: None,
            ec2_configuration: Vec::new(),
            ec2_key_pair: None,
            instance_role_arn: None,
            service_role_arn: None,
            create_service_role: false,
            instance_tags: Tags::new(),
        },
        isolation: IsolationSpec::default(),
        tags: Tags::new(),
        ignored_tags: IgnoredTags::default(),
        kept: Kept::default(),
    }
}
