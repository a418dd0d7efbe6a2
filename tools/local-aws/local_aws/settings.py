"""What a running local AWS can be told to do differently, and the clock it uses.

One instance, ``settings``, is shared by the gateway and all patches. The
command line gives the launch values; ``POST /_local/settings`` changes them;
``POST /_local/reset`` returns to the launch values.
"""

from __future__ import annotations

import copy
import threading
import time
from dataclasses import asdict, dataclass, field, fields
from typing import Any

#: Kinds of transition, each with the kind it takes its seconds from when it has none of
#: its own. ``None`` means ``transition_seconds``.
TRANSITION_KINDS: dict[str, str | None] = {
    "endpoint": None,
    "endpoint_delete": "endpoint",
    "gateway_endpoint_delete": "endpoint_delete",
    "compute_environment": None,
    "compute_environment_update": "compute_environment",
    "infrastructure_update": "compute_environment_update",
    "compute_environment_delete": "compute_environment",
    "job_queue": None,
    "job_queue_update": "job_queue",
    "job_queue_delete": "job_queue",
}


#: Settings that map names to something: the type of a value, and what the map is.
_MAPS: dict[str, tuple[type, str]] = {
    "service_zones": (list, "a service name to a list of zone names"),
    "service_policies": (bool, "a service name to whether it has endpoint policies"),
    "invalid": (str, "a compute environment or job queue to a statusReason"),
}
_BUSY_VCPUS = 4.0
#: VPC quotas: security groups of a network interface, at first and at most.
_GROUPS_PER_INTERFACE = 5
_MOST_GROUPS_PER_INTERFACE = 16


def now() -> float:
    """The clock of every life cycle: seconds that never go backwards."""
    return time.monotonic()


class SettingError(ValueError):
    """A setting that does not exist or a value it cannot have."""


@dataclass
class Values:
    latency_ms: float = 0
    transition_seconds: float = 0.2
    transitions: dict[str, float] = field(default_factory=dict)
    iam_propagation_seconds: float = 0
    relationship_lag_seconds: float = 0
    describe_lag_seconds: float = 0
    hang_seconds: float = 60
    job_seconds: float = 0
    busy: dict[str, dict[str, float]] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    service_zones: dict[str, list[str]] = field(default_factory=dict)
    service_policies: dict[str, bool] = field(default_factory=dict)
    groups_per_interface: int = _GROUPS_PER_INTERFACE


class Settings:
    """The current values; reads need no lock, changes are checked and made together."""

    def __init__(self, launch: Values | None = None) -> None:
        self._lock = threading.Lock()
        self.launch(launch or Values())

    def launch(self, values: Values) -> None:
        self._launched = copy.deepcopy(values)
        self._values = copy.deepcopy(values)

    def reset(self) -> None:
        self._values = copy.deepcopy(self._launched)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._values, name)

    def transition(self, kind: str) -> float:
        """How long a resource stays in the transitional state of this kind."""
        name: str | None = kind
        while name is not None:
            if name in self._values.transitions:
                return self._values.transitions[name]
            name = TRANSITION_KINDS[name]
        return self._values.transition_seconds

    def as_dict(self) -> dict[str, Any]:
        return asdict(self._values)

    def change(self, changes: dict[str, Any]) -> None:
        """Apply all of the changes or, if one is wrong, none of them."""
        with self._lock:
            values = copy.deepcopy(self._values)
            known = {f.name for f in fields(Values)}
            for name, value in changes.items():
                if name not in known:
                    raise SettingError(f"unknown setting {name!r}; known: {', '.join(sorted(known))}")
                setattr(values, name, _checked(name, value, getattr(values, name)))
            self._values = values


def _checked(name: str, value: Any, current: Any) -> Any:
    if name == "transitions":
        return _merged_transitions(value, current)
    if name == "busy":
        return _checked_busy(value)
    if name in _MAPS:
        kind, text = _MAPS[name]
        if not isinstance(value, dict) or not all(isinstance(item, kind) for item in value.values()):
            raise SettingError(f"{name} must map {text}")
        return value
    if name == "groups_per_interface":
        return _checked_groups(value)
    return seconds(name, value)


def _checked_groups(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_GROUPS_PER_INTERFACE:
        raise SettingError(f"groups_per_interface must be 1 to {_MOST_GROUPS_PER_INTERFACE}, not {value!r}")
    return value


def _checked_busy(value: Any) -> dict[str, dict[str, float]]:
    """For each pattern of names the vCPUs that are at work, and for how long after the environment is DISABLED."""
    if not isinstance(value, dict):
        raise SettingError("busy must map a compute environment to seconds or to {seconds, vcpus}")
    checked = {}
    for name, item in value.items():
        given = item if isinstance(item, dict) else {"seconds": item}
        if not set(given) <= {"seconds", "vcpus"}:
            raise SettingError(f"busy {name!r} must be seconds or {{seconds, vcpus}}, not {item!r}")
        numbers = {key: seconds(f"busy {name!r}", number) for key, number in given.items()}
        checked[name] = {"seconds": 0.0, "vcpus": _BUSY_VCPUS, **numbers}
    return checked


def _merged_transitions(value: Any, current: dict[str, float]) -> dict[str, float]:
    if not isinstance(value, dict):
        raise SettingError("transitions must map a kind to seconds (null takes a kind back)")
    merged = dict(current)
    for kind, kind_seconds in value.items():
        if kind not in TRANSITION_KINDS:
            raise SettingError(f"unknown transition {kind!r}; known: {', '.join(TRANSITION_KINDS)}")
        if kind_seconds is None:
            merged.pop(kind, None)
        else:
            merged[kind] = seconds(kind, kind_seconds)
    return merged


def seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise SettingError(f"{name} must be a number that is not negative, not {value!r}")
    return float(value)


settings = Settings()
