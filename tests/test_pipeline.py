"""The order of the stages, and that nothing waits on the warm path."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import anyio.to_thread
import pytest

from gateway.model.access import AccessRequest
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.decision import Decision, Reason, StepTimes
from gateway.model.errors import (
    CredentialError,
    MalformedTargetError,
    MissingCredentialError,
    RouteError,
    StorageError,
    UnprovenKeyError,
)
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.minted import MintedCredential
from gateway.model.route import Route
from gateway.model.target import TargetRules, parse_target
from gateway.model.waiting import WouldWaitError
from gateway.pipeline import Inbound, OwnOrigin, Passage, Pipeline, Stages
from gateway.upstream.routes import RouteTable

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ROUTE = Route(
    id="feed",
    host="*",
    path="/feed/{name}",
    methods=frozenset({"GET"}),
    upstream="orders",
    audience="http://orders.internal",
    profile="api",
)
ANA = Subject(
    Identity(
        id="us-east-1:1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
    )
)
NOBODY = Subject(
    Identity(
        id="us-east-1:0",
        kind=IdentityKind.GUEST,
        authenticated=False,
        provider="guest",
        provider_kind="guest",
    ),
    anonymous=True,
)
MINTED = MintedCredential(b"authorization", b"Bearer x", "jti", "kid", NOON)


class Fake:
    """All stages but the router, which is the real one."""

    def __init__(self) -> None:
        self.allowed = True
        self.open = False
        self.failure: Exception | None = None
        self.remembered: dict[str, Subject] = {}
        self.epochs: list[int] = []
        self.verified: list[int] = []
        self.known = False
        self.resolvable = True
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[AccessRequest] = []
        self.thumbprint = ""
        self.proven: list[tuple[str, str]] = []

    def extract(self, raw_headers: Sequence[tuple[bytes, bytes]]) -> Credential | None:
        for name, value in raw_headers:
            if name == b"authorization":
                scheme, _, token = value.decode().rpartition(" ")
                proofs = ("proof",) if scheme else ()
                return Credential(Scheme(scheme or "bearer"), token, proofs)
        return None

    def verify(self, credential: Credential, *, may_wait: bool) -> VerifiedClaims:
        if not (may_wait or self.known):
            raise WouldWaitError
        self.verified.append(threading.get_ident())
        if may_wait:
            self.gate.wait(5)
        if self.failure is not None:
            raise self.failure
        return VerifiedClaims("corp", "i", "s", TokenType.ID_TOKEN, NOON, {})

    def resolve(self, claims: VerifiedClaims, *, may_wait: bool) -> Subject:
        if not (may_wait or self.resolvable):
            raise WouldWaitError
        return replace(ANA, thumbprint=self.thumbprint) if self.thumbprint else ANA

    def check(
        self, proofs: Sequence[str], *, method: str, uri: str, access_token: str
    ) -> str:
        assert (proofs, access_token) == (("proof",), "t")
        self.proven.append((method, uri))
        return "thumb"

    def anonymous(self) -> Subject:
        return NOBODY

    def recall(self, token: str, now: datetime) -> Subject | None:
        return self.remembered.get(token)

    @property
    def epoch(self) -> int:
        return len(self.verified)

    def remember(
        self, token: str, subject: Subject, now: datetime, *, epoch: int
    ) -> None:
        self.remembered[token] = subject
        self.epochs.append(epoch)

    def decide(self, access: AccessRequest, *, steps: StepTimes) -> Decision:
        steps.began = 1
        self.asked.append(access)
        reason = Reason.ALLOWED if self.allowed else Reason.NO_ALLOW
        return Decision(allowed=self.allowed, reason=reason)

    def open_to_guests(self, route_id: str) -> bool:
        return self.open

    def mint(
        self, decision: Decision, subject: Subject, route: Route, *, now: datetime
    ) -> MintedCredential:
        return MINTED


@pytest.fixture
def fake() -> Fake:
    return Fake()


def _stages(fake: Fake) -> Stages:
    return Stages(
        router=RouteTable([ROUTE]),
        extractor=fake,
        verifier=fake,
        resolver=fake,
        subjects=fake,
        engine=fake,
        minter=fake,
        possession=fake,
        origin=OwnOrigin("https", "gw.example.com", ":8443"),
    )


@pytest.fixture
def pipeline(fake: Fake) -> Pipeline:
    return Pipeline(stages=_stages(fake), clock=lambda: NOON)


def _inbound(token: str = "", path: bytes = b"/feed/a?x=1") -> Inbound:
    headers = [(b"authorization", token.encode())] if token else []
    return Inbound(
        id="r",
        method="GET",
        scheme="https",
        host="gw.example.com",
        target=parse_target(path, TargetRules(keep_encoded_slash=True)),
        presented=headers,
        headers=[(b"accept", b"*/*")],
        content_length=None,
        ip="203.0.113.9",
        path="/feed/a",
    )


async def test_the_policies_see_request_route_and_subject(
    pipeline: Pipeline, fake: Fake
) -> None:
    """What is decided on is what came in."""
    passage = Passage()

    decision = await pipeline.admit(_inbound("t"), passage)

    (asked,) = fake.asked
    assert decision.allowed
    assert asked.subject is ANA
    assert asked.route.params == {"name": "a"}
    assert asked.request.query == {"x": ["1"]}
    assert asked.now == asked.request.time == NOON
    assert asked.request.headers == {"accept": ["*/*"]}
    assert asked.request.content_length == -1
    assert passage.minted is MINTED


async def test_a_path_that_an_upstream_may_read_otherwise_is_refused(
    pipeline: Pipeline, fake: Fake
) -> None:
    """Before anybody is asked who it is."""
    passage = Passage()

    with pytest.raises(MalformedTargetError, match="leaves route feed"):
        await pipeline.admit(_inbound("t", b"/feed/a%2fb"), passage)

    assert passage.route is None
    assert not fake.verified
    assert not fake.asked


async def test_nothing_is_minted_for_a_denied_request(
    pipeline: Pipeline, fake: Fake
) -> None:
    """A denial is a value; no credential comes with it."""
    fake.allowed = False
    passage = Passage()

    decision = await pipeline.admit(_inbound("t"), passage)

    assert not decision.allowed
    assert passage.minted is None


async def test_a_known_credential_crosses_into_no_thread(
    pipeline: Pipeline, fake: Fake
) -> None:
    """The warm path touches no database, thread or lock."""
    fake.remembered["t"] = ANA

    coroutine = pipeline.admit(_inbound("t"), Passage())

    # Runs to its end at once: it awaits nothing.
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert not fake.verified


async def test_a_new_credential_is_judged_on_the_spot_if_nothing_has_to_be_awaited(
    pipeline: Pipeline, fake: Fake
) -> None:
    """A thread costs more than the judging."""
    fake.known = True

    coroutine = pipeline.admit(_inbound("t"), Passage())

    # Runs to its end at once: it awaits nothing.
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert fake.verified == [threading.get_ident()]
    assert fake.remembered == {"t": ANA}


@pytest.mark.parametrize("known", [True, False])
async def test_a_new_credential_that_has_to_wait_does_so_in_a_thread(
    pipeline: Pipeline, fake: Fake, *, known: bool
) -> None:
    """For keys or for an identity; the loop must not."""
    fake.known, fake.resolvable = known, False

    await pipeline.admit(_inbound("t"), Passage())

    assert fake.verified[-1] != threading.get_ident()
    assert fake.remembered == {"t": ANA}


async def test_a_bad_credential_is_refused_on_the_spot(
    pipeline: Pipeline, fake: Fake
) -> None:
    """A flood of them must not even cost a thread."""
    fake.known = True
    fake.failure = CredentialError("forged")

    coroutine = pipeline.admit(_inbound("t"), Passage())

    with pytest.raises(CredentialError):
        coroutine.send(None)
    assert fake.verified == [threading.get_ident()]


@pytest.mark.parametrize("known", [True, False])
async def test_bad_credentials_leave_nothing_behind(
    pipeline: Pipeline, fake: Fake, *, known: bool
) -> None:
    """Anybody can send any number of different ones."""
    fake.known = known
    fake.failure = CredentialError("forged")

    for number in range(20):
        with pytest.raises(CredentialError):
            await pipeline.admit(_inbound(f"forged-{number}"), Passage())
    await asyncio.sleep(0)

    assert len(fake.verified) == 20
    assert not fake.remembered
    assert not pipeline._crossings


async def test_all_who_bring_the_same_new_credential_wait_for_one_verification(
    pipeline: Pipeline, fake: Fake
) -> None:
    """Single-flight: a hundred requests of one page load cost one."""
    fake.gate.clear()
    waiting = [
        asyncio.create_task(pipeline.admit(_inbound("t"), Passage())) for _ in range(50)
    ]
    await asyncio.sleep(0)
    # The one who came first hangs up; the others must not notice.
    waiting[0].cancel()
    fake.gate.set()

    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert len(fake.verified) == 1
    assert not pipeline._crossings
    assert sum(isinstance(result, Decision) for result in results) == 49


async def test_credentials_that_take_long_leave_threads_to_others(fake: Fake) -> None:
    """So many are judged at once; the control plane's threads are not among them."""
    pipeline = Pipeline(stages=_stages(fake), clock=lambda: NOON, threads=2)
    fake.gate.clear()
    waiting = [
        asyncio.create_task(pipeline.admit(_inbound(f"t{number}"), Passage()))
        for number in range(50)
    ]
    async with asyncio.timeout(4):
        while len(fake.verified) < 2:  # noqa: ASYNC110 - a thread cannot set an event
            await asyncio.sleep(0.01)
        await asyncio.gather(
            *(anyio.to_thread.run_sync(threading.get_ident) for _ in range(50))
        )

    assert len(fake.verified) == 2
    fake.gate.set()
    await asyncio.gather(*waiting)
    assert len(fake.remembered) == 50


