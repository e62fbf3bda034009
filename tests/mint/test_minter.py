"""A minted token says what was decided, for one audience, and ends in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.policies.policy import RESERVED_CLAIMS
from gateway.keys.keyring import KeyRing
from gateway.mint.minter import Minter
from gateway.model.decision import Decision, Reason
from gateway.model.errors import ExpiredCredentialError, MintError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.minted import MintedCredential
from gateway.model.route import Route
from tests.mint.conftest import (
    ALLOWED,
    ANA,
    ISSUER,
    NOON,
    PROFILES,
    ROUTE,
    SUBJECT,
    read,
)

SECOND = timedelta(seconds=1)


def _claims(minted: MintedCredential, keyring: KeyRing) -> dict[str, Any]:
    payload: dict[str, Any] = read(minted.value, keyring)["payload"]
    return payload


def test_a_token_holds_what_the_profile_asks_for(
    minter: Minter, keyring: KeyRing
) -> None:
    """RFC 9068 section 2.2: these claims, all of them, and the policy's."""
    minted = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)

    token = read(minted.value, keyring)
    assert token["header"]["typ"] == "at+jwt"
    assert token["payload"] == {
        "iss": ISSUER,
        "sub": ANA.id,
        "aud": "https://orders.internal",
        "client_id": "corp",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 60,
        "jti": minted.token_id,
        "roles": ["customer"],
    }
    assert minted.header == b"authorization"
    assert minted.value.startswith(b"Bearer ey")
    assert minted.key_id == token["header"]["kid"] == keyring.signing_key().kid
    assert minted.expires_at == NOON + timedelta(seconds=60)


def test_what_is_known_of_the_sign_in_goes_along(
    minter: Minter, keyring: KeyRing
) -> None:
    """RFC 9068 section 2.2.1; what is not known is left out."""
    identity = replace(
        ANA, auth_time=NOON - timedelta(minutes=5), acr="mfa", amr=("pwd", "otp")
    )

    claims = _claims(
        minter.mint(ALLOWED, replace(SUBJECT, identity=identity), ROUTE, now=NOON),
        keyring,
    )

    assert claims["auth_time"] == int(NOON.timestamp()) - 300
    assert claims["acr"] == "mfa"
    assert claims["amr"] == ["pwd", "otp"]


def test_a_policy_may_translate_how_somebody_signed_in(
    minter: Minter, keyring: KeyRing
) -> None:
    """Each upstream has names of its own for the same thing."""
    subject = replace(SUBJECT, identity=replace(ANA, acr="mfa"))
    decision = replace(ALLOWED, claims={"acr": "urn:example:strong"})

    claims = _claims(minter.mint(decision, subject, ROUTE, now=NOON), keyring)

    assert claims["acr"] == "urn:example:strong"


def test_roles_are_told_only_if_the_policy_says_so(
    minter: Minter, keyring: KeyRing
) -> None:
    """They are the gateway's business until then."""
    decision = replace(ALLOWED, roles=("admin",), claims={})

    claims = _claims(minter.mint(decision, SUBJECT, ROUTE, now=NOON), keyring)

    assert "roles" not in claims


def test_nothing_that_the_caller_brought_goes_along(
    minter: Minter, keyring: KeyRing
) -> None:
    """Names, mail and claims stay here, unless a policy mints them."""
    identity = replace(ANA, name="Ana", email="ana@example.com", groups=("staff",))
    subject = Subject(identity, {"hd": "example.com"}, SUBJECT.expires_at)

    claims = _claims(minter.mint(ALLOWED, subject, ROUTE, now=NOON), keyring)

    required = {"iss", "sub", "aud", "client_id", "iat", "exp", "jti"}
    assert set(claims) == required | set(ALLOWED.claims)


def test_the_profile_names_the_header(minter: Minter) -> None:
    """`Bearer` belongs to `authorization` alone."""
    minted = minter.mint(ALLOWED, SUBJECT, replace(ROUTE, profile="header"), now=NOON)

    assert minted.header == b"x-caller"
    assert minted.value.startswith(b"ey")


@pytest.mark.parametrize("claim", sorted(RESERVED_CLAIMS))
def test_a_reserved_claim_is_never_taken_from_a_policy(
    minter: Minter, claim: str
) -> None:
    """The files are checked for it; the mint does not rely on that."""
    with pytest.raises(MintError, match=claim):
        minter.mint(replace(ALLOWED, claims={claim: "x"}), SUBJECT, ROUTE, now=NOON)


