"""`python resources/compile_resources.py` makes gui/enigma_panel/resources_rc.py.

It holds the pictures that app.qrc lists and all languages in i18n.

Without compression, format version 1, so that it is the same wherever it is made; a test compares.
"""

import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from translations import HERE, I18N, PRODUCT, run


def compile_to(file: Path, languages: Path = I18N) -> None:
    """Compile pictures and languages into that file. Raises CalledProcessError, ValueError."""
    with tempfile.TemporaryDirectory() as place:
        listed = "".join(f"<file>{one.name}</file>" for one in release(languages, Path(place)))
        qrc = Path(place, "i18n.qrc")
        qrc.write_text(f'<RCC><qresource prefix="/i18n">{listed}</qresource></RCC>', "utf-8")
        run("rcc", "--no-compress", "--format-version", "1", HERE / "app.qrc", qrc, "-o", file)


def release(languages: Path, into: Path) -> Iterator[Path]:
    """Compile each .ts of a folder to a .qm in another. Raises as `compile_to` does."""
    for source in sorted(languages.glob("*.ts")):
        check(source)
        compiled = into / f"{source.stem}.qm"
        run("lrelease", "-nounfinished", source, "-qm", compiled)
        yield compiled


def check(file: Path) -> None:
    """Raises ValueError where a translation has other {names} than its text."""
    for message in ET.parse(file).iter("message"):  # noqa: S314 - our own file
        source, translation = message.findtext("source", ""), message.find("translation")
        forms = [] if translation is None else [translation, *translation]
        for text in (form.text for form in forms if form.text and form.text.strip()):
            if names_in(text) - names_in(source):
                raise ValueError(f"{file.name}: “{source}” has no such name as “{text}”")


def names_in(text: str) -> set[str]:
    """'{n} of {all}' has n and all."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


if __name__ == "__main__":
    try:
        compile_to(Path(sys.argv[1]) if sys.argv[1:] else PRODUCT / "resources_rc.py")
    except ValueError as error:
        sys.exit(str(error))
