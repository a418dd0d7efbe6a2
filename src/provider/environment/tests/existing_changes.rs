//! What others do to the network that an environment lives in.

use tf_provider::value::Value;

use super::existing::place;
use super::*;
use crate::cloud::fake::World;
use crate::cloud::{Direction, NetworkApi};
use crate::domain::firewall::Peer;
use crate::domain::observed::Route;
use crate::provider::read::{object, texts};

#[tokio::test(start_paused = true)]
async fn what_others_do_to_the_network_shows_and_is_told() {
    let mut host = Terraform::new();
    let place = place(&host.cloud, "10.9").await;
    host.apply(&place.config("host", 2)).await.unwrap();
    let mut guest = Terraform::over(host.cloud.clone(), Arc::new(host.cloud.clone()), settings());
    let config = place.config("guest", 2);
    guest.apply(&config).await.unwrap();

    // The host's endpoints do not let anybody in any more, and keep the names of their services.
    let group = object(&host.state().security_group).id.unwrap();
    let rules = host.cloud.world().security_groups[&group].ingress.clone();
    host.cloud.revoke(&group, Direction::Ingress, &rules).await.unwrap();
    guest.refresh().await.unwrap();
    assert!(!texts(&guest.state().drift).unwrap().is_empty());
    let errors = guest.plan(&config).await.err().unwrap();
    assert_eq!(errors.len(), 6, "{errors:?}");
    assert!(
        errors[0].starts_with("endpoints: vpce-") && errors[0].contains("is in the way"),
        "{errors:?}"
    );

    // They let in the guest by its group.
    let own = object(&guest.state().security_group).id.unwrap();
    let rule = crate::domain::firewall::Rule::all_traffic(Peer::SecurityGroup(own), None);
    host.cloud
        .authorize(&group, Direction::Ingress, &[rule].into())
        .await
        .unwrap();
    guest.assert_settled(&config).await;
    let mut more = config.clone();
    more.tags = serde_json::from_str(r#"{"team": "research"}"#).unwrap();
    guest.apply(&more).await.unwrap();
    guest.assert_settled(&more).await;
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_gone_is_told_and_what_is_left_can_be_destroyed() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let config = place.config("guest", 2);
    terraform.apply(&config).await.unwrap();
    terraform.cloud.edit(|world| {
        world.vpcs.clear();
        world.subnets.clear();
        world.route_tables.clear();
        world.security_groups.clear();
        world.endpoints.clear();
        world.network_interfaces.clear();
    });
    terraform.refresh().await.unwrap();
    assert_eq!(
        object(&terraform.state().network).vpc_id,
        Value::Value(place.vpc_id.clone())
    );
    let errors = terraform.plan(&config).await.err().unwrap();
    assert_eq!(errors, [format!("network.vpc_id: There is no VPC {}", place.vpc_id)]);
    terraform.destroy().await.unwrap();
    assert!(terraform.cloud.world().compute_environments.is_empty());
    terraform.state = None;
}

/// The details of a plan's errors.
async fn details(terraform: &Terraform, config: &Environment) -> Vec<String> {
    let mut diags = Diagnostics::default();
    let (config, private) = (Value::Value(config.clone()), terraform.private.clone());
    let (resource, nothing) = (&terraform.resource, Value::Null);
    match terraform.state.clone() {
        None => drop(resource.plan_create(&mut diags, nothing, config, meta()).await),
        Some(prior) => {
            let prior = Value::Value(prior);
            drop(
                resource
                    .plan_update(&mut diags, prior, nothing, config, private, meta())
                    .await,
            );
        }
    }
    diags
        .errors
        .into_iter()
        .map(|error| error.detail.into_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_network_says_how_to_destroy_all_the_same() {
    type Fault = fn(&mut World);
    let faults: [Fault; 3] = [
        |world| world.vpcs.values_mut().for_each(|vpc| vpc.dns_hostnames = Some(false)),
        |world| world.subnets.clear(),
        |world| {
            let tables = world.route_tables.values_mut();
            tables.for_each(|table| {
                table.routes.push(Route {
                    destination: "0.0.0.0/0".to_owned(),
                    target: "igw-1".to_owned(),
                    ..Route::default()
                });
            });
        },
    ];
    let remedy = "\n\nTo destroy the environment all the same: terraform destroy -refresh=false.\nAttribute: ";
    for fault in faults {
        let mut terraform = Terraform::new();
        let place = place(&terraform.cloud, "10.9").await;
        let config = place.config("guest", 2);
        terraform.apply(&config).await.unwrap();
        terraform.cloud.edit(fault);
        terraform.refresh().await.unwrap();
        let told = details(&terraform, &config).await;
        assert_eq!(told.len(), 1, "one cause: {told:?}");
        assert!(told[0].contains(remedy), "{told:?}");
        terraform.state = None;
        let told = details(&terraform, &config).await;
        assert!(
            told.len() == 1 && !told[0].contains("destroy"),
            "nothing is there yet: {told:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_the_environment_gone_is_gone_even_if_the_network_stays() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let config = place.config("guest", 2);
    terraform.apply(&config).await.unwrap();
    let before = terraform.state.clone();
    terraform.destroy().await.unwrap();
    terraform.state = before;
    terraform.refresh().await.unwrap();
    assert_eq!(terraform.state, None);
}

#[tokio::test(start_paused = true)]
async fn a_finished_environment_of_the_name_is_refused_wherever_it_is() {
    let mut terraform = Terraform::new();
    let here = place(&terraform.cloud, "10.9").await;
    let there = place(&terraform.cloud, "10.8").await;
    terraform.apply(&here.config("guest", 2)).await.unwrap();
    terraform.state = None;
    terraform.private = Value::Null;
    let mut own = config(SHORT);
    own.name = Value::Value("guest".into());
    for config in [
        here.config("guest", 2),
        here.config("guest", 3),
        there.config("guest", 2),
        own,
    ] {
        let before = terraform.cloud.writes().len();
        let errors = terraform.apply(&config).await.unwrap_err();
        assert_eq!(errors, ["name: There is an environment guest already"]);
        assert_eq!(terraform.cloud.writes().len(), before, "nothing was changed");
    }
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_the_network_is_followed() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let config = place.config("guest", 2);
    terraform.apply(&config).await.unwrap();

    // Another block of the VPC is let in, and a subnet's new route table gets the route to the gateway endpoint.
    let block = "10.99.0.0/24".parse().unwrap();
    terraform.cloud.edit(|world| {
        let vpc = world.vpcs.get_mut(&place.vpc_id).unwrap();
        vpc.cidr_blocks.push(block);
    });
    let table = terraform
        .cloud
        .create_route_table(&place.vpc_id, "new", &Tags::new())
        .await
        .unwrap()
        .id;
    terraform
        .cloud
        .associate_route_table(&table, &place.subnet_ids[1])
        .await
        .unwrap();
    terraform.refresh().await.unwrap();
    assert_eq!(
        texts(&terraform.state().drift).unwrap(),
        [
            "changing the endpoint for s3",
            "changing the rules of the security group",
            "waiting for the endpoints"
        ]
    );
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;
    let world = terraform.cloud.world();
    let group = object(&terraform.state().security_group).id.unwrap();
    let from_new = crate::domain::firewall::from_vpc(block);
    assert!(
        world.security_groups[&group]
            .ingress
            .iter()
            .any(|rule| rule.same_permission(&from_new))
    );
    let gateway = world
        .endpoints
        .values()
        .find(|record| !record.endpoint.route_table_ids.is_empty())
        .unwrap();
    assert!(gateway.endpoint.route_table_ids.contains(&table));
    let subnets = object(&terraform.state().network).subnets.unwrap();
    assert_eq!(object(&subnets["ap-northeast-1c"]).route_table_id, Value::Value(table));
}

#[tokio::test(start_paused = true)]
async fn a_network_that_leads_to_the_internet_is_refused_unless_it_may() {
    let mut terraform = Terraform::new();
    let place = place(&terraform.cloud, "10.9").await;
    let main = terraform.cloud.route_tables(&place.vpc_id).await.unwrap()[0].id.clone();
    let config = place.config("guest", 2);
    terraform.cloud.add_route(&main, "0.0.0.0/0", "igw-theirs");
    let errors = terraform.plan(&config).await.err().unwrap();
    assert_eq!(errors, ["isolation.enforce: 2 paths lead to the internet"]);

    let mut open = config.clone();
    open.isolation = serde_json::from_str(r#"{"enforce": false}"#).unwrap();
    let planned = terraform.plan(&open).await.unwrap();
    assert!(
        planned
            .warnings
            .iter()
            .any(|warning| warning == "The environment is not isolated"),
        "{:?}",
        planned.warnings
    );
    terraform.apply(&open).await.unwrap();
    terraform.refresh().await.unwrap();
    let planned = terraform.plan(&open).await.unwrap();
    assert_eq!(&planned.state, terraform.state());
    assert_eq!(
        planned.warnings,
        ["The environment is not isolated"],
        "said every time, even where nothing changes"
    );
    let paths = |terraform: &Terraform| texts(&object(&terraform.state().isolation).internet_paths).unwrap();
    assert_eq!(paths(&terraform).len(), 2);

    let errors = terraform.plan(&config).await.err().unwrap();
    assert_eq!(errors, ["isolation.enforce: 2 paths lead to the internet"]);
    let cut = |world: &mut crate::cloud::fake::World| {
        let table = world.route_tables.get_mut(&main).unwrap();
        table.routes.retain(|route| route.target != "igw-theirs");
    };
    terraform.cloud.edit(cut);
    terraform.refresh().await.unwrap();
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;

    terraform.cloud.add_route(&main, "0.0.0.0/0", "igw-theirs");
    terraform.refresh().await.unwrap();
    assert_eq!(paths(&terraform).len(), 2);
    let errors = terraform.plan(&config).await.err().unwrap();
    assert_eq!(errors, ["isolation.enforce: 2 paths lead to the internet"]);
    terraform.destroy().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_owner_of_an_endpoint_changes_meanwhile_is_no_fault_of_this_apply() {
    let mut first = Terraform::new();
    let place = place(&first.cloud, "10.9").await;
    first.apply(&place.config("first", 3)).await.unwrap();
    let mut second = Terraform::over(first.cloud.clone(), Arc::new(first.cloud.clone()), settings());
    let mut config = place.config("second", 1);
    second.apply(&config).await.unwrap();
    let shown = |terraform: &Terraform| object(&terraform.state().endpoints).services;
    let before = shown(&second);

    let mut compute = object(&config.compute_environment);
    compute.max_vcpus = Value::Value(8.into());
    config.compute_environment = Value::Value(compute);
    let planned = second.plan(&config).await.unwrap();
    first.apply(&place.config("first", 2)).await.unwrap();
    second.apply_as_planned(&config, planned).await.unwrap();
    assert_eq!(shown(&second), before, "as it was planned");
    second.assert_settled(&config).await;
    assert_ne!(shown(&second), before, "the next refresh sees it");
}
