"""The feature of code: *Copy as code* in the menu of a task."""

from collections.abc import Callable
from functools import partial

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import Dialect
from enigma_panel.features.copy_as.code import curl_code, python_code
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.actions import make_action

tr = Translations("Copy as code")

MakeCode = Callable[[str, Dialect, TaskSpec], str]


def install(host: Host) -> None:
    window, tip = host.window, tr("Calls of the service that do this task. The key is not in it.")
    kinds = ((tr("Copy as code (cURL)"), curl_code), (tr("Copy as code (Python)"), python_code))
    actions = [
        make_action(window, text, partial(_copy, host, make), tip=tip) for text, make in kinds
    ]

    def enable() -> None:
        for action in actions:
            action.setEnabled(len(window.selection.tasks.selected_keys()) == 1)

    window.selection.selection_changed.connect(enable)
    enable()
    window.menus.for_tasks += actions


def _copy(host: Host, make: MakeCode) -> None:
    sessions = host.services.sessions
    tasks = [sessions.task(key) for key in host.window.selection.tasks.selected_keys()]
    session = sessions.session(tasks[0].session_key) if tasks and tasks[0] is not None else None
    if session is not None and tasks[0] is not None:
        code = make(session.base_url, session.dialect, tasks[0].spec)
        host.window.app_actions.clipboard.copy(code)


COPY_AS = Feature(name="copy_as", install=install)
