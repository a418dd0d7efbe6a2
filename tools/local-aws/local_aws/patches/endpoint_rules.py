"""What CreateVpcEndpoint and ModifyVpcEndpoint refuse (EC2 API reference; PrivateLink guide)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..settings import settings
from . import services
from .patching import Refusal

#: VPC quotas: the largest endpoint policy.
_POLICY_CHARACTERS = 20_480
#: IAM user guide, "IAM JSON policy elements: Version".
_POLICY_VERSIONS = ("2012-10-17", "2008-10-17")


def policy_fits(service: dict[str, Any], policy: str | None) -> None:
    """Well-formed and of the allowed size, for a service that has policies at all.

    A service without them refuses even the text of full access (landing-zone-accelerator-on-aws #936;
    of the code: no source).
    """
    if not policy:
        return
    if not service["VpcEndpointPolicySupported"]:
        name = service["ServiceName"]
        raise Refusal("InvalidParameter", f"Service {name} only supports the full-access endpoint policy.")
    try:
        document = json.loads(policy)
    except ValueError:
        document = None
    statements = document.get("Statement") if isinstance(document, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    complete = isinstance(statements, list) and statements and all(_is_statement(item) for item in statements)
    if not complete or len(policy) > _POLICY_CHARACTERS or not _version_is_known(document):
        raise Refusal("InvalidPolicyDocument", "Policy document is invalid")


def _version_is_known(document: dict[str, Any]) -> bool:
    return document.get("Version", _POLICY_VERSIONS[-1]) in _POLICY_VERSIONS


def _is_statement(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.get("Effect") in ("Allow", "Deny")
        and bool({"Principal", "NotPrincipal"} & item.keys())
        and _all_are(item, "Action", _is_action)
        and _all_are(item, "Resource", _is_resource)
    )


def _all_are(statement: dict[str, Any], name: str, is_good: Callable[[str], bool]) -> bool:
    """There is one of the element and its negation, with one good text or a list of them."""
    given = [statement[key] for key in (name, f"Not{name}") if key in statement]
    if len(given) != 1:
        return False
    values = given[0] if isinstance(given[0], list) else given
    return bool(values) and all(isinstance(value, str) and is_good(value) for value in values)


def _is_action(text: str) -> bool:
    """With the prefix of its service (IAM user guide, "IAM JSON policy elements: Action")."""
    prefix, colon, action = text.partition(":")
    return text == "*" or bool(prefix and colon and action)


def _is_resource(text: str) -> bool:
    """An ARN (IAM user guide, "IAM JSON policy elements: Resource")."""
    scheme, _, rest = text.partition(":")
    partition, _, service = rest.partition(":")
    return text == "*" or (scheme == "arn" and bool(partition and service))


def service_of_type(backend: Any, service_name: str, kind: str) -> dict[str, Any]:
    offered = services.find(backend, service_name)
    if not offered:
        raise Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{service_name}' does not exist")
    for service in offered:
        if service["ServiceType"][0]["ServiceType"] == kind:
            return service
    raise Refusal(
        "InvalidParameter", f"Endpoint type ({kind}) does not match available service types for {service_name}."
    )


def subnets_fit(backend: Any, vpc_id: str, service: dict[str, Any], subnet_ids: list[str]) -> None:
    """In the VPC, one for each zone, in zones the service has, with a free address."""
    zones: dict[str, str] = {}
    for subnet_id in subnet_ids:
        subnet = backend.get_subnet(subnet_id)
        if subnet.vpc_id != vpc_id:
            raise Refusal("InvalidParameter", f"Subnet {subnet_id} does not belong to VPC {vpc_id}")
        if subnet.availability_zone not in service["AvailabilityZones"]:
            raise Refusal(
                "InvalidParameter",
                f"The VPC endpoint service {service['ServiceName']} does not support the availability zone "
                f"of the subnet: {subnet_id}.",
            )
        if subnet.availability_zone in zones:
            raise Refusal(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet_id}.",
            )
        zones[subnet.availability_zone] = subnet_id


def address_is_free(backend: Any, subnet_id: str) -> None:
    """Each interface endpoint takes one address in each of its subnets."""
    if backend.get_subnet(subnet_id).available_ip_address_count < 1:
        raise Refusal("InsufficientFreeAddressesInSubnet", f"insufficient free addresses in subnet '{subnet_id}'")


def groups_exist(backend: Any, vpc_id: str, group_ids: list[str]) -> None:
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise Refusal("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            raise Refusal("InvalidParameter", f"Security group {group_id} does not belong to VPC {vpc_id}")


def groups_fit_an_interface(group_ids: list[str]) -> None:
    """VPC quotas, security groups per network interface (text: aws-load-balancer-controller #682)."""
    if len(set(group_ids)) > settings.groups_per_interface:
        raise Refusal(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        )


def policy_is_given_or_reset(policy: str | None, reset: bool | None) -> None:
    """EC2 API, ModifyVpcEndpoint: a policy or its reset (code and text: no source)."""
    if policy and reset:
        raise Refusal("InvalidParameterCombination", "PolicyDocument and ResetPolicy cannot be specified together.")


def private_dns_is_possible(backend: Any, vpc_id: str, service: dict[str, Any], itself: str | None = None) -> None:
    """Both DNS attributes on, and no other endpoint with the same private name in the VPC."""
    vpc = backend.get_vpc(vpc_id)
    if not (_on(vpc.enable_dns_support) and _on(vpc.enable_dns_hostnames)):
        raise Refusal(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
            f"set to true for {vpc_id}",
        )
    for endpoint in backend.vpc_end_points.values():
        if (
            endpoint.id != itself
            and endpoint.vpc_id == vpc_id
            and endpoint.service_name == service["ServiceName"]
            and endpoint.private_dns_enabled
        ):
            # hashicorp/terraform-provider-aws #17535
            raise Refusal(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{service['PrivateDnsName']} in the VPC {vpc_id}",
            )


def _on(value: Any) -> bool:
    """moto keeps an attribute as a boolean until it is modified, then as text."""
    return str(value).lower() == "true"
