//! How rows of the table are walked: an environment, and changes of it. What a change must do is what its row says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use terraform_provider_isolated::domain::change::{self, Change as Class};

use crate::ids::{COMPUTE_ENVIRONMENTS, ids, lost};
use crate::plan::Plan;
use crate::stage::{ADDRESS, Stage};

/// An environment and its changes, step by step. All changes of a step do the same, and stand beside each other.
pub(super) struct Walk {
    /// Its arguments. Those of `made_before.py` are `${local.made.…}`.
    pub(super) base: Value,
    /// Each on top of the one before.
    pub(super) steps: Vec<Vec<Change>>,
}

/// A change of the attribute of one row.
pub(super) struct Change {
    attribute: &'static str,
    value: Value,
    beside: Vec<(&'static str, Value)>,
    shows: &'static str,
    becomes: Value,
    exchanges: &'static [&'static str],
}

/// A change of an attribute to a value, which then is what a place of the [`world`] shows: the words of the way there, the last one
/// perhaps `#` for how many there are.
pub(super) fn change(attribute: &'static str, value: Value, shows: &'static str, becomes: Value) -> Change {
    Change {
        attribute,
        value,
        beside: Vec::new(),
        shows,
        becomes,
        exchanges: &[],
    }
}

/// As [`change`], where that is just the value.
pub(super) fn to(attribute: &'static str, value: Value, shows: &'static str) -> Change {
    change(attribute, value.clone(), shows, value)
}

impl Change {
    /// Another attribute that must change with it.
    pub(super) fn with(mut self, attribute: &'static str, value: Value) -> Self {
        self.beside.push((attribute, value));
        self
    }

    /// Kinds of parts that are no longer needed, or others, after it.
    pub(super) fn exchanging(mut self, kinds: &'static [&'static str]) -> Self {
        self.exchanges = kinds;
        self
    }

    fn make(&self, arguments: &mut Value) {
        put(arguments, self.attribute, &self.value);
        for (attribute, value) in &self.beside {
            put(arguments, attribute, value);
        }
    }

    fn row(&self) -> &'static change::Row {
        change::row(self.attribute).unwrap_or_else(|| panic!("{} has no row", self.attribute))
    }

    fn way(&self, before: &Value) -> Way {
        let mut after = before.clone();
        self.make(&mut after);
        let (either, both) = (
            |is: fn(&Value) -> bool| is(before) || is(&after),
            |is: fn(&Value) -> bool| is(before) && is(&after),
        );
        match self.row().change {
            Class::InPlace => Way::InPlace,
            Class::InPlaceIfUpdatable if either(has_role) => Way::SwapWithCustomRole,
            Class::InPlaceIfUpdatable if either(is_best_fit) => Way::SwapOfBestFit,
            Class::InPlaceIfUpdatable => Way::InPlace,
            Class::InPlaceBetweenCustomRoles if both(has_role) => Way::InPlace,
            Class::InPlaceBetweenCustomRoles | Class::Swap => Way::Swap,
            Class::InPlaceToDefaultTenancy if self.value == "default" => Way::InPlace,
            Class::InPlaceToDefaultTenancy | Class::Replace => Way::Replace,
        }
    }
}

/// What a change does, and, of a swap that not every environment needs, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Nothing is made anew.
    InPlace,
    /// Another compute environment takes its place behind the queues.
    Swap,
    /// The same, because of the strategy.
    SwapOfBestFit,
    /// The same, because of the service role.
    SwapWithCustomRole,
    /// Everything is made anew.
    Replace,
}

impl Way {
    /// The same without the reason.
    fn effect(self) -> Self {
        match self {
            Self::SwapOfBestFit | Self::SwapWithCustomRole => Self::Swap,
            other => other,
        }
    }

    /// All that a row must show.
    pub(super) fn all_of(class: Class) -> Vec<Self> {
        match class {
            Class::InPlace => vec![Self::InPlace],
            Class::InPlaceIfUpdatable => vec![Self::InPlace, Self::SwapOfBestFit, Self::SwapWithCustomRole],
            Class::InPlaceBetweenCustomRoles => vec![Self::InPlace, Self::Swap],
            Class::Swap => vec![Self::Swap],
            Class::InPlaceToDefaultTenancy => vec![Self::InPlace, Self::Replace],
            Class::Replace => vec![Self::Replace],
        }
    }
}

