//! Each fault, and that every method goes through under its own operation.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::*;
use crate::cloud::fake::FakeCloud;
use crate::cloud::{
    AccountApi, BatchApi, ComputeEnvironmentUpdate, Direction, EndpointChange, EndpointRequest, IdentityApi,
    JobQueueRequest, JobQueueUpdate, NetworkApi, RoleRequest, SecurityGroupRequest, SubnetRequest, VpcFilter,
    VpcRequest,
};
use crate::domain::Tags;
use crate::domain::endpoint::EndpointKind;
use crate::domain::spec::InstanceTenancy;

fn cloud() -> (FakeCloud, Faulty<FakeCloud>) {
    let fake = FakeCloud::new("ap-northeast-1");
    (fake.clone(), Faulty::new(fake))
}

fn request() -> VpcRequest {
    VpcRequest {
        cidr_block: "10.0.0.0/16".parse().unwrap(),
        instance_tenancy: InstanceTenancy::Default,
        tags: Tags::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn without_rules_nothing_changes() {
    let (fake, faulty) = cloud();
    faulty.create_vpc(&request()).await.unwrap();
    assert_eq!(fake.world().vpcs.len(), 1);
    assert_eq!((faulty.calls(), faulty.fired().len()), (vec!["ec2:CreateVpc"], 0));
    assert_eq!(faulty.region(), "ap-northeast-1");
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_has_no_effect() {
    let (fake, faulty) = cloud();
    let rule = Rule::refuse("ec2:Create*", ErrorKind::Quota, "VpcLimitExceeded", "No more.")
        .skip(1)
        .times(2);
    let faulty = faulty.with(rule);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(faulty.create_vpc(&request()).await.is_ok());
    }
    assert_eq!(answers, [true, false, false, true]);
    assert_eq!(fake.world().vpcs.len(), 2);
    assert_eq!(faulty.fired(), ["ec2:CreateVpc"; 2]);
    faulty.add(Rule::refuse("*", ErrorKind::Denied, "UnauthorizedOperation", "No."));
    let error = faulty.caller_identity().await.unwrap_err();
    assert_eq!(
        (error.kind, error.operation),
        (ErrorKind::Denied, "sts:GetCallerIdentity")
    );
    assert_eq!(error.code.as_deref(), Some("UnauthorizedOperation"));
    faulty.heal();
    faulty.caller_identity().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_leaves_the_effect() {
    let (fake, faulty) = cloud();
    let faulty = faulty.with(Rule::lose_answer("ec2:CreateVpc"));
    let error = faulty.create_vpc(&request()).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Unknown, None));
    assert_eq!(fake.world().vpcs.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_time_and_nothing_else() {
    let (fake, faulty) = cloud();
    let delay = Duration::from_secs(5);
    let faulty = faulty.with(Rule::new("ec2:CreateVpc", When::After, Fault::Delay(delay)));
    let started = Instant::now();
    faulty.create_vpc(&request()).await.unwrap();
    assert_eq!(Instant::now() - started, delay);
    assert_eq!(fake.calls()[0].at, started, "the delay came after the effect");
}

#[tokio::test(start_paused = true)]
async fn a_halted_call_never_returns_and_others_do() {
    let (fake, faulty) = cloud();
    let faulty = faulty.with(Rule::new("ec2:CreateVpc", When::Before, Fault::Halt));
    assert!(
        tokio::time::timeout(Duration::from_secs(3600), faulty.create_vpc(&request()))
            .await
            .is_err()
    );
    assert!(fake.world().is_empty());
    faulty.caller_identity().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_nothing_is_called_any_more() {
    for (when, effects) in [(When::Before, 1), (When::After, 2)] {
        let (fake, faulty) = cloud();
        fake.behave(|behaviour| behaviour.latency = Duration::from_secs(1));
        let faulty = faulty.crash_at(2, when);
        faulty.create_vpc(&request()).await.unwrap();
        let run = async {
            // The second call crashes; the third starts while the second is on its way.
            let request = request();
            let _ = futures::join!(faulty.create_vpc(&request), faulty.create_vpc(&request));
        };
        tokio::select! {
            () = run => panic!("a crashed process went on"),
            () = faulty.crashed() => {}
        }
        let late = tokio::time::timeout(Duration::from_secs(60), faulty.create_vpc(&request())).await;
        assert!(late.is_err());
        assert_eq!(fake.world().vpcs.len(), effects, "{when:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_a_call_of_the_past_is_at_the_next_one_and_can_be_healed() {
    let (fake, faulty) = cloud();
    faulty.create_vpc(&request()).await.unwrap();
    let faulty = faulty.crash_at(0, When::Before);
    let request = request();
    tokio::select! {
        _ = faulty.create_vpc(&request) => panic!("a crashed process went on"),
        () = faulty.crashed() => {}
    }
    faulty.heal();
    faulty.create_vpc(&request).await.unwrap();
    assert_eq!(fake.world().vpcs.len(), 2);
}

#[test]
fn a_pattern_is_exact_but_for_its_star() {
    for (pattern, operation, expected) in [
        ("ec2:CreateVpc", "ec2:CreateVpc", true),
        ("ec2:CreateVpc", "ec2:CreateVpcEndpoint", false),
        ("ec2:CreateVpc*", "ec2:CreateVpcEndpoint", true),
        ("*:Describe*", "ec2:DescribeVpcs", false),
        ("*Role", "iam:GetRole", true),
        ("iam:*Role", "iam:Role", true),
        ("iam:R*Role", "iam:Role", false),
        ("*", "batch:TagResource", true),
    ] {
        assert_eq!(matches(pattern, operation), expected, "{pattern} {operation}");
    }
}

/// Calls every method of the port. What the cloud makes of the arguments does not matter here.
async fn call_everything(cloud: &Faulty<FakeCloud>) {
    let (id, tags, ids, rules) = (
        "x-1",
        &Tags::new(),
        &BTreeSet::from(["x-1".to_owned()]),
        &BTreeSet::new(),
    );
    let subnet = SubnetRequest {
        vpc_id: id.into(),
        availability_zone: "zone".into(),
        cidr_block: request().cidr_block,
        tags: Tags::new(),
    };
    let group = SecurityGroupRequest {
        vpc_id: id.into(),
        name: id.into(),
        description: String::new(),
        tags: Tags::new(),
    };
    let endpoint = EndpointRequest {
        vpc_id: id.into(),
        service_name: id.into(),
        kind: EndpointKind::Interface,
        subnet_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        route_table_ids: BTreeSet::new(),
        private_dns_enabled: false,
        policy: None,
        client_token: String::new(),
        tags: Tags::new(),
    };
    let role = RoleRequest {
        name: id.into(),
        description: String::new(),
        assume_role_policy: String::new(),
        tags: Tags::new(),
    };
    let environment = crate::cloud::ComputeEnvironmentRequest {
        name: id.into(),
        enabled: true,
        service_role_arn: None,
        compute_type: crate::domain::batch::ComputeType::Fargate,
        max_vcpus: 0,
        subnet_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        container_insights: None,
        instances: None,
        tags: Tags::new(),
    };

    let _ = cloud.caller_identity().await;
    let _ = cloud.availability_zones().await;
    let _ = cloud.endpoint_services().await;
    let _ = cloud.prefix_lists().await;
    let _ = cloud.launch_templates(&BTreeSet::new()).await;

    let _ = cloud.vpcs(&VpcFilter::Id(id.into())).await;
    let _ = cloud.vpc_dns_attributes(id).await;
    let _ = cloud.create_vpc(&request()).await;
    let _ = cloud.set_dns_support(id, true).await;
    let _ = cloud.set_dns_hostnames(id, true).await;
    let _ = cloud.delete_vpc(id).await;
    let _ = cloud.subnets(id).await;
    let _ = cloud.create_subnet(&subnet).await;
    let _ = cloud.set_map_public_ip_on_launch(id, false).await;
    let _ = cloud.delete_subnet(id).await;
    let _ = cloud.route_tables(id).await;
    let _ = cloud.create_route_table(id, id, tags).await;
    let _ = cloud.associate_route_table(id, id).await;
    let _ = cloud.replace_route_table_association(id, id).await;
    let _ = cloud.delete_route(id, id).await;
    let _ = cloud.delete_route_table(id).await;
    let _ = cloud.security_groups(id).await;
    let _ = cloud.create_security_group(&group).await;
    for direction in [Direction::Ingress, Direction::Egress] {
        let _ = cloud.authorize(id, direction, rules).await;
        let _ = cloud.revoke(id, direction, rules).await;
        let _ = cloud.describe_rules(id, direction, rules).await;
    }
    let _ = cloud.delete_security_group(id).await;
    let _ = cloud.endpoints(id).await;
    let _ = cloud.create_endpoint(&endpoint).await;
    let _ = cloud.modify_endpoint(id, &EndpointChange::default()).await;
    let _ = cloud.delete_endpoints(ids).await;
    let _ = cloud.network_interfaces(id).await;
    let _ = cloud.gateways(id).await;
    let _ = cloud.tag(ids, tags).await;
    let _ = cloud.untag(ids, ids).await;

    let _ = cloud.role(id).await;
    let _ = cloud.attached_policies(id).await;
    let _ = cloud.inline_policies(id).await;
    let _ = cloud.create_role(&role).await;
    let _ = cloud.set_assume_role_policy(id, id).await;
    let _ = cloud.attach_policy(id, id).await;
    let _ = cloud.detach_policy(id, id).await;
    let _ = cloud.delete_inline_policy(id, id).await;
    let _ = cloud.delete_role(id).await;
    let _ = cloud.tag_role(id, tags).await;
    let _ = cloud.untag_role(id, ids).await;
    let _ = cloud.instance_profile(id).await;
    let _ = cloud.create_instance_profile(id, tags).await;
    let _ = cloud.add_role_to_instance_profile(id, id).await;
    let _ = cloud.remove_role_from_instance_profile(id, id).await;
    let _ = cloud.delete_instance_profile(id).await;
    let _ = cloud.tag_instance_profile(id, tags).await;
    let _ = cloud.untag_instance_profile(id, ids).await;

    let _ = cloud.compute_environment(id).await;
    let _ = cloud.compute_environments().await;
    let _ = cloud.create_compute_environment(&environment).await;
    let _ = cloud
        .update_compute_environment(id, &ComputeEnvironmentUpdate::default())
        .await;
    let _ = cloud.delete_compute_environment(id).await;
    let _ = cloud.job_queues().await;
    let _ = cloud.create_job_queue(&JobQueueRequest::default()).await;
    let _ = cloud.update_job_queue(id, &JobQueueUpdate::default()).await;
    let _ = cloud.delete_job_queue(id).await;
    let _ = cloud.tag_batch(id, tags).await;
    let _ = cloud.untag_batch(id, ids).await;
}

#[tokio::test(start_paused = true)]
async fn every_method_goes_through_under_the_operation_that_the_cloud_knows_it_by() {
    let (fake, faulty) = cloud();
    call_everything(&faulty).await;
    let arrived: Vec<&str> = fake.calls().iter().map(|call| call.operation).collect();
    assert_eq!(faulty.calls(), arrived);
    assert_eq!(arrived.iter().collect::<BTreeSet<_>>().len(), 65, "{arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn every_method_can_be_refused() {
    let (fake, faulty) = cloud();
    let faulty = faulty.with(Rule::refuse("*", ErrorKind::Denied, "AccessDenied", "No."));
    call_everything(&faulty).await;
    assert_eq!(fake.calls(), []);
    assert_eq!(faulty.fired(), faulty.calls());
}
