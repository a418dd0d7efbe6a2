//! Every example can be planned.

use std::fs;
use std::path::{Path, PathBuf};

use crate::foreign::Network;
use crate::stage::Stage;

#[test]
fn every_example_is_planned() {
    let mut stage = Stage::new();
    let network = Network::with(&stage, &[]);
    stage.set("TF_VAR_vpc_id", network.vpc_id());
    stage.set(
        "TF_VAR_subnet_ids",
        &format!("[{:?}, {:?}]", network.subnet(0), network.subnet(1)),
    );
    let mut planned = 0;
    for folder in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")) {
        let text: String = configurations(&folder)
            .into_iter()
            .map(|file| fs::read_to_string(file).expect("text"))
            .collect();
        if text.is_empty() {
            continue;
        }
        if text.contains("required_providers") {
            stage.file("main.tf", &text);
        } else {
            stage.configuration(&text);
        }
        stage.terraform(&["plan", "-no-color"]).succeeded();
        planned += 1;
    }
    assert!(planned >= 7, "only {planned} examples were found");
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let inner = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir());
    let mut folders: Vec<PathBuf> = inner.flat_map(|path| folders(&path)).collect();
    folders.push(folder.to_owned());
    folders
}

fn configurations(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "tf"))
        .collect()
}
