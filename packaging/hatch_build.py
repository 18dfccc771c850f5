"""Hatchling's hook: the README on an index."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE_LINK = re.compile(r"(!?)(\[[^\]]*\]\()(?!https?://|#)([^)]+\))")


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
