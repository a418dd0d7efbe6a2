//! Values of the configuration, one by one: read, and what is wrong with each.

use std::collections::BTreeMap;
use std::str::FromStr;

use tf_provider::value::Value;

use crate::domain::Tags;
use crate::domain::batch;
use crate::domain::endpoint::policy::{validate_document, validate_organization_id};
use crate::domain::endpoint::services::{check_organization, repetitions, validate_service_name};
use crate::domain::firewall::text::{validate_group_description, validate_group_name};
use crate::domain::firewall::{self, Rule, RuleInput};
use crate::domain::name::validate_region;
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::{EndpointsSpec, NetworkSpec, SecurityGroupSpec};
use crate::provider::attribute::{List, Map, Unknowns};
use crate::provider::environment::model::{Endpoints, Environment, IngressRule, SecurityGroup};
use crate::provider::environment::timeouts::{self, OPERATIONS};
use crate::provider::number::Number;
use crate::provider::read::{number, object, objects, tags, text, texts};

/// Reads values and collects what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    /// What is wrong so far.
    pub(super) errors: Vec<PlanError>,
}

impl Reader {
    pub(super) fn note<T>(&mut self, attribute: &str, result: Result<T, Invalid>) -> Option<T> {
        result.map_err(|invalid| self.errors.push(invalid.at(attribute))).ok()
    }

    pub(super) fn parse<T: FromStr<Err = Invalid>>(&mut self, attribute: &str, value: &Value<String>) -> Option<T> {
        let text = text(value)?;
        self.note(attribute, text.parse())
    }

    pub(super) fn region(&mut self, value: &Value<String>) {
        if let Some(region) = text(value) {
            self.note("region", validate_region(&region));
        }
    }

    pub(super) fn timeouts(&mut self, config: &Environment) {
        let values = object(&config.timeouts);
        for (attribute, operation, default) in OPERATIONS {
            if let Some(text) = text(timeouts::value(&values, operation))
                && let Err(why) = timeouts::parse(&text)
            {
                let detail = format!(
                    "{why} Give a duration such as \"90s\", \"45m\" or \"1h30m\"; the default is \"{default}\"."
                );
                let invalid = Invalid::new(format!("{text:?} is not a timeout"), detail);
                self.errors.push(invalid.at(format!("timeouts.{attribute}")));
            }
        }
    }

    pub(super) fn zones(&mut self, attribute: &str, value: &Value<List<String>>) -> Option<Vec<String>> {
        let zones = self.words(attribute, value)?;
        if zones.is_empty() && value.iter().all(Vec::is_empty) {
            let invalid = Invalid::new(
                "No zones",
                "Name at least one Availability Zone, or leave the attribute out for the default.",
            );
            self.errors.push(invalid.at(attribute));
        }
        for (index, zone) in zones.iter().enumerate() {
            if zones[..index].contains(zone) {
                let invalid = Invalid::new(format!("{zone:?} is given twice"), "Remove one of the two.");
                self.errors.push(invalid.at(format!("{attribute}[{index}]")));
            }
        }
        Some(zones).filter(|zones| !zones.is_empty())
    }

    pub(super) fn endpoints(&mut self, config: &Endpoints) -> EndpointsSpec {
        let services = self.words("endpoints.additional_services", &config.additional_services);
        let services = services.unwrap_or_default();
        for (index, service) in services.iter().enumerate() {
            let attribute = format!("endpoints.additional_services[{index}]");
            self.note(&attribute, validate_service_name(service));
        }
        // Only then an index in the one list is one in the other.
        if services.len() == config.additional_services.iter().flatten().count() {
            self.errors.extend(repetitions(&services));
        }
        let spec = EndpointsSpec {
            cloudwatch_logs: config.cloudwatch_logs.unwrap_or(true),
            additional_services: services,
            private_dns_enabled: config.private_dns_enabled.unwrap_or(true),
            availability_zones: self.zones("endpoints.availability_zones", &config.availability_zones),
            policy: self.parse("endpoints.policy", &config.policy).unwrap_or_default(),
            organization_id: text(&config.organization_id).inspect(|id| {
                self.note("endpoints.organization_id", validate_organization_id(id));
            }),
            policies: self.policies(&config.policies),
            enabled: config.enabled.unwrap_or(true),
        };
        self.errors.extend(check_organization(&spec).err());
        spec
    }

    /// Policies by service. One that is not known yet is left out.
    fn policies(&mut self, value: &Value<Map<String>>) -> BTreeMap<String, String> {
        let mut policies = BTreeMap::new();
        for (service, document) in value.iter().flatten() {
            let attribute = format!("endpoints.policies[{service:?}]");
            self.note(&attribute, validate_service_name(service));
            match document {
                Value::Value(document) => {
                    self.note(&attribute, validate_document(document));
                    policies.insert(service.clone(), document.clone());
                }
                Value::Null => {
                    let invalid = Invalid::new(
                        format!("The policy for {service:?} is null"),
                        "Write a policy document, or remove the entry to have what endpoints.policy says.",
                    );
                    self.errors.push(invalid.at(attribute));
                }
                Value::Unknown => {}
            }
        }
        policies
    }

