"""Passwords from leaks, known without asking anybody."""

from dataclasses import dataclass, field

from gateway.pool.passwords.leaks import LeaksUnknownError


@dataclass
class KnownLeaks:
    """Says how often a password was seen, or that nobody knows."""

    seen: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False

    def times_seen(self, password: str) -> int:
        self.asked.append(password)
        if self.is_down:
            raise LeaksUnknownError("it is down")
        return self.seen.get(password, 0)
