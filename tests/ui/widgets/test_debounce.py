"""One call for many triggers."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.widgets.debounce import Debounce
from tests.kit.wait import run_events


def test_triggers_of_one_turn_share_a_call(qapp: QApplication) -> None:
    calls: list[str] = []
    debounce = Debounce(qapp, lambda: calls.append("call"), 0)
    for _ in range(3):
        debounce.trigger("what a signal brings")
    assert calls == []
    run_events(qapp, lambda: bool(calls))
    assert (calls, debounce.isActive()) == (["call"], False)


def test_triggers_without_end_do_not_put_off_the_call(qapp: QApplication) -> None:
    calls: list[str] = []
    debounce = Debounce(qapp, lambda: calls.append("call"), 20)
    busy = QTimer(qapp, interval=0)
    busy.timeout.connect(debounce.trigger)
    busy.start()
    run_events(qapp, lambda: bool(calls))
    busy.stop()
    debounce.stop()
