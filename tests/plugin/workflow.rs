//! What every user does: validate, plan, apply, change, replace, import, destroy; data sources and functions.

use crate::stage::Stage;

crate::cases![
    a_resource_lives_and_dies,
    a_change_of_identity_replaces,
    an_existing_thing_is_imported,
    nothing_is_imported_that_is_not_there,
    what_is_gone_is_created_again,
    drift_is_repaired,
    the_provider_is_configured_before_use,
    an_old_state_is_upgraded,
    a_state_that_cannot_be_upgraded_stays,
    a_state_from_the_future_is_refused,
    a_data_source_is_read,
    functions_are_called,
    functions_name_the_argument_at_fault,
    a_move_from_another_type_is_refused,
    the_schema_is_shown,
    secrets_stay_secret,
];

const THING: &str = r#"resource "probe_thing" "t" {
  name = "one"
  size = 0.1
}
"#;

fn a_resource_lives_and_dies() {
    let stage = Stage::new(THING);
    stage.terraform(&["validate"]).ok();
    stage.plan().code(2).says("1 to add").says("id = (known after apply)");
    stage.apply().ok().says("1 added");
    assert_eq!(stage.attribute("id"), "id-one");
    assert_eq!(stage.attribute("label"), "made");
    assert_eq!(stage.attribute("size"), 0.1);
    stage.plan().ok().says("No changes");

    stage.write(&THING.replace("0.1", "0.3"));
    stage.plan().code(2).says("~ size = 0.1 -> 0.3");
    stage.apply().ok().says("1 changed");
    stage.plan().ok().says("No changes");
    let journal = stage.journal();
    assert!(journal.contains(&"created with 1 plans".to_owned()), "{journal:?}");
    assert!(
        journal.contains(&"updated with 2 plans".to_owned()),
        "private state comes back: {journal:?}"
    );

    stage.destroy().ok().says("1 destroyed");
    assert!(stage.journal().contains(&"planned to destroy".to_owned()));
    assert!(stage.journal().contains(&"destroyed".to_owned()));
    assert!(stage.instance().is_none());
}

