"""How a handler of moto is wrapped, and how a patch refuses a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException

Handler = Callable[..., Any]


class Refusal(ServiceException):
    """An error AWS answers with; moto writes it in the protocol of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def before(response_class: type, name: str, rule: Callable[[Any], None]) -> None:
    """Let ``rule`` look at the request first; it refuses by raising."""
    original = getattr(response_class, name)

    def handler(response: Any) -> Any:
        rule(response)
        return original(response)

    setattr(response_class, name, handler)


def after(response_class: type, name: str, rule: Callable[[Any], None]) -> None:
    """Let ``rule`` act once the handler has succeeded."""
    original = getattr(response_class, name)

    def handler(response: Any) -> Any:
        result = original(response)
        rule(response)
        return result

    setattr(response_class, name, handler)


def instead(response_class: type, name: str, handler: Handler) -> Handler:
    """Put ``handler`` in place of moto's; the original is returned."""
    original = getattr(response_class, name)
    setattr(response_class, name, handler)
    return original
