"""What CreateJobQueue and UpdateJobQueue refuse.

Sources: Batch API reference of both calls, of ComputeEnvironmentOrder and of JobStateTimeLimitAction;
Batch user guide, "Job queue blocked events", for the reasons. Of the texts only the one about an
environment that is not valid has a source (Batch API errors seen in issues).
"""

from __future__ import annotations

from typing import Any

from . import batch_architecture
from .batch_life import refuse, refuse_request

_MOST_ENVIRONMENTS = 3
_PRIORITIES = range(0, 1001)
_FAMILIES = {"EC2": "EC2", "SPOT": "EC2", "FARGATE": "FARGATE", "FARGATE_SPOT": "FARGATE"}
_LIMIT_SECONDS = range(600, 86_401)
_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
)


def priority_is_good(priority: int | None) -> None:
    if priority is not None and priority not in _PRIORITIES:
        raise refuse_request("priority must be between 0 and 1000")


def limits_are_good(actions: list[dict[str, Any]] | None) -> None:
    for action in actions or []:
        if action.get("reason") not in _LIMIT_REASONS:
            raise refuse_request(f"jobStateTimeLimitActions reason must be one of {' | '.join(_LIMIT_REASONS)}")
        if action.get("state") != "RUNNABLE":
            raise refuse_request("jobStateTimeLimitActions state must be RUNNABLE")
        if action.get("action") != "CANCEL":
            raise refuse_request("jobStateTimeLimitActions action must be CANCEL")
        if action.get("maxTimeSeconds") not in _LIMIT_SECONDS:
            raise refuse_request("jobStateTimeLimitActions maxTimeSeconds must be between 600 and 86400")


def family(environment: Any) -> str | None:
    return _FAMILIES.get(environment.compute_resources.get("type", "EC2"))


def ordered(
    backend: Any, order: list[dict[str, Any]], current: list[Any]
) -> tuple[list[dict[str, Any]], list[Any]]:
    """The order sorted, and the environments it names, if Batch accepts it; ``current`` are those it has."""
    if not 1 <= len(order) <= _MOST_ENVIRONMENTS:
        raise refuse_request(f"computeEnvironmentOrder must have 1 to {_MOST_ENVIRONMENTS} compute environments")
    order = sorted(order, key=lambda item: item.get("order", 0))
    environments = [_attachable(backend, item["computeEnvironment"], current) for item in order]
    if len({item.get("order") for item in order}) < len(order) or len({id(item) for item in environments}) < len(order):
        raise refuse_request("computeEnvironmentOrder must name each order and each compute environment once")
    if len({family(item) for item in environments}) > 1:
        raise refuse_request("All compute environments of a job queue must be either EC2 or Fargate")
    if len({batch_architecture.of(item.compute_resources) for item in environments}) > 1:
        raise refuse_request("All compute environments of a job queue must have the same architecture")
    return order, environments


def _attachable(backend: Any, identifier: str, current: list[Any]) -> Any:
    environment = backend.get_compute_environment(identifier)
    if environment is None:
        raise refuse_request(f"compute-environment/{identifier.rpartition('/')[2]} does not exist")
    if environment.status != "VALID" and environment not in current:
        raise refuse(
            f"Compute Environment {environment.arn} is not valid. "
            "It must be valid before attaching it to the job queue."
        )
    return environment


def policy_exists(backend: Any, arn: str | None) -> None:
    if arn and arn not in backend._scheduling_policies:
        raise refuse_request(f"{arn} does not exist")


def policy_may_change(backend: Any, queue: Any, arn: str | None) -> None:
    """A fair-share queue may change its policy but not lose it; a FIFO queue can never get one."""
    if arn is None:
        return
    policy_exists(backend, arn)
    if not queue.schedule_policy:
        raise refuse_request("A scheduling policy can not be added to a job queue created without one")
    if not arn:
        raise refuse_request("The scheduling policy of a job queue can be replaced but not removed")


def policy_is_unused(backend: Any, arn: str) -> None:
    """API_DeleteSchedulingPolicy."""
    for queue in backend._job_queues.values():
        if queue.schedule_policy == arn:
            raise refuse(f"Cannot delete, scheduling policy is used by job queue {queue.arn}")
