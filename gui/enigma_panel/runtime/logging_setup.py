"""Logging: its set-up, and the formatter that redacts every record."""

import logging
import logging.handlers
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path

MAX_BYTES = 1_000_000
FILES = ("panel.log", "panel.log.1", "panel.log.2")
"""The log's files, newest first."""

ROOT = "enigma_panel"
ERROR_EVERY_S = 60.0
MEAN_LINE_BYTES = 1_000
"""Average length of a line of the log, in bytes, at most."""
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class RedactingFormatter(logging.Formatter):
    """Formats a record and redacts the whole text, traceback included."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(FORMAT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Format one record, redacted. Tracebacks show lines of code and messages, no values."""
        return self._redact(super().format(record))


class PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """Files for this user alone, also the new one after a rotation."""

    def _open(self) -> TextIOWrapper:
        opener = partial(os.open, mode=0o600)
        # append: RotatingFileHandler has no other mode while it has a limit
        return open(self.baseFilename, "a", encoding="utf-8", opener=opener)


class _ErrorHandler(logging.Handler):
    """Calls a function for an error, at most once a minute: the call may fail with another one."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__(logging.ERROR)
        self._call = call
        self._reported_s = -ERROR_EVERY_S

    def emit(self, _record: logging.LogRecord) -> None:
        now_s = time.monotonic()
        if now_s - self._reported_s >= ERROR_EVERY_S:
            self._reported_s = now_s
            self._call()


@contextmanager
def reporting_errors(call: Callable[[], object]) -> Iterator[None]:
    """Call the function for each unexpected error that is logged, in whichever thread that is."""
    handler = _ErrorHandler(call)
    root = logging.getLogger(ROOT)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def newest_lines(folder: Path, most: int = 200) -> list[str]:
    """The last lines of the log in `folder`, redacted as they were written; none without a log."""
    try:
        with (folder / FILES[0]).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most * MEAN_LINE_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-most:]


def set_up(folder: Path | None, redact: Callable[[str], str]) -> None:
    """Log to a rotating file in `folder` (0600), else warnings to stderr. OSError."""
    root = logging.getLogger(ROOT)
    root.setLevel(logging.INFO)
    root.propagate = False
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    stderr = logging.StreamHandler()
    stderr.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [stderr]
    if folder is not None:
        handlers.append(_file_handler(folder))
    for handler in handlers:
        handler.setFormatter(RedactingFormatter(redact))
        root.addHandler(handler)


def _file_handler(folder: Path) -> logging.Handler:
    path = folder / FILES[0]
    return PrivateFileHandler(
        path, maxBytes=MAX_BYTES, backupCount=len(FILES) - 1, encoding="utf-8"
    )
