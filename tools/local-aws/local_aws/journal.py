"""The request log: one JSON object for each call, in memory and, if asked, in a file."""

from __future__ import annotations

import json
import threading
from collections import deque
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .calls import Call

#: The memory the log may take is bounded; the file holds everything.
_KEPT = 50_000


def timestamp() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    """Numbers calls in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._count = 0
        self._in_flight = 0
        self._file: Any = None

    def write_to(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def begin(self) -> int:
        """A call has come in; how many are in flight with it."""
        with self._lock:
            self._in_flight += 1
            return self._in_flight

    def end(
        self, call: Call, *, time: str, request_id: str, in_flight: int, status: int | None,
        error_code: str | None, duration_ms: float, fault: str | None,
    ) -> None:
        with self._lock:
            self._in_flight -= 1
            self._count += 1
            entry = {
                "n": self._count, "time": time, "service": call.service, "action": call.action,
                "region": call.region, "request_id": request_id, "status": status, "error_code": error_code,
                "duration_ms": round(duration_ms, 1), "params": call.params, "in_flight": in_flight,
                "user_agent": call.user_agent, "fault": fault,
            }
            self._entries.append(entry)
            if self._file is not None:
                self._file.write(json.dumps(entry) + "\n")

    def entries(self, since: int = 0) -> list[dict[str, Any]]:
        with self._lock:
            return [entry for entry in self._entries if entry["n"] > since]

    def clear(self) -> None:
        """Forget the entries kept in memory; the file and the numbering go on."""
        with self._lock:
            self._entries.clear()
