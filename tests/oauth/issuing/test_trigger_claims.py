"""What a pool's trigger has tokens claim."""

from dataclasses import replace
from datetime import timedelta

from gateway.model.client import Client
from gateway.model.group import Group
from gateway.oauth.issuing.authorization import Authorization
from gateway.oauth.issuing.person import Person
from gateway.oauth.issuing.pool_tokens import ChangedClaims
from gateway.oauth.issuing.trigger_claims import TriggerClaims
from gateway.pool.pool import Pool
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import Groups, TokenSource
from tests.oauth.house import NOON
from tests.pool.triggers.recorder import ANA, Recorder, pool_with, triggers_of

CLIENT = Client("app", ANA.pool_id, "app")
STAFF = Group(ANA.pool_id, "staff", "", 1, "arn:staff", NOON, NOON)
GRANTED = Authorization(
    id="1",
    pool_id=ANA.pool_id,
    sub=ANA.sub,
    client_id="app",
    scopes=("openid", "api/read"),
    authenticated_at=NOON,
    amr=("pwd",),
    created_at=NOON,
    expires_at=NOON + timedelta(days=1),
    resources=("api",),
)
ANSWER = {
    "claimsAndScopeOverrideDetails": {
        "idTokenGeneration": {
            "claimsToAddOrOverride": {"tier": 7},
            "claimsToSuppress": ["email"],
        },
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"level": "gold"},
            "claimsToSuppress": ["x"],
            "scopesToAdd": ["api/write", "openid"],
            "scopesToSuppress": ["api/read"],
        },
        "groupOverrideDetails": {"groupsToOverride": ["others"]},
    }
}


class Pools:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def get(self, pool_id: str) -> Pool:
        assert pool_id == self._pool.id
        return self._pool


def claims(pool: Pool, triggers: Triggers) -> TriggerClaims:
    return TriggerClaims(triggers=triggers, pools=Pools(pool))


def test_a_pool_without_a_trigger_changes_nothing() -> None:
    """What was granted is what is issued."""
    asking = claims(pool_with(), Triggers())

    changed = asking.change(Person(ANA), CLIENT, GRANTED, TokenSource.PAGES)
    service = asking.change_service(CLIENT, ("api/read",), ())

    assert changed == ChangedClaims(scopes=GRANTED.scopes)
    assert service == ChangedClaims(scopes=("api/read",))


def test_the_trigger_is_asked_about_all_that_is_issued() -> None:
    """And its answer reaches both tokens, each scope once."""
    recorder = Recorder(lambda _: ANSWER)
    pool = pool_with(TriggerKind.TOKEN_CLAIMS, version=2)
    asking = claims(pool, triggers_of(recorder))

    changed = asking.change(Person(ANA, (STAFF,)), CLIENT, GRANTED, TokenSource.REFRESH)

    assert recorder.event["triggerSource"] == "TokenGeneration_RefreshTokens"
    assert recorder.event["callerContext"]["clientId"] == "app"
    asked = recorder.event["request"]
    assert asked["groupConfiguration"]["groupsToOverride"] == ["staff"]
    assert asked["scopes"] == ["openid", "api/read"]
    assert changed == ChangedClaims(
        groups=Groups(("others",)),
        id_added={"tier": 7},
        id_removed=("email",),
        access_added={"level": "gold"},
        access_removed=("x",),
        scopes=("openid", "api/write"),
    )


def test_a_client_that_acts_for_itself_is_asked_about_from_version_three() -> None:
    recorder = Recorder(lambda _: ANSWER)
    pool = pool_with(TriggerKind.TOKEN_CLAIMS, version=3)
    asking = claims(pool, triggers_of(recorder))

    changed = asking.change_service(CLIENT, ("api/read",), ("api",))

    assert recorder.event["triggerSource"] == "TokenGeneration_ClientCredentials"
    assert changed.access_added == {"level": "gold"}
    assert changed.scopes == ("api/write", "openid")


def test_what_a_trigger_told_before_is_what_it_is_asked_with() -> None:
    """A person's groups are told in one form."""
    person = Person(ANA, (STAFF,))

    assert person.told == Groups(("staff",), ("arn:staff",), "arn:staff")
    instead = Groups(("others",))
    assert replace(person, instead=instead).told == instead
