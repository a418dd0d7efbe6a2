//! Endpoints of others in the environment's own network: what is in the way is told before anything is changed.

use super::Lab;
use super::somebody::endpoint;
use crate::domain::endpoint::EndpointKind;
use crate::domain::observed::Observed;
use crate::domain::spec::{ExistingNetworkSpec, Spec};

fn parked(spec: &mut Spec) {
    spec.endpoints.enabled = false;
}

fn network(observed: &Observed) -> ExistingNetworkSpec {
    ExistingNetworkSpec {
        vpc_id: observed.vpc.as_ref().unwrap().id.clone(),
        subnet_ids: observed.subnets.keys().cloned().collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_has_a_service_s_private_dns_name_is_in_the_way() {
    let lab = Lab::slow(|_| {});
    let observed = lab.make(&lab.topology(parked).await).await;
    let theirs = [
        endpoint(&lab, &network(&observed), "ecs", EndpointKind::Interface).await,
        endpoint(&lab, &network(&observed), "ecr.api", EndpointKind::Interface).await,
    ];
    lab.aws.edit(|world| {
        let record = world.endpoints.get_mut(&theirs[0]).unwrap();
        let tag = ("isolated:environment".to_owned(), "guest".to_owned());
        record.endpoint.tags.extend([tag]);
    });
    let unparked = lab.topology(|_| {}).await;
    let outcome = lab.apply(&unparked).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:#?}", outcome.failures)
    };
    assert_eq!(failure.attribute, "endpoints");
    let guest = format!("{} for ecs, of environment guest", theirs[0]);
    for word in [guest.as_str(), &theirs[1], "Delete them"] {
        assert!(failure.detail.contains(word), "{word}: {}", failure.detail);
    }
    assert_eq!(lab.writes(), [""; 0]);

    theirs.iter().for_each(|id| lab.aws.remove_endpoint(id));
    lab.make(&unparked).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_has_the_route_to_a_service_is_in_the_way_and_another_is_not() {
    let lab = Lab::slow(|_| {});
    let observed = lab.make(&lab.topology(parked).await).await;
    let theirs = endpoint(&lab, &network(&observed), "s3", EndpointKind::Gateway).await;
    let unparked = lab.topology(|_| {}).await;
    let own = observed
        .own_route_tables(&unparked.ownership)
        .next()
        .unwrap()
        .id
        .clone();
    let lead = |tables: &[String]| {
        let tables = tables.iter().cloned().collect();
        let mut tables = Some(tables);
        lab.aws.edit(|world| {
            let record = world.endpoints.get_mut(&theirs).unwrap();
            record.endpoint.route_table_ids = tables.take().unwrap_or_default();
        });
    };
    lead(&[own]);
    let outcome = lab.apply(&unparked).await;
    assert_eq!(outcome.failures.len(), 1, "{:#?}", outcome.failures);
    assert!(outcome.failures[0].detail.contains(&theirs));
    assert_eq!(lab.writes(), [""; 0]);
    lead(&[]);
    lab.make(&unparked).await;
    assert!(lab.aws.world().endpoints.contains_key(&theirs));
}
