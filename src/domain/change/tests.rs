use super::*;
use crate::domain::batch::{AllocationStrategy, ComputeType, ContainerInsights, LaunchTemplate, TemplateVersion};
use crate::domain::fixture;
use crate::domain::spec::{ExistingNetworkSpec, InstanceTenancy};

fn replaced(change: impl FnOnce(&mut Spec)) -> Vec<&'static str> {
    replaced_from(fixture::seed(), change)
}

fn replaced_from(prior: Spec, change: impl FnOnce(&mut Spec)) -> Vec<&'static str> {
    let mut planned = prior.clone();
    change(&mut planned);
    assert_eq!(swaps(&prior, &planned), [] as [&str; 0]);
    replacements(&prior, &planned)
}

fn swapped(change: impl FnOnce(&mut Spec)) -> Vec<&'static str> {
    swapped_from(fixture::seed(), change)
}

fn swapped_from(prior: Spec, change: impl FnOnce(&mut Spec)) -> Vec<&'static str> {
    let mut planned = prior.clone();
    change(&mut planned);
    assert_eq!(replacements(&prior, &planned), [] as [&str; 0]);
    swaps(&prior, &planned)
}

fn best_fit() -> Spec {
    let mut spec = fixture::seed();
    spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
    spec
}

fn custom_role() -> Spec {
    let mut spec = fixture::seed();
    spec.compute_environment.service_role_arn = Some("arn:aws:iam::123456789012:role/batch".to_owned());
    spec
}

#[test]
fn every_attribute_has_one_row() {
    for (index, row) in TABLE.iter().enumerate() {
        assert!(
            TABLE[..index].iter().all(|other| other.attribute != row.attribute),
            "{}",
            row.attribute
        );
        assert!(
            row.reason.ends_with('.') && row.source.ends_with('.'),
            "{}",
            row.attribute
        );
    }
    assert_eq!(row("network.cidr_block").unwrap().change, Change::Replace);
    assert!(row("network.nothing").is_none());
}

#[test]
fn nothing_changed_replaces_nothing() {
    for spec in [fixture::seed(), best_fit(), custom_role()] {
        assert!(replaced_from(spec, |_| {}).is_empty());
    }
}

#[test]
fn what_aws_fixes_is_replaced() {
    assert_eq!(replaced(|s| s.name = "other".parse().unwrap()), ["name"]);
    assert_eq!(replaced(|s| s.region = "us-east-1".to_owned()), ["region"]);
    assert_eq!(
        replaced(|s| s.network.cidr_block = "10.1.0.0/16".parse().unwrap()),
        ["network.cidr_block"]
    );
    assert_eq!(
        replaced(|s| s.network.subnet_prefix_length = Some(19)),
        ["network.subnet_prefix_length"]
    );
    assert_eq!(
        replaced(|s| s.network.instance_tenancy = InstanceTenancy::Dedicated),
        ["network.instance_tenancy"]
    );
    let mut dedicated = fixture::seed();
    dedicated.network.instance_tenancy = InstanceTenancy::Dedicated;
    let default = |s: &mut Spec| s.network.instance_tenancy = InstanceTenancy::Default;
    assert_eq!(replaced_from(dedicated, default), [] as [&str; 0], "AWS goes that way");
}

#[test]
fn another_name_is_another_compute_environment() {
    assert_eq!(
        swapped(|s| s.compute_environment.name = Some("other".to_owned())),
        ["compute_environment.name"]
    );
}

