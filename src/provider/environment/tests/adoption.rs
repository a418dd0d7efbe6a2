//! What something else made, taken over; and tags that are gone.

use std::collections::BTreeSet;

use tf_provider::value::Value;

use super::*;
use crate::cloud::ErrorKind;
use crate::cloud::fake::World;
use crate::cloud::faulty::{Faulty, Rule};
use crate::domain::batch::launch_template::TemplateVersions;
use crate::domain::batch::{LaunchTemplate, TemplateVersion};
use crate::domain::name::Ownership;
use crate::provider::environment::tests::existing::place;
use crate::provider::read::{list, object, text, texts};

/// An AWS in which something else made the seed's environment, the import id of it, and its instance profile.
async fn stack() -> (Terraform, String, String) {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.cloud.remove_tags();
    let stack_tags = |world: &mut World| {
        for vpc in world.vpcs.values_mut() {
            vpc.tags
                .insert("aws:cloudformation:stack-name".into(), "article".into());
            vpc.tags.insert("Name".into(), "article/vpc".into());
        }
    };
    terraform.cloud.edit(stack_tags);
    let state = terraform.state.take().unwrap();
    let id = format!("{}/my-batch-cluster", text(&object(&state.network).vpc_id).unwrap());
    let profile = text(&object(&state.compute_environment).instance_role_arn).unwrap();
    terraform.private = Value::Null;
    (terraform, id, profile)
}

