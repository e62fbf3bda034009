"""An exchange goes through every stage, and ends at the first that refuses."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
import pytest

from gateway.keys.keyring import KeyRing
from gateway.model.decision import Decision, Reason
from gateway.model.errors import GatewayError, MintError, RateLimitedError
from gateway.oauth.errors import (
    InvalidProofError,
    InvalidScopeError,
    InvalidTargetError,
    MalformedParameterError,
    RefusedExchangeError,
    UnacceptableTokenError,
)
from gateway.oauth.exchanging.exchanges import MAX_ACTORS
from tests.mint.conftest import open_ring
from tests.oauth.exchanging.stages import (
    GUEST,
    ID,
    IP,
    NOON,
    UPSTREAM,
    Desk,
    Limit,
    claims,
    offer,
)

ACT = {"actor_token": "robot", "actor_token_type": ID}
UPGRADE = {"actor_token": "guest", "actor_token_type": GUEST}


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return open_ring(tmp_path_factory.mktemp("exchanges") / "keys")


@pytest.fixture
def desk(keyring: KeyRing) -> Desk:
    names = ("ana", "robot", "guest")
    return Desk(keyring, said={name: claims(name) for name in names})


def _said(token: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return said


def test_a_token_is_exchanged_for_one_of_our_own(desk: Desk) -> None:
    """It tells what it came of, and the decision is recorded with its id."""
    issued = desk.ask(scope="a", provider="corp")

    said = _said(issued.access_token)
    assert (issued.token_type, issued.scope, issued.expires_in) == ("Bearer", "a", 300)
    assert issued.identity_id == said["sub"] == "r:ana"
    assert said["via"] == {
        "provider": "corp",
        "issuer": "https://corp",
        "subject": "ana",
        "claims": {"sub": "ana"},
    }
    ((answer, token_id),) = desk.recorded
    assert token_id == said["jti"]
    assert answer.access.request.ip == IP


def test_for_another_audience_nothing_else_is_told(desk: Desk) -> None:
    """What the provider said is for us alone."""
    desk.offers = [offer(), offer(UPSTREAM)]

    said = _said(desk.ask(resource=UPSTREAM).access_token)

    assert said["aud"] == UPSTREAM
    assert "via" not in said
    with pytest.raises(InvalidTargetError):
        desk.ask(audience="https://nobody.example")


def test_without_an_offer_for_us_an_audience_has_to_be_named(desk: Desk) -> None:
    """Nobody guesses."""
    desk.offers = [offer(UPSTREAM)]

    with pytest.raises(InvalidTargetError):
        desk.ask()


def test_the_limit_comes_before_any_work(desk: Desk) -> None:
    """A token that is not good counts too."""
    limit = Limit()
    limit.full = True
    desk.offers = [offer(limit=limit)]

    with pytest.raises(RateLimitedError):
        desk.ask(subject_token="bad")

    assert limit.taken == [IP]


def test_no_scope_is_given_that_is_not_there(desk: Desk) -> None:
    """Neither one that is not offered nor one that a token of ours did not have."""
    desk.said["app"] = claims("ana", scopes=("a",))

    assert desk.ask(scope="a b").scope == "a b"
    assert desk.ask(subject_token="app", scope="a").scope == "a"
    with pytest.raises(InvalidScopeError):
        desk.ask(scope="c")
    with pytest.raises(InvalidScopeError):
        desk.ask(subject_token="app", scope="a b")


@pytest.mark.parametrize("refused_at", ["verify", "resolve"])
def test_a_token_that_is_not_good_is_an_invalid_request(
    desk: Desk, refused_at: str
) -> None:
    """RFC 8693 section 2.2.2; nothing was decided, so nothing is recorded."""
    desk.refused_at = refused_at

    with pytest.raises(UnacceptableTokenError) as caught:
        desk.ask(subject_token="ana" if refused_at == "resolve" else "bad")

    assert caught.value.code == "invalid_request"
    assert desk.recorded == []


def test_what_has_ended_meanwhile_is_not_good_either(desk: Desk) -> None:
    """Within the skew it was accepted; nothing is left of it."""
    desk.said["ana"] = claims("ana", expires_at=NOON - timedelta(seconds=1))

    with pytest.raises(UnacceptableTokenError):
        desk.ask()


@pytest.mark.parametrize(
    ("reason", "message"),
    [(Reason.DENIED_BY_RULE, "not you"), (Reason.NO_ALLOW, "")],
)
def test_a_denial_is_recorded_and_told(
    desk: Desk, reason: Reason, message: str
) -> None:
    """With the rule's own words, if a rule denied."""
    desk.decision = Decision(allowed=False, reason=reason, message="not you")

    with pytest.raises(RefusedExchangeError) as caught:
        desk.ask()

    assert caught.value.message == message
    assert [token_id for _, token_id in desk.recorded] == [""]


def test_a_mistake_of_ours_is_none_of_the_callers(desk: Desk) -> None:
    """500, and recorded as what was allowed."""
    desk.decision = Decision(allowed=True, reason=Reason.ALLOWED, claims={"scope": "x"})

    with pytest.raises(MintError):
        desk.ask()

    assert len(desk.recorded) == 1


