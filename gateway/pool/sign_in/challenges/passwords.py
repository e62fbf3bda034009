"""A password as a factor of a sign-in: typed, or proven by SRP."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import NotAuthorizedError
from gateway.pool.migration import Migration
from gateway.pool.sign_in.challenges.srp_proofs import (
    Claim,
    SrpProofs,
    public_number,
)
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    SrpProof,
    SrpStart,
    TypedPassword,
)
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import MigrationRequest, MigrationSource
from gateway.storage.pools.secrets import AllSecrets, UserSecrets


class PasswordFactor:
    """Proves people by their passwords, and goes on."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        proof: PasswordProof,
        progress: Progress,
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._proof = proof
        self._progress = progress
        self._srp = SrpProofs(sessions=sessions)
        self._migration = Migration(tools)

    def begin(
        self, visit: Visit, user: User | None, journey: Journey, typed: TypedPassword
    ) -> Next:
        """Return what comes after a password that begins a sign-in.

        Raises:
            NotAuthorizedError: It proves nobody.
            AttemptsExceededError: There were too many tries.
            BusyHashingError: Too many passwords are being checked.
            TriggerError: Another directory did not answer.
        """
        proven = self._prove(visit, user, journey.name, typed.password)
        return self._progress.set_out(visit, proven.sub, journey.proven("pwd"))

    def answer(self, visit: Visit, opened: OpenSession, typed: TypedPassword) -> Next:
        """Return what comes next, if it is the password.

        Raises:
            NotAuthorizedError: It proves nobody; the session may be used again.
            AttemptsExceededError: There were too many tries.
            InvalidSessionError: Another answer was quicker.
            BusyHashingError: Too many passwords are being checked.
            TriggerError: Another directory did not answer.
        """
        journey = opened.journey
        try:
            proven = self._prove(visit, opened.user, journey.name, typed.password)
        except NotAuthorizedError:
            self._progress.miss(visit, opened)
            raise
        return self._progress.advance(
            visit, opened, lambda journey: journey.proven("pwd"), sub=proven.sub
        )

    def begin_proof(
        self, visit: Visit, user: User | None, journey: Journey, start: SrpStart
    ) -> Asked:
        """Return the server's half of a proof by SRP that begins a sign-in.

        Raises:
            InvalidParameterError: The client's half is none.
        """
        a = public_number(start.a)
        return self._tools.database.write(
            lambda connection: self.ask_for_proof(connection, visit, user, journey, a=a)
        )

    def ask_for_proof(
        self,
        connection: Connection,
        visit: Visit,
        user: User | None,
        journey: Journey,
        *,
        a: int,
    ) -> Asked:
        """Return the server's half of a proof by SRP.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who is signing in.
            journey: How far the sign-in has come.
            a: The client's half.
        """
        journey = replace(journey, asked=ChallengeName.PASSWORD_VERIFIER, kept={})
        claim, _ = self._claim(connection, visit, user, journey)
        return self._srp.ask(connection, visit, user, journey, claim, a=a)

    def answer_proof(self, visit: Visit, opened: OpenSession, answer: SrpProof) -> Next:
        """Return what comes next, if the proof is right. The session is used up anyway.

        Raises:
            NotAuthorizedError: It proves nobody.
            AttemptsExceededError: There were too many tries.
            InvalidSessionError: Another answer was quicker.
        """
        if self.proves(visit, opened, answer):
            return self._progress.advance(
                visit, opened, lambda journey: journey.proven("pwd")
            )
        self._tools.database.write(
            lambda connection: self._sessions.use(connection, opened)
        )
        raise NotAuthorizedError("unknown name, or wrong password")

    def proves(self, visit: Visit, opened: OpenSession, answer: SrpProof) -> bool:
        """Whether a proof by SRP is right. It is counted; the session stays as it is.

        Raises:
            AttemptsExceededError: There were too many tries.
            InvalidSessionError: Something else was asked.
        """
        opened.check(ChallengeName.PASSWORD_VERIFIER)
        user, journey = opened.user, opened.journey
        tries = self._tools.tries
        attempt = tries.begin(visit.pool, journey.name, visit.context.address)
        with self._tools.database.reading() as connection:
            claim, secrets = self._claim(connection, visit, user, journey)
        is_right = self._srp.is_right(visit, opened, answer, claim)
        if is_right and _is_good(visit, secrets):
            tries.succeed(attempt)
            return True
        return False

    def _prove(self, visit: Visit, user: User | None, name: str, password: str) -> User:
        pool, address = visit.pool, visit.context.address
        if user is not None or not self._migration.is_on(pool):
            return self._proof.prove(pool, name, password, address=address)
        attempt = self._tools.tries.begin(pool, name, address)
        asked = MigrationRequest(MigrationSource.SIGN_IN, name, password)
        found = self._migration.bring(pool, asked, visit.context.caller(visit.client))
        if found is None:
            # As long as for somebody whose password is wrong.
            self._tools.passwords.verify(None, password)
            raise NotAuthorizedError("unknown here, and elsewhere")
        self._tools.tries.succeed(attempt)
        return found

    def _claim(
        self, connection: Connection, visit: Visit, user: User | None, journey: Journey
    ) -> tuple[Claim, UserSecrets]:
        """Return what is to be proven, and what is kept of whoever is to prove it."""
        pool, decoys = visit.pool, self._tools.decoys
        made_up = decoys.verifier(pool, journey.name)
        # Looked for either way: it takes as long for somebody whom nobody knows.
        sub = "" if user is None else user.sub
        secrets = AllSecrets(connection).find(pool.id, sub)
        if user is None:
            name = decoys.user_id(pool, journey.name)
            return Claim(pool.group, name, made_up), secrets
        kept = self._tools.credentials.verifier(pool, user, secrets)
        return Claim(pool.group, user.username, kept or made_up), secrets


def _is_good(visit: Visit, secrets: UserSecrets) -> bool:
    """Whether there is a password, and the time of one that was given is not over."""
    until = secrets.temporary_until
    return secrets.srp_verifier is not None and (until is None or until > visit.now)
