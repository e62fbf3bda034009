"""What the lints say about policies."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.config.faults import Fault, Severity
from tests.policy.files import engine

FOR_PEOPLE: Final[Mapping[str, Any]] = {"for_": "authenticated"}


def warnings(*texts: str, **settings: Any) -> list[Fault]:
    """The warnings about files without a fault."""
    found = engine(*texts, **settings).warnings
    assert all(each.severity is Severity.WARNING for each in found)
    return list(found)


def only(code: str, *texts: str, **settings: Any) -> list[Fault]:
    """The warnings of one code."""
    return [each for each in warnings(*texts, **settings) if each.code == code]