async def test_what_is_remembered_counts_from_before_it_was_found_out(
    pipeline: Pipeline, fake: Fake
) -> None:
    """What changed while a thread was looking must not be believed for minutes."""
    await pipeline.admit(_inbound("t"), Passage())

    # The fake's epoch is how much was verified.
    assert fake.epoch == 1
    assert fake.epochs == [0]


async def test_a_failure_is_told_to_all_and_not_remembered(
    pipeline: Pipeline, fake: Fake
) -> None:
    """The next who comes is judged anew."""
    fake.failure = StorageError("locked")
    waiting = [pipeline.admit(_inbound("t"), Passage()) for _ in range(3)]

    results = await asyncio.gather(*waiting, return_exceptions=True)
    fake.failure = None
    decision = await pipeline.admit(_inbound("t"), Passage())

    assert all(isinstance(result, StorageError) for result in results)
    assert decision.allowed


async def test_a_bad_credential_never_becomes_a_guest(
    pipeline: Pipeline, fake: Fake
) -> None:
    """Also where guests are welcome."""
    fake.open = True
    fake.failure = CredentialError("forged")

    with pytest.raises(CredentialError):
        await pipeline.admit(_inbound("t"), Passage())
    assert not fake.asked


@pytest.mark.parametrize("is_open", [True, False])
async def test_without_a_credential_a_route_is_for_guests_or_closed(
    pipeline: Pipeline, fake: Fake, *, is_open: bool
) -> None:
    """Whether a guest may pass is the policies' question, if there is one."""
    fake.open = is_open
    passage = Passage()

    if is_open:
        await pipeline.admit(_inbound(), passage)
        assert passage.subject is NOBODY
    else:
        with pytest.raises(MissingCredentialError):
            await pipeline.admit(_inbound(), passage)


