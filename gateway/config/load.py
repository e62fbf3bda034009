"""All files of one configuration, read once and checked whole.

All faults of all files are reported together: who repairs a file wants the whole list.
What needs an expression compiled or routes compared is checked where that is done, with
faults of the same kind.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from gateway.config.checks import (
    Parts,
    check_config,
    check_guests,
    check_policies,
    check_providers,
    check_secrets,
)
from gateway.config.configuration import (
    Configuration,
    PolicyFile,
    ProviderFile,
    ProviderSettings,
)
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.exchange_checks import check_exchanges
from gateway.config.faults import Fault, Severity
from gateway.config.function_checks import check_functions
from gateway.config.policies.policy import PolicySettings
from gateway.config.positions import Keys
from gateway.config.providers.apple import AppleProvider
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.gitlab import GitlabProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.head import ProvidersHead
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.door import Door
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.keys import KeysSettings
from gateway.config.settings.root import Config
from gateway.config.settings.routes import RouteSettings
from gateway.config.settings.section import Section
from gateway.config.settings.server import ServerSettings
from gateway.config.settings.tokens import TokensSettings
from gateway.config.settings.upstreams import Upstream
from gateway.config.suggestion import suggest
from gateway.config.validation import Reader

S = TypeVar("S", bound=Section)

KINDS: Final[Mapping[str, type[ProviderSettings]]] = {
    "oidc": OidcProvider,
    "google": GoogleProvider,
    "apple": AppleProvider,
    "microsoft": MicrosoftProvider,
    "gitlab": GitlabProvider,
    "developer": DeveloperProvider,
    "guest": GuestProvider,
    "pool": PoolProvider,
    "facebook": FacebookProvider,
    "amazon": AmazonProvider,
    "twitter": TwitterProvider,
    "github": GithubProvider,
    "oauth2": Oauth2Provider,
    "saml": SamlProvider,
}

_MAX_FILES = 4096


def _system_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the default of the argument `clock`


def load(
    config_path: Path,
    *,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = _system_clock,
    follow: bool = True,
) -> Configuration:
    """Return what `config.toml` and the folders beside it say.

    Args:
        config_path: `config.toml`; `providers/` and `policies/` stand beside it.
        environ: What `{ env = "NAME" }` refers to; by default, the process's environment.
        clock: For dates of review.
        follow: Whether references to secrets and files are followed. Who only reads the
            policies of another time or place has none of them.

    Raises:
        ConfigError: With all faults of all files, warnings among them, if at least one
            of them is an error.
    """
    loading = _Loading(config_path, environ, follow=follow)
    loading.read_config()
    loading.read_providers()
    loading.read_policies()
    loading.check(clock)
    return loading.result()


class _Loading:
    """One load, from the files to the faults or the result."""

    def __init__(
        self, config_path: Path, environ: Mapping[str, str] | None, *, follow: bool
    ) -> None:
        self._path = config_path
        self._root = config_path.parent
        self._door = (
            Door(root=self._root, follows=follow)
            if environ is None
            else Door(root=self._root, environ=environ, follows=follow)
        )
        self._faults: list[Fault] = []
        self._documents: list[Document] = []
        self._config: Config | None = None
        self._parts: Parts | None = None
        self._providers: list[ProviderFile] = []
        self._has_all_providers = True
        self._policies: list[PolicyFile] = []

    def read_config(self) -> None:
        document = self._open(self._path, self._path.name)
        if document is None:
            return
        reader = Reader(document, self._door)
        self._config = reader.read(Config, document.data)
        self._faults += reader.faults
        self._parts = (
            _good_parts(document, self._door)
            if self._config is None
            else _all_parts(document, self._config)
        )

    def read_providers(self) -> None:
        known = len(self._faults)
        server = self._parts.server if self._parts else None
        url = server.public_url.text.rstrip("/") if server else ""
        door = replace(self._door, public_url=url)
        for document in self._folder("providers"):
            reader = Reader(document, door)
            for keys, table in _provider_tables(document, reader):
                settings = _read_provider(document, reader, keys, table)
                if settings is not None:
                    self._providers.append(ProviderFile(document, keys, settings))
            self._faults += reader.faults
        # Whether one is missing cannot be told while one of them cannot be read.
        self._has_all_providers = len(self._faults) == known
        if self._has_all_providers and not self._providers:
            message = "there is no provider, so nobody could be recognised"
            self._faults.append(
                Fault("E109", message, "providers", help="add providers/NAME.toml")
            )

    def read_policies(self) -> None:
        known = len(self._faults)
        for document in self._folder("policies"):
            reader = Reader(document, self._door)
            settings = reader.read(PolicySettings, document.data)
            if settings is not None:
                self._policies.append(PolicyFile(document, settings))
            self._faults += reader.faults
        if not self._policies and len(self._faults) == known:
            message = "there is no policy, so every request is denied"
            self._faults.append(
                Fault("W201", message, "policies", severity=Severity.WARNING)
            )

    def check(self, clock: Callable[[], datetime]) -> None:
        if self._config is not None:
            self._faults += check_secrets(self._documents[0], self._config)
            self._faults += check_functions(self._providers, self._config.triggers)
            self._faults += check_exchanges(self._documents[0], self._config)
        if self._parts is not None:
            self._faults += check_config(self._parts)
        self._faults += check_providers(self._providers, self._parts)
        if self._parts is not None:
            self._faults += check_guests(
                self._providers, self._parts, has_all=self._has_all_providers
            )
        self._faults += check_policies(self._policies, clock().date())

    def result(self) -> Configuration:
        config = self._config
        failed = any(fault.severity is Severity.ERROR for fault in self._faults)
        if failed or config is None:
            raise ConfigError(self._faults)
        return Configuration(
            root=self._root,
            document=self._documents[0],
            settings=config,
            providers=tuple(self._providers),
            policies=tuple(self._policies),
            referenced=frozenset(self._door.files),
            warnings=ConfigError(self._faults).faults,
            digest=self._digest(),
        )

    def _open(self, path: Path, name: str) -> Document | None:
        try:
            document = Document.read(path, name)
        except ConfigError as error:
            self._faults += error.faults
            return None
        self._documents.append(document)
        return document

    def _folder(self, name: str) -> Iterator[Document]:
        """Yield the good files of a folder, by name."""
        folder = self._root / name
        try:
            paths = sorted(
                path
                for path in folder.iterdir()
                if path.suffix == ".toml" and not path.name.startswith(".")
            )
        except FileNotFoundError:
            return
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror}"
            self._faults.append(Fault("E101", message, name))
            return
        if len(paths) > _MAX_FILES:
            message = f"there are more than {_MAX_FILES} files in the folder"
            self._faults.append(Fault("E101", message, name))
            return
        for path in paths:
            document = self._open(path, f"{name}/{path.name}")
            if document is not None:
                yield document

    def _digest(self) -> str:
        digest = hashlib.sha256()
        files = {document.name: document.raw for document in self._documents}
        files |= {str(path): content for path, content in self._door.files.items()}
        for name in sorted(files):
            # Lengths, so that no two sets of files are one row of bytes.
            digest.update(f"{len(name)} {len(files[name])} {name}\n".encode())
            digest.update(files[name])
        return digest.hexdigest()


def _provider_tables(
    document: Document, reader: Reader
) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Yield each provider's table: the file itself, or each of its `[[provider]]`."""
    table = document.data
    if "provider" not in table:
        head = {key: value for key, value in table.items() if key == "schema"}
        reader.read(ProvidersHead, head)
        yield (), {key: value for key, value in table.items() if key != "schema"}
        return
    if reader.read(ProvidersHead, table) is not None:
        for number, provider in enumerate(table["provider"]):
            yield ("provider", number), provider


