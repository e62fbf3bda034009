"""Whether the sections and the files agree with each other."""

import pytest

from gateway.config.faults import Fault
from tests.config.files import Folder

GUEST = 'kind = "guest"\nid = "guest"\nowner = "x"\n'


def warnings(folder: Folder) -> list[Fault]:
    return list(folder.load().warnings)


def the_error(folder: Folder) -> Fault:
    (fault,) = (fault for fault in folder.faults() if fault.code[0] == "E")
    return fault


def test_two_listeners_need_two_addresses(folder: Folder) -> None:
    """Port 0 is another one each time."""
    same = '[server]\nlisten = "127.0.0.1:{0}"\nadmin_listen = "127.0.0.1:{0}"'
    folder.change("config.toml", "[server]", same.format(0))
    folder.load()

    folder.change("config.toml", same.format(0), same.format(9000))

    fault = the_error(folder)
    assert (fault.code, fault.where) == ("E306", "config.toml:5:16")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('admin_listen = "0.0.0.0:8081"', "W103"),
        ('admin_listen = "[::1]:8081"', None),
        ('admin_listen = "localhost:8081"', None),
        ("limits.token_bytes = 16384", None),
        ("limits.token_bytes = 16385", "W206"),
    ],
)
def test_a_server_that_is_open_or_contradicts_itself_is_warned_of(
    folder: Folder, line: str, code: str | None
) -> None:
    """Somebody may want it so."""
    folder.change("config.toml", "[server]", f"[server]\n{line}")

    assert [w.code for w in warnings(folder)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("http://gw.example.com", ["W102"]),
        ("http://127.0.0.1:8080", []),
        ("http://localhost:8080", []),
        ("http://[::1]:8080", []),
    ],
)
def test_credentials_on_a_bare_line_are_warned_of(
    folder: Folder, url: str, codes: list[str]
) -> None:
    """On this machine there is no line."""
    folder.change("config.toml", "https://gw.example.com", url)

    assert [w.code for w in warnings(folder)] == codes


def test_minted_credentials_on_a_bare_line_are_warned_of(folder: Folder) -> None:
    """One such target is enough."""
    folder.change("config.toml", "https://orders.internal:8443", "http://127.0.0.1")
    assert warnings(folder) == []

    folder.change("config.toml", '"http://127.0.0.1"', '"http://a", "http://127.0.0.1"')

    assert [w.as_line().split(": ")[0] for w in warnings(folder)] == [
        "config.toml:14:11"
    ]


def test_a_key_outlives_the_tokens_that_it_signed(folder: Folder) -> None:
    """`retain_after` of `ttl` and `skew` together passes, a second less does not."""
    folder.add("config.toml", '[tokens.profiles.long]\nttl = "10m"\n')
    folder.add("config.toml", '[keys]\nretain_after = "630s"\n')
    folder.load()

    folder.change("config.toml", '"630s"', '"629s"')

    fault = the_error(folder)
    assert (fault.code, fault.source) == ("E510", 'retain_after = "629s"')
    assert "profile `long`" in fault.message
    assert fault.help.startswith("at least 630s")


def test_without_profiles_there_is_no_token_to_outlive(folder: Folder) -> None:
    """A gateway that only answers itself."""
    config = (folder.root / "config.toml").read_text()
    folder.write("config.toml", config[: config.index("[tokens")])
    folder.add("config.toml", '[keys]\nretain_after = "0s"\n')

    assert folder.load().settings.tokens.profiles == {}


def test_a_key_is_published_within_the_life_of_the_one_before(folder: Folder) -> None:
    """Else two keys would wait at a time."""
    folder.add("config.toml", '[keys]\nrotate_every = "2h"\npublish_before = "119m"\n')
    folder.load()

    folder.change("config.toml", '"119m"', '"120m"')

    assert the_error(folder).code == "E514"


def test_ids_are_unique_and_the_first_is_named(folder: Folder) -> None:
    """Logs and policies mean one thing by one name."""
    route = '[[routes]]\nid = "orders-read"\npath = "/x"\nmethods = ["GET"]\n'
    folder.add("config.toml", f'{route}upstream = "orders"\n')

    fault = the_error(folder)

    assert (fault.code, fault.message) == (
        "E301",
        "two routes have the id `orders-read`",
    )
    assert fault.help == "the first stands at config.toml:18:6"


