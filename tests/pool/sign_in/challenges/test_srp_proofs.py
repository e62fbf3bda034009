"""The server's half of a proof by SRP."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError, InvalidSessionError
from gateway.pool.sign_in.challenges.srp_proofs import (
    CLOCK_SKEW,
    public_number,
    session_in,
)
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Parameter,
    SignedIn,
    SrpProof,
)
from tests.pool.house import NOON, House
from tests.pool.sign_in.desk import Desk
from tests.pool.sign_in.srp_client import SrpClient, timestamp_of, url_safe


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house)
    desk.person()
    return desk


@pytest.fixture
def client(desk: Desk) -> SrpClient:
    return SrpClient(desk.pool.group)


def succeeds(desk: Desk, proof: SrpProof, session: str = "") -> bool:
    return desk.outcome(lambda: desk.answer(session, proof)) is None


def test_the_secret_block_stands_for_the_session(desk: Desk, client: SrpClient) -> None:
    """In either alphabet, with the session beside it or without; once."""
    for session in (True, False):
        for form in (url_safe, replace):
            asked = desk.asked(client.start)
            proof = form(client.proof(asked, NOON))
            handle = asked.session if session else ""
            assert succeeds(desk, proof, handle)
            assert not succeeds(desk, proof, handle)


def test_a_secret_block_of_another_sign_in_is_none(
    desk: Desk, client: SrpClient
) -> None:
    one, two = desk.asked(client.start), desk.asked(client.start)

    with pytest.raises(InvalidSessionError):
        desk.answer(one, client.proof(two, NOON))
    assert isinstance(desk.answer(one, client.proof(one, NOON)), SignedIn)


@pytest.mark.parametrize(
    "block", ["", "?", "====", "\ud800", "x" * 20_000, "YWJj", "\N{SNOWMAN}"]
)
def test_what_was_never_handed_out_is_no_secret_block(
    desk: Desk, client: SrpClient, block: str
) -> None:
    asked = desk.asked(client.start)
    proof = replace(client.proof(asked, NOON), secret_block=block)

    for session in ("", asked.session, "\ud800"):
        with pytest.raises(InvalidSessionError):
            desk.answer(session, proof)


def test_a_session_is_what_is_in_the_block() -> None:
    block = base64.b64encode(b"handle").decode()

    assert session_in(block, "") == session_in(block, "handle") == "handle"


@pytest.mark.parametrize(
    ("offset", "is_timely"),
    [
        (timedelta(), True),
        (CLOCK_SKEW, True),
        (-CLOCK_SKEW, True),
        (CLOCK_SKEW + timedelta(seconds=1), False),
        (-CLOCK_SKEW - timedelta(seconds=1), False),
        (timedelta(days=365), False),
    ],
)
def test_a_proof_is_of_the_present(
    desk: Desk, client: SrpClient, offset: timedelta, *, is_timely: bool
) -> None:
    """As two clocks have it that may disagree a little."""
    asked = desk.asked(client.start)

    assert succeeds(desk, client.proof(asked, NOON + offset)) is is_timely


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "Mon May 4 12:00:00 CET 2026",
        "Mon Mai 4 12:00:00 UTC 2026",
        "Mon May 44 12:00:00 UTC 2026",
        "2026-05-04T12:00:00Z",
        "Mon May 4 12:00:00 UTC 2026 ",
    ],
)
def test_a_timestamp_has_one_form(
    desk: Desk, client: SrpClient, timestamp: str
) -> None:
    """Though it was signed."""
    asked = desk.asked(client.start)

    assert not succeeds(desk, signed(client, asked, timestamp))


def test_a_day_is_written_without_a_zero_in_front(
    desk: Desk, client: SrpClient
) -> None:
    """Clients that write one are understood too."""
    for timestamp in ("Mon May 4 12:00:00 UTC 2026", "Mon May 04 12:00:00 UTC 2026"):
        asked = desk.asked(client.start)
        assert succeeds(desk, signed(client, asked, timestamp))
    assert timestamp_of(NOON) == "Mon May 4 12:00:00 UTC 2026"


def signed(client: SrpClient, asked: Asked, timestamp: str) -> SrpProof:
    said = asked.parameters
    return client.proof_of(
        salt=int(said[Parameter.SALT], 16),
        public=int(said[Parameter.SRP_B], 16),
        block=said[Parameter.SECRET_BLOCK],
        name=said[Parameter.USER_ID],
        timestamp=timestamp,
    )


@pytest.mark.parametrize("odd", ["\ud800", "\N{SNOWMAN}", "!!", ""])
def test_a_signature_may_be_anything(desk: Desk, client: SrpClient, odd: str) -> None:
    asked = desk.asked(client.start)
    proof = client.proof(asked, NOON)

    assert not succeeds(desk, replace(proof, signature=odd))
    asked = desk.asked(client.start)
    proof = client.proof(asked, NOON)
    assert not succeeds(desk, replace(proof, timestamp=odd))


def test_a_number_that_is_none_of_the_group_is_refused() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        public_number("0")
    assert caught.value.problems == {"srp_a": AttributeProblem.WRONG_TYPE}


def test_numbers_are_written_as_clients_read_them(
    desk: Desk, client: SrpClient
) -> None:
    """In hexadecimal digits, an even number of them."""
    asked = desk.asked(client.start)

    assert asked.name is ChallengeName.PASSWORD_VERIFIER
    for name in (Parameter.SALT, Parameter.SRP_B):
        assert bytes.fromhex(asked.parameters[name])
