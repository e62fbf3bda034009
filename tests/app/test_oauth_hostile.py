"""Whatever is sent to the authorization server is understood or refused: no 500."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import BaseRoute

from gateway.app.oauth_endpoints import oauth_routes
from gateway.endpoints.oauth import token
from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.model.user import User
from gateway.oauth.authorizing.pushed_requests import PREFIX
from gateway.pool.pool import Pool
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.databases import File
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import CALLBACK, NOON, OAuthHouse
from tests.telemetry.fakes import MemorySink

PATHS = (
    *("/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"),
    *("/oauth2/par", "/oauth2/device_authorization", "/oauth2/userInfo"),
    "/oauth2/logout",
)
NAMES = (
    *("client_id", "client_secret", "client_assertion", "client_assertion_type"),
    *("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "token"),
    *("device_code", "subject_token", "subject_token_type", "scope", "resource"),
    *("response_type", "response_mode", "state", "nonce", "prompt", "max_age", "x"),
    *("code_challenge", "code_challenge_method", "request", "request_uri", "dpop_jkt"),
    *("id_token_hint", "post_logout_redirect_uri", "ui_locales", "login_hint"),
)


class Scene:
    """Everything that a guess may happen to meet."""

    def __init__(self, house: OAuthHouse) -> None:
        self.house = house
        self.pool: Pool = house.open()
        self.app: Client = house.app(self.pool, grants=frozenset(GrantKind) - _OWN)
        self.service, self.secret = house.service(
            self.pool, proof=ProofOfPossession.OPTIONAL
        )
        ana: User = house.person(self.pool, "ana")
        issued = house.tokens(self.app, ana)
        session = house.sign_in(ana)
        self.values = (
            *(self.app.id, self.service.id, self.secret, CALLBACK, "openid", "S256"),
            *(
                house.code(self.app, session),
                issued.access_token,
                issued.id_token or "",
            ),
            *(issued.refresh_token or "", *(each.value for each in GrantKind), "code"),
            *(
                "token",
                "none",
                "fragment",
                "0",
                PREFIX,
                f"{PREFIX}x",
                "a.b.c",
                "v" * 43,
            ),
            *("urn:ietf:params:oauth:token-type:access_token", "\0", "é" * 3000),
        )
        basic = b64encode(f"{self.service.id}:{self.secret}".encode()).decode()
        self.headers = (
            *("", "Bearer", "Basic !", f"Basic {basic}", "DPoP a.b.c", "\x80"),
            *(f"Bearer {issued.access_token}", f"DPoP {issued.access_token}"),
        )


# Not together with codes on one client.
_OWN = {GrantKind.CLIENT_CREDENTIALS, GrantKind.IMPLICIT}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    database = File(folder / "gateway.db").open(busy_timeout=timedelta(seconds=30))
    yield Scene(OAuthHouse(database))
    database.close()


@pytest.fixture(scope="module")
def routes(scene: Scene) -> Iterator[list[BaseRoute]]:
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="error", clock=lambda: NOON)
    house = scene.house
    yield [
        *oauth_routes(house.oauth, pools=house.pools, logger=logger),
        *token.routes(server=house.server, logger=logger),
    ]
    writer.close()


@pytest.mark.long
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draw=st.data())
async def test_no_input_is_a_500(
    scene: Scene, routes: list[BaseRoute], draw: st.DataObject
) -> None:
    """Whatever a caller sends is the caller's fault."""
    value = st.one_of(st.sampled_from(scene.values), st.text(max_size=30))
    pairs = draw.draw(st.lists(st.tuples(st.sampled_from(NAMES), value), max_size=8))
    form = urlencode(pairs, errors="surrogatepass")
    path = draw.draw(st.sampled_from(PATHS))
    method = draw.draw(st.sampled_from(["POST", "POST", "GET", "PUT", "OPTIONS"]))
    headers = {
        b"content-type": b"application/x-www-form-urlencoded",
        b"authorization": draw.draw(st.sampled_from(scene.headers)).encode("latin-1"),
        b"dpop": draw.draw(st.sampled_from([b"", b"a.b.c", b"\xff"])),
    }
    sent = [(name, text) for name, text in headers.items() if text]

    async with caller(routes) as asking:
        response = await asking.request(
            method,
            path if method == "POST" else f"{path}?{form}",
            content=form if method == "POST" else None,
            headers=sent,
        )

    assert response.status_code < 500, (method, path, pairs, sent)
