//! Environments in a network that somebody else made.

use tf_provider::value::Value;

use super::*;
use crate::cloud::{NetworkApi, SubnetRequest, VpcRequest};
use crate::domain::spec::InstanceTenancy;
use crate::provider::environment::model::{Network, Service};
use crate::provider::read::{list, object, texts};

/// Somebody's network with a subnet in each of three zones.
pub(super) struct Place {
    pub(super) vpc_id: String,
    pub(super) subnet_ids: Vec<String>,
}

pub(super) async fn place(cloud: &FakeCloud, block: &str) -> Place {
    let request = VpcRequest {
        cidr_block: format!("{block}.0.0/16").parse().unwrap(),
        instance_tenancy: InstanceTenancy::Default,
        tags: Tags::new(),
    };
    let vpc_id = cloud.create_vpc(&request).await.unwrap().id;
    cloud.set_dns_hostnames(&vpc_id, true).await.unwrap();
    let mut subnet_ids = Vec::new();
    for (index, letter) in ["a", "c", "d"].into_iter().enumerate() {
        let request = SubnetRequest {
            vpc_id: vpc_id.clone(),
            availability_zone: format!("{REGION}{letter}"),
            cidr_block: format!("{block}.{index}.0/24").parse().unwrap(),
            tags: Tags::new(),
        };
        subnet_ids.push(cloud.create_subnet(&request).await.unwrap().id);
    }
    Place { vpc_id, subnet_ids }
}

impl Place {
    /// An environment in the first so many of its subnets.
    pub(super) fn config(&self, name: &str, subnets: usize) -> Environment {
        let mut config = config(SHORT);
        config.name = Value::Value(name.to_owned());
        config.network = Value::Value(Network {
            vpc_id: Value::Value(self.vpc_id.clone()),
            subnet_ids: list(self.subnet_ids[..subnets].iter().cloned()),
            ..Network::default()
        });
        config
    }
}

fn network(config: &mut Environment, edit: impl FnOnce(&mut Network)) {
    let mut network = object(&config.network);
    edit(&mut network);
    config.network = Value::Value(network);
}

fn services(state: &Environment) -> Vec<(String, Service)> {
    let endpoints = object(&state.endpoints);
    let services = endpoints.services.iter().flatten();
    services
        .map(|(name, service)| (name.clone(), object(service)))
        .collect()
}

