"""The pages over a pool that stands around them, and somebody who visits them."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import anyio
import httpx
from starlette.responses import Response
from typing_extensions import override

from gateway.endpoints.frame import Frame
from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.carried import Carrier
from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.guard import FormGuard
from gateway.endpoints.hosted_ui.headers import PageHeaders
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Renderer
from gateway.endpoints.hosted_ui.routes import PageServices, routes
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.client import Branding, Client
from gateway.pool.pool import Pool
from gateway.pool.recovery import Recovery
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.assembly import sign_ins
from gateway.pool.sign_in.values import SignedIn
from gateway.pool.sign_up import SignUps
from gateway.telemetry.access import AccessLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.pseudonyms import Pseudonyms
from gateway.telemetry.request_id import RequestIds
from tests.pool.house import House
from tests.telemetry.fakes import MemorySink

ORIGIN = "https://id.example.com"
CLIENT_ID = "1example23456789abcdefghij"
REDIRECT = "https://shop.example/callback"
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
_ACTION = re.compile(r'<form method="post" action="([^"]*)"')
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


class Door:
    """Where people arrive, while nobody knows where they go then."""

    def __init__(self, hotel: "Hotel") -> None:
        self.hotel = hotel
        self.arrived: list[SignedIn] = []

    def before(self, visit: Visit, place: Place) -> Response | None:
        return None

    def after(self, visit: Visit, place: Place, signed_in: SignedIn) -> Response:
        self.arrived.append(signed_in)
        return self.hotel.site.renderer.redirect("https://shop.example/callback?code=1")


class Hotel:
    """All pages, over real services."""

    def __init__(self, house: House, *, secure: bool = True) -> None:
        self.house = house
        self.places: dict[str, Place] = {}
        self.failure: Exception | None = None
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
            clock=house.clock,
        )
        self.sign_ups = SignUps(
            database=house.database,
            credentials=house.credentials,
            codes=house.codes,
            messenger=house.mailbox,
            clock=house.clock,
        )
        self.tools = house.tools
        self.door = Door(self)
        self.app = Frame(
            routes=routes(
                site=self.site,
                assets=self.assets,
                services=PageServices(
                    sign_ups=self.sign_ups,
                    sign_ins=sign_ins(self.tools),
                    recovery=Recovery(tools=self.tools),
                    arrivals=self.door,
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
        client_id: str = CLIENT_ID,
        name: str = "Shop",
        branding: Branding | None = None,
    ) -> Pool:
        """Make a pool with one client."""
        pool = self.house.pool(settings)
        client = Client(
            client_id,
            pool.id,
            name,
            redirect_uris=(REDIRECT,),
            branding=branding or Branding(),
        )
        self.places[client_id] = Place(pool, client)
        return pool


class Visitor:
    """A browser without scripts, and its person."""

    def __init__(
        self, hotel: Hotel, *, origin: str = ORIGIN, language: str = "en"
    ) -> None:
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
        action = unescape(_ACTION.findall(self.page.text)[number])
        values = {"csrf": self.token, **(form or {}), **fields}
        return self._arrive(self.client.post(action, data=values))

    @property
    def token(self) -> str:
        """What the page's forms carry."""
        match = _TOKEN.search(self.page.text)
        return match[1] if match else ""

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
