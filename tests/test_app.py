"""The command line of the next run, read back by our own parser."""

from pathlib import Path

import pytest

from enigma_panel.app import restart_arguments
from enigma_panel.cli import Options, parse

ELSEWHERE = "https://staging.example"
FOLDER = Path("/somewhere/with a space")


@pytest.mark.parametrize("options", [Options(), Options(data_dir=FOLDER, base_url=ELSEWHERE)])
def test_the_demo_keeps_the_folder_and_takes_no_address(options: Options) -> None:
    again = parse(restart_arguments(options, demo=True))
    assert again == Options(demo=True, data_dir=options.data_dir)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(base_url=ELSEWHERE),
        Options(data_dir=FOLDER),
        Options(data_dir=FOLDER, base_url=ELSEWHERE),
    ],
)
def test_the_account_keeps_folder_and_address(options: Options) -> None:
    assert parse(restart_arguments(options, demo=False)) == options


def test_out_of_the_demo_into_the_account() -> None:
    assert restart_arguments(Options(demo=True), demo=False) == []


def test_what_ends_by_itself_is_not_begun_again() -> None:
    options = Options(demo=True, smoke=True, tour=Path("/pictures"), self_check=True)
    assert restart_arguments(options, demo=True) == ["--demo"]
