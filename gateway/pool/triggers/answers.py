"""What functions answer, read: every field that means nothing is a failure.

An answer is the whole event with its `response` filled in, as a Lambda function returns it.
What is left out, or null, is what it was before.

Reference: Amazon Cognito, "Customizing user pool workflows with Lambda triggers".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.values import (
    MadeChallenge,
    MigratedUser,
    NextChallenge,
    SignUpAnswer,
    Wording,
)

_MEDIA: Final = frozenset({"EMAIL", "SMS"})


class Answer:
    """The fields of an answer, or of a part of one."""

    def __init__(self, kind: TriggerKind, fields: Mapping[str, Any]) -> None:
        self._kind = kind
        self._fields = fields

    @classmethod
    def read(cls, kind: TriggerKind, answer: object) -> "Answer":
        """Return the `response` of an event that came back.

        Raises:
            BadTriggerAnswerError: There is none.
        """
        if not isinstance(answer, Mapping):
            raise BadTriggerAnswerError(f"{kind}: the answer is no object")
        response = answer.get("response")
        if not isinstance(response, Mapping):
            raise BadTriggerAnswerError(f"{kind}: the answer has no `response`")
        return cls(kind, response)

    def is_true(self, name: str) -> bool:
        """Return a field that is true, false or left out."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, bool):
            self._refuse(name, "true or false")
        return bool(value)

    def text(self, name: str) -> str:
        """Return a text; empty if it is left out."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            self._refuse(name, "text")
        return value or ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty if it is left out."""
        value = self._fields.get(name) or ()
        if (
            isinstance(value, str)
            or not isinstance(value, Sequence)
            or not all(isinstance(each, str) for each in value)
        ):
            self._refuse(name, "a list of texts")
        return tuple(value)

    def map(self, name: str) -> Mapping[str, Any]:
        """Return an object; empty if it is left out."""
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
            self._refuse(name, "an object")
        return value

    def text_map(self, name: str) -> Mapping[str, str]:
        """Return an object of texts; empty if it is left out. Nulls are left out too."""
        value = {k: v for k, v in self.map(name).items() if v is not None}
        if not all(isinstance(each, str) for each in value.values()):
            self._refuse(name, "an object of texts")
        return value

    def part(self, name: str) -> "Answer":
        """Return an object as an answer of its own; empty if it is left out."""
        return Answer(self._kind, self.map(name))

    def has(self, name: str) -> bool:
        """Whether a field says anything."""
        return self._fields.get(name) is not None

    def _refuse(self, name: str, meant: str) -> NoReturn:
        raise BadTriggerAnswerError(f"{self._kind}: `{name}` is not {meant}")


def sign_up(answer: Answer) -> SignUpAnswer:
    """Return what is taken for granted of somebody new."""
    return SignUpAnswer(
        confirm=answer.is_true("autoConfirmUser"),
        verify_email=answer.is_true("autoVerifyEmail"),
        verify_phone=answer.is_true("autoVerifyPhone"),
    )


def next_challenge(answer: Answer) -> NextChallenge:
    """Return how a sign-in goes on."""
    found = NextChallenge(
        name=answer.text("challengeName"),
        issue_tokens=answer.is_true("issueTokens"),
        fail=answer.is_true("failAuthentication"),
    )
    if not found.fail and not found.issue_tokens and not found.name:
        raise BadTriggerAnswerError("a sign-in neither goes on nor ends")
    if found.fail and found.issue_tokens:
        raise BadTriggerAnswerError("a sign-in fails and succeeds at once")
    return found


def made_challenge(answer: Answer) -> MadeChallenge:
    """Return a challenge of the application's own."""
    return MadeChallenge(
        public=answer.text_map("publicChallengeParameters"),
        private=answer.text_map("privateChallengeParameters"),
        metadata=answer.text("challengeMetadata"),
    )


def migrated(answer: Answer) -> MigratedUser | None:
    """Return who was found in another directory; `None` if nobody was."""
    attributes = answer.text_map("userAttributes")
    if not attributes:
        return None
    media = answer.texts("desiredDeliveryMediums")
    if not _MEDIA.issuperset(media):
        raise BadTriggerAnswerError("`desiredDeliveryMediums` names others than two")
    return MigratedUser(
        attributes=attributes,
        confirmed=answer.text("finalUserStatus") == "CONFIRMED",
        sends_invitation=answer.text("messageAction") != "SUPPRESS",
        media=media,
        takes_over=answer.is_true("forceAliasCreation"),
    )


def wording(answer: Answer) -> Wording:
    """Return how a message is worded."""
    return Wording(
        sms=answer.text("smsMessage"),
        email=answer.text("emailMessage"),
        subject=answer.text("emailSubject"),
    )
