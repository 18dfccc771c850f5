"""Guards the question dialog's buttons: a click counts only when the dialog has stood still."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QGraphicsOpacityEffect, QPushButton, QWidget

QUIET_MS = 700
"""How long everything has to stand still before actions act."""
MONEY_QUIET_MS = 1_000
"""The quiet period where the question is about money, in ms."""
MOST_MS = 5_000
"""A window that never comes to rest is armed after this long all the same."""
DIMMED = 0.45
EARLY_MS = 20
"""Timers may come a little early; looking again later is cheaper than looking too often."""
_DISTURBING = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        # Unlocking the screen hands the focus back, so it comes by here, too.
        QEvent.Type.WindowActivate,
        QEvent.Type.WindowStateChange,
        QEvent.Type.ZOrderChange,
        QEvent.Type.ScreenChangeInternal,
    }
)


class ClickGuard(QObject):
    """Guards the buttons of one panel: what moves the panel, or what it stands in, counts.

    A button is not disabled while it is not armed: a disabled button would lose the keyboard's
    focus. It looks dimmed, and pressing it – by whatever means – does nothing.
    """

    def __init__(self, panel: QWidget, now_ms: Callable[[], int]) -> None:
        super().__init__(panel)
        self._panel = panel
        self._quiet = QuietPeriod(now_ms)
        self._buttons: dict[QPushButton, Callable[[], None]] = {}
        self._pressed_when_armed: set[QPushButton] = set()
        self._refresh_timer = QTimer(self, singleShot=True)
        self._refresh_timer.timeout.connect(self.refresh)
        panel.installEventFilter(self)

    def guard(self, button: QPushButton, action: Callable[[], None]) -> None:
        """Let this button do `action` only when armed, at its press as well as at its release."""
        self._buttons[button] = action
        effect = QGraphicsOpacityEffect(button)
        effect.setOpacity(DIMMED)
        effect.setEnabled(False)
        button.setGraphicsEffect(effect)
        button.pressed.connect(lambda: self._on_pressed(button))
        button.clicked.connect(lambda: self._on_clicked(button))

    def trigger(self, button: QPushButton) -> None:
        """What a keyboard shortcut of this button does, also while the button is off."""
        if button.isVisible() and self.is_armed():
            self._buttons[button]()

    def is_armed(self) -> bool:
        return self._panel.isVisible() and self._quiet.is_armed()

    def begin(self, quiet_ms: int = QUIET_MS) -> None:
        """Another question stands in the panel, or it was just shown."""
        self._watch_outer()
        self._quiet.begin(quiet_ms)
        self.refresh()

    def disturb(self) -> None:
        """Note that something moved or changed under the pointer."""
        self._quiet.disturb()
        self.refresh()

    def refresh(self) -> None:
        """Dim the buttons or not, and look again when that may change."""
        armed = self.is_armed()
        for button in self._buttons:
            effect = button.graphicsEffect()
            if effect is not None:
                effect.setEnabled(not armed)
        if not armed and self._panel.isVisible():
            self._refresh_timer.start(self._quiet.left_ms() + EARLY_MS)

    def _watch_outer(self) -> None:
        outer = self._panel
        while not outer.isWindow() and (parent := outer.parentWidget()) is not None:
            outer = parent
            outer.installEventFilter(self)

    def _on_pressed(self, button: QPushButton) -> None:
        if self.is_armed():
            self._pressed_when_armed.add(button)
        else:
            self._pressed_when_armed.discard(button)

    def _on_clicked(self, button: QPushButton) -> None:
        was_armed = button in self._pressed_when_armed
        self._pressed_when_armed.discard(button)
        if was_armed and self.is_armed():
            self._buttons[button]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        is_panel = watched is self._panel
        if is_panel and kind == QEvent.Type.Hide:
            self._quiet.end()
            self._pressed_when_armed.clear()
        elif kind in _DISTURBING and (is_panel or self._is_outer(watched)):
            self.disturb()
        return False

    def _is_outer(self, watched: QObject) -> bool:
        return isinstance(watched, QWidget) and watched.isAncestorOf(self._panel)


class QuietPeriod:
    """Measures the time since the last disturbance. Times come from `now_ms`, in milliseconds."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._quiet_ms = QUIET_MS
        self._begun_ms: int | None = None
        self._disturbed_ms = 0

    def begin(self, quiet_ms: int = QUIET_MS) -> None:
        """Note that the dialog was shown or shows another question: quiet starts now."""
        now = self._now_ms()
        self._quiet_ms = quiet_ms
        self._begun_ms = self._disturbed_ms = now

    def disturb(self) -> None:
        """Note that the dialog was raised, focused, moved or resized, or that a button changed."""
        if self._begun_ms is None:
            return
        now = self._now_ms()
        if now - self._disturbed_ms >= self._quiet_ms:
            self._begun_ms = now  # it had come to rest: the five seconds count anew
        self._disturbed_ms = now

    def end(self) -> None:
        """Note that the dialog is hidden: nothing acts until it begins again."""
        self._begun_ms = None

    def is_armed(self) -> bool:
        """Whether an action acts now."""
        return self._begun_ms is not None and self.left_ms() == 0

    def left_ms(self) -> int:
        """Milliseconds until actions act, 0 when they do; meaningless while hidden."""
        if self._begun_ms is None:
            return self._quiet_ms
        due = min(self._disturbed_ms + self._quiet_ms, self._begun_ms + MOST_MS)
        return max(0, due - self._now_ms())
