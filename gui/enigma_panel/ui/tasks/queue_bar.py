"""The bar above the Tasks table: what the queue waits for, and what lets it go on."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.services.types import ApiError, PauseReason, QueueEntry, WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.errors import explain
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import make_button, make_label, make_row, set_role
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Tasks")

HEIGHT = 38
"""Least height, with buttons and without, so that rows below stay where they are."""
ANY_HEIGHT = (1 << 24) - 1
"""Qt's QWIDGETSIZE_MAX."""


class QueueBarAction(StrEnum):
    """An action of the bar above the Tasks table."""

    ANSWER = "answer"
    GO_ON = "go_on"
    TRY_NOW = "try_now"
    ADD_FUNDS = "add_funds"
    FUNDS_ADDED = "funds_added"
    ENTER_KEY = "enter_key"
    SETTINGS = "settings"
    REMOVE_ALL = "remove_all"


class QueueState(Struct, frozen=True, kw_only=True):
    """The state of the whole queue.

    error: the service's reply that paused the queue. at_work: the number of sessions with a task at
    work. asking: the number of sessions that wait for an answer, where all open ones do.
    wants_browser: no browser was free, and the service is asked again. has_page: the account's page
    is known.
    """

    pause_reason: PauseReason
    limit: int
    entries: Sequence[QueueEntry]
    error: ApiError | None = None
    at_work: int = 0
    asking: int = 0
    wants_browser: bool = False
    has_page: bool = False


class QueueBarText(Struct, frozen=True, kw_only=True):
    """One sentence about the queue. grave: it needs the person."""

    text: str
    actions: tuple[QueueBarAction, ...] = ()
    grave: bool = False


NOTHING = QueueBarText(text="")


