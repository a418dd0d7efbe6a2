//! What becomes of the state, and what the user reads, when a handler fails in each way that it can.

use std::os::unix::process::ExitStatusExt;

use crate::stage::{Run, Stage, poll, signal};

crate::cases![
    a_failed_create_keeps_what_it_returned,
    a_failed_create_with_unknowns_is_tainted,
    a_failed_create_that_returned_nothing_leaves_nothing,
    a_create_unlike_its_plan_is_tainted,
    a_panic_after_a_checkpoint_loses_nothing,
    nothing_after_a_checkpoint_keeps_the_checkpoint,
    a_panic_without_a_checkpoint_is_told,
    an_abort_is_told,
    a_failed_update_saves_what_it_returned,
    a_failed_update_that_returned_nothing_keeps_the_prior_state,
    a_panic_in_an_update_keeps_its_checkpoint,
    a_failed_destroy_keeps_the_resource,
    a_failed_read_keeps_the_resource,
    a_failed_plan_says_why,
    a_failed_configure_says_why,
    warnings_are_shown_with_their_place,
    no_backtrace_reaches_the_user,
    a_panic_outside_of_handlers_is_a_crash,
    an_interrupted_create_saves_its_checkpoint,
    two_interrupts_do_not_kill_the_provider,
];

const THING: &str = r#"resource "probe_thing" "t" {
  name = "one"
  size = 1
}
"#;

fn failing(mode: &str) -> Stage {
    let mut stage = Stage::new(THING);
    stage.mode(mode);
    stage
}

/// A thing that exists, with a change to it waiting.
fn changed(mode: &str) -> Stage {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    stage.write(&THING.replace("size = 1", "size = 2"));
    stage.mode(mode);
    stage
}

fn a_failed_create_keeps_what_it_returned() {
    let stage = failing("create=error+state");
    stage
        .apply()
        .failed()
        .says("Error: create failed")
        .says("with probe_thing.t, on main.tf line 6")
        .says("Half-way.");
    assert!(stage.is_tainted());
    assert_eq!(stage.attribute("id"), "id-one");
}

fn a_failed_create_with_unknowns_is_tainted() {
    let stage = failing("create=error+unknown");
    stage.apply().failed().says("create failed");
    assert!(stage.is_tainted());
    assert!(stage.attribute("id").is_null());
}

fn a_failed_create_that_returned_nothing_leaves_nothing() {
    let stage = failing("create=error");
    stage.apply().failed().says("create failed").says("As it was asked to.");
    assert!(stage.instance().is_none());
    let stage = failing("create=none");
    stage
        .apply()
        .failed()
        .says("Create failed without saying why")
        .says("In ApplyResourceChange of probe_thing");
    assert!(stage.instance().is_none());
}

fn a_create_unlike_its_plan_is_tainted() {
    let stage = failing("create=other");
    stage
        .apply()
        .failed()
        .says("Provider produced inconsistent result after apply");
    assert!(stage.is_tainted());
}

fn a_panic_after_a_checkpoint_loses_nothing() {
    let mut stage = failing("create=checkpoint+panic");
    stage
        .apply()
        .failed()
        .says("The provider panicked in create: boom after the checkpoint");
    assert!(stage.is_tainted());
    assert_eq!(stage.attribute("id"), "id-one");
    assert_eq!(stage.attribute("label"), "checkpoint", "the last checkpoint counts");
    stage.mode("");
    stage.terraform(&["untaint", "probe_thing.t"]).ok();
    stage.plan().ok().says("No changes");
}

fn nothing_after_a_checkpoint_keeps_the_checkpoint() {
    let stage = failing("create=checkpoint+unknown+none");
    let run = stage.apply().failed().says("Create failed without saying why");
    run.never_says("Provider returned invalid result object");
    assert_eq!(stage.attribute("id"), "id-one");
    assert!(stage.attribute("label").is_null());
}

fn a_panic_without_a_checkpoint_is_told() {
    let stage = failing("create=panic");
    let run = stage
        .apply()
        .failed()
        .says("The provider panicked in create: boom in create");
    run.says("tests/plugin/probe/thing.rs")
        .never_says("Request cancelled")
        .never_says("Stack trace");
    assert!(stage.instance().is_none());
}

fn an_abort_is_told() {
    let stage = failing("create=abort");
    // It leaves its folder, like everything that dies that way; only this test does not mind.
    let run = Run::new(
        stage
            .command(&["apply", "-auto-approve", "-no-color"])
            .output()
            .unwrap(),
    );
    // In Terraform's words, by what it notices first: "Plugin did not respond" or "Request cancelled".
    run.failed().says("Error: ").says("ApplyResourceChange");
}

fn a_failed_update_saves_what_it_returned() {
    let mut stage = changed("update=error+prior");
    stage
        .apply()
        .failed()
        .says("update failed")
        .says("Nothing was changed.");
    assert_eq!(stage.attribute("size"), 1);
    stage.mode("");
    stage.plan().code(2).says("~ size = 1 -> 2");

    let mut stage = changed("update=error+planned");
    stage.apply().failed().says("All was changed.");
    assert_eq!(stage.attribute("size"), 2);
    stage.mode("");
    stage.plan().ok();
}

fn a_failed_update_that_returned_nothing_keeps_the_prior_state() {
    for (mode, message) in [
        ("update=error", "update failed"),
        ("update=none", "Update failed without saying why"),
        ("update=panic", "The provider panicked in update: boom in update"),
    ] {
        let stage = changed(mode);
        stage.apply().failed().says(message);
        assert_eq!(stage.attribute("size"), 1, "{mode}");
        assert!(!stage.is_tainted(), "{mode}");
    }
}

