"""The window over fakes, with the help."""

from typing import Any, cast

import pytest

from enigma_panel.features.feature import Host
from enigma_panel.features.help.feature import install
from enigma_panel.features.help.sheet import HelpSheet
from enigma_panel.services.desktop_notifier import DesktopNotifier
from tests.ui.test_focus import Stage, stage as engine_stage

__all__ = ["engine_stage"]


@pytest.fixture
def stage(engine_stage: Stage) -> Stage:
    install_help(engine_stage)
    return engine_stage


def install_help(stage: Stage) -> None:
    window, services = stage.window, cast("Any", stage.world.services)
    notifier = DesktopNotifier()
    install(Host(services=services, window=window, dialogs=stage.manager, notifier=notifier))
    [opener] = [a for a in window.actions() if a.text() == "Help"]
    stage.openers["Help"] = opener.trigger


def help_of(stage: Stage) -> HelpSheet:
    sheet = stage.manager.made(HelpSheet)
    assert sheet is not None
    return sheet
