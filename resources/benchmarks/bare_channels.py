"""The floor of many live channels: a qasync loop and python-socketio, which only receive.

Usage: python -m benchmarks.bare_channels SETTINGS-AS-JSON
"""

import asyncio
import json
import os
import sys
import time

from benchmarks.bare_polls import gaps_ms
from benchmarks.channels import keep_speaking, listen_to_all
from tests.kit.process_figures import memory_mb


async def _run(url: str, sessions: list[str], *, warm_s: float, gap_s: float, cpu_s: float) -> None:
    heard: list[str] = []
    clients = await listen_to_all(url, sessions, lambda session, *_: heard.append(session))
    await asyncio.to_thread(keep_speaking, url)
    async with asyncio.timeout(60):
        while len(heard) < len(sessions):  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.05)
    await asyncio.sleep(warm_s)
    gaps = await gaps_ms(gap_s)
    before, began, cpu = len(heard), time.monotonic(), time.process_time()
    await asyncio.sleep(cpu_s)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    told = {"gaps": gaps, "cpu": cpu / seconds, "events_per_s": (len(heard) - before) / seconds}
    print(json.dumps({**told, "rss": memory_mb("self")["rss"]}), flush=True)
    await asyncio.gather(*(client.disconnect() for client in clients))


def main() -> None:
    """Listen and print gaps, CPU share and events a second."""
    os.environ["QT_API"] = "pyside6"
    import qasync
    from PySide6.QtWidgets import QApplication

    settings = json.loads(sys.argv[1])
    app = QApplication([])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(_run(**settings))


if __name__ == "__main__":
    main()
