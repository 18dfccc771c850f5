"""Texts of the window *Result*, and a result as it is handed to somebody else."""

from pathlib import Path

from enigma_panel.core.models import Session, Task
from enigma_panel.core.money import exact_money
from enigma_panel.core.secrets.redaction import MARK, redact_patterns
from enigma_panel.core.validation import NO_SITE, site_of
from enigma_panel.store.new_file import FullDiskError
from enigma_panel.ui.i18n import Translations, sentence, shorten
from enigma_panel.ui.text.cells import TAKEN_BACK, result_cell
from enigma_panel.ui.text.states import UNKNOWN, dated_moment, duration

tr = Translations("Result")


def colleague_label() -> str:
    return tr("Copy for a colleague")


def no_result_text(task: Task | None, session: Session | None = None) -> str:
    if task is None:
        return tr("Loading…")
    if not task.is_final:
        return tr("No result yet.")
    return sentence(result_cell(task, session).text)


def saved_text(path: Path) -> str:
    return tr("Saved as {path}", path=shorten(str(path), 600))


def not_saved_text(error: OSError) -> str:
    """Why nothing was saved, and what to do."""
    match error:
        case FullDiskError():
            return tr("Not saved: the disk is full. Choose another folder.")
        case PermissionError():
            return tr("Not saved: you can't write there. Choose another folder.")
        case FileNotFoundError() | NotADirectoryError():
            return tr("Not saved: that folder does not exist. Choose another one.")
    reason = error.strerror or tr("no reason given")
    return tr("Not saved ({reason}). Choose another folder.", reason=reason)


def cost_text(task: Task) -> str:
    """What it cost, every digit; with a sign where it is in no sum, nothing where it is unknown."""
    if task.cost is None:
        return ""
    return exact_money(task.cost) + ("" if task.counted_cost is not None else UNKNOWN)


def colleague_text(task: Task, session: Session | None) -> str:
    """Task, result, site, date, duration and cost, without what opens a session or an id."""
    lines = [tr("Task: {text}", text=task.spec.text)]
    site = session.site if session is not None else site_of(task.spec)
    if site != NO_SITE:
        lines.append(tr("Site: {site}", site=site))
    if task.code != TAKEN_BACK:
        lines += _figures(task)
    lines += ["", task.result or task.error or no_result_text(task, session)]
    return _without_ids("\n".join(lines), task, session)


def colleague_copied_text(copied: int, selected: int) -> str:
    """How many tasks are on the clipboard, and how many are still at work."""
    if not copied:
        return tr("Nothing copied: none of them has ended.")
    text = tr.plural("1 task copied.", "{n} tasks copied.", copied)
    lacking = selected - copied
    if not lacking:
        return text
    none = tr.plural("1 has not ended.", "{n} have not ended.", lacking)
    return tr("{text} {none}", text=text, none=none)


def _figures(task: Task) -> list[str]:
    began = task.sent_ms or task.created_ms
    lines = [tr("Date: {moment}", moment=dated_moment(began))]
    if task.ended_ms is not None:
        lines.append(tr("Took: {time}", time=duration(max(0, task.ended_ms - began))))
    if cost := cost_text(task):
        lines.append(tr("Cost: {money}", money=cost))
    return lines


def _without_ids(text: str, task: Task, session: Session | None) -> str:
    secrets = [task.service_id]
    if session is not None:
        secrets += [session.service_id, session.web_view_url]
    for secret in filter(None, secrets):
        text = text.replace(secret, MARK)
    return redact_patterns(text)
