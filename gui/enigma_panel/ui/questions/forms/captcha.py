"""A captcha: nobody can click in the browser from here; the picture can be looked at."""

from PySide6.QtWidgets import QWidget

from enigma_panel.core.questions.kinds import WITHOUT_CAPTCHA_TEXT
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.choices import ChoicesPage
from enigma_panel.ui.questions.forms.page import Asking
from enigma_panel.ui.text.pages import live_page_text
from enigma_panel.ui.widgets.basics import ElidedLabel, make_button

tr = Translations("Questions")


class CaptchaPage(ChoicesPage):
    """What the picture shows can be typed here, if it is a text."""

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.solved, self.field = self.add_field_choice(
            tr("Type what the captcha shows"), tr("Answer"), str
        )
        self.without = self.add_choice(tr("Skip the captcha"), WITHOUT_CAPTCHA_TEXT)
        self.live_page = make_button(tr("Open live page"))
        self.note = ElidedLabel("dim", lines=3)
        self.note.show_text(live_page_text(asking.live_page))
        self.field.setPlaceholderText(tr("Answer"))
        self.live_page.setEnabled(asking.live_page is not None)
        self.live_page.clicked.connect(asking.open_live_page)
        self.live_page.setAccessibleDescription(self.note.text())
        self.add_row(self.live_page, None)
        self.add_row(self.note)

    def last_stop(self) -> QWidget:
        return self.live_page