    pub(super) fn security_group(&mut self, config: &SecurityGroup, network: &NetworkSpec) -> SecurityGroupSpec {
        let (name, description) = (text(&config.name), text(&config.description));
        if let Some(name) = &name {
            self.note("security_group.name", validate_group_name(name));
        }
        if let Some(description) = &description {
            self.note("security_group.description", validate_group_description(description));
        }
        let additional_ids = self.words("security_group.additional_ids", &config.additional_ids);
        let additional_ids = additional_ids.unwrap_or_default();
        self.errors
            .extend(batch::rules::validate_additional_groups(&additional_ids));
        let ingress_rules = self.rules(&config.ingress_rules);
        // Only then an index in the one list is one in the other.
        if ingress_rules.len() == config.ingress_rules.iter().flatten().count() {
            let blocks = network.own_blocks();
            self.errors.extend(firewall::repetitions(&ingress_rules, &blocks));
        }
        SecurityGroupSpec {
            name,
            description,
            allow_all_outbound: config.allow_all_outbound.unwrap_or(false),
            ingress_rules,
            additional_ids,
        }
    }

    fn rules(&mut self, rules: &Value<List<IngressRule>>) -> Vec<Rule> {
        self.no_nulls("security_group.ingress_rules", rules);
        let read = objects(rules).into_iter().filter_map(|(index, rule)| {
            let path = format!("security_group.ingress_rules[{index}]");
            let input = RuleInput {
                from_port: self.whole(&format!("{path}.from_port"), &rule.from_port),
                to_port: self.whole(&format!("{path}.to_port"), &rule.to_port),
                ..rule_input(&rule)
            };
            let wrong = input.parse();
            let errors = wrong.as_ref().err().into_iter().flatten();
            for (attribute, invalid) in errors.filter(|_| !is_partly_unknown(&rule)) {
                let attribute = if attribute.is_empty() {
                    path.clone()
                } else {
                    format!("{path}.{attribute}")
                };
                self.errors.push(invalid.clone().at(attribute));
            }
            wrong.ok()
        });
        read.collect()
    }

    pub(super) fn whole(&mut self, attribute: &str, value: &Value<Number>) -> Option<i64> {
        let number = value.as_ref_option()?;
        let whole = number
            .get()
            .ok_or_else(|| Invalid::new(format!("{number} is not a whole number"), "Give a whole number here."));
        self.note(attribute, whole)
    }

    /// A whole number; AWS Batch counts in 32 bits.
    pub(super) fn int32_at(&mut self, attribute: &str, value: &Value<Number>) -> Option<i32> {
        let whole = self.whole(attribute, value)?;
        let in_range = i32::try_from(whole).map_err(|_| {
            let detail = format!("Give a whole number from 0 to {}.", i32::MAX);
            Invalid::new(format!("{whole} is out of range"), detail)
        });
        self.note(attribute, in_range)
    }

    pub(super) fn words(&mut self, attribute: &str, value: &Value<List<String>>) -> Option<Vec<String>> {
        self.no_nulls(attribute, value);
        texts(value)
    }

    pub(super) fn no_nulls<T>(&mut self, attribute: &str, value: &Value<List<T>>) {
        for (index, element) in value.iter().flatten().enumerate() {
            if element.is_null() {
                let invalid = Invalid::new("A null element", "Remove it, for example with `compact()`.");
                self.errors.push(invalid.at(format!("{attribute}[{index}]")));
            }
        }
    }

    pub(super) fn tags(&mut self, attribute: &str, value: &Value<Map<String>>) -> Tags {
        for (key, element) in value.iter().flatten() {
            if element.is_null() {
                let invalid = Invalid::new(
                    format!("Tag {key:?} has no value"),
                    "Remove it, or give it the empty value \"\".",
                );
                self.errors.push(invalid.at(format!("{attribute}[{key:?}]")));
            }
        }
        tags(value)
    }
}

fn rule_input(rule: &IngressRule) -> RuleInput {
    RuleInput {
        description: text(&rule.description),
        protocol: text(&rule.protocol),
        from_port: number(&rule.from_port),
        to_port: number(&rule.to_port),
        cidr_block: text(&rule.cidr_block),
        prefix_list_id: text(&rule.prefix_list_id),
        security_group_id: text(&rule.security_group_id),
    }
}

/// The rules of a state or configuration, in AWS's form.
pub(crate) fn rules(value: &Value<List<IngressRule>>) -> Vec<Option<Rule>> {
    let elements = value.iter().flatten();
    elements
        .map(|element| rule_input(element.as_ref_option()?).parse().ok())
        .collect()
}

fn is_partly_unknown(rule: &IngressRule) -> bool {
    !Unknowns::of(rule).is_empty()
}
