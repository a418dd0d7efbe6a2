//! Launch templates, and which of their versions is meant.
//!
//! `$Latest` and `$Default` are looked up when a plan is made, and the number is what Batch gets: Batch itself looks them up only when
//! instances are exchanged, so that a new version would come into use unseen, some day. Source: AWS Batch User Guide, "Use Amazon
//! EC2 launch templates with AWS Batch".

use std::collections::BTreeMap;

use super::instance_type::{COLLECTIVE, validate_instance_type};
use crate::domain::firewall::input::validate_id;
use crate::domain::limits::{LAUNCH_TEMPLATE_NAME_LENGTH, LAUNCH_TEMPLATE_OVERRIDES};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::suggest;

/// The version of a launch template that names none. Source: AWS Batch API Reference, LaunchTemplateSpecification.
pub const DEFAULT_VERSION: &str = "$Default";
/// The newest version.
pub const LATEST_VERSION: &str = "$Latest";

const ATTRIBUTE: &str = "compute_environment.launch_template";

/// `computeResources.launchTemplate`: in the user's words, or with a number as version, as Batch gets and reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaunchTemplate {
    /// Which one.
    pub template: TemplateVersion,
    /// Others for some instance types.
    pub overrides: Vec<LaunchTemplateOverride>,
}

/// One entry of `computeResources.launchTemplate.overrides`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaunchTemplateOverride {
    /// Which one.
    pub template: TemplateVersion,
    /// Types and families that it is for.
    pub target_instance_types: Vec<String>,
}

/// A version of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateVersion {
    /// `lt-…`; it or the name.
    pub id: Option<String>,
    /// Name; it or the id.
    pub name: Option<String>,
    /// A number, `$Latest` or `$Default`, which is the default.
    pub version: Option<String>,
}

/// The versions of a template that have names, from DescribeLaunchTemplates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateVersions {
    /// `$Default`
    pub default: i64,
    /// `$Latest`
    pub latest: i64,
}

/// Id or name → its versions; `None`: there is no such template.
pub type TemplateFacts = BTreeMap<String, Option<TemplateVersions>>;

impl TemplateVersion {
    /// The id, else the name.
    pub fn key(&self) -> Option<&str> {
        self.id.as_deref().or(self.name.as_deref())
    }

    /// The version's number, if it is one.
    pub fn number(&self) -> Option<i64> {
        self.version.as_deref()?.parse().ok()
    }

    fn resolved(&self, facts: &TemplateFacts) -> Result<Self, Invalid> {
        let key = self.key().unwrap_or_default();
        let fact = facts.get(key);
        if fact == Some(&None) {
            return Err(Invalid::new(
                format!("There is no launch template {key:?}"),
                "Give the id or the name of a launch template of this account and region. Names are case-sensitive.",
            ));
        }
        let fact = fact.copied().flatten();
        let number = match (self.version.as_deref().unwrap_or(DEFAULT_VERSION), fact) {
            (DEFAULT_VERSION, Some(versions)) => versions.default,
            (LATEST_VERSION, Some(versions)) => versions.latest,
            (number, fact) => {
                let number = number.parse().map_err(|_| unknown_version(key, number))?;
                if let Some(latest) = fact.map(|fact| fact.latest).filter(|latest| number > *latest) {
                    let detail =
                        format!("Its latest version is {latest}. Give a version that exists, or {LATEST_VERSION:?}.");
                    return Err(Invalid::new(
                        format!("Launch template {key:?} has no version {number}"),
                        detail,
                    ));
                }
                number
            }
        };
        Ok(Self {
            version: Some(number.to_string()),
            ..self.clone()
        })
    }

    fn errors(&self, at: &str) -> Vec<PlanError> {
        let mut errors = Vec::new();
        let mut note = |field: &str, result: Result<(), Invalid>| {
            if let Err(error) = result {
                let dot = if field.is_empty() { "" } else { "." };
                errors.push(error.at(format!("{at}{dot}{field}")));
            }
        };
        match (&self.id, &self.name) {
            (Some(_), Some(_)) => note(
                "name",
                Err(Invalid::new(
                    "Both id and name of a launch template",
                    "AWS Batch takes one of the two. Remove the name.",
                )),
            ),
            (None, None) => note(
                "",
                Err(Invalid::new(
                    "Neither id nor name of a launch template",
                    "Give one of the two, or leave the launch template out.",
                )),
            ),
            (Some(id), None) => note("id", validate_id("lt", "launch template", id)),
            (None, Some(name)) => note("name", validate_name(name)),
        }
        note("version", self.version.as_deref().map_or(Ok(()), validate_version));
        errors
    }
}

impl LaunchTemplate {
    /// All that it names: itself and its overrides.
    pub fn templates(&self) -> impl Iterator<Item = &TemplateVersion> {
        let overrides = self.overrides.iter().map(|entry| &entry.template);
        [&self.template].into_iter().chain(overrides)
    }

