"""The pages over a pool that stands around them, and somebody who visits them."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import anyio
import httpx
from typing_extensions import override

from gateway.app.factors import build_factor_services
from gateway.app.pages import account_services
from gateway.app.people import build_people_services
from gateway.endpoints.frame import Frame
from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.carried import Carrier
from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.flows.way_out import WaysOut
from gateway.endpoints.hosted_ui.guard import FormGuard
from gateway.endpoints.hosted_ui.headers import PageHeaders
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Renderer
from gateway.endpoints.hosted_ui.routes import PageServices, routes
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.model.client import Branding, GrantKind
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.recovery import Recovery
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.assembly import Factors, sign_ins
from gateway.pool.sign_up import SignUps
from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.federation.house import federation
from tests.oauth.house import STORE_KEY, OAuthHouse
from tests.pool.house import POOL_ID
from tests.telemetry.fakes import MemorySink

ORIGIN = "https://id.example.com"
CLIENT_ID = "1example23456789abcdefghij"
REDIRECT = "https://shop.example/callback"
GOODBYE = "https://shop.example/goodbye?from=us"
QUERY = {
    "client_id": CLIENT_ID,
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "openid",
    "state": "s3",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}

_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
_FORM = re.compile(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?>')
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_FAULT = re.compile(r'<p class="fault" id="([^"]*)-fault"[^>]*>(.*?)</p>')


class InProcess(httpx.BaseTransport):
    """Hands requests to an application, each in an event loop of its own."""

    def __init__(self, app: Frame) -> None:
        self._transport = httpx.ASGITransport(app)

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._transport.handle_async_request(request)
            return httpx.Response(
                answer.status_code,
                headers=answer.headers,
                content=await answer.aread(),
            )

        return anyio.run(ask)


class Hotel:
    """All pages, over real services."""

    def __init__(self, house: OAuthHouse, *, secure: bool = True) -> None:
        self.house = house
        self.places: dict[str, Place] = {}
        self.failure: Exception | None = None
        self.device_code = ""
        self.sink = MemorySink()
        self.writer = LineWriter(sink=self.sink, flush_every=timedelta(hours=1))
        logger = build_logger(writer=self.writer, level="info", clock=house.clock)
        self.assets = Assets()
        self.cookies = Cookies(secure=secure)
        guard = FormGuard(secret=secrets.token_bytes(32), cookies=self.cookies)
        self.site = Site(
            renderer=Renderer(
                catalogues=Catalogues.load(),
                assets=self.assets,
                cookies=self.cookies,
                guard=guard,
                headers=PageHeaders(secure=secure),
            ),
            cookies=self.cookies,
            guard=guard,
            carrier=Carrier(sealer=house.seal, clock=house.clock),
            find_place=self.find_place,
            beginnings=house.oauth.beginnings,
            clock=house.clock,
        )
        self.sign_ups = SignUps(tools=house.tools)
        self.tools = house.tools
        recovery = Recovery(tools=self.tools)
        self.people = build_people_services(self.tools, recovery, house.cursors)
        self.factors = build_factor_services(
            self.tools,
            house.cursors,
            store_key=STORE_KEY,
            public_url=ORIGIN,
            logger=logger,
        )
        self.ways = Factors(
            totp=self.factors.totp,
            passkeys=self.factors.passkeys,
            recovery_codes=self.factors.recovery_codes,
            devices=self.factors.devices,
            preferences=self.factors.preferences,
        )
        self.federation = federation(
            self.tools, sign_ins(self.tools, self.ways), public_url=ORIGIN
        )
        self.app = Frame(
            routes=routes(
                site=self.site,
                assets=self.assets,
                services=PageServices(
                    sign_ups=self.sign_ups,
                    sign_ins=sign_ins(self.tools, self.ways),
                    federation=self.federation,
                    ways_out=WaysOut(
                        site=self.site,
                        sessions=self.federation.sessions,
                        single_logout=self.federation.single_logout,
                        public_url=ORIGIN,
                    ),
                    recovery=recovery,
                    sessions=house.oauth.sessions,
                    authorizations=house.oauth.authorizations,
                    devices=house.oauth.devices,
                    account=account_services(
                        self.people, self.factors, house.oauth.permissions
                    ),
                    clock=house.clock,
                ),
                logger=logger,
            ),
            client_ip=lambda _: "192.0.2.1",
            access_log=AccessLog(
                writer=self.writer, pseudonyms=Pseudonyms(secret=b"k" * 32)
            ),
            logger=logger,
            ids=RequestIds(),
            clock=house.clock,
        )

    def find_place(self, client_id: str) -> Place | None:
        if self.failure is not None:
            raise self.failure
        return self.places.get(client_id)

    def open(
        self,
        settings: PoolSettings | None = None,
        *,
        pool_id: str = POOL_ID,
        client_id: str = CLIENT_ID,
        name: str = "Shop",
        branding: Branding | None = None,
        consent: bool = False,
    ) -> Pool:
        """Make a pool with one client."""
        pool = self.house.pool(settings, pool_id)
        client = self.house.client(
            pool,
            id=client_id,
            redirect_uris=(REDIRECT,),
            logout_uris=(GOODBYE,),
            scopes=("openid", "email", "profile"),
            consent=consent,
            grants=frozenset(GrantKind)
            - {GrantKind.IMPLICIT}
            - {GrantKind.CLIENT_CREDENTIALS, GrantKind.TOKEN_EXCHANGE},
        )
        # As pages show it; what the settings of a client may be is tested elsewhere.
        shown = replace(client, name=name, branding=branding or Branding())
        self.places[client_id] = Place(pool, shown)
        return pool


class Visitor:
    """A browser without scripts, and its person."""

    def __init__(
        self, hotel: Hotel, *, origin: str = ORIGIN, language: str = "en"
    ) -> None:
        self._hotel = hotel
        self.client = httpx.Client(
            transport=InProcess(hotel.app),
            base_url=origin,
            headers={"accept-language": language},
        )
        self.page = httpx.Response(200)

    def goto(self, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        """Open an address, with an authorization request in it by default."""
        wanted = QUERY if query is None else query
        return self.follow(f"{path}?{urlencode(wanted)}" if wanted else path)

    def follow(self, address: str) -> httpx.Response:
        """Open an address as it stands, and go where it leads on this host."""
        return self._arrive(self.client.get(address))

    def send(
        self,
        form: Mapping[str, str] | None = None,
        /,
        *,
        number: int = 0,
        **fields: str,
    ) -> httpx.Response:
        """Fill in a form of the page, by its number, and send it."""
        action, inside = _FORM.findall(self.page.text)[number]
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(inside)}
        values = {**hidden, **(form or {}), **fields}
        return self._arrive(self.client.post(unescape(action), data=values))

    @property
    def token(self) -> str:
        """What the page's forms carry."""
        match = _TOKEN.search(self.page.text)
        return match[1] if match else ""

    @property
    def signed_in(self) -> User | None:
        """Who is signed in with this browser."""
        handle = self.client.cookies.get("__Host-gateway-session") or ""
        session = self._hotel.house.oauth.sessions.find(handle)
        return None if session is None else session.user

    @property
    def location(self) -> dict[str, str]:
        """What stands in the query of the address that the page leads to."""
        return dict(parse_qsl(urlsplit(self.page.headers["location"]).query))

    @property
    def heading(self) -> str:
        """What the page is called."""
        (heading,) = _HEADING.findall(self.page.text)
        return unescape(heading)

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        return {name: unescape(text) for name, text in _FAULT.findall(self.page.text)}

    @property
    def text(self) -> str:
        """What the page says, between its tags."""
        return unescape(re.sub(r"<[^>]*>", "", self.page.text))

    def _arrive(self, response: httpx.Response) -> httpx.Response:
        self.page = response
        location = response.headers.get("location", "")
        if location.startswith("/"):
            return self.follow(location)
        return response
