"""Yes, no, or words of one's own."""

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.choices import ChoicesPage
from enigma_panel.ui.questions.forms.page import Asking

tr = Translations("Questions")


class YesNoPage(ChoicesPage):
    """The agent reads one of the two words, which are not translated."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.yes = self.add_choice(tr("Yes"), "Yes")
        self.no = self.add_choice(tr("No"), "No")
        self.add_field_choice(tr("Other answer"), tr("Answer"), str)
