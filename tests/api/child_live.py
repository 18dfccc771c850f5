"""A real server of the live channel as a process that a test can freeze or kill.

python -m tests.api.child_live INTERVAL TIMEOUT: seconds of its pings. It ends with its standard
input.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.api.live_peers import service


class Child:
    def __init__(self, interval_s: float, timeout_s: float) -> None:
        command = [sys.executable, "-m", "tests.api.child_live", str(interval_s), str(timeout_s)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()


@contextmanager
def child(interval_s: float = 25, timeout_s: float = 20) -> Iterator[Child]:
    made = Child(interval_s, timeout_s)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


async def serve() -> None:
    interval_s, timeout_s = map(float, sys.argv[1:3])
    async with service(ping_interval=interval_s, ping_timeout=timeout_s) as made:
        print(made.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
