"""Which page answers which kind of question, and what its button says."""

from collections.abc import Callable

from msgspec import Struct

from enigma_panel.core.questions import QuestionKind
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.captcha import CaptchaPage
from enigma_panel.ui.questions.forms.choice import ChoicePage
from enigma_panel.ui.questions.forms.code import CodePage
from enigma_panel.ui.questions.forms.credentials import CredentialsPage
from enigma_panel.ui.questions.forms.free_text import FreeTextPage
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking
from enigma_panel.ui.questions.forms.purchase import PurchasePage
from enigma_panel.ui.questions.forms.secret import SecretPage
from enigma_panel.ui.questions.forms.yes_no import YesNoPage

tr = Translations("Questions")


class FormDef(Struct, frozen=True):
    """A way to answer. label: on its button."""

    label: Callable[[], str]
    make: Callable[[Asking], AnswerPage]


FORMS: dict[QuestionKind, FormDef] = {
    QuestionKind.CREDENTIALS: FormDef(lambda: tr("Credentials"), CredentialsPage),
    QuestionKind.CODE: FormDef(lambda: tr("Code"), CodePage),
    QuestionKind.CHOICE: FormDef(lambda: tr("Choice"), ChoicePage),
    QuestionKind.PURCHASE: FormDef(lambda: tr("Purchase"), PurchasePage),
    QuestionKind.CAPTCHA: FormDef(lambda: tr("Captcha"), CaptchaPage),
    QuestionKind.SECRET: FormDef(lambda: tr("Secret"), SecretPage),
    QuestionKind.YES_NO: FormDef(lambda: tr("Yes / No"), YesNoPage),
    QuestionKind.FREE_TEXT: FormDef(lambda: tr("Free text"), FreeTextPage),
}
