"""What is wrong with a pool's settings, and what cannot be changed of them later.

References: Amazon Cognito, CreateUserPool, UpdateUserPool, AddCustomAttributes.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from gateway.cel.errors import CompileError
from gateway.pool.attributes.schema import (
    CUSTOM,
    DEVELOPER,
    MAX_CUSTOM,
    STANDARD,
    Attribute,
    AttributeType,
)
from gateway.pool.flaws.addresses import page_address_problem
from gateway.pool.flaws.flaw import Flaw, Path, few, text, within
from gateway.pool.messages.mail import mailbox_of
from gateway.pool.messages.templates import problems
from gateway.pool.passwords.policy import (
    LONGEST_POLICY,
    MAX_STRENGTH,
    MOST_SEEN,
    SHORTEST_POLICY,
    PasswordPolicy,
)
from gateway.pool.settings import (
    MessageSettings,
    MfaMode,
    PasskeySettings,
    PoolSettings,
    SignInSettings,
    TriggerSettings,
)
from gateway.pool.triggers.rules import RULED, compile_rule

MAX_NAME: Final = 128
MAX_HISTORY: Final = 24
MAX_TAGS: Final = 50

_OWN_NAME: Final = re.compile(
    rf"(?:{CUSTOM}|{DEVELOPER}|{DEVELOPER}{CUSTOM})[!-~]{{1,20}}"
)
MAX_ORIGINS: Final = 20
MAX_CLAIMS_VERSION: Final = 3
MAX_LANGUAGES: Final = 50

_HOST: Final = re.compile(r"(?!.*\.\.)[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_HOUR: Final = timedelta(hours=1)
_YEAR: Final = timedelta(days=365)


def find_flaws(settings: PoolSettings) -> Iterator[Flaw]:
    """Yield what is wrong with a pool's settings."""
    yield from text(("name",), settings.name, most=MAX_NAME)
    yield from _attributes(settings)
    yield from _sign_in(settings.sign_in)
    yield from _password(settings.password)
    lifetime = settings.sign_up.unconfirmed_lifetime
    if lifetime is not None:
        path = ("sign_up", "unconfirmed_lifetime")
        yield from within(path, lifetime, least=_HOUR, most=_YEAR)
    if settings.mfa.mode is not MfaMode.OFF and not settings.mfa.kinds:
        yield Flaw(("mfa", "kinds"), "has to name a second factor, as one is asked for")
    yield from _passkeys(settings.passkeys)
    yield from _rules(settings.triggers)
    yield from _messages(settings.messages)
    yield from few(("recovery",), settings.recovery, most=2)
    yield from few(("tags",), settings.tags, most=MAX_TAGS)
    for name, value in settings.tags.items():
        yield from text(("tags", name), name, most=128)
        yield from text(("tags", name), value, least=0, most=256)


def find_change_flaws(before: PoolSettings, after: PoolSettings) -> Iterator[Flaw]:
    """Yield what cannot be changed once there may be people.

    Their names are kept as they are compared, and their attributes as they are written.
    """
    for name, was, becomes in (
        ("addresses", before.sign_in.addresses, after.sign_in.addresses),
        ("aliases", before.sign_in.aliases, after.sign_in.aliases),
        ("case_sensitive", before.sign_in.case_sensitive, after.sign_in.case_sensitive),
    ):
        if was != becomes:
            yield Flaw(("sign_in", name), "cannot be changed after the pool is made")
    for name, attribute in before.schema.attributes.items():
        changed = after.schema.attributes.get(name)
        path = ("schema", "attributes", name)
        if changed is None:
            yield Flaw(path, "cannot be removed: people may have it")
        elif changed.type is not attribute.type:
            yield Flaw((*path, "type"), "cannot be changed: people may have it")


