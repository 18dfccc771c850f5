"""The choice in New task: who logs in where the agent asks for a login first."""

from collections.abc import Sequence

from msgspec.structs import replace

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.features.saved_logins.offers import LoginHost, login_host
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.features.saved_logins.text import login_text, nobody_text
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.new_task.part import TaskPart
from enigma_panel.ui.widgets.basics import make_column, make_label
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("Logins")


class LoginChoice(TaskPart):
    """A choice between nobody and the saved logins of the one host that all tasks name.

    What was chosen for another host is chosen again when the tasks name that one.
    """

    def __init__(self, logins: Logins) -> None:
        super().__init__()
        self.label = tr("Log in as")
        self._logins = logins
        self._wanted: SavedLogin | None = None
        self._offers: list[SavedLogin | None] = [None]
        self.box = ChoiceBox([(nobody_text(), None)])
        self.box.setAccessibleName(self.label)
        self.setFocusProxy(self.box)
        note = tr("Answers the first login question; the service doesn't say which site asks.")
        self.box.setAccessibleDescription(note)
        self.setLayout(make_column(self.box, make_label(note, "dim", wrap=True), gap=4))
        self.box.activated.connect(self._choose)

    def is_offered(self) -> bool:
        return bool(self._logins.saved())

    def follow(self, specs: Sequence[TaskSpec]) -> None:
        hosts = {login_host(spec) for spec in specs} if self.is_offered() else set()
        place = hosts.pop() if len(hosts) == 1 else LoginHost()
        offers = [None, *self._logins.offers(place)]
        if offers != self._offers:
            self._offers = offers
            self.box.clear()
            self.box.addItems([login_text(one) if one else nobody_text() for one in offers])
        self.box.setCurrentIndex(offers.index(self._wanted) if self._wanted in offers else 0)

    def complete(self, spec: TaskSpec) -> TaskSpec:
        chosen = self._offers[self.box.currentIndex()]
        return replace(spec, login=chosen.account if chosen is not None else "")

    def fill(self, spec: TaskSpec) -> None:
        host = login_host(spec).host
        self._wanted = SavedLogin(host=host, account=spec.login) if spec.login else None
        self.follow([spec])

    def _choose(self, index: int) -> None:
        self._wanted = self._offers[index]
