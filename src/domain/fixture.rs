//! The seed's environment and its region, for tests.

use std::collections::{BTreeMap, BTreeSet};

use super::Tags;
use super::batch::ComputeType;
use super::endpoint::{EndpointKind, PolicyPreset};
use super::facts::{EndpointService, Facts};
use super::observed::{Endpoint, Observed, RouteTable, Subnet, Vpc};
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
            supports_policies: true,
        };
        facts.endpoint_services.insert(service_name, service);
    }
    facts
}

/// Somebody's network with two subnets, one in each of two zones, which both use the main route table.
pub(crate) fn network() -> Observed {
    let subnet = |letter: &str, block: &str| Subnet {
        id: format!("subnet-{letter}"),
        availability_zone: format!("ap-northeast-1{letter}"),
        cidr_block: Some(block.parse().unwrap()),
        available_addresses: Some(200),
        ..Subnet::default()
    };
    let vpc = Vpc {
        id: "vpc-theirs".to_owned(),
        cidr_block: Some("10.9.0.0/16".parse().unwrap()),
        cidr_blocks: vec!["10.9.0.0/16".parse().unwrap(), "10.10.0.0/24".parse().unwrap()],
        instance_tenancy: "default".to_owned(),
        state: "available".to_owned(),
        dns_support: Some(true),
        dns_hostnames: Some(true),
        tags: Tags::new(),
    };
    let main = RouteTable {
        id: "rtb-main".to_owned(),
        main: true,
        ..RouteTable::default()
    };
    let subnets = [subnet("a", "10.9.0.0/24"), subnet("c", "10.9.1.0/24")];
    Observed {
        existing_network: true,
        vpc: Some(vpc),
        subnets: subnets.into_iter().map(|subnet| (subnet.id.clone(), subnet)).collect(),
        route_tables: [(main.id.clone(), main)].into(),
        ..Observed::default()
    }
}

/// An available endpoint of nobody in particular.
pub(crate) fn endpoint(id: &str, service_name: &str, kind: EndpointKind) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        service_name: service_name.to_owned(),
        kind,
        state: "available".to_owned(),
        last_error: None,
        private_dns_enabled: false,
        subnet_ids: BTreeSet::new(),
        route_table_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        network_interface_ids: BTreeSet::new(),
        dns_name: None,
        policy: None,
        tags: Tags::new(),
    }
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
            existing: None,
        },
        endpoints: EndpointsSpec {
            cloudwatch_logs: false,
            additional_services: Vec::new(),
            private_dns_enabled: true,
            availability_zones: None,
            policy: PolicyPreset::FullAccess,
            organization_id: None,
            policies: BTreeMap::new(),
            enabled: true,
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
            instance_types: Some(vec!["t3.small".to_owned()]),
            min_vcpus: Some(0),
            desired_vcpus: Some(0),
            max_vcpus: 4,
            enabled: true,
            bid_percentage: None,
            image_id: None,
            ec2_configuration: Vec::new(),
            ec2_key_pair: None,
            placement_group: None,
            launch_template: None,
            instance_role_arn: None,
            service_role_arn: None,
            create_service_role: false,
            spot_iam_fleet_role_arn: None,
            instance_tags: Tags::new(),
            min_scale_down_delay_minutes: None,
            container_insights: None,
            image_refresh: None,
            update_policy: None,
        },
        job_queues: BTreeMap::new(),
        isolation: IsolationSpec::default(),
        tags: Tags::new(),
        ignored_tags: IgnoredTags::default(),
        kept: Kept::default(),
    }
}

/// The same on Spot Instances.
pub(crate) fn spot() -> Spec {
    let mut spec = seed();
    spec.compute_environment.compute_type = ComputeType::Spot;
    spec
}

/// The same on Fargate.
pub(crate) fn fargate() -> Spec {
    let mut spec = seed();
    spec.compute_environment = ComputeEnvironmentSpec {
        compute_type: ComputeType::Fargate,
        instance_types: None,
        min_vcpus: None,
        desired_vcpus: None,
        ..spec.compute_environment
    };
    spec
}
