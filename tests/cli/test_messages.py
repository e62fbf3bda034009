"""`gateway messages`: what became of messages, and trying again."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.app.pools import PoolServices
from gateway.pool.messages.delivery import Keeping
from gateway.pool.messages.errors import RefusedError
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.sign_up import SignUp
from gateway.storage.pools.users import Users
from tests.cli.users.conftest import Office
from tests.pool.messages.letters import Bag


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return a folder whose database has a message that failed, and one that waits."""
    office = Office(tmp_path)

    def fill(services: PoolServices) -> None:
        for name in ("ana", "bob"):
            asked = SignUp(name, "Correct horse 1!", {"email": f"{name}@example.com"})
            services.sign_ups.sign_up(office.pool, asked)
        (message,) = services.deliveries.claim(1)
        bag = Bag(failures=[RefusedError("550 nobody")])
        senders = dict.fromkeys(Address, bag)
        services.deliveries.deliver(message, senders=senders, keeping=Keeping())

    office.do(fill)
    return office


def listed(office: Office, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.json("messages", "list", *arguments)[
        "messages"
    ]
    return found


def test_what_failed_is_listed_with_why(office: Office) -> None:
    """By state, by address; for programs and for people."""
    (failed,) = listed(office, "--state", "failed")

    assert failed["error"] == "550 nobody"
    assert failed["tries"] == "1"
    assert len(listed(office)) == 2
    assert listed(office, "--to", failed["to"]) == [failed]
    said = office.run("messages", "list").stdout
    assert "550 nobody" in said
    assert "waiting" in said
    assert "there are more" not in said


def test_what_failed_is_tried_again(office: Office) -> None:
    """Once; and what never failed is not."""
    (failed,) = listed(office, "--state", "failed")

    told = office.json("messages", "retry", failed["id"])

    assert told == {"retried": [failed["id"]], "missing": []}
    again = office.run("messages", "retry", failed["id"], "0" * 32)

    assert again.exit_code == 1
    assert again.stderr.count("no message that has failed") == 2
    assert listed(office, "--state", "failed") == []


def test_a_long_list_says_how_to_go_on(office: Office) -> None:
    """Page by page."""

    def fill(services: PoolServices) -> None:
        notice = Notice(
            NoticeKind.PASSWORD_CHANGED, SentCode(Address.EMAIL, "ana@example.com")
        )

        def work(connection: Connection) -> None:
            page = services.outbox_reader.page(to="ana@example.com")
            user = Users(connection).find(office.pool.id, page.messages[0].message.sub)
            assert user is not None
            for _ in range(50):
                services.outbox.put(connection, office.pool, user, notice)

        services.deliveries._database.write(work)

    office.do(fill)

    said = office.run("messages", "list").stdout
    cursor = said.rpartition("--cursor ")[2].strip()

    assert len(listed(office, "--cursor", cursor)) == 2
    assert office.run("messages", "list", "--cursor", "x").exit_code != 0
