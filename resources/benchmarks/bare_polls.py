"""The floor of many sessions: a qasync loop and httpx, doing nothing but the same polls.

Usage: python -m benchmarks.bare_polls SETTINGS-AS-JSON
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

PROBE_S = 0.002


async def gaps_ms(seconds: float) -> list[float]:
    """How long each of many sleeps of 2 ms really took, in milliseconds."""
    gaps = []
    now = time.perf_counter()
    end = now + seconds
    while now < end:
        before = now
        await asyncio.sleep(PROBE_S)
        now = time.perf_counter()
        gaps.append((now - before) * 1000)
    return gaps


async def _poll(client: Any, path: str, every_s: float, first_s: float) -> None:
    due = time.monotonic() + first_s
    while True:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due += every_s
        response = await client.get(path)
        json.loads(response.content)


async def _run(
    url: str, key: str, ids: list[list[str]], every_s: float, times: list[float]
) -> None:
    import httpx

    gap_s, cpu_s = times
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=None, keepalive_expiry=4.0)
    async with httpx.AsyncClient(
        base_url=url, headers=headers, limits=limits, trust_env=False, timeout=30
    ) as client:
        paths = [f"/task/{session}/{task}" for session, task in ids]
        polls = [
            asyncio.create_task(_poll(client, path, every_s, every_s * n / len(paths)))
            for n, path in enumerate(paths)
        ]
        await asyncio.sleep(every_s)
        gaps = await gaps_ms(gap_s)
        began, cpu = time.monotonic(), time.process_time()
        await asyncio.sleep(cpu_s)
        share = (time.process_time() - cpu) / (time.monotonic() - began)
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
    print(json.dumps({"gaps": gaps, "cpu": share}), flush=True)


def main() -> None:
    """Poll and print gaps and CPU share."""
    os.environ["QT_API"] = "pyside6"
    import qasync
    from PySide6.QtWidgets import QApplication

    settings = json.loads(sys.argv[1])
    app = QApplication([])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(_run(**settings))


if __name__ == "__main__":
    main()
