"""A declared route, and what a request's path matched of it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Route:
    """One route of `config.toml`.

    Attributes:
        id: Its name in policies and logs.
        host: Lower-case host name, or `*` for every host.
        path: The template: literal segments, `{name}` for one segment, and `**` as the
            last for one or more.
        methods: The methods it serves, in upper case. `HEAD` is served where `GET` is.
        upstream: Name of the upstream.
        audience: `aud` of minted credentials.
        profile: Name of the token profile.
        tags: For policies to read.
        max_body_bytes: Largest request body that is forwarded.
        recheck: How long one decision may stand for a long-lived answer; `None` for
            ordinary requests.
    """

    id: str
    host: str
    path: str
    methods: frozenset[str]
    upstream: str
    audience: str
    profile: str
    tags: tuple[str, ...] = ()
    max_body_bytes: int = 10 * 1024 * 1024
    recheck: timedelta | None = None
