"""Looks for secrets in whatever a program leaves behind, in each form that one may take there."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication

from enigma_panel.core.task_filter import folded

ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
TEXTS = (
    "windowTitle",
    "accessibleName",
    "accessibleDescription",
    "toolTip",
    "whatsThis",
    "statusTip",
    "text",
    "title",
    "toPlainText",
    "placeholderText",
    "currentText",
)
"""Methods of widgets and actions that give what is shown or read out."""


def forms_of(secret: str) -> dict[str, bytes]:
    """The secret as it may stand somewhere, by the name of its form."""
    plain = secret.encode()
    forms = {
        "plain": plain,
        "folded": folded(secret).encode(),
        "URL": quote(secret, safe="").encode(),
        "URL, small letters": quote(secret, safe="").lower().encode(),
        "form": quote_plus(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON, not ASCII": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "UTF-16": secret.encode("utf-16-le"),
        "UTF-16, big end first": secret.encode("utf-16-be"),
        "hexadecimal": plain.hex().encode(),
    }
    # What comes before it may have any length; characters that its neighbours change are left out.
    for phase in range(3):
        encoded = base64.b64encode(b"\0" * phase + plain)
        first, rest = (phase * 8 + 5) // 6, (phase + len(plain)) % 3
        looks = encoded[first : -4 if rest else None]
        forms[f"base64, {phase} before"] = looks
        forms[f"base64 of URLs, {phase} before"] = looks.translate(bytes.maketrans(b"+/", b"-_"))
    return forms


def found(sinks: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (sink, name, form)
        for sink, content in sinks.items()
        for name, secret in secrets.items()
        for form, looks in forms_of(secret).items()
        if looks in content
    ]


def shown_texts() -> list[str]:
    """All that the windows of this process show, or would have a screen reader say."""
    texts: list[str] = []
    for widget in QApplication.allWidgets():
        texts += _texts_of(widget)
        for action in widget.actions():
            texts += _texts_of(action)
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            texts += _cells(widget.model())
    return list(dict.fromkeys(filter(None, texts)))


def _texts_of(thing: Any) -> Iterator[str]:
    for name in TEXTS:
        method = getattr(thing, name, None)
        if callable(method):
            yield str(method())


def _cells(model: QAbstractItemModel) -> Iterator[str]:
    top = QModelIndex()
    for row in range(model.rowCount(top)):
        # PySide hides a list's columnCount, since it is 1.
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(top)):
            index = model.index(row, column, top)
            yield from (str(model.data(index, role) or "") for role in ROLES)
