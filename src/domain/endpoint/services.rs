//! From short names to the services that the region offers.

use std::collections::BTreeSet;

use super::{EndpointKind, PolicyPreset, required};
use crate::domain::batch::ComputeType;
use crate::domain::facts::{EndpointService, Facts};
use crate::domain::name::{short_service_name, validate_region};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::EndpointsSpec;
use crate::domain::suggest;

/// A service that gets an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Short name.
    pub short_name: String,
    /// Full name in the region.
    pub service_name: String,
    /// Kind of endpoint.
    pub kind: EndpointKind,
    /// Zones in which an interface can be placed.
    pub availability_zones: BTreeSet<String>,
    /// Whether it has a private DNS name.
    pub supports_private_dns: bool,
    /// Whether its endpoints can have policies.
    pub supports_policies: bool,
}

impl Service {
    /// Whether a user means this service by a name, be it the short or the full one.
    pub fn is_named(&self, name: &str) -> bool {
        self.short_name == name || self.service_name == name
    }
}

/// The services that an environment gets endpoints for, required ones first, and what is wrong with the rest.
pub fn resolve(compute_type: ComputeType, spec: &EndpointsSpec, facts: &Facts) -> (Vec<Service>, Vec<PlanError>) {
    let mut services: Vec<Service> = Vec::new();
    let mut errors = Vec::new();
    for row in required(compute_type, spec.cloudwatch_logs) {
        match facts
            .endpoint_services_named(row.service)
            .find(|offer| offer.kinds.contains(&row.kind))
        {
            Some(offer) => services.push(service(offer, row.kind, facts)),
            None => errors.push(not_in_region(row.service, row.kind, facts).at("endpoints")),
        }
    }
    let mut asked: Vec<(&str, String)> = Vec::new();
    for (index, name) in spec.additional_services.iter().enumerate() {
        let service = match additional(name, facts) {
            Ok(service) => service,
            Err(error) => {
                errors.push(error.at(at(index)));
                continue;
            }
        };
        if let Some((first, _)) = asked.iter().find(|(_, full)| *full == service.service_name) {
            errors.push(given_twice(first, name).at(at(index)));
        }
        asked.push((name, service.service_name.clone()));
        if services.iter().all(|other| other.service_name != service.service_name) {
            services.push(service);
        }
    }
    errors.extend(policy_errors(spec, &services));
    (services, errors)
}

fn at(index: usize) -> String {
    format!("endpoints.additional_services[{index}]")
}

/// Services that are asked for twice, as far as names alone tell; [`resolve`] finds the others. One that the compute type needs anyway
/// may be asked for, so that a list can serve every type.
pub fn repetitions(names: &[String]) -> Vec<PlanError> {
    let repeated = names.iter().enumerate().filter_map(|(index, name)| {
        let first = names[..index].iter().find(|first| mean_the_same(first, name))?;
        Some(given_twice(first, name).at(at(index)))
    });
    repeated.collect()
}

fn given_twice(first: &str, name: &str) -> Invalid {
    let detail = "An environment has one endpoint for each service. Remove one of the two.";
    if first == name {
        Invalid::new(format!("{name:?} is given twice"), detail)
    } else {
        Invalid::new(format!("{name:?} and {first:?} are the same service"), detail)
    }
}

fn mean_the_same(a: &str, b: &str) -> bool {
    a == b || is_full_name(a, b) || is_full_name(b, a)
}

/// Whether `full` is `short` with the prefix that it has in most regions. In China a short name may stand for either of two services.
fn is_full_name(full: &str, short: &str) -> bool {
    let prefix = full.strip_suffix(short).and_then(|rest| rest.strip_suffix('.'));
    let region = prefix.and_then(|prefix| prefix.strip_prefix("com.amazonaws."));
    region.is_some_and(|region| validate_region(region).is_ok() && !region.starts_with("cn-"))
}

