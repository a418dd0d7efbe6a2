//! Rules and life of VPC endpoints.
//!
//! Sources: VPC User Guide, "AWS PrivateLink"; API references of CreateVpcEndpoint and ModifyVpcEndpoint; hashicorp/aws issue
//! 17535 (one private DNS name per VPC).

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::refusal::{Answer, Refusal};
use super::world::{Moment, World, inside, known, known_mut};
use crate::cloud::{EndpointChange, EndpointRequest, ErrorKind, PolicyChange};
use crate::domain::endpoint::EndpointKind;
use crate::domain::endpoint::policy::{FULL_ACCESS, validate_document};
use crate::domain::facts::EndpointService;
use crate::domain::observed::{Endpoint, NetworkInterface};

/// An endpoint and when it leaves the state that it is in.
#[derive(Clone, Debug)]
pub struct EndpointRecord {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Until when it is `pending` or `deleting`.
    pub until: Option<Instant>,
}

impl World {
    /// Pending endpoints become available or fail; deleted ones go, and their interfaces with them.
    pub(super) fn settle_endpoints(&mut self, at: &Moment<'_>) {
        for record in self.endpoints.values_mut().filter(|record| is_due(record.until, at)) {
            record.until = None;
            let endpoint = &mut record.thing.endpoint;
            let failure = at.behaviour.failing_services.get(&endpoint.service_name);
            endpoint.state = match (endpoint.state.as_str(), failure) {
                ("deleting", _) => "deleted",
                (_, None) => "available",
                (_, Some(_)) => "failed",
            }
            .to_owned();
            endpoint.last_error = failure.cloned();
        }
        let gone: Vec<String> = self
            .endpoints
            .values()
            .map(|record| &record.endpoint)
            .filter(|e| e.state == "deleted")
            .map(|e| e.id.clone())
            .collect();
        for id in gone {
            self.remove_endpoint(&id);
        }
    }

    pub(super) fn remove_endpoint(&mut self, id: &str) {
        if let Some(record) = self.endpoints.remove(id) {
            let endpoint = record.thing.endpoint;
            self.network_interfaces
                .retain(|id, _| !endpoint.network_interface_ids.contains(id));
            let state = "deleted".to_owned();
            self.gone_endpoints
                .insert(id.to_owned(), Endpoint { state, ..endpoint });
        }
    }

    pub(super) fn create_endpoint(&mut self, at: &Moment<'_>, request: &EndpointRequest) -> Answer<Endpoint> {
        let token = format!("endpoint/{}", request.client_token);
        let fingerprint = format!("{request:?}");
        if let Some(id) = self.replay(&token, &fingerprint)? {
            let living = self.endpoints.get(&id).map(|record| &record.endpoint);
            return living
                .or(self.gone_endpoints.get(&id))
                .cloned()
                .ok_or_else(|| Refusal::unknown_id(&id));
        }
        let service = self.check_request(at, request)?;
        check_policy(&service, request.policy.as_deref())?;
        let interface = request.kind == EndpointKind::Interface;
        let mut endpoint = Endpoint {
            id: self.new_id("vpce"),
            service_name: request.service_name.clone(),
            kind: request.kind,
            state: if interface { "pending" } else { "available" }.to_owned(),
            last_error: None,
            private_dns_enabled: request.private_dns_enabled,
            subnet_ids: BTreeSet::new(),
            route_table_ids: request.route_table_ids.clone(),
            security_group_ids: request.security_group_ids.clone(),
            network_interface_ids: BTreeSet::new(),
            dns_name: None,
            policy: Some(request.policy.clone().unwrap_or_else(|| FULL_ACCESS.to_owned())),
            tags: request.tags.clone(),
        };
        if interface {
            let suffix = service.service_name.split('.').skip(2).collect::<Vec<_>>();
            endpoint.dns_name = Some(format!("{}.{}.vpce.amazonaws.com", endpoint.id, suffix.join(".")));
            if endpoint.security_group_ids.is_empty() {
                let default = inside(&self.security_groups, &request.vpc_id).find(|group| group.name == "default");
                endpoint
                    .security_group_ids
                    .extend(default.map(|group| group.id.clone()));
            }
            self.add_interfaces(at, &request.vpc_id, &mut endpoint, &request.subnet_ids);
        }
        let until = interface.then_some(at.now + at.behaviour.endpoint_pending);
        let record = EndpointRecord {
            endpoint: endpoint.clone(),
            until,
        };
        self.endpoints
            .insert(endpoint.id.clone(), at.place(&request.vpc_id, record));
        self.tokens.insert(token, (fingerprint, endpoint.id.clone()));
        Ok(endpoint)
    }

