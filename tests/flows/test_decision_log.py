"""What a request leaves in the decision log."""

from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.config.settings.log import DecisionLog
from gateway.policy.recording.values import digest_of, encode
from tests.flows.house import NOON, House

WATCHED = """
[[rule]]
id = "no-cookies"
effect = "deny"
mode = "shadow"
routes = ["feed"]
for = ["guest", "authenticated"]
when = "'cookie' in request.headers && request.query.channel == ['vip']"
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def append(house: House, name: str, text: str) -> None:
    path = house.folder / name
    path.write_text(path.read_text() + text)


async def test_a_decision_is_recorded_with_all_that_it_read(house: House) -> None:
    """And with nothing else of the request."""
    async with house.open() as caller:
        response = await caller.get(
            "/v1/orders/ana-1?token=hunter2", headers=house.bearer("ana", groups=["a"])
        )
        (line,) = house.logged("decisions")

    assert line["reads"] == {
        "identity.groups": ["a"],
        "identity.subject": "ana",
        "route.params.order_id": "ana-1",
    }
    assert (line["absent"], line["dropped"]) == ([], [])
    assert (line["kind"], line["schema"]) == ("decision", 1)
    assert (line["method"], line["route"], line["effect"]) == ("GET", "order", "allow")
    assert line["policy_digest"] == house.snapshot.loaded.engine.digest
    assert line["revision"] == ""
    assert line["request_id"] == response.headers["x-request-id"]
    assert line["time"] == NOON.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert line["claims"]
    assert sum(line["steps_us"].values()) <= line["us"] + 5


async def test_a_failed_decision_is_recorded_with_what_it_read(house: House) -> None:
    """The question is the same, whatever the answer was."""
    async with house.open() as caller:
        await caller.get("/v1/broken", headers=house.bearer("ana"))
        (line,) = house.logged("decisions")

    assert line["reason"] == "policy_error"
    assert line["reads"] == {"request.id": line["request_id"]}
    assert line["claims"] == ""


async def test_the_configuration_says_what_is_hashed_and_dropped(house: House) -> None:
    """By the key that is derived from the storage key."""
    append(house, "policies/orders.toml", WATCHED)
    config = (house.folder / "config.toml").read_text()
    setting = 'decisions = { sink = "file:state/decisions.jsonl"'
    assert setting in config
    chosen = (
        f'{setting}, hash = ["identity.groups", "request.query"], '
        'drop = ["identity.subject"]'
    )
    (house.folder / "config.toml").write_text(config.replace(setting, chosen))

    async with house.open() as caller:
        await caller.get("/v1/orders/ana-1", headers=house.bearer("ana", groups=["a"]))
        await caller.get("/v1/feed?channel=vip")
        member, guest = house.logged("decisions")
        hasher = house.tools.logs.hasher

    assert member["reads"] == {
        "identity.groups": [{"$hash": digest_of("a", hasher)}],
        "route.params.order_id": "ana-1",
    }
    assert member["dropped"] == ["identity.subject"]
    assert guest["reads"]["request.query.channel"] == encode(["vip"], hasher)
    assert guest["dropped"] == ["request.headers.cookie"]


async def test_no_credential_reaches_the_log(house: House) -> None:
    """Neither the token nor a cookie, also if a policy reads it."""
    append(house, "policies/orders.toml", WATCHED)
    headers = house.bearer("ana") | {"cookie": "sid=hunter2"}
    async with house.open() as caller:
        await caller.get("/v1/feed?channel=vip", headers=headers)
        (line,) = house.logged("decisions")
        text = (house.folder / "state/decisions.jsonl").read_text()

    assert line["dropped"] == ["request.headers.cookie"]
    assert "hunter2" not in text
    assert "eyJ" not in text


async def test_a_rule_in_shadow_mode_is_logged_and_counted_and_nothing_else(
    house: House,
) -> None:
    """What it would have done; the request passes."""
    append(house, "policies/orders.toml", WATCHED)
    async with house.open() as caller:
        answers = [
            await caller.get(path, headers=headers)
            for path, headers in (
                ("/v1/feed?channel=vip", {"cookie": "a=b"}),
                ("/v1/feed?channel=vip", {}),
                ("/v1/feed", {"cookie": "a=b"}),
            )
        ]
        lines = house.logged("decisions")
        counts = house.tools.counts()

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [line["shadow"][0]["outcome"] for line in lines] == [
        "true",
        "false",
        "error",
    ]
    assert {name: n for name, n in counts.items() if name.startswith("shadow")} == {
        "shadow.orders/no-cookies.error": 1,
        "shadow.orders/no-cookies.no_match": 1,
        "shadow.orders/no-cookies.would_deny": 1,
    }


async def test_the_page_about_the_log_names_every_field(house: House) -> None:
    """A field that nobody explains is a field that somebody guesses at."""
    page = (Path(__file__).parents[2] / "docs/decision-log.md").read_text()
    async with house.open() as caller:
        await caller.get("/v1/feed", headers=house.bearer("ana"))
        (line,) = house.logged("decisions")

    for name in (*line, *line["steps_us"]):
        assert f"`{name}`" in page, name


def test_the_settings_of_the_page_are_settings(house: House) -> None:
    """As they stand there."""
    page = (Path(__file__).parents[2] / "docs/decision-log.md").read_text()
    block = page.partition("```toml\n")[2].partition("```")[0]
    setting = 'decisions = { sink = "file:state/decisions.jsonl" }\n'
    config = (house.folder / "config.toml").read_text()
    assert setting in config
    (house.folder / "config.toml").write_text(config.replace(setting, "") + block)

    decisions = load(house.folder / "config.toml").configuration.settings.log.decisions

    assert decisions.hash == ("identity.email", "request.ip")
    assert (decisions.drop, decisions.keep) == (DecisionLog().drop, DecisionLog().keep)