/// Policies of services that have no endpoint, or none that can have a policy.
fn policy_errors(spec: &EndpointsSpec, services: &[Service]) -> Vec<PlanError> {
    let mut errors = Vec::new();
    for (index, name) in spec.policies.keys().enumerate() {
        let invalid = match services.iter().find(|service| service.is_named(name)) {
            None => Invalid::new(
                format!("The environment has no endpoint for {name:?}"),
                format!(
                    "It has endpoints for {}.{} Remove the policy, or add the service to additional_services.",
                    suggest::listed(services.iter().map(|service| &service.short_name)),
                    suggest::did_you_mean(name, services.iter().map(|service| service.short_name.as_str()))
                ),
            ),
            Some(service) if !service.supports_policies => Invalid::new(
                format!("Endpoints for {name:?} cannot have a policy"),
                "AWS PrivateLink offers none for this service, so everything passes. Remove the policy.",
            ),
            Some(service) if spec.policies.keys().take(index).any(|other| service.is_named(other)) => Invalid::new(
                format!("Two policies for {}", service.short_name),
                "One is under the short and one under the full name of the service. Remove one of the two.",
            ),
            Some(_) => continue,
        };
        errors.push(invalid.at(format!("endpoints.policies[{name:?}]")));
    }
    errors.extend(check_organization(spec).err());
    errors
}

/// Checks that a preset has the organization that it names.
pub fn check_organization(spec: &EndpointsSpec) -> Result<(), PlanError> {
    if spec.policy != PolicyPreset::SameOrganization || spec.organization_id.is_some() {
        return Ok(());
    }
    let detail = "Endpoint policies name the organization. Set organization_id to its id, such as \"o-a1b2c3d4e5\".";
    Err(Invalid::new("Which organization is not said", detail).at("endpoints.organization_id"))
}

/// The service that a user asks for. One that is offered as gateway, which is free, gets a gateway.
fn additional(name: &str, facts: &Facts) -> Result<Service, Invalid> {
    validate_service_name(name)?;
    for kind in [EndpointKind::Gateway, EndpointKind::Interface] {
        if let Some(offer) = facts
            .endpoint_services_named(name)
            .find(|offer| offer.kinds.contains(&kind))
        {
            return Ok(service(offer, kind, facts));
        }
    }
    if facts.endpoint_service(name).is_some() {
        return Err(Invalid::new(
            format!("{name:?} can be neither a gateway nor an interface endpoint"),
            "An environment uses these two kinds only. Remove the service.",
        ));
    }
    let short_names = facts
        .endpoint_services
        .keys()
        .map(|full| short_service_name(full, &facts.region));
    let last = name
        .rsplit_once("amazonaws.")
        .and_then(|(_, rest)| rest.split_once('.'))
        .map_or(name, |(_, short)| short);
    Err(Invalid::new(
        format!("{} offers no endpoint service {name:?}", facts.region),
        format!(
            "Give the part of its name behind the region, such as \"secretsmanager\", or the full name.{} The command `aws ec2 \
             describe-vpc-endpoint-services` lists all.",
            suggest::did_you_mean(last, short_names)
        ),
    ))
}

/// Checks the form of a service's name: words of letters, digits, hyphens and underscores, joined by dots.
pub fn validate_service_name(name: &str) -> Result<(), Invalid> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if name.split('.').all(is_word) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} is not the name of an endpoint service"),
        "Give a short name such as \"secretsmanager\" or \"ecr.api\", or a full one such as \
         \"com.amazonaws.ap-northeast-1.secretsmanager\".",
    ))
}

fn service(offer: &EndpointService, kind: EndpointKind, facts: &Facts) -> Service {
    Service {
        short_name: short_service_name(&offer.service_name, &facts.region).to_owned(),
        service_name: offer.service_name.clone(),
        kind,
        availability_zones: offer.availability_zones.clone(),
        supports_private_dns: kind == EndpointKind::Interface && offer.supports_private_dns,
        supports_policies: offer.supports_policies,
    }
}

