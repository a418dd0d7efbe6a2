"""The subnets and security groups of a compute environment: that they are there, and that they fit each other.

What does not exist is refused. Groups that do not fit show when Batch works with them: the Auto Scaling group of the
instances cannot be made, and the compute environment becomes INVALID (aws-genomics-workflows #129 for the text).
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError

from ..settings import settings
from . import batch_rules as rules
from .batch_life import refuse_request


def exists(backend: Any, resources: dict[str, Any]) -> None:
    vpcs = set()
    for subnet_id in resources["subnets"]:
        try:
            vpcs.add(backend.ec2_backend.get_subnet(subnet_id).vpc_id)
        except InvalidSubnetIdError:
            raise refuse_request(f"The subnet ID '{subnet_id}' does not exist") from None
    if len(vpcs) > 1:
        raise refuse_request("All subnets must belong to the same VPC.")
    for group_id in resources.get("securityGroupIds") or []:
        if backend.ec2_backend.get_security_group_from_id(group_id) is None:
            raise refuse_request(f"The security group '{group_id}' does not exist")


def reason_invalid(backend: Any, resources: dict[str, Any]) -> str | None:
    """The statusReason that groups which do not fit lead to; what has been deleted since is not looked at."""
    ec2 = backend.ec2_backend
    ids = resources.get("securityGroupIds") or []
    groups = [group for group in map(ec2.get_security_group_from_id, ids) if group is not None]
    wanted = resources.get("subnets") or []
    vpcs = {subnet.vpc_id for zone in ec2.subnets.values() for subnet in zone.values() if subnet.id in wanted}
    foreign = [group.id for group in groups if vpcs and group.vpc_id not in vpcs]
    if rules.is_fargate(resources):
        # ECS says so (aws-dotnet-deploy #735); no source for when Batch does.
        text = "does not appear to belong to the same VPC as the input subnets."
        return f"CLIENT_ERROR - Security group {foreign[0]} {text}" if foreign else None
    if foreign:
        return (
            "CLIENT_ERROR - One or more security groups in the launch template are not linked to the VPCs configured "
            "in the Auto Scaling group"
        )
    if len(set(ids)) > settings.groups_per_interface:
        # EC2 error codes; no source for what Batch makes of it.
        return "CLIENT_ERROR - The maximum number of security groups per interface has been reached."
    return None
