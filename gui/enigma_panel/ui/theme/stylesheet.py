"""The style sheet, made of a scheme's colours and the size of the font.

Widgets name their part by the property "role": primary, danger, danger-link, link, chip, plain,
look, example (buttons); dim, heading, title, section, sum, sentence, problem, amber, red,
green, figure, figure-amber, notice (labels); card, strip, floating, row, toast, sheet, asks,
well, offer, foot, bar, status, offline (frames); reading, document, question (to
read); rows, commands (tables and lists); clear (what a scroll area shows); plain (a combo box
without a frame); filter, mistaken (a field of the heading, one in error). Buttons with the property
"small" are 28 px high, not 32; radio buttons with "option" have a frame.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enigma_panel.ui.theme.palette import Colours

_SHEET = """
QMainWindow { background: {ground}; }
QDialog { background: {card}; }
QToolTip { background: {card}; color: {text}; border: 1px solid {line}; border-radius: 6px;
    padding: 3px 6px; font-size: {small_px}; }

QFrame[role="card"] { background: {card}; border: 1px solid {line}; border-radius: 8px; }
QDialog[role="sheet"] { background: {card}; border: 1px solid {line}; border-radius: 12px; }
QDialog[role="asks"] { background: {card}; border: 1px solid {amber_line}; border-radius: 8px; }
QFrame[role="asks"] { background: {amber_tint}; border: none; border-bottom: 1px solid {amber_line};
    border-top-left-radius: 7px; border-top-right-radius: 7px; }
QFrame[role="offer"] {
    background: {related_tint}; border: 1px solid {tint}; border-radius: 8px; }
QFrame[role="well"] { background: {well}; border: none; border-radius: 6px; }
QFrame[role="foot"], QFrame[role="row"] { border: none; border-top: 1px solid {line}; }
QScrollArea[role="foot"]:focus { border-top-color: {mark}; }
QFrame[role="bar"], QFrame[role="status"] { background: {ground}; border: none; }
QFrame[role="offline"] { background: {amber_tint}; border: none; }
QFrame[role="strip"] {
    background: {amber_tint}; border: 1px solid {amber_line}; border-radius: 8px; }
QFrame[role="floating"] {
    background: {card}; border: 1px solid {line}; border-radius: 8px; }
QFrame[role="toast"] { background: {toast}; border: none; border-radius: 8px; }
QFrame[role="toast"] QLabel { color: {toast_text}; }
QFrame[role="toast"] QPushButton { color: {toast_link}; font-weight: 600; }

QFrame[role="notice"] { background: {card}; border: 1px solid {line}; border-radius: 6px; }

QLabel { background: transparent; }
QLabel[role="dim"] { color: {dim}; font-size: {small_px}; }
QLabel[role="heading"], QLabel[role="title"] { font-size: {heading_px}; font-weight: 600; }
QLabel[role="section"] { font-weight: 600; }
QLabel[role="sum"] { font-size: {sum_px}; font-weight: 600; }
QLabel[role="sentence"] { font-size: {sentence_px}; font-weight: 600; }
QLabel[role="amber"] { color: {amber}; font-weight: 600; }
QLabel[role="red"], QLabel[role="problem"] { color: {red}; }
QLabel[role="green"] { color: {green}; }
QLabel[role="figure"], QLabel[role="figure-amber"] { font-weight: 600; }
QLabel[role="figure-amber"] { color: {amber}; }
QLabel[role="notice"] { background: {amber_tint}; color: {amber}; border: 1px solid {amber_line};
    border-radius: 6px; padding: 7px 11px; }

QPushButton, QToolButton, QCheckBox, QRadioButton, QTabBar { outline: none; }
QPushButton, QToolButton {
    background: {card}; color: {text}; border: 1px solid {button_line}; border-radius: 6px;
    padding: 5px 12px; min-height: 20px; }
QPushButton:hover, QToolButton:hover { background: {hover}; }
QPushButton:pressed, QToolButton:pressed { background: {line}; }
QPushButton:checked, QToolButton:checked { background: {tint}; border-color: {mark}; }
QPushButton:focus, QToolButton:focus { border: 2px solid {mark}; padding: 4px 11px; }
QPushButton:disabled, QToolButton:disabled {
    color: {faint}; background: transparent; border-color: transparent; }
QPushButton[role="primary"] {
    background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600; }
QPushButton[role="primary"]:hover { background: {accent_hover}; }
QPushButton[role="primary"]:focus { border-color: {mark}; }
QPushButton[role="primary"]:disabled {
    background: {well}; color: {dim}; border-color: {well}; }
QPushButton[role="danger"]:enabled { color: {red}; }
QPushButton[role="danger"]:hover { background: {red_tint}; }
QPushButton[small="true"] { padding: 3px 7px; font-size: {small_px}; text-align: left; }
QPushButton[small="true"]:focus { padding: 2px 6px; }
QFrame[role="strip"] QPushButton {
    color: {amber}; border: 1px solid {amber_bar}; padding: 3px 12px; font-weight: 600; }
