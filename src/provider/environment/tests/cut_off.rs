//! Runs that a bug ends: what was noted last is enough to go on from.

use std::time::Duration;

use serde::de::DeserializeOwned;
use tf_provider::value::Value;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cloud::faulty::{Fault, Faulty, Rule, When};
use crate::plugin::Context;
use crate::provider::environment::state::UNFINISHED;
use crate::provider::read::{object, texts};

/// An environment with a role that its compute environment is to lose by a swap.
fn with_role(create: bool) -> Environment {
    config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"max_vcpus": 4, "create_service_role": {create}}}}}"#
    ))
}

/// What a run that never comes to its end has noted before it was dropped.
async fn noted<T>(run: impl Future<Output = T>) -> (Value<Environment>, Option<Value<RegionFacts>>) {
    fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> T {
        rmp_serde::from_slice(bytes).unwrap()
    }
    let context = Context::new("a test", CancellationToken::new());
    let hour = Duration::from_secs(60 * 60);
    assert!(tokio::time::timeout(hour / 3, context.scope(run)).await.is_err());
    let checkpoint = context.last_checkpoint().unwrap();
    (
        decoded(&checkpoint.state),
        checkpoint.private.as_deref().map(decoded::<Value<RegionFacts>>),
    )
}

/// A swap that was cut off when nothing but the former role was left, and the faults that have done it.
async fn swap_that_was_cut_off() -> (Terraform, Faulty<FakeCloud>) {
    let cloud = FakeCloud::new(REGION);
    let faults = Faulty::new(cloud.clone());
    let mut terraform = Terraform::over(cloud, Arc::new(faults.clone()), settings());
    terraform.apply(&with_role(true)).await.unwrap();
    faults.add(Rule::new("iam:DeleteRole", When::Before, Fault::Halt));
    let (state, private) = noted(terraform.apply(&with_role(false))).await;
    terraform.state = state.as_option();
    terraform.private = private.unwrap();
    faults.heal();
    let state = terraform.state();
    assert_eq!(
        object(&state.compute_environment).create_service_role,
        Value::Value(false)
    );
    assert_eq!(texts(&state.drift).unwrap(), [UNFINISHED]);
    assert_eq!(terraform.cloud.world().roles.len(), 2);
    (terraform, faults)
}

#[tokio::test(start_paused = true)]
async fn the_next_apply_finds_the_role_that_was_left() {
    for refreshed in [true, false] {
        let (mut terraform, _) = swap_that_was_cut_off().await;
        if refreshed {
            terraform.refresh().await.unwrap();
            let drift = texts(&terraform.state().drift).unwrap();
            assert!(drift.contains(&"deleting the service role".to_owned()), "{drift:?}");
        }
        let planned = terraform.plan(&with_role(false)).await.unwrap();
        assert_ne!(Some(planned.state), terraform.state, "there is something to do");
        terraform.apply(&with_role(false)).await.unwrap();
        terraform.assert_settled(&with_role(false)).await;
        assert_eq!(terraform.cloud.world().roles.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn where_nothing_was_left_the_next_refresh_says_so() {
    let (mut terraform, _) = swap_that_was_cut_off().await;
    terraform
        .cloud
        .edit(|world| world.roles.retain(|name, _| !name.ends_with("-batch-service")));
    terraform.assert_settled(&with_role(false)).await;
    assert_eq!(texts(&terraform.state().drift).unwrap(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_destroy_finds_it_too_even_if_it_is_cut_off_itself() {
    let (mut terraform, faults) = swap_that_was_cut_off().await;
    faults.add(Rule::new("ec2:DeleteVpc", When::Before, Fault::Halt));
    faults.add(Rule::new("iam:DeleteRole", When::Before, Fault::Halt));
    let (state, _) = noted(terraform.destroy()).await;
    terraform.state = state.as_option();
    assert_eq!(terraform.cloud.world().roles.len(), 2);
    faults.heal();
    terraform.destroy().await.unwrap();
    let world = terraform.cloud.world();
    assert!(world.roles.is_empty() && world.vpcs.is_empty());
}

#[tokio::test(start_paused = true)]
async fn roles_that_were_given_are_not_looked_at() {
    let mut other = Terraform::new();
    other
        .apply(&config(&SHORT.replace("simulation", "other")))
        .await
        .unwrap();
    let given = object(&other.state().compute_environment).instance_role_arn.unwrap();
    let config = config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"max_vcpus": 4, "instance_role_arn": "{given}"}}}}"#
    ));
    let mut terraform = Terraform::over(other.cloud.clone(), Arc::new(other.cloud.clone()), settings());
    terraform.apply(&config).await.unwrap();
    terraform.cloud.clear_calls();
    terraform.assert_settled(&config).await;
    let mut larger = config.clone();
    let mut compute = object(&larger.compute_environment);
    compute.max_vcpus = Value::Value(8.into());
    larger.compute_environment = Value::Value(compute);
    terraform.apply(&larger).await.unwrap();
    terraform.destroy().await.unwrap();
    let calls = terraform.cloud.calls();
    let asked: Vec<String> = calls.iter().map(|call| call.operation.to_string()).collect();
    assert!(
        asked.iter().all(|operation| !operation.starts_with("iam:")),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_state_that_no_configuration_could_have_is_drift() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let name = "my-batch-cluster";
    terraform.cloud.edit(|world| {
        let environment = world.compute_environments.get_mut(name).unwrap();
        environment.environment.max_vcpus = -1;
    });
    terraform.refresh().await.unwrap();
    let drift = terraform.state().drift.clone().unwrap();
    assert!(!drift.is_empty(), "{:?}", terraform.state());
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
}
