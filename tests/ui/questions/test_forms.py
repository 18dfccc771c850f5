"""The ways to answer: how they look, what they offer, where the keyboard goes."""

import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.widgets.inputs import ScrollArea
from tests.kit.person import CTRL, active, click, key, shown_texts, type_text
from tests.kit.question_pages import (
    captcha,
    choice,
    choose,
    code,
    credentials,
    form_of,
    offered,
    purchase,
    secret,
)
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
WHICH = "Which colour should I take?"
MAY_I = "Do you want me to go on?"
PASSPHRASE = "What is the passphrase?"
CAPTCHA = "There is a captcha that I cannot solve. What should I do?"
LOGIN_AND_CAPTCHA = "I need your username and password, and there is a captcha."
CODE = "Enter the code that was sent to your phone."
CHOICE = "Which colour: 1) black & white; 2) blue; 3) red"
PURCHASE = "Do you want me to complete this purchase? The total is $49.99"
NO_TOTAL = "Shall I buy it? Item $40, postage $5."
OF_EACH_KIND = {
    QuestionKind.CREDENTIALS: LOGIN,
    QuestionKind.CODE: CODE,
    QuestionKind.CHOICE: CHOICE,
    QuestionKind.PURCHASE: PURCHASE,
    QuestionKind.CAPTCHA: CAPTCHA,
    QuestionKind.SECRET: PASSPHRASE,
    QuestionKind.YES_NO: MAY_I,
    QuestionKind.FREE_TEXT: WHICH,
}


async def asked(world: World, dialog: QuestionDialog, text: str, key_: int = 1) -> AnswerForm:
    question = world.sessions.add_asking(key_, text)
    world.inbox.ask(question)
    dialog.ask_now(question)
    await active(dialog)
    await asyncio.sleep(0.02)
    return form_of(dialog)


def tab_stops(dialog: QuestionDialog) -> list[str]:
    """What Tab comes to, one after the other, until it is where it began."""
    stops: list[QWidget] = []
    while (here := QApplication.focusWidget()) not in stops:
        assert here is not None
        stops.append(here)
        key(here, Qt.Key.Key_Tab)
    return [stop.accessibleName() or getattr(stop, "text", str)() for stop in stops]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (LOGIN, ["Username", "Password", "Show"]),
        (PASSPHRASE, ["Answer", "Show"]),
        (CODE, ["Code"]),
        (WHICH, ["Answer"]),
    ],
)
async def test_tab_goes_from_the_fields_to_send_and_comes_to_stop_last(
    world: World, dialog: QuestionDialog, text: str, names: list[str]
) -> None:
    await asked(world, dialog, MAY_I, 2)
    await asked(world, dialog, text)
    form = form_of(dialog)
    for field in form.page().fields:
        type_text(field, "482913")
    form.page().fields[0].setFocus()
    stops = tab_stops(dialog)
    above = ["Previous question", "Next question", "Question from the agent", "Your answer"]
    assert stops == [*names, "Send answer", "Later", "Stop task", *above]


@pytest.mark.parametrize("kind", QuestionKind)
async def test_each_kind_of_question_has_its_form(
    world: World, dialog: QuestionDialog, kind: QuestionKind
) -> None:
    form = await asked(world, dialog, OF_EACH_KIND[kind])
    assert form.kinds.currentData() == kind
    always = {QuestionKind.SECRET, QuestionKind.YES_NO, QuestionKind.FREE_TEXT}
    assert {kind, *always} <= offered(form)


@pytest.mark.parametrize(
    ("text", "is_offered"),
    [(CAPTCHA, False), (LOGIN_AND_CAPTCHA, True), (WHICH, True), (LOGIN, True)],
)
async def test_a_captcha_is_not_answered_with_a_login(
    world: World, dialog: QuestionDialog, text: str, is_offered: bool
) -> None:
    form = await asked(world, dialog, text)
    assert (QuestionKind.CREDENTIALS in offered(form)) is is_offered
    assert QuestionKind.FREE_TEXT in offered(form)


