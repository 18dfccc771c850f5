"""The texts of the window in another language."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from enigma_panel.ui.i18n import CONTEXT, install_language, tr, tr_n

GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
_SOURCE = """<!DOCTYPE TS><TS version="2.1" language="de">
<context><name>{context}</name>
<message><source>Open {{name}}</source><translation>{{name}} öffnen</translation></message>
<message><source>{{n}} browsers</source><translation>{{n}} Fenster</translation></message>
</context></TS>"""


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """A folder with a German file."""
    source = tmp_path / "de.ts"
    source.write_text(_SOURCE.format(context=CONTEXT), encoding="utf-8")
    tool = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent))
    assert tool is not None
    command = [tool, str(source), "-qm", str(tmp_path / "enigma_de.qm")]
    subprocess.run(command, check=True, capture_output=True)
    return tmp_path


def test_the_desktops_language_is_used_where_it_has_a_file(
    qapp: QCoreApplication, german: Path
) -> None:
    install_language(qapp, GERMAN, str(german))
    try:
        assert tr("Open {name}", name="a.example") == "a.example öffnen"
        assert tr_n("{n} browser", "{n} browsers", 3) == "3 Fenster"
        assert tr("Close") == "Close"  # what the file does not have
    finally:
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
            translator.deleteLater()


def test_without_a_file_the_texts_stay(qapp: QCoreApplication, tmp_path: Path) -> None:
    install_language(qapp, GERMAN, str(tmp_path))
    assert tr("Open {name}", name="a.example") == "Open a.example"
