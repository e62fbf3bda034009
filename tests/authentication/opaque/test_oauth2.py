"""Access tokens of a provider that is described by its file."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.opaque.proof import UNSAID_LIFETIME
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    ProviderUnavailableError,
    WrongAudienceError,
)
from tests.authentication.opaque.house import NOON, prover, settings_of
from tests.peers.stand_ins.declared import (
    CLIENT_ID,
    FOREIGN_TOKEN,
    TOKEN,
    Declared,
)
from tests.peers.stand_ins.wire import TROUBLE, reply

BASE = f"""
kind = "oauth2"
id = "chat"
client.id = "{CLIENT_ID}"
client.secret = {{ env = "SECRET" }}
authorize_url = "https://chat.example/authorize"
token_url = "https://chat.example/token"
userinfo_url = "https://chat.example/me"
claims_in = "user"
subject_claim = "id"
"""
INTROSPECTION = f"""{BASE}
audience_proof = "introspection"
introspection_url = "https://chat.example/introspect"
"""
TOKENINFO = f"""{BASE}
audience_proof = "tokeninfo"
tokeninfo_url = "https://chat.example/app"
audience_claim = "application.id"
"""
CODE = f'{BASE}audience_proof = "code"\n'
PROOFS = {"introspection": INTROSPECTION, "tokeninfo": TOKENINFO}
PATHS = {"introspection": "/introspect", "tokeninfo": "/app"}


@pytest.fixture
def chat() -> Declared:
    return Declared()


@pytest.mark.parametrize("file", [INTROSPECTION, TOKENINFO, CODE], ids=range(3))
def test_a_token_of_our_app_says_whose_it_is(chat: Declared, file: str) -> None:
    """In the place and under the name that the file gives."""
    verified = prover(settings_of(file), chat)(TOKEN)

    assert verified.issuer == "chat"
    assert verified.subject == "42"
    assert verified.claims["sub"] == "42"
    assert verified.claims["username"] == "alice"
    assert "bio" not in verified.claims
    assert verified.expires_at == NOON + UNSAID_LIFETIME


@pytest.mark.parametrize("proof", sorted(PROOFS))
def test_a_token_of_another_app_is_refused(chat: Declared, proof: str) -> None:
    """The address of the claims answers whoever holds a token."""
    claims_of = prover(settings_of(PROOFS[proof]), chat)

    with pytest.raises(WrongAudienceError):
        claims_of(FOREIGN_TOKEN)
    with pytest.raises(CredentialError):
        claims_of("nobodys")
    assert chat.count("/me") == 0


@pytest.mark.parametrize("more", ["", 'client.auth = "client_secret_post"\n'])
def test_introspection_is_asked_as_the_client(chat: Declared, more: str) -> None:
    claims_of = prover(settings_of(INTROSPECTION + more), chat)

    claims_of(TOKEN)

    asked = chat.last("/introspect")
    assert asked.form["token_type_hint"] == "access_token"
    assert ("client_secret" in asked.form) is (more != "")


@pytest.mark.parametrize(
    ("told", "good"),
    [
        ({"client_id": CLIENT_ID}, True),
        ({"client_id": None, "aud": CLIENT_ID}, True),
        ({"client_id": None, "aud": ["other", CLIENT_ID]}, True),
        ({"client_id": "other", "aud": "other"}, False),
        ({"client_id": None}, False),
        ({"client_id": [], "aud": {}}, False),
        ({"client_id": None, "aud": f"{CLIENT_ID} other"}, False),
    ],
    ids=range(7),
)
def test_introspection_names_the_client_or_the_audience(
    chat: Declared, told: dict[str, Any], *, good: bool
) -> None:
    """Without a word about either, a token may be anybody's."""
    chat.told = told
    claims_of = prover(settings_of(INTROSPECTION), chat)

    if good:
        assert claims_of(TOKEN).subject == "42"
        return
    with pytest.raises(WrongAudienceError):
        claims_of(TOKEN)


@pytest.mark.parametrize("active", [None, False, "true", 1])
def test_a_token_is_active_or_none(chat: Declared, active: Any) -> None:
    chat.told = {"active": active}

    with pytest.raises(CredentialError):
        prover(settings_of(INTROSPECTION), chat)(TOKEN)


def test_introspection_says_when_a_token_ends(chat: Declared) -> None:
    claims_of = prover(settings_of(INTROSPECTION), chat)
    ends = NOON + timedelta(minutes=5)
    chat.told = {"exp": int(ends.timestamp())}
    assert claims_of(TOKEN).expires_at == ends

    chat.told = {"exp": int(NOON.timestamp())}
    with pytest.raises(ExpiredCredentialError):
        claims_of(TOKEN)


def test_the_two_answers_are_about_one_person(chat: Declared) -> None:
    """Where both call the name `sub`."""
    file = INTROSPECTION.replace('subject_claim = "id"', "")
    chat.user = {"user": {"sub": "alice"}}
    claims_of = prover(settings_of(file), chat)
    chat.told = {"sub": "alice"}
    assert claims_of(TOKEN).subject == "alice"

    chat.told = {"sub": "bob"}
    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize(
    ("more", "has_header"), [("", True), ('tokeninfo_by = "query"\n', False)]
)
def test_tokeninfo_is_shown_the_token_as_the_file_says(
    chat: Declared, more: str, *, has_header: bool
) -> None:
    prover(settings_of(TOKENINFO + more), chat)(TOKEN)

    asked = chat.last("/app")
    assert ("authorization" in asked.headers) is has_header
    assert ("access_token" in asked.query) is not has_header


@pytest.mark.parametrize(
    ("status", "failure"),
    [(401, CredentialError), (400, CredentialError), (405, BadAnswerError)],
)
@pytest.mark.parametrize("path", ["/app", "/me"])
def test_what_the_provider_says_is_told_apart(
    chat: Declared, path: str, status: int, failure: type[GatewayError]
) -> None:
    chat.faults[path] = reply({"message": "no"}, status)

    with pytest.raises(failure):
        prover(settings_of(TOKENINFO), chat)(TOKEN)


def test_a_wrong_secret_of_ours_is_not_the_tokens_fault(chat: Declared) -> None:
    chat.faults["/introspect"] = reply({"error": "invalid_client"}, 401)

    with pytest.raises(BadAnswerError):
        prover(settings_of(INTROSPECTION), chat)(TOKEN)


@pytest.mark.parametrize("user", [{}, {"user": None}, {"user": []}, {"user": {}}])
def test_claims_that_are_not_there_are_no_claims(
    chat: Declared, user: dict[str, Any]
) -> None:
    chat.user = user

    with pytest.raises(BadAnswerError):
        prover(settings_of(CODE), chat)(TOKEN)


def test_claims_may_be_the_whole_answer(chat: Declared) -> None:
    file = CODE.replace('claims_in = "user"', "")
    file = file.replace('subject_claim = "id"', 'subject_claim = "user.id"')

    assert prover(settings_of(file), chat)(TOKEN).subject == "42"


@pytest.mark.parametrize("proof", sorted(PROOFS))
@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_is_never_a_way_in(chat: Declared, proof: str, trouble: str) -> None:
    claims_of = prover(settings_of(PROOFS[proof]), chat)

    for path in (PATHS[proof], "/me"):
        chat.faults = {path: TROUBLE[trouble]}
        with pytest.raises((BadAnswerError, ProviderUnavailableError, CredentialError)):
            claims_of(TOKEN)
