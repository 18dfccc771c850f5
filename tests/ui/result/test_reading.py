"""Results of a stranger to read: nothing in them is loaded, no link is opened unconfirmed."""

import base64
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.result.formats import ResultFormat
from enigma_panel.ui.result.reading import LINE_CHARS, Reading
from enigma_panel.ui.result.view import ResultView
from enigma_panel.ui.theme import theme
from tests.kit.person import click, key, shown_texts, style

RED = QColor("red")
HOSTILE = "NUL \x00, turned \u202e\u2067, half \ud83d of a letter, 😀 whole"


@pytest.fixture
def view(no_window_left: None) -> ResultView:
    view = ResultView()
    view.resize(400, 300)
    view.show()
    return view


def show(view: ResultView, text: str) -> str:
    """Show it as Markdown; returns what can be read then."""
    view.show_result(TaskSpec(text="x"), f"# Result\n\n{text}")
    assert view.form is ResultFormat.MARKDOWN
    return view.reading.toPlainText().removeprefix("Result\n")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that went to the person's browser."""
    addresses: list[str] = []

    def note(address: QUrl) -> bool:
        addresses.append(address.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    return addresses


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(RED)
    path = tmp_path / "red.png"
    assert image.save(str(path))
    return path


def is_red(view: ResultView) -> bool:
    image = view.grab().toImage()
    columns, rows = range(0, image.width(), 4), range(0, image.height(), 4)
    return any(image.pixelColor(x, y) == RED for x in columns for y in rows)


def test_no_picture_is_loaded_wherever_it_lies(view: ResultView, picture: Path) -> None:
    data = base64.b64encode(picture.read_bytes()).decode()
    for address in (
        str(picture),
        picture.as_uri(),
        f"data:image/png;base64,{data}",
        "http://127.0.0.1:9/red.png",
        "https://tracker.example/red.png",
        ":/marks/check-light.png",
        "qrc:/marks/check-light.png",
    ):
        shown = show(view, f"Before\n\n![a picture]({address})![twice]({address})\n\nafter")
        assert not is_red(view), address
        assert shown.split("\n") == ["Before", "[image: a picture][image: twice]", "after"]


def test_html_is_shown_as_text(view: ResultView, picture: Path) -> None:
    shown = show(view, f'<img src="{picture}"> <b>no</b> <a href="file:///etc/passwd">x</a>')
    assert "<img src=" in shown
    assert not is_red(view)


def press_link(view: ResultView) -> None:
    view.reading.setFocus()
    QTest.keyClick(view.reading, Qt.Key.Key_Tab)
    QTest.keyClick(view.reading, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://docs.example/page?x=1", "docs.example"),
        ("http://docs.example:8080", "docs.example"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://b\u0430nk.example/", "xn--bnk-6cd.example"),
    ],
)
def test_a_link_is_opened_after_its_host_was_shown(
    view: ResultView, opened: list[str], link: str, host: str
) -> None:
    show(view, f"[www.bank.example](<{link}>)")
    press_link(view)
    assert opened == []
    assert view.link_question.question.text() == f"Open {host}?"
    assert view.link_question.keep_closed.hasFocus(), "a second Enter opens nothing"
    click(view.link_question.open)
    assert len(opened) == 1
    assert not view.link_question.isVisible()


def test_a_link_that_was_not_confirmed_is_not_opened(view: ResultView, opened: list[str]) -> None:
    show(view, "[x](https://docs.example)")
    press_link(view)
    click(view.link_question.keep_closed)
    assert not view.link_question.isVisible()
    assert view.reading.hasFocus()
    view.reading.link_asked.emit(QUrl("https://docs.example"))
    show(view, "another result")
    click(view.link_question.open)
    assert opened == []


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/x", "ftp://a.example", "data:text/html,x", "#top", "/etc"],
)
def test_what_leads_elsewhere_cannot_be_opened(
    view: ResultView, opened: list[str], link: str
) -> None:
    show(view, f"[x]({link})")
    view.reading.link_asked.emit(QUrl(link))
    assert view.link_question.question.text().startswith("Not opened")
    assert not view.link_question.open.isVisible()
    click(view.link_question.open)
    assert opened == []
    assert "x" in view.reading.toPlainText(), "it stays where it was"


