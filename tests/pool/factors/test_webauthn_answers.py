"""What browsers say, from honest ones to whatever else comes in."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.errors import GatewayError
from gateway.pool.errors import (
    PasskeyError,
    PasskeyHostError,
    PasskeyNotProvenError,
    PasskeyOriginError,
)
from gateway.pool.factors.webauthn_answers import (
    MAX_ANSWER,
    MAX_CREDENTIAL_ID,
    Place,
    read_assertion,
    read_registration,
    verify_assertion,
    verify_registration,
)
from tests.pool.factors.authenticator import (
    HOST,
    ORIGIN,
    PRESENT,
    SYNCABLE,
    SYNCED,
    VERIFIED,
    Authenticator,
    raw,
    text,
)

PLACE = Place(HOST, (ORIGIN, "https://app.example.com"), demands_verification=False)
STRICT = Place(HOST, (ORIGIN,), demands_verification=True)
CHALLENGE = bytes(range(32))
OPTIONS = json.dumps({"challenge": text(CHALLENGE), "user": {"id": text(b"ana")}})
MADE = Authenticator()
FIRST = MADE.make(OPTIONS)
USED = MADE.use(OPTIONS)


def register(authenticator: Authenticator, place: Place = PLACE) -> bytes:
    answer = read_registration(json.dumps(authenticator.make(OPTIONS)))
    assert answer.challenge == CHALLENGE
    return verify_registration(answer, place).credential_public_key


def prove(authenticator: Authenticator, place: Place = PLACE) -> int:
    answer = read_assertion(json.dumps(authenticator.use(OPTIONS)))
    assert answer.challenge == CHALLENGE
    verified = verify_assertion(answer, place, public_key=MADE.cose())
    return verified.new_sign_count


@pytest.mark.parametrize("origin", PLACE.origins)
def test_an_honest_answer_is_taken(origin: str) -> None:
    """On each page that the pool names, with and without a counter."""
    register(Authenticator(origin=origin))
    register(Authenticator(credential_id=bytes(MAX_CREDENTIAL_ID)), STRICT)

    assert prove(MADE.but(origin=origin, count=6)) == 7
    assert prove(MADE.but(origin=origin, count=0, step=0)) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://login.example.com.evil.example"},
        {"origin": "http://login.example.com"},
        {"origin": "https://login.example.com:8443"},
        {"origin": "https://other.example.com"},
        {"origin": "null"},
        {"client": {"origin": [ORIGIN]}},
        {"client": {"origin": None}},
        {"client": {"crossOrigin": True}},
    ],
)
def test_another_page_is_refused(changed: dict[str, Any]) -> None:
    """Section 7.1 step 9, 7.2 step 12; a page in somebody else's frame as well."""
    with pytest.raises(PasskeyOriginError):
        register(Authenticator(**changed))
    with pytest.raises(PasskeyOriginError):
        prove(MADE.but(**changed))


@pytest.mark.parametrize("depth", [100, 400, 700, 900])
def test_an_origin_of_any_depth_is_refused(depth: int) -> None:
    """What JSON can still read need not be what can still be written."""
    origin: list[Any] = []
    for _ in range(depth):
        origin = [origin]
    client = {"type": "webauthn.get", "challenge": text(CHALLENGE), "origin": origin}
    response = {**USED["response"], "clientDataJSON": text(json.dumps(client).encode())}

    with pytest.raises(PasskeyError):
        verify_assertion(
            read_assertion(json.dumps({**USED, "response": response})),
            PLACE,
            public_key=MADE.cose(),
        )


