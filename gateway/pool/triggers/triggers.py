"""The triggers of pools: one method for each, values in and values out.

Blocks; call it in a thread, and never inside a transaction: a function may take seconds. A
pool that has no function for a trigger gets the default at once.

Reference: Amazon Cognito, "Customizing user pool workflows with Lambda triggers".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.model.user import User
from gateway.pool.errors import TriggerRefusedError, UnexpectedTriggerError
from gateway.pool.messenger import Notice
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, TriggerKind
from gateway.pool.triggers import answers, claims, events
from gateway.pool.triggers.answers import Answer
from gateway.pool.triggers.events import occasion
from gateway.pool.triggers.functions import FindFunction, no_function
from gateway.pool.triggers.rules import check_rules
from gateway.pool.triggers.values import (
    Caller,
    ConfirmationSource,
    MadeChallenge,
    MigratedUser,
    MigrationRequest,
    NextChallenge,
    Person,
    Round,
    SignUpAnswer,
    SignUpSource,
    TokenChanges,
    TokenRequest,
    Unknown,
    Wording,
)

_AS_ASKED: Final = SignUpAnswer()
_UNCHANGED: Final = TokenChanges()
_OWN_WORDING: Final = Wording()

# Where client credentials came in.
_CLIENTS_SINCE: Final = 3


class Triggers:
    """Asks the functions of pools.

    Every method raises `TriggerRefusedError` if a function says no, `UnexpectedTriggerError`
    if it cannot be called or takes too long, and `BadTriggerAnswerError` if what it answers
    means nothing: what was asked for is then not done.
    """

    def __init__(self, *, find: FindFunction = no_function) -> None:
        """Take what functions there are.

        Args:
            find: Knows them by their names in the gateway's settings.
        """
        self._find = find

    def has(self, pool: Pool, kind: TriggerKind) -> bool:
        """Whether a pool has a function for a trigger."""
        return kind in pool.settings.triggers.functions

    def pre_sign_up(
        self, pool: Pool, user: User, source: SignUpSource, caller: Caller
    ) -> SignUpAnswer:
        """Ask whether somebody may be made, and what need not be proven.

        Args:
            pool: The pool.
            user: As they will be.
            source: How they come to be.
            caller: Through whom.
        """
        kind = TriggerKind.PRE_SIGN_UP
        self._check(pool, kind, user, source, caller)
        if not self.has(pool, kind):
            return _AS_ASKED
        response = {
            "autoConfirmUser": False,
            "autoVerifyEmail": False,
            "autoVerifyPhone": False,
        }
        event = occasion(pool, user, caller).event(
            f"{kind}_{source}", events.pre_sign_up(user, caller), response
        )
        return answers.sign_up(self._ask(pool, kind, event))

    def post_confirmation(
        self, pool: Pool, user: User, source: ConfirmationSource, caller: Caller
    ) -> None:
        """Tell that somebody has confirmed the account, or a new password."""
        self._tell(pool, TriggerKind.POST_CONFIRMATION, user, source, caller)

    def pre_authentication(self, pool: Pool, person: Person, caller: Caller) -> None:
        """Ask whether somebody may try to sign in.

        Args:
            pool: The pool.
            person: Who; `Unknown` for a name that is nobody's.
            caller: Through whom; its `validation` is looked at.
        """
        kind = TriggerKind.PRE_AUTHENTICATION
        self._check(pool, kind, person, "Authentication", caller)
        if not self.has(pool, kind):
            return
        event = occasion(pool, person, caller).event(
            f"{kind}_Authentication", events.pre_authentication(person, caller), {}
        )
        self._ask(pool, kind, event)

    def post_authentication(
        self, pool: Pool, user: User, caller: Caller, *, new_device: bool = False
    ) -> None:
        """Tell that somebody has signed in; a function may still say no."""
        kind = TriggerKind.POST_AUTHENTICATION
        extra = {"newDeviceUsed": new_device}
        self._tell(pool, kind, user, "Authentication", caller, extra=extra)

    def define_challenge(
        self, pool: Pool, person: Person, rounds: Sequence[Round], caller: Caller
    ) -> NextChallenge:
        """Ask how a sign-in goes on that the application defines.

        Args:
            pool: The pool.
            person: Who signs in; `Unknown` for a name that is nobody's.
            rounds: The challenges that are over.
            caller: Through whom.

        Raises:
            UnexpectedTriggerError: The pool has no such function, so there is no answer.
        """
        request = {
            **events.challenge(person, caller),
            "session": events.session(rounds),
        }
        response = {
            "challengeName": None,
            "issueTokens": None,
            "failAuthentication": None,
        }
        kind = TriggerKind.DEFINE_CHALLENGE
        answer = self._ask_about_challenge(
            pool, kind, person, caller, request, response
        )
        return answers.next_challenge(answer)

    def create_challenge(
        self,
        pool: Pool,
        person: Person,
        rounds: Sequence[Round],
        caller: Caller,
        *,
        name: str,
    ) -> MadeChallenge:
        """Ask for a challenge of the application's own; the name is `CUSTOM_CHALLENGE`.

        Raises:
            UnexpectedTriggerError: The pool has no such function, so there is no answer.
        """
        request = {
            **events.challenge(person, caller),
            "challengeName": name,
            "session": events.session(rounds),
        }
        response = {
            "publicChallengeParameters": None,
            "privateChallengeParameters": None,
            "challengeMetadata": None,
        }
        kind = TriggerKind.CREATE_CHALLENGE
        answer = self._ask_about_challenge(
            pool, kind, person, caller, request, response
        )
        return answers.made_challenge(answer)

    def verify_challenge(
        self,
        pool: Pool,
        person: Person,
        private: Mapping[str, str],
        answer: str,
        caller: Caller,
    ) -> bool:
        """Return whether an answer is right.

        Args:
            pool: The pool.
            person: Who signs in.
            private: What `create_challenge` said of it.
            answer: As typed.
            caller: Through whom.

        Raises:
            UnexpectedTriggerError: The pool has no such function, so there is no answer.
        """
        request = {
            **events.challenge(person, caller),
            "privateChallengeParameters": dict(private),
            "challengeAnswer": answer,
        }
        kind = TriggerKind.VERIFY_CHALLENGE
        response = {"answerCorrect": None}
        said = self._ask_about_challenge(pool, kind, person, caller, request, response)
        return said.is_true("answerCorrect")

    def token_claims(
        self, pool: Pool, person: Person, asked: TokenRequest, caller: Caller
    ) -> TokenChanges:
        """Return what becomes of the tokens that are to be made.

        Args:
            pool: The pool.
            person: Whose they are; for client credentials, `Unknown("")`.
            asked: What they are made for.
            caller: Through whom.
        """
        kind = TriggerKind.TOKEN_CLAIMS
        version = pool.settings.triggers.claims_version
        of_client = not isinstance(person, User)
        if not self.has(pool, kind) or (of_client and version < _CLIENTS_SINCE):
            return _UNCHANGED
        event = occasion(pool, person, caller).event(
            f"TokenGeneration_{asked.source}",
            events.token_claims(person, asked, caller, version),
            claims.RESPONSES[version],
            version=version,
        )
        return claims.token_changes(
            self._ask(pool, kind, event),
            version=version,
            audiences=frozenset({caller.client_id, asked.resource}) - {""},
        )

    def migrate_user(
        self, pool: Pool, asked: MigrationRequest, caller: Caller
    ) -> MigratedUser | None:
        """Return somebody of another directory; `None` if there is nobody there either.

        A function that says no knows nobody: whoever asks is told nothing else than about
        other unknown names.
        """
        kind = TriggerKind.MIGRATE_USER
        if not self.has(pool, kind):
            return None
        response = {
            "userAttributes": None,
            "forceAliasCreation": None,
            "enableSMSMFA": None,
            "finalUserStatus": None,
            "messageAction": None,
            "desiredDeliveryMediums": None,
        }
        event = occasion(pool, Unknown(asked.username), caller).event(
            f"{kind}_{asked.source}", events.migration(asked, caller), response
        )
        try:
            return answers.migrated(self._ask(pool, kind, event))
        except TriggerRefusedError:
            return None

    def custom_message(self, pool: Pool, user: User, notice: Notice) -> Wording:
        """Return how a message is worded; empty texts are the pool's own business."""
        kind = TriggerKind.CUSTOM_MESSAGE
        source = events.MESSAGES.get(notice.kind)
        if source is None or not self.has(pool, kind):
            return _OWN_WORDING
        response = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
        caller = Caller(client_id=notice.client_id, metadata=notice.metadata)
        event = occasion(pool, user, caller).event(
            f"{kind}_{source}", events.message(user, notice), response
        )
        return answers.wording(self._ask(pool, kind, event))

    def custom_sender(self, pool: Pool, user: User, notice: Notice) -> bool:
        """Let a function send a message; return whether the pool has one for it."""
        is_email = notice.to.address is Address.EMAIL
        kind = TriggerKind.EMAIL_SENDER if is_email else TriggerKind.SMS_SENDER
        source = events.SENT.get(notice.kind)
        if source is None or not self.has(pool, kind):
            return False
        caller = Caller(client_id=notice.client_id, metadata=notice.metadata)
        event = occasion(pool, user, caller).event(
            f"{kind}_{source}", events.sending(user, notice), {}
        )
        # What it answers does not matter: it has sent the message, or raised.
        self._call(pool, kind, event)
        return True

    def _check(
        self, pool: Pool, kind: TriggerKind, person: Person, source: str, caller: Caller
    ) -> None:
        rules = pool.settings.triggers.rules.get(kind)
        if rules:
            check_rules(kind, rules, person, source, caller)

    def _tell(
        self,
        pool: Pool,
        kind: TriggerKind,
        user: User,
        source: str,
        caller: Caller,
        *,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        if not self.has(pool, kind):
            return
        request = {**events.about(user, caller), **(extra or {})}
        event = occasion(pool, user, caller).event(f"{kind}_{source}", request, {})
        self._call(pool, kind, event)

    def _ask_about_challenge(
        self,
        pool: Pool,
        kind: TriggerKind,
        person: Person,
        caller: Caller,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
    ) -> Answer:
        event = occasion(pool, person, caller).event(
            f"{kind}_Authentication", request, response
        )
        return self._ask(pool, kind, event)

    def _ask(self, pool: Pool, kind: TriggerKind, event: dict[str, Any]) -> Answer:
        return Answer.read(kind, self._call(pool, kind, event))

    def _call(self, pool: Pool, kind: TriggerKind, event: dict[str, Any]) -> object:
        name = pool.settings.triggers.functions.get(kind)
        if name is None:
            raise UnexpectedTriggerError(f"the pool {pool.id} has no {kind}")
        function = self._find(name)
        if function is None:
            raise UnexpectedTriggerError(f"{kind}: there is no function {name!r}")
        return function.call(kind, event)


# Of a gateway that has no functions.
NO_TRIGGERS: Final = Triggers()