    /// The same with numbers as versions.
    ///
    /// # Errors
    /// A template or version that does not exist, at its attribute.
    pub fn resolved(&self, facts: &TemplateFacts) -> Result<Self, Vec<PlanError>> {
        let mut errors = Vec::new();
        let mut resolve = |template: &TemplateVersion, at: String| {
            let resolved = template.resolved(facts);
            resolved.map_err(|error| errors.push(error.at(at))).unwrap_or_default()
        };
        let resolved = Self {
            template: resolve(&self.template, ATTRIBUTE.to_owned()),
            overrides: self
                .overrides
                .iter()
                .enumerate()
                .map(|(index, entry)| LaunchTemplateOverride {
                    template: resolve(&entry.template, format!("{ATTRIBUTE}.overrides[{index}]")),
                    target_instance_types: entry.target_instance_types.clone(),
                })
                .collect(),
        };
        if errors.is_empty() { Ok(resolved) } else { Err(errors) }
    }

    /// Whether Batch does the same with both: overrides have no order, nor have the types that one is for. What is named by id is
    /// also reported by name at times, and the reverse.
    pub fn is_same(&self, seen: &Self) -> bool {
        let named = |wanted: &TemplateVersion, seen: &TemplateVersion| {
            let agrees = |wanted: &Option<String>, seen: &Option<String>| wanted.is_none() || wanted == seen;
            agrees(&wanted.id, &seen.id) && agrees(&wanted.name, &seen.name) && wanted.version == seen.version
        };
        let types = |entry: &LaunchTemplateOverride| {
            let mut types = entry.target_instance_types.clone();
            types.sort();
            types
        };
        named(&self.template, &seen.template)
            && self.overrides.len() == seen.overrides.len()
            && self.overrides.iter().all(|wanted| {
                let mut others = seen.overrides.iter();
                others.any(|other| named(&wanted.template, &other.template) && types(wanted) == types(other))
            })
    }
}

fn unknown_version(key: &str, version: &str) -> Invalid {
    Invalid::new(
        format!("Version {version} of launch template {key:?} is not known"),
        "Check that the caller may call ec2:DescribeLaunchTemplates, or give the version's number.",
    )
}

/// Checks a name. Source: EC2 API Reference, CreateLaunchTemplate.
fn validate_name(name: &str) -> Result<(), Invalid> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"()./_-".contains(&b);
    if (3..=LAUNCH_TEMPLATE_NAME_LENGTH).contains(&name.len()) && name.bytes().all(is_word) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} cannot be the name of a launch template"),
        format!("Names have 3 to {LAUNCH_TEMPLATE_NAME_LENGTH} letters, digits and characters of ().-/_."),
    ))
}

fn validate_version(version: &str) -> Result<(), Invalid> {
    let is_number = version.parse::<i64>().is_ok_and(|number| number > 0);
    if is_number || [DEFAULT_VERSION, LATEST_VERSION].contains(&version) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{version:?} is not a version of a launch template"),
        format!(
            "Give its number, such as \"3\", {LATEST_VERSION:?} or {DEFAULT_VERSION:?}, which is the default.{}",
            suggest::did_you_mean(version, [DEFAULT_VERSION, LATEST_VERSION])
        ),
    ))
}

/// Everything that is wrong with a launch template for these instance types.
/// Source: AWS Batch API Reference, LaunchTemplateSpecificationOverride.
pub(super) fn check(template: &LaunchTemplate, instance_types: &[String]) -> Vec<PlanError> {
    let mut errors = template.template.errors(ATTRIBUTE);
    let overrides = &template.overrides;
    if overrides.len() > LAUNCH_TEMPLATE_OVERRIDES {
        let detail = format!("AWS Batch takes at most {LAUNCH_TEMPLATE_OVERRIDES}. Remove some.");
        let summary = format!("{} overrides are too many", overrides.len());
        errors.push(Invalid::new(summary, detail).at(format!("{ATTRIBUTE}.overrides")));
    }
    for (index, entry) in overrides.iter().enumerate() {
        let at = format!("{ATTRIBUTE}.overrides[{index}]");
        errors.extend(entry.template.errors(&at));
        if entry.target_instance_types.is_empty() {
            let detail = "Name the instance types or families that it is for.";
            errors.push(Invalid::new("An override for nothing", detail).at(format!("{at}.target_instance_types")));
        }
        let before = overrides[..index].iter().flat_map(|other| &other.target_instance_types);
        let mut before: Vec<&String> = before.collect();
        for (position, target) in entry.target_instance_types.iter().enumerate() {
            if let Err(error) = check_target(target, &before, instance_types) {
                errors.push(error.at(format!("{at}.target_instance_types[{position}]")));
            }
            before.push(target);
        }
    }
    errors
}

