use std::time::Duration;

use super::*;
use crate::cloud::EndpointChange;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn an_interface_endpoint_passes_through_its_states_and_holds_its_interfaces() {
    let cloud = tokyo().with(|behaviour| {
        behaviour.endpoint_pending = MINUTE;
        behaviour.endpoint_deleting = 2 * MINUTE;
    });
    let vpc_id = vpc_with_dns(&cloud).await;
    let subnet = subnet(&cloud, &vpc_id, "a", "10.0.0.0/18").await;
    let group = group(&cloud, &vpc_id, "instances").await;
    let request = EndpointRequest {
        security_group_ids: set(&[&group]),
        ..interface(&vpc_id, "ecs", &[&subnet])
    };
    let id = cloud.create_endpoint(&request).await.unwrap().id;
    assert_eq!(endpoint(&cloud, &vpc_id).await.unwrap().state, "pending");
    tokio::time::advance(MINUTE).await;
    let available = endpoint(&cloud, &vpc_id).await.unwrap();
    assert_eq!((available.state.as_str(), &available.id), ("available", &id));
    assert!(available.dns_name.unwrap().ends_with(".ecs.vpce.amazonaws.com"));
    let interfaces = cloud.network_interfaces(&vpc_id).await.unwrap();
    assert_eq!(interfaces.len(), 1);
    assert_eq!(
        (&interfaces[0].subnet_id, &interfaces[0].security_group_ids),
        (&subnet, &set(&[&group]))
    );

    cloud.delete_endpoints(&set(&[&id, "vpce-gone"])).await.unwrap();
    assert_eq!(endpoint(&cloud, &vpc_id).await.unwrap().state, "deleting");
    refused(
        cloud.delete_subnet(&subnet).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    refused(
        cloud.delete_security_group(&group).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    refused(
        cloud.modify_endpoint(&id, &EndpointChange::default()).await,
        ErrorKind::Conflict,
        "IncorrectState",
    );
    // Deleting it again does not start the wait again.
    tokio::time::advance(MINUTE).await;
    cloud.delete_endpoints(&set(&[&id])).await.unwrap();
    tokio::time::advance(MINUTE).await;
    assert_eq!(endpoint(&cloud, &vpc_id).await, None);
    cloud.delete_subnet(&subnet).await.unwrap();
    cloud.delete_security_group(&group).await.unwrap();
    cloud.delete_vpc(&vpc_id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn private_dns_needs_both_attributes_and_a_name_of_its_own() {
    let cloud = tokyo().with(|behaviour| behaviour.endpoint_deleting = MINUTE);
    let vpc_id = vpc(&cloud).await;
    let request = interface(&vpc_id, "ecs", &[]);
    let error = refused(
        cloud.create_endpoint(&request).await,
        ErrorKind::NotYet,
        "InvalidParameter",
    );
    assert!(error.message.contains("enableDnsHostnames"), "{error}");
    cloud.set_dns_hostnames(&vpc_id, true).await.unwrap();
    let first = cloud.create_endpoint(&request).await.unwrap().id;

    let second = EndpointRequest {
        client_token: "another".into(),
        ..request.clone()
    };
    let error = refused(
        cloud.create_endpoint(&second).await,
        ErrorKind::AlreadyExists,
        "InvalidParameter",
    );
    assert!(error.message.contains("already a conflicting DNS domain"), "{error}");
    cloud.delete_endpoints(&set(&[&first])).await.unwrap();
    refused(
        cloud.create_endpoint(&second).await,
        ErrorKind::AlreadyExists,
        "InvalidParameter",
    );
    tokio::time::advance(MINUTE).await;
    cloud.create_endpoint(&second).await.unwrap();

    let without = EndpointRequest {
        client_token: "a third".into(),
        private_dns_enabled: false,
        ..request
    };
    let third = cloud.create_endpoint(&without).await.unwrap().id;
    let on = EndpointChange {
        private_dns_enabled: Some(true),
        ..EndpointChange::default()
    };
    refused(
        cloud.modify_endpoint(&third, &on).await,
        ErrorKind::AlreadyExists,
        "InvalidParameter",
    );
}

#[tokio::test(start_paused = true)]
async fn subnets_are_one_per_zone_of_the_service() {
    let cloud = tokyo().with(|behaviour| {
        let zones = BTreeSet::from(["ap-northeast-1a".to_owned()]);
        behaviour
            .service_zones
            .insert("com.amazonaws.ap-northeast-1.ecs-agent".into(), zones);
    });
    let vpc_id = vpc_with_dns(&cloud).await;
    let a = subnet(&cloud, &vpc_id, "a", "10.0.0.0/18").await;
    let a_too = subnet(&cloud, &vpc_id, "a", "10.0.64.0/18").await;
    let c = subnet(&cloud, &vpc_id, "c", "10.0.128.0/18").await;
    let both = cloud.create_endpoint(&interface(&vpc_id, "ecs", &[&a, &a_too])).await;
    refused(both, ErrorKind::Invalid, "DuplicateSubnetsInSameZone");
    let elsewhere = cloud.create_endpoint(&interface(&vpc_id, "ecs-agent", &[&c])).await;
    let error = refused(elsewhere, ErrorKind::Invalid, "InvalidParameter");
    assert!(error.message.contains(&c), "{error}");
    let unknown = cloud
        .create_endpoint(&interface(&vpc_id, "ecs", &["subnet-gone"]))
        .await;
    refused(unknown, ErrorKind::NotFound, "InvalidSubnetID.NotFound");
    let other = vpc_with_dns(&cloud).await;
    let foreign = cloud.create_endpoint(&interface(&other, "ecs", &[&a])).await;
    refused(foreign, ErrorKind::NotFound, "InvalidSubnetID.NotFound");
    assert!(cloud.world().network_interfaces.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_service_must_exist_and_be_of_the_kind() {
    use crate::cloud::AccountApi;
    let cloud = tokyo().with(|behaviour| {
        behaviour
            .absent_services
            .insert("com.amazonaws.ap-northeast-1.ecs-agent".into());
    });
    let vpc_id = vpc_with_dns(&cloud).await;
    for request in [
        interface(&vpc_id, "nothing", &[]),
        interface(&vpc_id, "ecs-agent", &[]),
        gateway(&vpc_id, "ecs", &[]),
    ] {
        refused(
            cloud.create_endpoint(&request).await,
            ErrorKind::Invalid,
            "InvalidServiceName",
        );
    }
    let services = cloud.endpoint_services().await.unwrap();
    assert!(!services.contains_key("com.amazonaws.ap-northeast-1.ecs-agent"));
    assert_eq!(services["com.amazonaws.ap-northeast-1.s3"].kinds.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_same_token_brings_back_the_same_endpoint_even_after_its_end() {
    let cloud = tokyo();
    let vpc_id = vpc_with_dns(&cloud).await;
    let request = interface(&vpc_id, "ecs", &[]);
    let first = cloud.create_endpoint(&request).await.unwrap();
    assert_eq!(cloud.create_endpoint(&request).await.unwrap().id, first.id);
    assert_eq!(cloud.world().endpoints.len(), 1);
    let other = EndpointRequest {
        private_dns_enabled: false,
        ..request.clone()
    };
    refused(
        cloud.create_endpoint(&other).await,
        ErrorKind::Invalid,
        "IdempotentParameterMismatch",
    );
    cloud.remove_endpoint(&first.id);
    assert_eq!(cloud.create_endpoint(&request).await.unwrap().state, "deleted");
    assert!(cloud.world().endpoints.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_gateway_endpoint_is_a_route_in_its_tables() {
    use crate::cloud::AccountApi;
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let one = cloud.create_route_table(&vpc_id, "one", &Tags::new()).await.unwrap().id;
    let two = cloud.create_route_table(&vpc_id, "two", &Tags::new()).await.unwrap().id;
    let made = cloud.create_endpoint(&gateway(&vpc_id, "s3", &[&one])).await.unwrap();
    assert_eq!(made.state, "available");
    let prefix_list = cloud.prefix_lists().await.unwrap()["com.amazonaws.ap-northeast-1.s3"].clone();
    let tables_with_route = async || {
        let tables = cloud.route_tables(&vpc_id).await.unwrap();
        let leads = |table: &&crate::domain::observed::RouteTable| {
            table
                .routes
                .iter()
                .any(|route| route.target == made.id && route.destination == prefix_list)
        };
        tables
            .iter()
            .filter(leads)
            .map(|table| table.id.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(tables_with_route().await, set(&[&one]));
    refused(
        cloud.delete_route(&one, &prefix_list).await,
        ErrorKind::Invalid,
        "InvalidParameterValue",
    );
    let change = EndpointChange {
        add_route_table_ids: set(&[&two]),
        remove_route_table_ids: set(&[&one]),
        ..EndpointChange::default()
    };
    cloud.modify_endpoint(&made.id, &change).await.unwrap();
    assert_eq!(tables_with_route().await, set(&[&two]));
    refused(
        cloud.delete_vpc(&vpc_id).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    cloud.delete_endpoints(&set(&[&made.id])).await.unwrap();
    assert_eq!(tables_with_route().await, set(&[]));
}

#[tokio::test(start_paused = true)]
async fn each_kind_takes_its_own_arguments_only() {
    let cloud = tokyo();
    let vpc_id = vpc_with_dns(&cloud).await;
    let table = cloud.create_route_table(&vpc_id, "one", &Tags::new()).await.unwrap().id;
    let subnet = subnet(&cloud, &vpc_id, "a", "10.0.0.0/18").await;
    let with_table = EndpointRequest {
        route_table_ids: set(&[&table]),
        ..interface(&vpc_id, "ecs", &[])
    };
    let with_subnet = EndpointRequest {
        subnet_ids: set(&[&subnet]),
        ..gateway(&vpc_id, "s3", &[&table])
    };
    let with_dns = EndpointRequest {
        private_dns_enabled: true,
        ..gateway(&vpc_id, "s3", &[&table])
    };
    for request in [with_table, with_subnet, with_dns] {
        refused(
            cloud.create_endpoint(&request).await,
            ErrorKind::Invalid,
            "InvalidParameter",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn changing_subnets_moves_interfaces_and_is_pending_again() {
    let cloud = tokyo().with(|behaviour| behaviour.endpoint_pending = MINUTE);
    let vpc_id = vpc_with_dns(&cloud).await;
    let a = subnet(&cloud, &vpc_id, "a", "10.0.0.0/18").await;
    let c = subnet(&cloud, &vpc_id, "c", "10.0.64.0/18").await;
    let (one, two) = (group(&cloud, &vpc_id, "one").await, group(&cloud, &vpc_id, "two").await);
    let request = EndpointRequest {
        security_group_ids: set(&[&one]),
        ..interface(&vpc_id, "ecs", &[&a])
    };
    let id = cloud.create_endpoint(&request).await.unwrap().id;
    tokio::time::advance(MINUTE).await;
    let groups = EndpointChange {
        add_security_group_ids: set(&[&two]),
        remove_security_group_ids: set(&[&one]),
        ..EndpointChange::default()
    };
    cloud.modify_endpoint(&id, &groups).await.unwrap();
    assert_eq!(endpoint(&cloud, &vpc_id).await.unwrap().state, "available");
    cloud.delete_security_group(&one).await.unwrap();
    let subnets = EndpointChange {
        add_subnet_ids: set(&[&c]),
        remove_subnet_ids: set(&[&a]),
        ..EndpointChange::default()
    };
    cloud.modify_endpoint(&id, &subnets).await.unwrap();
    let changed = endpoint(&cloud, &vpc_id).await.unwrap();
    assert_eq!((changed.state.as_str(), changed.subnet_ids), ("pending", set(&[&c])));
    cloud.delete_subnet(&a).await.unwrap();
    let interfaces = cloud.network_interfaces(&vpc_id).await.unwrap();
    assert_eq!(interfaces.len(), 1);
    assert_eq!(interfaces[0].security_group_ids, set(&[&two]));
    assert_eq!(changed.network_interface_ids, set(&[&interfaces[0].id]));
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_says_why() {
    let cloud = tokyo().with(|behaviour| {
        let service = "com.amazonaws.ap-northeast-1.ecs".to_owned();
        behaviour
            .failing_services
            .insert(service, "InsufficientAddresses: no address is left".into());
    });
    let vpc_id = vpc_with_dns(&cloud).await;
    let id = cloud.create_endpoint(&interface(&vpc_id, "ecs", &[])).await.unwrap().id;
    let failed = endpoint(&cloud, &vpc_id).await.unwrap();
    assert_eq!(failed.state, "failed");
    assert!(failed.last_error.unwrap().contains("no address"));
    cloud.delete_endpoints(&set(&[&id])).await.unwrap();
    assert_eq!(endpoint(&cloud, &vpc_id).await, None);
}
