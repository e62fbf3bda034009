"""Whatever a provider answers, it is somebody, or one of three errors: never a crash."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from gateway.model.claims import VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
)
from tests.authentication.opaque.house import prover, settings_of
from tests.authentication.opaque.test_amazon import FILE as AMAZON
from tests.authentication.opaque.test_facebook import FILE as FACEBOOK
from tests.authentication.opaque.test_github import FILE as GITHUB
from tests.authentication.opaque.test_oauth2 import INTROSPECTION, TOKENINFO
from tests.authentication.opaque.test_twitter import FILE as TWITTER
from tests.authentication.opaque.test_twitter import OLD_FILE
from tests.peers.stand_ins import amazon, declared, facebook, github, twitter
from tests.peers.stand_ins.wire import Asked, Reply, StandIn, reply

FAMILIES = (BadAnswerError, CredentialError, ProviderUnavailableError)

_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


@dataclass(frozen=True)
class Kind:
    """A kind, a good token, and where questions about it go."""

    file: str
    stand_in: type[StandIn]
    token: str
    paths: tuple[str, ...]


KINDS = {
    "amazon": Kind(
        AMAZON, amazon.Amazon, amazon.TOKEN, ("/auth/o2/tokeninfo", "/user/profile")
    ),
    "facebook": Kind(
        FACEBOOK,
        facebook.Facebook,
        facebook.TOKEN,
        (f"{facebook.GRAPH}/debug_token", f"{facebook.GRAPH}/me"),
    ),
    "github": Kind(
        GITHUB,
        github.Github,
        github.TOKEN,
        (f"/applications/{github.CLIENT_ID}/token", "/user", "/user/emails"),
    ),
    "introspection": Kind(
        INTROSPECTION, declared.Declared, declared.TOKEN, ("/introspect", "/me")
    ),
    "tokeninfo": Kind(TOKENINFO, declared.Declared, declared.TOKEN, ("/app", "/me")),
    "twitter": Kind(TWITTER, twitter.Twitter, twitter.TOKEN, ("/2/users/me",)),
    "older": Kind(
        OLD_FILE,
        twitter.Twitter,
        ";".join(twitter.PAIR),
        ("/1.1/account/verify_credentials.json",),
    ),
}
PLACES = [(name, path) for name, kind in KINDS.items() for path in kind.paths]


class Changing(StandIn):
    """A stand-in one of whose answers is changed.

    Attributes:
        seen: What it would have been, each time.
    """

    def __init__(self, kind: Kind, path: str) -> None:
        super().__init__()
        self._behind = kind.stand_in()
        self._path = path
        self.seen: list[Reply] = []
        self.instead: Reply | None = None
        self.changes: Mapping[str, Any] = {}

    @override
    def usual(self, asked: Asked) -> Reply:
        answer = self._behind.usual(asked)
        if asked.path != self._path:
            return answer
        self.seen.append(answer)
        if self.instead is not None:
            return self.instead
        members = json.loads(answer.body)
        return reply(_changed(members, self.changes), answer.status)


def _changed(members: Any, changes: Mapping[str, Any]) -> Any:
    """Return an answer with members changed, however deep they are."""
    if isinstance(members, list):
        return [_changed(each, changes) for each in members]
    if not isinstance(members, dict):
        return members
    return {
        name: changes[name] if name in changes else _changed(value, changes)
        for name, value in members.items()
    }


def _names(members: Any) -> set[str]:
    if isinstance(members, list):
        return {name for each in members for name in _names(each)}
    if not isinstance(members, dict):
        return set()
    return set(members).union(*(_names(each) for each in members.values()))


def asked(stand_in: Changing, kind: Kind) -> VerifiedClaims | None:
    with contextlib.suppress(*FAMILIES):
        return prover(settings_of(kind.file), stand_in)(kind.token)
    return None


@pytest.mark.parametrize(("name", "path"), PLACES)
@given(body=_ANYTHING, status=st.sampled_from([200, 201, 400, 401, 403, 404, 429, 500]))
@settings(max_examples=30, deadline=None)
def test_any_json_is_somebody_or_an_error(
    name: str, path: str, body: Any, status: int
) -> None:
    """With any status."""
    kind = KINDS[name]
    stand_in = Changing(kind, path)
    stand_in.instead = reply(body, status)

    claims = asked(stand_in, kind)

    assert claims is None or claims.subject


@pytest.mark.parametrize(("name", "path"), PLACES)
@given(source=st.data())
@settings(max_examples=60, deadline=None)
def test_any_member_may_be_anything(
    name: str, path: str, source: st.DataObject
) -> None:
    """One of a good answer: where a value is read, its type is looked at."""
    kind = KINDS[name]
    usual = Changing(kind, path)
    good = asked(usual, kind)
    assert good is not None
    member = source.draw(
        st.sampled_from(sorted(_names(json.loads(usual.seen[0].body))))
    )
    stand_in = Changing(kind, path)
    stand_in.changes = {member: source.draw(_ANYTHING)}

    claims = asked(stand_in, kind)

    assert (
        claims is None or claims.subject == good.subject or member in {"id", "id_str"}
    )