def _attributes(settings: PoolSettings) -> Iterator[Flaw]:
    attributes = settings.schema.attributes
    path: Path = ("schema", "attributes")
    own = [each for name, each in attributes.items() if name not in STANDARD]
    if len(own) > MAX_CUSTOM:
        yield Flaw(path, f"has to have at most {MAX_CUSTOM} attributes of its own")
    for attribute in own:
        if _OWN_NAME.fullmatch(attribute.name) is None:
            message = (
                f"has to be {CUSTOM} or {DEVELOPER} and up to 20 visible characters"
            )
            yield Flaw((*path, attribute.name), message)
    for name, standard in STANDARD.items():
        if name not in attributes:
            yield Flaw((*path, name), "is a standard attribute, which every pool has")
        elif attributes[name].type is not standard.type:
            yield Flaw((*path, name, "type"), f"is {standard.type} everywhere")
    for name, attribute in attributes.items():
        if name != attribute.name:
            yield Flaw((*path, name), "has another name inside")
        yield from _bounds((*path, name), attribute)


def _bounds(path: Path, attribute: Attribute) -> Iterator[Flaw]:
    least, most = attribute.least, attribute.most
    if least is not None and most is not None and least > most:
        yield Flaw((*path, "least"), "is more than `most`: no value would do")
    if attribute.type not in {AttributeType.STRING, AttributeType.NUMBER} and (
        least is not None or most is not None
    ):
        yield Flaw(path, f"has bounds, which a {attribute.type} has none of")


def _sign_in(settings: SignInSettings) -> Iterator[Flaw]:
    if settings.addresses and settings.aliases:
        message = "has to be empty, as addresses stand in for user names"
        yield Flaw(("sign_in", "aliases"), message)
    if not settings.first_factors:
        yield Flaw(("sign_in", "first_factors"), "has to name a way to begin a sign-in")


def _password(policy: PasswordPolicy) -> Iterator[Flaw]:
    for name, value, least, most in (
        ("min_length", policy.min_length, SHORTEST_POLICY, LONGEST_POLICY),
        ("history", policy.history, 0, MAX_HISTORY),
        ("min_strength", policy.min_strength, 0, MAX_STRENGTH),
    ):
        yield from within(("password", name), value, least=least, most=most)
    path = ("password", "temporary_lifetime")
    yield from within(path, policy.temporary_lifetime, least=_HOUR, most=_YEAR)
    if policy.leaked is not None:
        at_most = policy.leaked.at_most
        place = ("password", "leaked", "at_most")
        yield from within(place, at_most, least=0, most=MOST_SEEN)


def _passkeys(settings: PasskeySettings) -> Iterator[Flaw]:
    host = settings.relying_party_id
    if host and _HOST.fullmatch(host) is None:
        yield Flaw(("passkeys", "relying_party_id"), "has to be a host in lower case")
    yield from few(("passkeys", "origins"), settings.origins, most=MAX_ORIGINS)
    for number, origin in enumerate(settings.origins):
        problem = page_address_problem(origin)
        if not problem and urlsplit(origin).path + urlsplit(origin).query:
            problem = "has to end with the host, or its port"
        if problem:
            yield Flaw(("passkeys", "origins", number), problem)


def _rules(settings: TriggerSettings) -> Iterator[Flaw]:
    if not 1 <= settings.claims_version <= MAX_CLAIMS_VERSION:
        message = f"has to be 1 to {MAX_CLAIMS_VERSION}"
        yield Flaw(("triggers", "claims_version"), message)
    for kind, rules in settings.rules.items():
        path: Path = ("triggers", "rules", kind.name.lower())
        if kind not in RULED:
            yield Flaw(path, "is asked of functions alone")
        for number, rule in enumerate(rules):
            try:
                compile_rule(rule.expect)
            except CompileError as error:
                message = error.problems[0].message
                yield Flaw((*path, number, "expect"), message)


def _messages(settings: MessageSettings) -> Iterator[Flaw]:
    if settings.sender:
        try:
            mailbox_of(settings.sender)
        except ValueError as error:
            yield Flaw(("messages", "sender"), str(error))
    path: Path = ("messages", "templates")
    for kind, languages in settings.templates.items():
        yield from few((*path, kind.value), tuple(languages), most=MAX_LANGUAGES)
        for language, template in languages.items():
            for name, problem in problems(kind, template):
                yield Flaw((*path, kind.value, language, name), problem)
