"""A device that says it is one of the person's."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.errors import (
    AttemptsExceededError,
    DeviceNotFoundError,
    InvalidParameterError,
    InvalidSessionError,
    NotAuthorizedError,
)
from gateway.pool.factors.devices import DeviceOffer, DeviceSecret
from gateway.pool.settings import (
    DeviceSettings,
    MfaMode,
    PoolSettings,
    Remembering,
    TriggerKind,
)
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    Context,
    DeviceStart,
    Parameter,
    SignedIn,
)
from gateway.pool.throttling import FREE_TRIES
from tests.pool.house import NOON, House
from tests.pool.sign_in.desk import (
    EMAIL,
    HOME,
    MAIL,
    RIGHT,
    Desk,
    asking,
    told,
    with_mfa,
)
from tests.pool.sign_in.srp_client import SrpClient

ALWAYS = DeviceSettings(Remembering.ALWAYS)
SPARES = replace(ALWAYS, spares_second_factor=True)


@dataclass
class Laptop:
    """A device that was confirmed."""

    offer: DeviceOffer
    client: SrpClient

    @property
    def at_home(self) -> Context:
        return replace(HOME, device_key=self.offer.key)

    @property
    def start(self) -> DeviceStart:
        return DeviceStart(self.offer.key, self.client.start.a)


def remember(desk: Desk, user: User) -> Laptop:
    """Let a device be one of somebody's."""
    offer = desk.factors.devices.offer(desk.pool, user)
    assert offer is not None
    verifier = srp.make_verifier(offer.group_key, offer.key, "made by itself")
    secret = DeviceSecret(
        *(
            base64.b64encode(srp.padded(number)).decode()
            for number in (verifier.salt, verifier.value)
        )
    )
    desk.factors.devices.confirm(desk.pool, user, offer.key, secret)
    return Laptop(offer, SrpClient(offer.group_key, "made by itself"))


def desk_with(house: House, devices: DeviceSettings = ALWAYS) -> Desk:
    return Desk(house, PoolSettings(name="people", devices=devices))


@pytest.fixture
def desk(house: House) -> Desk:
    return desk_with(house)


@pytest.fixture
def laptop(desk: Desk) -> Laptop:
    return remember(desk, desk.person())


def prove(desk: Desk, laptop: Laptop, client: SrpClient | None = None) -> SignedIn:
    """Sign in from a device."""
    asked = desk.asked(context=laptop.at_home)
    assert asked.name is ChallengeName.DEVICE
    assert asked.parameters == {Parameter.DEVICE_KEY: laptop.offer.key}
    asked = desk.asked_then(asked, laptop.start)
    assert asked.name is ChallengeName.DEVICE_PROOF
    assert asked.parameters[Parameter.DEVICE_KEY] == laptop.offer.key
    return desk.signed_in(asked, (client or laptop.client).proof(asked, NOON))


def test_a_device_proves_itself_after_the_password(desk: Desk, laptop: Laptop) -> None:
    """And what is issued can say which one it was."""
    signed_in = prove(desk, laptop)

    assert signed_in.amr == ("pwd", "swk", "mfa")
    assert signed_in.device_key == laptop.offer.key
    assert signed_in.new_device is None
    device = desk.factors.devices.get(desk.pool, signed_in.user, laptop.offer.key)
    assert device.address == HOME.address


def test_a_device_without_a_name_is_offered_one(house: House) -> None:
    """Where devices are remembered; functions are told."""
    recorder = told(house)
    desk = Desk(house, asking(TriggerKind.POST_AUTHENTICATION, devices=ALWAYS))
    desk.person()

    signed_in = desk.begin()

    assert isinstance(signed_in, SignedIn)
    assert signed_in.new_device is not None
    assert signed_in.device_key == ""
    assert recorder.event["request"]["newDeviceUsed"]


