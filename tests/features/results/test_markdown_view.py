"""Markdown of a stranger: nothing in it is loaded, and no link is opened that was not confirmed."""

import base64
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.features.results.markdown_view import MarkdownView
from enigma_panel.ui.theme import theme
from tests.kit.person import click

RED = QColor("red")


@pytest.fixture
def view(no_window_left: None) -> MarkdownView:
    view = MarkdownView()
    view.resize(400, 300)
    view.show()
    return view


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


def is_red(view: MarkdownView) -> bool:
    image = view.grab().toImage()
    columns, rows = range(0, image.width(), 4), range(0, image.height(), 4)
    return any(image.pixelColor(x, y) == RED for x in columns for y in rows)


def test_no_picture_is_loaded_wherever_it_lies(view: MarkdownView, picture: Path) -> None:
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
        view.show_text(f"Before\n\n![a picture]({address})![twice]({address})\n\nafter")
        assert not is_red(view), address
        shown = view.browser.toPlainText().split("\n")
        assert shown == ["Before", "[image: a picture][image: twice]", "after"]


def test_html_is_shown_as_text(view: MarkdownView, picture: Path) -> None:
    view.show_text(f'<img src="{picture}"> <b>no</b> <a href="file:///etc/passwd">x</a>')
    assert "<img src=" in view.browser.toPlainText()
    assert not is_red(view)


def press_link(view: MarkdownView) -> None:
    """By the keyboard: to the first link, and Enter."""
    view.browser.setFocus()
    QTest.keyClick(view.browser, Qt.Key.Key_Tab)
    QTest.keyClick(view.browser, Qt.Key.Key_Return)


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
    view: MarkdownView, opened: list[str], link: str, host: str
) -> None:
    view.show_text(f"[www.bank.example](<{link}>)")
    press_link(view)
    assert opened == []
    assert view.link_question.text() == f"Open {host}?"
    assert view.keep_closed.hasFocus(), "a second Enter opens nothing"
    click(view.open_link)
    assert len(opened) == 1
    assert not view.link_bar.isVisible()


def test_a_link_that_was_not_confirmed_is_not_opened(view: MarkdownView, opened: list[str]) -> None:
    view.show_text("[x](https://docs.example)")
    press_link(view)
    click(view.keep_closed)
    assert not view.link_bar.isVisible()
    assert view.browser.hasFocus()
    view.browser.anchorClicked.emit(QUrl("https://docs.example"))
    view.show_text("another result")
    click(view.open_link)
    assert opened == []


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/x", "ftp://a.example", "data:text/html,x", "#top", "/etc"],
)
def test_what_leads_elsewhere_cannot_be_opened(
    view: MarkdownView, opened: list[str], link: str
) -> None:
    view.show_text(f"[x]({link})")
    view.browser.anchorClicked.emit(QUrl(link))
    assert view.link_question.text().startswith("Not opened")
    assert not view.open_link.isVisible()
    click(view.open_link)
    assert opened == []
    assert "x" in view.browser.toPlainText(), "it stays where it was"


def test_links_are_seen_in_the_other_colours_too(view: MarkdownView, qapp: QApplication) -> None:
    def link_colour() -> str:
        cursor = view.browser.textCursor()
        cursor.setPosition(1)
        return cursor.charFormat().foreground().color().name()

    view.show_text("[link](https://docs.example)")
    assert link_colour() == theme.LIGHT.accent
    theme.apply(qapp, Qt.ColorScheme.Dark)
    try:
        assert link_colour() == theme.DARK.accent
    finally:
        theme.apply(qapp, Qt.ColorScheme.Light)


@pytest.mark.parametrize("text", ["**words** " * 2_100, "|a|b|\n|-|-|\n" + "|x|y|\n" * 150])
def test_what_takes_long_is_laid_out_when_asked_for(view: MarkdownView, text: str) -> None:
    view.show_text(text)
    assert not view.browser.isVisible()
    assert view.browser.toPlainText() == ""
    assert f"{len(text):,} characters" in view.heavy.text()
    click(view.render_anyway)
    assert view.browser.isVisible()
    assert view.browser.toPlainText() != ""
    view.show_text("# short")
    assert view.browser.toPlainText() == "short"


@pytest.mark.parametrize(
    "text",
    [">" * 19_000 + " x", "- " * 9_500, "*" * 19_000, "[" * 19_000, "_a " * 6_000, "\x00\ud800"],
)
def test_no_short_one_keeps_the_window(view: MarkdownView, text: str) -> None:
    began = time.thread_time()
    view.show_text(text)
    view.grab()
    assert time.thread_time() - began < 2.0
