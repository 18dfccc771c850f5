"""Copies of tasks with their results, for somebody else."""

from collections.abc import Sequence

from enigma_panel.core.models import Task
from enigma_panel.features.results.text import colleague_copied_text, colleague_text
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations

tr = Translations("Result")

MOST_TASKS = 200
"""Most tasks copied at once: as many as a mail may hold."""


class ColleagueCopies:
    """Puts tasks and their results on the clipboard, for somebody else."""

    def __init__(self, services: Services, app_actions: Actions) -> None:
        self._services = services
        self._app_actions = app_actions

    def copy_keys(self, keys: Sequence[int]) -> None:
        """Copy them one below the other, and say of several how many."""
        task = self._services.sessions.task(keys[0]) if len(keys) == 1 else None
        if task is not None:
            self._app_actions.copy(self._text(task))
        else:
            self._services.scope.spawn("copy for a colleague", self._copy_several(keys))

    async def _copy_several(self, keys: Sequence[int]) -> None:
        sessions, app_actions = self._services.sessions, self._app_actions
        if len(keys) > MOST_TASKS:
            text = tr("Not copied: {n} tasks at most. Select fewer.", n=MOST_TASKS)
            app_actions.trouble.emit(text)
            return
        try:
            await sessions.fetch(keys)
        except LedgerError:
            text = tr("Nothing copied: the history could not be read.")
            app_actions.trouble.emit(text)
            return
        tasks = filter(None, map(sessions.task, keys))
        ended = [task for task in tasks if task.is_final]
        if ended:
            app_actions.copy(f"\n\n{'-' * 20}\n\n".join(map(self._text, ended)))
        app_actions.done.emit(colleague_copied_text(len(ended), len(keys)))

    def _text(self, task: Task) -> str:
        return colleague_text(task, self._services.sessions.session(task.session_key))
