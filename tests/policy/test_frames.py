"""`[vars]` depend on each other in some order, and never in a circle."""

import pytest

from gateway.policy.frames import MAX_DEPTH, variables_in
from tests.policy.files import access, engine, faults, identity, marked, role, rule


def _vars(**sources: str) -> str:
    lines = [f'{name} = "{source}"' for name, source in sources.items()]
    return "\n".join(["[vars]", *lines, ""])


def test_the_order_in_the_file_does_not_matter() -> None:
    """Types are known before they are needed."""
    text = _vars(a="vars.b && vars.c", b="vars.c", c="identity.authenticated")

    assert engine(text + rule("x", "vars.a")).decide(access()).allowed


def test_the_type_of_a_variable_is_known() -> None:
    """In rules and in other variables alike."""
    text = _vars(number="1", wrong="vars.number.startsWith('x')")

    found = faults(text + rule("x", "vars.number"))
    assert [(fault.code, fault.line) for fault in found] == [("E210", 5), ("E211", 12)]


@pytest.mark.parametrize(
    ("sources", "way"),
    [
        ({"a": "vars.a"}, "`a` → `a`"),
        ({"a": "vars.b", "b": "vars.a"}, "`a` → `b` → `a`"),
        ({"a": "vars.b", "b": "vars.c", "c": "!vars.b"}, "`b` → `c` → `b`"),
    ],
)
def test_a_circle_is_told_once_with_its_way(sources: dict[str, str], way: str) -> None:
    """Once for the circle, not once for each variable in it."""
    (fault,) = faults(_vars(**sources) + rule("x", "vars.a"))

    assert fault.code == "E223"
    # A circle has no beginning, so any of its variables may be named first.
    names = way.split(" → ")[:-1]
    turned = [names[n:] + names[:n] for n in range(len(names))]
    ways = [" → ".join([*names, names[0]]) for names in turned]
    assert any(fault.message.endswith(f": {each}") for each in ways)


def test_two_circles_are_two_faults() -> None:
    """All at once."""
    found = faults(_vars(a="vars.b", b="vars.a", c="vars.c"))

    assert [fault.code for fault in found] == ["E223", "E223"]


def test_a_text_that_names_a_variable_is_no_circle() -> None:
    """What counts is what is read."""
    text = _vars(a="identity.name == 'vars.a'")

    assert not engine(text + rule("x", "vars.a")).decide(access()).allowed


def test_a_faulty_variable_is_one_fault() -> None:
    """What reads it is not blamed."""
    text = _vars(a="identity.nmae == 'x'", b="vars.a && vars.c", c="vars.a +")

    found = faults(text + rule("x", "vars.a && vars.b"))
    assert [(fault.code, fault.line) for fault in found] == [("E201", 4), ("E200", 6)]


def test_variables_may_be_nested_so_deep_and_no_deeper() -> None:
    """Each level is a level of calls at run time."""
    chain = {f"v{n}": f"vars.v{n + 1}" for n in range(MAX_DEPTH + 1)}
    last = f"v{MAX_DEPTH}"
    deepest = chain | {last: "identity.authenticated"}
    fine = {name: text for name, text in deepest.items() if name != "v0"}

    assert engine(_vars(**fine) + rule("x", "vars.v1")).decide(access()).allowed
    (fault,) = faults(_vars(**deepest) + rule("x", "vars.v1"))
    assert fault.code == "E420"
    assert marked(fault) == "v0"


class TestNames:
    """Some names are Python's own."""

    @pytest.mark.parametrize("table", ["vars", "const"])
    @pytest.mark.parametrize("name", ["__class__", "__dict__", "__x"])
    def test_such_a_name_is_refused(self, table: str, name: str) -> None:
        """It would read something else than what was written."""
        (fault,) = faults(f'[{table}]\n{name} = "true"\n')

        assert fault.code == "E221"
        assert marked(fault) == name

    def test_a_single_underscore_is_fine(self) -> None:
        """The nearest name that is not refused."""
        text = '[vars]\n_x = "true"\n[const]\n_y = true\n'

        judge = engine(text + rule("x", "vars._x && const._y"))
        assert judge.decide(access()).allowed


class TestConstants:
    """`[const]` has the values of TOML."""

    @pytest.mark.parametrize(
        ("value", "when"),
        [
            ("1", "const.x == 1"),
            ("1.5", "const.x > 1.0"),
            ("'a'", "const.x.startsWith('a')"),
            ("true", "const.x"),
            ("['a', 'b']", "'b' in const.x"),
            ("{ a = 1 }", "const.x.a == 1"),
            ("2026-05-04T12:00:00Z", "const.x == now"),
            ("2026-05-04", "const.x < now"),
        ],
    )
    def test_each_has_its_type(self, value: str, when: str) -> None:
        """And is read as such."""
        assert (
            engine(f"[const]\nx = {value}\n{rule('x', when)}").decide(access()).allowed
        )

    def test_a_time_of_day_has_no_type(self) -> None:
        """CEL knows moments, not times of day."""
        (fault,) = faults(f"[const]\nx = 07:32:00\n{rule('x', 'const.x == 1')}")

        assert fault.code == "E222"
        assert marked(fault) == "07:32:00"


class TestRoles:
    """Role mapping makes the roles, so it cannot read them."""

    def test_not_directly(self) -> None:
        """`roles` is not known there."""
        (fault,) = faults(role("a", "'b' in roles"))

        assert fault.code == "E202"
        assert marked(fault) == "roles"

    @pytest.mark.parametrize(
        "sources", [{"a": "roles == []"}, {"a": "vars.b", "b": "'x' in roles"}], ids=str
    )
    def test_nor_through_a_variable(self, sources: dict[str, str]) -> None:
        """However many there are in between."""
        (fault,) = faults(_vars(**sources) + role("x", "vars.a"))

        assert fault.code == "E224"
        assert marked(fault) == '"vars.a"'

    def test_other_variables_can_be_read(self) -> None:
        """Those that do not read the roles."""
        text = _vars(a="identity.id == 'u1'", b="'x' in roles") + role("x", "vars.a")

        judge = engine(text + rule("x", "vars.b"))
        assert judge.decide(access()).allowed
        assert not judge.decide(access(identity(id="u2"))).allowed


def test_variables_are_found_in_a_read_set() -> None:
    """Other records have fields, too."""
    assert variables_in({"vars.a", "identity.id", "now", "vars.b"}) == {"a", "b"}