def test_provider_and_policy_ids_are_unique_across_files(folder: Folder) -> None:
    """In the order of the files' names."""
    provider = (folder.root / "providers/corp.toml").read_text()
    folder.write("providers/copy.toml", provider.replace("login", "other"))
    policy = (folder.root / "policies/orders.toml").read_text()
    folder.write("policies/copy.toml", policy)

    assert [(f.code, f.where) for f in folder.faults()] == [
        ("E301", "policies/orders.toml:2:6"),
        ("E301", "providers/corp.toml:2:6"),
    ]


def test_role_and_rule_ids_are_unique_in_a_file(folder: Folder) -> None:
    """A decision names its rule."""
    role = '[[role]]\nid = "r"\nfor = "guest"\nwhen = "true"\n'
    rule = '[[rule]]\nid = "all"\neffect = "deny"\nroutes = "*"\nfor = "guest"\nwhen = "true"\n'
    folder.add("policies/orders.toml", role + role + rule)

    assert folder.codes() == ["E301", "E301"]


def test_a_route_leads_to_what_is_declared(folder: Folder) -> None:
    """With the nearest name, or how to declare it."""
    folder.change(
        "config.toml", 'upstream = "orders"', 'upstream = "order"\nprofile = "txn"'
    )

    faults = [(f.code, f.help) for f in folder.faults() if f.code[0] == "E"]

    assert faults == [
        ("E303", "did you mean `orders`?"),
        ("E304", "declare [tokens.profiles.txn]"),
    ]


@pytest.mark.parametrize(
    ("host", "path", "method", "own"),
    [
        ("*", "/login", "GET", "/login"),
        ("gw.example.com", "/{x}", "GET", "/login"),
        ("api.example.com", "/login", "GET", None),
        ("*", "/**", "DELETE", "/.well-known/x"),
        ("*", "/", "GET", None),
        ("*", "/", "POST", "/"),
    ],
)
def test_a_route_leaves_the_gateways_own_paths_alone(
    folder: Folder, host: str, path: str, method: str, own: str | None
) -> None:
    """On the public host the control plane answers them, so the route never would."""
    folder.change(
        "config.toml",
        'path = "/v1/orders/{order_id}"\nmethods = ["GET"]',
        f'host = "{host}"\npath = "{path}"\nmethods = ["{method}"]',
    )

    if own is None:
        folder.load()
    else:
        fault = the_error(folder)
        assert fault.code == "E305"
        assert f"https://gw.example.com{own}," in fault.message


def test_an_upstream_without_a_route_is_warned_of(folder: Folder) -> None:
    """Probably a name that was changed in one place."""
    folder.add(
        "config.toml", '[upstreams.x]\ntargets = ["https://x"]\naudience = "x"\n'
    )

    (warning,) = warnings(folder)

    assert (warning.code, warning.source) == ("W205", "[upstreams.x]")


def test_one_issuer_has_one_provider(folder: Folder) -> None:
    """Whose token is it otherwise? Other spellings count."""
    other = 'kind = "oidc"\nid = "other"\nowner = "x"\naudiences = ["x"]\n'
    folder.write(
        "providers/other.toml",
        f'{other}issuer = "https://b.example"\n'
        'issuer_aliases = ["https://login.corp.example"]\n',
    )

    fault = the_error(folder)

    assert fault.code == "E302"
    assert "provider `corp`" in fault.message


def test_the_gateway_is_no_provider_of_its_own(folder: Folder) -> None:
    """What it mints is for upstreams, never a way in."""
    folder.change("providers/corp.toml", "login.corp.example", "gw.example.com")

    assert the_error(folder).code == "E332"


def test_guests_need_a_provider(folder: Folder) -> None:
    """Which says how they are mapped."""
    folder.add("config.toml", "[guest]\nenabled = true\n")
    assert the_error(folder).code == "E331"

    folder.write("providers/guest.toml", GUEST)

    assert warnings(folder) == []


def test_a_provider_for_guests_without_guests_is_warned_of(folder: Folder) -> None:
    """It does nothing."""
    folder.write("providers/guest.toml", GUEST)

    assert [w.code for w in warnings(folder)] == ["W204"]


def test_there_is_one_provider_for_guests(folder: Folder) -> None:
    """There is one guest token."""
    folder.add("config.toml", "[guest]\nenabled = true\n")
    folder.write("providers/guest.toml", GUEST)
    folder.write("providers/guest2.toml", GUEST.replace('"guest"\no', '"guest2"\no'))

    fault = the_error(folder)

    assert (fault.code, fault.file) == ("E333", "providers/guest2.toml")


APP = 'client.id = "1"\nclient.secret = { env = "SECRET" }\n'
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
TENANTS = TENANT, "9188040d-6c67-4c5b-b112-36a304b66dad"
TRUST = """
[link]
policy              = "verified-email"
trust_email_domains = ["corp.example"]
"""


