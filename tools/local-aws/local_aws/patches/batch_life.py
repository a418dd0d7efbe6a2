"""The life cycle that compute environments and job queues share.

CREATING, UPDATING and DELETING last for a time and then become VALID, INVALID or gone
(Batch API, ComputeEnvironmentDetail.status). In the meantime every change is refused.
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.batch.exceptions import ClientException

from ..settings import now, settings

GONE = "DELETED"


def refuse(message: str) -> ClientException:
    """A refusal of a state: the bare text (hashicorp/terraform-provider-aws #13221)."""
    return ClientException(message)


def refuse_request(message: str) -> ClientException:
    """A refusal of what was sent: Batch wraps the text with the request's id."""
    return ClientException(f"Error executing request, Exception : {message}, RequestId: {uuid.uuid4()}")


class Life:
    """Status with the time and the outcome of what is under way.

    Batch may also find something INVALID that was VALID (DroneYard #9); a test says so with
    the setting ``invalid``.
    """

    healthy = ""
    name = ""

    def __init__(self) -> None:
        self._status = ""
        self._reason = ""
        self._settles_at: float | None = None
        self._outcome = ("", "")

    def begin(self, status: str, seconds: float, invalid_reason: str | None = None) -> None:
        """Enter a transitional status; the outcome is decided now and shows after the time."""
        self._status, self._reason = status, ""
        self._settles_at = now() + seconds
        if invalid_reason is not None:
            self._outcome = ("INVALID", invalid_reason)
        else:
            self._outcome = (GONE, "") if status == "DELETING" else ("VALID", self.healthy)

    @property
    def status(self) -> str:
        self._settle()
        return self._status

    @property
    def status_reason(self) -> str:
        self._settle()
        return self._reason

    @property
    def settled_at(self) -> float:
        """When what was last begun came, or will come, to its end."""
        return self._settles_at or 0.0

    def _settle(self) -> None:
        if self._status != self._outcome[0] and self._settles_at is not None and now() >= self._settles_at:
            self._status, self._reason = self._outcome
        if self._status == "VALID" and self.name in settings.invalid:
            self._status, self._reason = self._outcome = "INVALID", settings.invalid[self.name]

    @property
    def is_changing(self) -> bool:
        return self.status in ("CREATING", "UPDATING", "DELETING")


def page(items: list[Any], body: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """One page of a describe and, if there are more, its nextToken."""
    start = int(body.get("nextToken") or 0)
    end = start + int(body.get("maxResults") or 100)
    return items[start:end], {"nextToken": str(end)} if end < len(items) else {}
