"""The control surface: ``/_local/…`` on the same port, JSON in and out."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any
from urllib.parse import parse_qs

from .calls import HttpRequest
from .faults import FaultError, Faults
from .journal import Journal
from .moto_app import Moto
from .settings import SettingError, settings
from .wire import Reply, json_reply

PREFIX = "/_local/"


class Control:
    def __init__(self, moto: Moto, faults: Faults, journal: Journal) -> None:
        self._moto = moto
        self._faults = faults
        self._journal = journal

    def handle(self, request: HttpRequest) -> Reply:
        name = request.path.removeprefix(PREFIX).strip("/").replace("/", "_")
        method = getattr(self, f"{request.method.lower()}_{name}", None)
        if method is None or name.startswith("_"):
            return json_reply({"error": f"no {request.method} {request.path}"}, 404)
        query = {key: values[-1] for key, values in parse_qs(request.query).items()}
        try:
            body = json.loads(request.body) if request.body.strip() else None
            return json_reply(method(query, body))
        except (SettingError, FaultError, ValueError, TypeError) as error:
            return json_reply({"error": str(error)}, 400)
        except Exception as error:  # a defect: say so, on the error output too
            traceback.print_exc(file=sys.stderr)
            return json_reply({"error": f"{type(error).__name__}: {error}"}, 500)

    def get_health(self, query: dict[str, str], body: Any) -> Any:
        return {"status": "ok", "pid": os.getpid()}

    def get_requests(self, query: dict[str, str], body: Any) -> Any:
        return self._journal.entries(int(query.get("since", 0)))

    def post_requests_clear(self, query: dict[str, str], body: Any) -> Any:
        self._journal.clear()
        return {}

    def get_faults(self, query: dict[str, str], body: Any) -> Any:
        return self._faults.as_list()

    def post_faults(self, query: dict[str, str], body: Any) -> Any:
        return [rule.as_dict() for rule in self._faults.add(body)]

    def delete_faults(self, query: dict[str, str], body: Any) -> Any:
        self._faults.clear(int(query["id"]) if "id" in query else None)
        return self._faults.as_list()

    def get_settings(self, query: dict[str, str], body: Any) -> Any:
        return settings.as_dict()

    def post_settings(self, query: dict[str, str], body: Any) -> Any:
        if not isinstance(body, dict):
            raise SettingError("settings are an object")
        settings.change(body)
        return settings.as_dict()

    def post_reset(self, query: dict[str, str], body: Any) -> Any:
        """Everything as it was at the start, but for the numbering and the file of the request log."""
        self._faults.clear()
        settings.reset()
        self._moto.reset()
        self._journal.clear()
        return {}
