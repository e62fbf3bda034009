"""A password, or a device, proven without being sent.

The secret block that the client signs is the session itself: whoever answers with nothing
else is understood, on every gateway, and once. For names that are nobody's, and people
without a password, the numbers are made up, and the proof is always wrong.

Reference: Amazon Cognito, USER_SRP_AUTH and DEVICE_SRP_AUTH; `gateway.pool.srp`.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError, InvalidSessionError
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import Asked, Parameter, SrpProof

# Between the client's clock and ours, either way.
CLOCK_SKEW: Final = timedelta(minutes=5)

# `Tue Nov 3 04:05:06 UTC 2026`: English, whatever the server's language.
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_WORDS: Final = 6

_A: Final = "a"
_B: Final = "b"
_PUBLIC: Final = "public"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is to prove what.

    Attributes:
        group: The pool's part after `_`, or a device group's key.
        name: The internal user name, or a device's key.
        verifier: What is kept of the password, or made up.
    """

    group: str
    name: str
    verifier: srp.Verifier = field(repr=False)


class SrpProofs:
    """Asks for proofs by SRP, and checks them."""

    def __init__(self, *, sessions: Sessions) -> None:
        self._sessions = sessions

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User | None,
        journey: Journey,
        claim: Claim,
        *,
        a: int,
    ) -> Asked:
        """Return the server's half, to be signed.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who is signing in.
            journey: How far the sign-in has come, with what is asked now.
            claim: What is to be proven.
            a: The client's public number, from `public_number`.
        """
        challenge = srp.make_challenge(claim.verifier)
        kept = {
            _A: f"{a:x}",
            _B: f"{challenge.secret:x}",
            _PUBLIC: f"{challenge.public:x}",
        }
        journey = replace(journey, kept={**journey.kept, **kept})
        session = self._sessions.add(connection, visit, user, journey)
        return Asked(
            journey.asked,
            session,
            user,
            choices=journey.choices,
            parameters={
                Parameter.SALT.value: srp.padded(claim.verifier.salt).hex(),
                Parameter.SRP_B.value: srp.padded(challenge.public).hex(),
                Parameter.SECRET_BLOCK.value: _block_of(session),
                Parameter.USER_ID.value: claim.name,
            },
        )

    def is_right(
        self, visit: Visit, opened: OpenSession, answer: SrpProof, claim: Claim
    ) -> bool:
        """Whether the client has proven what it claims. Takes as long if it has not."""
        kept = opened.journey.kept
        challenge = srp.Challenge(int(kept[_PUBLIC], 16), int(kept[_B], 16))
        key = srp.session_key(challenge, claim.verifier, int(kept[_A], 16))
        expected = srp.proof(
            key,
            claim.group,
            claim.name,
            secret_block=opened.handle.encode(),
            timestamp=answer.timestamp.encode("utf-8", "replace").decode(),
        )
        given = _decoded(answer.signature)
        is_signed = hmac.compare_digest(expected, given)
        return is_signed and _is_timely(answer.timestamp, visit.now)


def public_number(text: str) -> int:
    """Return the client's public number from its hexadecimal digits.

    Raises:
        InvalidParameterError: It is none that a client may send.
    """
    try:
        return srp.parse_public(text)
    except srp.MalformedNumberError as error:
        problems = {"srp_a": AttributeProblem.WRONG_TYPE}
        raise InvalidParameterError(problems=problems) from error


def session_in(block: str, session: str) -> str:
    """Return the session that a secret block stands for.

    Args:
        block: As the client sends it back, in either alphabet of base64.
        session: The session that it sends beside it; empty for none.

    Raises:
        InvalidSessionError: They are not the same sign-in's.
    """
    handle = _decoded(block).decode("latin-1")
    if session and not hmac.compare_digest(
        handle.encode(), session.encode("utf-8", "replace")
    ):
        raise InvalidSessionError("the secret block is another sign-in's")
    return handle


def _block_of(session: str) -> str:
    return base64.b64encode(session.encode()).decode()


def _decoded(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    padding = "=" * (-len(standard) % 4)
    try:
        return base64.b64decode(standard + padding, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_timely(timestamp: str, now: datetime) -> bool:
    """Whether a client's timestamp is of the present, as its clock has it."""
    words = timestamp.split(" ")
    if len(words) != _WORDS or words[4] != "UTC" or words[1] not in _MONTHS:
        return False
    month = _MONTHS.index(words[1]) + 1
    try:
        said = datetime.strptime(
            f"{words[5]}-{month}-{words[2]} {words[3]}", "%Y-%m-%d %H:%M:%S"
        ).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(said - now) <= CLOCK_SKEW
