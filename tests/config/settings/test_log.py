"""Where decisions and requests are recorded."""

from pathlib import Path

import pytest

from gateway.config.settings.log import LogSettings, Sink, SinkKind
from tests.config.files import read, the_fault


def test_a_log_goes_to_stdout_nowhere_or_a_file() -> None:
    """Standard output if nothing is said."""
    settings = read(
        LogSettings,
        "decisions.sink = 'file:state/decisions.jsonl'\naccess.sink = 'none'",
    )

    assert isinstance(settings, LogSettings)
    assert settings.decisions.sink == Sink(SinkKind.FILE, Path("state/decisions.jsonl"))
    assert settings.decisions.sink.text == "file:state/decisions.jsonl"
    assert settings.access.sink.text == "none"
    assert LogSettings().access.sink.text == "stdout"


def test_a_sink_that_was_read_already_is_kept() -> None:
    """Other parts build settings from values."""
    sink = Sink(SinkKind.NONE)

    assert LogSettings.model_validate({"access": {"sink": sink}}).access.sink is sink


@pytest.mark.parametrize("value", ["''", "'file:'", "'stderr'", "5", '"file:a\\u0000"'])
def test_anything_else_is_no_place_for_a_log(value: str) -> None:
    """With an example."""
    fault = the_fault(LogSettings, f"access.sink = {value}")

    assert fault.code == "E105"
    assert "stdout" in fault.help


def test_what_is_recorded_of_decisions_can_be_chosen() -> None:
    """All of them, with everything but credentials, if nothing is said."""
    usual = LogSettings().decisions
    chosen = read(
        LogSettings,
        "decisions.hash = ['identity.email']\ndecisions.drop = []\n"
        "decisions.sample = { allow = 0.1, error = 1 }",
    )

    assert isinstance(chosen, LogSettings)
    assert usual.drop == ("request.headers.authorization", "request.headers.cookie")
    assert usual.hash == ()
    assert usual.sample.deny == 1.0
    assert chosen.decisions.hash == ("identity.email",)
    assert chosen.decisions.drop == ()
    assert (chosen.decisions.sample.allow, chosen.decisions.sample.error) == (0.1, 1)


@pytest.mark.parametrize("share", ["-0.001", "1.001", "nan", "true", "'half'"])
def test_a_share_is_between_nothing_and_everything(share: str) -> None:
    """The last value that passes is tested above."""
    fault = the_fault(LogSettings, f"decisions.sample.deny = {share}")

    assert fault.code in {"E105", "E106"}


def test_a_file_is_rotated_at_a_size() -> None:
    """In both logs."""
    settings = read(
        LogSettings,
        "access = { sink = 'file:a', rotate = '64KiB', keep = 1 }\n"
        "decisions = { sink = 'file:b' }",
    )

    assert isinstance(settings, LogSettings)
    assert (settings.access.rotate, settings.access.keep) == (64 * 1024, 1)
    assert (settings.decisions.rotate, settings.decisions.keep) == (64 * 1024**2, 5)


@pytest.mark.parametrize(
    "text",
    [
        "{ sink = 'file:a', rotate = '63KiB' }",
        "{ sink = 'file:a', rotate = '17GiB' }",
        "{ sink = 'file:a', keep = 0 }",
        "{ sink = 'file:a', keep = 1001 }",
    ],
)
def test_rotation_has_bounds(text: str) -> None:
    """A file of a few lines is no log, and a disk has an end."""
    assert the_fault(LogSettings, f"access = {text}").code == "E106"


@pytest.mark.parametrize("key", ["rotate = '1MiB'", "keep = 3"])
@pytest.mark.parametrize("sink", ["", "sink = 'none', ", "sink = 'stdout', "])
def test_what_is_no_file_is_not_rotated(sink: str, key: str) -> None:
    """Accepted and ignored, it would be believed."""
    fault = the_fault(LogSettings, f"decisions = {{ {sink}{key} }}")

    assert fault.code == "E106"
    assert "for files" in fault.message
