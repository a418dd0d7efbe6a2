//! Tags: the user's among those that AWS reports.

use tf_provider::value::Value;

use super::Sight;
use crate::domain::Tags;
use crate::domain::tagging::{NAME_KEY, has_name};
use crate::provider::attribute::Map;
use crate::provider::environment::model::Environment;
use crate::provider::read;

impl Sight<'_> {
    /// The user's own tags: neither the provider's `default_tags` nor what the provider adds, unless the user set the same key.
    pub(super) fn tags(&self, reference: &Value<Map<String>>) -> Value<Map<String>> {
        let Some(carried) = self.carried() else {
            return reference.clone().or(Value::Value(Map::new()));
        };
        let known = read::tags(reference);
        let mut tags = self.visible(carried, &self.named(&known));
        tags.retain(|key, _| !self.default_tags.contains_key(key) || known.contains_key(key));
        read::map(tags)
    }

    /// All tags but those that the provider adds and those to leave alone.
    pub(super) fn tags_all(&self, reference: &Environment) -> Value<Map<String>> {
        match self.carried() {
            Some(carried) => read::map(self.visible(carried, &self.named(&read::tags(&reference.tags)))),
            None => reference.tags_all.clone().or(Value::Value(Map::new())),
        }
    }

    /// What the environment's parts carry: its VPC, or, in an existing network, its security group or its compute environment.
    fn carried(&self) -> Option<&Tags> {
        if !self.observed.existing_network {
            return self.observed.vpc.as_ref().map(|vpc| &vpc.tags);
        }
        let group = self.own_group().map(|group| &group.tags);
        let compute = self.current();
        group.or_else(|| compute.map(|environment| &environment.tags))
    }

    /// The tags of the instances, to which the provider adds none of its own, a `Name` neither.
    pub(super) fn instance_tags(&self, reference: &Value<Map<String>>, seen: &Tags) -> Value<Map<String>> {
        let known = read::tags(reference);
        let mut tags = seen.clone();
        tags.retain(|key, _| known.contains_key(key) || !self.ignored_tags.covers(key));
        read::map(tags)
    }

    fn named(&self, tags: &Tags) -> Tags {
        let mut tags = tags.clone();
        tags.extend(self.default_tags.clone());
        tags
    }

    fn visible(&self, tags: &Tags, known: &Tags) -> Tags {
        let ours = self.ownership.tags();
        // As in `part_tags`: a name of the user's own, in whatever case, leaves no room for ours.
        let name_is_the_users = has_name(known);
        let shown = tags.iter().filter(|(key, _)| {
            !ours.contains_key(*key)
                // What the user sets is the user's, even if others' tags of that kind are ignored.
                && (known.contains_key(*key) || !self.ignored_tags.covers(key))
                && (key.as_str() != NAME_KEY || name_is_the_users)
        });
        shown.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::Ownership;
    use crate::domain::observed::{Observed, Vpc};
    use crate::domain::spec::IgnoredTags;
    use crate::domain::tagging::part_tags;
    use crate::provider::environment::facts::RegionFacts;
    use crate::provider::environment::state::Place;

    /// What `tags` and `tags_all` show of a VPC that has the tags of the user, those of `default_tags`, ours and `added`.
    fn shown(user: &[(&str, &str)], default: &[(&str, &str)], added: &[(&str, &str)]) -> (Tags, Tags) {
        let of = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let ownership = Ownership {
            environment: "simulation".parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
        };
        let default_tags = of(default);
        let mut all = default_tags.clone();
        all.extend(of(user));
        let mut tags = part_tags(&all, &ownership, "simulation");
        tags.extend(of(added));
        let observed = Observed {
            vpc: Some(Vpc { tags, ..Vpc::default() }),
            ..Observed::default()
        };
        let reference = Environment {
            tags: read::map(of(user)),
            ..Environment::default()
        };
        let sight = Sight {
            observed: &observed,
            ownership: &ownership,
            reference: &reference,
            place: Place {
                partition: "aws",
                facts: &RegionFacts::default(),
            },
            drift: Vec::new(),
            serving: None,
            default_tags: &default_tags,
            ignored_tags: &IgnoredTags::default(),
        };
        let tags = read::tags(&sight.tags(&reference.tags));
        (tags, read::tags(&sight.tags_all(&reference)))
    }

    #[test]
    fn our_name_is_hidden_and_the_users_is_not() {
        let one = |key: &str| Tags::from([(key.to_owned(), "x".to_owned())]);
        assert_eq!(shown(&[], &[], &[]), (Tags::new(), Tags::new()));
        for key in ["Name", "name"] {
            assert_eq!(shown(&[(key, "x")], &[], &[]), (one(key), one(key)));
            assert_eq!(shown(&[], &[(key, "x")], &[]), (Tags::new(), one(key)));
        }
    }

    #[test]
    fn a_name_beside_the_users_own_is_not_ours() {
        let (tags, all) = shown(&[("name", "x")], &[], &[("Name", "somebody's")]);
        assert_eq!(tags["Name"], "somebody's");
        assert_eq!(all, tags);
        let (tags, _) = shown(&[], &[("name", "x")], &[("Name", "somebody's")]);
        assert_eq!(tags["Name"], "somebody's");
    }

    #[test]
    fn a_name_of_instances_is_always_the_users() {
        let seen = Tags::from([("Name", "render"), ("owner", "ops")].map(|(k, v)| (k.to_owned(), v.to_owned())));
        let sight = Sight {
            observed: &Observed::default(),
            ownership: &Ownership {
                environment: "simulation".parse().unwrap(),
                account_id: String::new(),
                region: String::new(),
            },
            reference: &Environment::default(),
            place: Place {
                partition: "aws",
                facts: &RegionFacts::default(),
            },
            drift: Vec::new(),
            serving: None,
            default_tags: &Tags::new(),
            ignored_tags: &IgnoredTags {
                keys: ["owner".to_owned()].into(),
                ..IgnoredTags::default()
            },
        };
        let shown = |reference: &Tags| read::tags(&sight.instance_tags(&read::map(reference.clone()), &seen));
        assert_eq!(
            shown(&Tags::new()),
            Tags::from([("Name".to_owned(), "render".to_owned())])
        );
        assert_eq!(shown(&seen), seen, "what the user sets is the user's");
    }
}
