"""`GET /saml2/metadata/{provider}`."""

from gateway.endpoints import saml
from tests.endpoints.oauth.asking import caller


async def test_a_provider_is_told_about_the_gateway() -> None:
    """At the gateway's entity id; nobody else is."""
    async with caller(saml.routes({"partner": b"<x/>"}.get)) as partner:
        found = await partner.get("/saml2/metadata/partner")
        none = await partner.get("/saml2/metadata/another")

    assert (found.status_code, found.content) == (200, b"<x/>")
    assert found.headers["content-type"] == "application/samlmetadata+xml"
    assert none.status_code == 404
