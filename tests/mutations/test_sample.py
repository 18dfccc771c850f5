"""The mutants of a source, and which of them a day tries."""

from datetime import date, timedelta

import pytest

from tests.kit.rows import check_rows
from tests.mutations.mutants import mutants_of
from tests.mutations.sample import TESTS, places, sample

TODAY = date(2026, 12, 3)
SOURCES = (
    ("a < b", ["a <= b"]),
    ("(a) not in (b)", ["(a) in (b)"]),
    ("a < b is c", ["a <= b is c", "a < b is not c"]),
    ("a and (b) and c", ["a or (b) and c"]),
    ("é or a", ["é and a"]),
    ("[a for a in b if not a]", ["[a for a in b if a]"]),
    ("a = True", ["a = False"]),
    ("a = 3", ["a = 2", "a = 4"]),
    ("a = 1000", []),
    ("a = 'text'", []),
    ("def a() -> 3:\n    return b", ["def a() -> 3:\n    return None"]),
    ("def a():\n    return", []),
    ("a.b = c", ["pass"]),
    ("a = c", []),
    ("a()", ["pass"]),
    ("log.warning('a')", []),
    ("class A(B, frozen=True):\n    a: 3", []),
    ('"""A text."""', []),
)


def test_the_mutants_of_a_source() -> None:
    def has(source: str, mutants: list[str]) -> None:
        found = [one.text for one in mutants_of(source)]
        # A statement that is an expression may be left out, too.
        assert sorted(text for text in found if text != "pass" or text in mutants) == sorted(
            mutants
        )

    check_rows(SOURCES, has)


def test_a_mutant_names_its_line() -> None:
    (mutant,) = mutants_of("a = b\nif a == c:\n    d = a\n")
    assert (mutant.line, mutant.before, mutant.after) == (2, "if a == c:", "if a != c:")


def test_each_day_tries_others_and_the_same_ones_again() -> None:
    assert sample(20, TODAY) == sample(20, TODAY)
    assert sample(20, TODAY) != sample(20, TODAY + timedelta(1))


@pytest.mark.parametrize("folder", TESTS)
def test_each_folder_has_mutants_and_all_can_be_compiled(folder: str) -> None:
    found = [place for place in places() if place.folder == folder]
    assert len(found) > 100
    for place in found[::10]:
        compile(place.mutant.text, place.file, "exec")


def test_the_tests_of_a_file_are_tried_first() -> None:
    (place, *_) = places("store/ledger/deletion.py")
    assert place.tests == ("tests/store/ledger/test_deletion.py", "tests/store")
