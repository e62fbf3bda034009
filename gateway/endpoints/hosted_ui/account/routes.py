"""Where the rooms of an account are."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.applications import ApplicationPages
from gateway.endpoints.hosted_ui.account.door import Door
from gateway.endpoints.hosted_ui.account.passkey_offer import PasskeyOfferPages
from gateway.endpoints.hosted_ui.account.passkeys import PasskeyPages
from gateway.endpoints.hosted_ui.account.password import PasswordPages
from gateway.endpoints.hosted_ui.account.profile import ProfilePages
from gateway.endpoints.hosted_ui.account.record import RecordPages
from gateway.endpoints.hosted_ui.account.rooms import Rooms
from gateway.endpoints.hosted_ui.account.security import SecurityPages
from gateway.endpoints.hosted_ui.account.sessions import SessionPages
from gateway.endpoints.hosted_ui.account.sign_ins import SignInsPages
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.arrival import Arrival
from gateway.endpoints.hosted_ui.flows.elsewhere import ElsewherePages
from gateway.endpoints.hosted_ui.site import Site
from gateway.federation.sign_ins import FederatedSignIns
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.oauth.authorizing.permissions import Permissions
from gateway.pool.factors.devices import Devices
from gateway.pool.factors.own_passkeys import OwnPasskeys
from gateway.pool.factors.passkeys import PasskeyCeremonies
from gateway.pool.factors.preferences import FactorPreferences
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Totp
from gateway.pool.groups import Groups
from gateway.pool.people.own_attributes import OwnAttributes
from gateway.pool.people.own_passwords import OwnPasswords
from gateway.pool.people.standing import Standings


@dataclass(frozen=True, slots=True)
class AccountServices:
    """What the account calls.

    Attributes:
        own_attributes: Changes what is known of people.
        own_passwords: Changes their passwords.
        totp: Authenticator apps.
        preferences: What each person has switched on.
        recovery_codes: For whoever has lost the others.
        own_passkeys: Lists and sorts passkeys.
        ceremonies: Has them made.
        devices: Remembers devices.
        groups: Knows who is in them.
        standings: Signs people out and deletes them.
        permissions: What people have let applications do.
    """

    own_attributes: OwnAttributes
    own_passwords: OwnPasswords
    totp: Totp
    preferences: FactorPreferences
    recovery_codes: RecoveryCodes
    own_passkeys: OwnPasskeys
    ceremonies: PasskeyCeremonies
    devices: Devices
    groups: Groups
    standings: Standings
    permissions: Permissions


def account_routes(
    *,
    site: Site,
    pages: Pages,
    sessions: BrowserSessions,
    services: AccountServices,
    federation: FederatedSignIns,
    elsewhere: ElsewherePages,
) -> Sequence[BaseRoute]:
    """Return the routes of all rooms."""
    door = Door(site=site, sessions=sessions)
    rooms = Rooms(
        site=site,
        has_providers=lambda client: bool(federation.providers.now.offered(client)),
    )
    sign_ins = SignInsPages(
        rooms=rooms, connected=federation.connected, elsewhere=elsewhere
    )
    profile = ProfilePages(rooms=rooms, own_attributes=services.own_attributes)
    signed_in = SessionPages(
        site=site,
        rooms=rooms,
        sessions=sessions,
        devices=services.devices,
        standings=services.standings,
    )
    applications = ApplicationPages(rooms=rooms, permissions=services.permissions)
    record = RecordPages(
        site=site,
        rooms=rooms,
        sessions=sessions,
        groups=services.groups,
        own_passkeys=services.own_passkeys,
        preferences=services.preferences,
        devices=services.devices,
        standings=services.standings,
    )
    return [
        *profile.routes(pages, door),
        *_proof_routes(site, rooms, pages, door, services),
        *sign_ins.routes(pages, door),
        *signed_in.routes(pages, door),
        *applications.routes(pages, door),
        *record.routes(pages, door),
    ]


def _proof_routes(
    site: Site, rooms: Rooms, pages: Pages, door: Door, services: AccountServices
) -> Sequence[BaseRoute]:
    """Return the routes of rooms about what somebody proves themselves with."""
    password = PasswordPages(rooms=rooms, own_passwords=services.own_passwords)
    security = SecurityPages(
        site=site,
        rooms=rooms,
        totp=services.totp,
        preferences=services.preferences,
        recovery_codes=services.recovery_codes,
    )
    passkeys = PasskeyPages(
        rooms=rooms,
        own_passkeys=services.own_passkeys,
        ceremonies=services.ceremonies,
    )
    return [
        *password.routes(pages, door),
        *security.routes(pages, door),
        *passkeys.routes(pages, door),
    ]


def offer_routes(
    *, site: Site, pages: Pages, arrival: Arrival, ceremonies: PasskeyCeremonies
) -> Sequence[BaseRoute]:
    """Return the routes of what is offered on the way from a sign-in."""
    door = Door(site=site, sessions=arrival.sessions)
    offer = PasskeyOfferPages(site=site, arrival=arrival, ceremonies=ceremonies)
    return offer.routes(pages, door)