fn check_target(target: &str, before: &[&String], instance_types: &[String]) -> Result<(), Invalid> {
    if COLLECTIVE.contains(&target) {
        let detail =
            "An override is for instance types and families by name. Name them, or change the launch template itself.";
        return Err(Invalid::new(format!("{target:?} cannot be overridden"), detail));
    }
    validate_instance_type(target)?;
    if let Some(other) = before
        .iter()
        .find(|other| covers(other, target) || covers(target, other))
    {
        let detail =
            format!("{other:?} is overridden already. Each type can have one override: remove one of the two.");
        return Err(Invalid::new(format!("{target:?} is overridden twice"), detail));
    }
    let by_name = !instance_types.iter().any(|name| COLLECTIVE.contains(&name.as_str()));
    if by_name && !instance_types.iter().any(|name| covers(name, target)) {
        let detail = format!(
            "The instance types are {}. Override some of these.",
            suggest::listed(instance_types)
        );
        return Err(Invalid::new(
            format!("{target:?} is not among the instance types"),
            detail,
        ));
    }
    Ok(())
}

/// Whether a type or family includes a type or family.
fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || narrow.split_once('.').is_some_and(|(family, _)| family == wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(id: Option<&str>, name: Option<&str>, version: Option<&str>) -> TemplateVersion {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        TemplateVersion {
            id: owned(id),
            name: owned(name),
            version: owned(version),
        }
    }

    fn with(overrides: &[&[&str]]) -> LaunchTemplate {
        let entry = |types: &&[&str]| LaunchTemplateOverride {
            template: template(None, Some("other"), Some("1")),
            target_instance_types: types.iter().map(|name| (*name).to_owned()).collect(),
        };
        LaunchTemplate {
            template: template(Some("lt-0123456789abcdef0"), None, None),
            overrides: overrides.iter().map(entry).collect(),
        }
    }

    fn attributes(template: &LaunchTemplate, types: &[&str]) -> Vec<String> {
        let types: Vec<String> = types.iter().map(|name| (*name).to_owned()).collect();
        let errors = check(template, &types).into_iter();
        errors
            .map(|error| error.attribute.trim_start_matches(ATTRIBUTE).to_owned())
            .collect()
    }

    fn facts() -> TemplateFacts {
        let versions = TemplateVersions { default: 2, latest: 5 };
        TemplateFacts::from([("mine".to_owned(), Some(versions)), ("gone".to_owned(), None)])
    }

    #[test]
    fn versions_become_numbers() {
        let number = |name: &str, version: Option<&str>| {
            let resolved = template(None, Some(name), version).resolved(&facts());
            resolved.map(|resolved| resolved.number().unwrap())
        };
        assert_eq!(number("mine", None), Ok(2));
        assert_eq!(number("mine", Some("$Default")), Ok(2));
        assert_eq!(number("mine", Some("$Latest")), Ok(5));
        assert_eq!(number("mine", Some("4")), Ok(4));
        assert!(
            number("mine", Some("6"))
                .unwrap_err()
                .detail
                .contains("latest version is 5")
        );
        assert!(
            number("gone", Some("4"))
                .unwrap_err()
                .summary
                .contains("no launch template")
        );
        // Not asked for: a number speaks for itself.
        assert_eq!(number("unasked", Some("4")), Ok(4));
        assert!(number("unasked", None).is_err());
    }

    #[test]
    fn one_of_id_and_name_and_a_version_that_can_be() {
        let told = |id, name, version| {
            let template = template(id, name, version);
            attributes(
                &LaunchTemplate {
                    template,
                    overrides: Vec::new(),
                },
                &[],
            )
        };
        assert!(told(None, Some("mine"), Some("$Latest")).is_empty());
        assert_eq!(told(None, None, None), [""]);
        assert_eq!(told(Some("lt-1"), Some("mine"), None), [".name"]);
        assert_eq!(told(Some("mine"), None, Some("latest")), [".id", ".version"]);
        assert_eq!(told(None, Some("a b"), Some("0")), [".name", ".version"]);
    }

    #[test]
    fn overrides_are_for_types_that_are_there_once() {
        assert!(attributes(&with(&[&["m5.large"], &["c5"]]), &["m5", "c5"]).is_empty());
        assert!(attributes(&with(&[&["m5.large"]]), &["optimal"]).is_empty());
        assert_eq!(
            attributes(&with(&[&["m5"], &["m5.large", "optimal"], &["r5"], &[]]), &["m5", "c5"]),
            [
                ".overrides[1].target_instance_types[0]",
                ".overrides[1].target_instance_types[1]",
                ".overrides[2].target_instance_types[0]",
                ".overrides[3].target_instance_types"
            ]
        );
        let eleven: Vec<String> = (1..=11).map(|size| format!("m5.{size}xlarge")).collect();
        let eleven: Vec<Vec<&str>> = eleven.iter().map(|name| vec![name.as_str()]).collect();
        let eleven: Vec<&[&str]> = eleven.iter().map(Vec::as_slice).collect();
        assert_eq!(attributes(&with(&eleven), &["m5"]), [".overrides"]);
    }

    #[test]
    fn what_batch_adds_is_no_difference_and_order_is_none() {
        let wanted = with(&[&["m5", "c5"], &["r5"]]);
        let mut seen = with(&[&["r5"], &["c5", "m5"]]);
        seen.template.name = Some("mine".to_owned());
        assert!(wanted.is_same(&seen));
        seen.template.version = Some("2".to_owned());
        assert!(!wanted.is_same(&seen));
        assert!(!wanted.is_same(&with(&[&["m5", "c5"]])));
    }
}
