"""The verbs of what Details shows, as small buttons in one place."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Session, Task
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.ui.details.text import again_label
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.verbs import GLYPHS, bulk_label
from enigma_panel.ui.text.waiting import (
    QueueAction,
    offered,
    possible,
    queue_action_label,
    queue_action_tip,
)
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.action_button import action_button, show_words
from enigma_panel.ui.widgets.basics import GAP, Button, make_button, take_single_clicks
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold

tr = Translations("Details")

HEIGHT, SIGN = 28, 12


class VerbBar(QWidget):
    """The four verbs of an open session, the ways to run an ended task again, or those of a task in
    the queue. Which of them stand here changes by itself when a task starts or ends: under the
    pointer no button becomes another, and what came takes no press at first, as *Run again* costs.

    next_focus: where the keyboard goes when the button that has it goes away or is disabled.
    """

    again_asked = Signal(object)
    edit_asked = Signal(object)
    queue_action_asked = Signal(int, object)

    def __init__(self, services: Services, next_focus: QWidget) -> None:
        super().__init__()
        self._queue = services.queue
        self._spending = services.spending
        self._next_focus = next_focus
        self._session: Session | None = None
        self._task: Task | None = None
        self._about_session = self._is_several = False
        self._shown: frozenset[QWidget] = frozenset()
        self._shown_of: list[int | None] = []
        self._hold = PointerHold(services.clock.now_ms, self)
        self._arm_timer = QTimer(self, singleShot=True, interval=ARM_MS)
        self.verbs: dict[CommandVerb, Button] = {}
        self.again = _small(make_button(tr("Run again")))
        self.again.show_glyph(Glyph.AGAIN, size=SIGN)
        self.again.setToolTip(tr("Starts the same task at once, in a new session."))
        take_single_clicks(self.again)
        self.edit = _small(make_button(tr("Edit and run again…")))
        self.edit.setToolTip(tr("Opens New task with this text and these limits."))
        self.queue_buttons = {
            verb: _small(make_button(queue_action_label(verb))) for verb in QueueAction
        }
        self._row = FlowLayout(*self.queue_buttons.values(), self.again, self.edit, gap=GAP)
        self.setLayout(self._row)
        self.setMinimumHeight(theme.line_height(HEIGHT))
        self._connect()
        self._replace(frozenset())

    def add_verbs(self, verbs: Mapping[CommandVerb, QAction]) -> None:
        before: QWidget = self.edit
        for verb, action in verbs.items():
            role = "danger" if verb is CommandVerb.TERMINATE else ""
            button = self.verbs[verb] = _small(action_button(action, role))
            self._row.addWidget(button)
            QWidget.setTabOrder(before, button)
            before = button
        self._row.ends_row = self.verbs[CommandVerb.TERMINATE]  # apart from the others
        self._replace(self._wanted())
        self.take_presses()

    def show_records(
        self, session: Session | None, task: Task | None, *, about_session: bool
    ) -> None:
        """Show what can be done with one session or task."""
        self._session, self._task, self._about_session = session, task, about_session
        self._is_several = False
        self._keep_room(1)
        self._refresh()

    def show_several(self, n: int) -> None:
        """Show the verbs of so many sessions."""
        self._session = self._task = None
        self._is_several = True
        self._keep_room(max(n, 2))  # also once the others have ended by themselves
        self._refresh()

    def take_presses(self) -> None:
        """Take presses at once: the person chose what is shown."""
        self._arm_timer.stop()
        self.setEnabled(True)

    # -- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.again.clicked.connect(lambda: self._with_task(self.again_asked))
        self.edit.clicked.connect(lambda: self._with_task(self.edit_asked))
        for verb, button in self.queue_buttons.items():
            button.setToolTip(queue_action_tip(verb))
            button.setAccessibleDescription(queue_action_tip(verb))
            button.clicked.connect(lambda _=False, verb=verb: self._ask_queue_action(verb))
        self._hold.watch(self)
        self._hold.released.connect(self._refresh)
        self._arm_timer.timeout.connect(self.take_presses)

    def _with_task(self, signal: SignalInstance) -> None:
        if self._task is not None:
            signal.emit(self._task)

    def _ask_queue_action(self, verb: QueueAction) -> None:
        if self._task is not None:
            self.queue_action_asked.emit(self._task.key, verb)

    def _wanted(self) -> frozenset[QWidget]:
        """Return what belongs here now."""
        session, task = self._session, self._task
        is_open = session is not None and session.occupies_slot
        entry = self._queue.entry(task.key) if task is not None else None
        if entry is not None and not (self._about_session and is_open):
            return frozenset(self.queue_buttons[verb] for verb in offered(entry))
        if self.verbs and (self._is_several or self._may_be_at_work()):
            return frozenset(self.verbs.values())
        if task is not None and task.is_final:
            return frozenset({self.again, self.edit})
        return frozenset()

    def _may_be_at_work(self) -> bool:
        """Return whether there may be something to be paused or ended."""
        session, task = self._session, self._task
        if session is None or session.is_final or session.is_planned:
            return False
        if self._about_session and not session.is_ended:
            return True
        return task is not None and not task.is_final

    def _refresh(self) -> None:
        wanted = self._wanted()
        keys = [record.key if record else None for record in (self._session, self._task)]
        stays = self._hold.is_held and keys == self._shown_of
        if not stays:
            self._name_price()  # the cost of a task may come after its end
            if wanted != self._shown:
                self._replace(wanted)
        self._shown_of = keys
        self._enable(wanted)

    def _enable(self, wanted: frozenset[QWidget]) -> None:
        task = self._task
        able = possible(self._queue.entry(task.key) if task is not None else None)
        is_able = {button: verb in able for verb, button in self.queue_buttons.items()}
        is_able |= {button: button in wanted for button in (self.again, self.edit)}
        for button, can in is_able.items():
            if button.hasFocus() and not can:
                self._leave()
            button.setEnabled(can)

    def _replace(self, wanted: frozenset[QWidget]) -> None:
        for part in (*self.verbs.values(), *self.queue_buttons.values(), self.again, self.edit):
            if part.hasFocus():
                self._leave()  # none of them takes a press at first
            part.setVisible(part in wanted)
        self._shown = wanted
        self.setEnabled(False)
        self._arm_timer.start()

    def _name_price(self) -> None:
        if self._task is not None:
            show_words(self.again, again_label(self._spending, self._task, self._session))

    def _keep_room(self, n: int) -> None:
        """Keep the room of a count beside each verb: none moves a button. A count has no glyph."""
        mnemonic = Qt.TextFlag.TextShowMnemonic  # as Qt measures a button
        for verb, button in self.verbs.items():
            glyph = None if self._is_several else GLYPHS[verb]
            button.show_glyph(glyph, "red" if verb is CommandVerb.TERMINATE else "text", size=SIGN)
            size, whole = button.fontMetrics().size, button.sizeHint()
            whole += size(mnemonic, bulk_label(verb, n, n)) - size(mnemonic, button.text())
            button.setFixedWidth(whole.width())

    def _leave(self) -> None:
        self._next_focus.setFocus(Qt.FocusReason.OtherFocusReason)  # see MainWindow


class BulkBar(QWidget):
    """What can be done with several tasks: with those whose rows are selected at the click."""

    def __init__(self) -> None:
        super().__init__()
        self._row = FlowLayout(gap=GAP)
        self.setLayout(self._row)
        self.hide()

    def add_button(self, button: Button) -> None:
        self._row.addWidget(_small(button))


def _small(button: Button) -> Button:
    button.setProperty("small", True)
    return button
