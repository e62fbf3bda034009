"""`gateway.policy.comparison.matrix`."""

from dataclasses import replace

import pytest

from gateway.config.settings.guest import GuestSettings
from gateway.model.identity import IdentityKind
from gateway.policy.comparison.matrix import (
    Access,
    Cell,
    as_record,
    build_matrix,
    roles_of,
)
from tests.policy.comparison.pairs import FEED, FILES, Files, rule_of
from tests.policy.comparison.sides import side
from tests.policy.files import mint

ROLE = '[[role]]\nid = "{}"\nfor = "{}"\nwhen = "identity.acr == \'x\'"\n'
DENY = rule_of("identity.disabled", name="no", effect="deny", routes="files")


def cells(text: str, **fields: str) -> dict[tuple[str, str, str], Cell]:
    made = side(Files((text,), routes=(FILES, FEED)))
    matrix = build_matrix(made.engine, made.routes, **fields)
    return {(cell.method, cell.kind, cell.role): cell for cell in matrix.cells}


def access(text: str, role: str = "", method: str = "GET") -> Access:
    return cells(text, route="files")[method, "authenticated", role].access


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rule_of("true", routes="files"), Access.ALLOW),
        (rule_of("identity.authenticated", routes="files"), Access.ALLOW),
        (rule_of("request.method == 'GET'", routes="files"), Access.ALLOW),
        (rule_of("request.method in ['PUT']", routes="files"), Access.NO),
        (
            rule_of("identity.disabled || route.id == 'files'", routes="files"),
            Access.ALLOW,
        ),
        (rule_of("!identity.authenticated", routes="files"), Access.NO),
        (rule_of("!identity.disabled", routes="files"), Access.IF),
        (
            rule_of("identity.acr == 'a' && identity.acr == 'b'", routes="files"),
            Access.NO,
        ),
        (
            rule_of("identity.authenticated ? true : request.tls", routes="files"),
            Access.ALLOW,
        ),
        (rule_of("request.tls ? true : true", routes="files"), Access.IF),
        (rule_of("request.tls && identity.disabled", routes="files"), Access.IF),
        (rule_of("request.headers.exists(h, true)", routes="files"), Access.IF),
        (
            '[const]\na = ["GET"]\n'
            + rule_of("request.method in const.a", routes="files"),
            Access.ALLOW,
        ),
        (rule_of("true", routes="files", for_="guest"), Access.NO),
        (rule_of("true", routes="orders-feed"), Access.NO),
        (rule_of("true", routes="files") + DENY, Access.UNLESS),
        (
            rule_of("true", routes="files") + DENY.replace("identity.disabled", "true"),
            Access.DENY,
        ),
        (
            rule_of("true", routes="files")
            + DENY.replace("identity.disabled", "request.method == 'PUT'"),
            Access.ALLOW,
        ),
        (
            rule_of("true", routes="files", more='require = { acr = "x" }'),
            Access.STEP_UP,
        ),
        (
            rule_of("true", routes="files", more='require = { acr = "x" }') + DENY,
            Access.IF,
        ),
        (
            rule_of("true", routes="files", more='require = { acr = "x" }')
            + rule_of("true", name="second", routes="files"),
            Access.ALLOW,
        ),
        (
            rule_of("claims.hd == 'x'", routes="files")
            + rule_of("true", name="second", routes="files"),
            Access.IF,
        ),
        (
            rule_of("identity.acr == 'x'", routes="files")
            + rule_of("true", name="second", routes="files"),
            Access.ALLOW,
        ),
        (rule_of("true", routes="files") + mint(a="identity.name"), Access.ALLOW),
        (rule_of("true", routes="files") + mint(a="claims.hd"), Access.IF),
        (rule_of("claims.hd", routes="files"), Access.IF),
        (rule_of("dyn(request.method)", routes="files"), Access.IF),
    ],
)
def test_a_cell_says_what_may_become_of_a_request(text: str, said: Access) -> None:
    """`allow` only if nothing stands in between."""
    assert access(text) is said


