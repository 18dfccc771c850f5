"""Signals that ask the program to end, in the moments when no event loop handles them.

They are noted and acted upon later. Python's own answer to SIGINT, an exception wherever we happen
to be, would print a traceback and leave things half done; the system's answer to SIGTERM and SIGHUP
would leave a folder in the temp directory. A second signal ends the process at once.
"""

import signal
from types import FrameType

_noted: list[int] = []
_is_noting = False


def numbers() -> list[int]:
    """SIGINT, SIGTERM and SIGHUP (closed terminal), but those that we are to ignore."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]


def note() -> None:
    global _is_noting  # noqa: PLW0603 - signal handlers are the process's own
    _is_noting = True
    for number in numbers():
        signal.signal(number, _note)


def noted() -> int | None:
    """The first signal that came while they were noted."""
    return _noted[0] if _noted else None


def note_again() -> None:
    """Note them once more after a loop that handled them, unless nobody did before: a test, say."""
    if _is_noting:
        note()


def _note(number: int, _frame: FrameType | None) -> None:
    if _noted:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    _noted.append(number)