def trusted(folder: Folder, kind: str, more: str) -> Folder:
    head = f'kind = "{kind}"\nid = "there"\nowner = "x"\n'
    folder.environ["SECRET"] = "x"
    folder.write("providers/there.toml", head + more + TRUST)
    return folder


@pytest.mark.parametrize(
    ("kind", "more", "writers"),
    [
        ("amazon", APP, "everybody"),
        ("facebook", APP, "everybody"),
        ("github", APP, "everybody"),
        ("twitter", APP, "everybody"),
        (
            "microsoft",
            f'client.id = "1"\ntenants = {[*TENANTS]}\n',
            "an administrator of any of its tenants",
        ),
    ],
    ids=["amazon", "facebook", "github", "twitter", "microsoft"],
)
def test_who_lets_anybody_write_an_address_is_trusted_with_no_domain(
    folder: Folder, kind: str, more: str, writers: str
) -> None:
    """Or whoever writes an address there would be the person who has it here."""
    fault = the_error(trusted(folder, kind, more))

    assert (fault.code, fault.file) == ("E345", "providers/there.toml")
    assert f"at kind `{kind}` {writers} can write" in fault.message


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("microsoft", f'client.id = "1"\ntenants = ["{TENANT}"]\n'),
        (
            "microsoft",
            f"""
client.id = "1"
issuer    = "https://login.microsoftonline.com/{TENANT}/v2.0"
""",
        ),
        ("gitlab", 'client.id = "1"\n'),
    ],
    ids=["one tenant", "one issuer", "gitlab"],
)
def test_whoever_owns_a_domain_may_speak_for_it(
    folder: Folder, kind: str, more: str
) -> None:
    """As their file says."""
    trusted(folder, kind, more).load()


def test_without_config_toml_providers_are_checked_among_themselves(
    folder: Folder,
) -> None:
    """What needs it is left out."""
    (folder.root / "config.toml").unlink()
    folder.write("providers/guest.toml", GUEST)
    folder.write("providers/guest2.toml", GUEST)

    assert folder.codes() == ["E101", "E333", "E301"]


def test_an_owner_is_asked_for(folder: Folder) -> None:
    """Of providers and of policies."""
    folder.change("providers/corp.toml", 'owner = "identity-team@example.com"', "")
    folder.change("policies/orders.toml", 'owner = "orders-team@example.com"', "")

    assert [w.code for w in warnings(folder)] == ["W202", "W202"]


def test_a_review_is_due_after_its_day(folder: Folder) -> None:
    """The tests stand still on 4 May 2026."""
    folder.change(
        "policies/orders.toml", "[policy]", "[policy]\nreview_by = 2026-05-04"
    )
    assert warnings(folder) == []

    folder.change("policies/orders.toml", "2026-05-04", "2026-05-03")

    (warning,) = warnings(folder)
    assert (warning.code, warning.where) == ("W203", "policies/orders.toml:2:13")


def test_the_default_role_is_declared(folder: Folder) -> None:
    """Or a slip of the pen would give nobody anything."""
    folder.add(
        "policies/orders.toml",
        '[roles]\non_none = "default"\ndefault = "custmer"\n'
        '[[role]]\nid = "customer"\nfor = "authenticated"\nwhen = "true"\n',
    )
    fault = the_error(folder)
    assert (fault.code, fault.help) == ("E334", "did you mean `customer`?")

    folder.change("policies/orders.toml", "custmer", "customer")

    folder.load()


def test_a_test_names_a_fixture_that_exists(folder: Folder) -> None:
    """`guest` is always there."""
    test = '[[test]]\nname = "x"\nidentity = "{}"\nrequest.path = "/"\nexpect.allow = true\n'
    folder.add("policies/orders.toml", "[fixture.ana]\n")
    folder.add("policies/orders.toml", test.format("ana") + test.format("guest"))
    folder.load()

    folder.add("policies/orders.toml", test.format("anna"))

    fault = the_error(folder)
    assert (fault.code, fault.help) == ("E335", "did you mean `ana`?")


def test_a_secret_that_everybody_can_read_is_warned_of(folder: Folder) -> None:
    """And how to mend it."""
    path = folder.write("store.key", folder.environ["STORE_KEY"])
    folder.change("config.toml", '{ env = "STORE_KEY" }', '{ file = "store.key" }')
    path.chmod(0o640)
    assert warnings(folder) == []

    path.chmod(0o644)

    (warning,) = warnings(folder)
    assert (warning.code, warning.where) == ("W104", "config.toml:8:16")
    assert warning.help == "chmod 600 store.key"
