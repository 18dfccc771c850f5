"""Names of files that others told lead nowhere, hide nothing and fit on every system."""

from itertools import islice

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.file_names import MAX_BYTES, MAX_CHARS, numbered, safe_name

TOLD = [
    ("report.pdf", "report.pdf"),
    ("../../x", "x"),
    ("..\\..\\x.exe", "x.exe"),
    ("/etc/passwd", "passwd"),
    ("C:\\Windows\\win.ini", "win.ini"),
    ("a/..", "file"),
    ("..", "file"),
    ("", "file"),
    (" . . ", "file"),
    ("a/", "file"),
    ("nu\x00l.txt", "_nul.txt"),
    ("a\x00\x1f\x7f.pdf", "a.pdf"),
    ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("Nul .txt", "_Nul.txt"),
    ("COM1.tar.gz", "_COM1.tar.gz"),
    ("LPT²", "_LPT²"),
    ("CONTRACT.pdf", "CONTRACT.pdf"),
    ("a.pdf.. ", "a.pdf"),
    (".bashrc", "bashrc"),
    ("a:b?.txt", "a_b_.txt"),
    ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ("x" * 300, "x" * 150),
    ("ä" * 300 + ".pdf", "ä" * 98 + ".pdf"),
    ("a." + "b" * 300, "a." + "b" * 148),
    ("x" * 145 + " .pdf" * 3, "x" * 145 + ".pdf"),
]


@pytest.mark.parametrize(("told", "name"), TOLD, ids=[ascii(told[:20]) for told, _ in TOLD])
def test_what_is_told_becomes_a_name(told: str, name: str) -> None:
    assert safe_name(told) == name


@given(st.text(st.characters() | st.sampled_from("./\\: \x00"), max_size=400))
def test_whatever_is_told_is_the_name_of_one_file(told: str) -> None:
    name = safe_name(told)
    assert 0 < len(name) <= MAX_CHARS
    assert len(name.encode()) <= MAX_BYTES
    assert name.isprintable()
    assert not set(name) & set('/\\:<>"|?*')
    assert name == name.strip(". ")
    assert safe_name(name) == name


def test_a_name_that_is_taken_is_numbered() -> None:
    assert list(islice(numbered("a.b.pdf"), 3)) == ["a.b.pdf", "a.b (2).pdf", "a.b (3).pdf"]
    assert list(islice(numbered("file"), 2)) == ["file", "file (2)"]
