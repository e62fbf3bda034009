"""What an assertion and the message around it have to say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.saml.assertion import read_assertion
from gateway.authentication.saml.conditions import (
    Expected,
    check_assertion,
    check_message,
    check_sign_in,
)
from gateway.authentication.saml.errors import WrongRequestError
from gateway.authentication.saml.names import NAME_ID_FORMATS
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from tests.authentication.saml.idp import (
    CONSUMER,
    ENTITY,
    LATER,
    NOON,
    REQUEST,
    SKEW,
    SP,
    Parts,
    instant,
    tree,
)

EXPECTED = Expected(
    issuer=ENTITY,
    audiences=(SP,),
    recipient=CONSUMER,
    request_id=REQUEST,
    skew=SKEW,
    max_validity=timedelta(minutes=10),
)
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


def minutes(count: float) -> str:
    return instant(NOON + timedelta(minutes=count))


def confirmation(
    recipient: str | None = CONSUMER,
    answers: str | None = REQUEST,
    *,
    ends: str | None = LATER,
    begins: str | None = None,
    method: str = BEARER,
) -> str:
    said = {
        "Recipient": recipient,
        "InResponseTo": answers,
        "NotOnOrAfter": ends,
        "NotBefore": begins,
    }
    attributes = " ".join(f'{k}="{v}"' for k, v in said.items() if v is not None)
    return (
        f'<saml:SubjectConfirmation Method="{method}">'
        f"<saml:SubjectConfirmationData {attributes}/></saml:SubjectConfirmation>"
    )


def conditions(*restrictions: str, begins: str = "", ends: str = "") -> str:
    times = (f'NotBefore="{begins}" ' if begins else "") + (
        f'NotOnOrAfter="{ends}"' if ends else ""
    )
    each = "".join(
        f"<saml:AudienceRestriction>{r}</saml:AudienceRestriction>"
        for r in restrictions
    )
    return f"<saml:Conditions {times}>{each}</saml:Conditions>"


def audience(*names: str) -> str:
    return "".join(f"<saml:Audience>{name}</saml:Audience>" for name in names)


def check(expected: Expected = EXPECTED, **changes: Any) -> Any:
    element = tree(replace(Parts(), **changes).assertion())
    return check_assertion(read_assertion(element), expected, now=NOON)


@pytest.mark.parametrize(
    ("changes", "lasts"),
    [
        ({}, 5),
        ({"conditions": conditions(audience(SP))}, 5),
        ({"conditions": conditions(audience("other", SP), audience(SP))}, 5),
        ({"conditions": conditions(audience(SP), ends=minutes(3))}, 3),
        ({"conditions": conditions(audience(SP), ends=minutes(-0.5))}, -0.5),
        ({"conditions": conditions(audience(SP), begins=minutes(1))}, 5),
        ({"confirmation": confirmation(ends=minutes(60))}, 5),
        (
            {
                "confirmation": confirmation(ends=minutes(60)),
                "conditions": conditions(audience(SP)),
            },
            10,
        ),
        ({"confirmation": confirmation(method="urn:x") + confirmation()}, 5),
        ({"confirmation": confirmation("https://a.example") + confirmation()}, 5),
        ({"confirmation": confirmation(begins=minutes(0))}, 5),
        ({"assertion_issued": minutes(1)}, 5),
    ],
    ids=[
        "as made",
        "no times",
        "one of two audiences, twice",
        "shorter",
        "within the skew",
        "begins within the skew",
        "a long confirmation",
        "the longest",
        "another method too",
        "another recipient too",
        "a beginning",
        "a clock that is ahead",
    ],
)
def test_what_is_expected_is_good_for_as_long_as_all_say(
    changes: dict[str, Any], lasts: float
) -> None:
    assert check(**changes) == NOON + timedelta(minutes=lasts)


WRONG: dict[str, tuple[dict[str, Any], type[CredentialError]]] = {
    "issuer": (
        {"assertion_issuer": "<saml:Issuer>https://evil.example</saml:Issuer>"},
        UntrustedIssuerError,
    ),
    "issuer with more": (
        {"assertion_issuer": f"<saml:Issuer>{ENTITY}/</saml:Issuer>"},
        UntrustedIssuerError,
    ),
    "audience": ({"conditions": conditions(audience("other"))}, WrongAudienceError),
    "audience with more": (
        {"conditions": conditions(audience(f"{SP}/"))},
        WrongAudienceError,
    ),
    "audience in other letters": (
        {"conditions": conditions(audience(SP.upper()))},
        WrongAudienceError,
    ),
    "no audience": ({"conditions": conditions(audience())}, WrongAudienceError),
    "no restriction": ({"conditions": conditions()}, WrongAudienceError),
    "one restriction of two": (
        {"conditions": conditions(audience(SP), audience("other"))},
        WrongAudienceError,
    ),
    "recipient": (
        {"confirmation": confirmation("https://evil.example/")},
        WrongAudienceError,
    ),
    "recipient that holds ours": (
        {"confirmation": confirmation(f"https://evil.example/?{CONSUMER}")},
        WrongAudienceError,
    ),
    "recipient that begins with ours": (
        {"confirmation": confirmation(f"{CONSUMER}.evil.example")},
        WrongAudienceError,
    ),
    "no recipient": ({"confirmation": confirmation(None)}, WrongAudienceError),
    "another request": (
        {"confirmation": confirmation(answers="_request-2")},
        WrongRequestError,
    ),
    "no request": ({"confirmation": confirmation(answers=None)}, WrongRequestError),
    "an empty request": ({"confirmation": confirmation(answers="")}, WrongRequestError),
    "no end": ({"confirmation": confirmation(ends=None)}, MalformedCredentialError),
    "over": ({"confirmation": confirmation(ends=minutes(-1))}, ExpiredCredentialError),
    "not begun": (
        {"confirmation": confirmation(begins=minutes(2))},
        ImmatureCredentialError,
    ),
    "holder of a key": (
        {
            "confirmation": confirmation(
                method=BEARER.replace("bearer", "holder-of-key")
            )
        },
        MalformedCredentialError,
    ),
    "no confirmation": ({"confirmation": ""}, MalformedCredentialError),
    "no data": (
        {"confirmation": f'<saml:SubjectConfirmation Method="{BEARER}"/>'},
        MalformedCredentialError,
    ),
    "conditions over": (
        {"conditions": conditions(audience(SP), ends=minutes(-1))},
        ExpiredCredentialError,
    ),
    "conditions not begun": (
        {"conditions": conditions(audience(SP), begins=minutes(2))},
        ImmatureCredentialError,
    ),
    "issued long ago": ({"assertion_issued": minutes(-11)}, ExpiredCredentialError),
    "issued in time to come": (
        {"assertion_issued": minutes(2)},
        ImmatureCredentialError,
    ),
    "a transient name": (
        {
            "name_id": f'<saml:NameID Format="{NAME_ID_FORMATS["transient"]}">'
            "a</saml:NameID>"
        },
        CredentialError,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_expected_is_refused(name: str) -> None:
    changes, error = WRONG[name]
    with pytest.raises(error):
        check(**changes)


def test_the_format_of_the_name_is_the_one_that_was_asked_for() -> None:
    transient = NAME_ID_FORMATS["transient"]
    asked = replace(EXPECTED, name_id_format=transient)
    name = f'<saml:NameID Format="{transient}">a</saml:NameID>'
    assert check(asked, name_id=name) == NOON + timedelta(minutes=5)
    with pytest.raises(CredentialError):
        check(asked)


def test_nobody_has_asked_for_what_answers_no_request() -> None:
    unasked = replace(EXPECTED, request_id=None)
    assert check(unasked, confirmation=confirmation(answers=None))
    with pytest.raises(WrongRequestError):
        check(unasked)


def message(**changes: Any) -> Callable[[], None]:
    element = tree(replace(Parts(), **changes).response())
    return lambda: check_message(element, EXPECTED, now=NOON)


def test_a_message_as_expected_passes() -> None:
    message()()


MESSAGES: dict[str, tuple[dict[str, str], type[CredentialError]]] = {
    "issuer": (
        {"issuer": "<saml:Issuer>https://evil.example</saml:Issuer>"},
        UntrustedIssuerError,
    ),
    "no issuer": ({"issuer": ""}, MalformedCredentialError),
    "destination": (
        {"destination": 'Destination="https://e.example"'},
        WrongAudienceError,
    ),
    "destination that begins with ours": (
        {"destination": f'Destination="{CONSUMER}/more"'},
        WrongAudienceError,
    ),
    "no destination": ({"destination": ""}, WrongAudienceError),
    "an empty destination": ({"destination": 'Destination=""'}, WrongAudienceError),
    "another request": ({"answers": 'InResponseTo="_2"'}, WrongRequestError),
    "no request": ({"answers": ""}, WrongRequestError),
    "no ID": ({"id": ""}, MalformedCredentialError),
    "old": ({"issued": minutes(-11)}, ExpiredCredentialError),
    "to come": ({"issued": minutes(2)}, ImmatureCredentialError),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_is_not_expected_is_refused(name: str) -> None:
    changes, error = MESSAGES[name]
    with pytest.raises(error):
        message(**changes)()


def test_a_message_of_no_time_is_refused() -> None:
    element = tree(Parts().response())
    del element.attrib["IssueInstant"]
    with pytest.raises(MalformedCredentialError):
        check_message(element, EXPECTED, now=NOON)


def sign_in(statement: str, expected: Expected = EXPECTED) -> None:
    element = tree(Parts(statement=statement).assertion())
    check_sign_in(read_assertion(element), expected, now=NOON)


def statement(at: float = 0, *, ends: float = 60, how: str = "urn:pwd") -> str:
    return (
        f'<saml:AuthnStatement AuthnInstant="{minutes(at)}" '
        f'SessionNotOnOrAfter="{minutes(ends)}"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{how}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>"
    )


def test_a_sign_in_is_one_that_was_asked_for() -> None:
    sign_in(statement(at=-600))
    sign_in(statement(), replace(EXPECTED, contexts=("urn:mfa", "urn:pwd")))
    with pytest.raises(CredentialError):
        sign_in(statement(), replace(EXPECTED, contexts=("urn:mfa",)))


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("", MalformedCredentialError),
        (statement(at=2), ImmatureCredentialError),
        (statement(ends=-1), ExpiredCredentialError),
    ],
    ids=["none", "to come", "over"],
)
def test_what_is_no_sign_in_now_is_refused(
    written: str, error: type[CredentialError]
) -> None:
    with pytest.raises(error):
        sign_in(written)