ODD = (
    10**5000,
    cbor2.CBORTag(35, "(" * 99),
    cbor2.CBORTag(4, [2**60, 1]),
    cbor2.CBORTag(5, [2**60, 1]),
    cbor2.CBORTag(0, "yesterday"),
    cbor2.CBORTag(1, 2**62),
    cbor2.CBORTag(29, 0),
    cbor2.CBORTag(28, [cbor2.CBORTag(29, 0)]),
    cbor2.CBORTag(258, [1, 1]),
    cbor2.undefined,
)


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_odd_values_of_cbor_do_no_harm(value: Any) -> None:
    """In each place of the key, and of what is around it: taken, or refused in our words."""
    right = cbor2.loads(MADE.cose())
    for name in (*right, 99):
        with contextlib.suppress(PasskeyError):
            register(Authenticator(public=cbor2.dumps({**right, name: value})))
    whole = raw(FIRST["response"]["attestationObject"])
    for name in ("fmt", "attStmt", "authData"):
        odd = cbor2.dumps({**cbor2.loads(whole), name: value})
        told = json.dumps(_with(FIRST, ("response", "attestationObject"), text(odd)))
        with contextlib.suppress(PasskeyError):
            verify_registration(read_registration(told), PLACE)


def test_another_host_is_refused() -> None:
    """Section 7.1 step 13."""
    with pytest.raises(PasskeyHostError):
        register(Authenticator(host="example.com"))
    with pytest.raises(PasskeyHostError):
        prove(MADE.but(host="example.com"))


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"flags": VERIFIED}, PLACE),
        ({"flags": PRESENT}, STRICT),
        ({"flags": PRESENT | SYNCED}, PLACE),
        ({"client": {"type": "payment.get"}}, PLACE),
        ({"client": {"tokenBinding": {"status": "none"}}, "flags": 0}, PLACE),
    ],
)
def test_what_it_must_show_it_must_show(changed: dict[str, Any], place: Place) -> None:
    """Presence, verification where it is demanded, no backup of what cannot have one."""
    with pytest.raises(PasskeyError):
        register(Authenticator(**changed), place)
    with pytest.raises(PasskeyNotProvenError):
        prove(MADE.but(**changed), place)


@pytest.mark.parametrize(
    "public",
    [
        cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(31) + b"\1"}),
        cbor2.dumps({1: 2, 3: -7, -1: 9, -2: bytes(32), -3: bytes(32)}),
        cbor2.dumps({1: 2, 3: -7, -1: 1, -2: "x", -3: "y"}),
        cbor2.dumps({1: 2, 3: -7}),
        cbor2.dumps({1: 3, 3: -257, -1: b"\1", -2: b"\3"}),
        cbor2.dumps({1: 3, 3: -65535, -1: bytes(256), -2: b"\1\0\1"}),
        cbor2.dumps({1: 7, 3: -7}),
        cbor2.dumps([]),
        cbor2.dumps(5),
        b"\x81" * 5000,
        b"",
        b"\xff",
    ],
)
def test_a_key_that_is_none_is_not_kept(public: bytes) -> None:
    """It would be found out at the first sign-in, and be the person's fault."""
    with pytest.raises(PasskeyError):
        register(Authenticator(public=public))


@pytest.mark.parametrize("format_", ["packed", "tpm", "android-key", "apple", "?"])
def test_an_attestation_is_none_or_right(format_: str) -> None:
    """None was asked for; one that says nothing is not taken for one."""
    with pytest.raises(PasskeyError):
        register(Authenticator(format=format_))


def test_an_id_has_its_bound() -> None:
    """Section 5.8.3."""
    with pytest.raises(PasskeyError):
        register(Authenticator(credential_id=bytes(MAX_CREDENTIAL_ID + 1)))


def test_a_passkey_that_may_be_backed_up_says_so() -> None:
    made = Authenticator(flags=PRESENT | SYNCABLE | SYNCED).make(OPTIONS)

    verified = verify_registration(read_registration(json.dumps(made)), PLACE)

    assert verified.credential_backed_up
    assert verified.credential_device_type.value == "multi_device"


def test_only_the_passkeys_own_signature_proves_it() -> None:
    """Not that of another, nor over anything else."""
    stranger = Authenticator()
    other = {**USED["response"], "clientDataJSON": FIRST["response"]["clientDataJSON"]}
    answers = [
        stranger.use(OPTIONS),
        {**USED, "response": {**USED["response"], "signature": ""}},
        {**USED, "response": other},
    ]

    for answer in answers:
        read = read_assertion(json.dumps(answer))
        with pytest.raises(PasskeyNotProvenError):
            verify_assertion(read, PLACE, public_key=MADE.cose())


