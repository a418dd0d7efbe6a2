use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::batch::AllocationStrategy;
use crate::domain::facts::Facts;
use crate::domain::fixture;
use crate::domain::lint::{Severity, lint};
use crate::domain::problem::PlanError;
use crate::domain::spec::Spec;

/// Plans, and checks what must hold of every plan.
fn plan(spec: &Spec, facts: &Facts) -> Result<Topology, Vec<PlanError>> {
    let topology = Topology::plan(spec, facts)?;
    let fatal: Vec<_> = lint(&topology)
        .into_iter()
        .filter(|note| note.severity == Severity::Fatal)
        .collect();
    assert_eq!(fatal, [], "{topology}");
    Ok(topology)
}

fn planned(change: impl FnOnce(&mut Spec)) -> Topology {
    let mut spec = fixture::seed();
    change(&mut spec);
    plan(&spec, &fixture::tokyo()).unwrap()
}

fn refused(change: impl FnOnce(&mut Spec, &mut Facts)) -> Vec<String> {
    let (mut spec, mut facts) = (fixture::seed(), fixture::tokyo());
    change(&mut spec, &mut facts);
    plan(&spec, &facts)
        .unwrap_err()
        .into_iter()
        .map(|error| error.attribute)
        .collect()
}

fn zones(letters: &[&str]) -> Vec<String> {
    letters.iter().map(|letter| format!("ap-northeast-1{letter}")).collect()
}

/// Takes a service out of a zone.
fn withdraw(facts: &mut Facts, service: &str, letter: &str) {
    let service = facts
        .endpoint_services
        .get_mut(&format!("com.amazonaws.ap-northeast-1.{service}"))
        .unwrap();
    service.availability_zones.remove(&format!("ap-northeast-1{letter}"));
}

/// The spec as a later plan sees it.
fn kept(mut spec: Spec, topology: &Topology) -> Spec {
    spec.kept.subnets = topology
        .subnets
        .iter()
        .map(|s| (s.availability_zone.clone(), s.cidr_block))
        .collect();
    spec.kept.subnet_prefix_length = topology.subnet_prefix_length();
    spec.kept.compute_environment_name = Some(topology.compute_environment.name.clone());
    spec
}

#[test]
fn the_seed() {
    let topology = planned(|_| {});
    insta::assert_snapshot!(topology);
}

#[test]
fn the_defaults_of_a_closed_environment() {
    let topology = planned(|spec| {
        spec.network.subnet_prefix_length = None;
        spec.endpoints.cloudwatch_logs = true;
        spec.endpoints.additional_services = vec!["dynamodb".to_owned(), "secretsmanager".to_owned()];
        spec.security_group = Default::default();
        spec.compute_environment.name = None;
        spec.compute_environment.desired_vcpus = None;
        spec.compute_environment.instance_types = Some(vec!["optimal".to_owned()]);
        spec.compute_environment.create_service_role = true;
    });
    insta::assert_snapshot!(topology);
}

#[test]
fn every_part_carries_the_users_tags_ownership_and_a_name() {
    let topology = planned(|spec| {
        spec.tags.insert("team".to_owned(), "research".to_owned());
        spec.compute_environment.create_service_role = true;
    });
    let mut all: BTreeMap<&str, &Tags> = BTreeMap::from([
        ("vpc", &topology.vpc.tags),
        ("group", &topology.security_group.tags),
        ("instance role", &topology.instance_role.as_ref().unwrap().tags),
        ("service role", &topology.service_role.as_ref().unwrap().tags),
        ("compute environment", &topology.compute_environment.tags),
    ]);
    for subnet in &topology.subnets {
        all.insert(&subnet.availability_zone, &subnet.tags);
        assert_eq!(subnet.tags["Name"], format!("simulation-{}", subnet.availability_zone));
        assert_eq!(subnet.tags, subnet.route_table_tags);
    }
    for endpoint in &topology.endpoints {
        all.insert(&endpoint.service, &endpoint.tags);
        assert_eq!(endpoint.tags["Name"], format!("simulation-{}", endpoint.service));
    }
    for (part, tags) in all {
        assert!(topology.ownership.owns(tags), "{part}");
        assert_eq!(tags["team"], "research", "{part}");
        assert!(tags["Name"].starts_with("simulation"), "{part}");
    }
    let instances = topology.compute_environment.instances.unwrap();
    assert!(instances.resources.instance_tags.is_empty());
}

