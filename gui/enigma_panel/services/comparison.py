"""Compares a result with its schema in a process of its own: both ends of the pipe.

It can be ended there. One regular expression in a schema may run for ever, and lets no other thread
run meanwhile. This module loads no Qt: the process is there in a third of a second.
"""

import faulthandler
import json
import logging
import subprocess
import sys

from enigma_panel.core.structured_output import Details, Doubt, StructuredResult, find_misfit

log = logging.getLogger(__name__)

COMPARE_S = 10
"""Longest comparison; one of 1 MB takes some three seconds."""
ORPHAN_S = 30
"""So much later the process ends by itself, should the program that waits for it be killed."""
OPTION = "--compare-result"


def compare(schema: str, text: str, limit_s: int = COMPARE_S) -> StructuredResult:
    """Whether a JSON text fits its schema: MISFIT, UNCHECKED, or no doubt. Blocks."""
    # -P: no module of the folder in which the program was started is loaded.
    program = [] if getattr(sys, "frozen", False) else ["-P", "-m", "enigma_panel"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program with our own arguments
            [sys.executable, *program, OPTION, str(limit_s + ORPHAN_S)],
            input=json.dumps([schema, text]),
            capture_output=True,
            encoding="utf-8",
            timeout=limit_s,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows shows one else
        )
        misfit: Details | None = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.info("a result was not compared with its schema: %s", type(error).__name__)
        return StructuredResult(doubt=Doubt.UNCHECKED)
    return StructuredResult(doubt=Doubt.MISFIT, details=misfit) if misfit else StructuredResult()


def main(arguments: list[str]) -> int:
    """The process: schema and text come in as JSON, what `find_misfit` says goes out.

    arguments: after how many seconds it ends by itself. A timer of Python's would not end it: a
    regular expression lets none run.
    """
    faulthandler.dump_traceback_later(int(arguments[0]), exit=True)
    sys.set_int_max_str_digits(0)
    schema, text = json.loads(sys.stdin.read())
    sys.stdout.write(json.dumps(find_misfit(schema, text)))
    return 0
