"""Colours as the design names them, readable; resources that agree with their sources."""

import ast
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QWidget

from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Colours, Glyph
from enigma_panel.ui.theme.stylesheet import HOVERS, sheet
from enigma_panel.ui.theme.theme import DARK, LIGHT
from tests.kit.person import style

ROOT = Path(__file__).parents[3]


def luminance(colour: str) -> float:
    def part(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    c = QColor(colour)
    return 0.2126 * part(c.redF()) + 0.7152 * part(c.greenF()) + 0.0722 * part(c.blueF())


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("c", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_is_readable(c: Colours) -> None:
    rows = (c.card, c.hover, c.tint, c.related_tint, c.amber_tint)
    pairs = [
        *product((c.text, c.dim), (*rows, c.ground, c.well)),
        *product((c.amber, c.red, c.mark), (c.card, c.hover, c.tint, c.related_tint)),
        *product((c.on_accent,), (c.accent, HOVERS[c.name])),
        *product((c.toast_text, c.toast_link), (c.toast,)),
        *((c.amber, c.amber_tint), (c.red, c.red_tint), (c.mark, c.ground)),
    ]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []
    marks = [
        *product((c.mark, c.amber_bar, c.green), rows),
        *((c.edge, c.card), (c.edge, c.ground)),
    ]
    assert [pair for pair in marks if contrast(*pair) < 3] == []


@pytest.mark.parametrize("kind", [QLineEdit, QComboBox, QSpinBox])
def test_what_a_field_that_cannot_be_used_says_is_readable(
    qapp: QApplication, kind: type[QWidget]
) -> None:
    for c, scheme in ((DARK, Qt.ColorScheme.Dark), (LIGHT, Qt.ColorScheme.Light)):
        style(qapp, scheme)
        field = kind()
        field.setEnabled(False)
        field.ensurePolished()
        assert field.palette().color(QPalette.ColorRole.Text) == QColor(c.dim)
        assert field.palette().color(QPalette.ColorRole.Base) == QColor(c.ground)


@pytest.mark.parametrize("c", [LIGHT, DARK], ids=["light", "dark"])
def test_the_sheet_leaves_no_name_open(c: Colours) -> None:
    text = sheet(c)
    assert re.findall(r"\{\w+\}", text) == []
    for part in text.split("url(:")[1:]:
        assert QFile.exists(":" + part.split(")")[0])


def test_a_scheme_is_put_on_and_followed(qapp: QApplication) -> None:
    seen: list[str] = []
    theme.changed().connect(lambda: seen.append(theme.colours().name))
    style(qapp, Qt.ColorScheme.Dark)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.ground)
    style(qapp)
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.colours() is DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.colours() is LIGHT
    assert seen[0] == "dark"
    assert seen[-2:] == ["dark", "light"]
    style(qapp, Qt.ColorScheme.Light)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.colours() is LIGHT


def test_a_scheme_that_comes_before_the_sheet_is_in_it(qapp: QApplication) -> None:
    theme.prepare(qapp, Qt.ColorScheme.Light)
    theme.prepare(qapp, Qt.ColorScheme.Dark)
    theme.apply_stylesheet()
    assert theme.DARK.ground in qapp.styleSheet()
    style(qapp, Qt.ColorScheme.Light)
    assert theme.LIGHT.ground in qapp.styleSheet()


@pytest.mark.process
def test_each_glyph_is_drawn_in_the_colour_that_is_asked_for(qapp: QApplication) -> None:
    for glyph in Glyph:
        picture = icons.icon(glyph, "#2080c0", 32).pixmap(32, 32).toImage()
        pixels = [picture.pixelColor(x, y) for x, y in product(range(32), repeat=2)]
        assert {c.name() for c in pixels if c.alpha() == 255} == {"#2080c0"}, glyph


def test_the_compiled_resources_agree_with_their_sources(tmp_path: Path) -> None:
    compiled = tmp_path / "resources_rc.py"
    program = ROOT / "resources" / "compile_resources.py"
    subprocess.run([sys.executable, program, compiled], check=True, timeout=60)
    assert data_of(compiled) == data_of(ROOT / "gui" / "enigma_panel" / "resources_rc.py")


def data_of(module: Path) -> dict[str, bytes]:
    """The byte strings of a compiled resource file; layout and version comment do not count."""
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
