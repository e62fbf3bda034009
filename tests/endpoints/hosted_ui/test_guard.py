"""Forms that were sent by a page of ours, in this browser."""

from dataclasses import replace

import pytest

from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.errors import ForgedFormError
from gateway.endpoints.hosted_ui.guard import FIELD, FormGuard
from gateway.endpoints.hosted_ui.visit import Visit

BROWSER = "b" * 43
GUARD = FormGuard(secret=b"k" * 32, cookies=Cookies(secure=True))
BARE = Visit("POST", "/login", cookies={"__Host-gateway-browser": BROWSER})
GOOD = replace(BARE, form={FIELD: GUARD.token(BARE, BROWSER)})


def with_session(visit: Visit) -> Visit:
    return replace(visit, cookies={**visit.cookies, "__Host-gateway-session": "s" * 43})


def test_a_form_of_ours_passes() -> None:
    GUARD.check(GOOD)
    GUARD.check(replace(GOOD, fetch_site="same-origin"))


@pytest.mark.parametrize(
    "visit",
    [
        BARE,
        replace(BARE, form={FIELD: ""}),
        replace(BARE, form={FIELD: "ä"}),
        replace(BARE, form={FIELD: GOOD.form[FIELD][:-1]}),
        replace(GOOD, cookies={}),
        replace(GOOD, cookies={"__Host-gateway-browser": "c" * 43}),
        replace(GOOD, cookies={"gateway-browser": BROWSER}),
        replace(GOOD, fetch_site="cross-site"),
        replace(GOOD, fetch_site="same-site"),
        with_session(GOOD),
    ],
)
def test_other_forms_do_not(visit: Visit) -> None:
    """Without the field, of another browser, of another site, from before a sign-in."""
    with pytest.raises(ForgedFormError):
        GUARD.check(visit)


def test_nobody_makes_a_token_without_a_browser() -> None:
    """Else a site that takes the cookie away would know the field."""
    stranger = Visit("POST", "/login")
    forged = replace(stranger, form={FIELD: GUARD.token(stranger, "")})

    with pytest.raises(ForgedFormError):
        GUARD.check(forged)


def test_another_gateway_s_forms_are_not_ours() -> None:
    other = FormGuard(secret=b"o" * 32, cookies=Cookies(secure=True))

    with pytest.raises(ForgedFormError):
        other.check(GOOD)
