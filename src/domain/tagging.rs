//! The tags of every part, and what AWS accepts as a tag.

use super::Tags;
use super::limits::{RESERVED_TAG_PREFIX, TAG_KEY_LENGTH, TAG_PUNCTUATION, TAG_VALUE_LENGTH, TAGS_PER_RESOURCE};
use super::name::Ownership;
use super::problem::Invalid;

/// Key of the tag that the console shows as a resource's name.
pub const NAME_KEY: &str = "Name";

/// Tags of a part: the user's, the ownership tags and a `Name`, which the user's own `Name` wins over.
pub fn part_tags(user: &Tags, ownership: &Ownership, name: &str) -> Tags {
    let mut tags = Tags::from([(NAME_KEY.to_owned(), name.to_owned())]);
    tags.extend(user.clone());
    tags.extend(ownership.tags());
    tags
}

/// Checks the user's tags of the environment's parts: each on its own, and that they leave room for ours.
pub fn validate_tags(tags: &Tags) -> Vec<Invalid> {
    let mut found = validate_each(tags);
    for key in [
        Ownership::ENVIRONMENT_KEY,
        Ownership::ACCOUNT_KEY,
        Ownership::REGION_KEY,
    ] {
        if tags.contains_key(key) {
            found.push(Invalid::new(
                format!("Tag {key:?} is the provider's own"),
                "The provider finds the parts of an environment again by this tag. Choose another key.",
            ));
        }
    }
    let ours = 3 + usize::from(!tags.contains_key(NAME_KEY));
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
        assert!(validate_instance_tags(&many(50)).is_empty());
        assert_eq!(validate_instance_tags(&many(51)).len(), 1);
    }

    #[test]
    fn ownership_keys_are_taken() {
        assert_eq!(validate_tags(&tags(&[("isolated:environment", "x")])).len(), 1);
    }
}
