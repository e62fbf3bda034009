"""What docs/exchange.md says to paste works on the running demo."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.peers.relying_party import relying_party
from tests.peers.running_demo import (
    COMMAND_SECONDS,
    GATEWAY,
    ISSUER,
    ROOT,
    Demo,
    clone,
    running_demo,
)
from tests.peers.running_gateway import ENVIRONMENT, client

pytestmark = pytest.mark.peer

ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
_ENDS = "\n\x1e\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "clone"
    clone(folder)
    with running_demo(folder) as demo:
        yield demo


def _answers(folder: Path) -> list[Any]:
    """Return what the lines have printed, each of the first block of the page."""
    page = (ROOT / "docs/exchange.md").read_text()
    script = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0]
    # What prints stands at the beginning of a line, and is told apart by a mark.
    marked = re.sub(
        r"^((?:exchange|curl) .*)$",
        r"\1; printf '\\n\\x1e\\n'",
        script,
        flags=re.MULTILINE,
    )
    done = subprocess.run(  # noqa: S603 - what the page says to run
        ["/bin/bash", "-c", marked],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=True,
    )
    assert not done.stderr, done.stderr
    return [json.loads(each) for each in done.stdout.split(_ENDS)[:-1]]


def test_each_line_of_the_page_does_what_it_says(demo: Demo) -> None:
    """One for each kind of token, and what comes of it."""
    ana, ben, guest, service, order, acted, upgraded = _answers(demo.folder)
    claims = [
        jwt.decode(each["access_token"], options={"verify_signature": False})
        for each in (ana, ben, guest, service, acted, upgraded)
    ]

    assert ana["scope"] == guest["scope"] == "orders:read"
    assert [each["aud"] for each in claims[:4]] == [
        *[GATEWAY] * 3,
        "http://orders.demo",
    ]
    assert order["you_asked"] == "GET /v1/orders/ana-77"
    assert order["claims"]["sub"] == ana["identity_id"] == service["identity_id"]
    assert claims[4]["act"] == {"sub": ben["identity_id"]}
    # Ana was here before: her own id is the one that stays.
    assert upgraded["identity_id"] == ana["identity_id"] != guest["identity_id"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("bound", "kind"), [(True, "dpop"), (False, "bearer")])
def test_a_client_that_nobody_here_wrote_exchanges_and_asks(
    *, bound: bool, kind: str
) -> None:
    """`openid-client` of npm, with a proof for each request and without."""
    with client(ISSUER) as issuer:
        token = issuer.post("/token", data={"name": "ana"}).text
    urls = [f"{GATEWAY}/v1/orders/{name}?x=1" for name in ("ana-77", "ana-78")]
    form = {"subject_token": token, "subject_token_type": ID_TOKEN}

    with relying_party() as party:
        found = party.ask(
            op="exchange",
            issuer=GATEWAY,
            client_id="anybody",
            dpop=bound,
            form=form,
            urls=urls,
        )

    assert found["issued"]["token_type"] == kind, found
    assert found["asked"] == [200, 200]
