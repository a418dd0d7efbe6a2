"""Which AWS call an HTTP request is: service, action, region and parameters.

The service and region are those the request was signed for. The action is in
the form body (ec2, iam, sts), in a header (ecs, logs, ssm, ecr) or in the path
(batch). Nothing of the signature is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

_SCOPE = re.compile(r"Credential=[^/,\s]*/\d{8}/([^/]+)/([^/]+)/aws4_request")

#: Parameters that carry a secret and so are never logged or matched.
_SECRET_PARAMS = re.compile(r"token$|password|secret|signature|accesskey|credential|saml", re.IGNORECASE)
_HARMLESS = {"ClientToken", "NextToken", "nextToken", "clientToken"}


@dataclass(frozen=True)
class HttpRequest:
    """One request as it came in; header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    #: Whether the client has closed its connection.
    abandoned: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Call:
    service: str
    action: str
    region: str
    params: dict[str, Any]
    protocol: str
    user_agent: str

    @property
    def text(self) -> str:
        """The parameters as the text that a fault rule's ``match`` is looked for in."""
        if self.protocol in ("ec2", "query"):
            return "&".join(f"{name}={value}" for name, value in self.params.items())
        return json.dumps(self.params, separators=(",", ":"))


_PROTOCOLS = {"ec2": "ec2", "iam": "query", "sts": "query", "batch": "rest-json"}


def identify(request: HttpRequest) -> Call:
    """The AWS call that a request is; unknown parts are empty strings."""
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    region, service = scope.groups() if scope else ("", _unsigned_service(request))
    protocol = _PROTOCOLS.get(service, "json")
    if protocol in ("ec2", "query"):
        action, params = _form(request)
    elif protocol == "rest-json":
        action, params = _batch_action(request), _json_body(request)
    else:
        action, params = request.headers.get("x-amz-target", "").rpartition(".")[2], _json_body(request)
    return Call(service, action, region, _without_secrets(params), protocol, request.headers.get("user-agent", ""))


def _unsigned_service(request: HttpRequest) -> str:
    """Whoever has no credentials yet has nothing to sign with."""
    return "sts" if _form(request)[0] == "AssumeRoleWithWebIdentity" else ""


def _form(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    text = request.body.decode("utf-8", "replace") or request.query
    params = dict(parse_qsl(text, keep_blank_values=True))
    params.pop("Version", None)
    return params.pop("Action", ""), params


def _json_body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    params = body if isinstance(body, dict) else {}
    if request.path.startswith("/v1/tags/"):
        params = {"resourceArn": request.path.removeprefix("/v1/tags/"), **params, **_query(request)}
    return params


def _query(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query):
        values.setdefault(name, []).append(value)
    return dict(values)


def _batch_action(request: HttpRequest) -> str:
    if request.path.startswith("/v1/tags/"):
        return {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}.get(request.method, "")
    return _batch_paths().get(request.path.rstrip("/"), "")


@cache
def _batch_paths() -> dict[str, str]:
    from moto.core.utils import get_service_model

    model = get_service_model("batch")
    return {model.operation_model(name).http["requestUri"]: name for name in model.operation_names}


def _without_secrets(params: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "***" if name not in _HARMLESS and _SECRET_PARAMS.search(name) else value
        for name, value in params.items()
    }
