"""What every proof of an opaque token has in common."""

import pytest

from gateway.authentication.opaque.proof import check_form, read_id, said
from gateway.model.errors import BadAnswerError, MalformedCredentialError


@pytest.mark.parametrize("token", ["Atza|IQEBLj", "x" * 4096, "gho_1", "EAAB~+/="])
def test_tokens_of_providers_can_be_sent(token: str) -> None:
    assert check_form(token) == token


@pytest.mark.parametrize("token", ["", "x" * 4097, "a b", "a,b", "a;b", "a\nb"])
def test_what_could_be_two_things_is_no_token(token: str) -> None:
    with pytest.raises(MalformedCredentialError):
        check_form(token)


@pytest.mark.parametrize(
    ("value", "name"),
    [("42", "42"), (42, "42"), (2**63, str(2**63)), ("x" * 255, "x" * 255)],
    ids=range(4),
)
def test_an_id_is_text_or_a_number(value: object, name: str) -> None:
    """Numbers past 2^53 keep each of their digits."""
    assert read_id({"id": value}, "id") == name


@pytest.mark.parametrize("value", [None, True, 0, 1.0, "", "a\nb", "x" * 256, {}])
def test_what_names_nobody_is_refused(value: object) -> None:
    with pytest.raises(BadAnswerError):
        read_id({"id": value}, "id")


def test_what_is_null_is_not_said() -> None:
    """A mapping that asks for text would choke on it."""
    assert said({"a": None, "b": False, "c": ""}) == {"b": False, "c": ""}
