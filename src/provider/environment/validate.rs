//! What is wrong with a configuration on its own, before anything is known of the account. What is not known yet is not looked at.

use tf_provider::Diagnostics;

use super::model::Environment;
use super::refusal::depends_on_unknown;
use super::spec::{self, Surroundings};
use crate::domain::Tags;
use crate::domain::spec::IgnoredTags;
use crate::provider::attribute::Unknowns;
use crate::provider::diagnostics::plan_error;

/// Adds an error for each value that is wrong.
pub(super) fn validate(config: &Environment, diags: &mut Diagnostics) {
    let unknown = Unknowns::of(config);
    let surroundings = Surroundings {
        region: "",
        default_tags: &Tags::new(),
        ignored_tags: &IgnoredTags::default(),
        kept: None,
    };
    let (_, errors) = spec::of_config(config, surroundings);
    let errors = errors.iter().filter(|error| !depends_on_unknown(error, &unknown));
    diags.errors.extend(errors.map(plan_error));
}
