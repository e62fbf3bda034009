"""Whom people of each kind of provider may become, by its own claims and its default `[map]`.

Claims of opaque kinds come out of the code that proves their tokens, asked against the
stand-ins; those of the others are what the provider writes into its ID tokens or assertions.

Reference: Keycloak CVE-2026-14781; Microsoft, "ID token claims reference" (`xms_edov`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.load import KINDS
from gateway.config.providers.common import LinkSettings
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.providers.saml import SamlProvider
from gateway.federation.placing import Linked, NeedsProof, Newcomer, Placed, place
from gateway.federation.profile_mapping import compile_profiles
from gateway.federation.providers import LoginProvider
from gateway.identity.mapper import MappedClaims, compile_mappers
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import MalformedCredentialError
from gateway.model.group import Group
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.storage.pools.groups import AllGroups
from tests.authentication.opaque.house import prover, settings_of
from tests.config.files import document, read
from tests.federation.house import MadeUpParty
from tests.peers.stand_ins import amazon, declared, facebook, github, twitter
from tests.peers.stand_ins.wire import StandIn
from tests.pool.house import NOON, House

ADDRESS = "alice@example.com"
DOMAIN = "example.com"
POLICIES = ("never", "verified-email", "confirm", "admin")

# Of each kind: what a file cannot leave out.
APP = 'client.id = "{}"\nclient.secret = {{ env = "SECRET" }}\n'
MORE = {
    "oidc": 'issuer = "https://corp.example"\naudiences = ["gateway"]\n',
    "google": 'client.id = "1234.apps.googleusercontent.com"\n',
    "apple": 'audiences = ["com.example.web"]\n',
    "microsoft": 'client.id = "a"\ntenants = ["72f988bf-86f1-41af-91ab-2d7cd011db47"]\n',
    "gitlab": 'client.id = "a"\n',
    "saml": 'idp.entity_id = "x"\nidp.metadata.url = "https://idp.example/metadata"\n',
    "facebook": APP.format(facebook.APP_ID),
    "amazon": APP.format(amazon.CLIENT_ID),
    "twitter": APP.format(twitter.CLIENT_ID),
    "twitter 1.0a": APP.format(twitter.CLIENT_ID) + 'protocol = "oauth1"\n',
    "github": APP.format(github.CLIENT_ID),
    "oauth2": APP.format(declared.CLIENT_ID)
    + """
