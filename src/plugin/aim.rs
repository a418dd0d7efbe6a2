//! Where a diagnostic points.
//!
//! Terraform finds the source line of an attribute path through blocks, then one attribute, then at most one index; of
//! anything longer it gives up and shows the head of the whole resource. Yet it does find an object's field if that is
//! asked for as an index (`network["max_azs"]`). So a path into nested attributes is cut to what Terraform can find, and
//! points at the nearest line that is in the configuration.

use tf_provider::schema::{Block, NestedBlock};
use tf_provider::{AttributePath, AttributePathStep, Diagnostics};

/// Makes every path of `diags` one that Terraform can find in a configuration of this schema.
pub(crate) fn aim(diags: &mut Diagnostics, block: &Block) {
    for diagnostic in diags.errors.iter_mut().chain(&mut diags.warnings) {
        let path = std::mem::take(&mut diagnostic.attribute);
        diagnostic.attribute = aimed(path, block);
    }
}

fn aimed(path: AttributePath, mut block: &Block) -> AttributePath {
    let mut aimed = AttributePath::root();
    let mut steps = path.steps.into_iter();
    while let Some(step) = steps.next() {
        let inner = match &step {
            AttributePathStep::Attribute(name) => block.blocks.get(&**name),
            _ => None,
        };
        aimed.add_step(step);
        match inner {
            Some(NestedBlock::Single(inner) | NestedBlock::Group(inner)) => block = inner,
            Some(
                NestedBlock::List(inner)
                | NestedBlock::Set(inner)
                | NestedBlock::Map(inner)
                | NestedBlock::Optional(inner),
            ) => {
                aimed.steps.extend(steps.next());
                block = inner;
            }
            // An attribute, with one step into its value.
            None => {
                aimed.steps.extend(steps.next().map(|step| match step {
                    AttributePathStep::Attribute(field) => AttributePathStep::Key(field),
                    index => index,
                }));
                break;
            }
        }
    }
    aimed
}

#[cfg(test)]
mod tests {
    use super::*;
    use tf_provider::map;

    fn aimed(path: AttributePath) -> String {
        let inner = || Block {
            blocks: map! { "inner" => NestedBlock::Single(Block::default()) },
            ..Block::default()
        };
        let blocks = map! { "list" => NestedBlock::List(inner()), "group" => NestedBlock::Group(inner()) };
        super::aimed(
            path,
            &Block {
                blocks,
                ..Block::default()
            },
        )
        .to_string()
    }

    #[test]
    fn paths_through_blocks_stay() {
        let path = AttributePath::new("list").index(1).attribute("inner").attribute("a");
        assert_eq!(aimed(path.clone()), path.to_string());
        assert_eq!(aimed(AttributePath::new("group").attribute("inner")), "group.inner");
        assert_eq!(aimed(AttributePath::root()), "");
    }

    #[test]
    fn paths_into_nested_attributes_end_at_the_first_field() {
        let network = || AttributePath::new("network");
        assert_eq!(aimed(network()), "network");
        assert_eq!(aimed(network().attribute("max_azs")), "network[\"max_azs\"]");
        assert_eq!(
            aimed(network().attribute("subnets").key("a").attribute("id")),
            "network[\"subnets\"]"
        );
        assert_eq!(
            aimed(AttributePath::new("queues").key("q").attribute("priority")),
            "queues[\"q\"]"
        );
        let path = AttributePath::new("list")
            .index(0)
            .attribute("object")
            .attribute("field");
        assert_eq!(aimed(path), "list[0].object[\"field\"]");
    }
}