#[test]
fn another_network_replaces_and_other_subnets_of_it_do_not() {
    let existing = |vpc_id: &str, subnet_ids: &[&str]| {
        let mut spec = fixture::seed();
        spec.network.existing = Some(ExistingNetworkSpec {
            vpc_id: vpc_id.to_owned(),
            subnet_ids: subnet_ids.iter().map(|id| (*id).to_owned()).collect(),
        });
        spec
    };
    let here = existing("vpc-1", &["subnet-1", "subnet-2"]);
    assert_eq!(
        replacements(&here, &existing("vpc-2", &["subnet-1", "subnet-2"])),
        ["network.vpc_id"]
    );
    assert_eq!(replacements(&here, &fixture::seed()), ["network.vpc_id"]);
    assert_eq!(replacements(&fixture::seed(), &here), ["network.vpc_id"]);
    assert_eq!(
        replacements(&here, &existing("vpc-1", &["subnet-2", "subnet-3"])),
        [""; 0]
    );
    assert_eq!(
        replacements(&here, &existing("vpc-1", &["subnet-2", "subnet-1"])),
        [""; 0]
    );
}

#[test]
fn what_was_decided_once_is_no_change() {
    let mut prior = fixture::seed();
    prior.kept.subnet_prefix_length = Some(18);
    prior.kept.compute_environment_name = Some("my-batch-cluster".to_owned());
    let open = |s: &mut Spec| {
        s.network.subnet_prefix_length = None;
        s.compute_environment.name = None;
    };
    assert!(replaced_from(prior, open).is_empty());
}

type Edit = fn(&mut Spec);

fn infrastructure_changes() -> Vec<(&'static str, Edit)> {
    vec![
        ("network.availability_zones", |s| {
            s.network.availability_zones = Some(vec!["ap-northeast-1a".to_owned()])
        }),
        ("security_group.name", |s| s.security_group.name = None),
        ("security_group.description", |s| s.security_group.description = None),
        ("security_group.additional_ids", |s| {
            s.security_group.additional_ids = vec!["sg-1".to_owned()]
        }),
        ("compute_environment.allocation_strategy", |s| {
            s.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFitProgressiveOrdered);
        }),
        ("compute_environment.instance_types", |s| {
            s.compute_environment.instance_types = Some(vec!["c5".to_owned()])
        }),
        ("compute_environment.image_id", |s| {
            s.compute_environment.image_id = Some("ami-1".to_owned())
        }),
        ("compute_environment.ec2_configuration", |s| {
            s.compute_environment.ec2_configuration = vec![Ec2Configuration {
                image_type: "ECS_AL2023_NVIDIA".to_owned(),
                image_id_override: None,
            }];
        }),
        ("compute_environment.ec2_key_pair", |s| {
            s.compute_environment.ec2_key_pair = Some("key".to_owned())
        }),
        ("compute_environment.placement_group", |s| {
            s.compute_environment.placement_group = Some("together".to_owned())
        }),
        ("compute_environment.image_refresh", |s| {
            s.compute_environment.image_refresh = Some("now".to_owned())
        }),
        ("compute_environment.instance_role_arn", |s| {
            s.compute_environment.instance_role_arn = Some("arn:aws:iam::123456789012:instance-profile/x".to_owned());
        }),
        ("compute_environment.instance_tags", |s| {
            s.compute_environment
                .instance_tags
                .insert("a".to_owned(), "b".to_owned());
        }),
    ]
}

#[test]
fn fewer_zones_are_a_change_of_zones() {
    let mut prior = best_fit();
    for (zone, block) in [("ap-northeast-1a", "10.0.0.0/18"), ("ap-northeast-1c", "10.0.64.0/18")] {
        prior.kept.subnets.insert(zone.to_owned(), block.parse().unwrap());
    }
    assert_eq!(
        swapped_from(prior.clone(), |s| s.network.max_azs = 1),
        ["network.availability_zones"]
    );
    // No third zone is known to be chosen, so none is guessed.
    assert!(replaced_from(prior, |s| s.network.max_azs = 4).is_empty());
}

#[test]
fn infrastructure_is_in_place_only_where_batch_can_update_it() {
    let with_zones = |mut spec: Spec| {
        spec.network.availability_zones = Some(vec!["ap-northeast-1c".to_owned()]);
        spec
    };
    for (attribute, change) in infrastructure_changes() {
        assert!(
            replaced_from(with_zones(fixture::seed()), change).is_empty(),
            "{attribute}"
        );
        assert_eq!(swapped_from(with_zones(best_fit()), change), [attribute]);
        assert_eq!(swapped_from(with_zones(custom_role()), change), [attribute]);
    }
}

