//! The tags of every part, and what AWS accepts as a tag.

use std::collections::BTreeMap;

use super::Tags;
use super::limits::{RESERVED_TAG_PREFIX, TAG_KEY_LENGTH, TAG_PUNCTUATION, TAG_VALUE_LENGTH, TAGS_PER_RESOURCE};
use super::name::Ownership;
use super::problem::Invalid;

/// What the keys of the ownership tags start with.
const OWN_TAG_PREFIX: &str = "isolated:";

/// Key of the tag that the console shows as a resource's name.
pub const NAME_KEY: &str = "Name";

/// Tags of a part: the user's, the ownership tags and a `Name`, unless the user has one, in whatever case: to IAM they are the same.
pub fn part_tags(user: &Tags, ownership: &Ownership, name: &str) -> Tags {
    let mut tags = user.clone();
    if !has_name(user) {
        tags.insert(NAME_KEY.to_owned(), name.to_owned());
    }
    tags.extend(ownership.tags());
    tags
}

/// Keys that differ in case only, in pairs. The roles carry the tags as well, and IAM refuses such keys as duplicates.
/// Source: IAM API Reference, "CreateRole", `Tags`; message "Tag keys are case insensitive".
fn validate_case(tags: &Tags) -> Vec<Invalid> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for key in tags.keys() {
        if let Some(other) = seen.insert(key.to_lowercase(), key) {
            found.push(Invalid::new(
                format!("Tags {other:?} and {key:?} differ in case only"),
                "The environment's roles carry the tags too, and IAM does not distinguish case in their keys. Remove one of them \
                 (the provider's default_tags count too).",
            ));
        }
    }
    found
}

/// Whether these tags name what they are on, in whatever case: IAM takes `name` and `Name` for the same key.
pub fn has_name(tags: &Tags) -> bool {
    tags.keys().any(|key| key.eq_ignore_ascii_case(NAME_KEY))
}

/// Checks the user's tags of the environment's parts: each on its own, and that they leave room for ours.
pub fn validate_tags(tags: &Tags) -> Vec<Invalid> {
    let mut found = validate_each(tags);
    found.extend(validate_case(tags));
    for key in tags.keys().filter(|key| key.to_lowercase().starts_with(OWN_TAG_PREFIX)) {
        found.push(Invalid::new(
            format!("Tag {key:?} is the provider's own"),
            format!(
                "The provider finds the parts of an environment again by tags that start with {OWN_TAG_PREFIX:?}. Choose another \
                 key."
            ),
        ));
    }
    let ours = 3 + usize::from(!has_name(tags));
    if tags.len() + ours > TAGS_PER_RESOURCE {
        found.push(Invalid::new(
            format!("{} tags are too many", tags.len()),
            format!(
                "A resource takes at most {TAGS_PER_RESOURCE} tags, and the provider adds {ours} of its own to each part. \
                 Leave at most {} (the provider's default_tags count too).",
                TAGS_PER_RESOURCE - ours
            ),
        ));
    }
    found
}

/// Checks the tags of the instances, to which the provider adds none.
pub fn validate_instance_tags(tags: &Tags) -> Vec<Invalid> {
    let mut found = validate_each(tags);
    if tags.len() > TAGS_PER_RESOURCE {
        found.push(Invalid::new(
            format!("{} tags are too many", tags.len()),
            format!("An instance takes at most {TAGS_PER_RESOURCE} tags."),
        ));
    }
    found
}

fn validate_each(tags: &Tags) -> Vec<Invalid> {
    tags.iter()
        .filter_map(|(key, value)| validate_tag(key, value).err())
        .collect()
}

/// Checks one tag against what all services accept.
pub fn validate_tag(key: &str, value: &str) -> Result<(), Invalid> {
    let wrong = |why: String| Err(Invalid::new(format!("Tag {key:?} is not accepted by AWS"), why));
    if key.is_empty() {
        return wrong("Its key is empty. Give it a key, or remove it.".to_owned());
    }
    if key.to_lowercase().starts_with(RESERVED_TAG_PREFIX) {
        return wrong(format!(
            "Keys that start with {RESERVED_TAG_PREFIX:?} are AWS's own. Choose another key."
        ));
    }
    for (what, text, limit) in [("key", key, TAG_KEY_LENGTH), ("value", value, TAG_VALUE_LENGTH)] {
        let length = text.chars().count();
        if length > limit {
            return wrong(format!(
                "Its {what} has {length} characters; at most {limit} are allowed."
            ));
        }
        if let Some(c) = text.chars().find(|c| !is_tag_character(*c)) {
            return wrong(format!(
                "Its {what} contains {c:?}. Letters, digits, spaces and {TAG_PUNCTUATION} are allowed."
            ));
        }
    }
    Ok(())
}

fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || TAG_PUNCTUATION.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ownership() -> Ownership {
        Ownership {
            environment: "simulation".parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        }
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_name_in_any_case_is_the_users() {
        let user = Tags::from([("name".to_owned(), "theirs".to_owned())]);
        let ownership = Ownership {
            environment: "simulation".parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
        };
        assert!(!part_tags(&user, &ownership, "ours").contains_key(NAME_KEY));
    }

    #[test]
    fn the_users_name_wins_and_ownership_cannot_be_overruled() {
        let user = tags(&[("Name", "mine"), (Ownership::REGION_KEY, "elsewhere")]);
        let part = part_tags(&user, &ownership(), "simulation");
        assert_eq!(part["Name"], "mine");
        assert_eq!(part[Ownership::REGION_KEY], "us-east-1");
        assert_eq!(
            part_tags(&Tags::new(), &ownership(), "simulation")["Name"],
            "simulation"
        );
    }

    #[test]
    fn keys_that_differ_in_case_only_are_refused() {
        let found = validate_tags(&tags(&[("Team", "a"), ("team", "b"), ("teams", "c")]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].summary, "Tags \"Team\" and \"team\" differ in case only");
        assert!(found[0].detail.contains("IAM does not distinguish case"));
        assert_eq!(validate_tags(&tags(&[("Name", "a"), ("name", "b")])).len(), 1);
        assert!(validate_instance_tags(&tags(&[("Team", "a"), ("team", "b")])).is_empty());
    }

    #[test]
    fn tags_that_aws_refuses_are_refused() {
        assert!(validate_tag("team", "simulations of 日本 @ 5+5=10").is_ok());
        assert!(validate_tag("", "x").is_err());
        assert!(validate_tag("AWS:x", "x").is_err());
        assert!(validate_tag("a;b", "x").is_err());
        assert!(validate_tag("a", &"x".repeat(257)).is_err());
        assert!(validate_tag(&"k".repeat(129), "x").is_err());
    }

    #[test]
    fn ours_count_towards_the_limit() {
        let many = |count: usize| (0..count).map(|i| (format!("k{i}"), String::new())).collect::<Tags>();
        assert!(validate_tags(&many(46)).is_empty());
        assert_eq!(validate_tags(&many(47)).len(), 1);
        let mut named = many(46);
        named.insert("name".to_owned(), String::new());
        assert!(validate_tags(&named).is_empty());
        assert!(validate_instance_tags(&many(50)).is_empty());
        assert_eq!(validate_instance_tags(&many(51)).len(), 1);
    }

    #[test]
    fn ownership_keys_are_taken() {
        for key in ["isolated:environment", "Isolated:Region"] {
            assert_eq!(validate_tags(&tags(&[(key, "x")])).len(), 1, "{key}");
        }
    }
}
