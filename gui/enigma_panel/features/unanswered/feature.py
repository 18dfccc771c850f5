"""The feature of unanswered questions: a setting, and what ends their tasks."""

from functools import partial

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.unanswered.settings import MinutesField
from enigma_panel.features.unanswered.unanswered import Unanswered
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.dialog import SettingsPart

tr = Translations("Settings")


def install(host: Host) -> Unanswered:
    host.dialogs.settings_parts.append(
        SettingsPart(page=tr("Questions"), make=partial(MinutesField, host.services.settings))
    )
    return Unanswered(host.services, host.dialogs.is_answer_begun)


UNANSWERED = Feature(name="unanswered", install=install)
