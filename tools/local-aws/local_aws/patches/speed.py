"""moto made lighter where it does work nobody asked for, or does the same work again.

Its handler names are looked up once for each class instead of for each call; a random
id is one random number instead of 17; the 1,300 images of a region, with a volume
and a snapshot each, are made when a call first needs images; AWS's 1,500 policies are read once and
not for each partition and reset; and what is the same for everybody is written once.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from ..settings import settings

_NEEDS_IMAGES = re.compile(r"Image|RunInstances|Spot|Fleet|Snapshot|Volume")

#: Answers that depend on nothing but region, parameters and settings.
_CONSTANT = ("DescribeVpcEndpointServices", "DescribeInstanceTypeOfferings", "DescribeInstanceTypes")
_MOST_ANSWERS = 100


def apply() -> None:
    from moto.core import responses
    from moto.ec2 import utils
    from moto.ec2.models.amis import AmiBackend
    from moto.iam.models import IAMBackend

    responses.method_names_from_class = cache(responses.method_names_from_class)
    utils.random_resource_id = _random_resource_id
    AmiBackend.local_load_amis = AmiBackend._load_amis
    AmiBackend._load_amis = lambda backend: None
    IAMBackend.local_read_policies = IAMBackend._init_aws_policies
    IAMBackend._init_aws_policies = _aws_policies


def load_images(backend: Any, action: str) -> None:
    """Make the region's images if this call may look at them and they are not there yet."""
    if _NEEDS_IMAGES.search(action) and not backend.__dict__.get("local_images_loaded"):
        backend.local_images_loaded = True
        backend.local_load_amis()


def remembered(response: Any, call: Callable[[], Any]) -> Any:
    """The answer of an earlier call if it cannot be another one; refusals are not kept."""
    action = response._get_action()
    if action not in _CONSTANT:
        return call()
    key = (
        action, response.region, json.dumps(response.querystring, sort_keys=True, default=str),
        json.dumps([settings.service_zones, settings.service_policies], sort_keys=True),
    )
    if key not in _answers:
        status, headers, body = call()
        if int(status) >= 400:
            return status, headers, body
        if len(_answers) >= _MOST_ANSWERS:
            _answers.clear()
        _answers[key] = status, dict(headers), body
    status, headers, body = _answers[key]
    return status, dict(headers), body


_answers: dict[tuple[str, ...], tuple[Any, dict[str, Any], Any]] = {}
_policies: list[Any] = []


def _aws_policies(backend: Any) -> list[Any]:
    """Copies, since a policy counts what it is attached to; they differ by account and partition only."""
    if not _policies:
        _policies.extend(backend.local_read_policies())
    copies = [copy.copy(policy) for policy in _policies]
    for policy in copies:
        policy.account_id, policy.partition = backend.account_id, backend.partition
    return copies


def _random_resource_id(size: int = 17) -> str:
    from moto.moto_api._internal import mock_random

    return f"{mock_random.getrandbits(4 * size):0{size}x}"