async def test_nothing_is_said_to_be_read_before_something_is_typed(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, LOGIN)
    assert "The agent reads:" not in shown_texts(dialog)
    height = dialog.height()
    type_text(credentials(form).username, "maria")
    assert dialog.foot.reads.text().startswith("Username: maria, Password:")
    choose(form, QuestionKind.SECRET)
    assert "The agent reads:" not in shown_texts(dialog)
    type_text(secret(form).field, "abc")
    assert dialog.foot.reads.text().startswith("•••")
    choose(form, QuestionKind.CREDENTIALS)
    await asyncio.sleep(0.02)
    assert dialog.height() == height


@pytest.mark.parametrize("which", ["username", "password"])
async def test_a_doubt_moves_nothing_and_hides_nothing(
    world: World, dialog: QuestionDialog, which: str
) -> None:
    form = await asked(world, dialog, LOGIN)
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()
    size, page = dialog.size(), credentials(form)
    type_text(page.username if which == "username" else page.password, "a, Password: b")
    await asyncio.sleep(0.02)
    assert "The agent may misread" in shown_texts(dialog)
    assert dialog.size() == size
    assert dialog.is_armed()
    scroll = dialog.findChild(ScrollArea)
    assert isinstance(scroll, ScrollArea)
    assert scroll.verticalScrollBar().maximum() == 0
    page.username.setText("")
    page.password.setText("")
    assert dialog.size() == size


async def answer(world: World, dialog: QuestionDialog) -> list[str]:
    """Send it when the window has stood for long enough; returns what the agents have read."""
    world.clock.pass_ms(1_500)
    key(dialog, Qt.Key.Key_Return, CTRL)
    await world.settle()
    return [sent.text for sent in world.inbox.answered]


async def test_an_option_is_sent_as_the_agent_wrote_it(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, CHOICE)
    page = choice(form)
    names = [each.button.accessibleName() for each in page.choices]
    assert names == ["black & white", "blue", "red", "Other answer"]
    assert page.choices[0].button.text() == "black && white", "no letter of it is a mnemonic"
    assert page.chosen() is None
    assert await answer(world, dialog) == []
    assert "Choose an answer first." in shown_texts(dialog)
    click(page.choices[0].button)
    assert dialog.foot.reads.text().startswith("black & white")
    assert "Choose an answer first." not in shown_texts(dialog)
    assert await answer(world, dialog) == ["black & white"]


async def test_an_arrow_or_a_digit_chooses_and_enter_does_what_is_said(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, CHOICE)
    page = choice(form)
    buttons = [each.button for each in page.choices]
    world.clock.pass_ms(1_500)
    form.focus_first()
    assert (buttons[0].hasFocus(), page.chosen()) == (True, None)
    key(buttons[0], Qt.Key.Key_Down)
    assert (buttons[1].hasFocus(), buttons[1].isChecked()) == (True, True)
    key(buttons[1], Qt.Key.Key_Up)
    assert buttons[0].isChecked()
    key(buttons[0], Qt.Key.Key_3)
    assert (buttons[2].hasFocus(), buttons[2].isChecked()) == (True, True)
    assert dialog.foot.send_button.toolTip() == "Ctrl+Enter to send"
    assert "Ctrl+Enter to send" in shown_texts(dialog)
    key(buttons[2], Qt.Key.Key_Return)
    key(buttons[2], Qt.Key.Key_4)
    assert (page.other.isChecked(), page.other_field.hasFocus()) == (True, True)
    type_text(page.other_field, "green 4")
    assert page.other_field.text() == "green 4"
    key(page.other_field, Qt.Key.Key_Up)
    assert buttons[2].isChecked()
    key(buttons[2], Qt.Key.Key_Down)
    page.other.setFocus()
    assert dialog.foot.send_button.toolTip() == "Enter to send"
    assert "Enter to send" not in shown_texts(dialog)
    assert world.inbox.answered == []
    key(page.other, Qt.Key.Key_Return)
    await world.settle()
    assert [sent.text for sent in world.inbox.answered] == ["green 4"]


