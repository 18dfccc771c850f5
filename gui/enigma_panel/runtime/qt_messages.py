"""Qt's own messages: they go into our log, and become one clear line where no window can be shown.

Qt ends the process by a signal then, with advice that does not help; only its message handler runs
before that.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from enigma_panel.runtime.system_libraries import HOW_TO_INSTALL

T = TypeVar("T")

_CHATTER = "This plugin does not support"
"""Beginning of the message that Qt's offscreen platform writes at every raise()."""

_ABOUT_DISPLAY = re.compile(r"connect to display|wl_display|xcb|platform plugin")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Log Qt's own messages, with our redaction.

    Its bridge to assistive technology warns of labels with rich text, which are as we want them.
    """
    if not message.startswith(_CHATTER):
        _log(_level(kind, context), message)


def _level(kind: QtMsgType, context: QMessageLogContext) -> int:
    of_bridge = (context.category or "").startswith("qt.accessibility")
    return logging.DEBUG if of_bridge else _LEVELS[kind]


def _log(level: int, message: str) -> None:
    logging.getLogger("enigma_panel.qt").log(level, "%s", message)


def with_a_display(make: Callable[[], T], leave: Callable[[], object]) -> T:
    """The result of `make`; without a display the process ends with status 2, after `leave`."""
    messages: list[tuple[int, str]] = []

    def note(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind is QtMsgType.QtFatalMsg:
            _end(_reason([text for _, text in messages], message), leave)
        messages.append((_level(kind, context), message))

    qInstallMessageHandler(note)
    try:
        return make()
    finally:
        qInstallMessageHandler(log_qt)
        for level, message in messages:
            _log(level, message)


def _reason(messages: Sequence[str], last: str) -> str:
    """The first message about the display: later ones guess, earlier ones are of other things."""
    first = next((text for text in messages if _ABOUT_DISPLAY.search(text)), last)
    line = next(iter(first.splitlines()), "")
    return f"{line} {HOW_TO_INSTALL}" if "plugin" in line else line


def _end(reason: str, leave: Callable[[], object]) -> NoReturn:
    try:
        leave()
    finally:
        sys.stderr.write(f"enigma-panel: no window can be shown: {reason}\n")
        sys.stderr.flush()
        os._exit(2)
