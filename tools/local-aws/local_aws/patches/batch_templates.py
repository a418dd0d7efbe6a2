"""The launch template of a compute environment, with its overrides.

What can be told from the request alone is refused (API_LaunchTemplateSpecification,
API_LaunchTemplateSpecificationOverride; no source for the texts). Whether the template exists and what
is in it Batch finds out later: the compute environment becomes INVALID (aws-cdk #6427; that a
missing template does the same, with EC2's own text: no source).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import InvalidLaunchTemplateVersionNotFound

from .batch_life import refuse_request

_MOST_OVERRIDES = 10
_MULTIPART = "multipart/"


def is_well_formed(resources: dict[str, Any]) -> None:
    template = resources.get("launchTemplate")
    if template is None:
        return
    overrides = template.get("overrides") or []
    for item in (template, *overrides):
        if bool(item.get("launchTemplateId")) == bool(item.get("launchTemplateName")):
            raise refuse_request("Specify either launchTemplateId or launchTemplateName, but not both.")
    if len(overrides) > _MOST_OVERRIDES:
        raise refuse_request(f"A launch template can have at most {_MOST_OVERRIDES} overrides.")
    targets = [name for item in overrides for name in item.get("targetInstanceTypes") or []]
    if any(not item.get("targetInstanceTypes") for item in overrides):
        raise refuse_request("targetInstanceTypes is required for a launch template override.")
    if len(set(targets)) < len(targets):
        raise refuse_request("targetInstanceTypes must be unique over all launch template overrides.")
    for name in targets:
        _is_of_the_environment(name, resources.get("instanceTypes") or [])


def _is_of_the_environment(name: str, types: list[str]) -> None:
    """A target is a type or family that the compute environment may start; never a word of Batch."""
    family = name.partition(".")[0]
    if name.startswith(("optimal", "default_")) or not (name in types or family in types):
        raise refuse_request(f"{name} is not one of the instance types of the compute environment.")


def clears(template: dict[str, Any]) -> bool:
    """An update takes the template away with an empty id or name."""
    given = [template.get("launchTemplateId"), template.get("launchTemplateName")]
    return "" in given and not any(given)


def reason_invalid(backend: Any, resources: dict[str, Any]) -> str | None:
    """The statusReason that a template which cannot be used leads to."""
    template = resources.get("launchTemplate")
    for item in [template, *(template.get("overrides") or [])] if template else []:
        try:
            version = _version(backend.ec2_backend, item)
        except ServiceException as error:
            return f"CLIENT_ERROR - {error.message}"
        if not _is_multipart(version.data.get("UserData")):
            return "CLIENT_ERROR - Launch Template UserData is not MIME multipart format"
    return None


def _version(ec2: Any, item: dict[str, Any]) -> Any:
    if item.get("launchTemplateId"):
        template = ec2.get_launch_template(item["launchTemplateId"])
    else:
        template = ec2.get_launch_template_by_name(item["launchTemplateName"])
    version = item.get("version") or "$Default"
    if version not in ("$Default", "$Latest") and not (version.isdecimal() and int(version) > 0):
        raise InvalidLaunchTemplateVersionNotFound(version, template.id)
    return template.get_version(version)


def _is_multipart(user_data: Any) -> bool:
    if not user_data:
        return True
    try:
        text = base64.b64decode(str(user_data), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        text = str(user_data)
    return _MULTIPART in text.lower()
