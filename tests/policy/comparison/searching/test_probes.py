"""`gateway.policy.comparison.searching.probes`."""

import pytest

from gateway.policy.comparison.searching.aims import Scene
from gateway.policy.comparison.searching.inputs import Inputs
from gateway.policy.comparison.searching.probes import probes
from gateway.policy.comparison.searching.terms import FAILED
from tests.policy.comparison.sides import flipped, scene_of, somebody
from tests.policy.files import NOON


def turned(text: str, inputs: Inputs | None = None) -> set[object]:
    """What a condition comes to under its own probes."""
    term, scene = scene_of(text, inputs)
    return flipped(text, [{}, *probes(term, scene)], inputs)


@pytest.mark.parametrize(
    "text",
    [
        "identity.email_verified",
        "identity.email_verified == true",
        "identity.acr == 'x'",
        "'x' == identity.acr",
        "identity.acr != identity.tenant",
        "identity.acr in ['x', 'y']",
        "'x' in identity.groups",
        "identity.acr in identity.groups",
        "identity.acr in []  || identity.acr in ['a']",
        "'hd' in claims",
        "identity.acr in request.headers",
        "has(claims.hd)",
        "has(request.query.q)",
        "has(request.headers.x)",
        "has(identity.attributes.x)",
        "identity.email.startsWith('a')",
        "identity.email.endsWith('a')",
        "identity.email.contains('ab')",
        "route.params.owner.startsWith(identity.subject)",
        "identity.email.startsWith(request.headers['x-a'][0])",
        "identity.email.matches('^a+$')",
        "glob(request.path, '/v1/files/a/*')",
        "path_under(request.path, '/v1/files/a')",
        "in_cidr(request.ip, ['10.0.0.0/8'])",
        "any_of(identity.groups, ['a', 'b'])",
        "all_of(identity.groups, ['a', 'b'])",
        "any_of(['a'], identity.groups)",
        "all_of(identity.groups, identity.labels)",
        "fresh(identity.auth_time, duration('1h'))",
        "has_scope('a')",
        "identity.groups.exists(g, g == 'a')",
        "identity.groups.all(g, g.startsWith('a'))",
        "identity.groups.exists_one(g, g.startsWith('a'))",
        "['a', 'b'].exists(p, identity.acr == p)",
        "request.headers.exists(h, h.startsWith('x-'))",
        "identity.groups.filter(g, g.startsWith('a')).exists(g, true)",
        "size(identity.groups) > 2",
        "size(identity.groups.filter(g, g.endsWith('a'))) == 1",
        "int(request.query.n[0]) < 3",
        "(request.tls ? identity.acr : identity.name) == 'a'",
        "claims.hd == 'x'",
        "claims.hd",
        "identity.auth_time < now",
        "claim('level', 0) >= 3",
        "claims.hd == request.headers['x-a'][0]",
        "dyn(identity.groups) == ['a']",
    ],
)
def test_probes_make_a_condition_true_and_false(text: str) -> None:
    """Starting from somebody of whom nothing is known."""
    assert {True, False} <= turned(text)


def test_probes_keep_what_is_there() -> None:
    """To what is in a list, something is added and something taken away."""
    inputs = somebody(groups=["a", "b"])

    assert {True, False} <= turned(
        "'c' in identity.groups && size(identity.groups) == 3", inputs
    )
    assert {True, False} <= turned("'a' in identity.groups", inputs)


def test_a_border_is_probed_on_either_side() -> None:
    """`>` and `>=` differ in one value only."""
    term, scene = scene_of("claim('level', 0) > 3")

    values = [edit.get(("claims", "level")) for edit in probes(term, scene)]

    assert {2, 3, 4} <= set(values)


def test_a_time_is_probed_a_moment_before_and_after() -> None:
    """The last that is fresh, and the first that is not."""
    term, scene = scene_of("fresh(identity.auth_time, duration('1h'))")

    times = [edit["identity", "auth_time"] for edit in probes(term, scene)]

    assert len(times) == 6
    assert NOON in times


@pytest.mark.parametrize(
    "text",
    [
        "fresh(identity.auth_time, duration(identity.acr))",
        "has_scope(request.query.q[0])",
        "in_cidr(request.ip, request.query.q)",
        "identity.email.matches(request.query.q[0])",
        "any_of(identity.groups, request.query.q)",
        "request.query.q[0] in claims",
        "identity.acr in request.query.q",
        "request.query.q[0] in identity.groups",
        "[1, 2] == [size(request.query.q), 2]",
        "type(request.query.q[0]) == string",
        "has(claims.a.b)",
        "has(identity.groups.map(g, {'x': g})[0].x)",
        "true",
    ],
)
def test_what_has_no_value_is_probed_as_far_as_it_can_be(text: str) -> None:
    """Nothing goes wrong by it."""
    assert turned(text) <= {True, False, FAILED}


def test_probes_end() -> None:
    """However deep an expression is nested."""
    term, scene = scene_of("identity.acr == (identity.name == 'a' ? 'b' : 'c')")
    deep = Scene(scene.trial, depth=5)

    assert len(list(probes(term, deep))) < len(list(probes(term, scene)))
