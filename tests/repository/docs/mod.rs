//! The generated pages under `docs/`: the provider's and the resource's, in the form that the Terraform Registry reads.
//!
//! Their source is what the provider tells Terraform (schema and descriptions), the table of changes and the examples, so that
//! nothing is described twice. `make docs` writes them; without `UPDATE_DOCS=1` the same test says where they are stale.

mod page;
mod schema;

use std::env;
use std::fs;

use super::workspace::{assert_none, files, read, root};

#[test]
fn the_generated_pages_are_up_to_date() {
    let update = env::var_os("UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for (name, text) in page::all() {
        let path = root().join(&name);
        if update {
            fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        } else if let Some(difference) = difference(&fs::read_to_string(&path).unwrap_or_default(), &text) {
            stale.push(format!("{name}: {difference}"));
        }
    }
    assert_none("stale pages, `make docs` writes them anew", stale);
}

#[test]
fn the_pages_keep_the_registrys_rules() {
    let mut complaints = Vec::new();
    for page in files("docs")
        .into_iter()
        .filter(|page| !page.name.starts_with("docs/development/"))
    {
        let front: Vec<&str> = page.text.split("\n---\n").next().unwrap_or_default().lines().collect();
        let has = |key: &str| front.iter().any(|line| line.starts_with(&format!("{key}:")));
        let is_index = page.name == "docs/index.md";
        let rules = [
            (page.name.ends_with(".md"), "only Markdown"),
            (page.text.len() < 500_000, "under 500,000 bytes"),
            (front.first() == Some(&"---"), "opens with front matter"),
            (
                has("page_title") && has("description"),
                "page_title and description in the front matter",
            ),
            (
                !has("layout") && !has("sidebar_current"),
                "neither layout nor sidebar_current",
            ),
            (!is_index || !has("subcategory"), "no subcategory in the index"),
        ];
        complaints.extend(
            rules
                .iter()
                .filter(|(kept, _)| !kept)
                .map(|(_, rule)| format!("{}: {rule}", page.name)),
        );
    }
    assert_none("the registry's rules for pages", complaints);
}

/// Permissions that no call of ours is named after: AWS asks for them when a role is handed to it or made for it.
const IMPLIED: [&str; 2] = ["iam:CreateServiceLinkedRole", "iam:PassRole"];

#[test]
fn the_permissions_in_the_guide_are_the_calls_of_the_adapter() {
    let is_action = |word: &&str| {
        let (service, name) = word.split_once(':').unwrap_or_default();
        ["ec2", "iam", "batch", "sts"].contains(&service)
            && name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && name.chars().all(|letter| letter.is_ascii_alphabetic())
    };
    let sources = files("src/cloud/aws");
    let quoted = sources
        .iter()
        .flat_map(|source| source.text.split('"').skip(1).step_by(2));
    let mut called: Vec<&str> = quoted.filter(is_action).chain(IMPLIED).collect();
    called.sort_unstable();
    called.dedup();
    let guide = read("docs/guides/design.md");
    let mut listed: Vec<&str> = guide
        .split(|letter: char| letter.is_whitespace() || letter == '`')
        .filter(is_action)
        .collect();
    listed.sort_unstable();
    listed.dedup();
    let missing = called
        .iter()
        .filter(|action| !listed.contains(action))
        .map(|action| format!("not listed: {action}"));
    let extra = listed
        .iter()
        .filter(|action| !called.contains(action))
        .map(|action| format!("never called: {action}"));
    assert_none("permissions in docs/guides/design.md", missing.chain(extra).collect());
}

#[test]
fn the_links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    let pages = files("docs")
        .into_iter()
        .chain(files("examples"))
        .chain(files("tools"))
        .collect::<Vec<_>>();
    for page in pages.iter().filter(|page| page.name.ends_with(".md")) {
        broken.extend(broken_links(&page.name, &page.text));
    }
    broken.extend(broken_links("README.md", &read("README.md")));
    assert_none("links", broken);
}

fn broken_links(name: &str, text: &str) -> Vec<String> {
    let folder = root().join(name).parent().map(ToOwned::to_owned).unwrap_or_default();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.starts_with("http") && !target.starts_with('#'));
    let missing = relative.filter(|target| !folder.join(target.split('#').next().unwrap_or("")).exists());
    missing.map(|target| format!("{name}: {target}")).collect()
}

/// The first line that differs, with what stands in its place.
fn difference(is: &str, should: &str) -> Option<String> {
    if is == should {
        return None;
    }
    let line = is
        .lines()
        .zip(should.lines())
        .take_while(|(is, should)| is == should)
        .count();
    let at = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    Some(format!(
        "line {}\n    is:     {}\n    should: {}",
        line + 1,
        at(is),
        at(should)
    ))
}

#[test]
fn a_difference_is_shown_with_its_line() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    let shown = difference("a\nb\n", "a\nc\n").unwrap_or_default();
    assert!(
        shown.contains("line 2") && shown.contains("is:     b") && shown.contains("should: c"),
        "{shown}"
    );
    assert!(difference("a\n", "a\nb\n").unwrap_or_default().contains("should: b"));
}