fn not_in_region(service: &str, kind: EndpointKind, facts: &Facts) -> Invalid {
    Invalid::new(
        format!("{} offers no {kind} endpoint for {service}", facts.region),
        "An isolated environment of this type cannot work without it. Choose another region, or check that the caller may \
         call ec2:DescribeVpcEndpointServices.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;

    fn spec(additional: &[&str]) -> EndpointsSpec {
        EndpointsSpec {
            additional_services: additional.iter().map(|name| (*name).to_owned()).collect(),
            ..fixture::seed().endpoints
        }
    }

    fn names(additional: &[&str], cloudwatch_logs: bool) -> Vec<String> {
        let spec = EndpointsSpec {
            cloudwatch_logs,
            ..spec(additional)
        };
        let (services, errors) = resolve(ComputeType::Ec2, &spec, &fixture::tokyo());
        assert_eq!(errors, []);
        services
            .into_iter()
            .map(|service| format!("{} {}", service.short_name, service.kind))
            .collect()
    }

    #[test]
    fn the_base_set_of_ec2() {
        let base = ["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api"].map(|name| format!("{name} Interface"));
        assert_eq!(names(&[], false)[..5], base);
        assert_eq!(names(&[], false)[5..], ["s3 Gateway"]);
        assert_eq!(names(&[], true)[5..], ["logs Interface", "s3 Gateway"]);
    }

    #[test]
    fn additional_services_are_merged_and_prefer_the_gateway() {
        let asked = [
            "logs",
            "dynamodb",
            "com.amazonaws.ap-northeast-1.ecs",
            "s3",
            "secretsmanager",
        ];
        assert_eq!(
            names(&asked, true)[7..],
            ["dynamodb Gateway", "secretsmanager Interface"]
        );
    }

    #[test]
    fn a_service_is_asked_for_once() {
        let full = "com.amazonaws.ap-northeast-1.ecr.api";
        for asked in [["ssm", "ssm"], ["ecr.api", full], [full, "ecr.api"], [full, full]] {
            let names = asked.map(str::to_owned);
            let (services, errors) = resolve(ComputeType::Ec2, &spec(&asked), &fixture::tokyo());
            assert_eq!(errors, repetitions(&names));
            assert_eq!(errors[0].attribute, "endpoints.additional_services[1]");
            assert!(errors[0].detail.contains("Remove one"), "{errors:?}");
            assert_eq!(services.iter().filter(|service| service.is_named(asked[0])).count(), 1);
        }
        for asked in [
            ["api", full],
            ["ecr.dkr", full],
            ["s3", "com.amazonaws.s3-global.accesspoint"],
            ["s3", "cn.com.amazonaws.cn-north-1.s3"],
        ] {
            assert_eq!(repetitions(&asked.map(str::to_owned)), [], "{asked:?}");
        }
    }

    #[test]
    fn unknown_services_get_a_suggestion() {
        let asked = ["secretmanager", "com.amazonaws.us-east-1.ssm", "a b"];
        let (_, errors) = resolve(ComputeType::Ec2, &spec(&asked), &fixture::tokyo());
        let told: Vec<(&str, bool)> = errors
            .iter()
            .map(|e| (e.attribute.as_str(), e.detail.contains("Did you mean")))
            .collect();
        assert_eq!(
            told,
            [
                ("endpoints.additional_services[0]", true),
                ("endpoints.additional_services[1]", true),
                ("endpoints.additional_services[2]", false),
            ]
        );
    }

    #[test]
    fn a_region_without_a_required_service_is_refused() {
        let mut facts = fixture::tokyo();
        facts
            .endpoint_services
            .remove("com.amazonaws.ap-northeast-1.ecs-telemetry");
        let (services, errors) = resolve(ComputeType::Ec2, &spec(&[]), &facts);
        assert_eq!(services.len(), 5);
        assert!(errors[0].summary.contains("ecs-telemetry"));
    }

    #[test]
    fn china_has_two_prefixes_for_one_short_name() {
        let mut facts = Facts {
            region: "cn-north-1".to_owned(),
            ..Facts::default()
        };
        for (name, kind) in [
            ("cn.com.amazonaws.cn-north-1.s3", EndpointKind::Interface),
            ("com.amazonaws.cn-north-1.s3", EndpointKind::Gateway),
        ] {
            let offer = EndpointService {
                service_name: name.to_owned(),
                kinds: BTreeSet::from([kind]),
                ..EndpointService::default()
            };
            facts.endpoint_services.insert(name.to_owned(), offer);
        }
        assert_eq!(
            additional("s3", &facts).unwrap().service_name,
            "com.amazonaws.cn-north-1.s3"
        );
    }

    /// Facts of a region by full name, kinds as they are offered there.
    fn region(partition: &str, region: &str, offers: &[(&str, EndpointKind)]) -> Facts {
        let offer = |(name, kind): &(&str, EndpointKind)| {
            let offer = EndpointService {
                service_name: (*name).to_owned(),
                kinds: BTreeSet::from([*kind]),
                supports_policies: true,
                ..EndpointService::default()
            };
            ((*name).to_owned(), offer)
        };
        Facts {
            partition: partition.to_owned(),
            region: region.to_owned(),
            endpoint_services: offers.iter().map(offer).collect(),
            ..Facts::default()
        }
    }

    #[test]
    fn names_of_other_partitions_are_found_by_their_end() {
        use EndpointKind::{Gateway, Interface};
        let china = region(
            "aws-cn",
            "cn-north-1",
            &[
                ("cn.com.amazonaws.cn-north-1.ecr.api", Interface),
                ("com.amazonaws.cn-north-1.secretsmanager", Interface),
                ("com.amazonaws.cn-north-1.dynamodb", Gateway),
            ],
        );
        for (asked, found) in [
            ("ecr.api", "cn.com.amazonaws.cn-north-1.ecr.api"),
            (
                "cn.com.amazonaws.cn-north-1.ecr.api",
                "cn.com.amazonaws.cn-north-1.ecr.api",
            ),
            ("secretsmanager", "com.amazonaws.cn-north-1.secretsmanager"),
            ("dynamodb", "com.amazonaws.cn-north-1.dynamodb"),
        ] {
            assert_eq!(additional(asked, &china).unwrap().service_name, found);
        }
        let wrong = additional("com.amazonaws.cn-north-1.ecr.api", &china).unwrap_err();
        assert!(wrong.detail.contains("Did you mean \"ecr.api\"?"), "{}", wrong.detail);
        let gov = region(
            "aws-us-gov",
            "us-gov-west-1",
            &[
                ("com.amazonaws.us-gov-west-1.elasticfilesystem", Interface),
                ("com.amazonaws.us-gov-west-1.elasticfilesystem-fips", Interface),
            ],
        );
        let fips = additional("elasticfilesystem-fips", &gov).unwrap();
        assert_eq!(fips.short_name, "elasticfilesystem-fips");
        assert_eq!(fips.service_name, "com.amazonaws.us-gov-west-1.elasticfilesystem-fips");
    }

    #[test]
    fn policies_are_for_services_that_have_an_endpoint_and_take_one() {
        let mut facts = fixture::tokyo();
        for service in facts.endpoint_services.values_mut() {
            service.supports_policies = !service.service_name.ends_with(".ecs-agent");
        }
        let told = |names: &[&str]| -> Vec<String> {
            let spec = EndpointsSpec {
                policies: names.iter().map(|name| ((*name).to_owned(), "{}".to_owned())).collect(),
                ..spec(&[])
            };
            let (_, errors) = resolve(ComputeType::Ec2, &spec, &facts);
            errors
                .into_iter()
                .map(|error| format!("{}: {}", error.attribute, error.summary))
                .collect()
        };
        assert_eq!(told(&["s3"]), [""; 0]);
        assert_eq!(told(&["com.amazonaws.ap-northeast-1.s3"]), [""; 0]);
        assert!(told(&["sqs"])[0].starts_with("endpoints.policies[\"sqs\"]: The environment has no endpoint"));
        assert!(told(&["ecs-agent"])[0].contains("cannot have a policy"));
        assert!(told(&["s3", "com.amazonaws.ap-northeast-1.s3"])[0].contains("Two policies for s3"));
    }
}
