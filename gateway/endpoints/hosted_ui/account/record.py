"""Everything that is kept of a person, as a file for them; and deleting all of it.

Reference: Regulation (EU) 2016/679, articles 15, 17 and 20.
"""

import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import RECORD, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import missing
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.pool.factors.devices import Devices
from gateway.pool.factors.own_passkeys import OwnPasskeys
from gateway.pool.factors.preferences import FactorPreferences
from gateway.pool.groups import Groups
from gateway.pool.people.standing import Standings

DOWNLOAD = "/account/data/download"
DELETE = "/account/data/delete"

_SURE = "sure"


class RecordPages:
    """The page of a person's record."""

    def __init__(  # noqa: PLR0913 - a part of the record each
        self,
        *,
        site: Site,
        rooms: Rooms,
        sessions: BrowserSessions,
        groups: Groups,
        own_passkeys: OwnPasskeys,
        preferences: FactorPreferences,
        devices: Devices,
        standings: Standings,
    ) -> None:
        self._site = site
        self._rooms = rooms
        self._sessions = sessions
        self._groups = groups
        self._own_passkeys = own_passkeys
        self._preferences = preferences
        self._devices = devices
        self._standings = standings

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show = door.open(self.show)
        return [
            pages.route(RECORD, get=show),
            pages.route(DOWNLOAD, get=show, post=door.open(self.download, fresh=True)),
            pages.route(DELETE, get=show, post=door.open(self.delete, fresh=True)),
        ]

    def show(self, owner: Owner) -> Response:
        """Return the page with both buttons."""
        return self._page(owner, ())

    def download(self, owner: Owner) -> Response:
        """Return everything as a file, secrets apart."""
        text = json.dumps(self._record(owner), indent=2, ensure_ascii=False)
        return Response(
            text,
            media_type="application/json",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="my-account.json"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def delete(self, owner: Owner) -> Response:
        """Delete the person, for good."""
        if not owner.visit.typed(_SURE):
            label = owner.t("account.data.sure")
            return self._page(owner, missing(owner.t, (_SURE, label)))
        self._sessions.end_all(owner.user)
        self._standings.delete(owner.pool, owner.user.sub)
        page = self._site.renderer.page(
            owner.visit,
            owner.place,
            "told.html",
            key="deleted",
            onward=owner.visit.link(SIGN_IN, client_id=owner.place.client.id),
        )
        self._site.cookies.end_session(page)
        return page

    def _page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        return self._rooms.page(
            owner,
            "account_data.html",
            RECORD,
            faults=faults,
            download=owner.visit.link(DOWNLOAD),
            delete=owner.visit.link(DELETE),
        )

    def _record(self, owner: Owner) -> dict[str, Any]:
        user, pool = owner.user, owner.pool
        chosen = self._preferences.get(pool, user)
        groups = self._groups.list_of(pool, user.sub)
        return {
            "pool": pool.settings.name,
            "sub": user.sub,
            "username": user.username,
            "status": user.status.value,
            "created_at": user.created_at.isoformat(),
            "updated_at": user.updated_at.isoformat(),
            "attributes": dict(user.attributes),
            "groups": [group.name for group in groups.entries],
            "second_factors": sorted(factor.value for factor in chosen.on),
            "passkeys": [
                {"name": each.name, "created_at": each.created_at.isoformat()}
                for each in self._own_passkeys.list(pool, user)
            ],
            "devices": [
                {"name": each.name, "created_at": each.created_at.isoformat()}
                for each in self._devices.list(pool, user).entries
            ],
            "sign_ins": [
                {
                    "at": each.authenticated_at.isoformat(),
                    "address": each.address,
                    "browser": each.user_agent,
                }
                for each in self._sessions.list(user)
            ],
        }
