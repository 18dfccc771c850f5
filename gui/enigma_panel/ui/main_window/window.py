"""The main window: its parts, its actions, and how it follows the services."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QMainWindow, QVBoxLayout, QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyState, LedgerError, QuestionId, Recovered
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.announcements import Announcements, announce
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.main_menu.command_list import CommandGroup
from enigma_panel.ui.main_menu.menu import MainMenu
from enigma_panel.ui.main_window.first_start import FirstStart
from enigma_panel.ui.main_window.layout import MainLayout
from enigma_panel.ui.main_window.menus import Menus
from enigma_panel.ui.main_window.money_figure import MoneyFigure
from enigma_panel.ui.main_window.queue_actions import QueueActions
from enigma_panel.ui.main_window.selection import SHORT_CHARS, Selection
from enigma_panel.ui.main_window.status_bar import StatusBar
from enigma_panel.ui.main_window.top_bar import TopBar
from enigma_panel.ui.main_window.window_state import WindowState
from enigma_panel.ui.new_task.text import added_text
from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.notices.panel import NoticePanel
from enigma_panel.ui.questions.strip import QuestionStrip
from enigma_panel.ui.sessions.card import SessionsCard
from enigma_panel.ui.tasks.card import TasksCard
from enigma_panel.ui.tasks.filter_bar import FilterBar
from enigma_panel.ui.tasks.queue_bar import QueueBar
from enigma_panel.ui.tasks.sums import TaskSums
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.text.verbs import bulk_label
from enigma_panel.ui.text.waiting import undo_text, undo_tip
from enigma_panel.ui.widgets.actions import make_action, make_verbs, rename_action, show_subject
from enigma_panel.ui.widgets.basics import has_lost_focus
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.shade import Shade
from enigma_panel.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from enigma_panel.ui.dialogs import Dialogs

tr = Translations("Main window")

TITLE = "Enigma Control Panel"
FIRST_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(640, 400)


class MainWindow(QMainWindow):
    """The main window: shows services and sends them what is clicked; dialogs are made elsewhere.

    Closing it only emits `quit_requested`: whether the program ends is decided elsewhere. Where
    hides_on_close says so, it hides instead and emits `hidden`.
    """

    quit_requested = Signal()
    hidden = Signal()

    def __init__(self, services: Services, dialogs: "Dialogs") -> None:
        super().__init__()
        self.services = services
        self.dialogs = dialogs
        self._may_close = False
        self._added_commands: list[QAction] = []
        self._unused_keys = QKeySequence()
        self.hides_on_close: Callable[[], bool] = lambda: False
        self._ticks = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._make_parts()
        self._make_actions()
        self._build()
        self._connect()
        self._start()

    # -- for the program -----------------------------------------------------------------------

    def show_ledger(self, error: LedgerError) -> None:
        """Say that what was open before could not be read, where "No tasks yet" may be untrue."""
        self._end_first_start()
        self.notices.show_ledger(error)

    def show_recovered(self, recovered: Recovered) -> None:
        """Say what an earlier run left open, and what of it could not be read."""
        self.selection.session_rows.set_from_before(recovered)
        self._follow_sessions()
        self.notices.show_recovered(recovered)

    def set_in_sight(self, question: QuestionId | None) -> None:
        """Mark session and task whose question stands in the window; leave it out of the strip."""
        self.question_strip.set_in_sight(question)
        task = self.services.sessions.task(question[0]) if question is not None else None
        self.selection.sessions.set_asked(task.session_key if task is not None else None)
        self.selection.tasks.set_asked(task.key if task is not None else None)
        self.sums.refresh()
        self._enable_verbs()

    def command_groups(self) -> list[CommandGroup]:
        """All that can be done by an action of this window."""
        menu = self.main_menu
        program = (self.settings, self.all_notices, menu.opener, menu.shortcuts, menu.commands)
        more = (
            *self._added_commands,
            self.show_details,
            menu.ended,
            menu.quiet,
            self.use_account,
            menu.account_page,
            menu.diagnostics,
            menu.folder,
            menu.about,
            self.leave,
        )
        verbs = (*self.verbs.values(), self.undo)
        return [
            CommandGroup(
                tr("Program"),
                (
                    self.new_task,
                    self.answer,
                    self.filter_tasks,
                    self.filter_bar.more,
                    self.show_new,
                    *program,
                    *more,
                ),
            ),
            CommandGroup(tr("Selected sessions"), verbs, self.selection.subject_text()),
            CommandGroup(tr("All sessions"), (self.terminate_all,)),
            CommandGroup(tr("Selected tasks"), tuple(self.menus.for_tasks)),
            CommandGroup(tr("Selected queued tasks"), tuple(self.queue_actions.actions.values())),
        ]

    def add_command(self, action: QAction, *, in_menu: bool = False) -> None:
        """Add an action of a feature to the program's commands. in_menu: to its menu, too.

        Features come after the first paint. Keys that were pressed before run their command now.
        """
        self._added_commands.append(action)
        if self._unused_keys in action.shortcuts():
            QTimer.singleShot(0, action.trigger)
        if in_menu:
            self.main_menu.menu.insertAction(self.settings, action)

    def save_layout(self) -> None:
        """Save place, sizes and columns, and the filter."""
        self.filter_bar.save()
        self._memory.save()

    def close_for_good(self) -> None:
        """Close without asking, because the program ends."""
        self._may_close = True
        self._ticks.stop()
        self.app_actions.clipboard.forget_secret()
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        self.close()

    # -- building ------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        services = self.services
        self.app_actions = Actions(services, self.dialogs, self)
        self.details = Details(services)
        self.hold = PointerHold(services.clock.now_ms, self)
        self.selection = Selection(services, self.app_actions, self.details, self.hold, self)
        self.queue_actions = QueueActions(services, self.app_actions, self.selection)
        self.sessions_card = SessionsCard(self.selection.sessions, services.settings)
        tasks, details = self.selection.tasks, self.details
        self.sums = TaskSums(services, lambda: tasks.shows_selection and not details.isVisible())
        self.filter_bar = FilterBar(
            services.task_search,
            services.settings,
            self.hold,
            services.clock.now_ms,
            total=self.sums,
        )
        self.tasks_card = TasksCard(tasks, self.filter_bar, sums=self.sums)
        self.queue_bar = QueueBar(services, self.hold)
        self.tasks_card.column.addWidget(self.queue_bar)
        is_new = not services.settings.value.has_had_tasks
        self.first_start = FirstStart(services) if is_new else None
        self.question_strip = QuestionStrip(services)
        self.money = MoneyFigure(services)
        for part in (self.selection.sessions, self.tasks_card):
            self.hold.watch(part)
        show_task, show_session = self.selection.show_task, self.selection.show_session
        self.notices = NoticeList(services, self.app_actions, show_task, show_session, self)
        self.status_bar = StatusBar(services)
        self.announcements = Announcements(services, self)
        self.toast = Toast(self, self.status_bar, self.status_bar.look)
        self.notice_panel = NoticePanel(self.notices, self, self.status_bar, self.toast)

    def _make_actions(self) -> None:
        app_actions = self.app_actions
        self.new_task = make_action(self, tr("New task"), app_actions.new_task, shortcut="Ctrl+N")
        self.verbs = make_verbs(self, self._command)
        self.undo = make_action(self, tr("Undo"), self._undo, tip=undo_tip(), shortcut="Ctrl+Z")
        self.answer = make_action(
            self,
            tr("Answer"),
            lambda: self.dialogs.open_question(None),
            tip=tr("Opens the question with the least time left."),
            shortcut="Ctrl+E",
        )
        self.terminate_all = make_action(
            self,
            tr("Terminate all…"),
            app_actions.terminate_all,
            tip=tr("Closes all sessions (asks first)."),
        )
        self.terminate_all.setProperty("ends", True)
        self.settings = make_action(
            self, tr("Settings"), self.dialogs.open_settings, shortcut="Ctrl+,"
        )
        self.show_details = make_action(
            self,
            tr("Details"),
            lambda: self.body.set_details_open(self.show_details.isChecked()),
            shortcut="F4",
        )
        self.show_details.setCheckable(True)
        self.filter_tasks = make_action(self, tr("Filter tasks"), self._filter, shortcut="Ctrl+F")
        self.show_new = make_action(self, tr("Show new results"), self.filter_bar.ask_new)
        self.all_notices = make_action(self, tr("Notices"), self.notice_panel.open_list)
        self.use_account = make_action(self, tr("Use my account"), self.dialogs.leave_demo)
        self.use_account.setVisible(self.services.demo)
        self.leave = make_action(self, tr("Quit"), self.quit_requested.emit, shortcut="Ctrl+Q")
        self.main_menu = MainMenu(
            self,
            self.services,
            app_actions,
            self.command_groups,
            lambda: [*self.command_groups(), *self.menus.groups()],
            copy_diagnostics=self.notices.diagnostics_wanted.emit,
        )
        menu = self.main_menu
        menu.fill(
            [menu.commands, self.answer, self.terminate_all, menu.quiet],
            [self.show_details, menu.ended],
            [self.settings, menu.account_page],
            [menu.shortcuts, menu.about],
            [self.leave],
        )
        verbs = [*self.verbs.values(), self.undo]
        self.menus = Menus(
            self,
            self.services,
            app_actions,
            self.selection,
            verbs=verbs,
            queue_actions=self.queue_actions,
            details=self.details,
        )

    def _build(self) -> None:
        """Build from the outside in.

        A widget that gets another parent is styled anew with all that is in it.
        """
        whole = QWidget()
        self.setCentralWidget(whole)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = TopBar(
            self.question_strip,
            self.money,
            new_task=self.new_task,
            menu=self.main_menu.opener,
            use_account=self.use_account if self.services.demo else None,
            parent=whole,
        )
        self.main_menu.button = self.top_bar.menu_button
        column.addWidget(self.top_bar)
        cards = (self.sessions_card, self.tasks_card, self.details)
        self.body = MainLayout(*cards, parent=whole)
        column.addWidget(self.body, 1)
        tasks = self.selection.tasks
        self._memory = WindowState(self.services.settings, self, self.body, tasks)
        if self.first_start is not None:
            self.body.column.addWidget(self.first_start, 1)
            self.body.whole.hide()
        self.shade = Shade(self, self.body)
        for part in (self.question_strip, self.notice_panel):
            self.shade.covers.connect(part.set_covered)
        self.shade.covers.connect(self.hold.pass_over)
        self.menus.menu.triggered.connect(self.hold.pass_over)
        behind = QActionGroup(self)
        behind.setExclusive(False)
        self.shade.covers.connect(behind.setDisabled)  # they would take the keyboard behind it
        for action in (self.filter_tasks, self.show_details):
            behind.addAction(action)
        behind.addAction(self.main_menu.ended)
        column.addWidget(self.status_bar)
        self.setMinimumSize(LEAST_SIZE)
        self.resize(FIRST_SIZE)

    def _connect(self) -> None:
        services, selection = self.services, self.selection
        services.sessions.changed.connect(self._follow_sessions)
        services.inbox.changed.connect(self._follow_inbox)
        services.health.changed.connect(self.status_bar.refresh)
        services.account.changed.connect(self._follow_account)
        self.question_strip.answer.connect(self._focus_row)
        self.question_strip.answer.connect(self.dialogs.open_question)
        self.sessions_card.terminate_all.clicked.connect(self.terminate_all.trigger)
        self.sessions_card.show_ended.clicked.connect(self.main_menu.ended.trigger)
        self.status_bar.look.clicked.connect(self.notice_panel.toggle)
        self.notice_panel.closed.connect(self._focus_row)
        self.notices.changed.connect(self._follow_notices)
        self.notices.came.connect(self._tell)
        selection.queue_changed.connect(self.notices.refresh)
        selection.queue_changed.connect(self.queue_bar.refresh)
        self.queue_bar.answer.clicked.connect(self.answer.trigger)
        selection.selection_changed.connect(self._enable_verbs)
        selection.selection_changed.connect(
            lambda: self.sums.show_selected(selection.tasks.selected_keys())
        )
        self.body.details_opened.connect(self.show_details.setChecked)
        self.body.details_opened.connect(self.sums.refresh)
        self.show_details.setChecked(self.body.is_details_open)
        self.body.side.currentChanged.connect(lambda _: self.sums.refresh())
        for comes in (self.body.side.currentChanged, self.shade.covers):
            comes.connect(self.toast.place_again.trigger)
        for table in (selection.sessions, selection.tasks):
            table.focus_changed.connect(self._enable_verbs)
        selection.tasks.focus_changed.connect(self.sums.refresh)
        selection.started.connect(self._say_added)
        self.filter_bar.left.connect(self._leave_filter)
        self.app_actions.undoable_done.connect(self.toast.offer_undo)
        self.app_actions.grace_began.connect(self.toast.offer_grace)
        self.app_actions.done.connect(self.toast.say)
        self.toast.said.connect(partial(announce, self))
        selection.details_wanted.connect(lambda: self.body.set_details_open(True))
        selection.sessions.customContextMenuRequested.connect(self.menus.show_for_sessions)
        selection.tasks.customContextMenuRequested.connect(self.menus.show_for_tasks)
        self._connect_first_start()
        self._connect_details()
        self._ticks.timeout.connect(self._tick)
        services.standby.ended.connect(self._set_ticks)
        self.notices.changed.connect(services.standby.note_change)

    def _connect_first_start(self) -> None:
        if self.first_start is None:
            return
        dialogs, rows = self.dialogs, (self.selection.session_rows, self.selection.task_rows)
        self.first_start.chosen.connect(lambda spec: dialogs.open_new_task(None, spec))
        way = dialogs.leave_demo if self.services.demo else dialogs.open_key
        self.first_start.key_wanted.connect(way)
        for table in rows:
            table.rowsInserted.connect(self._end_first_start)
        if any(table.keys() for table in rows):
            self._end_first_start()

    def _end_first_start(self) -> None:
        """Show tables and Details from the first task on."""
        if self.first_start is not None:
            self.first_start.hide()
            self.first_start.deleteLater()
            self.first_start = None
            self.body.whole.show()
            self.services.settings.change(has_had_tasks=True)

    def _connect_details(self) -> None:
        app_actions, details = self.app_actions, self.details
        self.sums.summed.connect(details.show_sum)
        details.trouble.way_out_asked.connect(app_actions.take_way_out)
        details.head.more.clicked.connect(lambda: self.menus.show_for_details(details))
        details.head.answer.clicked.connect(lambda: app_actions.answer(details.task_key or 0))
        details.head.live.clicked.connect(
            lambda: app_actions.open_live_page(details.session_key or 0)
        )
        verbs = details.verbs
        verbs.add_verbs(self.verbs)
        verbs.again_asked.connect(app_actions.run_again)
        verbs.edit_asked.connect(app_actions.edit_and_run)
        verbs.queue_action_asked.connect(lambda key, verb: app_actions.queued([key], verb))

    def _start(self) -> None:
        self._memory.restore()
        self._follow_sessions()
        self._follow_inbox()
        self._follow_account()
        self._follow_notices()
        self._set_ticks()
        self.setFocus()  # on no control yet; Tab goes to the first

    # -- following the services ----------------------------------------------------------------

    def _follow_sessions(self, _diff: object = None) -> None:
        sessions = self.services.sessions
        keys = sessions.terminable_keys()
        opened = [one for one in map(sessions.session, keys) if one and one.service_id is not None]
        self.sessions_card.show_open(len(keys), len(opened))
        self.status_bar.refresh()
        self._enable_verbs()

    def _follow_inbox(self) -> None:
        n = len(self.services.inbox.questions())
        self.answer.setEnabled(n > 0)
        title = f"{tr('Demo')} – {TITLE}" if self.services.demo else TITLE
        self.setWindowTitle(f"({n}) {title}" if n else title)
        self.question_strip.refresh()

    def _follow_account(self) -> None:
        self.status_bar.refresh()
        if self.services.account.state is not KeyState.LOOKING:
            self._show_key_state()  # a keychain that keeps us waiting is said by the next tick
        self._enable_verbs()

    def _show_key_state(self) -> None:
        self.selection.sessions.show_key_state(self.services.account.state)

    def _follow_notices(self) -> None:
        n = len(self.notices.notices())
        self.all_notices.setEnabled(n > 0)
        self.status_bar.show_count(n)
        self._show_need(self.notices.need())

    def _show_need(self, need: Notice | None) -> None:
        """Show in the top bar what keeps tasks from being started, with its first way out."""
        if need is None:
            self.question_strip.show_need("", "", None)
            return
        first, text = need.actions[0], need.title.removesuffix(".")
        choose = partial(self.notices.choose, need, first)
        self.question_strip.show_need(text, need.label(first), choose)

    def _tell(self, notice: Notice) -> None:
        """Say a notice once, with its first way out; one that needs a look leads to the list."""
        if notice.needs_look:
            self.toast.offer(notice.title, tr("Show"), self.notice_panel.open_list)
        elif notice.actions:
            first = notice.actions[0]
            choose = partial(self.notices.choose, notice, first)
            self.toast.offer(notice.words, notice.label(first), choose)
        else:
            self.toast.say(notice.words)

    def _enable_verbs(self) -> None:
        app_actions, is_marked = self.app_actions, self.selection.lead.shows_selection
        selected = self.selection.session_keys() if is_marked else []  # nobody sees which else
        whose = self.selection.subject_text()
        self.details.show_open(len(selected))
        for verb, action in self.verbs.items():
            able = sum(app_actions.can(key, verb) for key in selected)
            action.setEnabled(able > 0)
            show_subject(action, bulk_label(verb, able, len(selected)), whose)
        all_pending = [
            pending for pending in map(app_actions.undoable, selected) if pending is not None
        ]
        rename_action(self.undo, undo_text(all_pending))
        self.undo.setEnabled(bool(all_pending))
        self.toast.yield_keys(is_taken=bool(all_pending))
        self.undo.setVisible(bool(all_pending))
        self.terminate_all.setEnabled(bool(self.services.sessions.terminable_keys()))

    def _say_added(self, keys: Sequence[int]) -> None:
        """Say what was started while something else is the subject, with a link to it."""
        first = keys[-1]  # the newest stands first
        task = self.services.sessions.task(first)
        if task is not None:
            text = added_text(shorten(task.spec.text, SHORT_CHARS), len(keys))
            self.toast.offer(text, tr("Show"), lambda: self.selection.show_task(first))

    def _filter(self) -> None:
        if self.tasks_card.isHidden():
            self.body.set_details_open(False)
        if self.filter_bar.isVisible():
            self.filter_bar.begin()

    def _leave_filter(self, reason: Qt.FocusReason) -> None:
        self.selection.tasks.setFocus(reason)

    def _undo(self) -> None:
        self.app_actions.undo(self.selection.session_keys())

    def _command(self, verb: CommandVerb) -> None:
        self.app_actions.command(self.selection.session_keys(), verb)

    def _tick(self) -> None:
        """Update what changes with time; what is costly only while somebody can see it."""
        self._set_ticks()
        self.services.task_search.follow_day()
        self.notices.refresh()
        self._show_key_state()
        if self.isVisible() and not self.isMinimized():
            self.selection.tick()
            self.sessions_card.refresh()
            self.question_strip.tick()
            self.money.show_now()
            self.status_bar.refresh()

    def _set_ticks(self) -> None:
        """Have the next tick as a second of the clock begins."""
        services = self.services
        self._ticks.start(services.standby.interval_ms() - services.clock.now_ms() % 1000)

    def _focus_row(self) -> None:
        """Move the keyboard focus back to the row worked on, or to Details in its place."""
        lead = self.selection.lead
        home = lead if lead.isVisibleTo(self) else self.details.page
        home.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- Qt ------------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        """Move the focus as Tab does; from a control that is gone or disabled, to the row.

        Else the next press of Space would Terminate where it was meant to Stop again.
        """
        if not has_lost_focus(self):
            return super().focusNextPrevChild(forward)
        self._focus_row()
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and has_lost_focus(self):
            self._focus_row()  # it went away while a dialog had the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        self._unused_keys = QKeySequence(event.keyCombination())

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        if self.hides_on_close():
            self.hide()
            self.hidden.emit()
        else:
            self.quit_requested.emit()
