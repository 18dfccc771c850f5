"""The pages of the help: they are there, they are shipped, and they lead nowhere else."""

import re
import tomllib
from pathlib import Path

import pytest

from enigma_panel.features.help.sheet import page_titles, read_page

ROOT = Path(__file__).parents[3]
MOST_WORDS = 25
"""Most words in a sentence of the pages that are read in trouble."""
LINK = re.compile(r"\]\(([^)]+)\)")


@pytest.mark.parametrize("name", page_titles())
def test_a_page_has_its_title_and_leads_to_pages_alone(name: str) -> None:
    text = read_page(name)
    assert text.startswith(f"# {page_titles()[name]}\n")
    for link in LINK.findall(text):
        assert link.startswith("https://") or link.removesuffix(".md") in page_titles()


def test_a_package_has_them_beside_its_modules() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped == {f"docs/{name}.md": f"enigma_panel/docs/{name}.md" for name in page_titles()}


@pytest.mark.parametrize("page", [*page_titles(), "known-limits"])
def test_no_sentence_is_long(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert [one for one in sentences(text) if len(one.split()) > MOST_WORDS] == []


def sentences(text: str) -> list[str]:
    """The sentences of each paragraph, point and cell."""
    parts = re.split(r"\n\s*\n|\n(?=\s*(?:[*|#]|\d+\.))|\|", text)
    plain = (re.sub(r"[*`#]|\]\([^)]*\)", "", " ".join(part.split())) for part in parts)
    return [one for part in plain for one in re.split(r"(?<=[.?!])\s+(?=[A-Z“\"…])", part)]