fn a_change_of_identity_replaces() {
    let stage = Stage::new(THING);
    stage.apply().ok();
    stage.write(&THING.replace("one", "two"));
    stage
        .plan()
        .code(2)
        .says(r#"~ name = "one" -> "two" # forces replacement"#)
        .says("1 to add, 0 to change, 1 to destroy");
    stage.apply().ok().says("1 added, 0 changed, 1 destroyed");
    assert_eq!(stage.attribute("id"), "id-two");
}

fn an_existing_thing_is_imported() {
    let stage = Stage::new(&THING.replace("size = 0.1", ""));
    stage
        .terraform(&["import", "-no-color", "probe_thing.t", "id-one"])
        .ok()
        .says("Import successful!");
    assert_eq!(stage.attribute("name"), "one");
    stage.plan().ok().says("No changes");
}

fn nothing_is_imported_that_is_not_there() {
    let stage = Stage::new(THING);
    let run = stage
        .terraform(&["import", "-no-color", "probe_thing.t", "nonsense"])
        .failed();
    run.says("Nothing to import")
        .says(r#"There is no probe_thing with the id "nonsense"."#);
    assert!(stage.instance().is_none());
}

fn what_is_gone_is_created_again() {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    stage.mode("read=gone");
    stage.plan().code(2).says("1 to add");
}

fn drift_is_repaired() {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    stage.mode("read=drift");
    stage.plan().code(2).says("~ size = 99.5 -> 0.1");
}

fn the_provider_is_configured_before_use() {
    let stage = Stage::new(&format!("provider \"probe\" {{\n  prefix = \"p-\"\n}}\n{THING}"));
    stage.apply().ok();
    assert_eq!(stage.attribute("id"), "p-one");
    assert!(
        stage.journal()[0].starts_with("configured by 1."),
        "{:?}",
        stage.journal()
    );
    let stage = Stage::new(&format!("provider \"probe\" {{\n  prefix = \"\"\n}}\n{THING}"));
    stage
        .terraform(&["validate", "-no-color"])
        .failed()
        .says("on main.tf line 7, in provider \"probe\"")
        .says("prefix must not be empty");
}

fn an_old_state_is_upgraded() {
    let mut stage = Stage::new(THING);
    stage.set("PROBE_VERSION", "1");
    stage.apply().ok();
    stage.plan().ok();
    stage.set("PROBE_VERSION", "2");
    stage.plan().ok();
    stage.apply().ok();
    assert_eq!(stage.attribute("label"), "upgraded from 1");
    assert_eq!(stage.attribute("size"), 0.1);
    assert_eq!(stage.instance().unwrap()["schema_version"], 2);
}

fn a_state_that_cannot_be_upgraded_stays() {
    let mut stage = Stage::new(THING);
    stage.set("PROBE_VERSION", "1");
    stage.apply().ok();
    stage.set("PROBE_VERSION", "2");
    for (mode, message) in [
        ("upgrade=error", "upgrade failed"),
        ("upgrade=none", "The state upgrade failed without saying why"),
        (
            "upgrade=panic",
            "The provider panicked in the state upgrade: boom in upgrade",
        ),
    ] {
        stage.mode(mode);
        stage.apply().failed().says(message);
        assert_eq!(stage.attribute("label"), "made");
    }
}

fn a_state_from_the_future_is_refused() {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    stage.set("PROBE_VERSION", "1");
    // Terraform itself compares versions as well.
    stage.plan().failed().says("newer");
}

fn a_data_source_is_read() {
    let echo = |input: &str| format!("data \"probe_echo\" \"e\" {{\n  input = \"{input}\"\n}}\n");
    let output = "output \"o\" {\n  value = data.probe_echo.e\n}\n";
    let mut stage = Stage::new(&format!("{}{output}", echo("loud")));
    stage
        .apply()
        .ok()
        .says(r#"output = "LOUD""#)
        .says("third = 0.3333333333333333");
    stage.plan().ok().says("No changes");
    stage.mode("echo=none");
    stage
        .plan()
        .failed()
        .says("Read failed without saying why")
        .says("In ReadDataSource of probe_echo");
    stage.mode("echo=panic");
    stage
        .plan()
        .failed()
        .says("The provider panicked in read: boom in echo");
    stage.write(&echo(""));
    stage
        .plan()
        .failed()
        .says("input must not be empty")
        .says("main.tf line 7, in data \"probe_echo\" \"e\"");
}

fn functions_are_called() {
    let stage = Stage::new(
        r#"output "o" {
  value = {
    sum    = provider::probe::add(0.1, 5)
    joined = provider::probe::join("-", 1, 2, 3)
    none   = provider::probe::join("-")
  }
}
"#,
    );
    stage
        .apply()
        .ok()
        .says("sum = 5.1")
        .says(r#"joined = "1-2-3""#)
        .says(r#"none = """#);
}

fn functions_name_the_argument_at_fault() {
    let output = |call: &str| format!("output \"o\" {{\n  value = provider::probe::{call}\n}}\n");
    let mut stage = Stage::new(&output("add(1, -1)"));
    stage
        .plan()
        .failed()
        .says(r#"Invalid value for "n" parameter: n must not be negative."#);
    // Too large for the function's own type, whose message must not repeat the value.
    stage.write(&output("join(\"-\", 4711)"));
    stage
        .plan()
        .failed()
        .says(r#"Invalid value for "part" parameter: the value is not one that this function can take."#);
    stage.write(&output("crash()"));
    stage
        .plan()
        .failed()
        .says("The provider panicked in function crash: boom in a function");
    stage.mode("crash=none");
    stage.plan().failed().says("Function crash failed without saying why");
}

fn a_move_from_another_type_is_refused() {
    let stage = Stage::new("resource \"probe_nested\" \"n\" {\n  b_single {}\n}\n");
    stage.apply().ok();
    stage.write(&format!(
        "{THING}moved {{\n  from = probe_nested.n\n  to   = probe_thing.t\n}}\n"
    ));
    stage.plan().failed().says("not support");
}

fn the_schema_is_shown() {
    let mut stage = Stage::new(THING);
    let run = stage.terraform(&["providers", "schema", "-json"]).ok();
    let schema: serde_json::Value = serde_json::from_str(&run.text).unwrap();
    let probe = schema["provider_schemas"].as_object().unwrap().values().next().unwrap();
    let thing = &probe["resource_schemas"]["probe_thing"];
    assert_eq!(thing["version"], 2);
    assert_eq!(thing["block"]["attributes"]["secret"]["sensitive"], true);
    assert_eq!(thing["block"]["attributes"]["name"]["description_kind"], "markdown");
    let single = &probe["resource_schemas"]["probe_nested"]["block"]["attributes"]["n_single"];
    assert_eq!(single["nested_type"]["nesting_mode"], "single");
    assert!(single.get("type").is_none());
    stage.mode("schema=error");
    stage
        .plan()
        .failed()
        .says("No schema today")
        .says("Come back tomorrow.");
}

fn secrets_stay_secret() {
    let mut stage = Stage::new(&THING.replace("size = 0.1", "secret = \"hunter2\""));
    stage.set("TF_LOG_PROVIDER", "trace");
    let plan = stage
        .plan()
        .code(2)
        .says("secret = (sensitive value)")
        .never_says("hunter2");
    plan.says("[DEBUG] provider.terraform-provider-probe: call begins")
        .says("tf_rpc=PlanResourceChange")
        .says("@module=probe.plugin.calls");
    stage.apply().ok().never_says("hunter2");
}
