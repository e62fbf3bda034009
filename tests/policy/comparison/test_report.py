"""`gateway.policy.comparison.report`."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from gateway.config.document import Document
from gateway.config.settings.guest import GuestSettings
from gateway.policy.comparison.approvals import approve, read_approvals
from gateway.policy.comparison.findings import Finding
from gateway.policy.comparison.report import Report, to_json, to_text
from gateway.policy.comparison.settings import find_settings
from tests.policy.comparison.pairs import Files, Pair, rule_of
from tests.policy.comparison.sides import comparison
from tests.policy.files import mint

SHADOW = rule_of("identity.disabled", name="w", effect="deny", routes="files")
SHADOW = SHADOW.replace('effect = "deny"', 'effect = "deny"\nmode = "shadow"')
OLD = rule_of("identity.acr == 'x'", routes="files") + mint(a="'1'")
NEW = rule_of("identity.acr == 'y'", routes="files", name="other") + mint(a="'2'")
BOTH = rule_of("identity.tenant == 't'", routes="files", name="both")

APPROVED = """
[[approval]]
route = "files"
kind = "authenticated"
rule = "orders/other"
approved_by = "a"
reason = "b"
expires = 2027-01-01
[[approval]]
rule = "orders/stale"
route = "bills"
kind = "guest"
approved_by = "a"
reason = "b"
expires = 2027-01-01
[[approval]]
what = "setting"
rule = "guest.ceiling"
approved_by = "a"
reason = "b"
expires = 2026-01-01
"""


def made(
    old: str = OLD + BOTH, new: str = NEW + BOTH + SHADOW, approved: str = ""
) -> Report:
    run = comparison(Pair("p", Files((old,)), Files((new,))))
    findings: list[Finding] = [*run.run(), *find_settings(run.old, run.new)]
    report = Report(run.old, run.new, ("HEAD", "."), findings, run.asked)
    document = Document(path=Path("a.toml"), name="a.toml", raw=approved.encode())
    report.approved = approve(
        findings, read_approvals(document), today=date(2026, 5, 4)
    )
    return report


def test_people_read_what_is_wider_first() -> None:
    """With a request to explain and a test to paste."""
    text = to_text(made())

    assert text.startswith("widened: lets in who was kept out\n")
    assert (
        "GET files for authenticated by orders/other [access]  of corp, google\n"
        in text
    )
    assert "was denied (no_allow), is allowed by orders/other" in text
    assert "gateway explain --method GET --path /v1/files/x/x" in text
    assert "      | [[test]]" in text
    assert "narrowed: keeps out who was let in" in text
    assert "[claims] a\n      was a = '1', is a = '2'" in text
    assert "deny now noted" in text
    last = text.split("\n")[-1]
    assert last.startswith("HEAD → .: 3 widened, 3 narrowed, 3 claims, ")
    assert "approved" not in text


def test_more_is_shown_to_who_asks_for_all() -> None:
    """A request for what changes no access, too."""
    report = made()

    assert len(to_text(report, verbose=True)) > len(to_text(report))


def test_what_is_agreed_to_is_marked_and_what_nothing_needs_is_told() -> None:
    """So that the file is kept in order."""
    text = to_text(made(approved=APPROVED))

    assert "[access]  of corp, google  (approved: a.toml:5:8)" in text
    assert "(3 approved)" in text
    assert "the approval of orders/stale on bills is stale: nothing needs it" in text
    assert "the approval of guest.ceiling expired on 2026-01-01" in text


def test_a_role_that_is_gained_is_told() -> None:
    """With those that were held."""
    role = '[[role]]\nid = "r"\nfor = "authenticated"\nwhen = "{}"\n'
    rules = rule_of("true", routes="files") + rule_of(
        "request.tls", name="more", routes="files", more='roles = ["r"]'
    )
    other = '[[role]]\nid = "s"\nfor = "authenticated"\nwhen = "true"\n'
    rules = rules.replace('id = "only"', 'id = "only"\nroles = ["s"]')

    text = to_text(
        made(other + role.format("false") + rules, other + role.format("true") + rules)
    )

    assert (
        "was allowed by orders/only with roles s, is allowed by orders/only with"
        in text
    )
    assert "[roles]" in text


def test_programs_read_all_of_it() -> None:
    """In the types of JSON."""
    told = json.loads(json.dumps(to_json(made(approved=APPROVED))))

    assert (told["old"], told["new"], told["open"]) == ("HEAD", ".", 0)
    first = told["findings"][0]
    assert first["verdict"] == "widened"
    assert first["old"] == {
        "allowed": False,
        "reason": "no_allow",
        "rule": "",
        "roles": [],
        "claims": {},
    }
    assert first["new"]["claims"] == {"a": "2", "aud": "https://orders.internal"}
    assert first["approved"]["approved_by"] == "a"
    assert first["witness"]["request"]["path"] == "/v1/files/x/x"
    assert first["witness"]["explain"].startswith("gateway explain")
    assert "[[test]]" in first["witness"]["test"]
    assert len(told["stale_approvals"]) == len(told["expired_approvals"]) == 1


def test_a_setting_has_no_witness() -> None:
    """It is told by its key."""
    old = Files((OLD,))
    high = replace(
        old, guest=GuestSettings(enabled=True, ceiling=("guest", "trial", "x"))
    )
    run = comparison(Pair("p", old, high))
    findings = list(find_settings(run.old, run.new))
    report = Report(run.old, run.new, ("a", "b"), findings, 0)

    assert "  guest.ceiling: `x` is added [setting]" in to_text(report)
    assert to_json(report)["findings"][0]["witness"] is None
