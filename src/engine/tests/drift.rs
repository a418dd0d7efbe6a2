//! Parts that were deleted or edited outside: each is repaired, and that part alone.

use super::Lab;
use crate::cloud::fake::World;
use crate::cloud::{BatchApi, ComputeEnvironmentUpdate};
use crate::domain::observed::Route;
use crate::domain::topology::Topology;

/// Makes an environment, lets `drift` happen, and expects the next run to do exactly `repair`.
async fn repairs(drift: impl FnOnce(&mut World), repair: &[&str]) {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let before = lab.make(&topology).await;
    lab.aws.edit(drift);
    lab.aws.clear_calls();
    let after = lab.make(&topology).await;
    assert_eq!(lab.writes(), repair);
    assert_eq!(after.vpc.map(|vpc| vpc.id), before.vpc.map(|vpc| vpc.id));
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn dns_attributes() {
    repairs(
        |world| {
            for vpc in world.vpcs.values_mut() {
                vpc.dns_hostnames = Some(false);
            }
        },
        &["ec2:ModifyVpcAttribute"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_route_to_the_internet() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let gateway = lab.aws.add_internet_gateway(&observed.vpc.expect("it").id);
    let table = observed
        .route_tables
        .values()
        .find(|table| !table.main)
        .expect("a table");
    lab.aws.add_route(&table.id, "0.0.0.0/0", &gateway);
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:DeleteRoute"]);
}

#[tokio::test(start_paused = true)]
async fn a_default_route_to_anywhere() {
    for target in ["eni-0123", "tgw-0123", "pcx-0123", "vgw-0123"] {
        let lab = Lab::new();
        let topology = lab.topology(|_| {}).await;
        let observed = lab.make(&topology).await;
        let table = observed
            .route_tables
            .values()
            .find(|table| !table.main)
            .expect("a table");
        lab.aws.add_route(&table.id, "192.168.0.0/16", target);
        lab.aws.add_route(&table.id, "0.0.0.0/0", target);
        lab.aws.clear_calls();
        lab.make(&topology).await;
        assert_eq!(
            lab.writes(),
            ["ec2:DeleteRoute"],
            "a private path to one block stays: {target}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_subnet_on_the_table_of_another() {
    repairs(
        |world| {
            let mut moved = None;
            for table in world
                .route_tables
                .values_mut()
                .filter(|table| !table.associations.is_empty())
            {
                match moved.take() {
                    None if table.associations.len() == 1 => {
                        moved = Some(std::mem::take(&mut table.associations));
                    }
                    None => {}
                    Some(associations) => {
                        table.associations.extend(associations);
                        break;
                    }
                }
            }
        },
        &["ec2:ReplaceRouteTableAssociation"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_table_that_somebody_gave_a_subnet_is_left_alone() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    let theirs = lab.aws.edit(|world| {
        let own = world
            .route_tables
            .values_mut()
            .find(|table| !table.associations.is_empty())
            .expect("a table");
        let mut theirs = own.clone();
        theirs.associations = std::mem::take(&mut own.associations);
        theirs.tags.clear();
        theirs.id = "rtb-theirs".to_owned();
        theirs.routes.push(Route {
            destination: "0.0.0.0/0".into(),
            target: "igw-theirs".into(),
            ..Route::default()
        });
        world.route_tables.insert("rtb-theirs".to_owned(), theirs.clone());
        theirs.thing
    });
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ReplaceRouteTableAssociation"]);
    assert_eq!(lab.aws.world().route_tables["rtb-theirs"].routes, theirs.routes);
}

#[tokio::test(start_paused = true)]
async fn public_addresses_of_a_subnet() {
    repairs(
        |world| {
            if let Some(subnet) = world.subnets.values_mut().next() {
                subnet.map_public_ip_on_launch = true;
            }
        },
        &["ec2:ModifySubnetAttribute"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_lost_its_table() {
    repairs(
        |world| {
            let table = world
                .route_tables
                .values_mut()
                .find(|table| !table.associations.is_empty());
            table.expect("a table").associations.clear();
        },
        &["ec2:AssociateRouteTable"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_the_group() {
    repairs(
        |world| {
            for group in world
                .security_groups
                .values_mut()
                .filter(|group| group.name != "default")
            {
                group.ingress.clear();
            }
        },
        &["ec2:AuthorizeSecurityGroupIngress"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_deleted() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let id = observed.endpoints.keys().next().expect("an endpoint").clone();
    lab.aws.remove_endpoint(&id);
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:CreateVpcEndpoint"]);
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn a_role_without_its_policy_and_a_profile_without_its_role() {
    repairs(
        |world| {
            for role in world.roles.values_mut() {
                role.role.attached_policies.clear();
            }
            for profile in world.instance_profiles.values_mut() {
                profile.role_name = None;
            }
        },
        &["iam:AddRoleToInstanceProfile", "iam:AttachRolePolicy"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_was_disabled_and_resized() {
    repairs(
        |world| {
            for record in world.compute_environments.values_mut() {
                record.environment.enabled = false;
                record.environment.max_vcpus = 99;
            }
        },
        &["batch:UpdateComputeEnvironment", "batch:UpdateComputeEnvironment"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_turned_invalid() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    lab.aws
        .invalidate_compute_environment("my-batch-cluster", "CLIENT_ERROR - instances did not join");
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(
        lab.writes(),
        ["batch:UpdateComputeEnvironment"],
        "every update makes Batch look again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_is_invalid_for_a_profile_that_is_replaced_by_an_own_one() {
    let lab = Lab::slow(|_| {});
    let absent = "arn:aws:iam::123456789012:instance-profile/absent".to_owned();
    let first = lab
        .topology(|spec| spec.compute_environment.instance_role_arn = Some(absent))
        .await;
    assert!(!lab.apply(&first).await.failures.is_empty());
    let second = lab.topology(|_| {}).await;
    lab.make(&second).await;
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_is_gone() {
    repairs(
        |world| world.compute_environments.clear(),
        &["batch:CreateComputeEnvironment"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_is_being_deleted() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    let disable = ComputeEnvironmentUpdate {
        enabled: Some(false),
        ..ComputeEnvironmentUpdate::default()
    };
    lab.aws
        .update_compute_environment("my-batch-cluster", &disable)
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    lab.aws.delete_compute_environment("my-batch-cluster").await.unwrap();
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["batch:CreateComputeEnvironment"]);
}

#[tokio::test(start_paused = true)]
async fn tags_of_others_are_removed_unless_ignored() {
    let lab = Lab::new();
    let mut topology: Topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    let foreign = |world: &mut World| {
        for vpc in world.vpcs.values_mut() {
            vpc.tags.insert("cost-centre".into(), "42".into());
            vpc.tags.insert("aws:cloudformation:stack-name".into(), "theirs".into());
        }
    };
    lab.aws.edit(foreign);
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:DeleteTags"]);

    topology.ignored_tags.keys.push("cost-centre".into());
    lab.aws.edit(foreign);
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);

    // What is wanted is written even if others' tags of that key are ignored.
    topology.vpc.tags.insert("cost-centre".into(), "43".into());
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:CreateTags"]);
}