def test_a_cell_is_about_one_method() -> None:
    """A rule about another is not in it."""
    text = rule_of("request.method == 'PUT'", routes="files")

    assert access(text, method="PUT") is Access.ALLOW
    assert access(text, method="DELETE") is Access.NO


def test_a_role_is_held_alone() -> None:
    """Rules for other roles are not in its cells."""
    text = ROLE.format("a", "authenticated") + ROLE.format("b", "authenticated")
    text += rule_of("'a' in roles", routes="files", more='roles = ["a", "b"]')

    assert access(text, "a") is Access.ALLOW
    assert access(text, "b") is Access.NO
    assert access(text, "") is Access.NO


def test_nobody_is_without_a_role_where_there_is_a_default() -> None:
    """So there is no cell for it."""
    head = '[roles]\non_none = "default"\ndefault = "a"\n'
    text = head + ROLE.format("a", "authenticated") + rule_of("true", routes="files")

    kinds = {(kind, role) for _, kind, role in cells(text, route="files")}

    assert ("authenticated", "a") in kinds
    assert ("authenticated", "") not in kinds
    assert ("guest", "") in kinds


def test_rules_that_matter_are_named() -> None:
    """Those that step up, those that deny, and those that only watch."""
    shadow = DENY.replace(
        'id = "no"\neffect = "deny"', 'id = "w"\neffect = "deny"\nmode = "shadow"'
    )
    text = rule_of("true", routes="files", more='require = { acr = "x" }')

    cell = cells(text + DENY + shadow, route="files")["GET", "authenticated", ""]

    assert as_record(cell) == {
        "route": "files",
        "method": "GET",
        "kind": "authenticated",
        "role": "",
        "access": "if",
        "allows": ["orders/only"],
        "step_up": ["orders/only"],
        "denies": ["orders/no"],
        "shadows": ["orders/w"],
        "note": "",
    }


def test_head_has_a_row_of_its_own_only_if_it_differs() -> None:
    """It is served where GET is."""
    same = cells(rule_of("true", routes="files"), route="files")
    other = cells(rule_of("request.method == 'GET'", routes="files"), route="files")

    assert not [key for key in same if key[0] == "HEAD"]
    assert other["HEAD", "authenticated", ""].access is Access.NO


def test_columns_and_rows_are_in_a_fixed_order() -> None:
    """And only those that are wanted."""
    text = ROLE.format("b", "authenticated") + ROLE.format("a", "authenticated")
    made = side(Files((text + rule_of("true", routes="files"),), routes=(FILES, FEED)))

    whole = build_matrix(made.engine, made.routes)
    some = build_matrix(made.engine, made.routes, route="orders-*", role="a")

    assert whole.columns == (
        ("authenticated", ""),
        ("authenticated", "a"),
        ("authenticated", "b"),
        ("guest", ""),
        ("service", ""),
    )
    assert [cell.method for cell in whole.cells][::5] == ["DELETE", "GET", "PUT", "GET"]
    assert some.routes == (FEED,)
    assert some.columns == (("authenticated", "a"),)


def test_a_guest_holds_no_role_above_the_ceiling() -> None:
    """Which a load refuses, but a matrix is made from plans."""
    text = ROLE.format("guest", "guest") + rule_of("true", routes="files", for_="guest")
    made = side(Files((text,), guest=GuestSettings(enabled=True, ceiling=("guest",))))
    off = side(Files((text,), guest=GuestSettings(enabled=False)))

    columns = build_matrix(made.engine, made.routes, route="files").columns
    plan = made.engine.plan_of("files", IdentityKind.GUEST)

    assert ("guest", "guest") in columns
    assert roles_of(replace(plan, ceiling=frozenset())) == [""]
    assert ("guest", "guest") not in build_matrix(off.engine, off.routes).columns