async def test_a_mistake_stands_below_all_options(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, CHOICE)
    page = choice(form)
    places = [each.button.mapTo(dialog, QPoint()) for each in page.choices]
    assert await answer(world, dialog) == []
    await asyncio.sleep(0.02)
    assert [each.button.mapTo(dialog, QPoint()) for each in page.choices] == places
    click(page.other)
    assert await answer(world, dialog) == []
    await asyncio.sleep(0.02)
    assert "Enter an answer first." in shown_texts(dialog)
    assert [each.button.mapTo(dialog, QPoint()) for each in page.choices] == places


@pytest.mark.parametrize(
    ("question", "option", "is_secret"),
    [
        ("Which size: 64GB or 128GB?", "128GB", False),
        ("Which size: 64GB or 128GB?", "Other answer", True),
        ("Security question: which was your first car: Ford or Opel?", "Opel", True),
    ],
)
async def test_an_option_that_looks_like_a_code_stays_in_the_result(
    world: World, dialog: QuestionDialog, question: str, option: str, *, is_secret: bool
) -> None:
    form = await asked(world, dialog, question)
    choose(form, QuestionKind.CHOICE)
    page = choice(form)
    if option == "Other answer":
        type_text(page.other_field, "256GB")
    else:
        click(next(one.button for one in page.choices if one.button.text() == option))
    assert len(await answer(world, dialog)) == 1
    assert (world.inbox.secrets, world.inbox.looks_for_secrets) == ([], is_secret)


async def test_another_answer_is_chosen_by_typing_it_and_sent_by_enter(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, CHOICE)
    page = choice(form)
    click(page.choices[1].button)
    type_text(page.other_field, "green")
    assert page.other.isChecked()
    assert dialog.foot.send_button.toolTip() == "Enter to send"
    click(page.choices[1].button)
    interface = QAccessible.queryAccessibleInterface(page.other_field)
    interface.setText(QAccessible.Text.Value, "green")  # the same text says nothing new
    assert page.choices[1].button.isChecked()
    interface.setText(QAccessible.Text.Value, "dark green")
    assert page.other.isChecked(), "assistive technology writes, too"
    world.clock.pass_ms(1_500)
    key(page.other_field, Qt.Key.Key_Return)
    await world.settle()
    assert [sent.text for sent in world.inbox.answered] == ["dark green"]


async def test_a_choice_moves_nothing_and_disarms_nothing(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, PURCHASE)
    world.clock.pass_ms(1_500)
    size, place = dialog.size(), purchase(form).decline.pos()
    click(purchase(form).approve)
    await asyncio.sleep(0.02)
    assert (dialog.size(), purchase(form).decline.pos()) == (size, place)
    assert dialog.is_armed()


async def test_a_purchase_is_approved_up_to_its_total(world: World, dialog: QuestionDialog) -> None:
    form = await asked(world, dialog, PURCHASE)
    page = purchase(form)
    labels = [each.button.accessibleName() for each in page.choices]
    assert labels == ["Approve up to $49.99", "Don't buy, carry on", "Other answer"]
    assert "The agent is told to ask again if it costs more." in shown_texts(dialog)
    assert "Leaves the cart as it is and reports what it found." in shown_texts(dialog)
    assert await answer(world, dialog) == [], "nothing is chosen at first"
    form.focus_first()
    assert page.decline.hasFocus()
    click(page.approve)
    (read,) = await answer(world, dialog)
    assert read.startswith("Yes, complete this purchase, but only if the total is $49.99 or less.")
    assert read.endswith(" If it is more, ask me again.")


async def test_what_was_allowed_today_stands_beside_a_purchase(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, PURCHASE)
    assert "Approved today" not in shown_texts(dialog)
    click(purchase(form).approve)
    await answer(world, dialog)
    other = await asked(world, dialog, NO_TOTAL, 2)
    assert "Approved today: $49.99" in shown_texts(dialog)
    key(dialog, Qt.Key.Key_Escape)
    world.inbox.used.append("$1")
    dialog.ask_now(other.question)
    await active(dialog)
    await asyncio.sleep(0.02)
    assert "Approved today: $50.99" in shown_texts(dialog)
    world.inbox.used.pop()
    type_text(purchase(other).amount, "18.41")
    await answer(world, dialog)
    third = await asked(world, dialog, PURCHASE, 3)
    assert "Approved today: $68.40" in shown_texts(dialog)
    click(purchase(third).decline)
    await answer(world, dialog)
    assert world.inbox.used == ["$49.99", "$18.41"]


