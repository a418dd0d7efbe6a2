//! Environments that are imported by their name: whole ones, parked ones and halves.

use tf_provider::value::Value;

use super::*;
use crate::provider::read::{object, texts};

/// An environment in AWS that no state knows of.
async fn lost(config: &Environment) -> Terraform {
    let mut terraform = Terraform::new();
    terraform.apply(config).await.unwrap();
    terraform.state = None;
    terraform.private = Value::Null;
    terraform
}

#[tokio::test(start_paused = true)]
async fn a_whole_one_needs_no_words() {
    let mut terraform = lost(&config(SEED)).await;
    assert_eq!(terraform.import("simulation").await.unwrap(), Vec::<String>::new());
    terraform.refresh().await.unwrap();
    assert_eq!(terraform.state().drift, Value::Value(Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_told_and_made_by_the_next_apply() {
    let mut terraform = lost(&config(SEED)).await;
    let world = terraform.cloud.world();
    let mut endpoints = world.endpoints.values();
    let gone = endpoints.find(|there| there.endpoint.service_name.ends_with("ecr.api"));
    terraform.cloud.remove_endpoint(&gone.unwrap().endpoint.id);
    let warnings = terraform.import("simulation").await.unwrap();
    assert_eq!(warnings, ["Environment simulation is not whole"]);
    let drift = texts(&terraform.state().drift).unwrap();
    assert!(
        drift.contains(&"creating the endpoint for ecr.api".to_owned()),
        "{drift:?}"
    );

    let planned = terraform.plan(&config(SEED)).await.unwrap();
    assert_eq!(planned.replace, Vec::<String>::new());
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
    assert_eq!(terraform.cloud.world().endpoints.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn one_without_endpoints_is_parked_or_unfinished() {
    let mut parked = config(SHORT);
    parked.endpoints = Value::Value(serde_json::from_str(r#"{"enabled": false}"#).unwrap());
    for wanted in [parked, config(SHORT)] {
        let mut terraform = lost(&config(SHORT)).await;
        let ids: Vec<String> = terraform.cloud.world().endpoints.keys().cloned().collect();
        ids.iter().for_each(|id| terraform.cloud.remove_endpoint(id));
        let warnings = terraform.import("simulation").await.unwrap();
        assert_eq!(warnings, ["Environment simulation has no endpoint"]);
        assert_eq!(object(&terraform.state().endpoints).enabled, Value::Value(false));

        let is_parked = object(&wanted.endpoints).enabled == Value::Value(false);
        let planned = terraform.plan(&wanted).await.unwrap();
        let restored = planned
            .warnings
            .iter()
            .any(|warning| warning.contains("gets its endpoints back"));
        assert_eq!(restored, !is_parked);
        terraform.apply(&wanted).await.unwrap();
        terraform.assert_settled(&wanted).await;
        assert_eq!(terraform.cloud.world().endpoints.is_empty(), is_parked);
    }
}
