//! `compute_environment.launch_template`: the user's words, as long as they still stand for what is there.

use tf_provider::value::Value;

use crate::domain::batch;
use crate::provider::attribute::List;
use crate::provider::environment::model::{LaunchTemplate, LaunchTemplateOverride};
use crate::provider::number::Number;
use crate::provider::read::{list, texts};

use super::in_order_of;

/// The launch template in use.
pub(super) fn seen(reference: &Value<LaunchTemplate>, seen: Option<&batch::LaunchTemplate>) -> Value<LaunchTemplate> {
    let written = reference.as_ref_option().cloned().unwrap_or_default();
    let Some(seen) = seen else {
        // An object of nulls is no template.
        let nothing = written == LaunchTemplate::default();
        return reference.as_ref_option().filter(|_| nothing).cloned().into();
    };
    let (id, name) = key(&written.id, &written.name, &seen.template);
    let (version, version_number) = version(&written.version, &written.version_number, &seen.template);
    Value::Value(LaunchTemplate {
        id,
        name,
        version,
        version_number,
        overrides: overrides(&written.overrides, &seen.overrides),
    })
}

/// Batch may name by id what was named by name, and the reverse: what the user names is shown.
fn key(id: &Value<String>, name: &Value<String>, seen: &batch::TemplateVersion) -> (Value<String>, Value<String>) {
    let by_name = name.is_value() && id.is_null();
    match (&seen.id, &seen.name) {
        (Some(_), Some(name)) if by_name => (Value::Null, Value::Value(name.clone())),
        (Some(id), _) => (Value::Value(id.clone()), Value::Null),
        (None, name) => (Value::Null, name.clone().into()),
    }
}

/// The word for the version, while it stands for the number that is in use.
fn version(
    word: &Value<String>,
    number: &Value<Number>,
    seen: &batch::TemplateVersion,
) -> (Value<String>, Value<Number>) {
    let in_use: Value<Number> = seen.number().map(Number::Whole).into();
    if word.is_value() && in_use.is_value() && (*number == in_use || number.is_null()) {
        return (word.clone(), in_use);
    }
    (seen.version.clone().into(), in_use)
}

/// In the reference's order and words; others behind.
fn overrides(
    written: &Value<List<LaunchTemplateOverride>>,
    seen: &[batch::LaunchTemplateOverride],
) -> Value<List<LaunchTemplateOverride>> {
    let mut left: Vec<&batch::LaunchTemplateOverride> = seen.iter().collect();
    let mut shown = List::new();
    for entry in written.iter().flatten().flatten() {
        let mut types = texts(&entry.target_instance_types).unwrap_or_default();
        types.sort();
        let found = left.iter().position(|other| {
            let mut others = other.target_instance_types.clone();
            others.sort();
            others == types
        });
        if let Some(position) = found {
            shown.push(Value::Value(one(entry, left.remove(position))));
        }
    }
    shown.extend(
        left.into_iter()
            .map(|other| Value::Value(one(&LaunchTemplateOverride::default(), other))),
    );
    Value::Value(shown)
}

fn one(written: &LaunchTemplateOverride, seen: &batch::LaunchTemplateOverride) -> LaunchTemplateOverride {
    let (id, name) = key(&written.id, &written.name, &seen.template);
    let (version, version_number) = version(&written.version, &written.version_number, &seen.template);
    LaunchTemplateOverride {
        id,
        name,
        version,
        version_number,
        target_instance_types: list(in_order_of(
            &written.target_instance_types,
            seen.target_instance_types.iter().cloned(),
        )),
    }
}
