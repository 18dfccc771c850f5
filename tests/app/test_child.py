"""The simulator as a child: what is said where its libraries are not installed."""

import importlib.util
from pathlib import Path

import pytest

from enigma_panel.demo.simulator_process import SimulatorError, SimulatorProcess

README = Path(__file__).parents[2] / "README.md"


def test_without_the_demo_extra_the_readmes_command_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SimulatorError) as caught:
        SimulatorProcess()
    command = ".venv/bin/pip install -e '.[demo]'"
    assert str(caught.value) == f"the demo needs the “demo” extra: in the clone, {command}"
    assert command in README.read_text("utf-8").replace(" -q ", " ")
