"""A token of a service, for the person of another one."""

from dataclasses import replace

import pytest

from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.oauth.errors import (
    InvalidGrantError,
    InvalidProofError,
    InvalidScopeError,
    MalformedParameterError,
    MissingParameterError,
    UnauthorizedClientError,
)
from gateway.oauth.grants.token_exchange import ACCESS_TOKEN, TokenExchangeGrant
from gateway.oauth.issuing.verification import RevokedTokenError, VerifiedAccess
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.pool import Pool
from gateway.storage.pools.origins import Origins
from tests.oauth.house import NOON, OAuthHouse, read
from tests.oauth.proving import Holder

EXCHANGE = GrantKind.TOKEN_EXCHANGE


@pytest.fixture
def service(house: OAuthHouse, pool: Pool) -> tuple[Client, str]:
    return house.service(
        pool,
        grants=frozenset({EXCHANGE}),
        scopes=("openid", "email"),
        redirect_uris=(),
        proof=ProofOfPossession.OPTIONAL,
    )


def asked(service: tuple[Client, str], token: str, **more: str) -> dict[str, str]:
    client, secret = service
    parameters = {
        "grant_type": EXCHANGE.value,
        "client_id": client.id,
        "client_secret": secret,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        **more,
    }
    return {name: value for name, value in parameters.items() if value}


def exchange(
    house: OAuthHouse, service: tuple[Client, str], token: str, **more: str
) -> IssuedToken:
    return house.ask(**asked(service, token, **more))


def test_the_new_token_is_the_services_and_about_the_same_person(
    house: OAuthHouse, app: Client, service: tuple[Client, str], ana: User
) -> None:
    """Good for no more than both may have; an access token and nothing else."""
    token = house.tokens(app, ana, scope="openid email phone").access_token

    issued = exchange(house, service, token)

    assert issued.scope == "openid email"
    assert issued.issued_token_type == ACCESS_TOKEN
    assert (issued.id_token, issued.refresh_token) == (None, None)
    claims = read(issued.access_token)[1]
    assert (claims["sub"], claims["client_id"]) == (ana.sub, service[0].id)
    assert exchange(house, service, token, scope="openid").scope == "openid"
    assert house.oauth.access_tokens.verify(issued.access_token).user == ana


def test_what_takes_back_the_one_takes_back_the_other(
    house: OAuthHouse, app: Client, service: tuple[Client, str], ana: User
) -> None:
    token = house.tokens(app, ana).access_token
    issued = exchange(house, service, token)
    with house.database.writing() as connection:
        origin_id = house.oauth.access_tokens.verify(token).origin_id
        Origins(connection).revoke(origin_id, NOON)

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(issued.access_token)
    with pytest.raises(InvalidGrantError):
        exchange(house, service, token)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"subject_token": ""}, MissingParameterError),
        ({"subject_token_type": ""}, MissingParameterError),
        ({"subject_token_type": "urn:x"}, MalformedParameterError),
        ({"requested_token_type": "urn:x"}, MalformedParameterError),
        ({"actor_token": "x"}, MalformedParameterError),
        ({"audience": "x"}, MalformedParameterError),
        ({"subject_token": "no.jwt"}, InvalidGrantError),
        ({"scope": "openid phone"}, InvalidScopeError),
        ({"scope": "openid email"}, InvalidScopeError),
    ],
)
def test_what_is_not_done_is_refused(
    house: OAuthHouse,
    app: Client,
    service: tuple[Client, str],
    ana: User,
    more: dict[str, str],
    error: type[GatewayError],
) -> None:
    token = house.tokens(app, ana, scope="openid phone").access_token

    with pytest.raises(error):
        exchange(house, service, token, **more)


def test_nothing_in_common_is_nothing(
    house: OAuthHouse, app: Client, service: tuple[Client, str], ana: User
) -> None:
    token = house.tokens(app, ana, scope="aws.cognito.signin.user.admin").access_token

    with pytest.raises(InvalidScopeError):
        exchange(house, service, token)


def test_only_a_persons_token_of_the_pool_is_exchanged(
    house: OAuthHouse, app: Client, service: tuple[Client, str]
) -> None:
    own = house.oauth.tokens.issue_to_service(app, ("a/b",)).access_token
    other = house.pool(pool_id="us-east-1_Others999")
    stranger = replace(app, pool_id=other.id)
    foreign = house.oauth.tokens.issue_to_service(stranger, ("a/b",)).access_token

    for token in (own, foreign):
        with pytest.raises(InvalidGrantError):
            exchange(house, service, token)


def test_a_bound_token_is_exchanged_by_whoever_holds_the_key(
    house: OAuthHouse, pool: Pool, service: tuple[Client, str], ana: User
) -> None:
    holder = Holder()
    app = house.app(pool, proof=ProofOfPossession.REQUIRED)
    token = house.ask_proven(
        holder.proof(house.oauth.proofs.nonce()),
        grant_type="authorization_code",
        client_id=app.id,
        code=house.code(app, house.sign_in(ana)),
        redirect_uri=app.redirect_uris[0],
        code_verifier="a-verifier-of-forty-three-characters-at-least",
    ).access_token

    with pytest.raises(InvalidProofError):
        exchange(house, service, token)
    proof = holder.proof(house.oauth.proofs.nonce())
    issued = house.ask_proven(proof, **asked(service, token))
    assert read(issued.access_token)[1]["cnf"] == {"jkt": holder.thumbprint}


def test_a_public_client_exchanges_nothing(house: OAuthHouse, app: Client) -> None:
    grant = TokenExchangeGrant(
        database=house.database,
        access_tokens=house.oauth.access_tokens,
        tokens=house.oauth.tokens,
    )

    with pytest.raises(UnauthorizedClientError):
        grant.issue(ClientRequest(app, {}))


class Verified:
    """Has just found a token good."""

    def __init__(self, verified: VerifiedAccess) -> None:
        self._verified = verified

    def verify(self, token: str) -> VerifiedAccess:
        return self._verified


def test_a_person_who_goes_meanwhile_is_let_in_no_more(
    house: OAuthHouse, app: Client, service: tuple[Client, str], ana: User
) -> None:
    """Between the look at the token and the new one."""
    token = house.tokens(app, ana).access_token
    verified = house.oauth.access_tokens.verify(token)
    assert verified.granted is not None
    gone = replace(verified, granted=replace(verified.granted, sub="gone"))
    grant = TokenExchangeGrant(
        database=house.database,
        access_tokens=Verified(gone),
        tokens=house.oauth.tokens,
    )

    with pytest.raises(InvalidGrantError):
        grant.issue(ClientRequest(service[0], asked(service, token)))
