"""The guide to sign-ins through providers says what there is."""

import re
import tomllib
from pathlib import Path

from gateway.config.providers.common import LinkSettings, LoginAccept, SignInSettings
from gateway.federation.attempts import LIFETIME, MOST_AT_ONCE
from gateway.federation.profiles import Why
from gateway.federation.records import MAX_BYTES

PAGE = (Path(__file__).parents[2] / "docs/federation.md").read_text()


def test_its_settings_are_settings() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    told, linked = map(tomllib.loads, blocks)

    assert set(linked["link"]) == set(LinkSettings.model_fields)
    LinkSettings.model_validate(linked["link"])
    assert LoginAccept.model_validate(told["accept"]).flows == ("login",)
    assert set(told["sign_in"]) <= set(SignInSettings.model_fields)
    SignInSettings.model_validate(told["sign_in"])


def test_every_reason_is_explained() -> None:
    table = PAGE.partition("| `why` |")[2].partition("\n\n")[0]

    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [str(why) for why in Why]


def test_its_numbers_are_those_of_the_program() -> None:
    assert f"{MOST_AT_ONCE} may be under way" in PAGE
    assert f"more than {MAX_BYTES // 1024} KiB" in PAGE
    assert LIFETIME.total_seconds() == 600