async def test_a_purchase_is_declined_in_words_that_keep_the_cart(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, PURCHASE)
    click(purchase(form).decline)
    assert await answer(world, dialog) == [
        "Do not buy. Leave the cart as it is and report what you found."
    ]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("45", "$45"),
        ("45.5", "$45.5"),
        ("$45.00", "$45.00"),
        ("1,299", "$1299"),
        ("45 EUR", "45 EUR"),
        ("", None),
        ("0", None),
        ("-5", None),
        ("as you like", None),
        ("45 or more", None),
        ("$45 and all else", None),
        ("1e9", None),
    ],
)
async def test_an_amount_is_typed_where_the_question_names_not_just_one(
    world: World, dialog: QuestionDialog, typed: str, amount: str | None
) -> None:
    form = await asked(world, dialog, NO_TOTAL)
    page = purchase(form)
    assert page.amount.text() == "", "no amount is filled in"
    click(page.approve)
    assert page.amount.hasFocus()
    type_text(page.amount, typed)
    sent = await answer(world, dialog)
    if amount is None:
        assert sent == []
        assert "Enter the amount" in shown_texts(dialog)
    else:
        assert [f"only if the total is {amount} or less." in text for text in sent] == [True]


async def test_a_captcha_is_told_what_it_asks_for_or_left_out(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, CAPTCHA)
    page = captcha(form)
    type_text(page.field, "x7Gq")
    assert page.solved.isChecked()
    assert await answer(world, dialog) == ["x7Gq"]
    other = await asked(world, dialog, CAPTCHA, 2)
    click(captcha(other).without)
    assert (await answer(world, dialog))[1].startswith("I cannot solve it for you.")


def note_opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are opened from now on."""
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return opened


@pytest.mark.parametrize(
    ("link", "note"),
    [
        ("https://203.0.113.7:8889/live", "warn about its certificate"),
        ("https://live.example/a", "Anyone with the link can watch"),
        (None, "has no live page"),
    ],
)
async def test_the_live_page_is_opened_on_request_with_its_limits_said(
    world: World,
    dialog: QuestionDialog,
    link: str | None,
    note: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = note_opened(monkeypatch)
    question = world.sessions.add_asking(1, CAPTCHA)
    world.sessions.change_session(1, web_view_url=link)
    world.inbox.ask(question)
    dialog.ask_now(question)
    await active(dialog)
    form = form_of(dialog)
    page = captcha(form)
    assert note in shown_texts(dialog)
    assert page.live_page.isEnabled() is (link is not None)
    click(page.live_page)
    assert opened == [], "it was meant for what stood there before"
    world.clock.pass_ms(1_500)
    for button in (page.live_page, dialog.card.live_button):
        click(button)
    assert opened == ([] if link is None else [link, link])
    assert "203.0.113.7" not in shown_texts(dialog)
    assert not world.inbox.answered


async def test_a_link_that_is_no_page_opens_nothing_and_that_is_said(
    world: World, dialog: QuestionDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = note_opened(monkeypatch)
    question = world.sessions.add_asking(1, CAPTCHA)
    world.sessions.change_session(1, web_view_url="file:///etc/passwd")
    world.inbox.ask(question)
    dialog.ask_now(question)
    await active(dialog)
    world.clock.pass_ms(1_500)
    form = form_of(dialog)
    click(captcha(form).live_page)
    assert opened == []
    assert "No program could open the live page." in shown_texts(dialog)


async def test_a_code_is_taken_out_of_the_message_that_brought_it(
    world: World, dialog: QuestionDialog
) -> None:
    form = await asked(world, dialog, CODE)
    type_text(code(form).field, "code 1234 or 5678")
    assert await answer(world, dialog) == []
    assert "more than one code" in shown_texts(dialog)
    code(form).field.selectAll()
    type_text(code(form).field, "Your code is 123 456")
    assert dialog.foot.reads.text().startswith("123456")
    assert await answer(world, dialog) == ["123456"]
    assert "123456" in world.inbox.secrets
