"""Compute environments: stored as sent, changed in place by AWS's rules, deleted last.

moto refuses a missing role, is VALID at once, forgets updates and deletes whatever it is
asked to. Rules: Batch API reference; hashicorp/terraform-provider-aws #2044, #13221,
#46925 (queue relationship and its lag), #8549 (deleting without the service role).
"""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

from moto.batch.models import batch_backends
from moto.batch.responses import BatchResponse
from moto.batch.utils import make_arn_for_compute_env

from ..settings import now, settings
from . import batch_changes as changes
from . import batch_load as load
from . import batch_network as network
from . import batch_roles as roles
from . import batch_rules as rules
from . import batch_templates as templates
from .batch_life import GONE, Life, page, refuse, refuse_request
from .patching import instead

#: What Batch fills in for EC2 and SPOT.
_INSTANCE_DEFAULTS = {"minvCpus": 0, "ec2Configuration": rules.DEFAULT_CONFIGURATION}
_UPDATE_POLICY = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}


def apply() -> None:
    instead(BatchResponse, "createcomputeenvironment", _create)
    instead(BatchResponse, "describecomputeenvironments", _describe)
    instead(BatchResponse, "updatecomputeenvironment", _update)
    instead(BatchResponse, "deletecomputeenvironment", _delete)


class ComputeEnvironment(Life):
    """Kept in moto's collection, with the attributes moto's jobs and queues look at."""

    healthy = "ComputeEnvironment Healthy"

    def __init__(self, backend: Any, body: dict[str, Any], service_role: str) -> None:
        super().__init__()
        self.name: str = body["computeEnvironmentName"]
        self.arn = make_arn_for_compute_env(backend.account_id, self.name, backend.region_name)
        self.uuid = str(uuid.uuid4())
        self.env_type: str = body["type"]
        self.state: str = body.get("state") or "ENABLED"
        self.service_role = service_role
        self.compute_resources = copy.deepcopy(body.get("computeResources") or {})
        self.unmanaged_vcpus = body.get("unmanagedvCpus")
        self.update_policy: dict[str, Any] = {}
        self.ecs_settings: dict[str, Any] = body.get("ecsSettings") or {}
        self.context: str | None = body.get("context")
        self.disabled_at = now() if self.state == "DISABLED" else None
        self.jobs: list[Any] = []
        self.instances: list[Any] = []
        self.ecs_name = f"AWSBatch-{self.name}-{self.uuid}"
        self.ecs_arn = backend.ecs_backend.create_cluster(self.ecs_name).arn
        if self.env_type == "MANAGED":
            self._fill_in_defaults()

    def _fill_in_defaults(self) -> None:
        resources = self.compute_resources
        if not rules.is_fargate(resources):
            for name, value in _INSTANCE_DEFAULTS.items():
                resources.setdefault(name, copy.deepcopy(value))
            resources.setdefault("desiredvCpus", resources["minvCpus"])
            if not (resources.get("scalingPolicy") or {}).get("minScaleDownDelayMinutes", 0):
                resources.pop("scalingPolicy", None)  # 0 is unset

    def change_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.disabled_at = now() if state == "DISABLED" else None

    def change_resources(self, sent: dict[str, Any]) -> None:
        self.compute_resources = resources = changes.merged(self.compute_resources, sent)
        if "desiredvCpus" in resources:
            at_least = max(resources["desiredvCpus"], resources.get("minvCpus", 0))
            resources["desiredvCpus"] = min(at_least, resources["maxvCpus"])

    def reason_invalid(self, backend: Any) -> str | None:
        """What Batch finds wrong once it works with the environment."""
        resources = self.compute_resources
        return (
            settings.invalid.get(self.name)
            or roles.reason_invalid(backend, self)
            or network.reason_invalid(backend, resources)
            or templates.reason_invalid(backend, resources)
        )

    def shown_resources(self) -> dict[str, Any] | None:
        if "desiredvCpus" not in self.compute_resources:
            return self.compute_resources or None
        return {**self.compute_resources, "desiredvCpus": load.desired_vcpus(self)}

    def describe(self, backend: Any) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "computeEnvironmentName": self.name,
            "computeEnvironmentArn": self.arn,
            "unmanagedvCpus": self.unmanaged_vcpus,
            "ecsClusterArn": self.ecs_arn,
            "tags": backend.list_tags_for_resource(self.arn) or {},
            "type": self.env_type,
            "state": self.state,
            "status": self.status,
            "statusReason": self.status_reason or None,
            "computeResources": self.shown_resources(),
            "serviceRole": self.service_role,
            "updatePolicy": self.update_policy or None,
            "containerOrchestrationType": "ECS",
            "uuid": self.uuid,
            "context": self.context,
            "ecsSettings": self.ecs_settings or None,
        }
        return {name: value for name, value in detail.items() if value is not None}


def backend_of(response: Any) -> Any:
    """The Batch backend, without the environments and queues whose deletion is through."""
    backend = batch_backends[response.current_account][response.region]
    for queue in list(backend._job_queues.values()):
        if queue.status == GONE:
            for environment in queue.environments:
                remember_relationship(backend, environment.arn, since=queue.settled_at)
            del backend._job_queues[queue.arn]
    for environment in list(backend._compute_environments.values()):
        if environment.status == GONE:
            backend.ecs_backend.delete_cluster(environment.ecs_name)
            del backend._compute_environments[environment.arn]
    load.settle(backend)
    return backend


def body_of(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.body or "{}")
    return body


def remember_relationship(backend: Any, arn: str, since: float) -> None:
    """A queue has let go of the environment; Batch takes a while to notice (#46925)."""
    _lingering(backend)[arn] = max(since + settings.relationship_lag_seconds, _lingering(backend).get(arn, 0))


