"""Claims that functions may change, and those that they may not."""

from typing import Any

import pytest

from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.answers import Answer
from gateway.pool.triggers.claims import UNCHANGEABLE, token_changes
from gateway.pool.triggers.values import ClaimChanges, Groups, TokenChanges


def changes(
    response: Any, version: int = 2, audiences: frozenset[str] = frozenset()
) -> TokenChanges:
    answer = Answer.read(TriggerKind.TOKEN_CLAIMS, {"response": response})
    return token_changes(answer, version=version, audiences=audiences)


def of_both(part: Any) -> Any:
    return {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": part,
            "accessTokenGeneration": part,
        }
    }


@pytest.mark.parametrize("version", [1, 2, 3])
def test_no_answer_changes_nothing(version: int) -> None:
    """What a function leaves null stays."""
    empty = {"claimsOverrideDetails": None, "claimsAndScopeOverrideDetails": None}

    assert changes(empty, version) == TokenChanges()
    assert changes({}, version) == TokenChanges()


@pytest.mark.parametrize("name", sorted({*UNCHANGEABLE, "aud"}))
def test_what_a_token_says_of_itself_is_the_gateways(name: str) -> None:
    """Neither added nor left out, in neither token, in no version."""
    part = {"claimsToAddOrOverride": {name: "x"}, "claimsToSuppress": [name]}

    assert changes(of_both(part)) == TokenChanges()
    assert changes({"claimsOverrideDetails": part}, 1) == TokenChanges()


def test_the_second_version_knows_both_tokens_and_all_types() -> None:
    """Arrays and objects too; and the scopes of the access token."""
    said = {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToAddOrOverride": {"family": ["a", 1]}},
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"plan": {"tier": 2}},
                "claimsToSuppress": ["email"],
                "scopesToAdd": ["shop/read"],
                "scopesToSuppress": ["openid"],
            },
            "groupOverrideDetails": {
                "groupsToOverride": ["a"],
                "iamRolesToOverride": ["arn:aws:iam::1:role/a"],
                "preferredRole": "arn:aws:iam::1:role/a",
            },
        }
    }

    assert changes(said) == TokenChanges(
        id=ClaimChanges({"family": ["a", 1]}),
        access=ClaimChanges(
            {"plan": {"tier": 2}},
            frozenset({"email"}),
            ("shop/read",),
            frozenset({"openid"}),
        ),
        groups=Groups(("a",), ("arn:aws:iam::1:role/a",), "arn:aws:iam::1:role/a"),
    )
    assert changes(said, 3) == changes(said, 2)


def test_an_audience_within_bounds_is_taken() -> None:
    """For the access token; the ID token is for its client."""
    part = {"claimsToAddOrOverride": {"aud": "https://api.example"}}

    found = changes(of_both(part), audiences=frozenset({"https://api.example"}))

    assert found.access.add == {"aud": "https://api.example"}
    assert found.id.add == {}


def test_groups_without_names_take_all_groups_away() -> None:
    """That is what an empty override says, and it is not the same as none."""
    said: Any = {"claimsOverrideDetails": {"groupOverrideDetails": {}}}

    assert changes(said, 1).groups == Groups()


@pytest.mark.parametrize("odd", ["two words", "", 'quo"te', "a" * 257])
def test_a_scope_has_its_grammar(odd: str) -> None:
    """RFC 6749 section 3.3; a space would make two of one."""
    part = {"scopesToAdd": [odd]}
    with pytest.raises(BadTriggerAnswerError):
        changes({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": part}})


def test_the_first_version_knows_texts_alone() -> None:
    """Cognito has it so."""
    part = {"claimsToAddOrOverride": {"age": 7}}
    with pytest.raises(BadTriggerAnswerError):
        changes({"claimsOverrideDetails": part}, 1)
