"""What the rooms of an account have in common: how they look, and the way between them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.account.door import Owner
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site
from gateway.model.client import Client
from gateway.model.user import UserStatus
from gateway.pool.settings import FirstFactor, MfaMode

PROFILE: Final = "/account"
PASSWORD: Final = "/account/password"  # noqa: S105 - a path
SECURITY: Final = "/account/security"
PASSKEYS: Final = "/account/passkeys"
APPLICATIONS: Final = "/account/applications"
SESSIONS: Final = "/account/sessions"
SIGN_INS: Final = "/account/sign-ins"
RECORD: Final = "/account/data"
SIGN_OUT: Final = "/account/sign-out"


def rooms_of(owner: Owner, *, has_providers: bool) -> Sequence[tuple[str, str]]:
    """Return path and key of each room that the person's pool has.

    Args:
        owner: Who is in them.
        has_providers: Whether people sign in with providers.
    """
    settings = owner.pool.settings
    first = settings.sign_in.first_factors
    has_second = settings.mfa.mode is not MfaMode.OFF and bool(settings.mfa.kinds)
    # Whoever comes by way of a provider has nothing of their own to come in with.
    is_own = owner.user.status is not UserStatus.EXTERNAL_PROVIDER
    rooms = [
        (PROFILE, "profile", True),
        (PASSWORD, "password", is_own and FirstFactor.PASSWORD in first),
        (SECURITY, "security", is_own and has_second),
        (PASSKEYS, "passkeys", is_own and FirstFactor.PASSKEY in first),
        (SIGN_INS, "sign-ins", has_providers),
        (SESSIONS, "sessions", True),
        (APPLICATIONS, "applications", True),
        (RECORD, "data", True),
    ]
    return [(path, key) for path, key, is_there in rooms if is_there]


class Rooms:
    """Shows them."""

    def __init__(self, *, site: Site, has_providers: Callable[[Client], bool]) -> None:
        """Take what rooms are made of.

        Args:
            site: What all pages have in common.
            has_providers: Whether people of a client sign in with providers.
        """
        self._site = site
        self._has_providers = has_providers

    def page(
        self,
        owner: Owner,
        template: str,
        room: str,
        *,
        faults: Sequence[Fault] = (),
        **values: Any,
    ) -> Response:
        """Return a room's page.

        Args:
            owner: Who is in it.
            template: Its file's name.
            room: Its path, which the menu shows.
            faults: What the person can mend.
            values: What the template shows.
        """
        return self._site.renderer.page(
            owner.visit,
            owner.place,
            template,
            faults=faults,
            rooms=rooms_of(
                owner, has_providers=self._has_providers(owner.place.client)
            ),
            room=room,
            sign_out=owner.visit.link(SIGN_OUT),
            **values,
        )

    def go(self, owner: Owner, room: str, notice: str = "", **query: str) -> Response:
        """Return the way to a room, with what has been done."""
        return self._site.renderer.redirect(
            owner.visit.link(room, notice=notice, **query)
        )