#[test]
fn scaling_and_tags_are_in_place_for_all() {
    for spec in [fixture::seed(), best_fit(), custom_role()] {
        let change = |s: &mut Spec| {
            s.compute_environment.min_vcpus = Some(1);
            s.compute_environment.max_vcpus = 9;
            s.compute_environment.enabled = false;
            s.compute_environment.min_scale_down_delay_minutes = Some(30);
            s.compute_environment.container_insights = Some(ContainerInsights::Enhanced);
            s.compute_environment.update_policy = Some(Default::default());
            s.tags.insert("a".to_owned(), "b".to_owned());
            s.endpoints.cloudwatch_logs = true;
            s.security_group.allow_all_outbound = false;
        };
        assert!(replaced_from(spec, change).is_empty());
    }
}

#[test]
fn best_fit_is_neither_left_nor_taken_in_place() {
    let attribute = ["compute_environment.allocation_strategy"];
    assert_eq!(swaps(&fixture::seed(), &best_fit()), attribute);
    assert_eq!(swaps(&best_fit(), &fixture::seed()), attribute);
}

#[test]
fn the_kind_of_service_role_is_fixed_and_the_custom_role_is_not() {
    let both = [
        "compute_environment.service_role_arn",
        "compute_environment.create_service_role",
    ];
    assert_eq!(swaps(&fixture::seed(), &custom_role()), both);
    assert_eq!(
        swapped_from(custom_role(), |s| s.compute_environment.service_role_arn = None),
        both
    );
    assert_eq!(swapped(|s| s.compute_environment.create_service_role = true), both);
    let other =
        |s: &mut Spec| s.compute_environment.service_role_arn = Some("arn:aws:iam::123456789012:role/other".to_owned());
    assert!(replaced_from(custom_role(), other).is_empty());
}

#[test]
fn arns_of_a_state_are_recognised() {
    let mut prior = fixture::seed();
    prior.compute_environment.service_role_arn =
        Some("arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch".to_owned());
    assert!(swaps(&prior, &fixture::seed()).is_empty());
    let (mut prior, planned) = (best_fit(), best_fit());
    prior.compute_environment.instance_role_arn =
        Some("arn:aws:iam::123456789012:instance-profile/simulation-ap-northeast-1-batch-instance".to_owned());
    prior.compute_environment.ec2_configuration = vec![Ec2Configuration {
        image_type: "ECS_AL2023".to_owned(),
        image_id_override: None,
    }];
    assert!(swaps(&prior, &planned).is_empty());
}

#[test]
fn order_of_instance_types_matters_to_the_ordered_strategy_only() {
    let mut prior = best_fit();
    prior.compute_environment.instance_types = Some(vec!["c5".to_owned(), "m5".to_owned()]);
    assert!(
        replaced_from(prior.clone(), |s| s
            .compute_environment
            .instance_types
            .iter_mut()
            .for_each(|types| types.reverse()))
        .is_empty()
    );
    prior.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFitProgressiveOrdered);
    prior.compute_environment.create_service_role = true;
    assert_eq!(
        swapped_from(prior, |s| s
            .compute_environment
            .instance_types
            .iter_mut()
            .for_each(|types| types.reverse())),
        ["compute_environment.instance_types"]
    );
}

#[test]
fn a_swap_changes_the_fingerprint_and_an_update_does_not() {
    let print = |change: fn(&mut Spec), mut spec: Spec| {
        change(&mut spec);
        fingerprint(&spec)
    };
    for (attribute, change) in infrastructure_changes() {
        assert_ne!(fingerprint(&best_fit()), print(change, best_fit()), "{attribute}");
        assert_eq!(
            fingerprint(&fixture::seed()),
            print(change, fixture::seed()),
            "{attribute}"
        );
    }
    assert_ne!(fingerprint(&fixture::seed()), fingerprint(&best_fit()));
    assert_ne!(fingerprint(&fixture::seed()), fingerprint(&custom_role()));
}

