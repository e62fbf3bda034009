"""What the rooms of an account have in common: how they look, and the way between them."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.account.door import Owner
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site
from gateway.pool.settings import FirstFactor, MfaMode

PROFILE: Final = "/account"
PASSWORD: Final = "/account/password"  # noqa: S105 - a path
SECURITY: Final = "/account/security"
PASSKEYS: Final = "/account/passkeys"
APPLICATIONS: Final = "/account/applications"
SESSIONS: Final = "/account/sessions"
RECORD: Final = "/account/data"
SIGN_OUT: Final = "/account/sign-out"


def rooms_of(owner: Owner) -> Sequence[tuple[str, str]]:
    """Return path and key of each room that the person's pool has."""
    settings = owner.pool.settings
    first = settings.sign_in.first_factors
    has_second = settings.mfa.mode is not MfaMode.OFF and bool(settings.mfa.kinds)
    rooms = [
        (PROFILE, "profile", True),
        (PASSWORD, "password", FirstFactor.PASSWORD in first),
        (SECURITY, "security", has_second),
        (PASSKEYS, "passkeys", FirstFactor.PASSKEY in first),
        (SESSIONS, "sessions", True),
        (APPLICATIONS, "applications", True),
        (RECORD, "data", True),
    ]
    return [(path, key) for path, key, is_there in rooms if is_there]


class Rooms:
    """Shows them."""

    def __init__(self, *, site: Site) -> None:
        self._site = site

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
            rooms=rooms_of(owner),
            room=room,
            sign_out=owner.visit.link(SIGN_OUT),
            **values,
        )

    def go(self, owner: Owner, room: str, notice: str = "", **query: str) -> Response:
        """Return the way to a room, with what has been done."""
        return self._site.renderer.redirect(
            owner.visit.link(room, notice=notice, **query)
        )
