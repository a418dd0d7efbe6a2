"""VPC endpoints: their life cycle, network interfaces and routes.

pending → available and deleting → gone by time; interfaces in every subnet that carry
the endpoint's security groups until the endpoint is gone; the prefix list's route in
each route table of a gateway endpoint (PrivateLink guide; DeleteVpcEndpoints answers
200 with a list of what it could not delete: cloud-nuke #285).
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response
from moto.ec2.utils import add_tag_specification, random_vpc_ep_id

from ..settings import now, settings
from . import endpoint_rules as rules
from .patching import Refusal, instead

#: The policy of an endpoint that was given none, as AWS reads it back (AWS CLI reference, describe-vpc-endpoints).
_FULL_ACCESS = {
    "Interface": json.dumps(
        {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]},
        indent=2, separators=(", ", ": "),
    ),
    "Gateway": json.dumps(VPCEndPoint.DEFAULT_POLICY, separators=(",", ":")),
}


def apply() -> None:
    instead(EC2Response, "create_vpc_endpoint", _create)
    instead(EC2Response, "modify_vpc_endpoint", _modify)
    instead(EC2Response, "delete_vpc_endpoints", _delete)


def settle(backend: Any) -> None:
    """Move every endpoint whose time has come to its next state."""
    for endpoint in list(backend.vpc_end_points.values()):
        if endpoint.settles_at is None or now() < endpoint.settles_at:
            continue
        endpoint.settles_at = None
        if endpoint.state == "pending":
            endpoint.state = "available"
        elif endpoint.state == "deleting":
            _vanish(backend, endpoint)


class Endpoint(VPCEndPoint):
    """moto's endpoint with the time of its next state, and the service it is for."""

    settles_at: float | None = None
    subnet_ids: list[str]
    service: dict[str, Any]

    @property
    def is_interface(self) -> bool:
        return self.vpc_endpoint_type == "Interface"

    def await_state(self, state: str, seconds: float) -> None:
        self.state = state
        self.settles_at = now() + seconds


def _create(response: Any) -> ActionResult:
    backend = response.ec2_backend
    vpc_id, kind = response._get_param("VpcId"), response._get_param("VpcEndpointType") or "Gateway"
    backend.get_vpc(vpc_id)
    service = rules.service_of_type(backend, response._get_param("ServiceName"), kind)
    rules.policy_fits(service, response._get_param("PolicyDocument"))
    endpoint = _build(response, vpc_id, service, kind)
    if endpoint.is_interface:
        _check_interface(backend, endpoint)
        endpoint.dns_entries = _dns_entries(endpoint)
    else:
        _check_gateway(backend, endpoint)
    # Registered before its routes, which point to it.
    backend.vpc_end_points[endpoint.id] = endpoint
    for subnet_id in endpoint.subnet_ids:
        _add_interface(backend, endpoint, subnet_id)
    for route_table_id in endpoint.route_table_ids:
        _add_route(backend, endpoint, route_table_id)
    return ActionResult({"VpcEndpoint": endpoint})


def _build(response: Any, vpc_id: str, service: dict[str, Any], kind: str) -> Endpoint:
    backend = response.ec2_backend
    interface = kind == "Interface"
    endpoint = Endpoint(
        backend, random_vpc_ep_id(), vpc_id, service["ServiceName"], kind,
        response._get_param("PolicyDocument") or _FULL_ACCESS[kind],
        route_table_ids=[] if interface else list(response._get_param("RouteTableIds", [])),
        subnet_ids=list(response._get_param("SubnetIds", [])) if interface else [],
        client_token=response._get_param("ClientToken"),
        security_group_ids=list(response._get_param("SecurityGroupIds", [])) if interface else [],
        tags=add_tag_specification(response._get_param("TagSpecifications", [])),
        private_dns_enabled=interface and response._get_bool_param("PrivateDnsEnabled", if_none=True),
    )
    endpoint.service = service
    if interface:
        endpoint.await_state("pending", settings.transition("endpoint"))
    else:
        endpoint.destination_prefix_list_id = _prefix_list(backend, service["ServiceName"])
    return endpoint


