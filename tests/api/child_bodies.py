"""Polls a server of such bodies on the program's own loop, and tells what that cost the process.

python -m tests.api.child_bodies URL ROUNDS LIMIT NAME…: a poll's session is the name of the body
that it gets. LIMIT: longest body in bytes; 0 leaves it as it is. Prints one JSON record.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from typing import Any

from PySide6.QtWidgets import QApplication

from enigma_panel.api import client as client_module
from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import ApiError
from enigma_panel.runtime import event_loop
from tests.api import loopback as lb
from tests.api.bodies import BODIES
from tests.kit.process_figures import count_descriptors, memory_mb
from tests.kit.wait import until

SETTLE_S = 2.0


def measure_in_child(*names: str, rounds: int = 2, limit: int = 0) -> dict[str, Any]:
    """What so many rounds of these bodies cost a process that does nothing else."""

    async def run() -> subprocess.CompletedProcess[str]:
        async with lb.loopback() as server:

            async def play(writer: asyncio.StreamWriter) -> None:
                name = server.requests[-1].path.split("/")[2].replace("_", " ")
                server.requests.clear()
                await BODIES[name][0](writer)

            server.play = play
            command = [sys.executable, "-m", "tests.api.child_bodies", server.url]
            return await asyncio.to_thread(
                subprocess.run,
                [*command, str(rounds), str(limit), *names],
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )

    done = asyncio.run(run())
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Polls:
    """All polls of a run: outcomes by name."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self.outcomes: dict[str, set[str]] = defaultdict(set)

    async def one(self, name: str) -> None:
        try:
            observation = await self._client.poll(name.replace(" ", "_"), "t1")
            self.outcomes[name].add(str(observation.kind))
        except ApiError as error:
            self.outcomes[name].add(type(error).__name__)

    async def rounds(self, names: list[str], count: int) -> None:
        """All of them, so often; garbage is collected as the program does it."""
        for _ in range(count):
            for name in names:
                await self.one(name)
            event_loop.collect_garbage()


async def measure(url: str, count: int, names: list[str]) -> dict[str, object]:
    """A first round warms up; the second half of the others must add nothing to the first."""
    client = HttpClient(url, "enig_K3y")
    polls = Polls(client)
    await polls.one("gzip")
    descriptors, peak_mb = count_descriptors(), peak()
    await polls.rounds(names, max(1, count // 2))
    middle_mb = memory_mb(os.getpid())["rss"]
    await polls.rounds(names, count // 2)
    await polls.one("gzip")
    with suppress(TimeoutError):
        await until(lambda: count_descriptors() <= descriptors, SETTLE_S)
    found = {
        "outcomes": {name: sorted(kinds) for name, kinds in polls.outcomes.items()},
        "descriptors": count_descriptors() - descriptors,
        "grown_mb": memory_mb(os.getpid())["rss"] - middle_mb,
        "peak_mb": peak() - peak_mb,
    }
    await client.aclose()
    return found


def peak() -> float:
    """Most memory that this process ever had, in MB."""
    import resource  # Windows has none, and collects the tests that import this file

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    url, count, limit, *names = sys.argv[1:]
    client_module.MAX_BODY_BYTES = int(limit) or client_module.MAX_BODY_BYTES

    async def run() -> int:
        print(json.dumps(await measure(url, int(count), names)))
        return 0

    return event_loop.run(QApplication([]), run)


if __name__ == "__main__":
    sys.exit(main())
