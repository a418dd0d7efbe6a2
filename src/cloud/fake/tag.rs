//! Rules of EC2's tags.

use std::collections::BTreeSet;

use super::refusal::{Answer, Refusal};
use super::world::{Moment, World, known_mut};
use crate::domain::Tags;
use crate::domain::limits::RESERVED_TAG_PREFIX;

impl World {
    pub(super) fn tag(&mut self, at: &Moment<'_>, ids: &BTreeSet<String>, tags: &Tags) -> Answer<()> {
        if let Some(key) = tags.keys().find(|key| key.starts_with(RESERVED_TAG_PREFIX)) {
            let message =
                format!("Value ( {key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved");
            return Err(Refusal::invalid("InvalidParameterValue", message));
        }
        for id in ids {
            self.tags_of(at, id)?.extend(tags.clone());
        }
        Ok(())
    }

    pub(super) fn untag(&mut self, at: &Moment<'_>, ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> Answer<()> {
        for id in ids {
            self.tags_of(at, id)?.retain(|key, _| !keys.contains(key));
        }
        Ok(())
    }

    fn tags_of(&mut self, at: &Moment<'_>, id: &str) -> Answer<&mut Tags> {
        match id.split('-').next() {
            Some("vpc") => Ok(&mut known_mut(&mut self.vpcs, id, at)?.thing.tags),
            Some("subnet") => Ok(&mut known_mut(&mut self.subnets, id, at)?.thing.tags),
            Some("rtb") => Ok(&mut known_mut(&mut self.route_tables, id, at)?.thing.tags),
            Some("sg") => Ok(&mut known_mut(&mut self.security_groups, id, at)?.thing.tags),
            Some("vpce") => Ok(&mut known_mut(&mut self.endpoints, id, at)?.thing.endpoint.tags),
            _ => Err(Refusal::unknown_id(id)),
        }
    }
}