def _check_interface(backend: Any, endpoint: Endpoint) -> None:
    rules.groups_exist(backend, endpoint.vpc_id, endpoint.security_group_ids)
    rules.groups_fit_an_interface(endpoint.security_group_ids)
    rules.subnets_fit(backend, endpoint.vpc_id, endpoint.service, endpoint.subnet_ids)
    for subnet_id in endpoint.subnet_ids:
        rules.address_is_free(backend, subnet_id)
    if endpoint.private_dns_enabled:
        rules.private_dns_is_possible(backend, endpoint.vpc_id, endpoint.service)
    if not endpoint.security_group_ids:
        endpoint.security_group_ids = [backend.get_default_security_group(endpoint.vpc_id).id]


def _check_gateway(backend: Any, endpoint: Endpoint) -> None:
    for route_table_id in endpoint.route_table_ids:
        _check_route(backend, endpoint, route_table_id)


def _check_route(backend: Any, endpoint: Endpoint, route_table_id: str) -> None:
    table = backend.get_route_table(route_table_id)
    if table.vpc_id != endpoint.vpc_id:
        raise Refusal("InvalidParameter", f"Route table {route_table_id} does not belong to VPC {endpoint.vpc_id}")
    for route in table.routes:
        if route.destination_prefix_list and route.destination_prefix_list.id == endpoint.destination_prefix_list_id:
            raise Refusal(
                "RouteAlreadyExists",
                f"route table {route_table_id} already has a route with destination-prefix-list-id "
                f"{endpoint.destination_prefix_list_id}",
            )


def _dns_entries(endpoint: Endpoint) -> list[dict[str, str]]:
    name = endpoint.service["BaseEndpointDnsNames"][0]
    entries = [{"dns_name": f"{endpoint.id}-{endpoint.id[-8:]}.{name}", "hosted_zone_id": "Z2E726K9Y6RL4W"}]
    if endpoint.private_dns_enabled:
        entries.append({"dns_name": endpoint.service["PrivateDnsName"], "hosted_zone_id": "Z00000000000000000"})
    return entries


def _prefix_list(backend: Any, service_name: str) -> str | None:
    lists = backend.managed_prefix_lists.values()
    return next((item.id for item in lists if item.prefix_list_name == service_name), None)


def _add_interface(backend: Any, endpoint: Endpoint, subnet_id: str) -> None:
    interface = backend.create_network_interface(
        subnet_id, free_address(backend, subnet_id), group_ids=list(endpoint.security_group_ids),
        description=f"VPC Endpoint Interface {endpoint.id}",
    )
    interface.interface_type = "vpc_endpoint"
    interface.requester_managed = True
    interface.status = "in-use"
    endpoint.network_interface_ids.append(interface.id)


def free_address(backend: Any, subnet_id: str) -> str:
    """The first address of the subnet that is neither reserved nor taken."""
    subnet = backend.get_subnet(subnet_id)
    network = ipaddress.ip_network(subnet.cidr_block)
    taken = {eni.private_ip_address for eni in backend.enis.values() if eni.subnet.id == subnet_id}
    # AWS reserves the first four addresses and the last one.
    for number in range(int(network.network_address) + 4, int(network.broadcast_address)):
        address = str(ipaddress.ip_address(number))
        if address not in taken:
            return address
    raise Refusal("InsufficientFreeAddressesInSubnet", f"insufficient free addresses in subnet '{subnet_id}'")


def _add_route(backend: Any, endpoint: Endpoint, route_table_id: str) -> None:
    if endpoint.destination_prefix_list_id:
        backend.create_route(
            route_table_id, None, gateway_id=endpoint.id,
            destination_prefix_list_id=endpoint.destination_prefix_list_id,
        )


def _remove_route(backend: Any, endpoint: Endpoint, route_table_id: str) -> None:
    table = backend.route_tables.get(route_table_id)
    if table is None:
        return
    for key, route in list(table._routes.items()):
        if route.gateway is endpoint:
            del table._routes[key]


