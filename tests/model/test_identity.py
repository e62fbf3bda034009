"""Who somebody is here, whatever they signed in with."""

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime

import pytest

from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind, Subject


def somebody() -> Identity:
    return Identity(
        id="us-east-1:1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
    )


def test_what_is_unknown_is_empty_and_never_vouched_for() -> None:
    """A policy that reads a field nobody filled must not be allowed by it."""
    identity = somebody()

    assert identity.email_verified is False
    assert identity.phone_verified is False
    assert identity.disabled is False
    assert identity.auth_time == UNKNOWN_TIME == datetime(1970, 1, 1, tzinfo=UTC)
    assert identity.groups == identity.scopes == identity.labels == ()
    assert dict(identity.attributes) == {}


def test_no_field_is_missing() -> None:
    """The CEL variable is closed: each field has a value, and none is null."""
    identity = somebody()

    assert all(getattr(identity, field.name) is not None for field in fields(identity))


def test_an_identity_cannot_be_changed() -> None:
    """It is cached and shared between requests, its mappings included."""
    identity = somebody()

    with pytest.raises(FrozenInstanceError):
        identity.email = "x"  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        identity.attributes["x"] = 1  # type: ignore[index]  # that is the point


def test_a_subject_keeps_its_claims_to_itself() -> None:
    """They are somebody's personal data, and subjects end up in messages."""
    subject = Subject(identity=somebody(), claims={"phone": "+1 555 0100"})

    assert "555" not in repr(subject)
    assert subject.anonymous is False
    assert subject.expires_at is None
    assert dict(Subject(identity=somebody()).claims) == {}
