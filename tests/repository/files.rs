//! The shape of the files: their length, their opening, and what must not be in them.

use std::env;

use super::workspace::{assert_none, files};

/// A file that is longer tells more than one story.
const LONGEST: usize = 450;

#[test]
fn no_source_file_is_too_long() {
    let sources = files("")
        .into_iter()
        .filter(|file| file.name.ends_with(".rs") || file.name.ends_with(".py"));
    let long = sources
        .map(|file| (file.text.lines().count(), file.name))
        .filter(|(lines, _)| *lines > LONGEST);
    assert_none(
        "at most 450 lines a file",
        long.map(|(lines, name)| format!("{name}: {lines} lines")).collect(),
    );
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    let silent = files("src").into_iter().chain(files("tests")).filter(|file| {
        file.name.ends_with(".rs")
            && !(file.name.starts_with("src/") && file.name.contains("/tests"))
            && !file.text.starts_with("//! ")
    });
    assert_none(
        "a file opens with its story (//!)",
        silent.map(|file| file.name).collect(),
    );
    let layers = files("src")
        .into_iter()
        .filter(|file| file.name.ends_with("/mod.rs") && file.name.split('/').count() == 3);
    let short = layers.filter(|file| file.text.lines().take_while(|line| line.starts_with("//!")).count() < 3);
    assert_none(
        "a layer's mod.rs tells the layer's story",
        short.map(|file| file.name).collect(),
    );
}

#[test]
fn nothing_is_left_undone_and_no_path_of_one_machine_is_written_down() {
    let undone = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|word| word.concat());
    let mut places = vec![env!("CARGO_MANIFEST_DIR").to_owned()];
    if let Ok(home) = env::var("HOME") {
        places.push(format!("{}/", home.trim_end_matches('/')));
    }
    let mut complaints = Vec::new();
    for file in files("") {
        for (number, line) in file.text.lines().enumerate() {
            let words = || line.split(|letter: char| !letter.is_ascii_alphanumeric());
            let found = undone.iter().find(|word| words().any(|other| other == word.as_str()));
            if let Some(found) = found.or_else(|| places.iter().find(|place| line.contains(place.as_str()))) {
                complaints.push(format!("{}:{}: {found}", file.name, number + 1));
            }
        }
    }
    assert_none("finished work, and no machine's own paths", complaints);
}

#[test]
fn what_is_written_ends_with_a_line_end_and_has_no_trailing_blanks() {
    let text = ["rs", "py", "md", "tf", "toml", "sh", "json"];
    let ours = files("")
        .into_iter()
        .filter(|file| text.iter().any(|end| file.name.ends_with(&format!(".{end}"))));
    let untidy = ours.filter(|file| {
        let blank = |line: &str| line.ends_with([' ', '\t']) && !file.name.ends_with(".md");
        !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.lines().any(blank))
    });
    assert_none("tidy ends", untidy.map(|file| file.name).collect());
}
