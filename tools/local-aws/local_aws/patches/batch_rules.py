"""What CreateComputeEnvironment and UpdateComputeEnvironment refuse.

Sources: API_ComputeResource for the fields of each type; Batch user guide, "Update a
compute environment", for what can change in place; hyp3 #1051, aws-cdk #27054 and
nf-tower #262 for the texts.
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models.instance_types import INSTANCE_FAMILIES, INSTANCE_TYPES

from . import batch_roles
from .batch_life import refuse, refuse_request

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_TYPES = ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT")
_SPOT_STRATEGIES = ("SPOT_CAPACITY_OPTIMIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED")
_STRATEGIES = ("BEST_FIT", "BEST_FIT_PROGRESSIVE", "BEST_FIT_PROGRESSIVE_ORDERED", *_SPOT_STRATEGIES)
_ANY_INSTANCE = ("optimal", "default_x86_64", "default_arm64")

#: Fields that make no sense without instances.
_NOT_FARGATE = (
    "minvCpus", "desiredvCpus", "instanceTypes", "imageId", "ec2KeyPair", "instanceRole", "tags", "placementGroup",
    "bidPercentage", "launchTemplate", "ec2Configuration", "allocationStrategy", "spotIamFleetRole",
    "updateToLatestImageVersion",
)
_SCALING = ("minvCpus", "maxvCpus", "desiredvCpus", "scalingPolicy")
_FARGATE_SCALING = (*_SCALING, "securityGroupIds", "subnets")


def is_fargate(resources: dict[str, Any]) -> bool:
    return str(resources.get("type", "")).startswith("FARGATE")


def name_is_good(name: str | None, what: str) -> None:
    if not name or not _NAME.fullmatch(name):
        raise refuse_request(
            f"{what} should match valid pattern: ^[0-9a-zA-Z]{{1}}[0-9a-zA-Z_-]{{0,127}}$"
        )


def state_is_good(state: str | None) -> None:
    if state not in (None, "ENABLED", "DISABLED"):
        raise refuse_request(f"state {state} must be one of ENABLED | DISABLED")


def resources_are_good(backend: Any, resources: dict[str, Any]) -> None:
    """The whole ``computeResources`` of a managed compute environment."""
    kind = resources.get("type")
    if kind not in _TYPES:
        raise refuse_request(f"computeResources.type {kind} must be one of {' | '.join(_TYPES)}")
    _fields_fit_type(kind, resources)
    _vcpus_fit(resources)
    _strategy_fits(kind, resources)
    _instance_types_exist(resources.get("instanceTypes") or [])
    _network_exists(backend, resources)


def _fields_fit_type(kind: str, resources: dict[str, Any]) -> None:
    if "maxvCpus" not in resources:
        raise refuse_request("Resource maxvCpus is required.")
    if not resources.get("subnets"):
        raise refuse_request("Subnets are required.")
    if is_fargate(resources):
        present = [name for name in _NOT_FARGATE if name in resources]
        if present:
            raise refuse_request(f"{', '.join(present)} can not be specified for a {kind} compute environment.")
        if not resources.get("securityGroupIds"):
            raise refuse_request("Security groups are required.")
        return
    if not resources.get("instanceRole"):
        raise refuse_request("Instance role is required.")
    if not resources.get("instanceTypes"):
        raise refuse_request("Instance types are required.")
    if not resources.get("securityGroupIds") and not resources.get("launchTemplate"):
        raise refuse_request("Security groups are required.")


def _vcpus_fit(resources: dict[str, Any]) -> None:
    least, most = resources.get("minvCpus", 0), resources["maxvCpus"]
    desired = resources.get("desiredvCpus", least)
    if least < 0 or most < 0 or least > most:
        raise refuse_request("minvCpus must be less than or equal to maxvCpus and not negative.")
    if not least <= desired <= most:
        raise refuse_request("desiredvCpus must be between minvCpus and maxvCpus.")


def _strategy_fits(kind: str, resources: dict[str, Any]) -> None:
    strategy = resources.get("allocationStrategy")
    wrong = (kind == "EC2" and strategy in _SPOT_STRATEGIES) or (
        kind == "SPOT" and strategy == "BEST_FIT_PROGRESSIVE_ORDERED"
    )
    if wrong or strategy not in (None, *_STRATEGIES):
        raise refuse_request(f"Invalid compute resource allocation strategy {strategy} for type {kind}")
    if kind == "SPOT" and strategy in (None, "BEST_FIT") and not resources.get("spotIamFleetRole"):
        raise refuse_request("spotIamFleetRole is required.")


def _instance_types_exist(types: list[str]) -> None:
    for name in types:
        if name not in _ANY_INSTANCE and name not in INSTANCE_TYPES and name not in INSTANCE_FAMILIES:
            raise refuse_request(f"Instance type can only be one of [{', '.join(sorted(INSTANCE_FAMILIES))}, optimal]")


def _network_exists(backend: Any, resources: dict[str, Any]) -> None:
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


def update_names_a_change(body: dict[str, Any]) -> None:
    """updatePolicy alone is no change (hashicorp/terraform-provider-aws #43969)."""
    changes = ("state", "computeResources", "serviceRole", "unmanagedvCpus")
    if not any(body.get(name) is not None for name in changes):
        raise refuse("One of [state | compute-resources | service-role | unmanaged-vcpus] is required.")
    if body.get("computeResources") == {}:
        raise refuse("At least one compute-resources attribute must be specified")


def is_infrastructure_update(resources: dict[str, Any], sent: dict[str, Any]) -> bool:
    return not set(sent) <= set(_FARGATE_SCALING if is_fargate(resources) else _SCALING)


def change_is_possible_in_place(environment: Any, body: dict[str, Any]) -> None:
    resources, sent = environment.compute_resources, body.get("computeResources") or {}
    if is_fargate(resources):
        _fargate_change(sent, body)
    elif is_infrastructure_update(resources, sent):
        _infrastructure_change(environment, sent)
    if "desiredvCpus" in sent and sent["desiredvCpus"] < resources.get("desiredvCpus", 0):
        raise refuse(
            "Manually scaling down compute environment is not supported. Disconnecting job queues from compute "
            "environment will cause it to scale-down to minvCpus."
        )


def resources_after(environment: Any, body: dict[str, Any]) -> dict[str, Any]:
    """What is to be checked: Batch itself moves desiredvCpus between new bounds, unless it is sent."""
    current = {name: value for name, value in environment.compute_resources.items() if name != "desiredvCpus"}
    return {**current, **(body.get("computeResources") or {})}


def _fargate_change(sent: dict[str, Any], body: dict[str, Any]) -> None:
    wrong = [name for name in _NOT_FARGATE if name in sent]
    if body.get("updatePolicy"):
        wrong.append("updatePolicy")
    if wrong:
        names = ", ".join(sorted(wrong))
        raise refuse(f"The following parameters can't be updated for Fargate compute environment: {names}.")


def _infrastructure_change(environment: Any, sent: dict[str, Any]) -> None:
    """Only with the service-linked role and a strategy other than BEST_FIT."""
    strategy = environment.compute_resources.get("allocationStrategy") or "BEST_FIT"
    if not batch_roles.is_service_linked(environment.service_role) or strategy == "BEST_FIT":
        fields = ", ".join(sorted(set(sent) - set(_SCALING)))
        raise refuse(
            f"Following fields [{fields}] can be updated only for Non-fargate Compute Environment having a "
            "Batch Service Linked Role"
        )
    if sent.get("allocationStrategy") == "BEST_FIT":
        raise refuse("Allocation strategy can not be updated to BEST_FIT.")
    if "type" in sent and sent["type"] not in ("EC2", "SPOT"):
        raise refuse("Compute environment type can only be updated between EC2 and SPOT.")
    if "spotIamFleetRole" in sent:
        raise refuse("spotIamFleetRole can not be updated.")


def role_kind_stays(environment: Any, role: str) -> None:
    """A service-linked role cannot become a custom role or the reverse (Batch user guide)."""
    if batch_roles.is_service_linked(environment.service_role) != batch_roles.is_service_linked(role):
        raise refuse("Changing between a service-linked role and another service role is not supported.")
