"""The style sheet, made of a scheme's colours and the size of the font.

Widgets name their part by the property "role": primary, danger, link, plain, chip, icon (buttons);
dim, heading, title, problem, amber, red, figure, notice, pill (labels); card, banner, notice, demo,
bar (frames); reading, question (texts to read); commands (a list of them); mistaken (a field in
error).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enigma_panel.ui.theme.palette import Colours

_SHEET = """
QMainWindow, QDialog { background: {ground}; }
QToolTip { background: {card}; color: {text}; border: 1px solid {line}; padding: 5px 7px; }

QFrame[role="card"] { background: {card}; border: 1px solid {line}; border-radius: 8px; }
QFrame[role="bar"] { background: {card}; border: none; border-bottom: 1px solid {line}; }
QFrame[role="banner"] { background: {amber_ground}; border: 1px solid {amber}; border-radius: 8px; }
QFrame[role="notice"] { background: {card}; border: 1px solid {line}; border-radius: 8px; }
QFrame[role="toast"] { background: {text}; border: none; border-radius: 8px; }
QFrame[role="toast"] QLabel { color: {card}; }
QFrame[role="toast"] QPushButton { color: {card}; font-weight: 600; }
QFrame[role="demo"] { background: {accent}; border: none; }
QFrame[role="demo"] QLabel { color: {on_accent}; }
QFrame[role="demo"] QPushButton {
    color: {on_accent}; background: transparent; border: 1px solid transparent; border-radius: 4px;
    padding: 2px 6px; text-decoration: underline; font-weight: 600; }
QFrame[role="demo"] QPushButton:hover { border-color: {on_accent}; }
QFrame[role="demo"] QPushButton:focus { border: 1px solid {on_accent}; }

QLabel { background: transparent; }
QLabel[role="dim"] { color: {dim}; }
QLabel[role="heading"] { font-size: {heading_px}; font-weight: 600; }
QLabel[role="title"] { font-size: {title_px}; font-weight: 600; }
QLabel[role="amber"] { color: {amber}; font-weight: 600; }
QLabel[role="red"], QLabel[role="problem"] { color: {red}; }
QLabel[role="green"] { color: {green}; }
QLabel[role="figure"], QLabel[role="figure-amber"], QLabel[role="figure-red"] { font-weight: 600; }
QLabel[role="figure-amber"] { color: {amber}; }
QLabel[role="figure-red"] { color: {red}; }
QLabel[role="notice"] { background: {amber_ground}; color: {amber}; border: 1px solid {amber};
    border-radius: 6px; padding: 6px 8px; }
QLabel[role="pill"] { background: {text}; color: {card}; border-radius: 8px; padding: 2px 10px; }

QPushButton, QToolButton {
    background: {card}; color: {text}; border: 1px solid {line}; border-radius: 6px;
    padding: 5px 12px; min-height: 16px; }
QToolButton[role="icon"] { min-height: {font_px}; } /* as high as the others: Qt adds 3 px */
QPushButton:hover, QToolButton:hover { background: {hover}; border-color: {faint}; }
QPushButton:pressed, QToolButton:pressed { background: {line}; }
QPushButton:focus, QToolButton:focus { border: 2px solid {accent}; padding: 4px 11px; }
QPushButton:checked, QToolButton:checked { background: {selection}; border-color: {accent}; }
QFileDialog QToolButton, QFileDialog QToolButton:focus { padding: 1px; }
QPushButton:disabled, QToolButton:disabled {
    color: {dim}; background: {card}; border-color: {line}; }
QPushButton[role="primary"], QToolButton[role="primary"] {
    background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600; }
QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover { background: {accent_hover}; }
QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus {
    border: 2px solid {text}; padding: 4px 11px; }
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {
    background: {line}; color: {dim}; border-color: {line}; }
QPushButton[tight="some"], QToolButton[tight="some"] { padding: 5px 6px; }
QPushButton[tight="some"]:focus, QToolButton[tight="some"]:focus { padding: 4px 5px; }
QPushButton[tight="more"], QToolButton[tight="more"] { padding: 5px 3px; }
QPushButton[tight="more"]:focus, QToolButton[tight="more"]:focus { padding: 4px 2px; }
QPushButton[role="danger"]:enabled, QToolButton[role="danger"]:enabled { color: {red}; }
QPushButton[role="link"] {
    color: {accent}; background: transparent; border: 1px solid transparent; padding: 2px 0; }
QPushButton[role="link"]:disabled { color: {dim}; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 1px solid {accent}; padding: 2px 0; }
QPushButton[role="chip"] { background: {ground}; border: 1px solid {line}; border-radius: 12px;
    padding: 3px 12px; }
