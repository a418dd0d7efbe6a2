//! AWS's rules, one by one, through the port.

mod batch;
mod endpoint;
mod identity;
mod kinds;
mod network;
mod security_group;
mod time;
mod update;

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::FakeCloud;
use crate::cloud::aws::classify;
use crate::cloud::{
    BatchApi, CloudError, ComputeEnvironmentRequest, EndpointRequest, ErrorKind, InstancesRequest, NetworkApi, Result,
    SubnetRequest, VpcRequest,
};
use crate::domain::Tags;
use crate::domain::batch::{AllocationStrategy, ComputeType, InstanceResources};
use crate::domain::endpoint::EndpointKind;
use crate::domain::observed::{ComputeEnvironment, Endpoint};
use crate::domain::spec::InstanceTenancy;

fn tokyo() -> FakeCloud {
    FakeCloud::new("ap-northeast-1")
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn tags(key: &str, value: &str) -> Tags {
    Tags::from([(key.to_owned(), value.to_owned())])
}

/// A refusal, which must mean to the adapter what it means here.
#[track_caller]
fn refused<T: Debug>(answer: Result<T>, kind: ErrorKind, code: &str) -> CloudError {
    let error = answer.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)), "{error}");
    let meaning = match error.operation {
        "iam:AddRoleToInstanceProfile" => classify::kind_of_adding_a_role,
        _ => classify::kind,
    };
    assert_eq!(meaning(code, &error.message), kind, "{error}");
    assert!(
        error.request_id.as_deref().is_some_and(|id| id.starts_with("fake-")),
        "{error}"
    );
    error
}

async fn vpc(cloud: &FakeCloud) -> String {
    let request = VpcRequest {
        cidr_block: "10.0.0.0/16".parse().unwrap(),
        instance_tenancy: InstanceTenancy::Default,
        tags: tags("isolated:environment", "simulation"),
    };
    cloud.create_vpc(&request).await.unwrap().id
}

/// A VPC in which private DNS is possible.
async fn vpc_with_dns(cloud: &FakeCloud) -> String {
    let id = vpc(cloud).await;
    cloud.set_dns_hostnames(&id, true).await.unwrap();
    id
}

async fn try_subnet(cloud: &FakeCloud, vpc_id: &str, zone: &str, block: &str) -> Result<String> {
    let request = SubnetRequest {
        vpc_id: vpc_id.to_owned(),
        availability_zone: format!("ap-northeast-1{zone}"),
        cidr_block: block.parse().unwrap(),
        tags: Tags::new(),
    };
    cloud.create_subnet(&request).await.map(|subnet| subnet.id)
}

async fn subnet(cloud: &FakeCloud, vpc_id: &str, zone: &str, block: &str) -> String {
    try_subnet(cloud, vpc_id, zone, block).await.unwrap()
}

async fn group(cloud: &FakeCloud, vpc_id: &str, name: &str) -> String {
    let request = crate::cloud::SecurityGroupRequest {
        vpc_id: vpc_id.to_owned(),
        name: name.to_owned(),
        description: "For tests.".to_owned(),
        tags: Tags::new(),
    };
    cloud.create_security_group(&request).await.unwrap().id
}

fn interface(vpc_id: &str, service: &str, subnet_ids: &[&str]) -> EndpointRequest {
    EndpointRequest {
        vpc_id: vpc_id.to_owned(),
        service_name: format!("com.amazonaws.ap-northeast-1.{service}"),
        kind: EndpointKind::Interface,
        subnet_ids: set(subnet_ids),
        security_group_ids: BTreeSet::new(),
        route_table_ids: BTreeSet::new(),
        private_dns_enabled: true,
        policy: None,
        client_token: format!("token-{service}"),
        tags: Tags::new(),
    }
}

fn gateway(vpc_id: &str, service: &str, route_table_ids: &[&str]) -> EndpointRequest {
    EndpointRequest {
        kind: EndpointKind::Gateway,
        route_table_ids: set(route_table_ids),
        private_dns_enabled: false,
        ..interface(vpc_id, service, &[])
    }
}

/// The only endpoint of a VPC.
async fn endpoint(cloud: &FakeCloud, vpc_id: &str) -> Option<Endpoint> {
    cloud.endpoints(vpc_id).await.unwrap().pop()
}

/// A request that Batch has nothing against: network and profile exist.
async fn healthy_request(cloud: &FakeCloud) -> ComputeEnvironmentRequest {
    let vpc_id = vpc(cloud).await;
    ComputeEnvironmentRequest {
        name: "my-batch-cluster".to_owned(),
        enabled: true,
        service_role_arn: None,
        compute_type: ComputeType::Ec2,
        max_vcpus: 4,
        subnet_ids: set(&[&subnet(cloud, &vpc_id, "a", "10.0.0.0/18").await]),
        security_group_ids: set(&[&group(cloud, &vpc_id, "instances").await]),
        container_insights: None,
        instances: Some(InstancesRequest {
            resources: InstanceResources {
                allocation_strategy: AllocationStrategy::BestFitProgressive,
                instance_types: vec!["t3.small".to_owned()],
                min_vcpus: 0,
                desired_vcpus: Some(0),
                bid_percentage: None,
                image_id: None,
                ec2_configuration: Vec::new(),
                ec2_key_pair: None,
                placement_group: None,
                launch_template: None,
                instance_tags: Tags::new(),
                min_scale_down_delay_minutes: None,
            },
            instance_role_arn: cloud.add_instance_profile("existing"),
            spot_iam_fleet_role_arn: None,
        }),
        tags: Tags::new(),
    }
}

/// The request with something about instances changed.
fn with_instances(
    request: &ComputeEnvironmentRequest,
    change: impl FnOnce(&mut InstancesRequest),
) -> ComputeEnvironmentRequest {
    let mut request = request.clone();
    change(request.instances.as_mut().expect("a type with instances"));
    request
}

async fn environment(cloud: &FakeCloud) -> Option<ComputeEnvironment> {
    cloud.compute_environment("my-batch-cluster").await.unwrap()
}

async fn status(cloud: &FakeCloud) -> (String, String) {
    let environment = environment(cloud).await.unwrap();
    (environment.status, environment.status_reason.unwrap_or_default())
}
