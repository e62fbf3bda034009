"""Claims as each kind of provider sends them, and who they are here.

The claims are those of the providers' own documentation, none of a real person.
"""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.configuration import ProviderFile
from gateway.config.load import KINDS
from gateway.config.providers.oidc import OidcProvider
from gateway.federation.profile_mapping import compile_profiles
from gateway.identity.mapper import MappedClaims, compile_mappers
from gateway.model.errors import MalformedCredentialError
from tests.config.files import NOON, document, read
from tests.identity.files import verified

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
FILES = {
    "google": "client.id = 'a'",
    "apple": "client.id = 'a'",
    "microsoft": f"client.id = 'a'\ntenants = ['{TENANT}']",
    "gitlab": "client.id = 'a'",
}


def file(kind: str) -> ProviderFile:
    text = f"kind = '{kind}'\nid = '{kind}'\n{FILES[kind]}\n"
    settings = read(KINDS[kind], text)
    assert isinstance(settings, OidcProvider), settings
    return ProviderFile(document(text), (), settings)


def mapped(kind: str, **claims: Any) -> MappedClaims:
    (mapper,) = compile_mappers([file(kind)]).values()
    return mapper.map(verified(kind, **claims), NOON)


def profile(kind: str, **claims: Any) -> dict[str, str]:
    (expressions,) = compile_profiles([file(kind)]).values()
    said = expressions.values({"sub": "1"} | claims, NOON)
    return {name: each.value for name, each in said.items() if each.value}


def test_google() -> None:
    """`hd` is there for a Workspace account alone."""
    claims = {
        "sub": "110169484474386276334",
        "azp": "a",
        "email": "ada@corp.example",
        "email_verified": True,
        "hd": "corp.example",
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "picture": "https://lh3.googleusercontent.com/a",
        "locale": "en",
    }

    ada = mapped("google", **claims)

    assert (ada.subject, ada.name, ada.tenant) == (
        "110169484474386276334",
        "Ada Lovelace",
        "corp.example",
    )
    assert (ada.email, ada.email_verified) == ("ada@corp.example", True)
    assert profile("google", **claims) == {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "picture": "https://lh3.googleusercontent.com/a",
        "locale": "en",
    }


@pytest.mark.parametrize(
    ("said", "verified", "private"),
    [
        (True, True, ("private-email",)),
        ("true", True, ("private-email",)),
        (False, False, ()),
        ("false", False, ()),
        ("TRUE", False, ()),
        (1, False, ()),
        (None, False, ()),
        (["true"], False, ()),
    ],
    ids=range(8),
)
def test_apple(said: Any, *, verified: bool, private: tuple[str, ...]) -> None:
    """Apple says the two as booleans, or as text."""
    ada = mapped(
        "apple",
        sub="000792.0123456789abcdef0123456789abcdef.0638",
        email="x@privaterelay.appleid.com",
        email_verified=said,
        is_private_email=said,
        name="Ada Lovelace",
    )

    assert ada.subject == "000792.0123456789abcdef0123456789abcdef.0638"
    assert ada.name == "Ada Lovelace"
    assert (ada.email_verified, ada.labels) == (verified, private)


def test_apple_says_nothing_of_the_mail_of_some() -> None:
    """And the name only once; what is not said leaves the profile as it is."""
    nobody = mapped("apple")

    assert (nobody.email, nobody.email_verified, nobody.labels) == ("", False, ())
    assert profile("apple") == {}
    assert profile("apple", given_name="Ada") == {"given_name": "Ada"}


MICROSOFT: dict[str, Any] = {
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    "tid": TENANT,
    "ver": "2.0",
    "preferred_username": "ada@corp.example",
    "name": "Ada Lovelace",
    "email": "ada@corp.example",
}


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        ({}, False),
        ({"email_verified": True}, False),
        ({"xms_edov": True}, True),
        ({"xms_edov": "true"}, True),
        ({"xms_edov": 1}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": False}, False),
        ({"xms_edov": 0}, False),
        ({"xms_edov": "0"}, False),
        ({"xms_edov": ["1"]}, False),
        ({"xms_edov": None}, False),
    ],
    ids=range(11),
)
def test_microsoft(said: dict[str, Any], *, verified: bool) -> None:
    """A tenant's administrator can write any address, so nobody is believed by it."""
    ada = mapped("microsoft", **MICROSOFT, **said)

    assert ada.subject == f"{TENANT}.{MICROSOFT['sub']}"
    assert ada.tenant == TENANT
    assert ada.username == "ada@corp.example"
    assert ada.email == "ada@corp.example"
    assert ada.email_verified is verified


def test_groups_of_microsoft_that_are_too_many_are_none() -> None:
    """They come as a link then; fewer groups are fewer rights."""
    some = mapped("microsoft", **MICROSOFT, groups=["g-1"])
    many = mapped(
        "microsoft",
        **MICROSOFT,
        _claim_names={"groups": "src1"},
        _claim_sources={"src1": {"endpoint": "https://graph.example/"}},
    )

    assert (some.groups, many.groups) == (("g-1",), ())


def test_who_is_of_no_tenant_is_nobody() -> None:
    """A subject is a name within one."""
    with pytest.raises(MalformedCredentialError):
        mapped("microsoft", **{**MICROSOFT, "tid": None})


def test_gitlab() -> None:
    """Groups are said by userinfo, and fewer of them in the ID token."""
    claims = {
        "sub": "1",
        "name": "Ada Lovelace",
        "nickname": "ada",
        "preferred_username": "ada",
        "email": "ada@corp.example",
        "email_verified": True,
        "profile": "https://gitlab.com/ada",
        "groups_direct": ["corp/engines"],
    }

    ada = mapped("gitlab", **claims)
    whole = mapped("gitlab", **claims, groups=["corp", "corp/engines"])

    assert (ada.username, ada.email_verified) == ("ada", True)
    assert ada.groups == ("corp/engines",)
    assert whole.groups == ("corp", "corp/engines")
    assert profile("gitlab", **claims)["profile"] == "https://gitlab.com/ada"
    assert Path(file("gitlab").document.name).suffix == ".toml"
