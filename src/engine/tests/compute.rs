//! Types of compute environments and their arguments: which calls a change makes, and what each carries.

use super::super::PROPAGATION;
use super::Lab;
use crate::cloud::fake::Call;
use crate::domain::batch::launch_template::TemplateVersions;
use crate::domain::batch::{
    AllocationStrategy, ComputeType, ContainerInsights, LaunchTemplate, TemplateVersion, UpdatePolicy, memory,
};
use crate::domain::fixture;
use crate::domain::observed::ComputeEnvironment;
use crate::domain::spec::Spec;

const UPDATE: &str = "batch:UpdateComputeEnvironment";
const TAG: &str = "batch:TagResource";
const UNTAG: &str = "batch:UntagResource";

impl Lab {
    fn environment(&self) -> ComputeEnvironment {
        let world = self.aws.world();
        let mut all = world.compute_environments.into_values();
        all.next().expect("a compute environment").environment
    }

    /// Makes what is desired, and answers the writes that it took, in order.
    async fn change(&self, change: impl FnOnce(&mut Spec)) -> Vec<Call> {
        let topology = self.topology(change).await;
        self.aws.clear_calls();
        self.make(&topology).await;
        self.aws.writes()
    }

    async fn made(change: impl FnOnce(&mut Spec)) -> Self {
        let lab = Self::new();
        lab.change(change).await;
        lab
    }
}

fn names(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.operation).collect()
}

fn spot(spec: &mut Spec) {
    *spec = fixture::spot();
}

fn spot_best_fit(spec: &mut Spec) {
    spot(spec);
    spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
}

fn fargate(spec: &mut Spec) {
    *spec = fixture::fargate();
}