/// The seed's configuration under another name, with the profile that is there.
fn adopting(profile: &str) -> Environment {
    let mut wanted = config(SEED);
    wanted.name = Value::Value("adopted".into());
    let mut compute = object(&wanted.compute_environment);
    compute.instance_role_arn = Value::Value(profile.to_owned());
    wanted.compute_environment = Value::Value(compute);
    wanted
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_adopted_named_and_tagged_in_place() {
    let (mut terraform, id, profile) = stack().await;
    terraform.import(&id).await.unwrap();
    terraform.refresh().await.unwrap();
    assert_eq!(terraform.state().name, Value::Value("my-batch-cluster".into()));

    let wanted = adopting(&profile);
    let planned = terraform.plan(&wanted).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    assert_eq!(unknown(&planned.state), Vec::<String>::new());
    let mut same = planned.state.clone();
    let before = terraform.state();
    (same.name, same.id, same.drift) = (before.name.clone(), before.id.clone(), before.drift.clone());
    (same.tags, same.tags_all) = (before.tags.clone(), before.tags_all.clone());
    assert_eq!(&same, before, "name and tags change, and nothing else");

    terraform.apply(&wanted).await.unwrap();
    terraform.assert_settled(&wanted).await;
    let world = terraform.cloud.world();
    assert_eq!(
        (world.vpcs.len(), world.subnets.len(), world.endpoints.len()),
        (1, 3, 6)
    );
    let vpc = world.vpcs.values().next().unwrap();
    assert_eq!(vpc.tags[Ownership::ENVIRONMENT_KEY], "adopted");
    assert_eq!(vpc.tags["aws:cloudformation:stack-name"], "article");
    // From now on it is an environment like any other: its name is what it is found by.
    let mut renamed = wanted;
    renamed.name = Value::Value("renamed".into());
    assert_eq!(terraform.plan(&renamed).await.unwrap().replace, ["name"]);
}

#[tokio::test(start_paused = true)]
async fn it_is_destroyed_but_for_what_it_did_not_own() {
    let (mut terraform, id, _) = stack().await;
    terraform.import(&id).await.unwrap();
    terraform.destroy().await.unwrap();
    let world = terraform.cloud.world();
    assert!(world.vpcs.is_empty() && world.compute_environments.is_empty());
    assert_eq!(world.instance_profiles.len(), 1);
}

/// The stack with a job queue of its own, and one that has another compute environment as well.
async fn stack_with_queues() -> (Terraform, String, Environment) {
    let (terraform, id, profile) = stack().await;
    let world = terraform.cloud.world();
    let arn = &world.compute_environments["my-batch-cluster"].environment.arn;
    terraform.cloud.add_job_queue("jobs", arn);
    terraform.cloud.add_job_queue("shared", arn);
    terraform.cloud.edit(|world| {
        let shared = world.job_queues.get_mut("shared").unwrap();
        shared.queue.compute_environments.push(format!("{arn}-2"));
    });
    (terraform, id, adopting(&profile))
}

#[tokio::test(start_paused = true)]
async fn job_queues_that_have_no_other_compute_environment_come_along() {
    let (mut terraform, id, mut wanted) = stack_with_queues().await;
    let warnings = terraform.import(&id).await.unwrap();
    assert_eq!(warnings, ["Job queue jobs was adopted too"]);
    terraform.refresh().await.unwrap();
    let queues = terraform.state().job_queues.clone();
    assert_eq!(object(&queues).into_keys().collect::<Vec<_>>(), ["jobs"]);

    // Under another key than the import chose it is the same queue.
    for (key, priority) in [("jobs", 1), ("urgent", 7)] {
        let written = format!(r#"{{"{key}": {{"name": "jobs", "priority": {priority}}}}}"#);
        wanted.job_queues = Value::Value(serde_json::from_str(&written).unwrap());
        let planned = terraform.plan(&wanted).await.unwrap();
        assert_eq!(unknown(&planned.state), Vec::<String>::new());
        assert!(!planned.warnings.iter().any(|warning| warning.contains("queue")));
        assert_eq!(planned.state.job_queues == queues, key == "jobs");
        terraform.cloud.clear_calls();
        terraform.apply(&wanted).await.unwrap();
        terraform.assert_settled(&wanted).await;
        let writes = terraform.cloud.writes().into_iter().map(|call| call.operation);
        let writes: BTreeSet<&str> = writes.filter(|name| name.ends_with("Queue")).collect();
        let changes = ["batch:UpdateJobQueue"].into_iter().filter(|_| priority == 7);
        assert_eq!(writes, changes.collect(), "changed in place, if at all");
        let world = terraform.cloud.world();
        assert_eq!(world.job_queues["jobs"].queue.priority, priority);
        assert_eq!(
            world.job_queues["jobs"].queue.tags[Ownership::ENVIRONMENT_KEY],
            "adopted"
        );
        assert_eq!(world.job_queues["shared"].queue.tags, Tags::new());
    }

    let timed_out = "compute_environment: Timed out deleting the compute environment my-batch-cluster";
    assert_eq!(terraform.destroy().await.unwrap_err(), [timed_out]);
    let left: Vec<String> = terraform.cloud.world().job_queues.keys().cloned().collect();
    assert_eq!(left, ["shared"]);
    terraform.cloud.remove_job_queue("shared");
    terraform.destroy().await.unwrap();
    let world = terraform.cloud.world();
    assert!(world.job_queues.is_empty() && world.compute_environments.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_adopted_job_queue_that_is_left_out_is_deleted() {
    let (mut terraform, id, wanted) = stack_with_queues().await;
    terraform.import(&id).await.unwrap();
    let planned = terraform.plan(&wanted).await.unwrap();
    assert!(object(&planned.state.job_queues).is_empty());
    terraform.apply(&wanted).await.unwrap();
    terraform.assert_settled(&wanted).await;
    let there: Vec<String> = terraform.cloud.world().job_queues.keys().cloned().collect();
    assert_eq!(there, ["shared"]);
}

#[tokio::test(start_paused = true)]
async fn an_adopted_job_queue_is_destroyed_even_before_the_first_apply() {
    let (mut terraform, id, _) = stack_with_queues().await;
    terraform.import(&id).await.unwrap();
    terraform.cloud.remove_job_queue("shared");
    terraform.destroy().await.unwrap();
    assert!(terraform.cloud.world().job_queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_was_cut_off_is_gone_on_with_under_either_name() {
    let (mut terraform, id, profile) = stack().await;
    terraform.import(&id).await.unwrap();
    let (state, private) = (terraform.state.clone(), terraform.private.clone());
    let wanted = adopting(&profile);
    let faults = Faulty::new(terraform.cloud.clone());
    faults.add(Rule::refuse(
        "batch:TagResource",
        ErrorKind::Denied,
        "AccessDenied",
        "No.",
    ));
    let mut cut = Terraform::over(terraform.cloud.clone(), Arc::new(faults), settings());
    (cut.state, cut.private) = (state, private);
    cut.apply(&wanted).await.unwrap_err();

    // The process died before it could say so: the state is the one from before.
    terraform.refresh().await.unwrap();
    assert_eq!(texts(&object(&terraform.state().network).subnet_ids).unwrap().len(), 3);
    terraform.apply(&wanted).await.unwrap();
    terraform.assert_settled(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn the_name_of_another_environment_is_not_taken() {
    let (mut terraform, id, profile) = stack().await;
    terraform.import(&id).await.unwrap();
    let (state, private) = (terraform.state.take(), terraform.private.clone());
    let mut other = config(SHORT);
    other.name = Value::Value("adopted".into());
    terraform.apply(&other).await.unwrap();
    (terraform.state, terraform.private) = (state, private);
    let errors = terraform.plan(&adopting(&profile)).await.err().unwrap();
    assert_eq!(errors, ["name: There is an environment adopted already"]);
}

#[tokio::test(start_paused = true)]
async fn nor_is_the_name_of_a_guest() {
    // One in a network of its own making, and one in the very network of the stack.
    for same_network in [false, true] {
        let (mut terraform, id, profile) = stack().await;
        let there = place(&terraform.cloud, "10.9").await;
        let mut wanted = adopting(&profile);
        let mut guest = there.config("adopted", 2);
        if same_network {
            let world = terraform.cloud.world();
            let environment = &world.compute_environments["my-batch-cluster"].environment;
            let network = crate::provider::environment::model::Network {
                vpc_id: Value::Value(id.split_once('/').unwrap().0.to_owned()),
                subnet_ids: list(environment.subnet_ids.iter().cloned()),
                ..Default::default()
            };
            guest.network = Value::Value(network.clone());
            wanted.network = Value::Value(network);
            wanted.security_group = Value::Null;
        }
        terraform.apply(&guest).await.unwrap();
        terraform.state = None;
        terraform.import(&id).await.unwrap();
        let errors = terraform.plan(&wanted).await.err().unwrap();
        assert_eq!(
            errors,
            ["name: There is an environment adopted already"],
            "{same_network}"
        );
        wanted.name = Value::Value("free".into());
        terraform.apply(&wanted).await.unwrap();
        terraform.assert_settled(&wanted).await;
        assert_eq!(terraform.cloud.world().compute_environments.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_has_the_name_of_the_compute_environment_is_not_touched() {
    let (mut terraform, id, _) = stack().await;
    let mut other = config(SHORT);
    other.name = Value::Value("my-batch-cluster".into());
    other.job_queues = Value::Value(serde_json::from_str(r#"{"jobs": {}}"#).unwrap());
    terraform.apply(&other).await.unwrap();
    let (state, private) = (terraform.state.take(), terraform.private.clone());

    terraform.import(&id).await.unwrap();
    let vpc_id = object(&terraform.state().network).vpc_id;
    assert_eq!(terraform.state().name, vpc_id);
    terraform.refresh().await.unwrap();
    assert!(object(&terraform.state().job_queues).is_empty());
    terraform.destroy().await.unwrap();
    (terraform.state, terraform.private) = (state, private);
    terraform.assert_settled(&other).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_adopted_is_told() {
    let (mut terraform, id, _) = stack().await;
    let (vpc, _) = id.split_once('/').unwrap();
    let other = format!("{vpc}/my-batch-clutter");
    assert_eq!(
        terraform.import(&other).await.unwrap_err(),
        [": There is no compute environment my-batch-clutter"]
    );
    assert_eq!(
        terraform.import("vpc-00000000/my-batch-cluster").await.unwrap_err(),
        [": There is no VPC vpc-00000000"]
    );
    assert_eq!(
        terraform.import("vpc-0/x y").await.unwrap_err(),
        [": \"vpc-0/x y\" is not an import id"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_vpc_with_something_else_in_it_stays_a_network_of_others() {
    let (mut terraform, id, profile) = stack().await;
    let (vpc, _) = id.split_once('/').unwrap();
    let request = crate::cloud::SubnetRequest {
        vpc_id: vpc.to_owned(),
        availability_zone: format!("{REGION}a"),
        cidr_block: "10.0.192.0/24".parse().unwrap(),
        tags: Tags::new(),
    };
    crate::cloud::NetworkApi::create_subnet(&terraform.cloud, &request)
        .await
        .unwrap();
    let warnings = terraform.import(&id).await.unwrap();
    let name = "my-batch-cluster";
    let expected = [
        format!("{vpc} is treated as an existing network"),
        format!("Environment {name} is not whole"),
    ];
    assert_eq!(warnings, expected, "the group stays with the endpoints");
    terraform.refresh().await.unwrap();
    let network = object(&terraform.state().network);
    let there = (&network.managed, &network.vpc_id);
    assert_eq!(there, (&Value::Value(false), &Value::Value(vpc.to_owned())));
    assert_eq!(texts(&network.subnet_ids).unwrap().len(), 3);

    let mut wanted = adopting(&profile);
    wanted.network = Value::Value(crate::provider::environment::model::Network {
        vpc_id: network.vpc_id.clone(),
        subnet_ids: network.subnet_ids.clone(),
        ..Default::default()
    });
    // The group that the endpoints need stays with them; the instances get one of the environment's own.
    wanted.security_group = Value::Null;
    let planned = terraform.plan(&wanted).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    terraform.apply(&wanted).await.unwrap();
    terraform.assert_settled(&wanted).await;
    assert_eq!(terraform.cloud.world().endpoints.len(), 6);
    terraform.destroy().await.unwrap();
    let world = terraform.cloud.world();
    assert_eq!(
        (world.vpcs.len(), world.subnets.len(), world.endpoints.len()),
        (1, 4, 6)
    );
    assert!(world.compute_environments.is_empty());
}

#[tokio::test(start_paused = true)]
async fn subnets_that_share_a_table_are_adopted_as_an_existing_network() {
    let (mut terraform, id, profile) = stack().await;
    let (vpc, _) = id.split_once('/').unwrap();
    let vpc = vpc.to_owned();
    terraform.cloud.edit(|world| {
        let mut own = world.route_tables.values().filter(|table| !table.main);
        let kept = own.next().unwrap().id.clone();
        let others: Vec<String> = own.map(|table| table.id.clone()).collect();
        for other in others {
            let table = world.route_tables.remove(&other).unwrap();
            let shared = world.route_tables.get_mut(&kept).unwrap();
            shared.associations.extend(table.associations.clone());
        }
        for endpoint in world.endpoints.values_mut().map(|there| &mut there.endpoint) {
            endpoint.route_table_ids.retain(|id| *id == kept);
        }
    });
    let warnings = terraform.import(&id).await.unwrap();
    let name = "my-batch-cluster";
    let expected = [
        format!("{vpc} is treated as an existing network"),
        format!("Environment {name} is not whole"),
    ];
    assert_eq!(warnings, expected);
    terraform.refresh().await.unwrap();
    let network = object(&terraform.state().network);
    let mut wanted = adopting(&profile);
    wanted.network = Value::Value(crate::provider::environment::model::Network {
        vpc_id: network.vpc_id.clone(),
        subnet_ids: network.subnet_ids.clone(),
        ..Default::default()
    });
    let group_id = texts(&object(&terraform.state().security_group).additional_ids).unwrap();
    let group = format!(
        r#"{{"additional_ids": ["{}"], "allow_all_outbound": true}}"#,
        group_id[0]
    );
    wanted.security_group = serde_json::from_str(&group).unwrap();
    let planned = terraform.plan(&wanted).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    assert_eq!(planned.state.network, terraform.state().network);
    assert_eq!(planned.state.endpoints, terraform.state().endpoints);
    let before = terraform.cloud.world();
    terraform.apply(&wanted).await.unwrap();
    terraform.assert_settled(&wanted).await;
    terraform.destroy().await.unwrap();
    let after = terraform.cloud.world();
    let tables = |world: &World| world.route_tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(tables(&after), tables(&before));
    assert_eq!((after.subnets.len(), after.endpoints.len()), (3, 6));
}

#[tokio::test(start_paused = true)]
async fn what_a_named_version_of_a_launch_template_hides_is_looked_up() {
    for existing in [false, true] {
        let (mut terraform, id, _) = stack().await;
        let template = TemplateVersion {
            name: Some("mine".to_owned()),
            version: Some("$Latest".to_owned()),
            ..TemplateVersion::default()
        };
        terraform.cloud.edit(|world| {
            let versions = TemplateVersions { default: 1, latest: 7 };
            world.launch_templates.insert("mine".to_owned(), versions);
            let there = world.compute_environments.get_mut("my-batch-cluster").unwrap();
            there.environment.launch_template = Some(LaunchTemplate {
                template,
                ..LaunchTemplate::default()
            });
        });
        if existing {
            let (vpc, _) = id.split_once('/').unwrap();
            terraform.cloud.add_security_group(vpc, "theirs");
        }
        let warnings = terraform.import(&id).await.unwrap();
        let whole = !warnings.iter().any(|warning| warning.ends_with("is not whole"));
        assert_eq!(whole, !existing, "the group stays with the endpoints: {warnings:?}");
        for refreshed in [false, true] {
            if refreshed {
                terraform.refresh().await.unwrap();
            }
            let state = terraform.state();
            let drift = texts(&state.drift).unwrap();
            let untrue = drift
                .iter()
                .any(|line| line.contains("not known") || line.contains("offers no"));
            assert!(!untrue, "{drift:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tags_that_are_gone_are_put_back_in_place() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let made = terraform.state().clone();
    terraform.cloud.remove_tags();
    terraform.refresh().await.unwrap();
    let seen = terraform.state();
    assert_eq!((&seen.network, &seen.endpoints), (&made.network, &made.endpoints));
    assert_eq!(seen.security_group, made.security_group);
    assert!(!texts(&seen.drift).unwrap().is_empty());
    let planned = terraform.plan(&config(SEED)).await.unwrap();
    assert_eq!(unknown(&planned.state), Vec::<String>::new());
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
    assert_eq!(terraform.state(), &made);
    terraform.cloud.remove_tags();
    terraform.destroy().await.unwrap();
    assert!(terraform.cloud.world().vpcs.is_empty());
}