def test_a_denial_mints_nothing(minter: Minter) -> None:
    """Also when a token for the same question is at hand."""
    minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)
    denied = replace(ALLOWED, allowed=False, reason=Reason.DENIED_BY_RULE)

    with pytest.raises(MintError, match="denied"):
        minter.mint(denied, SUBJECT, ROUTE, now=NOON)


def test_a_route_of_an_unknown_profile_mints_nothing(minter: Minter) -> None:
    """The files are checked for it; here it is a clear error all the same."""
    with pytest.raises(MintError, match="unknown profile 'gone'"):
        minter.mint(ALLOWED, SUBJECT, replace(ROUTE, profile="gone"), now=NOON)


# ---- how long a token lives ---------------------------------------------------------


@given(rest=st.integers(1, 200), micro=st.integers(0, 999_999))
def test_a_token_never_outlives_what_the_caller_presented(
    minter_of_session: Minter, rest: int, micro: int
) -> None:
    """Nor its profile; the smaller of both, whatever the fraction of the second."""
    now = NOON + timedelta(microseconds=micro)
    ends = NOON + timedelta(seconds=rest, microseconds=micro // 2)

    try:
        minted = minter_of_session.mint(
            ALLOWED,
            replace(SUBJECT, expires_at=ends),
            replace(ROUTE, profile="once"),
            now=now,
        )
    except ExpiredCredentialError:
        assert ends - now < SECOND
        return
    assert now < minted.expires_at <= min(ends, now + PROFILES["once"].ttl)
    assert min(ends, now + PROFILES["once"].ttl) - minted.expires_at < SECOND


def test_a_credential_that_has_ended_gets_nothing(minter: Minter) -> None:
    """The pair: the last second that is left, and none."""
    last = replace(SUBJECT, expires_at=NOON + SECOND)
    assert minter.mint(ALLOWED, last, ROUTE, now=NOON).expires_at == NOON + SECOND

    for ended in (NOON, NOON - SECOND, NOON + SECOND / 2):
        with pytest.raises(ExpiredCredentialError):
            minter.mint(ALLOWED, replace(SUBJECT, expires_at=ended), ROUTE, now=NOON)


def test_an_anonymous_guest_has_nothing_that_ends(minter: Minter) -> None:
    """The profile alone says for how long."""
    guest = Subject(
        replace(ANA, kind=IdentityKind.GUEST), expires_at=None, anonymous=True
    )

    first = minter.mint(ALLOWED, guest, ROUTE, now=NOON)

    assert first.expires_at == NOON + timedelta(seconds=60)
    assert minter.mint(ALLOWED, guest, ROUTE, now=NOON + SECOND) is first


# ---- using a token again ------------------------------------------------------------


def test_a_token_is_used_again_for_its_share_and_not_a_second_longer(
    minter: Minter,
) -> None:
    """`reuse = 0.5` of a minute."""
    first = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)

    almost = NOON + timedelta(seconds=30) - timedelta(microseconds=1)
    assert minter.mint(ALLOWED, SUBJECT, ROUTE, now=almost) is first
    later = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON + timedelta(seconds=30))
    assert later.token_id != first.token_id


def test_a_profile_without_reuse_mints_for_each_request(minter: Minter) -> None:
    """A token that is one request's own."""
    route = replace(ROUTE, profile="once")

    first = minter.mint(ALLOWED, SUBJECT, route, now=NOON)

    assert minter.mint(ALLOWED, SUBJECT, route, now=NOON).token_id != first.token_id


def test_a_cached_token_is_not_given_to_a_credential_that_ends_before_it(
    minter: Minter,
) -> None:
    """The same person, with an older token of their provider."""
    minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)
    sooner = replace(SUBJECT, expires_at=NOON + timedelta(seconds=20))

    minted = minter.mint(ALLOWED, sooner, ROUTE, now=NOON)

    assert minted.expires_at == NOON + timedelta(seconds=20)


def test_a_cached_token_is_not_given_to_a_credential_that_has_ended(
    minter: Minter,
) -> None:
    """A hit in the cache is no way around the end of the caller's own credential."""
    minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)

    with pytest.raises(ExpiredCredentialError):
        minter.mint(ALLOWED, replace(SUBJECT, expires_at=NOON), ROUTE, now=NOON)


def _identity(**changes: Any) -> Callable[..., tuple[Decision, Subject, Route]]:
    def change(
        decision: Decision, subject: Subject, route: Route
    ) -> tuple[Decision, Subject, Route]:
        return (
            decision,
            replace(subject, identity=replace(subject.identity, **changes)),
            route,
        )

    return change


def _decision(**changes: Any) -> Callable[..., tuple[Decision, Subject, Route]]:
    return lambda decision, subject, route: (
        replace(decision, **changes),
        subject,
        route,
    )


