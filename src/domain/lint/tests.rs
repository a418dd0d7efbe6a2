use super::*;
use crate::domain::batch::AllocationStrategy;
use crate::domain::endpoint::EndpointKind;
use crate::domain::fixture;
use crate::domain::spec::Spec;

fn planned(change: impl FnOnce(&mut Spec)) -> Topology {
    let mut spec = fixture::seed();
    spec.endpoints.cloudwatch_logs = true;
    change(&mut spec);
    Topology::plan(&spec, &fixture::tokyo()).unwrap()
}

fn attributes(topology: &Topology, severity: Severity) -> Vec<&'static str> {
    lint(topology)
        .into_iter()
        .filter(|note| note.severity == severity)
        .map(|note| note.attribute)
        .collect()
}

fn warned(change: impl FnOnce(&mut Spec)) -> Vec<&'static str> {
    let topology = planned(change);
    assert_eq!(attributes(&topology, Severity::Fatal), [""; 0]);
    attributes(&topology, Severity::Warning)
}

fn broken(change: impl FnOnce(&mut Topology)) -> Vec<&'static str> {
    let mut topology = planned(|_| {});
    change(&mut topology);
    attributes(&topology, Severity::Fatal)
}

#[test]
fn a_sound_environment_gets_no_note() {
    assert!(lint(&planned(|_| {})).is_empty());
    assert!(lint(&planned(|s| s.security_group.allow_all_outbound = false)).is_empty());
}

#[test]
fn warnings_point_at_what_causes_them() {
    let cidr = |text: &'static str| move |s: &mut Spec| s.network.cidr_block = text.parse().unwrap();
    assert_eq!(warned(cidr("54.0.0.0/16")), ["network.cidr_block"]);
    assert_eq!(warned(cidr("172.17.0.0/16")), ["network.cidr_block"]);
    assert!(warned(cidr("100.64.0.0/16")).is_empty());
    assert_eq!(warned(|s| s.network.max_azs = 1), ["network.availability_zones"]);
    assert_eq!(
        warned(|s| s.endpoints.private_dns_enabled = false),
        ["endpoints.private_dns_enabled"]
    );
    assert_eq!(
        warned(|s| s.endpoints.cloudwatch_logs = false),
        ["endpoints.cloudwatch_logs"]
    );
    assert_eq!(
        warned(|s| s.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit)),
        ["compute_environment.allocation_strategy"]
    );
    let busy = |s: &mut Spec| {
        s.compute_environment.min_vcpus = Some(1);
        s.compute_environment.desired_vcpus = None;
    };
    assert_eq!(warned(busy), ["compute_environment.min_vcpus"]);
    let groups = |s: &mut Spec| s.security_group.additional_ids = (0..5).map(|i| format!("sg-0000000{i}")).collect();
    assert_eq!(warned(groups), ["security_group.additional_ids"]);
}

#[test]
fn a_parked_environment_is_sound_and_says_so() {
    assert_eq!(warned(|s| s.endpoints.enabled = false), ["endpoints.enabled"]);
    let closed = |s: &mut Spec| {
        s.endpoints.enabled = false;
        s.security_group.allow_all_outbound = false;
    };
    assert_eq!(warned(closed), ["endpoints.enabled"]);
    let topology = planned(closed);
    assert!(topology.endpoints.is_empty());
    assert_eq!(topology.service_names.len(), 7);
    assert_eq!(
        topology.security_group.egress,
        planned(|s| s.security_group.allow_all_outbound = false)
            .security_group
            .egress
    );
}

#[test]
fn a_network_that_could_not_work_is_fatal() {
    assert!(broken(|t| t.subnets.clear()).contains(&"network"));
    assert_eq!(
        broken(|t| t.subnets[0].cidr_block = "10.1.0.0/18".parse().unwrap()),
        ["network"]
    );
    assert_eq!(
        broken(|t| t.subnets[0].cidr_block = t.subnets[1].cidr_block),
        ["network"]
    );
    assert_eq!(
        broken(|t| t.subnets[0].cidr_block = "10.0.0.0/29".parse().unwrap()),
        ["network"]
    );
}

#[test]
fn missing_or_misplaced_endpoints_are_fatal() {
    for service in ["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api", "s3"] {
        assert_eq!(
            broken(|t| t.endpoints.retain(|plan| plan.service != service)),
            ["endpoints"],
            "{service}"
        );
    }
    assert_eq!(broken(|t| t.endpoints[0].availability_zones.clear()), ["endpoints"]);
    assert_eq!(broken(|t| t.endpoints.push(t.endpoints[0].clone())), ["endpoints"]);
    let as_interface = |t: &mut Topology| {
        for plan in t.endpoints.iter_mut().filter(|plan| plan.kind == EndpointKind::Gateway) {
            plan.kind = EndpointKind::Interface;
        }
    };
    assert_eq!(broken(as_interface), ["endpoints", "endpoints"]);
}

#[test]
fn closed_groups_are_fatal() {
    assert_eq!(broken(|t| t.security_group.ingress.clear()), ["security_group"]);
    assert_eq!(
        broken(|t| t.security_group.egress.clear()),
        ["security_group", "security_group"]
    );
}

#[test]
fn roles_must_be_those_that_are_used() {
    assert_eq!(
        broken(|t| t.instance_role = None),
        ["compute_environment.instance_role_arn"]
    );
    assert_eq!(
        broken(|t| t.service_role = t.instance_role.clone()),
        ["compute_environment.service_role_arn"]
    );
}
