"""The texts of the window in another language."""

import ast
import importlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import QAction

from enigma_panel.ui.i18n import (
    ENGLISH,
    Translations,
    install_language,
    number_text,
    read_number,
    short_month,
)
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.steps import earlier_text
from tests.kit.person import all_text

ROOT = Path(__file__).parents[2]
POLISH = QLocale(QLocale.Language.Polish, QLocale.Country.Poland)
tr = Translations("Steps")


def _of_resources(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "resources"))
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    return _of_resources("translations")


@pytest.fixture(scope="module")
def compiler() -> ModuleType:
    return _of_resources("compile_resources")


@pytest.fixture(scope="module")
def polish(
    translations: ModuleType, compiler: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with a file of a language with three plural forms: each text is its own, marked."""
    folder = tmp_path_factory.mktemp("i18n")
    translations.update(["pl"], folder)
    file = folder / "enigma_pl.ts"
    tree = ET.parse(file)
    for message in tree.iter("message"):
        source, translation = message.findtext("source"), message.find("translation")
        assert translation is not None
        translation.attrib.clear()  # finished
        forms = translation.findall("numerusform")
        for number, form in enumerate(forms):
            form.text = f"<{number}> {source}"
        if not forms:
            translation.text = f"<{source}>"
    tree.write(file, encoding="utf-8", xml_declaration=True)
    translations.update(["pl"], folder)
    assert [file.name for file in compiler.release(folder, folder)] == ["enigma_pl.qm"]
    return folder


@contextmanager
def installed(qapp: QCoreApplication, locale: QLocale, folder: Path) -> Iterator[None]:
    """The window in that language, and then as it was."""
    install_language(qapp, locale, str(folder))
    try:
        yield
    finally:
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
            translator.deleteLater()
        QLocale.setDefault(ENGLISH)


@pytest.fixture
def in_polish(qapp: QCoreApplication, polish: Path) -> Iterator[None]:
    """The window's language, for one test."""
    with installed(qapp, POLISH, polish):
        yield


@pytest.mark.usefixtures("in_polish")
def test_the_desktops_language_is_used_where_it_has_a_file() -> None:
    text = tr("{n} of {all} open sessions send live updates.", n=1, all=2)
    assert text == "<1 of 2 open sessions send live updates.>"
    assert tr("{what}: {text}", what="{text}", text="a") == "<{text}: a>"
    assert tr("not in the code") == "not in the code"


@pytest.mark.usefixtures("in_polish")
def test_each_number_has_the_form_that_the_language_has_for_it() -> None:
    assert [earlier_text(n) for n in (1, 2, 5, 22)] == [
        "<0> 1 earlier steps",
        "<1> 2 earlier steps",
        "<2> 5 earlier steps",
        "<1> 22 earlier steps",
    ]


@pytest.mark.parametrize("n", [2**31, 10**15])
def test_the_service_may_count_more_than_qt_can(n: int) -> None:
    assert earlier_text(n) == f"{n:,} earlier steps"


@pytest.mark.usefixtures("in_polish")
def test_numbers_and_dates_are_written_as_its_words() -> None:
    assert earlier_text(12_450).replace("\N{NO-BREAK SPACE}", " ") == "<2> 12 450 earlier steps"
    assert short_month(11) == "lis"


@pytest.mark.usefixtures("in_polish")
def test_no_text_of_the_window_is_left_in_english(window: MainWindow) -> None:
    whole = re.sub(r"<[^<>]*>", "<>", all_text(window))  # a narrow tip has several lines
    texts = [*whole.splitlines(), *(a.text() for a in window.findChildren(QAction))]
    ours = [text for text in texts if re.search("[<>]", text)]
    assert len(ours) > 100
    others = {text for text in texts if re.search("[a-z]{3}", text)} - set(ours)
    assert others, "Qt's own are translated, too"
    assert {text.split()[0] for text in others} == {"Przewiń"}


class Desktop(QLocale):
    """One whose person reads several languages, the first one best."""

    def __init__(self, *languages: str) -> None:
        super().__init__(languages[0])
        self._languages = languages

    def uiLanguages(self, *_separator: object) -> list[str]:
        return list(self._languages)


@pytest.mark.parametrize(
    ("languages", "text", "month"),
    [
        (("en-GB", "pl-PL"), "12,450 earlier steps", "Nov"),
        (("fr-FR", "pl-PL"), "<2> 12 450 earlier steps", "lis"),
    ],
)
def test_the_first_of_the_desktops_languages_that_there_is(
    qapp: QCoreApplication, polish: Path, languages: tuple[str, ...], text: str, month: str
) -> None:
    with installed(qapp, Desktop(*languages), polish):
        assert earlier_text(12_450).replace("\N{NO-BREAK SPACE}", " ") == text
        assert short_month(11) == month


def test_without_a_file_texts_and_numbers_stay(qapp: QCoreApplication, tmp_path: Path) -> None:
    install_language(qapp, POLISH, str(tmp_path))
    assert [earlier_text(n) for n in (1, 2, 12_450)] == [
        "1 earlier step",
        "2 earlier steps",
        "12,450 earlier steps",
    ]
    assert short_month(11) == "Nov"
    assert number_text(10**30 + 1).endswith("000,001")


def test_what_was_translated_stays_when_the_texts_are_gathered_again(
    translations: ModuleType, polish: Path
) -> None:
    before = (polish / "enigma_pl.ts").read_bytes()
    translations.update(["pl"], polish)
    assert (polish / "enigma_pl.ts").read_bytes() == before


def test_a_text_that_no_tool_finds_is_named(translations: ModuleType) -> None:
    tree = ast.parse('tr = Translations("A")\ndef f(text):\n    return tr(text)\n')
    with pytest.raises(ValueError, match=r"x\.py:3"):
        list(translations.in_module(tree, "A", Path("x.py")))


def test_a_translation_has_no_name_that_its_text_lacks(
    compiler: ModuleType, polish: Path, tmp_path: Path
) -> None:
    file = tmp_path / "enigma_pl.ts"
    good = (polish / file.name).read_text(encoding="utf-8")
    file.write_text(good, encoding="utf-8")
    compiler.check(file)
    file.write_text(good.replace("&lt;1&gt; {n} earlier steps", "{m} kroki"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"enigma_pl\.ts: “{n} earlier steps”"):
        compiler.check(file)


def test_each_language_gets_into_the_program_unlisted(
    compiler: ModuleType, polish: Path, tmp_path: Path
) -> None:
    compiler.compile_to(tmp_path / "rc.py", polish)
    body = ast.parse((tmp_path / "rc.py").read_text()).body
    texts = [ast.literal_eval(node.value) for node in body if isinstance(node, ast.Assign)]
    assert any("enigma_pl.qm".encode("utf-16-be") in text for text in texts)
    assert any((polish / "enigma_pl.qm").read_bytes() in text for text in texts)


def test_only_what_is_a_language_gets_a_file(translations: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="deutsch"):
        translations.update(["deutsch"], tmp_path / "i18n")
    assert not (tmp_path / "i18n").exists()


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("0.05", "0.05", "0.05"),
        ("0,05", "0.05", "0.05"),
        ("1,000", "1000", "1"),
        ("1.000", "1", "1000"),
        ("1 000", "1000", "1000"),
        ("1\N{NARROW NO-BREAK SPACE}000", "1000", "1000"),
        ("1,234,567.5", "1234567.5", None),
        ("1.234.567,5", None, "1234567.5"),
        ("1,5", "1.5", "1.5"),
        ("0,500", "0.5", "0.5"),
        ("1000", "1000", "1000"),
        ("1,000,5", None, None),
        ("1,0000", "1", "1"),
        ("1e9", None, None),
        (",", None, None),
        ("", None, None),
        ("١", None, None),
        ("9" * 99, None, None),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(
    typed: str, english: str | None, german: str | None
) -> None:
    for language, number in ((ENGLISH, english), (QLocale("de_DE"), german)):
        before = QLocale()
        QLocale.setDefault(language)
        try:
            assert read_number(typed) == (None if number is None else Decimal(number))
        finally:
            QLocale.setDefault(before)
