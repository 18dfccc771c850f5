"""Which page answers which kind of question."""

from collections.abc import Callable

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.ui.questions.forms.captcha import CaptchaPage
from enigma_panel.ui.questions.forms.choice import ChoicePage
from enigma_panel.ui.questions.forms.code import CodePage
from enigma_panel.ui.questions.forms.credentials import CredentialsPage
from enigma_panel.ui.questions.forms.free_text import FreeTextPage
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking
from enigma_panel.ui.questions.forms.purchase import PurchasePage
from enigma_panel.ui.questions.forms.secret import SecretPage
from enigma_panel.ui.questions.forms.yes_no import YesNoPage

FORMS: dict[QuestionKind, Callable[[Asking], AnswerPage]] = {
    QuestionKind.CREDENTIALS: CredentialsPage,
    QuestionKind.CODE: CodePage,
    QuestionKind.CHOICE: ChoicePage,
    QuestionKind.PURCHASE: PurchasePage,
    QuestionKind.CAPTCHA: CaptchaPage,
    QuestionKind.SECRET: SecretPage,
    QuestionKind.YES_NO: YesNoPage,
    QuestionKind.FREE_TEXT: FreeTextPage,
}