authorize_url = "https://chat.example/authorize"
token_url = "https://chat.example/token"
userinfo_url = "https://chat.example/me"
claims_in = "user"
subject_claim = "id"
audience_proof = "code"
""",
}
TENANT = {"tid": "72f988bf-86f1-41af-91ab-2d7cd011db47", "ver": "2.0"}
MAIL = {"email": ADDRESS}
TRUE, FALSE = {**MAIL, "email_verified": True}, {**MAIL, "email_verified": False}

Told = Callable[[str], VerifiedClaims]


def token(**claims: Any) -> Told:
    """Return what says these claims in an ID token or an assertion."""
    verified = VerifiedClaims(
        provider="there",
        issuer="https://there.example",
        subject="1",
        token_type=TokenType.ID_TOKEN,
        expires_at=NOON,
        claims={"sub": "1", **claims},
    )
    return lambda _: verified


def shown(stand_in: StandIn, secret: str, **changed: Any) -> Told:
    """Return what shows an opaque token where its owner is known."""
    for name, value in changed.items():
        setattr(stand_in, name, value)
    return lambda text: prover(settings_of(text), stand_in)(secret)


def chat(**said: Any) -> Told:
    user = {"id": 42, **said}
    return shown(declared.Declared(), declared.TOKEN, user={"user": user})


def hub(*, verified: bool) -> Told:
    emails = [{"email": ADDRESS, "primary": True, "verified": verified}]
    user = {**github.OCTOCAT, "email": ADDRESS}
    return shown(github.Github(), github.TOKEN, user=user, emails=emails)


# What anybody may add to an answer that has no place for it.
BOASTING_ALICE = {**amazon.ALICE, "email_verified": True, "verified_email": True}

# What the kinds say of whoever has proven the address there; each a key of `MORE`, and
# which case it is.
VOUCHED = {
    "google": token(**TRUE),
    "apple": token(**TRUE),
    "apple, as text": token(**MAIL, email_verified="true"),
    "microsoft, edov": token(**MAIL, **TENANT, xms_edov=True),
    "microsoft, edov as text": token(**MAIL, **TENANT, xms_edov="1"),
    "gitlab": token(**TRUE),
    "oidc": token(**TRUE),
    "github": hub(verified=True),
    "oauth2": chat(**TRUE),
}

# And of whoever may not have.
UNPROVEN = {
    "google, not verified": token(**FALSE),
    "google, not said": token(**MAIL),
    "apple, no as text": token(**MAIL, email_verified="false"),
    "apple, not said": token(**MAIL),
    "microsoft": token(**MAIL, **TENANT),
    "microsoft, in another's word": token(**TRUE, **TENANT),
    "microsoft, no edov": token(**TRUE, **TENANT, xms_edov=False),
    "gitlab, not verified": token(**FALSE),
    "oidc, not verified": token(**FALSE),
    "oidc, not said": token(**MAIL),
    "facebook": shown(facebook.Facebook(), facebook.TOKEN),
    "facebook, limited": token(**TRUE),
    "amazon": shown(amazon.Amazon(), amazon.TOKEN),
    "amazon, boasting": shown(amazon.Amazon(), amazon.TOKEN, user=BOASTING_ALICE),
    "twitter": shown(twitter.Twitter(), twitter.TOKEN),
    "twitter 1.0a": shown(twitter.Twitter(), ";".join(twitter.PAIR)),
    "github, not verified": hub(verified=False),
    "oauth2, not verified": chat(**FALSE),
    "oauth2, not said": chat(**MAIL),
    "saml": token(attributes={"email": [ADDRESS]}),
    "saml, boasting": token(attributes={"email": [ADDRESS]}, email_verified=True),
}
ROWS: Mapping[str, Told] = VOUCHED | UNPROVEN


def text_of(row: str) -> str:
    kind = row.partition(",")[0]
    return f'kind = "{kind.partition(" ")[0]}"\nid = "there"\n{MORE[kind]}'


def file_of(row: str) -> ProviderFile:
    text = text_of(row)
    source = document(text)
    settings = read(KINDS[source.data["kind"]], text, {"SECRET": "secret"})
    assert not isinstance(settings, list), settings
    return ProviderFile(source, (), settings)  # type: ignore[arg-type]  # of a kind


def provider_of(file: ProviderFile) -> LoginProvider:
    return LoginProvider(
        settings=file.settings,  # type: ignore[arg-type]  # each here signs people in
        name="There",
        pool_id="",
        party=MadeUpParty(),
        mapper=compile_mappers([file])["there"],
        profile=compile_profiles([file])["there"],
    )


def linking(provider: LoginProvider, **link: Any) -> LoginProvider:
    settings: ProviderSettings = provider.settings  # type: ignore[assignment]  # see above
    changed = settings.model_copy(update={"link": LinkSettings(**link)})
    return replace(provider, settings=changed)  # type: ignore[arg-type]  # see above


@dataclass(frozen=True)
class Town:
    """A pool with one person, who says that the address is theirs."""

    pool: Pool
    user: User
    proven: bool
    privileged: bool


@pytest.fixture
def towns(house: House) -> list[Town]:
    """One for each way in which somebody may be here."""
    found = []
    for number, (proven, privileged) in enumerate(product([False, True], repeat=2)):
        settings = PoolSettings(name="people")
        pool = house.pool(settings, pool_id=f"us-east-1_Town0000{number}")
        proof = "true" if proven else "false"
        user = house.person(pool, email=ADDRESS, email_verified=proof)
        with house.database.writing() as connection:
            groups = AllGroups(connection)
            for name in ("customers", *["admins"] * privileged):
                groups.add(Group(pool.id, name, "", None, "", NOON, NOON))
                groups.join(pool.id, name, user.sub)
        found.append(Town(pool, user, proven, privileged))
    return found


def expected(row: str, town: Town, policy: str, *, trusted: bool) -> Placed:
    """Return who somebody may be at most, as the rules have it."""
    if not town.proven or policy in {"never", "admin"}:
        return Newcomer()
    if policy == "confirm":
        return NeedsProof(town.user)
    if row not in VOUCHED and not trusted:
        return Newcomer()
    return NeedsProof(town.user) if town.privileged else Linked(town.user)


@pytest.mark.parametrize("row", ROWS)
def test_the_takeover_matrix_of_each_kind(
    house: House, towns: list[Town], row: str
) -> None:
    """Policy x domain trusted x address proven here x privileged here."""
    provider = provider_of(file_of(row))
    mapped = provider.mapper.map(ROWS[row](text_of(row)), NOON)
    assert (mapped.email, mapped.email_verified) == (ADDRESS, row in VOUCHED)

    for policy, trusted, town in product(POLICIES, [False, True], towns):
        now = linking(
            provider,
            policy=policy,
            trust_email_domains=(DOMAIN,) if trusted else (),
            ordinary_groups=("customers",),
        )

        found = placed(house, town.pool, now, mapped)

        wanted = expected(row, town, policy, trusted=trusted)
        assert found == wanted, (policy, trusted, town.proven, town.privileged)


def placed(
    house: House, pool: Pool, provider: LoginProvider, mapped: MappedClaims
) -> Placed:
    return house.read(lambda each: place(each, pool, provider, mapped))


def test_every_kind_that_signs_people_in_is_in_the_matrix() -> None:
    """One that is new is not forgotten."""
    signing = {
        kind
        for kind, model in KINDS.items()
        if issubclass(model, OidcProvider | OpaqueProvider | SamlProvider)
    }

    assert {document(text_of(row)).data["kind"] for row in ROWS} == signing


@pytest.mark.parametrize("kind", ["oidc", "google", "gitlab", "oauth2"])
@pytest.mark.parametrize("word", ["true", 1, ["true"]], ids=["text", "number", "list"])
def test_only_true_itself_vouches_for_an_address(kind: str, word: object) -> None:
    """Apple alone says it as text; from others that is another claim than is expected."""
    said = {**MAIL, "email_verified": word}
    told = chat(**said) if kind == "oauth2" else token(**said)

    with pytest.raises(MalformedCredentialError):
        provider_of(file_of(kind)).mapper.map(told(text_of(kind)), NOON)
