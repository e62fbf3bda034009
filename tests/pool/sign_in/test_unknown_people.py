"""Nobody's name costs what somebody's does, and is answered alike: counted, not timed.

But for the message itself, which goes to nobody.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.messenger import SentCode
from gateway.pool.passwords.policy import PasswordPolicy
from gateway.pool.recovery import Recovery
from gateway.pool.settings import FirstFactor, PoolSettings, SignInSettings
from gateway.pool.sign_in.values import (
    Answer,
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    First,
    TypedCode,
    TypedPassword,
)
from gateway.pool.sign_up import SignUps
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, HOME, Desk
from tests.pool.sign_in.srp_client import SrpClient
from tests.pool.sign_in.work import Work, work_of

SETTINGS = PoolSettings(
    name="people",
    password=PasswordPolicy(history=2),
    sign_in=SignInSettings(
        first_factors=frozenset({FirstFactor.PASSWORD, FirstFactor.EMAIL_CODE})
    ),
)
WRONG = TypedPassword("wrong")
CODE = "000000"

# What to do next, with what came of the step before.
Step = Callable[["Hall", str, Any], object]


class Hall:
    """A pool with Ana, whom a client does not tell from nobody."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = Desk(house, SETTINGS)
        self.pool, self.client = self.desk.pool, self.desk.client
        self.recovery = Recovery(tools=house.tools)
        self.sign_ups = SignUps(tools=house.tools)
        self.ana = self.desk.person(**EMAIL)
        self.srp = SrpClient(self.pool.group, password="another")
        # What is swept at the first sign-in is nobody's affair.
        self.desk.outcome(lambda: self.desk.begin(WRONG, "somebody"))

    def unconfirmed(self) -> None:
        self.desk.change(self.ana, status=UserStatus.UNCONFIRMED)

    def works(self, name: str, steps: tuple[Step, ...]) -> Iterator[Work]:
        """Yield what each step costs, in the order of the steps."""
        before: Any = None
        for step in steps:
            work = work_of(self.house, partial(step, self, name, before))
            before = work.outcome
            yield work


def begin(first: First) -> Step:
    return lambda hall, name, _: hall.desk.begin(first, name)


def answer(said: Answer) -> Step:
    return lambda hall, _, asked: hall.desk.answer(asked, said)


def begin_srp(hall: Hall, name: str, _: Any) -> object:
    return hall.desk.begin(hall.srp.start, name)


def start_srp(hall: Hall, _: str, asked: Asked) -> object:
    return hall.desk.answer(asked, hall.srp.start)


def prove(hall: Hall, _: str, asked: Asked) -> object:
    return hall.desk.answer(asked, hall.srp.proof(asked, hall.house.now))


def forget(hall: Hall, name: str, _: Any) -> object:
    return hall.recovery.begin(hall.pool, hall.client, name, HOME)


def recover(hall: Hall, name: str, _: Any) -> object:
    return hall.recovery.confirm(
        hall.pool,
        hall.client,
        name,
        code=CODE,
        password="Another horse 2!",
        context=HOME,
    )


def resend(hall: Hall, name: str, _: Any) -> object:
    hall.unconfirmed()
    return hall.sign_ups.resend(hall.pool, name)


def confirm(hall: Hall, name: str, _: Any) -> object:
    hall.unconfirmed()
    return hall.sign_ups.confirm(hall.pool, name, CODE)


STORIES: dict[str, tuple[Step, ...]] = {
    "password": (begin(WRONG), begin(WRONG)),
    "srp": (begin_srp, prove),
    "choice, password": (
        begin(Choice()),
        answer(ChosenFactor(ChallengeName.PASSWORD)),
        answer(WRONG),
    ),
    "choice, password along": (begin(Choice()), answer(WRONG)),
    "choice, srp": (begin(Choice()), start_srp, prove),
    "choice, code": (
        begin(Choice()),
        answer(ChosenFactor(ChallengeName.EMAIL_CODE)),
        answer(TypedCode("0" * 8)),
    ),
    "preferred": (begin(Choice(ChallengeName.EMAIL_CODE)),),
    "forgotten": (forget, recover, recover),
    "forgotten, without a code": (recover,),
    "resent": (resend, confirm, confirm),
    "confirmed without a code": (confirm,),
}


def cost(work: Work) -> dict[str, object]:
    """Return what is done, whichever table keeps a code."""
    kept = {each.replace("pool_code", "pool_spending"): 0 for each in work.statements}
    for each, count in work.statements.items():
        kept[each.replace("pool_code", "pool_spending")] += count
    return {
        "hashes": work.hashes,
        "powers": work.powers,
        "transactions": work.transactions,
        **kept,
    }


def shape(outcome: object) -> object:
    """Return what can be seen of an answer, but for what is different each time."""
    match outcome:
        case Asked():
            return (
                outcome.name,
                len(outcome.session),
                outcome.choices,
                outcome.attributes,
                outcome.sent and shape(outcome.sent),
                sorted(outcome.parameters),
            )
        case SentCode():
            return outcome.address, bool(outcome.destination)
        case GatewayError():
            return type(outcome), outcome.code, outcome.public, outcome.detail
        case _:
            raise AssertionError(outcome)


@pytest.mark.parametrize("story", STORIES)
def test_nobodys_name_is_as_much_work_as_somebodys(house: House, story: str) -> None:
    """The same calls of the hash, the same powers, the same statements; the same look."""
    hall = Hall(house)
    known = list(hall.works("ana", STORIES[story]))
    unknown = list(hall.works("nobody", STORIES[story]))

    assert [cost(each) for each in unknown] == [cost(each) for each in known]
    assert [shape(each.outcome) for each in unknown] == [
        shape(each.outcome) for each in known
    ]
    assert sum(each.messages for each in unknown) == 0


def test_the_work_is_seen(house: House) -> None:
    """Else nothing would be compared."""
    hall = Hall(house)

    typed, _ = hall.works("ana", STORIES["password"])
    _, proven = hall.works("ana", STORIES["srp"])
    sent, _, _ = hall.works("ana", STORIES["forgotten"])

    assert (typed.hashes, typed.powers) == (1, 0)
    assert (proven.hashes, proven.powers) == (0, 2)
    assert typed.statements["SELECT pool_secret"] == 1
    assert sent.statements["INSERT pool_code"] == sent.messages == 1
