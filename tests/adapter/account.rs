//! What a region offers.

use terraform_provider_isolated::cloud::AccountApi;
use terraform_provider_isolated::domain::endpoint::EndpointKind;

use crate::world;

#[tokio::test]
async fn the_caller_and_the_region_are_known() {
    let cloud = world::connect("eu-west-1").await;
    assert_eq!(cloud.region(), "eu-west-1");
    let caller = cloud.caller_identity().await.unwrap();
    assert_eq!(caller.account_id, "123456789012");
    assert_eq!(caller.partition, "aws");
    assert!(caller.arn.starts_with("arn:aws:"), "{}", caller.arn);
}

#[tokio::test]
async fn zones_are_zones_proper_and_sorted() {
    let cloud = world::connect("eu-west-1").await;
    let zones = cloud.availability_zones().await.unwrap();
    assert_eq!(zones, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
}

#[tokio::test]
async fn services_come_with_kinds_zones_and_private_names() {
    let cloud = world::connect("eu-west-1").await;
    let services = cloud.endpoint_services().await.unwrap();
    let agent = &services["com.amazonaws.eu-west-1.ecs-agent"];
    assert_eq!(
        agent.kinds.iter().copied().collect::<Vec<_>>(),
        [EndpointKind::Interface]
    );
    assert_eq!(agent.availability_zones.len(), 3);
    assert!(agent.supports_private_dns);
    let s3 = &services["com.amazonaws.eu-west-1.s3"];
    assert!(s3.kinds.contains(&EndpointKind::Gateway) && s3.kinds.contains(&EndpointKind::Interface));
}

#[tokio::test]
async fn gateway_services_have_prefix_lists() {
    let cloud = world::connect("eu-west-1").await;
    let lists = cloud.prefix_lists().await.unwrap();
    assert!(lists["com.amazonaws.eu-west-1.s3"].starts_with("pl-"), "{lists:?}");
}