def _read_provider(
    document: Document, reader: Reader, keys: Keys, table: dict[str, Any]
) -> ProviderSettings | None:
    kind = table.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return reader.read(KINDS[kind], table, keys)
    place = (*keys, "kind")
    available = ", ".join(f"`{each}`" for each in KINDS)
    if kind is None:
        fault = document.fault(
            "E104", place, "kind is missing", help=f"one of {available}"
        )
    else:
        fault = document.fault(
            "E105",
            place,
            f"kind has to be one of {available}",
            help=suggest(kind, KINDS) if isinstance(kind, str) else "",
        )
    reader.faults.append(fault)
    return None


def _all_parts(document: Document, config: Config) -> Parts:
    return Parts(
        document=document,
        server=config.server,
        keys=config.keys,
        tokens=config.tokens,
        guest=config.guest,
        upstreams=config.upstreams,
        upstream_names=list(config.upstreams),
        profile_names=list(config.tokens.profiles),
        used_upstreams=[route.upstream for route in config.routes],
        routes=list(enumerate(config.routes)),
    )


def _good_parts(document: Document, door: Door) -> Parts:
    data = document.data
    upstreams = _table(data.get("upstreams"))
    routes = data.get("routes")
    routes = routes if isinstance(routes, list) else []
    return Parts(
        document=document,
        server=_good(ServerSettings, data.get("server"), door),
        keys=_good(KeysSettings, data.get("keys", {}), door),
        tokens=_good(TokensSettings, data.get("tokens", {}), door),
        guest=_good(GuestSettings, data.get("guest", {}), door),
        upstreams={
            name: good
            for name, table in upstreams.items()
            if (good := _good(Upstream, table, door)) is not None
        },
        upstream_names=list(upstreams),
        profile_names=list(_table(_table(data.get("tokens")).get("profiles"))),
        used_upstreams=[_table(table).get("upstream") for table in routes],
        routes=[
            (number, route)
            for number, table in enumerate(routes)
            if (route := _good(RouteSettings, table, door)) is not None
        ],
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _good(model: type[S], table: Any, door: Door) -> S | None:
    try:
        return model.model_validate(table, context=door)
    except ValidationError:
        # Reported already, as a fault of the whole file.
        return None


__all__ = ["Configuration", "PolicyFile", "ProviderFile", "ProviderSettings", "load"]