QFrame[role="strip"] QPushButton:focus { border: 2px solid {amber_bar}; padding: 2px 11px; }
QPushButton[role="link"], QPushButton[role="danger-link"] {
    color: {mark}; background: transparent; border: 2px solid transparent; padding: 1px 0;
    min-height: 16px; }
QPushButton[role="danger-link"] { color: {red}; font-size: {small_px}; }
QPushButton[role="link"]:hover, QPushButton[role="danger-link"]:hover {
    text-decoration: underline; }
QPushButton[role="link"]:focus, QPushButton[role="danger-link"]:focus { border-color: {mark}; }
QPushButton[role="link"]:disabled, QPushButton[role="danger-link"]:disabled { color: {faint}; }
QPushButton[role="look"] { background: {amber_tint}; color: {amber}; font-weight: 600;
    border: 1px solid transparent; border-radius: 10px; padding: 1px 8px; min-height: 16px; }
QFrame[role="offline"] QPushButton[role="look"] { border-color: {amber_line}; }
QPushButton[role="look"]:hover { border-color: {amber_bar}; }
QPushButton[role="look"]:focus { border: 2px solid {mark}; padding: 0 7px; }
QPushButton[role="chip"] { background: {well}; border: 1px solid transparent; border-radius: 12px;
    padding: 1px 9px; font-size: {small_px}; }
QPushButton[role="chip"]:hover { background: {line}; }
QPushButton[role="chip"]:checked { background: {tint}; color: {mark}; }
QPushButton[role="chip"]:focus { border: 2px solid {mark}; padding: 0 8px; }
QFrame[role="bar"] QPushButton[role="chip"] { background: {card}; border-color: {line}; }
QFrame[role="bar"] QPushButton[role="chip"]:focus { border-color: {mark}; }
QPushButton[role="example"] { border-color: {line}; border-radius: 8px;
    padding: 13px 47px 13px 15px; text-align: left; }
QPushButton[role="example"]:focus { border-color: {mark}; padding: 12px 46px 12px 14px; }
QToolButton[role="plain"], QPushButton[role="plain"] {
    background: transparent; border: 2px solid transparent; padding: 3px 2px 2px 3px;
    min-height: 0; } /* 28 by 28: Qt adds 3 px to a tool button's icon */
QPushButton[role="plain"] { /* where there is little room it is no lower */
    min-height: 16px; padding: 3px 0 2px; }
QFrame[role="card"] QPushButton[role="plain"] { /* its words end where all do */
    padding-right: -3px; }
QFrame[role="card"] QPushButton[role="plain"][checkable="true"] { /* from right to left */
    padding: 3px 0 2px -3px; }
QToolButton[role="plain"]:hover, QPushButton[role="plain"]:hover { background: {hover}; }
QToolButton[role="plain"]:focus, QPushButton[role="plain"]:focus { border-color: {mark}; }
QFileDialog QToolButton, QFileDialog QToolButton:focus { padding: 1px; min-height: 16px; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: {card}; color: {text}; border: 1px solid {edge}; border-radius: 6px;
    padding: 5px 9px; selection-background-color: {accent}; selection-color: {on_accent}; }
