"""Instance types, families and Batch's own words for them, and the one architecture they must share.

API_ComputeResource, instanceTypes: "All images in the compute environment must have the same
architecture"; API_CreateJobQueue: so must the compute environments of a queue. ``optimal`` is
``default_x86_64`` since November 2025 (Batch user guide). No source for the texts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from .batch_life import refuse_request

_WORDS = {"optimal": "x86_64", "default_x86_64": "x86_64", "default_arm64": "arm64"}


@cache
def _known() -> dict[str, str]:
    """Architecture of every type and family; both may be named."""
    known = dict(_WORDS)
    for name, described in INSTANCE_TYPES.items():
        architecture = described["ProcessorInfo"]["SupportedArchitectures"][-1]
        known[name] = architecture
        known.setdefault(name.partition(".")[0], architecture)
    return known


def is_known(name: str) -> bool:
    return name in _known()


def is_one(types: list[str]) -> None:
    found = {_known()[name] for name in types}
    if len(found) > 1:
        raise refuse_request(f"Instance types must have the same architecture, not {', '.join(sorted(found))}.")


def of(resources: dict[str, Any]) -> str:
    """What the instances of a compute environment are; a Fargate job says it for itself."""
    types = resources.get("instanceTypes") or []
    return _known().get(types[0], "") if types else ""
