"""moto made lighter where it does work nobody asked for.

Its handler names are looked up once for each class instead of for each call; a random
id is one random number instead of 17; and the 1,300 images of a region, with a volume
and a snapshot each, are made when a call first needs images.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_NEEDS_IMAGES = re.compile(r"Image|RunInstances|Spot|Fleet|Snapshot|Volume")


def apply() -> None:
    from moto.core import responses
    from moto.ec2 import utils
    from moto.ec2.models.amis import AmiBackend

    responses.method_names_from_class = cache(responses.method_names_from_class)
    utils.random_resource_id = _random_resource_id
    AmiBackend.local_load_amis = AmiBackend._load_amis
    AmiBackend._load_amis = lambda backend: None


def load_images(backend: Any, action: str) -> None:
    """Make the region's images if this call may look at them and they are not there yet."""
    if _NEEDS_IMAGES.search(action) and not backend.__dict__.get("local_images_loaded"):
        backend.local_images_loaded = True
        backend.local_load_amis()


def _random_resource_id(size: int = 17) -> str:
    from moto.moto_api._internal import mock_random

    return f"{mock_random.getrandbits(4 * size):0{size}x}"
