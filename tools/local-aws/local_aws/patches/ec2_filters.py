"""The filters of the describes a network is read with (EC2 API reference of each).

moto raises for some unknown filters, ignores others and fails on the rest; AWS answers
each with ``InvalidParameterValue``, also when there is nothing to filter.
"""

from __future__ import annotations

from typing import Any

from .patching import Refusal

_RULE = "cidr from-port group-id group-name ipv6-cidr prefix-list-id protocol to-port user-id"

_FILTERS = {
    "DescribeVpcs": "cidr cidr-block-association.* dhcp-options-id ipv6-cidr-block-association.* is-default isDefault "
    "owner-id state vpc-id",
    "DescribeSubnets": "availability-zone availabilityZone availability-zone-id availabilityZoneId "
    "available-ip-address-count cidr cidrBlock cidr-block customer-owned-ipv4-pool default-for-az defaultForAz "
    "enable-dns64 enable-lni-at-device-index ipv6-cidr-block-association.* ipv6-native map-customer-owned-ip-on-launch "
    "map-public-ip-on-launch outpost-arn owner-id private-dns-name-options-on-launch.* state subnet-arn subnet-id "
    "vpc-id",
    "DescribeSecurityGroups": "description group-id group-name owner-id vpc-id "
    + " ".join(f"ip-permission.{name} egress.ip-permission.{name}" for name in _RULE.split()),
    "DescribeSecurityGroupRules": "group-id security-group-rule-id",
    "DescribeRouteTables": "association.gateway-id association.route-table-association-id association.route-table-id "
    "association.subnet-id association.main owner-id route-table-id route.* vpc-id",
    "DescribeNetworkAcls": "association.* default entry.* network-acl-id owner-id vpc-id",
    "DescribeInternetGateways": "attachment.state attachment.vpc-id internet-gateway-id owner-id",
    "DescribeEgressOnlyInternetGateways": "",
    "DescribeNatGateways": "nat-gateway-id state subnet-id vpc-id",
    "DescribeVpnGateways": "amazon-side-asn attachment.state attachment.vpc-id availability-zone state type "
    "vpn-gateway-id",
    "DescribeVpcPeeringConnections": "accepter-vpc-info.* expiration-time requester-vpc-info.* status-code "
    "status-message vpc-peering-connection-id",
    "DescribeVpcEndpoints": "ip-address-type service-name service-region vpc-id vpc-endpoint-id vpc-endpoint-state "
    "vpc-endpoint-type",
    "DescribeTransitGatewayVpcAttachments": "state subnet-id transit-gateway-attachment-id transit-gateway-id vpc-id",
    "DescribeManagedPrefixLists": "owner-id prefix-list-id prefix-list-name",
    "DescribePrefixLists": "prefix-list-id prefix-list-name",
}


def refuse_unknown(action: str, params: Any) -> None:
    if action not in _FILTERS:
        return
    for item in params.get("Filters") or params.get("Filter") or []:
        if not is_known(action, item.get("Name", "")):
            raise Refusal("InvalidParameterValue", f"The filter '{item.get('Name')}' is invalid")


def is_known(action: str, name: str) -> bool:
    known = _FILTERS.get(action, "").split()
    if name in ("tag-key", "tag-value") or name.startswith("tag:") or name in known:
        return True
    return any(item.endswith("*") and name.startswith(item[:-1]) for item in known)
