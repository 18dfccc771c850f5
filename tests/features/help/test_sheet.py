"""The sheet *Help*: what opens it, where its links lead, and that nothing of it is fetched."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl

from enigma_panel.features.help import sheet as help_sheet
from enigma_panel.features.help.sheet import page_titles
from tests.features.help.conftest import help_of, install_help
from tests.kit.person import button, click, key
from tests.ui.test_focus import Stage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


async def test_f1_opens_its_list_and_escape_leads_back(stage: Stage) -> None:
    window = await stage.show()
    key(window, Qt.Key.Key_F1)
    sheet = help_of(stage)
    assert sheet.pages.hasFocus()
    titles = list(page_titles().values())
    rows = [sheet.pages.topLevelItem(n) for n in range(sheet.pages.topLevelItemCount())]
    assert [row.text(0) for row in rows if row is not None] == titles
    for title in titles:
        assert sheet.text.accessibleName() == title
        assert len(sheet.text.toPlainText()) > 500
        key(sheet.pages, Qt.Key.Key_Down)
    key(sheet.pages, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


@pytest.mark.parametrize(
    ("place", "page"),
    [
        ("New task", "start"),
        ("Run again", "money"),
        ("Settings", "data"),
        ("Terminate all", "money"),
        ("Quit", "trouble"),
        ("API key", "start"),
    ],
)
async def test_a_sheet_leads_to_the_page_about_it(stage: Stage, place: str, page: str) -> None:
    window = await stage.show()
    dialog = await stage.open(place)
    click(button(dialog, "Help"))
    sheet = help_of(stage)
    assert sheet.text.accessibleName() == page_titles()[page]
    assert sheet.text.hasFocus()
    sheet.reject()
    assert dialog.isVisible()
    sheet.ask("dialects")
    sheet.reject()
    key(window, Qt.Key.Key_F1)
    assert sheet.text.accessibleName() == page_titles()[page]


async def test_a_sheet_that_was_opened_before_it_came_has_the_button_too(
    engine_stage: Stage,
) -> None:
    await engine_stage.show()
    dialog = await engine_stage.open("New task")
    install_help(engine_stage)
    await engine_stage.world.settle()
    assert button(dialog, "Help").isVisible()


async def test_a_link_leads_to_its_page_and_one_to_the_web_asks(stage: Stage) -> None:
    await stage.show()
    await stage.open("Help")
    sheet = help_of(stage)
    sheet.text.link_asked.emit(QUrl("money.md"))
    assert sheet.text.accessibleName() == "Money"
    assert not sheet.link_question.isVisible()
    sheet.text.link_asked.emit(QUrl("https://webrun.ai/docs"))
    assert sheet.link_question.question.text() == "Open webrun.ai?"
    click(sheet.link_question.keep_closed)
    assert sheet.text.hasFocus()


async def test_a_page_that_is_missing_is_called_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(help_sheet, "FOLDERS", (tmp_path,))
    await stage.show()
    await stage.open("Help")
    shown = help_of(stage).text.toPlainText()
    assert shown == "This page could not be read (No such file or directory)."


async def test_it_has_what_someone_who_asks_for_help_is_told_to_do(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "enigma_panel.ui.actions.QDesktopServices.openUrl",
        lambda url: bool(asked.append(url.toLocalFile())) or True,
    )
    await stage.show()
    stage.window.notices.diagnostics_wanted.connect(lambda: asked.append("diagnostics"))
    await stage.open("Help")
    for text in ("Open data folder", "Copy diagnostics"):
        click(button(help_of(stage), text))
    assert asked == ["/home/maria/enigma-panel", "diagnostics"]
