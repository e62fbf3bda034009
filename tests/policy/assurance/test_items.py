"""What a file holds, place by place."""

from gateway.policy.assurance.items import ItemKind, find_items, plans_of
from tests.policy.assurance.proving import assess
from tests.policy.files import GUESTS, HEAD, ROUTES, engine, files, mint, role, rule

TEXT = (
    '[vars]\nown = "route.params.order_id == identity.id"\n'
    + role("staff", "request.tls")
    + rule("one", "request.tls")
    + rule("two", "vars.own")
    + mint(a="request.tls")
)


def test_a_file_has_variables_roles_rules_and_claims() -> None:
    """Each with its place and its text."""
    assessment = assess(TEXT)

    items = find_items(assessment.policies, assessment.engine, assessment.routes)

    assert [(one.kind, one.name, one.text) for one in items] == [
        (ItemKind.VARIABLE, "own", "route.params.order_id == identity.id"),
        (ItemKind.ROLE, "staff", "request.tls"),
        (ItemKind.RULE, "one", "request.tls"),
        (ItemKind.RULE, "two", "vars.own"),
        (ItemKind.CLAIM, "a", "request.tls"),
    ]
    assert items[0].where == "policies/orders.toml:4:8"
    assert items[2].full_name == "orders/one"


def test_what_says_the_same_is_compiled_once_and_is_two_items() -> None:
    """A test of one of them is no test of the other."""
    assessment = assess(TEXT)
    items = find_items(assessment.policies, assessment.engine, assessment.routes)
    one, claim = items[2].expression, items[4].expression

    assert one is not None
    assert claim is not None
    assert one is not claim
    assert one.place.keys == ("rule", 0, "when")
    assert claim.place.keys == ("mint", 0, "claims", "a")


def test_what_no_request_can_come_to_has_no_expression() -> None:
    """A rule for guests where there are none; a variable that nobody reads."""
    text = '[vars]\nidle = "1"\n' + rule("visit", for_="guest")
    closed = GUESTS.model_copy(update={"enabled": False})

    items = find_items(files(text), engine(text, guest=closed), ROUTES)

    assert [(one.name, one.expression) for one in items] == [
        ("idle", None),
        ("visit", None),
    ]


def test_a_file_may_hold_nothing() -> None:
    """Then it has no items."""
    assessment = assess(HEAD)

    assert find_items(assessment.policies, assessment.engine, ROUTES) == []
    assert len(list(plans_of(assessment.engine, ROUTES))) == 3 * len(ROUTES)