fn managed(state: &Environment) -> Vec<bool> {
    let services = services(state).into_iter();
    services
        .filter_map(|(_, service)| service.managed.as_option())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn everything_but_what_is_made_is_known_at_plan() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let mut config = place.config("guest", 2);
    network(&mut config, |network| {
        network.subnet_ids = list([place.subnet_ids[1].clone(), place.subnet_ids[0].clone()]);
    });
    let planned = terraform.plan(&config).await.unwrap().state;
    let shown = object(&planned.network);
    assert_eq!(shown.cidr_block, Value::Value("10.9.0.0/16".into()));
    assert_eq!(shown.managed, Value::Value(false));
    assert_eq!(
        texts(&shown.availability_zones).unwrap(),
        ["ap-northeast-1c", "ap-northeast-1a"]
    );
    assert!(shown.max_azs.is_null() && shown.subnet_prefix_length.is_null());
    let hidden = unknown(&planned);
    let of_network: Vec<&String> = hidden.iter().filter(|path| path.starts_with("network")).collect();
    assert_eq!(of_network, ["network.default_security_group_id"]);
    assert!(
        hidden.iter().any(|path| path == "endpoints.services.managed"),
        "{hidden:?}"
    );

    let costs = hidden.iter().filter(|path| path.starts_with("estimated_monthly_cost"));
    assert_eq!(
        costs.collect::<Vec<_>>(),
        [
            "estimated_monthly_cost.amount",
            "estimated_monthly_cost.endpoint_zone_pairs"
        ]
    );

    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;
    assert!(managed(terraform.state()).into_iter().all(|managed| managed));
    // Another order of the subnets is no change.
    let order = place.config("guest", 2);
    let again = terraform.plan(&order).await.unwrap();
    assert_eq!(Some(again.state), terraform.state);
    terraform.destroy().await.unwrap();
    let world = terraform.cloud.world();
    assert_eq!(
        (world.vpcs.len(), world.subnets.len(), world.endpoints.len()),
        (1, 3, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_environment_uses_the_endpoints_of_the_first() {
    let mut first = Terraform::new();
    let mut second = Terraform::over(first.cloud.clone(), Arc::new(first.cloud.clone()), settings());
    let place = place(&first.cloud, "10.9").await;
    let (one, two) = (place.config("first", 2), place.config("second", 3));
    first.apply(&one).await.unwrap();

    let planned = second.plan(&two).await.unwrap().state;
    let served = services(&planned);
    let all = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "s3"];
    assert_eq!(served.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), all);
    for (name, service) in &served {
        assert_eq!(service.managed, Value::Value(false), "{name}");
        let theirs = services(first.state()).into_iter().find(|(other, _)| other == name);
        assert_eq!(
            Some(&service.id),
            theirs.as_ref().map(|(_, service)| &service.id),
            "{name}"
        );
    }
    let pairs = |state: &Environment| object(&state.estimated_monthly_cost).endpoint_zone_pairs;
    assert_eq!(
        pairs(first.state()),
        Value::Value(12.into()),
        "six endpoints in two zones"
    );
    assert_eq!(pairs(&planned), Value::Value(0.into()), "others pay");
    second.apply(&two).await.unwrap();
    for (terraform, config) in [(&mut first, &one), (&mut second, &two)] {
        terraform.assert_settled(config).await;
    }

    first.destroy().await.unwrap();
    second.refresh().await.unwrap();
    assert_eq!(services(second.state()), []);
    let waiting = 1;
    assert_eq!(texts(&second.state().drift).unwrap().len(), all.len() + waiting);
    second.apply(&two).await.unwrap();
    second.assert_settled(&two).await;
    assert_eq!(managed(second.state()), [true; 7]);
    second.destroy().await.unwrap();
    let world = first.cloud.world();
    assert_eq!((world.endpoints.len(), world.security_groups.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn ids_that_are_not_known_yet_hide_what_depends_on_them() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let known = place.config("guest", 2);
    let mut wholly = known.clone();
    network(&mut wholly, |network| {
        network.vpc_id = Value::Unknown;
        network.subnet_ids = Value::Unknown;
    });
    let mut partly = known.clone();
    network(&mut partly, |network| {
        network.subnet_ids = Value::Value(vec![Value::Value(place.subnet_ids[0].clone()), Value::Unknown]);
    });
    for (config, network_is_known) in [(&wholly, false), (&partly, true)] {
        let planned = terraform.plan(config).await.unwrap().state;
        let hidden = unknown(&planned);
        for path in [
            "network.cidr_block",
            "network.availability_zones",
            "network.subnets",
            "network.subnet_ids",
            "network.instance_tenancy",
            "endpoints.services",
            "compute_environment.name",
            "security_group.id",
        ] {
            assert!(hidden.iter().any(|hidden| hidden == path), "{path}: {hidden:?}");
        }
        assert_eq!(object(&planned.network).managed.is_unknown(), !network_is_known);
        // A rule that would always be there in the default network may not be in this one.
        let mut ruled = config.clone();
        ruled.security_group = serde_json::from_str(r#"{"ingress_rules": [{"cidr_block": "10.0.0.0/16"}]}"#).unwrap();
        if !network_is_known {
            terraform.plan(&ruled).await.unwrap();
        }
        // What does not depend on the network is known.
        assert_eq!(object(&planned.security_group).name, Value::Value("guest".into()));
        assert_eq!(object(&planned.compute_environment).r#type, Value::Value("EC2".into()));
        // What is planned once the ids are known keeps to it.
        let later = terraform.plan(&known).await.unwrap().state;
        assert_conforms(&planned, &later);
    }
    terraform.apply(&known).await.unwrap();
    let planned = terraform.plan(&wholly).await.unwrap();
    assert_eq!(planned.replace, ["network.vpc_id"]);
    let planned = terraform.plan(&partly).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    assert!(object(&planned.state.network).vpc_id.is_value());
}

#[tokio::test(start_paused = true)]
async fn another_vpc_replaces_and_other_subnets_do_not() {
    let mut terraform = Terraform::new();
    let place_a = place(&terraform.cloud, "10.9").await;
    let place_b = place(&terraform.cloud, "10.8").await;
    let two = place_a.config("guest", 2);
    terraform.apply(&two).await.unwrap();
    for other in [place_b.config("guest", 2), {
        let mut own = config(SHORT);
        own.name = Value::Value("guest".into());
        own
    }] {
        assert_eq!(terraform.plan(&other).await.unwrap().replace, ["network.vpc_id"]);
    }
    let three = place_a.config("guest", 3);
    let planned = terraform.plan(&three).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    let arn = object(&terraform.state().compute_environment).arn;
    terraform.apply(&three).await.unwrap();
    terraform.assert_settled(&three).await;
    assert_eq!(object(&terraform.state().compute_environment).arn, arn);
    let interfaces = services(terraform.state())
        .into_iter()
        .filter_map(|(_, service)| texts(&service.network_interface_ids));
    assert!(interfaces.map(|ids| ids.len()).all(|count| matches!(count, 0 | 3)));

    let mut managed = Terraform::new();
    let place = place(&managed.cloud, "10.9").await;
    let mut own = config(SHORT);
    own.name = Value::Value("guest".into());
    managed.apply(&own).await.unwrap();
    let planned = managed.plan(&place.config("guest", 2)).await.unwrap();
    assert_eq!(planned.replace, ["network.vpc_id"]);
}

#[tokio::test(start_paused = true)]
async fn an_environment_in_an_existing_network_is_imported_by_name() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let mut host = Terraform::over(terraform.cloud.clone(), Arc::new(terraform.cloud.clone()), settings());
    host.apply(&place.config("host", 3)).await.unwrap();
    let mut config = place.config("guest", 2);
    config.tags = serde_json::from_str(r#"{"team": "research"}"#).unwrap();
    terraform.apply(&config).await.unwrap();
    let mut made = terraform.state.take().unwrap();
    // Only AWS knows how many it has started with.
    let mut compute = object(&made.compute_environment);
    compute.desired_vcpus = Value::Value(0.into());
    made.compute_environment = Value::Value(compute);
    terraform.import("guest").await.unwrap();
    assert_eq!(*terraform.state(), made);
    terraform.assert_settled(&config).await;
}
