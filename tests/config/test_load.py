"""All files of one configuration, read once and checked whole."""

import os
import shutil
from pathlib import Path

import pytest

from gateway.config.errors import ConfigError
from gateway.config.load import load
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.storage import SqliteUrl
from tests.config.files import CONFIG, NOON, STORE_KEY, Folder

ROOT = Path(__file__).parents[2]


def test_good_files_load(folder: Folder) -> None:
    """With everything in its place."""
    configuration = folder.load()

    assert configuration.root == folder.root
    assert configuration.document.name == "config.toml"
    assert configuration.settings.server.public_url.host == "gw.example.com"
    assert [each.settings.id for each in configuration.providers] == ["corp"]
    assert [each.settings.policy.id for each in configuration.policies] == ["orders"]
    assert configuration.providers[0].document.name == "providers/corp.toml"
    assert configuration.warnings == ()


def test_the_public_files_that_are_referred_to_are_named(folder: Folder) -> None:
    """So that they can be watched."""
    assert folder.load().referenced == frozenset()

    folder.write("ca.pem", "a certificate")
    folder.add("providers/corp.toml", 'network.ca = { file = "ca.pem" }\n')

    assert folder.load().referenced == {folder.root / "ca.pem"}


def test_the_issuer_is_the_public_url_unless_it_is_named(folder: Folder) -> None:
    """One name for one gateway."""
    assert folder.load().settings.tokens.issuer == "https://gw.example.com"

    folder.add("config.toml", '[tokens]\nissuer = "https://issuer.example.com"\n')

    assert folder.load().settings.tokens.issuer == "https://issuer.example.com"


def test_paths_are_relative_to_the_folder_of_the_file(folder: Folder) -> None:
    """Not to where the gateway was started."""
    settings = folder.load().settings

    assert settings.storage.url == SqliteUrl(folder.root / "state/gateway.db")
    assert settings.keys.directory == folder.root / "state/keys"


