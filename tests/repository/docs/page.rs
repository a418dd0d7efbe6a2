//! The pages themselves.

use std::fmt::Write;

use terraform_provider_isolated::domain::change;
use terraform_provider_isolated::provider::{environment_schema, provider_schema};
use tf_provider::schema::Block;

use super::super::workspace::read;
use super::schema;

/// Says to the registry's tools, and to people, that editing a page is in vain.
const GENERATED: &str = "<!-- Generated from the schema by `make docs`. -->\n";

/// Every generated page: its path and its text.
pub(super) fn all() -> Vec<(String, String)> {
    vec![
        ("docs/index.md".into(), index(&provider_schema().block)),
        (
            "docs/resources/batch_environment.md".into(),
            resource(&environment_schema().block),
        ),
    ]
}

fn index(block: &Block) -> String {
    let description = &block.description.content;
    let example = example("examples/provider/provider.tf");
    let mut text = front_matter("isolated Provider", None, description);
    let _ = write!(
        text,
        "# isolated Provider\n\n{description}\n\n## Example Usage\n\n{example}\n{GENERATED}"
    );
    text.push_str(&schema::render(block));
    text
}

fn resource(block: &Block) -> String {
    let description = &block.description.content;
    let folder = "examples/resources/isolated_batch_environment";
    let usage = example(&format!("{folder}/resource.tf"));
    let mut text = front_matter("isolated_batch_environment Resource - isolated", Some(""), description);
    let _ = write!(
        text,
        "# isolated_batch_environment (Resource)\n\n{description}\n\n\
         What happens when something fails, changes or disappears is said in [what happens when](../guides/semantics.md).\n\n\
         ## Example Usage\n\n{usage}\n{GENERATED}"
    );
    text.push_str(&schema::render(block));
    text.push_str(&changes());
    let _ = write!(
        text,
        "\n## Import\n\n\
         An environment that this resource made is imported by its name, with `@` and the region if that is not the provider's. \
         What something else made (CloudFormation, CDK, other Terraform resources) is adopted by its VPC and the name of its compute \
         environment; the next apply tags it. Job queues that have no other compute environment are adopted as well: write them into \
         `job_queues`, because a plan deletes what is left out there.\n\n\
         ```shell\n{}```\n\n\
         or, in the configuration:\n\n\
         ```terraform\nimport {{\n  to = isolated_batch_environment.simulation\n  id = \"simulation\"\n}}\n```\n",
        read(&format!("{folder}/import.sh"))
    );
    text
}

/// The table of changes: the one that the plan follows.
fn changes() -> String {
    let mut text = String::from("\n## What a change does\n\n| attribute | a change | why |\n|---|---|---|\n");
    for row in change::TABLE {
        let _ = writeln!(text, "| `{}` | {} | {} |", row.attribute, row.sentence(), row.reason);
    }
    text
}

fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    let subcategory = subcategory
        .map(|name| format!("subcategory: \"{name}\"\n"))
        .unwrap_or_default();
    let first = description.split("\n\n").next().unwrap_or_default();
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {first}\n---\n\n")
}

fn example(path: &str) -> String {
    format!("```terraform\n{}```\n", read(path))
}
