//! The resource's configuration, plan and state: one set of types for all three, as Terraform has one schema for them.

use crate::provider::attribute::{List, Map, model};
use crate::provider::number::Number;

model! {
    /// `isolated_batch_environment`.
    Environment {
        id: String,
        name: String,
        region: String,
        account_id: String,
        network: Network,
        endpoints: Endpoints,
        security_group: SecurityGroup,
        compute_environment: ComputeEnvironment,
        job_queues: Map<JobQueue>,
        isolation: Isolation,
        deletion_protection: bool,
        estimated_monthly_cost: MonthlyCost,
        drift: List<String>,
        tags: Map<String>,
        tags_all: Map<String>,
        timeouts: Timeouts,
    }

    /// `network`.
    Network {
        cidr_block: String,
        max_azs: Number,
        availability_zones: List<String>,
        subnet_prefix_length: Number,
        instance_tenancy: String,
        vpc_id: String,
        subnet_ids: List<String>,
        managed: bool,
        subnets: Map<Subnet>,
        default_security_group_id: String,
    }

    /// An entry of `network.subnets`.
    Subnet {
        id: String,
        cidr_block: String,
        route_table_id: String,
    }

    /// `endpoints`.
    Endpoints {
        cloudwatch_logs: bool,
        additional_services: List<String>,
        private_dns_enabled: bool,
        availability_zones: List<String>,
        policy: String,
        organization_id: String,
        policies: Map<String>,
        enabled: bool,
        services: Map<Service>,
    }

    /// An entry of `endpoints.services`.
    Service {
        id: String,
        service_name: String,
        r#type: String,
        managed: bool,
        state: String,
        dns_name: String,
        network_interface_ids: List<String>,
    }

    /// `estimated_monthly_cost`.
    MonthlyCost {
        currency: String,
        amount: Number,
        hours: Number,
        endpoint_zone_pairs: Number,
        unit_price: Number,
        price_date: String,
    }

    /// `security_group`.
    SecurityGroup {
        id: String,
        name: String,
        description: String,
        allow_all_outbound: bool,
        ingress_rules: List<IngressRule>,
        additional_ids: List<String>,
    }

    /// An entry of `security_group.ingress_rules`.
    IngressRule {
        description: String,
        protocol: String,
        from_port: Number,
        to_port: Number,
        cidr_block: String,
        prefix_list_id: String,
        security_group_id: String,
    }

    /// `compute_environment`.
    ComputeEnvironment {
        name: String,
        r#type: String,
        allocation_strategy: String,
        instance_types: List<String>,
        min_vcpus: Number,
        desired_vcpus: Number,
        max_vcpus: Number,
        enabled: bool,
        bid_percentage: Number,
        image_id: String,
        ec2_configuration: List<Ec2Configuration>,
        ec2_key_pair: String,
        placement_group: String,
        launch_template: LaunchTemplate,
        instance_role_arn: String,
        service_role_arn: String,
        create_service_role: bool,
        spot_iam_fleet_role_arn: String,
        instance_tags: Map<String>,
        min_scale_down_delay_minutes: Number,
        container_insights: String,
        image_refresh: String,
        update_policy: UpdatePolicy,
        arn: String,
        ecs_cluster_arn: String,
        status: String,
        status_reason: String,
    }

    /// An entry of `compute_environment.ec2_configuration`.
    Ec2Configuration {
        image_type: String,
        image_id_override: String,
    }

    /// `compute_environment.launch_template`.
    LaunchTemplate {
        id: String,
        name: String,
        version: String,
        version_number: Number,
        overrides: List<LaunchTemplateOverride>,
    }

    /// An entry of `compute_environment.launch_template.overrides`.
    LaunchTemplateOverride {
        id: String,
        name: String,
        version: String,
        version_number: Number,
        target_instance_types: List<String>,
    }

    /// `compute_environment.update_policy`.
    UpdatePolicy {
        job_execution_timeout_minutes: Number,
        terminate_jobs_on_update: bool,
    }

    /// `isolation`.
    Isolation {
        enforce: bool,
        internet_paths: List<String>,
        private_paths: List<String>,
    }

    /// An entry of `job_queues`.
    JobQueue {
        name: String,
        priority: Number,
        enabled: bool,
        scheduling_policy_arn: String,
        job_state_time_limit_actions: List<TimeLimitAction>,
        arn: String,
        status: String,
    }

    /// An entry of `job_state_time_limit_actions`.
    TimeLimitAction {
        reason: String,
        state: String,
        max_time_seconds: Number,
        action: String,
    }

    /// `timeouts`.
    Timeouts {
        create: String,
        update: String,
        delete: String,
        read: String,
    }
}
