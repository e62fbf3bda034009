"""W211: conditions that nobody can meet."""

from collections.abc import Iterator
from typing import Final

from gateway.config.faults import Fault
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.lints.parts import fault_at
from gateway.policy.lints.truth import Clash, Truth

_SHOWN: Final = 60


def find_impossible(file: CompiledFile, truth: Truth) -> Iterator[Fault]:
    """Yield the terms that exclude each other, and the rules that never apply.

    A role whose condition is written as `false` is left alone: it may be the default one,
    and a rule that asks for it in vain is reported instead (W210).
    """
    told: set[Fault] = set()
    for name, expression in file.conditions():
        found = [_clash(clash) for clash in truth.find_clashes(expression)]
        if not found and name.startswith("rule") and truth.is_never_true(expression):
            found = [_whole(name, expression)]
        for fault in found:
            # The terms of a variable are met in each condition that reads it, and those
            # of an `&&` inside another one with both.
            if fault not in told:
                told.add(fault)
                yield fault


def _clash(clash: Clash) -> Fault:
    return fault_at(
        clash.expression,
        clash.part,
        "W211",
        f"this is never true together with `{_clipped(clash.other)}`",
    )


def _whole(name: str, expression: Expression) -> Fault:
    return fault_at(
        expression,
        expression.program.plan,
        "W211",
        f"{name} never applies: its condition is true for no request",
    )


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
