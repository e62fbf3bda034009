"""From tables to settings, and from the library's errors to faults with a place."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, model_validator

from gateway.config.policies.policy import PolicySettings
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.door import Door
from gateway.config.settings.references import Secret
from gateway.config.settings.root import Config
from gateway.config.settings.section import Id, Loose, Section, flaw
from gateway.config.settings.values import Duration, Size
from gateway.config.validation import Reader
from tests.config.files import document, read, the_fault


class Inner(Section):
    """A table in a table."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "later": "the thing",
        "secret": "the secret thing",
    }

    needed: str = Field(default="", description="Text.")
    key: Secret | None = Field(default=None, description="Secret.")


class Outer(Section):
    """One field of each kind."""

    flag: bool = Field(default=False, description="Boolean.")
    count: int = Field(default=1, gt=0, le=10, description="Number.")
    share: float = Field(default=0.5, ge=0, lt=1, description="Number.")
    wait: Duration = Field(
        default=timedelta(seconds=1), le=timedelta(hours=1), description="Time."
    )
    size: Size = Field(default=1, le=2048, description="Size.")
    text: str = Field(default="", max_length=3, description="Text.")
    word: str = Field(default="xx", min_length=2, description="Text.")
    mode: Literal["first", "second"] = Field(default="first", description="Choice.")
    day: date | None = Field(default=None, description="Date.")
    names: Annotated[tuple[Id, ...], Loose] = Field(
        default=(), min_length=1, max_length=3, description="List."
    )
    table: Mapping[Id, Inner] = Field(default={}, description="Tables.")
    inner: Inner | None = Field(default=None, description="Table.")
    list: Annotated[tuple[Inner, ...], Loose] = Field(default=(), description="List.")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("flag = 1", "E105", "flag: is a number, and has to be `true` or `false`"),
        ("count = '1'", "E105", "count: is text, and has to be a whole number"),
        ("count = 1.5", "E105", "count: is a number, and has to be a whole number"),
        ("count = true", "E105", "count: is `true` or `false`, and has to be a whole"),
        ("count = 0", "E106", "count: has to be more than 0"),
        ("count = 11", "E106", "count: has to be at most 10"),
        ("share = 'x'", "E105", "share: is text, and has to be a number"),
        ("share = 1.0", "E106", "share: has to be less than 1"),
        ("share = -0.1", "E106", "share: has to be at least 0"),
        ("share = nan", "E106", "share: has to be less than 1"),
        ("wait = '2h'", "E106", "wait: has to be at most 1 hour"),
        ("wait = 30", "E105", "wait: a length of time is a number with its unit"),
        ("size = '1MiB'", "E106", "size: has to be at most 2KiB"),
        ("text = 5", "E105", "text: is a number, and has to be text"),
        ("text = 'four'", "E106", "text: has to be at most 3 characters long"),
        ("word = 'x'", "E106", "word: has to be at least 2 characters long"),
        ("mode = 'frist'", "E105", "mode: has to be `first` or `second`"),
        ("day = 2026-01-01T00:00:01Z", "E105", "day: is a date with a time, and has"),
        ("day = 12:00:00", "E105", "day: is a time, and has to be a date"),
        ("names = 'x'", "E105", "names: is text, and has to be a list"),
        ("names = []", "E106", "names: must not be empty"),
        (
            "names = ['a', 'b', 'c', 'd']",
            "E106",
            "names: has to be of at most 3 entries",
        ),
        ("names = ['a', 'B']", "E105", "names[1]: has to be a letter and then"),
        ("table = []", "E105", "table: is a list, and has to be a table"),
        ("table.x = 5", "E105", "table.x: is a number, and has to be a table"),
        ("table.X = {}", "E105", "table.X: has to be a letter and then"),
        ("inner = 5", "E105", "inner: is a number, and has to be a table"),
        ("list = [5]", "E105", "list[0]: is a number, and has to be a table"),
        ("zzz = 5", "E103", "unknown key `zzz`"),
        ("inner.zzz = 5", "E103", "unknown key `zzz` in inner"),
        ("table.x.zzz = 5", "E103", "unknown key `zzz` in table.x"),
        ("list = [{ zzz = 5 }]", "E103", "unknown key `zzz` in list[0]"),
        ("inner.later = 5", "E110", "inner.later: the thing is not available in this"),
    ],
)
def test_each_kind_of_fault_has_its_code_and_plain_words(
    text: str, code: str, message: str
) -> None:
    """With the setting's full name."""
    fault = the_fault(Outer, text)

    assert (fault.code, fault.line) == (code, 1)
    assert fault.message.startswith(message)


def test_a_misspelt_key_is_suggested_and_stands_at_the_key() -> None:
    """Not at its value."""
    fault = the_fault(Outer, "inner = { neded = 'x' }")

    assert fault.help == "did you mean `needed`?"
    assert (fault.column, fault.length) == (11, 5)


def test_a_misspelt_choice_is_suggested() -> None:
    """It stands at the value."""
    fault = the_fault(Outer, "mode = 'frist'")

    assert fault.help == "did you mean `first`?"
    assert fault.column == 8


