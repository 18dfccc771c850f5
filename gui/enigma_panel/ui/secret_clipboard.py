"""Secrets on the clipboard: kept out of histories where that can be asked for, and soon gone."""

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication

KEPT_MS = 30_000
HINTS = {
    "x-kde-passwordManagerHint": b"secret",
    "ExcludeClipboardContentFromMonitorProcessing": b"1",
    "CanIncludeInClipboardHistory": bytes(4),
    "CanUploadToCloudClipboard": bytes(4),
}
"""Formats by MIME type, or by Windows' name, for which clipboard managers and histories look.

The last two are numbers of 32 bits.
https://learn.microsoft.com/windows/win32/dataxchg/clipboard-formats
"""


class SecretClipboard(QObject):
    """Puts a secret on the clipboard and takes it away again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._secret = ""
        self._later = QTimer(self, singleShot=True, interval=KEPT_MS)
        self._later.timeout.connect(self.clear)

    def put(self, secret: str) -> None:
        """Put a secret on the clipboard for KEPT_MS, or until something else is copied."""
        data = QMimeData()
        data.setText(secret)
        for name, value in HINTS.items():
            data.setData(name, value)
        QGuiApplication.clipboard().setMimeData(data)
        self._secret = secret
        self._later.start()

    def clear(self) -> None:
        """Take the secret away, also as the program ends: Qt would free it after Python (crash)."""
        clipboard = QGuiApplication.clipboard()
        if self._secret and clipboard.text() == self._secret:
            clipboard.clear()
        self._secret = ""
