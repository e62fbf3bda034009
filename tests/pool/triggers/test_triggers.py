"""What functions are asked, and what becomes of what they answer."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.pool.errors import (
    BadTriggerAnswerError,
    TriggerRefusedError,
    UnexpectedTriggerError,
)
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, NoticeKind, TriggerKind
from gateway.pool.triggers.functions import Event
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import (
    ClaimChanges,
    ConfirmationSource,
    Groups,
    MadeChallenge,
    MigratedUser,
    MigrationRequest,
    MigrationSource,
    NextChallenge,
    Round,
    SignUpAnswer,
    SignUpSource,
    TokenChanges,
    TokenRequest,
    TokenSource,
    Unknown,
    Wording,
)
from tests.pool.triggers.recorder import (
    ANA,
    CALLER,
    SUB,
    Recorder,
    pool_with,
    triggers_of,
)

ATTRIBUTES = {
    "sub": SUB,
    "cognito:user_status": "CONFIRMED",
    "email": "ana@example.com",
    "email_verified": "true",
}
NOBODY = Unknown("zoe")
CODE = Notice(
    NoticeKind.SIGN_UP,
    SentCode(Address.EMAIL, "ana@example.com"),
    code="123456",
    client_id=CALLER.client_id,
    metadata={"shop": "1"},
)
LOST = MigrationRequest(MigrationSource.SIGN_IN, "ana", "Correct horse 1!")


class Refusing:
    def call(self, kind: TriggerKind, event: Event) -> object:
        raise TriggerRefusedError(trigger=kind, message="not today")


def test_a_pool_without_triggers_asks_nobody_and_goes_on_as_it_is() -> None:
    """Each default is what would have been done anyway."""
    pool, triggers = pool_with(), Triggers()

    triggers.post_confirmation(pool, ANA, ConfirmationSource.SIGN_UP, CALLER)
    triggers.pre_authentication(pool, NOBODY, CALLER)
    triggers.post_authentication(pool, ANA, CALLER)

    assert triggers.pre_sign_up(pool, ANA, SignUpSource.SIGN_UP, CALLER) == (
        SignUpAnswer()
    )
    asked = TokenRequest(TokenSource.PAGES)
    assert triggers.token_claims(pool, ANA, asked, CALLER) == TokenChanges()
    assert triggers.migrate_user(pool, LOST, CALLER) is None
    assert triggers.custom_message(pool, ANA, CODE) == Wording()
    assert not triggers.custom_sender(pool, ANA, CODE)


def test_an_event_is_cognitos_field_by_field() -> None:
    """A function written for Cognito reads any of them."""
    function = Recorder(lambda _: {"autoConfirmUser": True, "autoVerifyEmail": True})
    pool = pool_with(TriggerKind.PRE_SIGN_UP)

    answer = triggers_of(function).pre_sign_up(pool, ANA, SignUpSource.SIGN_UP, CALLER)

    assert answer == SignUpAnswer(confirm=True, verify_email=True)
    assert function.kinds == [TriggerKind.PRE_SIGN_UP]
    assert function.event == {
        "version": "1",
        "triggerSource": "PreSignUp_SignUp",
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_Ab3dEfGh9",
        "userName": "ana",
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": CALLER.client_id,
        },
        "request": {
            "userAttributes": {"email": "ana@example.com", "email_verified": "true"},
            "validationData": {"captcha": "ok"},
            "clientMetadata": {"shop": "1"},
        },
        "response": {
            "autoConfirmUser": False,
            "autoVerifyEmail": False,
            "autoVerifyPhone": False,
        },
    }


def test_a_function_is_told_of_a_confirmation_and_of_a_sign_in() -> None:
    """What it answers then does not matter."""
    function = Recorder(lambda _: None)
    triggers = triggers_of(function)
    pool = pool_with(TriggerKind.POST_CONFIRMATION, TriggerKind.POST_AUTHENTICATION)

    triggers.post_confirmation(pool, ANA, ConfirmationSource.FORGOT_PASSWORD, CALLER)
    triggers.post_authentication(pool, ANA, CALLER, new_device=True)

    confirmed, signed_in = function.events
    assert confirmed["triggerSource"] == "PostConfirmation_ConfirmForgotPassword"
    assert confirmed["request"] == {
        "userAttributes": ATTRIBUTES,
        "clientMetadata": {"shop": "1"},
    }
    assert signed_in["triggerSource"] == "PostAuthentication_Authentication"
    assert signed_in["request"]["newDeviceUsed"] is True


def test_somebody_unknown_has_no_attributes_and_is_said_to_be() -> None:
    """So that a function can look as if it did the same for everybody."""
    function = Recorder()
    triggers = triggers_of(function)
    pool = pool_with(TriggerKind.PRE_AUTHENTICATION)

    triggers.pre_authentication(pool, NOBODY, CALLER)
    triggers.pre_authentication(pool, ANA, CALLER)

    unknown, known = function.events
    assert unknown["userName"] == "zoe"
    assert unknown["request"] == {
        "userAttributes": {},
        "validationData": {"captcha": "ok"},
        "userNotFound": True,
    }
    assert known["request"]["userAttributes"] == ATTRIBUTES
    assert known["request"]["userNotFound"] is False


def test_a_sign_in_of_the_applications_own_is_three_functions() -> None:
    """Define, create, verify: each is told of the rounds before it."""
    answers: dict[str, Any] = {
        "DefineAuthChallenge_Authentication": {"challengeName": "CUSTOM_CHALLENGE"},
        "CreateAuthChallenge_Authentication": {
            "publicChallengeParameters": {"question": "3 + 4", "hint": None},
            "privateChallengeParameters": {"answer": "7"},
            "challengeMetadata": "SUM",
        },
        "VerifyAuthChallengeResponse_Authentication": {"answerCorrect": True},
    }
    function = Recorder(lambda event: answers[event["triggerSource"]])
    triggers = triggers_of(function)
    pool = pool_with(
        TriggerKind.DEFINE_CHALLENGE,
        TriggerKind.CREATE_CHALLENGE,
        TriggerKind.VERIFY_CHALLENGE,
    )
    rounds = [Round("SRP_A", passed=True), Round("CUSTOM_CHALLENGE", False, "SUM")]  # noqa: FBT003 - as in the event
    name = "CUSTOM_CHALLENGE"

    following = triggers.define_challenge(pool, ANA, rounds, CALLER)
    made = triggers.create_challenge(pool, ANA, rounds, CALLER, name=name)
    right = triggers.verify_challenge(pool, ANA, made.private, "7", CALLER)

    assert following == NextChallenge("CUSTOM_CHALLENGE")
    assert made == MadeChallenge({"question": "3 + 4"}, {"answer": "7"}, "SUM")
    assert right
    defining, creating, verifying = (event["request"] for event in function.events)
    assert defining["session"] == [
        {"challengeName": "SRP_A", "challengeResult": True, "challengeMetadata": None},
        {
            "challengeName": "CUSTOM_CHALLENGE",
            "challengeResult": False,
            "challengeMetadata": "SUM",
        },
    ]
    assert creating["challengeName"] == name
    assert creating["session"] == defining["session"]
    assert verifying["privateChallengeParameters"] == {"answer": "7"}
    assert verifying["challengeAnswer"] == "7"
    assert verifying["userNotFound"] is False


def test_without_a_function_such_a_sign_in_goes_nowhere() -> None:
    """There is no default that would be safe."""
    triggers = Triggers()

    with pytest.raises(UnexpectedTriggerError):
        triggers.define_challenge(pool_with(), ANA, [], CALLER)
    with pytest.raises(UnexpectedTriggerError):
        triggers.create_challenge(pool_with(), ANA, [], CALLER, name="CUSTOM_CHALLENGE")
    with pytest.raises(UnexpectedTriggerError):
        triggers.verify_challenge(pool_with(), ANA, {}, "7", CALLER)


def test_a_name_without_a_function_stops_what_it_guards() -> None:
    """The settings of a gateway have changed, and those of a pool have not."""
    pool = pool_with(TriggerKind.PRE_AUTHENTICATION)

    with pytest.raises(UnexpectedTriggerError) as caught:
        Triggers().pre_authentication(pool, ANA, CALLER)

    assert "'it'" in caught.value.detail


def test_claims_change_as_the_first_version_has_it() -> None:
    """Of the ID token alone."""
    said = {
        "claimsToAddOrOverride": {"tier": "gold", "sub": "somebody else"},
        "claimsToSuppress": ["email"],
        "groupOverrideDetails": {"groupsToOverride": ["admins"]},
    }
    function = Recorder(lambda _: {"claimsOverrideDetails": said})
    pool = pool_with(TriggerKind.TOKEN_CLAIMS)
    asked = TokenRequest(
        TokenSource.REFRESH, Groups(("users",), ("arn:aws:iam::1:role/a",)), ["openid"]
    )

    changes = triggers_of(function).token_claims(pool, ANA, asked, CALLER)

    assert changes == TokenChanges(
        id=ClaimChanges({"tier": "gold"}, frozenset({"email"})),
        groups=Groups(("admins",)),
    )
    assert function.event["version"] == "1"
    assert function.event["triggerSource"] == "TokenGeneration_RefreshTokens"
    assert function.event["response"] == {"claimsOverrideDetails": None}
    assert function.event["request"] == {
        "userAttributes": ATTRIBUTES,
        "clientMetadata": {"shop": "1"},
        "groupConfiguration": {
            "groupsToOverride": ["users"],
            "iamRolesToOverride": ["arn:aws:iam::1:role/a"],
            "preferredRole": None,
        },
    }


@pytest.mark.parametrize(("version", "asks"), [(1, 0), (2, 0), (3, 1)])
def test_client_credentials_are_asked_about_since_the_third_version(
    version: int, asks: int
) -> None:
    """A function for the versions before would look for a person."""
    function = Recorder()
    pool = pool_with(TriggerKind.TOKEN_CLAIMS, version=version)
    asked = TokenRequest(TokenSource.CLIENT, scopes=["shop/read"])

    changes = triggers_of(function).token_claims(pool, Unknown(""), asked, CALLER)

    assert changes == TokenChanges()
    assert len(function.events) == asks
    for event in function.events:
        assert event["version"] == "3"
        assert event["triggerSource"] == "TokenGeneration_ClientCredentials"
        assert event["request"]["scopes"] == ["shop/read"]
        assert event["response"] == {"claimsAndScopeOverrideDetails": None}


def test_an_audience_is_the_client_or_the_resource_that_was_asked_for() -> None:
    """Whatever else a function says, a token is for whom it was asked for."""

    def audience(text: str) -> object:
        def respond(_: Any) -> object:
            part = {"claimsToAddOrOverride": {"aud": text}}
            return {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": part}}

        pool = pool_with(TriggerKind.TOKEN_CLAIMS, version=2)
        asked = TokenRequest(TokenSource.PAGES, resource="https://api.example")
        found = triggers_of(Recorder(respond)).token_claims(pool, ANA, asked, CALLER)
        return found.access.add.get("aud")

    assert audience("https://api.example") == "https://api.example"
    assert audience(CALLER.client_id) == CALLER.client_id
    assert audience("https://other.example") is None
    assert audience("") is None


def test_somebody_is_found_in_another_directory() -> None:
    """With the password that was typed, and the name for a name."""
    function = Recorder(
        lambda _: {
            "userAttributes": {"email": "ana@example.com"},
            "finalUserStatus": "CONFIRMED",
            "messageAction": "SUPPRESS",
        }
    )
    pool = pool_with(TriggerKind.MIGRATE_USER)

    found = triggers_of(function).migrate_user(pool, LOST, CALLER)

    assert found == MigratedUser(
        {"email": "ana@example.com"}, confirmed=True, sends_invitation=False
    )
    assert function.event["triggerSource"] == "UserMigration_Authentication"
    assert function.event["userName"] == "ana"
    assert function.event["request"] == {
        "password": "Correct horse 1!",
        "validationData": {"captcha": "ok"},
        "clientMetadata": {"shop": "1"},
    }


def test_a_refused_migration_is_an_unknown_name() -> None:
    """Else a caller would learn who is in the other directory."""
    pool = pool_with(TriggerKind.MIGRATE_USER)

    found = Triggers(find=lambda _: Refusing()).migrate_user(pool, LOST, CALLER)

    assert found is None


def test_a_message_is_worded_by_a_function() -> None:
    """It says where the code stands; it never sees it."""
    function = Recorder(
        lambda event: {"emailMessage": f"Hi! {event['request']['codeParameter']}"}
    )
    triggers = triggers_of(function)
    pool = pool_with(TriggerKind.CUSTOM_MESSAGE)

    wording = triggers.custom_message(pool, ANA, CODE)

    assert wording == Wording(email="Hi! {####}")
    assert "123456" not in repr(function.event)
    assert function.event["triggerSource"] == "CustomMessage_SignUp"
    assert function.event["callerContext"]["clientId"] == CALLER.client_id
    assert function.event["request"] == {
        "userAttributes": ATTRIBUTES,
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": None,
        "clientMetadata": {"shop": "1"},
    }


def test_an_invitation_has_a_place_for_the_name() -> None:
    """Who was made by an administrator does not know it."""
    function = Recorder()
    pool = pool_with(TriggerKind.CUSTOM_MESSAGE)
    invitation = Notice(NoticeKind.INVITATION, CODE.to, "Temp horse 1!")

    assert triggers_of(function).custom_message(pool, ANA, invitation) == Wording()

    assert function.event["triggerSource"] == "CustomMessage_AdminCreateUser"
    assert function.event["request"]["usernameParameter"] == "{username}"
    assert function.event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"


def test_messages_that_cognito_has_not_are_worded_and_sent_by_the_gateway() -> None:
    """There is no event for them."""
    function = Recorder()
    pool = pool_with(TriggerKind.CUSTOM_MESSAGE, TriggerKind.EMAIL_SENDER)
    notice = Notice(NoticeKind.PASSWORD_CHANGED, CODE.to)

    assert triggers_of(function).custom_message(pool, ANA, notice) == Wording()
    assert not triggers_of(function).custom_sender(pool, ANA, notice)
    assert not function.events


@pytest.mark.parametrize(
    ("notice", "source", "kind"),
    [
        (CODE, "CustomEmailSender_SignUp", "customEmailSenderRequestV1"),
        (
            Notice(
                NoticeKind.SECOND_FACTOR, SentCode(Address.PHONE, "+14155550100"), "1"
            ),
            "CustomSMSSender_Authentication",
            "customSMSSenderRequestV1",
        ),
        (
            Notice(NoticeKind.ACCOUNT_TAKE_OVER, CODE.to),
            "CustomEmailSender_AccountTakeOverNotification",
            "customEmailSenderRequestV1",
        ),
    ],
)
def test_a_function_sends_in_place_of_the_gateway(
    notice: Notice, source: str, kind: str
) -> None:
    """It gets the code as it is."""
    function = Recorder(lambda _: None)
    pool = pool_with(TriggerKind.EMAIL_SENDER, TriggerKind.SMS_SENDER)

    assert triggers_of(function).custom_sender(pool, ANA, notice)

    assert function.event["triggerSource"] == source
    assert function.event["request"]["type"] == kind
    assert function.event["request"]["code"] == (notice.code or None)


ASKING: list[Callable[[Triggers, Pool], object]] = [
    lambda them, pool: them.pre_sign_up(pool, ANA, SignUpSource.SIGN_UP, CALLER),
    lambda them, pool: them.post_confirmation(
        pool, ANA, ConfirmationSource.SIGN_UP, CALLER
    ),
    lambda them, pool: them.pre_authentication(pool, ANA, CALLER),
    lambda them, pool: them.define_challenge(pool, ANA, [], CALLER),
    lambda them, pool: them.custom_message(pool, ANA, CODE),
    lambda them, pool: them.custom_sender(pool, ANA, CODE),
]


@pytest.mark.parametrize("ask", ASKING)
def test_a_function_that_says_no_stops_what_it_guards(
    ask: Callable[[Triggers, Pool], object],
) -> None:
    """In its own words."""
    with pytest.raises(TriggerRefusedError) as caught:
        ask(Triggers(find=lambda _: Refusing()), pool_with(*TriggerKind))

    assert caught.value.message == "not today"


def test_an_answer_that_means_nothing_stops_what_it_guards() -> None:
    """Nobody is let in because a function is broken."""
    function = Recorder(lambda _: "yes")

    with pytest.raises(BadTriggerAnswerError):
        triggers_of(function).pre_authentication(pool_with(*TriggerKind), ANA, CALLER)
