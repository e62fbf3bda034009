"""Answers to what a sign-in asks: from a form to a value, or what is missing.

Reference: `gateway.pool.sign_in.values`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.endpoints.hosted_ui.faults import CODE, PASSWORD, missing
from gateway.endpoints.hosted_ui.fields import field_id, label_of, typed_attribute
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.errors import InvalidSessionError
from gateway.pool.sign_in.values import (
    Answer,
    ChallengeName,
    ChosenFactor,
    CustomAnswer,
    GivenAttributes,
    NewPassword,
    Parameter,
    PasskeyAnswer,
    ProvenTotp,
    SendAgain,
    SetUpEmail,
    SetUpTotp,
    TypedCode,
    TypedPassword,
    TypedRecoveryCode,
)

# Names of what the buttons of those pages send.
CHOICE: Final = "choice"
AGAIN: Final = "again"
CREDENTIAL: Final = "credential"
ANSWER: Final = "answer"

_SENT_CODES: Final = frozenset(
    {ChallengeName.EMAIL_CODE, ChallengeName.FIRST_SMS_CODE, ChallengeName.SMS_CODE}
)

Found = Answer | Sequence[Fault]


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that was sent, with what it answers."""

    question: Question
    visit: Visit
    t: Texts

    def wanted(self, name: str, key: str) -> Sequence[Fault]:
        """Return that a field is empty, if it is."""
        if self.visit.typed(name).strip():
            return ()
        return missing(self.t, (name, self.t(key)))


def read_answer(question: Question, visit: Visit, t: Texts) -> Found:
    """Return the answer that a form gives, or what has to be filled in first.

    Raises:
        InvalidSessionError: The page has no such answer.
    """
    chosen = visit.typed(CHOICE)
    if chosen:
        return _chosen(question, chosen)
    if visit.typed(AGAIN) and question.name in _SENT_CODES:
        return SendAgain()
    read = _READ.get(question.name)
    if read is None:
        raise InvalidSessionError("no page answers that")
    return read(_Form(question, visit, t))


def _chosen(question: Question, chosen: str) -> Answer:
    if chosen not in set(map(str, question.choices)):
        raise InvalidSessionError("not one of the choices")
    if question.name is not ChallengeName.SET_UP_FACTOR:
        return ChosenFactor(chosen)
    return SetUpTotp() if chosen == ChallengeName.TOTP else SetUpEmail()


def _password(form: _Form) -> Found:
    empty = form.wanted(PASSWORD, "form.password")
    return empty or TypedPassword(form.visit.typed(PASSWORD))


def _select(form: _Form) -> Found:
    # Where a password is among the ways, its field stands on the page already.
    empty = form.wanted(PASSWORD, "form.password")
    if empty:
        return empty
    along = TypedPassword(form.visit.typed(PASSWORD))
    return ChosenFactor(ChallengeName.PASSWORD, along)


def _code(form: _Form) -> Found:
    empty = form.wanted(CODE, "form.code")
    return empty or TypedCode("".join(form.visit.typed(CODE).split()))


def _recovery_code(form: _Form) -> Found:
    empty = form.wanted(CODE, "form.recovery_code")
    return empty or TypedRecoveryCode(form.visit.typed(CODE).strip())


def _set_up(form: _Form) -> Found:
    if Parameter.TOTP_SECRET not in form.question.parameters:
        raise InvalidSessionError("nothing was chosen")
    empty = form.wanted(CODE, "form.code")
    return empty or ProvenTotp("".join(form.visit.typed(CODE).split()))


def _passkey(form: _Form) -> Found:
    empty = form.wanted(CREDENTIAL, "way.WEB_AUTHN")
    return empty or PasskeyAnswer(form.visit.typed(CREDENTIAL))


def _new_password(form: _Form) -> Found:
    attributes = typed_attributes(form.question.attributes, form.visit)
    empty = [
        *form.wanted(PASSWORD, "form.new_password"),
        *_missing_attributes(form, attributes),
    ]
    return empty or NewPassword(form.visit.typed(PASSWORD), attributes)


def _attributes(form: _Form) -> Found:
    attributes = typed_attributes(form.question.attributes, form.visit)
    return _missing_attributes(form, attributes) or GivenAttributes(attributes)


def _custom(form: _Form) -> Found:
    empty = form.wanted(ANSWER, "form.answer")
    return empty or CustomAnswer(form.visit.typed(ANSWER))


def typed_attributes(names: Sequence[str], visit: Visit) -> Mapping[str, str]:
    """Return what stands in the fields of attributes; nothing for empty ones."""
    typed = {name: typed_attribute(name, visit.typed(field_id(name))) for name in names}
    return {name: value for name, value in typed.items() if value}


def _missing_attributes(form: _Form, given: Mapping[str, str]) -> Sequence[Fault]:
    names = [name for name in form.question.attributes if name not in given]
    fields = [(field_id(name), label_of(name, form.t)) for name in names]
    return missing(form.t, *fields)


_READ: Final[Mapping[ChallengeName, Callable[[_Form], Found]]] = {
    ChallengeName.SELECT_CHALLENGE: _select,
    ChallengeName.PASSWORD: _password,
    ChallengeName.PASSKEY: _passkey,
    ChallengeName.EMAIL_CODE: _code,
    ChallengeName.FIRST_SMS_CODE: _code,
    ChallengeName.SMS_CODE: _code,
    ChallengeName.TOTP: _code,
    ChallengeName.RECOVERY_CODE: _recovery_code,
    ChallengeName.SET_UP_FACTOR: _set_up,
    ChallengeName.NEW_PASSWORD: _new_password,
    ChallengeName.MISSING_ATTRIBUTES: _attributes,
    ChallengeName.CUSTOM: _custom,
}
