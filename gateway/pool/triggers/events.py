"""Amazon Cognito's events: what functions are called with.

Pure. Every event of a trigger has the same fields, so that a function written for Cognito
finds what it looks for.

Reference: Amazon Cognito, "Customizing user pool workflows with Lambda triggers".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from gateway.model.user import User
from gateway.pool.messenger import Notice
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.triggers.values import (
    Caller,
    Groups,
    MigrationRequest,
    Person,
    Round,
    TokenRequest,
)

# What stands for the code, the link and the name in a message's wording.
CODE: Final = "{####}"
LINK: Final = "{##Click Here##}"
USERNAME: Final = "{username}"

# Events of functions written for Cognito's own SDKs name one.
_SDK: Final = "aws-sdk-unknown-unknown"
_NO_CLIENT: Final = "CLIENT_ID_NOT_APPLICABLE"

# Messages that Cognito has, by how the end of `triggerSource` is spelled.
MESSAGES: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.SIGN_UP: "SignUp",
        NoticeKind.RESENT_CODE: "ResendCode",
        NoticeKind.INVITATION: "AdminCreateUser",
        NoticeKind.FORGOT_PASSWORD: "ForgotPassword",
        NoticeKind.UPDATE_ATTRIBUTE: "UpdateUserAttribute",
        NoticeKind.VERIFY_ATTRIBUTE: "VerifyUserAttribute",
        NoticeKind.SIGN_IN: "Authentication",
        NoticeKind.SECOND_FACTOR: "Authentication",
    }
)
# A custom sender gets one more.
SENT: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {**MESSAGES, NoticeKind.ACCOUNT_TAKE_OVER: "AccountTakeOverNotification"}
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is the same in every event about one thing that happens.

    Attributes:
        pool: Where.
        username: Whose.
        caller: Through whom.
    """

    pool: Pool
    username: str
    caller: Caller

    def event(
        self,
        source: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
        *,
        version: int = 1,
    ) -> dict[str, Any]:
        """Return the event, in Cognito's order."""
        return {
            "version": str(version),
            "triggerSource": source,
            "region": self.pool.id.partition("_")[0],
            "userPoolId": self.pool.id,
            "userName": self.username,
            "callerContext": {
                "awsSdkVersion": _SDK,
                "clientId": self.caller.client_id or _NO_CLIENT,
            },
            "request": dict(request),
            "response": dict(response),
        }


def occasion(pool: Pool, person: Person, caller: Caller) -> Occasion:
    """Return the occasion of something that somebody does."""
    return Occasion(pool, person.username, caller)


def attributes_of(person: Person) -> dict[str, str]:
    """Return what functions are told of a person; of somebody unknown, nothing."""
    if not isinstance(person, User):
        return {}
    return {
        "sub": person.sub,
        "cognito:user_status": person.status.value,
        **person.attributes,
    }


def about(person: Person, caller: Caller) -> dict[str, Any]:
    """Return the request that most triggers begin with."""
    return {
        "userAttributes": attributes_of(person),
        "clientMetadata": dict(caller.metadata),
    }


def pre_sign_up(user: User, caller: Caller) -> dict[str, Any]:
    """Return the request about somebody who is not there yet."""
    return {
        # As they were given: who has no `sub` yet has none here either.
        "userAttributes": dict(user.attributes),
        "validationData": dict(caller.validation),
        "clientMetadata": dict(caller.metadata),
    }


def pre_authentication(person: Person, caller: Caller) -> dict[str, Any]:
    """Return the request about somebody who wants to sign in."""
    return {
        "userAttributes": attributes_of(person),
        "validationData": dict(caller.validation),
        "userNotFound": not isinstance(person, User),
    }


def challenge(person: Person, caller: Caller) -> dict[str, Any]:
    """Return what each request about the application's own challenges begins with."""
    return {
        **about(person, caller),
        "userNotFound": not isinstance(person, User),
    }


def session(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Return the challenges of a sign-in so far."""
    return [
        {
            "challengeName": each.name,
            "challengeResult": each.passed,
            "challengeMetadata": each.metadata or None,
        }
        for each in rounds
    ]


def token_claims(
    person: Person, asked: TokenRequest, caller: Caller, version: int
) -> dict[str, Any]:
    """Return the request about tokens that are to be made."""
    request = {
        **about(person, caller),
        "groupConfiguration": _groups(asked.groups),
    }
    if version > 1:
        request["scopes"] = list(asked.scopes)
    return request


def _groups(groups: Groups) -> dict[str, Any]:
    return {
        "groupsToOverride": list(groups.names),
        "iamRolesToOverride": list(groups.roles),
        "preferredRole": groups.preferred_role or None,
    }


def migration(asked: MigrationRequest, caller: Caller) -> dict[str, Any]:
    """Return the request about somebody who may be in another directory."""
    return {
        "password": asked.password or None,
        "validationData": dict(caller.validation),
        "clientMetadata": dict(caller.metadata),
    }


def message(user: User, notice: Notice) -> dict[str, Any]:
    """Return the request for the wording of a message."""
    is_invitation = notice.kind is NoticeKind.INVITATION
    return {
        "userAttributes": attributes_of(user),
        "codeParameter": CODE,
        "linkParameter": LINK,
        "usernameParameter": USERNAME if is_invitation else None,
        "clientMetadata": dict(notice.metadata),
    }


def sending(user: User, notice: Notice) -> dict[str, Any]:
    """Return the request to send a message. Its code is as it is: see docs/triggers.md."""
    medium = "Email" if notice.to.address is Address.EMAIL else "SMS"
    return {
        "type": f"custom{medium}SenderRequestV1",
        "code": notice.code or None,
        "userAttributes": attributes_of(user),
        "clientMetadata": dict(notice.metadata),
    }
