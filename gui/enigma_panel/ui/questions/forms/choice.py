"""One of the options that the question names."""

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.questions.options import options_in
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.choices import ChoicesPage
from enigma_panel.ui.questions.forms.page import Asking

tr = Translations("Questions")


class ChoicePage(ChoicesPage):
    """The agent reads the option as it wrote it."""

    has_options = True

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._is_plain = asking.question.kind is QuestionKind.CHOICE
        for option in options_in(asking.question.text):
            self.add_choice(option, option)
        self.other, self.other_field = self.add_field_choice(
            tr("Other answer"), tr("Other answer"), str
        )

    def secrets(self) -> list[str] | None:
        """Return no part of an option, even if it looks like a code: the question names it, and so
        will the result. The option that answers a security question is a secret."""
        is_option = self._is_plain and not self.other.isChecked()
        return [] if is_option else super().secrets()
