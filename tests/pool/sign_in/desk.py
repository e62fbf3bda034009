"""A pool with a client and people in it, and a desk where they sign in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.pool.factors.devices import Devices
from gateway.pool.factors.passkeys import PasskeyCeremonies
from gateway.pool.factors.preferences import FactorPreferences, Wish
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Totp
from gateway.pool.names import search_of
from gateway.pool.settings import (
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.sign_in.assembly import Factors, sign_ins
from gateway.pool.sign_in.sessions import Sessions
from gateway.pool.sign_in.values import (
    Answer,
    Asked,
    Context,
    First,
    SignedIn,
    TypedPassword,
)
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.factors.authenticator import ORIGIN
from tests.pool.house import PASSWORD, House
from tests.pool.triggers.recorder import Recorder, triggers_of

HOME = Context("192.0.2.7")
RIGHT = TypedPassword(PASSWORD)
EMAIL = {"email": "ana@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+4930123456", "phone_number_verified": "true"}
TOTP = SecondFactor.TOTP
MAIL = SecondFactor.EMAIL_CODE
SMS = SecondFactor.SMS_CODE


class Quiet:
    """Takes messages that no test looks at."""

    def debug(self, event: str, **fields: Any) -> None:
        pass

    info = warning = error = exception = debug


def factors_of(house: House) -> Factors:
    """Return what people of a house prove themselves with."""
    database, clock = house.database, house.clock
    return Factors(
        totp=Totp(database=database, seal=house.seal, tries=house.tries, clock=clock),
        passkeys=PasskeyCeremonies(
            database=database, public_url=ORIGIN, logger=Quiet(), clock=clock
        ),
        recovery_codes=RecoveryCodes(
            database=database, secret=bytes(range(32)), tries=house.tries
        ),
        devices=Devices(
            database=database,
            seal=house.seal,
            secret=bytes(range(32)),
            cursors=house.cursors,
            clock=clock,
        ),
        preferences=FactorPreferences(database=database),
    )


class Desk:
    """Where people sign in."""

    def __init__(self, house: House, settings: PoolSettings | None = None) -> None:
        self.house = house
        self.pool = house.pool(settings)
        self.client = Client(id="a" * 26, pool_id=self.pool.id, name="app")
        self.open()

    def open(self) -> None:
        """Put everything together, as a gateway does that starts."""
        house = self.house
        self.sessions = Sessions(sealer=house.seal)
        self.tools = house.tools
        self.factors = factors_of(house)
        self.sign_ins = sign_ins(self.tools, self.factors)

    def person(
        self, name: str = "ana", password: str = PASSWORD, /, **attributes: str
    ) -> User:
        """Make somebody with a password."""
        user = self.house.person(self.pool, name, **attributes)
        made = self.house.credentials.make(
            self.pool, user, password, before=UserSecrets(), now=self.house.now
        )
        with self.house.database.writing() as connection:
            AllSecrets(connection).keep(self.pool.id, user.sub, made)
        return user

    def change(self, user: User, **changes: Any) -> User:
        """Let somebody be like this from now on."""
        changed = replace(user, **changes)
        with self.house.database.writing() as connection:
            search = search_of(changed, self.pool.settings.sign_in)
            Users(connection).change(changed, search=search)
        return changed

    def change_secrets(self, user: User, **changes: Any) -> None:
        """Let this prove somebody from now on."""
        with self.house.database.writing() as connection:
            kept = AllSecrets(connection)
            secrets = replace(kept.find(user.pool_id, user.sub), **changes)
            kept.keep(user.pool_id, user.sub, secrets)

    def prefer(
        self, user: User, *on: SecondFactor, first: SecondFactor | None = None
    ) -> None:
        """Switch second factors on."""
        wishes = {each: Wish(is_on=True, is_preferred=each is first) for each in on}
        self.factors.preferences.set(self.pool, user, wishes)

    def begin(
        self, first: First = RIGHT, name: str = "ana", context: Context = HOME
    ) -> Asked | SignedIn:
        return self.sign_ins.begin(self.pool, self.client, name, first, context)

    def asked(
        self, first: First = RIGHT, name: str = "ana", context: Context = HOME
    ) -> Asked:
        """Begin a sign-in that is not over yet."""
        asked = self.begin(first, name, context)
        assert isinstance(asked, Asked)
        return asked

    def answer(
        self, asked: Asked | str, answer: Answer, context: Context = HOME
    ) -> Asked | SignedIn:
        session = asked if isinstance(asked, str) else asked.session
        return self.sign_ins.answer(self.pool, self.client, session, answer, context)

    def asked_then(
        self, asked: Asked | str, answer: Answer, context: Context = HOME
    ) -> Asked:
        """Answer, and be asked something else."""
        then = self.answer(asked, answer, context)
        assert isinstance(then, Asked)
        return then

    def signed_in(
        self, asked: Asked | str, answer: Answer, context: Context = HOME
    ) -> SignedIn:
        """Answer, and be let in."""
        signed_in = self.answer(asked, answer, context)
        assert isinstance(signed_in, SignedIn)
        return signed_in

    def outcome(self, attempt: Callable[[], object]) -> type[GatewayError] | None:
        """Return which error an attempt ends with; `None` for none."""
        try:
            attempt()
        except GatewayError as error:
            return type(error)
        return None


def with_mfa(mode: MfaMode, *kinds: SecondFactor, **settings: Any) -> PoolSettings:
    """Return the settings of a pool with second factors."""
    mfa = MfaSettings(mode, frozenset(kinds))
    return PoolSettings(name="people", mfa=mfa, **settings)


def asking(*kinds: TriggerKind, **settings: Any) -> PoolSettings:
    """Return the settings of a pool that asks the function `it`."""
    triggers = TriggerSettings(functions=dict.fromkeys(kinds, "it"))
    return PoolSettings(name="people", triggers=triggers, **settings)


def told(house: House, respond: Callable[[Any], object] | None = None) -> Recorder:
    """Return the function `it` of a house's pools, which remembers what it was told."""
    recorder = Recorder(respond)
    house.triggers = triggers_of(recorder)
    return recorder


def wrong(code: str) -> str:
    """Return another code than this."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
