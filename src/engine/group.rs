//! Which security group the environment is to use in this round, and which ones go. Pure.
//!
//! AWS fixes a group's name and description when it is created. So another one is made, the endpoints and the compute environment move
//! to it, and the former one goes when nothing has it any more.
//!
//! Names are unique in a VPC. For another description under the name that is there, a stand-in serves while the group of that name is
//! made again. As with compute environments ([`swap`](super::swap)) that takes two rounds, and what is there says how far it has come.
//! Source: EC2 API Reference, CreateSecurityGroup and DeleteSecurityGroup.

use crate::domain::observed::{Observed, SecurityGroup};
use crate::domain::topology::Topology;

/// What to do about security groups in this round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Groups<'a> {
    /// Name of the one that endpoints and instances are to have.
    pub(super) name: String,
    /// That one, if it is there.
    pub(super) current: Option<&'a SecurityGroup>,
    /// Those that go.
    pub(super) leaving: Vec<&'a SecurityGroup>,
    /// Those that would go, but for rules of somebody else's groups that name them.
    pub(super) held: Vec<&'a SecurityGroup>,
}

impl<'a> Groups<'a> {
    /// What an observation shows.
    pub(super) fn of(topology: &Topology, observed: &'a Observed) -> Self {
        let plan = &topology.security_group;
        let own = observed.own_security_groups(&topology.ownership);
        let like = |name: &str| {
            let mut like = own.iter().copied();
            like.find(|group| group.name == name && group.description == plan.description)
        };
        let is_held = |group: &SecurityGroup| {
            let mut others = observed.groups_of_others_that_name(&topology.ownership, &group.id);
            others.next().is_some()
        };
        let planned = like(&plan.name);
        // One of the very name with another description. If it cannot go, there is no use in a stand-in.
        let same_name = own
            .iter()
            .copied()
            .find(|group| planned.is_none() && group.name == plan.name);
        let stand_in = like(&plan.stand_in_name);
        let needs_stand_in = same_name
            .is_some_and(|group| !is_held(group) && (stand_in.is_some() || is_in_use(topology, observed, &group.id)));
        let (name, current) = match needs_stand_in {
            true => (&plan.stand_in_name, stand_in),
            false => (&plan.name, planned),
        };
        let others = own.iter().copied().filter(|group| Some(*group) != current);
        // One whose name is wanted must go, whatever holds on to it.
        let (held, leaving) = others.partition(|group| group.name != plan.name && is_held(group));
        Self {
            name: name.clone(),
            current,
            leaving,
            held,
        }
    }
}

/// The group that endpoints and instances are to have, if it is there.
pub(super) fn current<'o>(topology: &Topology, observed: &'o Observed) -> Option<&'o SecurityGroup> {
    Groups::of(topology, observed).current
}

/// Whether an endpoint or a compute environment of the environment's own has a group.
fn is_in_use(topology: &Topology, observed: &Observed, group_id: &str) -> bool {
    let mut endpoints = observed.own_endpoints(&topology.ownership);
    let mut compute_environments = observed.compute_environments.values();
    endpoints.any(|endpoint| endpoint.security_group_ids.contains(group_id))
        || compute_environments.any(|it| it.security_group_ids.contains(group_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::firewall::{Peer, Rule};
    use crate::domain::fixture;
    use crate::domain::observed::ComputeEnvironment;

    /// What the round does: the name in use, whether it is there, and what goes.
    fn round(groups: &[(&str, &str)], used: &str, named_by_others: &str) -> (String, bool, Vec<String>, Vec<String>) {
        let topology = Topology::plan(&fixture::seed(), &fixture::tokyo()).unwrap();
        let group = |(name, description): &(&str, &str)| SecurityGroup {
            id: format!("sg-{name}"),
            name: (*name).to_owned(),
            description: (*description).to_owned(),
            tags: topology.ownership.tags(),
            ..SecurityGroup::default()
        };
        let theirs = SecurityGroup {
            id: "sg-theirs".to_owned(),
            name: "theirs".to_owned(),
            ingress: [Rule::all_traffic(
                Peer::SecurityGroup(format!("sg-{named_by_others}")),
                None,
            )]
            .into(),
            ..SecurityGroup::default()
        };
        let compute_environment = ComputeEnvironment {
            security_group_ids: [format!("sg-{used}")].into(),
            ..ComputeEnvironment::default()
        };
        let groups = groups.iter().map(group).chain([theirs]);
        let observed = Observed {
            security_groups: groups.map(|group| (group.id.clone(), group)).collect(),
            compute_environments: [("x".to_owned(), compute_environment)].into(),
            ..Observed::default()
        };
        let stage = Groups::of(&topology, &observed);
        let names = |groups: &[&SecurityGroup]| groups.iter().map(|group| group.name.clone()).collect();
        (
            stage.name,
            stage.current.is_some(),
            names(&stage.leaving),
            names(&stage.held),
        )
    }

    const NAME: &str = "for-batch-compute-environment";
    const STAND_IN: &str = "for-batch-compute-environment-stand-in";
    const DESCRIPTION: &str = "For batch compute environment.";

    fn expect(name: &str, there: bool, leaving: &[&str], held: &[&str]) -> (String, bool, Vec<String>, Vec<String>) {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        (name.to_owned(), there, names(leaving), names(held))
    }

    #[test]
    fn another_name_stands_beside_the_former_one() {
        assert_eq!(round(&[], "", ""), expect(NAME, false, &[], &[]));
        assert_eq!(
            round(&[("old", DESCRIPTION)], "old", ""),
            expect(NAME, false, &["old"], &[])
        );
        let both = [("old", DESCRIPTION), (NAME, DESCRIPTION)];
        assert_eq!(round(&both, "old", ""), expect(NAME, true, &["old"], &[]));
        assert_eq!(round(&both[1..], NAME, ""), expect(NAME, true, &[], &[]));
    }

    #[test]
    fn another_description_of_the_same_name_needs_a_stand_in_where_the_group_is_in_use() {
        let unfit = (NAME, "Another one.");
        assert_eq!(round(&[unfit], NAME, ""), expect(STAND_IN, false, &[NAME], &[]));
        let with_stand_in = [unfit, (STAND_IN, DESCRIPTION)];
        assert_eq!(round(&with_stand_in, NAME, ""), expect(STAND_IN, true, &[NAME], &[]));
        // Everything has moved; the former one is on its way.
        assert_eq!(
            round(&with_stand_in, STAND_IN, ""),
            expect(STAND_IN, true, &[NAME], &[])
        );
        let alone = [(STAND_IN, DESCRIPTION)];
        assert_eq!(round(&alone, STAND_IN, ""), expect(NAME, false, &[STAND_IN], &[]));
        let back = [(NAME, DESCRIPTION), (STAND_IN, DESCRIPTION)];
        assert_eq!(round(&back, STAND_IN, ""), expect(NAME, true, &[STAND_IN], &[]));
        assert_eq!(round(&[unfit], "", ""), expect(NAME, false, &[NAME], &[]));
    }

    #[test]
    fn a_former_group_stays_while_rules_of_others_name_it_unless_its_name_is_wanted() {
        let both = [("old", DESCRIPTION), (NAME, DESCRIPTION)];
        assert_eq!(round(&both, NAME, "old"), expect(NAME, true, &[], &["old"]));
        assert_eq!(
            round(&[(NAME, "Another one.")], NAME, NAME),
            expect(NAME, false, &[NAME], &[])
        );
    }
}
