"""Who knows passwords from leaks, built from the settings."""

import time

from gateway.app.hooks import rules_of
from gateway.config.settings.leaked_passwords import LeakedPasswordsSettings
from gateway.net.fetcher import Fetcher
from gateway.pool.passwords.leaks import MAX_ANSWER_BYTES, LeakedPasswords
from gateway.telemetry.logs import Logger


def build_leaks(
    settings: LeakedPasswordsSettings, *, logger: Logger
) -> LeakedPasswords:
    """Return the service, which nobody has asked yet.

    Args:
        settings: Where it is.
        logger: Is told that it does not answer.
    """
    return LeakedPasswords(
        url=settings.url,
        getter=Fetcher(rules_of(settings, max_bytes=MAX_ANSWER_BYTES)),
        monotonic=time.monotonic,
        logger=logger,
    )
