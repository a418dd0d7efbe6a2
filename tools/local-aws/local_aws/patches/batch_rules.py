"""What a compute environment may be: names, states, and ``computeResources`` as a whole.

Sources: API_ComputeResource for the fields of each type and their bounds; nf-tower #262 for
the text about strategies. What may be changed is in ``batch_changes``.
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_FAMILIES

from . import batch_architecture, batch_templates
from .batch_life import refuse_request

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_TYPES = ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT")
_SPOT_STRATEGIES = ("SPOT_CAPACITY_OPTIMIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED")
_STRATEGIES = ("BEST_FIT", "BEST_FIT_PROGRESSIVE", "BEST_FIT_PROGRESSIVE_ORDERED", *_SPOT_STRATEGIES)

#: Fields that make no sense without instances; of ``scalingPolicy`` no source says so in words.
NOT_FARGATE = (
    "minvCpus", "desiredvCpus", "instanceTypes", "imageId", "ec2KeyPair", "instanceRole", "tags", "placementGroup",
    "bidPercentage", "launchTemplate", "ec2Configuration", "allocationStrategy", "spotIamFleetRole",
    "updateToLatestImageVersion", "scalingPolicy",
)
#: Of ECS (API_Ec2Configuration).
_IMAGE_TYPES = ("ECS_AL2", "ECS_AL2_NVIDIA", "ECS_AL2023", "ECS_AL2023_NVIDIA")
#: Without an AMI of one's own not for what is created since 30 June 2026 (hyp3 #3039).
_RETIRED_IMAGE_TYPES = ("ECS_AL2", "ECS_AL2_NVIDIA")
#: The image type since January 2026 (Batch user guide, "Amazon Linux 2023 AMIs").
DEFAULT_CONFIGURATION = [{"imageType": "ECS_AL2023"}]
_MOST_FARGATE_SUBNETS = 16
_MOST_FARGATE_GROUPS = 5
_MOST_CONFIGURATIONS = 2
_DELAY_MINUTES = range(20, 10_081)
_INSIGHTS = ("ENABLED", "ENHANCED", "DISABLED")


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


def resources_are_good(resources: dict[str, Any]) -> None:
    """The whole ``computeResources`` of a managed compute environment."""
    kind = resources.get("type")
    if kind not in _TYPES:
        raise refuse_request(f"computeResources.type {kind} must be one of {' | '.join(_TYPES)}")
    _fields_fit_type(kind, resources)
    _vcpus_fit(resources)
    _strategy_fits(kind, resources)
    _numbers_are_in_range(resources)
    _images_are_of_ecs(resources)
    _instance_types_exist(resources.get("instanceTypes") or [])
    batch_architecture.is_one(resources.get("instanceTypes") or [])
    batch_templates.is_well_formed(resources)


def _fields_fit_type(kind: str, resources: dict[str, Any]) -> None:
    if "maxvCpus" not in resources:
        raise refuse_request("Resource maxvCpus is required.")
    if not resources.get("subnets"):
        raise refuse_request("Subnets are required.")
    if is_fargate(resources):
        present = [name for name in NOT_FARGATE if name in resources]
        if present:
            raise refuse_request(f"{', '.join(present)} can not be specified for a {kind} compute environment.")
        if not resources.get("securityGroupIds"):
            raise refuse_request("Security groups are required.")
        _at_most(_MOST_FARGATE_SUBNETS, resources, "subnets")
        _at_most(_MOST_FARGATE_GROUPS, resources, "securityGroupIds")
        return
    if not resources.get("instanceRole"):
        raise refuse_request("Instance role is required.")
    if not resources.get("instanceTypes"):
        raise refuse_request("Instance types are required.")
    if not resources.get("securityGroupIds") and not resources.get("launchTemplate"):
        raise refuse_request("Security groups are required.")


def _at_most(most: int, resources: dict[str, Any], name: str) -> None:
    if len(resources[name]) > most:
        raise refuse_request(f"{name} can have at most {most} items for a {resources['type']} compute environment.")


def _numbers_are_in_range(resources: dict[str, Any]) -> None:
    """API_ComputeScalingPolicy and API_ComputeResource (Ec2Configuration: one or two); no source for the texts."""
    delay = (resources.get("scalingPolicy") or {}).get("minScaleDownDelayMinutes", 0)
    if delay != 0 and delay not in _DELAY_MINUTES:
        raise refuse_request("minScaleDownDelayMinutes must be between 20 and 10080, or 0 to unset it.")
    if not 0 <= resources.get("bidPercentage", 0) <= 100:
        raise refuse_request("bidPercentage must be between 0 and 100.")
    if len(resources.get("ec2Configuration") or []) > _MOST_CONFIGURATIONS:
        raise refuse_request(f"ec2Configuration can have at most {_MOST_CONFIGURATIONS} items.")


def _images_are_of_ecs(resources: dict[str, Any]) -> None:
    """aws-cdk #30928 for the text."""
    if any(item.get("imageType") not in _IMAGE_TYPES for item in resources.get("ec2Configuration") or []):
        raise refuse_request("Invalid imageType in ComputeResources.ec2Configuration")


def images_are_provided(resources: dict[str, Any]) -> None:
    """Of a new compute environment: no images of Amazon Linux 2 from Batch itself (hyp3 #3039; no source for the text)."""
    if resources.get("imageId"):
        return
    for item in resources.get("ec2Configuration") or []:
        if item["imageType"] in _RETIRED_IMAGE_TYPES and not item.get("imageIdOverride"):
            raise refuse_request(
                f"imageType {item['imageType']} is not supported for new compute environments. "
                "Use ECS_AL2023 or provide an imageIdOverride."
            )


def insights_are_good(ecs_settings: dict[str, Any] | None) -> None:
    """API_EcsSettings; no source for the text."""
    mode = (ecs_settings or {}).get("containerInsights")
    if mode not in (None, *_INSIGHTS):
        raise refuse_request(f"containerInsights {mode} must be one of {' | '.join(_INSIGHTS)}")


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
        if not batch_architecture.is_known(name):
            raise refuse_request(f"Instance type can only be one of [{', '.join(sorted(INSTANCE_FAMILIES))}, optimal]")