QPushButton[role="chip"]:hover { background: {hover}; }
QPushButton[role="chip"]:checked { background: {selection}; border-color: {accent}; }
QPushButton[role="chip"]:focus { border: 2px solid {accent}; padding: 2px 11px; }
QToolButton[role="plain"], QPushButton[role="plain"] {
    background: transparent; border: 1px solid transparent; padding: 3px; }
QToolButton[role="plain"]:hover { background: {hover}; }
QToolButton[role="plain"]:focus { border: 1px solid {accent}; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: {card}; color: {text}; border: 1px solid {line}; border-radius: 6px;
    padding: 4px 8px; selection-background-color: {accent}; selection-color: {on_accent}; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus { border: 2px solid {accent}; padding: 3px 7px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QComboBox:disabled {
    color: {dim}; background: {ground}; }
QLineEdit[role="mistaken"], QPlainTextEdit[role="mistaken"], QSpinBox[role="mistaken"] {
    border-color: {red}; }
QPlainTextEdit[role="question"] {
    border: none; background: transparent; padding: 0; font-size: {title_px}; }
QPlainTextEdit[role="question"]:focus { border: none; padding: 0; }
QPlainTextEdit[role="reading"], QTextBrowser[role="reading"] {
    border: 1px solid transparent; background: transparent; padding: 0; }
QPlainTextEdit[role="reading"]:focus, QTextBrowser[role="reading"]:focus {
    border: 1px solid {accent}; padding: 0; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(:/marks/down-{name}.png); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
    background: {card}; color: {text}; border: 1px solid {line}; outline: none;
    selection-background-color: {selection}; selection-color: {text}; }
QComboBox QAbstractItemView::item { padding: 4px 8px; min-height: 16px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 20px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 20px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url(:/marks/up-{name}.png); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url(:/marks/down-{name}.png); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 7px; border: 1px solid transparent; border-radius: 4px;
    padding: 2px 4px 2px 2px; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid {accent}; }
QCheckBox:disabled, QRadioButton:disabled { color: {dim}; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid {dim}; background: {card}; }
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: {accent}; }
QCheckBox::indicator:checked {
    background: {accent}; border-color: {accent}; image: url(:/marks/check-{name}.png); }
QRadioButton::indicator:checked {
    background: {accent}; border-color: {accent}; image: url(:/marks/dot-{name}.png); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: {faint}; }

QProgressBar { background: {line}; border: none; border-radius: 4px; max-height: 8px; }
QProgressBar::chunk { background: {accent}; border-radius: 4px; }

QTableView { background: {card}; border: 1px solid transparent; outline: none; border-radius: 8px; }
QTableView:focus { border-color: {accent}; }
QTableView[role="reading"], QTreeView { background: {card}; border: 1px solid transparent;
    border-radius: 0; outline: none;
    selection-background-color: {selection}; selection-color: {text}; }
QTableView[role="reading"]:focus, QTreeView:focus { border-color: {accent}; }
QTableView[role="reading"]::item { padding: 0 8px; }
QTreeView::item { padding: 3px 8px 3px 0; }
QTreeView[role="commands"]::item { padding: 3px 8px; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: {dim}; border: none;
    border-bottom: 1px solid {line}; padding: 4px 8px; }
QTableCornerButton::section { background: {card}; border: none; }

QScrollArea, QScrollArea > QWidget > QWidget[role="clear"] {
    background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: {faint}; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: {dim}; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: {card}; color: {text}; border: 1px solid {line}; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: {selection}; }
QMenu::item:disabled { color: {dim}; }
QMenu::separator { height: 1px; background: {line}; margin: 4px 6px; }
QMenu::indicator { width: 14px; height: 14px; left: 4px; }

QStatusBar { background: {card}; border-top: 1px solid {line}; color: {dim}; }
QStatusBar::item { border: none; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: {line}; }
QGroupBox { border: 1px solid {line}; border-radius: 8px; margin-top: 9px; padding: 10px 8px 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: {dim}; }
QTabWidget::pane { border: 1px solid {line}; border-radius: 8px; background: {card}; top: -1px; }
QTabBar::tab {
    padding: 6px 14px; color: {dim}; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: {text}; border-bottom-color: {accent}; }
QTabBar::tab:focus { background: {hover}; }
"""

_HOVERS = {"light": "#1555bb", "dark": "#8dbbff"}


def sheet(colours: "Colours", font_px: int = 13) -> str:
    """Return the style sheet of the program in these colours; headings are larger than the font."""
    names = {name: str(getattr(colours, name)) for name in colours.__struct_fields__}
    names |= {
        "font_px": f"{font_px}px",
        "heading_px": f"{font_px + 1}px",
        "title_px": f"{font_px + 2}px",
    }
    names["accent_hover"] = _HOVERS[colours.name]
    text = _SHEET
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text