def test_a_remembered_device_stands_for_the_second_factor(house: House) -> None:
    """If the pool says so, and if the person wants it to be remembered."""
    mfa = with_mfa(MfaMode.ON, MAIL).mfa
    settings = PoolSettings(name="people", devices=SPARES, mfa=mfa)
    desk = Desk(house, settings)
    ana = desk.person(**EMAIL)
    laptop = remember(desk, ana)

    assert prove(desk, laptop).amr == ("pwd", "swk", "mfa")
    assert not house.mailbox.messages
    assert desk.asked().name is ChallengeName.EMAIL_CODE
    desk.factors.devices.remember(desk.pool, ana, laptop.offer.key, is_remembered=False)
    asked = desk.asked(context=laptop.at_home)
    assert asked.name is ChallengeName.EMAIL_CODE


def test_a_device_that_nobody_knows_is_told_so(desk: Desk, laptop: Laptop) -> None:
    """With the right password alone; the client forgets its name then."""
    desk.person("bob")
    for key, name in (("us-east-1_none", "ana"), (laptop.offer.key, "bob")):
        with pytest.raises(DeviceNotFoundError):
            desk.begin(name=name, context=replace(HOME, device_key=key))
    for odd in ("\ud800", "\0", "x" * 10_000):
        with pytest.raises(DeviceNotFoundError):
            desk.begin(context=replace(HOME, device_key=odd))
    with pytest.raises(NotAuthorizedError):
        desk.begin(name="nobody", context=replace(HOME, device_key="none"))


def test_where_no_devices_are_remembered_their_names_do_not_matter(
    house: House,
) -> None:
    desk = desk_with(house, DeviceSettings())
    desk.person()

    for key in ("whatever", "\ud800", "\0", "x" * 10_000):
        context = replace(HOME, device_key=key)
        asked = desk.asked(Choice(ChallengeName.PASSWORD), context=context)
        signed_in = desk.signed_in(asked, RIGHT, context)
        assert (signed_in.device_key, signed_in.new_device) == ("", None)


def test_the_device_may_be_named_with_an_answer(desk: Desk, laptop: Laptop) -> None:
    """As Cognito's clients do, beside the proof of the password."""
    client = SrpClient(desk.pool.group)
    asked = desk.asked(client.start)

    asked = desk.asked_then(asked, client.proof(asked, NOON), laptop.at_home)

    assert asked.name is ChallengeName.DEVICE


def test_a_wrong_proof_is_the_end(desk: Desk, laptop: Laptop) -> None:
    """And they are counted, whatever password came before."""
    thief = replace(laptop.client, password="guessed")
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAuthorizedError):
            prove(desk, laptop, thief)
    with pytest.raises(AttemptsExceededError):
        prove(desk, laptop)


def test_a_proof_is_good_once(desk: Desk, laptop: Laptop) -> None:
    """Of several at once one wins."""
    asked = desk.asked_then(desk.asked(context=laptop.at_home), laptop.start)
    proof = laptop.client.proof(asked, NOON)

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(lambda: desk.answer(asked, proof)), range(4)
            )
        )

    assert outcomes.count(None) == 1


def test_another_device_is_none(desk: Desk, laptop: Laptop) -> None:
    """Though it is one of the person's."""
    asked = desk.asked(context=laptop.at_home)
    assert asked.user is not None
    other = remember(desk, asked.user)

    with pytest.raises(DeviceNotFoundError):
        desk.answer(asked, other.start)
    with pytest.raises(InvalidParameterError):
        desk.answer(asked, replace(laptop.start, a="no number"))
    desk.asked_then(asked, laptop.start)


def test_a_device_that_is_forgotten_meanwhile_proves_nothing(
    desk: Desk, laptop: Laptop
) -> None:
    asked = desk.asked_then(desk.asked(context=laptop.at_home), laptop.start)
    assert asked.user is not None
    desk.factors.devices.forget(desk.pool, asked.user, laptop.offer.key)

    with pytest.raises(DeviceNotFoundError):
        desk.answer(asked, laptop.client.proof(asked, NOON))


def test_a_device_that_was_not_asked_for_proves_nothing(
    desk: Desk, laptop: Laptop
) -> None:
    with pytest.raises(InvalidSessionError):
        desk.answer(desk.asked(Choice()), laptop.start)