def test_a_choice_of_the_wrong_type_has_no_suggestion() -> None:
    """There is nothing near a number."""
    assert the_fault(Outer, "mode = 5").help == ""


def test_a_missing_key_stands_at_its_table() -> None:
    """Where it has to be written."""

    class Needy(Section):
        inner: "Inside" = Field(description="Table.")

    class Inside(Section):
        name: str = Field(description="Text.")

    Needy.model_rebuild(_types_namespace={"Inside": Inside})

    fault = the_fault(Needy, "[inner]\n")

    assert (fault.code, fault.message) == ("E104", "inner.name is missing")
    assert fault.where == "file.toml:1:2"


def test_all_faults_are_found_at_once() -> None:
    """Whoever repairs a file wants the whole list."""
    faults = read(Outer, "flag = 1\ncount = 0\nzzz = 1\ninner.later = 1\n")

    assert isinstance(faults, list)
    assert sorted(f.code for f in faults) == ["E103", "E105", "E106", "E110"]


def test_entries_with_faults_do_not_make_a_list_empty() -> None:
    """One fault, not two."""
    assert the_fault(Outer, "names = ['B']").message.startswith("names[0]")


def test_a_fault_in_one_of_several_tables_has_its_place() -> None:
    """The table's own path is put in front."""
    file = document("[[provider]]\n[[provider]]\nflag = 5\n")
    reader = Reader(file, Door())

    reader.read(Outer, file.data["provider"][1], ("provider", 1))

    assert reader.faults[0].where == "file.toml:3:8"


def test_an_inline_secret_is_refused_and_shown_nowhere() -> None:
    """Not even in another fault of its line, or when it is not available anyway."""
    faults = read(Outer, "inner = { zzz = 1, key = 'hunter2', later = 5 }")

    assert isinstance(faults, list)
    assert sorted(f.code for f in faults) == ["E103", "E110", "E501"]
    assert "hunter2" not in repr(faults)


def test_a_secret_under_a_setting_of_a_later_version_is_a_secret() -> None:
    """It has to go from the file all the same."""
    faults = read(Outer, "inner.secret = 'hunter2'")

    assert isinstance(faults, list)
    assert sorted(f.code for f in faults) == ["E110", "E501"]
    assert "hunter2" not in repr(faults)


def test_another_schema_is_named_as_such() -> None:
    """The file is not wrong, it is for somebody else."""
    fault = the_fault(PolicySettings, "schema = 2\n[policy]\nid = 'a'\n")

    assert (fault.code, fault.where) == ("E107", "file.toml:1:10")


def test_a_default_that_hangs_on_a_wrong_value_is_no_fault_of_its_own() -> None:
    """The issuer of a developer provider is its id, if nothing else is said."""

    class Follower(Section):
        id: Id = Field(description="Id.")
        other: str = Field(default_factory=lambda data: data["id"], description="Text.")

    assert the_fault(Follower, "id = 'B'").message.startswith("id:")


def test_a_validator_may_point_below_its_table() -> None:
    """What two fields do not agree about stands at one of them."""

    class Pair(Section):
        a: str = Field(default="", description="Text.")
        b: str = Field(default="", description="Text.")

        @model_validator(mode="after")
        def _agree(self) -> Self:
            raise flaw("E106", "does not go with `a`", at=("b",))

    fault = the_fault(Pair, "a = 'x'\nb = 'y'\n")

    assert (fault.message, fault.where) == ("b: does not go with `a`", "file.toml:2:5")


def test_an_unknown_kind_of_error_names_itself() -> None:
    """A type that no section has today."""

    class Odd(Section):
        value: bytes = Field(description="Bytes.")

    fault = the_fault(Odd, "value = 5")

    assert fault.code == "E105"
    assert "bytes_type" in fault.message


NAMES = st.sampled_from(
    [
        *("schema", "server", "storage", "keys", "tokens", "guest", "log", "upstreams"),
        *("routes", "public_url", "listen", "limits", "profiles", "api", "ttl", "tls"),
        *("kind", "id", "issuer", "client", "network", "jwks", "map", "accept", "x"),
        *("policy", "rule", "when", "for", "fixture", "test", "table", "request"),
        *("encrypt_with", "secret", "env", "file", "targets", "path", "methods"),
    ]
)
VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.times(),
        st.datetimes(),
        st.sampled_from(["GET", "https://a.example", "30s", "10MiB", "sqlite:a", "*"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.sampled_from([Config, OidcProvider, PolicySettings]),
    st.dictionaries(NAMES, VALUES, max_size=5),
)
@settings(deadline=None, max_examples=150)
def test_whatever_a_table_holds_only_faults_come_out(
    model: type[Section], table: dict[str, Any]
) -> None:
    """Values of any type under any key: no exception of a library."""
    reader = Reader(document(""), Door(environ={}))

    found = reader.read(model, table)

    assert (found is None) == bool(reader.faults)


@pytest.mark.parametrize("key", ["count", "share"])
def test_a_number_beyond_all_measure_is_too_large(key: str) -> None:
    """And no `number that has to be a number`."""
    fault = the_fault(Outer, f"{key} = 1{'0' * 400}")

    assert fault.code == "E106"
    assert fault.where == f"file.toml:1:{len(key) + 4}"
