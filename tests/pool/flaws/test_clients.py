"""What a client may be, beside its pool."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.client import (
    Branding,
    Client,
    ClientAuthentication,
    GrantKind,
    Rotation,
    TokenLifetimes,
)
from gateway.pool.flaws.clients import MAX_ADDRESSES, MAX_KEYS, find_flaws
from gateway.pool.settings import PoolSettings

POOL = PoolSettings(name="people")
SCOPES = frozenset({"https://orders.example.com/read"})
APP = Client("app", "us-east-1_Ab3dEfGh9", "App")
PUBLIC_KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
MINUTE = timedelta(minutes=1)
MACHINE = replace(
    APP,
    authentication=ClientAuthentication.BASIC,
    grants=frozenset({GrantKind.CLIENT_CREDENTIALS}),
    scopes=tuple(SCOPES),
)


def signed(*keys: object) -> Client:
    return replace(
        APP,
        authentication=ClientAuthentication.PRIVATE_KEY_JWT,
        jwks=json.dumps({"keys": keys}),
    )


def lasting(**lifetimes: timedelta) -> Client:
    return replace(APP, lifetimes=TokenLifetimes(**lifetimes))


GOOD = {
    "plain": APP,
    "a machine": MACHINE,
    "signed": signed(PUBLIC_KEY, PUBLIC_KEY),
    "shortest": lasting(
        access=5 * MINUTE, id=5 * MINUTE, refresh=60 * MINUTE, session=3 * MINUTE
    ),
    "longest": lasting(
        access=timedelta(days=1),
        id=timedelta(days=1),
        refresh=timedelta(days=3650),
        session=15 * MINUTE,
    ),
    "grace": replace(APP, rotation=Rotation(grace=MINUTE)),
    "addresses": replace(
        APP,
        redirect_uris=tuple(f"https://a.example/{n}" for n in range(MAX_ADDRESSES)),
        logout_uris=("myapp://bye",),
    ),
    "scopes": replace(APP, scopes=("openid", "email", *SCOPES)),
    "attributes": replace(
        APP, readable=frozenset({"email"}), writable=frozenset({"name"})
    ),
    "branding": replace(
        APP,
        branding=Branding(
            logo_uri="/static/logo.svg",
            colours={
                "accent": "#c04",
                "background": "#F6F7f9",
                "text-dark": "#fff",
            },
            texts={"de": {"title": "Anmelden"}, "zh-Hans": {"sign_in.title": ""}},
            policy_uri="https://example.com/privacy",
        ),
    ),
}
BAD = {
    "id": replace(APP, id="my app"),
    "name": replace(APP, name=""),
    "jwks": replace(APP, authentication=ClientAuthentication.PRIVATE_KEY_JWT),
    "jwks ": replace(signed(PUBLIC_KEY), authentication=ClientAuthentication.NONE),
    "jwks  ": replace(signed(PUBLIC_KEY), jwks="x" * (MAX_KEYS + 1)),
    "grants": replace(MACHINE, authentication=ClientAuthentication.NONE),
    "grants ": replace(
        MACHINE,
        grants=frozenset({GrantKind.CLIENT_CREDENTIALS, GrantKind.AUTHORIZATION_CODE}),
    ),
    "scopes": replace(APP, scopes=("openid", "unknown")),
    "scopes ": replace(APP, scopes=("email",)),
    "scopes  ": replace(APP, scopes=("openid", "openid")),
    "redirect_uris.1": replace(
        APP, redirect_uris=("https://a.example/", "http://a.example/")
    ),
    "logout_uris": replace(
        APP,
        logout_uris=tuple(f"https://a.example/{n}" for n in range(MAX_ADDRESSES + 1)),
    ),
    "lifetimes.access": lasting(access=4 * MINUTE),
    "lifetimes.id": lasting(id=timedelta(days=1, seconds=1)),
    "lifetimes.refresh": lasting(refresh=61 * MINUTE, access=62 * MINUTE),
    "lifetimes.session": lasting(session=16 * MINUTE),
    "rotation.grace": replace(APP, rotation=Rotation(grace=2 * MINUTE)),
    "providers": replace(APP, providers=("google", "google")),
    "readable": replace(APP, readable=frozenset({"custom:tier"})),
    "writable": replace(APP, writable=frozenset({"custom:tier"})),
    "branding.logo_uri": replace(APP, branding=Branding(logo_uri="//evil.example/x")),
    "branding.terms_uri": replace(APP, branding=Branding(terms_uri="/terms")),
    "branding.colours.accent": replace(
        APP, branding=Branding(colours={"accent": "url(x)"})
    ),
    "branding.colours.a;b": replace(APP, branding=Branding(colours={"a;b": "#fff"})),
    "branding.colours.text": replace(APP, branding=Branding(colours={"text": "red"})),
    "branding.texts.german!": replace(APP, branding=Branding(texts={"german!": {}})),
    "branding.texts.de.A B": replace(APP, branding=Branding(texts={"de": {"A B": ""}})),
    "branding.texts.de.title": replace(
        APP, branding=Branding(texts={"de": {"title": "x" * 2001}})
    ),
}


@pytest.mark.parametrize("client", GOOD.values(), ids=GOOD)
def test_what_a_client_may_be(client: Client) -> None:
    assert list(find_flaws(client, POOL, SCOPES)) == []


@pytest.mark.parametrize(("place", "client"), BAD.items(), ids=BAD)
def test_what_is_wrong_is_told_by_its_place(place: str, client: Client) -> None:
    """Once, with the names that lead to it."""
    (flaw,) = find_flaws(client, POOL, SCOPES)

    assert ".".join(map(str, flaw.path)) == place.strip()


@pytest.mark.parametrize(
    "client",
    [
        replace(signed(), jwks="{"),
        replace(signed(), jwks="[" * 10_000),
        replace(signed(), jwks="[]"),
        replace(signed(), jwks='{"keys": 1}'),
        signed(),
        signed("key"),
        signed({"kty": ""}),
        signed(PUBLIC_KEY, {**PUBLIC_KEY, "d": "d"}),
        signed({"kty": "oct", "k": "k"}),
    ],
)
def test_keys_are_public_ones(client: Client) -> None:
    """A shared secret or a private key was not to be sent here."""
    (flaw,) = find_flaws(client, POOL, SCOPES)

    assert flaw.path == ("jwks",)
