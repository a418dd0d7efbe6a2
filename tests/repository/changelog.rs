//! CHANGELOG.md in the form that HashiCorp's providers use.

use super::workspace::read;

const SECTIONS: [&str; 5] = [
    "BREAKING CHANGES:",
    "NOTES:",
    "FEATURES:",
    "ENHANCEMENTS:",
    "BUG FIXES:",
];

#[test]
fn the_changelog_opens_with_the_version_being_made() {
    let text = read("CHANGELOG.md");
    let version = env!("CARGO_PKG_VERSION");
    let first = text.lines().next().unwrap_or_default();
    assert!(
        first.starts_with(&format!("## {version} (")),
        "CHANGELOG.md opens with {first:?}, and Cargo.toml's version is {version}"
    );
}

#[test]
fn the_changelog_has_versions_sections_in_order_and_items() {
    let mut last_section = 0;
    for (number, line) in read("CHANGELOG.md").lines().enumerate() {
        let place = format!("CHANGELOG.md:{}", number + 1);
        if let Some(heading) = line.strip_prefix("## ") {
            let (version, date) = heading
                .split_once(" (")
                .unwrap_or_else(|| panic!("{place}: no date: {line}"));
            assert_eq!(version.split('.').count(), 3, "{place}: X.Y.Z: {line}");
            assert!(date.ends_with(')'), "{place}: (Month D, YYYY) or (Unreleased): {line}");
            last_section = 0;
        } else if let Some(section) = SECTIONS.iter().position(|section| *section == line) {
            assert!(
                section >= last_section,
                "{place}: sections are in the order {SECTIONS:?}"
            );
            last_section = section;
        } else {
            let item = line.is_empty() || line.starts_with("* ") || line.starts_with("  ");
            assert!(item, "{place}: neither a version, a section nor an item: {line}");
        }
    }
}
