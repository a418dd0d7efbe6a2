//! Roles and instance profiles.

use terraform_provider_isolated::cloud::{ErrorKind, IdentityApi};

use crate::world::{self, one, tag};

#[tokio::test]
async fn a_role_and_its_profile() {
    const NAME: &str = "adapter-role";
    const POLICY: &str = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
    let cloud = world::connect("ap-south-1").await;
    assert_eq!(cloud.role(NAME).await.unwrap(), None);
    assert!(cloud.attached_policies(NAME).await.unwrap().is_empty());
    assert!(cloud.inline_policies(NAME).await.unwrap().is_empty());
    assert_eq!(cloud.instance_profile(NAME).await.unwrap(), None);

    cloud.create_role(&world::role_request(NAME)).await.unwrap();
    let role = cloud.role(NAME).await.unwrap().unwrap();
    let policy: serde_json::Value = serde_json::from_str(&role.assume_role_policy).unwrap();
    assert_eq!(policy["Statement"][0]["Principal"]["Service"], "ec2.amazonaws.com");
    assert_eq!(role.tags, Some(tag("Name", NAME)));
    assert_eq!(role.arn, "arn:aws:iam::123456789012:role/adapter-role");

    cloud
        .set_assume_role_policy(NAME, &world::trust("batch.amazonaws.com"))
        .await
        .unwrap();
    cloud.tag_role(NAME, &tag("Team", "blue")).await.unwrap();
    cloud.untag_role(NAME, &one("Name")).await.unwrap();
    let role = cloud.role(NAME).await.unwrap().unwrap();
    assert!(role.assume_role_policy.contains("batch.amazonaws.com"));
    assert_eq!(role.tags, Some(tag("Team", "blue")));

    cloud.attach_policy(NAME, POLICY).await.unwrap();
    cloud
        .attach_policy(NAME, POLICY)
        .await
        .expect("attaching twice is fine");
    assert_eq!(cloud.attached_policies(NAME).await.unwrap(), one(POLICY));

    cloud.create_instance_profile(NAME, &tag("Name", NAME)).await.unwrap();
    cloud.add_role_to_instance_profile(NAME, NAME).await.unwrap();
    let again = cloud.add_role_to_instance_profile(NAME, NAME).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::AlreadyExists, "{again}");
    cloud.tag_instance_profile(NAME, &tag("Team", "blue")).await.unwrap();
    cloud.untag_instance_profile(NAME, &one("Name")).await.unwrap();
    let profile = cloud.instance_profile(NAME).await.unwrap().unwrap();
    assert_eq!(profile.tags, tag("Team", "blue"));
    assert_eq!(profile.role.as_ref().map(|role| role.name.as_str()), Some(NAME));
    assert_eq!(profile.role.unwrap().tags, None, "this read does not return them");

    for _ in ["there", "gone"] {
        cloud.remove_role_from_instance_profile(NAME, NAME).await.unwrap();
        cloud.delete_instance_profile(NAME).await.unwrap();
        cloud.detach_policy(NAME, POLICY).await.unwrap();
        cloud.delete_inline_policy(NAME, "never-there").await.unwrap();
        cloud.delete_role(NAME).await.unwrap();
    }
    assert_eq!(cloud.role(NAME).await.unwrap(), None);
    assert_eq!(cloud.instance_profile(NAME).await.unwrap(), None);
}
