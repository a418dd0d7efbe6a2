"""What must be gone before a part of the network can be deleted.

DependencyViolation for VPC, subnet, security group and route table; CannotDelete for
the default security group; a network ACL goes with its VPC (EC2 API reference of each
Delete call; hashicorp/terraform-provider-aws #43124 for endpoints holding a group).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.responses import EC2Response

from .patching import Refusal, after, before, instead


#: Where a rule names its peer, and under which key.
_PEERS = {
    "IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "UserIdGroupPairs": "GroupId", "PrefixListIds": "PrefixListId",
}


def apply() -> None:
    delete_vpc = instead(EC2Response, "delete_vpc", lambda response: _delete_vpc(delete_vpc, response))
    before(EC2Response, "delete_subnet", _subnet_is_empty)
    after(EC2Response, "delete_subnet", _subnet_leaves_its_table)
    before(EC2Response, "delete_security_group", _group_is_unused)
    before(EC2Response, "delete_route_table", _table_is_unused)
    before(EC2Response, "delete_network_interface", _interface_is_free)
    for direction in ("ingress", "egress"):
        before(EC2Response, f"authorize_security_group_{direction}", _rules_are_new)


def _refuse(message: str) -> None:
    raise Refusal("DependencyViolation", message)


def _delete_vpc(original: Any, response: Any) -> Any:
    backend, vpc_id = response.ec2_backend, response._get_param("VpcId")
    backend.get_vpc(vpc_id)
    if any(_inside(backend, vpc_id)):
        _refuse(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    result = original(response)
    for acl in _in_vpc(backend.network_acls, vpc_id):
        del backend.network_acls[acl.id]
    return result


def _inside(backend: Any, vpc_id: str) -> Iterator[Any]:
    """Everything in the VPC but the three things that came with it."""
    yield from (subnet for zone in backend.subnets.values() for subnet in zone.values() if subnet.vpc_id == vpc_id)
    for collection in (
        backend.enis, backend.vpc_end_points, backend.egress_only_internet_gateways, backend.carrier_gateways,
    ):
        yield from (item for item in collection.values() if item.vpc_id == vpc_id)
    yield from (item for item in backend.transit_gateway_attachments.values() if item.resource_id == vpc_id)
    yield from (group for group in backend.groups[vpc_id].values() if group.name != "default")
    yield from (table for table in _in_vpc(backend.route_tables, vpc_id) if not table.main_association_id)
    yield from (acl for acl in _in_vpc(backend.network_acls, vpc_id) if not acl.default)
    yield from (gateway for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id)
    yield from (
        peering for peering in backend.vpc_pcxs.values()
        if peering._status.code == "active" and vpc_id in (peering.vpc.id, peering.peer_vpc.id)
    )


def _in_vpc(collection: dict[str, Any], vpc_id: str) -> list[Any]:
    return [item for item in collection.values() if item.vpc_id == vpc_id]


def _subnet_is_empty(response: Any) -> None:
    subnet_id = response._get_param("SubnetId")
    if any(eni.subnet.id == subnet_id for eni in response.ec2_backend.enis.values()):
        _refuse(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def _subnet_leaves_its_table(response: Any) -> None:
    for table in response.ec2_backend.route_tables.values():
        for association_id, target in list(table._associations.items()):
            if target == response._get_param("SubnetId"):
                del table._associations[association_id]


def _group_is_unused(response: Any) -> None:
    backend = response.ec2_backend
    group_id = response._get_param("GroupId")
    group = backend.get_security_group_from_id(group_id) if group_id else None
    if group is None:
        return
    if group.name == "default":
        raise Refusal(
            "CannotDelete", f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
        )
    on_interface = any(group in eni.group_set for eni in backend.enis.values())
    if on_interface or _referenced(backend, group):
        _refuse(f"resource {group_id} has a dependent object")


def _referenced(backend: Any, group: Any) -> bool:
    """Whether a rule of another group names this one; its own rules do not hold it."""
    return any(
        (rule.source_group or {}).get("GroupId") == group.id
        for other in backend.groups[group.vpc_id].values()
        if other.id != group.id
        for rule in [*other.ingress_rules, *other.egress_rules]
    )


def _table_is_unused(response: Any) -> None:
    table_id = response._get_param("RouteTableId")
    table = response.ec2_backend.get_route_table(table_id)
    if table.main_association_id or table._associations:
        _refuse(f"The routeTable '{table_id}' has dependencies and cannot be deleted.")
    for endpoint in response.ec2_backend.vpc_end_points.values():
        # A gateway endpoint does not hold its route tables; it forgets them.
        if table_id in endpoint.route_table_ids:
            endpoint.route_table_ids.remove(table_id)


def _interface_is_free(response: Any) -> None:
    eni = response.ec2_backend.enis.get(response._get_param("NetworkInterfaceId"))
    if eni is not None and eni.requester_managed:
        raise Refusal(
            "OperationNotPermitted", f"You are not allowed to manage '{eni.id}', it is managed by AWS."
        )


def _rules_are_new(response: Any) -> None:
    """InvalidPermission.Duplicate also for rules without a range (moto compares only some)."""
    backend = response.ec2_backend
    group = backend.get_security_group_from_id(response._get_param("GroupId"))
    if group is None:
        return
    egress = "egress" in response._get_action().lower()
    existing = {_key(rule) for rule in (group.egress_rules if egress else group.ingress_rules)}
    for permission in response._get_param("IpPermissions", []):
        for key in _keys(permission):
            if key in existing:
                raise Refusal(
                    "InvalidPermission.Duplicate",
                    f'the specified rule "peer: {key[3]}, {key[0]}, ALLOW" already exists',
                )


def _ports(protocol: str, start: Any, end: Any) -> tuple[str, str, str]:
    if protocol == "-1":
        return protocol, "", ""
    return protocol, str(start), str(end)


def _key(rule: Any) -> tuple[str, str, str, str]:
    ranges, source, prefix = rule.ip_range or {}, rule.source_group or {}, rule.prefix_list_id
    if isinstance(prefix, dict):
        prefix = prefix.get("PrefixListId")
    peer = ranges.get("CidrIp") or ranges.get("CidrIpv6") or source.get("GroupId") or prefix or ""
    return (*_ports(rule.ip_protocol, rule.from_port, rule.to_port), peer)


def _keys(permission: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    ports = _ports(permission.get("IpProtocol", ""), permission.get("FromPort"), permission.get("ToPort"))
    for name, key in _PEERS.items():
        for item in permission.get(name) or []:
            yield (*ports, item.get(key) or "")
