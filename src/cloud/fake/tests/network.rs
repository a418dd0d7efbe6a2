use super::*;

#[tokio::test(start_paused = true)]
async fn a_new_vpc_has_a_main_table_a_default_group_and_no_dns_host_names() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    assert_eq!(cloud.vpc_dns_attributes(&id).await.unwrap(), Some((true, false)));
    let tables = cloud.route_tables(&id).await.unwrap();
    assert_eq!(tables.len(), 1);
    assert!(tables[0].main);
    assert_eq!(
        (
            tables[0].routes[0].destination.as_str(),
            tables[0].routes[0].target.as_str()
        ),
        ("10.0.0.0/16", "local")
    );
    let groups = cloud.security_groups(&id).await.unwrap();
    assert_eq!(groups[0].name, "default");
    assert_eq!(groups[0].ingress.first().unwrap().peer.to_string(), groups[0].id);
    assert_eq!(groups[0].egress.first().unwrap().peer.to_string(), "0.0.0.0/0");
}

#[tokio::test(start_paused = true)]
async fn a_vpc_is_found_by_id_and_by_ownership() {
    use crate::cloud::VpcFilter;
    use crate::domain::name::Ownership;
    let cloud = tokyo();
    let ownership = Ownership {
        environment: "simulation".parse().unwrap(),
        account_id: "123456789012".into(),
        region: "ap-northeast-1".into(),
    };
    let id = vpc(&cloud).await;
    assert!(
        cloud
            .vpcs(&VpcFilter::Owner(ownership.clone()))
            .await
            .unwrap()
            .is_empty()
    );
    cloud.tag(&set(&[&id]), &ownership.tags()).await.unwrap();
    assert_eq!(
        cloud.vpcs(&VpcFilter::Owner(ownership.clone())).await.unwrap()[0].id,
        id
    );
    assert_eq!(cloud.world().owned_by(&ownership), set(&[&id]));
    assert_eq!(
        cloud.vpcs(&VpcFilter::Id(id.clone())).await.unwrap()[0].dns_support,
        None
    );
    assert!(cloud.vpcs(&VpcFilter::Id("vpc-gone".into())).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dns_host_names_need_dns_support() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    cloud.set_dns_support(&id, false).await.unwrap();
    refused(
        cloud.set_dns_hostnames(&id, true).await,
        ErrorKind::Invalid,
        "InvalidParameterCombination",
    );
    cloud.set_dns_support(&id, true).await.unwrap();
    cloud.set_dns_hostnames(&id, true).await.unwrap();
    assert_eq!(cloud.vpc_dns_attributes(&id).await.unwrap(), Some((true, true)));
    assert_eq!(cloud.vpc_dns_attributes("vpc-gone").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn vpc_blocks_are_between_16_and_28() {
    let cloud = tokyo();
    for (block, accepted) in [
        ("10.0.0.0/15", false),
        ("10.0.0.0/16", true),
        ("10.0.0.0/28", true),
        ("10.0.0.0/29", false),
    ] {
        let request = VpcRequest {
            cidr_block: block.parse().unwrap(),
            instance_tenancy: InstanceTenancy::Default,
            tags: Tags::new(),
        };
        assert_eq!(cloud.create_vpc(&request).await.is_ok(), accepted, "{block}");
    }
}

#[tokio::test(start_paused = true)]
async fn subnets_are_in_the_block_disjoint_and_in_a_zone_of_the_account() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    refused(
        try_subnet(&cloud, &id, "c", "10.1.0.0/18").await,
        ErrorKind::Invalid,
        "InvalidSubnet.Range",
    );
    refused(
        try_subnet(&cloud, &id, "c", "10.0.0.0/29").await,
        ErrorKind::Invalid,
        "InvalidSubnet.Range",
    );
    refused(
        try_subnet(&cloud, &id, "c", "10.0.32.0/20").await,
        ErrorKind::AlreadyExists,
        "InvalidSubnet.Conflict",
    );
    refused(
        try_subnet(&cloud, "vpc-gone", "c", "10.0.64.0/18").await,
        ErrorKind::NotFound,
        "InvalidVpcID.NotFound",
    );
    let error = refused(
        try_subnet(&cloud, &id, "b", "10.0.64.0/18").await,
        ErrorKind::Invalid,
        "InvalidParameterValue",
    );
    assert!(
        error
            .message
            .contains("ap-northeast-1a, ap-northeast-1c, ap-northeast-1d"),
        "{error}"
    );
    assert_eq!(error.operation, "ec2:CreateSubnet");
    assert_eq!(cloud.subnets(&id).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subnet_has_one_association_and_takes_it_along() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let subnet = subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    let first = cloud.create_route_table(&id, "one", &Tags::new()).await.unwrap().id;
    let second = cloud.create_route_table(&id, "two", &Tags::new()).await.unwrap().id;
    let association = cloud.associate_route_table(&first, &subnet).await.unwrap();
    refused(
        cloud.associate_route_table(&second, &subnet).await,
        ErrorKind::AlreadyExists,
        "Resource.AlreadyAssociated",
    );
    refused(
        cloud.delete_route_table(&first).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    let replaced = cloud
        .replace_route_table_association(&association, &second)
        .await
        .unwrap();
    assert_ne!(replaced, association);
    refused(
        cloud.replace_route_table_association(&association, &first).await,
        ErrorKind::NotFound,
        "InvalidAssociationID.NotFound",
    );
    cloud.delete_route_table(&first).await.unwrap();
    cloud.delete_subnet(&subnet).await.unwrap();
    cloud.delete_route_table(&second).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_subnet_takes_its_association_with_it_and_deletes_can_be_repeated() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let subnet = subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    let table = cloud.create_route_table(&id, "one", &Tags::new()).await.unwrap().id;
    cloud.associate_route_table(&table, &subnet).await.unwrap();
    for _ in 0..2 {
        cloud.delete_subnet(&subnet).await.unwrap();
        cloud.delete_route_table(&table).await.unwrap();
        cloud.delete_vpc(&id).await.unwrap();
    }
    assert!(cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_same_token_makes_no_second_route_table() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let first = cloud.create_route_table(&id, "one", &Tags::new()).await.unwrap();
    let again = cloud.create_route_table(&id, "one", &Tags::new()).await.unwrap();
    assert_eq!(first.id, again.id);
    refused(
        cloud.create_route_table(&id, "one", &tags("a", "b")).await,
        ErrorKind::Invalid,
        "IdempotentParameterMismatch",
    );
    assert_eq!(cloud.route_tables(&id).await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_added_routes_can_be_deleted() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let main = cloud.route_tables(&id).await.unwrap().pop().unwrap().id;
    let gateway = cloud.add_internet_gateway(&id);
    cloud.add_route(&main, "0.0.0.0/0", &gateway);
    assert!(
        cloud.route_tables(&id).await.unwrap()[0]
            .routes
            .iter()
            .any(|route| route.target == gateway)
    );
    cloud.delete_route(&main, "0.0.0.0/0").await.unwrap();
    cloud.delete_route(&main, "0.0.0.0/0").await.unwrap();
    refused(
        cloud.delete_route(&main, "10.0.0.0/16").await,
        ErrorKind::Invalid,
        "InvalidParameterValue",
    );
    assert_eq!(cloud.route_tables(&id).await.unwrap()[0].routes.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_in_a_vpc_holds_on_to_it() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let held = |error: CloudError| assert!(!error.message.contains("subnet-"), "AWS names no holder: {error}");

    let subnet = subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    held(refused(
        cloud.delete_vpc(&id).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    ));
    let interface = cloud.add_network_interface(&subnet, &[], "somebody's");
    assert_eq!(cloud.network_interfaces(&id).await.unwrap()[0].id, interface);
    refused(
        cloud.delete_subnet(&subnet).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    cloud.edit(|world| world.network_interfaces.clear());
    cloud.delete_subnet(&subnet).await.unwrap();

    let group = cloud.add_security_group(&id, "GuardDutyManagedSecurityGroup");
    refused(cloud.delete_vpc(&id).await, ErrorKind::Conflict, "DependencyViolation");
    cloud.delete_security_group(&group).await.unwrap();

    let table = cloud.create_route_table(&id, "one", &Tags::new()).await.unwrap().id;
    refused(cloud.delete_vpc(&id).await, ErrorKind::Conflict, "DependencyViolation");
    cloud.delete_route_table(&table).await.unwrap();

    cloud.add_internet_gateway(&id);
    refused(cloud.delete_vpc(&id).await, ErrorKind::Conflict, "DependencyViolation");
    assert_eq!(cloud.gateways(&id).await.unwrap().len(), 1);
    assert!(cloud.gateways("vpc-1").await.unwrap().is_empty());
    cloud.edit(|world| world.gateways.clear());
    let main = cloud.route_tables(&id).await.unwrap()[0].id.clone();
    refused(
        cloud.delete_route_table(&main).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    cloud.delete_vpc(&id).await.unwrap();
    assert!(cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn tags_are_put_on_all_or_nothing() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let subnet = subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    let both = set(&[&id, &subnet]);
    refused(
        cloud.tag(&set(&[&subnet, "vpc-gone"]), &tags("a", "1")).await,
        ErrorKind::NotFound,
        "InvalidVpcID.NotFound",
    );
    assert!(cloud.world().subnets[&subnet].tags.is_empty());
    refused(
        cloud.tag(&both, &tags("aws:a", "1")).await,
        ErrorKind::Invalid,
        "InvalidParameterValue",
    );
    cloud.tag(&both, &tags("a", "1")).await.unwrap();
    assert_eq!(cloud.world().tags()[&subnet]["a"], "1");
    cloud.untag(&both, &set(&["a", "unknown"])).await.unwrap();
    assert!(cloud.world().subnets[&subnet].tags.is_empty());
    assert!(cloud.world().vpcs[&id].tags.contains_key("isolated:environment"));
}

#[tokio::test(start_paused = true)]
async fn public_addresses_can_be_switched() {
    let cloud = tokyo();
    let id = vpc(&cloud).await;
    let subnet = subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    cloud.edit(|world| world.subnets.get_mut(&subnet).unwrap().map_public_ip_on_launch = true);
    assert!(cloud.subnets(&id).await.unwrap()[0].map_public_ip_on_launch);
    cloud.set_map_public_ip_on_launch(&subnet, false).await.unwrap();
    assert!(!cloud.subnets(&id).await.unwrap()[0].map_public_ip_on_launch);
}