def test_an_answer_has_its_bound() -> None:
    """Before it is parsed."""
    fill = MAX_ANSWER - len(json.dumps({**USED, "": ""}))
    whole = json.dumps({**USED, "": "x" * fill})

    read_assertion(whole)
    for read in (read_assertion, read_registration):
        with pytest.raises(PasskeyError):
            read(whole + " ")


def _paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    below = [each for name in value for each in _paths(value[name], (*path, name))]
    return [path, *below] if path else below


def _with(value: Any, path: tuple[str, ...], new: Any) -> Any:
    if not path:
        return new
    return {**value, path[0]: _with(value[path[0]], path[1:], new)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)
BYTES = st.binary(max_size=200).map(text)


@pytest.mark.parametrize(
    "text_",
    [
        *("", "null", "[]", "{}", "5", '"x"', "{", "\ud800", "NaN", "\0"),
        "[" * MAX_ANSWER,
        '{"a":' * (MAX_ANSWER // 5),
        "9" * MAX_ANSWER,
    ],
)
def test_what_is_no_answer_is_refused(text_: str) -> None:
    for read in (read_assertion, read_registration):
        with pytest.raises(PasskeyError):
            read(text_)


def _all_of_it(whole: dict[str, Any], *, is_first: bool) -> None:
    """Read and verify; let out nothing but what the module declares."""
    text_ = json.dumps(whole)
    try:
        if is_first:
            verify_registration(read_registration(text_), PLACE)
        else:
            verify_assertion(read_assertion(text_), PLACE, public_key=MADE.cose())
    except GatewayError as error:
        assert isinstance(error, PasskeyError | PasskeyNotProvenError)  # noqa: PT017


@given(st.data())
def test_any_part_of_it_may_be_anything(data: st.DataObject) -> None:
    """Of the wrong type, of other bytes: refused in our own words."""
    for whole, is_first in ((FIRST, True), (USED, False)):
        path = data.draw(st.sampled_from(_paths(whole)))
        spoilt = _with(whole, path, data.draw(JSON | BYTES))
        _all_of_it(spoilt, is_first=is_first)


@given(st.sampled_from(["attestationObject", "clientDataJSON"]), st.data())
def test_any_byte_of_it_may_be_another(name: str, data: st.DataObject) -> None:
    """CBOR and JSON that break anywhere."""
    for whole, is_first in ((FIRST, True), (USED, False)):
        key = name if name in whole["response"] else "authenticatorData"
        right = bytearray(raw(whole["response"][key]))
        place = data.draw(st.integers(0, len(right) - 1))
        right[place] = data.draw(st.integers(0, 255))
        cut = bytes(right[: data.draw(st.integers(0, len(right)))])
        for broken in (bytes(right), cut):
            spoilt = _with(whole, ("response", key), text(broken))
            _all_of_it(spoilt, is_first=is_first)


@given(JSON)
def test_a_cbor_of_any_shape_is_refused(value: Any) -> None:
    """An attestation in which everything may be anything."""
    for shape in (
        value,
        {"fmt": value, "authData": value},
        {"fmt": "none", "x": value},
    ):
        encoded = text(cbor2.dumps(shape))
        _all_of_it(
            _with(FIRST, ("response", "attestationObject"), encoded), is_first=True
        )


def test_the_fuzz_above_begins_with_what_is_taken() -> None:
    """Else it would prove nothing."""
    checks: list[Callable[[], object]] = [
        lambda: verify_registration(read_registration(json.dumps(FIRST)), PLACE),
        lambda: verify_assertion(
            read_assertion(json.dumps(USED)), PLACE, public_key=MADE.cose()
        ),
    ]
    for check in checks:
        assert check()
