"""Internet gateways, NAT gateways, peering connections and the subnets they make reachable, as far as moto differs.

* A VPC has one internet gateway, and keeps it while it has public addresses (EC2 API, AttachInternetGateway,
  DetachInternetGateway; no source for the first text).
* A NAT gateway has an interface of its own in its subnet, which goes with it (VPC user guide, "NAT gateways").
* DescribeVpcPeeringConnections has filters, and does not find what is not there (EC2 API).
* A subnet's ARN has the partition of its region, and its IPv6 blocks a state (EC2 API, Subnet).
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from .endpoints import free_address
from .patching import Refusal, before, instead


def apply() -> None:
    before(EC2Response, "attach_internet_gateway", _vpc_has_none_yet)
    before(EC2Response, "detach_internet_gateway", _vpc_has_no_public_address)
    create = instead(EC2Response, "create_nat_gateway", lambda response: _create_nat(create, response))
    delete = instead(EC2Response, "delete_nat_gateway", lambda response: _delete_nat(delete, response))
    instead(EC2Response, "describe_vpc_peering_connections", _describe_peerings)
    filter_value = VPCPeeringConnection.get_filter_value
    VPCPeeringConnection.get_filter_value = lambda peering, name, method=None: (
        _peering_value(peering, name) if name in _PEERING_VALUES else filter_value(peering, name, method)
    )
    Subnet.arn = property(
        lambda subnet: f"arn:{subnet.ec2_backend.partition}:ec2:{subnet.ec2_backend.region_name}:{subnet.owner_id}:"
        f"subnet/{subnet.id}"
    )
    Subnet.ipv6_cidr_block_association_set = property(_ipv6_blocks)


def _vpc_has_none_yet(response: Any) -> None:
    vpc_id = response._get_param("VpcId")
    for gateway in response.ec2_backend.internet_gateways.values():
        if gateway.vpc and gateway.vpc.id == vpc_id and gateway.id != response._get_param("InternetGatewayId"):
            raise Refusal("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")


def _vpc_has_no_public_address(response: Any) -> None:
    vpc_id = response._get_param("VpcId")
    for address in response.ec2_backend.addresses:
        if address.eni is not None and address.eni.subnet.vpc_id == vpc_id:
            raise Refusal(
                "DependencyViolation",
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
                "detaching the gateway.",
            )


def _create_nat(original: Any, response: Any) -> Any:
    backend = response.ec2_backend
    address = free_address(backend, response._get_param("SubnetId"))
    result = original(response)
    nat = result.result["NatGateway"]
    interface = nat._eni
    interface.private_ip_address = address
    interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
    interface.interface_type, interface.requester_managed, interface.status = "nat_gateway", True, "in-use"
    interface.description = f"Interface for NAT Gateway {nat.id}"
    nat.address_set[0]["privateIp"] = nat.private_ip = address
    return result


def _delete_nat(original: Any, response: Any) -> Any:
    backend, nat_id = response.ec2_backend, response._get_param("NatGatewayId")
    if nat_id not in backend.nat_gateways:
        raise Refusal("NatGatewayNotFound", f"The Nat Gateway {nat_id} was not found")
    result = original(response)
    interface = backend.nat_gateways[nat_id]._eni
    for address in backend.addresses:
        if address.eni is interface:
            address.eni = address.association_id = None
    backend.enis.pop(interface.id, None)
    return result


_PEERING_VALUES = {
    "accepter-vpc-info.vpc-id": lambda peering: peering.peer_vpc.id,
    "accepter-vpc-info.cidr-block": lambda peering: peering.peer_vpc.cidr_block,
    "accepter-vpc-info.owner-id": lambda peering: peering.peer_vpc.owner_id,
    "requester-vpc-info.vpc-id": lambda peering: peering.vpc.id,
    "requester-vpc-info.cidr-block": lambda peering: peering.vpc.cidr_block,
    "requester-vpc-info.owner-id": lambda peering: peering.vpc.owner_id,
    "status-code": lambda peering: peering._status.code,
    "vpc-peering-connection-id": lambda peering: peering.id,
}


def _peering_value(peering: Any, name: str) -> Any:
    return _PEERING_VALUES[name](peering)


def _describe_peerings(response: Any) -> ActionResult:
    known = response.ec2_backend.vpc_pcxs
    wanted = response._get_param("VpcPeeringConnectionIds", [])
    for peering_id in wanted:
        if peering_id not in known:
            raise Refusal(
                "InvalidVpcPeeringConnectionID.NotFound", f"The vpcPeeringConnection ID '{peering_id}' does not exist"
            )
    found = [known[peering_id] for peering_id in wanted] if wanted else list(known.values())
    return ActionResult({"VpcPeeringConnections": generic_filter(response._filters_from_querystring(), found)})


def _ipv6_blocks(subnet: Any) -> list[dict[str, Any]]:
    return [
        {
            "ipv6CidrBlock": block["ipv6CidrBlock"], "associationId": block["associationId"],
            "ipv6CidrBlockState": block["ipv6CidrBlockState"],
        }
        for block in subnet.ipv6_cidr_block_associations.values()
        if block["ipv6CidrBlockState"]["State"] == "associated"
    ]
