//! The examples' form; that each can be planned is an acceptance test.

use super::workspace::run;

#[test]
fn the_examples_are_formatted() {
    let (formatted, said) = run("terraform", &["fmt", "-check", "-recursive", "-diff", "examples"]);
    assert!(formatted, "terraform fmt -recursive examples:\n{said}");
}
