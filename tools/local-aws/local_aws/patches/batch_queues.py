"""Job queues: life cycle, the order of compute environments, and their release.

What is refused is in ``batch_queue_rules``. No source says that a queue becomes INVALID with its
compute environments; it stays VALID, and its jobs say why they wait (``batch_jobs``).
"""

from __future__ import annotations

import json
from typing import Any

from moto.batch.responses import BatchResponse
from moto.batch.utils import make_arn_for_job_queue

from ..settings import now, settings
from . import batch_queue_rules as rules
from .batch_environments import backend_of, body_of, remember_relationship
from .batch_life import Life, page, refuse, refuse_request
from .batch_load import end_jobs_of
from .batch_rules import name_is_good, state_is_good
from .patching import before, instead

_QUEUE_TYPES = {"EC2": "ECS", "FARGATE": "ECS_FARGATE"}


def apply() -> None:
    instead(BatchResponse, "createjobqueue", _create)
    instead(BatchResponse, "describejobqueues", _describe)
    instead(BatchResponse, "updatejobqueue", _update)
    instead(BatchResponse, "deletejobqueue", _delete)
    before(
        BatchResponse, "deleteschedulingpolicy",
        lambda response: rules.policy_is_unused(backend_of(response), body_of(response).get("arn", "")),
    )


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
            "jobQueueType": _QUEUE_TYPES.get(rules.family(self.environments[0]) or ""),
        }
        return {name: value for name, value in detail.items() if value is not None}


def _create(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    name_is_good(body.get("jobQueueName"), "jobQueueName")
    state_is_good(body.get("state"))
    if body.get("priority") is None:
        raise refuse_request("priority must be provided")
    rules.priority_is_good(body["priority"])
    rules.limits_are_good(body.get("jobStateTimeLimitActions"))
    if backend.get_job_queue_by_name(body["jobQueueName"]) is not None:
        raise refuse("Object already exists")
    order, environments = rules.ordered(backend, body.get("computeEnvironmentOrder") or [], current=[])
    rules.policy_exists(backend, body.get("schedulingPolicyArn"))
    queue = JobQueue(backend, body)
    queue.attach(order, environments)
    backend._job_queues[queue.arn] = queue
    if body.get("tags"):
        backend.tag_resource(queue.arn, body["tags"])
    queue.begin("CREATING", settings.transition("job_queue"), settings.invalid.get(queue.name))
    return _identity(queue)


def _identity(queue: JobQueue) -> str:
    return json.dumps({"jobQueueName": queue.name, "jobQueueArn": queue.arn})


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
    state_is_good(body.get("state"))
    rules.priority_is_good(body.get("priority"))
    rules.limits_are_good(body.get("jobStateTimeLimitActions"))
    rules.policy_may_change(backend, queue, body.get("schedulingPolicyArn"))
    if body.get("computeEnvironmentOrder") is not None:
        _reorder(backend, queue, body["computeEnvironmentOrder"])
    queue.state = body.get("state") or queue.state
    queue.priority = queue.priority if body.get("priority") is None else body["priority"]
    queue.schedule_policy = body.get("schedulingPolicyArn") or queue.schedule_policy
    if body.get("jobStateTimeLimitActions") is not None:
        queue.time_limit_actions = body["jobStateTimeLimitActions"]
    queue.begin("UPDATING", settings.transition("job_queue_update"), settings.invalid.get(queue.name))
    return _identity(queue)


def _reorder(backend: Any, queue: JobQueue, sent: list[dict[str, Any]]) -> None:
    current = queue.environments
    queue.attach(*rules.ordered(backend, sent, current))
    for environment in current:
        if environment not in queue.environments:
            remember_relationship(backend, environment.arn, since=now() + settings.transition("job_queue_update"))


def _delete(response: Any) -> str:
    backend = backend_of(response)
    queue = _settled(backend, body_of(response), "delete")
    if queue.state != "DISABLED":
        # The wording is not known; no source shows it.
        raise refuse("Cannot delete, job queue must be DISABLED.")
    end_jobs_of(queue, "Job Queue deleted")
    queue.begin("DELETING", settings.transition("job_queue_delete"))
    return "{}"