def test_the_environment_of_the_process_is_the_default(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is its clock."""
    monkeypatch.setenv("STORE_KEY", STORE_KEY)

    configuration = load(folder.root / "config.toml")

    assert configuration.settings.storage.encrypt_with.reveal() == STORE_KEY.encode()


def test_all_faults_of_all_files_are_reported_together(folder: Folder) -> None:
    """In the order of files and lines; sections, references and syntax alike."""
    folder.add("config.toml", '[sever]\n[[routes]]\nid = "b"\nupstream = "ordrs"\n')
    folder.add("providers/corp.toml", "flows = []\n")
    folder.write("providers/broken.toml", "kind = \n")
    folder.add("policies/orders.toml", '[[rule]]\nid = "all"\n')

    assert [(f.file, f.code) for f in folder.faults()] == [
        ("config.toml", "E103"),
        ("config.toml", "E104"),
        ("config.toml", "E104"),
        ("policies/orders.toml", "E104"),
        ("policies/orders.toml", "E104"),
        ("policies/orders.toml", "E104"),
        ("policies/orders.toml", "E104"),
        ("providers/broken.toml", "E102"),
        ("providers/corp.toml", "E103"),
    ]


def test_one_fault_does_not_hide_what_it_has_nothing_to_do_with(
    folder: Folder,
) -> None:
    """References are checked between the parts that are good."""
    folder.change("config.toml", 'upstream = "orders"', 'upstream = "ordrs"')
    folder.add("config.toml", "[log]\nlevel = 5\n[[routes]]\nid = 5\n")

    faults = folder.faults()

    assert [f.code for f in faults].count("E303") == 1
    assert "did you mean `orders`?" in [f.help for f in faults]


def test_without_a_good_server_nobody_knows_the_own_paths(folder: Folder) -> None:
    """Its own fault is told, and no guess made."""
    folder.change("config.toml", "[server]", "[server]\nregion = 5")
    folder.change("config.toml", "/v1/orders/{order_id}", "/login")

    assert folder.codes() == ["E105"]


def test_parts_of_the_wrong_shape_are_left_out_of_the_checks(folder: Folder) -> None:
    """They have been reported."""
    folder.write(
        "config.toml", "schema = 1\nroutes = 5\nupstreams = 5\ntokens = 5\nkeys = 5\n"
    )

    assert folder.codes() == ["E104", "E104", "E105", "E105", "E105", "E105"]


def test_without_config_toml_the_other_files_are_checked_all_the_same(
    folder: Folder,
) -> None:
    """Their faults are there whether it is or not."""
    (folder.root / "config.toml").unlink()
    folder.add("providers/corp.toml", "zzz = 1\n")

    assert [(f.file, f.code) for f in folder.faults()] == [
        ("config.toml", "E101"),
        ("providers/corp.toml", "E103"),
    ]


def test_a_folder_in_the_place_of_a_file_is_a_fault(folder: Folder) -> None:
    """And so is one that ends like a file."""
    (folder.root / "config.toml").unlink()
    (folder.root / "config.toml").mkdir()
    (folder.root / "policies/odd.toml").mkdir()

    messages = [fault.as_line() for fault in folder.faults()]

    assert messages == [
        "config.toml: error[E101] the file is a folder",
        "policies/odd.toml: error[E101] the file is a folder",
    ]


def test_a_circle_of_links_is_a_fault(folder: Folder) -> None:
    """Instead of a loop."""
    (folder.root / "providers/a.toml").symlink_to("b.toml")
    (folder.root / "providers/b.toml").symlink_to("a.toml")

    assert folder.codes() == ["E101", "E101"]


def test_a_file_in_the_place_of_a_folder_is_a_fault(folder: Folder) -> None:
    """It cannot be listed."""
    shutil.rmtree(folder.root / "policies")
    folder.write("policies", "")

    (fault,) = folder.faults()
    assert (fault.file, fault.code) == ("policies", "E101")


def test_a_file_above_its_bound_is_refused(folder: Folder) -> None:
    """The last size that passes and the first that fails."""
    padding = 1024 * 1024 - len(CONFIG)
    folder.write("config.toml", CONFIG + "#" * padding)
    folder.load()

    folder.write("config.toml", CONFIG + "#" * (padding + 1))

    assert folder.codes() == ["E101"]


def test_too_many_files_are_refused(folder: Folder) -> None:
    """Somebody has named the wrong folder."""
    for number in range(4097):
        os.link(
            folder.root / "policies/orders.toml",
            folder.root / f"policies/{number}.toml",
        )

    assert folder.codes() == ["E101"]


def test_only_toml_files_that_are_not_hidden_are_read(folder: Folder) -> None:
    """Editors leave others behind."""
    folder.write("providers/.corp.toml", "x")
    folder.write("providers/corp.toml.bak", "x")
    folder.write("providers/README.md", "x")

    assert len(folder.load().providers) == 1


@pytest.mark.parametrize("how", ["empty", "missing"])
def test_without_providers_nothing_starts(folder: Folder, how: str) -> None:
    """Nobody could be recognised."""
    shutil.rmtree(folder.root / "providers")
    if how == "empty":
        (folder.root / "providers").mkdir()

    assert folder.codes() == ["E109"]


def test_without_policies_everything_is_denied_and_said_so(folder: Folder) -> None:
    """A start for somebody who sets the gateway up."""
    shutil.rmtree(folder.root / "policies")

    (warning,) = folder.load().warnings

    assert warning.as_line() == (
        "policies: warning[W201] there is no policy, so every request is denied"
    )


def test_several_providers_may_stand_in_one_file(folder: Folder) -> None:
    """Each with its own place."""
    folder.write("keys/backend.jwks", "{}")
    folder.write(
        "providers/more.toml",
        """
        schema = 1
        [[provider]]
        kind = "developer"
        id = "backend"
        owner = "x"
        keys = [{ file = "keys/backend.jwks" }]
        audiences = ["gateway"]
        [[provider]]
        kind = "google"
        id = "google"
        owner = "x"
        client = { id = "x.apps.googleusercontent.com" }
        [[provider]]
        kind = "guest"
        id = "guest"
        owner = "x"
        """,
    )
    folder.add("config.toml", "[guest]\nenabled = true\n")

    providers = folder.load().providers

    assert [type(each.settings) for each in providers] == [
        OidcProvider,
        DeveloperProvider,
        GoogleProvider,
        GuestProvider,
    ]
    assert [each.keys for each in providers] == [
        (),
        ("provider", 0),
        ("provider", 1),
        ("provider", 2),
    ]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("", "E104", "1:1"),
        ("schema = 2\nkind = 'guest'\nid = 'x'", "E107", "1:10"),
        ("kind = 'gogle'", "E105", "1:8"),
        ("kind = 5", "E105", "1:8"),
        ("provider = 5", "E105", "1:12"),
        ("[[provider]]\nid = 'x'", "E104", "1:3"),
        ("id = 'x'\n[[provider]]\nkind = 'guest'\nid = 'y'", "E103", "1:1"),
    ],
)
def test_a_provider_says_what_kind_it_is(
    folder: Folder, text: str, code: str, where: str
) -> None:
    """One that this version has."""
    folder.write("providers/x.toml", text)

    errors = [fault for fault in folder.faults() if fault.code[0] == "E"]

    assert [(f.code, f.where) for f in errors] == [(code, f"providers/x.toml:{where}")]


def test_a_misspelt_kind_is_suggested(folder: Folder) -> None:
    """Out of those that there are."""
    folder.write("providers/x.toml", "kind = 'gogle'")

    assert folder.faults()[0].help == "did you mean `google`?"


def test_each_byte_of_each_file_changes_the_digest(folder: Folder) -> None:
    """Comments too: whoever compares digests wants to know of any change."""
    folder.write("keys/backend.jwks", "{}")
    folder.write(
        "providers/backend.toml",
        "kind='developer'\nid='backend'\nowner='x'\n"
        "audiences=['x']\nkeys=[{file='keys/backend.jwks'}]\n",
    )
    digests = {folder.load().digest}

    for name in ("config.toml", "providers/corp.toml", "policies/orders.toml"):
        folder.add(name, "#")
        digests.add(folder.load().digest)
    folder.write("keys/backend.jwks", "{ }")
    digests.add(folder.load().digest)

    assert len(digests) == 5
    assert folder.load().digest in digests


def test_the_digest_tells_nothing_of_secrets(folder: Folder) -> None:
    """It is shown, and a short secret could be guessed from it."""
    before = folder.load().digest

    folder.environ["STORE_KEY"] = STORE_KEY.replace("q", "Q", 1)

    assert folder.load().digest == before


def test_a_warning_alone_stops_nothing_and_is_told_with_errors(folder: Folder) -> None:
    """The list of a failed check has them too."""
    folder.change("policies/orders.toml", 'owner = "orders-team@example.com"', "")
    assert [w.code for w in folder.load().warnings] == ["W202"]

    folder.add("config.toml", "zzz = 1\n")

    assert [f.code for f in folder.faults()] == ["E103", "W202"]


@pytest.mark.parametrize("name", ["config.toml", "providers/corp.toml"])
def test_no_fault_shows_a_secret(folder: Folder, name: str) -> None:
    """Nor does the text of the exception, nor what led to it."""
    folder.add(name, '[client]\nsecret = "hunter2"\nid = 5\n[x]\nkey = "hunter2"\n')

    with pytest.raises(ConfigError) as caught:
        folder.load()

    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in repr(error)
        assert "hunter2" not in str(error)
        error = error.__context__
    for fault in caught.value.faults:
        assert "hunter2" not in fault.as_text()


def test_the_demo_loads_without_a_warning(tmp_path: Path) -> None:
    """It is the first thing that a reader opens."""
    shutil.copy(ROOT / "config.toml", tmp_path)
    shutil.copytree(ROOT / "providers", tmp_path / "providers")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/store.key").write_text(STORE_KEY)
    (tmp_path / "state/store.key").chmod(0o600)
    (tmp_path / "state/backend.jwks").write_text('{"keys": []}')

    configuration = load(tmp_path / "config.toml", clock=lambda: NOON)

    assert configuration.warnings == ()
    assert {each.settings.id for each in configuration.providers} == {
        "backend",
        "demo",
        "google",
        "guest",
        "pool",
    }


def test_a_demo_that_was_not_prepared_names_what_is_missing(tmp_path: Path) -> None:
    """`gateway init` makes it."""
    shutil.copy(ROOT / "config.toml", tmp_path)
    shutil.copytree(ROOT / "providers", tmp_path / "providers")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.toml", clock=lambda: NOON)

    assert [(f.code, f.file) for f in caught.value.faults] == [
        ("E502", "config.toml"),
        ("E108", "providers/backend.toml"),
    ]


def test_a_demo_that_was_not_prepared_can_be_read(tmp_path: Path) -> None:
    """By who does not want to start it."""
    shutil.copy(ROOT / "config.toml", tmp_path)
    shutil.copytree(ROOT / "providers", tmp_path / "providers")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")

    loaded = load(tmp_path / "config.toml", clock=lambda: NOON, follow=False)

    assert loaded.referenced == frozenset()
