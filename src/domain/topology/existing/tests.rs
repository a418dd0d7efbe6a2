use proptest::prelude::*;

use super::*;
use crate::domain::endpoint::policy::PolicyPreset;
use crate::domain::firewall::{Peer, Rule};
use crate::domain::fixture;
use crate::domain::lint::{Severity, lint};
use crate::domain::observed::{Endpoint, RouteTable, SecurityGroup};
use crate::domain::topology::Topology;

fn spec() -> Spec {
    let mut spec = fixture::seed();
    spec.network.subnet_prefix_length = None;
    spec.network.existing = Some(ExistingNetworkSpec {
        vpc_id: "vpc-11111111".to_owned(),
        subnet_ids: vec!["subnet-0000000a".to_owned(), "subnet-0000000c".to_owned()],
    });
    spec.security_group.name = None;
    spec.security_group.allow_all_outbound = false;
    spec.endpoints.cloudwatch_logs = true;
    spec
}

/// The fixture's network, under ids that a user could give.
fn facts() -> Facts {
    let mut seen = fixture::network();
    if let Some(vpc) = &mut seen.vpc {
        vpc.id = "vpc-11111111".to_owned();
    }
    seen.subnets = seen
        .subnets
        .into_values()
        .map(|subnet| {
            let id = subnet.id.replace("subnet-", "subnet-0000000");
            (id.clone(), Subnet { id, ..subnet })
        })
        .collect();
    Facts {
        network: Some(seen),
        ..fixture::tokyo()
    }
}

fn seen(facts: &mut Facts) -> &mut Observed {
    facts.network.as_mut().unwrap()
}

fn plan(change: impl FnOnce(&mut Spec, &mut Facts)) -> Result<Topology, Vec<PlanError>> {
    let (mut spec, mut facts) = (spec(), facts());
    change(&mut spec, &mut facts);
    let topology = Topology::plan(&spec, &facts)?;
    let fatal: Vec<_> = lint(&topology)
        .into_iter()
        .filter(|note| note.severity == Severity::Fatal)
        .collect();
    assert_eq!(fatal, [], "{topology}");
    Ok(topology)
}

/// Attribute and summary of all that is wrong; each says what to do about it.
fn refused(change: impl FnOnce(&mut Spec, &mut Facts)) -> Vec<(String, String)> {
    let errors = plan(change).unwrap_err().into_iter();
    errors
        .map(|error| {
            assert!(error.detail.ends_with(['.', '?']), "{error}");
            (error.attribute, error.summary)
        })
        .collect()
}

/// An available endpoint of somebody else's with private DNS that lets in this block.
fn add_endpoint(facts: &mut Facts, service: &str, block: &str) {
    let group = SecurityGroup {
        id: format!("sg-{service}"),
        name: format!("for-{service}"),
        ingress: [Rule::all_traffic(Peer::CidrBlock(block.parse().unwrap()), None)].into(),
        ..SecurityGroup::default()
    };
    let name = format!("com.amazonaws.ap-northeast-1.{service}");
    let endpoint = Endpoint {
        private_dns_enabled: true,
        security_group_ids: [group.id.clone()].into(),
        ..fixture::endpoint(&format!("vpce-{service}"), &name, EndpointKind::Interface)
    };
    seen(facts).security_groups.insert(group.id.clone(), group);
    seen(facts).endpoints.insert(endpoint.id.clone(), endpoint);
}

#[test]
fn an_existing_network_is_used_as_it_is() {
    let topology = plan(|_, facts| add_endpoint(facts, "ecs", "10.9.0.0/16")).unwrap();
    insta::assert_snapshot!(topology);
}

#[test]
fn the_order_of_the_subnets_is_the_users() {
    let reverse = |spec: &mut Spec, _: &mut Facts| {
        if let Some(existing) = &mut spec.network.existing {
            existing.subnet_ids.reverse();
        }
    };
    let topology = plan(reverse).unwrap();
    let zones: Vec<&str> = topology.availability_zones().collect();
    assert_eq!(zones, ["ap-northeast-1c", "ap-northeast-1a"]);
}

#[test]
fn subnets_use_their_own_table_or_the_main_one() {
    let topology = plan(|_, facts| {
        let table = RouteTable {
            id: "rtb-own".to_owned(),
            associations: [("subnet-0000000c".to_owned(), "rtbassoc-1".to_owned())].into(),
            ..RouteTable::default()
        };
        seen(facts).route_tables.insert(table.id.clone(), table);
    })
    .unwrap();
    let tables: Vec<_> = topology
        .subnets
        .iter()
        .map(|subnet| subnet.route_table_id.as_deref())
        .collect();
    assert_eq!(tables, [Some("rtb-main"), Some("rtb-own")]);
}

type Change = fn(&mut Spec, &mut Facts);

