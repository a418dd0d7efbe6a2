//! The arrows between the layers, as the crate's documentation draws them:
//!
//! ```text
//! main ─▶ provider ─▶ engine ─▶ cloud (port) ─▶ domain
//!            └──▶ plugin
//! ```
//!
//! A layer may name itself and what it has an arrow to, near or far. `plugin` serves whatever implements tf-provider's traits, so
//! that it names no layer of ours.

use super::workspace::{assert_none, files};

/// What one part of `src` may not name.
struct Layer {
    /// Where its files are; the longest prefix of a file's name decides.
    folder: &'static str,
    /// Our layers that it may name, as `crate::…`.
    uses: &'static [&'static str],
    /// Outside crates and words that it may not name.
    never: &'static [&'static str],
}

const SDK: [&str; 6] = [
    "aws_sdk_",
    "aws_config",
    "aws_smithy_",
    "aws_types",
    "aws_credential_types",
    "aws_runtime",
];

const LAYERS: [Layer; 9] = [
    Layer {
        folder: "src/domain/",
        uses: &["domain"],
        never: &[
            "async",
            "tokio",
            "tf_provider",
            "std::time",
            "rand",
            "std::env",
            "std::fs",
            "std::net::Tcp",
        ],
    },
    Layer {
        folder: "src/cloud/",
        uses: &["cloud", "domain"],
        never: &["tf_provider"],
    },
    Layer {
        folder: "src/cloud/aws/",
        uses: &["cloud", "domain"],
        never: &["tf_provider", "cloud::fake", "engine"],
    },
    Layer {
        folder: "src/cloud/fake/",
        uses: &["cloud", "domain"],
        never: &["tf_provider", "cloud::aws"],
    },
    Layer {
        folder: "src/engine/",
        uses: &["engine", "cloud", "domain"],
        never: &["tf_provider", "cloud::aws"],
    },
    Layer {
        folder: "src/provider/",
        uses: &["provider", "plugin", "engine", "cloud", "domain"],
        never: &[],
    },
    Layer {
        folder: "src/plugin/",
        uses: &["plugin"],
        never: &["aws"],
    },
    Layer {
        folder: "src/lib.rs",
        uses: &[],
        never: &["tf_provider"],
    },
    Layer {
        folder: "src/main.rs",
        uses: &["cloud", "domain", "engine", "provider", "plugin"],
        never: &[],
    },
];

const OURS: [&str; 5] = ["domain", "cloud", "engine", "provider", "plugin"];

#[test]
fn no_layer_names_what_stands_to_its_left() {
    let mut complaints = Vec::new();
    for file in files("src").into_iter().filter(|file| !is_test(&file.name)) {
        let Some(layer) = layer(&file.name) else {
            complaints.push(format!("{}: belongs to no layer", file.name));
            continue;
        };
        for (number, line) in code(&file.text) {
            let ours = OURS
                .iter()
                .find(|ours| names(line, &format!("crate::{ours}")) && !layer.uses.contains(ours));
            let other = layer.never.iter().find(|word| names(line, word));
            let sdk = SDK
                .iter()
                .find(|sdk| line.contains(*sdk) && !file.name.starts_with("src/cloud/aws/"));
            if let Some(word) = ours.or(other).or(sdk) {
                complaints.push(format!("{}:{number}: names {word}: {}", file.name, line.trim()));
            }
        }
    }
    assert_none("arrows between layers only point one way", complaints);
}

#[test]
fn grouped_imports_of_the_crate_hide_no_arrow() {
    let grouped = files("src")
        .into_iter()
        .filter(|file| code(&file.text).any(|(_, line)| line.contains("crate::{")));
    assert_none(
        "write crate::layer::…, one layer a line",
        grouped.map(|file| file.name).collect(),
    );
}

#[test]
fn nothing_reads_the_systems_clock_or_prints() {
    let mut complaints = Vec::new();
    for file in files("src") {
        for (number, line) in code(&file.text) {
            let clock = line.contains("SystemTime::now(") || (line.contains("std::time") && names(line, "Instant"));
            let stdout = ["println!", "print!", "eprintln!", "eprint!", "dbg!"]
                .iter()
                .any(|word| names(line, word));
            // A line of the log carries the time of day; nothing is decided by it.
            let may_read = file.name.starts_with("src/plugin/");
            if (clock && !may_read) || stdout {
                complaints.push(format!("{}:{number}: {}", file.name, line.trim()));
            }
        }
    }
    assert_none(
        "time is injected, and stdout belongs to the plugin protocol's handshake",
        complaints,
    );
}

fn layer(file: &str) -> Option<&'static Layer> {
    let fitting = LAYERS.iter().filter(|layer| file.starts_with(layer.folder));
    fitting.max_by_key(|layer| layer.folder.len())
}

/// Whether a whole file is a module of unit tests.
fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// The numbered lines of a file that are code, up to its tests: a unit test may use any layer.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim().starts_with("//"))
}

/// Whether a line names a path or word, and not just another word that contains it.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        !part(before) && (word.ends_with('_') || !part(after))
    })
}
