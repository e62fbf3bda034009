"""Explanations decide as the proxy does, for made-up callers and for real tokens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app.explaining import CurrentExplainer
from gateway.endpoints.admin.explainer import Undecided
from gateway.endpoints.admin.question import parse_question
from gateway.policy.explanation import Explanation
from tests.flows.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


@pytest.fixture
def explainer(house: House) -> CurrentExplainer:
    return CurrentExplainer(loaded=lambda: house.snapshot.loaded, tools=house.tools)


@pytest.mark.parametrize(("path", "allowed"), [("ana-1", True), ("ben-1", False)])
async def test_a_real_token_is_verified_and_explained(
    house: House, explainer: CurrentExplainer, path: str, *, allowed: bool
) -> None:
    """The same identity and the same rules as for a request."""
    question = {"request": {"path": f"/v1/orders/{path}"}, "token": house.token("ana")}

    answer = explainer.explain(parse_question(question))

    assert isinstance(answer, Explanation)
    assert answer.decision.allowed is allowed


async def test_a_bad_token_comes_to_no_decision(explainer: CurrentExplainer) -> None:
    """What the caller would be told, and what only the operator may know."""
    question = {"request": {"path": "/v1/feed"}, "token": "not.a.token"}

    answer = explainer.explain(parse_question(question))

    assert isinstance(answer, Undecided)
    assert answer.code == "malformed_credential"


async def test_a_made_up_identity_is_explained_too(
    explainer: CurrentExplainer,
) -> None:
    """Nothing is read from the database for it."""
    question = {
        "request": {"path": "/v1/orders/ana-1"},
        "identity": {"provider": "backend", "subject": "ana"},
    }

    answer = explainer.explain(parse_question(question))

    assert isinstance(answer, Explanation)
    assert answer.decision.allowed