QLineEdit, QPlainTextEdit { placeholder-text-color: {dim}; }
QLineEdit, QComboBox { min-height: 20px; }
QSpinBox, QDoubleSpinBox { min-height: 17px; } /* Qt adds 3 px */
QLineEdit[role="filter"] { background: {ground}; border-color: {line}; padding: 3px 8px 3px 27px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus { border: 2px solid {mark}; padding: 4px 8px; }
QLineEdit[role="filter"]:focus {
    background: {card}; border-color: {mark}; padding: 2px 7px 2px 26px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QComboBox:disabled {
    color: {dim}; background: {ground}; border-color: {button_line}; }
QLineEdit[role="mistaken"], QPlainTextEdit[role="mistaken"], QSpinBox[role="mistaken"] {
    border-color: {red}; }
QTextEdit[role="question"] { border: none; background: transparent; padding: 0;
    font-size: {sentence_px}; font-weight: 600; }
QPlainTextEdit#task, QPlainTextEdit#task:focus { border: none; border-bottom: 1px solid {line};
    border-radius: 0; background: transparent; padding: 0; font-size: {heading_px};
    placeholder-text-color: transparent; } /* the field paints it where it will stand */
QPlainTextEdit#task[role="mistaken"] { border-color: {red}; }
QTextEdit[role="question"]:focus { border: none; padding: 0; }
QPlainTextEdit[role="reading"], QTextEdit[role="reading"] {
    border: 2px solid transparent; background: transparent; padding: 0; }
QPlainTextEdit[role="reading"]:focus, QTextEdit[role="reading"]:focus {
    border-color: {mark}; padding: 0; }
QTextEdit[role="document"], QTextEdit[role="document"]:focus {
    border: none; background: transparent; padding: 0; } /* its caret shows the focus */
QComboBox[role="plain"] { background: transparent; border-color: transparent; color: {dim}; }
QComboBox[role="plain"]:focus { border-color: {mark}; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox[role="plain"] { padding-right: 4px; }
QComboBox[role="plain"]::drop-down { width: 16px; }
QComboBox::down-arrow { image: url(:/marks/down-{name}.png); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
    background: {card}; color: {text}; border: 1px solid {line}; border-radius: 6px; padding: 4px;
    outline: none; selection-background-color: {tint}; selection-color: {text}; }
QComboBox QAbstractItemView::item { padding: 4px 8px; min-height: 20px; border-radius: 4px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 20px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 20px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url(:/marks/up-{name}.png); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url(:/marks/down-{name}.png); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 8px; border: 2px solid transparent; border-radius: 6px;
    padding: 1px 4px 1px 0; }
QCheckBox:focus, QRadioButton:focus { border-color: {mark}; }
QCheckBox:disabled, QRadioButton:disabled { color: {faint}; }
QRadioButton[option="true"] { border: 1px solid {line}; padding: 8px 11px; }
QRadioButton[option="true"]:hover { background: {hover}; }
QRadioButton[option="true"]:checked { background: {tint}; border-color: {mark}; }
QRadioButton[option="true"]:checked:focus { border: 2px solid {mark}; padding: 7px 10px; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid {edge}; background: {card}; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QRadioButton[option="true"]::indicator:focus {
    border: 2px solid {mark}; width: 12px; height: 12px; }
QRadioButton[option="true"]::indicator { subcontrol-position: top left; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: {mark}; }
QCheckBox::indicator:checked {
    background: {accent}; border-color: {accent}; image: url(:/marks/check.png); }
QRadioButton::indicator:checked {
    background: {accent}; border-color: {accent}; image: url(:/marks/dot.png); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: {faint}; }
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled {
    background: {faint}; }

QProgressBar { background: {track}; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: {mark}; border-radius: 2px; }

QTableView, QTreeView { background: {card}; border: none; border-radius: 8px; outline: none;
    selection-background-color: {tint}; selection-color: {text}; }
QTableView[role="reading"], QTableView[role="figures"], QTreeView { border-radius: 0; }
QTableView[role="figures"]::item { padding: 0 -3px; border-bottom: 1px solid {line}; }
QTableView[role="reading"]::item { padding: 0 8px; border-bottom: 1px solid {line}; }
QTreeView::item { padding: 4px 8px 4px 0; }
QTreeView[role="commands"] { border-radius: 0; }
QTreeView[role="commands"]::item { padding: 4px 8px; }
QTableView[role="reading"]::item:focus, QTableView[role="figures"]::item:focus,
QTreeView::item:focus {
    background: {tint}; color: {text}; }
QTreeView[unmarked="true"]::item:focus { background: transparent; }
QHeaderView { background: transparent; border: none; border-bottom: 1px solid {line}; }
QHeaderView::section { background: transparent; color: {dim}; border: none;
    padding: 4px 8px; font-size: {small_px}; }
QTableView[role="rows"] QHeaderView::section:first { padding-left: 16px; }
QTableView[role="reading"] QHeaderView::section { padding: 4px 11px; } /* Qt adds 3 px to cells */
QTableView[role="figures"] QHeaderView::section { padding: 4px 0; }
QTableView[role="figures"] QHeaderView::section:first {
    color: {text}; font-size: {font_px}; font-weight: 600; }
QTableCornerButton::section { background: {card}; border: none; }

QScrollArea, QScrollArea > QWidget > QWidget[role="clear"] {
    background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: {button_line}; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: {edge}; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: {card}; color: {text}; border: 1px solid {line}; border-radius: 6px;
    padding: 4px; }
QMenu::item { padding: 8px 32px 9px 12px; border-radius: 4px; }
QMenu::item:selected { background: {tint}; }
QMenu::item:default { color: {red}; }
QMenu::item:disabled { color: {faint}; background: transparent; }
QMenu::separator { height: 1px; background: {line}; margin: 4px 0; }
QMenu::indicator { width: 16px; height: 16px; left: 6px; }
QMenu::indicator:checked { image: url(:/marks/check-{name}.png); }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: {line}; }
QTabWidget::pane { border: none; border-top: 1px solid {line}; background: transparent; }
QTabWidget::tab-bar { left: 24px; } /* the words begin where all do in a sheet */
QTabBar { qproperty-drawBase: 0; qproperty-expanding: 0; }
QTabBar::tab { padding: 8px 0 6px; margin-right: 24px; color: {dim}; background: transparent;
    border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: {text}; }
QTabBar::tab:selected { color: {text}; border-bottom-color: {mark}; font-weight: 600; }
QTabBar::tab:focus { color: {mark}; }
"""

HOVERS = {"light": "#1757c0", "dark": "#265fc8"}
"""The accent under the pointer, by scheme."""


def sheet(colours: "Colours", font_px: int = 13) -> str:
    """Return the style sheet of the program in these colours; the sizes follow the font's."""
    names = {name: str(getattr(colours, name)) for name in colours.__struct_fields__}
    names |= {
        "font_px": f"{font_px}px",
        "small_px": f"{font_px - 1}px",
        "heading_px": f"{font_px + 2}px",
        "sentence_px": f"{font_px + 5}px",
        "sum_px": f"{font_px + 9}px",
        "accent_hover": HOVERS[colours.name],
    }
    text = _SHEET
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text