fn has_role(arguments: &Value) -> bool {
    let compute = &arguments["compute_environment"];
    compute["service_role_arn"].is_string() || compute["create_service_role"] == true
}

fn is_best_fit(arguments: &Value) -> bool {
    arguments["compute_environment"]["allocation_strategy"] == "BEST_FIT"
}

impl Walk {
    /// The rows that it walks, and how.
    pub(super) fn ways(&self) -> BTreeSet<(&'static str, Way)> {
        let mut arguments = self.base.clone();
        let mut ways = BTreeSet::new();
        for step in &self.steps {
            ways.extend(step.iter().map(|change| (change.attribute, change.way(&arguments))));
            step.iter().for_each(|change| change.make(&mut arguments));
        }
        ways
    }

    /// Plans each change alone, then makes those of a step together, and destroys the environment at the end.
    pub(super) fn run(&self) {
        let stage = Stage::new();
        stage.account().settings(&json!({ "transition_seconds": 0 }));
        let made = stage.account().script("made_before.py", &[]);
        let brought = stage.account().snapshot();
        let configure = |arguments: &Value| {
            stage.configuration(&format!("locals {{\n  made = {made}\n}}\n{}", resource(arguments)));
        };
        let mut arguments = self.base.clone();
        configure(&arguments);
        stage.apply();
        for step in &self.steps {
            let mut after = arguments.clone();
            let mut effects = BTreeSet::new();
            for change in step {
                let mut alone = arguments.clone();
                change.make(&mut alone);
                configure(&alone);
                check(&stage.plan(), change.attribute, change.way(&arguments));
                effects.insert(change.way(&arguments).effect());
                change.make(&mut after);
            }
            assert!(effects.len() == 1, "the changes of one step do the same: {effects:?}");
            configure(&after);
            make(&stage, step, effects.first().copied().expect("a change"), &brought);
            arguments = after;
        }
        stage.try_destroy().succeeded();
        assert_eq!(
            stage.account().snapshot(),
            brought,
            "what was there before is as it was"
        );
    }
}

/// What the plan of one change says.
fn check(plan: &Plan, attribute: &str, way: Way) {
    let actions = plan.actions(ADDRESS);
    let replaces = plan.replaces(ADDRESS);
    if way == Way::Replace {
        assert_eq!(actions, ["delete", "create"], "{attribute}");
        assert!(
            replaces.iter().any(|path| path == attribute),
            "{attribute}: {replaces:?}"
        );
        return;
    }
    assert_eq!(
        (actions, replaces),
        (vec!["update"], vec![]),
        "{attribute} is changed {way:?}"
    );
    let of = |whole: &Value, name: &str| whole["compute_environment"][name].clone();
    let (before, after, unknown) = (plan.before(ADDRESS), plan.after(ADDRESS), plan.unknown(ADDRESS));
    if way == Way::InPlace {
        for name in ["arn", "name"] {
            assert_eq!(of(after, name), of(before, name), "{attribute} leaves the {name} alone");
        }
    } else {
        assert_eq!(of(unknown, "arn"), true, "{attribute} makes the ARN another one");
        assert_ne!(
            of(after, "name"),
            of(before, "name"),
            "{attribute} makes the name another one"
        );
        assert_eq!(
            after["job_queues"], before["job_queues"],
            "{attribute} leaves the queues alone"
        );
    }
}