#[test]
fn all_errors_are_told_at_once() {
    let told = refused(|spec, facts| {
        spec.tags.insert("aws:x".to_owned(), String::new());
        spec.network.cidr_block = "10.0.0.1/16".parse().unwrap();
        spec.endpoints.additional_services = vec!["secretmanager".to_owned()];
        spec.security_group.name = Some("sg-x".to_owned());
        spec.security_group.allow_all_outbound = false;
        spec.compute_environment.max_vcpus = 0;
        spec.compute_environment.instance_types = Some(vec!["t3small".to_owned()]);
        spec.compute_environment.instance_role_arn = Some("arn:aws:iam::210987654321:instance-profile/x".to_owned());
        facts.prefix_lists.clear();
    });
    assert_eq!(
        told,
        [
            "tags",
            "compute_environment.max_vcpus",
            "compute_environment.instance_types[0]",
            "compute_environment.instance_role_arn",
            "security_group.name",
            "endpoints.additional_services[0]",
            "security_group.allow_all_outbound",
            "network.cidr_block",
        ]
    );
}

#[test]
fn named_zones_are_taken_in_their_order() {
    let topology = planned(|spec| spec.network.availability_zones = Some(zones(&["d", "a"])));
    assert_eq!(topology.availability_zones().collect::<Vec<_>>(), zones(&["d", "a"]));
    assert_eq!(topology.subnets[0].cidr_block.to_string(), "10.0.0.0/18");
    assert_eq!(
        refused(|spec, _| spec.network.availability_zones = Some(zones(&["b", "a", "a"]))),
        ["network.availability_zones[2]", "network.availability_zones[0]"]
    );
    assert_eq!(
        refused(|spec, _| spec.network.availability_zones = Some(Vec::new())),
        ["network.availability_zones"]
    );
}

#[test]
fn chosen_zones_are_those_that_all_services_support() {
    let mut facts = fixture::tokyo();
    withdraw(&mut facts, "ecs-agent", "a");
    let topology = plan(&fixture::seed(), &facts).unwrap();
    assert_eq!(topology.availability_zones().collect::<Vec<_>>(), zones(&["c", "d"]));
}

#[test]
fn a_service_that_lacks_a_named_zone_is_an_error_with_a_way_out() {
    let spoil = |spec: &mut Spec, facts: &mut Facts| {
        withdraw(facts, "ecs-agent", "a");
        spec.network.availability_zones = Some(zones(&["a", "c"]));
    };
    assert_eq!(refused(spoil), ["network.availability_zones"]);
    let (mut spec, mut facts) = (fixture::seed(), fixture::tokyo());
    spoil(&mut spec, &mut facts);
    let error = plan(&spec, &facts).unwrap_err().remove(0);
    assert!(error.summary.contains("ecs-agent") && error.detail.contains("ap-northeast-1c and ap-northeast-1d"));
    spec.endpoints.availability_zones = Some(zones(&["c"]));
    let topology = plan(&spec, &facts).unwrap();
    assert_eq!(
        topology.endpoints[0].availability_zones,
        BTreeSet::from_iter(zones(&["c"]))
    );
    spec.endpoints.availability_zones = Some(zones(&["a"]));
    assert_eq!(
        plan(&spec, &facts).unwrap_err()[0].attribute,
        "endpoints.availability_zones"
    );
}

#[test]
fn endpoint_zones_are_zones_of_the_environment_and_steer_the_choice() {
    let topology = planned(|spec| {
        spec.network.max_azs = 1;
        spec.endpoints.availability_zones = Some(zones(&["d"]));
    });
    assert_eq!(topology.availability_zones().collect::<Vec<_>>(), zones(&["d"]));
    let told = refused(|spec, _| {
        spec.network.availability_zones = Some(zones(&["a"]));
        spec.endpoints.availability_zones = Some(zones(&["c"]));
    });
    assert_eq!(told, ["endpoints.availability_zones[0]"]);
}

#[test]
fn zones_that_exist_stay_even_if_the_region_stops_listing_them() {
    let spec = fixture::seed();
    let before = plan(&spec, &fixture::tokyo()).unwrap();
    let mut facts = fixture::tokyo();
    facts.availability_zones.retain(|zone| !zone.ends_with('c'));
    assert_eq!(plan(&kept(spec, &before), &facts).unwrap(), before);
}

#[test]
fn zones_come_and_go_at_the_end() {
    let mut spec = fixture::seed();
    let before = plan(&spec, &fixture::tokyo()).unwrap();
    spec.network.max_azs = 2;
    let fewer = plan(&kept(spec.clone(), &before), &fixture::tokyo()).unwrap();
    assert_eq!(fewer.subnets, before.subnets[..2]);
    spec.network.max_azs = 3;
    let again = plan(&kept(spec, &fewer), &fixture::tokyo()).unwrap();
    assert_eq!(again.subnets, before.subnets);
}

