"""The lines of `gateway repl`: from a pipe all of them, from a person one by one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from gateway.cli.output import print_text
from gateway.cli.policies.dialogue import Dialogue


class Editor(Protocol):
    """Reads lines at a terminal."""

    def read(self, prompt: str) -> str:
        """Return the next line."""
        ...

    def close(self) -> None:
        """Leave the terminal."""
        ...


def answer_all(dialogue: Dialogue, lines: Iterable[str]) -> bool:
    """Answer every line, and return whether all could be answered.

    Args:
        dialogue: Answers.
        lines: With their line ends.
    """
    for text in joined(line.rstrip("\r\n") for line in lines):
        dialogue.answer(text)
        if dialogue.over:
            break
    return not dialogue.failed


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines; one that ends in a backslash goes on in the next."""
    begun: list[str] = []
    for line in lines:
        begun.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            yield "\n".join(begun)
            begun = []
    if begun:
        yield "\n".join(begun)


def converse(dialogue: Dialogue, editor: Editor, *, name: str) -> None:
    """Answer what somebody types, until they end it.

    Args:
        dialogue: Answers.
        editor: Reads; closed in any case.
        name: Stands in the prompt.
    """
    print_text(f"policy {name}; :help lists the commands, the tabulator key completes")
    try:
        while not dialogue.over:
            try:
                dialogue.answer(_typed(editor.read, name))
            except KeyboardInterrupt:
                # Gives up the line, or what is being evaluated.
                print_text("")
    except EOFError:
        print_text("")
    finally:
        editor.close()


def _typed(read: Callable[[str], str], name: str) -> str:
    return next(joined(_lines(read, name)))


def _lines(read: Callable[[str], str], name: str) -> Iterator[str]:
    yield read(f"{name}> ")
    while True:
        yield read(f"{'.' * len(name)}> ")
