use super::*;
use crate::cloud::{IdentityApi, RoleRequest};
use crate::domain::identity;

fn request(name: &str) -> RoleRequest {
    RoleRequest {
        name: name.to_owned(),
        description: "For tests.".to_owned(),
        assume_role_policy: identity::instance_trust_policy("aws"),
        tags: tags("a", "1"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_is_read_in_two_calls() {
    let cloud = tokyo();
    let policy = identity::instance_managed_policy("aws");
    cloud.create_role(&request("instances")).await.unwrap();
    cloud.attach_policy("instances", &policy).await.unwrap();
    cloud.attach_policy("instances", &policy).await.unwrap();
    let role = cloud.role("instances").await.unwrap().unwrap();
    assert_eq!(role.arn, "arn:aws:iam::123456789012:role/instances");
    assert_eq!((role.attached_policies.len(), role.tags), (0, Some(tags("a", "1"))));
    assert_eq!(cloud.attached_policies("instances").await.unwrap(), set(&[&policy]));
    assert_eq!(cloud.role("unknown").await.unwrap(), None);
    assert!(cloud.attached_policies("unknown").await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_and_policies_must_exist() {
    let cloud = tokyo();
    cloud.create_role(&request("instances")).await.unwrap();
    refused(
        cloud.create_role(&request("instances")).await,
        ErrorKind::AlreadyExists,
        "EntityAlreadyExists",
    );
    let malformed = RoleRequest {
        assume_role_policy: "{".into(),
        ..request("other")
    };
    refused(
        cloud.create_role(&malformed).await,
        ErrorKind::Invalid,
        "MalformedPolicyDocument",
    );
    let answer = cloud
        .attach_policy("instances", "arn:aws:iam::aws:policy/NoSuchThing")
        .await;
    refused(answer, ErrorKind::NotFound, "NoSuchEntity");
    let answer = cloud
        .attach_policy("unknown", &identity::instance_managed_policy("aws"))
        .await;
    refused(answer, ErrorKind::NotFound, "NoSuchEntity");
    let answer = cloud
        .set_assume_role_policy("unknown", &identity::service_trust_policy())
        .await;
    refused(answer, ErrorKind::NotFound, "NoSuchEntity");
}

#[tokio::test(start_paused = true)]
async fn policies_and_profiles_hold_on_to_a_role() {
    let cloud = tokyo();
    let policy = identity::instance_managed_policy("aws");
    cloud.create_role(&request("instances")).await.unwrap();
    cloud.attach_policy("instances", &policy).await.unwrap();
    cloud.create_instance_profile("profile", &Tags::new()).await.unwrap();
    cloud
        .add_role_to_instance_profile("profile", "instances")
        .await
        .unwrap();
    refused(
        cloud.delete_role("instances").await,
        ErrorKind::Conflict,
        "DeleteConflict",
    );
    refused(
        cloud.delete_instance_profile("profile").await,
        ErrorKind::Conflict,
        "DeleteConflict",
    );
    for _ in 0..2 {
        cloud
            .remove_role_from_instance_profile("profile", "instances")
            .await
            .unwrap();
    }
    refused(
        cloud.delete_role("instances").await,
        ErrorKind::Conflict,
        "DeleteConflict",
    );
    for _ in 0..2 {
        cloud.detach_policy("instances", &policy).await.unwrap();
        cloud.delete_role("instances").await.unwrap();
        cloud.delete_instance_profile("profile").await.unwrap();
    }
    assert!(cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_policy_written_into_a_role_holds_on_to_it() {
    let cloud = tokyo();
    assert!(cloud.inline_policies("instances").await.unwrap().is_empty());
    cloud.create_role(&request("instances")).await.unwrap();
    cloud.add_inline_policy("instances", "extra");
    assert_eq!(cloud.inline_policies("instances").await.unwrap(), set(&["extra"]));
    refused(
        cloud.delete_role("instances").await,
        ErrorKind::Conflict,
        "DeleteConflict",
    );
    for _ in 0..2 {
        cloud.delete_inline_policy("instances", "extra").await.unwrap();
        cloud.delete_role("instances").await.unwrap();
    }
    assert!(cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_profile_holds_one_role_and_shows_it() {
    let cloud = tokyo();
    cloud.create_instance_profile("profile", &tags("a", "1")).await.unwrap();
    let answer = cloud.create_instance_profile("profile", &Tags::new()).await;
    refused(answer, ErrorKind::AlreadyExists, "EntityAlreadyExists");
    let answer = cloud.add_role_to_instance_profile("profile", "instances").await;
    refused(answer, ErrorKind::NotFound, "NoSuchEntity");
    cloud.create_role(&request("instances")).await.unwrap();
    let answer = cloud.add_role_to_instance_profile("unknown", "instances").await;
    refused(answer, ErrorKind::NotFound, "NoSuchEntity");
    cloud
        .add_role_to_instance_profile("profile", "instances")
        .await
        .unwrap();
    let answer = cloud.add_role_to_instance_profile("profile", "instances").await;
    refused(answer, ErrorKind::AlreadyExists, "LimitExceeded");
    let profile = cloud.instance_profile("profile").await.unwrap().unwrap();
    assert_eq!(profile.arn, "arn:aws:iam::123456789012:instance-profile/profile");
    assert_eq!(profile.tags, tags("a", "1"));
    let role = profile.role.unwrap();
    assert_eq!((role.name.as_str(), role.tags), ("instances", None));
    assert_eq!(cloud.instance_profile("unknown").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn roles_and_profiles_are_tagged_by_name() {
    let cloud = tokyo();
    cloud.create_role(&request("instances")).await.unwrap();
    cloud.create_instance_profile("profile", &Tags::new()).await.unwrap();
    cloud.tag_role("instances", &tags("b", "2")).await.unwrap();
    cloud.untag_role("instances", &set(&["a"])).await.unwrap();
    cloud.tag_instance_profile("profile", &tags("c", "3")).await.unwrap();
    assert_eq!(
        cloud.role("instances").await.unwrap().unwrap().tags,
        Some(tags("b", "2"))
    );
    assert_eq!(
        cloud.instance_profile("profile").await.unwrap().unwrap().tags,
        tags("c", "3")
    );
    cloud.untag_instance_profile("profile", &set(&["c"])).await.unwrap();
    assert!(
        cloud
            .instance_profile("profile")
            .await
            .unwrap()
            .unwrap()
            .tags
            .is_empty()
    );
    refused(
        cloud.tag_role("unknown", &Tags::new()).await,
        ErrorKind::NotFound,
        "NoSuchEntity",
    );
    refused(
        cloud.tag_instance_profile("unknown", &Tags::new()).await,
        ErrorKind::NotFound,
        "NoSuchEntity",
    );
}
