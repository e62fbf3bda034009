"""Somebody new: the profile that comes of a name and attributes.

Whoever they come from (the person, an administrator, a file), the same names and values are
taken. What differs is who may say that an address is proven.

Reference: Amazon Cognito, SignUp, AdminCreateUser ("user pool sign-in attributes").
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.rights import may_write
from gateway.pool.attributes.schema import VERIFIED, AttributeProblem
from gateway.pool.errors import InvalidParameterError
from gateway.pool.names import (
    USERNAME,
    is_username,
    looks_like_alias,
    typed_address,
)
from gateway.pool.pool import Pool
from gateway.pool.settings import Alias
from gateway.pool.triggers.values import SignUpAnswer


def new_user(
    pool: Pool,
    username: str,
    attributes: Mapping[str, str],
    *,
    status: UserStatus,
    now: datetime,
) -> User:
    """Return the profile of somebody new, who is nowhere kept yet.

    Args:
        pool: The pool.
        username: A name; an address, where addresses stand in for names.
        attributes: By name; empty ones are left out.
        status: Where the person stands. Who has to confirm says nothing of what is proven.
        now: The time.

    Raises:
        InvalidParameterError: The name or an attribute is none, or one is missing.
    """
    by_administrator = status is not UserStatus.UNCONFIRMED
    settings = pool.settings.sign_in
    sub = str(uuid4())
    known = {name: value for name, value in attributes.items() if value}
    if settings.addresses:
        address = typed_address(username, settings)
        if address is None:
            raise InvalidParameterError(
                problems={USERNAME: AttributeProblem.WRONG_TYPE}
            )
        known[address] = username
        username = sub
    elif not is_username(username) or looks_like_alias(username, settings):
        raise InvalidParameterError(problems={USERNAME: AttributeProblem.WRONG_TYPE})
    problems = _problems(pool, known, by_administrator=by_administrator)
    if problems:
        raise InvalidParameterError(problems=problems)
    unproven = {proof: "false" for name, proof in VERIFIED.items() if name in known}
    return User(
        pool_id=pool.id,
        sub=sub,
        username=username,
        status=status,
        enabled=True,
        attributes=unproven | known,
        created_at=now,
        updated_at=now,
    )


def check_rights(pool: Pool, client: Client, names: Iterable[str]) -> None:
    """Refuse what a client may not write; what nobody can sign up without, it may.

    Raises:
        InvalidParameterError: There is something of the kind.
    """
    needed = {*pool.settings.schema.missing({}), *pool.settings.sign_up.verified}
    refused = [
        name for name in names if name not in needed and not may_write(client, name)
    ]
    if refused:
        reserved = dict.fromkeys(refused, AttributeProblem.RESERVED)
        raise InvalidParameterError(problems=reserved)


def as_answered(user: User, answer: SignUpAnswer) -> User:
    """Return somebody new with what the pool's function takes for granted of them.

    What somebody has not given cannot be proven, whatever the function says.
    """
    proven = {
        VERIFIED[address]: "true"
        for address, is_proven in (
            ("email", answer.verify_email),
            ("phone_number", answer.verify_phone),
        )
        if is_proven and address in user.attributes
    }
    return replace(
        user,
        status=UserStatus.CONFIRMED if answer.confirm else user.status,
        attributes={**user.attributes, **proven},
    )


def _problems(
    pool: Pool, known: Mapping[str, str], *, by_administrator: bool
) -> dict[str, AttributeProblem]:
    schema = pool.settings.schema
    problems = dict(schema.problems(known, by_administrator=by_administrator))
    for name in schema.missing(known):
        problems[name] = AttributeProblem.MISSING
    for name, proof in VERIFIED.items():
        if known.get(proof) == "true" and name not in known:
            problems[name] = AttributeProblem.MISSING
    if (
        not by_administrator
        and Alias.PREFERRED_USERNAME in pool.settings.sign_in.aliases & known.keys()
    ):
        # It would lead to somebody who has proven nothing yet.
        problems[Alias.PREFERRED_USERNAME] = AttributeProblem.RESERVED
    return problems
