"""Second factors: an authenticator app, codes that are sent, and recovery codes."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import SECURITY, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import CODE, faults_of, missing
from gateway.endpoints.hosted_ui.pictures import picture_of
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.model.errors import GatewayError, RouteError
from gateway.pool.factors.preferences import FactorPreferences, Wish
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Enrolment, Totp
from gateway.pool.settings import SecondFactor

AUTHENTICATOR: Final = "/account/authenticator"
RECOVERY_CODES: Final = "/account/recovery-codes"

_FACTOR: Final = "factor"
_WISH: Final = "wish"
_SEED: Final = "enrolment"


class SecurityPages:
    """The pages of second factors."""

    def __init__(
        self,
        *,
        site: Site,
        rooms: Rooms,
        totp: Totp,
        preferences: FactorPreferences,
        recovery_codes: RecoveryCodes,
    ) -> None:
        self._site = site
        self._rooms = rooms
        self._totp = totp
        self._preferences = preferences
        self._recovery_codes = recovery_codes

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [
            pages.route(
                SECURITY,
                get=door.open(self.show),
                post=door.open(self.change, fresh=True),
            ),
            pages.route(
                AUTHENTICATOR,
                get=door.open(self.set_up_form, fresh=True),
                post=door.open(self.set_up, fresh=True),
            ),
            pages.route(
                RECOVERY_CODES,
                get=door.open(self.show),
                post=door.open(self.make_codes, fresh=True),
            ),
        ]

    def show(self, owner: Owner) -> Response:
        """Return what is on."""
        return self._page(owner, ())

    def change(self, owner: Owner) -> Response:
        """Switch a factor on or off, or prefer it."""
        factor = _factor(owner)
        wish = owner.visit.typed(_WISH)
        try:
            if factor is SecondFactor.TOTP and wish == "off":
                self._totp.remove(owner.pool, owner.user)
            else:
                is_on = wish != "off"
                wanted = Wish(is_on, is_preferred=wish == "prefer")
                self._preferences.set(owner.pool, owner.user, {factor: wanted})
        except GatewayError as error:
            faults = faults_of(error, owner.t, owner.pool.settings.password)
            return told_to_wait(self._page(owner, faults), error)
        return self._rooms.go(owner, SECURITY, "saved")

    def set_up_form(self, owner: Owner) -> Response:
        """Return a new seed, as a picture."""
        enrolment = self._totp.associate(owner.pool, owner.user)
        values = {"secret": enrolment.secret, "uri": enrolment.uri}
        step = self._site.carrier.pack(_SEED, self._browser(owner), values)
        return self._set_up_page(owner, enrolment, step, ())

    def set_up(self, owner: Owner) -> Response:
        """Let the authenticator be the person's, which has shown a code."""
        step = owner.visit.typed("step")
        values = self._site.carrier.unpack(_SEED, self._browser(owner), step)
        enrolment = Enrolment(values["secret"], values["uri"])
        code = "".join(owner.visit.typed(CODE).split())
        if not code:
            faults = missing(owner.t, (CODE, owner.t("form.code")))
            return self._set_up_page(owner, enrolment, step, faults)
        try:
            self._totp.verify(owner.pool, owner.user, code, address=owner.visit.address)
            wishes = {SecondFactor.TOTP: Wish(is_on=True, is_preferred=True)}
            self._preferences.set(owner.pool, owner.user, wishes)
        except GatewayError as error:
            faults = faults_of(error, owner.t, owner.pool.settings.password)
            page = self._set_up_page(owner, enrolment, step, faults)
            return told_to_wait(page, error)
        if self._recovery_codes.left(owner.pool, owner.user):
            return self._rooms.go(owner, SECURITY, "saved")
        return self.make_codes(owner)

    def make_codes(self, owner: Owner) -> Response:
        """Return new recovery codes, this once."""
        codes = self._recovery_codes.make(owner.pool, owner.user)
        return self._rooms.page(
            owner,
            "account_recovery_codes.html",
            SECURITY,
            codes=codes,
            onward=owner.visit.link(SECURITY),
        )

    def _page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        chosen = self._preferences.get(owner.pool, owner.user)
        kinds = owner.pool.settings.mfa.kinds
        return self._rooms.page(
            owner,
            "account_security.html",
            SECURITY,
            faults=faults,
            here=owner.visit.link(SECURITY),
            factors=[
                (factor.value, factor in chosen.on, factor is chosen.preferred)
                for factor in SecondFactor
                if factor in kinds
            ],
            many=len(chosen.on) > 1,
            codes_left=self._recovery_codes.left(owner.pool, owner.user),
            authenticator=owner.visit.link(AUTHENTICATOR),
            recovery_codes=owner.visit.link(RECOVERY_CODES),
        )

    def _set_up_page(
        self, owner: Owner, enrolment: Enrolment, step: str, faults: Sequence[Fault]
    ) -> Response:
        return self._rooms.page(
            owner,
            "account_authenticator.html",
            SECURITY,
            faults=faults,
            picture=picture_of(enrolment),
            secret=enrolment.secret,
            step=step,
            back=owner.visit.link(SECURITY),
        )

    def _browser(self, owner: Owner) -> str:
        # With the session: somebody else's form in this browser is of no use.
        browser = self._site.cookies.browser(owner.visit)
        return f"{browser} {owner.session.id}"


def _factor(owner: Owner) -> SecondFactor:
    named = owner.visit.typed(_FACTOR)
    for factor in owner.pool.settings.mfa.kinds:
        if factor.value == named:
            return factor
    raise RouteError("no such factor")
