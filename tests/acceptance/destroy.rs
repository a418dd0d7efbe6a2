//! What holds on to an environment is named, and a protected one stays.

use serde_json::json;

use crate::stage::{ADDRESS, Stage};

const BODY: &str = r#"
  name                = "hold"
  network             = { max_azs = 2 }
  endpoints           = { cloudwatch_logs = false }
  compute_environment = { name = "hold", max_vcpus = 4 }
"#;

#[test]
fn a_foreign_queue_is_named_and_waited_for() {
    let stage = Stage::with(&format!("{BODY}\n  timeouts = {{ delete = \"5s\" }}"));
    stage.apply();
    let arn = stage.state()["compute_environment"]["arn"].clone();
    let order = json!([{ "order": 1, "computeEnvironment": arn }]);
    let queue = json!({ "jobQueueName": "somebody-elses", "priority": 1, "state": "ENABLED", "computeEnvironmentOrder": order });
    stage.account().meddle("batch", "create_job_queue", &queue);

    stage.try_destroy().failed().says(&["somebody-elses"]);
    assert_eq!(stage.resources().len(), 1, "the state still has it");

    stage.account().meddle(
        "batch",
        "update_job_queue",
        &json!({ "jobQueue": "somebody-elses", "state": "DISABLED" }),
    );
    crate::process::wait_for("the queue to be settled", || {
        let queues = stage.account().snapshot()["job_queues"].clone();
        (queues[0]["status"] == "VALID").then_some(())
    });
    stage
        .account()
        .meddle("batch", "delete_job_queue", &json!({ "jobQueue": "somebody-elses" }));
    stage.terraform(&["destroy", "-auto-approve", "-no-color"]).succeeded();
    stage.account().assert_empty();
}

#[test]
fn a_foreign_network_interface_is_named_and_what_is_left_is_destroyed_later() {
    let stage = Stage::with(&format!("{BODY}\n  timeouts = {{ delete = \"10s\" }}"));
    stage.apply();
    let subnet = stage.state()["network"]["subnets"]["ap-northeast-1a"]["id"].clone();
    let made = stage.account().meddle(
        "ec2",
        "create_network_interface",
        &json!({ "SubnetId": subnet, "Description": "a file system of somebody else" }),
    );
    let interface = made["NetworkInterface"]["NetworkInterfaceId"]
        .as_str()
        .expect("an id")
        .to_owned();

    let run = stage.try_destroy().failed();
    run.says(&[&interface, "a file system of somebody else"]);
    assert_eq!(stage.resources().len(), 1, "the state still has it");

    stage.account().meddle(
        "ec2",
        "delete_network_interface",
        &json!({ "NetworkInterfaceId": interface }),
    );
    stage.destroy();
}

#[test]
fn a_protected_environment_stays() {
    let stage = Stage::with(&format!("{BODY}\n  deletion_protection = true"));
    stage.apply();
    let there = stage.account().snapshot();
    stage.try_destroy().failed().says(&["deletion_protection"]);
    assert_eq!(stage.account().snapshot(), there);

    stage.environment(BODY);
    stage.apply();
    stage.destroy();
}

#[test]
fn destroying_what_is_gone_already_succeeds() {
    let stage = Stage::with(BODY);
    stage.apply();
    stage.account().reset();
    stage
        .terraform(&["destroy", "-auto-approve", "-no-color", "-refresh=false"])
        .succeeded();
    assert!(stage.resources().is_empty());
}

#[test]
fn a_slow_account_is_waited_for() {
    let stage = Stage::with(BODY);
    stage.apply();
    let lags = json!({ "transitions": { "endpoint_delete": 2, "compute_environment_delete": 2 }, "relationship_lag_seconds": 2 });
    stage.account().settings(&lags);
    let order = json!([{ "order": 1, "computeEnvironment": stage.state_of(ADDRESS)["compute_environment"]["arn"] }]);
    let queue =
        json!({ "jobQueueName": "short-lived", "priority": 1, "state": "DISABLED", "computeEnvironmentOrder": order });
    stage.account().meddle("batch", "create_job_queue", &queue);
    crate::process::wait_for("the queue to be settled", || {
        (stage.account().snapshot()["job_queues"][0]["status"] == "VALID").then_some(())
    });
    stage
        .account()
        .meddle("batch", "delete_job_queue", &json!({ "jobQueue": "short-lived" }));
    crate::process::wait_for("the queue to be gone", || {
        stage.account().snapshot()["job_queues"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
    stage.destroy();
}

#[test]
fn what_guardduty_made_is_told_with_the_order_to_delete_it_in() {
    let stage = Stage::with(&format!("{BODY}\n  timeouts = {{ delete = \"10s\" }}"));
    stage.apply();
    let network = stage.state()["network"].clone();
    let vpc = network["vpc_id"].as_str().expect("an id");
    let tags = |kind: &str| json!([{ "ResourceType": kind, "Tags": [{ "Key": "GuardDutyManaged", "Value": "true" }] }]);
    let group = stage.account().meddle(
        "ec2",
        "create_security_group",
        &json!({
            "GroupName": format!("GuardDutyManagedSecurityGroup-{vpc}"), "Description": "GuardDuty", "VpcId": vpc,
            "TagSpecifications": tags("security-group")
        }),
    );
    let group = group["GroupId"].as_str().expect("an id").to_owned();
    let endpoint = stage.account().meddle(
        "ec2",
        "create_vpc_endpoint",
        &json!({
            "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.ap-northeast-1.guardduty-data", "VpcId": vpc,
            "SubnetIds": network["subnet_ids"], "SecurityGroupIds": [group], "PrivateDnsEnabled": true,
            "TagSpecifications": tags("vpc-endpoint")
        }),
    );
    let endpoint = endpoint["VpcEndpoint"]["VpcEndpointId"]
        .as_str()
        .expect("an id")
        .to_owned();

    let run = stage.try_destroy().failed();
    run.says(&[&endpoint, &group, "GuardDuty put", "delete the endpoint first"]);

    stage
        .account()
        .meddle("ec2", "delete_vpc_endpoints", &json!({ "VpcEndpointIds": [endpoint] }));
    crate::process::wait_for("the endpoint to be gone", || {
        let there = stage.account().snapshot();
        let mut interfaces = there["network_interfaces"].as_array().into_iter().flatten();
        interfaces.next().is_none().then_some(())
    });
    stage
        .account()
        .meddle("ec2", "delete_security_group", &json!({ "GroupId": group }));
    stage.destroy();
}