def _modify(response: Any) -> ActionResult:
    backend = response.ec2_backend
    endpoint = backend.get_vpc_end_point(response._get_param("VpcEndpointId"))
    if endpoint.state == "deleting":
        raise Refusal("IncorrectState", f"The VPC endpoint {endpoint.id} is being deleted")
    policy, reset = response._get_param("PolicyDocument"), response._get_bool_param("ResetPolicy")
    rules.policy_is_given_or_reset(policy, reset)
    rules.policy_fits(endpoint.service, policy)
    _modify_groups(backend, endpoint, *_added_and_removed(response, "SecurityGroupIds"))
    _modify_subnets(backend, endpoint, *_added_and_removed(response, "SubnetIds"))
    _modify_route_tables(backend, endpoint, *_added_and_removed(response, "RouteTableIds"))
    _modify_private_dns(backend, endpoint, response._get_bool_param("PrivateDnsEnabled"))
    if policy:
        endpoint.policy_document = policy
    elif reset:
        endpoint.policy_document = _FULL_ACCESS[endpoint.vpc_endpoint_type]
    return ActionResult({"Return": True})


def _added_and_removed(response: Any, name: str) -> tuple[list[str], list[str]]:
    return response._get_param(f"Add{name}", []), response._get_param(f"Remove{name}", [])


def _modify_groups(backend: Any, endpoint: Endpoint, added: list[str], removed: list[str]) -> None:
    if not added and not removed:
        return
    rules.groups_exist(backend, endpoint.vpc_id, added)
    kept = [group_id for group_id in endpoint.security_group_ids if group_id not in removed]
    after = kept + [group_id for group_id in added if group_id not in kept]
    rules.groups_fit_an_interface(after)
    endpoint.security_group_ids = after
    groups = [backend.get_security_group_from_id(group_id) for group_id in endpoint.security_group_ids]
    for interface_id in endpoint.network_interface_ids:
        backend.enis[interface_id]._group_set = list(groups)


def _modify_subnets(backend: Any, endpoint: Endpoint, added: list[str], removed: list[str]) -> None:
    kept = [subnet_id for subnet_id in endpoint.subnet_ids if subnet_id not in removed]
    new = [subnet_id for subnet_id in added if subnet_id not in kept]
    if new or len(kept) < len(endpoint.subnet_ids):
        rules.subnets_fit(backend, endpoint.vpc_id, endpoint.service, kept + new)
        for subnet_id in new:
            rules.address_is_free(backend, subnet_id)
    for interface_id in list(endpoint.network_interface_ids):
        if backend.enis[interface_id].subnet.id in removed:
            endpoint.network_interface_ids.remove(interface_id)
            del backend.enis[interface_id]
    endpoint.subnet_ids = kept + new
    for subnet_id in new:
        _add_interface(backend, endpoint, subnet_id)


def _modify_route_tables(backend: Any, endpoint: Endpoint, added: list[str], removed: list[str]) -> None:
    new = [table_id for table_id in added if table_id not in endpoint.route_table_ids]
    for table_id in new:
        _check_route(backend, endpoint, table_id)
    for table_id in removed:
        _remove_route(backend, endpoint, table_id)
    for table_id in new:
        _add_route(backend, endpoint, table_id)
    endpoint.route_table_ids = [id for id in endpoint.route_table_ids if id not in removed] + new


def _modify_private_dns(backend: Any, endpoint: Endpoint, enabled: bool | None) -> None:
    if enabled is None or enabled == endpoint.private_dns_enabled:
        return
    if enabled:
        rules.private_dns_is_possible(backend, endpoint.vpc_id, endpoint.service, itself=endpoint.id)
    endpoint.private_dns_enabled = enabled
    endpoint.dns_entries = _dns_entries(endpoint)


def _delete(response: Any) -> ActionResult:
    backend = response.ec2_backend
    unsuccessful = []
    for endpoint_id in response._get_param("VpcEndpointIds", []):
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            error = {
                "Code": "InvalidVpcEndpoint.NotFound",
                "Message": f"The Vpc Endpoint Id '{endpoint_id}' does not exist",
            }
            unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
        elif endpoint.state != "deleting":
            kind = "endpoint_delete" if endpoint.is_interface else "gateway_endpoint_delete"
            endpoint.await_state("deleting", settings.transition(kind))
            settle(backend)
    return ActionResult({"Unsuccessful": unsuccessful})


def _vanish(backend: Any, endpoint: Endpoint) -> None:
    for interface_id in endpoint.network_interface_ids:
        backend.enis.pop(interface_id, None)
    for route_table_id in endpoint.route_table_ids:
        _remove_route(backend, endpoint, route_table_id)
    del backend.vpc_end_points[endpoint.id]
    backend.tags.pop(endpoint.id, None)