    fn check_request(&self, at: &Moment<'_>, request: &EndpointRequest) -> Answer<EndpointService> {
        known(&self.vpcs, &request.vpc_id, at)?;
        let service = at.behaviour.endpoint_services(at.region).remove(&request.service_name);
        let service = service
            .filter(|service| service.kinds.contains(&request.kind))
            .ok_or_else(|| {
                let message = format!("The Vpc Endpoint Service '{}' does not exist", request.service_name);
                Refusal::invalid("InvalidServiceName", message)
            })?;
        match request.kind {
            EndpointKind::Gateway => {
                let no_interface = request.subnet_ids.is_empty() && request.security_group_ids.is_empty();
                if !no_interface || request.private_dns_enabled {
                    let message = "Endpoint type (Gateway) does not take subnets, security groups or private DNS.";
                    return Err(Refusal::invalid("InvalidParameter", message));
                }
                self.check_tables(at, &request.vpc_id, &request.route_table_ids)?;
                self.check_routes(&request.service_name, &request.route_table_ids, None)?;
            }
            EndpointKind::Interface => {
                if !request.route_table_ids.is_empty() {
                    let message = "Route table IDs are only supported for Gateway type VPC Endpoints.";
                    return Err(Refusal::invalid("InvalidParameter", message));
                }
                self.check_subnets(at, &service, &request.vpc_id, &request.subnet_ids)?;
                self.check_groups(at, &request.vpc_id, &request.security_group_ids)?;
                if request.private_dns_enabled {
                    self.check_private_dns(&service, &request.vpc_id, None)?;
                }
            }
        }
        Ok(service)
    }

    fn check_tables(&self, at: &Moment<'_>, vpc_id: &str, ids: &BTreeSet<String>) -> Answer<()> {
        for id in ids {
            if known(&self.route_tables, id, at)?.vpc_id != vpc_id {
                return Err(Refusal::unknown_id(id));
            }
        }
        Ok(())
    }

    /// A table has one route to a service. Source: EC2 API Reference, error codes, "RouteAlreadyExists".
    fn check_routes(&self, service_name: &str, ids: &BTreeSet<String>, own_id: Option<&str>) -> Answer<()> {
        let mut others = self.endpoints.values().map(|record| &record.endpoint).filter(|other| {
            other.kind == EndpointKind::Gateway
                && other.service_name == service_name
                && Some(other.id.as_str()) != own_id
        });
        match others.find_map(|other| other.route_table_ids.intersection(ids).next()) {
            None => Ok(()),
            Some(id) => {
                let message =
                    format!("route table {id} already has a route with destination-prefix-list-id of {service_name}");
                Err(Refusal::new(ErrorKind::AlreadyExists, "RouteAlreadyExists", message))
            }
        }
    }

    fn check_groups(&self, at: &Moment<'_>, vpc_id: &str, ids: &BTreeSet<String>) -> Answer<()> {
        for id in ids {
            if known(&self.security_groups, id, at)?.vpc_id != vpc_id {
                return Err(Refusal::unknown_id(id));
            }
        }
        Ok(())
    }

    /// All of the VPC, in zones of the service, and one in each zone.
    fn check_subnets(
        &self,
        at: &Moment<'_>,
        service: &EndpointService,
        vpc_id: &str,
        ids: &BTreeSet<String>,
    ) -> Answer<()> {
        let mut zones = BTreeMap::new();
        for id in ids {
            let subnet = known(&self.subnets, id, at)?;
            if subnet.vpc_id != vpc_id {
                return Err(Refusal::unknown_id(id));
            }
            if !service.availability_zones.contains(&subnet.availability_zone) {
                let message = format!(
                    "The VPC endpoint service {} does not support the availability zone of the subnet: {id}.",
                    service.service_name
                );
                return Err(Refusal::invalid("InvalidParameter", message));
            }
            if let Some(other) = zones.insert(&subnet.availability_zone, id) {
                let message = format!("Found another VPC endpoint subnet in the availability zone of {id}: {other}.");
                return Err(Refusal::invalid("DuplicateSubnetsInSameZone", message));
            }
        }
        Ok(())
    }

