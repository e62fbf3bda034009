"""`POST /oauth2/token`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.endpoints.frame import Frame
from gateway.endpoints.oauth import token
from gateway.model.errors import RateLimitedError, StorageError
from gateway.oauth.errors import InvalidGuestTokenError
from gateway.oauth.server import TokenServer
from gateway.oauth.tokens import IssuedToken, TokenRequest
from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.telemetry.fakes import MemorySink

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
GUEST = "urn:federation-gateway:grant:guest"
FORM = "application/x-www-form-urlencoded"


class Guests:
    """A grant that can be made to fail."""

    grant_type = GUEST
    parameters = frozenset({"guest_token"})

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.seen: list[TokenRequest] = []

    def issue(self, request: TokenRequest) -> IssuedToken:
        self.seen.append(request)
        if self.failure is not None:
            raise self.failure
        return IssuedToken("t0ken", 60, "us-east-1:1")


class House:
    def __init__(self) -> None:
        self.grant = Guests()
        self.sink = MemorySink()
        self.writer = LineWriter(sink=self.sink, flush_every=timedelta(hours=1))
        logger = build_logger(writer=self.writer, level="info", clock=lambda: NOON)
        self.app = Frame(
            routes=token.routes(server=TokenServer(grants=[self.grant]), logger=logger),
            client_ip=lambda _: "192.0.2.1",
            access_log=AccessLog(
                writer=self.writer, pseudonyms=Pseudonyms(secret=b"k" * 32)
            ),
            logger=logger,
            ids=RequestIds(),
            clock=lambda: NOON,
        )

    async def send(
        self,
        body: bytes,
        *,
        method: str = "POST",
        headers: list[tuple[str, str]] | None = None,
    ) -> httpx.Response:
        sent = [("content-type", FORM)] if headers is None else headers
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="https://gw.example.com"
        ) as client:
            return await client.request(
                method, "/oauth2/token", content=body, headers=sent
            )

    async def ask(self, **parameters: str) -> httpx.Response:
        return await self.send(urlencode(parameters).encode())


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.writer.close()


async def test_a_token_is_answered_as_the_standard_says(house: House) -> None:
    """RFC 6749 section 5.1, with the identity's id beside it."""
    response = await house.ask(grant_type=GUEST)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    assert response.json() == {
        "access_token": "t0ken",
        "token_type": "Bearer",
        "expires_in": 60,
        "identity_id": "us-east-1:1",
    }


async def test_the_grant_learns_the_parameters_and_the_address(house: House) -> None:
    """The one that the frame has found out."""
    await house.ask(grant_type=GUEST, guest_token="old")

    (request,) = house.grant.seen
    assert request.parameters == {"grant_type": GUEST, "guest_token": "old"}
    assert request.ip == "192.0.2.1"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_only_post_is_taken(house: House, method: str) -> None:
    """RFC 6749 section 3.2: "MUST use the HTTP POST method"."""
    response = await house.send(b"", method=method)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (f"grant_type={GUEST}&grant_type={GUEST}".encode(), "invalid_request"),
        (f"grant_type={GUEST}&scope=all".encode(), "invalid_request"),
        (f"grant_type={GUEST}&guest_token=%FF".encode(), "invalid_request"),
        (b"grant_type=" + b"x" * 65536, "invalid_request"),
        (b'{"grant_type": "guest"}', "invalid_request"),
    ],
)
async def test_a_bad_request_is_a_400(house: House, body: bytes, error: str) -> None:
    """And reaches no grant."""
    response = await house.send(body)

    assert response.status_code == 400
    assert response.json()["error"] == error
    assert not house.grant.seen


async def test_the_largest_body_and_the_first_too_large(house: House) -> None:
    """64 KiB."""
    start = f"grant_type={GUEST}&guest_token=".encode()

    fits = await house.send(start.ljust(65536, b"x"))
    too_large = await house.send(start.ljust(65537, b"x"))

    assert (fits.status_code, too_large.status_code) == (200, 400)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "application/json")],
        [("content-type", FORM), ("content-type", FORM)],
    ],
)
async def test_a_body_that_is_no_form_is_a_400(
    house: House, headers: list[tuple[str, str]]
) -> None:
    """A page of another origin cannot send one without asking first."""
    response = await house.send(f"grant_type={GUEST}".encode(), headers=headers)

    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


async def test_a_client_that_authenticates_is_told_that_it_cannot(
    house: House,
) -> None:
    """Its credential is not silently ignored."""
    headers = [("content-type", FORM), ("authorization", "Basic Y2xpZW50OnNlY3JldA==")]

    response = await house.send(f"grant_type={GUEST}".encode(), headers=headers)

    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert not house.grant.seen


@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        (InvalidGuestTokenError("exp=1"), 400, "invalid_grant"),
        (RateLimitedError("192.0.2.1", retry_after=9), 429, "temporarily_unavailable"),
        (StorageError("disk I/O error"), 503, "temporarily_unavailable"),
    ],
)
async def test_what_fails_is_answered_and_logged(
    house: House, failure: Exception, status: int, error: str
) -> None:
    """The caller gets a code, the operator the detail."""
    house.grant.failure = failure

    response = await house.ask(grant_type=GUEST, guest_token="s3cret-t0ken")

    house.writer.flush()
    assert response.status_code == status
    assert response.json()["error"] == error
    assert str(failure) not in response.text
    assert str(failure).encode() in house.sink.data
    assert b"s3cret" not in house.sink.data


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.tuples(
                st.sampled_from(["grant_type", "guest_token", "scope", ""]),
                st.one_of(st.just(GUEST), st.text(st.characters(codec="utf-8"))),
            )
        ).map(lambda pairs: urlencode(pairs).encode()),
    ),
    content_type=st.sampled_from([FORM, FORM.upper(), "text/plain", ""]),
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PATCH"]),
)
async def test_no_input_is_a_500(body: bytes, content_type: str, method: str) -> None:
    """Whatever a caller sends is the caller's fault."""
    house = House()

    response = await house.send(
        body, method=method, headers=[("content-type", content_type)]
    )
    house.writer.close()

    assert response.status_code in {200, 400, 405}
    assert response.headers["content-type"] == "application/json"
