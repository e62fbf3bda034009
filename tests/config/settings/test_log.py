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


@pytest.mark.parametrize("key", ["sample", "hash", "drop"])
def test_what_a_later_version_records_is_refused_by_name(key: str) -> None:
    """Accepted and ignored, it would be believed."""
    fault = the_fault(LogSettings, f"decisions.{key} = []")

    assert fault.code == "E110"
