"""Rules for every EC2 call.

* States that have run their time are settled before the call looks at them.
* An unknown filter is ``InvalidParameterValue`` (``ec2_filters``; moto: HTTP 500).
* A ClientToken seen before gives the first answer again; with other parameters it
  is ``IdempotentParameterMismatch`` (EC2 API, "Ensuring idempotency").
* A new resource may be not found for a while (EC2 API, "Eventual consistency").
* Tag keys: no duplicates, none with the reserved prefix ``aws:`` (EC2 user guide, "Tag restrictions").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, FilterNotImplementedError
from moto.ec2.responses import EC2Response

from ..settings import now, settings
from . import ec2_filters, endpoints, speed
from .patching import Refusal, instead

#: Prefix of an id, the collection of the backend it is in, the code when it is not found.
_COLLECTIONS = {
    "vpc": ("vpcs", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    "subnet": ("subnets", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    "rtb": ("route_tables", "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    "sg": ("groups", "InvalidGroup.NotFound", "The security group '{}' does not exist"),
    "vpce": ("vpc_end_points", "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
    "igw": ("internet_gateways", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    "eni": ("enis", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
}


def apply() -> None:
    original = instead(EC2Response, "call_action", lambda response: _call(original, response))


def _call(original: Any, response: Any) -> Any:
    endpoints.settle(response.ec2_backend)
    speed.load_images(response.ec2_backend, response._get_action())
    try:
        ec2_filters.refuse_unknown(response._get_action(), response.params)
        _refuse_bad_tags(response.params)
        return speed.remembered(
            response, lambda: _once_for_each_token(response, lambda: _with_lag(original, response))
        )
    except FilterNotImplementedError as error:
        name = str(error).split("'")[1]
        if ec2_filters.is_known(response._get_action(), name):
            raise  # a filter of AWS that moto lacks: answered as not implemented
        return _error(response, EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid"))
    except ServiceException as error:
        return _error(response, error)


def _error(response: Any, error: ServiceException) -> Any:
    return response.serialized(ActionResult(error))


def _refuse_bad_tags(params: Any) -> None:
    sets = [spec.get("Tags") or [] for spec in params.get("TagSpecifications") or []]
    if isinstance(params.get("Tags"), list):
        sets.append(params["Tags"])
    for tags in sets:
        keys = [tag.get("Key", "") for tag in tags]
        if len(set(keys)) < len(keys):
            raise Refusal("InvalidParameterValue", "Duplicate tag keys found in the request.")
        if any(key.lower().startswith("aws:") for key in keys):
            raise Refusal(
                "InvalidParameterValue",
                "Tag keys starting with 'aws:' are reserved for internal use",
            )


def _once_for_each_token(response: Any, call: Any) -> Any:
    token = response.params.get("ClientToken")
    if not token:
        return call()
    # Kept on the backend, so that it is per account and region and a reset forgets it.
    answers = response.ec2_backend.__dict__.setdefault("local_client_tokens", {})
    key = (response._get_action(), token)
    params = json.dumps(response.querystring, sort_keys=True, default=str)
    if key in answers:
        if answers[key][0] != params:
            raise Refusal(
                "IdempotentParameterMismatch",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        status, headers, body = answers[key][1]
        return status, dict(headers), body
    status, headers, body = call()
    if int(status) < 400:
        answers[key] = (params, (status, dict(headers), body))
    return status, headers, body


def _with_lag(original: Any, response: Any) -> Any:
    """Hide for a while what was just created; deletes see everything, as their checks must."""
    backend = response.ec2_backend
    hidden = _hidden(backend)
    action = response._get_action()
    if hidden and not action.startswith(("Describe", "Delete")):
        _refuse_hidden(response.querystring, hidden)
    if not action.startswith("Create") or not settings.describe_lag_seconds:
        with _without(backend, hidden if action.startswith("Describe") else set()):
            return original(response)
    known = set(_ids(backend))
    answer = original(response)
    for new in set(_ids(backend)) - known:
        _born(backend)[new] = now()
    return answer


def _born(backend: Any) -> dict[str, float]:
    return backend.__dict__.setdefault("local_born", {})


def _hidden(backend: Any) -> set[str]:
    lag = settings.describe_lag_seconds
    return {id for id, at in _born(backend).items() if now() - at < lag} if lag else set()


def _refuse_hidden(querystring: dict[str, list[str]], hidden: set[str]) -> None:
    for values in querystring.values():
        for value in values:
            if value in hidden:
                _, code, message = _COLLECTIONS[value.partition("-")[0]]
                raise Refusal(code, message.format(value))


def _ids(backend: Any) -> Iterator[str]:
    for name, _, _ in _COLLECTIONS.values():
        for key, value in getattr(backend, name).items():
            if isinstance(value, dict):
                yield from value
            else:
                yield key


@contextmanager
def _without(backend: Any, hidden: set[str]) -> Iterator[None]:
    """Take the hidden resources out of the backend's collections while a describe runs."""
    if not hidden:
        yield
        return
    names = [name for name, _, _ in _COLLECTIONS.values()]
    whole = {name: getattr(backend, name) for name in names}
    try:
        for name, collection in whole.items():
            setattr(backend, name, _filtered(collection, hidden))
        yield
    finally:
        for name, collection in whole.items():
            setattr(backend, name, collection)


def _filtered(collection: Any, hidden: set[str]) -> Any:
    filtered = collection.copy()
    for key, value in collection.items():
        if key in hidden:
            del filtered[key]
        elif isinstance(value, dict):
            filtered[key] = {id: item for id, item in value.items() if id not in hidden}
    return filtered
