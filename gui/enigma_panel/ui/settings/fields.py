"""Fields that are one of the settings each: what is chosen holds at once."""

from collections.abc import Iterable

from msgspec import Struct
from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.widgets.basics import make_column, make_label
from enigma_panel.ui.widgets.inputs import ChoiceBox


class SettingBox(QCheckBox):
    """A check box. name: of the setting in the section `kind`. note: what it means."""

    def __init__(
        self, settings: SettingsBook, kind: type[Struct], name: str, *, text: str, note: str
    ) -> None:
        super().__init__(text)
        self._settings = settings
        self._kind = kind
        self._name = name
        self.setAccessibleDescription(note)
        self.toggled.connect(self._change)
        settings.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setChecked(self._is_on())

    def _is_on(self) -> bool:
        return bool(getattr(self._settings.section(self._kind), self._name))

    def _change(self, on: bool) -> None:
        if self._is_on() != on:
            self._settings.change_section(self._kind, **{self._name: on})


class SettingChoice(ChoiceBox):
    """A choice of texts with a value each; the first one where the settings have none of them."""

    def __init__(
        self, settings: SettingsBook, name: str, choices: Iterable[tuple[str, str]]
    ) -> None:
        super().__init__(choices)
        self._settings = settings
        self._name = name
        self.currentIndexChanged.connect(self._change)
        settings.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setCurrentIndex(max(0, self.findData(getattr(self._settings.value, self._name))))

    def _change(self) -> None:
        if getattr(self._settings.value, self._name) != self.currentData():
            self._settings.change(**{self._name: self.currentData()})


def noted(box: SettingBox) -> QWidget:
    """Return the box with what it means in a line below."""
    note = make_label(box.accessibleDescription(), "dim", wrap=True)
    note.setIndent(26)
    whole = QWidget()
    whole.setLayout(make_column(box, note, gap=0))
    return whole
