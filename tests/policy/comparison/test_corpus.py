"""`gateway.policy.comparison.corpus`."""

from dataclasses import replace

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.corpus import (
    Place,
    asked_by_tests,
    fixtures_of,
    methods_of,
    places,
    plain,
)
from gateway.policy.comparison.searching.inputs import METHOD, NOW, PROVIDER
from tests.policy.comparison.pairs import (
    BILLS,
    FEED,
    FILES,
    PROVIDERS,
    READ,
    Files,
    rule_of,
)
from tests.policy.comparison.sides import side
from tests.policy.files import NOON

RULE = rule_of("true", routes="files")
TESTS = """
[fixture.ann]
provider = "corp"
email = "ann@example.com"
attributes = { floor = 3 }
claims = { hd = "x" }
[fixture.robot]
kind = "service"
provider = "corp"
[[test]]
name = "one"
identity = "ann"
now = 2026-05-04T09:00:00Z
request = { path = "/v1/files/a%20b/c?q=1&q=2", method = "PUT", headers = { x-a = "b" } }
expect = { allow = true }
[[test]]
name = "nowhere"
identity = "ann"
request = { path = "/nowhere" }
expect = { allow = true }
[[test]]
name = "guest"
identity = "guest"
request = { path = "/v1/files/a/c" }
expect = { allow = false }
"""


def test_the_tests_of_a_side_are_asked_as_they_stand() -> None:
    """Those that lead nowhere are left to `gateway test`."""
    made = side(Files((RULE + TESTS,)))

    ann, guest = asked_by_tests(made)

    access = made.access_of(ann)
    assert access.request.path == "/v1/files/a b/c"
    assert access.request.query == {"q": ["1", "2"]}
    assert access.request.headers == {"x-a": ["b"]}
    assert access.request.method == "PUT"
    assert access.subject.identity.email == "ann@example.com"
    assert access.subject.identity.attributes == {"floor": 3}
    assert access.subject.claims == {"hd": "x"}
    assert ann.get(NOW) == access.now != NOON
    assert guest.anonymous
    assert guest.kind is IdentityKind.GUEST


def test_fixtures_say_who_asks() -> None:
    """With their kind."""
    kinds = [kind for kind, _ in fixtures_of(side(Files((RULE + TESTS,))))]
    values = [values for _, values in fixtures_of(side(Files((RULE + TESTS,))))]

    assert kinds == [IdentityKind.AUTHENTICATED, IdentityKind.SERVICE]
    assert values[0]["identity", "email"] == "ann@example.com"
    assert ("identity", "kind") not in values[0]
    assert values[1]["identity", "kind"] == "service"


def _place(kind: IdentityKind) -> Place:
    return Place(FEED, ("GET",), kind, FEED.id, FEED.id)


def test_the_plainest_requests_come_from_each_provider() -> None:
    """Of the audience kind; guests may come without any."""
    made = side(Files((RULE,)))
    alone = side(Files((RULE,), providers=PROVIDERS[:1]))

    people = list(plain(_place(IdentityKind.AUTHENTICATED), (made,)))
    guests = list(plain(_place(IdentityKind.GUEST), (made,)))
    robots = list(plain(_place(IdentityKind.SERVICE), (alone,)))

    assert [each.get(PROVIDER) for each in people] == ["corp", "google"]
    assert [each.anonymous for each in guests] == [False, True]
    assert [each.get(PROVIDER) for each in robots] == [None]


def test_a_place_is_where_both_sides_have_one_plan_each() -> None:
    """A method that only one side serves is a place of its own."""
    more = replace(BILLS, methods=frozenset({"GET", "POST"}))
    old = side(Files((RULE,), routes=(FILES, BILLS)))
    new = side(Files((RULE,), routes=(FILES, more)), "new")

    found = [each for each in places(old, new) if each.kind is IdentityKind.GUEST]

    told = [(each.methods, each.old, each.new) for each in found]
    assert told == [
        (("DELETE", "GET", "HEAD", "PUT"), "files", "files"),
        (("GET", "HEAD"), "bills-read", "bills-read"),
        (("POST",), "", "bills-read"),
    ]


def test_a_place_is_where_a_request_really_goes() -> None:
    """A route that was taken away may leave its requests to a wider one."""
    wide = replace(READ, id="wide", path="/v1/orders/**")
    old = side(Files((RULE,), routes=(FILES, READ, wide)))
    new = side(Files((RULE,), routes=(FILES, wide)), "new")

    found = {(each.route.id, each.old, each.new) for each in places(old, new)}

    assert ("orders-read", "orders-read", "wide") in found


def test_head_is_served_where_get_is() -> None:
    """And nowhere else."""
    assert methods_of(FEED) == {"GET", "HEAD"}
    assert methods_of(replace(FEED, methods=frozenset({"PUT"}))) == {"PUT"}
    assert METHOD == ("request", "method")
