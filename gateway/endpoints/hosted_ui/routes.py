"""Where the pages are."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.confirm import ConfirmPages
from gateway.endpoints.hosted_ui.flows.recovery import RecoveryPages
from gateway.endpoints.hosted_ui.flows.sign_in import Arrivals, SignInPages
from gateway.endpoints.hosted_ui.flows.sign_up import SignUpPages
from gateway.endpoints.hosted_ui.site import Site
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
        recovery: Lets them have a new password.
        arrivals: Knows where they go once they are in.
    """

    sign_ups: SignUps
    sign_ins: SignIns
    recovery: Recovery
    arrivals: Arrivals


def routes(
    *, site: Site, assets: Assets, services: PageServices, logger: Logger
) -> Sequence[BaseRoute]:
    """Return the routes of all pages."""
    pages = Pages(site=site, logger=logger)
    return [
        *assets.routes(site.find_place),
        *SignInPages(
            site=site, sign_ins=services.sign_ins, arrivals=services.arrivals
        ).routes(pages),
        *SignUpPages(site=site, sign_ups=services.sign_ups).routes(pages),
        *RecoveryPages(site=site, recovery=services.recovery).routes(pages),
        *ConfirmPages(site=site, sign_ups=services.sign_ups).routes(pages),
    ]
