"""Menus of the two tables and of Details. They pop up and return at once."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.services.container import Services
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.details.text import again_label
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.main_menu.command_list import CommandGroup
from enigma_panel.ui.main_window.queue_actions import QueueActions
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.new_task.session_picker import accepts_tasks
from enigma_panel.ui.text.pages import live_page_text
from enigma_panel.ui.text.problems import NoticeAction
from enigma_panel.ui.text.ways_out import way_out_label, way_out_tip, ways_out
from enigma_panel.ui.widgets.action_button import action_button
from enigma_panel.ui.widgets.basics import make_button
from enigma_panel.ui.widgets.menu import Menu

tr = Translations("Main window")

SUBJECT_CHARS = 40


class Menus:
    """Builds the menu for what is selected, each time it is asked for.

    for_tasks: what features add to the end of the menu of tasks. Details has the same verbs for
    several tasks.
    """

    def __init__(
        self,
        owner: QWidget,
        services: Services,
        app_actions: Actions,
        selection: Selection,
        *,
        verbs: Sequence[QAction],
        queue_actions: QueueActions,
        details: Details,
    ) -> None:
        self._services = services
        self._sessions = services.sessions
        self._app_actions = app_actions
        self._selection = selection
        self._verbs = verbs
        self._queue_actions = queue_actions
        self._details = details
        self.for_tasks: list[QAction] = []
        self.menu = Menu(owner)
        self.menu.setToolTipsVisible(True)
        self._offered = (QMenu(owner), QMenu(owner))
        for label, act in self._verbs_for_several():
            button = make_button(label)
            button.clicked.connect(lambda _=False, act=act: act(selection.tasks.selected_keys()))
            details.bulk.add_button(button)

    def add_for_tasks(self, action: QAction) -> None:
        """Add an action of a feature on the selected tasks."""
        self.for_tasks.append(action)
        self._details.bulk.add_button(action_button(action))

    def show_for_sessions(self, at: QPoint) -> None:
        """Open the menu of sessions: verbs, next task, secrets to copy."""
        keys = self._selection.sessions.selected_keys()
        if keys:
            self._fill_for_sessions(self.menu, keys)
            self.menu.popup(self._selection.sessions.viewport().mapToGlobal(at))

    def show_for_tasks(self, at: QPoint) -> None:
        """Open the menu of tasks: what can be done with one task, and with several."""
        self._fill_for_tasks(self.menu, self._selection.tasks.selected_keys())
        if self.menu.actions():
            self.menu.popup(self._selection.tasks.viewport().mapToGlobal(at))

    def show_for_details(self, details: Details) -> None:
        """Open the menu of Details: the session's secrets."""
        key, menu, button = details.session_key, self.menu, details.head.more
        session = self._sessions.session(key) if key is not None else None
        if session is None:
            return
        menu.clear()
        self._add_secrets(menu, session)
        corner = button.rect().bottomRight() - QPoint(menu.sizeHint().width() - 1, -2)
        menu.popup(button.mapToGlobal(corner))

    def groups(self) -> list[CommandGroup]:
        """Return what both menus would offer now."""
        of_sessions, of_tasks = self._offered
        self._fill_for_sessions(of_sessions, self._selection.session_keys())
        task_keys = self._selection.tasks.selected_keys()
        self._fill_for_tasks(of_tasks, task_keys)
        task = self._sessions.task(task_keys[0]) if len(task_keys) == 1 else None
        text = shorten(task.spec.text, SUBJECT_CHARS) if task is not None else ""
        return [
            CommandGroup(
                tr("Selected sessions"),
                tuple(of_sessions.actions()),
                self._selection.subject_text(),
            ),
            CommandGroup(tr("Selected tasks"), tuple(of_tasks.actions()), text),
        ]

    def _fill_for_sessions(self, menu: QMenu, keys: Sequence[int]) -> None:
        menu.clear()
        menu.addActions([action for action in self._verbs if action.isVisible()])
        if len(keys) == 1:
            self._add_for_one_session(menu, keys[0])

    def _fill_for_tasks(self, menu: QMenu, keys: Sequence[int]) -> None:
        task = self._sessions.task(keys[0]) if len(keys) == 1 else None
        menu.clear()
        menu.addActions(self._queue_actions.shown_actions())
        if task is not None:
            menu.addSeparator()
            self._add_for_one_task(menu, task)
        if len(keys) > 1:
            menu.addSeparator()
            self._add_for_several_tasks(menu, tuple(keys))
        if keys:
            menu.addSeparator()
            menu.addActions(self.for_tasks)

    def _add_answer(self, menu: QMenu, task_key: int | None) -> None:
        if task_key is not None and self._app_actions.is_asking(task_key):
            self._add(menu, tr("Answer"), lambda: self._app_actions.answer(task_key))

    def _add_for_one_task(self, menu: QMenu, task: Task) -> None:
        self._add_answer(menu, task.key)
        if task.is_final:
            self._add(menu, tr("Open result"), lambda: self._selection.open_task(task.key))
        result = task.result
        copy = self._add(
            menu, tr("Copy result"), lambda: self._app_actions.clipboard.copy(result or "")
        )
        copy.setEnabled(bool(result))
        session = self._sessions.session(task.session_key)
        if session is not None and session.live_page is not None:
            watch = partial(self._app_actions.open_live_page, session.key)
            page = self._add(menu, tr("Open live page"), watch)
            page.setToolTip(live_page_text(session.live_page))
        self._add_ways_out(menu, session, task)
        if task.status not in {TaskStatus.QUEUED, TaskStatus.UNCONFIRMED}:
            label = again_label(self._services.spending, task, session)
            self._add(menu, label, lambda: self._app_actions.run_again(task))
        if task.status is not TaskStatus.UNCONFIRMED:
            self._add(menu, tr("Edit and run again…"), lambda: self._app_actions.edit_and_run(task))

    def _add_for_several_tasks(self, menu: QMenu, keys: tuple[int, ...]) -> None:
        """Add actions on the tasks that are selected now, whatever is shown later."""
        for label, act in self._verbs_for_several():
            self._add(menu, label, partial(act, keys))

    def _verbs_for_several(self) -> tuple[tuple[str, Callable[[Sequence[int]], None]], ...]:
        return (
            (tr("Copy results"), self._app_actions.clipboard.copy_results),
            (tr("Mark as seen"), self._app_actions.mark_several_seen),
            (tr("Run again…"), self._app_actions.run_several_again),
        )

    def _add_for_one_session(self, menu: QMenu, key: int) -> None:
        session = self._sessions.session(key)
        if session is None:
            return
        menu.addSeparator()
        self._add_answer(menu, session.current_task)
        here = self._add(menu, tr("Next task here"), lambda: self._app_actions.next_here(key))
        here.setEnabled(accepts_tasks(self._sessions, session))
        is_verb = frozenset({NoticeAction.TERMINATE})  # which stands above
        task = self._sessions.current_task(session)
        self._add_ways_out(menu, session, task, without=is_verb)
        menu.addSeparator()
        self._add_secrets(menu, session)

    def _add_secrets(self, menu: QMenu, session: Session) -> None:
        app_actions, has_id = self._app_actions, session.service_id is not None
        has_link = session.live_page is not None
        secret = tr("Secret: anyone who has it can control the browser.")
        page = live_page_text(session.web_view_url)
        for label, call, can, tip in (
            (tr("Copy session ID"), app_actions.clipboard.copy_session_id, has_id, secret),
            (tr("Copy live page link"), app_actions.clipboard.copy_live_link, has_link, page),
            (tr("Open live page"), app_actions.open_live_page, has_link, page),
        ):
            action = self._add(menu, label, partial(call, session.key))
            action.setEnabled(can)
            action.setToolTip(tip)

    def _add_ways_out(
        self,
        menu: QMenu,
        session: Session | None,
        task: Task | None,
        without: frozenset[NoticeAction] = frozenset(),
    ) -> None:
        key = session.key if session is not None else None
        for way in ways_out(session, task, self._services):
            if way not in without:
                label = way_out_label(way, session, task, self._services)
                take = partial(self._app_actions.take_way_out, way, key, task)
                self._add(menu, label, take).setToolTip(way_out_tip(way))

    def _add(self, menu: QMenu, text: str, call: Callable[[], object]) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: call())
        return action
