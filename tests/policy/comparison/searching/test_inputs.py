"""`gateway.policy.comparison.searching.inputs`."""

from dataclasses import replace

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.searching.inputs import ABSENT, PATH, Edit, Inputs
from tests.policy.comparison.pairs import FEED, FILES
from tests.policy.comparison.sides import somebody

PERSON = IdentityKind.AUTHENTICATED


def test_the_path_is_made_from_the_template() -> None:
    """Each segment escaped, `**` as one segment, a parameter that is not set as `x`."""
    rest = replace(FILES, path="/a b/{owner}/**")

    plain = Inputs(rest, PERSON)
    edited = plain.edited({("params", "owner"): "ann/é"})

    assert plain.target == "/a%20b/x/x"
    assert edited.target == "/a%20b/ann%2F%C3%A9/x"
    assert Inputs(FEED, PERSON).target == "/v1/feed"


def test_a_written_path_takes_the_place_of_parameters() -> None:
    """And the other way round: the last word counts."""
    first = somebody().edited({("params", "owner"): "ann"})

    written = first.edited({PATH: "/v1/files/ben/x y"})
    again = written.edited({("params", "owner"): "cy"})

    assert written.target == "/v1/files/ben/x%20y"
    assert again.target == "/v1/files/cy/x"


def test_the_query_keeps_each_value() -> None:
    """Escaped, in their order."""
    edit: Edit = {
        ("request", "query", "a b"): ["1", "&"],
        ("request", "query", "c"): ["2"],
    }

    assert somebody(FEED).edited(edit).target == "/v1/feed?a%20b=1&a%20b=%26&c=2"


def test_headers_are_octets() -> None:
    """What cannot stand in one becomes `?`; names are in lower case."""
    edit: Edit = {("request", "headers", "X-A"): [" é ", "→"]}

    made = somebody().edited(edit).headers

    assert list(made) == [(b"x-a", b"\xe9"), (b"x-a", b"?")]


def test_an_edit_of_a_part_undoes_the_whole() -> None:
    """A claim cannot be both text and a map."""
    text = somebody().edited({("claims", "realm"): "a"})

    deep = text.edited({("claims", "realm", "access"): ["x"]})
    back = deep.edited({("claims", "realm"): "b"})
    gone = back.edited({("claims", "realm"): ABSENT})

    assert deep.nested("claims") == {"realm": {"access": ["x"]}}
    assert back.nested("claims") == {"realm": "b"}
    assert gone.nested("claims") == {}
    assert repr(ABSENT) == "ABSENT"


def test_what_is_below_a_path_is_given_with_the_rest_of_it() -> None:
    """For maps inside of records."""
    inputs = somebody().edited({("identity", "attributes", "floor"): 3})

    assert inputs.nested("identity", "attributes") == {"floor": 3}
    assert inputs.below("nothing") == ()
    assert inputs.get(("identity", "attributes", "floor")) == 3


def test_the_same_inputs_have_the_same_key() -> None:
    """Whatever the order in which they were set."""
    one = (
        somebody()
        .edited({("identity", "name"): "a"})
        .edited({("identity", "acr"): "b"})
    )
    two = (
        somebody()
        .edited({("identity", "acr"): "b"})
        .edited({("identity", "name"): "a"})
    )

    assert one.key == two.key
    assert one.key != two.at(FEED).key
    assert one.having({}).key != one.key


def test_host_and_method_have_what_the_route_says() -> None:
    """Unless they are set; a route for every host is asked at one that nobody has."""
    anywhere = Inputs(replace(FILES, host="*"), PERSON)

    assert anywhere.host == "gateway.invalid"
    assert anywhere.edited({("request", "host"): "a.example"}).host == "a.example"
    assert Inputs(FILES, PERSON).host == "api.example.com"
    assert Inputs(FILES, PERSON).method == "DELETE"
