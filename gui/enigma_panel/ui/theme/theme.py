"""Colours of the two schemes and the size of the font, and how they get onto every widget.

Painted things ask `colours()` when they paint; all else gets a palette and one style sheet. While
the program runs it follows the desktop's change between light and dark, unless one is chosen. The
font is the desktop's, and so is its size.
"""

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from enigma_panel import resources_rc  # noqa: F401 - its import registers the pictures
from enigma_panel.ui.theme.palette import Colours
from enigma_panel.ui.theme.stylesheet import sheet

STYLE = "Fusion"
FONT_PX = 13
"""The font size of lengths in the code, used where no desktop gives one (`offscreen`)."""


LIGHT = Colours(
    name="light",
    ground="#f5f6f8",
    card="#ffffff",
    well="#f1f3f5",
    line="#e3e6ea",
    button_line="#cfd5db",
    edge="#828a94",
    text="#1b1f24",
    dim="#5b646e",
    faint="#b4bbc3",
    hover="#eef1f4",
    accent="#1b64da",
    on_accent="#ffffff",
    mark="#1b64da",
    tint="#e7effd",
    related_tint="#f3f7fe",
    amber="#8a5a00",
    amber_bar="#b87300",
    amber_tint="#fff4dc",
    amber_line="#e9cb8b",
    red="#b3261e",
    red_tint="#fcebe9",
    green="#1a7f37",
    track="#e3e6ea",
    shade="#4d161a20",
    shadow="#2e000000",
    toast="#20252b",
    toast_text="#f4f6f8",
    toast_link="#9cc2ff",
)
DARK = Colours(
    name="dark",
    ground="#17191d",
    card="#1f2227",
    well="#282c32",
    line="#31353c",
    button_line="#454b54",
    edge="#6f7882",
    text="#e6e8ea",
    dim="#a3abb4",
    faint="#555d67",
    hover="#2a2e35",
    accent="#2e6bdb",
    on_accent="#ffffff",
    mark="#82b4ff",
    tint="#22334f",
    related_tint="#222934",
    amber="#f0b44c",
    amber_bar="#f0b44c",
    amber_tint="#322a1b",
    amber_line="#6a5527",
    red="#f2878a",
    red_tint="#3a2325",
    green="#7fd18b",
    track="#3a3f47",
    shade="#80000000",
    shadow="#73000000",
    toast="#3a4049",
    toast_text="#f4f6f8",
    toast_link="#9cc2ff",
)


class _Theme(QObject):
    """The scheme in use. chosen: None follows the desktop. taller: a line, beyond FONT_PX."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colours = LIGHT
        self.chosen: Qt.ColorScheme | None = None
        self.is_connected = False
        self.has_stylesheet = False
        self.font_px = FONT_PX
        self.taller = 0

    def show(self, app: QApplication, scheme: Qt.ColorScheme) -> None:
        self.colours = _scheme_colours(scheme)
        app.setPalette(_palette(self.colours))
        if self.has_stylesheet:
            self.put_on_stylesheet(app)
        self.changed.emit()

    def put_on_stylesheet(self, app: QApplication) -> None:
        """Apply the sheet for the colours and the font in use."""
        app.setStyleSheet(sheet(self.colours, self.font_px))

    def follow(self, scheme: Qt.ColorScheme) -> None:
        """Follow the desktop to another scheme, unless one was chosen."""
        app = QApplication.instance()
        if self.chosen is None and isinstance(app, QApplication):
            self.show(app, scheme)


_theme = _Theme()


def application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def colours() -> Colours:
    return _theme.colours


def changed() -> SignalInstance:
    """Return the signal that another scheme was applied, for tinted pictures or rich text."""
    return _theme.changed


def prepare(app: QApplication, scheme: Qt.ColorScheme | None = None) -> None:
    """Style the program as the desktop says, now and whenever it changes, or as `scheme` says.

    The sheet is left to `apply_stylesheet`, before anything is shown.

    Widgets that are made under a sheet are styled anew at each step of their making, which is a
    tenth of the time until the first window stands. The style is given to the application with
    `-style`: setting it here would make all the types of Python's QStyle, which takes 4 ms.
    """
    _theme.has_stylesheet = False
    if app.platformName() == "offscreen":
        app.setFont(_usual(app.font()))
    _measure(app.font())
    hints = app.styleHints()
    _theme.chosen = scheme
    if not _theme.is_connected:
        hints.colorSchemeChanged.connect(_theme.follow)
        _theme.is_connected = True
    _theme.show(app, hints.colorScheme() if scheme is None else scheme)


def apply_stylesheet() -> None:
    """Apply the sheet, where that was not done yet."""
    if not _theme.has_stylesheet:
        _theme.has_stylesheet = True
        _theme.put_on_stylesheet(application())


def choose(app: QApplication, scheme: Qt.ColorScheme | None) -> None:
    """Keep to a scheme from now on, or follow the desktop again (None)."""
    if scheme is _theme.chosen:
        return
    _theme.chosen = scheme
    wanted = app.styleHints().colorScheme() if scheme is None else scheme
    if _scheme_colours(wanted) is not _theme.colours:
        _theme.show(app, wanted)


def _scheme_colours(scheme: Qt.ColorScheme) -> Colours:
    return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def line_height(height: int) -> int:
    """Return the height of a line of text and its padding that is `height` with FONT_PX."""
    return height + _theme.taller


def scaled(width: int) -> int:
    return round(width * _theme.font_px / FONT_PX)


def _measure(font: QFont) -> None:
    _theme.font_px = QFontInfo(font).pixelSize()
    _theme.taller = QFontMetrics(font).height() - QFontMetrics(_usual(font)).height()


def _usual(font: QFont) -> QFont:
    usual = QFont(font)
    usual.setPixelSize(FONT_PX)
    return usual


def _palette(c: Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    pairs = {
        role.Window: c.ground,
        role.WindowText: c.text,
        role.Base: c.card,
        role.AlternateBase: c.hover,
        role.Text: c.text,
        role.PlaceholderText: c.dim,
        role.Button: c.card,
        role.ButtonText: c.text,
        role.BrightText: c.red,
        role.ToolTipBase: c.card,
        role.ToolTipText: c.text,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Accent: c.accent,
        role.Link: c.mark,
        role.LinkVisited: c.mark,
        role.Light: c.card,
        role.Midlight: c.hover,
        role.Mid: c.line,
        role.Dark: c.faint,
        role.Shadow: c.line,
    }
    palette = QPalette()
    for name, colour in pairs.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, name, QColor(c.faint))
    return palette
