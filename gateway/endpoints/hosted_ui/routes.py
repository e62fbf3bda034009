"""Where the pages are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.routes import (
    AccountServices,
    account_routes,
    offer_routes,
)
from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.admission import Admission
from gateway.endpoints.hosted_ui.flows.arrival import Arrival
from gateway.endpoints.hosted_ui.flows.confirm import ConfirmPages
from gateway.endpoints.hosted_ui.flows.connect import Connecting, ConnectPages
from gateway.endpoints.hosted_ui.flows.consent import ConsentPages
from gateway.endpoints.hosted_ui.flows.device import DevicePages
from gateway.endpoints.hosted_ui.flows.elsewhere import ElsewherePages
from gateway.endpoints.hosted_ui.flows.error import ErrorPages
from gateway.endpoints.hosted_ui.flows.recovery import RecoveryPages
from gateway.endpoints.hosted_ui.flows.sign_in import SignInPages
from gateway.endpoints.hosted_ui.flows.sign_out import SignOutPages
from gateway.endpoints.hosted_ui.flows.sign_up import SignUpPages
from gateway.endpoints.hosted_ui.flows.single_logout import SingleLogoutPages
from gateway.endpoints.hosted_ui.flows.way_out import WaysOut
from gateway.endpoints.hosted_ui.site import Site
from gateway.federation.sign_ins import FederatedSignIns
from gateway.oauth.authorizing.authorizations import Authorizations
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.oauth.authorizing.devices import Devices
from gateway.pool.recovery import Recovery
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_up import SignUps
from gateway.telemetry.logs import Logger


@dataclass(frozen=True, slots=True)
class PageServices:
    """What the pages call.

    Attributes:
        sign_ups: Signs people up and confirms them.
        sign_ins: Signs them in.
        federation: Signs them in through providers.
        ways_out: Signs them out there.
        recovery: Lets them have a new password.
        sessions: Knows who is signed in with which browser.
        authorizations: Knows what comes next for a browser that an application sent.
        devices: Devices that wait for a person.
        account: What people see and change of their own.
        clock: The time.
    """

    sign_ups: SignUps
    sign_ins: SignIns
    federation: FederatedSignIns
    ways_out: WaysOut
    recovery: Recovery
    sessions: BrowserSessions
    authorizations: Authorizations
    devices: Devices
    account: AccountServices
    clock: Callable[[], datetime]


def routes(
    *, site: Site, assets: Assets, services: PageServices, logger: Logger
) -> Sequence[BaseRoute]:
    """Return the routes of all pages."""
    arrival = _arrival(site, services, logger)
    pages = Pages(site=site, logger=logger)
    authorizations, sessions = services.authorizations, services.sessions
    admission = Admission(site=site, sign_ins=services.sign_ins, arrival=arrival)
    elsewhere = ElsewherePages(
        site=site,
        sign_ins=services.federation,
        arrival=arrival,
        admission=admission,
        logger=logger,
    )
    sign_in = SignInPages(
        site=site,
        sign_ins=services.sign_ins,
        arrival=arrival,
        admission=admission,
        elsewhere=elsewhere,
    )
    connect = ConnectPages(site=site, sign_ins=services.federation, admission=admission)
    confirm = ConfirmPages(site=site, sign_ups=services.sign_ups, admission=admission)
    consent = ConsentPages(site=site, authorizations=authorizations, arrival=arrival)
    device = DevicePages(site=site, devices=services.devices, arrival=arrival)
    single_logout = SingleLogoutPages(
        site=site, logout=services.federation.single_logout, logger=logger
    )
    sign_out = SignOutPages(
        site=site, sessions=sessions, arrival=arrival, ways_out=services.ways_out
    )
    return [
        *assets.routes(site.find_place),
        *sign_in.routes(pages),
        *elsewhere.routes(pages),
        *connect.routes(pages),
        *SignUpPages(site=site, sign_ups=services.sign_ups).routes(pages),
        *confirm.routes(pages),
        *RecoveryPages(site=site, recovery=services.recovery).routes(pages),
        *consent.routes(pages),
        *device.routes(pages),
        *sign_out.routes(pages),
        *services.ways_out.routes(pages),
        *single_logout.routes(pages),
        *ErrorPages(site=site).routes(pages),
        *_account(site, pages, services, arrival, elsewhere),
    ]


def _account(
    site: Site,
    pages: Pages,
    services: PageServices,
    arrival: Arrival,
    elsewhere: ElsewherePages,
) -> Sequence[BaseRoute]:
    return [
        *account_routes(
            site=site,
            pages=pages,
            sessions=services.sessions,
            services=services.account,
            federation=services.federation,
            elsewhere=elsewhere,
        ),
        *offer_routes(
            site=site,
            pages=pages,
            arrival=arrival,
            ceremonies=services.account.ceremonies,
        ),
    ]


def _arrival(site: Site, services: PageServices, logger: Logger) -> Arrival:
    return Arrival(
        site=site,
        sessions=services.sessions,
        authorizations=services.authorizations,
        connecting=Connecting(site=site, sign_ins=services.federation, logger=logger),
        own_passkeys=services.account.own_passkeys,
        clock=services.clock,
    )