fn a_panic_in_an_update_keeps_its_checkpoint() {
    let stage = changed("update=checkpoint+panic");
    stage.apply().failed().says("boom after the checkpoint");
    assert_eq!(stage.attribute("size"), 7.5);
}

fn a_failed_destroy_keeps_the_resource() {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    for (mode, message) in [
        ("destroy=error", "destroy failed"),
        ("destroy=error+some", "And yet it returns."),
        ("destroy=none", "Destroy failed without saying why"),
        ("destroy=panic", "The provider panicked in destroy: boom in destroy"),
        ("plan_destroy=none", "The plan to destroy failed without saying why"),
        (
            "plan_destroy=panic",
            "The provider panicked in the plan to destroy: boom in plan_destroy",
        ),
    ] {
        stage.mode(mode);
        stage.destroy().failed().says(message);
        assert_eq!(stage.attribute("id"), "id-one", "{mode}");
        assert_eq!(stage.attribute("size"), 1, "{mode}");
        assert!(!stage.is_tainted(), "{mode}");
    }
    stage.mode("destroy=checkpoint+none");
    stage.destroy().failed();
    assert_eq!(stage.attribute("id"), "id-one");
    assert!(
        stage.attribute("size").is_null(),
        "what is left is what the checkpoint says"
    );
    stage.mode("");
    stage.destroy().ok();
    assert!(stage.instance().is_none());
}

fn a_failed_read_keeps_the_resource() {
    let mut stage = Stage::new(THING);
    stage.apply().ok();
    for (mode, message) in [
        ("read=error", "read failed"),
        ("read=none", "Read failed without saying why"),
        ("read=panic", "The provider panicked in read: boom in read"),
    ] {
        stage.mode(mode);
        stage.plan().failed().says(message);
        stage.terraform(&["refresh", "-no-color"]).failed();
        assert_eq!(stage.attribute("id"), "id-one", "{mode}");
    }
}

fn a_failed_plan_says_why() {
    for (mode, message) in [
        ("plan=error", "plan failed"),
        ("plan=none", "Plan failed without saying why"),
        ("plan=panic", "The provider panicked in plan: boom in plan"),
        (
            "plan=attribute",
            "on main.tf line 8, in resource \"probe_thing\" \"t\": 8: size = 1 Too large.",
        ),
        ("validate=none", "Validate failed without saying why"),
        ("validate=panic", "The provider panicked in validate: boom in validate"),
    ] {
        failing(mode).plan().failed().says(message);
    }
}

fn a_failed_configure_says_why() {
    failing("configure=none")
        .plan()
        .failed()
        .says("Configure failed without saying why");
    failing("configure=panic")
        .plan()
        .failed()
        .says("The provider panicked in configure: boom in configure");
    failing("configure=error").plan().failed().says("Cannot be configured");
}

fn warnings_are_shown_with_their_place() {
    let stage = failing("plan=warning,create=warning");
    let run = stage
        .apply()
        .ok()
        .says("Warning: plan warns")
        .says("on main.tf line 7, in resource \"probe_thing\" \"t\"");
    run.says("Warning: create warns").says("Beware.");
}

fn no_backtrace_reaches_the_user() {
    let mut stage = failing("plan=attribute");
    stage.set("RUST_BACKTRACE", "1");
    stage
        .plan()
        .failed()
        .says("Too large.")
        .never_says("tf_provider::")
        .never_says(" 0: ");
    stage.mode("plan=panic");
    stage.plan().failed().says("boom in plan").never_says("core::panicking");
    stage.write("output \"o\" {\n  value = provider::probe::add(1, -1)\n}\n");
    stage
        .plan()
        .failed()
        .says("n must not be negative.")
        .never_says("tf_provider::");
}

fn a_panic_outside_of_handlers_is_a_crash() {
    let stage = failing("process=panic");
    // Terraform has the handshake by then, and shows what follows `panic:` on stderr.
    stage
        .plan()
        .failed()
        .says("Stack trace from the terraform-provider-probe plugin")
        .says("panic: boom in main");
}

fn an_interrupted_create_saves_its_checkpoint() {
    let stage = failing("create=wait");
    let terraform = stage.spawn(&["apply", "-auto-approve", "-no-color"]);
    stage.await_journal("create waits");
    signal("INT", &format!("-{}", terraform.id()));
    let run = Run::new(terraform.wait_with_output().unwrap()).failed();
    run.says("create was interrupted")
        .says("Gracefully shutting down")
        .never_says("Plugin did not respond");
    assert!(stage.journal().contains(&"create was cancelled".to_owned()));
    assert!(stage.is_tainted());
    assert_eq!(stage.attribute("label"), "checkpoint");
    stage.assert_tidy();
}

fn two_interrupts_do_not_kill_the_provider() {
    let stage = failing("create=stubborn");
    let mut terraform = stage.spawn(&["apply", "-auto-approve", "-no-color"]);
    stage.await_journal("create waits");
    let group = format!("-{}", terraform.id());
    signal("INT", &group);
    // The first has been dealt with once Terraform says so; of its output nothing is needed but that it ends.
    poll("the second interrupt ends Terraform", || {
        signal("INT", &group);
        terraform.try_wait().unwrap()
    });
    let output = terraform.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None);
    Run::new(output).never_says("panic");
    stage.assert_tidy();
}
