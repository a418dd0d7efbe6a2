"""DescribeInstanceTypeOfferings: the tables of a region are read when it is first asked about.

moto reads those of all regions when it is imported, which is a third of its start time
and half of its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_FOLDER = "ec2/resources/instance_type_offerings/"


def apply() -> None:
    """Must come before anything imports moto's EC2."""
    from moto.utilities import utils

    load = utils.load_resource
    utils.load_resource = lambda path: [] if str(path).startswith(_FOLDER) else load(path)
    try:
        from moto.ec2.models import instance_types
    finally:
        utils.load_resource = load
    for location_type in instance_types.INSTANCE_TYPE_OFFERINGS:
        instance_types.INSTANCE_TYPE_OFFERINGS[location_type] = _Offerings(location_type, load)


class _Offerings(dict[str, Any]):
    def __init__(self, location_type: str, load: Callable[[str], Any]) -> None:
        super().__init__()
        self._location_type = location_type
        self._load = load

    def get(self, region: str, default: Any = None) -> Any:
        if region not in self:
            try:
                rows = self._load(f"{_FOLDER}{self._location_type}/{region}.json")
            except FileNotFoundError:
                return default
            self[region] = [{**row, "LocationType": self._location_type} for row in rows]
        return self[region]
