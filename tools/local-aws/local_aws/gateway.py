"""The way of every AWS call: log, faults, latency, moto, request id.

The answer is a ``Reply``, or a ``Cut`` when the client shall get none.
"""

from __future__ import annotations

import sys
import time
import traceback
import uuid
from dataclasses import dataclass

from . import SERVICES
from .calls import Call, HttpRequest, identify
from .faults import Faults, Verdict
from .journal import Journal, timestamp
from .moto_app import Moto
from .settings import settings
from .wire import Reply, error_code, error_reply, with_request_id


@dataclass(frozen=True)
class Cut:
    """The connection ends without an answer; ``reset`` as a TCP reset."""

    reset: bool


class Gateway:
    def __init__(self, moto: Moto, faults: Faults, journal: Journal) -> None:
        self._moto = moto
        self._faults = faults
        self._journal = journal

    def handle(self, request: HttpRequest) -> Reply | Cut:
        started, began = timestamp(), time.monotonic()
        call = identify(request)
        request_id = str(uuid.uuid4())
        in_flight = self._journal.begin()
        answer: Reply | Cut | None = None
        verdict = Verdict()
        try:
            verdict = self._faults.verdict(call)
            answer = self._answer(request, call, verdict)
            if isinstance(answer, Reply):
                answer = with_request_id(answer, call.protocol, request_id)
            return answer
        finally:
            reply = answer if isinstance(answer, Reply) else None
            self._journal.end(
                call, time=started, request_id=request_id, in_flight=in_flight,
                status=reply.status if reply else None,
                error_code=error_code(reply, call.protocol) if reply else None,
                duration_ms=(time.monotonic() - began) * 1000,
                fault=verdict.kind or ("latency_ms" if verdict.latency_ms else None),
            )

    def _answer(self, request: HttpRequest, call: Call, verdict: Verdict) -> Reply | Cut:
        if verdict.kind == "reset":
            return Cut(reset=True)
        _wait((settings.latency_ms + verdict.latency_ms) / 1000)
        if verdict.kind == "hang":
            _hang(request, settings.hang_seconds)
            return Cut(reset=False)
        if verdict.kind == "error":
            error = verdict.error
            return error_reply(call.service, call.protocol, error["status"], error["code"], error["message"])
        reply = self._call_moto(request, call)
        return Cut(reset=False) if verdict.kind == "drop_reply" else reply

    def _call_moto(self, request: HttpRequest, call: Call) -> Reply:
        if call.service not in SERVICES:
            known = ", ".join(SERVICES)
            return error_reply(
                call.service, call.protocol, 400, "UnknownService",
                f"The local AWS offers {known}; this request is signed for {call.service or 'none'!r}.",
            )
        try:
            return self._moto.call(call.service, call.region, request)
        except NotImplementedError as error:
            return error_reply(call.service, call.protocol, 501, "NotImplemented", f"local AWS: {error}")
        except Exception as error:  # a defect of moto or of a patch: say so instead of an HTML page
            traceback.print_exc(file=sys.stderr)
            code = "InternalError" if call.protocol == "ec2" else "InternalFailure"
            return error_reply(call.service, call.protocol, 500, code, f"local AWS: {type(error).__name__}: {error}")


def _hang(request: HttpRequest, seconds: float) -> None:
    """Hold the connection until the client gives up or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not request.abandoned():
        time.sleep(0.02)


def _wait(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
