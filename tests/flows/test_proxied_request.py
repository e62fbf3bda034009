"""A request goes through the gateway, or learns why it may not."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from typing_extensions import override

from gateway.model.errors import UpstreamRefusedError, UpstreamTimeoutError
from tests.flows.house import House

pytestmark = pytest.mark.flow


async def test_the_upstream_sees_one_fresh_credential_and_none_of_the_caller_s(
    house: House,
) -> None:
    """The whole point: what came in is replaced by what we vouch for."""
    async with house.open() as caller:
        presented = house.bearer("ana")

        response = await caller.get("/v1/orders/ana-1?x=%20y", headers=presented)

        assert response.status_code == httpx.codes.OK
        assert response.text == "hello"
        (received,) = house.upstream.received
        assert received.outbound.target == b"/v1/orders/ana-1?x=%20y"
        assert presented["authorization"] not in str(received.headers)
        claims = house.verified(received.headers["authorization"])
        assert claims["roles"] == ["customer"]
        assert claims["client_id"] == "backend"
        assert claims["sub"].startswith("us-east-1:")


async def test_caller_upstream_and_log_know_a_request_by_the_same_id(
    house: House,
) -> None:
    """Of an answer that was passed on, and of one of our own."""
    async with house.open() as caller:
        passed = await caller.get("/v1/orders/ana-1", headers=house.bearer("ana"))
        refused = await caller.get("/v1/orders/ana-1")
        logged = [line["request_id"] for line in house.logged("access")]

    (received,) = house.upstream.received
    ids = [each.headers.get_list("x-request-id") for each in (passed, refused)]
    assert ids == [[id_] for id_ in logged]
    assert received.headers["x-request-id"] == logged[0]
    assert refused.json()["request_id"] == logged[1]


async def test_the_same_person_has_the_same_id_with_every_token(house: House) -> None:
    """A stable id for (provider, subject), over restarts as well."""
    ids = set()
    for _ in range(2):
        async with house.open() as caller:
            for jti in ("a", "b"):
                headers = house.bearer("ana", jti=jti)
                await caller.get("/v1/orders/ana-1", headers=headers)
            for received in house.upstream.received:
                ids.add(house.verified(received.headers["authorization"])["sub"])

    assert len(ids) == 1


async def test_a_minted_token_is_used_again_for_half_of_its_life(house: House) -> None:
    """`reuse = 0.5` of 60 seconds; then there is a new one."""
    async with house.open() as caller:
        tokens = []
        for seconds in (0, 29, 31):
            house.now += timedelta(seconds=seconds)
            await caller.get("/v1/orders/ana-1", headers=house.bearer("ana"))
            tokens.append(house.upstream.received[-1].headers["authorization"])

    assert tokens[0] == tokens[1]
    assert tokens[1] != tokens[2]


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "x_forwarded_for",
        "X-Forwarded-User",
        "X-Real-IP",
        "X-Original-URL",
        "X-Request-Id",
        "Forwarded",
        "X-Auth-Groups",
    ],
)
async def test_headers_that_we_vouch_for_are_stripped_in_every_spelling(
    house: House, name: str
) -> None:
    """oauth2-proxy CVE-2025-64484: a variant reached the upstream."""
    async with house.open() as caller:
        await caller.get("/v1/feed", headers={name: "forged", **house.bearer("ana")})

    (received,) = house.upstream.received
    assert "forged" not in str(received.headers)
    assert received.headers["x-forwarded-for"] == "203.0.113.9"


async def test_connection_cannot_nominate_what_we_inject(house: House) -> None:
    """Envoy PR #44525: `Connection` took the credential away again."""
    headers = {"connection": "authorization, x-forwarded-for", **house.bearer("ana")}
    async with house.open() as caller:
        await caller.get("/v1/feed", headers=headers)

    (received,) = house.upstream.received
    assert received.headers["authorization"].startswith("Bearer ")
    assert received.headers["x-forwarded-for"] == "203.0.113.9"


async def test_no_credential_on_a_closed_route_is_asked_for_one(house: House) -> None:
    """RFC 6750 section 3.1: no error code if nothing was presented."""
    async with house.open() as caller:
        response = await caller.get("/v1/orders/ana-1")

    assert response.status_code == httpx.codes.UNAUTHORIZED
    assert response.json()["type"] == "urn:gateway:missing_credential"
    assert response.headers["www-authenticate"] == 'Bearer realm="gateway"'
    assert not house.upstream.received


