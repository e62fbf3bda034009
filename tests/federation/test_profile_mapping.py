"""From claims to a pool's attributes: what an expression gives, or that it gives nothing."""

from typing import Any

import pytest

from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.providers.guest import GuestProvider
from gateway.federation.profile_mapping import Said, compile_profiles
from tests.federation.house import provider_file
from tests.pool.house import NOON


def said(expression: str, **claims: Any) -> Said:
    file = provider_file(sign_in={"profile": {"nickname": expression}})
    return compile_profiles([file])["corp"].values(claims, NOON)["nickname"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("claims.a", "text"),
        ("claims.a + '!'", "text!"),
        ("claims.flag", "true"),
        ("!claims.flag", "false"),
        ("claims.number", "7"),
        ("claim('missing', '')", ""),
        ("claims.missing", ""),
    ],
)
def test_texts_booleans_and_whole_numbers_become_text(
    expression: str, value: str
) -> None:
    found = said(expression, a="text", flag=True, number=7)

    assert (found.value, found.is_text) == (value, True)


def test_what_is_no_text_is_told_apart_from_what_is_missing() -> None:
    """Facebook's `picture` is an object."""
    found = said("claims.picture", picture={"url": "https://x.example"})

    assert (found.value, found.is_text, found.claims) == (
        "",
        False,
        frozenset({"picture"}),
    )


def test_where_it_cannot_be_told_which_claims_count_none_is_named() -> None:
    assert said("string(now)").claims == frozenset()


def test_the_standard_claims_are_mapped_by_themselves() -> None:
    """A file's own expressions come beside them, or in their place."""
    file = provider_file(sign_in={"profile": {"locale": "'de'", "custom:unit": "'x'"}})

    values = compile_profiles([file])["corp"].values({"given_name": "Ana"}, NOON)

    assert values["given_name"] == Said("Ana", frozenset({"given_name"}))
    assert values["locale"].value == "de"
    assert values["custom:unit"].value == "x"


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ({"nickname": "claims.("}, "E20"),
        ({"nickname": "[1, 2]"}, "cannot be a list(int)"),
        ({"email_verified": "true"}, "`map.email_verified`"),
        ({"phone_number_verified": "true"}, "`map.phone_verified`"),
    ],
)
def test_what_can_give_no_attribute_is_a_fault(
    profile: dict[str, str], told: str
) -> None:
    """Whether an address is proven is said once, where blind trust is refused."""
    file = provider_file(sign_in={"profile": profile})

    with pytest.raises(ConfigError) as raised:
        compile_profiles([file])

    (fault,) = raised.value.faults
    assert told in fault.as_line()


def test_kinds_without_sign_ins_have_no_profile() -> None:
    document: Document = provider_file().document
    guest = GuestProvider.model_validate({"kind": "guest", "id": "guest"})

    assert compile_profiles([ProviderFile(document, (), guest)]) == {}
