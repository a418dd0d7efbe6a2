//! A stack that resources of hashicorp/aws made is imported and goes on as one environment, without anything being made anew.

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

/// The stack as a configuration.
fn write(stage: &Stage, stack: &Value) {
    let text = |key: &str| stack[key].as_str().expect("text");
    stage.configuration_with_provider(&format!(
        r#"
provider "isolated" {{
  region       = "ap-northeast-1"
  default_tags = {{ tags = {{ team = "render", managed-by = "terraform" }} }}
}}

resource "isolated_batch_environment" "this" {{
  name    = "render"
  network = {{ cidr_block = "10.40.0.0/16", max_azs = 2, subnet_prefix_length = 18 }}
  security_group = {{
    name               = "render"
    description        = "Managed by Terraform"
    allow_all_outbound = true
    ingress_rules = [
      {{ description = "Metrics", protocol = "tcp", from_port = 9100, to_port = 9100, cidr_block = "10.50.0.0/16" }},
    ]
  }}
  compute_environment = {{
    name              = "{}"
    instance_types    = ["c6i.large", "m6i.large"]
    instance_role_arn = "{}"
    instance_tags     = {{ Name = "render" }}
    max_vcpus         = 16
  }}
  job_queues = {{ render = {{ name = "render", priority = 10 }} }}
}}
"#,
        text("compute_environment"),
        text("profile")
    ));
}

#[test]
fn a_stack_of_single_resources_goes_on_as_one() {
    let stage = Stage::new();
    let stack = stage.account().script("modules_stack.py", &[]);
    write(&stage, &stack);
    let before = stage.account().snapshot();
    let text = |key: &str| stack[key].as_str().expect("text");
    let id = format!("{}/{}", text("vpc"), text("compute_environment"));
    let told = stage.terraform(&["import", "-no-color", ADDRESS, &id]).succeeded();
    told.says(&["Job queue render was adopted too"]);
    assert_eq!(stage.account().snapshot(), before, "an import changes nothing");
    let imported = stage.state();
    assert_eq!(imported["tags"], json!({}), "they are the provider's default tags");
    assert_eq!(
        imported["compute_environment"]["instance_tags"],
        json!({ "Name": "render" })
    );
    assert_eq!(imported["job_queues"]["render"]["priority"], 10);

    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.changed(ADDRESS), ["id", "name"], "{:#}", plan.after(ADDRESS));
    assert_eq!(plan.unknown_paths(ADDRESS), [""; 0]);
    let after = stage.account().snapshot();
    same_but_for_tags_and_texts(&before, &after);
    assert_eq!(after["vpcs"][0]["Tags"]["isolated:environment"], "render");
    assert_eq!(after["vpcs"][0]["Tags"]["team"], "render");
    for kind in ["roles", "instance_profiles"] {
        assert_eq!(after[kind], before[kind], "what is given is left alone");
    }

    stage.try_destroy().succeeded();
    let left = stage.account().snapshot();
    for (kind, things) in left.as_object().expect("an object") {
        if ["roles", "instance_profiles"].contains(&kind.as_str()) {
            assert_eq!(*things, before[kind.as_str()], "what is given stays");
        } else {
            assert_eq!(*things, json!([]), "{kind}");
        }
    }
}

