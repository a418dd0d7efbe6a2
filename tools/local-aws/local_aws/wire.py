"""Errors and request ids in the form each AWS protocol gives them.

moto's request ids are constants in most answers. AWS gives every answer an id
of its own, in a header and for XML also in the body (EC2 success
``<requestId>``, EC2 error ``<RequestID>``, IAM and STS ``<RequestId>``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

_XML_ID = re.compile(r"<(requestId|RequestId|RequestID)>[^<]*</\1>")
_ID_HEADERS = {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"}
_XML_CODE = re.compile(r"<Code>([^<]*)</Code>")
_XMLNS = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, [("Content-Type", "application/json")], json.dumps(value).encode())


def error_reply(service: str, protocol: str, status: int, code: str, message: str) -> Reply:
    """An error as the service would say it; the request id is put in by ``with_request_id``."""
    if protocol in ("ec2", "query"):
        return Reply(status, [("Content-Type", "text/xml;charset=UTF-8")], _xml_error(service, status, code, message))
    if protocol == "rest-json":
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
        return Reply(status, headers, json.dumps({"message": message}).encode())
    headers = [("Content-Type", "application/x-amz-json-1.1")]
    return Reply(status, headers, json.dumps({"__type": code, "message": message}).encode())


def _xml_error(service: str, status: int, code: str, message: str) -> bytes:
    code, message = escape(code), escape(message)
    if service == "ec2":
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
            f"<Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID></RequestID></Response>"
        )
    else:
        fault = "Sender" if status < 500 else "Receiver"
        text = (
            f'<ErrorResponse xmlns="{_XMLNS.get(service, "")}"><Error><Type>{fault}</Type>'
            f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId></RequestId></ErrorResponse>"
        )
    return text.encode()


def with_request_id(reply: Reply, protocol: str, request_id: str) -> Reply:
    """The same reply with one request id wherever the protocol shows it."""
    headers = [(name, value) for name, value in reply.headers if name.lower() not in _ID_HEADERS]
    headers += [("x-amzn-RequestId", request_id), ("x-amz-request-id", request_id)]
    body = reply.body
    if protocol in ("ec2", "query") and b"equestI" in body:
        body = _XML_ID.sub(rf"<\1>{request_id}</\1>", body.decode()).encode()
    return Reply(reply.status, headers, body)


def error_code(reply: Reply, protocol: str) -> str | None:
    """The error code a reply carries, or None for a success."""
    if reply.status < 400:
        return None
    text = reply.body.decode("utf-8", "replace")
    if protocol in ("ec2", "query"):
        found = _XML_CODE.search(text)
        return found.group(1) if found else None
    header = reply.header("x-amzn-errortype")
    if header:
        return header.partition(":")[0]
    try:
        return str(json.loads(text).get("__type", "")).rpartition("#")[2] or None
    except (ValueError, AttributeError):
        return None
