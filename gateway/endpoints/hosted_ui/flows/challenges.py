"""The page of each thing that a sign-in may ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.fields import attribute_fields, demands, field_id
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.pictures import qr_code
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.errors import InvalidSessionError
from gateway.pool.sign_in.values import ChallengeName, Parameter

_FIRST_FACTOR_DIGITS: Final = 8

Values = Mapping[str, Any]


def challenge_page(
    site: Site, visit: Visit, place: Place, question: Question, faults: Sequence[Fault]
) -> Response:
    """Return the page of a question.

    Raises:
        InvalidSessionError: It is none that a page could answer.
    """
    found = _PAGES.get(question.name)
    if found is None:
        raise InvalidSessionError("no page asks that")
    template, values = found
    t = site.texts(visit, place)
    here = visit.link("/login", step=visit.query.get("step", ""))
    return site.renderer.page(
        visit,
        place,
        template,
        faults=faults,
        here=here,
        question=question,
        key=f"challenge.{question.name}",
        others=_others(question),
        **values(question, visit, place, t),
    )


def _others(question: Question) -> Sequence[str]:
    """Return what may be chosen instead."""
    return [str(each) for each in question.choices if each is not question.name]


def _nothing(*_: object) -> Values:
    return {}


def _choice(question: Question, *_: object) -> Values:
    has_password = ChallengeName.PASSWORD in question.choices
    is_first = question.name is ChallengeName.SELECT_CHALLENGE
    return {"has_password": has_password and is_first}


def _set_up(question: Question, *rest: Any) -> Values:
    secret = question.parameters.get(Parameter.TOTP_SECRET, "")
    if not secret:
        return {**_choice(question, *rest), "secret": ""}
    _, place, _ = rest[-3:]
    name = question.username
    return {"secret": secret, "picture": qr_code(secret, place.pool, name)}


def _new_password(question: Question, visit: Visit, place: Place, t: Texts) -> Values:
    policy = place.pool.settings.password
    return {
        "demands": demands(policy, t),
        "min_length": policy.min_length,
        **_attributes(question, visit, place, t),
    }


def _attributes(question: Question, visit: Visit, place: Place, t: Texts) -> Values:
    schema = place.pool.settings.schema
    names = [name for name in question.attributes if name in schema.attributes]
    values = {name: visit.typed(field_id(name)) for name in names}
    return {"attributes": attribute_fields(schema, names, t, values=values)}


def _custom(question: Question, *_: object) -> Values:
    return {"asked": list(question.parameters.values())}


_PAGES: Final[Mapping[ChallengeName, tuple[str, Callable[..., Values]]]] = {
    ChallengeName.SELECT_CHALLENGE: ("choose.html", _choice),
    ChallengeName.SELECT_FACTOR: ("choose.html", _choice),
    ChallengeName.SET_UP_FACTOR: ("set_up.html", _set_up),
    ChallengeName.PASSWORD: ("password.html", _nothing),
    ChallengeName.PASSKEY: ("passkey.html", _nothing),
    ChallengeName.EMAIL_CODE: ("code.html", _nothing),
    ChallengeName.FIRST_SMS_CODE: ("code.html", _nothing),
    ChallengeName.SMS_CODE: ("code.html", _nothing),
    ChallengeName.TOTP: ("code.html", _nothing),
    ChallengeName.RECOVERY_CODE: ("recovery_code.html", _nothing),
    ChallengeName.NEW_PASSWORD: ("new_password.html", _new_password),
    ChallengeName.MISSING_ATTRIBUTES: ("attributes.html", _attributes),
    ChallengeName.CUSTOM: ("custom.html", _custom),
}
