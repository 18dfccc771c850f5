"""Hatchling's hooks: what a wheel has for the desktop and the shell, and the README on an index."""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE_LINK = re.compile(r"(!?)(\[[^\]]*\]\()(?!https?://|#)([^)]+\))")


class Share(BuildHookInterface):
    """Adds desktop entry and icons to the wheel's share/, and what build/share has.

    That is where `packaging/man_and_completions.py` writes; a wheel without it is complete.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; not for an editable install, whose share/ no desktop looks at."""
        if version == "editable":
            return
        root = Path(self.root)
        shared = build_data["shared_data"]
        for entry in (root / "packaging").glob("*.desktop"):
            shared[str(entry)] = f"share/applications/{entry.name}"
        icons = root / "resources" / "icons"
        for icon in icons.glob("*.png"):
            name, _, edge = icon.stem.rpartition("-")
            shared[str(icon)] = f"share/icons/hicolor/{edge}x{edge}/apps/{name}.png"
        for icon in icons.glob("*.svg"):
            shared[str(icon)] = f"share/icons/hicolor/scalable/apps/{icon.name}"
        made = root / "build" / "share"
        if made.is_dir():
            shared[str(made)] = "share"


class LongDescription(MetadataHookInterface):
    """Takes the README as the package's description; links lead to the source of that version."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `readme`: on an index there are no files beside it."""
        source, version = metadata["urls"]["Source"], metadata["version"]

        def absolute(link: re.Match[str]) -> str:
            picture, text, target = link.groups()
            return f"{picture}{text}{source}/{'raw' if picture else 'blob'}/v{version}/{target}"

        text = (Path(self.root) / "README.md").read_text("utf-8")
        text = RELATIVE_LINK.sub(absolute, text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