class QueueBar(QFrame):
    """The bar above the Tasks table, hidden while the rows say it all.

    Remove all asks once in the bar's place, about the tasks that it names. state: reads the queue.
    While somebody aims at a row, or at a button that stands here, the bar keeps its place, height
    and buttons; its words stay true.
    """

    chosen = Signal(object)
    remove_asked = Signal(object)

    def __init__(
        self, state: Callable[[], QueueState], hold: PointerHold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._hold = hold
        self._asked: tuple[int, ...] = ()
        self._was_pressed = False
        self._glyph = GlyphLabel(Glyph.RING, Severity.DIM)
        self._text = make_label(wrap=True)
        self._buttons = {
            action: make_button(queue_bar_action_label(action)) for action in QueueBarAction
        }
        self._yes = make_button("", "danger")
        self._keep = make_button(tr("Keep them"))
        # Later: what a part asks for while its parent lays it out, Qt forgets until the next time.
        self._fit_debounce = Debounce(self, self._fit_to_width, 0)
        self._build()
        self.hide()
        hold.released.connect(self.refresh)

    def refresh(self) -> None:
        """Update words and buttons; after a press here also those that are held."""
        stays = self._hold.is_held and not self._was_pressed
        self._was_pressed = False
        self._refresh(stays=stays)

    # -- inside ------------------------------------------------------------------------------

    def _refresh(self, *, stays: bool = False) -> None:
        state = self._state()
        shown = queue_bar_text(state) or NOTHING
        queued = {entry.task_key for entry in state.entries}
        self._asked = tuple(key for key in self._asked if key in queued)
        if stays and self.isVisible():
            self.setFixedHeight(self.height())
        self._show_words(shown)
        if not stays:
            self._show_buttons(shown)
            self._fit_height()
            self.setVisible(bool(shown.text or self._asked))

    def _fit_to_width(self) -> None:
        if not self._hold.is_held:
            self._fit_height()

    def _fit_height(self) -> None:
        """Set the height that the words need, also where the card has little room."""
        needed = self.heightForWidth(self.width())
        self.setMinimumHeight(max(theme.line_height(HEIGHT), needed))
        self.setMaximumHeight(ANY_HEIGHT)

    def _build(self) -> None:
        set_role(self, "plain")
        self.setAccessibleName(tr("Queue"))
        row = make_row(self._glyph, self._text, *self._buttons.values(), self._yes, self._keep)
        row.setStretch(1, 1)
        row.setContentsMargins(12, 4, 12, 4)
        self.setLayout(row)
        for action, button in self._buttons.items():
            button.clicked.connect(lambda _=False, action=action: self._choose(action))
        self._yes.clicked.connect(self._remove)
        self._keep.clicked.connect(self._stop_asking)

    def _show_words(self, shown: QueueBarText) -> None:
        asks = bool(self._asked)
        text = remove_all_question(len(self._asked)) if asks else shown.text
        if self._text.text() != text:
            self._text.setText(text)
            self._text.setAccessibleName(text)
        set_role(self._text, "" if shown.grave or asks else "dim")
        self._glyph.setVisible(bool(text))
        self._glyph.show_glyph(
            Glyph.BANG if shown.grave else Glyph.RING,
            Severity.AMBER if shown.grave else Severity.DIM,
        )
        self._yes.setText(remove_all_text(len(self._asked)))
        self._yes.setAccessibleName(self._yes.text())

    def _show_buttons(self, shown: QueueBarText) -> None:
        asks = bool(self._asked)
        for action, button in self._buttons.items():
            button.setVisible(action in shown.actions and not asks)
        for button in (self._yes, self._keep):
            button.setVisible(asks)

    def _choose(self, action: QueueBarAction) -> None:
        if action is QueueBarAction.REMOVE_ALL:
            self._ask(concerned(self._state()))
        else:
            self._was_pressed = True
            self.chosen.emit(action)

    def _ask(self, keys: Sequence[int]) -> None:
        """Ask before tasks are removed.

        The two answers stand so that a second click on Remove all meets "Keep them".
        """
        self._asked = tuple(keys)
        self._refresh()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self) -> None:
        keys, self._asked = self._asked, ()
        self._refresh()
        if keys:
            self._was_pressed = True
            self.remove_asked.emit(list(keys))

    def _stop_asking(self) -> None:
        self._asked = ()
        self._refresh()
        self._buttons[QueueBarAction.REMOVE_ALL].setFocus(Qt.FocusReason.OtherFocusReason)

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_debounce.trigger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._asked:
            self._stop_asking()
            return
        super().keyPressEvent(event)


def queue_bar_text(state: QueueState) -> QueueBarText | None:
    """Return what to say above the table; None where the rows say it all."""
    if state.wants_browser and state.pause_reason is PauseReason.NONE:
        text = tr("No browser is free. The program keeps asking.")
        return QueueBarText(text=text, actions=(QueueBarAction.TRY_NOW,))
    n = len(concerned(state))
    if n == 0:
        return None
    match state.pause_reason:
        case PauseReason.RESTARTED:
            text = tr(
                "{wait} from the last run. Nothing is started until you say so.", wait=_wait(n)
            )
            return QueueBarText(text=text, actions=_with_remove(QueueBarAction.GO_ON), grave=True)
        case PauseReason.FUNDS:
            text = _because(state, tr("The balance is used up."), _works(state.at_work))
            page = (QueueBarAction.ADD_FUNDS,) if state.has_page else ()
            actions = (*page, QueueBarAction.FUNDS_ADDED, QueueBarAction.REMOVE_ALL)
            return QueueBarText(text=text, actions=actions, grave=True)
        case PauseReason.KEY:
            text = _because(state, tr("The API key was refused."))
            return QueueBarText(
                text=text, actions=_with_remove(QueueBarAction.ENTER_KEY), grave=True
            )
        case PauseReason.FORBIDDEN:
            text = _because(state, tr("This account may not do that."))
            return QueueBarText(text=text, actions=_with_remove(QueueBarAction.GO_ON), grave=True)
        case PauseReason.UNTAKEN:
            text = _because(replace(state, error=None), tr("Browsers open, but take no task."))
            return QueueBarText(text=text, actions=_with_remove(QueueBarAction.GO_ON), grave=True)
        case PauseReason.DIALECT:
            why = tr("The service does not understand this dialect.")
            text = _because(replace(state, error=None), why)
            actions = (QueueBarAction.SETTINGS, *_with_remove(QueueBarAction.GO_ON))
            return QueueBarText(text=text, actions=actions, grave=True)
        case _ if state.asking and any(e.why is WaitReason.NO_SLOT for e in state.entries):
            text = tr.plural(
                "1 session waits for your answer; nothing starts until it is answered.",
                "{n} sessions wait for your answer; nothing starts until one is answered.",
                state.asking,
            )
            return QueueBarText(text=text, actions=(QueueBarAction.ANSWER,), grave=True)
        case _:
            reason = _shared_reason(state)
            text = tr("{wait}: {reason}.", wait=_wait(n), reason=reason)
            return QueueBarText(text=text) if reason else None


