//! Tags: the user's among those that AWS reports.

use tf_provider::value::Value;

use super::Sight;
use crate::domain::Tags;
use crate::domain::tagging::NAME_KEY;
use crate::provider::attribute::Map;
use crate::provider::environment::model::Environment;
use crate::provider::read;

impl Sight<'_> {
    /// The user's own tags: neither the provider's `default_tags` nor what the provider adds, unless the user set the same key.
    pub(super) fn tags(&self, reference: &Value<Map<String>>) -> Value<Map<String>> {
        let Some(vpc) = &self.observed.vpc else {
            return reference.clone().or(Value::Value(Map::new()));
        };
        let known = read::tags(reference);
        let mut tags = self.visible(&vpc.tags, &known);
        tags.retain(|key, _| !self.default_tags.contains_key(key) || known.contains_key(key));
        read::map(tags)
    }

    /// All tags but those that the provider adds and those to leave alone.
    pub(super) fn tags_all(&self, reference: &Environment) -> Value<Map<String>> {
        match &self.observed.vpc {
            Some(vpc) => read::map(self.visible(&vpc.tags, &self.named(&read::tags(&reference.tags)))),
            None => reference.tags_all.clone().or(Value::Value(Map::new())),
        }
    }

    /// The tags of the instances.
    pub(super) fn instance_tags(&self, reference: &Value<Map<String>>, seen: &Tags) -> Value<Map<String>> {
        read::map(self.visible(seen, &self.named(&read::tags(reference))))
    }

    fn named(&self, tags: &Tags) -> Tags {
        let mut tags = tags.clone();
        tags.extend(self.default_tags.clone());
        tags
    }

    fn visible(&self, tags: &Tags, known: &Tags) -> Tags {
        let ours = self.ownership.tags();
        let shown = tags.iter().filter(|(key, _)| {
            !ours.contains_key(*key)
                && !self.ignored_tags.covers(key)
                && (key.as_str() != NAME_KEY || known.contains_key(NAME_KEY))
        });
        shown.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}