#[test]
fn what_is_wrong_with_a_network_is_told_at_its_attribute() {
    let cases: [(&str, &str, Change); 13] = [
        ("network.vpc_id", "vpc-11111111 has not been looked at", |_, f| {
            f.network = None
        }),
        ("network.vpc_id", "There is no VPC vpc-11111111", |_, f| {
            seen(f).vpc = None
        }),
        ("network.vpc_id", "vpc-11111111 has no IPv4 block", |_, f| {
            seen(f).vpc.as_mut().unwrap().cidr_block = None;
        }),
        ("network.vpc_id", "enableDnsHostnames of vpc-11111111 is off", |_, f| {
            seen(f).vpc.as_mut().unwrap().dns_hostnames = Some(false);
        }),
        ("network.vpc_id", "enableDnsSupport of vpc-11111111 is off", |_, f| {
            seen(f).vpc.as_mut().unwrap().dns_support = Some(false);
        }),
        (
            "network.subnet_ids[1]",
            "vpc-11111111 has no subnet subnet-0000000c",
            |_, f| {
                seen(f).subnets.remove("subnet-0000000c");
            },
        ),
        (
            "network.subnet_ids",
            "vpc-11111111 has no subnets subnet-0000000a and subnet-0000000c",
            |_, f| seen(f).subnets.clear(),
        ),
        (
            "network.subnet_ids[1]",
            "subnet-0000000a and subnet-0000000c are both in ap-northeast-1a",
            |_, f| {
                let subnet = seen(f).subnets.get_mut("subnet-0000000c").unwrap();
                subnet.availability_zone = "ap-northeast-1a".to_owned();
            },
        ),
        (
            "network.subnet_ids[1]",
            "The route table of subnet-0000000c is not shown",
            |_, f| {
                let main = seen(f).route_tables.get_mut("rtb-main").unwrap();
                main.main = false;
                main.associations
                    .insert("subnet-0000000a".to_owned(), "rtbassoc-1".to_owned());
            },
        ),
        (
            "network.subnet_ids[0]",
            "subnet-0000000a has no room for the endpoints",
            |_, f| {
                let subnet = seen(f).subnets.get_mut("subnet-0000000a").unwrap();
                subnet.available_addresses = Some(6);
            },
        ),
        (
            "network.subnet_ids",
            "ecs is not available in ap-northeast-1c",
            |_, f| {
                let service = f.endpoint_services.get_mut("com.amazonaws.ap-northeast-1.ecs").unwrap();
                service.availability_zones.remove("ap-northeast-1c");
            },
        ),
        (
            "security_group.name",
            "vpc-11111111 has a security group simulation already",
            |_, f| {
                let group = SecurityGroup {
                    id: "sg-theirs".to_owned(),
                    name: "simulation".to_owned(),
                    ..SecurityGroup::default()
                };
                seen(f).security_groups.insert(group.id.clone(), group);
            },
        ),
        ("endpoints", "vpce-ecs is in the way of an endpoint for ecs", |_, f| {
            add_endpoint(f, "ecs", "10.9.0.0/24");
        }),
    ];
    for (attribute, summary, change) in cases {
        assert_eq!(refused(change), [(attribute.to_owned(), summary.to_owned())]);
    }
}

#[test]
fn an_endpoint_that_somebody_is_making_is_left_to_the_apply() {
    let topology = plan(|_, facts| {
        add_endpoint(facts, "ecs", "192.168.0.0/24");
        seen(facts).endpoints.get_mut("vpce-ecs").unwrap().state = "pending".to_owned();
    })
    .unwrap();
    assert!(topology.endpoints.iter().all(|plan| plan.existing_id.is_none()));
    let failed = refused(|_, facts| {
        add_endpoint(facts, "ecs", "10.9.0.0/16");
        seen(facts).endpoints.get_mut("vpce-ecs").unwrap().state = "failed".to_owned();
    });
    assert_eq!(failed[0].1, "vpce-ecs is in the way of an endpoint for ecs");
}