async def test_a_bad_credential_is_never_a_guest(house: House) -> None:
    """On a route that guests may use, a broken token is 401 all the same."""
    async with house.open() as caller:
        response = await caller.get(
            "/v1/feed", headers={"authorization": "Bearer not.a.token"}
        )

    assert response.status_code == httpx.codes.UNAUTHORIZED
    assert not house.upstream.received


async def test_two_credentials_are_one_too_many(house: House) -> None:
    """Which of them would be believed?"""
    bearer = house.bearer("ana")["authorization"]
    async with house.open() as caller:
        response = await caller.get(
            "/v1/feed", headers=[("authorization", bearer), ("authorization", bearer)]
        )

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["type"] == "urn:gateway:conflicting_credentials"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "somebody"},
        {"aud": "https://other.example"},
        {"nbf": 9_999_999_999},
        {"sub": None},
    ],
)
async def test_a_token_that_is_not_good_here_is_401(
    house: House, claims: dict[str, object]
) -> None:
    """Expired, endless, foreign, for somebody else, to come, about nobody."""
    async with house.open() as caller:
        response = await caller.get("/v1/feed", headers=house.bearer("ana", **claims))

    assert response.status_code == httpx.codes.UNAUTHORIZED
    assert "invalid_token" in response.headers["www-authenticate"]


async def test_a_denied_request_is_told_the_rule_s_own_reason_and_no_more(
    house: House,
) -> None:
    """The rule's name, and what it looked at, stay in the log."""
    headers = house.bearer("ana", groups=["banned"])
    async with house.open() as caller:
        response = await caller.get("/v1/orders/ana-1", headers=headers)
        (logged,) = house.logged("decisions")

    assert response.status_code == httpx.codes.FORBIDDEN
    assert response.json()["detail"] == "account suspended"
    assert "no-banned" not in response.text
    assert logged["rule"] == "orders/no-banned"
    assert not house.upstream.received


async def test_an_expression_that_fails_denies_and_says_where_in_the_log(
    house: House,
) -> None:
    """Errors deny; the position is for the operator."""
    async with house.open() as caller:
        response = await caller.get("/v1/broken", headers=house.bearer("ana"))
        (logged,) = house.logged("decisions")

    assert response.status_code == httpx.codes.FORBIDDEN
    assert logged["reason"] == "policy_error"
    assert logged["faults"][0]["where"].startswith("policies/orders.toml:")


@pytest.mark.parametrize(
    "path", ["/v1/orders/a%2fb", "/v1/./feed", "/v1//feed", "/v1/feed;x", "/%00"]
)
async def test_a_path_with_two_readings_is_refused(house: House, path: str) -> None:
    """Before any route is looked for. The client is kept from normalising it."""
    async with house.open() as caller:
        request = caller.build_request("GET", "/", headers=house.bearer("ana"))
        request.url = _RawUrl(path)
        response = await caller.send(request)

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["type"] == "urn:gateway:malformed_target"


class _RawUrl(httpx.URL):
    """An address whose path is sent as it is."""

    def __init__(self, path: str) -> None:
        super().__init__("https://gw.example.com/")
        self._path = path.encode()

    @property
    @override
    def raw_path(self) -> bytes:
        return self._path


async def test_an_unknown_path_is_404_and_a_wrong_method_405(house: House) -> None:
    """Also without a credential: what exists is no secret, who may use it is."""
    async with house.open() as caller:
        missing = await caller.get("/v2/feed")
        wrong = await caller.delete("/v1/feed")

    assert missing.status_code == httpx.codes.NOT_FOUND
    assert wrong.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert wrong.headers["allow"] == "GET, HEAD"


