//! Which part of a value does not fit the provider's type?
//!
//! serde cannot tell: `tf_provider::value::Value` is an untagged enum, and of one that does not match, serde says only
//! that. So it is found by trial: the part that makes the whole decode once it is null (or unknown) holds the trouble,
//! and the same question is asked inside that part. It costs a decode per attribute, and only after one has failed.

use tf_provider::AttributePath;

use super::shape::Shape;
use super::tree::Tree;

/// The smallest part of `root` that `accepts` chokes on, and what kind of value it is.
pub(super) fn find(root: &Tree, shape: &Shape, accepts: &dyn Fn(&Tree) -> bool) -> (AttributePath, &'static str) {
    let mut path = AttributePath::root();
    let mut indices = Vec::new();
    let mut shape = shape;
    let mut root = root.clone();
    loop {
        let here = node(&mut root, &indices);
        let kind = here.kind();
        let children = children(here);
        let guilty = (0..children).find(|&index| {
            let child = [indices.as_slice(), &[index]].concat();
            [Tree::Null, Tree::Unknown].into_iter().any(|stand_in| {
                let original = std::mem::replace(node(&mut root, &child), stand_in);
                let fits = accepts(&root);
                *node(&mut root, &child) = original;
                fits
            })
        });
        let Some(index) = guilty else { return (path, kind) };
        let Some((step, below)) = shape.step(node(&mut root, &indices), index) else {
            return (path, kind);
        };
        path.add_step(step);
        indices.push(index);
        shape = below;
    }
}

fn children(tree: &Tree) -> usize {
    match tree {
        Tree::List(items) => items.len(),
        Tree::Map(entries) => entries.len(),
        _ => 0,
    }
}

fn node<'a>(root: &'a mut Tree, indices: &[usize]) -> &'a mut Tree {
    indices.iter().fold(root, |tree, &index| match tree {
        Tree::List(items) => &mut items[index],
        Tree::Map(entries) => &mut entries[index].1,
        leaf => leaf,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;
    use tf_provider::value::Value;

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Leaf {
        count: Value<i64>,
        name: Value<String>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Root {
        list: Value<Vec<Value<Leaf>>>,
        map: Value<BTreeMap<String, Value<bool>>>,
    }

    fn shape() -> Shape {
        let leaf = Shape::Object([("count".into(), Shape::Number), ("name".into(), Shape::Plain)].into());
        let list = Shape::List(Box::new(leaf));
        Shape::Object(
            [
                ("list".into(), list),
                ("map".into(), Shape::Map(Box::new(Shape::Plain))),
            ]
            .into(),
        )
    }

    fn leaf(count: Tree) -> Tree {
        Tree::Map(vec![("count".into(), count), ("name".into(), Tree::Text("n".into()))])
    }

    fn blame(list: Vec<Tree>, map: Tree) -> (String, &'static str) {
        let root = Tree::Map(vec![("list".into(), Tree::List(list)), ("map".into(), map)]);
        let accepts = |tree: &Tree| rmp_serde::from_slice::<Value<Root>>(&rmp_serde::to_vec(tree).unwrap()).is_ok();
        assert!(!accepts(&root));
        let (path, kind) = find(&root, &shape(), &accepts);
        (path.to_string(), kind)
    }

    #[test]
    fn the_innermost_part_is_blamed() {
        let found = blame(vec![leaf(Tree::Int(1)), leaf(Tree::Float(0.5))], Tree::Null);
        assert_eq!(found, ("list[1].count".into(), "a fractional number"));
    }

    #[test]
    fn map_elements_are_named_by_key() {
        let found = blame(vec![], Tree::Map(vec![("k".into(), Tree::Int(1))]));
        assert_eq!(found, ("map[\"k\"]".into(), "a whole number"));
    }

    #[test]
    fn of_two_culprits_the_part_that_holds_both_is_blamed() {
        let found = blame(vec![leaf(Tree::Bool(true)), leaf(Tree::Bool(true))], Tree::Null);
        assert_eq!(found, ("list".into(), "a list"));
    }
}
