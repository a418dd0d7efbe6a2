//! Environments in several regions, made by one module that passes whole objects on, nulls included.

use std::fs;

use serde_json::Value;

use crate::stage::Stage;

const MODULE: &str = r#"
terraform {
  required_providers {
    isolated = { source = "isolated-batch/isolated" }
  }
}

variable "environment" {
  type = object({
    name                = string
    region              = optional(string)
    network             = optional(object({ cidr_block = optional(string), max_azs = optional(number), availability_zones = optional(list(string)) }))
    endpoints           = optional(object({ cloudwatch_logs = optional(bool), additional_services = optional(list(string)) }))
    security_group      = optional(object({ name = optional(string), ingress_rules = optional(list(any)) }))
    compute_environment = object({ max_vcpus = number, type = optional(string), instance_types = optional(list(string)), instance_tags = optional(map(string)) })
    tags                = optional(map(string))
  })
}

resource "isolated_batch_environment" "this" {
  name                = var.environment.name
  region              = var.environment.region
  network             = var.environment.network
  endpoints           = var.environment.endpoints
  security_group      = var.environment.security_group
  compute_environment = var.environment.compute_environment
  tags                = var.environment.tags
}

output "id" {
  value = "${isolated_batch_environment.this.name}@${isolated_batch_environment.this.region}"
}
"#;

const ROOT: &str = r#"
module "environment" {
  for_each = {
    home  = { name = "same", network = { max_azs = 2 }, endpoints = { cloudwatch_logs = false }, compute_environment = { max_vcpus = 4 } }
    there = { name = "same", region = "eu-west-1", network = { max_azs = 2 }, endpoints = { cloudwatch_logs = false }, compute_environment = { max_vcpus = 4 }, tags = { team = "risk" } }
    other = { name = "other", region = "eu-west-1", network = { max_azs = 1 }, endpoints = { cloudwatch_logs = false }, compute_environment = { max_vcpus = 4, instance_tags = { a = "b" } }, tags = { team = "other" } }
  }
  source      = "./environment"
  environment = each.value
}
"#;

#[test]
fn a_module_makes_environments_in_several_regions_even_of_one_name() {
    let stage = Stage::new();
    fs::create_dir(stage.folder().join("environment")).expect("a folder");
    stage.file("environment/main.tf", MODULE);
    stage.configuration(ROOT);
    stage.terraform(&["get", "-no-color"]).succeeded();
    stage.apply();
    let here = stage.account().snapshot();
    let there = stage.account().script("snapshot.py", &["eu-west-1"]);
    assert_eq!((count(&here, "vpcs"), count(&there, "vpcs")), (1, 2));
    assert_eq!(
        (
            count(&here, "compute_environments"),
            count(&there, "compute_environments")
        ),
        (1, 2)
    );
    let mut roles: Vec<&str> = here["roles"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|role| role["RoleName"].as_str())
        .collect();
    roles.sort_unstable();
    let expected = [
        "other-eu-west-1-batch-instance",
        "same-ap-northeast-1-batch-instance",
        "same-eu-west-1-batch-instance",
    ];
    assert_eq!(roles, expected);

    // Moved to another address, by the region behind its name.
    let address = "module.environment[\"there\"].isolated_batch_environment.this";
    stage.terraform(&["state", "rm", address]).succeeded();
    stage
        .terraform(&["import", "-no-color", address, "same@eu-west-1"])
        .succeeded();
    stage.assert_settled();

    stage.destroy();
    let left = stage.account().script("snapshot.py", &["eu-west-1"]);
    assert_eq!((count(&left, "vpcs"), count(&left, "compute_environments")), (0, 0));
}

fn count(there: &Value, kind: &str) -> usize {
    there[kind].as_array().map_or(0, Vec::len)
}
