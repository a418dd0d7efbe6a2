//! Values of every kind, known and unknown, there and back.

use serde_json::json;

use crate::stage::Stage;

crate::cases![
    nested_attributes_of_all_kinds,
    unknown_values_in_all_kinds,
    blocks_of_all_kinds,
    a_nested_change_can_replace,
    dynamic_blocks_of_unknown_length,
    errors_point_into_nested_values,
    an_import_without_blocks,
    numbers_keep_their_decimals,
    a_value_the_provider_has_no_type_for,
];

const NESTED: &str = r#"resource "probe_nested" "n" {
  n_single = { a = "s" }
  n_list   = [{ a = "l0" }, { a = "l1", b = "mine" }]
  n_set    = [{ a = "x" }, { a = "y" }]
  n_map    = { k = { a = "m" } }
  numbers  = [1, 2.5, 0.1]
  object   = { x = 0.2 }
  labels   = { a = "b" }
  whole    = 5.0
  tags     = ["t", "u"]
  b_single { a = "bs" }
}
"#;

fn nested_attributes_of_all_kinds() {
    let stage = Stage::new(NESTED);
    stage.apply().ok();
    assert_eq!(stage.attribute("n_single"), json!({ "a": "s", "b": "b of s" }));
    assert_eq!(
        stage.attribute("n_list"),
        json!([{ "a": "l0", "b": "b of l0" }, { "a": "l1", "b": "mine" }])
    );
    assert_eq!(
        stage.attribute("n_set"),
        json!([{ "a": "x", "b": "b of x" }, { "a": "y", "b": "b of y" }])
    );
    assert_eq!(stage.attribute("n_map"), json!({ "k": { "a": "m", "b": "b of m" } }));
    assert_eq!(stage.attribute("numbers"), json!([1, 2.5, 0.1]));
    assert_eq!(stage.attribute("object"), json!({ "x": 0.2 }));
    stage.plan().ok().says("No changes");
    stage.write(&NESTED.replace("l0", "l2"));
    stage.plan().code(2).says("1 to change");
    stage.apply().ok();
    stage.plan().ok();
    stage.destroy().ok();
}

fn unknown_values_in_all_kinds() {
    let stage = Stage::new(
        r#"resource "terraform_data" "d" {
  input = "later"
}
locals {
  u = terraform_data.d.output
}
resource "probe_nested" "n" {
  n_single = { a = local.u }
  n_list   = [{ a = local.u }]
  n_set    = [{ a = local.u }]
  n_map    = { k = { a = local.u } }
  numbers  = [length(local.u)]
  object   = { x = length(local.u) }
  labels   = { a = local.u }
  tags     = [local.u]
  b_single { a = local.u }
  b_list   { a = local.u }
  b_set    { a = local.u }
  b_map "m" { a = local.u }
}
"#,
    );
    stage.plan().code(2).says("2 to add");
    stage.apply().ok();
    stage.plan().ok().says("No changes");
}

fn blocks_of_all_kinds() {
    let stage = Stage::new(
        r#"resource "probe_nested" "n" {
  b_single { a = "s" }
  b_group { a = "g" }
  b_list { a = "l0" }
  b_list { a = "l1" }
  b_optional { a = "o" }
  b_set { a = "x" }
  b_map "k" { a = "m" }
}
"#,
    );
    stage.apply().ok();
    assert_eq!(
        stage.attribute("b_list"),
        json!([{ "a": "l0", "b": "b of l0" }, { "a": "l1", "b": "b of l1" }])
    );
    assert_eq!(stage.attribute("b_map"), json!({ "k": { "a": "m", "b": "b of m" } }));
    stage.plan().ok().says("No changes");
    stage.write("resource \"probe_nested\" \"n\" {}\n");
    stage.plan().failed().says("b_single");
}

fn a_nested_change_can_replace() {
    let resource =
        |a: &str| format!("resource \"probe_nested\" \"n\" {{\n  b_single {{}}\n  b_optional {{ a = \"{a}\" }}\n}}\n");
    let stage = Stage::new(&resource("one"));
    stage.apply().ok();
    stage.write(&resource("two"));
    stage
        .plan()
        .code(2)
        .says(r#"~ a = "one" -> "two" # forces replacement"#);
}

fn dynamic_blocks_of_unknown_length() {
    let stage = Stage::new(
        r#"variable "on" {
  type    = bool
  default = true
}
resource "probe_nested" "n" {
  b_single {}
  dynamic "b_optional" {
    for_each = var.on ? [1] : []
    content { a = "d" }
  }
}
"#,
    );
    stage.terraform(&["validate"]).ok();
    stage.apply().ok();
    stage.plan().ok();
    stage.terraform(&["apply", "-auto-approve", "-var", "on=false"]).ok();
    assert_eq!(stage.attribute("b_optional"), json!([]));
}

fn errors_point_into_nested_values() {
    let stage = Stage::new(
        r#"resource "probe_nested" "n" {
  b_single {}
  b_list { a = "good" }
  b_list {
    a = "bad"
  }
  n_map = {
    k = { a = "good" }
    l = { a = "bad" }
  }
  n_single = {
    b = "good"
    a = "bad"
  }
}
"#,
    );
    let run = stage.terraform(&["validate", "-no-color"]).failed();
    let place = |line: &str| format!("on main.tf line {line}");
    run.says(&format!(
        "bad block with probe_nested.n, {}",
        place("10, in resource \"probe_nested\" \"n\": 10: a = \"bad\"")
    ))
    .says(&format!(
        "bad element with probe_nested.n, {}",
        place("14, in resource \"probe_nested\" \"n\": 14: l = { a = \"bad\" }")
    ))
    .says(&format!(
        "bad field with probe_nested.n, {}",
        place("18, in resource \"probe_nested\" \"n\": 18: a = \"bad\"")
    ));
}

fn an_import_without_blocks() {
    let stage = Stage::new("resource \"probe_nested\" \"n\" {\n  b_single {}\n}\n");
    stage.terraform(&["import", "probe_nested.n", "any"]).ok();
    assert_eq!(stage.attribute("b_list"), json!([]));
    assert_eq!(stage.attribute("b_map"), json!({}));
}

fn numbers_keep_their_decimals() {
    let resource = |size: &str| format!("resource \"probe_thing\" \"t\" {{\n  name = \"n\"\n  size = {size}\n}}\n");
    for size in ["0.1", "1e30", "5.0", "-2.75", "9007199254740993", "123456.789"] {
        let stage = Stage::new(&resource(size));
        let applied = stage.apply();
        if size == "9007199254740993" {
            // An int64 that no float64 stands for: the probe's type loses it, and Terraform says so.
            applied.failed().says("Provider produced invalid plan");
        } else {
            applied.ok();
            stage.plan().ok().says("No changes");
        }
    }
}

fn a_value_the_provider_has_no_type_for() {
    let number = "123456789012345678901234567890";
    let stage = Stage::new(&format!(
        "resource \"probe_nested\" \"n\" {{\n  b_single {{}}\n  numbers = [1, 2, {number}]\n}}\n"
    ));
    let run = stage.terraform(&["validate", "-no-color"]).failed();
    run.says("The provider does not understand a value")
        .says("In ValidateResourceConfig of probe_nested, the configuration did not fit the provider's own types at `numbers[2]`, where it holds a string")
        .says("on main.tf line 8, in resource \"probe_nested\" \"n\"");
}