async def test_a_body_streams_up_to_its_limit(house: House) -> None:
    """16 bytes pass, 17 do not, announced or chunked."""

    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x"

    headers = house.bearer("ana")
    async with house.open() as caller:
        path = "/v1/orders/ana-1"
        fits = await caller.put(path, content=pieces(16), headers=headers)
        chunked = await caller.put(path, content=pieces(17), headers=headers)
        announced = await caller.put(path, content=b"x" * 17, headers=headers)

    assert fits.status_code == httpx.codes.OK
    assert house.upstream.received[0].body == b"x" * 16
    assert chunked.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert announced.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("failure", "status"),
    [(UpstreamRefusedError("x"), 502), (UpstreamTimeoutError("x"), 504)],
)
async def test_an_upstream_s_failure_has_its_own_status(
    house: House, failure: Exception, status: int
) -> None:
    """Told apart from our own failures."""
    house.upstream.failure = failure
    async with house.open() as caller:
        response = await caller.get("/v1/feed", headers=house.bearer("ana"))
        (logged,) = house.logged("access")

    assert response.status_code == status
    assert logged["error"] == response.json()["type"].removeprefix("urn:gateway:")


async def test_an_unforeseen_failure_is_a_500_without_its_reason(house: House) -> None:
    """The outermost place catches; what it was stands in the log alone."""
    house.upstream.failure = ZeroDivisionError("secret detail")
    async with house.open() as caller:
        response = await caller.get("/v1/feed", headers=house.bearer("ana"))

    assert response.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert "secret" not in response.text


async def test_the_access_log_holds_neither_query_nor_credential(house: House) -> None:
    """Both may be secrets."""
    headers = house.bearer("ana")
    async with house.open() as caller:
        await caller.get("/v1/feed?code=s3cret", headers=headers)
        (line,) = house.logged("access")

    assert line["route"] == "feed"
    assert line["status"] == httpx.codes.OK
    assert line["bytes_out"] == len("hello")
    assert "s3cret" not in json.dumps(line)
    assert headers["authorization"] not in json.dumps(line)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-tenant": "gold", "connection": "x-tenant"},
        {"x_tenant": "gold"},
        {"x-forwarded-user": "gold"},
    ],
)
async def test_policies_see_no_header_that_the_upstream_does_not(
    house: House, headers: dict[str, str]
) -> None:
    """Else a decision could rest on something that means nothing further on."""
    path = house.folder / "policies/orders.toml"
    text = path.read_text().replace("int(request.id + 'x') == 1", "'gold' in vars.all")
    path.write_text(
        text.replace(
            "[[role]]",
            """[vars]
all = "'x-tenant' in request.headers || 'x_tenant' in request.headers || 'x-forwarded-user' in request.headers || 'authorization' in request.headers ? ['gold'] : ['none']"
[[role]]""",
            1,
        )
    )
    async with house.open() as caller:
        response = await caller.get(
            "/v1/broken", headers={**headers, **house.bearer("ana")}
        )
        visible = await caller.get(
            "/v1/broken", headers={"x-tenant": "gold", **house.bearer("ana")}
        )

    assert response.status_code == httpx.codes.FORBIDDEN
    assert visible.status_code == httpx.codes.OK


async def test_a_dot_at_the_end_of_the_host_is_refused(house: House) -> None:
    """To DNS it is the same host; to a route or a rule by host it would be another."""
    async with house.open() as caller:
        response = await caller.get(
            "/v1/feed", headers={"host": "gw.example.com.", **house.bearer("ana")}
        )

    assert response.status_code == httpx.codes.BAD_REQUEST


async def test_an_escaped_letter_does_not_lead_around_a_rule(house: House) -> None:
    """Routes and policies see what the upstream will see after decoding."""
    path = house.folder / "policies/orders.toml"
    path.write_text(
        path.read_text().replace(
            "when = \"'banned' in identity.groups\"",
            "when = \"request.path.startsWith('/v1/orders/ana-')\"",
        )
    )
    async with house.open() as caller:
        request = caller.build_request("GET", "/", headers=house.bearer("ana"))
        request.url = _RawUrl("/v1/orders/%61na-1")
        response = await caller.send(request)

    assert response.status_code == httpx.codes.FORBIDDEN
    assert response.json()["detail"] == "account suspended"


async def test_a_query_of_too_many_parameters_is_refused(house: House) -> None:
    """Before a policy has to go through them while others wait."""
    async with house.open() as caller:
        most, more = [
            await caller.get(
                "/v1/feed?" + "&".join(f"p{number}=1" for number in range(count)),
                headers=house.bearer("ana"),
            )
            for count in (128, 129)
        ]

    assert most.status_code == httpx.codes.OK
    assert more.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert more.json()["type"] == "urn:gateway:request_too_large"