#[tokio::test(start_paused = true)]
async fn spot_comes_without_a_fleet_role_and_with_best_fit_it_has_its_own() {
    let lab = Lab::made(spot).await;
    let made = lab.environment();
    assert_eq!(made.compute_type, "SPOT");
    assert_eq!(
        made.allocation_strategy.as_deref(),
        Some("SPOT_PRICE_CAPACITY_OPTIMIZED")
    );
    assert_eq!(made.spot_iam_fleet_role_arn, None);

    let lab = Lab::made(spot_best_fit).await;
    let role = lab.environment().spot_iam_fleet_role_arn.expect("a role");
    assert!(role.ends_with("/simulation-ap-northeast-1-batch-spot-fleet"), "{role}");
    let topology = lab.topology(spot_best_fit).await;
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_fleet_role_that_lost_its_policy_gets_it_back() {
    let lab = Lab::made(spot_best_fit).await;
    lab.aws.edit(|world| {
        for record in world
            .roles
            .values_mut()
            .filter(|record| record.role.name.ends_with("spot-fleet"))
        {
            record.role.attached_policies.clear();
        }
    });
    assert_eq!(names(&lab.change(spot_best_fit).await), ["iam:AttachRolePolicy"]);
}

#[tokio::test(start_paused = true)]
async fn fargate_has_neither_instances_nor_their_role_nor_endpoints_of_ecs() {
    let lab = Lab::made(fargate).await;
    let made = lab.environment();
    assert_eq!((made.compute_type.as_str(), made.status.as_str()), ("FARGATE", "VALID"));
    assert_eq!((made.instance_role_arn, made.allocation_strategy), (None, None));
    let world = lab.aws.world();
    assert!(world.instance_profiles.is_empty());
    let services = world.endpoints.values().map(|record| &record.endpoint.service_name);
    let mut services: Vec<&str> = services
        .filter_map(|name| name.split_once("ap-northeast-1."))
        .map(|pair| pair.1)
        .collect();
    services.sort_unstable();
    assert_eq!(services, ["ecr.api", "ecr.dkr", "s3"]);
    let topology = lab.topology(fargate).await;
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn fargate_gets_other_zones_in_place() {
    let two = |spec: &mut Spec| {
        fargate(spec);
        spec.network.availability_zones = Some(["a", "c"].map(|zone| format!("ap-northeast-1{zone}")).to_vec());
    };
    let lab = Lab::made(two).await;
    lab.change(fargate).await;
    assert_eq!(lab.environment().subnet_ids.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn between_on_demand_and_spot_it_is_one_infrastructure_update() {
    let lab = Lab::made(|_| {}).await;
    let calls = lab.change(spot).await;
    assert_eq!(names(&calls), [UPDATE]);
    let sent = &calls[0].arguments;
    for word in ["compute_type: Some(Spot)", "Some(SpotPriceCapacityOptimized)"] {
        assert!(sent.contains(word), "{sent}");
    }
    assert!(sent.contains("update_policy: Some(UpdatePolicy"), "{sent}");
    lab.change(|_| {}).await;
    assert_eq!(lab.environment().compute_type, "EC2");
}

#[tokio::test(start_paused = true)]
async fn scaling_goes_before_and_apart_from_the_rest() {
    let lab = Lab::made(|_| {}).await;
    let calls = lab
        .change(|spec| {
            let compute = &mut spec.compute_environment;
            compute.max_vcpus = 64;
            compute.min_scale_down_delay_minutes = Some(60);
            compute.instance_types = Some(vec!["m6i".to_owned()]);
            compute.container_insights = Some(ContainerInsights::Enhanced);
            compute.enabled = false;
        })
        .await;
    assert_eq!(names(&calls), [UPDATE, UPDATE, UPDATE, UPDATE, TAG]);
    let has = |call: usize, words: &[&str]| {
        let sent = &calls[call].arguments;
        assert!(words.iter().all(|word| sent.contains(word)), "{words:?}: {sent}");
    };
    has(
        0,
        &[
            "max_vcpus: Some(64)",
            "min_scale_down_delay_minutes: Some(60)",
            "instance_types: None",
            "update_policy: None",
        ],
    );
    has(
        1,
        &[
            "max_vcpus: None",
            "instance_types: Some([\"m6i\"])",
            "update_policy: Some(",
        ],
    );
    has(2, &["container_insights: Some(Enhanced)", "enabled: None"]);
    has(3, &["container_insights: None", "enabled: Some(false)"]);
    let back = lab.change(|_| {}).await;
    assert!(back[0].arguments.contains("min_scale_down_delay_minutes: Some(0)"));
    assert_eq!(lab.environment().min_scale_down_delay_minutes, None);
    assert_eq!(lab.environment().container_insights.as_deref(), Some("DISABLED"));
}

#[tokio::test(start_paused = true)]
async fn a_new_word_moves_instances_to_the_newest_image_once() {
    let word =
        |word: &'static str| move |spec: &mut Spec| spec.compute_environment.image_refresh = Some(word.to_owned());
    let lab = Lab::made(word("one")).await;
    assert_eq!(lab.environment().tags[memory::IMAGE_REFRESH_KEY], "one");
    assert!(lab.change(word("one")).await.is_empty());
    let calls = lab.change(word("two")).await;
    assert_eq!(names(&calls), [UPDATE, TAG], "the word is noted when it is done");
    assert!(calls[0].arguments.contains("update_to_latest_image_version: true"));
    assert_eq!(lab.environment().tags[memory::IMAGE_REFRESH_KEY], "two");
    assert!(lab.change(word("two")).await.is_empty());
    assert_eq!(names(&lab.change(|_| {}).await), [UNTAG], "no word asks for nothing");
}

#[tokio::test(start_paused = true)]
async fn the_update_policy_goes_with_the_upper_bound_when_it_goes_alone() {
    let policy = |spec: &mut Spec| {
        spec.compute_environment.update_policy = Some(UpdatePolicy {
            job_execution_timeout_minutes: 7200,
            terminate_jobs_on_update: true,
        });
    };
    let lab = Lab::new();
    let began = tokio::time::Instant::now();
    let calls = lab.change(policy).await;
    assert!(began.elapsed() < PROPAGATION, "no read lags behind");
    assert_eq!(
        calls.iter().filter(|call| call.operation == UPDATE).count(),
        1,
        "once it exists"
    );
    let calls = lab.change(|_| {}).await;
    assert_eq!(names(&calls), [UPDATE]);
    assert!(
        calls[0].arguments.contains("max_vcpus: Some(4)"),
        "{}",
        calls[0].arguments
    );
    assert_eq!(lab.environment().update_policy, Some(UpdatePolicy::default()));
}

#[tokio::test(start_paused = true)]
async fn the_update_policy_is_not_told_where_nothing_can_be_exchanged() {
    let lab = Lab::new();
    let calls = lab
        .change(|spec| {
            spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
            spec.compute_environment.update_policy = Some(UpdatePolicy {
                terminate_jobs_on_update: true,
                ..UpdatePolicy::default()
            });
        })
        .await;
    assert!(names(&calls).iter().all(|name| *name != UPDATE));
}

fn template(version: &'static str) -> impl FnOnce(&mut Spec) {
    move |spec| {
        spec.compute_environment.launch_template = Some(LaunchTemplate {
            template: TemplateVersion {
                id: None,
                name: Some("mine".to_owned()),
                version: Some(version.to_owned()),
            },
            overrides: Vec::new(),
        });
    }
}

fn publish(lab: &Lab, latest: i64) {
    lab.aws.edit(|world| {
        let versions = TemplateVersions { default: 1, latest };
        world.launch_templates.insert("mine".to_owned(), versions);
    });
}

#[tokio::test(start_paused = true)]
async fn a_new_version_of_a_launch_template_is_a_change_and_no_template_takes_it_away() {
    let lab = Lab::new();
    publish(&lab, 2);
    lab.change(template("$Latest")).await;
    let version = || {
        lab.environment()
            .launch_template
            .and_then(|template| template.template.version)
    };
    assert_eq!(version().as_deref(), Some("2"));
    assert!(lab.change(template("2")).await.is_empty());
    publish(&lab, 3);
    let calls = lab.change(template("$Latest")).await;
    assert_eq!(names(&calls), [UPDATE]);
    assert!(calls[0].arguments.contains("update_to_latest_image_version: true"));
    assert_eq!(version().as_deref(), Some("3"));
    lab.change(template("$Default")).await;
    assert_eq!(version().as_deref(), Some("1"));
    lab.change(|_| {}).await;
    assert_eq!(lab.environment().launch_template, None);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_asked_for_is_cleared() {
    let lab = Lab::made(|spec| {
        spot(spec);
        spec.compute_environment.bid_percentage = Some(40);
        spec.compute_environment.placement_group = Some("together".to_owned());
    })
    .await;
    assert_eq!(lab.environment().bid_percentage, Some(40));
    assert_eq!(names(&lab.change(spot).await), [UPDATE]);
    let after = lab.environment();
    assert_eq!((after.bid_percentage, after.placement_group), (Some(100), None));
    // On on-demand instances a bound from before means nothing.
    lab.aws.edit(|world| {
        for record in world.compute_environments.values_mut() {
            record.environment.bid_percentage = Some(40);
        }
    });
    lab.change(|_| {}).await;
    assert_eq!(lab.environment().compute_type, ComputeType::Ec2.as_str());
}
