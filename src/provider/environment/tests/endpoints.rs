//! Policies, parking and cost as Terraform sees them.

use tf_provider::value::Value;

use super::*;
use crate::domain::endpoint::policy::FULL_ACCESS;
use crate::provider::number::Number;
use crate::provider::read::{object, tags};

const OWN_POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["logs:*"],
    "Resource": "*"}]}"#;

fn with(endpoints: &str) -> Environment {
    config(&SEED.replace(r#""cloudwatch_logs": false"#, endpoints))
}

fn edit_policy(terraform: &Terraform, service: &str, policy: &str) {
    terraform.cloud.edit(|world| {
        let mut endpoints = world.endpoints.values_mut();
        let record = endpoints
            .find(|record| record.endpoint.service_name.ends_with(service))
            .unwrap();
        record.endpoint.policy = Some(policy.to_owned());
    });
}

#[tokio::test]
async fn a_policy_that_was_edited_shows_by_its_service_and_is_put_back() {
    let config = with(r#""policy": "same_account""#);
    let mut terraform = Terraform::new();
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;

    edit_policy(&terraform, ".s3", FULL_ACCESS);
    terraform.refresh().await.unwrap();
    let endpoints = object(&terraform.state().endpoints);
    assert_eq!(endpoints.policy, Value::Value("same_account".to_owned()));
    assert_eq!(
        tags(&endpoints.policies).into_iter().collect::<Vec<_>>(),
        [("s3".to_owned(), FULL_ACCESS.to_owned())]
    );
    let planned = terraform.plan(&config).await.unwrap();
    assert!(tags(&object(&planned.state.endpoints).policies).is_empty());
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;
}

#[tokio::test]
async fn policies_of_ones_own_are_kept_as_they_were_written() {
    let written = format!(
        r#""policies": {{"com.amazonaws.ap-northeast-1.logs": {}}}"#,
        serde_json::to_string(OWN_POLICY).unwrap()
    );
    let config = with(&written);
    let mut terraform = Terraform::new();
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;

    // In other words the same: no change.
    let reworded = OWN_POLICY.replace(r#"["logs:*"]"#, r#""logs:*""#);
    edit_policy(&terraform, ".logs", &reworded);
    terraform.assert_settled(&config).await;

    edit_policy(&terraform, ".logs", FULL_ACCESS);
    terraform.refresh().await.unwrap();
    let policies = tags(&object(&terraform.state().endpoints).policies);
    assert_eq!(policies["com.amazonaws.ap-northeast-1.logs"], FULL_ACCESS);
    terraform.apply(&config).await.unwrap();
    terraform.assert_settled(&config).await;
}

#[tokio::test]
async fn the_preset_is_told_from_what_is_there_on_import() {
    for endpoints in [
        r#""cloudwatch_logs": true"#.to_owned(),
        r#""policy": "same_account""#.to_owned(),
        r#""policy": "same_organization", "organization_id": "o-a1b2c3d4e5""#.to_owned(),
        format!(
            r#""policy": "same_account", "policies": {{"logs": {}}}"#,
            serde_json::to_string(OWN_POLICY).unwrap()
        ),
    ] {
        let config = with(&endpoints);
        let mut terraform = Terraform::new();
        terraform.apply(&config).await.unwrap();
        terraform.state = None;
        terraform.import("simulation").await.unwrap();
        let planned = terraform.plan(&config).await.unwrap();
        assert_eq!(
            object(&planned.state.endpoints),
            object(&terraform.state().endpoints),
            "{endpoints}"
        );
    }
}

#[tokio::test]
async fn wrong_policies_are_told_at_their_attribute() {
    let terraform = Terraform::new();
    for (endpoints, attribute) in [
        (r#""policy": "none""#, "endpoints.policy"),
        (r#""policy": "same_organization""#, "endpoints.organization_id"),
        (r#""organization_id": "acme""#, "endpoints.organization_id"),
        (r#""policies": {"s3": "{"}"#, "endpoints.policies"),
        (
            r#""policies": {"sqs": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}"#,
            "endpoints.policies",
        ),
    ] {
        let errors = terraform.plan(&with(endpoints)).await.err().unwrap();
        assert!(
            errors.iter().all(|error| error.contains(attribute)),
            "{endpoints}: {errors:?}"
        );
    }
}

#[tokio::test]
async fn parking_says_what_it_does_and_costs_nothing() {
    let (on, off) = (with(r#""enabled": true"#), with(r#""enabled": false"#));
    let mut terraform = Terraform::new();
    terraform.apply(&on).await.unwrap();
    let before = terraform.state().clone();

    let planned = terraform.plan(&off).await.unwrap();
    assert_eq!(planned.warnings, ["The environment is parked"]);
    terraform.apply(&off).await.unwrap();
    terraform.assert_settled(&off).await;
    let parked = terraform.state().clone();
    assert_eq!(object(&parked.endpoints).services, Value::Value(Default::default()));
    assert_eq!(
        object(&parked.estimated_monthly_cost).amount,
        Value::Value(Number::Whole(0))
    );
    assert_eq!(parked.network, before.network);
    assert_eq!(
        object(&parked.compute_environment).arn,
        object(&before.compute_environment).arn
    );

    // Nothing but the lack of endpoints tells it on import.
    terraform.state = None;
    terraform.import("simulation").await.unwrap();
    assert_eq!(object(&terraform.state().endpoints).enabled, Value::Value(false));

    let planned = terraform.plan(&on).await.unwrap();
    assert_eq!(planned.warnings, ["The parked environment gets its endpoints back"]);
    terraform.apply(&on).await.unwrap();
    terraform.assert_settled(&on).await;
}

#[tokio::test]
async fn the_cost_is_known_when_it_is_planned() {
    let mut terraform = Terraform::new();
    let planned = terraform.plan(&config(SEED)).await.unwrap();
    let cost = object(&planned.state.estimated_monthly_cost);
    assert_eq!(cost.amount, Value::Value(Number::Other("153.3".to_owned())));
    assert_eq!(cost.unit_price, Value::Value(Number::Other("0.014".to_owned())));
    assert_eq!(cost.endpoint_zone_pairs, Value::Value(Number::Whole(15)));
    terraform.apply(&config(SEED)).await.unwrap();

    // A state of a version that did not know the cost gets it by the next refresh.
    terraform.state.as_mut().unwrap().estimated_monthly_cost = Value::Null;
    terraform.assert_settled(&config(SEED)).await;

    let with_logs = with(r#""cloudwatch_logs": true"#);
    let planned = terraform.plan(&with_logs).await.unwrap();
    let cost = object(&planned.state.estimated_monthly_cost);
    assert_eq!(cost.amount, Value::Value(Number::Other("183.96".to_owned())));
}
