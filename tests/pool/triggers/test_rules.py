"""Conditions in place of a function."""

import pytest

from gateway.cel.errors import CompileError
from gateway.pool.errors import TriggerRefusedError, UnexpectedTriggerError
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    PoolSettings,
    TriggerKind,
    TriggerRule,
    TriggerSettings,
)
from gateway.pool.triggers.rules import RULED, check_rules, compile_rule
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import Caller, SignUpSource, Unknown
from tests.pool.triggers.recorder import ANA, CALLER, NOON

SIGN_UP, SIGN_IN = RULED


def check(expression: str, kind: TriggerKind = SIGN_IN) -> None:
    rules = [TriggerRule("true"), TriggerRule(expression, "not today")]
    check_rules(kind, rules, ANA, "Authentication", CALLER)


@pytest.mark.parametrize(
    "true",
    [
        "user.username == 'ana' && user.status == 'CONFIRMED' && user.found",
        "email_domain(user.attributes['email']) == 'example.com'",
        "client == 'cccccccccccccccccccccccccc'",
        "source == 'Authentication'",
        "in_cidr(address, ['192.0.2.0/24'])",
        "validation['captcha'] == 'ok' && metadata['shop'] == '1'",
    ],
)
def test_a_condition_knows_who_asks_for_what(true: str) -> None:
    """What is true lets pass, and its opposite does not."""
    check(true)

    with pytest.raises(TriggerRefusedError) as caught:
        check(f"!({true})")
    assert caught.value.message == "not today"
    assert caught.value.trigger == "PreAuthentication"


def test_who_signs_up_is_not_there_yet() -> None:
    """Nor has a status."""
    check("!user.found && user.status == ''", SIGN_UP)
    unknown = [TriggerRule("!user.found && size(user.attributes) == 0")]
    check_rules(SIGN_IN, unknown, Unknown("zoe"), "Authentication", Caller())


def test_what_cannot_be_evaluated_refuses() -> None:
    """What is not known to be allowed is not."""
    with pytest.raises(TriggerRefusedError, match="evaluated") as caught:
        check("user.attributes['custom:tier'] == 'gold'")

    assert caught.value.message == "not today"


@pytest.mark.parametrize(
    "odd",
    ["user.nme == 'ana'", "client", "claims.sub == 'a'", "1 +", "user.status < 1"],
)
def test_a_condition_is_checked_when_it_is_read(odd: str) -> None:
    """Its names, its types, and that it is true or false."""
    with pytest.raises(CompileError):
        compile_rule(odd)
    with pytest.raises(UnexpectedTriggerError):
        check(odd)


def test_a_pool_checks_its_conditions_before_it_asks_a_function() -> None:
    """Each trigger its own."""
    settings = TriggerSettings(
        functions={SIGN_UP: "nowhere", SIGN_IN: "nowhere"},
        rules={
            SIGN_UP: (TriggerRule("source == 'AdminCreateUser'", "by invitation"),),
            SIGN_IN: (TriggerRule("false", "closed"),),
        },
    )
    pool = Pool(ANA.pool_id, PoolSettings(name="people", triggers=settings), NOON)
    triggers = Triggers()

    with pytest.raises(TriggerRefusedError, match="not met") as refused:
        triggers.pre_sign_up(pool, ANA, SignUpSource.SIGN_UP, CALLER)
    with pytest.raises(TriggerRefusedError, match="not met") as closed:
        triggers.pre_authentication(pool, ANA, CALLER)
    with pytest.raises(UnexpectedTriggerError):
        triggers.pre_sign_up(pool, ANA, SignUpSource.ADMINISTRATOR, CALLER)

    assert refused.value.message == "by invitation"
    assert closed.value.message == "closed"