def queue_bar_action_label(action: QueueBarAction) -> str:
    """Return the label of a button of the bar."""
    match action:
        case QueueBarAction.ANSWER:
            return tr("Answer")
        case QueueBarAction.GO_ON:
            return tr("Go on")
        case QueueBarAction.TRY_NOW:
            return tr("Try now")
        case QueueBarAction.ADD_FUNDS:
            return tr("Add funds")
        case QueueBarAction.FUNDS_ADDED:
            return tr("I have added funds")
        case QueueBarAction.ENTER_KEY:
            return tr("Enter the key")
        case QueueBarAction.SETTINGS:
            return tr("Settings")
        case QueueBarAction.REMOVE_ALL:
            return tr("Remove all")


def concerned(state: QueueState) -> list[int]:
    """Return the keys of the tasks that the bar is about: after a restart those of the last run."""
    old = state.pause_reason is PauseReason.RESTARTED
    return [e.task_key for e in state.entries if not old or e.why is WaitReason.STOPPED]


def _with_remove(first: QueueBarAction) -> tuple[QueueBarAction, ...]:
    return first, QueueBarAction.REMOVE_ALL


def _because(state: QueueState, otherwise: str, works: str = "") -> str:
    """Return what the service said, and how many tasks wait for it."""
    what = explain(state.error).what if state.error is not None else otherwise
    wait = _wait(len(state.entries))
    return tr("{what} {works}{wait}.", what=what, works=works, wait=wait)


def _works(n: int) -> str:
    return tr.plural("{n} session works on, ", "{n} sessions work on, ", n) if n else ""


def _wait(n: int) -> str:
    return tr.plural("1 task is queued", "{n} tasks are queued", n)


def _shared_reason(state: QueueState) -> str:
    """Return a reason that holds up several tasks; one task's reason stands in its row."""
    reasons = {entry.why for entry in state.entries} if len(state.entries) > 1 else set()
    if WaitReason.LEDGER in reasons:
        return tr("the ledger cannot be written at the moment")
    if WaitReason.NO_SLOT in reasons and state.limit == 2:
        return tr("both browsers are in use")
    if WaitReason.NO_SLOT in reasons:
        return tr.plural("the only browser is in use", "all {n} browsers are in use", state.limit)
    if WaitReason.LIMITED in reasons or WaitReason.BUDGET in reasons:
        return tr("the calls of this minute are used up")
    return tr("there is no connection") if WaitReason.CONNECTION in reasons else ""


def remove_all_question(n: int) -> str:
    """Return the question that is asked once before all tasks leave the queue."""
    return tr.plural(
        "Remove this task from the queue? It was not started.",
        "Remove these {n} tasks from the queue? They were not started.",
        n,
    )


def remove_all_text(n: int) -> str:
    """Return the label of the button that removes them."""
    return tr.plural("Remove 1 task", "Remove {n} tasks", n)
