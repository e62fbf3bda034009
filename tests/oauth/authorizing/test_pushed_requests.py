"""Requests that a client sends ahead."""

from datetime import timedelta

import pytest

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.oauth.authorizing.pushed_requests import LIFETIME, PREFIX
from gateway.oauth.errors import (
    InvalidRequestUriError,
    InvalidScopeError,
    MalformedParameterError,
    UntrustedRequestError,
)
from gateway.pool.pool import Pool
from tests.oauth.house import VERIFIER, OAuthHouse


def test_a_request_has_a_name_for_ten_minutes(house: OAuthHouse, app: Client) -> None:
    """RFC 9126 section 2.2. How the client proved itself is not kept."""
    asked = house.query(app)
    pushed = house.oauth.pushed.push(app, {**asked, "client_secret": "s"})
    named = {"client_id": app.id, "request_uri": pushed.request_uri}

    assert pushed.request_uri.startswith(PREFIX)
    assert pushed.expires_in == LIFETIME.total_seconds()
    house.pass_time(LIFETIME - timedelta(seconds=1))
    assert house.oauth.pushed.resolve(named) == asked
    house.pass_time(timedelta(seconds=1))
    with pytest.raises(InvalidRequestUriError):
        house.oauth.pushed.resolve(named)
    with house.database.writing() as connection:
        assert house.oauth.pushed.sweep(connection, house.now) == 1


def test_what_was_not_pushed_stays_as_it_is(house: OAuthHouse, app: Client) -> None:
    """Also a request that stands somewhere else, which is refused later."""
    for asked in (house.query(app), {"request_uri": "https://app.example.com/r"}):
        assert house.oauth.pushed.resolve(asked) == asked
        with house.database.writing() as connection:
            house.oauth.pushed.use(connection, asked)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"request_uri": f"{PREFIX}x"}, MalformedParameterError),
        ({"scope": "other"}, InvalidScopeError),
        ({"redirect_uri": "https://evil.example"}, UntrustedRequestError),
        ({"dpop_jkt": "A" * 43}, MalformedParameterError),
    ],
)
def test_what_could_not_be_met_is_refused_at_once(
    house: OAuthHouse,
    app: Client,
    changed: dict[str, str],
    error: type[GatewayError],
) -> None:
    """RFC 9126 section 2.3."""
    with pytest.raises(error):
        house.oauth.pushed.push(app, house.query(app, **changed), thumbprint="B" * 43)


def test_a_proof_binds_the_request_to_its_key(house: OAuthHouse, app: Client) -> None:
    """RFC 9449 section 10.1."""
    pushed = house.oauth.pushed.push(app, house.query(app), thumbprint="B" * 43)

    named = {"client_id": app.id, "request_uri": pushed.request_uri}
    assert house.oauth.pushed.resolve(named)["dpop_jkt"] == "B" * 43


def test_a_request_is_the_clients_own(
    house: OAuthHouse, pool: Pool, app: Client
) -> None:
    """Whatever it says of itself."""
    other = house.app(pool)
    pushed = house.oauth.pushed.push(app, house.query(other))
    named = {"client_id": other.id, "request_uri": pushed.request_uri}

    with pytest.raises(InvalidRequestUriError):
        house.oauth.pushed.resolve(named)
    assert VERIFIER not in repr(pushed)


@pytest.mark.parametrize("name", [PREFIX, f"{PREFIX}made-up", f"{PREFIX}\ud800"])
def test_what_was_never_pushed_is_refused(
    house: OAuthHouse, app: Client, name: str
) -> None:
    named = {"client_id": app.id, "request_uri": name}

    with pytest.raises(InvalidRequestUriError):
        house.oauth.pushed.resolve(named)


def test_a_name_has_bounds(house: OAuthHouse) -> None:
    with pytest.raises(UntrustedRequestError):
        house.oauth.pushed.resolve({"request_uri": PREFIX + "x" * 10_000})


def test_of_two_who_use_it_one_does(house: OAuthHouse, app: Client) -> None:
    pushed = house.oauth.pushed.push(app, house.query(app))
    named = {"client_id": app.id, "request_uri": pushed.request_uri}
    with house.database.writing() as connection:
        house.oauth.pushed.use(connection, named)

        with pytest.raises(InvalidRequestUriError):
            house.oauth.pushed.use(connection, named)
