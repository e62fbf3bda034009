"""What every table of every file has in common."""

from collections.abc import Mapping
from typing import Annotated

import pytest
from pydantic import Field, ValidationError
from pydantic_core import PydanticCustomError

from gateway.config.settings.section import (
    Expression,
    Id,
    Loose,
    Names,
    OneOrMore,
    Section,
    find_all,
    flaw,
    key_of,
    unavailable,
)
from tests.config.files import read, the_fault


class Leaf(Section):
    """A table in a table."""

    id: Id = Field(default="x", description="Id.")


class Tree(Section):
    """One of each way to hold a table."""

    id: Id = Field(default="x", description="Id.")
    for_: Annotated[Names, OneOrMore] = Field(default=(), alias="for", description="N.")
    cel: Expression = Field(default="true", description="CEL.")
    one: Leaf = Field(default=Leaf(), description="Table.")
    many: Annotated[tuple[Leaf, ...], Loose] = Field(default=(), description="Tables.")
    named: Mapping[str, Leaf] = Field(default={}, description="Tables.")


@pytest.mark.parametrize("name", ["a", "orders-read", "a_1", "a" * 63])
def test_an_id_is_plain(name: str) -> None:
    """It stands in logs, metrics and other files."""
    assert isinstance(read(Tree, f"id = '{name}'"), Tree)


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "-a", "a.b", "a b", "\u00e4", "a" * 64]
)
def test_anything_else_is_no_id(name: str) -> None:
    """Said in words, not as a pattern."""
    fault = the_fault(Tree, f"id = '{name}'")

    assert fault.code == "E105"
    assert fault.message.startswith("id: has to be a letter and then")


def test_a_section_is_frozen_and_closed() -> None:
    """Nobody changes a setting, and nobody adds one."""
    tree = Tree()

    with pytest.raises(ValidationError):
        tree.id = "y"
    with pytest.raises(ValidationError):
        Tree.model_validate({"zzz": 1})


def test_an_error_of_validation_does_not_show_its_input() -> None:
    """It might be a secret, and tracebacks go to logs."""
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate({"one": {"id": "hunter2!"}})

    assert "hunter2" not in str(caught.value)


def test_a_list_may_be_one_name_where_that_is_natural() -> None:
    """`for = "guest"`."""
    tree = read(Tree, "for = 'guest'")

    assert isinstance(tree, Tree)
    assert tree.for_ == ("guest",)
    assert key_of(Tree, "for_") == "for"


def test_names_are_distinct_and_not_empty() -> None:
    """A name twice is a slip."""
    assert the_fault(Tree, "for = ['a', 'a']").message == "for: `a` is listed twice"
    assert the_fault(Tree, "for = ['']").code == "E106"


def test_an_expression_has_a_bound() -> None:
    """The last length that passes and the first that fails."""
    assert isinstance(read(Tree, f"cel = '{'x' * 16384}'"), Tree)

    assert the_fault(Tree, f"cel = '{'x' * 16385}'").code == "E106"


def test_all_values_of_a_type_are_found_with_their_places() -> None:
    """However deep."""
    tree = Tree(one=Leaf(id="a"), many=(Leaf(id="b"),), named={"n": Leaf(id="c")})

    found = {keys: leaf.id for keys, leaf in find_all(tree, Leaf)}

    assert found == {("one",): "a", ("many", 0): "b", ("named", "n"): "c"}


def test_a_flaw_carries_code_message_and_hint() -> None:
    """Braces in a message mean themselves."""
    error = flaw("E105", "no {braces}", hint="do", at=("a",))

    assert isinstance(error, PydanticCustomError)
    assert (error.type, error.message()) == ("E105", "no {braces}")
    assert unavailable("x").message() == "x is not available in this version"
