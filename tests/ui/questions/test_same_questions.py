"""*Send the same to 3 more sessions*: to who asks the same of the same site, if it is wanted."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.services.types import AnswerOutcome, AnswerResult
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.forms.credentials import CredentialsPage
from enigma_panel.ui.questions.forms.same_questions import SameQuestions
from tests.kit.clock import NOW
from tests.kit.person import active, click, shown_texts, type_text
from tests.kit.wait import until
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
TASK = "Log in to bank.example"


def asks(world: World, key: int, text: str = LOGIN, task: str = TASK, **facts: Any) -> None:
    """Another session asks."""
    world.inbox.ask(replace(world.sessions.add_asking(key, text, text=task), **facts))


async def shown(world: World, dialog: QuestionDialog) -> SameQuestions:
    """The first one in the window, with a login typed."""
    dialog.ask_now(world.inbox.open[0])
    await world.settle()
    await active(dialog)
    form = dialog.current_form()
    assert form is not None
    page = form.page()
    assert isinstance(page, CredentialsPage)
    type_text(page.username, "maria")
    type_text(page.password, "zebra-47")
    return page.same


async def send(world: World, dialog: QuestionDialog) -> None:
    await asyncio.sleep(0.02)
    world.clock.pass_ms(1_500)
    click(dialog.send_button)
    await world.settle()


async def test_it_is_off_at_first_and_lists_who_gets_it(
    world: World, dialog: QuestionDialog
) -> None:
    for key in (1, 2, 3):
        asks(world, key)
    same = await shown(world, dialog)
    assert same.box.text() == "Send the same to 2 more sessions"
    assert not same.box.isChecked()
    click(same.which)
    assert [action.text() for action in same.menu.actions()] == [
        "shop.example 2",
        "shop.example 3",
    ]
    same.menu.hide()
    await send(world, dialog)
    assert [one.task_key for one in world.inbox.answered] == [1]


async def test_checked_each_gets_it_and_one_sentence_says_so(
    world: World, dialog: QuestionDialog
) -> None:
    said: list[str] = []
    dialog.told.connect(said.append)
    for key in (1, 2, 3):
        asks(world, key)
    same = await shown(world, dialog)
    click(same.box)
    await send(world, dialog)
    await until(lambda: said)
    assert sorted(one.task_key for one in world.inbox.answered) == [1, 2, 3]
    assert {one.text for one in world.inbox.answered} == {"Username: maria, Password: zebra-47"}
    assert said == ["2 more sessions got the same answer."]


async def test_which_one_did_not_get_it_is_named(
    world: World, dialog: QuestionDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    dialog.told.connect(said.append)
    for key in (1, 2, 3):
        asks(world, key)
    answer = world.inbox.answer

    async def answered(question: Any, *values: Any, **named: Any) -> AnswerResult:
        if question.task_key == 3:
            return AnswerResult(outcome=AnswerOutcome.UNCONFIRMED)
        return await answer(question, *values, **named)

    monkeypatch.setattr(world.inbox, "answer", answered)
    same = await shown(world, dialog)
    click(same.box)
    await send(world, dialog)
    await until(lambda: said)
    assert said == [
        "1 of 2 more sessions got the same answer; not, or not for certain: shop.example 3."
    ]
    assert [question.task_key for question in world.inbox.open] == [3]


@pytest.mark.parametrize(
    ("text", "task", "facts"),
    [
        ("I need other credentials.", TASK, {}),
        (LOGIN, "Log in to shop.example", {}),
        (LOGIN, "Log in to https://bank.example:8443/", {}),
        (LOGIN, "Log in to https://x@bank.example/", {}),
        (LOGIN, "Log in", {}),
        (LOGIN, TASK, {"session_key": 1}),  # of the same session
        (LOGIN, TASK, {"is_doubted": True}),
        (LOGIN, TASK, {"is_asker_unknown": True}),
        (LOGIN, TASK, {"maybe_answered": True}),
    ],
)
async def test_who_asks_anything_else_is_not_counted(
    world: World, dialog: QuestionDialog, text: str, task: str, facts: dict[str, Any]
) -> None:
    asks(world, 1)
    asks(world, 2, text, task, **facts)
    assert not (await shown(world, dialog)).isVisible()
    assert "Send the same" not in shown_texts(dialog)


@pytest.mark.parametrize(
    "text",
    ["Enter the code that was sent to you.", "Shall I buy it for $5?", "A captcha blocks me."],
)
async def test_nothing_but_a_login_goes_to_others(
    world: World, dialog: QuestionDialog, text: str
) -> None:
    for key in (1, 2):
        asks(world, key, text)
    dialog.ask_now(world.inbox.open[0])
    await world.settle()
    assert "Send the same" not in shown_texts(dialog)


async def test_who_comes_and_goes_is_counted_at_once(world: World, dialog: QuestionDialog) -> None:
    asks(world, 1)
    same = await shown(world, dialog)
    asks(world, 2)
    assert same.box.text() == "Send the same to 1 more session"
    click(same.box)
    world.inbox.close(2)
    assert not same.isVisible()
    asks(world, 3)
    assert not same.box.isChecked(), "nobody meant this one"
    click(same.box)
    await asyncio.sleep(0.02)
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()
    asks(world, 4)
    assert same.box.text() == "Send the same to 2 more sessions"
    assert not same.box.isChecked()
    assert not dialog.is_armed(), "a click that was on its way is no answer"
    assert same.chosen() == ()


@pytest.mark.parametrize("site", ["https://bank.example:8443/", "https://192.0.2.7/"])
async def test_an_odd_address_shares_nothing(
    world: World, dialog: QuestionDialog, site: str
) -> None:
    for key in (1, 2):
        asks(world, key, task=f"Log in to {site}")
    assert not (await shown(world, dialog)).isVisible()


async def test_one_that_was_answered_while_another_stood_there_is_left_out(
    world: World, dialog: QuestionDialog
) -> None:
    for key in (1, 2):
        asks(world, key)
    asks(world, 3, "Which colour?")
    same = await shown(world, dialog)
    click(same.box)
    dialog.show_question(world.inbox.open[2])
    world.inbox.open[1] = replace(world.inbox.open[1], maybe_answered=True)
    world.inbox.changed.emit()
    dialog.show_question(world.inbox.open[0])
    assert same.chosen() == ()
    assert not same.isVisible()


async def test_what_went_by_the_channel_is_not_said_to_have_arrived(
    world: World, dialog: QuestionDialog
) -> None:
    said: list[str] = []
    dialog.told.connect(said.append)
    for key in (1, 2):
        asks(world, key)
    world.inbox.outcome = AnswerOutcome.SENT_LIVE
    same = await shown(world, dialog)
    click(same.box)
    await send(world, dialog)
    await until(lambda: said)
    assert said == [
        "0 of 1 more sessions got the same answer; not, or not for certain: shop.example 2."
    ]


async def test_one_that_gets_it_already_takes_no_second_answer_meanwhile(
    world: World, dialog: QuestionDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (1, 2):
        asks(world, key)
    ends = asyncio.Event()
    answer = world.inbox.answer

    async def answered(question: Any, *values: Any, **named: Any) -> AnswerResult:
        if question.task_key == 2:
            await ends.wait()
            return AnswerResult(outcome=AnswerOutcome.UNCONFIRMED)
        return await answer(question, *values, **named)

    monkeypatch.setattr(world.inbox, "answer", answered)
    same = await shown(world, dialog)
    click(same.box)
    await send(world, dialog)
    dialog.ask_now(world.inbox.open[0])
    await world.settle()
    assert not dialog.send_button.isEnabled()
    assert not dialog.stop_button.isEnabled()
    ends.set()
    await until(dialog.send_button.isEnabled)
    assert [one.task_key for one in world.inbox.answered] == [1]


async def test_one_whose_end_or_name_changes_is_still_meant(
    world: World, dialog: QuestionDialog
) -> None:
    for key in (1, 2):
        asks(world, key)
    same = await shown(world, dialog)
    click(same.box)
    world.sessions.sessions[2] = replace(world.sessions.sessions[2], label="my bank")
    world.inbox.open[1] = replace(world.inbox.open[1], expires_ms=NOW + 600_000)
    assert same.chosen() == (world.inbox.open[1],)
    world.inbox.changed.emit()
    assert same.box.isChecked()
    click(same.which)
    assert [action.text() for action in same.menu.actions()] == ["my bank"]
    same.menu.hide()


async def test_taken_back_it_goes_to_no_other(
    world: World, dialog: QuestionDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (1, 2):
        asks(world, key)
    sent: list[int] = []

    async def answered(question: Any, *_values: Any, **_named: Any) -> AnswerResult:
        sent.append(question.task_key)
        return AnswerResult(outcome=AnswerOutcome.TAKEN_BACK)

    monkeypatch.setattr(world.inbox, "answer", answered)
    same = await shown(world, dialog)
    click(same.box)
    await send(world, dialog)
    await world.settle()
    assert sent == [1]