async def test_the_route_is_found_before_anybody_is_asked_who_they_are(
    pipeline: Pipeline, fake: Fake
) -> None:
    """No work for what leads nowhere."""
    passage = Passage()

    with pytest.raises(RouteError):
        await pipeline.admit(_inbound("t", b"/nowhere"), passage)
    assert passage.route is None
    assert not fake.verified


async def test_credentials_that_differ_in_odd_characters_are_told_apart(
    pipeline: Pipeline, fake: Fake
) -> None:
    """Two that shared a crossing would be taken for the same person."""
    fake.gate.clear()
    tasks = []
    for value in (b"\xed\xa0\x80", b"\xed\xa0\x81"):
        credential = Credential(Scheme.BEARER, value.decode("utf-8", "surrogatepass"))
        tasks.append(asyncio.create_task(pipeline._establish(credential)))
    await asyncio.sleep(0)
    fake.gate.set()
    await asyncio.gather(*tasks)

    assert len(fake.verified) == 2


# ---- keys ------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2])
async def test_a_bound_token_is_shown_with_a_proof(
    pipeline: Pipeline, fake: Fake, times: int
) -> None:
    """Each time anew, also when the token is known (RFC 9449 section 7.1)."""
    fake.thumbprint = "thumb"

    for _ in range(times):
        await pipeline.admit(_inbound("dpop t"), Passage())

    address = "https://gw.example.com:8443/feed/a"
    assert fake.proven == [("GET", address)] * times


@pytest.mark.parametrize(
    ("thumbprint", "shown"), [("thumb", "t"), ("", "dpop t"), ("other", "dpop t")]
)
async def test_whoever_does_not_hold_the_key_is_refused(
    pipeline: Pipeline, fake: Fake, thumbprint: str, shown: str
) -> None:
    """As a bearer's, with a proof that the token does not ask for, or with another key."""
    fake.thumbprint = thumbprint

    for _ in range(2):
        with pytest.raises(UnprovenKeyError):
            await pipeline.admit(_inbound(shown), Passage())

    assert not fake.asked


def test_an_address_is_what_the_files_say() -> None:
    """Never what the caller says: a proof for another server would be one for us."""
    origin = OwnOrigin("https", "gw.example", ":8443")

    assert origin.address("*", "/a") == "https://gw.example:8443/a"
    assert origin.address("api.example", "/a") == "https://api.example:8443/a"
    assert OwnOrigin("http", "x").address("*", "/") == "http://x/"
