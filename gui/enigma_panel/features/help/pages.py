"""The pages of the help: files of docs/, which a built package has beside its modules."""

from pathlib import Path

import enigma_panel
from enigma_panel.ui.i18n import Translations

tr = Translations("Help")

PACKAGE = Path(enigma_panel.__file__).parent
FOLDERS = (PACKAGE / "docs", PACKAGE.parents[1] / "docs")
"""Where they are: in a package or bundle, in a clone."""


def page_titles() -> dict[str, str]:
    """Return the titles by the name of the page, in the order of the list."""
    return {
        "start": tr("Start"),
        "questions": tr("Questions"),
        "money": tr("Money"),
        "trouble": tr("If something breaks"),
        "data": tr("Your data"),
        "dialects": tr("Dialects"),
    }


def read_page(name: str) -> str:
    """Return its Markdown; OSError where it is missing."""
    folder = next((one for one in FOLDERS if one.is_dir()), FOLDERS[0])
    return (folder / f"{name}.md").read_text(encoding="utf-8")