#[test]
fn subnets_that_share_a_route_table_are_an_existing_network() {
    let stage = Stage::new();
    let stack = stage.account().script("modules_stack.py", &["shared", "template"]);
    let before = stage.account().snapshot();
    let text = |key: &str| stack[key].as_str().expect("text");
    stage.environment("  name = \"frames\"\n  compute_environment = { max_vcpus = 16 }\n");
    let id = format!("{}/{}", text("vpc"), text("compute_environment"));
    let told = stage.terraform(&["import", "-no-color", ADDRESS, &id]).succeeded();
    let network = format!(
        "  network = {{\n    vpc_id     = \"{}\"\n    subnet_ids = {}\n  }}\n",
        text("vpc"),
        stack["subnets"].to_string().replace(',', ", ")
    );
    let group = format!(
        "  security_group = {{\n    additional_ids = [\"{}\"]\n  }}\n",
        text("group")
    );
    let mut words: Vec<&str> = vec![
        "is treated as an existing network",
        "share route table rtb-",
        "the security group",
    ];
    let written = format!("{network} {group}");
    let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
    words.push(&written);
    told.says(&words);
    let imported = stage.state();
    let drift = imported["drift"].to_string();
    assert!(!drift.contains("not known") && !drift.contains("offers no"), "{drift}");

    stage.environment(&format!(
        "  name = \"frames\"\n{network}{group}  compute_environment = {{\n    name = \"{}\"\n    max_vcpus = 16\n    instance_types = \
         [\"c6i.large\", \"m6i.large\"]\n    instance_role_arn = \"{}\"\n    instance_tags = {{ Name = \"render\" }}\n    \
         launch_template = {{ id = \"{}\", version = \"$Latest\" }}\n  }}\n  job_queues = {{ render = {{ name = \"render\", priority = 10 }} \
         }}\n  tags = {{ team = \"render\", managed-by = \"terraform\" }}\n",
        text("compute_environment"),
        text("profile"),
        text("template"),
    ));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let expected = ["compute_environment", "id", "name", "security_group"];
    assert_eq!(plan.changed(ADDRESS), expected, "{:#}", plan.after(ADDRESS));
    let seen = |at: &Value| {
        let mut compute = at["compute_environment"].clone();
        compute["status_reason"] = Value::Null;
        // Which number was the latest when the instances were made, AWS does not tell.
        compute["launch_template"]["version_number"] = Value::Null;
        compute
    };
    assert_eq!(seen(plan.after(ADDRESS)), seen(plan.before(ADDRESS)));
    let after = stage.account().snapshot();
    for kind in ["vpcs", "subnets", "route_tables", "endpoints"] {
        assert_eq!(after[kind], before[kind], "what is the network's is left alone");
    }
    stage.try_destroy().succeeded();
    let left = stage.account().snapshot();
    for kind in ["vpcs", "subnets", "route_tables", "endpoints", "security_groups"] {
        assert_eq!(left[kind], before[kind], "{kind}");
    }
    assert_eq!(left["compute_environments"], json!([]));
}

/// Nothing was made anew: every part has the id that it had, and the rules of the group lead where they led.
fn same_but_for_tags_and_texts(before: &Value, after: &Value) {
    for (kind, id) in [
        ("vpcs", "VpcId"),
        ("subnets", "SubnetId"),
        ("route_tables", "RouteTableId"),
        ("security_groups", "GroupId"),
        ("endpoints", "VpcEndpointId"),
        ("compute_environments", "uuid"),
        ("job_queues", "jobQueueArn"),
    ] {
        assert_eq!(ids(after, kind, id), ids(before, kind, id));
    }
    let resources = |there: &Value| there["compute_environments"][0]["computeResources"].clone();
    assert_eq!(resources(after), resources(before));
    for permissions in ["IpPermissions", "IpPermissionsEgress"] {
        assert_eq!(peers(after, permissions), peers(before, permissions));
    }
}

fn ids(there: &Value, kind: &str, id: &str) -> Vec<String> {
    let things = there[kind].as_array().expect("a list").iter();
    let mut ids: Vec<String> = things.map(|thing| thing[id].to_string()).collect();
    ids.sort();
    ids
}

/// Protocol, ports and blocks of the rules of the stack's group, without their descriptions.
fn peers(there: &Value, permissions: &str) -> Vec<String> {
    let groups = there["security_groups"].as_array().expect("a list").iter();
    let group = groups.into_iter().find(|group| group["GroupName"] == "render");
    let rules = group.expect("the group")[permissions]
        .as_array()
        .expect("a list")
        .iter();
    let mut peers: Vec<String> = rules
        .flat_map(|rule| {
            let blocks = rule["IpRanges"].as_array().expect("a list").iter();
            blocks.map(move |block| format!("{} {} {}", rule["IpProtocol"], rule["FromPort"], block["CidrIp"]))
        })
        .collect();
    peers.sort();
    peers
}
