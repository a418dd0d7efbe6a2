//! Policies of endpoints, parking and fewer zones: changed in place, repaired, and nothing else touched.

use std::collections::BTreeMap;

use super::Lab;
use crate::domain::endpoint::policy::{self, FULL_ACCESS};
use crate::domain::endpoint::{EndpointKind, PolicyPreset};
use crate::domain::spec::Spec;

const ONLY_ONE_BUCKET: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
    "Resource":"arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"}]}"#;

fn same_account(spec: &mut Spec) {
    spec.endpoints.policy = PolicyPreset::SameAccount;
}

#[tokio::test(start_paused = true)]
async fn policies_are_exchanged_as_they_are() {
    let lab = Lab::new();
    lab.make(&lab.topology(same_account).await).await;
    let world = lab.aws.world();
    assert!(world.endpoints.values().all(|record| {
        let policy = record.endpoint.policy.as_deref().unwrap_or_default();
        policy.contains("\"aws:PrincipalAccount\":\"123456789012\"")
    }));

    let of_their_own = |spec: &mut Spec| {
        same_account(spec);
        spec.endpoints.policies = BTreeMap::from([("s3".to_owned(), ONLY_ONE_BUCKET.to_owned())]);
    };
    let topology = lab.topology(of_their_own).await;
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"]);

    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"; 6]);
    let world = lab.aws.world();
    let reset = |text: &Option<String>| policy::is_full_access(text.as_deref().unwrap_or_default());
    assert!(world.endpoints.values().all(|record| reset(&record.endpoint.policy)));
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_somebody_edited_is_put_back() {
    let lab = Lab::new();
    let topology = lab.topology(same_account).await;
    lab.make(&topology).await;
    lab.aws.edit(|world| {
        let mut endpoints = world.endpoints.values_mut();
        let record = endpoints
            .find(|record| record.endpoint.service_name.ends_with(".s3"))
            .unwrap();
        record.endpoint.policy = Some(FULL_ACCESS.to_owned());
    });
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_without_policies_is_given_none() {
    let agent = "com.amazonaws.ap-northeast-1.ecs-agent";
    let lab = Lab::slow(|behaviour| {
        behaviour.services_without_policies.insert(agent.to_owned());
    });
    let topology = lab.topology(same_account).await;
    let plan = |name: &str| topology.endpoints.iter().find(|plan| plan.service == name).unwrap();
    assert_eq!(plan("ecs-agent").policy, None);
    assert!(plan("ecs").policy.is_some());
    lab.make(&topology).await;
}

#[tokio::test(start_paused = true)]
async fn parking_removes_the_endpoints_and_nothing_else() {
    let lab = Lab::slow(|_| {});
    let parked = |spec: &mut Spec| spec.endpoints.enabled = false;
    lab.make(&lab.topology(|_| {}).await).await;
    let topology = lab.topology(parked).await;
    lab.aws.clear_calls();
    let there = lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:DeleteVpcEndpoints"]);
    assert!(there.endpoints.is_empty() && lab.aws.world().network_interfaces.is_empty());
    assert_eq!(there.subnets.len(), 3);

    lab.make(&lab.topology(|_| {}).await).await;
    assert_eq!(lab.writes(), ["ec2:CreateVpcEndpoint"; 6]);
    lab.assert_single();
    lab.destroy(&topology).await;
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn an_environment_is_created_parked_and_gets_a_zone_while_it_is() {
    let lab = Lab::slow(|_| {});
    let zones = |count: usize| {
        move |spec: &mut Spec| {
            spec.endpoints.enabled = false;
            spec.security_group.allow_all_outbound = false;
            spec.network.max_azs = count;
        }
    };
    let first = lab.topology(zones(2)).await;
    let there = lab.make(&first).await;
    assert!(there.endpoints.is_empty());
    assert!(first.security_group.egress.len() > 1, "the prefix lists stay reachable");
    let there = lab.make(&lab.topology(zones(3)).await).await;
    assert_eq!(there.subnets.len(), 3);
    // Zones and endpoints that go in one run: the subnet waits for the interfaces.
    lab.make(&lab.topology(|_| {}).await).await;
    let there = lab.make(&lab.topology(zones(2)).await).await;
    assert_eq!((there.subnets.len(), there.endpoints.len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn zones_of_endpoints_are_changed_in_place_and_repaired() {
    let lab = Lab::new();
    let one_zone = |spec: &mut Spec| spec.endpoints.availability_zones = Some(vec!["ap-northeast-1a".to_owned()]);
    lab.make(&lab.topology(|_| {}).await).await;
    let topology = lab.topology(one_zone).await;
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"; 5]);
    let interface = || {
        let world = lab.aws.world();
        let mut endpoints = world.endpoints.values().map(|record| record.endpoint.clone());
        endpoints
            .find(|endpoint| endpoint.kind == EndpointKind::Interface)
            .unwrap()
    };
    assert_eq!(interface().subnet_ids.len(), 1);

    let second = lab.topology(|_| {}).await;
    lab.make(&second).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"; 5]);
    let id = interface().id;
    lab.aws.edit(|world| {
        let record = world.endpoints.get_mut(&id).unwrap();
        let gone = record.endpoint.subnet_ids.pop_first();
        assert!(gone.is_some());
    });
    lab.make(&second).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"]);
}