#[test]
fn too_many_endpoints_for_the_subnets() {
    let told = refused(|spec, facts| {
        spec.network.cidr_block = "10.0.0.0/28".parse().unwrap();
        spec.network.subnet_prefix_length = None;
        spec.network.max_azs = 1;
        spec.endpoints.cloudwatch_logs = true;
        // Eleven addresses: six endpoints, five more.
        let more = ["secretsmanager", "ssm", "kms", "sqs", "sns"];
        spec.endpoints.additional_services = more.map(str::to_owned).to_vec();
        for name in &more[2..] {
            let mut service = facts.endpoint_service("ssm").unwrap().clone();
            service.service_name = format!("com.amazonaws.ap-northeast-1.{name}");
            facts.endpoint_services.insert(service.service_name.clone(), service);
        }
    });
    assert_eq!(told, ["network.subnet_prefix_length"]);
}

#[test]
fn repeated_rules_are_refused() {
    let rule = |description: &str| crate::domain::firewall::RuleInput {
        protocol: Some("tcp".to_owned()),
        cidr_block: Some("10.1.0.0/16".to_owned()),
        description: Some(description.to_owned()),
        ..Default::default()
    };
    let told = refused(|spec, _| {
        let mut rules = vec![rule("a").parse().unwrap(), rule("b").parse().unwrap()];
        rules.push(crate::domain::firewall::from_vpc(spec.network.cidr_block));
        spec.security_group.ingress_rules = rules;
    });
    assert_eq!(
        told,
        ["security_group.ingress_rules[1]", "security_group.ingress_rules[2]"]
    );
}

#[test]
fn a_derived_name_changes_with_a_replacement_only() {
    let name = |change: fn(&mut Spec)| {
        let topology = planned(|spec| {
            spec.compute_environment.name = None;
            change(spec);
        });
        topology.compute_environment.name
    };
    let plain = name(|_| {});
    assert!(plain.starts_with("simulation-") && plain.len() == "simulation-".len() + 8);
    assert_eq!(
        plain,
        name(|spec| spec.compute_environment.instance_types = Some(vec!["c5".to_owned()]))
    );
    assert_eq!(plain, name(|spec| spec.compute_environment.max_vcpus = 8));
    assert_ne!(plain, name(|spec| spec.compute_environment.create_service_role = true));
    assert_ne!(
        plain,
        name(|spec| spec.network.cidr_block = "10.1.0.0/16".parse().unwrap())
    );
    let kept = name(|spec| spec.kept.compute_environment_name = Some("earlier".to_owned()));
    assert_eq!(kept, "earlier");
}

fn some_spec() -> impl Strategy<Value = Spec> {
    let network = ((16_u8..=28), prop::option::of(16_u8..=28), 1_usize..=4);
    let services = prop::sample::subsequence(vec!["logs", "s3", "dynamodb", "ssm", "secretsmanager"], 0..=5);
    let letters = prop::option::of(prop::sample::subsequence(vec!["a", "c", "d"], 1..=3));
    let strategy = prop::option::of(prop::sample::select(AllocationStrategy::ALL.to_vec()));
    let flags = prop::array::uniform4(any::<bool>());
    (network, services, letters.clone(), letters, strategy, flags).prop_map(
        |((vpc, prefix, max_azs), services, named, endpoint_zones, strategy, [logs, dns, all_out, own_role])| {
            let mut spec = fixture::seed();
            spec.network.cidr_block = Ipv4Net::new([10, 20, 0, 0].into(), vpc).unwrap();
            spec.network.subnet_prefix_length = prefix;
            spec.network.max_azs = max_azs;
            spec.network.availability_zones = named.map(|letters| zones(&letters));
            spec.endpoints.availability_zones = endpoint_zones.map(|letters| zones(&letters));
            spec.endpoints.additional_services = services.into_iter().map(str::to_owned).collect();
            spec.endpoints.cloudwatch_logs = logs;
            spec.endpoints.private_dns_enabled = dns;
            spec.security_group.allow_all_outbound = all_out;
            spec.compute_environment.allocation_strategy = strategy;
            spec.compute_environment.create_service_role = own_role;
            spec.compute_environment.name = None;
            spec
        },
    )
}

proptest! {
    /// Whatever is planned passes the lint, and planning again with what was decided changes nothing.
    #[test]
    fn every_plan_is_sound_and_settled(spec in some_spec()) {
        match plan(&spec, &fixture::tokyo()) {
            Ok(topology) => {
                let again = plan(&kept(spec, &topology), &fixture::tokyo());
                prop_assert_eq!(again, Ok(topology));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(!error.attribute.is_empty() && !error.summary.is_empty());
                    prop_assert!(error.detail.ends_with(['.', '?']), "{}", error);
                }
            }
        }
    }
}
