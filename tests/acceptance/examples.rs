//! Every example can be planned, and so can every configuration in the documentation.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::foreign::Network;
use crate::stage::Stage;

/// The folders of examples that have configurations, below `examples/`.
const EXAMPLES: [&str; 12] = [
    "custom-roles",
    "endpoint-policies",
    "existing-network",
    "fargate",
    "job-queues",
    "parked",
    "provider",
    "quickstart",
    "resources/isolated_batch_environment",
    "restricted-outbound",
    "single-endpoint-zone",
    "spot",
];

#[test]
fn every_example_is_planned() {
    let mut found = Vec::new();
    folders(&root().join("examples"), &mut found);
    let examples = root().join("examples");
    let names: Vec<&str> = found
        .iter()
        .filter_map(|folder| folder.strip_prefix(&examples).ok()?.to_str())
        .collect();
    assert_eq!(names, EXAMPLES, "the folders with configurations");

    let mut stage = Stage::new();
    let network = Network::with(&stage, &[]);
    stage.set("TF_VAR_vpc_id", network.vpc_id());
    stage.set(
        "TF_VAR_subnet_ids",
        &format!("[{:?}, {:?}]", network.subnet(0), network.subnet(1)),
    );
    for name in EXAMPLES {
        write(&stage, &text_of(name));
        stage.terraform(&["plan", "-no-color"]).succeeded();
    }
}

#[test]
fn the_list_of_examples_names_each_of_them() {
    let list = fs::read_to_string(root().join("examples/README.md")).expect("text");
    for name in EXAMPLES {
        let shown = name.split('/').next().unwrap_or(name);
        assert!(
            list.contains(&format!("[{shown}]({shown})")) || list.contains(&format!("`{shown}/`")),
            "{name}"
        );
    }
}

#[test]
fn the_spot_example_takes_a_launch_template() {
    let mut stage = Stage::new();
    let template = json!({ "LaunchTemplateName": "larger-disk", "LaunchTemplateData": { "EbsOptimized": true } });
    stage.account().meddle("ec2", "create_launch_template", &template);
    stage.set("TF_VAR_launch_template", "larger-disk");
    write(&stage, &text_of("spot"));
    let plan = stage.plan();
    let planned = &plan.after("isolated_batch_environment.spot")["compute_environment"]["launch_template"];
    assert_eq!(planned["name"], "larger-disk");
    assert_eq!(planned["version"], "$Latest");
    assert_eq!(planned["version_number"], 1);
}

#[test]
fn every_configuration_in_the_documentation_is_planned() {
    let mut pages = vec![root().join("README.md")];
    pages_below(&root().join("docs"), &mut pages);
    let mut seen = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("text");
        for block in blocks(&text) {
            let stage = Stage::new();
            write(&stage, block);
            stage.terraform(&["plan", "-no-color"]).succeeded();
            seen.push(page.strip_prefix(root()).expect("a page").display().to_string());
        }
    }
    seen.sort();
    assert_eq!(
        seen,
        ["README.md", "docs/index.md", "docs/resources/batch_environment.md"]
    );
}

/// A configuration, with what it leaves to the reader.
fn write(stage: &Stage, text: &str) {
    if text.contains("required_providers") {
        stage.file("main.tf", text);
    } else if text.contains("provider \"isolated\"") {
        stage.configuration_with_provider(text);
    } else {
        stage.configuration(text);
    }
}

/// The configurations on a page: blocks of Terraform's language that are whole, with a resource or a provider.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    let fences = ["```hcl\n", "```terraform\n"];
    let behind = fences.into_iter().flat_map(|fence| page.split(fence).skip(1));
    behind
        .map(|rest| rest.split("```").next().unwrap_or(rest))
        .filter(|block| block.contains("resource \"") || block.contains("provider \""))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(example: &str) -> String {
    let files = configurations(&root().join("examples").join(example));
    let texts = files.into_iter().map(|file| fs::read_to_string(file).expect("text"));
    texts.collect()
}

/// The folders at and below this one that have configurations, sorted.
fn folders(folder: &Path, into: &mut Vec<PathBuf>) {
    if !configurations(folder).is_empty() {
        into.push(folder.to_owned());
    }
    for inner in entries(folder).into_iter().filter(|path| path.is_dir()) {
        folders(&inner, into);
    }
}

fn pages_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            pages_below(&path, into);
        } else if path.extension().is_some_and(|end| end == "md") {
            into.push(path);
        }
    }
}

fn configurations(folder: &Path) -> Vec<PathBuf> {
    let files = entries(folder).into_iter();
    files
        .filter(|path| path.extension().is_some_and(|end| end == "tf"))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    entries
}