/// Applies the changes of a step, and compares what is there then.
fn make(stage: &Stage, step: &[Change], way: Way, brought: &Value) {
    let names: Vec<&str> = step.iter().map(|change| change.attribute).collect();
    let (old, new) = (stage.state()["region"].clone(), || stage.state()["region"].clone());
    let before = there(stage, &old);
    let shown = world(&before, &stage.state());
    stage.account().clear_requests();
    stage.plan_and_apply();
    let after = there(stage, &new());
    let shows = world(&after, &stage.state());
    for change in step {
        let place = change.shows;
        assert_ne!(at(&shown, place), change.becomes, "{place} before {}", change.attribute);
        assert_eq!(at(&shows, place), change.becomes, "{place} after {}", change.attribute);
    }
    if way == Way::Replace {
        let left: BTreeSet<_> = ids(&there(stage, &old)).union(&ids(&after)).cloned().collect();
        let own: BTreeSet<_> = ids(&before).difference(&ids(brought)).cloned().collect();
        let kept: Vec<_> = own.intersection(&left).collect();
        assert!(kept.is_empty(), "{names:?} kept {kept:?}");
        return;
    }
    let exchanged = |kind: &str| step.iter().any(|change| change.exchanges.contains(&kind));
    let mut lost = lost(&before, &after);
    lost.retain(|(kind, _)| !exchanged(kind));
    let kinds: Vec<&str> = lost.iter().map(|(kind, _)| *kind).collect();
    let expected: &[&str] = if way == Way::InPlace {
        &[]
    } else {
        &[COMPUTE_ENVIRONMENTS]
    };
    assert_eq!(kinds, expected, "{names:?} made these anew: {lost:?}");
    let compute = after["compute_environments"].as_array().expect("a list");
    assert_eq!(compute.len(), 1, "{names:?}");
    for queue in after["job_queues"].as_array().expect("a list") {
        let order = json!([{ "order": 1, "computeEnvironment": compute[0]["computeEnvironmentArn"] }]);
        assert_eq!(queue["computeEnvironmentOrder"], order, "{names:?}");
    }
    let mut calls = stage.account().requests().into_iter();
    assert!(
        calls.all(|call| call.action() != "batch:DeleteJobQueue"),
        "{names:?} made a queue anew"
    );
}

fn there(stage: &Stage, region: &Value) -> Value {
    let region = region.as_str().expect("a region");
    stage.account().script("snapshot.py", &[region])
}

/// What is there, by what it is called.
fn world(there: &Value, state: &Value) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ours = |kind: &str| -> Vec<Value> {
        let things = there[kind].as_array().into_iter().flatten();
        let tag = |thing: &&Value| {
            thing["Tags"]
                .get("isolated:environment")
                .or(thing["tags"].get("isolated:environment"))
                .is_some()
        };
        things.filter(tag).cloned().collect()
    };
    let by = |kind: &str, key: fn(&Value) -> &str| -> Value {
        let named = |thing: Value| (key(&thing).to_owned(), thing);
        ours(kind).into_iter().map(named).collect::<Map<_, _>>().into()
    };
    let first = |kind: &str| ours(kind).into_iter().next().unwrap_or_default();
    let group = first("security_groups");
    let sources = |rules: &str| -> Value {
        let rules = group[rules].as_array().into_iter().flatten();
        let ranges = rules.flat_map(|rule| rule["IpRanges"].as_array().cloned().unwrap_or_default());
        ranges
            .map(|range| (text(&range["CidrIp"]), json!(true)))
            .collect::<Map<_, _>>()
            .into()
    };
    let compute = &there["compute_environments"][0];
    json!({
        "state": state,
        "compute": compute,
        "resources": compute["computeResources"],
        "vpc": first("vpcs"),
        "subnet": by("subnets", |subnet| subnet["AvailabilityZone"].as_str().unwrap_or_default()),
        "endpoint": by("endpoints", |endpoint| {
            let name = endpoint["ServiceName"].as_str().unwrap_or_default();
            name.splitn(4, '.').last().unwrap_or_default()
        }),
        "queue": by("job_queues", |queue| queue["jobQueueName"].as_str().unwrap_or_default()),
        "inbound": sources("IpPermissions"),
        "outbound": sources("IpPermissionsEgress"),
        "group": group,
    })
}

fn at(world: &Value, place: &str) -> Value {
    place
        .split(' ')
        .fold(world.clone(), |value, word| match (word, &value) {
            ("#", Value::Array(items)) => json!(items.len()),
            (_, Value::Array(items)) => items
                .get(word.parse::<usize>().expect("an index"))
                .cloned()
                .unwrap_or_default(),
            (word, value) => value[word].clone(),
        })
}

/// Puts a value at a dotted path.
fn put(arguments: &mut Value, path: &str, value: &Value) {
    let mut place = arguments;
    for name in path.split('.') {
        place = &mut place[name];
    }
    *place = value.clone();
}

/// JSON is HCL, once its first level is.
fn resource(arguments: &Value) -> String {
    let fields = arguments.as_object().expect("an object").iter();
    let lines: String = fields.map(|(name, value)| format!("  {name} = {value}\n")).collect();
    format!("resource \"isolated_batch_environment\" \"this\" {{\n{lines}}}\n")
}
