"""Good requests to everything that there is, to be spoilt one by one."""

import json
from dataclasses import replace

from tests.flows.hostile.castle import (
    CALLBACK,
    GOODBYE,
    PASSWORD,
    SECRET,
    SERVICE,
    VERIFIER,
    Castle,
    forms_of,
)
from tests.flows.hostile.wire import Ask, Pair, cookie, pairs_of

BASIC: Pair = (b"authorization", b"Basic " + SERVICE)
_BROWSER = "a-browser-of-forty-three-characters-or-more"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


async def good_requests(castle: Castle) -> list[Ask]:
    """Return them: each address by itself, each form of each page, each grant."""
    signed_in = _signed_in(castle, "ana")
    nobody = cookie(browser=_BROWSER)
    query = castle.query()
    found = [Ask(path) for path in castle.paths]
    for number, path in enumerate(castle.paths):
        # Each room has somebody of its own: some of them end a sign-in, or a person.
        own = path.startswith(("/account", "/oauth2/logout"))
        somebody = _signed_in(castle, f"guest-{number}") if own else signed_in
        for who in (somebody, nobody):
            whole = pairs_of({**query, "address": "email", "user_code": "BCDF-GHJK"})
            found.append(Ask(path, query=whole, headers=(who,)))
            for asked in (query, {"client_id": "careful"}, {"client_id": "app"}):
                values = {**query, **asked} if "response_type" in asked else asked
                values = {**values, "address": "email"}
                forms = await castle.forms(path, values, who)
                # Every room has the button that ends the sign-in.
                found += [form for form in forms if form.path == path]
    found += await castle.forms("/device", {}, nobody)
    consent = castle.query("careful")
    found += await castle.forms("/consent", consent, signed_in)
    link = {"client_id": "app", "user_name": "ana", "confirmation_code": "123456"}
    found += await castle.forms("/confirmUser", link, nobody)
    found += await _under_way(castle, nobody)
    found += _of_browsers(castle, signed_in)
    return found + await _of_programs(castle)


def _signed_in(castle: Castle, name: str) -> Pair:
    return cookie(session=castle.session(castle.person(name)), browser=_BROWSER)


async def _under_way(castle: Castle, nobody: Pair) -> list[Ask]:
    """Return the forms of pages that a sign-in leads to."""
    found: list[Ask] = []
    for path in ("/login", "/signup", "/forgotPassword"):
        (form, *_) = await castle.forms(path, castle.query(), nobody)
        values = dict(form.form)
        values.pop(b"first", None)
        if path == "/login":
            values[b"first"] = b"EMAIL_OTP"
        else:
            values[b"username"] = b"bob" if path == "/signup" else b"ana"
        answer = await castle.send(replace(form, form=tuple(values.items())))
        location = answer.one("location")
        assert "step=" in location, str(answer)
        where, _, rest = location.partition("?")
        pairs = tuple(
            (name.encode(), value.encode())
            for name, _, value in (each.partition("=") for each in rest.split("&"))
        )
        page = await castle.send(Ask(where, query=pairs, headers=(nobody,)))
        assert page.status == 200, str(page)
        found += forms_of(page, (nobody,))
    return found


def _of_browsers(castle: Castle, signed_in: Pair) -> list[Ask]:
    """Return what applications send browsers with."""
    implicit = {**castle.query("old"), "response_type": "token"}
    del implicit["code_challenge"], implicit["code_challenge_method"]
    queries = [castle.query(), castle.query("careful"), castle.query("other"), implicit]
    queries += [castle.query(prompt="none"), castle.query(max_age="60")]
    found = [
        Ask("/oauth2/authorize", query=pairs_of(each), headers=headers)
        for each in queries
        for headers in ((), (signed_in,))
    ]
    posted = pairs_of(castle.query())
    found.append(Ask("/oauth2/authorize", "POST", form=posted))
    goodbye = {"client_id": "app", "post_logout_redirect_uri": GOODBYE, "state": "s"}
    leaving = (goodbye, {"client_id": "app"}, {"id_token_hint": "a.b.c"})
    found += [Ask("/oauth2/logout", query=pairs_of(each)) for each in leaving]
    found.append(Ask("/oauth2/logout", "POST", form=pairs_of(goodbye)))
    return found


async def _of_programs(castle: Castle) -> list[Ask]:
    """Return what clients ask."""
    bob = castle.session(castle.person("carl"))
    tokens = {}
    for name in ("app", "service"):
        headers = (BASIC,) if name == "service" else ()
        code = await castle.code(bob, name)
        answer = await castle.exchange(code, name, *headers)
        assert answer.status == 200, str(answer)
        tokens[name] = json.loads(answer.text)
    access = tokens["app"]["access_token"]
    refresh = tokens["app"]["refresh_token"]
    grants = [
        {"grant_type": "authorization_code", "client_id": "app", "code": "x" * 43}
        | {"redirect_uri": CALLBACK, "code_verifier": VERIFIER},
        {"grant_type": "refresh_token", "client_id": "app", "refresh_token": refresh},
        {"grant_type": "client_credentials", "client_id": "robot"}
        | {"client_secret": SECRET, "scope": "shop/read"},
        {"grant_type": _DEVICE, "client_id": "app", "device_code": "x" * 43},
        {"grant_type": _EXCHANGE, "subject_token": access}
        | {"subject_token_type": _ACCESS},
        {"grant_type": "password", "username": "ana", "password": PASSWORD},
        {"grant_type": "urn:federation-gateway:grant:guest"},
        {"grant_type": "authorization_code", "client_assertion": "a.b.c"}
        | {
            "client_assertion_type": "urn:ietf:params:oauth:"
            "client-assertion-type:jwt-bearer"
        },
        # Of whoever is no client.
        {"grant_type": _EXCHANGE, "subject_token": access, "scope": "read"}
        | {"subject_token_type": _ACCESS},
        {"grant_type": _EXCHANGE, "subject_token": access, "actor_token": access}
        | {"subject_token_type": _ACCESS, "actor_token_type": _ACCESS},
    ]
    found = [Ask("/oauth2/token", "POST", form=pairs_of(each)) for each in grants]
    found[4] = found[4].having(BASIC)
    token = pairs_of({"token": refresh, "client_id": "app"})
    found += [
        Ask("/oauth2/revoke", "POST", form=token),
        Ask("/oauth2/introspect", "POST", form=token[:1], headers=(BASIC,)),
        Ask("/oauth2/par", "POST", form=pairs_of(castle.query())),
        Ask("/oauth2/par", "POST", form=pairs_of(castle.query("careful"))),
        Ask(
            "/oauth2/device_authorization",
            "POST",
            form=pairs_of({"client_id": "app", "scope": "openid"}),
        ),
        Ask(
            "/oauth2/userInfo",
            headers=((b"authorization", f"Bearer {access}".encode()),),
        ),
    ]
    return found
