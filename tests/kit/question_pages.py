"""A dialog's question, its form, and the pages that were made so far: as was guessed or chosen."""

from typing import TypeVar

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.forms.captcha import CaptchaPage
from enigma_panel.ui.questions.forms.choice import ChoicePage
from enigma_panel.ui.questions.forms.code import CodePage
from enigma_panel.ui.questions.forms.credentials import CredentialsPage
from enigma_panel.ui.questions.forms.free_text import FreeTextPage
from enigma_panel.ui.questions.forms.page import AnswerPage
from enigma_panel.ui.questions.forms.purchase import PurchasePage
from enigma_panel.ui.questions.forms.secret import SecretPage
from enigma_panel.ui.questions.forms.yes_no import YesNoPage
from tests.kit.existing import existing

Page = TypeVar("Page", bound=AnswerPage)


def _page(form: AnswerForm, kind: type[Page]) -> Page:
    found = form.findChild(kind)
    assert isinstance(found, kind), f"nobody chose {kind.__name__}"
    return found


def form_of(dialog: QuestionDialog) -> AnswerForm:
    return existing(dialog.page.form)


def question_of(dialog: QuestionDialog) -> OpenQuestion:
    return existing(dialog.current_question())


def choose(form: AnswerForm, kind: QuestionKind) -> None:
    """Choose another kind of answer, as from the drop-down."""
    form.kinds.setCurrentIndex(form.kinds.findData(kind))


def offered(form: AnswerForm) -> set[QuestionKind]:
    return {QuestionKind(form.kinds.itemData(n)) for n in range(form.kinds.count())}


def credentials(form: AnswerForm) -> CredentialsPage:
    return _page(form, CredentialsPage)


def code(form: AnswerForm) -> CodePage:
    return _page(form, CodePage)


def choice(form: AnswerForm) -> ChoicePage:
    return _page(form, ChoicePage)


def purchase(form: AnswerForm) -> PurchasePage:
    return _page(form, PurchasePage)


def captcha(form: AnswerForm) -> CaptchaPage:
    return _page(form, CaptchaPage)


def secret(form: AnswerForm) -> SecretPage:
    return _page(form, SecretPage)


def yes_no(form: AnswerForm) -> YesNoPage:
    return _page(form, YesNoPage)


def free_text(form: AnswerForm) -> FreeTextPage:
    return _page(form, FreeTextPage)
