//! Job queues.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use terraform_provider_isolated::cloud::aws::AwsCloud;
use terraform_provider_isolated::cloud::{BatchApi, ErrorKind, JobQueueRequest, JobQueueUpdate};
use terraform_provider_isolated::domain::Tags;
use terraform_provider_isolated::domain::batch::StateTimeLimitAction;
use terraform_provider_isolated::domain::observed::JobQueue;

use crate::batch;
use crate::world::{self, calls, local_aws, one, tag};

const REGION: &str = "ap-southeast-1";

fn limit(max_time_seconds: i32) -> StateTimeLimitAction {
    StateTimeLimitAction {
        reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT".to_owned(),
        state: "RUNNABLE".to_owned(),
        max_time_seconds,
        action: "CANCEL".to_owned(),
    }
}

/// A compute environment of that name; its ARN.
async fn compute_environment(cloud: &AwsCloud, name: &str) -> String {
    let request = batch::request(cloud, REGION, name).await;
    cloud
        .create_compute_environment(&request)
        .await
        .expect("a compute environment")
}

/// Makes a scheduling policy, which the port never does; its ARN.
fn scheduling_policy(name: &str) -> String {
    let address = local_aws().endpoint().trim_start_matches("http://");
    let body = json!({ "name": name, "fairsharePolicy": {} }).to_string();
    let mut stream = TcpStream::connect(address).expect("the local AWS listens");
    write!(
        stream,
        "POST /v1/createschedulingpolicy HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/{REGION}/batch/aws4_request, SignedHeaders=host, \
         Signature=none\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let json = answer.split_once("\r\n\r\n").expect("a head and a body").1;
    let json: Value = serde_json::from_str(json).expect("JSON");
    json["arn"].as_str().expect("an ARN").to_owned()
}

async fn seen(cloud: &AwsCloud, name: &str) -> Option<JobQueue> {
    let queues = cloud.job_queues().await.expect("the queues");
    queues.into_iter().find(|queue| queue.name == name)
}

fn request(name: &str, compute_environments: &[&String]) -> JobQueueRequest {
    JobQueueRequest {
        name: name.to_owned(),
        enabled: true,
        priority: 7,
        scheduling_policy_arn: None,
        state_time_limit_actions: BTreeSet::from([limit(600)]),
        compute_environments: compute_environments.iter().map(|arn| (*arn).clone()).collect(),
        tags: tag("Team", "blue"),
    }
}

#[tokio::test]
async fn a_job_queue() {
    const NAME: &str = "adapter-queue";
    let cloud = world::connect(REGION).await;
    let first = compute_environment(&cloud, "adapter-queue-b").await;
    let second = compute_environment(&cloud, "adapter-queue-a").await;
    let request = request(NAME, &[&first, &second]);
    let arn = cloud.create_job_queue(&request).await.unwrap();
    let made = seen(&cloud, NAME).await.unwrap();
    assert_eq!((&made.arn, made.status.as_str()), (&arn, "VALID"));
    assert_eq!((made.enabled, made.priority), (true, 7));
    assert_eq!(made.scheduling_policy_arn, None);
    assert_eq!(
        made.compute_environments, request.compute_environments,
        "in their order"
    );
    assert_eq!(made.state_time_limit_actions, request.state_time_limit_actions);
    assert_eq!(made.tags, request.tags);

    // What is not named stays as it is, and is not sent.
    let priority = JobQueueUpdate {
        priority: Some(0),
        ..JobQueueUpdate::default()
    };
    cloud.update_job_queue(NAME, &priority).await.unwrap();
    let sent = calls("batch:UpdateJobQueue", NAME).pop().unwrap();
    assert_eq!(sent.params(), &json!({ "jobQueue": NAME, "priority": 0 }));
    let expected = JobQueue { priority: 0, ..made };
    assert_eq!(seen(&cloud, NAME).await, Some(expected));

    let rest = JobQueueUpdate {
        enabled: Some(false),
        state_time_limit_actions: Some(BTreeSet::new()),
        compute_environments: Some(vec![second.clone(), first]),
        ..JobQueueUpdate::default()
    };
    cloud.update_job_queue(NAME, &rest).await.unwrap();
    let sent = calls("batch:UpdateJobQueue", NAME).pop().unwrap();
    assert_eq!(
        sent.params()["jobStateTimeLimitActions"],
        json!([]),
        "an empty list clears it"
    );
    let after = seen(&cloud, NAME).await.unwrap();
    assert_eq!((after.enabled, after.priority), (false, 0));
    assert!(after.state_time_limit_actions.is_empty());
    assert_eq!(after.compute_environments[0], second);

    cloud.tag_batch(&arn, &tag("Stage", "test")).await.unwrap();
    cloud.untag_batch(&arn, &one("Team")).await.unwrap();
    assert_eq!(seen(&cloud, NAME).await.unwrap().tags, tag("Stage", "test"));
    cloud.tag_batch(&arn, &Tags::new()).await.expect("nothing to write");
    assert_eq!(calls("batch:TagResource", NAME).len(), 1);

    cloud.delete_job_queue(NAME).await.unwrap();
    assert_eq!(seen(&cloud, NAME).await, None);
    cloud.delete_job_queue(NAME).await.expect("already gone is fine");
}

#[tokio::test]
async fn a_scheduling_policy_goes_there_and_back() {
    const NAME: &str = "adapter-fair";
    let cloud = world::connect(REGION).await;
    let compute_environment = compute_environment(&cloud, NAME).await;
    let fair = scheduling_policy("adapter-fair-a");
    let other = scheduling_policy("adapter-fair-b");
    let request = JobQueueRequest {
        scheduling_policy_arn: Some(fair.clone()),
        state_time_limit_actions: BTreeSet::new(),
        tags: Tags::new(),
        ..request(NAME, &[&compute_environment])
    };
    cloud.create_job_queue(&request).await.unwrap();
    let sent = calls("batch:CreateJobQueue", NAME).pop().unwrap();
    assert_eq!(
        sent.params().get("jobStateTimeLimitActions"),
        None,
        "nothing empty is sent"
    );
    assert_eq!(sent.params().get("tags"), None, "nothing empty is sent");
    let policy = || async { seen(&cloud, NAME).await.unwrap().scheduling_policy_arn };
    assert_eq!(policy().await, Some(fair));
    let update = JobQueueUpdate {
        scheduling_policy_arn: Some(other.clone()),
        ..JobQueueUpdate::default()
    };
    cloud.update_job_queue(NAME, &update).await.unwrap();
    assert_eq!(policy().await, Some(other));
}

#[tokio::test]
async fn what_batch_refuses_is_told_in_its_words() {
    const NAME: &str = "adapter-refused";
    let cloud = world::connect(REGION).await;
    let compute_environment = compute_environment(&cloud, NAME).await;
    let request = request(NAME, &[&compute_environment]);
    cloud.create_job_queue(&request).await.unwrap();
    let again = cloud.create_job_queue(&request).await.unwrap_err();
    assert_eq!(again.code.as_deref(), Some("ClientException"));
    let enabled = cloud.delete_job_queue(NAME).await.unwrap_err();
    assert_eq!(enabled.kind, ErrorKind::Conflict, "{enabled:?}");
    let nobody = cloud
        .update_job_queue(
            "nobody",
            &JobQueueUpdate {
                priority: Some(1),
                ..JobQueueUpdate::default()
            },
        )
        .await;
    assert!(nobody.is_err());
    let before = calls("batch:UpdateJobQueue", NAME).len();
    cloud.update_job_queue(NAME, &JobQueueUpdate::default()).await.unwrap();
    assert_eq!(calls("batch:UpdateJobQueue", NAME).len(), before, "nothing to send");
}