@pytest.mark.parametrize(("size", "fits"), [(5200, True), (5500, False)])
def test_what_would_fit_no_header_is_not_made(
    desk: Desk, size: int, *, fits: bool
) -> None:
    """For us; a token for others says nothing of it."""
    desk.offers = [offer(), offer(UPSTREAM)]
    desk.said["ana"] = claims("ana", claims={"sub": "x" * size})

    assert desk.ask(audience=UPSTREAM).access_token
    if fits:
        assert len(desk.ask().access_token) <= 8192
    else:
        with pytest.raises(UnacceptableTokenError):
            desk.ask()


# ---- keys ------------------------------------------------------------------------------


def test_a_token_is_bound_to_the_key_that_was_proven(desk: Desk) -> None:
    """On request, or because there is no other."""
    issued = desk.prove(("thumb",))

    assert issued.token_type == "DPoP"
    assert _said(issued.access_token)["cnf"] == {"jkt": "thumb"}
    desk.offers = [offer(needs_proof=True)]
    assert desk.prove(("thumb",)).token_type == "DPoP"
    with pytest.raises(InvalidProofError):
        desk.ask()


def test_a_bound_token_is_exchanged_by_who_holds_its_key(desk: Desk) -> None:
    """Of whoever it speaks: subject and actor alike. The binding is not carried on."""
    desk.offers = [offer(actors=True)]
    bound = {"sub": "x", "cnf": {"jkt": "thumb"}}
    for name in ("ana", "robot"):
        desk.said[name] = claims(name, thumbprint="thumb", claims=bound)
        for proofs in ((), ("other",)):
            with pytest.raises(InvalidProofError):
                desk.prove(proofs, **ACT)
    said = _said(desk.prove(("thumb",), **ACT).access_token)

    assert said["via"]["claims"] == {"sub": "x"}


# ---- actors ----------------------------------------------------------------------------


def test_an_actor_acts_for_the_subject(desk: Desk) -> None:
    """For no longer than either token is good."""
    desk.offers = [offer(actors=True)]
    desk.said["robot"] = claims("robot", expires_at=NOON + timedelta(seconds=60))

    issued = desk.ask(**ACT)

    said = _said(issued.access_token)
    assert (said["sub"], said["act"]) == ("r:ana", {"sub": "r:robot"})
    assert issued.expires_in == 60
    assert desk.recorded[0][0].access.request.query["actor_id"] == ["r:robot"]
    assert desk.upgraded == []


def test_whoever_acted_before_is_told_too(desk: Desk) -> None:
    """Up to so many; the last that passes and the first that fails."""
    desk.offers = [offer(actors=True)]
    chain: dict[str, Any] = {"sub": "r:0"}
    for number in range(1, MAX_ACTORS - 1):
        chain = {"sub": f"r:{number}", "act": chain}
    desk.said["ana"] = claims("ana", actor=chain)

    said = _said(desk.ask(**ACT).access_token)

    assert said["act"] == {"sub": "r:robot", "act": chain}
    desk.said["ana"] = claims("ana", actor={"sub": "r:more", "act": chain})
    with pytest.raises(UnacceptableTokenError):
        desk.ask(**ACT)


@pytest.mark.parametrize("shown", [ACT, UPGRADE], ids=["actor", "guest"])
def test_nobody_acts_where_nobody_may(desk: Desk, shown: dict[str, str]) -> None:
    """A rule that allows an exchange says nothing of actors."""
    with pytest.raises(MalformedParameterError):
        desk.ask(**shown)


@pytest.mark.parametrize(
    ("named", "passes"),
    [
        ({"sub": "robot"}, True),
        ({"sub": "robot", "iss": "https://corp"}, True),
        ({"sub": "robot", "iss": "https://other"}, False),
        ({"sub": "other"}, False),
        ({"iss": "https://corp"}, False),
        ({"sub": "robot", "client_id": "x"}, False),
        ("robot", False),
    ],
    ids=str,
)
def test_a_token_may_name_its_actor(desk: Desk, named: Any, *, passes: bool) -> None:
    """RFC 8693 section 4.4."""
    desk.offers = [offer(actors=True)]
    desk.said["ana"] = claims("ana", claims={"sub": "ana", "may_act": named})

    if passes:
        desk.ask(**ACT)
    else:
        with pytest.raises(UnacceptableTokenError):
            desk.ask(**ACT)


def test_a_guest_acts_for_nobody(desk: Desk) -> None:
    """Whatever its token is said to be: who it becomes is another question."""
    desk.offers = [offer(actors=True)]

    with pytest.raises(UnacceptableTokenError):
        desk.ask(actor_token="guest", actor_token_type=ID)


# ---- guests ----------------------------------------------------------------------------


def test_a_guest_who_signs_in_keeps_the_id(desk: Desk) -> None:
    """Once the policies have allowed it, and not before."""
    desk.offers = [offer(guests_upgrade=True)]

    issued = desk.ask(**UPGRADE)

    assert issued.identity_id == "r:guest"
    assert "act" not in _said(issued.access_token)
    assert desk.upgraded == [("r:guest", "r:guest")]
    desk.decision = Decision(allowed=False, reason=Reason.NO_ALLOW)
    with pytest.raises(RefusedExchangeError):
        desk.ask(**UPGRADE)
    assert len(desk.upgraded) == 1


def test_an_upgrade_that_comes_too_late_gives_no_token(desk: Desk) -> None:
    """It is recorded as allowed, and without a token."""
    desk.offers = [offer(guests_upgrade=True)]
    desk.refused_at = "make"

    with pytest.raises(GatewayError):
        desk.ask(**UPGRADE)

    assert [token_id for _, token_id in desk.recorded] == [""]