def test_links_are_seen_in_the_other_colours_too(view: ResultView, qapp: QApplication) -> None:
    def link_colour() -> str:
        cursor = view.reading.textCursor()
        cursor.setPosition(len("Result") + 2)
        return cursor.charFormat().foreground().color().name()

    show(view, "[link](https://docs.example)")
    assert link_colour() == theme.LIGHT.mark
    style(qapp, Qt.ColorScheme.Dark)
    try:
        assert link_colour() == theme.DARK.mark
    finally:
        style(qapp, Qt.ColorScheme.Light)


@pytest.mark.parametrize(
    "text",
    [">" * 19_000 + " x", "- " * 9_500, "*" * 19_000, "[" * 19_000, "_a " * 6_000, "\x00\ud800"],
)
def test_no_short_one_keeps_the_window(view: ResultView, text: str) -> None:
    began = time.thread_time()
    show(view, text)
    view.grab()
    assert time.thread_time() - began < 2.0


def test_tab_goes_through_the_links_and_on(view: ResultView) -> None:
    show(view, "[one](https://a.example) and [two](https://b.example)")
    view.reading.setFocus()
    chosen = []
    for tab in (Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        QTest.keyClick(view.reading, tab)
        chosen.append(view.reading.textCursor().selectedText())
    assert chosen == ["one", "two", "one"]


def test_hostile_texts_turn_and_hide_nothing(view: ResultView) -> None:
    view.show_result(TaskSpec(text="x"), HOSTILE)
    shown = view.reading.toPlainText()
    assert len(shown) == len(HOSTILE)
    assert not set("\x00\u202e\u2067\ud83d") & set(shown)
    (found,) = view.matches("WHOLE")
    view.go_to(found)
    assert view.reading.textCursor().selectedText() == "whole", "an emoji counts as two in Qt"


def test_a_word_without_end_is_broken(view: ResultView) -> None:
    """Qt takes half a minute for one of a megabyte."""
    view.show_result(TaskSpec(text="x"), "x" * 1_000_000)
    click(view.show_all)
    shown = view.reading.toPlainText().split("\n")
    assert max(map(len, shown)) == 2_001
    assert view.copied() == "x" * 1_000_000


def test_lines_are_no_longer_than_can_be_read(view: ResultView) -> None:
    view.resize(1600, 300)
    view.show_result(TaskSpec(text="x"), "word " * 1_000)
    widest = LINE_CHARS * view.reading.fontMetrics().horizontalAdvance("0")
    assert view.reading.viewport().width() <= widest


def test_a_caret_is_there_for_keys_alone(view: ResultView) -> None:
    view.show_result(TaskSpec(text="x"), "word " * 1_000)
    assert view.reading.cursorWidth() == 0
    key(view.reading, Qt.Key.Key_Right)
    assert view.reading.cursorWidth() == 1


def test_it_is_as_high_as_its_text_up_to_a_limit(no_window_left: None) -> None:
    reading = Reading(most_lines=10)
    reading.resize(300, 50)
    reading.show()
    heights = []
    for lines in (1, 3, 10, 500):
        reading.show_text("line\n" * (lines - 1) + "line")
        heights.append(reading.height())
    one, three, ten, many = heights
    assert one < three < ten <= many < 2 * ten


def test_a_long_result_shows_its_beginning_and_all_when_asked(view: ResultView) -> None:
    text = "a 😀 word " * 20_000 + "the needle"
    view.show_result(TaskSpec(text="x"), text)
    assert view.part.text() == "First 50,000 of 180,010 characters"
    assert len(view.reading.toPlainText()) == 50_000
    click(view.show_all)
    assert view.reading.toPlainText() == text
    assert not view.part.isVisible()
    view.show_result(TaskSpec(text="x"), f"{text} ")
    assert view.part.isVisible()
    (found,) = view.matches("needle")
    view.go_to(found)
    assert view.reading.textCursor().selectedText() == "needle", "also in what was not shown yet"


def test_what_is_copied_has_no_breaks_of_ours(view: ResultView) -> None:
    view.show_result(TaskSpec(text="x"), "x" * 1_000_000)
    view.reading.selectAll()
    view.reading.copy()
    assert QApplication.clipboard().text() == "x" * 50_000
    assert "First 50,000 of 1,000,000 characters" in shown_texts(view)
