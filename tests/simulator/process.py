"""The simulator as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import enigma_panel
from tests.kit.simulator_process import SimulatorProcess


def environment() -> dict[str, str]:
    """Give an environment in which a child finds the same package as we do."""
    source = str(Path(enigma_panel.__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": source}


def spawn(*options: str) -> subprocess.Popen[bytes]:
    """Start the simulator with pipes for all its streams."""
    return subprocess.Popen(
        [sys.executable, "-m", "enigma_panel.simulator", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


@dataclass
class Running:
    """A running simulator and a client for it."""

    url: str
    process: SimulatorProcess
    client: httpx.Client

    def post(self, path: str, body: object) -> httpx.Response:
        """Post a JSON body with the demo key."""
        return self.client.post(path, json=body)

    def get(self, path: str) -> Any:
        """Get a JSON body with the demo key."""
        return self.client.get(path).json()

    def faults(self, *faults: dict[str, object]) -> None:
        """Switch faults on, in place of those before."""
        self.post("/_sim/faults", list(faults)).raise_for_status()


@contextmanager
def running(
    *options: str, kind: type[SimulatorProcess] = SimulatorProcess
) -> Generator[Running, None, None]:
    """Run a simulator; at the end it must leave cleanly and have said nothing else."""
    process = kind(*options, wants_stderr=True)
    try:
        headers = {"Authorization": "Bearer enig_demo"}
        with httpx.Client(
            base_url=process.url, headers=headers, timeout=60, trust_env=False, verify=False
        ) as client:
            yield Running(process.url, process, client)
    finally:
        left = process.stop()
    assert left == (0, [b"", b""])
