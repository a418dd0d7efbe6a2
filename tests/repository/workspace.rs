//! The files that belong to the repository, wherever it was cloned to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that builds and runs leave behind.
const NOT_OURS: [&str; 5] = ["target", ".git", ".terraform", "__pycache__", "node_modules"];

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One text file.
pub(crate) struct File {
    /// Its path from the root, with `/` between folders.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) text: String,
}

/// Every text file under `folder` (from the root; `""` for all of it), sorted by name.
pub(crate) fn files(folder: &str) -> Vec<File> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let name = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
            Some(File { name, text })
        })
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !NOT_OURS.contains(&entry.file_name().to_string_lossy().as_ref()) {
                collect(&path, into);
            }
        } else {
            into.push(path);
        }
    }
}

/// Text of one file.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs a command in the root and returns whether it succeeded and what it said.
pub(crate) fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Fails with all of `complaints`, if there are any.
pub(crate) fn assert_none(rule: &str, complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}
