"""What several dialects are tested with."""

import importlib
import pkgutil

import pytest

import gateway
from gateway.model.errors import GatewayError


@pytest.fixture(scope="session")
def error_classes() -> list[type[GatewayError]]:
    """Every class of failures that any module of the gateway declares."""
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        # Alembic alone can run those.
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    found: list[type[GatewayError]] = []
    waiting: list[type[GatewayError]] = [GatewayError]
    while waiting:
        kind = waiting.pop()
        if kind.__module__.startswith("gateway."):
            found.append(kind)
        waiting.extend(kind.__subclasses__())
    return found
