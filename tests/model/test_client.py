"""Clients as values."""

import pytest

from gateway.model.client import Client, ClientAuthentication


@pytest.mark.parametrize(
    ("authentication", "is_public"),
    [(each, each is ClientAuthentication.NONE) for each in ClientAuthentication],
)
def test_a_client_without_a_secret_of_any_kind_is_public(
    authentication: ClientAuthentication,
    is_public: bool,  # noqa: FBT001 - from a table
) -> None:
    client = Client("1", "us-east-1_Ab3dEfGh9", "App", authentication=authentication)

    assert client.is_public is is_public