def _lingering(backend: Any) -> dict[str, float]:
    return backend.__dict__.setdefault("local_relationships", {})


def _create(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    _check_new(backend, body)
    role = body.get("serviceRole")
    arn = roles.full_arn(backend, role) if role else roles.ensure_service_linked_role(backend)
    environment = ComputeEnvironment(backend, body, arn)
    backend._compute_environments[environment.arn] = environment
    if body.get("tags"):
        backend.tag_resource(environment.arn, body["tags"])
    environment.begin("CREATING", settings.transition("compute_environment"), environment.reason_invalid(backend))
    return _identity(environment)


def _check_new(backend: Any, body: dict[str, Any]) -> None:
    rules.name_is_good(body.get("computeEnvironmentName"), "computeEnvironmentName")
    rules.state_is_good(body.get("state"))
    rules.insights_are_good(body.get("ecsSettings"))
    if body.get("type") not in ("MANAGED", "UNMANAGED"):
        raise refuse_request(f"type {body.get('type')} must be one of MANAGED | UNMANAGED")
    if body["type"] == "MANAGED":
        if not body.get("computeResources"):
            raise refuse_request("computeResources must be provided for a MANAGED compute environment.")
        rules.resources_are_good(body["computeResources"])
        rules.images_are_provided(body["computeResources"])
        network.exists(backend, body["computeResources"])
    if backend.get_compute_environment_by_name(body["computeEnvironmentName"]) is not None:
        raise refuse("Object already exists")


def _identity(environment: ComputeEnvironment) -> str:
    return json.dumps({"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn})


def _describe(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    wanted = body.get("computeEnvironments") or []
    found = [
        environment for environment in backend._compute_environments.values()
        if not wanted or environment.arn in wanted or environment.name in wanted
    ]
    shown, token = page(found, body)
    return json.dumps({"computeEnvironments": [environment.describe(backend) for environment in shown], **token})


def _settled(backend: Any, body: dict[str, Any], verb: str) -> ComputeEnvironment:
    given = body.get("computeEnvironment") or ""
    environment: ComputeEnvironment | None = backend.get_compute_environment(given)
    if environment is None:
        name = given.rpartition("/")[2]
        arn = make_arn_for_compute_env(backend.account_id, name, backend.region_name)
        raise refuse(f"{arn} does not exist")
    if environment.is_changing:
        raise refuse(f"Cannot {verb}, resource is being modified.")
    return environment


def _update(response: Any) -> str:
    backend, body = backend_of(response), body_of(response)
    environment = _settled(backend, body, "update")
    sent = body.get("computeResources") or {}
    _check_change(backend, environment, body)
    infrastructure = changes.is_infrastructure_update(environment.compute_resources, sent)
    if body.get("serviceRole"):
        environment.service_role = roles.full_arn(backend, body["serviceRole"])
    if body.get("state"):
        environment.change_state(body["state"])
    if body.get("unmanagedvCpus") is not None:
        environment.unmanaged_vcpus = body["unmanagedvCpus"]
    if body.get("updatePolicy"):
        environment.update_policy = {**_UPDATE_POLICY, **environment.update_policy, **body["updatePolicy"]}
    environment.ecs_settings = body.get("ecsSettings") or environment.ecs_settings
    environment.context = environment.context if body.get("context") is None else body["context"]
    environment.change_resources(sent)
    kind = "infrastructure_update" if infrastructure else "compute_environment_update"
    environment.begin("UPDATING", settings.transition(kind), environment.reason_invalid(backend))
    return _identity(environment)


def _check_change(backend: Any, environment: ComputeEnvironment, body: dict[str, Any]) -> None:
    changes.update_names_a_change(body)
    changes.policy_is_good(body.get("updatePolicy"))
    rules.state_is_good(body.get("state"))
    rules.insights_are_good(body.get("ecsSettings"))
    if body.get("serviceRole"):
        changes.role_kind_stays(environment, roles.full_arn(backend, body["serviceRole"]))
    if environment.env_type == "MANAGED":
        changes.change_is_possible_in_place(environment, body)
        after = changes.resources_after(environment, body)
        rules.resources_are_good(after)
        # One whose network has been deleted can still be disabled, to be deleted.
        if {"subnets", "securityGroupIds"} & (body.get("computeResources") or {}).keys():
            network.exists(backend, after)


def _delete(response: Any) -> str:
    backend = backend_of(response)
    environment = _settled(backend, body_of(response), "delete")
    if environment.state != "DISABLED":
        # The wording is not known; no source shows it.
        raise refuse("Cannot delete, compute environment must be DISABLED.")
    if _has_relationship(backend, environment.arn):
        raise refuse("Cannot delete, found existing JobQueue relationship")
    reason = _reason_not_deleted(backend, environment)
    if reason is None:
        load.end_jobs_of(environment, "Host EC2 terminated.")
    environment.begin("DELETING", settings.transition("compute_environment_delete"), reason)
    return "{}"


def _reason_not_deleted(backend: Any, environment: ComputeEnvironment) -> str | None:
    """Batch deletes with the service role (#8549), and no Fargate environment with active jobs.

    API_DeleteComputeEnvironment.
    """
    if rules.is_fargate(environment.compute_resources) and load.working_vcpus(environment):
        return "CLIENT_ERROR - The compute environment has active jobs."  # no source for the text
    return roles.service_role_reason(backend, environment.service_role)


def _has_relationship(backend: Any, arn: str) -> bool:
    attached = any(arn in (item.arn for item in queue.environments) for queue in backend._job_queues.values())
    return attached or now() < _lingering(backend).get(arn, 0)
