"""What UpdateComputeEnvironment refuses, and what kind of update a change is.

Sources: Batch user guide, "Update a compute environment", "Perform scaling updates" and
"Perform infrastructure updates"; hyp3 #1051 and aws-cdk #27054 for the texts.
"""

from __future__ import annotations

import copy
from typing import Any

from . import batch_load, batch_roles, batch_templates
from . import batch_rules as rules
from .batch_life import refuse, refuse_request

_SCALING = ("minvCpus", "maxvCpus", "desiredvCpus", "scalingPolicy")
_FARGATE_SCALING = (*_SCALING, "securityGroupIds", "subnets")
_TIMEOUT_MINUTES = range(1, 7201)


def update_names_a_change(body: dict[str, Any]) -> None:
    """updatePolicy alone is no change (hashicorp/terraform-provider-aws #43969).

    ecsSettings alone is one: the user guide ("Container Insights") has it set by an update.
    """
    changes = ("state", "computeResources", "serviceRole", "unmanagedvCpus", "ecsSettings")
    if not any(body.get(name) is not None for name in changes):
        raise refuse("One of [state | compute-resources | service-role | unmanaged-vcpus] is required.")
    if body.get("computeResources") == {}:
        raise refuse("At least one compute-resources attribute must be specified")


def policy_is_good(policy: dict[str, Any] | None) -> None:
    """API_UpdatePolicy: 1 to 7200 minutes; no source for the text."""
    minutes = (policy or {}).get("jobExecutionTimeoutMinutes")
    if minutes is not None and minutes not in _TIMEOUT_MINUTES:
        raise refuse_request("jobExecutionTimeoutMinutes must be between 1 and 7200.")


def is_infrastructure_update(resources: dict[str, Any], sent: dict[str, Any]) -> bool:
    return not set(sent) <= set(_FARGATE_SCALING if rules.is_fargate(resources) else _SCALING)


def change_is_possible_in_place(environment: Any, body: dict[str, Any]) -> None:
    resources, sent = environment.compute_resources, body.get("computeResources") or {}
    _type_can_become(resources, sent)
    if rules.is_fargate(resources):
        _fargate_change(sent, body)
    elif is_infrastructure_update(resources, sent):
        _infrastructure_change(environment, sent)
    if "desiredvCpus" in sent and sent["desiredvCpus"] < batch_load.desired_vcpus(environment):
        raise refuse(
            "Manually scaling down compute environment is not supported. Disconnecting job queues from compute "
            "environment will cause it to scale-down to minvCpus."
        )


def resources_after(environment: Any, body: dict[str, Any]) -> dict[str, Any]:
    """What is to be checked: Batch itself moves desiredvCpus between new bounds, unless it is sent."""
    current = {name: value for name, value in environment.compute_resources.items() if name != "desiredvCpus"}
    return merged(current, body.get("computeResources") or {})


def merged(current: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What is stored after an update: what was sent, or nothing where an empty value takes away.

    API_ComputeResourceUpdate says of which.
    """
    after = copy.deepcopy(current)
    for name, value in copy.deepcopy(sent).items():
        if name == "updateToLatestImageVersion":
            continue  # a trigger: Batch sets it back to false when the update completes
        if name in ("subnets", "securityGroupIds") and not value and rules.is_fargate(current):
            continue  # ignored on Fargate
        taken_away = (name in ("imageId", "ec2KeyPair", "placementGroup") and value == "") or (
            name == "launchTemplate" and batch_templates.clears(value)
        ) or (name == "scalingPolicy" and not value.get("minScaleDownDelayMinutes"))
        if taken_away:
            after.pop(name, None)
        elif name == "ec2Configuration" and not value:
            after[name] = copy.deepcopy(rules.DEFAULT_CONFIGURATION)
        else:
            after[name] = value
    return after


def _type_can_become(resources: dict[str, Any], sent: dict[str, Any]) -> None:
    """The user guide lists EC2 ↔ SPOT only; no source for the text."""
    wanted, current = sent.get("type"), resources.get("type")
    if wanted not in (None, current) and not {wanted, current} <= {"EC2", "SPOT"}:
        raise refuse("Compute environment type can only be updated between EC2 and SPOT.")


def _fargate_change(sent: dict[str, Any], body: dict[str, Any]) -> None:
    wrong = [name for name in rules.NOT_FARGATE if name in sent]
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
    if "spotIamFleetRole" in sent:
        raise refuse("spotIamFleetRole can not be updated.")


def role_kind_stays(environment: Any, role: str) -> None:
    """A service-linked role cannot become a custom role or the reverse (Batch user guide)."""
    if batch_roles.is_service_linked(environment.service_role) != batch_roles.is_service_linked(role):
        raise refuse("Changing between a service-linked role and another service role is not supported.")