#[test]
fn endpoints_of_others_are_not_in_the_way_of_a_parked_environment() {
    let topology = plan(|spec, facts| {
        spec.endpoints.enabled = false;
        add_endpoint(facts, "ecs", "192.168.0.0/24");
        seen(facts).vpc.as_mut().unwrap().dns_hostnames = Some(false);
    });
    assert_eq!(topology.map(|topology| topology.endpoints.len()), Ok(0));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = refused(|_, facts| {
        seen(facts).vpc.as_mut().unwrap().dns_support = Some(false);
        add_endpoint(facts, "ecs", "10.9.0.0/24");
        add_endpoint(facts, "logs", "10.9.0.0/24");
        seen(facts)
            .subnets
            .get_mut("subnet-0000000c")
            .unwrap()
            .available_addresses = Some(0);
    });
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn without_private_dns_neither_attributes_nor_others_endpoints_are_in_the_way() {
    let topology = plan(|spec, facts| {
        spec.endpoints.private_dns_enabled = false;
        seen(facts).vpc.as_mut().unwrap().dns_hostnames = Some(false);
        add_endpoint(facts, "ecs", "192.168.0.0/24");
    })
    .unwrap();
    assert!(topology.endpoints.iter().all(|plan| plan.existing_id.is_none()));
}

#[test]
fn a_zone_that_lacks_a_service_does_not_matter_if_the_service_is_there() {
    let topology = plan(|_, facts| {
        let service = facts
            .endpoint_services
            .get_mut("com.amazonaws.ap-northeast-1.ecs")
            .unwrap();
        service.availability_zones.remove("ap-northeast-1c");
        add_endpoint(facts, "ecs", "10.9.0.0/16");
    });
    assert!(topology.is_ok());
}

#[test]
fn interfaces_that_are_there_need_no_more_room() {
    let topology = plan(|spec, facts| {
        for subnet in seen(facts).subnets.values_mut() {
            subnet.available_addresses = Some(0);
        }
        for service in ["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api", "logs"] {
            add_endpoint(facts, service, "10.9.0.0/16");
            let endpoint = seen(facts).endpoints.get_mut(&format!("vpce-{service}")).unwrap();
            endpoint.tags = spec.ownership("123456789012").tags();
            endpoint.subnet_ids = ["subnet-0000000a", "subnet-0000000c"].map(str::to_owned).into();
        }
    });
    assert_eq!(topology.map(|topology| topology.endpoints.len()), Ok(7));
}

#[test]
fn an_existing_rule_that_is_always_there_is_refused_for_every_block() {
    let told = refused(|spec, _| {
        let block = "10.10.0.0/24".parse().unwrap();
        spec.security_group.ingress_rules = vec![crate::domain::firewall::from_vpc(block)];
    });
    assert_eq!(told[0].0, "security_group.ingress_rules[0]");
}

proptest! {
    /// Whichever endpoints others have, each service is served by exactly one of theirs or gets one of ours, and only ours take part
    /// in the zones.
    #[test]
    fn every_service_is_served(
        theirs in prop::sample::subsequence(vec!["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api", "logs"], 0..=6),
        block in prop::sample::select(vec!["10.9.0.0/16", "0.0.0.0/0", "10.9.0.0/23"]),
    ) {
        let topology = plan(|_, facts| theirs.iter().for_each(|service| add_endpoint(facts, service, block)));
        let topology = topology.map_err(|errors| TestCaseError::fail(format!("{errors:?}")))?;
        for plan in &topology.endpoints {
            let is_theirs = theirs.contains(&plan.service.as_str());
            prop_assert_eq!(&plan.existing_id, &is_theirs.then(|| format!("vpce-{}", plan.service)));
            prop_assert_eq!(plan.availability_zones.is_empty(), is_theirs || plan.kind == EndpointKind::Gateway);
        }
    }
}

#[test]
fn a_policy_that_stays_somebody_elses_is_said_once() {
    let warned = |change: fn(&mut Spec, &mut Facts)| {
        let topology = plan(change).unwrap();
        let notes = lint(&topology).into_iter();
        let notes = notes.filter(|note| note.attribute == "endpoints.policy");
        notes.map(|note| note.summary).collect::<Vec<_>>()
    };
    let theirs: Change = |spec, facts| {
        spec.endpoints.policy = PolicyPreset::SameAccount;
        add_endpoint(facts, "ecs", "10.9.0.0/16");
    };
    assert_eq!(
        warned(theirs),
        ["vpce-ecs for ecs is somebody else's and keeps its own policy"]
    );
    let several: Change = |spec, facts| {
        spec.endpoints.policy = PolicyPreset::SameAccount;
        for service in ["ecs", "logs"] {
            add_endpoint(facts, service, "10.9.0.0/16");
        }
    };
    assert_eq!(
        warned(several),
        ["vpce-ecs for ecs and vpce-logs for logs are somebody else's and keep their own policies"]
    );
    // One that has the very policy, and a preset that asks for none.
    let same: Change = |spec, facts| {
        spec.endpoints.policy = PolicyPreset::SameAccount;
        let own = Topology::plan(spec, facts).unwrap().endpoints.into_iter();
        let own = own.filter(|plan| plan.service == "ecs").find_map(|plan| plan.policy);
        assert!(own.is_some());
        add_endpoint(facts, "ecs", "10.9.0.0/16");
        seen(facts).endpoints.get_mut("vpce-ecs").unwrap().policy = own;
    };
    assert_eq!(warned(same), [""; 0]);
    let open: Change = |_, facts| add_endpoint(facts, "ecs", "10.9.0.0/16");
    assert_eq!(warned(open), [""; 0]);
}

#[test]
fn an_endpoint_whose_policy_allows_nothing_is_in_the_way() {
    let errors = refused(|_, facts| {
        add_endpoint(facts, "ecs", "10.9.0.0/16");
        let theirs = seen(facts).endpoints.get_mut("vpce-ecs").unwrap();
        theirs.policy = Some(r#"{"Statement": []}"#.to_owned());
    });
    let expected = (
        "endpoints".to_owned(),
        "vpce-ecs is in the way of an endpoint for ecs".to_owned(),
    );
    assert_eq!(errors, [expected]);
}
