"""What outlives the files of SAML providers."""

from datetime import timedelta
from pathlib import Path

from gateway.app.saml import SamlGround, build_parts, build_saml_parties
from gateway.config.configuration import Configuration
from tests.authentication.saml.idp import pair
from tests.config.files import NOON, Folder
from tests.databases import File

PARTNER = """
kind = "saml"
id = "partner"
owner = "me@example.com"
[idp]
entity_id = "urn:idp"
sso_url = "https://idp.example.com/sso"
certificates = [{ file = "keys/idp.pem" }]
"""


def load(folder: Folder, text: str) -> Configuration:
    folder.write("keys/idp.pem", pair("idp").certificate_pem.decode())
    folder.write("providers/partner.toml", text)
    return folder.load()


def test_a_file_makes_a_party_if_people_sign_in_with_it(tmp_path: Path) -> None:
    """Without any such provider nothing is loaded, and nothing is to be kept."""
    database = File(tmp_path / "gateway.db").open(busy_timeout=timedelta(seconds=5))
    ground = SamlGround(database=database, clock=lambda: NOON)
    folder = Folder(tmp_path / "config")
    ground.refresh_due()
    ground.keep_only([])

    parts = build_parts(load(folder, PARTNER), ground)
    parties = build_saml_parties(parts, clock=lambda: NOON)
    exchanged = 'accept.flows = ["exchange"]' + PARTNER
    others = build_parts(load(folder, exchanged), ground)

    assert parties.keys() == parts.keys() == others.keys() == {"partner"}
    assert build_saml_parties(others, clock=lambda: NOON) == {}
    ground.refresh_due()
    ground.keep_only(parts.values())
    database.close()
