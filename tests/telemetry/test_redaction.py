"""What the program's own messages may show."""

import enum
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from gateway.telemetry.redaction import REDACTED, redact_event, redact_text

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl"
OPAQUE = "kT9vQ2xhc3NpZmllZC1zZWNyZXQ"


@dataclass
class Careless:
    """Its `repr` shows everything."""

    value: str


class Stage(enum.StrEnum):
    NEXT = "next"


class Tagged(int):
    @override
    def __repr__(self) -> str:
        return OPAQUE


def shown(**fields: Any) -> dict[str, Any]:
    """Return the fields as they would be written."""
    return dict(redact_event(None, "info", fields))


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "set-cookie",
        "client_secret",
        "clientSecret",
        "access_token",
        "refresh_tokens",
        "password",
        "private_key",
        "privateKey",
        "SECRET",
        "code",
    ],
)
def test_a_field_that_promises_a_secret_is_blacked_out(name: str) -> None:
    """Whatever its value looks like."""
    assert shown(**{name: OPAQUE})[name] == REDACTED
    assert shown(headers={name: [OPAQUE]})["headers"][name] == REDACTED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key_id", "k1"),
        ("token_id", "0123"),
        ("token_type", "at+jwt"),
        ("status_code", 200),
        ("tokenizer", "x"),
        ("has_secret", True),
        ("token", None),
        ("public_key", "k1"),
    ],
)
def test_a_harmless_field_is_shown(name: str, value: object) -> None:
    """A log that hides everything helps nobody."""
    assert shown(**{name: value}) == {name: value}


@pytest.mark.parametrize(
    "text",
    [
        f"cannot read {JWT}",
        f"Authorization: Bearer {OPAQUE}",
        f"basic {OPAQUE}",
        f"GET https://idp.example/cb?code={OPAQUE}&x=1",
        f"POST body access_token={OPAQUE}",
        f"postgresql://gw:{OPAQUE}@db.internal/gw",
        f"-----BEGIN EC PRIVATE KEY-----\n{OPAQUE}\n-----END EC PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{OPAQUE}",
    ],
)
def test_text_that_looks_like_a_secret_is_blacked_out(text: str) -> None:
    """Wherever it stands: in a message, an exception, a list."""
    for where in (text, [text], {"note": text}, ValueError(text)):
        line = json.dumps(shown(note=where))
        assert OPAQUE not in line
        assert JWT not in line
        assert REDACTED in line


def test_a_token_that_would_be_cut_is_found_all_the_same() -> None:
    """Half a token is still most of one."""
    text = "x" * 2000 + " " + JWT[:20] + "a" * 3000 + "." + "b" * 3000

    assert JWT[:20] not in redact_text(text)


@pytest.mark.parametrize(
    "value",
    [
        Careless(OPAQUE),
        Tagged(3),
        object(),
        bytes(OPAQUE, "ascii"),
        {Careless(OPAQUE).value.encode(): 1},
        [[[[[[OPAQUE]]]]]],
    ],
)
def test_an_object_shows_no_more_than_its_type(value: object) -> None:
    """Nobody knows what is in its `repr`."""
    assert OPAQUE not in json.dumps(shown(value=value))


def test_plain_values_are_written_plainly() -> None:
    """Instants, paths, addresses, members of enumerations."""
    assert shown(
        at=datetime(2026, 5, 4, tzinfo=UTC),
        lifetime=timedelta(seconds=3),
        path=PurePosixPath("state/keys"),
        ip=ip_address("192.0.2.1"),
        stage=Stage.NEXT,
        share=0.5,
        names=("a", "b"),
        error=OSError("gone"),
    ) == {
        "at": "2026-05-04T00:00:00+00:00",
        "lifetime": "0:00:03",
        "path": "state/keys",
        "ip": "192.0.2.1",
        "stage": "next",
        "share": 0.5,
        "names": ["a", "b"],
        "error": "OSError: gone",
    }


def test_nothing_grows_without_bound() -> None:
    """Long texts, long lists and large tables are cut."""
    fields = shown(
        text="x" * 10_000,
        many=list(range(10_000)),
        table={str(n): n for n in range(10_000)},
    )

    assert len(fields["text"]) == 2049
    assert len(fields["many"]) == len(fields["table"]) == 64


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_comes_in_only_plain_data_comes_out(value: object) -> None:
    """So that the line can always be written."""
    json.dumps(shown(value=value))