    /// Both DNS attributes must be on, and no other endpoint may answer to the service's name, not even one that is leaving.
    fn check_private_dns(&self, service: &EndpointService, vpc_id: &str, own_id: Option<&str>) -> Answer<()> {
        let dns = self.vpcs.get(vpc_id).map(|vpc| (vpc.dns_support, vpc.dns_hostnames));
        if dns != Some((Some(true), Some(true))) {
            let message = format!(
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc_id}"
            );
            return Err(Refusal::new(ErrorKind::NotYet, "InvalidParameter", message));
        }
        let conflict = inside(&self.endpoints, vpc_id)
            .map(|record| &record.endpoint)
            .filter(|other| Some(other.id.as_str()) != own_id)
            .any(|other| other.private_dns_enabled && other.service_name == service.service_name);
        if conflict {
            let message = format!(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {} in the VPC {vpc_id}",
                service.service_name
            );
            return Err(Refusal::new(ErrorKind::AlreadyExists, "InvalidParameter", message));
        }
        Ok(())
    }

    fn add_interfaces(
        &mut self,
        at: &Moment<'_>,
        vpc_id: &str,
        endpoint: &mut Endpoint,
        subnet_ids: &BTreeSet<String>,
    ) {
        for subnet_id in subnet_ids {
            let interface = NetworkInterface {
                id: self.new_id("eni"),
                description: format!("VPC Endpoint Interface {}", endpoint.id),
                interface_type: "vpc_endpoint".to_owned(),
                requester_id: Some(at.behaviour.account_id.clone()),
                owner_id: Some(at.behaviour.account_id.clone()),
                instance_id: None,
                subnet_id: subnet_id.clone(),
                security_group_ids: endpoint.security_group_ids.clone(),
            };
            endpoint.subnet_ids.insert(subnet_id.clone());
            endpoint.network_interface_ids.insert(interface.id.clone());
            self.network_interfaces
                .insert(interface.id.clone(), at.place(vpc_id, interface));
        }
    }

    pub(super) fn modify_endpoint(&mut self, at: &Moment<'_>, id: &str, change: &EndpointChange) -> Answer<()> {
        let record = known(&self.endpoints, id, at)?.clone();
        let vpc_id = record.vpc_id.clone();
        let EndpointRecord {
            endpoint: mut changed,
            mut until,
        } = record.thing;
        if changed.is_leaving() {
            let message = format!("The Vpc Endpoint '{id}' is being deleted.");
            return Err(Refusal::new(ErrorKind::Conflict, "IncorrectState", message));
        }
        let service = at
            .behaviour
            .endpoint_services(at.region)
            .remove(&changed.service_name)
            .unwrap_or_default();

        let leaving: BTreeSet<String> = self
            .network_interfaces
            .values()
            .filter(|interface| changed.network_interface_ids.contains(&interface.id))
            .filter(|interface| change.remove_subnet_ids.contains(&interface.subnet_id))
            .map(|interface| interface.id.clone())
            .collect();
        self.network_interfaces.retain(|id, _| !leaving.contains(id));
        changed.network_interface_ids.retain(|id| !leaving.contains(id));
        changed.subnet_ids.retain(|id| !change.remove_subnet_ids.contains(id));

        changed
            .security_group_ids
            .extend(change.add_security_group_ids.iter().cloned());
        changed
            .security_group_ids
            .retain(|id| !change.remove_security_group_ids.contains(id));
        self.check_groups(at, &vpc_id, &changed.security_group_ids)?;
        for interface in &changed.network_interface_ids {
            if let Some(interface) = self.network_interfaces.get_mut(interface) {
                interface.security_group_ids = changed.security_group_ids.clone();
            }
        }

        let added: BTreeSet<String> = change.add_subnet_ids.difference(&changed.subnet_ids).cloned().collect();
        self.add_interfaces(at, &vpc_id, &mut changed, &added);
        self.check_subnets(at, &service, &vpc_id, &changed.subnet_ids)?;

        self.check_tables(at, &vpc_id, &change.add_route_table_ids)?;
        self.check_routes(&changed.service_name, &change.add_route_table_ids, Some(id))?;
        changed
            .route_table_ids
            .extend(change.add_route_table_ids.iter().cloned());
        changed
            .route_table_ids
            .retain(|id| !change.remove_route_table_ids.contains(id));

        if let Some(enabled) = change.private_dns_enabled {
            if enabled {
                self.check_private_dns(&service, &vpc_id, Some(id))?;
            }
            changed.private_dns_enabled = enabled;
        }
        match &change.policy {
            None => {}
            Some(PolicyChange::Replace(document)) => {
                check_policy(&service, Some(document))?;
                changed.policy = Some(document.clone());
            }
            Some(PolicyChange::Reset) => changed.policy = Some(FULL_ACCESS.to_owned()),
        }
        if !(leaving.is_empty() && added.is_empty()) {
            changed.state = "pending".to_owned();
            until = Some(at.now + at.behaviour.endpoint_pending);
        }
        known_mut(&mut self.endpoints, id, at)?.thing = EndpointRecord {
            endpoint: changed,
            until,
        };
        Ok(())
    }

    /// Unknown ids are gone already.
    pub(super) fn delete_endpoints(&mut self, at: &Moment<'_>, ids: &BTreeSet<String>) {
        for record in self
            .endpoints
            .values_mut()
            .filter(|record| ids.contains(&record.endpoint.id))
        {
            if record.endpoint.state != "deleting" {
                record.endpoint.state = "deleting".to_owned();
                record.until = Some(at.now + at.behaviour.endpoint_deleting);
            }
        }
    }
}

/// A service without policies takes none, and no service one that is malformed or too long.
fn check_policy(service: &EndpointService, document: Option<&str>) -> Answer<()> {
    let Some(document) = document else { return Ok(()) };
    if !service.supports_policies {
        let message = format!(
            "The service {} does not support endpoint policies.",
            service.service_name
        );
        return Err(Refusal::invalid("InvalidParameter", message));
    }
    validate_document(document).map_err(|_| Refusal::invalid("InvalidPolicyDocument", "Policy document is invalid"))
}

/// Whether something that ends at a moment has ended.
pub(super) fn is_due(until: Option<Instant>, at: &Moment<'_>) -> bool {
    until.is_some_and(|until| until <= at.now)
}
