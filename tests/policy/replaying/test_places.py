"""Where the paths of records lead."""

import pytest

from gateway.cel.types import BOOL, DYN, STRING, TIMESTAMP, ListType, MapType
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.places import Place, place_of

TEXTS = ListType(STRING)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (
            "now",
            Place(
                ("now",),
                TIMESTAMP,
                "google.protobuf.Timestamp",
                keyed=False,
                as_is=None,
            ),
        ),
        (
            "identity.email",
            Place(("identity", "email"), STRING, "string", keyed=False, as_is=str),
        ),
        (
            "identity.disabled",
            Place(("identity", "disabled"), BOOL, "bool", keyed=False, as_is=bool),
        ),
        (
            "identity.groups",
            Place(("identity", "groups"), TEXTS, "string", keyed=False, as_is=list),
        ),
        (
            "claims",
            Place(("claims",), MapType(STRING, DYN), "", keyed=False, as_is=None),
        ),
        ("claims.a.b", Place(("claims", "a", "b"), DYN, "", keyed=True, as_is=None)),
        ("claims['a.b']", Place(("claims", "a.b"), DYN, "", keyed=True, as_is=None)),
        (
            "request.query",
            Place(
                ("request", "query"),
                MapType(STRING, TEXTS),
                "string",
                keyed=False,
                as_is=None,
            ),
        ),
        (
            "request.headers.x-a",
            Place(
                ("request", "headers", "x-a"), TEXTS, "string", keyed=True, as_is=list
            ),
        ),
    ],
)
def test_a_path_leads_to_a_type(written: str, place: Place) -> None:
    """And to the kind of the values below, as far as it is declared."""
    assert place_of(written) == place


@pytest.mark.parametrize(
    "written",
    [
        "",
        "identity.",
        "7",
        "vars.x",
        "roles",
        "identity.nobody",
        "identity.email.x",
        "now.x",
        "request.query.a.b",
        "claims" + ".a" * 100,
        "claims." + "a" * 5000,
    ],
)
def test_a_path_that_leads_nowhere_is_told(written: str) -> None:
    """Without the path itself, which anybody may have written."""
    with pytest.raises(MalformedRecordError, match="a path") as caught:
        place_of(written)

    assert "nobody" not in str(caught.value)
