"""What is known of a person, and addresses that are to be proven.

Which attributes are shown and may be changed is what the client may read and write.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import PROFILE, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import CODE, faults_of, missing
from gateway.endpoints.hosted_ui.fields import (
    attribute_fields,
    field_id,
    label_of,
    typed_attribute,
)
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import told_to_wait
from gateway.model.errors import GatewayError, RouteError
from gateway.pool.attributes.rights import may_read, may_write
from gateway.pool.attributes.schema import STANDARD, VERIFIED
from gateway.pool.people.own_attributes import OwnAttributes
from gateway.pool.settings import Address

EDIT = "/account/profile"
VERIFY = "/account/verify"

# Of the standard ones, those that people expect to find; others only if they have a value.
_USUAL = frozenset(
    {"name", "given_name", "family_name", "nickname", "email", "phone_number"}
)
_OURS = frozenset({"sub", "identities", "updated_at", *VERIFIED.values()})


class ProfilePages:
    """The pages of a profile."""

    def __init__(self, *, rooms: Rooms, own_attributes: OwnAttributes) -> None:
        self._rooms = rooms
        self._own = own_attributes

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where they are."""
        edit, verify = door.open(self.edit), door.open(self.verify_form)
        return [
            pages.route(PROFILE, get=door.open(self.show)),
            pages.route(EDIT, get=edit, post=door.open(self.change, fresh=True)),
            pages.route(VERIFY, get=verify, post=door.open(self.verify)),
        ]

    def show(self, owner: Owner) -> Response:
        """Return what is known."""
        facts = [
            (label_of(name, owner.t), owner.user.attributes.get(name, ""), name)
            for name in _shown(owner)
        ]
        proven = {
            name
            for name, proof in VERIFIED.items()
            if owner.user.attributes.get(proof) == "true"
        }
        return self._rooms.page(
            owner,
            "account_profile.html",
            PROFILE,
            username=owner.user.username,
            has_username=not owner.pool.settings.sign_in.addresses,
            facts=facts,
            proven=proven,
            addresses=[address.value for address in Address],
            edit=owner.visit.link(EDIT),
            verify=VERIFY,
        )

    def edit(self, owner: Owner) -> Response:
        """Return the form."""
        return self._form(owner, owner.user.attributes, ())

    def change(self, owner: Owner) -> Response:
        """Keep what was typed; what is an address has to be proven next."""
        typed = {
            name: typed_attribute(name, owner.visit.typed(field_id(name)))
            for name in _changeable(owner)
        }
        known = owner.user.attributes
        changed = {
            name: value for name, value in typed.items() if value != known.get(name, "")
        }
        context = context_of(owner.visit, owner.t)
        try:
            done = self._own.change(
                owner.pool, owner.place.client, owner.user, changed, context
            )
        except GatewayError as error:
            faults = faults_of(error, owner.t, owner.pool.settings.password)
            return told_to_wait(self._form(owner, typed, faults), error)
        if done.sent:
            address = done.sent[0].address.value
            return self._rooms.go(owner, VERIFY, "code_sent", address=address)
        return self._rooms.go(owner, PROFILE, "saved")

    def verify_form(self, owner: Owner) -> Response:
        """Return the form for a code that proves an address."""
        return self._verify_form(owner, _address(owner), ())

    def verify(self, owner: Owner) -> Response:
        """Prove an address, or send another code."""
        address = _address(owner)
        context = context_of(owner.visit, owner.t)
        try:
            if owner.visit.typed("again"):
                self._own.send_code(
                    owner.pool, owner.place.client, owner.user, address, context
                )
                return self._rooms.go(owner, VERIFY, "code_sent", address=address.value)
            if not owner.visit.typed(CODE).strip():
                faults = missing(owner.t, (CODE, owner.t("form.code")))
                return self._verify_form(owner, address, faults)
            code = "".join(owner.visit.typed(CODE).split())
            self._own.verify(owner.pool, owner.user, address, code, context)
        except GatewayError as error:
            faults = faults_of(error, owner.t, owner.pool.settings.password)
            return told_to_wait(self._verify_form(owner, address, faults), error)
        return self._rooms.go(owner, PROFILE, "proven", address="")

    def _form(
        self, owner: Owner, values: Mapping[str, str], faults: Sequence[Fault]
    ) -> Response:
        schema = owner.pool.settings.schema
        names = _changeable(owner)
        return self._rooms.page(
            owner,
            "account_edit.html",
            PROFILE,
            faults=faults,
            attributes=attribute_fields(
                schema,
                names,
                owner.t,
                values=values,
                required=frozenset(schema.missing({})),
            ),
        )

    def _verify_form(
        self, owner: Owner, address: Address, faults: Sequence[Fault]
    ) -> Response:
        return self._rooms.page(
            owner,
            "account_verify.html",
            PROFILE,
            faults=faults,
            address=address.value,
            label=label_of(address.value, owner.t),
        )


def _shown(owner: Owner) -> Sequence[str]:
    """Return the attributes that the person sees, in the schema's order."""
    has, schema = owner.user.attributes, owner.pool.settings.schema
    required = set(schema.missing({}))
    return [
        name
        for name in schema.attributes
        if name not in _OURS
        and may_read(owner.place.client, name)
        and (name in has or name in _USUAL or name in required or name not in STANDARD)
    ]


def _changeable(owner: Owner) -> Sequence[str]:
    has, schema = owner.user.attributes, owner.pool.settings.schema
    return [
        name
        for name in _shown(owner)
        if may_write(owner.place.client, name)
        and (schema.attributes[name].mutable or name not in has)
    ]


def _address(owner: Owner) -> Address:
    named = owner.visit.query.get("address", "")
    for address in Address:
        if address.value == named:
            return address
    raise RouteError("no such kind of address")
