"""What was read a moment ago is believed for a second."""

from gateway.pool.remembered import MAX_AGE, Remembered


class Shelf:
    """Things that change, and how often they were looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.things: dict[str, int] = {"a": 1, "b": 2, "c": 3}
        self.looks = 0
        self.remembered: Remembered[int] = Remembered(
            monotonic=lambda: self.seconds, max_entries=2
        )

    def get(self, name: str) -> int | None:
        def read() -> int | None:
            self.looks += 1
            return self.things.get(name)

        return self.remembered.get(name, read)


def test_it_is_believed_for_a_second_and_no_longer() -> None:
    """A gateway that did not make the change sees it then."""
    shelf = Shelf()
    shelf.get("a")
    shelf.things["a"] = 7

    shelf.seconds = MAX_AGE.total_seconds() - 0.001
    assert (shelf.get("a"), shelf.looks) == (1, 1)
    shelf.seconds = MAX_AGE.total_seconds()
    assert (shelf.get("a"), shelf.looks) == (7, 2)


def test_nothing_is_not_remembered() -> None:
    """Whoever asks for made-up names fills no memory, and what is made is there at once."""
    shelf = Shelf()
    assert shelf.get("new") is None

    shelf.things["new"] = 1

    assert shelf.get("new") == 1


def test_what_was_changed_here_is_read_anew() -> None:
    shelf = Shelf()
    shelf.get("a")
    shelf.things["a"] = 7

    shelf.remembered.forget("a")
    shelf.remembered.forget("never seen")

    assert shelf.get("a") == 7


def test_the_oldest_go_first() -> None:
    """The memory is bounded."""
    shelf = Shelf()
    for name in ("a", "b", "c"):
        shelf.get(name)
    looks = shelf.looks

    assert (shelf.get("b"), shelf.get("c"), shelf.looks) == (2, 3, looks)
    assert (shelf.get("a"), shelf.looks) == (1, looks + 1)


def test_what_is_gone_is_forgotten() -> None:
    shelf = Shelf()
    shelf.get("a")
    del shelf.things["a"]

    shelf.seconds = 2

    assert shelf.get("a") is None
