"""People and groups as they are printed."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli.options import Format
from gateway.cli.output import print_json, print_table, print_text
from gateway.model.group import Group
from gateway.model.user import User

_HEADER = ["username", "status", "enabled", "email", "sub"]


def user_as_json(user: User) -> dict[str, Any]:
    """Return a person in the types of JSON. Keys are added, never renamed."""
    signed_out_at = user.signed_out_at
    return {
        "sub": user.sub,
        "username": user.username,
        "status": user.status.value,
        "enabled": user.enabled,
        "attributes": dict(user.attributes),
        "created_at": user.created_at.isoformat(),
        "updated_at": user.updated_at.isoformat(),
        "signed_out_at": None if signed_out_at is None else signed_out_at.isoformat(),
    }


def group_as_json(group: Group) -> dict[str, Any]:
    """Return a group in the types of JSON. Keys are added, never renamed."""
    return {
        "name": group.name,
        "description": group.description,
        "precedence": group.precedence,
        "role": group.role,
        "created_at": group.created_at.isoformat(),
        "updated_at": group.updated_at.isoformat(),
    }


def print_users(users: Sequence[User], cursor: str | None, output: Format) -> None:
    """Print a page of people, and how to see the next one."""
    if output is Format.JSON:
        print_json({"users": [user_as_json(user) for user in users], "next": cursor})
        return
    print_table(_HEADER, [_row(user) for user in users])
    _print_cursor(cursor)


def print_groups(groups: Sequence[Group], cursor: str | None, output: Format) -> None:
    """Print a page of groups, and how to see the next one."""
    if output is Format.JSON:
        shown = [group_as_json(group) for group in groups]
        print_json({"groups": shown, "next": cursor})
        return
    rows = [
        [
            group.name,
            "" if group.precedence is None else str(group.precedence),
            group.role,
            group.description,
        ]
        for group in groups
    ]
    print_table(["name", "precedence", "role", "description"], rows)
    _print_cursor(cursor)


def print_user(
    user: User, output: Format, *, said: str = "", more: Mapping[str, Any] | None = None
) -> None:
    """Print one person.

    Args:
        user: Who.
        output: How.
        said: For people, what was done, instead of all that is known.
        more: What else JSON tells.
    """
    if output is Format.JSON:
        print_json({**user_as_json(user), **(more or {})})
    elif said:
        print_text(f"{user.username}: {said}")
    else:
        told = {**user_as_json(user), **(more or {})}
        told.update(told.pop("attributes"))
        _print_pairs(told)


def _print_pairs(told: Mapping[str, Any]) -> None:
    width = max(map(len, told))
    for name, value in told.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        text = "" if shown is None else str(shown)
        print_text(f"{name.ljust(width)}  {text}".rstrip())


def _row(user: User) -> list[str]:
    enabled = "yes" if user.enabled else "no"
    email = user.attributes.get("email", "")
    return [user.username, user.status.value, enabled, email, user.sub]


def _print_cursor(cursor: str | None) -> None:
    if cursor is not None:
        print_text(f"There are more: --cursor {cursor}")