def _route(**changes: Any) -> Callable[..., tuple[Decision, Subject, Route]]:
    return lambda decision, subject, route: (
        decision,
        subject,
        replace(route, **changes),
    )


MUTATIONS = {
    "identity": _identity(id="us-east-1:somebody-else"),
    "provider": _identity(provider="google"),
    "acr": _identity(acr="mfa"),
    "amr": _identity(amr=("mfa",)),
    "auth_time": _identity(auth_time=NOON),
    "audience": _route(audience="https://billing.internal"),
    "profile": _route(profile="other"),
    "policy digest": _decision(digest="other"),
    "another claim": _decision(claims={"roles": ["customer"], "a": 1}),
    "no claim": _decision(claims={}),
    "another value": _decision(claims={"roles": ["support"]}),
    "another shape": _decision(claims={"roles": "customer"}),
    "another type": _decision(claims={"roles": [True]}),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_cache_key_too_small_198a2bc8_each_input_of_a_token_is_in_its_key(
    minter: Minter, mutation: str
) -> None:
    """Oathkeeper commit 198a2bc8: a part left out, and one caller got another's answer."""
    first = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)
    assert minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON) is first

    mutated = minter.mint(*MUTATIONS[mutation](ALLOWED, SUBJECT, ROUTE), now=NOON)

    assert mutated.token_id != first.token_id
    assert minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON) is first


def test_a_rotated_key_makes_new_tokens(minter: Minter, keyring: KeyRing) -> None:
    """A token by a key that was rotated out in an emergency must not be used again."""
    first = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)
    keyring.rotate(force=True)

    second = minter.mint(ALLOWED, SUBJECT, ROUTE, now=NOON)

    assert second.key_id == keyring.signing_key().kid != first.key_id


@pytest.mark.parametrize("backwards", [False, True])
def test_cached_token_skips_later_checks_ghsa_qvp4_rpmr_xwrr(
    minter: Minter, keyring: KeyRing, *, backwards: bool
) -> None:
    """The same identity on two routes, in both orders: each audience sees its own."""
    routes = [ROUTE, replace(ROUTE, audience="https://billing.internal")]
    scopes = {"https://orders.internal": "read", "https://billing.internal": "pay"}
    if backwards:
        routes.reverse()

    for route in [*routes, *routes]:
        decision = replace(ALLOWED, claims={"scope": scopes[route.audience]})
        claims = _claims(minter.mint(decision, SUBJECT, route, now=NOON), keyring)
        assert claims["aud"] == route.audience
        assert claims["scope"] == scopes[route.audience]


IDENTITIES = st.builds(
    Identity,
    id=st.sampled_from(["a", "b"]),
    kind=st.just(IdentityKind.AUTHENTICATED),
    authenticated=st.just(value=True),
    provider=st.sampled_from(["p", "q"]),
    provider_kind=st.just("oidc"),
    acr=st.sampled_from(["", "mfa"]),
    amr=st.sampled_from([(), ("pwd",), ("pwd", "mfa")]),
    auth_time=st.sampled_from([NOON, NOON - SECOND]),
)
CLAIMS = st.dictionaries(
    st.sampled_from(["x", "y"]), st.sampled_from([1, True, "1", [1], []]), max_size=2
)


@pytest.mark.long
@given(
    questions=st.lists(
        st.tuples(IDENTITIES, CLAIMS, st.sampled_from(["u", "v"]), st.integers(0, 90)),
        max_size=12,
    )
)
def test_whatever_is_asked_in_whatever_order_a_token_answers_its_own_question(
    minter_of_session: Minter,
    ring_of_session: KeyRing,
    questions: list[tuple[Identity, dict[str, Any], str, int]],
) -> None:
    """With the cache between them, each token is the one that a new mint would make."""
    for identity, extra, audience, rest in questions:
        ends = NOON + timedelta(seconds=rest)
        subject = Subject(identity, expires_at=ends)
        decision = replace(ALLOWED, claims=extra)
        try:
            minted = minter_of_session.mint(
                decision, subject, replace(ROUTE, audience=audience), now=NOON
            )
        except ExpiredCredentialError:
            assert rest == 0
            continue
        claims = _claims(minted, ring_of_session)
        assert claims["sub"] == identity.id
        assert claims["client_id"] == identity.provider
        assert claims["aud"] == audience
        assert claims.get("acr", "") == identity.acr
        assert tuple(claims.get("amr", ())) == identity.amr
        assert claims["auth_time"] == int(identity.auth_time.timestamp())
        for name in ("x", "y"):
            assert repr(claims.get(name)) == repr(extra.get(name))
        assert datetime.fromtimestamp(claims["exp"], UTC) <= ends
