"""DescribeLaunchTemplates and DescribeLaunchTemplateVersions: pages, and what is not found.

EC2 API, error codes: InvalidLaunchTemplateId.Malformed, InvalidLaunchTemplateId.NotFound,
InvalidLaunchTemplateName.NotFoundException (texts: karpenter-provider-aws #5665, getmoto/moto #5477).
moto shows the first 15 and leaves out what it does not find.
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from .patching import Refusal, before, instead

_ID = re.compile(r"lt-[0-9a-f]{8}(?:[0-9a-f]{9})?")
_PAGE = 200
_ALL = 1_000_000


def apply() -> None:
    instead(EC2Response, "describe_launch_templates", _describe)
    versions = instead(EC2Response, "describe_launch_template_versions", lambda response: _versions(versions, response))
    for name in ("create_launch_template_version", "delete_launch_template", "modify_launch_template"):
        before(EC2Response, name, _named_exists)


def _named_exists(response: Any) -> None:
    _find(response.ec2_backend, response._get_param("LaunchTemplateId"), response._get_param("LaunchTemplateName"))


def _find(backend: Any, template_id: str | None, name: str | None) -> Any:
    if template_id is not None:
        if not _ID.fullmatch(template_id):
            raise Refusal("InvalidLaunchTemplateId.Malformed", f'Invalid launch template ID: "{template_id}"')
        return backend.get_launch_template(template_id)
    return backend.get_launch_template_by_name(name) if name is not None else None


def _describe(response: Any) -> ActionResult:
    backend = response.ec2_backend
    found = [_find(backend, template_id, None) for template_id in response._get_param("LaunchTemplateIds", [])]
    found += [_find(backend, None, name) for name in response._get_param("LaunchTemplateNames", [])]
    asked = found or list(backend.launch_templates.values())
    shown, token = _page(response, generic_filter(response._filters_from_querystring(), asked))
    creator = f"arn:{response.partition}:iam::{response.current_account}:root"
    return ActionResult({"LaunchTemplates": [_shown(template, creator) for template in shown], "NextToken": token})


def _shown(template: Any, creator: str) -> dict[str, Any]:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": creator,
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "Tags": template.get_tags(),
    }


def _versions(original: Any, response: Any) -> Any:
    """All versions are made and then cut into pages; moto's own limit is 15."""
    _named_exists(response)
    limit = response._get_int_param("MaxResults")
    response.params["MaxResults"] = _ALL
    result = original(response)
    response.params["MaxResults"] = limit
    shown, token = _page(response, result.result["LaunchTemplateVersions"])
    return ActionResult({"LaunchTemplateVersions": shown, "NextToken": token})


def _page(response: Any, items: list[Any]) -> tuple[list[Any], str | None]:
    start = int(response._get_param("NextToken") or 0)
    end = start + (response._get_int_param("MaxResults") or _PAGE)
    return items[start:end], str(end) if end < len(items) else None
