"""The simulator's command line: ``python -m enigma_panel.simulator``.

Prints its URL as the only line of standard output. Reads further API keys from standard input,
one a line, and exits when standard input ends.
"""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from enigma_panel.simulator.dialects import DIALECTS
from enigma_panel.simulator.scenarios import help_table
from enigma_panel.simulator.settings import DEMO_KEY, Settings
from enigma_panel.simulator.socket_faults import UP, Mode, read_mode, read_reordering

_FASTEST = 10_000.0


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        raise ValueError(message)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= _FASTEST:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most {_FASTEST:g}")
    return speed


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"no amount of money: {text!r}") from None
    if not amount.is_finite() or not 0 <= amount <= 1_000_000:
        raise argparse.ArgumentTypeError("must be between 0 and 1000000")
    return amount


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be between 0 and 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1000:
        raise argparse.ArgumentTypeError("must be between 1 and 1000")
    return count


def _mode(text: str) -> Mode:
    try:
        return read_mode(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _reordering(text: str) -> frozenset[str]:
    try:
        return read_reordering(text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m enigma_panel.simulator",
        description=f"A stand-in for the service on 127.0.0.1. Its key is {DEMO_KEY}; further "
        "keys are read from standard input, and it exits when that ends.",
        epilog=help_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_options(parser)
    return parser


def _add_options(parser: _Parser) -> None:
    add = parser.add_argument
    add("--port", type=_port, default=0, help="0 (default): any free port")
    add("--speed", type=_speed, default=1.0, help="how much faster than in life it all goes")
    add("--dialect", choices=DIALECTS, default="E", help="what it speaks (default: E)")
    add(
        "--states",
        choices=("documented", "rich"),
        default="documented",
        help="rich: polls also say paused, queued, stopped, orphaned, awaiting_input",
    )
    add(
        "--question-in-hold",
        choices=("early", "late"),
        default="late",
        help="early: a question ends the wait for an inline result",
    )
    add(
        "--rate-limit",
        choices=("per-endpoint", "shared"),
        default="per-endpoint",
        help="whether the three limited endpoints share their 10 calls a minute",
    )
    add("--balance", type=_amount, default=Decimal("12.50"), help="US dollars to begin with")
    add(
        "--cost-per-poll",
        type=_amount,
        metavar="DOLLARS",
        help="what each poll adds to the cost of its task, in place of tokens and time",
    )
    add("--places", type=_count, default=5, help="how many sessions may be open at a time")
    add(
        "--calls-per-minute",
        type=_count,
        default=10,
        help="departs from the documented 10, for measurements with many sessions",
    )
    _add_live_options(parser)
    add("--seed", type=int, default=None, help="makes ids and texts the same each time")
    add("--faults", action="store_true", help="opens /_sim/ (faults, live, state) for tests")


def _add_live_options(parser: _Parser) -> None:
    add = parser.add_argument
    add(
        "--live",
        type=_mode,
        default=UP,
        metavar="MODE",
        help="the live channel: up (default); off: there is none; refuse: it lets nobody in; "
        "drop:SECONDS: each connection is cut after so many real seconds; freeze: it lets "
        "clients in and is silent then",
    )
    add(
        "--live-garble",
        type=_reordering,
        default=frozenset(),
        metavar="KINDS",
        help="duplicate, reorder or both with a comma: what befalls some of its events",
    )


def _fail(message: str) -> int:
    print(f"enigma_panel.simulator: {message}", file=sys.stderr)
    return 2


def main(argv: list[str]) -> int:
    """Run the simulator with these arguments; return the process's exit status."""
    try:
        options = _parser().parse_args(argv)
    except ValueError as error:
        return _fail(str(error))
    except SystemExit:  # argparse has printed the help
        return 0
    from enigma_panel.simulator.runner import run

    settings = Settings(
        speed=options.speed,
        dialect=options.dialect,
        states=options.states,
        question_in_hold=options.question_in_hold,
        rate_limit=options.rate_limit,
        balance=options.balance,
        cost_per_poll=options.cost_per_poll,
        places=options.places,
        calls_per_minute=options.calls_per_minute,
        live=options.live,
        live_reordering=options.live_garble,
    )
    try:
        run(options.port, settings, options.seed, options.faults)
    except OSError as error:
        return _fail(f"cannot listen on port {options.port}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
