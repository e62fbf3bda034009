"""Questions to a provider's API."""

import base64

import pytest
from typing_extensions import override

from gateway.authentication.opaque.api import Api, basic, bearer
from gateway.model.errors import BadAnswerError, GatewayError, ProviderUnavailableError
from tests.peers.stand_ins.wire import TROUBLE, Asked, Direct, Reply, StandIn, reply

URL = "https://api.example/token"


class Echo(StandIn):
    @override
    def usual(self, asked: Asked) -> Reply:
        return reply({"method": asked.method, **asked.query, **asked.form})


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def api(echo: Echo) -> Api:
    return Api("example", fetcher=Direct(echo))


def test_a_query_is_encoded(api: Api, echo: Echo) -> None:
    """A `|`, a `+` and a space mean something else where they are not."""
    answer = api.get(URL, {"token": "Atza|a+b c&d=e"}, headers=bearer("t"))

    assert answer.good
    assert answer.members == {"method": "GET", "token": "Atza|a+b c&d=e"}
    assert echo.asked[0].headers["authorization"] == "Bearer t"


def test_a_form_says_that_it_is_one(api: Api, echo: Echo) -> None:
    answer = api.post(URL, {"code": "a|b"})

    assert answer.members["code"] == "a|b"
    assert echo.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_bytes_are_sent_as_they_are(api: Api, echo: Echo) -> None:
    api.post(URL, b"{}", headers={"content-type": "application/json"})

    assert echo.asked[0].body == b"{}"


@pytest.mark.parametrize("kind", ["text/javascript", "application/problem+json"])
def test_json_goes_by_several_names(api: Api, echo: Echo, kind: str) -> None:
    echo.faults["/token"] = Reply(200, b"{}", {"content-type": f"{kind}; charset=x"})

    assert api.get(URL).members == {}


def test_an_error_need_not_be_json(api: Api, echo: Echo) -> None:
    """Its status says enough."""
    echo.faults["/token"] = Reply(401, b"<html>", {"content-type": "text/html"})
    answer = api.get(URL)
    assert (answer.status, answer.good, answer.members) == (401, False, {})

    echo.faults["/token"] = Reply(400, b"[1]")
    assert api.get(URL).members == {}


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        ("a page for people", BadAnswerError),
        ("a page that calls itself JSON", BadAnswerError),
        ("half of it", BadAnswerError),
        ("10 MB", BadAnswerError),
        ("a redirect", BadAnswerError),
        ("an empty list", BadAnswerError),
        ("nothing", BadAnswerError),
        ("500", ProviderUnavailableError),
        ("503 as a page", ProviderUnavailableError),
        ("429", ProviderUnavailableError),
        ("nothing in time", ProviderUnavailableError),
    ],
)
def test_trouble_has_a_name(
    api: Api, echo: Echo, trouble: str, failure: type[GatewayError]
) -> None:
    """Whether trying again may help is the difference."""
    echo.faults["/token"] = TROUBLE[trouble]

    with pytest.raises(failure):
        api.get(URL)
    with pytest.raises(failure):
        api.post(URL, b"")


def test_few_wait_for_one_provider() -> None:
    """One that hangs costs the others nothing: the next is told at once."""
    told: list[str] = []

    class Hanging(StandIn):
        @override
        def usual(self, asked: Asked) -> Reply:
            with pytest.raises(ProviderUnavailableError, match="too many"):
                narrow.get(URL)
            told.append("at once")
            return reply({})

    narrow = Api("example", fetcher=Direct(Hanging()), max_at_once=1)

    assert narrow.get(URL).good
    assert narrow.post(URL, {}).good
    assert told == ["at once"] * 2


def test_the_operator_learns_when_to_come_back(api: Api, echo: Echo) -> None:
    echo.faults["/token"] = TROUBLE["429"]

    with pytest.raises(ProviderUnavailableError) as caught:
        api.get(URL)
    assert "'60'" in caught.value.detail


def test_a_list_is_read_as_one(api: Api, echo: Echo) -> None:
    echo.faults["/token"] = reply([{"a": 1}, 2])
    assert api.items(URL, {}, headers={}) == [{"a": 1}, 2]

    echo.faults["/token"] = reply({"message": "Not Found"}, 404)
    assert api.items(URL, {}, headers={}) is None


@pytest.mark.parametrize("trouble", ["a page for people", "an empty object", "null"])
def test_what_is_no_list_is_refused(api: Api, echo: Echo, trouble: str) -> None:
    echo.faults["/token"] = TROUBLE[trouble]

    with pytest.raises(BadAnswerError):
        api.items(URL, {}, headers={})


def test_an_id_and_a_secret_are_encoded_each_for_itself() -> None:
    """RFC 6749 section 2.3.1: a colon in either would move the border."""
    header = basic("a:b", "c d:ü".encode())["authorization"]

    kind, _, pair = header.partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(pair) == b"a%3Ab:c%20d%3A%C3%BC"
