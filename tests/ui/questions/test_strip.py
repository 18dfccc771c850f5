"""The strip in the top bar: which question it shows, and what the queue needs."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.questions.strip import QuestionStrip
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.person import button, shown_texts

LOGIN = "I need login credentials to proceed."


@pytest.fixture
def strip(services: Any, qapp: QApplication) -> Iterator[QuestionStrip]:
    for key in (1, 2, 3):
        services.sessions.add(key, status=TaskStatus.ASKS)
    strip = QuestionStrip(services)
    services.inbox.changed.connect(strip.refresh)
    strip.resize(strip.sizeHint())
    yield strip
    strip.hide()
    strip.deleteLater()


def words(strip: QuestionStrip) -> list[str]:
    return [text for text in shown_texts(strip).split("\n") if text]


def test_it_shows_the_question_with_the_least_time_left(
    strip: QuestionStrip, services: Any
) -> None:
    assert not strip.isVisible()
    services.inbox.ask(
        a_question(1, LOGIN, expires_ms=NOW + 161_000),
        a_question(2, "Which one?", expires_ms=NOW + 95_000),
    )
    assert words(strip) == ["shop.example 2", "asks: “Which one?”", "1 of 2", "1:35"]
    opened: list[int] = []
    strip.answer.connect(opened.append)
    button(strip, "Answer").click()
    services.inbox.close(2)
    button(strip, "Answer").click()
    assert opened == [2, 1]
    assert words(strip) == ["shop.example 1", "asks for a login", "2:41"]
    services.clock.now += 1_000
    strip.tick()
    assert "2:40" in words(strip)
    services.inbox.close(1)
    assert not strip.isVisible()


def test_a_question_in_sight_is_not_shown_twice(strip: QuestionStrip, services: Any) -> None:
    first, other = a_question(1, LOGIN, expires_ms=NOW + 60_000), a_question(2, "Which one?")
    services.inbox.ask(first, other, a_question(3, "Which two?"))
    strip.set_in_sight(first.id)
    shown = ["shop.example 2", "asks: “Which one?”", "3:50"]
    assert words(strip) == shown, "the panel counts them"
    services.inbox.close(2)
    services.inbox.close(3)
    assert not strip.isVisible()
    strip.set_in_sight(None)
    assert strip.isVisible()


def test_it_says_that_an_answer_is_being_sent(strip: QuestionStrip, services: Any) -> None:
    inbox = services.inbox
    inbox.ask(a_question(1, LOGIN, expires_ms=NOW + 60_000), a_question(2, "Which one?"))
    inbox.sending.add(1)
    inbox.waiting_changed.emit(1)
    assert words(strip)[:2] == ["shop.example 2", "asks: “Which one?”"], "it needs the person"
    inbox.close(2)
    assert words(strip) == ["shop.example 1", "Your answer is being sent", "1:00"]
    button(strip, "Show")
    inbox.sending.clear()
    inbox.waiting_changed.emit(1)
    assert words(strip)[:2] == ["shop.example 1", "asks for a login"]


def test_what_the_queue_needs_waits_for_questions(strip: QuestionStrip, services: Any) -> None:
    done: list[str] = []
    strip.show_need("The balance is used up.", "Add funds", lambda: done.append("page"))
    assert words(strip) == ["The balance is used up."]
    services.inbox.ask(a_question(1, LOGIN))
    assert "The balance is used up." not in words(strip)
    assert strip.accessibleName() == "Open question"
    services.inbox.close(1)
    assert words(strip) == ["The balance is used up."]
    assert strip.accessibleName() == ""
    strip.show_need("The balance is used up.", "", None)
    assert not strip._button.isVisible()
    strip.show_need("", "", None)
    assert not strip.isVisible()


def test_a_click_meant_for_answer_starts_no_queue(strip: QuestionStrip, services: Any) -> None:
    """The question is gone as its Answer is clicked, and Go on is there: that costs money."""
    done: list[str] = []
    strip.show_need("3 queued tasks are on hold.", "Go on", lambda: done.append("on"))
    services.clock.now += ARM_MS
    services.inbox.ask(a_question(1, LOGIN))
    services.inbox.close(1)
    button(strip, "Go on").click()
    assert done == []
    services.clock.now += ARM_MS
    strip.show_need("2 queued tasks are on hold.", "Go on", lambda: done.append("on"))
    button(strip, "Go on").click()
    assert done == ["on"]


def test_no_amount_is_cut_at_any_width(
    strip: QuestionStrip, services: Any, qapp: QApplication
) -> None:
    words = "Do you want me to complete this purchase? The total is $49.99"
    services.inbox.ask(*(a_question(key, words, expires_ms=NOW + 161_000) for key in (1, 2, 3)))
    for width in range(230, strip.sizeHint().width()):
        strip.resize(width, strip.height())
        qapp.processEvents()
        assert strip._what.is_whole, (width, strip._what.text())
        assert "$49.99" in strip._what.text()
