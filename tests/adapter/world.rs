//! What the tests stand on: the local AWS, a connection to it, and a small network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use terraform_provider_isolated::cloud::aws::settings::Secret;
use terraform_provider_isolated::cloud::aws::{AwsCloud, ConnectionSettings};
use terraform_provider_isolated::cloud::{
    IdentityApi, NetworkApi, RoleRequest, SecurityGroupRequest, SubnetRequest, VpcRequest,
};
use terraform_provider_isolated::domain::Tags;
use terraform_provider_isolated::domain::spec::InstanceTenancy;

use crate::local_aws::{LocalAws, Options, Request};

static LOCAL_AWS: LazyLock<LocalAws> = LazyLock::new(|| {
    LocalAws::start(&Options {
        transition_seconds: 0.0,
        ..Options::default()
    })
});

/// The one local AWS.
pub(crate) fn local_aws() -> &'static LocalAws {
    &LOCAL_AWS
}

/// The calls of one action whose parameters hold `text`.
pub(crate) fn calls(action: &str, text: &str) -> Vec<Request> {
    let mut calls = local_aws().requests();
    calls.retain(|call| call.action() == action && call.params().to_string().contains(text));
    calls
}

/// Settings that reach the local AWS, and nothing else.
pub(crate) fn settings(region: &str) -> ConnectionSettings {
    let endpoints =
        ["ec2", "batch", "iam", "sts"].map(|service| (service.to_owned(), local_aws().endpoint().to_owned()));
    ConnectionSettings {
        region: Some(region.to_owned()),
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some(Secret::new("example")),
        endpoints: BTreeMap::from(endpoints),
        max_retries: Some(2),
        ..ConnectionSettings::default()
    }
}

/// A connection to one region of the local AWS.
pub(crate) async fn connect(region: &str) -> AwsCloud {
    AwsCloud::connect(settings(region)).await.expect("a connection")
}

/// One tag.
pub(crate) fn tag(key: &str, value: &str) -> Tags {
    Tags::from([(key.to_owned(), value.to_owned())])
}

/// A set of one.
pub(crate) fn one(id: &str) -> BTreeSet<String> {
    BTreeSet::from([id.to_owned()])
}

/// A VPC's request.
pub(crate) fn vpc_request(name: &str) -> VpcRequest {
    VpcRequest {
        cidr_block: "10.0.0.0/16".parse().expect("a block"),
        instance_tenancy: InstanceTenancy::Default,
        tags: tag("Name", name),
    }
}

/// Ids of a network that endpoints and compute environments can be placed in.
pub(crate) struct Network {
    pub(crate) vpc_id: String,
    pub(crate) subnet_id: String,
    pub(crate) group_id: String,
}

impl Network {
    pub(crate) async fn create(cloud: &AwsCloud, region: &str, name: &str) -> Self {
        let vpc = cloud.create_vpc(&vpc_request(name)).await.expect("a VPC");
        cloud.set_dns_hostnames(&vpc.id, true).await.expect("host names");
        let request = SubnetRequest {
            vpc_id: vpc.id.clone(),
            availability_zone: format!("{region}a"),
            cidr_block: "10.0.0.0/18".parse().expect("a block"),
            tags: tag("Name", name),
        };
        let subnet = cloud.create_subnet(&request).await.expect("a subnet");
        let request = SecurityGroupRequest {
            vpc_id: vpc.id.clone(),
            name: name.to_owned(),
            description: "For the tests.".to_owned(),
            tags: tag("Name", name),
        };
        let group = cloud.create_security_group(&request).await.expect("a group");
        Self {
            group_id: group.id,
            vpc_id: vpc.id,
            subnet_id: subnet.id,
        }
    }
}

/// A trust policy for a service of AWS.
pub(crate) fn trust(service: &str) -> String {
    let statement = format!(r#"{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}"#);
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

/// A role's request.
pub(crate) fn role_request(name: &str) -> RoleRequest {
    RoleRequest {
        name: name.to_owned(),
        description: "For the tests.".to_owned(),
        assume_role_policy: trust("ec2.amazonaws.com"),
        tags: tag("Name", name),
    }
}

/// An instance profile with a role in it, both of that name; the profile's ARN.
pub(crate) async fn instance_profile(cloud: &AwsCloud, name: &str) -> String {
    cloud.create_role(&role_request(name)).await.expect("a role");
    let policy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
    cloud.attach_policy(name, policy).await.expect("attached");
    let profile = cloud
        .create_instance_profile(name, &Tags::new())
        .await
        .expect("a profile");
    cloud
        .add_role_to_instance_profile(name, name)
        .await
        .expect("a role in it");
    profile.arn
}
