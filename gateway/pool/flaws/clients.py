"""What is wrong with a client, beside the pool that it belongs to.

References: Amazon Cognito, CreateUserPoolClient; RFC 6749 section 4.4 (client credentials are
for confidential clients), RFC 9700 section 2.1.2 (the implicit grant is a legacy).
"""

import json
import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any, Final

from gateway.model.client import (
    COLOUR_NAMES,
    Branding,
    Client,
    ClientAuthentication,
    GrantKind,
)
from gateway.pool.flaws.addresses import page_address_problem, return_address_problem
from gateway.pool.flaws.flaw import Flaw, few, text, within
from gateway.pool.settings import PoolSettings

MAX_NAME: Final = 128
MAX_ADDRESSES: Final = 100
MAX_SCOPES: Final = 50
MAX_PROVIDERS: Final = 50
MAX_KEYS: Final = 16 * 1024

# Scopes that every pool has. Those that open up a profile need `openid` beside them.
OWN_SCOPE: Final = "aws.cognito.signin.user.admin"
OPENID_SCOPES: Final = frozenset({"email", "phone", "profile"})
STANDARD_SCOPES: Final = OPENID_SCOPES | {"openid", OWN_SCOPE}

# What has a page: where somebody signs in with a browser.
_WITH_PAGES: Final = frozenset({GrantKind.AUTHORIZATION_CODE, GrantKind.IMPLICIT})

_ID: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
# As numbers, since the pages measure how well text can be read on them.
_COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_KEY: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]+")

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def find_flaws(
    client: Client, settings: PoolSettings, scopes: Collection[str]
) -> Iterator[Flaw]:
    """Yield what is wrong with a client.

    Args:
        client: As it is to be.
        settings: Of its pool.
        scopes: What the pool's resource servers offer, each as `SERVER/SCOPE`.
    """
    if _ID.fullmatch(client.id) is None:
        yield Flaw(("id",), "has to be 1 to 128 letters, digits, `_` or `+`")
    yield from text(("name",), client.name, most=MAX_NAME)
    yield from _keys(client)
    yield from _grants(client)
    yield from _scopes(client, scopes)
    yield from _addresses(client)
    yield from _lifetimes(client)
    yield from few(("providers",), client.providers or (), most=MAX_PROVIDERS)
    for name, listed in (("readable", client.readable), ("writable", client.writable)):
        for unknown in sorted(
            (listed or frozenset()) - set(settings.schema.attributes)
        ):
            yield Flaw((name,), f"the pool has no attribute `{unknown[:64]}`")
    yield from _branding(client.branding)


def _keys(client: Client) -> Iterator[Flaw]:
    needed = client.authentication is ClientAuthentication.PRIVATE_KEY_JWT
    if not client.jwks:
        if needed:
            yield Flaw(("jwks",), "has to hold the client's public keys")
        return
    if not needed:
        yield Flaw(("jwks",), f"has no use with {client.authentication}")
    if len(client.jwks) > MAX_KEYS:
        yield Flaw(("jwks",), f"has to be at most {MAX_KEYS} characters long")
    elif not _are_public(client.jwks):
        yield Flaw(("jwks",), "has to be a JWKS (RFC 7517) with public keys alone")


def _are_public(jwks: str) -> bool:
    try:
        found: Any = json.loads(jwks)
    except (ValueError, RecursionError):
        return False
    keys = found.get("keys") if isinstance(found, dict) else None
    return (
        isinstance(keys, list)
        and bool(keys)
        # `k` is a shared secret, `d` a private key (RFC 7518 section 6).
        and all(
            isinstance(key, dict) and key.get("kty") and not {"k", "d"} & key.keys()
            for key in keys
        )
    )


def _grants(client: Client) -> Iterator[Flaw]:
    path = ("grants",)
    if GrantKind.CLIENT_CREDENTIALS not in client.grants:
        return
    if client.is_public:
        yield Flaw(path, "client_credentials is for clients that prove themselves")
    if client.grants & _WITH_PAGES:
        yield Flaw(path, "client_credentials cannot stand beside a grant for people")


def _scopes(client: Client, offered: Collection[str]) -> Iterator[Flaw]:
    yield from few(("scopes",), client.scopes, most=MAX_SCOPES)
    for scope in client.scopes:
        if scope not in STANDARD_SCOPES and scope not in offered:
            yield Flaw(("scopes",), f"the pool has no scope `{scope[:128]}`")
    if OPENID_SCOPES & set(client.scopes) and "openid" not in client.scopes:
        yield Flaw(("scopes",), "email, phone and profile need openid beside them")


def _addresses(client: Client) -> Iterator[Flaw]:
    for name, listed in (
        ("redirect_uris", client.redirect_uris),
        ("logout_uris", client.logout_uris),
    ):
        yield from few((name,), listed, most=MAX_ADDRESSES)
        for number, address in enumerate(listed):
            problem = return_address_problem(address)
            if problem:
                yield Flaw((name, number), problem)


def _lifetimes(client: Client) -> Iterator[Flaw]:
    lifetimes = client.lifetimes
    for name, value, least, most in (
        ("access", lifetimes.access, 5 * _MINUTE, _DAY),
        ("id", lifetimes.id, 5 * _MINUTE, _DAY),
        ("refresh", lifetimes.refresh, _HOUR, 3650 * _DAY),
        ("session", lifetimes.session, 3 * _MINUTE, 15 * _MINUTE),
    ):
        yield from within(("lifetimes", name), value, least=least, most=most)
    if lifetimes.refresh < max(lifetimes.access, lifetimes.id):
        yield Flaw(("lifetimes", "refresh"), "is shorter than what it renews")
    grace = client.rotation.grace
    yield from within(("rotation", "grace"), grace, least=0 * _MINUTE, most=_MINUTE)


def _branding(branding: Branding) -> Iterator[Flaw]:
    for name, address in (
        ("logo_uri", branding.logo_uri),
        ("policy_uri", branding.policy_uri),
        ("terms_uri", branding.terms_uri),
    ):
        # A logo may be a file of our own.
        is_ours = name == "logo_uri" and _PATH.fullmatch(address)
        problem = "" if not address or is_ours else page_address_problem(address)
        if problem:
            yield Flaw(("branding", name), problem)
    for name, colour in list(branding.colours.items())[: len(COLOUR_NAMES) + 1]:
        path = ("branding", "colours", name[:64])
        if name not in COLOUR_NAMES:
            yield Flaw(path, f"is none of {', '.join(COLOUR_NAMES)}")
        elif _COLOUR.fullmatch(colour) is None:
            yield Flaw(path, "is neither `#rgb` nor `#rrggbb`")
    yield from few(("branding", "texts"), branding.texts, most=50)
    for language, texts in branding.texts.items():
        path = ("branding", "texts", language[:64])
        if _LANGUAGE.fullmatch(language) is None:
            yield Flaw(path, "is no language tag")
        yield from few(path, texts, most=500)
        for key, said in texts.items():
            if _KEY.fullmatch(key) is None:
                yield Flaw((*path, key[:64]), "is no key of a text")
            yield from text((*path, key[:64]), said, least=0, most=2000)