#[test]
fn on_fargate_only_what_batch_takes_there_is_in_place() {
    let fargate = fixture::fargate();
    let in_place = |s: &mut Spec| {
        s.network.availability_zones = Some(vec!["ap-northeast-1a".to_owned()]);
        s.security_group.additional_ids = vec!["sg-1".to_owned()];
        s.security_group.name = Some("other".to_owned());
        s.compute_environment.max_vcpus = 9;
        s.compute_environment.container_insights = Some(ContainerInsights::Enabled);
    };
    assert!(swapped_from(fargate.clone(), in_place).is_empty());
    let mut guest = fargate.clone();
    guest.network.existing = Some(ExistingNetworkSpec {
        vpc_id: "vpc-1".to_owned(),
        subnet_ids: vec!["subnet-1".to_owned()],
    });
    let other_subnets = |s: &mut Spec| {
        let existing = s.network.existing.iter_mut();
        existing.for_each(|existing| existing.subnet_ids.push("subnet-2".to_owned()));
    };
    assert!(swapped_from(guest, other_subnets).is_empty());
    let spare = |s: &mut Spec| s.compute_environment.compute_type = ComputeType::FargateSpot;
    assert_eq!(swapped_from(fargate, spare), ["compute_environment.type"]);
}

#[test]
fn types_with_instances_change_into_each_other_and_not_into_fargate() {
    let types = ["compute_environment.type"];
    assert!(swaps(&fixture::seed(), &fixture::spot()).is_empty());
    assert!(swaps(&fixture::spot(), &fixture::seed()).is_empty());
    for with_instances in [fixture::seed(), fixture::spot()] {
        assert_eq!(swaps(&with_instances, &fixture::fargate()), types);
        assert_eq!(swaps(&fixture::fargate(), &with_instances), types);
        assert_ne!(fingerprint(&with_instances), fingerprint(&fixture::fargate()));
    }
}

#[test]
fn the_fleet_role_is_fixed() {
    let role = |s: &mut Spec| {
        let arn = "arn:aws:iam::123456789012:role/fleet".to_owned();
        s.compute_environment.spot_iam_fleet_role_arn = Some(arn);
    };
    let attribute = ["compute_environment.spot_iam_fleet_role_arn"];
    assert_eq!(swapped_from(fixture::spot(), role), attribute);
    let mut prior = fixture::spot();
    prior.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
    let mut state = prior.clone();
    state.compute_environment.spot_iam_fleet_role_arn =
        Some("arn:aws:iam::123456789012:role/simulation-ap-northeast-1-batch-spot-fleet".to_owned());
    assert!(swaps(&state, &prior).is_empty(), "the own one is no other");
}

#[test]
fn a_version_of_a_launch_template_counts_once_it_has_a_number() {
    let with = |version: &str| {
        let mut spec = best_fit();
        spec.compute_environment.launch_template = Some(LaunchTemplate {
            template: TemplateVersion {
                id: None,
                name: Some("mine".to_owned()),
                version: Some(version.to_owned()),
            },
            overrides: Vec::new(),
        });
        spec
    };
    assert!(swaps(&with("2"), &with("$Latest")).is_empty());
    let attribute = ["compute_environment.launch_template"];
    assert_eq!(swaps(&with("2"), &with("3")), attribute);
    assert_eq!(swaps(&with("2"), &best_fit()), attribute);
}

#[test]
fn every_argument_of_some_types_has_a_row() {
    for argument in crate::domain::batch::kind::ARGUMENTS {
        let path = format!("compute_environment.{}", argument.attribute);
        assert!(row(&path).is_some(), "{path}");
    }
}
