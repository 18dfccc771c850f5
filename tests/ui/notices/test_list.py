"""Which notice is shown, and the window with all of them."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from enigma_panel.api.errors import InterruptedCallError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.services.types import NoticeKind, ServiceNotice
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.notices.dialog import NoticesDialog
from enigma_panel.ui.notices.notice_list import FADE_MS, MOST_NOTICES, NoticeList
from enigma_panel.ui.text.problems import Notice, NoticeAction, NoticeRank
from tests.kit.clock import HandClock
from tests.kit.person import active, button, key, leave, move_to, shown_texts

UNCONFIRMED = Notice(text="The start is unconfirmed.", rank=NoticeRank.UNCONFIRMED)
SMALL = Notice(text="This computer slept.", rank=NoticeRank.SMALL, topic="sleep")
PLAIN = Notice(text="Something happened.")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def notices(clock: HandClock, qapp: QApplication) -> NoticeList:
    return NoticeList(clock.now_ms)


def about(kind: NoticeKind, n: int, rank: NoticeRank = NoticeRank.PLAIN) -> Notice:
    return Notice(text=f"{kind} {n}", rank=rank, notice=ServiceNotice(kind=kind))


# -- which one is shown ---------------------------------------------------------------------------


def test_an_unconfirmed_start_is_never_buried(notices: NoticeList) -> None:
    notices.add(UNCONFIRMED)
    for rank in NoticeRank:
        if rank is not NoticeRank.UNCONFIRMED:
            notices.add(Notice(text=rank.name, rank=rank))
    for n in range(MOST_NOTICES):
        notices.add(Notice(text=str(n), rank=NoticeRank.ENDING))
    assert notices.first() == UNCONFIRMED


@pytest.mark.parametrize("rank", [rank for rank in NoticeRank if rank > NoticeRank.PLAIN])
def test_of_many_about_money_none_is_left_out(notices: NoticeList, rank: NoticeRank) -> None:
    for n in range(MOST_NOTICES + 5):
        notices.add(about(NoticeKind.COMMAND_FAILED, n, rank))
    assert len(notices.notices()) == MOST_NOTICES + 5
    for n in range(MOST_NOTICES + 5):
        notices.add(about(NoticeKind.START_REFUSED, n))
    assert len(notices.notices()) == 2 * MOST_NOTICES + 5
    assert str(notices.notices()[-1].text).endswith(" 5")  # the oldest ones of the rest went


def test_they_stand_by_what_they_cost_and_like_ones_together(notices: NoticeList) -> None:
    refused, failed = NoticeKind.START_REFUSED, NoticeKind.COMMAND_FAILED
    for notice in (
        about(refused, 1),
        PLAIN,
        about(failed, 1, NoticeRank.COSTS),
        about(refused, 2),
        SMALL,
        about(failed, 2, NoticeRank.COSTS),
    ):
        notices.add(notice)
    texts = [notice.text for notice in notices.notices()]
    assert texts == [
        f"{failed} 2",
        f"{failed} 1",
        f"{refused} 2",
        f"{refused} 1",
        "Something happened.",
        "This computer slept.",
    ]


def test_a_small_one_fades_and_stays_in_the_list(notices: NoticeList, clock: HandClock) -> None:
    notices.add(SMALL)
    told: list[bool] = []
    notices.changed.connect(lambda: told.append(True))
    clock.now += FADE_MS - 1
    notices.refresh()
    assert (notices.first(), told) == (SMALL, [])
    notices.add(SMALL)  # said again: it does not come up once a minute for ever
    clock.now += 1
    notices.refresh()
    assert notices.first() is None
    assert notices.notices() == [SMALL]
    assert len(told) == 2
    notices.add(PLAIN)
    clock.now += 10 * FADE_MS
    notices.refresh()
    assert notices.first() == PLAIN


def test_every_kind_has_its_rank(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    ranks: dict[NoticeRank, set[NoticeKind]] = {}
    for kind in NoticeKind:
        facts: dict[str, str | int] = {"verb": "pause"} if "failed" in kind.value else {"n": 5}
        window.notices.drop_where(lambda _: True)
        window.notice_controller.show(
            ServiceNotice(kind=kind, session_key=1, task_key=1, facts=facts)
        )
        for notice in window.notices.notices():
            ranks.setdefault(notice.rank, set()).add(kind)
    assert ranks[NoticeRank.UNCONFIRMED] == {NoticeKind.START_UNCONFIRMED}
    assert ranks[NoticeRank.COSTS] == {NoticeKind.COMMAND_FAILED}
    assert NoticeKind.START_REFUSED not in ranks[NoticeRank.SMALL]


# -- in the window --------------------------------------------------------------------------------


def test_the_small_one_waits_for_the_hand(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    window.activateWindow()
    services.sessions.add(1)
    window.notices.add(SMALL)
    qapp.processEvents()
    assert window.notice_bar.isVisible()
    move_to(window.selection.sessions, 0)
    services.clock.now += FADE_MS
    window._tick()
    assert window.notice_bar.isVisible()
    leave(window.selection.sessions)
    assert not window.notice_bar.isVisible()


def test_the_bar_counts_what_is_like_it_and_what_is_not(window: MainWindow) -> None:
    for n in range(3):
        window.notices.add(about(NoticeKind.START_REFUSED, n))
    assert button(window.notice_bar, "2 like it")
    window.notices.add(SMALL)
    assert button(window.notice_bar, "2 like it, 1 more")
    window.notices.add(UNCONFIRMED)
    assert button(window.notice_bar, "4 more")


def opened(window: MainWindow) -> NoticesDialog:
    (dialog,) = window.findChildren(NoticesDialog)
    assert dialog.isVisible()
    return dialog


async def test_all_stand_behind_the_count_within_reach_of_the_keyboard(
    window: MainWindow, services: Any
) -> None:
    await active(window)
    services.sessions.add(1, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    services.sessions.change_session(1, service_id=None)
    kind = NoticeKind.START_UNCONFIRMED
    error = InterruptedCallError("timeout")
    notice = ServiceNotice(kind=kind, session_key=1, task_key=1, error=error)
    window.notice_controller.show(notice)
    window.notices.add(PLAIN)
    window.notices.add(SMALL)
    more = button(window.notice_bar, "2 more")
    more.setFocus()
    key(more, Qt.Key.Key_Return)
    dialog = opened(window)
    await active(dialog)
    assert dialog.focusWidget() is dialog.close_button
    words = shown_texts(dialog)
    assert words.index("unconfirmed") < words.index(PLAIN.text) < words.index(SMALL.text)
    reached = []
    for _ in range(10):
        key(dialog.focusWidget(), Qt.Key.Key_Tab)
        reached.append(dialog.focusWidget().accessibleName())
    again = "Start it again (may run twice)"
    assert {again, "Dismiss this start", "Dismiss", "Close"} <= set(reached)
    assert button(dialog, again).accessibleDescription().startswith("The start of “Task 1”")


async def test_no_row_moves_while_the_list_is_open(window: MainWindow) -> None:
    window.notices.add(PLAIN)
    window.notices.add(Notice(text="Another.", actions=(NoticeAction.COPY_DIAGNOSTICS,)))
    window.all_notices.trigger()
    dialog = opened(window)
    await active(dialog)
    rows = {row.notice.text: row for row in dialog._rows}
    places = {text: row.mapTo(dialog, row.rect().topLeft()) for text, row in rows.items()}
    button(dialog, "Copy diagnostics").click()
    assert not rows["Another."].isEnabled()
    window.notices.add(UNCONFIRMED)
    assert shown_texts(dialog).index(PLAIN.text) < shown_texts(dialog).index(UNCONFIRMED.text)
    for text, row in rows.items():
        assert row.mapTo(dialog, row.rect().topLeft()) == places[text]
    window.all_notices.trigger()  # opened anew, all is in its place
    assert [row.notice for row in dialog._rows] == [UNCONFIRMED, PLAIN]


def test_what_has_faded_is_found_in_the_palette(window: MainWindow, services: Any) -> None:
    assert not window.all_notices.isEnabled()
    window.notices.add(SMALL)
    services.clock.now += FADE_MS
    window._tick()
    assert not window.notice_bar.isVisible()
    program = window.command_groups()[0].actions
    assert window.all_notices in program
    window.all_notices.trigger()
    dialog = opened(window)
    dismiss = [b for b in dialog.findChildren(QPushButton) if b.text() == "Dismiss"]
    dismiss[0].click()
    assert window.notices.notices() == []
    assert not window.all_notices.isEnabled()
