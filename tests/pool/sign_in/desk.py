"""A pool with a client and somebody in it, and a desk where people sign in."""

from dataclasses import replace
from typing import Any

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.names import search_of
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.assembly import sign_ins
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
from tests.pool.house import PASSWORD, House

HOME = Context("192.0.2.7")
RIGHT = TypedPassword(PASSWORD)


class Desk:
    """Where people sign in."""

    def __init__(self, house: House, settings: PoolSettings | None = None) -> None:
        self.house = house
        self.pool = house.pool(settings)
        self.client = Client(id="a" * 26, pool_id=self.pool.id, name="app")
        self.sessions = Sessions(sealer=house.seal)
        self.tools = house.tools
        self.sign_ins = sign_ins(self.tools)

    def person(
        self, name: str = "ana", password: str = PASSWORD, **attributes: str
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


__all__ = ["HOME", "RIGHT", "Desk"]
