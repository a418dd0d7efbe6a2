//! Every row of the table of changes, with the real terraform: what the plan says of the change alone, and what is there once it is made.
//!
//! A row without a case fails [`every_row_shows_all_that_it_can_do`], and so does a case without a row. What a change must do is what its
//! row says; that AWS agrees is what the local AWS sees to, which refuses what Batch refuses.

mod compute;
mod parts;
mod walk;

use std::collections::BTreeSet;

use terraform_provider_isolated::domain::change::TABLE;

use walk::{Walk, Way};

/// Tests, each of which takes one walk, and the list of them.
macro_rules! walks {
    ($($name:ident = $walk:path),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                $walk().run();
            }
        )*

        const WALKS: &[fn() -> Walk] = &[$($walk),*];
    };
}

walks! {
    endpoints_rules_and_tags = parts::in_place,
    what_everything_stands_on = parts::replaced,
    another_region = parts::moved,
    subnets_and_groups_of_others = parts::existing,
    subnets_and_groups_of_others_with_best_fit = parts::existing_with_best_fit,
    subnets_and_groups_of_others_with_a_custom_role = parts::existing_with_custom_role,
    subnets_and_groups_of_others_on_fargate = parts::existing_on_fargate,
    scaling = compute::scaling,
    infrastructure = compute::infrastructure,
    infrastructure_with_best_fit = compute::infrastructure_with_best_fit,
    infrastructure_with_a_custom_role = compute::infrastructure_with_custom_role,
    service_roles = compute::service_roles,
}

/// Rows whose case is another test.
const ELSEWHERE: &[(&str, Way, fn())] = &[
    (
        "network.vpc_id",
        Way::Replace,
        crate::existing_network::an_environment_moves_between_its_own_network_and_an_existing_one_by_replacement,
    ),
    (
        "endpoints.enabled",
        Way::InPlace,
        crate::parking::the_endpoints_go_and_come_back_and_nothing_else_does,
    ),
];

#[test]
fn every_row_shows_all_that_it_can_do() {
    let walked = WALKS.iter().flat_map(|walk| walk().ways());
    let elsewhere = ELSEWHERE.iter().map(|(attribute, way, _)| (*attribute, *way));
    let shown: BTreeSet<(&str, Way)> = walked.chain(elsewhere).collect();
    let ways = TABLE.iter().flat_map(|row| {
        let ways = Way::all_of(row.change).into_iter();
        ways.map(|way| (row.attribute, way))
    });
    let wanted: BTreeSet<(&str, Way)> = ways.collect();
    let missing: Vec<_> = wanted.difference(&shown).collect();
    let without_row: Vec<_> = shown.difference(&wanted).collect();
    assert!(missing.is_empty(), "rows that no test walks: {missing:?}");
    assert!(without_row.is_empty(), "cases that no row has: {without_row:?}");
}
