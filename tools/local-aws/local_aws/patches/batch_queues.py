"""Job queues: life cycle, the order of compute environments, and their release.

Batch API reference, CreateJobQueue and UpdateJobQueue: at most three compute
environments, all VALID, not EC2 and Fargate together, each order once.
"""

from __future__ import annotations

import json
from typing import Any

from moto.batch.responses import BatchResponse
from moto.batch.utils import make_arn_for_job_queue

from ..settings import now, settings
from . import batch_rules as rules
from .batch_environments import backend_of, body_of, remember_relationship
from .batch_life import Life, page, refuse, refuse_request
from .patching import instead

_MOST_ENVIRONMENTS = 3
_JOB_FAMILIES = {"EC2": "EC2", "SPOT": "EC2", "FARGATE": "FARGATE", "FARGATE_SPOT": "FARGATE"}


def apply() -> None:
    instead(BatchResponse, "createjobqueue", _create)
    instead(BatchResponse, "describejobqueues", _describe)
    instead(BatchResponse, "updatejobqueue", _update)
    instead(BatchResponse, "deletejobqueue", _delete)


class JobQueue(Life):
    """Kept in moto's collection, with the attributes moto's jobs look at."""

    healthy = "JobQueue Healthy"

    def __init__(self, backend: Any, body: dict[str, Any]) -> None:
        super().__init__()
        self.name: str = body["jobQueueName"]
        self.arn = make_arn_for_job_queue(backend.account_id, self.name, backend.region_name)
        self.state: str = body.get("state") or "ENABLED"
        self.priority: int = body["priority"]
        self.schedule_policy: str | None = body.get("schedulingPolicyArn")
        self.time_limit_actions: list[dict[str, Any]] = body.get("jobStateTimeLimitActions") or []
        self.env_order_json: list[dict[str, Any]] = []
        self.environments: list[Any] = []
        self.jobs: list[Any] = []

    def attach(self, order: list[dict[str, Any]], environments: list[Any]) -> None:
        self.environments = environments
        self.env_order_json = [
            {"order": item["order"], "computeEnvironment": environment.arn}
            for item, environment in zip(order, environments, strict=True)
        ]

    def describe(self, backend: Any) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "jobQueueName": self.name,
            "jobQueueArn": self.arn,
            "state": self.state,
            "schedulingPolicyArn": self.schedule_policy,
            "status": self.status,
            "statusReason": self.status_reason or None,
            "priority": self.priority,
            "computeEnvironmentOrder": self.env_order_json,
            "tags": backend.list_tags_for_resource(self.arn) or {},
            "jobStateTimeLimitActions": self.time_limit_actions,
        }
        return {name: value for name, value in detail.items() if value is not None}


def _create(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    rules.name_is_good(body.get("jobQueueName"), "jobQueueName")
    rules.state_is_good(body.get("state"))
    if body.get("priority") is None:
        raise refuse_request("priority must be provided")
    if backend.get_job_queue_by_name(body["jobQueueName"]) is not None:
        raise refuse("Object already exists")
    order, environments = _ordered(backend, body.get("computeEnvironmentOrder") or [])
    _policy_exists(backend, body.get("schedulingPolicyArn"))
    queue = JobQueue(backend, body)
    queue.attach(order, environments)
    backend._job_queues[queue.arn] = queue
    if body.get("tags"):
        backend.tag_resource(queue.arn, body["tags"])
    queue.begin("CREATING", settings.transition("job_queue"))
    return _identity(queue)


def _identity(queue: JobQueue) -> str:
    return json.dumps({"jobQueueName": queue.name, "jobQueueArn": queue.arn})


def _ordered(backend: Any, order: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Any]]:
    """The order sorted, and the environments it names, if Batch accepts it."""
    if not 1 <= len(order) <= _MOST_ENVIRONMENTS:
        raise refuse_request(f"computeEnvironmentOrder must have 1 to {_MOST_ENVIRONMENTS} compute environments")
    order = sorted(order, key=lambda item: item.get("order", 0))
    environments = [_attachable(backend, item["computeEnvironment"]) for item in order]
    if len({item.get("order") for item in order}) < len(order) or len({id(item) for item in environments}) < len(order):
        raise refuse_request("computeEnvironmentOrder must name each order and each compute environment once")
    families = {_JOB_FAMILIES.get(item.compute_resources.get("type", "EC2")) for item in environments}
    if len(families) > 1:
        raise refuse_request("All compute environments of a job queue must be either EC2 or Fargate")
    return order, environments


def _attachable(backend: Any, identifier: str) -> Any:
    environment = backend.get_compute_environment(identifier)
    if environment is None:
        raise refuse_request(f"compute-environment/{identifier.rpartition('/')[2]} does not exist")
    # An UPDATING environment was valid and goes on serving its queues.
    if environment.status not in ("VALID", "UPDATING"):
        raise refuse(
            f"Compute Environment {environment.arn} is not valid. "
            "It must be valid before attaching it to the job queue."
        )
    return environment


def _policy_exists(backend: Any, arn: str | None) -> None:
    if arn and arn not in backend._scheduling_policies:
        raise refuse_request(f"{arn} does not exist")


def _describe(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    wanted = body.get("jobQueues") or []
    found = [
        queue for queue in backend._job_queues.values()
        if not wanted or queue.arn in wanted or queue.name in wanted
    ]
    shown, token = page(found, body)
    return json.dumps({"jobQueues": [queue.describe(backend) for queue in shown], **token})


def _settled(backend: Any, body: dict[str, Any], verb: str) -> JobQueue:
    given = body.get("jobQueue") or ""
    queue: JobQueue | None = backend.get_job_queue(given)
    if queue is None:
        arn = make_arn_for_job_queue(backend.account_id, given.rpartition("/")[2], backend.region_name)
        raise refuse(f"{arn} does not exist")
    if queue.is_changing:
        raise refuse(f"Cannot {verb}, resource is being modified.")
    return queue


def _update(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    queue = _settled(backend, body, "update")
    rules.state_is_good(body.get("state"))
    _policy_may_change(backend, queue, body.get("schedulingPolicyArn"))
    if body.get("computeEnvironmentOrder") is not None:
        _reorder(backend, queue, body["computeEnvironmentOrder"])
    queue.state = body.get("state") or queue.state
    queue.priority = queue.priority if body.get("priority") is None else body["priority"]
    queue.schedule_policy = body.get("schedulingPolicyArn") or queue.schedule_policy
    if body.get("jobStateTimeLimitActions") is not None:
        queue.time_limit_actions = body["jobStateTimeLimitActions"]
    queue.begin("UPDATING", settings.transition("job_queue_update"))
    return _identity(queue)


def _reorder(backend: Any, queue: JobQueue, sent: list[dict[str, Any]]) -> None:
    before = queue.environments
    queue.attach(*_ordered(backend, sent))
    for environment in before:
        if environment not in queue.environments:
            remember_relationship(backend, environment.arn, since=now() + settings.transition("job_queue_update"))


def _policy_may_change(backend: Any, queue: JobQueue, arn: str | None) -> None:
    """A fair-share queue may change its policy; a FIFO queue can never get one."""
    _policy_exists(backend, arn)
    if arn and not queue.schedule_policy:
        raise refuse_request("A scheduling policy can not be added to a job queue created without one")


def _delete(response: Any) -> str:
    backend = backend_of(response)
    queue = _settled(backend, body_of(response), "delete")
    if queue.state != "DISABLED":
        # The wording is not known; no source shows it.
        raise refuse("Cannot delete, job queue must be DISABLED.")
    queue.begin("DELETING", settings.transition("job_queue_delete"))
    return "{}"
