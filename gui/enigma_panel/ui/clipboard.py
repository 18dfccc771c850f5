"""What a person copies: texts, the results of tasks, secrets."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from enigma_panel.services.container import Services
from enigma_panel.services.types import LedgerError
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.secret_clipboard import SecretClipboard
from enigma_panel.ui.widgets.basics import put_on_clipboard

tr = Translations("Actions")

QUOTED_CHARS = 60
MOST_COPIED = 10_000_000
"""How many characters go to the clipboard at most: other programs read it as a whole."""


class Clipboard(QObject):
    """Puts things on the clipboard. say: shows a sentence about what no row shows."""

    def __init__(self, services: Services, say: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._say = say
        self._secrets = SecretClipboard(self)

    def copy(self, text: str) -> None:
        put_on_clipboard(text)

    def copy_cell(self, text: str) -> None:
        """Put a cell's text on the clipboard, and say what: nothing shows the current cell."""
        self.copy(text)
        self._say(tr("Copied: {text}", text=shorten(text, QUOTED_CHARS)))

    def copy_results(self, keys: Sequence[int]) -> None:
        """Put the results of these tasks on the clipboard, one below the other."""
        self._services.scope.spawn("copy results", self._copy_results(keys))

    def copy_secret(self, text: str) -> None:
        """Put a secret on the clipboard for a short time, and say so."""
        self._secrets.put(text)
        self._say(tr("Copied. It leaves the clipboard after 30 seconds."))

    def forget_secret(self) -> None:
        """A secret does not stay on the clipboard when the program ends."""
        self._secrets.clear()

    def copy_session_id(self, key: int) -> None:
        session = self._services.sessions.session(key)
        if session is not None and session.service_id:
            self.copy_secret(session.service_id)

    def copy_live_link(self, key: int) -> None:
        """Put the link to a session's live page on the clipboard."""
        session = self._services.sessions.session(key)
        if session is not None and session.web_view_url:
            self.copy_secret(session.web_view_url)

    async def _copy_results(self, keys: Sequence[int]) -> None:
        try:
            results = await self._services.task_search.results_of(keys, MOST_COPIED)
        except LedgerError:
            self._say(tr("The history could not be read, so nothing was copied."))
            return
        if results is None:
            self._say(tr("These results are too long to copy at once. Select fewer."))
            return
        if results:
            self.copy("\n\n".join(results))
        self._say(copied_text(len(results), len(keys)))


def copied_text(copied: int, selected: int) -> str:
    """How many results are on the clipboard, and how many tasks have none."""
    if not copied:
        return tr("None of them has a result, so nothing was copied.")
    text = tr.plural("1 result was copied.", "{n} results were copied.", copied)
    lacking = selected - copied
    if not lacking:
        return text
    none = tr.plural("1 task has none.", "{n} tasks have none.", lacking)
    return tr("{text} {none}", text=text, none=none)
