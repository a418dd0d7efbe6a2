"""Whether Batch can work with the roles of a compute environment.

Bad roles do not make CreateComputeEnvironment fail: it is accepted and the compute
environment becomes INVALID (Batch user guide, "INVALID compute environment"; texts from
hashicorp/terraform-provider-aws #37945 and the issues named in its thread).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from . import iam


def service_linked_role_arn(backend: Any) -> str:
    return full_arn(backend, "aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")


def is_service_linked(arn: str) -> bool:
    return "/aws-service-role/batch.amazonaws.com/" in arn


def ensure_service_linked_role(backend: Any) -> str:
    """Batch creates its service-linked role when the first environment without a role needs it."""
    arn = service_linked_role_arn(backend)
    if _role(backend, arn) is None:
        backend.iam_backend.create_service_linked_role("batch.amazonaws.com", "", "")
    return arn


def full_arn(backend: Any, role: str) -> str:
    """A role may be given by its name; Batch answers with the ARN."""
    return role if role.startswith("arn:") else f"arn:{backend.partition}:iam::{backend.account_id}:role/{role}"


def reason_invalid(backend: Any, environment: Any) -> str | None:
    """The statusReason of an INVALID compute environment, or None if the roles are good."""
    resources = environment.compute_resources
    return (
        service_role_reason(backend, environment.service_role)
        or _instance_profile_reason(backend, resources)
        or _fleet_role_reason(backend, resources)
        or _insights_reason(backend, environment)
    )


def service_role_reason(backend: Any, arn: str) -> str | None:
    role = _role(backend, arn)
    if role is None or "batch.amazonaws.com" not in str(role.assume_role_policy_document):
        return _not_authorized_to_assume()
    if is_service_linked(arn):
        return None
    visible = iam.role_is_visible(backend.iam_backend, role.name)
    if visible and (role.managed_policies or role.policies):
        return None
    assumed = f"arn:{backend.partition}:sts::{backend.account_id}:assumed-role/{role.name}/aws-batch"
    return (
        f"CLIENT_ERROR - User: {assumed} is not authorized to perform: ecs:DescribeClusters on resource: * "
        "because no identity-based policy allows the ecs:DescribeClusters action"
    )


def _not_authorized_to_assume() -> str:
    return (
        "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; "
        f"Status Code: 403; Error Code: AccessDenied; Request ID: {uuid.uuid4()})"
    )


def _role(backend: Any, arn: str) -> Any:
    return next((role for role in backend.iam_backend.roles.values() if role.arn == arn), None)


def _instance_profile_reason(backend: Any, resources: dict[str, Any]) -> str | None:
    """``instanceRole`` is an instance profile; that a role was given instead shows only here."""
    given = resources.get("instanceRole")
    if given is None:
        return None
    for profile in backend.iam_backend.get_instance_profiles():
        if given in (profile.arn, profile.name) and profile.roles:
            if iam.profile_is_visible(backend.iam_backend, profile.name):
                return None
    return f"CLIENT_ERROR - Invalid IamInstanceProfile: {given}"


def _fleet_role_reason(backend: Any, resources: dict[str, Any]) -> str | None:
    """Only BEST_FIT asks for a Spot fleet, and so for the role (Batch user guide, INVALID compute environment)."""
    if resources.get("type") != "SPOT" or resources.get("allocationStrategy") not in (None, "BEST_FIT"):
        return None
    role = _role(backend, resources["spotIamFleetRole"])
    trusted = role is not None and "spotfleet.amazonaws.com" in str(role.assume_role_policy_document)
    if trusted and iam.role_is_visible(backend.iam_backend, role.name):
        return None
    return "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid."


def _insights_reason(backend: Any, environment: Any) -> str | None:
    """Batch user guide, "IAM permissions for Container Insights" (no source for the text)."""
    if not environment.ecs_settings or is_service_linked(environment.service_role):
        return None
    role = _role(backend, environment.service_role)
    if any(_allows(document, "ecs:UpdateCluster") for document in _documents(role)):
        return None
    assumed = f"arn:{backend.partition}:sts::{backend.account_id}:assumed-role/{role.name}/aws-batch"
    return (
        f"CLIENT_ERROR - User: {assumed} is not authorized to perform: ecs:UpdateCluster on resource: "
        f"{environment.ecs_arn} because no identity-based policy allows the ecs:UpdateCluster action"
    )


def _documents(role: Any) -> Iterator[dict[str, Any]]:
    yield from (json.loads(text) for text in role.policies.values())
    for policy in role.managed_policies.values():
        current = next(version for version in policy.versions if version.version_id == policy.default_version_id)
        yield json.loads(current.document)


def _allows(document: dict[str, Any], action: str) -> bool:
    """A rough look: no resources, no conditions, no denials."""
    statements = document.get("Statement") or []
    for statement in [statements] if isinstance(statements, dict) else statements:
        actions = statement.get("Action") or []
        patterns = [actions] if isinstance(actions, str) else actions
        if statement.get("Effect") == "Allow" and any(fnmatchcase(action.lower(), p.lower()) for p in patterns):
            return True
    return False
