//! Which steps may run now: the order among steps as data.

use std::collections::BTreeSet;

use super::step::{Milestone, Step};

/// A step with what it needs and what it brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What to do.
    pub step: Step,
    /// What must be there first.
    pub requires: BTreeSet<Milestone>,
    /// What is there afterwards. A milestone that several tasks provide is reached when all of them are done.
    pub provides: BTreeSet<Milestone>,
}

impl Task {
    /// A task with its place in the order.
    pub fn new(
        step: Step,
        requires: impl IntoIterator<Item = Milestone>,
        provides: impl IntoIterator<Item = Milestone>,
    ) -> Self {
        Self {
            step,
            requires: requires.into_iter().collect(),
            provides: provides.into_iter().collect(),
        }
    }
}

/// Where a task of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Waiting,
    Running,
    Done,
    /// It failed, or something it needs did.
    Failed,
}

/// The tasks of one run and how far each has come.
#[derive(Debug)]
pub struct Graph {
    tasks: Vec<(Task, Status)>,
}

impl Graph {
    /// A graph with nothing started.
    pub fn new(tasks: Vec<Task>) -> Self {
        Self {
            tasks: tasks.into_iter().map(|task| (task, Status::Waiting)).collect(),
        }
    }

    /// Takes the steps whose requirements are met; they count as running from now on.
    pub fn take_ready(&mut self) -> Vec<(usize, Step)> {
        let unmet: BTreeSet<Milestone> = self
            .tasks
            .iter()
            .filter(|(_, status)| *status != Status::Done)
            .flat_map(|(task, _)| task.provides.iter().cloned())
            .collect();
        let mut ready = Vec::new();
        for (index, (task, status)) in self.tasks.iter_mut().enumerate() {
            if *status == Status::Waiting && task.requires.is_disjoint(&unmet) {
                *status = Status::Running;
                ready.push((index, task.step.clone()));
            }
        }
        ready
    }

    /// Notes that a step has succeeded.
    pub fn done(&mut self, index: usize) {
        self.tasks[index].1 = Status::Done;
    }

    /// Notes that a step has failed: whatever needs it will not start, everything else goes on.
    pub fn failed(&mut self, index: usize) {
        self.tasks[index].1 = Status::Failed;
        loop {
            let lost: BTreeSet<Milestone> = self
                .tasks
                .iter()
                .filter(|(_, status)| *status == Status::Failed)
                .flat_map(|(task, _)| task.provides.iter().cloned())
                .collect();
            let mut changed = false;
            for (task, status) in &mut self.tasks {
                if *status == Status::Waiting && !task.requires.is_disjoint(&lost) {
                    *status = Status::Failed;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Steps that have succeeded.
    pub fn succeeded(&self) -> impl Iterator<Item = &Step> {
        self.tasks
            .iter()
            .filter(|(_, status)| *status == Status::Done)
            .map(|(task, _)| &task.step)
    }

    /// Steps that have started and not ended.
    pub fn running(&self) -> impl Iterator<Item = &Step> {
        self.tasks
            .iter()
            .filter(|(_, status)| *status == Status::Running)
            .map(|(task, _)| &task.step)
    }

    /// Steps that have not started: what an interrupted or ended run leaves undone.
    pub fn unstarted(&self) -> impl Iterator<Item = &Step> {
        self.tasks
            .iter()
            .filter(|(_, status)| *status == Status::Waiting)
            .map(|(task, _)| &task.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(step: Step, requires: &[Milestone], provides: &[Milestone]) -> Task {
        Task::new(step, requires.iter().cloned(), provides.iter().cloned())
    }

    fn subnet(zone: &str) -> Milestone {
        Milestone::Subnet(zone.to_owned())
    }

    #[test]
    fn starts_everything_that_is_ready_at_once() {
        let mut graph = Graph::new(vec![
            task(Step::CreateVpc, &[], &[Milestone::Vpc]),
            task(Step::CreateSubnet("a".into()), &[Milestone::Vpc], &[subnet("a")]),
            task(Step::CreateSubnet("b".into()), &[Milestone::Vpc], &[subnet("b")]),
        ]);
        assert_eq!(graph.take_ready(), [(0, Step::CreateVpc)]);
        assert_eq!(graph.take_ready(), []);
        graph.done(0);
        assert_eq!(
            graph.take_ready(),
            [(1, Step::CreateSubnet("a".into())), (2, Step::CreateSubnet("b".into()))]
        );
    }

    #[test]
    fn a_milestone_that_nobody_provides_is_there_already() {
        let mut graph = Graph::new(vec![task(
            Step::CreateSubnet("a".into()),
            &[Milestone::Vpc],
            &[subnet("a")],
        )]);
        assert_eq!(graph.take_ready().len(), 1);
    }

    #[test]
    fn a_milestone_waits_for_all_who_provide_it() {
        let mut graph = Graph::new(vec![
            task(Step::EnableDnsSupport, &[], &[Milestone::VpcEmptied]),
            task(Step::EnableDnsHostnames, &[], &[Milestone::VpcEmptied]),
            task(Step::DeleteVpc("vpc-1".into()), &[Milestone::VpcEmptied], &[]),
        ]);
        assert_eq!(graph.take_ready().len(), 2);
        graph.done(0);
        assert_eq!(graph.take_ready(), []);
        graph.done(1);
        assert_eq!(graph.take_ready().len(), 1);
    }

    #[test]
    fn a_failure_stops_what_needs_it_and_nothing_else() {
        let mut graph = Graph::new(vec![
            task(Step::CreateSubnet("a".into()), &[], &[subnet("a")]),
            task(Step::CreateSubnet("b".into()), &[], &[subnet("b")]),
            task(
                Step::CreateEndpoint("ecs".into()),
                &[subnet("a")],
                &[Milestone::Endpoint("ecs".into())],
            ),
            task(Step::AwaitEndpoints, &[Milestone::Endpoint("ecs".into())], &[]),
            task(Step::AssociateRouteTable("b".into()), &[subnet("b")], &[]),
        ]);
        graph.take_ready();
        graph.failed(0);
        graph.done(1);
        assert_eq!(graph.take_ready(), [(4, Step::AssociateRouteTable("b".into()))]);
        graph.done(4);
        assert_eq!(graph.take_ready(), []);
        assert_eq!(graph.unstarted().count(), 0);
    }
}
