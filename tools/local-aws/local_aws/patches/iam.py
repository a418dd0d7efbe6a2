"""IAM: trust policies are checked, the Batch service-linked role has its name, changes take time.

Batch sees a new role, policy attachment or instance profile only after a while
(hashicorp/terraform-provider-aws #37945, #6566: 10 to 30 s). The time of each change is
kept here; ``batch_roles`` asks for it.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam import models
from moto.iam.responses import IamResponse

from ..settings import now, settings
from .patching import Refusal, after, before, instead

_ROLE_CHANGES = ("create_role", "attach_role_policy", "put_role_policy", "update_assume_role_policy")
#: IAM user guide, "IAM and AWS STS quotas".
_ROLE_NAME_CHARACTERS = 64
_PROFILE_CHANGES = ("create_instance_profile", "add_role_to_instance_profile")


def apply() -> None:
    # moto: AWSServiceRoleForbatch. Batch user guide, "Using service-linked roles".
    models.SERVICE_NAME_CONVERSION.update({"batch": "Batch", "ecs": "ECS", "spot": "EC2Spot"})
    for name in ("create_role", "update_assume_role_policy"):
        before(IamResponse, name, _trust_is_well_formed)
    before(IamResponse, "create_role", _role_name_fits)
    before(IamResponse, "delete_role", _role_is_not_service_linked)
    for name in _ROLE_CHANGES:
        after(IamResponse, name, lambda response: _changed(response, "RoleName"))
    for name in _PROFILE_CHANGES:
        after(IamResponse, name, lambda response: _changed(response, "InstanceProfileName"))
    create = instead(IamResponse, "create_service_linked_role", lambda response: _create_linked(create, response))


def _changed(response: Any, parameter: str) -> None:
    _changes(response.backend)[(parameter, response._get_param(parameter))] = now()


def _changes(backend: Any) -> dict[tuple[str, str], float]:
    return backend.__dict__.setdefault("local_changes", {})


def role_is_visible(backend: Any, name: str) -> bool:
    """Whether the last change of the role has reached the services that assume it."""
    return _is_old(backend, ("RoleName", name))


def profile_is_visible(backend: Any, name: str) -> bool:
    return _is_old(backend, ("InstanceProfileName", name))


def _is_old(backend: Any, key: tuple[str, str]) -> bool:
    changed = _changes(backend).get(key)
    return changed is None or now() - changed >= settings.iam_propagation_seconds


def _trust_is_well_formed(response: Any) -> None:
    text = response._get_param("AssumeRolePolicyDocument") or response._get_param("PolicyDocument") or ""
    try:
        document = json.loads(text)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "This policy contains invalid Json") from None
    statements = document.get("Statement") if isinstance(document, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.")
    for statement in statements:
        if "Resource" in statement:
            raise Refusal("MalformedPolicyDocument", "Has prohibited field Resource")
        if "Principal" not in statement:
            raise Refusal("MalformedPolicyDocument", "Missing required field Principal")
        if statement.get("Effect") not in ("Allow", "Deny") or "Action" not in statement:
            raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.")


def _role_name_fits(response: Any) -> None:
    if len(response._get_param("RoleName", "")) > _ROLE_NAME_CHARACTERS:
        raise Refusal(
            "ValidationError",
            "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length "
            f"less than or equal to {_ROLE_NAME_CHARACTERS}",
        )


def _role_is_not_service_linked(response: Any) -> None:
    name = response._get_param("RoleName")
    for role in response.backend.roles.values():
        if role.name == name and role.path.startswith("/aws-service-role/"):
            raise Refusal(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
            )


def _create_linked(original: Any, response: Any) -> Any:
    known = {role.name for role in response.backend.roles.values()}
    service = response._get_param("AWSServiceName", "").split(".")[0]
    name = f"AWSServiceRoleFor{models.SERVICE_NAME_CONVERSION.get(service, service)}"
    if name in known and not response._get_param("CustomSuffix"):
        raise Refusal(
            "InvalidInput",
            f"Service role name {name} has been taken in this account, please try a different suffix.",
        )
    return original(response)
