"""Several changes are each thing once, and the fewest of them are the cheapest."""

from gateway.policy.nearest.change import ROLES, Action, Change, cheapest, together

ACR = ("identity", "acr")


def change(action: Action, value: object = None, path: tuple[str, ...] = ACR) -> Change:
    return Change(".".join(path), f"is not {value}", "p:1:1", action, path, value)


MFA = change(Action.SET, "mfa")
VAGUE = Change("`x`", "is false", "p:1:1")


def test_a_change_says_what_is_and_what_has_to_be() -> None:
    """Or only the first, where that says it all."""
    needed = Change("identity.acr", "is 'pwd'", "p:1:1", needs="needs 'mfa'")

    assert needed.text == "identity.acr is 'pwd', needs 'mfa'"
    assert VAGUE.text == "`x` is false"


def test_the_same_thing_is_there_once() -> None:
    """Two rules may ask for it, each for its own purpose."""
    again = Change("other", "words", "p:9:9", Action.SET, ACR, "mfa", purpose="why")

    assert together([(MFA,), (again,), ()]) == (MFA,)
    assert together([(VAGUE,), (VAGUE,)]) == (VAGUE,)


def test_what_differs_is_kept() -> None:
    """Another value, another path, another term without any."""
    others = (
        change(Action.SET, "pwd"),
        change(Action.SET, "mfa", ("identity", "name")),
        VAGUE,
        Change("`y`", "is false", "p:1:1"),
    )

    assert together([(MFA,), others]) == (MFA, *others)


def test_a_value_says_more_than_any_value() -> None:
    """`has(claims.a) && claims.a == 'x'` is one thing, in whatever order."""
    there = change(Action.HAVE)
    not_pwd = change(Action.AVOID, ("pwd",))

    assert together([(there,), (MFA,)]) == (MFA,)
    assert together([(MFA,), (there,)]) == (MFA,)
    assert together([(not_pwd,), (MFA,)]) == (MFA,)
    assert together([(not_pwd,), (change(Action.SET, "pwd"),)]) == (
        not_pwd,
        change(Action.SET, "pwd"),
    )


def test_one_that_cannot_be_leaves_nothing() -> None:
    """All of them are needed."""
    assert together([(MFA,), None]) is None
    assert together([]) == ()


def test_the_fewest_win_and_then_the_best_known() -> None:
    """A value that can be named is better than a term that cannot."""
    roles = change(Action.REMOVE, ("a",), ROLES)

    assert cheapest([(VAGUE, MFA), None, (MFA,)]) == (MFA,)
    assert cheapest([(VAGUE,), (MFA,)]) == (MFA,)
    assert cheapest([(roles,), (MFA,)]) == (MFA,)
    assert cheapest([(MFA,), (VAGUE,)]) == (MFA,)
    assert cheapest([None]) is None
    assert cheapest([]) is None
