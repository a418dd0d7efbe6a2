"""Routes: which targets a route table accepts, and what becomes of a route whose target is gone.

EC2 API, Route: ``blackhole`` "indicates that the route's target isn't available (for example, the
specified gateway isn't attached to the VPC)". Texts: serverless-vpc-plugin #147 (different networks),
hashicorp/terraform #4987 (gateway not found). moto accepts any target and calls every route active.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.core.responses import EmptyResult
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.responses import EC2Response

from .patching import Refusal, after, before

#: Targets of a route by their parameter, with the code and the name that EC2 has for what it does not find.
_TARGETS = {
    "NatGatewayId": ("InvalidNatGatewayID.NotFound", "natGateway"),
    "EgressOnlyInternetGatewayId": ("InvalidGatewayID.NotFound", "gateway"),
    "TransitGatewayId": ("InvalidTransitGatewayID.NotFound", "transitGateway"),
    "VpcPeeringConnectionId": ("InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection"),
    "NetworkInterfaceId": ("InvalidNetworkInterfaceID.NotFound", "networkInterface"),
    "CarrierGatewayId": ("InvalidCarrierGatewayID.NotFound", "carrierGateway"),
}
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def apply() -> None:
    before(EC2Response, "create_route", _destination_is_new)
    for name in ("create_route", "replace_route"):
        before(EC2Response, name, _target_is_usable)
        after(EC2Response, name, _note_local_gateway)
    Route.state = property(lambda route: "active" if _is_usable(route) else "blackhole")
    Route.local_gateway_id = None
    RouteTable.propagating_vgws = property(
        lambda table: [{"GatewayId": gateway} for gateway in table.__dict__.get("local_propagating", [])]
    )
    EC2Response.enable_vgw_route_propagation = _enable_propagation
    EC2Response.disable_vgw_route_propagation = _disable_propagation


def _destination_is_new(response: Any) -> None:
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    wanted = next((value for name in _DESTINATIONS if (value := response._get_param(name))), None)
    for route in table.routes:
        taken = (route.destination_cidr_block, route.destination_ipv6_cidr_block, route.destination_prefix_list_id)
        if wanted is not None and any(_same(wanted, other) for other in taken if other):
            raise Refusal("RouteAlreadyExists", f"The route identified by {wanted} already exists.")


def _same(one: str, other: str) -> bool:
    try:
        return ipaddress.ip_network(one, strict=False) == ipaddress.ip_network(other, strict=False)
    except ValueError:
        return one == other


def _target_is_usable(response: Any) -> None:
    backend, table_id = response.ec2_backend, response._get_param("RouteTableId")
    vpc_id = backend.get_route_table(table_id).vpc_id
    gateway_id = response._get_param("GatewayId")
    if gateway_id and gateway_id != "local":
        if _gateway(backend, gateway_id) is None:
            raise Refusal("InvalidGatewayID.NotFound", f"The gateway ID '{gateway_id}' does not exist")
        _belongs(table_id, "network gateway", gateway_id, _gateway_is_in(backend, gateway_id, vpc_id))
    for parameter, (code, kind) in _TARGETS.items():
        target_id = response._get_param(parameter)
        if not target_id:
            continue
        vpcs = _vpcs_of(backend, parameter, target_id)
        if vpcs is None or (parameter == "TransitGatewayId" and vpc_id not in vpcs):
            # A transit gateway that is not attached to the VPC is not found from there.
            raise Refusal(code, f"The {kind} ID '{target_id}' does not exist")
        what = "interface" if parameter == "NetworkInterfaceId" else "network gateway"
        _belongs(table_id, what, target_id, vpc_id in vpcs)


def _belongs(table_id: str, what: str, target_id: str, fits: bool) -> None:
    if not fits:
        raise Refusal(
            "InvalidParameterValue", f"route table {table_id} and {what} {target_id} belong to different networks"
        )


def _gateway(backend: Any, gateway_id: str) -> Any:
    collections = (backend.internet_gateways, backend.vpn_gateways, backend.vpc_end_points)
    return next((items[gateway_id] for items in collections if gateway_id in items), None)


def _gateway_is_in(backend: Any, gateway_id: str, vpc_id: str) -> bool:
    """Whether the internet or VPN gateway is attached to the VPC, or the endpoint is in it."""
    gateway = _gateway(backend, gateway_id)
    if gateway is None:
        return False
    if gateway_id.startswith("igw-"):
        return gateway.vpc is not None and gateway.vpc.id == vpc_id
    if gateway_id.startswith("vgw-"):
        attachment = gateway.attachments.get(vpc_id)
        return attachment is not None and attachment.state == "attached"
    return bool(gateway.vpc_id == vpc_id)


def _vpcs_of(backend: Any, parameter: str, target_id: str) -> set[str] | None:
    """The VPCs that a target can serve, empty when it serves none any more; None if there is no such thing."""
    if parameter == "TransitGatewayId":
        attachments = backend.transit_gateway_attachments.values()
        serves = {item.resource_id for item in attachments if item.transit_gateway_id == target_id}
        return serves if target_id in backend.transit_gateways else None
    collection = {
        "NatGatewayId": backend.nat_gateways,
        "EgressOnlyInternetGatewayId": backend.egress_only_internet_gateways,
        "VpcPeeringConnectionId": backend.vpc_pcxs,
        "NetworkInterfaceId": backend.enis,
        "CarrierGatewayId": backend.carrier_gateways,
    }[parameter]
    target = collection.get(target_id)
    if target is None:
        return None
    if parameter == "VpcPeeringConnectionId":
        return {target.vpc.id, target.peer_vpc.id}
    if parameter == "NatGatewayId" and target.state == "deleted":
        return None
    return {target.subnet.vpc_id if parameter == "NetworkInterfaceId" else target.vpc_id}


def _is_usable(route: Any) -> bool:
    backend, vpc_id = route.route_table.ec2_backend, route.route_table.vpc_id
    if route.local or route.local_gateway_id:
        return True
    if route.gateway is not None:
        return _gateway_is_in(backend, route.gateway.id, vpc_id)
    if route.vpc_pcx is not None and route.vpc_pcx._status.code != "active":
        return False
    targets = {
        "NatGatewayId": route.nat_gateway_id, "EgressOnlyInternetGatewayId": route.egress_only_internet_gateway_id,
        "TransitGatewayId": route.transit_gateway_id, "VpcPeeringConnectionId": route.vpc_peering_connection_id,
        "NetworkInterfaceId": route.network_interface_id, "CarrierGatewayId": route.carrier_gateway_id,
    }
    for parameter, target_id in targets.items():
        if target_id and vpc_id not in (_vpcs_of(backend, parameter, target_id) or ()):
            return False
    return True


def _note_local_gateway(response: Any) -> None:
    """moto does not know local gateways of Outposts; the route only remembers which it names."""
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    block = response._get_param("DestinationCidrBlock")
    for route in table.routes:
        if block and route.destination_cidr_block == block:
            route.local_gateway_id = response._get_param("LocalGatewayId")


def _enable_propagation(response: Any) -> Any:
    return _propagation(response, lambda gateways, gateway: [*gateways, gateway])


def _disable_propagation(response: Any) -> Any:
    return _propagation(response, lambda gateways, gateway: gateways)


def _propagation(response: Any, change: Any) -> Any:
    table_id, gateway_id = response._get_param("RouteTableId"), response._get_param("GatewayId")
    table = response.ec2_backend.get_route_table(table_id)
    if not _gateway_is_in(response.ec2_backend, gateway_id, table.vpc_id):
        raise Refusal("Gateway.NotAttached", f"resource {gateway_id} is not attached to network {table.vpc_id}")
    others = [item for item in table.__dict__.get("local_propagating", []) if item != gateway_id]
    table.local_propagating = change(others, gateway_id)
    return EmptyResult()
