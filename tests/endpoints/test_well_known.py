"""What verifiers and clients look up."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway.endpoints import well_known
from tests.endpoints.threads import all_threads_taken

KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "k1", "use": "sig"}
GUEST = "urn:federation-gateway:grant:guest"
BOTH = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


class Keys:
    def __init__(self) -> None:
        self.keys = [KEY]

    def public_jwks(self) -> dict[str, Any]:
        return {"keys": self.keys}


class House:
    def __init__(
        self,
        *,
        grant_types: tuple[str, ...] = (GUEST,),
        publish_before: timedelta = timedelta(days=1),
    ) -> None:
        self.keys = Keys()
        self._app = Starlette(
            routes=well_known.routes(
                keys=self.keys,
                issuer="https://issuer.example.com",
                public_url="https://gw.example.com",
                grant_types=grant_types,
                publish_before=publish_before,
            )
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app),
            base_url="https://evil.example",
        ) as client:
            return await client.get(path, headers=named)


async def test_the_keys_are_a_jwk_set() -> None:
    """RFC 7517 section 5."""
    response = await House().get("/.well-known/jwks.json")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"keys": [KEY]}


@pytest.mark.parametrize(
    ("publish_before", "max_age"),
    [
        (timedelta(days=1), 900),
        (timedelta(minutes=30), 900),
        (timedelta(minutes=29), 870),
        (timedelta(0), 0),
    ],
)
async def test_nobody_keeps_the_keys_until_a_new_one_signs(
    publish_before: timedelta, max_age: int
) -> None:
    """Half of the time that a key is published beforehand, and never long."""
    response = await House(publish_before=publish_before).get("/.well-known/jwks.json")

    assert response.headers["cache-control"] == f"public, max-age={max_age}"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_who_has_this_version_is_not_sent_it_again(form: str) -> None:
    """RFC 9110 section 13.1.2."""
    house = House()
    tag = (await house.get("/.well-known/jwks.json")).headers["etag"]

    response = await house.get("/.well-known/jwks.json", if_none_match=form.format(tag))

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == tag


async def test_a_new_key_is_a_new_version() -> None:
    """After a rotation nobody is told that nothing has changed."""
    house = House()
    tag = (await house.get("/.well-known/jwks.json")).headers["etag"]

    house.keys.keys = [KEY, KEY | {"kid": "k2"}]
    response = await house.get("/.well-known/jwks.json", if_none_match=tag)

    assert response.status_code == 200
    assert len(response.json()["keys"]) == 2


@pytest.mark.parametrize("path", BOTH)
async def test_discovery_says_what_works(path: str) -> None:
    """And nothing of what does not exist: no authorization endpoint, no ID tokens."""
    response = await House().get(path)

    assert response.json() == {
        "issuer": "https://issuer.example.com",
        "jwks_uri": "https://gw.example.com/.well-known/jwks.json",
        "token_endpoint": "https://gw.example.com/oauth2/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [GUEST],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
    }


@pytest.mark.parametrize("path", BOTH)
async def test_without_a_grant_there_is_no_token_endpoint(path: str) -> None:
    """`guest.enabled = false`."""
    document = (await House(grant_types=()).get(path)).json()

    assert document["grant_types_supported"] == []
    assert "token_endpoint" not in document


async def test_the_host_header_changes_nothing() -> None:
    """Absolute URLs come from the settings alone."""
    response = await House().get(BOTH[0])

    assert "evil" not in response.text


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", *BOTH])
async def test_the_documents_need_no_thread(path: str) -> None:
    """Upstreams verify tokens with them, whatever else keeps the gateway busy."""
    house = House()

    async with all_threads_taken():
        response = await house.get(path)

    assert response.status_code == 200
