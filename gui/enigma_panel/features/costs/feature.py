"""The costs feature: the sheet *Costs*, behind the money in the top bar and in the menu."""

from functools import partial

from enigma_panel.core.task_filter import TaskFilter
from enigma_panel.features.costs.sheet import CostsSheet
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.actions import make_action

tr = Translations("Costs")


def install(host: Host) -> None:
    window, dialogs = host.window, host.dialogs

    def show_tasks(wanted: TaskFilter) -> None:
        window.filter_bar.ask_for(wanted)
        window.filter_tasks.trigger()

    make = partial(CostsSheet, host.services, window, show_tasks)
    opener = make_action(
        window,
        tr("Costs"),
        lambda: dialogs.once(CostsSheet, make).ask(),
        tip=tr("What each day cost, and where it went."),
        shortcut="Ctrl+Shift+C",
    )
    window.add_command(opener, in_menu=True)
    window.money.set_opener(opener)
    window.notices.costs_wanted.connect(opener.trigger)


COSTS = Feature(name="costs", install=install)
