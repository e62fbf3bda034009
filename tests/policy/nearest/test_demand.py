"""What a single test needs: in words, and as a value that the engine then accepts."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.model.access import AccessRequest
from gateway.policy.nearest.change import Action, Change
from gateway.policy.nearest.supposing import suppose
from tests.policy.files import NOON, access, identity
from tests.policy.nearest.conditions import changes_of, scope_of

WHO = identity(
    name="Ana",
    acr="pwd",
    groups=("a", "b"),
    scopes=("read",),
    auth_time=NOON - timedelta(hours=1),
    attributes={"level": 3, "risk": 0.5, "admin": True},
)
CLAIMS = {"n": 3, "sub": {"k": "v"}, "u": "x"}


def asked() -> AccessRequest:
    headers = [(b"x-team", b"a"), (b"authorization", b"Bearer x")]
    return access(WHO, claims=CLAIMS, headers=headers)


APPLICABLE = [
    # Equality.
    ("identity.acr == 'mfa'", True, "identity.acr is 'pwd', needs 'mfa'"),
    ("'mfa' == identity.acr", True, "identity.acr is 'pwd', needs 'mfa'"),
    ("identity.acr != 'pwd'", True, "identity.acr is 'pwd', must not be 'pwd'"),
    ("identity.acr == 'pwd'", False, "identity.acr is 'pwd', must not be 'pwd'"),
    ("identity.acr != 'mfa'", False, "identity.acr is 'pwd', needs 'mfa'"),
    ("identity.disabled == true", True, "identity.disabled is false, needs true"),
    ("identity.disabled == false", False, "identity.disabled is false, needs true"),
    ("claims.missing == 'x'", True, "claims.missing is not there, needs 'x'"),
    ("claims.missing == 'x'", False, "claims.missing is not there, must not be 'x'"),
    ("request.query.c == ['p']", True, "request.query.c is not there, needs ['p']"),
    ("identity.groups == []", True, "identity.groups is ['a', 'b'], needs []"),
    ("claim('sub.k', '') == 'w'", True, "claim('sub.k', '') is 'v', needs 'w'"),
    ("vars.who == 'Bo'", True, "vars.who is 'Ana', needs 'Bo'"),
    # A boolean alone.
    ("identity.disabled", True, "identity.disabled is false, needs true"),
    ("identity.authenticated", False, "identity.authenticated is true, needs false"),
    ("claims.vip", True, "claims.vip is not there, needs true"),
    ("identity.attributes.admin", False, ("identity.attributes.admin is true, "
     "needs false")),
    # Order, and the value that is just enough.
    ("claims.n > 3", True, "claims.n is 3, needs more than 3"),
    ("claims.n >= 4", True, "claims.n is 3, needs at least 4"),
    ("claims.n < 3", True, "claims.n is 3, needs less than 3"),
    ("claims.n <= 2", True, "claims.n is 3, needs at most 2"),
    ("4 <= claims.n", True, "claims.n is 3, needs at least 4"),
    ("claims.n > 2", False, "claims.n is 3, needs at most 2"),
    ("claims.n <= 3", False, "claims.n is 3, needs more than 3"),
    ("claims.n < 9", False, "claims.n is 3, needs at least 9"),
    ("claims.n >= 1", False, "claims.n is 3, needs less than 1"),
    ("claims.n > 3u", True, "claims.n is 3, needs more than 3u"),
    ("claims.n < 3u", True, "claims.n is 3, needs less than 3u"),
    ("identity.attributes.risk > 0.5", True, ("identity.attributes.risk is 0.5, "
     "needs more than 0.5")),
    ("identity.attributes.risk < 0.5", True, ("identity.attributes.risk is 0.5, "
     "needs less than 0.5")),
    ("identity.acr > 'q'", True, "identity.acr is 'pwd', needs more than 'q'"),
    ("identity.acr < 'a'", True, "identity.acr is 'pwd', needs less than 'a'"),
    ("identity.disabled > false", True, ("identity.disabled is false, needs more than "
     "false")),
    ("identity.authenticated < true", True, ("identity.authenticated is true, needs "
     "less than true")),
    ("now > timestamp('2030-01-01T00:00:00Z')", True, ("now is "
     "2026-05-04T12:00:00+00:00, needs more than 2030-01-01T00:00:00+00:00")),
    ("now < timestamp('2020-01-01T00:00:00Z')", True, ("now is "
     "2026-05-04T12:00:00+00:00, needs less than 2020-01-01T00:00:00+00:00")),
    # Membership.
    ("'x' in identity.groups", True, "identity.groups is ['a', 'b'], needs 'x' in it"),
    ("'a' in identity.groups", False, ("identity.groups is ['a', 'b'], must not hold "
     "'a'")),
    ("identity.acr in ['mfa', 'otp']", True, ("identity.acr is 'pwd', needs one of "
     "'mfa', 'otp'")),
    ("identity.acr in ['pwd', '']", False, ("identity.acr is 'pwd', must not be one of "
     "'pwd', ''")),
    ("claims.none in []", False, "claims.none is not there, is needed"),
    ("identity.name in const.teams", True, ("identity.name is 'Ana', needs one of 'a', "
     "'b'")),
    ("any_of(identity.groups, ['x', 'y'])", True, ("identity.groups is ['a', 'b'], "
     "needs one of 'x', 'y' in it")),
    ("any_of(['x', 'y'], identity.groups)", True, ("identity.groups is ['a', 'b'], "
     "needs one of 'x', 'y' in it")),
    ("any_of(identity.groups, ['a', 'y'])", False, ("identity.groups is ['a', 'b'], "
     "must not hold 'a'")),
    ("all_of(identity.groups, ['a', 'x'])", True, ("identity.groups is ['a', 'b'], "
     "needs 'x' in it")),
    ("all_of(identity.groups, ['a'])", False, ("identity.groups is ['a', 'b'], must "
     "not hold 'a'")),
    ("has_scope('write')", True, "identity.scopes needs the scope 'write'"),
    ("has_scope('read')", False, "identity.scopes must not have the scope 'read'"),
    # Presence.
    ("has(claims.a)", True, "claims.a is not there"),
    ("has(claims.u)", False, "claims.u is there and must not be"),
    ("has(claims.sub.z)", True, "claims.sub.z is not there"),
    # Strings, paths, addresses, times.
    ("request.path.startsWith('/v2')", True, ("request.path is '/v1/orders/u1-7', "
     "needs to begin with '/v2'")),
    ("request.path.startsWith('/v1')", False, ("request.path is '/v1/orders/u1-7', "
     "must not begin with '/v1'")),
    ("identity.name.endsWith('x')", True, ("identity.name is 'Ana', needs to end with "
     "'x'")),
    ("identity.name.contains('A')", False, ("identity.name is 'Ana', must not contain "
     "'A'")),
    ("path_under(request.path, '/v2')", True, ("request.path is '/v1/orders/u1-7', "
     "needs to be under '/v2'")),
    ("path_under(request.path, '/v1')", False, ("request.path is '/v1/orders/u1-7', "
     "must not be under '/v1'")),
    ("in_cidr(request.ip, ['10.0.0.0/8'])", True, ("request.ip is '192.0.2.7', needs "
     "an address in '10.0.0.0/8'")),
    ("in_cidr(request.ip, ['192.0.2.0/24'])", False, ("request.ip is '192.0.2.7', must "
     "not be in '192.0.2.0/24'")),
    ("fresh(identity.auth_time, duration('15m'))", True, ("identity.auth_time is "
     "2026-05-04T11:00:00+00:00, needs a sign-in within the last 900s")),
    ("route.params.order_id == 'x'", True, ("route.params.order_id is 'u1-7', needs "
     "'x'")),
]  # fmt: skip


@pytest.mark.parametrize(("when", "wanted", "text"), APPLICABLE)
def test_the_value_that_would_do_is_named_and_does(
    when: str, *, wanted: bool, text: str
) -> None:
    """Said to people, and true: with the change the test comes out as wanted."""
    found = changes_of(when, asked(), wanted=wanted)

    assert found is not None
    assert [change.text for change in found] == [text]
    scope = scope_of(when, suppose(asked(), found))
    assert scope.outcome(scope.expression.program.plan) is wanted


def test_each_element_that_is_missing_is_a_change() -> None:
    """Two groups are two things to grant."""
    found = changes_of("all_of(identity.groups, ['x', 'a', 'y'])", asked())

    assert [change.value for change in found or ()] == [("x",), ("y",)]


@pytest.mark.parametrize(
    ("when", "wanted", "text"),
    [
        ("identity.acr.matches('^m')", True, ("identity.acr is 'pwd', needs to match "
         "'^m'")),
        ("glob(identity.acr, 'p*')", False, ("identity.acr is 'pwd', must not match "
         "'p*'")),
        ("size(identity.groups) > 2", True, ("`size(identity.groups)` is 2, needs more "
         "than 2")),
        ("3 == size(identity.groups)", True, "`size(identity.groups)` is 2, needs 3"),
        ("3 < size(identity.groups)", True, ("`size(identity.groups)` is 2, needs more "
         "than 3")),
        ("email_domain(identity.name) == 'a.b'", True,
         "`email_domain(identity.name)` has no value, needs 'a.b'"),
        ("identity.name.lowerAscii() == 'x'", True, ("`identity.name.lowerAscii()` is "
         "'ana', needs 'x'")),
        ("claims.a == claims.b", True, ("`claims.a == claims.b` fails: the map has no "
         "key `a`")),
        ("claims.n > 'a'", True, "claims.n is 3, needs more than 'a'"),
        ("identity.disabled < dyn(null)", True, ("`identity.disabled < dyn(null)` "
         "fails: bool and null_type have no order")),
        ("identity.authenticated > true", True, ("`identity.authenticated > true` is "
         "false")),
        ("identity.disabled < false", True, "`identity.disabled < false` is false"),
        ("identity.id < ''", True, "`identity.id < ''` is false"),
        ("identity.disabled < dyn(0u)", True, ("`identity.disabled < dyn(0u)` fails: "
         "bool and uint have no order")),
        ("bool('false')", True, None),
        ("'x' in identity.name.split(' ')", True, ("`'x' in identity.name.split(' ')` "
         "is false")),
        ("'k' in {'j': 1}", True, "`'k' in {'j': 1}` is false"),
        ("'k' in claims.none", True, ("`'k' in claims.none` fails: the map has no key "
         "`none`")),
        ("any_of(['x'], identity.name.split(' '))", True,
         "`any_of(['x'], identity.name.split(' '))` is false"),
        ("all_of(identity.name.split(' '), ['x'])", True,
         "`all_of(identity.name.split(' '), ['x'])` is false"),
        ("in_cidr(request.ip, claims.nets)", True,
         "`in_cidr(request.ip, claims.nets)` fails: the map has no key `nets`"),
        ("in_cidr(request.ip, ['0.0.0.0/0', '::/0'])", False,
         "`in_cidr(request.ip, ['0.0.0.0/0', '::/0'])` is true"),
        ("in_cidr(request.ip, identity.groups)", True,
         ("`in_cidr(request.ip, identity.groups)` fails: the list holds something that "
         "is no network")),
        ("fresh(identity.auth_time, duration('2h'))", False,
         "`fresh(identity.auth_time, duration('2h'))` is true"),
        ("has({'a': 1}.b)", True, "`has({'a': 1}.b)` is false"),
        ("request.headers.authorization == ['x']", True,
         "`request.headers.authorization == ['x']` is false"),
        ("vars.token.startsWith('y')", True, "`vars.token.startsWith('y')` is false"),
    ],
)  # fmt: skip
def test_where_no_value_can_be_named_the_test_is_the_answer(
    when: str, *, wanted: bool, text: str | None
) -> None:
    """As it is written; never with a secret in it."""
    found = changes_of(when, asked(), wanted=wanted)

    if text is None:
        assert found is None or found[0].action is Action.OTHER
        return
    assert found is not None
    assert [change.text for change in found] == [text]


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("false", True),
        ("identity.acr in []", True),
        ("any_of(identity.groups, [])", True),
        ("all_of(identity.groups, [])", False),
        ("identity.name.startsWith('')", False),
        ("path_under(request.path, '/')", False),
        ("in_cidr(request.ip, [])", True),
    ],
)
def test_some_tests_never_come_out_otherwise(when: str, *, wanted: bool) -> None:
    """Whatever the request is."""
    assert changes_of(when, asked(), wanted=wanted) is None


def test_a_value_is_of_the_kind_that_it_is_compared_with() -> None:
    """`uint` stays `uint`, at its ends as well."""
    (change,) = changes_of("dyn(identity.attributes.level) < 3u", asked()) or ()
    assert type(change.value).__name__ == "Uint"

    assert changes_of("dyn(identity.attributes.level) < 0u", asked()) == (
        _written("dyn(identity.attributes.level) < 0u"),
    )


def _written(when: str) -> Any:
    scope = scope_of(when)
    plan = scope.expression.program.plan
    return Change(f"`{when}`", "is false", scope.where(plan))
