"""A settings file of the version whose `Settings` held the fields of the features, too."""

from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from enigma_panel.store.settings import load, section

WRITTEN_BEFORE = Path(__file__).parent / "written_before_sections.json"
Section = TypeVar("Section", bound=Struct)


def section_written_before(kind: type[Section]) -> Section:
    return section(load(WRITTEN_BEFORE)[0], kind)
