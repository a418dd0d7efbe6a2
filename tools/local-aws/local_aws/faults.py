"""Fault rules: which call goes wrong, how, and how often.

A rule names a service and an action (globs), optionally a text its parameters
contain, how many matching calls to let pass first (``skip``) and how often to
fire (``times``, null for ever). Latency adds up over all matching rules; of the
other effects the first rule that matches decides.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .calls import Call

EFFECTS = ("error", "drop_reply", "reset", "latency_ms", "hang")
_FIELDS = {"service", "action", "match", "skip", "times", "effect"}


class FaultError(ValueError):
    """A rule that cannot be understood."""


@dataclass
class Rule:
    service: str
    action: str
    match: str
    skip: int
    times: int | None
    effect: dict[str, Any]
    id: int = 0
    seen: int = 0
    fired: int = 0

    @property
    def kind(self) -> str:
        return next(iter(self.effect))

    def wants(self, call: Call) -> bool:
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.action, self.action)
            and self.match in call.text
        )

    def fire(self) -> bool:
        """Count a matching call; whether the rule takes effect on it."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id, "service": self.service, "action": self.action, "match": self.match, "skip": self.skip,
            "times": self.times, "effect": self.effect, "seen": self.seen, "fired": self.fired,
        }


@dataclass
class Verdict:
    """What the rules say about one call."""

    latency_ms: float = 0
    kind: str | None = None
    error: dict[str, Any] = field(default_factory=dict)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._last_id = 0

    def add(self, described: Any) -> list[Rule]:
        """Add one rule or a list of them; all or, if one is wrong, none."""
        rules = [_rule(item) for item in (described if isinstance(described, list) else [described])]
        with self._lock:
            for rule in rules:
                self._last_id += 1
                rule.id = self._last_id
            self._rules += rules
        return rules

    def clear(self, rule_id: int | None = None) -> None:
        with self._lock:
            self._rules = [rule for rule in self._rules if rule_id is not None and rule.id != rule_id]

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    def verdict(self, call: Call) -> Verdict:
        verdict = Verdict()
        with self._lock:
            for rule in self._rules:
                # A rule that could no longer change the outcome is not used up.
                if (verdict.kind and rule.kind != "latency_ms") or not rule.wants(call) or not rule.fire():
                    continue
                if rule.kind == "latency_ms":
                    verdict.latency_ms += rule.effect["latency_ms"]
                else:
                    verdict.kind = rule.kind
                    verdict.error = rule.effect.get("error", {})
        return verdict


def _rule(described: Any) -> Rule:
    if not isinstance(described, dict) or not set(described) <= _FIELDS:
        raise FaultError(f"a rule is an object with the fields {', '.join(sorted(_FIELDS))}")
    effect = described.get("effect")
    if not isinstance(effect, dict) or len(effect) != 1 or next(iter(effect)) not in EFFECTS:
        raise FaultError(f"effect is an object with one of {', '.join(EFFECTS)}")
    if "error" in effect:
        effect = {"error": _error(effect["error"])}
    elif "latency_ms" in effect:
        if not isinstance(effect["latency_ms"], (int, float)):
            raise FaultError("latency_ms is a number")
    elif next(iter(effect.values())) is not True:
        raise FaultError("the value of this effect is true")
    return Rule(
        service=described.get("service", "*"),
        action=described.get("action", "*"),
        match=described.get("match") or "",
        skip=int(described.get("skip") or 0),
        times=described.get("times", 1),
        effect=effect,
    )


def _error(error: Any) -> dict[str, Any]:
    if not isinstance(error, dict) or "code" not in error:
        raise FaultError("error needs a code, and may have a status and a message")
    return {
        "status": int(error.get("status", 400)),
        "code": str(error["code"]),
        "message": str(error.get("message", "An injected fault.")),
    }
