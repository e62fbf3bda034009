"""What a provider has said, as text."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.federation.linking.carrying import from_text, to_text
from gateway.federation.values import ProvenLogin, ProviderTokens
from tests.federation.house import MadeUpParty
from tests.pool.house import NOON

PROVEN = replace(MadeUpParty().proven(), session_id="s", id_token="t")


@pytest.mark.parametrize(
    "proven",
    [
        PROVEN,
        replace(PROVEN, tokens=ProviderTokens("a")),
        replace(
            PROVEN,
            tokens=ProviderTokens("a", "r", NOON + timedelta(hours=1), ("openid",)),
        ),
    ],
    ids=["none", "few", "all"],
)
def test_it_comes_back_as_it_was(proven: ProvenLogin) -> None:
    assert from_text(to_text(proven)) == proven
